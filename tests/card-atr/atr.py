#!/usr/bin/env python3
"""Every answer to reset of pcsc-tools' smartcard_list.txt, parsed by card::parse_atr and by pcsc-tools' ATR_analysis, and
compared field by field: convention, each interface byte, protocols, K, historical bytes, TCK.

    atr.py ATR_FIELDS [--sample N] [--seed S]

Exit 0 when all are alike, 1 when not, 77 where pcsc-tools is missing.

In two points ATR_analysis does not do what ISO 7816-3:2006 says, and the rig expects ours to:
- It takes a byte more than the announced ones for a TCK whatever the protocols are. 8.2.5: there is no TCK if only T=0
  is offered, so ours says that such an ATR is too long.
- It misses no TCK where there is none. 8.2.5: it is mandatory for other protocols than T=0, so ours says truncated.
And 8.2.1 allows 32 characters after TS, which it does not count.
How many of each there were is printed.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

LIST = pathlib.Path("/usr/share/pcsc/smartcard_list.txt")
SKIPPED = 77
LONGEST = 33
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def exact_atrs():
    """Those without a wildcard or an alternative, each once."""
    found = {}
    for line in LIST.read_text(encoding="utf-8", errors="replace").splitlines():
        if re.fullmatch(r"[0-9A-Fa-f]{2}( [0-9A-Fa-f]{2})+\s*", line):
            found[line.strip().upper()] = True
    return list(found)


def ask_peer(atr, environment):
    done = subprocess.run(["ATR_analysis", atr], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=60, check=False)
    text = COLOUR.sub("", done.stdout.decode(errors="replace"))
    fields = {}
    protocols = []
    for line in text.splitlines():
        if match := re.match(r"\+ TS = .. --> (\w+)", line):
            fields["convention"] = match[1].lower()
        elif match := re.match(r"\+ T0 = .., Y\(1\): [01]+, K: (\d+)", line):
            fields["K"] = match[1]
        elif match := re.match(r"  T([ABCD])\((\d+)\) = (..) -->", line):
            fields[f"T{match[1]}{match[2]}"] = match[3]
            if protocol := re.search(r"Protocol T = (\d+)", line):
                protocols.append(protocol[1])
        elif match := re.match(r"\+ Historical bytes: ?(.*)", line):
            fields["history"] = match[1].replace(" ", "").lower()
        elif match := re.match(r"\+ TCK = (..) +\(?(correct|WRONG)", line):
            fields["check"] = "right" if match[2] == "correct" else "wrong"
        elif "ATR is truncated" in line:
            fields["fault"] = "truncated"
        elif "ATR is too long" in line:
            fields["fault"] = "too-long"
    fields.setdefault("check", "absent")
    # Each once; T=15 is no protocol but announces global interface bytes (8.2.3).
    fields["protocols"] = ",".join([one for one in dict.fromkeys(protocols) if one != "15"] or ["0"])
    fields["needs_check"] = set(protocols) - {"0"} != set()
    return fields


def expected(atr, peer, reasons):
    """What ours has to say, given what the peer says."""
    size = len(atr.split())
    other_protocols = peer.pop("needs_check")
    if "history" not in peer:
        # It stops where there are no more bytes, also if there need be none.
        values = [peer[key] for key in peer if re.fullmatch(r"T[ABCD]\d+", key)]
        announced = [atr.split()[1]] + [peer[key] for key in peer if key.startswith("TD")]
        whole = len(values) == sum(bin(int(one, 16) >> 4).count("1") for one in announced)
        if not whole or peer["K"] != "0":
            return {"fault": "truncated"}
        reasons["complete without historical bytes, where the peer stops"] += 1
        peer["history"] = ""
    if peer.get("fault") == "too-long" or size > LONGEST:
        return {"fault": "too-long"}
    if peer.get("fault") == "truncated":
        return {"fault": "truncated"}
    if peer["check"] != "absent" and not other_protocols:
        reasons["a check byte although only T=0 is offered (8.2.5)"] += 1
        return {"fault": "too-long"}
    if peer["check"] == "absent" and other_protocols:
        reasons["no check byte although another protocol than T=0 is offered (8.2.5)"] += 1
        return {"fault": "truncated"}
    return peer


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("atr_fields")
    arguments.add_argument("--sample", type=int, default=0, help="so many, drawn by the seed; 0 = all")
    arguments.add_argument("--seed", type=int, default=int(os.environ.get("PISHKHAN_SEED", "20261124")))
    given = arguments.parse_args()
    if not shutil.which("ATR_analysis") or not LIST.exists():
        print("skipped: package pcsc-tools is not installed")
        sys.exit(SKIPPED)
    atrs = exact_atrs()
    everything = len(atrs)
    if given.sample:
        atrs = random.Random(given.seed).sample(atrs, min(given.sample, everything))
    ours = subprocess.run([given.atr_fields], input="\n".join(a.replace(" ", "") for a in atrs) + "\n",
                          stdout=subprocess.PIPE, encoding="ascii", check=True).stdout.splitlines()
    assert len(ours) == len(atrs)
    with tempfile.TemporaryDirectory(prefix="atr-") as home:
        # A list of its own, empty and fresh: it looks for no card's name, and for no newer list on the network.
        cache = pathlib.Path(home, ".cache")
        cache.mkdir()
        (cache / "smartcard_list.txt").touch()
        environment = {**os.environ, "HOME": home, "LC_ALL": "C"}
        environment.pop("XDG_CACHE_HOME", None)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            peers = list(pool.map(lambda atr: ask_peer(atr, environment), atrs))
    reasons = collections.Counter()
    verdicts = collections.Counter()
    differing = 0
    for atr, line, peer in zip(atrs, ours, peers):
        mine = dict(field.split("=", 1) for field in line.split())
        wanted = expected(atr, peer, reasons)
        verdicts[mine.get("fault") or "check byte " + mine["check"]] += 1
        if mine != wanted:
            differing += 1
            if differing > 20:
                continue
            print(f"{atr}\n  ours {mine}\n  peer {wanted}")
    for verdict, count in sorted(verdicts.items()):
        print(f"{count:6} {verdict}")
    for reason, count in sorted(reasons.items()):
        print(f"{count:6} by the standard and not as the peer: {reason}")
    seed = f", seed {given.seed}" if given.sample else ""
    print(f"{len(atrs) - differing} of {len(atrs)} alike (of {everything} in the list{seed})")
    sys.exit(1 if differing else 0)


main()
