#!/usr/bin/env python3
"""Chains with one fault each, judged by tlsdive, by certtool and by openssl: the table in doc/verdicts.md.

  VERDICTS=doc/verdicts.md tests/truth/test_verdicts.py     writes the page from the rows below"""
import base64
import json
import os
import subprocess
import sys
from collections import namedtuple
from operator import attrgetter

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "real"))

from authority import (ANY, CERT_SIGN, CLIENT, CRL_SIGN, FOLDER, NOW, SERVER, SIGNATURE,  # noqa: E402
                       authority_key, basic, ca, constraints, dns, explicit_policy, leaf, names, poison, policies,
                       purposes, unknown, usage, user)
from certificates import pem  # noqa: E402  (authority finds its folder)
from tap import check, equal, main, test  # noqa: E402

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
PAGE = os.path.join(HERE, "..", "..", "doc", "verdicts.md")
NAME = "www.example.com"
PURPOSE = "1.3.6.1.5.5.7.3.1"

ROOT = ca("Root", "ec/root", days=(-1000, 5000))
OLD_ROOT = ca("Old Root", "ec/old", days=(-1000, -1))
ED_ROOT = ca("Ed25519 Root", "ed25519/root", days=(-1000, 5000))
PSS_ROOT = ca("PSS Root", "rsa/root", days=(-1000, 5000), scheme="pss")
RSA_ROOT = ca("RSA Root", "rsa/root", days=(-1000, 5000))
SHA1_ROOT = ca("SHA-1 Root", "ec/sha1", days=(-1000, 5000), scheme="ecdsa-sha1")
KEPT = leaf(None, "ec/kept", subject="Kept")
ROOTS = (ROOT, OLD_ROOT, ED_ROOT, PSS_ROOT, RSA_ROOT, SHA1_ROOT, KEPT)
STRANGER = ca("Stranger", "ec/stranger", days=(-1000, 5000))
STRANGE = ca("Strange CA", "ec/strange", STRANGER)
MIDDLE = ca("CA", "ec/middle", ROOT)
RSA_MIDDLE = ca("RSA CA", "rsa/middle", RSA_ROOT)
ED_MIDDLE = ca("Ed25519 CA", "ed25519/middle", ED_ROOT)
PSS_MIDDLE = ca("PSS CA", "rsa/middle", PSS_ROOT, scheme="pss")
ONE, OTHER_POLICY = "2b0601040183f87002", "2b0601040183f87003"


def under(**changed):
    """A leaf under an intermediate of its own."""
    middle = ca("Own CA", "ec/own", changed.pop("by", ROOT), **changed)
    return [leaf(middle), middle]


def plain(by=MIDDLE, **changed):
    return [leaf(by, **changed), by]


def rolled_over():
    """A new key of the same CA, certified by its old one (self-issued), where none but leaves may follow."""
    strict = ca("Strict CA", "ec/a", ROOT, basic=basic(True, 0))
    rolled = ca("Strict CA", "ec/b", strict)
    return [leaf(rolled), rolled, strict]


def too_long():
    upper = ca("Upper CA", "ec/a", ROOT, basic=basic(True, 0))
    lower = ca("Lower CA", "ec/b", upper)
    return [leaf(lower), lower, upper]


def cross(by, **changed):
    """One CA, certified by the root and, sent before that, otherwise."""
    good = ca("Crossed CA", "ec/crossed", ROOT)
    bad = ca("Crossed CA", "ec/crossed", by, **changed)
    return [leaf(good), bad, good]


def demanding(leaf_policy):
    middle = ca("Own CA", "ec/own", ROOT, policies=policies(ONE), demand=explicit_policy())
    return [leaf(middle, policies=policies(leaf_policy)), middle]


def naming_user():
    middle = ca("Own CA", "ec/own", ROOT, limits=constraints(excluded=[user("a")]))
    return [leaf(middle, names=names(dns(NAME), user("b"))), middle]


