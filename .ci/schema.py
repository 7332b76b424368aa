"""Checks every spec, also broken ones, against the published JSON Schema, and the case files of the example against theirs."""

import json
import pathlib

import jsonschema
from ruamel.yaml import YAML

root = pathlib.Path(__file__).parent.parent
schema = json.loads((root / "specs/spec.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
yaml = YAML(typ="safe", pure=True)
yaml.constructor.yaml_constructors.pop("tag:yaml.org,2002:timestamp", None)
yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)

count = 0
for path in sorted((root / "specs").rglob("*.yaml")):
    errors = list(validator.iter_errors(yaml.load(path.read_text())))
    assert not errors, f"{path}: {errors[0].json_path}: {errors[0].message}"
    assert path.read_text().startswith("# yaml-language-server: $schema=../../spec.schema.json"), path
    count += 1
assert count >= 8, count

for name in ["unknown-key", "missing-keys", "wrong-type"]:
    spec = yaml.load((root / f"tests/data/broken/{name}/v/s/Add.yaml").read_text())
    assert list(validator.iter_errors(spec)), f"{name}: the schema accepts what the reader refuses"

for path in sorted((root / "tests/data/services").rglob("*.yaml")):
    errors = list(validator.iter_errors(yaml.load(path.read_text())))
    assert not errors, f"{path}: {errors[0].json_path}: {errors[0].message}"
    count += 1

of_cases = json.loads((root / "docs/cases.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(of_cases)
for path in sorted((root / "examples/contact-service/cases").rglob("*.yaml")):
    errors = list(jsonschema.Draft202012Validator(of_cases).iter_errors(yaml.load(path.read_text())))
    assert not errors, f"{path}: {errors[0].json_path}: {errors[0].message}"
    count += 1

print(f"{count} specs and case files fit their schemas")
