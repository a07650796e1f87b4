"""Reads a batch of the sync protocol as its OpenAPI document describes the bytes: another reader than ours, so that the
document alone is enough to read them."""

import hashlib
import struct

WHOLE, NO_PAYLOAD, HASH_ONLY, LOST = 1, 2, 3, 4


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise ValueError("the batch ends early")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")


def read_entry(reader, kiosk, epoch, sequence):
    """(kind, hash or None, header or None)"""
    kind = reader.number(1)
    if kind == LOST:
        return kind, blake2b(b"pishkhan lost 1" + struct.pack(">HBI", kiosk, epoch, sequence)), None
    if kind == HASH_ONLY:
        return kind, reader.take(32), None
    if kind not in (WHOLE, NO_PAYLOAD):
        raise ValueError(f"no entry is of kind {kind}")
    header = reader.take(70)
    version, record_type, algorithm, its_kiosk, its_epoch, its_sequence = struct.unpack(">BBBHBI", header[:10])
    size, payload_hash = int.from_bytes(header[34:38], "big"), header[38:]
    if (version, algorithm) != (1, 1) or not 1 <= record_type <= 4:
        raise ValueError("a header of another version, type or algorithm")
    if (its_kiosk, its_epoch, its_sequence) != (kiosk, epoch, sequence):
        raise ValueError("a header of another place")
    if kind == WHOLE and blake2b(reader.take(size)) != payload_hash:
        raise ValueError("a payload that is not the one in the header")
    return kind, None, header


def read(data):
    """{kiosk, epoch, first, last, hash (of the last entry)}; ValueError if the bytes are not a batch."""
    reader = Reader(data)
    if reader.take(3) != b"PKB" or reader.number(1) != 1:
        raise ValueError("not a batch of major version 1")
    reader.number(1)
    reader.take(reader.number(2))
    kiosk, epoch, first = reader.number(2), reader.number(1), reader.number(4)
    previous = reader.take(32)
    count = reader.number(1)
    if not 1 <= count <= 64:
        raise ValueError(f"{count} entries")
    lost = 0
    for sequence in range(first, first + count):
        kind, known, header = read_entry(reader, kiosk, epoch, sequence)
        if kind == HASH_ONLY and sequence != first:
            raise ValueError("a bare hash, which shows nothing of those before it")
        lost += kind == LOST
        if header is not None and previous == bytes(32):
            raise ValueError("a link after an unknown one")
        previous = known if header is None else blake2b(previous + header)
    if lost not in (0, count):
        raise ValueError("lost places among others")
    if reader.number(1) != 1:
        raise ValueError("another signature algorithm")
    reader.take(64)
    if reader.at != len(data):
        raise ValueError("bytes behind the batch")
    return {"kiosk": kiosk, "epoch": epoch, "first": first, "last": first + count - 1, "hash": previous.hex()}