CASES = {
    "good": plain(),
    "expired leaf": plain(days=(-40, -1)),
    "expired intermediate": under(days=(-400, -1)),
    "expired root": plain(OLD_ROOT)[:1],
    "leaf not yet valid": plain(days=(1, 40)),
    "wrong signature": plain(spoilt=True),
    "self-signed": [leaf(None)],
    "self-signed, in the store": [KEPT],
    "incomplete: no intermediate": plain()[:1],
    "unknown root, sent": [leaf(STRANGE), STRANGE, STRANGER],
    "unknown root, not sent": [leaf(STRANGE), STRANGE],
    "intermediate: cA false": under(basic=basic(False)),
    "intermediate without basicConstraints": under(basic=None),
    "path length exceeded": too_long(),
    "path length, self-issued intermediate": rolled_over(),
    "intermediate: basicConstraints not critical": under(basic=basic(True, critical=False)),
    "intermediate: key usage without certSign": under(usage=usage(CRL_SIGN)),
    "leaf for clients only": plain(purposes=purposes(CLIENT)),
    "leaf with anyExtendedKeyUsage": plain(purposes=purposes(ANY)),
    "leaf: key usage for CRLs alone": plain(usage=usage(CRL_SIGN)),
    "leaf without EKU": plain(purposes=None),
    "intermediate for clients only": under(purposes=purposes(CLIENT)),
    "intermediate for servers only": under(purposes=purposes(SERVER)),
    "names: permitted": under(limits=constraints(permitted=[dns("example.com")])),
    "names: not permitted": under(limits=constraints(permitted=[dns("example.org")])),
    "names: excluded": under(limits=constraints(excluded=[dns("example.com")])),
    "names: constraint of otherName, none in the leaf": under(limits=constraints(excluded=[user("a")])),
    "names: constraint of otherName, one in the leaf": naming_user(),
    "names: forbidden by one cross-sign, allowed by the other":
        cross(ROOT, limits=constraints(permitted=[dns("example.org")])),
    "unknown critical extension in the leaf": plain(more=unknown()),
    "unknown critical extension in the intermediate": under(more=unknown()),
    "leaf signed with SHA-1 (RSA)": plain(RSA_MIDDLE, scheme="rsa-sha1"),
    "leaf signed with SHA-1 (ECDSA)": plain(scheme="ecdsa-sha1"),
    "intermediate signed with SHA-1": under(scheme="ecdsa-sha1"),
    "root signed with SHA-1": under(by=SHA1_ROOT),
    "leaf signed with MD5": plain(RSA_MIDDLE, scheme="rsa-md5"),
    "leaf with RSA 1024": plain(of="rsa1024/leaf"),
    "leaf with RSA 512": plain(of="rsa512/leaf"),
    "precertificate": plain(poison=poison()),
    "AKI of another key": plain(authority_key=authority_key("ec/root")),
    "common name, no SAN": plain(names=None),
    "SAN critical, beside a subject": plain(names=names(dns(NAME), critical=True)),
    "wildcard": plain(names=names(dns("*.example.com")), subject="*.example.com"),
    "wildcard for two labels": plain(names=names(dns("*.com")), subject="*.com"),
    "wildcard in part of a label": plain(names=names(dns("w*.example.com")), subject="w*.example.com"),
    "wildcard not leftmost": plain(names=names(dns("www.*.com")), subject="www.*.com"),
    "other name": plain(names=names(dns("example.com")), subject="example.com"),
    "leaf of version 1": plain(version1=True),
    "intermediate of version 1": under(version1=True),
    "leaf without AKI": plain(authority_key=None),
    "intermediate without SKI": under(subject_key=None),
    "serial number 0": plain(serial=b"\0"),
    "serial number of 21 octets": plain(serial=b"\x4a" * 21),
    "serial number negative": plain(serial=b"\x84\x11"),
    "extension twice": plain(again=purposes(SERVER)),
    "CA served as a leaf": plain(basic=basic(True), usage=usage(SIGNATURE | CERT_SIGN)),
    "leaf: key usage with certSign": plain(usage=usage(SIGNATURE | CERT_SIGN)),
    "policy demanded, and there": demanding(ONE),
    "policy demanded, and another there": demanding(OTHER_POLICY),
    "out of order": [leaf(MIDDLE), ROOT, MIDDLE],
    "surplus certificates": plain() + [STRANGE, RSA_MIDDLE],
    "root included": plain() + [ROOT],
    "cross-sign by an expired root": cross(OLD_ROOT),
    "cross-sign that has expired": cross(ROOT, days=(-400, -1)),
    "Ed25519": plain(ED_MIDDLE, of="ed25519/leaf"),
    "RSA-PSS": plain(PSS_MIDDLE, scheme="pss", of="rsa/leaf"),
    "leaf with DSA": plain(of="dsa/leaf"),
}

