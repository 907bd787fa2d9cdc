#!/usr/bin/env python3
"""TLS libraries, each configured in several ways, and the stack that each is said to be like.

  STACKS=folder tests/truth/test_stacks.py      keeps what each dive told: data/stacks.tsv was made from that"""
from concurrent.futures import ThreadPoolExecutor
import json
import os
import re
import subprocess

from matrix import Dived, skipped
import stacks
from program import TLSDIVE, environment
from servers import ADDRESS, ROOT, Pki, gnutls_serv, nginx, s_server, write
from tap import check, main, test

pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
OPENSSL, GNUTLS, NSS, MBEDTLS, WOLFSSL = "OpenSSL 3.0", "GnuTLS 3.7", "NSS 3.87", "mbed TLS 2.28", "wolfSSL 5.5"
BOTAN, BEARSSL, ERLANG, JSSE = "Botan 2.19", "BearSSL 0.6", "Erlang/OTP 25", "Java 17 (JSSE)"
GO, BORINGSSL = "Go 1.19", "BoringSSL 13"


def text_of(dived):
    return "".join(json.dumps(fact) + "\n" for fact in dived.result.facts)


def named(dived, name):
    """What the report of that dive says of the stack."""
    path = write(os.path.join(ROOT, re.sub(r"\W+", "-", name) + ".jsonl"), text_of(dived))
    report = subprocess.run([TLSDIVE, "--open", path], capture_output=True, text=True, timeout=60, env=environment())
    found = re.search(r"^  TLS stack +(.*(?:\n {14}.*)*)", report.stdout, re.M)
    check(found, f"a stack in the report: {report.stdout[:3000]} {report.stderr}")
    return " ".join(found[1].split())


pool = ThreadPoolExecutor(6)  # a dive waits most of the time: for what some servers are silent upon


def case(name, stack, start, *others):
    """A test: the server that `start` starts is said to be like `stack`, and like no other but `others`."""
    port = start()
    dive = pool.submit(lambda: Dived(port, "--timeout", "2"))

    def asked():
        dived = dive.result()
        said = named(dived, name)
        if "STACKS" in os.environ:
            write(os.path.join(os.environ["STACKS"], name + ".jsonl"), text_of(dived))
            print(f"# {name}: {said}")
            return
        match = re.match(r"like (.*): (\d+) of (\d+) habits agree$", said)
        check(match and match[2] == match[3], f"{name}: {said}")
        names = set(match[1].split(" or "))
        check(stack in names and not names - {stack, *others}, f"{name}: {said}")
        twice = [fact for fact in dived.result.facts if "two-configurations" in fact.get("items", ())]
        check(not twice, f"{name} is one server: {twice[:1]}")
    asked.__name__ = name
    test(asked)


def cases(stack, programs, *rows):
    """rows: (name, start, others ...); left out where a program is not there."""
    reason = stacks.missing(*programs)
    for name, start, *others in rows:
        if reason:
            skipped(name, reason)
        else:
            case(name, stack, start, *others)


