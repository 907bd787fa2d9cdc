"""The prober's process: jobs on its standard input, facts on its standard output, in its sandbox."""
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time

from program import TLSDIVE, VALIDATOR
from servers import ADDRESS, ROOT, Pki, folder, free_port, gnutls_serv, run, s_server, start, write
from tap import check, equal, main, test

pki = Pki()
OPENSSL = s_server(*pki.leaf("openssl", key="ec"))
GNUTLS = gnutls_serv(*pki.leaf("gnutls"))
SANITIZED = b"__asan_init" in open(TLSDIVE, "rb").read()
IDLE = 5 if SANITIZED else 1.5  # seconds


class Prober:
    """A prober at work."""

    def __init__(self, *options):
        self.began = time.monotonic()
        epoch = int(self.began * 1e9)
        self.process = subprocess.Popen(
            [TLSDIVE, "--worker", "prober", f"--epoch={epoch}", *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, LC_ALL="C", GNUTLS_SYSTEM_PRIORITY_FILE="/dev/null"))
        self.facts, self.ids, self.rest = [], 0, b""

    def job(self, **members):
        self.process.stdin.write(json.dumps(members).encode() + b"\n")
        self.process.stdin.flush()

    def probe(self, host, port, **more):
        self.ids += 1
        endpoint = more.pop("endpoint", f"e{self.ids}")
        self.job(job="probe", endpoint=endpoint, host=host, port=port,
                 **{"entry": "tls", "idle": IDLE, "total": 4 * IDLE, **more})
        return endpoint

    def read(self, timeout=30):
        """The facts that have come, at least one; [] at the end."""
        ready, _, _ = select.select([self.process.stdout], [], [], timeout)
        check(ready, f"nothing said for {timeout} s")
        chunk = os.read(self.process.stdout.fileno(), 1 << 20)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        new = [json.loads(line) for line in lines]
        self.facts += new
        return new if chunk and (new or self.rest) else []

    def until(self, holds):
        """Reads until a fact for which `holds` is true; returns it."""
        for fact in self.facts:
            if holds(fact):
                return fact
        while new := self.read():
            for fact in new:
                if holds(fact):
                    return fact
        raise AssertionError(f"the prober ended: {self.process.wait(10)} {self.process.stderr.read()}")

    def done(self, endpoint):
        return self.until(lambda f: f["fact"] == "done" and f["endpoint"] == endpoint)

    def of(self, endpoint, kind):
        return [f for f in self.facts if f.get("endpoint") == endpoint and f["fact"] == kind]

    def states(self, endpoint):
        return [f["state"] for f in self.of(endpoint, "state")]

    def end(self):
        """Closes its input; returns its status."""
        self.process.stdin.close()
        while self.read():
            pass
        return self.process.wait(10)

    def worked(self):
        """The processor time that it has used, in ticks."""
        with open(f"/proc/{self.process.pid}/stat") as f:
            return sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[11:13])

    def memory(self):
        """Its proportional set size in MB."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        shapes = {(f["fact"], *sorted(f)): f for f in self.facts}
        for fact in shapes.values() if failure is None else []:
            VALIDATOR.validate(fact)


@test
def handshakes_in_the_sandbox():
    with Prober() as prober:
        for port in (OPENSSL, GNUTLS):
            endpoint = prober.probe(ADDRESS, port, server_name="localhost", alpn=["h2", "http/1.1"])
            equal(prober.done(endpoint)["result"], "finished")
            equal(prober.states(endpoint), ["waiting", "connecting", "hello", "certificate",
                                            "key-exchange", "listening"])
            equal(prober.of(endpoint, "negotiated")[0]["version"], "TLS 1.3")
            equal([f["event"] for f in prober.of(endpoint, "connection")],
                  ["connecting", "open", "closed"])
        equal([f for f in prober.facts if f["fact"] == "error"], [])
        equal(prober.end(), 0)
        equal(prober.process.stderr.read(), b"")


@test
def the_leaf_is_the_one_that_the_server_has():
    with Prober() as prober:
        endpoint = prober.probe(ADDRESS, OPENSSL)
        prober.done(endpoint)
        want = run("openssl", "x509", "-in", pki.path("openssl.leaf"), "-noout", "-fingerprint", "-sha256")
        equal(prober.of(endpoint, "chain")[0]["certificates"][0],
              want.strip().split("=")[1].replace(":", "").lower())


@test
def certificates_and_bytes_are_said_once():
    with Prober() as prober:
        for _ in range(3):
            prober.done(prober.probe(ADDRESS, OPENSSL))
        said = [(f["fact"], f["sha256"], f.get("offset")) for f in prober.facts
                if f["fact"] in ("certificate", "bytes")]
        equal(len(said), len(set(said)))
        equal(len([f for f in prober.facts if f["fact"] == "chain"]), 3)


@test
def it_is_locked():
    if SANITIZED:
        return  # a wider filter: see test_sandbox
    with Prober() as prober:
        prober.done(prober.probe(ADDRESS, OPENSSL))
        with open(f"/proc/{prober.process.pid}/status") as f:
            status = dict(line.split(":\t", 1) for line in f)
        equal(status["Seccomp"].strip(), "2")
        equal(status["NoNewPrivs"].strip(), "1")
        with open(f"/proc/{prober.process.pid}/limits") as f:
            cores = next(line for line in f if line.startswith("Max core file size"))
        equal(cores.split()[4:6], ["0", "0"])


@test
def without_the_sandbox_it_says_so():
    with Prober("--no-sandbox") as prober:
        equal(prober.until(lambda f: f["fact"] == "error")["code"], "sandbox-off")
        equal(prober.done(prober.probe(ADDRESS, OPENSSL))["result"], "finished")


@test
def names():
    with Prober() as prober:
        local = prober.probe("localhost", free_port("127.0.0.1"))
        literal = prober.probe("127.0.0.1", free_port("127.0.0.1"))
        four = prober.probe("localhost", free_port("127.0.0.1"), family=4)
        for endpoint in (local, literal, four):
            done = prober.done(endpoint)
            equal((done["result"], done["reason"]), ("refused", "connection-refused"))
        hosts = [(f["host"], f["source"], f["addresses"]) for f in prober.facts if f["fact"] == "host"]
        check(("127.0.0.1", "literal", ["127.0.0.1"]) in hosts, hosts)
        check(("localhost", "localhost", ["127.0.0.1"]) in hosts, hosts)


def _listening(address, backlog=8):
    server = socket.socket()
    server.bind((address, 0))
    server.listen(backlog)
    return server, server.getsockname()[1]


def _silent(address, port=0):
    """Two sockets: a port whose queue is full, so that it answers no connect."""
    server = socket.socket()
    server.bind((address, port))
    server.listen(0)
    return [server, socket.create_connection(server.getsockname())]


@test
def a_silent_server_and_a_stop():
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        silent, stopped = prober.probe(ADDRESS, port), prober.probe(ADDRESS, port)
        prober.until(lambda f: f["fact"] == "message" and f["endpoint"] == stopped)
        prober.job(job="stop", endpoint=stopped)
        done = prober.done(stopped)
        equal((done["result"], done["reason"], done["phase"]), ("stopped", "stopped", "hello"))
        done = prober.done(silent)
        equal((done["result"], done["reason"], done["phase"]), ("timed-out", "silent", "hello"))
        check(IDLE <= done["took"] < 3 * IDLE, done)


@test
def suspended():
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        endpoint = prober.probe(ADDRESS, port)
        prober.until(lambda f: f["fact"] == "message")
        prober.job(job="suspended")
        equal(prober.done(endpoint)["result"], "suspended")


@test
def suspended_for_longer_than_the_time_out():
    """The time in which the program was stopped counts for nobody's silence."""
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        endpoint = prober.probe(ADDRESS, port, idle=0.5, total=1)
        queued = _silent(ADDRESS)
        connecting = prober.probe(*queued[0].getsockname(), idle=0.5, total=1)
        prober.until(lambda f: f["fact"] == "message")
        prober.until(lambda f: f.get("event") == "connecting" and f["endpoint"] == connecting)
        prober.process.send_signal(signal.SIGSTOP)
        check(not select.select([prober.process.stdout], [], [], 2)[0], "it is not stopped")
        prober.job(job="suspended")
        prober.process.send_signal(signal.SIGCONT)
        equal(prober.done(endpoint)["result"], "suspended")
        equal(prober.done(connecting)["result"], "suspended")