Row = namedtuple("Row", "name tlsdive certtool openssl why")
ROWS = [Row(*row) for row in (
    ("good",
     "trusted", "yes", "yes",
     ""),
    ("expired leaf",
     "untrusted trust-expired", "no", "no",
     ""),
    ("expired intermediate",
     "untrusted trust-expired", "no", "no",
     ""),
    ("expired root",
     "untrusted trust-expired", "no", "no",
     ""),
    ("leaf not yet valid",
     "untrusted trust-not-yet-valid", "no", "no",
     ""),
    ("wrong signature",
     "untrusted trust-signature", "no", "no",
     ""),
    ("self-signed",
     "untrusted trust-self-signed", "no", "no",
     ""),
    ("self-signed, in the store",
     "trusted trust-leaf-stored lint-common-name-elsewhere", "no", "yes",
     "GnuTLS wants what is in the store to be a CA, even where it is the leaf itself."),
    ("incomplete: no intermediate",
     "untrusted trust-incomplete sent-incomplete", "no", "no",
     ""),
    ("unknown root, sent",
     "untrusted trust-unknown-root sent-root", "no", "no",
     ""),
    ("unknown root, not sent",
     "untrusted trust-incomplete sent-incomplete", "no", "no",
     ""),
    ("intermediate: cA false",
     "untrusted trust-not-ca lint-no-names lint-no-purpose lint-cert-sign-in-leaf", "no", "no",
     "tlsdive holds what is no CA for a leaf, and names what such a leaf lacks."),
    ("intermediate without basicConstraints",
     "untrusted trust-not-ca lint-no-names lint-no-purpose lint-cert-sign-in-leaf lint-no-basic-constraints", "no", "no",
     "As above."),
    ("path length exceeded",
     "untrusted trust-path-length", "no", "no",
     ""),
    ("path length, self-issued intermediate",
     "trusted", "no", "yes",
     "Self-issued intermediates do not count (RFC 5280 6.1.4 l), and GnuTLS counts them."),
    ("intermediate: basicConstraints not critical",
     "trusted lint-basic-constraints-not-critical", "yes", "no",
     "-x509_strict demands what RFC 5280 4.2.1.9 demands of CAs; clients do not."),
    ("intermediate: key usage without certSign",
     "untrusted trust-key-usage lint-ca-without-cert-sign", "no", "no",
     ""),
    ("leaf for clients only",
     "untrusted trust-client-only", "no", "no",
     ""),
    ("leaf with anyExtendedKeyUsage",
     "trusted lint-any-purpose", "yes", "no",
     "openssl's sslserver purpose does not count anyExtendedKeyUsage; RFC 5280 4.2.1.12 leaves that to the application."),
    ("leaf: key usage for CRLs alone",
     "untrusted trust-key-usage", "yes", "no",
     "A server's key must sign or decrypt; certtool does not look at a leaf's key usage."),
    ("leaf without EKU",
     "trusted lint-no-purpose", "yes", "yes",
     "All take it, as RFC 5280 does; the rules for public CAs forbid it."),
    ("intermediate for clients only",
     "untrusted trust-purpose", "no", "no",
     ""),
    ("intermediate for servers only",
     "trusted", "yes", "yes",
     ""),
    ("names: permitted",
     "trusted", "yes", "yes",
     ""),
    ("names: not permitted",
     "untrusted trust-name-constraints", "no", "no",
     ""),
    ("names: excluded",
     "untrusted trust-name-constraints", "no", "no",
     ""),
    ("names: constraint of otherName, none in the leaf",
     "trusted", "yes", "yes",
     ""),
    ("names: constraint of otherName, one in the leaf",
     "untrusted trust-name-constraints", "yes", "no",
     "Nobody here compares names of that kind; RFC 5280 4.2.1.10 then wants the certificate refused, and GnuTLS passes over it."),
    ("names: forbidden by one cross-sign, allowed by the other",
     "trusted sent-other-path sent-out-of-order", "no", "no",
     "certtool and openssl take the first issuer that fits, and try no other path; tlsdive tries all."),
    ("unknown critical extension in the leaf",
     "untrusted trust-unknown-critical", "no", "no",
     ""),
    ("unknown critical extension in the intermediate",
     "untrusted trust-unknown-critical", "no", "no",
     ""),
    ("leaf signed with SHA-1 (RSA)",
     "untrusted trust-weak-signature", "no", "yes",
     "openssl verify has no least strength of a signature unless -auth_level is given."),
    ("leaf signed with SHA-1 (ECDSA)",
     "untrusted trust-weak-signature", "no", "yes",
     "As above."),
    ("intermediate signed with SHA-1",
     "untrusted trust-weak-signature", "no", "yes",
     "As for a leaf."),
    ("root signed with SHA-1",
     "trusted", "yes", "yes",
     "A root is trusted because it is in the store: the signature on it proves nothing."),
    ("leaf signed with MD5",
     "untrusted trust-weak-signature", "no", "yes",
     "As above."),
    ("leaf with RSA 1024",
     "trusted trust-short-key", "yes", "yes",
     "A remark only: GnuTLS and openssl pass it by default, and so do private PKIs."),
    ("leaf with RSA 512",
     "untrusted trust-weak-key trust-short-key", "yes", "yes",
     "Such a key is broken in hours; certtool (no --verify-profile) and openssl verify (no -auth_level) look at no key's size."),
    ("precertificate",
     "untrusted trust-unknown-critical", "no", "no",
     ""),
    ("AKI of another key",
     "trusted trust-key-id", "no", "no",
     "The signature is good, and RFC 5280 has the identifier to find issuers by; GnuTLS and openssl refuse it, and tlsdive remarks it."),
    ("common name, no SAN",
     "trusted wrong-name lint-no-names", "yes", "yes",
     "certtool and openssl fall back to the common name; RFC 9525 forbids that, and no browser does it any more."),
    ("SAN critical, beside a subject",
     "trusted lint-names-critical", "yes", "yes",
     "RFC 5280 4.2.1.6 only advises against it."),
    ("wildcard",
     "trusted", "yes", "yes",
     ""),
    ("wildcard for two labels",
     "trusted wrong-name lint-wide-wildcard", "no", "no",
     "tlsdive says apart whether the chain is trusted and whether the name matches."),
    ("wildcard in part of a label",
     "trusted wrong-name lint-bad-wildcard", "no", "yes",
     "RFC 9525 6.3: the wildcard is the whole leftmost label; openssl still allows a part, as RFC 6125 did."),
    ("wildcard not leftmost",
     "trusted wrong-name lint-bad-wildcard", "no", "no",
     "As for two labels."),
    ("other name",
     "trusted wrong-name", "no", "no",
     "As for two labels."),
    ("leaf of version 1",
     "trusted wrong-name lint-no-names lint-no-purpose lint-no-authority-key lint-version", "yes", "yes",
     "A version 1 certificate has no names but the common name, which the others fall back to."),
    ("intermediate of version 1",
     "untrusted trust-not-ca lint-no-names lint-no-purpose lint-no-authority-key lint-version", "no", "no",
     "It cannot say that it is a CA's."),
    ("leaf without AKI",
     "trusted lint-no-authority-key", "yes", "no",
     "-x509_strict demands what RFC 5280 4.2.1.1 demands; clients do not."),
    ("intermediate without SKI",
     "trusted lint-no-subject-key", "yes", "no",
     "-x509_strict demands what RFC 5280 4.2.1.2 demands; clients do not."),
    ("serial number 0",
     "trusted x509-zero-serial", "yes", "yes",
     "RFC 5280 4.1.2.2 has readers take such numbers gracefully; the CA is at fault."),
    ("serial number of 21 octets",
     "trusted x509-long-serial", "yes", "yes",
     "As above."),
    ("serial number negative",
     "trusted x509-negative-serial", "yes", "yes",
     "As above."),
    ("extension twice",
     "untrusted trust-undecodable x509-duplicate-extension", "no", "no",
     ""),
    ("CA served as a leaf",
     "trusted trust-ca-as-leaf", "yes", "yes",
     "A remark: no rule for clients forbids it, and a CA's key stands on a server."),
    ("leaf: key usage with certSign",
     "trusted lint-cert-sign-in-leaf", "yes", "no",
     "-x509_strict holds RFC 5280 4.2.1.3 (only with cA); clients do not look."),
    ("policy demanded, and there",
     "trusted", "no", "yes",
     "GnuTLS does not know policyConstraints, which is critical, and so refuses every chain with it."),
    ("policy demanded, and another there",
     "untrusted trust-policy", "no", "yes",
     "openssl verify looks at policies only with -policy_check; GnuTLS refuses the extension for being unknown."),
    ("out of order",
     "trusted sent-root sent-out-of-order", "yes", "yes",
     "All three sort the chain themselves; TLS 1.2 demands the order (RFC 5246 7.4.2)."),
    ("surplus certificates",
     "trusted sent-surplus", "yes", "yes",
     ""),
    ("root included",
     "trusted sent-root", "yes", "yes",
     ""),
    ("cross-sign by an expired root",
     "trusted sent-other-path sent-out-of-order", "no", "no",
     "certtool and openssl take the first issuer that fits, and try no other path; tlsdive tries all."),
    ("cross-sign that has expired",
     "trusted sent-other-path sent-out-of-order", "no", "yes",
     "certtool takes the first issuer that fits; openssl prefers one that is valid, and tlsdive tries all."),
    ("Ed25519",
     "trusted", "yes", "yes",
     ""),
    ("RSA-PSS",
     "trusted", "yes", "yes",
     ""),
    ("leaf with DSA",
     "trusted lint-dsa", "yes", "yes",
     "TLS 1.3 and browsers have no DSA any more; as a certificate it verifies."),
)]


