"""What tlsdive says of real servers is what they were configured with, and what openssl sees."""
import re
import subprocess

from program import dive
from servers import ADDRESS, Pki, dovecot, gnutls_serv, nginx, postfix, run, s_server, vsftpd
from tap import check, equal, main, test

pki = Pki()
RSA = pki.leaf("rsa", names="DNS:localhost,DNS:*.wild.example")
EC = pki.leaf("ec", key="ec")


def target(port, scheme=""):
    return f"{scheme}{ADDRESS}:{port}"


def s_client(port, *more):
    """What openssl says: version, suite, and the SHA-256 of each certificate sent."""
    out = subprocess.run(["openssl", "s_client", "-connect", target(port), "-showcerts", *more],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
    version, suite = re.search(r"New, (\S+), Cipher is (\S+)", out).groups()
    hashes = []
    for pem in re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", out, re.S):
        line = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], input=pem,
                              capture_output=True, text=True).stdout
        hashes.append(line.split("=")[1].strip().replace(":", "").lower())
    return version.replace("TLSv1", "TLS 1"), suite, hashes


def iana(openssl_name):
    for line in run("openssl", "ciphers", "-stdname", "-s", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").splitlines():
        name, _, other = line.split()[:3]
        if other == openssl_name:
            return name
    return openssl_name


def agrees(port, scheme="", starttls=(), ca=pki.ca):
    result = dive("--ca-file", ca, target(port, scheme))
    done = result.one("done")
    equal(done["result"], "finished", str(done))
    equal(result.status, 0, "exit status")
    version, suite, hashes = s_client(port, *starttls)
    negotiated = result.one("negotiated")
    equal(negotiated["version"], version, "version")
    equal(negotiated["suite"], iana(suite), "suite")
    equal(result.one("chain")["certificates"], hashes, "chain")
    verdict = result.one("verdict")
    equal((verdict["trusted"], verdict["reasons"], verdict["name_matches"]), (True, [], True), str(verdict))
    return result


@test
def nginx_each_version_and_key():
    rows = [("TLSv1", "RSA", "@SECLEVEL=0:ECDHE-RSA-AES128-SHA", "TLS 1.0", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            ("TLSv1.1", "RSA", "@SECLEVEL=0:AES256-SHA", "TLS 1.1", "TLS_RSA_WITH_AES_256_CBC_SHA"),
            ("TLSv1.2", "RSA", "DHE-RSA-AES128-GCM-SHA256", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
            ("TLSv1.2", "EC", "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS 1.2",
             "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
            ("TLSv1.3", "EC", "DEFAULT", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
            ("TLSv1.3", "RSA", "DEFAULT", "TLS 1.3", "TLS_AES_256_GCM_SHA384")]
    run("openssl", "dhparam", "-dsaparam", "-out", pki.path("dh.pem"), "2048")
    ports = nginx([f"ssl_certificate {key[0]}; ssl_certificate_key {key[1]}; ssl_protocols {protocol};"
                   f"ssl_ciphers {ciphers}; ssl_dhparam {pki.path('dh.pem')};"
                   for protocol, kind, ciphers, _, _ in rows for key in [RSA if kind == "RSA" else EC]])
    result = dive("--ca-file", pki.ca, *map(target, ports))
    equal(result.status, 0, "exit status")
    for port, (_, kind, _, version, suite) in zip(ports, rows):
        endpoint = result.endpoint(port)
        negotiated = result.one("negotiated", endpoint)
        equal((negotiated["version"], negotiated["suite"]), (version, suite), str(negotiated))
        equal(negotiated["forward_secrecy"], "DHE" in suite or version == "TLS 1.3", str(negotiated))
        chain = result.one("chain", endpoint)["certificates"]
        leaf = next(c for c in result.all("certificate") if c["sha256"] == chain[0])
        equal(leaf["key"]["type"], {"RSA": "RSA", "EC": "ECDSA"}[kind], str(leaf))
        check(result.one("verdict", endpoint)["trusted"], "trusted")
        rules = result.rules(endpoint)
        equal("old-version" in rules, version in ("TLS 1.0", "TLS 1.1"), str(rules))
        equal("no-forward-secrecy" in rules, suite.startswith("TLS_RSA_"), str(rules))


@test
def nginx_agrees_with_openssl():
    ports = nginx([f"ssl_certificate {EC[0]}; ssl_certificate_key {EC[1]}; ssl_protocols TLSv1.2 TLSv1.3;"])
    result = agrees(ports[0])
    equal(result.one("negotiated")["group"], "secp256r1", "the first group that the client offers")


@test
def s_server_with_a_hello_retry_request():
    port = s_server(*EC, "-groups", "P-384", "-tls1_3")
    result = agrees(port)
    retry = [m for m in result.all("message") if m["name"] == "HelloRetryRequest"]
    equal(len(retry), 1, "HelloRetryRequests")
    check(retry[0]["retry_cost"], "the retry is said to cost a round trip")
    equal(retry[0]["group"], "secp384r1", "group asked for")
    equal(result.one("negotiated")["group"], "secp384r1", "group")
    hellos = [m for m in result.all("message") if m["name"] == "ClientHello"]
    equal(len(hellos), 2, "ClientHellos")
    check("secp384r1" not in hellos[0]["shares"] and "secp384r1" in hellos[1]["shares"], "shares")


@test
def s_server_that_asks_for_a_client_certificate():
    for version in ("-tls1_2", "-tls1_3"):
        asked = s_server(*RSA, version, "-verify", "2", "-CAfile", pki.ca)
        result = agrees(asked)
        equal(result.one("negotiated")["client_certificate"], "asked", version)
        chain = result.one("chain")["certificates"]
        required = s_server(*RSA, version, "-Verify", "2", "-CAfile", pki.ca)
        result = dive("--ca-file", pki.ca, target(required))
        alerts = [a for a in result.all("alert") if a["direction"] == "in"]
        check(any(a["name"] in ("certificate_required", "handshake_failure") for a in alerts), str(alerts))
        request = [m for m in result.all("message") if m["name"] == "CertificateRequest"]
        check(request and request[0]["authorities"] >= 1, "the CAs that are asked for are counted")
        equal(result.one("chain")["certificates"], chain, "the chain is seen all the same")


@test
def gnutls_serv_versions():
    for priority, version in (("NORMAL:-VERS-ALL:+VERS-TLS1.3", "TLS 1.3"),
                              ("NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS 1.2"),
                              ("NORMAL:-VERS-ALL:+VERS-TLS1.0", "TLS 1.0")):
        port = gnutls_serv(*RSA, "--priority", priority)
        result = dive("--ca-file", pki.ca, target(port))
        equal(result.one("negotiated")["version"], version, priority)
        check(result.one("verdict")["trusted"], "trusted")


@test
def postfix_by_starttls_and_at_once():
    starttls, wrapped, plain = postfix(*RSA)
    result = agrees(starttls, "smtp://", ("-starttls", "smtp"))
    lines = [d["text"] for d in result.all("dialogue")]
    check(lines[0].startswith("220 mail.example ESMTP"), str(lines))
    check("STARTTLS" in lines, str(lines))
    agrees(wrapped, "smtps://")
    result = dive(target(plain, "smtp://"))
    done = result.one("done")
    equal((done["result"], done["reason"]), ("no-tls", "starttls-not-offered"), str(done))
    check("starttls-not-offered" in result.rules(), "finding")
    equal(result.status, 0, "the question was answered")


@test
def dovecot_by_starttls_and_at_once():
    imap, imaps, pop3, pop3s = dovecot(*RSA)
    agrees(imap, "imap://", ("-starttls", "imap"))
    agrees(imaps, "imaps://")
    agrees(pop3, "pop3://", ("-starttls", "pop3"))
    agrees(pop3s, "pop3s://")


@test
def vsftpd_by_auth_tls_and_at_once():
    explicit, implicit = vsftpd(*RSA)
    agrees(explicit, "ftp://", ("-starttls", "ftp"))
    agrees(implicit, "ftps://")


main()
