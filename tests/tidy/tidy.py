#!/usr/bin/env python3
"""Keeps the rules of the house that no compiler keeps. Prints each breach as file:line: rule: what; exit 1 if any.

    tidy.py [ROOT]        checks the tree
    tidy.py --self-test   shows that each rule can fail
"""
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDERS = ("base", "ui", "drivers", "offline-queue", "kiosk", "tests")
# Who may include whom; a folder may always include itself.
MAY_INCLUDE = {
    "base": {"base"},
    "ui": {"ui", "base"},
    "drivers": {"drivers", "base"},
    "offline-queue": {"offline-queue", "base"},
    "kiosk": {"kiosk", "ui", "drivers", "offline-queue", "base"},
    "tests": {"tests", "kiosk", "ui", "drivers", "offline-queue", "base"},
}
# Third-party headers and the only places that may include them.
HOMES = {
    r"libusb": ("drivers/usb/",),
    r"sqlite3\.h": ("offline-queue/store/", "offline-queue/reference-backend/", "tests/"),
    r"curl/": ("offline-queue/sync/", "tests/"),
    r"sodium\.h": ("offline-queue/protocol/", "tests/"),
    r"openssl/": ("offline-queue/", "drivers/simulated/", "drivers/card-reader/trust.cpp", "tests/"),
    r"boost/": ("offline-queue/reference-backend/", "tests/"),
    r"SDL": ("ui/", "kiosk/", "tests/"),
    r"imgui": ("ui/", "kiosk/demo/"),
    r"ft2build\.h|freetype|hb\.h|hb-|fribidi": ("ui/text/",),
    r"unicode/": ("ui/text/", "base/formats/"),
    r"nlohmann/": ("base/core/strict_json.h", "base/services/", "offline-queue/", "drivers/", "kiosk/tools/", "kiosk/demo/", "tests/"),
    r"toml\+\+": ("kiosk/config/",),
    r"qrencode": ("kiosk/receipts/",),
    r"spdlog": ("base/core/log.cpp",),
    r"png\.h": ("base/core/png.cpp",),
    r"CLI/": ("kiosk/", "offline-queue/reference-backend/", "tests/"),
    r"tl/": ("base/core/result.h",),
    r"umockdev": ("tests/umockdev/",),
    r"dlfcn\.h": ("tests/umockdev/",),
}
STANDARD = re.compile(r"^[a-z_0-9]+$|^(sys|netinet|arpa|linux)/|^(unistd|fcntl|errno|signal|string|strings|stdlib|stdint|stdio|malloc|termios|poll|dirent|pthread|time|spawn|sched|grp|pwd)\.h$|^doctest/")
FILE_LINES = 400
FUNCTION_LINES = 70


