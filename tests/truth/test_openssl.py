#!/usr/bin/env python3
"""OpenSSL's s_server, which serves one connection at a time, in many configurations."""
from matrix import case
from expect import openssl
from servers import Pki, s_server
from tap import main

pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
P384 = pki.leaf("p384", key="p384")
ED25519, DSA = pki.leaf("ed25519", key="ed25519"), pki.leaf("dsa", key="dsa")
V10, V11, V12, V13 = ALL = ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
TWO = f"-dcert {EC[0]} -dkey {EC[1]} "
OWN = "-serverpref "
LEGACY = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
RARE13 = "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
CHACHA = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20"
NONE = ("RSA", "None")
PSK = {"authentication": ("RSA", "PSK"), "options": ("-psk",),
       "exchange": ("RSA", "DH", "ECDH", "PSK", "RSAPSK", "DHEPSK", "ECDHEPSK")}


def server(name, versions, pair, command="", ciphers=None, **more):
    """command: of s_server, beside -cipher; more: what openssl() is told of it."""
    port = s_server(*pair, *command.split(), *(["-cipher", ciphers] if ciphers else []))
    if OWN in command:
        more = {"order": "server", **more}
    case(name, port, lambda: openssl(versions, ciphers or "DEFAULT", serial=True, **more))


server("as it comes", (V12, V13), RSA)
server("two certificates, its own order", [V12], RSA, OWN + TWO + "-no_tls1_3", "ECDHE+AESGCM:DHE+AES:AES128-SHA",
       authentication=("RSA", "ECDSA"))
server("all that it can, its own order", ALL, RSA, OWN + TWO, LEGACY, authentication=("RSA", "ECDSA", "None"))
server("all that it can, the client's order", ALL, RSA, TWO, LEGACY, authentication=("RSA", "ECDSA", "None"))
server("TLS 1.3 alone, rare suites", [V13], EC, "-tls1_3 -ciphersuites " + RARE13, suites13=RARE13)
server("TLS 1.0 alone", [V10], RSA, "-tls1", "AES:CAMELLIA:@SECLEVEL=0", authentication=NONE)
server("TLS 1.0 and 1.1, its own order", (V10, V11), EC, OWN + "-no_tls1_2 -no_tls1_3", "AES256:AES128:@SECLEVEL=0",
       authentication=("ECDSA", "None"))
server("TLS 1.3 and 1.1 with nothing between", (V11, V13), RSA, "-no_tls1 -no_tls1_2", "AES:@SECLEVEL=0",
       authentication=NONE)
server("ChaCha20 first for those that list it first", [V12], RSA, OWN + "-no_tls1_3 -prioritize_chacha", CHACHA,
       order="chacha")
# an ECDSA suite of TLS 1.2 needs the certificate's curve among the client's groups, and that is its favourite
server("groups of its own, a P-384 certificate", (V12, V13), P384, OWN + "-groups secp384r1:X25519",
       authentication=("ECDSA",), groups12=("secp384r1",), groups13=("secp384r1", "x25519"))
server("an Ed25519 certificate", (V12, V13), ED25519, authentication=("ECDSA",))
server("a DSA certificate", ALL[:3], DSA, "-no_tls1_3", "ALL:@SECLEVEL=0", authentication=("DSS", "None"))
server("no forward secrecy", [V12], RSA, OWN + "-no_tls1_3", "kRSA+CAMELLIA:kRSA+ARIA:kRSA+AES")
server("anonymous and NULL alone", ALL[:3], RSA, "-no_tls1_3", "aNULL+AES:eNULL:@SECLEVEL=0", authentication=NONE)
server("one suite", [V12], EC, "-no_tls1_3", "ECDHE-ECDSA-AES128-GCM-SHA256", authentication=("ECDSA",))
server("a client certificate is required", (V12, V13), RSA, "-Verify 1 -alpn h2,http/1.1", alpn=("h2", "http/1.1"))
server("pre-shared keys and a certificate", ALL[:3], RSA, "-psk 0123456789abcdef -no_tls1_3",
       "PSK:ECDHE+AESGCM:@SECLEVEL=0", **PSK)

main()
