#!/usr/bin/env python3
"""tlsdive against a server that misbehaves in every way of a table: each row has its true sentence.

All rows are asked at once by one run of the program, so they also show that none of them disturbs
another. A second run, of the text report, shows that nothing they say reaches a terminal as it is.
"""
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import certificates  # noqa: E402
from hostile import (ALERT, CHANGE, DATA, HANDSHAKE, RENEGOTIATION, RETRY, SENTINEL,  # noqa: E402
                     VERSION_13, Server, address, answers, breaks, crumble, dialogue, drips,
                     extension, floods, message, record, says, serves, share)

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
SOURCES = os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
ROOT = tempfile.TemporaryDirectory(prefix="tlsdive-hostile-")
IDLE = 1.5  # --timeout: a row that says nothing costs this much, and one that drips four times that

PLAIN = certificates.make(ROOT.name, b"hostile.example", [b"hostile.example"])
STRANGE_NAME = b"a\0b\x1b[31m\xe2\x80\xae\xc2\x9b7m\r\nevil"
STRANGE = certificates.make(ROOT.name, STRANGE_NAME, [b"x\0y\x1b]0;evil\x07", b"ok.example"])
LONG = certificates.make(ROOT.name, b"long.example", [b"long.example"], 200000)
TOO_LONG = certificates.make(ROOT.name, b"too-long.example", [b"too-long.example"], 1 << 20)


def alert(code, level=2):
    return record(ALERT, bytes([level, code]))


def two_hellos(first, second):
    """Answers the first ClientHello with one hello, and the second with another."""
    def behave(peer):
        for choices in (first, second):
            peer.hello()
            peer.send(peer.server_hello(**choices))
        peer.wait()
    return behave


def behind_hello(*parts, **choices):
    """A legal ServerHello of TLS 1.2, and then these bytes."""
    def behave(peer):
        peer.hello()
        peer.send(peer.server_hello(**choices) + b"".join(parts))
        peer.wait()
    return behave


def closes_after_hello(peer):
    peer.hello()
    peer.send(peer.server_hello())


def lies(peer):
    """A ServerHello whose extensions say that they are longer than it."""
    peer.hello()
    hello = bytearray(peer.server_hello())
    at = hello.index(RENEGOTIATION) - 2
    hello[at:at + 2] = b"\xff\xff"
    peer.send(bytes(hello))
    peer.wait()


JUNK_CHAIN = message(11, (67).to_bytes(3, "big") + (64).to_bytes(3, "big") + b"\x5a" * 64)
MANY = message(11, (4 * 200).to_bytes(3, "big") + b"".join(b"\0\0\1" + bytes([i]) for i in range(200)))
CAPABLE = b"250-a\r\n250 STARTTLS\r\n"
TLS12 = ssl.TLSVersion.TLSv1_2
TLS13 = {"suite": 0x1301, "extensions": VERSION_13 + share(0x001D)}
WANTS_P384 = {"suite": 0x1301, "random": RETRY,
              "extensions": VERSION_13 + extension(51, b"\0\x18")}
WANTS_X25519 = {"suite": 0x1301, "random": RETRY,
                "extensions": VERSION_13 + extension(51, b"\0\x1d")}