def text(certificates):
    return "".join(pem("CERTIFICATE", certificate.der) for certificate in certificates)


def write(name, certificates):
    path = os.path.join(FOLDER.name, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text(certificates))
    return path


def reader():
    """What the reader says: a verdict for each chain, and its certificates' facts."""
    jobs = []
    for number, chain in enumerate(CASES.values()):
        texts = [base64.b64encode(one.der).decode() for one in chain]
        jobs.append({"job": "verify", "id": f"v{number}", "endpoint": f"e{number}", "connection": f"e{number}.1",
                     "certificates": texts, "time": NOW, "name": NAME})
        whole = base64.b64encode(text(chain).encode()).decode()
        jobs.append({"job": "inspect", "id": f"i{number}", "file": f"f{number}", "base64": whole})
    done = subprocess.run([TLSDIVE, "--worker", "reader", "--ca-file", ROOTS_FILE], text=True, capture_output=True,
                          input="".join(json.dumps(job) + "\n" for job in jobs), timeout=60, check=True)
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    equal([fact for fact in facts if fact["fact"] == "error"], [], "errors")
    verdicts = [fact for fact in facts if fact["fact"] == "verdict"]
    certificates = {fact["sha256"]: fact for fact in facts if fact["fact"] == "certificate"}
    equal(len(verdicts), len(CASES), "verdicts")
    return {name: codes(verdict, certificates) for name, verdict in zip(CASES, verdicts)}


