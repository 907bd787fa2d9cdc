"""A raw hello of DTLS is answered over UDP by real servers as they were configured: with cookies, in fragments,
and through a network that loses, doubles and reorders."""
import collections
import hashlib
import json
import os
import random
import re
import select
import socket
import subprocess
import threading

from servers import ADDRESS, Pki, dtls_gnutls_serv, dtls_s_server, free_udp_port, run
from tap import check, equal, main, test

ASK = "tests/real/ask_one"
SOURCE = os.environ.get("srcdir", ".")
RSA = Pki().leaf("rsa")
ALL = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
DTLS10, DTLS12 = 0xFEFF, 0xFEFD
SCHEMES = "schemes=0403,0503,0603,0804,0805,0806,0401,0501,0601,0203,0201,0807,0808"
GROUPS = "groups=1d,17,18,19,1e"
ALERT = 21


def ask(port, version, codes, *words, address=ADDRESS):
    suites = "suites=" + ",".join(f"{code:x}" for code in [*codes, 0xFF])
    out = subprocess.run([ASK, address, str(port), f"{version:x}", suites, GROUPS, SCHEMES, *words],
                         capture_output=True, text=True, check=True, timeout=120).stdout
    return json.loads(out)


def members(reply, **want):
    equal({name: reply[name] for name in want}, want, str(reply))


def registry():
    """Every suite below TLS 1.3 that the program knows, RC4 and all."""
    codes = []
    with open(os.path.join(SOURCE, "data/suites.tsv")) as lines:
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if re.match("0x[0-9A-F]{4}$", words[0]) and words[3] not in ("tls13", "signalling"):
                codes.append(int(words[0], 16))
    check(len(codes) > 300, f"{len(codes)} suites")
    return codes


def peel(port, version, codes=None, *words, address=ADDRESS):
    """What is chosen until nothing is, and the reply that ended it."""
    left, chosen = list(codes or registry()), []
    while True:
        reply = ask(port, version, left, *words, address=address)
        if reply["kind"] != "chosen":
            return chosen, reply
        members(reply, version=version, reason=None)
        chosen.append(reply["suite"])
        left.remove(reply["suite"])


def of_openssl(version):
    """What OpenSSL says that it does with an RSA certificate or none; -s leaves out PSK and SRP."""
    lines = run("openssl", "ciphers", "-s", version, "-V", ALL).splitlines()
    found = [re.match(r" *0x(..),0x(..) - .* Au=(\S+)", line).groups() for line in lines]
    return {int(high + low, 16) for high, low, signer in found if signer in ("RSA", "None")}


