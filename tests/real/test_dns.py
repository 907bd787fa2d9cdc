"""What the DNS says about certificates: zones signed here, served by Knot, validated by the fetcher."""
import contextlib
import hashlib
import json
import os
import re
import subprocess

from program import TLSDIVE, VALIDATOR, dive, environment
from servers import ADDRESS, Pki, folder, free_port, run, s_server, start, write
from tap import check, equal, main, test

ZONES = folder("zones")
DIGEST = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
PKI = Pki()
CERTIFICATE, KEY = PKI.leaf("served", key="ec", names=",".join(
    f"DNS:{host}.{zone}.example" for zone in ("secure", "plain", "broken") for host in ("right", "wrong", "mx")))
SPKI = hashlib.sha256(subprocess.run(["openssl", "pkey", "-in", KEY, "-pubout", "-outform", "DER"], check=True,
                                     capture_output=True).stdout).hexdigest()
PORT = s_server(CERTIFICATE, KEY)
RECORDS = f"""
right A {ADDRESS}
_{PORT}._tcp.right TLSA 3 1 1 {SPKI}
wrong A {ADDRESS}
_{PORT}._tcp.wrong TLSA 3 1 1 {DIGEST}
_{PORT}._tcp.mx TLSA 3 1 1 {SPKI}
www A {ADDRESS}
alias CNAME www
_443._tcp.www TLSA 3 1 1 {DIGEST}
_443._tcp.own TLSA 2 0 1 {DIGEST}
own AAAA 2001:db8::1
@ CAA 0 issue "letsencrypt.org; accounturi=https://acme.test/1; validationmethods=dns-01"
@ CAA 128 issuewild ";"
here.sub CAA 0 issue "digicert.com"
@ MX 10 mx
mx A {ADDRESS}
_mta-sts TXT "v=STSv1; id=20260101;"
_mta-sts TXT "something else"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:" "reports@example.net"
"""


def zone_file(name):
    head = f"$ORIGIN {name}.\n$TTL 300\n@ SOA ns hostmaster 1 3600 900 86400 300\n@ NS ns\nns A {ADDRESS}\n"
    return write(os.path.join(ZONES, name), head + RECORDS)


def signed(name):
    """The zone's file, and its key's."""
    path = zone_file(name)
    key = run("ldns-keygen", "-a", "ECDSAP256SHA256", "-r", "/dev/urandom", name, cwd=ZONES).strip()
    run("ldns-signzone", "-f", path + ".signed", path, key, cwd=ZONES)
    return path + ".signed", os.path.join(ZONES, key + ".key")


def text_of(path):
    with open(path) as file:
        return file.read()


def serve():
    """secure is right; broken has records that were changed when they were signed, and gaps has lost its
    proofs that there is nothing; plain is not signed."""
    files = {"plain.example": zone_file("plain.example")}
    keys = []
    for name in ("secure.example", "broken.example", "gaps.example"):
        files[name], key = signed(name)
        keys.append(text_of(key))
    broken = text_of(files["broken.example"]).replace(DIGEST, DIGEST[::-1])
    write(files["broken.example"], broken)
    gaps = "".join(line for line in text_of(files["gaps.example"]).splitlines(True)
                   if not re.search(r"\sNSEC\s", line))
    write(files["gaps.example"], gaps)
    anchor = write(os.path.join(ZONES, "anchors"), "".join(keys))
    port = free_port()
    zones = "".join(f"  - domain: {name}\n    file: {path}\n    semantic-checks: off\n"
                    for name, path in files.items())
    conf = write(os.path.join(ZONES, "knot.conf"),
                 f"server:\n    listen: {ADDRESS}@{port}\n    rundir: {ZONES}\n    pidfile: {ZONES}/pid\n"
                 f"database:\n    storage: {ZONES}/db\nlog:\n  - target: stderr\n    any: warning\n"
                 f"zone:\n{zones}")
    start(["knotd", "-c", conf], port)
    return anchor, f"{ADDRESS}:{port}"


ANCHOR, SERVER = serve()


def ask(*jobs, options=None):
    """The dns facts for these jobs, in their order."""
    lines = "".join(json.dumps({"job": "lookup", "id": str(i), "endpoint": f"e{i}", **job}) + "\n"
                    for i, job in enumerate(jobs))
    options = options or [f"--dns-anchor={ANCHOR}", f"--dns-server={SERVER}"]
    with contextlib.closing(Fetcher(options)) as fetcher:
        return fetcher.ask(lines, len(jobs))