def codes(verdict, certificates):
    """Trusted or not, then every code that is told of the chain, of its name and of its certificates."""
    said = ["trusted" if verdict["trusted"] else "untrusted", *verdict["reasons"], *verdict.get("remarks", ())]
    if not verdict["name_matches"]:
        said.append("wrong-name")
    for sent in verdict["sent"]:
        fact = certificates[sent["sha256"]]
        said += [*sent.get("remarks", ()), *fact.get("faults", ()), *fact.get("lints", ())]
    return " ".join(dict.fromkeys(said))


def accepts(*command):
    """True where the program ends with success, which is all that is asked of it: its words change."""
    return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0


def certtool(number, chain):
    return accepts("certtool", "--verify", "--load-ca-certificate", ROOTS_FILE, "--verify-hostname", NAME,
                   "--verify-purpose", PURPOSE, "--infile", write(f"{number}.pem", chain))


def openssl_verify(number, chain):
    return accepts("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", NAME,
                   "-no-CApath", "-no-CAstore", "-CAfile", ROOTS_FILE,
                   "-untrusted", write(f"{number}.rest.pem", chain[1:] or chain), write(f"{number}.leaf.pem", chain[:1]))


ROOTS_FILE = write("roots.pem", ROOTS)


HEAD = """# Verdicts on certificates: tlsdive beside certtool and openssl

Each row is a chain with one fault, made by tests/truth/test_verdicts.py, which also holds this table: every
cell is compared with what the three programs say, and this page is written from the same rows.

* **tlsdive**: whether the chain is trusted, then every code that is told of it (reasons, remarks, and what is
  wrong with its certificates alone; their sentences are in data/reasons.tsv). `wrong-name` stands where the
  verdict's `name_matches` is false: a wrong name is told apart from trust.
* **certtool**: whether `certtool --verify --load-ca-certificate ROOTS --verify-hostname www.example.com
  --verify-purpose 1.3.6.1.5.5.7.3.1` accepts it (GnuTLS).
* **openssl**: whether `openssl verify -x509_strict -purpose sslserver -verify_hostname www.example.com -CAfile ROOTS
  -untrusted REST LEAF` accepts it.

| Chain | tlsdive | certtool | openssl | Why they differ |
|---|---|---|---|---|
"""


