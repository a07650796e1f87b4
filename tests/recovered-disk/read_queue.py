#!/usr/bin/env python3
"""Reads and verifies a kiosk's queue without any of our code: written from offline-queue/store/file-format.md, with
Python's standard library only. Prints the same members as `pishkhan-queue verify --json`; 0: whole, 1: not, 2: wrong use.

    read_queue.py FOLDER ENROLMENT.JSON
"""
import hashlib
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile

# P-256: FIPS 186-4, appendix D.1.2.3.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def point_of(compressed):
    x = int.from_bytes(compressed[1:], "big")
    y = pow((x**3 - 3 * x + B) % P, (P + 1) // 4, P)
    if (y * y - (x**3 - 3 * x + B)) % P:
        raise ValueError("not on the curve")
    return x, y if y % 2 == compressed[0] - 2 else P - y


def verifies(key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    w = pow(s, -1, N)
    found = add(times(e * w % N, G), times(r * w % N, key))
    return found is not None and found[0] % N == r


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def number(data):
    return int.from_bytes(data, "big")


def head_of(path):
    """The newer slot that counts, and whether the file is there."""
    if not path.exists():
        return None, False
    data, best = path.read_bytes(), None
    for offset in (0, 512):
        slot = data[offset:offset + 123]
        if len(slot) == 123 and slot[:4] == b"PKH1" and blake2b(slot[:107])[:16] == slot[107:]:
            head = {"kiosk": number(slot[4:6]), "epoch": slot[6], "sequence": number(slot[7:11]), "hash": slot[11:43],
                    "signature": slot[43:107]}
            if head["sequence"] <= 999_999 and (best is None or head["sequence"] > best["sequence"]):
                best = head
    return best, True


def readable(row, place):
    header, _, link, signature, _ = row
    if not all(isinstance(column, bytes) for column in (header, link, signature)):
        return False
    if (len(header), len(link), len(signature)) != (70, 32, 64):
        return False
    return (header[0] == 1 and 1 <= header[1] <= 4 and header[2] == 1 and number(header[10:18]) < 2**53
            and (number(header[3:5]), header[5], number(header[6:10])) == place)


def verdict_of(row, place, before, key):
    """The verdict, and what the next record must join."""
    if row is None:
        return "missing", None
    if not readable(row, place):
        return "unreadable", None
    header, payload, link, signature, written = row
    signed = verifies(key, link, signature)
    if before is None and signed:
        before = written
    joins = before is not None and blake2b(before + header) == link
    after = link if signed or joins else None
    if before is None:
        return "unproven", after
    if not joins:
        return "bad-link", after
    if payload is not None and (len(payload) != number(header[34:38]) or blake2b(payload) != header[38:70]):
        return "bad-payload", after
    return ("sound" if signed else "bad-signature"), after


def look_up(database, schema, sequence):
    previous = "previous" if schema >= 3 else "NULL"
    try:
        return database.execute(f"SELECT header, payload, hash, signature, {previous} FROM entry WHERE seq = ?",
                                (sequence,)).fetchone()
    except sqlite3.DatabaseError:
        return (None, None, None, None, None)


def anchored(head, there, last, hash_there, place, key):
    if last == 0 and head is None:
        return "matches"
    if not there:
        return "missing"
    if head is None or (head["kiosk"], head["epoch"]) != place or not verifies(key, head["hash"], head["signature"]):
        return "damaged"
    if head["sequence"] > last:
        return "truncated"
    return "matches" if hash_there in (None, head["hash"]) else "forked"


def verify(folder, certificate):
    key = point_of(certificate[4:37])
    database = sqlite3.connect(folder / "queue.db")
    if (database.execute("PRAGMA application_id").fetchone()[0] != 0x504B5131
            or (schema := database.execute("PRAGMA user_version").fetchone()[0]) > 4):
        sys.exit("no queue, or one of a newer program")
    kiosk, epoch = database.execute("SELECT kiosk, epoch FROM identity").fetchone()
    if (number(certificate[1:3]), certificate[3]) != (kiosk, epoch):
        sys.exit("the enrolment is of another kiosk or epoch")
    head, there = head_of(folder / "queue.head")
    highest = min(database.execute("SELECT max(seq) FROM entry").fetchone()[0] or 0, 999_999)
    if head and (head["kiosk"], head["epoch"]) == (kiosk, epoch):
        highest = max(highest, head["sequence"])
    before = blake2b(b"pishkhan chain 1" + kiosk.to_bytes(2, "big") + bytes([epoch]))
    sound = erased = last = 0
    broken, hash_there = [], None
    for sequence in range(1, highest + 1):
        row = look_up(database, schema, sequence)
        verdict, before = verdict_of(row, (kiosk, epoch, sequence), before, key)
        if row is not None:
            last = sequence
        if head and head["sequence"] == sequence:
            hash_there = before
        if verdict != "sound":
            broken.append({"sequence": sequence, "verdict": verdict})
            continue
        sound += 1
        erased += row[1] is None
    anchor = anchored(head, there, last, hash_there, (kiosk, epoch), key)
    return {"kiosk": kiosk, "epoch": epoch, "schema": schema, "whole": not broken and anchor == "matches", "sound": sound,
            "erased": erased, "anchor": anchor, "first_broken": broken[0] if broken else None, "broken": broken}


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    certificate = bytes.fromhex(json.loads(pathlib.Path(sys.argv[2]).read_text())["kiosk-certificate"])
    with tempfile.TemporaryDirectory() as copy:
        for name in ("queue.db", "queue.db-wal", "queue.head"):
            if (pathlib.Path(sys.argv[1]) / name).exists():
                shutil.copyfile(pathlib.Path(sys.argv[1]) / name, pathlib.Path(copy) / name)
        report = verify(pathlib.Path(copy), certificate)
    print(json.dumps(report, indent=2))
    sys.exit(0 if report["whole"] else 1)


if __name__ == "__main__":
    main()