class Fetcher:
    def __init__(self, options):
        self.process = subprocess.Popen([TLSDIVE, "--worker=fetcher", *options], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, lines, count):
        self.process.stdin.write(lines)
        self.process.stdin.flush()
        facts, answered = {}, 0
        while answered < count:
            line = self.process.stdout.readline()
            check(line, "the fetcher ended")
            fact = json.loads(line)
            if fact["fact"] == "answered":
                answered += 1
                continue
            VALIDATOR.validate(fact)
            if fact["fact"] == "dns":
                facts[int(fact["endpoint"][1:])] = fact
        return [facts[i] for i in range(count)]

    def close(self):
        self.process.stdin.close()
        equal(self.process.wait(timeout=20), 0, "the fetcher's status")
        self.process.stdout.close()


def tlsa(name, port=443):
    return {"kind": "tlsa", "name": name, "port": port, "transport": "tcp"}


def of(kind, name):
    return {"kind": kind, "name": name}


@test
def a_signed_record_is_secure():
    fact, = ask(tlsa("WWW.secure.example"))
    equal(fact["records"], [{"usage": 3, "selector": 1, "matching": 1, "data": DIGEST}])
    equal((fact["state"], fact["addresses"], fact["owner"], fact["ttl"], fact["resolver"]),
          ("secure", "secure", "www.secure.example", 300, "given"))


@test
def without_signatures_it_is_insecure():
    fact, = ask(tlsa("www.plain.example"))
    equal((fact["state"], len(fact["records"])), ("insecure", 1))


@test
def a_changed_record_is_bogus():
    fact, = ask(tlsa("www.broken.example"))
    equal((fact["state"], fact["reason"], fact["records"]), ("bogus", "dns-bogus", []))
    check("www.broken.example" in fact["args"]["what"], fact["args"])


@test
def that_there_is_none_has_to_be_proven():
    proven, other, unproven = ask(tlsa("www.secure.example", 25), tlsa("no.secure.example"),
                                  tlsa("no.gaps.example"))
    equal((proven["state"], proven["absent"], proven["records"]), ("secure", "name", []))
    equal((other["state"], other["absent"]), ("secure", "name"))
    equal((unproven["state"], unproven["addresses"]), ("bogus", "bogus"))


@test
def an_alias_leads_to_the_records():
    alias, own = ask(tlsa("alias.secure.example"), tlsa("own.secure.example"))
    equal((alias["name"], alias["owner"], alias["state"]),
          ("alias.secure.example", "www.secure.example", "secure"))
    equal((own["owner"], own["records"][0]["usage"]), ("own.secure.example", 2))


@test
def caa_is_sought_upwards():
    here, above, none = ask(of("caa", "here.sub.secure.example"), of("caa", "a.b.sub.secure.example"),
                            of("caa", "www.plain.example"))
    equal((here["owner"], here["records"][0]["issuer"]), ("here.sub.secure.example", "digicert.com"))
    equal((above["owner"], above["state"]), ("secure.example", "secure"))
    issue = next(r for r in above["records"] if r["tag"] == "issue")
    equal((issue["issuer"], issue["account"], issue["methods"], issue["critical"]),
          ("letsencrypt.org", "https://acme.test/1", "dns-01", False))
    wild = next(r for r in above["records"] if r["tag"] == "issuewild")
    equal((wild["issuer"], wild["critical"], wild["flags"]), ("", True, 128))
    equal((none["owner"], none["state"]), ("plain.example", "insecure"))


@test
def a_mail_domain():
    mx, sts, report = ask(of("mx", "mx.secure.example"), of("mta-sts", "secure.example"),
                          of("tlsrpt", "secure.example"))
    equal((mx["owner"], mx["records"]), ("secure.example", [{"preference": 10, "host": "mx.secure.example"}]))
    equal([r["id"] for r in sts["records"]], ["20260101"])
    equal(report["records"][0]["rua"], "mailto:reports@example.net")


@test
def who_does_not_answer_leaves_it_unknown():
    fact, = ask(tlsa("www.secure.example"), options=[f"--dns-anchor={ANCHOR}",
                                                     f"--dns-server={ADDRESS}:{free_port()}"])
    equal((fact["state"], fact["addresses"], fact["records"]), ("unknown", "unknown", []))
    check(fact["reason"] in ("dns-server-failed", "dns-timed-out"), fact)