def on_nginx(pair, lines):
    return nginx([f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; {lines}"])[0]


OLD = "ALL:@SECLEVEL=0"
cases(OPENSSL, ["openssl"],
      ("s_server as it comes", lambda: s_server(*RSA)),
      ("s_server, TLS 1.3 alone", lambda: s_server(*EC, "-tls1_3")),
      ("s_server, TLS 1.2 alone, no tickets", lambda: s_server(*RSA, "-serverpref", "-no_tls1_3", "-no_ticket")),
      ("s_server, TLS 1.0 alone", lambda: s_server(*RSA, "-tls1", "-cipher", OLD)),
      ("s_server with all that it can, ALPN", lambda: s_server(*RSA, "-cipher", OLD, "-alpn", "h2")))
cases(OPENSSL, ["nginx"],
      ("nginx as it comes", lambda: on_nginx(RSA, "ssl_protocols TLSv1.2 TLSv1.3;")),
      ("nginx, TLS 1.2 alone", lambda: on_nginx(EC, "ssl_protocols TLSv1.2; ssl_session_tickets off;")),
      ("nginx, old versions", lambda: on_nginx(
          RSA, f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers {OLD}; ssl_prefer_server_ciphers on;")))
cases(OPENSSL, ["haproxy"],
      ("haproxy", lambda: stacks.haproxy([f"crt {stacks.joined(*RSA)} alpn h2,http/1.1"])[0]),
      ("haproxy, TLS 1.2 alone", lambda: stacks.haproxy(
          [f"crt {stacks.joined(*RSA)} ssl-max-ver TLSv1.2 no-tls-tickets"])[0]))
cases(OPENSSL, ["stunnel"], ("stunnel", lambda: stacks.stunnel(*RSA, [["ciphers = DEFAULT"]])[0]))
cases(OPENSSL, ["apache2"],
      ("Apache", lambda: stacks.apache(*RSA)),
      ("Apache, TLS 1.2 alone", lambda: stacks.apache(*EC, "SSLProtocol TLSv1.2", "SSLHonorCipherOrder on")))
cases(GNUTLS, ["gnutls-serv"],
      ("gnutls-serv as it comes", lambda: gnutls_serv(*RSA)),
      ("gnutls-serv, TLS 1.2 alone", lambda: gnutls_serv(
          *RSA, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:%SERVER_PRECEDENCE")),
      ("gnutls-serv, TLS 1.3 alone", lambda: gnutls_serv(*EC, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3")),
      ("gnutls-serv, LEGACY and COMPAT", lambda: gnutls_serv(*RSA, "--priority", "LEGACY:%COMPAT")),
      ("gnutls-serv, SECURE256, no tickets", lambda: gnutls_serv(*EC, "--priority", "SECURE256", "--noticket")),
      ("gnutls-serv, TLS 1.0 alone", lambda: gnutls_serv(*RSA, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.0")))
cases(GNUTLS, ["lighttpd"], ("lighttpd with GnuTLS", lambda: stacks.lighttpd("mod_gnutls", *RSA, {})))
cases(OPENSSL, ["lighttpd"], ("lighttpd with OpenSSL", lambda: stacks.lighttpd("mod_openssl", *RSA, {})))
cases(MBEDTLS, ["lighttpd"],
      ("mbed TLS", lambda: stacks.lighttpd("mod_mbedtls", *RSA, {"MinProtocol": "TLSv1.2"})),
      ("mbed TLS, ECDSA", lambda: stacks.lighttpd("mod_mbedtls", *EC, {"MinProtocol": "TLSv1.2"})))
cases(WOLFSSL, ["lighttpd"],
      ("wolfSSL", lambda: stacks.lighttpd("mod_wolfssl", *RSA, {})),
      ("wolfSSL, TLS 1.2 alone", lambda: stacks.lighttpd(
          "mod_wolfssl", *EC, {"MinProtocol": "TLSv1.2", "MaxProtocol": "TLSv1.2"})))
cases(NSS, ["lighttpd"], ("lighttpd with NSS", lambda: stacks.lighttpd("mod_nss", *RSA, {})))
cases(NSS, ["selfserv", "certutil", "pk12util"],
      ("selfserv", lambda: stacks.selfserv([RSA, EC], "-V", "tls1.0:tls1.3", "-H", "1")),
      ("selfserv, old versions, tickets", lambda: stacks.selfserv([RSA], "-V", "tls1.0:tls1.2", "-u")),
      ("selfserv, TLS 1.3 alone", lambda: stacks.selfserv([EC], "-V", "tls1.3:tls1.3")))
cases(BOTAN, ["botan"], ("Botan", lambda: stacks.botan(*RSA)), ("Botan, ECDSA", lambda: stacks.botan(*EC)))
cases(BEARSSL, ["cc"],
      ("BearSSL", lambda: stacks.bear(stacks.bear_build(), *RSA, "full_rsa")),
      ("BearSSL, its smallest profile", lambda: stacks.bear(stacks.bear_build(), *RSA, "minr2g")))
cases(ERLANG, ["escript"],
      ("Erlang", lambda: stacks.erlang([("tlsv1.2,tlsv1.3", "default", "client", *EC)])[0][0]),
      ("Erlang, TLS 1.2 alone", lambda: stacks.erlang([("tlsv1.2", "default", "server", *RSA)])[0][0]))
cases(JSSE, ["java", "javac", "keytool"],
      ("JSSE", lambda: stacks.jsse([RSA, EC], [("default", "default", "server", "")])[0][0]),
      ("JSSE, TLS 1.2 alone, ALPN", lambda: stacks.jsse(
          [RSA, EC], [("TLSv1.2", "default", "client", "h2,http/1.1")])[0][0]),
      ("JSSE, TLS 1.3 alone", lambda: stacks.jsse([RSA, EC], [("TLSv1.3", "default", "client", "")])[0][0]))
cases(GO, ["caddy"],
      ("Caddy", lambda: stacks.caddy(*RSA)),
      ("Caddy, TLS 1.2 alone", lambda: stacks.caddy(*EC, "protocols tls1.2 tls1.2")),
      ("Caddy, TLS 1.3 alone", lambda: stacks.caddy(*EC, "protocols tls1.3")))
cases(BORINGSSL, ["bssl-tool"],
      ("BoringSSL", lambda: stacks.boring(*RSA)),
      ("BoringSSL, TLS 1.2 alone", lambda: stacks.boring(*EC, "-max-version", "tls1.2")),
      ("BoringSSL, TLS 1.3 alone", lambda: stacks.boring(*RSA, "-min-version", "tls1.3")))

main()
