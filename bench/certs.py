#!/usr/bin/env python3
"""Figures of reading certificates, beside peers on the same file in the same run.

  bench/certs.py [PROGRAM]      default ./tlsdive; needs openssl, certtool (gnutls-bin)

The bundle is one certificate of RSA 2048 bits, with another serial number and other names in each copy;
the signatures do not fit, which no reader looks at. Prints one table; nothing is asserted."""
import base64
import os
import shutil
import statistics
import subprocess
import sys
import time

from figures import Terminal, milliseconds, proportional_set, row, servers

PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "./tlsdive")
COUNT = 10000
RUNS = 5
SERIAL = 0x1000000000000000
QUIET = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def bundle():
    """COUNT different certificates in one PEM file."""
    folder = servers.folder("certs")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-outform",
                    "der", "-out", "one.der", "-days", "90", "-set_serial", hex(SERIAL), "-subj",
                    "/O=Example/CN=host-00000000.example.org", "-addext",
                    "subjectAltName=DNS:host-00000000.example.org,DNS:www.host-00000000.example.org"],
                   cwd=folder, check=True, **QUIET)
    with open(os.path.join(folder, "one.der"), "rb") as file:
        one = file.read()
    with open(os.path.join(folder, "bundle.pem"), "w") as out:
        for i in range(COUNT):
            der = one.replace(b"host-00000000", b"host-%08d" % i)
            der = der.replace(SERIAL.to_bytes(8, "big"), (SERIAL + i).to_bytes(8, "big"))
            out.write("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() +
                      "-----END CERTIFICATE-----\n")
        return out.name


def whole(*command):
    """Median of the wall clock, and the largest process's memory."""
    took = []
    for _ in range(RUNS):
        begun = time.monotonic()
        subprocess.run(command, check=True, env=dict(os.environ, LC_ALL="C.UTF-8"), **QUIET)
        took.append(time.monotonic() - begun)
    return statistics.median(took)


def memory(*command):
    """Of the command's largest process, in MB, in a process of its own that has no other children."""
    code = ("import resource,subprocess,sys;"
            "subprocess.run(sys.argv[1:],stdin=-3,stdout=-3,stderr=-3);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True,
                              text=True).stdout) / 1024


def decoding(path):
    ours = (PROGRAM, "--no-save", "--format", "json", path)
    peers = {"certtool": ("certtool", "-i", "--infile", path),
             "openssl storeutl": ("openssl", "storeutl", "-certs", "-noout", path)}
    took = whole(*ours)
    for name, command in peers.items():
        peer = whole(*command)
        row(f"{COUNT} certificates decoded, beside {name}", milliseconds(took), milliseconds(peer),
            f"{took / peer:.2f}")
    row("memory of the largest process", f"{memory(*ours):.0f} MB",
        f"certtool {memory(*peers['certtool']):.0f} MB")


def on_the_screen(path):
    paints, counted = [], []
    for _ in range(RUNS):
        terminal = Terminal(PROGRAM, "--no-save", path)
        paints.append(terminal.until(rb"host-0000"))
        counted.append(terminal.shows(b"of %d " % COUNT))
        terminal.quiet()
        if len(counted) < RUNS:
            terminal.end()
    row("first certificates on the screen", milliseconds(statistics.median(paints)))
    row("all of them counted on the screen", milliseconds(statistics.median(counted)),
        f"{proportional_set(terminal.pid) / 1024:.0f} MB (PSS, all)")
    return terminal


def filtered(terminal, text):
    """Types a filter up to the last key, which is to be timed."""
    os.write(terminal.fd, b"f")
    terminal.quiet(0.1)
    os.write(terminal.fd, b"\x15" + text)
    terminal.quiet(0.1)
    return b"\r"


def keys(terminal):
    """What a key takes in views of so many rows, to the first byte of the repaint."""
    steps = (("files: down", lambda: b"j"), ("inventory: opened", lambda: b"8"),
             ("inventory: down", lambda: b"j"), ("inventory: sort by another column", lambda: b">"),
             ("inventory: invert the order", lambda: b"I"),
             ("inventory: filter by an expression", lambda: filtered(terminal, b"name~host-000099")),
             ("inventory: no filter", lambda: filtered(terminal, b"")),
             ("inventory: filter by a word", lambda: filtered(terminal, b"host-000099")),
             ("inventory: no filter again", lambda: filtered(terminal, b"")),
             ("inventory: grouped by keys", lambda: b"t"), ("inventory: grouped by issuers", lambda: b"t"),
             ("inventory: tree of issuers", lambda: b"t"), ("inventory: certificates again", lambda: b"t"))
    for what, prepare in steps:
        typed = prepare()
        took = terminal.key(typed)
        terminal.quiet(0.1)
        row(f"{COUNT}, {what}", milliseconds(took) if took else "nothing painted")
    terminal.end()


def main():
    for need in ("openssl", "certtool"):
        if not shutil.which(need):
            sys.exit(f"{need} is missing: install it, it is what is measured beside")
    path = bundle()
    print(time.strftime("%Y-%m-%d"), os.cpu_count(), "cores, medians of", RUNS, "runs")
    row("what", "tlsdive", "peer, or beside it", "ratio")
    decoding(path)
    keys(on_the_screen(path))


main()
