"""The reader's process judges OCSP responses and CRLs that openssl made."""
import base64
import functools
import hashlib
import json
import os
import re
import subprocess

from program import TLSDIVE, VALIDATOR, dive
from servers import ADDRESS, Pki, folder, nginx, run, s_server, write
from tap import check, equal, main, test

DIR = folder("status")
DAY = 86400


def path(name):
    return os.path.join(DIR, name)


def key_and_request(name, subject):
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        path(name + ".key"), "-out", path(name + ".csr"), "-subj", subject)


def certificate(name, serial, extensions, issuer=None, days=365):
    """name.pem, signed by issuer.pem or by itself."""
    key_and_request(name, f"/CN={name}")
    signer = ["-CA", path(issuer + ".pem"), "-CAkey", path(issuer + ".key")] if issuer \
        else ["-signkey", path(name + ".key")]
    run("openssl", "x509", "-req", "-in", path(name + ".csr"), *signer, "-set_serial", str(serial), "-days", str(days),
        "-extfile", write(path(name + ".ext"), extensions), "-out", path(name + ".pem"))


CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n" \
       "subjectAltName=DNS:leaf.test\n"
RESPONDER = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
SIGNING = RESPONDER + "extendedKeyUsage=OCSPSigning\n"
certificate("ca", 1, CA)
certificate("other", 2, CA)
certificate("leaf", 0x1001, LEAF, "ca")
certificate("revoked", 0x1002, LEAF, "ca")
certificate("strange", 0x1003, LEAF, "ca")
certificate("promise", 0x1004, LEAF + "tlsfeature=status_request\n", "ca")
certificate("point", 0x1005, LEAF + "crlDistributionPoints=URI:http://crl.test/one.crl\n", "ca")
certificate("responder", 0x2001, SIGNING + "noCheck=ignored\n", "ca")
certificate("checked", 0x2002, SIGNING, "ca")
certificate("unfit", 0x2003, RESPONDER, "ca")
certificate("foreign", 0x2004, SIGNING, "other")
certificate("short", 0x2005, SIGNING, "ca", days=1)
write(path("index"), "".join(
    f"{state}\t401231235959Z\t{revoked}\t{serial:X}\tunknown\t/CN={name}\n" for state, revoked, serial, name in (
        ("V", "", 0x1001, "leaf"), ("R", "260101000000Z,keyCompromise", 0x1002, "revoked"), ("V", "", 0x1004, "promise"),
        ("V", "", 0x1005, "point"))))


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


@functools.cache
def der(name):
    return subprocess.run(["openssl", "x509", "-in", path(name + ".pem"), "-outform", "DER"], check=True,
                          capture_output=True).stdout


def text(data):
    return base64.b64encode(data).decode()


def now():
    """When the certificates were made, in seconds."""
    return int(os.stat(path("ca.pem")).st_mtime)


def ocsp(name, *more, signer="ca", days="3", digest="sha1"):
    """(request, response) about a certificate."""
    run("openssl", "ocsp", "-index", path("index"), "-CA", path("ca.pem"), "-issuer", path("ca.pem"), "-rsigner",
        path(signer + ".pem"), "-rkey", path(signer + ".key"), "-" + digest, "-cert", path(name + ".pem"), "-reqout",
        path("request"), "-respout", path("response"), "-ndays", days, *more)
    return read("request"), read("response")


def verify(*chain, **members):
    """The reader's facts about a chain of certificates by name."""
    members = {"name": "leaf.test", "time": now(), **members}
    job = {"job": "verify", "id": "1", "endpoint": "1", "connection": "1.1",
           "certificates": [text(der(name)) for name in chain], **members}
    READER.stdin.write(json.dumps(job) + "\n")
    READER.stdin.flush()
    facts = []
    for line in READER.stdout:
        facts.append(json.loads(line))
        if facts[-1]["fact"] == "answered":
            break
    check(facts and facts[-1]["fact"] == "answered", "the reader has gone")
    for fact in facts:
        if fact["fact"] in ("revocation", "transparency", "verdict"):
            fact["at"] = 0
            errors = list(VALIDATOR.iter_errors(fact))
            check(not errors, f"{errors and errors[0].message} in {fact}")
    return facts


