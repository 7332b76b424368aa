#!/usr/bin/env python3
"""Counts what the specs of real pages in tests/data/vendors say, and tests the suite of each service.

vendors.py FINEPRINT            compares with tests/data/vendors/figures.json; more survivors or fewer facts are errors
vendors.py FINEPRINT --update   writes that file
"""

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HOME = pathlib.Path(__file__).resolve().parent.parent / "tests/data/vendors"
FIGURES = HOME / "figures.json"
# Facts about answers and about several calls are those of another chapter of the language.
OF_ANSWERS = ("response", "status", "read-back", "side-effect", "eventual", "page")
ROWS = ("error", "message")
SUMMARY = re.compile(r"(\d+) mutants, (\d+) survived, .*?(\d+) cases")


def shares():
    """Returns how many facts are said, by part of the language."""
    counts = collections.defaultdict(collections.Counter)
    for fact in json.loads((HOME / "facts.json").read_text())["facts"]:
        kind = fact["kind"].split(".")[0]
        part = "answers" if kind in OF_ANSWERS else "rows" if kind in ROWS else "requests"
        counts[part][fact["state"].split(":")[0]] += 1
    return {part: dict(count) for part, count in sorted(counts.items())}


def judged(fineprint, service):
    """Returns the numbers of cases, mutants and survivors of a service."""
    with tempfile.TemporaryDirectory() as work:
        specs = pathlib.Path(work) / "specs" / service.parent.name / service.name
        shutil.copytree(service, specs)
        command = [fineprint, "mutants", "--specs", f"{work}/specs", "--cases", f"{work}/cases"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = SUMMARY.search(done.stdout)
        if not found:
            sys.exit(f"{service}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        mutants, survived, cases = map(int, found.groups())
        return {"cases": cases, "mutants": mutants, "survived": survived}


def main():
    fineprint = pathlib.Path(sys.argv[1]).resolve()
    services = sorted(path.parent for path in HOME.glob("*/*/service.yaml"))
    figures = {"facts": shares(), "services": {}}
    for service in services:
        name = f"{service.parent.name}/{service.name}"
        figures["services"][name] = judged(fineprint, service)
        print(f"{name:24}", *(f"{value:5} {key}" for key, value in figures["services"][name].items()))
    for part, count in figures["facts"].items():
        said = count.get("said", 0) + count.get("open", 0)
        print(f"{part:10} {said} of {sum(count.values())} facts are said, {count.get('open', 0)} of them by examples")
    if "--update" in sys.argv:
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
        return
    known = json.loads(FIGURES.read_text())
    worse = [
        f"{name}: {found['survived']} mutants survive, {known['services'][name]['survived']} did"
        for name, found in figures["services"].items()
        if found["survived"] > known["services"][name]["survived"]
    ]
    if known["facts"] != figures["facts"]:
        worse.append(f"facts: {figures['facts']}, but figures.json has {known['facts']}")
    if worse:
        sys.exit("\n".join(worse) + "\nif that is meant: .ci/vendors.py FINEPRINT --update")


main()