def page():
    """doc/verdicts.md, from the rows."""
    return HEAD + "".join(f"| {row.name} | {row.tlsdive} | {row.certtool} | {row.openssl} | {row.why} |\n"
                          for row in ROWS)


def differing(said, column):
    """What differs from the rows, a line each."""
    equal([row.name for row in ROWS], list(CASES), "rows and chains")
    return "".join(f"\n{row.name}: {said[row.name]!r}, the row has {want!r}"
                   for row in ROWS if said[row.name] != (want := column(row)))


@test
def tlsdive():
    check(not (wrong := differing(reader(), attrgetter("tlsdive"))), wrong)


@test
def certtool_and_openssl():
    for column, ask in (("certtool", certtool), ("openssl", openssl_verify)):
        said = {name: "yes" if ask(number, chain) else "no" for number, (name, chain) in enumerate(CASES.items())}
        check(not (wrong := differing(said, attrgetter(column))), wrong)


@test
def every_difference_is_explained():
    for row in ROWS:
        words = row.tlsdive.split()
        accepted = "yes" if words[0] == "trusted" and "wrong-name" not in words else "no"
        check(row.why or accepted == row.certtool == row.openssl, row.name)


@test
def the_page_is_of_these_rows():
    with open(PAGE, encoding="utf-8") as file:
        equal(file.read(), page(), "doc/verdicts.md: write it again, with VERDICTS=doc/verdicts.md")


if os.environ.get("VERDICTS"):
    with open(os.environ["VERDICTS"], "w", encoding="utf-8") as out:
        out.write(page())
main()
