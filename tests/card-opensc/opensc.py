#!/usr/bin/env python3
"""Our simulated PIV and PKCS#15 cards, judged by OpenSC's tools through pcscd and vpcd.

    opensc.py VPCD_CARD

pcscd runs in a mount namespace with a /run of its own, so that it meets no other pcscd and no real reader; every
process is ended on every way out. Exit 77 (skipped) where the packages or the right to make a namespace are missing.
"""
import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
VPCD = pathlib.Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
TOOLS = ("pcscd", "opensc-tool", "pkcs15-tool", "pkcs15-crypt", "piv-tool", "openssl", "unshare", "mount")
PKCS15_ATR = "3b:85:80:01:50:31:35:53:4d:4e"
# OpenSC asks no card of a kind that it does not know whether it has an EF.DIR; SetCOS (6006) is what it takes for a
# plain ISO 7816-4 and -8 chip with RSA 2048.
CONFIGURATION = f"""app default {{
  card_atr {PKCS15_ATR} {{
    driver = "setcos";
    type = 6006;
    name = "Simulated PKCS#15";
  }}
}}
"""


def die_with_parent():
    """PR_SET_PDEATHSIG: also when this script is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


@contextlib.contextmanager
def started(command, log, **options):
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=die_with_parent, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Judge:
    """One card at one virtual reader, and the tools that look at it."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = environment
        self.checks = 0

    def run(self, *command, code=0):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=30, check=False, preexec_fn=die_with_parent)
        text = done.stdout.decode(errors="replace")
        if done.returncode != code:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}, expected {code}\n{text}")
        return text

    def expect(self, text, *wanted):
        for one in wanted:
            self.checks += 1
            if one not in text:
                raise AssertionError(f"{one!r} is missing in:\n{text}")

    def wait_for_card(self):
        for _ in range(100):
            done = subprocess.run(["opensc-tool", "-l"], env=self.environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=30, check=False, preexec_fn=die_with_parent)
            if b"Yes" in done.stdout:
                return
            time.sleep(0.1)
        raise AssertionError("pcscd does not see the card: " + done.stdout.decode(errors="replace"))

    def signature(self, key, certificate, sign, verify):
        """Has the card sign fresh bytes, and verifies with the certificate that the tools read from it."""
        (self.folder / "digest").write_bytes(os.urandom(32))
        (self.folder / "signature").unlink(missing_ok=True)
        self.run("pkcs15-crypt", "-s", "-k", key, "-R", "-i", "digest", "-o", "signature", *sign)
        self.run("pkcs15-tool", "--read-certificate", certificate, "-o", "certificate.pem")
        self.run("openssl", "x509", "-in", "authority.der", "-inform", "der", "-out", "authority.pem")
        self.expect(self.run("openssl", "verify", "-CAfile", "authority.pem", "certificate.pem"), "OK")
        public = self.run("openssl", "x509", "-in", "certificate.pem", "-pubkey", "-noout")
        (self.folder / "public.pem").write_text(public)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-in", "digest",
                               "-sigfile", "signature", *verify], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.checks += 1
        return done.returncode == 0


EC = ("-f", "openssl"), ()
RSA = ("--pkcs1", "--sha-256"), ("-pkeyopt", "rsa_padding_mode:pkcs1", "-pkeyopt", "digest:sha256")
PIN = ("--pin", "123456")


def judge_piv(judge):
    judge.expect(judge.run("opensc-tool", "-a"), "3b:85:80:01:50:49:56:53:4d:55")
    judge.expect(judge.run("opensc-tool", "-n"), "Personal Identity Verification Card")
    judge.expect(judge.run("piv-tool", "-n"), "Personal Identity Verification Card")
    judge.expect(judge.run("pkcs15-tool", "-D"), "PKCS#15 Card [Simulated PIV Holder]",
                 "506973686b68416e8000000000000001", "[PIV AUTH key]", "[CARD AUTH key]",
                 "Certificate for PIV Authentication", "Certificate for Card Authentication", "FieldLength    : 256")
    sign, verify = EC
    if not judge.signature("04", "04", sign, verify):
        raise AssertionError("the card authentication key's signature is wrong")
    if not judge.signature("01", "01", sign + PIN, verify):
        raise AssertionError("the PIV authentication key's signature is wrong")
    judge.expect(judge.run("pkcs15-crypt", "-s", "-k", "01", "-R", "-i", "digest", "-o", "signature", "--pin",
                           "654321", *sign, code=5), "PIN code or key incorrect")


