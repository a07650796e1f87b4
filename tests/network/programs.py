"""Starts pishkhan-ingest and pishkhan-cases as a city would, and checks how they answer, stop and refuse.

    programs.py FOLDER-OF-PROGRAMS CITY-PACK
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time


def enrol(path, programs, keys, database, status, expect):
    """What staff and a technician do for a new kiosk, with the programs that they have."""
    cases, queue = str(programs / "pishkhan-cases"), str(programs / "pishkhan-queue")
    desk = ["--database", database, "--json"]
    issued = status(cases, "enrol-code", "1043", *desk)
    expect("a code", issued.returncode == 0)
    code = json.loads(issued.stdout)["code"]
    # What was written down must not show on a line of the process list, so it is read.
    new_keys = path / "new-keys"
    new_keys.mkdir()
    port = (path / "enrolment").read_text().strip()
    command = [queue, "enrol", "--url", f"https://127.0.0.1:{port}", "--keys", str(new_keys),
               "--ca", str(keys / "kiosk" / "authority.pem"), "--json", "--patience", "60"]
    mistyped = status(*command, "--code", "1043-0000-0000-0000")
    expect("mistyped: 1, and why", mistyped.returncode == 1 and "check digits" in mistyped.stderr)
    made = subprocess.run([*command, "--code", "-"], input=code + "\n", capture_output=True, text=True, timeout=90)
    expect(f"enrolled {made.stderr}", made.returncode == 0
           and json.loads(made.stdout) == {"kiosk": 1043, "epoch": 1, "was_complete": False})
    expect("keys are there", {"current", "device.secret", "enrolment.1.json", "signing.1.pem", "tls.1.pem",
                              "authority.1.pem"} == {file.name for file in new_keys.iterdir()})
    expect("private", all(file.stat().st_mode & 0o777 == 0o600 for file in new_keys.iterdir()))
    used = status(*command, "--code", code)
    expect("used: 1, and why", used.returncode == 1 and "used" in used.stderr)
    book = json.loads(status(cases, "kiosks", *desk).stdout)
    row = next(row for row in book["kiosks"] if row["kiosk"] == 1043)
    expect("in the book", row["epoch"] == 1 and row["state"] == "active" and row["certificate_until_ms"] > 0)
    expect("and the one of kiosks.json", any(row["kiosk"] == 1042 for row in book["kiosks"]))
    expect("used", [row["used"] for row in book["codes"]] == [True])
    expect("a reason is needed", status(cases, "revoke", "1043", "--epoch", "1", *desk).returncode == 2)
    revoked = status(cases, "revoke", "1043", "--epoch", "1", "--reason", "stolen", *desk)
    expect("revoked", revoked.returncode == 0 and json.loads(revoked.stdout) == {"epochs": 1})
    again = status(cases, "revoke", "1043", "--all-epochs", "--reason", "stolen", *desk)
    expect("nothing left to revoke: 1", again.returncode == 1)


def main():
    programs, pack = pathlib.Path(sys.argv[1]), sys.argv[2]
    ingest, cases = str(programs / "pishkhan-ingest"), str(programs / "pishkhan-cases")
    started = []

    def status(*command):
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def expect(what, holds):
        if not holds:
            raise AssertionError(what)

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        keys = path / "keys"
        try:
            made = status(cases, "demo-keys", str(keys), "--json")
            expect("keys are made", made.returncode == 0 and json.loads(made.stdout) == {"made": True})
            expect("once", json.loads(status(cases, "demo-keys", str(keys), "--json").stdout) == {"made": False})
            for program in (ingest, cases):
                expect("--help", status(program, "--help").returncode == 0)
                expect("--version", status(program, "--version").stdout.strip() != "")
                expect("wrong use is 2", status(program, "--no-such-option").returncode == 2)
            no_keys = status(ingest, "--keys", str(path / "none"), "--database", str(path / "x.db"))
            expect("no keys: it says no", no_keys.returncode == 1 and "signing.pem" in no_keys.stderr)

            database = str(path / "cases.db")
            expect("init", status(cases, "init", "--database", database).returncode == 0)
            server = subprocess.Popen(
                [ingest, "--keys", str(keys / "ingest"), "--database", str(path / "ingest.db"), "--json",
                 "--port-file", str(path / "port"), "--internal-port-file", str(path / "inner"),
                 "--enrolment-port", "0", "--enrolment-port-file", str(path / "enrolment")],
                stdout=subprocess.PIPE, text=True)
            started.append(server)
            told = json.loads(server.stdout.readline())
            expect("port file", int((path / "port").read_text()) == told["port"])
            expect("inner port file", int((path / "inner").read_text()) == told["internal_port"])
            second = status(ingest, "--keys", str(keys / "ingest"), "--database", str(path / "ingest.db"))
            expect("one process owns the database", second.returncode == 1 and "another process" in second.stderr)

            opener = subprocess.Popen(
                [cases, "serve", "--keys", str(keys / "cases"), "--database", database, "--catalogue", pack,
                 "--ingest", f"https://127.0.0.1:{told['internal_port']}", "--poll-ms", "20",
                 "--city-keys", str(keys / "city"), "--backend-url", f"https://127.0.0.1:{told['port']}"],
                stdout=subprocess.PIPE, text=True)
            started.append(opener)
            opener.stdout.readline()
            time.sleep(0.3)
            looked = status(cases, "list", "--database", database, "--json")
            expect("list beside serve", looked.returncode == 0 and json.loads(looked.stdout) == {"requests": []})
            expect("no such case: 1", status(cases, "show", "1405-000001", "--database", database).returncode == 1)
            begun_ms = int(time.time() * 1000)  # what the city says is numbered by the time
            desk = ["--database", database, "--keys", str(keys / "cases"), "--json"]
            told_pack = status(cases, "publish-catalogue", pack, *desk)
            expect("publish", told_pack.returncode == 0 and json.loads(told_pack.stdout)["number"] >= begun_ms)
            expect("no pack: 1", status(cases, "publish-catalogue", str(keys), *desk).returncode == 1)
            set_one = status(cases, "set-configuration", "sync.updates_seconds=60", "--kiosk", "1042", *desk)
            expect("set", set_one.returncode == 0 and json.loads(set_one.stdout)["number"] >= begun_ms)
            expect("closed set", status(cases, "set-configuration", "paths.keys=1", *desk).returncode == 1)
            expect("order", status(cases, "command", "sync-now", *desk).returncode == 0)
            expect("a reason is needed", status(cases, "command", "out-of-service", *desk).returncode == 1)
            expect("no such order: 2", status(cases, "command", "erase", *desk).returncode == 2)
            expect("no such case", status(cases, "stage", "1405-000001", "repair", *desk).returncode == 1)
            audit = status(cases, "audit", "--database", database, "--json")
            expect("audit", json.loads(audit.stdout) == {"audits": []})
            health = status(cases, "health", "--keys", str(keys / "cases"), "--json", "--ingest",
                            f"https://127.0.0.1:{told['internal_port']}")
            expect("health", health.returncode == 0 and json.loads(health.stdout) == {"kiosks": []})
            enrol(path, programs, keys, database, status, expect)
            for process in (opener, server):
                process.send_signal(signal.SIGTERM)
                expect("SIGTERM ends it with 0", process.wait(timeout=30) == 0)
        finally:
            for process in started:
                if process.poll() is None:
                    process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
