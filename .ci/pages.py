#!/usr/bin/env python3
"""Generates random services, whose suites must meet the same requirements as the shipped one.

    .ci/pages.py target/release/fineprint FIRST LAST

Each number is a service of its own: parameters with rules of all kinds in one of the protocols, error rows for some of them,
and an entity that is created and perhaps read, changed, listed and removed. The reference server built from it must pass, every
mutant must be killed, and no reading may fail. A service with a problem is kept in a folder, whose name is printed.
"""

import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

PROTOCOLS = ["rest", "acs-rpc", "tencent-3.0"]
NAMES = ["Alpha", "Beta", "Gamma", "Delta", "Eps"]
LISTED = ["Red", "blue", "GREEN", "a", "ab", "x-y"]
ID = "  Id: {type: string, required: true, exists: thing}\n"


class Parameter:
    """One random row of a parameter table."""

    def __init__(self, draw):
        self.keys = {"type": "string"}
        self.rules = []
        # Its members: path, rules, whether the member is required.
        self.below = []
        kinds = [self.text] * 3 + [self.listed, self.integers, self.scalar, self.email, self.phone, self.array, self.plain]
        kinds += [self.ranged, self.object, self.objects, self.patterned, self.common]
        draw.choice(kinds)(draw)
        if draw.random() < 0.5:
            self.keys["required"] = "true"

    def text(self, draw):
        if draw.random() < 0.8:
            least = draw.choice([0, 1, 1, 2, 3, 5, 10])
            most = max(2, least + draw.choice([0, 1, 2, 5, 20, 50]))
            forms = [f"{least}..{most}", f"..{most}", f"{max(least, 1)}..", "..unstated", f"{{is: {least}..{most}, unit: bytes}}"]
            self.rule("length", draw.choice(forms))
        if draw.random() < 0.6:
            classes = draw.sample(["letters", "digits", '"_"', '"-"', '"."', '" "'], draw.randint(1, 4))
            if not {"letters", "digits"} & set(classes):
                classes.append("letters")
            marks = [each for each in classes if each not in ("letters", "digits")]
            of = f"[{', '.join(classes)}]"
            not_first = f"{{of: {of}, not-first: [{', '.join(marks)}]}}"
            self.rule("characters", not_first if marks and draw.random() < 0.5 else of)
        self.perhaps_unique(draw)

    def listed(self, draw):
        self.rule("values", f"[{', '.join(draw.sample(LISTED, draw.randint(1, 4)))}]")

    def integers(self, draw):
        self.keys["type"] = "integer"
        self.rule("values", f"{draw.sample(range(-2, 9), draw.randint(1, 3))}")

    def scalar(self, draw):
        self.keys["type"] = draw.choice(["integer", "number", "boolean"])

    def ranged(self, draw):
        self.keys["type"] = draw.choice(["integer", "number"])
        least, width = draw.choice([-5, 0, 1, 10]), draw.choice([1, 2, 9, 1000])
        forms = [f"{least}..{least + width}", f"{least}..", f"..{least}", f"{{above: {least}, below: {least + width + 1}}}"]
        self.rule("range", draw.choice(forms))

    def common(self, draw):
        formats = ["date", "date-time", "uuid", "url", "{is: url, schemes: [https]}", "{is: url, schemes: [http, ftp]}", "ipv4", "ipv6"]
        self.rule("format", draw.choice(formats))
        self.perhaps_unique(draw)

    def patterned(self, draw):
        patterns = [
            "[a-z][a-z0-9-]{2,19}", "#([0-9a-f]{3}|[0-9a-f]{6})", r"\\d{3}-\\d+", "[A-Z]+(_[A-Z]+)*", "(red|green)-[0-9]{1,4}",
            r"v[0-9]+(\\.[0-9]+)?", "[^/ ]{1,12}", r"\\w{4,}", "/?[a-zA-Z0-9][a-zA-Z0-9_.-]+", "x{3}|y{4,6}",
        ]
        text = f'"{draw.choice(patterns)}"'
        options = draw.choice(["", "", ", dialect: ecma", ", dialect: go", ", search: true"])
        self.rule("pattern", f"{{is: {text}{options}}}" if options else text)
        if draw.random() < 0.3:
            self.rule("length", "..30")
        self.perhaps_unique(draw)

    def object(self, draw):
        self.keys["type"] = "object"
        self.keys["members"] = self.members(draw, "", draw.random() < 0.3)

    def objects(self, draw):
        self.keys["type"] = "array"
        self.keys["items"] = f"{{type: object, members: {self.members(draw, '[]', False)}}}"

    def members(self, draw, within, is_deep):
        rules = [
            ("type: string, length: 2..6, characters: letters", ["length", "characters"]),
            ("type: string, values: [x, yy, zzz]", ["values"]),
            ("type: integer, range: 1..9", ["range"]),
            ("type: boolean", []),
            ("type: array, items: {type: string, length: 2..4, characters: letters}", ["items"]),
        ]
        members = []
        for name in draw.sample(["one", "two", "three"], draw.randint(1, 3)):
            text, names = draw.choice(rules)
            is_required = draw.random() < 0.4
            place = f"{within}.{name}"
            if is_deep:
                text, names, is_deep = f"type: object, members: {self.members(draw, place, False)}", [], False
            members.append(f"{name}: {{{text}{', required: true' if is_required else ''}}}")
            self.below.append((place, names + ["type"], is_required))
        return f"{{{', '.join(members)}}}"

    def email(self, draw):
        self.rule("format", "email")
        if draw.random() < 0.4:
            self.rule("length", draw.choice(["..40", "..64", "..unstated", "6..50"]))
        self.perhaps_unique(draw)

    def phone(self, draw):
        self.rule("format", draw.choice(["phone", "{is: phone, countries: [86]}", "{is: phone, countries: [1, 44]}"]))
        self.perhaps_unique(draw)

    def array(self, draw):
        self.keys["type"] = "array"
        members = ["string, length: 2..6, characters: letters", "string, values: [x, yy, zzz]", "integer, values: [1, 2]"]
        self.rule("items", f"{{type: {draw.choice(members)}}}")
        if draw.random() < 0.4:
            self.rule("count", draw.choice(["1..2", "..3", "2..4", "2..", "1..10", "3"]))

    def plain(self, _draw):
        pass

    def rule(self, key, value):
        self.keys[key] = value
        self.rules.append(key)

    def perhaps_unique(self, draw):
        if draw.random() < 0.3:
            self.keys["unique"] = "true"

    def line(self, name, without=()):
        keys = ", ".join(f"{key}: {value}" for key, value in self.keys.items() if key not in without)
        return f"  {name}: {{{keys}}}\n"


