#!/usr/bin/env python3
"""Java's JSSE: one process with the algorithms that Java allows, one with all that it has."""
import re

from matrix import case, skipped
import stacks
from expect import Accepts, by_version, groups, of_names
from servers import Pki
from tap import main

_WORDS = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
_CURVES = ("x25519", "secp256r1", "secp384r1", "secp521r1", "x448")
_FFDHE = ("ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")


def forbidden():
    """What Java's own settings disable of RSA key exchange: all of it, in newer updates of Java 17."""
    with open("/etc/java-17-openjdk/security/java.security", encoding="utf-8") as settings:
        return "^TLS_RSA_" if any("TLS_RSA_*" in line for line in settings if not line.startswith("#")) else None


def accepts(protocols, listed, kinds, order, alpn=None, named=_CURVES + _FFDHE, without=None):
    """By JSSE's own list; kinds: the beginnings of names that its keys serve."""
    versions = [_WORDS[name] for name in protocols if name in _WORDS]
    names = [name.replace("SSL_", "TLS_", 1) for name in listed.split(",")]
    names = [name for name in names if not (without and re.search(without, name))]
    old = of_names(" ".join(name for name in names if name.startswith(kinds)))
    new = of_names(" ".join(name for name in names if re.match("TLS_(AES|CHACHA20)_", name)))
    return Accepts(by_version(old, versions, new), {version: order for version in versions},
                   {"TLS 1.3": groups(*named)} if "TLS 1.3" in versions else {}, alpn=alpn)


def jsse():
    pki = Pki()
    rsa, ec = pki.leaf("rsa"), pki.leaf("ec", key="ec")
    both = ("TLS_ECDHE_", "TLS_DHE_RSA_", "TLS_RSA_")
    few = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA," \
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256"
    usual = stacks.jsse([rsa, ec], [("default", "default", "server", ""),
                                    ("TLSv1.3,TLSv1.2", few, "server", "h2,http/1.1"),
                                    ("TLSv1.2", few, "client", "")])
    # jdk.tls.disabledAlgorithms: no anonymous suites, no NULL, no 3DES, RC4 or DES, no static ECDH
    disabled = "anon|NULL|3DES|RC4|_DES_|ECDH_"
    case("JSSE as it comes", usual[0][0], lambda: accepts(*usual[0][1:], both, "server", without=disabled))
    case("JSSE, its own order and ALPN", usual[1][0],
         lambda: accepts(*usual[1][1:], both, "server", ("h2", "http/1.1"), without=forbidden()))
    case("JSSE, the client's order", usual[2][0], lambda: accepts(*usual[2][1:], both, "client", without=forbidden()))
    old = stacks.jsse([rsa], [("TLSv1,TLSv1.1,TLSv1.2", "supported", "server", ""),
                              ("TLSv1.1", "supported", "client", "")],
                      allow_all=True, properties=["-Djdk.tls.namedGroups=secp384r1,x25519"])
    kinds = ("TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_", "TLS_DH_anon_", "TLS_ECDH_anon_")
    case("JSSE with all that it has", old[0][0], lambda: accepts(*old[0][1:], kinds, "server"))
    case("JSSE, TLS 1.1 alone", old[1][0], lambda: accepts(*old[1][1:], kinds, "client"))


reason = stacks.missing("java", "javac", "keytool")
if reason:
    skipped("JSSE", reason)
else:
    jsse()
main()
