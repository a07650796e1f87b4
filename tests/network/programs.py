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
                 "--port-file", str(path / "port"), "--internal-port-file", str(path / "inner")],
                stdout=subprocess.PIPE, text=True)
            started.append(server)
            told = json.loads(server.stdout.readline())
            expect("port file", int((path / "port").read_text()) == told["port"])
            expect("inner port file", int((path / "inner").read_text()) == told["internal_port"])
            second = status(ingest, "--keys", str(keys / "ingest"), "--database", str(path / "ingest.db"))
            expect("one process owns the database", second.returncode == 1 and "another process" in second.stderr)

            opener = subprocess.Popen(
                [cases, "serve", "--keys", str(keys / "cases"), "--database", database, "--catalogue", pack,
                 "--ingest", f"https://127.0.0.1:{told['internal_port']}", "--poll-ms", "20"],
                stdout=subprocess.PIPE, text=True)
            started.append(opener)
            opener.stdout.readline()
            time.sleep(0.3)
            looked = status(cases, "list", "--database", database, "--json")
            expect("list beside serve", looked.returncode == 0 and json.loads(looked.stdout) == {"requests": []})
            expect("no such case: 1", status(cases, "show", "1405-000001", "--database", database).returncode == 1)
            desk = ["--database", database, "--keys", str(keys / "cases"), "--json"]
            told_pack = status(cases, "publish-catalogue", pack, *desk)
            expect("publish", told_pack.returncode == 0 and json.loads(told_pack.stdout)["number"] == 1)
            expect("no pack: 1", status(cases, "publish-catalogue", str(keys), *desk).returncode == 1)
            set_one = status(cases, "set-configuration", "sync.updates_seconds=60", "--kiosk", "1042", *desk)
            expect("set", set_one.returncode == 0 and json.loads(set_one.stdout) == {"number": 1})
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
