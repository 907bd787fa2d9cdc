#!/usr/bin/env python3
"""Two configurations behind one address: what is found is what either accepts, that they are two is said, and so is what
only one of them accepts. TRUTH_TIMES=20 asks each pair so often."""
import os

from matrix import Dived, compare
from expect import Accepts, openssl
from servers import Pki, nginx
from stacks import balancer
from tap import check, equal, main, test

pki = Pki()
RSA, ECDSA = pki.leaf("rsa"), pki.leaf("ecdsa", "ec")
V10, V11, V12, V13 = "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"
TRIES = 8  # at least, until it is said that neither accepts something
TIMES = int(os.environ.get("TRUTH_TIMES", "1"))
WIDE, NARROW, FEW = "ECDHE:RSA:!PSK:@SECLEVEL=0", "ECDHE+AESGCM:ECDHE+CHACHA20", "ECDHE+AESGCM:RSA+AESGCM"


def lines(leaf, versions, ciphers):
    return f"ssl_certificate {leaf[0]}; ssl_certificate_key {leaf[1]}; ssl_protocols {versions}; " \
           f"ssl_ciphers {ciphers}; ssl_prefer_server_ciphers on;"


wide, narrow, twin, ecdsa, few = nginx([
    lines(RSA, "TLSv1 TLSv1.1 TLSv1.2", WIDE), lines(RSA, "TLSv1.2 TLSv1.3", NARROW),
    lines(RSA, "TLSv1.2 TLSv1.3", NARROW),
    lines(ECDSA, "TLSv1.2 TLSv1.3", NARROW), lines(RSA, "TLSv1.2 TLSv1.3", FEW)])


def of_wide():
    return openssl((V10, V11, V12), WIDE, "server", exchange=("RSA", "ECDH"), authentication=("RSA", "None"))


def of_narrow():
    return openssl((V12, V13), NARROW, "server")


def of_few():
    return openssl((V12, V13), FEW, "server")


def of_ecdsa():
    return openssl((V12, V13), NARROW, "server", authentication=("ECDSA",))


def either(one, other):
    """No order is claimed of what two accept."""
    def union(left, right):
        return {key: sorted(set(left.get(key, ())) | set(right.get(key, ()))) for key in {**left, **right}}
    return Accepts(union(one.suites, other.suites), {}, union(one.groups, other.groups), {})


def check_differences(found, one, other):
    """What is said to be accepted by one alone is, and all of it on the same side."""
    said, sides = 0, {}
    for (question, version, _, item), fact in found.answers.said.items():
        lists = [of.groups if question == "group" else of.suites for of in (one, other)]
        if question not in ("version", "suite", "group") or fact["answer"] != "yes":
            continue
        has = [bool(of.get(fact["items"][0])) if question == "version" else item in of.get(version, ()) for of in lists]
        differs = fact.get("of", 0) > fact.get("tries", 0)
        check(not differs or has[0] != has[1], f"{version} {fact['items']} differs: {fact}")
        said += differs
        if "configuration" in fact:
            sides.setdefault(fact["configuration"], set()).add(has.index(True))
    check(all(len(side) == 1 for side in sides.values()), f"each side is one of them: {sides}")
    return said


def check_holds(found, accepts):
    """What holds whoever was met: nothing is made up, and what one accepts is said to be refused only after so many
    tries, once two were noticed."""
    noticed = found.answers.value("behaviour", "two-configurations")[0] == "yes"
    for (question, version, _, item), fact in found.answers.said.items():
        if question not in ("suite", "group") or version not in accepts.suites:
            continue
        has = item in (accepts.suites if question == "suite" else accepts.groups).get(version, ())
        what = f"{version} {fact['items']}: {fact}"
        check(fact["answer"] != "yes" or has, f"{what} is made up")
        check(fact["answer"] != "no" or not has or not noticed or fact.get("tries", 1) >= TRIES, f"{what} has its tries")
    check(found.versions() <= {version for version, list_ in accepts.suites.items() if list_}, "versions")
    return noticed


def by_chance(name, way, ports, one, other, options=("--connections", "3000")):
    """Whom a connection meets is not certain, so what is asserted is what holds always."""
    def asked():
        port = balancer(way, *ports)
        for _ in range(TIMES):
            found = Dived(port, *options)
            if check_holds(found, either(one(), other())):
                equal(found.order("suite", V12), None, "no order")
                check_differences(found, one(), other())
                check("two-configurations" in found.result.rules(), "a finding says it")
    asked.__name__ = name
    test(asked)


def pair(name, way, ports, one, other):
    def asked():
        port = balancer(way, *ports)
        for _ in range(TIMES):
            found = Dived(port)
            answer, value = found.answers.value("behaviour", "two-configurations")
            equal(answer, "yes", f"said that they are two ({value}); {found.answers.over}")
            compare(found, either(one(), other()))
            equal(found.order("suite", V12), None, "no order")
            check(check_differences(found, one(), other()), "something is said to differ")
            check("two-configurations" in found.result.rules(), "a finding says it")
    asked.__name__ = name
    test(asked)


pair("by turns: other versions and ciphers", "roundrobin", (wide, narrow), of_wide, of_narrow)
by_chance("by lot: other versions and ciphers", "random", (wide, narrow), of_wide, of_narrow)
by_chance("the least busy: other versions and ciphers", "leastconn", (wide, narrow), of_wide, of_narrow)
pair("by turns: a few suites", "roundrobin", (few, narrow), of_few, of_narrow)
pair("by turns: another certificate", "roundrobin", (ecdsa, narrow), of_ecdsa, of_narrow)
pair("by turns: another certificate, and all else", "roundrobin", (wide, ecdsa), of_wide, of_ecdsa)
by_chance("one in eight", "roundrobin", (narrow,) * 7 + (wide,), of_narrow, of_wide)


def equal_ones(way):
    def asked():
        for _ in range(TIMES):
            found = Dived(balancer(way, narrow, twin))
            alone = Dived(narrow)
            equal(found.answers.value("behaviour", "two-configurations")[0], None, "nothing is said of two")
            compare(found, of_narrow())
            more = found.answers.over[-1]["connections"] - alone.answers.over[-1]["connections"]
            check(more < 8, f"{more} connections more than to one alone: nothing was suspected")
    asked.__name__ = f"two that are equal: {way}"
    test(asked)


for each in ("roundrobin", "random", "leastconn"):
    equal_ones(each)

main()
