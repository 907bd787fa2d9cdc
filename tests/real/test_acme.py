"""A server whose certificate comes by ACME: issued, served, looked at, renewed, looked at again. Pebble is
the CA, lego its client, nginx the server."""
import os
import signal
import ssl
import urllib.request

from program import TLSDIVE, dive
from servers import ADDRESS, Pki, folder, free_port, nginx, nginx_files, run, start, write
from tap import check, equal, main, test, until
from terminal import Terminal

HOST = "www.example.org"


class Acme:
    """A CA that believes whoever asks, and a client of it."""

    def __init__(self):
        pki = Pki("acme")
        pem, key = pki.leaf("pebble")
        self.home, self.port, self.manage = folder("lego"), free_port(), free_port()
        write(pki.path("pebble.json"), '{"pebble": {"listenAddress": "%s:%d", "managementListenAddress": "%s:%d",'
              '"certificate": "%s", "privateKey": "%s", "httpPort": 1, "tlsPort": 1}}'
              % (ADDRESS, self.port, ADDRESS, self.manage, pem, key))
        start(["pebble", "-config", pki.path("pebble.json")], self.port, log="pebble",
              env={**os.environ, "PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_VA_NOSLEEP": "1",
                   "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "100"})
        self.ca = pki.ca
        self.environment = {**os.environ, "LEGO_CA_CERTIFICATES": pki.ca}
        self.root = write(pki.path("root.pem"), self.ask("/roots/0"))

    def ask(self, path):
        trust = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(f"https://{ADDRESS}:{self.manage}{path}", context=trust) as answer:
            return answer.read().decode()

    def lego(self, *command):
        run("lego", "--path", self.home, "--server", f"https://{ADDRESS}:{self.port}/dir", "--accept-tos",
            "--email", "admin@example.org", "--domains", HOST, "--http", "--http.port",
            f"{ADDRESS}:{free_port()}", *command, env=self.environment)

    def file(self, kind):
        return os.path.join(self.home, "certificates", f"{HOST}.{kind}")


ACME = Acme()
ACME.lego("run")
PORT = nginx([f"ssl_certificate {ACME.file('crt')}; ssl_certificate_key {ACME.file('key')};"])[0]
TARGET = f"{ADDRESS}:{PORT}"


def workers(master):
    with open(f"/proc/{master}/task/{master}/children") as pids:
        return set(pids.read().split())


def renew(*how):
    """Renews, and has nginx read it: its old workers, which still take connections, are waited for."""
    master = nginx_files(PORT)[1]
    before = workers(master)
    ACME.lego("renew", "--days", "10000", "--no-random-sleep", *how)
    os.kill(master, signal.SIGHUP)
    until(lambda: workers(master) and not workers(master) & before, "nginx keeps its old workers")


@test
def what_was_issued_is_trusted_with_its_root():
    seen = dive(TARGET, "--no-save", "--server-name", HOST, "--ca-file", ACME.root)
    verdict = seen.one("verdict")
    check(verdict["trusted"] and verdict["name_matches"], verdict)
    equal(len(seen.one("chain")["certificates"]), 2, "leaf and intermediate")
    equal(seen.one("certificate")["issuer_name"][:6], "Pebble", "issuer")


@test
def a_renewal_with_another_key_is_said():
    screen = Terminal(200, 50)
    screen.text(f"{TLSDIVE} --no-save --server-name {HOST} --ca-file {ACME.root} {TARGET}\n")
    screen.until("finished", "negotiated")
    renew()
    screen.keys("R")
    screen.until("renewed", "key changed, issuer the same, chain the same")
    screen.keys("Q")
    screen.until("ready$")


@test
def a_renewal_with_the_same_key_is_said():
    screen = Terminal(200, 50)
    screen.text(f"{TLSDIVE} --no-save --server-name {HOST} --ca-file {ACME.root} {TARGET}\n")
    screen.until("finished", "negotiated")
    renew("--reuse-key")
    screen.keys("R")
    screen.until("renewed", "key the same, issuer the same, chain the same, names the same")
    screen.keys("Q")
    screen.until("ready$")


main()
