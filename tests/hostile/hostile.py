"""A server that misbehaves: each behaviour is a function that is given one accepted connection.

A Peer reads what the client says, knows its ClientHello, and sends whatever the behaviour wants. A
behaviour that sends for ever stops when the client has gone, which send() tells by raising Gone.
"""
import contextlib
import os
import socket
import ssl
import struct
import threading

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
SENTINEL = b"\x22" * 24 + b"DOWNGRD\x01"
RANDOM = b"\x22" * 32
SHARE = b"\x11" * 32
HANDSHAKE, ALERT, CHANGE, DATA = 22, 21, 20, 23


class Gone(Exception):
    """The client is no longer there."""


def record(content, payload, version=0x0303):
    return struct.pack(">BHH", content, version, len(payload)) + payload


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def extension(kind, data=b""):
    return struct.pack(">HH", kind, len(data)) + data


def share(group, size=32):
    return extension(51, struct.pack(">HH", group, size) + SHARE[:1] * size)


RENEGOTIATION = extension(0xFF01, b"\0")
VERSION_13 = extension(43, b"\x03\x04")


class Peer:
    def __init__(self, connection):
        self.connection = connection
        self.session_id = b""

    def send(self, data):
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Gone from error

    def receive(self, size=65536):
        try:
            data = self.connection.recv(size)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    def line(self):
        """A line of the client's, whole."""
        data = b""
        while not data.endswith(b"\n"):
            data += self.receive(1)
        return data

    def hello(self):
        """Reads the ClientHello; returns its record."""
        data = b""
        while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
            data += self.receive()
        self.session_id = data[44:44 + data[43]]
        return data

    def wait(self, seconds=None):
        """Until the client goes, or for so long."""
        self.connection.settimeout(seconds)
        try:
            while self.connection.recv(65536):
                pass
            raise Gone
        except socket.timeout:
            self.connection.settimeout(None)
        except OSError as error:
            raise Gone from error

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def server_hello(self, suite=0xC02F, extensions=RENEGOTIATION, version=0x0303, random=RANDOM,
                     compression=0, session_id=None):
        own = self.session_id if session_id is None else session_id
        body = struct.pack(">H", version) + random + bytes([len(own)]) + own
        body += struct.pack(">HB", suite, compression)
        body += struct.pack(">H", len(extensions)) + extensions
        return record(HANDSHAKE, message(2, body))


# ---- behaviours that are made of others ----

def answers(**choices):
    """Answers the ClientHello with a ServerHello of these choices, and waits."""
    def behave(peer):
        peer.hello()
        peer.send(peer.server_hello(**choices))
        peer.wait()
    return behave


def says(*replies, hello=True, then="wait"):
    """Says bytes: at once, or after the ClientHello; then waits, closes, or resets."""
    def behave(peer):
        if hello:
            peer.hello()
        for reply in replies:
            peer.send(reply)
        if then == "wait":
            peer.wait()
        elif then == "reset":
            peer.reset()
    return behave


def floods(reply, hello=True):
    """Says the same for ever."""
    def behave(peer):
        if hello:
            peer.hello()
        many = reply * max(1, 4096 // len(reply))
        while True:
            peer.send(many)
    return behave


def drips(reply, every):
    """A byte at a time."""
    def behave(peer):
        peer.hello()
        for byte in reply:
            peer.send(bytes([byte]))
            peer.wait(every)
    return behave


def dialogue(*replies, after=None):
    """A greeting, and an answer to each line; then `after`."""
    def behave(peer):
        peer.send(replies[0])
        for reply in replies[1:]:
            peer.line()
            peer.send(reply)
        (after or Peer.wait)(peer)
    return behave


# ---- a real TLS server whose bytes are changed on their way ----

def crumble(data, state):
    """Plaintext handshake records as records of one byte."""
    out = b""
    while data:
        size = int.from_bytes(data[3:5], "big")
        body = data[5:5 + size]
        if data[0] == HANDSHAKE and not state.get("hidden"):
            out += b"".join(record(HANDSHAKE, bytes([b])) for b in body)
        else:
            state["hidden"] = True
            out += data[:5 + size]
        data = data[5 + size:]
    return out


def breaks(at):
    """Changes one byte of the first encrypted record."""
    def mangle(data, state):
        out = b""
        while data:
            size = int.from_bytes(data[3:5], "big")
            part = bytearray(data[:5 + size])
            if part[0] == DATA and not state.get("done"):
                part[5 + at] ^= 0xFF
                state["done"] = True
            out += bytes(part)
            data = data[5 + size:]
        return out
    return mangle


def serves(certificate, mangle=None, **settings):
    """A handshake by OpenSSL; `settings` are attributes of its context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for name, value in settings.items():
        setattr(context, name, value)

    def behave(peer):
        incoming, outgoing, state = ssl.MemoryBIO(), ssl.MemoryBIO(), {}
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        step = tls.do_handshake
        while True:
            try:
                step()
                step = lambda: tls.read(4096)
                continue
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                raise Gone from None
            finally:
                data = outgoing.read()
                if data:
                    peer.send(mangle(data, state) if mangle else data)
            incoming.write(peer.receive())
    return behave


# ---- the server ----

class Server:
    """Listens on a port of its own for each behaviour; `asked` counts connections by port."""

    def __init__(self, address):
        self.address = address
        self.asked = {}

    def listen(self, behave):
        """The port that behaves so."""
        listener = socket.create_server((self.address, 0), backlog=16)
        port = listener.getsockname()[1]
        self.asked[port] = 0
        threading.Thread(target=self._accept, args=(listener, port, behave), daemon=True).start()
        return port

    def _accept(self, listener, port, behave):
        while True:
            connection, _ = listener.accept()
            self.asked[port] += 1
            threading.Thread(target=self._serve, args=(connection, behave), daemon=True).start()

    @staticmethod
    def _serve(connection, behave):
        with contextlib.suppress(Gone, OSError):
            behave(Peer(connection))
        with contextlib.suppress(OSError):
            connection.close()


def address():
    """A loopback address by process id: parallel test programs do not meet."""
    pid = os.getpid()
    return f"127.{220 + (pid >> 16) % 30}.{(pid >> 8) % 256}.{1 + pid % 254}"
