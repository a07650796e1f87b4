#!/usr/bin/env python3
"""Has zbar, which knows nothing of us, read the bars and the QR code of every receipt from its dots.

    codes.py PATH/TO/receipt_gallery        exit 77: zbarimg is not installed (Debian: zbar-tools)
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree


def read_codes(pictures):
    """{file name: {symbology: text}}, one run of zbarimg for all."""
    run = subprocess.run(["zbarimg", "-q", "--xml", "-Sdisable", "-Scode128.enable", "-Sqrcode.enable",
                          *map(str, pictures)], capture_output=True, check=False)
    found = {}
    for source in ElementTree.fromstring(run.stdout):
        name = pathlib.Path(source.get("href")).name
        codes = found.setdefault(name, {})
        for symbol in source.iter():
            if symbol.tag.endswith("symbol"):
                data = next(part for part in symbol if part.tag.endswith("data"))
                codes.setdefault(symbol.get("type"), []).append(data.text)
    return found


def main():
    if shutil.which("zbarimg") is None:
        print("zbarimg is not installed: nothing was checked")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([sys.argv[1], str(folder)], check=True, stdout=subprocess.DEVNULL)
        expected = [line.split("\t") for line in (folder / "codes.tsv").read_text().splitlines()]
        found = read_codes([folder / name for name, _, _ in expected])
        wrong = 0
        pairs = set()
        for name, bars, statement in expected:
            codes = found.get(name, {})
            pairs.update(bars[i:i + 2] for i in range(0, len(bars), 2))
            if codes.get("CODE-128") != [bars] or codes.get("QR-Code") != [statement]:
                print(f"{name}: bars {codes.get('CODE-128')}, QR code {'wrong' if codes.get('QR-Code') else 'unread'}"
                      if codes.get("QR-Code") != [statement] else f"{name}: bars {codes.get('CODE-128')}, not {bars}")
                wrong += 1
        print(f"{len(expected) - wrong} of {len(expected)} receipts read, {len(pairs)} of 100 pairs of digits")
        return 1 if wrong or not expected or len(pairs) < 90 else 0


if __name__ == "__main__":
    sys.exit(main())
