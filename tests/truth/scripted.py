"""A server by script, for what no distribution has any more: SSL 2.0, export suites, Fortezza ..., and for bad manners.

It answers a hello in the format of the old stacks up to where a key would be used: ServerHello, Certificate,
ServerKeyExchange (its signature is made up), ServerHelloDone; in SSL 2.0 a SERVER-HELLO. What it accepts is what it
is told. No stack was recorded: the formats are those of the SSL 2.0 draft, RFC 6101 and RFC 5246."""
import os
import socket
import struct
import subprocess
import threading

from prober import SUITES, VERSIONS
from servers import ADDRESS

_NAMES = {number: name for name, number in VERSIONS.items()}


def _vector(data, size=2):
    return len(data).to_bytes(size, "big") + data


def _read(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


class Hello:
    """A ClientHello, as far as a server of this kind reads it."""

    def __init__(self, message):
        self.size = len(message)
        self.version = int.from_bytes(message[4:6], "big")
        at = 39 + message[38]
        size = int.from_bytes(message[at:at + 2], "big")
        self.suites = [int.from_bytes(message[i:i + 2], "big") for i in range(at + 2, at + 2 + size, 2)]
        at += 2 + size
        at += 1 + message[at]
        self.extensions = {}
        if at + 2 <= len(message):
            at += 2
        while at + 4 <= len(message):
            kind, size = struct.unpack_from("!HH", message, at)
            self.extensions[kind] = message[at + 4:at + 4 + size]
            at += 4 + size


class Scripted:
    """suites: version -> numbers in its order; ssl2: numbers of three bytes; order: "server" or "client"; manners:
    called with the Hello before it is answered, and gives None or what to do in its stead: "silence", "reset",
    "close", or the number of an alert."""

    def __init__(self, certificate, suites, ssl2=(), order="server", manners=lambda hello: None, ssl2_certificate=True):
        self.certificate = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True,
                                          capture_output=True).stdout
        self.suites, self.ssl2, self.order, self.manners = suites, ssl2, order, manners
        self.listener = socket.create_server((ADDRESS, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection):
        with connection:
            try:
                self._answer(connection)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except (OSError, EOFError, IndexError):
                pass

    def _answer(self, connection):
        head = _read(connection, 5)
        if head[0] & 0x80 and head[2] == 1:
            self._ssl2_hello(connection, head)
            return
        message = _read(connection, int.from_bytes(head[3:5], "big"))
        while len(message) < 4 + int.from_bytes(message[1:4], "big"):
            message += _read(connection, int.from_bytes(_read(connection, 5)[3:5], "big"))
        hello = Hello(message)
        instead = self.manners(hello)
        if instead == "silence":
            connection.recv(1)  # until the client goes
        elif instead == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif instead is None:
            connection.sendall(self._flight(hello))
        elif instead != "close":
            connection.sendall(b"\x15\x03\x01\x00\x02\x02" + bytes([instead]))

    def _ssl2_hello(self, connection, head):
        size = (head[0] & 0x7F) << 8 | head[1]
        body = head[2:] + _read(connection, size - 3)
        if int.from_bytes(body[1:3], "big") != 2 or not self.ssl2:
            return  # as OpenSSL without SSL 2.0: closed
        count = int.from_bytes(body[3:5], "big")
        offered = [int.from_bytes(body[9 + i:12 + i], "big") for i in range(0, count, 3)]
        chosen = b"".join(number.to_bytes(3, "big") for number in self.ssl2 if number in offered)
        if not chosen:
            connection.sendall(b"\x80\x03\x00\x00\x01")  # ERROR: SSL_PE_NO_CIPHER
            return
        answer = b"\x04\x00\x01\x00\x02" + struct.pack("!HHH", len(self.certificate), len(chosen), 16)
        answer += self.certificate + chosen + os.urandom(16)
        connection.sendall(struct.pack("!H", 0x8000 | len(answer)) + answer)

    def _flight(self, hello):
        lower = [number for number in sorted(_NAMES) if number <= hello.version and _NAMES[number] in self.suites]
        if not lower:
            return b"\x15\x03\x00\x00\x02\x02\x28" if hello.version == 0x0300 else b"\x15\x03\x01\x00\x02\x02\x46"
        version = lower[-1]
        record = struct.pack("!H", version)
        known = self.suites[_NAMES[version]]
        both = [suite for suite in known if suite in hello.suites] if self.order == "server" \
            else [suite for suite in hello.suites if suite in known]
        if not both:
            return b"\x15" + record + b"\x00\x02\x02\x28"
        renegotiation = version > 0x0300 and (0xFF01 in hello.extensions or 0x00FF in hello.suites)
        body = record + os.urandom(32) + _vector(os.urandom(32), 1) + struct.pack("!HB", both[0], 0)
        body += b"\x00\x05\xff\x01\x00\x01\x00" if renegotiation else b""
        messages = [(2, body)]
        name = SUITES[both[0]]
        if "anon" not in name:
            messages.append((11, _vector(_vector(self.certificate, 3), 3)))
        exchange = self._key_exchange(name, version)
        if exchange:
            messages.append((12, exchange))
        messages.append((14, b""))
        return b"".join(b"\x16" + record + _vector(bytes([kind]) + _vector(body, 3)) for kind, body in messages)

    @staticmethod
    def _key_exchange(name, version):
        export = "EXPORT" in name
        number = b"\xc7" + os.urandom(62) + b"\xed" if export else b"\xc7" + os.urandom(126) + b"\xed"
        if "_RSA_EXPORT_" in name and "DH" not in name:
            body = _vector(number) + _vector(b"\x01\x00\x01")
        elif "ECDHE" in name or "ECDH_anon" in name:
            body = b"\x03\x00\x17" + _vector(b"\x04" + os.urandom(64), 1)
        elif "DHE" in name or "DH_anon" in name:
            body = _vector(number) + _vector(b"\x02") + _vector(number)
        else:
            return b""
        if "anon" not in name:
            body += (b"\x04\x01" if version == 0x0303 else b"") + _vector(os.urandom(256))
        return body


class Relay:
    """Carries connections to `ports`, the first to the first, the next to the next and round again; every `every`th
    is spoilt: "reset" or "close" at once, "cut" after a few bytes of the answer, "silence" until the client goes."""

    def __init__(self, *ports, every=0, fault="reset", address=ADDRESS):
        self.ports, self.every, self.fault, self.address, self.count = ports, every, fault, address, 0
        self.silent = []
        self.listener = socket.create_server((ADDRESS, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
            self.count += 1
            spoilt = self.every and self.count % self.every == 0
            if spoilt and self.fault == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if spoilt and self.fault == "silence":
                self.silent.append(connection)
                continue
            if spoilt and self.fault != "cut":
                connection.close()
                continue
            there = socket.create_connection((self.address, self.ports[self.count % len(self.ports)]))
            threading.Thread(target=self._carry, args=(connection, there, 0), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, connection, 7 if spoilt else 0), daemon=True).start()

    @staticmethod
    def _carry(source, sink, most):
        try:
            while part := source.recv(65536):
                sink.sendall(part[:most] if most else part)
                if most:
                    break
            sink.shutdown(socket.SHUT_RDWR if most else socket.SHUT_WR)
        except OSError:
            for one in (source, sink):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