class Service:
    """A random service: its files by name."""

    def __init__(self, number):
        self.draw = random.Random(number)
        self.protocol = self.draw.choice(PROTOCOLS)
        self.is_rest = self.protocol == "rest"
        self.removed = self.maybe(0.8)
        self.listed = self.maybe(0.5)
        self.id_path = self.draw.choice(["Thing.Id", "Id"])
        self.shared = self.maybe(0.3)
        self.table = {name: self.parameter() for name in NAMES[: self.draw.randint(1, 5)]}
        self.has_id_row = self.maybe(0.8)
        self.files = {"service": self.service(), "MakeThing": self.make()}
        for name, chance, text in [
            ("DropThing", 1.0 if self.removed else 0.0, self.drop),
            ("GetThing", 0.7, self.get),
            ("ListThings", 1.0 if self.listed else 0.0, self.list),
            ("ChangeThing", 0.6, self.change),
        ]:
            if self.maybe(chance):
                self.files[name] = text()

    def maybe(self, chance):
        return self.draw.random() < chance

    def parameter(self):
        parameter = Parameter(self.draw)
        location = self.draw.choice([None] * 5 + ["header", "query", "cookie"]) if self.is_rest else None
        is_flat = parameter.keys["type"] != "object" and "object" not in parameter.keys.get("items", "")
        if location and is_flat and not (parameter.keys["type"] == "array" and location != "query"):
            parameter.keys["in"] = location
        is_typed = self.protocol != "acs-rpc" and "in" not in parameter.keys
        if is_typed or parameter.keys["type"] in ("integer", "number", "boolean"):
            parameter.rules.append("type")
        return parameter

    def service(self):
        text = f'service: s\nvendor: V\nversion: "2020-01-01"\nprotocol: {self.protocol}\n'
        if self.is_rest:
            output = ", output: data" if self.maybe(0.5) else ""
            access = self.draw.choice(["none", "bearer"])
            text += f"http: {{authentication: {access}, code: error.code, message: error.message{output}}}\n"
        elif self.maybe(0.5):
            text += "codes: hierarchical\n"
        remover = "DropThing" if self.removed else "none"
        lister = ", listed-by: ListThings" if self.listed else ""
        text += f"entities:\n  thing: {{id: {self.id_path}, made-by: MakeThing, removed-by: {remover}{lister}}}\n"
        text += "errors:\n- {code: Auth, when: auth}\n"
        if not self.is_rest:
            text += "- {code: NoAction, when: unknown-action}\n- {code: NoVersion, when: unknown-version}\n"
        text += "- {code: Unlisted, when: unknown-parameter}\n" if self.maybe(0.3) else ""
        text += "- {code: Odd, says: something odd}\n" if self.maybe(0.3) else ""
        if self.shared:
            rules = "[type, length, range, characters, pattern, format, values, count, items]"
            text += '- {code: MissingParameter, when: {"*": required}}\n'
            text += f'- {{code: InvalidParameter, when: {{"*": {rules}}}}}\n'
        return text

    def row(self, status, code, message, when):
        given = "" if self.protocol == "tencent-3.0" else f"status: {status}, "
        return f'- {{{given}code: {code}, message: "{message}", when: {when}}}\n'

    def rows(self, table):
        text = ""
        own = not (self.shared and self.maybe(0.5))
        for name, parameter in table.items():
            rules = list(parameter.rules)
            if own and "required" in parameter.keys and self.maybe(0.9):
                text += self.row(400, f"Missing{name}", f"No {name}", f"{{{name}: required}}")
            if "unique" in parameter.keys:
                text += self.row(409, f"Used{name}", f"{name} is used.", f"{{{name}: unique}}")
            if own and "length" in rules and self.maybe(0.4):
                text += self.row(422, f"Long{name}", f"{name} has a bad length.", f"{{{name}: length}}")
                rules.remove("length")
            if own and rules:
                text += self.row(422, f"Bad{name}", f"Bad {name}.", f"{{{name}: [{', '.join(rules)}]}}")
            text += self.rows_below(name, parameter) if own else ""
        return text

    def rows_below(self, name, parameter):
        """Error rows for members: one for each member, or one for all items of a list."""
        text = ""
        if parameter.keys["type"] == "array" and self.maybe(0.3):
            return self.row(422, f"Bad{name}Items", f"Bad items of {name}.", f"{{{name}: items}}") if parameter.below else ""
        for number, (place, rules, is_required) in enumerate(parameter.below):
            if is_required and self.maybe(0.8):
                text += self.row(400, f"Missing{name}{number}", f"No {number}.", f"{{'{name}{place}': required}}")
            if self.maybe(0.8):
                text += self.row(422, f"Bad{name}{number}", f"Bad {number}.", f"{{'{name}{place}': [{', '.join(rules)}]}}")
        return text

    def id_rows(self):
        text = "" if self.is_rest else self.row(400, "MissingId", "No Id.", "{Id: required}")
        return text + (self.row(404, "NoThing", "There is none.", "{Id: exists}") if self.has_id_row else "")

    def operation(self, name, route, parameters, rows, response, head=""):
        http = f"http: {route}\n" if self.is_rest else ""
        request_id = "" if self.is_rest else "  RequestId: {type: string, varies: true, unique: true}\n"
        text = f"operation: {name}\n{http}page: {{title: {name}}}\n{head}"
        for key, part in [("parameters", parameters), ("errors", rows), ("response", request_id + response)]:
            text += f"{key}:\n{part}" if part else ""
        return text

    def support(self, chance):
        return "support: true\n" if self.maybe(chance) else ""

    def elements(self, indent):
        text = ""
        for name, parameter in self.table.items():
            chance = {"array": 0.2, "object": 0.0}.get(parameter.keys["type"], 0.7)
            if self.maybe(0.0 if "object" in parameter.keys.get("items", "") else chance):
                optional = "" if "required" in parameter.keys else ", optional: true"
                text += f"{indent}{name}: {{type: {parameter.keys['type']}, varies: true{optional}}}\n"
        return text

    def make(self):
        parameters = "".join(parameter.line(name) for name, parameter in self.table.items())
        rows = self.rows(self.table)
        rows += self.row(409, "Quota", "Enough.", "quota") if self.maybe(0.3) else ""
        if self.protocol != "acs-rpc" and self.maybe(0.4):
            rows += self.row(400, "Malformed", "No JSON.", "malformed-request")
        id_element = "  Id: {type: string, varies: true}\n"
        response = f"  Thing:\n  {id_element}" if "." in self.id_path else id_element
        return self.operation("MakeThing", "POST /things", parameters, rows, response, "creates: thing\n")

    def drop(self):
        return self.operation("DropThing", "DELETE /things/{Id}", ID, self.id_rows(), "", self.support(0.5))

    def get(self):
        within = self.maybe(0.5)
        elements = self.elements("    " if within else "  ")
        response = f"  Thing:\n{elements}" if within and elements else elements
        return self.operation("GetThing", "GET /things/{Id}", ID, self.id_rows(), response, self.support(0.6))

    def list(self):
        members = "      Id: {type: string, varies: true}\n" + self.elements("      ")
        response = f"  Things:\n    type: array\n    varies: true\n    elements:\n{members}"
        return self.operation("ListThings", "GET /things", "", "", response, self.support(0.5))

    def change(self):
        table = {name: each for name, each in self.table.items() if "in" not in each.keys and self.maybe(0.8)}
        parameters = ID + "".join(each.line(name, ("required",)) for name, each in table.items())
        rows = self.id_rows()
        for name, each in table.items():
            rules = ", ".join(each.rules)
            rows += self.row(422, f"Bad{name}", f"Bad {name}.", f"{{{name}: [{rules}]}}") if rules else ""
            rows += self.rows_below(name, each)
            if "unique" in each.keys:
                rows += self.row(409, f"Used{name}", f"{name} is used.", f"{{{name}: unique}}")
        rows += self.row(409, "Idle", "Nothing changes.", "state") if self.maybe(0.3) else ""
        return self.operation("ChangeThing", f"{self.draw.choice(['PATCH', 'PUT'])} /things/{{Id}}", parameters, rows, "")


def complaints(binary, folder):
    """Returns what fineprint reports about the service in a folder and must not report."""
    seed = ["--seed", "1"]
    commands = [
        ["generate"],  # if CI is set, no other command writes cases
        ["run", "--no-snapshots", *seed],
        ["mutants", *seed],
        ["mutants", "--readings", "--depth", "pairwise", *seed],
    ]
    for command in commands:
        done = subprocess.run([binary, *command], cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            yield f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-500:]}"


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    wrong = 0
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"pages-{number}-"))
        specs = folder / "specs" / "v" / "s"
        specs.mkdir(parents=True)
        for name, text in Service(number).files.items():
            (specs / f"{name}.yaml").write_text(text)
        found = list(complaints(binary, folder))
        if found:
            wrong += 1
            print(f"{number}: {folder}", *found, sep="\n")
        else:
            shutil.rmtree(folder)
    print(f"{int(sys.argv[3]) - int(sys.argv[2])} made-up services, {wrong} of them with complaints")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
