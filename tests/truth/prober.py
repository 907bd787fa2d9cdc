"""One ClientHello, one connection, one answer: plain and slow, and nothing of tlsdive's code.

ask() puts one question. survey() asks for every version, suite and group one by one, a connection each,
and so says what a server accepts without being clever: the second witness, beside what the
configuration says. Only the numbers of what can be asked are taken from data/."""
import hashlib
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

_DATA = os.path.join(os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", "..")), "data")
VERSIONS = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.2": 0x0303, "TLS 1.3": 0x0304}
_RETRY = hashlib.sha256(b"HelloRetryRequest").digest()


def _rows(table):
    with open(os.path.join(_DATA, table), encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line[0] != "#"]


_SUITES = [row for row in _rows("suites.tsv") if row[3] != "signalling"]
SUITES = {int(row[0], 0): row[1] for row in _SUITES}
GROUPS = {int(row[0], 0): row[1] for row in _rows("groups.tsv")}
KINDS = {int(row[0], 0): row[3] for row in _rows("groups.tsv")}
# the usual ones first: some servers read no more than the first two dozen
_USUAL = [0x0804, 0x0805, 0x0806, 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203]
SCHEMES = {number: None for number in _USUAL} | {int(row[0], 0): row[1] for row in _rows("schemes.tsv")}
CURVES = [g for g, kind in KINDS.items() if kind in ("ec", "binary")]
FFDHE = [g for g, kind in KINDS.items() if kind == "ffdhe"]
HYBRIDS = [g for g, kind in KINDS.items() if kind in ("kem", "hybrid")]


def usable(version):
    """The suites that are asked for in a version: their numbers. Some servers choose suites in versions that are older
    than the suite, so these are asked for too."""
    return [int(row[0], 0) for row in _SUITES if (row[3] == "tls13") == (version == "TLS 1.3")
            and int(row[11], 0) >= 0x0300]


def _vector(data, size=2):
    return len(data).to_bytes(size, "big") + data


def _numbers(numbers):
    return b"".join(struct.pack("!H", number) for number in numbers)


def hello(version, suites, groups=None, schemes=None, alpn=(), bare=False):
    """The records of a ClientHello for exactly this version."""
    number = VERSIONS[version]
    groups = CURVES if groups is None else groups
    body = struct.pack("!H", min(number, 0x0303)) + os.urandom(32) + _vector(b"", 1)
    body += _vector(_numbers(suites)) + b"\x01\x00"
    extensions = [(10, _vector(_numbers(groups))), (11, b"\x01\x00")] if groups else []
    extensions += [(13, _vector(_numbers(SCHEMES if schemes is None else schemes))), (0xFF01, b"\x00"), (23, b"")]
    if alpn:
        extensions.append((16, _vector(b"".join(_vector(name.encode(), 1) for name in alpn))))
    if version == "TLS 1.3":
        extensions += [(43, _vector(_numbers([number]), 1)), (51, _vector(b""))]
    if not bare:
        body += _vector(b"".join(struct.pack("!H", kind) + _vector(data) for kind, data in extensions))
    message = b"\x01" + _vector(body, 3)
    return b"".join(b"\x16\x03" + bytes([min(number & 255, 1)]) + _vector(message[at:at + 16384])
                    for at in range(0, len(message), 16384))


def _server_hello(answer, body):
    answer.kind, answer.version = "hello", int.from_bytes(body[:2], "big")
    random, at = body[2:34], 35 + body[34]
    answer.suite, at = int.from_bytes(body[at:at + 2], "big"), at + 5
    while at + 4 <= len(body):
        kind, size = struct.unpack_from("!HH", body, at)
        data, at = body[at + 4:at + 4 + size], at + 4 + size
        answer.extensions[kind] = data
        if kind == 43:
            answer.version = int.from_bytes(data, "big")
        elif kind == 51:
            answer.group = int.from_bytes(data[:2], "big")
        elif kind == 16:
            answer.alpn = data[3:].decode()
    if random == _RETRY:
        answer.kind = "retry"


def _key_exchange(answer, body):
    at = 0
    if "DHE_PSK" in SUITES[answer.suite]:
        at = 2 + int.from_bytes(body[:2], "big")
    if "ECDH" in SUITES[answer.suite]:
        answer.group = int.from_bytes(body[at + 1:at + 3], "big")
        at += 4 + body[at + 3]
    elif "DH" in SUITES[answer.suite]:
        parts = []
        for _ in range(3):
            size = int.from_bytes(body[at:at + 2], "big")
            parts.append(body[at + 2:at + 2 + size])
            at += 2 + size
        answer.prime = parts[0]
    else:
        return
    if answer.version == 0x0303 and at + 4 <= len(body):
        answer.scheme = int.from_bytes(body[at:at + 2], "big")


def _messages(answer, handshake):
    """Reads whole messages off the front of `handshake`; true once no more is awaited."""
    while len(handshake) >= 4 and len(handshake) >= 4 + int.from_bytes(handshake[1:4], "big"):
        size = int.from_bytes(handshake[1:4], "big")
        kind, body = handshake[0], bytes(handshake[4:4 + size])
        del handshake[:4 + size]
        if kind == 2:
            _server_hello(answer, body)
            if answer.version == 0x0304:
                return True
        elif kind == 11 and len(body) > 6:
            answer.leaf = hashlib.sha256(body[6:6 + int.from_bytes(body[3:6], "big")]).hexdigest()
        elif kind == 12:
            _key_exchange(answer, body)
        elif kind == 14:
            return True
    return False


def ask(address, port, records, timeout=10):
    """kind: hello, retry, alert, closed, lost; with version, suite, group, scheme, alpn, prime, leaf, alert."""
    answer = SimpleNamespace(kind="lost", version=None, suite=None, group=None, scheme=None, alpn=None,
                             prime=None, leaf=None, alert=None, extensions={})
    data, handshake = bytearray(), bytearray()
    try:
        with socket.create_connection((address, port), timeout) as connection:
            connection.sendall(records)
            while True:
                part = connection.recv(65536)
                if not part:
                    if not data and answer.kind == "lost":
                        answer.kind = "closed"
                    return answer
                data += part
                while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
                    size = int.from_bytes(data[3:5], "big")
                    content, record = data[0], bytes(data[5:5 + size])
                    del data[:5 + size]
                    if content == 21 and record[0] == 2:
                        answer.alert = record[1]
                        if answer.kind == "lost":
                            answer.kind = "alert"
                        return answer
                    if content == 22:
                        handshake += record
                        if _messages(answer, handshake):
                            return answer
    except OSError:
        return answer


class Survey:
    """What a server accepts, one connection an item."""

    def __init__(self, address, port, parallel=8):
        self.address, self.port, self.parallel = address, port, parallel
        self.suites, self.order, self.groups, self.group_order, self.failing = {}, {}, {}, {}, {}
        self.chacha_first = False
        for version in VERSIONS:
            self._suites(version)
        for version in ("TLS 1.2", "TLS 1.3"):
            if self.suites[version]:
                self._groups(version)
        self.alpn = self._alpn()

    def _all(self, hellos):
        """The answers to hellos, several connections at a time."""
        with ThreadPoolExecutor(self.parallel) as pool:
            return list(pool.map(lambda one: self._ask(*one[0], **one[1]), hellos))

    def _ask(self, version, suites, **more):
        answer = ask(self.address, self.port, hello(version, suites, **more))
        if answer.kind == "lost":
            answer = ask(self.address, self.port, hello(version, suites, **more))
        if answer.kind in ("hello", "retry") and answer.version != VERSIONS[version]:
            answer.kind = "other version"
        return answer

    def _suites(self, version):
        found, failing, universe = set(), {}, usable(version)
        shapes = [{"groups": CURVES + (HYBRIDS + FFDHE if version == "TLS 1.3" else [])}]
        if version != "TLS 1.3":
            shapes += [{"groups": CURVES + FFDHE}, {"bare": True}]
        for shape in shapes:
            rest = [suite for suite in universe if suite not in found]
            for suite, answer in zip(rest, self._all([((version, [suite]), shape) for suite in rest])):
                if answer.kind in ("hello", "retry"):
                    found.add(suite)
                    if answer.alert is not None:
                        failing[suite] = answer.alert
                elif answer.alert == 80:
                    failing[suite] = 80
        self.suites[version], self.failing[version] = found, failing
        chacha = sorted(suite for suite in found if "CHACHA20" in SUITES[suite])
        others = sorted(found.difference(chacha))
        if len(others) < 2:  # too few to tell its rule from no rule
            chacha, others = [], sorted(found)
        self.order[version] = self._peel(version, (others + chacha, others[::-1] + chacha[::-1]), "suite")
        if chacha and self.order[version]:
            first = self._peel(version, (chacha + others,), "suite")
            self.chacha_first = self.chacha_first or first != self.order[version]

    def _peel(self, version, offers, what, **more):
        """The items in the server's order; None where it follows the client."""
        chosen = []
        for offer in offers:
            rest, order = list(offer), []
            while rest:
                if what == "suite":
                    answer = self._ask(version, rest, groups=CURVES + FFDHE, **more)
                else:
                    answer = self._ask(version, groups=rest, **more)
                one = getattr(answer, what)
                if one not in rest:
                    break
                rest.remove(one)
                order.append(one)
            chosen.append(order)
        return chosen[0] if chosen[0] == chosen[-1] else None

    def _groups(self, version):
        suites = [s for s in self.suites[version] if version == "TLS 1.3" or "_ECDHE_" in SUITES[s]]
        self.groups[version] = set()
        if not suites:
            return
        universe = CURVES + (HYBRIDS + FFDHE if version == "TLS 1.3" else [])
        answers = self._all([((version, suites), {"groups": [group]}) for group in universe])
        found = {group for group, answer in zip(universe, answers) if answer.group == group}
        rest = [group for group in universe if group not in found]
        beside = [((version, suites), {"groups": [group, *found]}) for group in rest]
        found |= {group for group, answer in zip(rest, self._all(beside)) if answer.group == group}
        # and those that a certificate needs beside it
        for other in (23, 24, 25):
            rest = [group for group in universe if group not in found]
            beside = [((version, suites), {"groups": [group, other]}) for group in rest]
            found |= {group for group, answer in zip(rest, self._all(beside)) if answer.group == group}
        self.groups[version] = found
        self.group_order[version] = self._peel(version, (sorted(found), sorted(found)[::-1]), "group", suites=suites)

    def _alpn(self):
        if not self.suites["TLS 1.2"]:
            return None
        found = set()
        for name in ("http/0.9", "http/1.0", "http/1.1", "spdy/3.1", "h2", "h3", "imap", "ftp", "acme-tls/1"):
            if self._ask("TLS 1.2", self.suites["TLS 1.2"], alpn=[name]).alpn == name:
                found.add(name)
        return found