# name, behaviour, the sentence; where it is not plain TLS: the scheme. The sentence is that of
# data/reasons.tsv with its arguments, "finished", or a pattern between slashes.
ROWS = [
    ("never answers", says(), "silent for * s in hello, after 0 bytes"),
    ("never greets", says(hello=False), "silent for * s in greeting, after 0 bytes", "smtp"),
    ("drips a ServerHello, a byte at a time", drips(record(HANDSHAKE, b"\2" * 400), 0.3),
     "still not done after * s in hello, * bytes received: the absolute limit"),
    ("resets after the ClientHello", says(then="reset"), "reset after ClientHello"),
    ("closes after 0 bytes", says(then="close"), "closed after ClientHello, 0 bytes received"),
    ("closes after the ServerHello", closes_after_hello, "closed after ServerHello, * bytes received"),
    ("closes within a record", says(b"\x16\x03\x03\x00", then="close"),
     "closed after ClientHello, 4 bytes received"),
    ("plain HTTP", says(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", then="close"),
     "answers in plain HTTP: HTTP/1.1 400 Bad Request"),
    ("SSH", says(b"SSH-2.0-OpenSSH_9.2p1\r\n", hello=False), "speaks SSH: SSH-2.0-OpenSSH_9.2p1"),
    ("SMTP on a TLS port", says(b"220 mail.example ESMTP Postfix\r\n", hello=False),
     "speaks SMTP in plain text: 220 mail.example ESMTP Postfix"),
    ("garbage", says(bytes(range(1, 17)) * 64), "answers with something that is not TLS: 0102*"),
    ("echoes the ClientHello", lambda peer: (peer.send(peer.hello()), peer.wait()),
     "ClientHello at the wrong moment, after ClientHello"),
    ("endless records", floods(record(HANDSHAKE, b"\2")), "more than 4096 records"),
    ("endless empty records", floods(record(HANDSHAKE, b"")), "more than 32 empty records"),
    ("endless warnings", floods(alert(112, 1)), "more than 16 warning alerts"),
    ("HelloRequest flood", floods(record(HANDSHAKE, message(0, b""))),
     "more than 4 renegotiation requests"),
    ("suite not offered", answers(suite=0x0003),
     "the ServerHello chooses a suite that was not offered: TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
    ("suite of another version", answers(suite=0x1301),
     "the ServerHello chooses TLS_AES_128_GCM_SHA256, which does not exist in TLS 1.2"),
    ("SSL 3.0", answers(version=0x0300),
     "the ServerHello chooses a version that was not offered: SSL 3.0"),
    ("a version of the future", answers(suite=0x1301, extensions=extension(43, b"\x03\x09")),
     "the ServerHello chooses a version that was not offered: *"),
    ("group not offered", answers(suite=0x1301, extensions=VERSION_13 + share(0x0016)),
     "a group that was not offered: secp256k1"),
    ("share without a retry", answers(suite=0x1301, extensions=VERSION_13 + share(0x0018, 97)),
     "a key share for a group that none was sent for: secp384r1"),
    ("extension not offered", answers(extensions=RENEGOTIATION + extension(0x1234)),
     "the ServerHello answers an extension that was not offered: *"),
    ("extension twice", answers(extensions=RENEGOTIATION * 2),
     "the same extension twice: renegotiation_info"),
    ("compression", answers(compression=1), "compression method * was not offered"),
    ("session id not echoed", answers(session_id=b"x" * 32, **TLS13),
     "the ServerHello does not echo the session id"),
    ("downgrade sentinel", answers(random=SENTINEL),
     "the random says that the server can do better than TLS 1.2, which it chose: *"),
    ("two HelloRetryRequests", two_hellos(WANTS_P384, WANTS_P384), "a second HelloRetryRequest"),
    ("pointless HelloRetryRequest", answers(**WANTS_X25519),
     "the HelloRetryRequest asks for nothing new"),
    ("huge message", says(record(HANDSHAKE, b"\x02\xff\xff\xff" + b"x" * 100)),
     "a ServerHello of 1677721* bytes: longer than the ceiling"),
    ("lying lengths", lies, "malformed ServerHello: *"),
    ("undecodable certificate", behind_hello(record(HANDSHAKE, JUNK_CHAIN)),
     "certificate 1 of the chain does not decode: *"),
    ("too many certificates", behind_hello(record(HANDSHAKE, MANY)),
     "more than 100 certificates in the chain"),
    ("ChangeCipherSpec too early", behind_hello(record(CHANGE, b"\1")),
     "ChangeCipherSpec at the wrong moment, after ServerHello"),
    ("data before a handshake", says(record(DATA, b"hello")),
     "application data at the wrong moment, after ClientHello"),
    ("a record of SSL 5", behind_hello(b"\x16\x05\0\0\1\0"), "malformed record: *"),
    ("alert 40", says(alert(40)), "alert 40 handshake_failure (fatal) after ClientHello"),
    ("alert 70", says(alert(70)), "alert 70 protocol_version (fatal) after ClientHello"),
    ("alert 80", says(alert(80)), "alert 80 internal_error (fatal) after ClientHello"),
    ("alert 112", says(alert(112)), "alert 112 unrecognized_name (fatal) after ClientHello"),
    ("alert of no level", says(alert(40, 9)),
     "alert 40 handshake_failure (unknown) after ClientHello"),
    ("a broken record", serves(PLAIN, breaks(9)), "a record does not decrypt"),
    ("records of one byte", serves(PLAIN, crumble), "finished"),
    ("strange names", serves(STRANGE), "finished"),
    ("a certificate of 200 kB", serves(LONG), "finished"),
    ("a certificate of 200 kB in TLS 1.2", serves(LONG, maximum_version=TLS12), "finished"),
    ("a certificate over the ceiling", serves(TOO_LONG),
     "an encrypted handshake message longer than 1048576 bytes"),
    ("a certificate over the ceiling in TLS 1.2", serves(TOO_LONG, maximum_version=TLS12),
     "a Certificate of 104* bytes: longer than the ceiling"),
    ("many tickets", serves(PLAIN, num_tickets=40), "more than 16 session tickets"),
    ("greeting without end", floods(b"x", hello=False),
     "a line of the dialogue is longer than 4096 bytes", "smtp"),
    ("greeting of endless lines", floods(b"220-x\r\n", hello=False),
     "more than 256 lines in the dialogue", "smtp"),
    ("greeting refuses", dialogue(b"554 no service\r\n"),
     "SMTP: the greeting refuses service: 554 no service", "smtp"),
    ("STARTTLS not offered", dialogue(b"220 a\r\n", b"250 a\r\n"), "SMTP: STARTTLS not offered",
     "smtp"),
    ("STARTTLS refused", dialogue(b"220 a\r\n", CAPABLE, b"454 not now\r\n"),
     "SMTP: STARTTLS refused: 454 not now", "smtp"),
    ("injected bytes", dialogue(b"220 a\r\n", CAPABLE, b"220 go\r\n250 evil\r\n", after=serves(PLAIN)),
     "finished", "smtp"),
    ("escapes in the greeting", dialogue(b"220 \x1b[2J\x1b]0;evil\x07 \xc2\x9b7m\r\n", CAPABLE,
                                         b"220 go\r\n", after=serves(PLAIN)), "finished", "smtp"),
    ("escapes in a refusal", dialogue(b"* BYE \x1b[31m\xe2\x80\xaeevil\r\n"),
     "IMAP: the greeting refuses service: * BYE \x1b[31m\u202eevil", "imap"),
]


class Asked:
    """One run over all rows; `facts` by port."""

    def __init__(self):
        self.server = Server(address())
        self.ports, targets = [], []
        for _, behave, _, *scheme in ROWS:
            port = self.server.listen(behave)
            self.ports.append(port)
            targets.append(f"{scheme[0]}://{self.server.address}:{port}" if scheme
                           else f"{self.server.address}:{port}")
        self.targets = targets
        process = self.run("json")
        self.stream, self.errors = process.stdout, process.stderr
        self.facts = [json.loads(line) for line in self.stream.splitlines()]
        self.endpoints = {f["port"]: f["endpoint"] for f in self.facts if f["fact"] == "endpoint"}

    def run(self, form):
        environment = dict(os.environ, XDG_STATE_HOME=ROOT.name, LC_ALL="C.UTF-8")
        return subprocess.run([TLSDIVE, "--no-save", "--timeout", str(IDLE), "--per-address", "64",
                               "--format", form, *self.targets], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, env=environment)

    def of(self, row, kind):
        endpoint = self.endpoints[self.ports[row]]
        return [f for f in self.facts if f["fact"] == kind and f.get("endpoint") == endpoint]


def sentences():
    with open(os.path.join(SOURCES, "data", "reasons.tsv")) as table:
        rows = [line.rstrip("\n").split("\t") for line in table if line.startswith("reason\t")]
    return {code: sentence for _, code, _, _, sentence in rows}


SENTENCES = sentences()


def sentence(done):
    """What the program says of an end, in words."""
    if done["result"] == "finished":
        return "finished"
    args = done.get("args", {})
    return re.sub(r"\{(\w+)\}", lambda m: str(args[m.group(1)]), SENTENCES[done["reason"]])


def like(pattern, text):
    """True where the text is the pattern, in which a star stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.S)


def row_named(name):
    return next(i for i, row in enumerate(ROWS) if row[0] == name)


def check_row(asked, row):
    ends = asked.of(row, "done")
    if len(ends) != 1:
        return f"{len(ends)} done facts"
    said = sentence(ends[0])
    if not like(ROWS[row][2], said):
        return f"said {said!r} instead of {ROWS[row][2]!r}: {ends[0]}"
    completed = said == "finished" or ROWS[row][0] in ("many tickets",)
    if completed != bool(asked.of(row, "negotiated")):
        return "what was negotiated is not said only where it was"
    return None


# What must be true besides, of single rows and of the whole.

def names_are_whole(asked):
    row = row_named("strange names")
    chain = asked.of(row, "chain")[0]["certificates"]
    fact = next(f for f in asked.facts if f["fact"] == "certificate" and f["sha256"] == chain[0])
    if fact["common_name"] != STRANGE_NAME.decode():
        return f"common name {fact['common_name']!r}"
    values = [name["value"] for name in fact["names"]]
    return None if values == ["x\0y\x1b]0;evil\x07", "ok.example"] else f"names {values!r}"


def injected_bytes_are_shown(asked):
    found = [f for f in asked.of(row_named("injected bytes"), "error") if f["code"] == "injected-bytes"]
    if len(found) != 1:
        return f"{len(found)} facts"
    args = found[0]["args"]
    return None if args == {"bytes": 10, "hex": b"250 evil\r\n".hex()} else f"{args}"


def greetings_are_whole(asked):
    line = asked.of(row_named("escapes in the greeting"), "dialogue")[0]["text"]
    return None if line == "220 \x1b[2J\x1b]0;evil\x07 \x9b7m" else f"{line!r}"


def faults_stand_on_the_message(asked):
    row = row_named("suite not offered")
    faults = [f.get("faults") for f in asked.of(row, "message") if f["name"] == "ServerHello"]
    return None if faults and all(f == ["suite-not-offered"] for f in faults) else f"{faults}"


def the_server_is_told(asked):
    row = row_named("group not offered")
    out = [f["name"] for f in asked.of(row, "alert") if f["direction"] == "out"]
    return None if out and set(out) == {"illegal_parameter"} else f"{out}"


def nobody_is_asked_more_than_three_times(asked):
    many = {ROWS[i][0]: n for i, port in enumerate(asked.ports)
            if (n := asked.server.asked[port]) > 3}
    return f"{many}" if many else None


def the_stream_is_ascii(asked):
    bad = [line for line in asked.stream.splitlines() if not all(0x20 <= b < 0x7f for b in line)]
    return f"{bad[0]}" if bad else None


def no_text_reaches_the_terminal_as_it_is(asked):
    process = asked.run("text")
    text = process.stdout.decode("utf-8")
    if process.returncode != 3 or "evil" not in text:
        return f"status {process.returncode}: {process.stderr.decode(errors='replace')} {text!r}"
    bad = {c for c in text if c != "\n" and (not c.isprintable() or "\u202a" <= c <= "\u202e")}
    return f"{bad!r}" if bad else None


MORE = [names_are_whole, injected_bytes_are_shown, greetings_are_whole, faults_stand_on_the_message,
        the_server_is_told, nobody_is_asked_more_than_three_times, the_stream_is_ascii,
        no_text_reaches_the_terminal_as_it_is]


def main():
    asked = Asked()
    tests = [(row[0], lambda i=i: check_row(asked, i)) for i, row in enumerate(ROWS)]
    tests += [(f.__name__.replace("_", " "), lambda f=f: f(asked)) for f in MORE]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            wrong = test()
        except Exception as error:  # a row may fail in any way, and the next ones still count
            wrong = repr(error)
        failed += wrong is not None
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}" + (f"\n# {wrong}" if wrong else ""),
              flush=True)
    if failed:
        print("# " + asked.errors.decode(errors="replace").replace("\n", "\n# "))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