def sources(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cpp") and path.is_file():
                yield path, path.relative_to(root).as_posix()


def check_includes(name, lines):
    folder = name.split("/")[0]
    for number, line in enumerate(lines, 1):
        own = re.match(r'#include "([^"]+)"', line)
        if own:
            target = own.group(1).split("/")[0]
            if target not in MAY_INCLUDE[folder]:
                yield number, "include", f"{folder} may not include {own.group(1)}"
            elif own.group(1).startswith(("drivers/simulated/", "kiosk/demo/")) and not name.startswith(
                    ("drivers/simulated/", "kiosk/demo/", "tests/")):
                yield number, "include", f"what is shipped may not include {own.group(1)}"
            elif folder == "base":
                yield from base_floor(name, number, own.group(1))
        foreign = re.match(r"#include <([^>]+)>", line)
        if foreign and not STANDARD.match(foreign.group(1)):
            yield from foreign_home(name, number, foreign.group(1))


def base_floor(name, number, target):
    """base/services -> base/formats -> base/core, never up."""
    order = ["base/core", "base/formats", "base/services"]
    here = next((i for i, floor in enumerate(order) if name.startswith(floor)), None)
    there = next((i for i, floor in enumerate(order) if target.startswith(floor)), None)
    if here is not None and there is not None and there > here:
        yield number, "include", f"{order[here]} may not include {target}"


def foreign_home(name, number, header):
    for pattern, homes in HOMES.items():
        if re.match(pattern, header):
            if not name.startswith(homes):
                yield number, "third-party", f"<{header}> belongs to {', '.join(homes)}"
            elif name.startswith("kiosk/visit/"):
                yield number, "third-party", f"kiosk/visit includes no library, so not <{header}>"
            return
    yield number, "third-party", f"<{header}> has no home yet; give it one in tests/tidy/tidy.py"


def check_length(lines):
    if len(lines) > FILE_LINES:
        yield len(lines), "file-length", f"{len(lines)} lines, at most {FILE_LINES}"
    yield from function_lengths(lines)


def function_lengths(lines):
    """clang-format's layout makes a function end at a brace with the indentation of its first line."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None:
            opens = re.match(r"^( {0,2})(?! )(?!namespace|struct|class|enum|union|extern|#|//|typedef|using)\S.*\{$", line)
            if opens and ("(" in line or line.startswith(("    ", "  ")) or ")" in line):
                start = (number, opens.group(1))
        elif line.startswith(start[1] + "}"):
            length = number - start[0] + 1
            if length > FUNCTION_LINES:
                yield start[0], "function-length", f"{length} lines, at most {FUNCTION_LINES}"
            start = None


def check_log(name, lines):
    """A citizen's words have no way into the log: the types forbid it, and nobody may reveal() on the way."""
    text = "\n".join(lines)
    for match in re.finditer(r"log::(info|warning|error)\((?:[^;])*;", text):
        if "reveal" in match.group(0) or "PersonalText" in match.group(0):
            yield text.count("\n", 0, match.start()) + 1, "log", "personal data may not be logged"
    for match in re.finditer(r"(std::cout|std::cerr|printf|puts)\b[^;]*reveal\(", text):
        if not name.endswith("_test.cpp") and "reference-backend" not in name:
            yield text.count("\n", 0, match.start()) + 1, "log", "personal data may not be printed"


def check_words(lines):
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            yield number, "unfinished", "finish it or leave it out"
        if re.search(r"\bthrow\b(?!\(\))", re.sub(r'"[^"]*"|//.*', "", line)):
            yield number, "throw", "we throw nothing"


# Where words for a person come from; out_of_service.cpp speaks when no translation can be read.
SPOKEN = re.compile(r"^(ui/screens|kiosk/receipts|kiosk/visit)/(?!out_of_service).*(?<!_test)(?<!_main)\.cpp$")
# A language is called by its own name in every language.
NAMES_OF_LANGUAGES = {"فارسی", "فا", "English"}
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def check_translated(name, lines):
    """A sentence, an English word with a capital or anything Persian reaches the screen only through tr()."""
    if not SPOKEN.match(name):
        return
    text = "\n".join("" if re.match(r"\s*(#include|//)", line) else re.sub(r"(?<!:)//.*", "", line) for line in lines)
    for match in LITERAL.finditer(text):
        words = match.group(0)[1:-1]
        spoken = re.search(r"[A-Za-z]{2,}[.,:]? [A-Za-z]{2,}|^[A-Z][a-z]+|[\u0621-\u06cc]{2,}", words)
        if not spoken or words in NAMES_OF_LANGUAGES:
            continue
        before = LITERAL.sub('""', text[max(0, match.start() - 600):match.start()])
        if not re.search(r'\b(?:tr|english)\((?:""\s*)*$|\b(ENSURE|static_assert|info|warning|error)\([^;]*$', before):
            yield text.count("\n", 0, match.start()) + 1, "untranslated", f"tr() is missing around {words!r}"


def check_durability(name, lines):
    """The rigs show with synchronous=NORMAL that they see losses; nothing that is shipped may ask for it."""
    for number, line in enumerate(lines, 1):
        if "NormalForTheRigOnly" in line and not name.startswith(("tests/", "offline-queue/store/")):
            yield number, "durability", "only a rig may ask for less than Full"


def breaches(root):
    for path, name in sources(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        for check in (check_includes(name, lines), check_length(lines), check_log(name, lines), check_words(lines),
                      check_translated(name, lines), check_durability(name, lines)):
            for number, rule, what in check:
                yield f"{name}:{number}: {rule}: {what}"
    for folder in ("base", "ui", "drivers", "offline-queue", "kiosk", "image-build"):
        if not (root / folder / "README.md").is_file():
            yield f"{folder}/README.md:0: readme: each folder has one"


def check_tracked(root):
    """Nothing secret and nothing of one machine in the repository."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False).stdout
    for name in filter(None, listed.decode().split("\0")):
        path = root / name
        if path.suffix in (".ttf", ".png", ".bin") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----", text) and not name.startswith("tests/tidy/"):
            yield f"{name}:1: secret: a private key"


def self_test():
    broken = {
        "ui/a.cpp": '#include "kiosk/main.h"\n',
        "base/core/b.cpp": '#include "base/services/x.h"\n',
        "ui/c.cpp": "#include <sqlite3.h>\n",
        "kiosk/d.cpp": "#include <unknown/library.h>\n",
        "kiosk/e.cpp": "\n" * 401,
        "kiosk/f.cpp": "void f() {\n" + "  g();\n" * 70 + "}\n",
        "kiosk/g.cpp": 'log::info("x", {{"y", log::PublicText{name.reveal()}}});\n',
        "kiosk/h.cpp": "// TO" + "DO later\n",
        "kiosk/i.cpp": "void f() {\n  throw 1;\n}\n",
        "ui/screens/j.cpp": 'page.paragraph(column, "Please wait a moment");\n',
        "kiosk/j.cpp": "parts.durability = store::Durability::NormalForTheRigOnly;\n",
    }
    rules = ["include", "include", "third-party", "third-party", "file-length", "function-length", "log",
             "unfinished", "throw", "untranslated", "durability"]
    for (name, text), rule in zip(broken.items(), rules):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
            found = [line for line in breaches(pathlib.Path(folder)) if f": {rule}: " in line]
            if not found:
                sys.exit(f"the rule {rule} did not catch {name}")
    print(f"{len(broken)} breaches made, all caught")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(breaches(root)) + list(check_tracked(root))
    if not any(True for _ in sources(root)):
        sys.exit("no source was found: nothing was checked")
    print("\n".join(found) if found else "the house is tidy")
    sys.exit(1 if found else 0)


main()