def leaf():
    der = subprocess.run(["openssl", "x509", "-in", RSA[0], "-outform", "DER"], capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest()


@test
def suites_as_openssl_lists_them():
    for version, flag, like, more in ((DTLS12, "-dtls1_2", "-tls1_2", ()), (DTLS12, "-dtls1_2", "-tls1_2", ("-listen",)),
                                      (DTLS10, "-dtls1", "-tls1_1", ("-listen",))):
        want = of_openssl(like)
        check(len(want) >= 20, f"{len(want)} suites")
        port = dtls_s_server(*RSA, flag, "-cipher", ALL, *more)
        chosen, last = peel(port, version)
        equal(set(chosen), want, f"{flag} {more}")
        equal(len(chosen), len(want))
        members(last, kind="alert", alert=40)


@test
def versions():
    """A server of one version chooses it, also where a higher one is asked for; below it gives an alert."""
    port = dtls_s_server(*RSA, "-dtls1", "-cipher", ALL)
    for asked in (DTLS10, DTLS12):
        members(ask(port, asked, [0x2F]), kind="chosen", version=DTLS10, suite=0x2F, leaf=leaf(), reason=None)
    port = dtls_s_server(*RSA, "-dtls1_2", "-cipher", ALL)
    members(ask(port, DTLS12, [0x2F]), kind="chosen", version=DTLS12)
    members(ask(port, DTLS10, [0x2F]), kind="alert", alert=70)


@test
def the_rest_of_the_flight():
    port = dtls_s_server(*RSA, "-dtls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
                         "-groups", "P-384", "-sigalgs", "RSA-PSS+SHA512", "-verify", "1")
    members(ask(port, DTLS12, [0xC02F]), kind="chosen", suite=0xC02F, group=0x18, scheme=0x806, asked=True, leaf=leaf())
    members(ask(port, DTLS12, [0x9E]), kind="chosen", suite=0x9E, bits=2048, group=-1)
    members(ask(port, DTLS12, [0xC030]), kind="alert", alert=40)


@test
def fragments():
    """Ours are put together by the server, and the server's by us."""
    port = dtls_s_server(*RSA, "-dtls1_2", "-cipher", ALL, "-mtu", "256")
    for fragment in ("fragment=28", "fragment=fa", "fragment=0"):
        members(ask(port, DTLS12, [0xC02F], fragment), kind="chosen", suite=0xC02F, certificates=3, leaf=leaf(),
                reason=None)


@test
def gnutls():
    """It wants a cookie. What it does not take it leaves without a word, so that is unknown."""
    priority = "NORMAL:-VERS-ALL:+VERS-DTLS1.2:-KX-ALL:+ECDHE-RSA:+RSA:+DHE-RSA"
    port = dtls_gnutls_serv(*RSA, "--priority", priority)
    listed = run("gnutls-cli", "--list", "--priority", priority.replace("DTLS1.2", "TLS1.2"))
    want = {int(high + low, 16) for high, low in re.findall(r"^TLS_\S+\s+0x(..), 0x(..)", listed, re.M)}
    check(len(want) > 10, listed)
    chosen, last = peel(port, DTLS12, None, "patience=3", address="127.0.0.1")
    equal(set(chosen), want)
    members(last, kind="lost", reason="silent", suite=0)


class Network(threading.Thread):
    """Stands before a server, and loses, doubles and holds back datagrams as `random` has it. What the client sends
    at last, an alert, always passes: s_server is busy with a client until it hears that it has gone."""

    def __init__(self, port, seed, loss=0.0, double=0.0, hold=0.0):
        super().__init__(daemon=True)
        self.server = (ADDRESS, port)
        self.random, self.loss, self.double, self.hold = random.Random(seed), loss, double, hold
        self.done = collections.Counter()
        self.front = socket.socket(type=socket.SOCK_DGRAM)
        self.front.bind((ADDRESS, 0))
        self.port = self.front.getsockname()[1]
        self.backs = {}  # socket to the server: address of the client
        self.held = []  # what the next one overtakes: functions that send it
        self.start()

    def carry(self, data, send):
        self.done["all"] += 1
        if data[0] == ALERT:
            send()
        elif self.random.random() < self.loss:
            self.done["lost"] += 1
        elif self.random.random() < self.hold:
            self.done["held"] += 1
            self.held.append(send)
            return
        else:
            send()
            if self.random.random() < self.double:
                self.done["doubled"] += 1
                send()
        self.release()

    def release(self):
        held, self.held = self.held, []
        for send in held:
            send()

    def back_of(self, client):
        for back, address in self.backs.items():
            if address == client:
                return back
        back = socket.socket(type=socket.SOCK_DGRAM)
        back.connect(self.server)
        self.backs[back] = client
        return back

    def run(self):
        while True:
            ready, _, _ = select.select([self.front, *self.backs], [], [], 0.05 if self.held else None)
            if not ready:
                self.release()
            for one in ready:
                if one is self.front:
                    data, client = one.recvfrom(65536)
                    back = self.back_of(client)
                    self.carry(data, lambda back=back, data=data: back.send(data))
                else:
                    data, client = one.recv(65536), self.backs[one]
                    self.carry(data, lambda client=client, data=data: self.front.sendto(data, client))


@test
def through_a_bad_network():
    """The same set and the same order, whatever is lost, doubled and reordered; fewer hellos than suites so that the
    seconds of waiting for what is lost are few."""
    names = "ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:AES256-SHA:AES128-SHA256"
    want = [0xC030, 0x9E, 0x35, 0x3C]
    for more in ((), ("-listen",)):
        for faults in ({"double": 0.5}, {"hold": 0.4}, {"loss": 0.15}):
            port = dtls_s_server(*RSA, "-dtls1_2", "-cipher", names, "-serverpref", "-mtu", "512", *more)
            network = Network(port, 3, **faults)
            chosen, last = peel(network.port, DTLS12, [0x2F, 0x5, 0x3C, 0x9E, 0x35, 0xC030])
            equal(chosen, want, f"{more} {faults} {dict(network.done)}")
            members(last, kind="alert", alert=40)
            check(sum(network.done.values()) > network.done["all"], f"nothing happened: {dict(network.done)}")


@test
def what_is_no_dtls():
    members(ask(free_udp_port(), DTLS12, [0x2F]), kind="lost", reason="reset-after")
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind((ADDRESS, 0))

        def answer():
            _, client = other.recvfrom(65536)
            other.sendto(b"HTTP/1.1 400 Bad Request\r\n\r\n", client)

        threading.Thread(target=answer, daemon=True).start()
        members(ask(other.getsockname()[1], DTLS12, [0x2F]), kind="other", reason="speaks-http")


main()