@test
def anchors_that_do_not_read_leave_it_unknown():
    odd = write(os.path.join(ZONES, "odd"), "this is no anchor\n")
    fact, = ask(tlsa("www.secure.example"), options=[f"--dns-anchor={odd}", f"--dns-server={SERVER}"])
    equal((fact["state"], fact["reason"]), ("unknown", "dns-not-asked"))


def explore(name, *more, scheme="", server=None):
    return dive("--ca-file", PKI.ca, "--server-name", name, "--dns-server", server or SERVER, "--dns-anchor", ANCHOR,
                *more, f"{scheme}{ADDRESS}:{PORT}")


def report(name, scheme=""):
    """As people read it, in one line."""
    text = subprocess.run([TLSDIVE, "--batch", "--ca-file", PKI.ca, "--server-name", name, "--dns-server", SERVER,
                       "--dns-anchor", ANCHOR, "--fetch", f"{scheme}{ADDRESS}:{PORT}"],
                          capture_output=True, text=True, env=environment(), stdin=subprocess.DEVNULL).stdout
    return " ".join(text.split())


def dns(result):
    return {f["kind"]: f for f in result.all("dns")}


@test
def a_server_is_held_against_its_records():
    result = explore("right.secure.example", "--fetch")
    dane = result.one("dane")
    equal((dane["state"], dane["records"][0]["holds"]), ("authenticated", True))
    equal({kind: (f["name"], f["state"]) for kind, f in dns(result).items()},
          {kind: ("right.secure.example", "secure") for kind in ("tlsa", "caa")})
    text = report("right.secure.example")
    check(f"DANE-EE, key, SHA-256 {SPKI[:16]}: holds" in text, text)
    for words in ("issue letsencrypt.org", "issuewild nobody", ", at secure.example (signed)"):
        check(words in text, text)
    check(not {r for r in result.rules() if r.startswith(("tlsa", "dnssec"))}, result.rules())


@test
def a_record_of_another_key_is_found():
    result = explore("wrong.secure.example", "--fetch")
    equal(result.one("dane")["state"], "failed")
    check("tlsa-mismatch" in result.rules(), result.rules())


@test
def records_without_a_proof_do_not_count():
    result = explore("right.plain.example", "--fetch")
    equal((result.all("dane"), dns(result)["tlsa"]["state"]), ([], "insecure"))
    check("tlsa-unsigned" in result.rules(), result.rules())
    result = explore("wrong.broken.example", "--fetch")
    equal((result.all("dane"), dns(result)["tlsa"]["state"]), ([], "bogus"))
    check("dnssec-bogus" in result.rules(), result.rules())


@test
def a_mail_domain_is_found_by_its_mail_servers():
    result = explore("mx.secure.example", "--fetch", scheme="smtps://")
    facts = dns(result)
    equal({kind: (f["name"], f["state"]) for kind, f in facts.items()},
          {"tlsa": ("mx.secure.example", "secure"), "caa": ("mx.secure.example", "secure"),
           "mx": ("mx.secure.example", "secure"), "mta-sts": ("secure.example", "secure"),
           "tlsrpt": ("secure.example", "secure")})
    equal(result.one("dane")["state"], "authenticated")
    text = report("mx.secure.example", "smtps://")
    check("unknown: announced, and the policy was not fetched" in text, text)
    check("mailto:reports@example.net" in text, text)
    policy, = result.all("fetched")
    equal((policy["kind"], policy["url"]),
          ("mta-sts", "https://mta-sts.secure.example/.well-known/mta-sts.txt"))
    check("reason" in policy, "there is no such server")
    other = dns(explore("right.secure.example", "--fetch", scheme="smtps://"))
    check("mta-sts" not in other, "no mail is sent to it")


@test
def without_fetch_nothing_is_asked():
    result = explore("right.secure.example")
    equal(result.all("dns") + result.all("dane"), [])


@test
def a_resolver_that_is_not_there_leaves_all_unknown():
    result = explore("right.secure.example", "--fetch", server=f"{ADDRESS}:{free_port()}")
    equal([(f["state"], f["records"]) for f in dns(result).values()], [("unknown", [])] * 2)
    equal((result.all("dane"), result.one("done")["result"]), ([], "finished"))


main()
