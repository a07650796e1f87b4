#!/usr/bin/env python3
"""Installs a build into an empty folder and looks at what the package would hold: all that its units and the program
name is there, and nothing of the demonstration, no city and no key is. check_install.py BUILD; exit 1 if not so."""
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAMS = {"pishkhan", "pishkhan-closed", "pishkhan-probe", "pishkhan-queue"}
# What kiosk/main.cpp and the units open by name.
NEEDED = ("share/pishkhan/fonts/Vazirmatn-Regular.ttf", "share/pishkhan/fonts/Vazirmatn-Medium.ttf",
          "share/pishkhan/fonts/Vazirmatn-Bold.ttf", "share/pishkhan/fonts/Vazirmatn-OFL.txt",
          "share/pishkhan/icons/icons.ttf", "share/pishkhan/icons/LICENSE", "share/pishkhan/printers/safe.json",
          "share/pishkhan/readers/vendor-class.json", "share/pishkhan/cards/citizen-card.json",
          "share/pishkhan/cards/piv.json",
          "share/pishkhan/translations/fa.mo", "share/pishkhan/closed.png", "lib/sysusers.d/pishkhan.conf",
          "lib/tmpfiles.d/pishkhan.conf", "lib/udev/rules.d/70-pishkhan.rules")
OF_SYSTEMD = {"bin/systemctl"}
FORBIDDEN = re.compile(r"demo|simulated|bench|cities|enrolment|_test|\.pem$|\.key$|secret")


def faults(prefix):
    files = sorted(p.relative_to(prefix).as_posix() for p in prefix.rglob("*") if p.is_file())
    programs = {name.removeprefix("bin/") for name in files if name.startswith("bin/")}
    if programs != PROGRAMS:
        yield f"the programs are {sorted(programs)}"
    yield from (f"{name} is missing" for name in NEEDED if name not in files)
    yield from (f"{name} is none of a kiosk's" for name in files if FORBIDDEN.search(name))
    for name in files:
        text = (prefix / name).read_bytes()
        if name.endswith((".service", ".rules", ".conf", ".json", ".txt")) and b"PRIVATE KEY" in text:
            yield f"{name} holds a private key"
        if name.endswith(".service"):
            for word in re.findall(r"/usr/(\S+)", text.decode()):
                if word not in files and word not in OF_SYSTEMD:
                    yield f"{name} names /usr/{word}, which is not installed"


def main():
    build = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "usr"
        subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        found = list(faults(prefix))
        (prefix / "bin/pishkhan-demo").write_text("x")
        (prefix / "share/pishkhan/closed.png").unlink()
        if len(list(faults(prefix))) < len(found) + 3:
            found.append("this check does not see a demo that was put in and a picture that was taken away")
    print("\n".join(found) if found else "the package holds what it should")
    sys.exit(1 if found else 0)


main()
