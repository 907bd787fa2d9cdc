"""The demo: every server of its own, and what is to be said of it."""
import os
import subprocess

from program import TLSDIVE, dive, environment
from tap import check, equal, main, test, until

FACTS = dive("--demo", "--timeout", "2")


def of(name):
    """The endpoint of a demo server."""
    return next(f["endpoint"] for f in FACTS.all("endpoint") if f["host"] == name + ".localhost")


def done(name):
    return FACTS.one("done", of(name))


def negotiated(name):
    return FACTS.one("negotiated", of(name))


def verdict(name):
    return FACTS.one("verdict", of(name))


@test
def the_good_ones_are_good():
    for name in ("modern", "mail"):
        equal(done(name)["result"], "finished", str(done(name)))
        equal((verdict(name)["trusted"], verdict(name)["reasons"], verdict(name)["name_matches"]),
              (True, [], True), name)
        equal(negotiated(name)["version"], "TLS 1.3", name)
    equal(FACTS.one("endpoint", of("mail"))["entry"], "starttls", "mail")
    check(any("STARTTLS" in str(f["text"]) for f in FACTS.all("dialogue", of("mail"))), "dialogue")


@test
def the_old_ones_are_old():
    equal(negotiated("old")["version"], "TLS 1.1", "old")
    equal(negotiated("old")["hello"], "usual", "old")
    equal(negotiated("ancient")["version"], "TLS 1.0", "ancient")
    equal(negotiated("ancient")["hello"], "permissive", "ancient")
    check(not negotiated("ancient")["forward_secrecy"], "ancient")
    check("trust-weak-key" in verdict("old")["reasons"] or "trust-weak-signature" in verdict("old")["reasons"],
          str(verdict("old")))


@test
def each_certificate_has_its_fault():
    for name, reason in (("expired", "trust-expired"), ("self-signed", "trust-self-signed"),
                         ("incomplete", "trust-incomplete")):
        equal(done(name)["result"], "finished", name)
        check(not verdict(name)["trusted"] and reason in verdict(name)["reasons"], str(verdict(name)))
    equal(verdict("wrong-name")["name_matches"], False, "wrong-name")


@test
def what_is_no_tls_is_told_apart():
    equal((done("resets")["result"], done("silent")["result"]), ("reset", "timed-out"), "")
    equal((done("plain")["result"], done("plain")["reason"]), ("no-tls", "speaks-http"), "")


@test
def findings_are_where_they_belong():
    equal(FACTS.rules(of("modern")), set(), "modern")
    for name in ("old", "ancient", "expired", "wrong-name", "self-signed", "incomplete"):
        check(FACTS.rules(of(name)), f"{name} has findings")


@test
def it_prints_a_report_and_leaves_nothing_behind():
    def folders():
        return {name for name in os.listdir("/tmp") if name.startswith("tlsdive-demo-")}

    before = folders()
    result = subprocess.run([TLSDIVE, "--demo", "--timeout", "1"], capture_output=True, text=True, timeout=60,
                            env=environment(), stdin=subprocess.DEVNULL)
    equal(result.returncode, 3, result.stderr)
    for name in ("modern", "expired", "silent"):
        check(name + ".localhost" in result.stdout, result.stdout)
    equal(result.stderr, "", "standard error")
    until(lambda: not folders() - before, lambda: f"left: {folders() - before}")


main()
