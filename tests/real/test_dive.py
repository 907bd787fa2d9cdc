"""Dives of the built program into real servers: how they begin, end, are cut short, and go on."""
import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import threading

from program import TLSDIVE, VALIDATOR, Running, Silent, dive, environment
from servers import ADDRESS, ROOT, Pki, free_port, nginx, run, s_server, start
from tap import check, equal, main, test
from terminal import Terminal

pki = Pki()
GOOD = s_server(*pki.leaf("good", key="ec"))


class Gate:
    """Lets so many connections through to a port; those after them wait until it is opened."""

    def __init__(self, port, through):
        self.target, self.open = port, threading.Event()
        self.socket = socket.create_server((ADDRESS, 0))
        self.port, self.through = self.socket.getsockname()[1], through
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.socket.accept()
            self.through -= 1
            threading.Thread(target=self.serve, args=(client, self.through >= 0), daemon=True).start()

    def serve(self, client, at_once):
        if not at_once:
            self.open.wait()
        server = socket.create_connection((ADDRESS, self.target))
        there = threading.Thread(target=self.copy, args=(client, server), daemon=True)
        there.start()
        self.copy(server, client)
        there.join()
        client.close()
        server.close()

    @staticmethod
    def copy(source, sink):
        with contextlib.suppress(OSError):  # one side is gone
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def of_trust(*more):
    return ["--ca-file", pki.ca, *more]


def over(facts):
    return [f for f in facts if f["fact"] == "dive" and f["event"] == "over"]


def answers(result, question, answer="yes"):
    return {item for f in result.all("answer") if (f["question"], f["answer"]) == (question, answer)
            for item in f["items"]}


@test
def all_that_is_accepted():
    result = dive(*of_trust("--depth", "full", f"{ADDRESS}:{GOOD}"))
    equal((result.status, result.one("done")["result"]), (0, "finished"), result.errors)
    end, = over(result.facts)
    equal((end["result"], end["depth"]), ("finished", "full"), str(end))
    questions = {f["connection"] for f in result.all("connection") if f.get("hello") == "question"}
    equal(end["connections"], len(questions), "connections")
    equal(answers(result, "version"), {"TLS 1.2", "TLS 1.3"}, "versions")
    check("TLS_AES_128_GCM_SHA256" in answers(result, "suite"), "suites")
    kinds = [f["fact"] for f in result.facts]
    check(kinds.index("done") < kinds.index("dive"), "the handshake is done first")
    check(not result.all("finding") or kinds.index("finding") > len(kinds) - 1 - kinds[::-1].index("dive"),
          "findings are told once, at the end")
    states = [f for f in result.facts[kinds.index("dive"):] if f["fact"] == "state"]
    equal(states, [], "states are the handshake's")


@test
def versions_alone():
    result = dive(*of_trust("--depth", "versions", f"{ADDRESS}:{GOOD}"))
    equal(answers(result, "version"), {"TLS 1.2", "TLS 1.3"}, "versions")
    equal(answers(result, "suite"), set(), "suites")


@test
def a_closed_port_is_not_dived_into():
    result = dive("--depth", "full", f"{ADDRESS}:{free_port()}")
    equal(result.status, 3, result.errors)
    end, = over(result.facts)
    equal((end["result"], end["reason"], end["connections"]), ("refused", "connection-refused", 0), str(end))


@test
def a_server_that_turns_every_handshake_away_is_dived_into():
    port = free_port()
    start(["openssl", "s_server", "-quiet", "-accept", f"{ADDRESS}:{port}", "-nocert", "-psk", "1a2b",
           "-tls1_2", "-cipher", "PSK-AES128-GCM-SHA256", "-www"], port, log="psk")
    result = dive("--depth", "full", f"{ADDRESS}:{port}")
    equal(result.one("done")["result"], "alert", result.errors)
    equal(over(result.facts)[0]["result"], "finished", str(over(result.facts)))
    equal(answers(result, "version"), {"TLS 1.2"}, "versions")
    equal(answers(result, "suite"), {"TLS_PSK_WITH_AES_128_GCM_SHA256"}, "suites")


