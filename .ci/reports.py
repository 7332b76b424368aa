"""Checks the reports of a run with failures against the schemas of their formats, which must also reject broken reports.

Usage: reports.py FOLDER. FOLDER contains events.jsonl, report.json, report.sarif, report.xml, and the schemas of formats that
have one: sarif-2.1.0.json (OASIS, as @microsoft/sarif-multitool ships it), junit-10.xsd (Jenkins, as pytest's sources have it).
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import jsonschema
import xmlschema
from junitparser import JUnitXml

folder = pathlib.Path(sys.argv[1])
docs = pathlib.Path(__file__).parent.parent / "docs"


def read(path):
    return json.loads(path.read_text(encoding="utf-8-sig"))


def held_to(what, schema, documents, broken):
    """Checks that every document is valid, and the broken one is not."""
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    kind.check_schema(schema)
    validator = kind(schema)
    for document in documents:
        for error in validator.iter_errors(document):
            sys.exit(f"{what}: {error.json_path}: {error.message[:300]}")
    assert list(validator.iter_errors(broken)), f"{what}: the schema accepts what is broken"
    print(f"{what}: {len(documents)} fit")


report = read(folder / "report.json")
assert report["result"]["counts"]["fail"] > 0, "the run was to have failures"
held_to("JSON report", read(docs / "report.schema.json"), [report], report | {"cases": [{"id": 1}]})

events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
held_to("event stream", read(docs / "event.schema.json"), events, {"event": "case-finished", "verdict": "maybe"})

sarif = read(folder / "report.sarif")
assert sarif["runs"][0]["results"], "the run was to have results"
if (folder / "sarif-2.1.0.json").exists():
    held_to("SARIF", read(folder / "sarif-2.1.0.json"), [sarif], sarif | {"version": "2.0"})
else:
    print("SKIPPED: no schema of SARIF")

suites = list(JUnitXml.fromfile(str(folder / "report.xml")))
assert sum(suite.failures for suite in suites) == report["result"]["counts"]["fail"]
if (folder / "junit-10.xsd").exists():
    schema = xmlschema.XMLSchema(str(folder / "junit-10.xsd"))
    root = ElementTree.parse(folder / "report.xml").getroot()
    # The schema is older than this count, which quick-junit writes for nextest as well. Nothing else is tolerated.
    root.attrib.pop("skipped")
    for error in schema.iter_errors(root):
        sys.exit(f"JUnit: {error.path}: {error.reason}")
    root.find("testsuite/testcase").attrib.pop("name")
    assert not schema.is_valid(root), "JUnit: the schema accepts what is broken"
    print(f"JUnit: {len(suites)} suites fit")
else:
    print("SKIPPED: no schema of JUnit")
