#!/usr/bin/env python3
"""Makes up the catalogue of a whole vendor, to measure what specs cost: `benches/catalogue.py FOLDER`.

16,000 operations in 200 services, 70,000 parameters (3 in the median, 23 at p99, 66 at most) and 139,000 error rows, if nothing
else is asked for. The same arguments make the same files.
"""

import argparse
import math
import random
from pathlib import Path

SERVICE = """\
service: {name}
vendor: Made Up
version: 2026-01-01
protocol: acs-rpc
errors:
- {{code: MissingParameter, when: {{"*": required}}}}
- {{code: InvalidParameter, when: {{"*": type}}}}
- {{code: Throttling, status: 429, when: throttled}}
"""

# The kinds of parameters: how many of a hundred, their keys, and the rule that their error row covers.
RULES = [
    (52, "type: string, example: abc", "required"),
    (16, "type: integer, example: 7", "type"),
    (8, "type: boolean, example: true", "type"),
    (8, "type: string, values: [Small, Medium, Large], example: Small", "values"),
    (7, "type: string, length: {low}..{high}, example: abcdefgh", "length"),
    (5, "type: array, items: {{type: string, values: [Red, Green, Blue]}}, example: [Red]", "items"),
    (3, "type: string, length: 2..32, characters: letters, example: tom", "[length, characters]"),
    (1, "type: string, format: email, example: me@example.com", "format"),
]


def sizes(random_, operations, parameters):
    """Number of parameters of each operation: median 3, p99 23, maximum 66, with this total."""
    if parameters:
        return [parameters] * operations
    drawn = [min(66, max(1, round(math.exp(random_.gauss(math.log(3.1), 0.85))))) for _ in range(operations)]
    drawn[operations // 2] = 66
    return drawn


def operation(random_, name, count):
    lines = [f"operation: {name}", f"page: {{title: {name}}}", "parameters:"]
    rows = []
    for index in range(count):
        (_, rule, breaks), = random_.choices(RULES, [share for share, _, _ in RULES])
        low = random_.randint(1, 8)
        rule = rule.format(low=low, high=low + random_.randint(8, 64))
        parameter = f"P{index + 1}"
        required = "true" if random_.random() < 0.35 else "false"
        lines.append(f"  {parameter}: {{required: {required}, {rule}}}")
        message = f"{parameter} is invalid."
        rows.append(f"- {{status: 400, code: Invalid{parameter}, message: {message}, when: {{{parameter}: {breaks}}}}}")
    for index in range(max(0, round(4.3 + random_.gauss(0, 2)))):
        rows.append(f"- {{status: 400, code: Other.{index}, message: Something else {index}., when: state}}")
    lines += ["errors:", *rows] if rows else []
    lines += ["response:", "  RequestId: {type: string, varies: true, example: r-1}", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--operations", type=int, default=16_000)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--parameters", type=int, default=0, help="of each operation; 0: as vendors have them")
    wanted = parser.parse_args()
    random_ = random.Random(1)
    counts = sizes(random_, wanted.operations, wanted.parameters)
    of_service = math.ceil(wanted.operations / wanted.services)
    for number in range(wanted.services):
        folder = wanted.folder / "specs" / "made-up" / f"service-{number + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "service.yaml").write_text(SERVICE.format(name=f"service-{number + 1}"))
        for index, count in enumerate(counts[number * of_service:(number + 1) * of_service]):
            name = f"Do{number + 1}x{index + 1}"
            (folder / f"{name}.yaml").write_text(operation(random_, name, count))
    print(f"{len(counts)} operations, {sum(counts)} parameters; median {sorted(counts)[len(counts) // 2]}, "
          f"p99 {sorted(counts)[len(counts) * 99 // 100]}, most {max(counts)}")


main()
