"""What a server must be found to accept, said by its own library's tools or by its configuration."""
import re
import subprocess
from dataclasses import dataclass, field

from prober import GROUPS, SUITES, VERSIONS, usable

_CODES = {name: code for code, name in SUITES.items()}
_GROUP_CODES = {name: code for code, name in GROUPS.items()}
_OPENSSL_VERSIONS = {"TLS 1.0": "-tls1", "TLS 1.1": "-tls1_1", "TLS 1.2": "-tls1_2", "TLS 1.3": "-tls1_3"}
_OPENSSL_13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
OPENSSL_GROUPS = ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")  # SSL_CTX_set1_groups(3), 3.0
OPENSSL_FFDHE = ("ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")


@dataclass
class Accepts:
    """suites: version -> numbers, in the server's order where `order` has "server" for that version;
    order: version -> "server", "client" or "chacha" (the server's, but a client that lists ChaCha20 first
    gets that), or the numbers that the order has, where it has not all; groups likewise; alpn: None where it is not asked; failing: versions in which the server
    chooses suites, and then cannot go on: they are not accepted, and may be unknown."""
    suites: dict
    order: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    group_order: dict = field(default_factory=dict)
    alpn: tuple = None
    failing: tuple = ()
    serial: bool = False  # serves one connection at a time


def suites(*names):
    return [_CODES[name] for name in names]


def groups(*names):
    return [_GROUP_CODES[name] for name in names]


def _run(*command):
    process = subprocess.run(command, capture_output=True, text=True)
    return process.stdout


def openssl_suites(version, string, authentication=("RSA",), exchange=("RSA", "DH", "ECDH"), options=()):
    """By `openssl ciphers`: the suites that this string leaves in a version, in its order, with these kinds
    of certificate (None: without one) and key exchange."""
    if version == "TLS 1.3":
        listed = _run("openssl", "ciphers", "-s", "-V", "-tls1_3", "-ciphersuites", string)
        kept = [line for line in listed.splitlines() if " TLSv1.3 " in line]
    else:
        listed = _run("openssl", "ciphers", "-s", "-V", _OPENSSL_VERSIONS[version], *options, string)
        kept = [line for line in listed.splitlines() if " TLSv1.3 " not in line
                and re.search(r"Au=(\S+)", line)[1] in authentication and re.search(r"Kx=(\S+)", line)[1] in exchange]
    return [int(m[1] + m[2], 16) for m in (re.match(r"\s*0x(..),0x(..) ", line) for line in kept)]


def openssl(versions, string, order="client", authentication=("RSA",), suites13=_OPENSSL_13,
            exchange=("RSA", "DH", "ECDH"), options=(), groups12=OPENSSL_GROUPS,
            groups13=OPENSSL_GROUPS + OPENSSL_FFDHE, **more):
    """A server that uses OpenSSL. Its TLS 1.3 groups have an order even where its suites have none."""
    found = {}
    for version in versions:
        found[version] = openssl_suites(version, suites13 if version == "TLS 1.3" else string, authentication,
                                        exchange, options)
    kinds = {"TLS 1.2": groups(*groups12), "TLS 1.3": groups(*groups13)}
    if not any("_ECDHE_" in SUITES[suite] for suite in found.get("TLS 1.2", ())):
        del kinds["TLS 1.2"]
    return Accepts(suites=found, order={version: order for version in versions},
                   groups={version: list_ for version, list_ in kinds.items() if version in versions},
                   group_order={"TLS 1.2": "client" if order == "client" else "server", "TLS 1.3": "server"}, **more)


_GNUTLS_GROUPS = {"SECP192R1": "secp192r1", "SECP224R1": "secp224r1", "SECP256R1": "secp256r1",
                  "SECP384R1": "secp384r1", "SECP521R1": "secp521r1", "X25519": "x25519", "X448": "x448",
                  "FFDHE2048": "ffdhe2048", "FFDHE3072": "ffdhe3072", "FFDHE4096": "ffdhe4096",
                  "FFDHE6144": "ffdhe6144", "FFDHE8192": "ffdhe8192"}


def gnutls(priority, exchange=("ECDHE-RSA", "DHE-RSA", "RSA"), alpn=None):
    """By `gnutls-cli --list`. exchange: the kinds that the server's keys and credentials serve."""
    listed = _run("gnutls-cli", "--list", "--priority", priority)
    lists = {m[1]: m[2].split(", ") for m in re.finditer(r"^(\S[^:\n]*): (.*)$", listed, re.M)}
    versions = ["TLS " + name[8:] for name in lists["Protocols"] if name.startswith("VERS-TLS")]
    server = "%SERVER_PRECEDENCE" in priority
    found = {version: [] for version in versions}
    for name, high, low, first in re.findall(r"^(TLS_\S+)\s+0x(..), 0x(..)\s+TLS(\S+)$", listed, re.M):
        tls13 = first == "1.3"
        kind = re.match(r"TLS_(ECDHE_ECDSA|ECDHE_RSA|ECDHE_PSK|DHE_RSA|DHE_DSS|DHE_PSK|RSA_PSK|PSK|ECDH_ANON|"
                        "DH_ANON|RSA)_", name)
        for version in versions:
            if tls13 == (version == "TLS 1.3") and version >= "TLS " + first \
                    and (tls13 or kind[1].replace("_", "-") in exchange):
                found[version].append(int(high + low, 16))
    named = [_GNUTLS_GROUPS[name[6:]] for name in lists["Groups"]]
    curves = [name for name in named if not name.startswith("ffdhe")]
    kinds = {"TLS 1.3": groups(*named)}
    if any("_ECDHE_" in SUITES[suite] for suite in found.get("TLS 1.2", ())):
        kinds["TLS 1.2"] = groups(*curves)
    order = "server" if server else "client"
    return Accepts(suites=found, order={version: order for version in versions},
                   groups={version: list_ for version, list_ in kinds.items() if version in versions},
                   group_order={version: order for version in kinds}, alpn=alpn, serial=True)


def of_names(text):
    """Suites by IANA name, from any text that has them: one a line, or among other words."""
    return [_CODES[name] for name in re.findall(r"\bTLS_[A-Z0-9]\w+", text) if name in _CODES]


_NEW = "GCM|CCM|POLY1305|SHA256$|SHA384$"
_NOT_IN = {"SSL 3.0": _NEW, "TLS 1.0": _NEW, "TLS 1.1": _NEW + "|EXPORT", "TLS 1.2": "EXPORT|_DES_|IDEA"}


def by_version(listed, versions, suites13=()):
    """A list of suites dealt to versions as the RFCs have it: those with AEAD, SHA-256 or SHA-384 are of TLS 1.2 alone
    (RFC 5246), those for export end with TLS 1.0 (RFC 4346), DES and IDEA with 1.1 (RFC 5469)."""
    dealt = {}
    for version in versions:
        if version == "TLS 1.3":
            dealt[version] = list(suites13)
        else:
            dealt[version] = [suite for suite in listed if suite in usable(version)
                              and not re.search(_NOT_IN[version], SUITES[suite])]
    return dealt


__all__ = ["Accepts", "VERSIONS"]