@test
def a_dive_that_may_not_go_on_is_status_3():
    result = dive(*of_trust("--depth", "full", "--connections", "5", f"{ADDRESS}:{GOOD}"))
    end, = over(result.facts)
    check(end["result"] != "finished" and end["connections"] <= 5, str(end))
    equal(result.status, 3, result.errors)


@test
def no_more_connections_than_are_allowed_and_each_counts_once():
    for allowed in (1, 2, 8, 9, 17, 30, 45):
        result = dive(*of_trust("--depth", "full", "--connections", str(allowed), f"{ADDRESS}:{GOOD}"))
        end, = over(result.facts)
        made = [f["connection"] for f in result.all("connection")
                if f["event"] == "connecting" and f.get("hello") == "question"]
        equal(len(set(made)), len(made), "connections of one id")
        equal((len(made), end["result"], end["reason"]), (allowed, "limit", "limit-connections"), str(end))
        equal(end["connections"], allowed, "connections that it says it made")
        told = [f["connections"] for f in result.facts if f["fact"] == "dive" and f["event"] == "progress"]
        check(told == sorted(told) and told[-1] <= allowed, f"{told} of {allowed}")


@test
def a_session_with_a_dive_is_the_same_when_opened():
    path = os.path.join(ROOT, "dive.jsonl")
    live = dive("--save", path, *of_trust("--depth", "full", f"{ADDRESS}:{GOOD}"))
    again = dive("--open", path)
    equal((live.status, again.status), (0, 0), live.errors + again.errors)
    equal(again.rules(), live.rules(), "findings")
    with open(path) as file:
        equal([json.loads(line) for line in file], live.facts, "saved and printed")


@test
def a_dive_that_a_session_leaves_open_is_suspended():
    path, cut = os.path.join(ROOT, "dived.jsonl"), os.path.join(ROOT, "cut-dive.jsonl")
    live = dive("--save", path, *of_trust("--depth", "versions", f"{ADDRESS}:{GOOD}"))
    kinds = [(f["fact"], f.get("event")) for f in live.facts]
    with open(path) as file, open(cut, "w") as half:
        half.writelines(file.readlines()[:kinds.index(("dive", "begun")) + 10])
    again = dive("--open", cut)
    equal([f["result"] for f in over(again.facts)], ["suspended"], again.errors)
    equal(again.status, 3, again.errors)


@test
def a_dive_that_is_asked_for_too_soon_comes_after_the_handshake():
    gate = Gate(s_server(*pki.leaf("late", key="ec")), 0)
    screen = Terminal(120, 40)
    screen.text(f"{os.path.abspath(TLSDIVE)} --no-save --timeout 30 {ADDRESS}:{gate.port}")
    screen.keys("Enter")
    screen.until("hello", "Help")
    screen.keys("D")
    screen.until("diving into 1 endpoint")
    gate.open.set()
    screen.until("1/1 done", "TLS 1.3 1.2,")
    screen.close()


@test
def a_killed_prober_ends_the_dive():
    gate = Gate(GOOD, 1)
    run = Running(*of_trust("--depth", "full", "--timeout", "30", f"{ADDRESS}:{gate.port}"))
    run.until(fact="connection", hello="question", event="open")
    os.kill(run.children()["prober"], signal.SIGKILL)
    status, errors = run.finish()
    equal(run.done()["1"]["result"], "finished", errors)
    end, = over(run.facts)
    equal((end["result"], end["args"]), ("worker-died", {"how": "SIGKILL"}), errors)
    equal(status, 3, errors)


@test
def an_interrupt_stops_the_dive():
    gate = Gate(GOOD, 1)
    run = Running(*of_trust("--depth", "full", "--timeout", "30", f"{ADDRESS}:{gate.port}"))
    run.until(fact="connection", hello="question", event="open")
    run.process.send_signal(signal.SIGINT)
    status, errors = run.finish()
    equal(status, -signal.SIGINT, errors)
    equal([f["result"] for f in over(run.facts)], ["stopped"], errors)
    equal([f["result"] for f in run.facts if f["fact"] == "done"], ["finished"], errors)
    for fact in run.facts:
        VALIDATOR.validate(fact)


