"""Certificate authorities that make any mistake: certificates written as DER, and signed by openssl."""
import functools
import hashlib
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))

from certificates import (ALT_NAME, BITS, COMMON_NAME, ECDSA_SHA256, GENERALIZED, INTEGER, OCTETS,  # noqa: E402
                          PRIVATE, SEQUENCE, SET, UTF8, der, openssl)

FOLDER = tempfile.TemporaryDirectory(prefix="tlsdive-authority-")
DAY = 86400
NOW = int(time.time())
BOOLEAN, NULL, OID, UTC = 0x01, 0x05, 0x06, 0x17
TRUE = der(BOOLEAN, b"\xff")
SERVER, CLIENT = bytes.fromhex("06082b06010505070301"), bytes.fromhex("06082b06010505070302")
ANY = bytes.fromhex("0604551d2500")
USER_NAME = bytes.fromhex("060a2b060104018237140203")  # otherName userPrincipalName
SIGNATURE, CERT_SIGN, CRL_SIGN = 0x80, 0x04, 0x02  # bits of keyUsage


def algorithm(oid, *parameters):
    return der(SEQUENCE, der(OID, bytes.fromhex(oid)), *parameters)


SHA256 = algorithm("608648016503040201", der(NULL))
PSS = der(SEQUENCE, der(0xA0, SHA256), der(0xA1, algorithm("2a864886f70d010108", SHA256)),
          der(0xA2, der(INTEGER, b"\x20")))
_PSS_OPTIONS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")
# name: (AlgorithmIdentifier, the command that signs)
SCHEMES = {"ecdsa": (ECDSA_SHA256, ("dgst", "-sha256")),
           "ecdsa-sha1": (algorithm("2a8648ce3d0401"), ("dgst", "-sha1")),
           "rsa": (algorithm("2a864886f70d01010b", der(NULL)), ("dgst", "-sha256")),
           "rsa-sha1": (algorithm("2a864886f70d010105", der(NULL)), ("dgst", "-sha1")),
           "rsa-md5": (algorithm("2a864886f70d010104", der(NULL)), ("dgst", "-md5")),
           "pss": (algorithm("2a864886f70d01010a", PSS), ("dgst", "-sha256", *_PSS_OPTIONS)),
           "dsa": (algorithm("608648016503040302"), ("dgst", "-sha256")),
           "ed25519": (algorithm("2b6570"), None)}
_KINDS = {"ec": ("EC", "ec_paramgen_curve:P-256"), "rsa": ("RSA", "rsa_keygen_bits:2048"),
          "rsa1024": ("RSA", "rsa_keygen_bits:1024"), "rsa512": ("RSA", "rsa_keygen_bits:512"),
          "ed25519": ("ED25519", None)}
_SCHEME_OF = {"ec": "ecdsa", "ed25519": "ed25519", "dsa": "dsa"}


@functools.lru_cache(None)
def key(name):
    """The file of a key and its SubjectPublicKeyInfo; its kind stands before the slash of its name."""
    kind = name.split("/")[0]
    path = os.path.join(FOLDER.name, name.replace("/", "-") + ".key")
    if kind == "dsa":
        parameters = path + ".parameters"
        openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", parameters)
        openssl("genpkey", "-paramfile", parameters, "-out", path)
    else:
        kind, option = _KINDS[kind]
        openssl("genpkey", "-algorithm", kind, *(("-pkeyopt", option) if option else ()), "-out", path)
    return path, openssl("pkey", "-in", path, "-pubout", "-outform", "DER")


def sign(body, name, scheme):
    path = key(name)[0]
    if scheme != "ed25519":
        return openssl(*SCHEMES[scheme][1], "-sign", path, data=body)
    with tempfile.NamedTemporaryFile(dir=FOLDER.name) as file:
        file.write(body)
        file.flush()
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", path, "-in", file.name)


def dn(common_name):
    return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, common_name.encode()))))


def moment(days):
    """So many days from now."""
    when = time.gmtime(NOW + days * DAY)
    if when.tm_year < 2050:
        return der(UTC, time.strftime("%y%m%d%H%M%SZ", when).encode())
    return der(GENERALIZED, time.strftime("%Y%m%d%H%M%SZ", when).encode())


