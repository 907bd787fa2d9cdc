#!/usr/bin/env python3
"""The same truth where every fifth connection is spoilt, where long hellos or many suites are not borne, and where two
configurations answer at one address."""
from matrix import Dived, case, compare
from expect import Accepts, gnutls, openssl, suites
from scripted import Relay, Scripted
from servers import Pki, gnutls_serv, nginx, s_server
from tap import check, equal, main, test

pki = Pki()
RSA = pki.leaf("rsa")
V10, V11, V12, V13 = "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"
ONE = f"ssl_certificate {RSA[0]}; ssl_certificate_key {RSA[1]}; "
WIDE, NARROW = "ECDHE:RSA:!PSK:@SECLEVEL=0", "ECDHE+AESGCM:ECDHE+CHACHA20"
ports = nginx([ONE + f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers {WIDE}; ssl_prefer_server_ciphers on;",
               ONE + f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {NARROW}; ssl_prefer_server_ciphers on;"])


def wide():
    return openssl((V10, V11, V12, V13), WIDE, "server", exchange=("RSA", "ECDH"), authentication=("RSA", "None"))


def narrow():
    return openssl((V12, V13), NARROW, "server")


for fault in ("reset", "close", "cut"):
    case(f"every fifth connection: {fault}", Relay(ports[0], every=5, fault=fault).port, wide)
PRIORITY = "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3:%SERVER_PRECEDENCE"
case("every fifth connection: reset, gnutls-serv", Relay(gnutls_serv(*RSA, "--priority", PRIORITY), every=5).port,
     lambda: gnutls(PRIORITY))
case("every fifth connection: reset, s_server", Relay(s_server(*RSA, "-no_tls1_3", "-cipher", "AES"), every=5).port,
     lambda: openssl((V12,), "AES", authentication=("RSA", "None"), serial=True))
case("every fifth connection: silence", Relay(ports[1], every=5, fault="silence").port, narrow, "--timeout", "0.2")
case("every third connection: reset", Relay(ports[1], every=3).port, narrow)


@test
def two_configurations():
    """That they are two is said, no order is claimed, and no suite is found that neither accepts."""
    found = Dived(Relay(*ports).port)
    both = wide(), narrow()
    for version in (V10, V11, V12, V13):
        either = set().union(*(accepts.suites.get(version, ()) for accepts in both))
        check(found.numbers("suite", version) <= either, f"no suite of neither in {version}")
    equal(found.order("suite", V12), None, "no order")
    answer, value = found.answers.value("behaviour", "two-configurations")
    equal(answer, "yes", f"said that they are two: {value}")


@test
def one_configuration_at_two_addresses():
    """A relay to the same server twice over is not two configurations."""
    found = Dived(Relay(ports[1], ports[1]).port)
    compare(found, narrow())
    check(found.answers.value("behaviour", "two-configurations")[0] != "yes", "one configuration")


OLD = suites("TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA",
             "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA")
BOTH = {V10: OLD, V12: OLD}


def bears(name, manners, *more):
    server = Scripted(RSA[0], BOTH, manners=manners)
    case(name, server.port, Accepts(BOTH, {version: "server" for version in BOTH}), *more)


def instead(what, when):
    """Manners: `what` where `when` holds of the Hello."""
    return lambda hello: what if when(hello) else None


bears("a hello over 255 bytes is answered with silence", instead("silence", lambda hello: hello.size > 255),
      "--timeout", "0.2")
bears("a hello over 511 bytes is reset", instead("reset", lambda hello: hello.size > 511))
bears("a hello of 256 to 511 bytes is answered with silence",
      instead("silence", lambda hello: 255 < hello.size < 512), "--timeout", "0.2")
bears("more than 128 suites are refused with decode_error", instead(50, lambda hello: len(hello.suites) > 128))
bears("more than 64 suites are closed upon", instead("close", lambda hello: len(hello.suites) > 64))
bears("supported_versions is answered with a reset", instead("reset", lambda hello: 43 in hello.extensions))
bears("an extension is answered with handshake_failure", instead(40, lambda hello: hello.extensions))

main()