@test
def a_suspended_dive_is_made_again_without_the_handshake():
    gate = Gate(GOOD, 1)
    run = Running(*of_trust("--depth", "versions", "--timeout", "30", f"{ADDRESS}:{gate.port}"))
    run.until(fact="connection", hello="question", event="open")
    run.process.send_signal(signal.SIGCONT)
    run.until(fact="dive", event="over")
    gate.open.set()
    status, errors = run.finish()
    equal([f["result"] for f in over(run.facts)], ["suspended", "finished"], errors)
    equal([f["result"] for f in run.facts if f["fact"] == "done"], ["finished"], errors)
    equal(status, 0, errors)


@test
def many_ports_of_a_host_are_asked_before_any_dive():
    with Silent() as silent:
        ports = ",".join(str(s_server(*pki.leaf(f"many{i}", key="ec"))) for i in range(3))
        result = dive(*of_trust("--depth", "versions", "--timeout", "2", f"{ADDRESS}:{ports},{silent.port}"))
    equal(sorted(f["result"] for f in over(result.facts)), ["finished"] * 3 + ["timed-out"], result.errors)
    equal(result.status, 3, result.errors)


def behaviour(result):
    """Code -> answer, with its value where there is one."""
    return {f["items"][0]: " ".join(filter(None, (f["answer"], f.get("value"))))
            for f in result.all("answer") if f["question"] == "behaviour"}


@test
def what_openssl_makes_of_odd_hellos_and_of_nonsense():
    # OpenSSL 3: ssl/record/ssl3_record.c, ssl/statem; nginx speaks HTTP where the first byte is not 22 or over 127
    pem, key = pki.leaf("odd", key="ec")
    plain = behaviour(dive(*of_trust("--depth", "full", f"{ADDRESS}:{s_server(pem, key)}")))
    for code in ("one-byte-records", "hello-in-parts", "record-ssl3", "record-tls12", "version-0304", "version-0305",
                 "version-0400", "reversed-extensions", "empty-last-extension", "duplicate-suites", "session-id",
                 "no-session-id", "empty-records"):
        equal(plain.get(code), "yes", code)
    for code in ("duplicate-extension", "empty-data-records", "record-to-come", "warning-first"):
        equal(plain.get(code), "no", code)
    alerts = {"no-suite": "40 handshake_failure", "low-version": "70 protocol_version",
              "bad-extension": "50 decode_error", "missing-extension": "109 missing_extension",
              "unexpected-message": "10 unexpected_message", "unknown-record": "10 unexpected_message",
              "long-record": "22 record_overflow"}
    for code, alert in alerts.items():
        equal(plain.get("alert-" + code), "yes alert " + alert, code)
    port, = nginx([f"ssl_certificate {pem}; ssl_certificate_key {key};"])
    web = behaviour(dive(*of_trust("--depth", "full", f"{ADDRESS}:{port}")))
    equal({code: web.get(code) for code in ("alert-unknown-record", "warning-first")},
          {"alert-unknown-record": "no no TLS", "warning-first": "no"}, "of nginx")


def features(result):
    """(Version, code) -> answer, with its value where there is one."""
    return {(f["version"], f["items"][0]): " ".join(filter(None, (f["answer"], f.get("value"))))
            for f in result.all("answer") if f["question"] == "feature"}