def judge_piv_rsa(judge):
    judge.expect(judge.run("pkcs15-tool", "-D"), "PKCS#15 Card [Simulated PIV Holder]", "[CARD AUTH key]",
                 "ModLength      : 2048")
    sign, verify = RSA
    if not judge.signature("04", "04", sign, verify):
        raise AssertionError("the card authentication key's signature is wrong")
    if not judge.signature("01", "01", sign + PIN, verify):
        raise AssertionError("the PIV authentication key's signature is wrong")


def judge_copy(judge):
    judge.expect(judge.run("opensc-tool", "-n"), "Personal Identity Verification Card")
    sign, verify = EC
    if judge.signature("04", "04", sign, verify):
        raise AssertionError("a copied card signs as the original does")


def judge_pkcs15(judge):
    judge.expect(judge.run("opensc-tool", "-a"), PKCS15_ATR)
    judge.expect(judge.run("pkcs15-tool", "-D"), "PKCS#15 Card [Simulated PKCS#15]", "5049534800000015",
                 "Manufacturer ID: Pishkhan", "PIN [PIN]", "initialized, needs-padding",
                 "Private RSA Key [Signing key]", "ModLength      : 2048", "Private EC Key [Authentication key]",
                 "FieldLength    : 256", "[Signing certificate]", "[Authentication certificate]",
                 "Path           : 3f0050154332")
    judge.expect(judge.run("pkcs15-tool", "--list-applications"), "A000000063504B43532D3135")
    judge.expect(judge.run("pkcs15-tool", "--verify-pin", "--pin", "123456", "--list-pins"), "PIN [PIN]")
    sign, verify = RSA
    if not judge.signature("45", "45", sign + PIN, verify):
        raise AssertionError("the signing key's signature is wrong")


CARDS = {"piv": judge_piv, "piv-rsa": judge_piv_rsa, "piv-copy": judge_copy, "pkcs15": judge_pkcs15}


def judge_card(folder, vpcd_card, kind):
    run_folder = folder / "run"
    reader_folder = folder / "readers"
    for one in (run_folder, reader_folder):
        one.mkdir(parents=True)
    port = free_port()
    (reader_folder / "vpcd").write_text(f'FRIENDLYNAME "Simulated"\nDEVICENAME /dev/null:{port:#06x}\n'
                                        f"LIBPATH {VPCD}\nCHANNELID {port:#06x}\n")
    (folder / "opensc.conf").write_text(CONFIGURATION)
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(run_folder / "pcscd" / "pcscd.comm"),
                   "OPENSC_CONF": str(folder / "opensc.conf"), "HOME": str(folder), "LC_ALL": "C"}
    private = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    daemon = private + ["sh", "-c", 'mount --bind "$1" /run && exec pcscd -f -i -c "$2"', "sh", str(run_folder),
                        str(reader_folder)]
    log = folder / "log"
    try:
        with started(daemon, log) as pcscd:
            with started([vpcd_card, kind, str(port), "--authority", str(folder / "authority.der")], log):
                judge = Judge(folder, environment)
                judge.wait_for_card()
                if pcscd.poll() is not None:
                    raise AssertionError("pcscd ended")
                CARDS[kind](judge)
    except AssertionError:
        print(log.read_text(errors="replace")[-2000:])
        raise
    return judge.checks


def main():
    vpcd_card = sys.argv[1]
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not VPCD.exists():
        skip(f"missing: {', '.join(missing) or VPCD.name} (packages pcscd, opensc, vsmartcard-vpcd)")
    private = ["-m"] if os.geteuid() == 0 else ["-rm"]
    if subprocess.run(["unshare", *private, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        skip("no mount namespace can be made here")
    for kind in CARDS:
        with tempfile.TemporaryDirectory(prefix="card-") as folder:
            checks = judge_card(pathlib.Path(folder), vpcd_card, kind)
            print(f"{kind}: {checks} checks")


main()
