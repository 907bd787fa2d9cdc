#!/usr/bin/env python3
"""Dives into servers that misbehave for some questions, or for all: what they answer well is found all the
same, what they do not is unknown or no, never yes, and it ends.

All are asked at once by one run of the program."""
import json
import os
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import certificates  # noqa: E402
from hostile import (ALERT, HANDSHAKE, RENEGOTIATION, Gone, Server, address, answers, crumble,  # noqa: E402
                     floods, message, record, says, serves)

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
ROOT = tempfile.TemporaryDirectory(prefix="tlsdive-hostile-dive-")
CERTIFICATE = certificates.make(ROOT.name, b"hostile.example", [b"hostile.example"])
MOST = 500  # connections: half of what a dive may make
OLD = 0x0302


def below_tls12(behave):
    """A real server; but clients that ask for less than TLS 1.2 meet this behaviour."""
    real = serves(CERTIFICATE)

    def choose(peer):
        start = peer.connection.recv(11, socket.MSG_PEEK | socket.MSG_WAITALL)
        if len(start) < 11:
            raise Gone
        return (behave if start[0] != 0x16 or start[9:11] <= OLD.to_bytes(2, "big") else real)(peer)
    return choose


def lies(peer):
    """A ServerHello whose extensions say that they are longer than it."""
    peer.hello()
    hello = bytearray(peer.server_hello(version=OLD, suite=0xC013))
    at = hello.index(RENEGOTIATION) - 2
    hello[at:at + 2] = b"\xff\xff"
    peer.send(bytes(hello))


def echoes(peer):
    peer.send(peer.hello())


SOME = {
    "resets": says(then="reset"),
    "closes within a record": says(b"\x16\x03\x03\x00", then="close"),
    "endless records": floods(record(HANDSHAKE, b"\2")),
    "endless empty records": floods(record(HANDSHAKE, b"")),
    "endless warnings": floods(record(ALERT, b"\1\x70")),
    "HelloRequest flood": floods(record(HANDSHAKE, message(0, b""))),
    "closes": says(then="close"),
    "HTTP": says(b"HTTP/1.1 400 Bad Request\r\n\r\n", then="close"),
    "echoes": echoes,
    "lengths that lie": lies,
    "a version of the future": answers(version=0x0309),
}
ALL = {
    "resets": says(then="reset"),
    "closes": says(then="close"),
    "closes within a record": says(b"\x16\x03\x03\x00", then="close"),
    "HTTP": says(b"HTTP/1.1 400 Bad Request\r\n\r\n", then="close"),
    "endless records": floods(record(HANDSHAKE, b"\2")),
    "alert 40": says(record(ALERT, b"\2\x28"), then="close"),
}

server = Server(address())
PORTS = {("real",): server.listen(serves(CERTIFICATE)), ("crumbs",): server.listen(serves(CERTIFICATE, crumble))}
PORTS.update({("some", name): server.listen(below_tls12(behave)) for name, behave in SOME.items()})
PORTS.update({("all", name): server.listen(behave) for name, behave in ALL.items()})


def run():
    """The answers by port: {(question, version): {item: answer}}, and how each dive was over."""
    command = [TLSDIVE, "--batch", "-f", "json", "--no-save", "--depth", "full", "--timeout", "2",
               *(f"{server.address}:{port}" for port in PORTS.values())]
    out = subprocess.run(command, capture_output=True, text=True, timeout=300).stdout
    facts = [json.loads(line) for line in out.splitlines()]
    ports = {f["endpoint"]: f["port"] for f in facts if f["fact"] == "endpoint"}
    answered, over = {port: {} for port in PORTS.values()}, {}
    for fact in facts:
        port = ports.get(fact.get("endpoint"))
        if fact["fact"] == "answer":
            items = answered[port].setdefault((fact["question"], fact.get("version")), {})
            items.update({item if isinstance(item, str) else str(item): fact["answer"] for item in fact["items"]})
        elif fact["fact"] == "dive" and fact["event"] == "over":
            over[port] = fact
    return answered, over


ANSWERED, OVER = run()


def accepted(port, question, version=None):
    return sorted(item for item, answer in ANSWERED[port].get((question, version), {}).items() if answer == "yes")


def what_is_wrong(kind, port):
    if port not in OVER:
        return "its dive is never over"
    if server.asked[port] > MOST:
        return f"{server.asked[port]} connections"
    if kind == "all":
        yes = [key for key, items in ANSWERED[port].items() if "yes" in items.values()]
        return f"accepted: {yes}" if yes else None
    for question, version in (("version", None), ("suite", "TLS 1.2"), ("group", "TLS 1.2"), ("scheme", "TLS 1.2"),
                              ("suite", "TLS 1.3"), ("group", "TLS 1.3"), ("suite", "TLS 1.1")):
        got, want = accepted(port, question, version), accepted(PORTS["real",], question, version)
        if got != want:
            return f"{question} {version}: got {got}, want {want}"
    return None


def main():
    print(f"1..{len(PORTS) + 1}", flush=True)
    found = len(accepted(PORTS["real",], "suite", "TLS 1.2"))
    bad = found == 0
    print(f"{'not ok' if bad else 'ok'} 1 - the real server accepts {found} suites of TLS 1.2")
    for number, (name, port) in enumerate(PORTS.items(), 2):
        wrong = what_is_wrong(name[0], port)
        bad = bad or wrong
        if wrong:
            print(f"# {wrong}; over: {OVER.get(port)}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {', '.join(name)}", flush=True)
    sys.exit(1 if bad else 0)


main()
