#!/usr/bin/env python3
"""gnutls-serv, which serves one connection at a time."""
from expect import gnutls
from matrix import case
from servers import Pki, gnutls_serv, run
from tap import main

pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
TWO = ["--x509certfile", EC[0], "--x509keyfile", EC[1]]
BOTH = ("ECDHE-RSA", "DHE-RSA", "RSA", "ECDHE-ECDSA")
PASSWORDS = pki.path("passwords")
run("psktool", "-u", "test", "-p", PASSWORDS, "-s", "32")


def server(name, priority, *more, pair=RSA, exchange=("ECDHE-RSA", "DHE-RSA", "RSA"), alpn=None):
    port = gnutls_serv(*pair, "--priority", priority, *more)
    case(name, port, lambda: gnutls(priority, exchange, alpn))


server("as it comes", "NORMAL", *TWO, exchange=BOTH)
server("permissive", "NORMAL:+3DES-CBC:+ARCFOUR-128:+NULL:+ANON-ECDH:+ANON-DH:+MAC-ALL", *TWO,
       exchange=(*BOTH, "ECDH-ANON", "DH-ANON"))
server("its own order", "NORMAL:-CIPHER-ALL:+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM:+AES-256-CCM"
       ":%SERVER_PRECEDENCE", *TWO, exchange=BOTH)
server("secure for 256 bits", "SECURE256")
server("TLS 1.0 alone", "NORMAL:-VERS-ALL:+VERS-TLS1.0")
server("TLS 1.1 and 1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.3:+3DES-CBC", pair=EC, exchange=("ECDHE-ECDSA",))
server("groups of its own", "NORMAL:-GROUP-ALL:+GROUP-X448:+GROUP-SECP521R1:+GROUP-FFDHE3072:%SERVER_PRECEDENCE")
server("CCM with short tags, its own order", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+DHE-RSA:+AES-128-CCM-8"
       ":+AES-256-CCM-8:+AES-128-CCM:+CAMELLIA-256-GCM:+CAMELLIA-128-GCM"
       ":+AEAD:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:%SERVER_PRECEDENCE")
server("forward secrecy alone, ALPN", "PFS", "--alpn", "h2", "--alpn", "http/1.1", alpn=("h2", "http/1.1"))
server("pre-shared keys", "NORMAL:-VERS-ALL:+VERS-TLS1.2:+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK", "--pskpasswd", PASSWORDS,
       exchange=("ECDHE-RSA", "DHE-RSA", "RSA", "PSK", "DHE-PSK", "ECDHE-PSK", "RSA-PSK"))

main()