READER = subprocess.Popen([TLSDIVE, "--worker", "reader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def revocation(*chain, **members):
    """The one revocation fact."""
    found = [fact for fact in verify(*chain, **members) if fact["fact"] == "revocation"]
    equal(len(found), 1, "revocation facts")
    return found[0]


def stapled(response, name="leaf", **members):
    return revocation(name, "ca", staples=[text(response)], **members)


def says(fact, status, reason=None, *faults):
    equal((fact["status"], fact.get("reason"), set(fact["faults"])), (status, reason, {reason, *faults} - {None}),
          str(fact))


@test
def good_revoked_and_unknown():
    good = stapled(ocsp("leaf")[1])
    says(good, "good")
    equal((good["from"], good["signer"], good["delegated"]), ("staple", "CN=ca", False))
    equal(good["certificate"], hashlib.sha256(der("leaf")).hexdigest())
    check(good["this_update"] < good["next_update"] and good["this_update"] <= good["produced_at"], good)
    bad = stapled(ocsp("revoked")[1], "revoked")
    says(bad, "revoked")
    equal((bad["revoked_at"], bad["revocation_reason"]), ("2026-01-01T00:00:00Z", "key-compromise"))
    says(stapled(ocsp("strange")[1], "strange"), "unknown", "ocsp-unknown")


@test
def every_hash_and_both_responder_ids():
    for hash_name in ("sha1", "sha256", "sha384", "sha512"):
        says(stapled(ocsp("leaf", digest=hash_name)[1]), "good")
    says(stapled(ocsp("leaf", "-resp_key_id")[1]), "good")
    says(stapled(ocsp("leaf", "-resp_key_id", signer="responder")[1]), "good")


@test
def times():
    response = ocsp("leaf")[1]
    says(stapled(response, time=now() + 2 * DAY), "good")
    says(stapled(response, time=now() + 4 * DAY), "unknown", "ocsp-expired")
    says(stapled(response, time=now() - DAY), "unknown", "ocsp-not-yet")
    gone = ocsp("revoked")[1]
    says(stapled(gone, "revoked", time=now() + 4 * DAY), "revoked", None, "ocsp-expired")


@test
def who_signs():
    delegated = stapled(ocsp("leaf", signer="responder")[1])
    says(delegated, "good")
    equal((delegated["signer"], delegated["delegated"]), ("CN=responder", True))
    says(stapled(ocsp("leaf", signer="checked")[1]), "good", None, "ocsp-responder-check")
    says(stapled(ocsp("leaf", signer="unfit")[1]), "unknown", "ocsp-responder-purpose", "ocsp-responder-check")
    says(stapled(ocsp("leaf", signer="foreign")[1]), "unknown", "ocsp-responder-other-issuer", "ocsp-responder-check")
    says(stapled(ocsp("leaf", signer="other")[1]), "unknown", "ocsp-responder-other-issuer", "ocsp-responder-purpose",
         "ocsp-responder-check")
    says(stapled(ocsp("leaf", "-resp_no_certs", signer="responder")[1]), "unknown", "ocsp-wrong-signer")
    says(stapled(ocsp("leaf", signer="short", days="9")[1], time=now() + 3 * DAY), "unknown",
         "ocsp-responder-expired", "ocsp-responder-check")
    says(stapled(ocsp("leaf", "-badsig")[1]), "unknown", "ocsp-signature")
    says(stapled(ocsp("leaf", "-rmd", "sha1")[1]), "good", None, "ocsp-weak-signature")


@test
def about_whom():
    says(stapled(ocsp("leaf")[1], "revoked"), "unknown", "ocsp-other-certificate")
    alone = revocation("leaf", staples=[text(ocsp("leaf")[1])])
    says(alone, "unknown", "revocation-no-issuer")
    says(revocation("leaf", staples=[text(ocsp("leaf")[1])], extra=[text(der("ca"))]), "good")


@test
def nonces():
    request, response = ocsp("leaf", "-nonce")
    other = ocsp("leaf", "-nonce")[1]
    none = ocsp("leaf", "-no_nonce")[1]

    def fetched(answer):
        leaf = hashlib.sha256(der("leaf")).hexdigest()
        return revocation("leaf", "ca", responses=[
            {"certificate": leaf, "kind": "ocsp", "url": "http://ocsp.test/", "base64": text(answer),
             "request": text(request)}])
    says(fetched(response), "good")
    equal((fetched(response)["from"], fetched(response)["url"]), ("ocsp", "http://ocsp.test/"))
    says(fetched(other), "unknown", "ocsp-nonce")
    says(fetched(none), "good", None, "ocsp-no-nonce")


@test
def refusals_and_rubbish():
    for number, code in (1, "malformed-request"), (2, "internal-error"), (3, "try-later"), (5, "sig-required"), \
            (6, "unauthorized"), (4, "undecodable"):
        says(stapled(bytes([0x30, 3, 10, 1, number])), "unknown", "ocsp-" + code)
    whole = ocsp("leaf")[1]
    for size in range(1, len(whole), 7):
        equal(stapled(whole[:size])["status"], "unknown", f"cut at {size}")


@test
def a_promised_staple():
    says(revocation("promise", "ca"), "unknown", "staple-missing")
    says(stapled(ocsp("promise")[1], "promise"), "good")
    equal([fact for fact in verify("leaf", "ca") if fact["fact"] == "revocation"], [])


@test
def openssl_says_the_same_of_responses():
    """As openssl takes or leaves them. It lets a hash of SHA-1 pass, and does not look for nocheck, as here."""
    for name, signer, more in (("leaf", "ca", ()), ("revoked", "ca", ()), ("strange", "ca", ()), ("leaf", "responder", ()),
                               ("leaf", "checked", ()), ("leaf", "unfit", ()), ("leaf", "foreign", ()),
                               ("leaf", "ca", ("-badsig",)), ("leaf", "responder", ("-resp_key_id",)),
                               ("leaf", "responder", ("-resp_no_certs",))):
        response = ocsp(name, *more, signer=signer)[1]
        said = subprocess.run(["openssl", "ocsp", "-respin", path("response"), "-issuer", path("ca.pem"), "-cert",
                               path(name + ".pem"), "-CAfile", path("ca.pem"), "-no_nonce"], capture_output=True, text=True)
        state = re.search(r"^\S+\.pem: (\w+)", said.stdout, re.M)
        theirs = state.group(1) if "Response verify OK" in said.stderr and state else "unknown"
        equal(stapled(response, name)["status"], theirs, f"{name} by {signer} {more}: {said.stderr}")


# ---- CRLs ----

def crl(*more, issuer="ca", extensions="", revoked=("1002",), number="05", days="3", reason="keyCompromise"):
    """A CRL that openssl made and signed."""
    write(path("crl.index"), "".join(f"R\t401231235959Z\t260101000000Z,{reason}\t{serial}\tunknown\t/CN=x\n"
                                     for serial in revoked))
    write(path("crl.number"), number + "\n")
    write(path("crl.cnf"), f"[ca]\ndefault_ca=this\n[this]\ndatabase={path('crl.index')}\ncrlnumber={path('crl.number')}\n"
          f"crl_extensions=extensions\n[extensions]\nauthorityKeyIdentifier=keyid\n{extensions}\n")
    run("openssl", "ca", "-gencrl", "-config", path("crl.cnf"), "-cert", path(issuer + ".pem"), "-keyfile",
        path(issuer + ".key"), "-crldays", days, "-md", "sha256", "-out", path("crl.pem"), *more)
    return subprocess.run(["openssl", "crl", "-in", path("crl.pem"), "-outform", "DER"], check=True,
                          capture_output=True).stdout


def listed(name, *lists, **members):
    sha256 = hashlib.sha256(der(name)).hexdigest()
    return revocation(name, "ca", responses=[{"certificate": sha256, "kind": "crl", "url": "http://crl.test/",
                                              "base64": text(one)} for one in lists], **members)


def idp(content):
    return f"issuingDistributionPoint=critical,@idp\n[idp]\n{content}\n"


@test
def listed_or_not():
    whole = crl()
    good = listed("leaf", whole)
    says(good, "good")
    equal((good["from"], good["url"], good["signer"]), ("crl", "http://crl.test/", "CN=ca"))
    bad = listed("revoked", whole)
    says(bad, "revoked")
    equal((bad["revoked_at"], bad["revocation_reason"]), ("2026-01-01T00:00:00Z", "key-compromise"))
    says(listed("leaf", whole, time=now() + 4 * DAY), "unknown", "crl-expired")
    says(listed("revoked", whole, time=now() + 4 * DAY), "revoked", None, "crl-expired")
    held = crl(reason="certificateHold")
    says(listed("revoked", held), "revoked")
    says(listed("revoked", held, time=now() + 4 * DAY), "unknown", "crl-expired")
    says(listed("leaf", whole[:-1] + bytes([whole[-1] ^ 1])), "unknown", "crl-signature")
    says(listed("leaf", crl(issuer="other")), "unknown", "crl-other-issuer", "crl-no-signer")


@test
def scopes():
    for content, name, reason in (
            ("onlyuser=TRUE", "leaf", None), ("onlyCA=TRUE", "leaf", "crl-other-scope"),
            ("onlyAA=TRUE", "leaf", "crl-other-scope"),
            ("onlysomereasons=keyCompromise", "leaf", "crl-some-reasons"),
            ("fullname=URI:http://crl.test/one.crl", "point", None),
            ("fullname=URI:http://crl.test/two.crl", "point", "crl-other-point"),
            ("fullname=URI:http://crl.test/one.crl", "leaf", "crl-other-point")):
        says(listed(name, crl(extensions=idp(content))), "unknown" if reason else "good", reason)
    says(listed("revoked", crl(extensions=idp("onlysomereasons=keyCompromise"))), "revoked", None, "crl-some-reasons")
    says(listed("leaf", crl(extensions="1.2.3.4=critical,DER:0500")), "unknown", "crl-unknown-critical")


@test
def deltas():
    def delta(base, **more):
        return crl(extensions=f"2.5.29.27=critical,DER:0201{base:02x}", **more)
    base = crl(number="05")
    added = delta(5, number="06", revoked=("1001",))
    says(listed("leaf", base, added), "revoked")
    says(listed("revoked", base, added), "revoked")
    says(listed("strange", base, added), "good")
    removed = delta(5, number="06", revoked=("1002",), reason="removeFromCRL")
    says(listed("revoked", base, removed), "good")
    says(listed("leaf", base, delta(7, number="08", revoked=("1001",))), "good", None, "crl-delta-base")
    says(listed("leaf", base, added[:-1] + bytes([added[-1] ^ 1])), "good", None, "crl-delta-unusable")
    says(listed("leaf", base, delta(4, number="05", revoked=("1001",))), "good")
    says(listed("leaf", added), "revoked", None, "crl-delta-alone")
    says(listed("strange", added), "unknown", "crl-delta-alone")


@test
def agrees_with_openssl():
    """The same lists and responses, judged by openssl."""
    def by_openssl(name, made):
        write(path("both.pem"), read("ca.pem").decode() + subprocess.run(
            ["openssl", "crl", "-inform", "DER"], input=made, check=True, capture_output=True).stdout.decode())
        said = subprocess.run(["openssl", "verify", "-crl_check", "-extended_crl", "-CAfile", path("both.pem"),
                               path(name + ".pem")], capture_output=True, text=True)
        return "revoked" if "revoked" in said.stderr else "good" if said.returncode == 0 else "unknown"
    made = [crl(), crl(extensions=idp("onlyuser=TRUE")), crl(extensions=idp("onlyCA=TRUE")),
            crl(extensions=idp("fullname=URI:http://crl.test/one.crl")),
            crl(extensions="1.2.3.4=critical,DER:0500")]
    for one in made:
        for name in ("leaf", "revoked", "point"):
            ours = listed(name, one)["status"]
            if name == "revoked" and ours == "unknown":
                continue  # openssl names the entry before what speaks against the list
            equal(ours, by_openssl(name, one), name)


# ---- stapled by servers ----

pki = Pki("stapling")
WWW = pki.leaf("www")
PROMISE = pki.leaf("promising", extensions="tlsfeature=status_request\n")


def inside(data, at):
    """(where the content of the element begins, where it ends)."""
    length = data[at + 1]
    size = length & 0x7f if length & 0x80 else 0
    begin = at + 2 + size
    return begin, begin + (int.from_bytes(data[at + 2:begin], "big") if size else length)


def long_ago(response):
    """The response as it would have been in 2020, signed again: RSA signatures are all of one size."""
    at = 0
    for skipped in (False, False, False, True, False, False):  # into responseBytes, behind its type
        at = inside(response, at)[1] if skipped else inside(response, at)[0]
        if response[at] == 0x0a:  # behind responseStatus
            at = inside(response, at)[1]
    begin, (_, end) = at, inside(response, at)
    body = re.sub(rb"20\d\d(\d{10}Z)", rb"2020\1", response[begin:end])
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", pki.path("ca.key")], input=body, check=True,
                            capture_output=True).stdout
    return response[:begin] + body + response[end:-len(signed)] + signed


def staple(pair, name, state="V", old=False):
    """A file with a response that says so."""
    serial = run("openssl", "x509", "-in", pair[0], "-noout", "-serial").strip().split("=")[1]
    revoked = "260101000000Z" if state == "R" else ""
    index = write(pki.path(name + ".index"), f"{state}\t401231235959Z\t{revoked}\t{serial}\tunknown\t/CN=x\n")
    run("openssl", "ocsp", "-index", index, "-CA", pki.ca, "-issuer", pki.ca, "-rsigner", pki.ca, "-rkey",
        pki.path("ca.key"), "-cert", pair[0], "-respout", pki.path(name), "-ndays", "3", "-no_nonce",
        "-resp_no_certs")
    if old:
        with open(pki.path(name), "rb") as file:
            response = long_ago(file.read())
        with open(pki.path(name), "wb") as file:
            file.write(response)
    return pki.path(name)


def dived(port, *more):
    return dive("--ca-file", pki.ca, *more, f"{ADDRESS}:{port}")


def sees(port, status, reason, rule):
    result = dived(port)
    fact = result.one("revocation")
    equal((fact["from"], fact["status"], fact.get("reason")), ("staple", status, reason))
    equal(fact["sha256"], result.one("chain")["staples"][0])
    check(fact["sha256"] in {told["sha256"] for told in result.all("bytes")}, "the bytes are told")
    equal(result.rules() & STATUS_RULES, {rule} - {None}, "findings")


STATUS_RULES = {"certificate-revoked", "staple-expired", "revocation-response", "must-staple", "staple-ends-soon"}


@test
def staples_of_nginx_and_openssl():
    cases = [(staple(WWW, "good"), "good", None, None),
             (staple(WWW, "revoked", "R"), "revoked", None, "certificate-revoked"),
             (staple(WWW, "old", old=True), "unknown", "ocsp-expired", "staple-expired")]
    blocks = [f"ssl_certificate {WWW[0]}; ssl_certificate_key {WWW[1]}; ssl_protocols {version}; ssl_stapling on; "
              f"ssl_stapling_file {file};"
              for file, *_ in cases for version in ("TLSv1.2", "TLSv1.3")]
    ports = nginx(blocks)
    for i, (file, status, reason, rule) in enumerate(cases):
        for port in ports[2 * i:2 * i + 2]:
            sees(port, status, reason, rule)
        for version in "-tls1_2", "-tls1_3":
            sees(s_server(*WWW, version, "-status_file", file), status, reason, rule)


@test
def a_promise_kept_and_broken():
    sees(s_server(*PROMISE, "-status_file", staple(PROMISE, "kept")), "good", None, None)
    result = dived(s_server(*PROMISE))
    equal(result.one("revocation")["reason"], "staple-missing")
    check("must-staple" in result.rules(), result.rules())
    check("staples" not in result.one("chain"), "no staples")


@test
def no_staple_is_nothing_wrong():
    result = dived(s_server(*WWW))
    equal((result.all("revocation"), result.rules() & STATUS_RULES), ([], set()))
    equal(result.one("transparency")["policies"]["chrome"]["reason"], "ct-none")
    check("transparency" not in result.rules(), "a CA of one's own needs no timestamps")


@test
def timestamps_in_tls():
    """A list that nobody signed, as the TLS extension that the dive's own hellos ask for."""
    scts = bytes([0, 49, 0, 47]) + bytes(47)
    data = b"".join(number.to_bytes(size, "big")
                    for number, size in ((0x80 | 0x100 | 0x1000, 4), (18, 2), (len(scts), 2)))
    name = "SERVERINFOV2 FOR CT"
    info = write(pki.path("info.pem"), f"-----BEGIN {name}-----\n{base64.encodebytes(data + scts).decode()}"
                 f"-----END {name}-----\n")
    for version in "-tls1_2", "-tls1_3":
        result = dived(s_server(*WWW, version, "-serverinfo", info), "--depth", "full")
        told = [stamp for fact in result.all("transparency") for stamp in fact["scts"]]
        equal({(stamp["from"], stamp["reason"]) for stamp in told}, {("tls", "sct-unknown-log")}, version)


main()