def extension(oid, value, critical=False):
    return der(SEQUENCE, oid if isinstance(oid, bytes) else der(OID, bytes.fromhex(oid)), TRUE if critical else b"",
               der(OCTETS, value))


def basic(ca, path_length=None, critical=True):
    length = b"" if path_length is None else der(INTEGER, bytes([path_length]))
    return extension("551d13", der(SEQUENCE, TRUE if ca else b"", length), critical)


def usage(bits):
    unused = (bits & -bits).bit_length() - 1
    return extension("551d0f", der(BITS, bytes([unused, bits])), True)


def purposes(*oids):
    return extension("551d25", der(SEQUENCE, *oids))


def dns(name):
    return der(0x82, name.encode())


def user(name):
    return der(0xA0, USER_NAME, der(0xA0, der(UTF8, name.encode())))


def names(*general, critical=False):
    return extension(ALT_NAME, der(SEQUENCE, *general), critical)


def constraints(permitted=(), excluded=()):
    trees = [der(tag, *(der(SEQUENCE, name) for name in part))
             for tag, part in ((0xA0, permitted), (0xA1, excluded)) if part]
    return extension("551d1e", der(SEQUENCE, *trees), True)


def policies(*oids):
    return extension("551d20", der(SEQUENCE, *(der(SEQUENCE, der(OID, bytes.fromhex(oid))) for oid in oids)))


def explicit_policy():
    return extension("551d24", der(SEQUENCE, der(0x80, b"\0")), True)


def unknown():
    return extension(PRIVATE, der(OCTETS, b"?"), True)


def poison():
    """That of a precertificate (RFC 6962 3.1)."""
    return extension("2b06010401d679020403", der(NULL), True)


def key_id(name):
    return hashlib.sha1(key(name)[1]).digest()


def subject_key(name):
    return extension("551d0e", der(OCTETS, key_id(name)))


def authority_key(name):
    return extension("551d23", der(SEQUENCE, der(0x80, key_id(name))))


_count = iter(range(1, 1 << 20))


class Certificate:
    """subject and issuer are common names, keys names of keys; extensions None: the version is 1."""

    def __init__(self, subject, of, extensions, by=None, days=(-10, 30), scheme=None, serial=None, spoilt=False):
        self.subject, self.key = subject, of
        issuer, signer = (by.subject, by.key) if by else (subject, of)
        kind = signer.split("/")[0]
        scheme = scheme or _SCHEME_OF.get(kind, "rsa")
        named = SCHEMES[scheme][0]
        serial = serial or b"\x4a" + next(_count).to_bytes(9, "big")
        v3 = extensions is not None
        body = der(SEQUENCE, der(0xA0, der(INTEGER, b"\2")) if v3 else b"", der(INTEGER, serial), named, dn(issuer),
                   der(SEQUENCE, moment(days[0]), moment(days[1])), dn(subject), key(of)[1],
                   der(0xA3, der(SEQUENCE, *extensions)) if v3 else b"")
        signature = sign(body + b"?" if spoilt else body, signer, scheme)
        self.der = der(SEQUENCE, body, named, der(BITS, b"\0", signature))


def _extensions(parts, changed):
    """The usual ones, with those replaced, left out (None) or added that `changed` names."""
    return [part for part in {**parts, **changed}.values() if part is not None]


def ca(subject, of, by=None, days=(-400, 3000), version1=False, scheme=None, serial=None, **changed):
    parts = {"basic": basic(True), "usage": usage(CERT_SIGN | CRL_SIGN), "subject_key": subject_key(of),
             "authority_key": authority_key(by.key) if by else None}
    return Certificate(subject, of, None if version1 else _extensions(parts, changed), by, days, scheme, serial)


def leaf(by, of="ec/leaf", subject="www.example.com", version1=False, **changed):
    own = {word: changed.pop(word) for word in ("days", "scheme", "serial", "spoilt") if word in changed}
    bits = SIGNATURE if not of.startswith("rsa") else SIGNATURE | 0x20
    parts = {"basic": basic(False), "usage": usage(bits), "purposes": purposes(SERVER),
             "names": names(dns("www.example.com")), "subject_key": subject_key(of),
             "authority_key": authority_key(by.key if by else of)}
    return Certificate(subject, of, None if version1 else _extensions(parts, changed), by, **own)
