#!/usr/bin/env python3
"""What TLS 1.3 encrypts: protocols, extensions with what is said in them, what signs with which certificate; against
the servers' configurations, and what OpenSSL's client is told by them."""
import base64
import functools
import hashlib
import os
import subprocess

from matrix import Dived
from servers import ADDRESS, Pki, gnutls_serv, nginx, run, s_server, write
from stacks import jsse, missing, selfserv
from tap import Skip, check, equal, main, test

V12, V13 = "TLS 1.2", "TLS 1.3"
SIGNERS = ["ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ed25519", "ed448",
           "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512", "rsa_pss_pss_sha256",
           "rsa_pss_pss_sha384", "rsa_pss_pss_sha512"]
ONLY13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
ED, P384 = pki.leaf("ed25519", key="ed25519"), pki.leaf("p384", key="p384")
TWO = ("-dcert", EC[0], "-dkey", EC[1])


def ocsp_response():
    """Says of the RSA certificate that nothing is known of it."""
    path = pki.path("ocsp.der")
    run("openssl", "ocsp", "-index", write(pki.path("index"), ""), "-rsigner", pki.ca, "-rkey", pki.path("ca.key"),
        "-CA", pki.ca, "-issuer", pki.ca, "-cert", pki.path("rsa.leaf"), "-respout", path, "-ndays", "7")
    return path


def server_info():
    """A signed_certificate_timestamp extension for s_server, of a list of one that nobody signed."""
    timestamps = bytes([0, 49, 0, 47]) + bytes(47)
    messages = 0x80 | 0x100 | 0x1000  # ClientHello, ServerHello of TLS 1.2, Certificate of TLS 1.3
    data = b"".join(number.to_bytes(size, "big") for number, size in ((messages, 4), (18, 2), (len(timestamps), 2)))
    body = base64.encodebytes(data + timestamps).decode()
    name = "SERVERINFOV2 FOR CT"
    return write(pki.path("info.pem"), f"-----BEGIN {name}-----\n{body}-----END {name}-----\n")


def client(port, *more):
    """What OpenSSL's client prints of a handshake."""
    return subprocess.run(["openssl", "s_client", "-tls1_3", "-connect", f"{ADDRESS}:{port}", "-showcerts", *more],
                          input=b"", capture_output=True, timeout=20).stdout.decode(errors="replace")


def signers(port):
    """The schemes that OpenSSL's client is served with when it offers one alone, beside one that may sign
    certificates, but no handshake of TLS 1.3."""
    return {name for name in SIGNERS
            if "Peer signature type" in client(port, "-sigalgs", name + ":rsa_pkcs1_sha256")}