@test
def killed_in_the_middle_of_a_handshake():
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        prober.probe(ADDRESS, port)
        prober.until(lambda f: f["fact"] == "message")
        accepted, _ = server.accept()
        prober.process.kill()
        equal(prober.process.wait(10), -signal.SIGKILL)
        accepted.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            while accepted.recv(4096):
                pass  # the connection is gone with it
        accepted.close()


@test
def the_end_of_its_input_ends_it():
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        prober.probe(ADDRESS, port)
        prober.until(lambda f: f["fact"] == "message")
        accepted, _ = server.accept()
        began = time.monotonic()
        equal(prober.end(), 0)
        check(time.monotonic() - began < IDLE, "it waited for the silent server")
        accepted.close()


@test
def nobody_reads_any_more():
    server, port = _listening(ADDRESS)
    with server, Prober() as prober:
        prober.probe(ADDRESS, port)
        prober.until(lambda f: f["fact"] == "message")
        prober.process.stdout.close()
        equal(prober.process.wait(30), 0)


@test
def jobs_that_cannot_be_done():
    with Prober() as prober:
        prober.process.stdin.write(b"nonsense\n" + b"x" * (1 << 20) + b"\n{}\n")
        prober.probe(ADDRESS, 0, endpoint="bad")
        equal(prober.done("bad")["reason"], "job-refused")
        equal([f["code"] for f in prober.facts if f["fact"] == "error"], ["job-refused"] * 3)
        equal(prober.done(prober.probe(ADDRESS, OPENSSL))["result"], "finished")