@test
def what_openssl_and_nginx_do_with_tickets():
    # SSL_CTX_set_options(3): -no_ticket leaves handles of 32 bytes in TLS 1.3; s_server(1): -allow_no_dhe_kex
    pem, key = pki.leaf("tickets", key="ec")
    ticket_key = os.path.join(ROOT, "ticket.key")
    with open(ticket_key, "wb") as file:
        file.write(bytes(range(80)))  # ngx_http_ssl_module: the first 16 are the name
    port, = nginx([f"ssl_certificate {pem}; ssl_certificate_key {key}; ssl_session_ticket_key {ticket_key};"
                   "ssl_protocols TLSv1.2 TLSv1.3;"])
    found = features(dive(*of_trust("--depth", "full", f"{ADDRESS}:{port}")))
    for version in ("TLS 1.2", "TLS 1.3"):
        equal(found.get((version, "ticket-key")), "yes named 000102030405060708090a0b0c0d0e0f", version)
        check(found.get((version, "ticket-entropy"), "").startswith("yes "), str(found))
    equal([found.get(("TLS 1.3", code)) for code in ("resumption-psk", "resumption-psk-ke", "ticket-reuse")],
          ["yes", "no", "yes"], str(found))
    port = s_server(pem, key, "-no_ticket", "-allow_no_dhe_kex")
    result = dive(*of_trust("--depth", "full", f"{ADDRESS}:{port}"))
    found = features(result)
    equal(behaviour(result).get("session-id-entropy"), "yes 32 of 32 bytes vary", "random ids")
    equal(found.get(("TLS 1.2", "tickets")), "no", str(found))
    check(("TLS 1.2", "ticket-key") not in found, str(found))
    equal(found.get(("TLS 1.3", "ticket-key")), "no the server keeps the sessions", str(found))
    equal(found.get(("TLS 1.3", "ticket-entropy")), "yes 32 bytes", str(found))
    equal([found.get(("TLS 1.3", code)) for code in ("resumption-psk", "resumption-psk-ke")], ["yes", "yes"], str(found))


# of "openssl dhparam 1024", which takes its time
SAFE = int("e4391bdcc12d808a20856414134550cf82772396b2d46d60700dc0ee72cacfbd943896912f057de90331509979b60298616a"
           "fc057414f89fd1a5d6def41198b4525b1cf56135c4af5dd65715889460d1747f151938b6e9f4525f3bbe8aabd1a62cf146a8"
           "ec645e9b5eee16665bf6adad9139f67b09c539abee782a96ec50ba97", 16)
# of 1128 bits: the product of two primes of Mersenne
COMPOSITE = (2 ** 521 - 1) * (2 ** 607 - 1)


def parameters(modulus, generator=2):
    """A file of Diffie-Hellman parameters."""
    def integer(number):
        data = number.to_bytes(number.bit_length() // 8 + 1, "big")
        return b"\x02" + length(data) + data

    def length(data):
        size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
        return size if len(data) < 128 else bytes([0x80 | len(size)]) + size

    body = integer(modulus) + integer(generator)
    text = base64.encodebytes(b"0" + length(body) + body).decode()
    path = os.path.join(ROOT, f"dh-{modulus % 1000003}.pem")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n")
    return path


def of_dsa():
    path = os.path.join(ROOT, "dh-dsa.pem")
    run("openssl", "dhparam", "-out", path, "-dsaparam", "1024")
    return path


@test
def primes_of_its_own_are_tested():
    pem, key = pki.leaf("dhe")
    files = {"safe": parameters(SAFE), "not-safe": of_dsa(), "not-prime": parameters(COMPOSITE)}
    rules = {"safe": set(), "not-safe": {"unsafe-prime"}, "not-prime": {"composite-prime"}}
    ports = nginx([f"ssl_certificate {pem}; ssl_certificate_key {key}; ssl_dhparam {path};"
                   "ssl_protocols TLSv1.2; ssl_ciphers DHE:@SECLEVEL=0;" for path in files.values()])
    for standing, port in zip(files, ports):
        result = dive(*of_trust("--depth", "full", f"{ADDRESS}:{port}"))
        told = [f for f in result.all("answer") if f["question"] == "dh"]
        equal({f.get("standing") for f in told}, {standing}, str(told))
        found = {f["rule"] for f in result.all("finding")} & {"unsafe-prime", "composite-prime"}
        equal(found, rules[standing], standing)


@test
def the_report_is_text_too():
    result = subprocess.run([TLSDIVE, "--batch", *of_trust("--depth", "full", f"{ADDRESS}:{GOOD}")], text=True,
                            capture_output=True, timeout=60, env=environment(), stdin=subprocess.DEVNULL)
    equal(result.returncode, 0, result.stderr)
    check(str(GOOD) in result.stdout, result.stdout)


main()