def leaf_hash(pair):
    """SHA-256 of the first certificate of a file."""
    der = subprocess.run(["openssl", "x509", "-in", pair[0], "-outform", "DER"], capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest()


class Sealed:
    """A dive, by names."""

    def __init__(self, port):
        self.dived = Dived(port)
        self.said = {}
        for fact in self.dived.answers.facts:
            if fact.get("version") == V13:
                for item in fact["items"]:
                    self.said[fact["question"], item] = fact

    def items(self, question, answer="yes"):
        return {item for (asked, item), fact in self.said.items() if asked == question and fact["answer"] == answer}

    def value(self, question, item):
        fact = self.said.get((question, item), {})
        return fact.get("answer"), fact.get("value")

    def proven(self, question):
        """Each yes names a connection on which a whole flight was told, encrypted."""
        for item in self.items(question):
            connection = self.said[question, item]["connection"]
            told = {fact["name"]: fact for fact in self.dived.result.all("message")
                    if fact["connection"] == connection and fact["encrypted"]}
            check({"EncryptedExtensions", "CertificateVerify", "Finished"} <= set(told), f"{question} {item}: {told}")
            check(not any("faults" in fact for fact in told.values()), f"nothing is wrong: {told}")


def compare(port, pairs, alpn=(), order=None, extensions=None, schemes=None):
    """order: of the protocols, where the server has one; extensions: with their values, those that are answered."""
    found = Sealed(port)
    equal(found.items("scheme"), schemes or signers(port), "schemes")
    equal(found.items("scheme", "unknown"), set(), "no scheme is unknown")
    equal(found.items("certificate"), {leaf_hash(pair) for pair in pairs} - older(found), "certificates")
    equal(found.items("alpn"), set(alpn), "protocols")
    equal(found.items("alpn", "unknown"), set(), "no protocol is unknown")
    if order is not None:
        fact = next(f for f in found.dived.answers.facts if f["question"] == "alpn-order" and f.get("version") == V13)
        equal((fact["answer"], fact["items"] if fact["answer"] == "yes" else order), ("yes", order) if order else
              ("no", order), "order of the protocols")
    equal({item: found.value("extension", item)[1] for item in found.items("extension")}, extensions or {},
          "extensions")
    equal(found.items("extension", "unknown"), set(), "no extension is unknown")
    equal(found.items("certificate-compression"), set(), "none of these compresses")
    for question in ("scheme", "alpn", "extension"):
        found.proven(question)


def older(found):
    """Leaves that TLS 1.2 had shown before."""
    return {item for (question, version, _, item), fact in found.dived.answers.said.items()
            if question == "certificate" and version != V13}


def case(name, start, *needed):
    """start() gives a port, and what compare() is told of it."""
    @test
    @functools.wraps(compare)
    def asked():
        if missing(*needed):
            raise Skip(missing(*needed))
        port, pairs, more = start()
        compare(port, pairs, **more)
    asked.__name__ = name


FRAGMENT = {"max_fragment_length": "code 4"}
case("OpenSSL: two certificates, no protocols", lambda: (
    s_server(*RSA, *TWO, "-tls1_3"), [RSA, EC], {"extensions": FRAGMENT}))
case("OpenSSL: protocols, a staple, timestamps", lambda: (
    s_server(*RSA, "-tls1_3", "-alpn", "http/1.1,h2", "-status_file", ocsp_response(), "-serverinfo", server_info()),
    [RSA], {"alpn": ("http/1.1", "h2"), "order": ["http/1.1", "h2"], "extensions": {
        **FRAGMENT, "status_request": "with an OCSP response", "signed_certificate_timestamp": "51 bytes"}}))
case("OpenSSL: TLS 1.2 too, a client certificate is required", lambda: (
    s_server(*P384, "-Verify", "1", "-alpn", "imap,smtp", "-no_tls1_1"), [P384],
    {"alpn": ("imap", "smtp"), "order": ["imap", "smtp"], "extensions": FRAGMENT}))
case("OpenSSL: Ed25519, schemes of its own, CCM with short tags, P-384", lambda: (
    s_server(*ED, "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256", "-groups", "P-384"), [ED],
    {"extensions": FRAGMENT, "schemes": {"ed25519"}}))
case("OpenSSL: one scheme of three", lambda: (
    s_server(*RSA, "-tls1_3", "-sigalgs", "rsa_pss_rsae_sha384"), [RSA], {"extensions": FRAGMENT}))
case("nginx: protocols of HTTP, a staple", lambda: (
    nginx([f"ssl_certificate {RSA[0]}; ssl_certificate_key {RSA[1]}; ssl_protocols TLSv1.3; ssl_stapling on; "
           f"ssl_stapling_file {ocsp_response()};"])[0], [RSA],
    {"alpn": ("http/1.1", "http/1.0", "http/0.9"), "order": ["http/1.1", "http/1.0", "http/0.9"],
     "extensions": {**FRAGMENT, "status_request": "with an OCSP response"}}), "nginx")
TYPES = {"server_certificate_type": "X509", "client_certificate_type": "X509"}
case("GnuTLS: protocols, records of 4096 bytes", lambda: (
    gnutls_serv(*RSA, "--x509certfile", EC[0], "--x509keyfile", EC[1], "--priority", ONLY13, "--alpn", "h2", "--alpn",
                "http/1.1", "--recordsize", "4096"), [RSA, EC],
    {"alpn": ("h2", "http/1.1"), "order": [], "extensions": {**FRAGMENT, **TYPES, "record_size_limit": "4097 bytes"}}),
    "gnutls-serv")


def raw_key():
    public = pki.path("ec.pub")
    run("openssl", "pkey", "-in", EC[1], "-pubout", "-out", public)
    port = gnutls_serv(*RSA, "--rawpkkeyfile", EC[1], "--rawpkfile", public, "--priority", ONLY13 + ":+CTYPE-SRV-RAWPK")
    return port, [RSA], {"extensions": {**FRAGMENT, **TYPES, "server_certificate_type": "RawPublicKey",
                                        "record_size_limit": "16385 bytes"}}


case("GnuTLS: a raw public key beside a certificate", raw_key, "gnutls-serv")
NSS = {"supported_groups": "x25519 secp256r1 secp384r1 secp521r1", "record_size_limit": "16385 bytes"}
case("NSS: a protocol, its groups told", lambda: (
    selfserv([RSA], "-Q", "-V", "tls1.3:tls1.3"), [RSA], {"alpn": ("http/1.1",), "extensions": NSS}), "selfserv")
case("JSSE: two certificates", lambda: (
    jsse([RSA, EC], [("TLSv1.3", "default", "server", "h2,http/1.1")])[0][0], [RSA, EC],
    {"alpn": ("h2", "http/1.1"), "order": ["h2", "http/1.1"], "extensions": {
        **FRAGMENT, "supported_groups": "x25519 secp256r1 secp384r1 secp521r1 x448 ffdhe2048 ffdhe3072 ffdhe4096 "
        "ffdhe6144 ffdhe8192"}}), "java", "javac", "keytool")

if __name__ == "__main__":
    check(os.path.exists(pki.ca), "the certificates are there")
    main()