@test
def back_pressure():
    """While nobody reads, it takes no more than it has room for; then it goes on where it stood."""
    count = 300
    with Prober() as prober:
        for _ in range(count):
            prober.probe(ADDRESS, OPENSSL)
        worked, before = prober.worked(), -1
        while worked != before:  # until it stands still
            select.select([], [], [], 0.5)
            worked, before = prober.worked(), worked
        check(prober.memory() < (600 if SANITIZED else 60), f"{prober.memory()} MB")
        still = time.monotonic() - prober.began
        results = [prober.done(f"e{i + 1}") for i in range(count)]
        equal({r["result"] for r in results}, {"finished"})
        check(any(r["at"] < still for r in results), "it did nothing while nobody read")
        check(any(r["at"] > still for r in results), "it did all while nobody read")
        equal(prober.end(), 0)


@test
def silent_ports_hold_up_nothing():
    """Forty silent ports go before two that speak; all is over in one time-out and little more."""
    silent = [_silent(ADDRESS) for _ in range(40)]
    with Prober() as prober:
        endpoints = [prober.probe(ADDRESS, s[0].getsockname()[1], weight=5) for s in silent]
        first = prober.probe(ADDRESS, OPENSSL, weight=1)
        last = prober.probe(ADDRESS, OPENSSL, weight=9)
        for endpoint in (first, last):
            done = prober.done(endpoint)
            equal(done["result"], "finished")
            print(f"# done after {done['at'] - prober.facts[0]['at']:.2f} s")
            check(done["at"] - prober.facts[0]["at"] < IDLE, "held up")
        results = [prober.done(e) for e in endpoints]
        equal({r["reason"] for r in results}, {"connect-timed-out"})
        took = max(r["at"] for r in results) - prober.facts[0]["at"]
        print(f"# 40 silent ports, {IDLE} s time-out: {took:.2f} s")
        check(took < 2 * IDLE, f"{took} s")
        equal(prober.end(), 0)


@test
def ten_thousand_wait():
    with Prober() as prober:
        prober.job(job="pause")
        prober.done(prober.probe(ADDRESS, 0))  # refused: all before it was read
        before = prober.memory()
        for i in range(10000):
            prober.probe(f"127.{i // 250}.9.{1 + i % 250}", 443, server_name="name.example",
                         alpn=["h2", "http/1.1"])
            if i % 100 == 99:
                prober.until(lambda f, e=f"e{prober.ids}": f.get("endpoint") == e)
        print(f"# 10,000 endpoints wait: {prober.memory() - before:.1f} MB more than none")
        prober.job(job="stop", endpoint="e5000")
        equal(prober.done("e5000")["phase"], "waiting")
        equal(prober.end(), 0)


class Crowd:
    """200 endpoints on as many loopback addresses: 160 that speak TLS, 20 that never answer a connect,
    20 that reset in the handshake."""

    def __init__(self):
        self.port = free_port("0.0.0.0")
        first = ADDRESS.split(".")
        self.addresses = [f"127.{first[1]}.{200 + i // 200}.{1 + i % 200}" for i in range(200)]
        self.held = []
        for address in self.addresses[:20]:
            self.held += _silent(address, self.port)
        self.resetting = []
        for address in self.addresses[20:40]:
            server = socket.socket()
            server.bind((address, self.port))
            server.listen(8)
            self.resetting.append(server)
        threading.Thread(target=self.reset, daemon=True).start()
        self.serve(self.addresses[40:])

    def serve(self, addresses):
        pem, key = pki.leaf("crowd", key="ec")
        home = folder("crowd")
        listen = "".join(f"listen {address}:{self.port} ssl; " for address in addresses)
        conf = write(f"{home}/nginx.conf",
                     f"pid {home}/pid; error_log stderr; daemon off; worker_processes 1;\n"
                     "events { worker_connections 512; }\n"
                     f"http {{ access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p;\n"
                     f"fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;\n"
                     f"server {{ {listen} ssl_certificate {pem}; ssl_certificate_key {key}; }} }}\n")
        os.chmod(ROOT, 0o755)
        start(["nginx", "-c", conf, "-e", "stderr"], self.port, address=addresses[0])

    def reset(self):
        while True:
            ready, _, _ = select.select(self.resetting, [], [], 1)
            for server in ready:
                with contextlib.suppress(OSError):
                    accepted, _ = server.accept()
                    accepted.recv(1)
                    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    accepted.close()


@test
def two_hundred_endpoints():
    crowd = Crowd()
    with Prober() as prober:
        endpoints = [prober.probe(a, crowd.port) for a in crowd.addresses]
        results = [prober.done(e) for e in endpoints]
        took = max(r["at"] for r in results) - prober.facts[0]["at"]
        memory = prober.memory()
        equal({(r["result"], r.get("reason")) for r in results[:20]}, {("timed-out", "connect-timed-out")})
        equal({(r["result"], r.get("reason")) for r in results[20:40]}, {("reset", "reset-after")})
        equal({r["result"] for r in results[40:]}, {"finished"})
        print(f"# 200 endpoints, {IDLE} s time-out: {took:.2f} s, {memory:.1f} MB")
        equal(prober.end(), 0)


if __name__ == "__main__":
    main()
