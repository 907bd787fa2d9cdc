"""A raw hello is answered by real servers as they were configured."""
import hashlib
import json
import os
import re
import subprocess

from servers import ADDRESS, Pki, gnutls_serv, nginx, run, s_server
from tap import check, equal, main, test

ASK = "tests/real/ask_one"
pki = Pki()
RSA = pki.leaf("rsa")
EC = pki.leaf("ec", key="ec")
LOW = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"

VERSIONS = {0x300: "-ssl3", 0x301: "-tls1", 0x302: "-tls1_1", 0x303: "-tls1_2", 0x304: "-tls1_3"}
SCHEMES = "schemes=0403,0503,0603,0804,0805,0806,0401,0501,0601,0203,0201,0807,0808"
GROUPS = "groups=1d,17,18,19,1e"


def ask(port, version, *words):
    out = subprocess.run([ASK, ADDRESS, str(port), f"{version:x}", *words], capture_output=True, text=True,
                         check=True, timeout=60).stdout
    return json.loads(out)


def suites(*codes):
    return "suites=" + ",".join(f"{code:x}" for code in codes)


def members(reply, **want):
    got = {name: reply[name] for name in want}
    equal(got, want, str(reply))


def leaf_of(pem):
    der = subprocess.run(["openssl", "x509", "-in", pem, "-outform", "DER"], capture_output=True,
                         check=True).stdout
    return hashlib.sha256(der).hexdigest()


OLD = suites(0xC014, 0xC013, 0x35, 0x2F, 0xFF)
TLS12 = suites(0xC02F, 0xC030, 0x9E, 0x9C, 0x2F, 0xFF)
TLS13 = suites(0x1301, 0x1302, 0x1303)


@test
def each_version_alone():
    """A server of one version chooses it, also where a higher one is asked for; below, and of TLS 1.3, it
    gives an alert."""
    for version in (0x301, 0x302, 0x303, 0x304):
        port = s_server(*RSA, VERSIONS[version], "-cipher", LOW)
        for asked in (0x300, 0x301, 0x302, 0x303, 0x304):
            offer = TLS13 if asked == 0x304 else TLS12 if asked == 0x303 else OLD
            reply = ask(port, asked, offer, GROUPS, SCHEMES)
            if asked == version == 0x304:
                members(reply, kind="retry", version=version, reason=None)
            elif version <= asked < 0x304:
                members(reply, kind="chosen", version=version, reason=None)
            else:
                equal(reply["kind"], "alert", f"{asked:x} of {version:x}: {reply}")


@test
def suites_as_configured():
    """Each suite of the server's list is chosen where it is offered alone, and others are refused."""
    port = s_server(*RSA, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA256:AES128-SHA")
    for code in (0xC02F, 0x6B, 0x2F):
        reply = ask(port, 0x303, suites(code, 0xFF), GROUPS, SCHEMES)
        members(reply, kind="chosen", suite=code, leaf=leaf_of(RSA[0]), alert=-1)
    for code in (0xC030, 0x35, 0xC02B, 0x5):
        members(ask(port, 0x303, suites(code, 0xFF), GROUPS, SCHEMES), kind="alert", alert=40)


@test
def groups_and_schemes_of_tls12():
    port = s_server(*RSA, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-groups", "P-384:X25519",
                    "-sigalgs", "RSA-PSS+SHA512:RSA+SHA256")
    for group in (0x18, 0x1D):
        members(ask(port, 0x303, TLS12, f"groups={group:x}", SCHEMES), kind="chosen", group=group)
    members(ask(port, 0x303, TLS12, "groups=17", SCHEMES), kind="alert")
    for scheme in (0x806, 0x401):
        members(ask(port, 0x303, TLS12, GROUPS, f"schemes={scheme:x}"), kind="chosen", scheme=scheme)
    members(ask(port, 0x303, TLS12, GROUPS, "schemes=601"), kind="alert")


@test
def primes():
    """One of the server's own, and the well-known one that OpenSSL has by itself (RFC 3526, 2048 bits)."""
    params = os.path.join(pki.dir, "dh.pem")
    run("openssl", "dhparam", "-out", params, "768")
    text = run("openssl", "dhparam", "-in", params, "-noout", "-text")
    prime = bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"P: *([0-9a-f:\s]*)G:", text).group(1))).lstrip(b"\0")
    port = gnutls_serv(*RSA, "--dhparams", params, "--priority",
                       "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:%PROFILE_VERY_WEAK")
    members(ask(port, 0x303, suites(0x9E), SCHEMES), kind="chosen", suite=0x9E, bits=768, group=-1,
            prime=hashlib.sha256(prime).hexdigest())
    port = s_server(*RSA, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")
    pi = "FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879" \
         "8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B" \
         "0BFF5CB6 F406B7ED EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05 98DA4836" \
         "1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB 9ED52907 7096966D 670C354E 4ABC9804" \
         "F1746C08 CA18217C 32905E46 2E36CE3B E39E772C 180E8603 9B2783A2 EC07A28F B5C55DF0 6F4C52C9 DE2BCBF6" \
         "95581718 3995497C EA956AE5 15D22618 98FA0510 15728E5A 8AACAA68 FFFFFFFF FFFFFFFF"
    members(ask(port, 0x303, suites(0x9E), SCHEMES), kind="chosen", bits=2048,
            prime=hashlib.sha256(bytes.fromhex(pi)).hexdigest())


@test
def groups_of_tls13():
    """Without a share the server asks for one of its groups; with ours it goes on."""
    names = {0x17: "P-256", 0x18: "P-384", 0x19: "P-521", 0x1D: "X25519", 0x1E: "X448", 0x100: "ffdhe2048",
             0x101: "ffdhe3072", 0x102: "ffdhe4096", 0x103: "ffdhe6144", 0x104: "ffdhe8192"}
    everything = "groups=" + ",".join(f"{code:x}" for code in names)
    for code, name in names.items():
        port = s_server(*RSA, "-tls1_3", "-groups", name)
        members(ask(port, 0x304, TLS13, everything, SCHEMES), kind="retry", group=code, reason=None)
        reply = ask(port, 0x304, TLS13, everything, SCHEMES, f"shares={code:x}")
        members(reply, kind="chosen", group=code, version=0x304, reason=None)
        other = 0x17 if code != 0x17 else 0x18
        members(ask(port, 0x304, TLS13, f"groups={other:x}", SCHEMES), kind="alert")


@test
def suites_of_tls13():
    port = s_server(*EC, "-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384")
    members(ask(port, 0x304, TLS13, GROUPS, SCHEMES), kind="retry", suite=0x1302)
    members(ask(port, 0x304, suites(0x1301, 0x1303), GROUPS, SCHEMES), kind="alert", alert=40)


@test
def gnutls():
    port = gnutls_serv(*RSA, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.2:+VERS-TLS1.3:"
                       "-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-SECP384R1:-KX-ALL:+DHE-RSA:+ECDHE-RSA")
    members(ask(port, 0x301, OLD, GROUPS, SCHEMES), kind="alert", alert=70)
    members(ask(port, 0x302, OLD, GROUPS, SCHEMES), kind="chosen", version=0x302, suite=0xC014, group=0x18)
    members(ask(port, 0x303, TLS12, GROUPS, SCHEMES), kind="chosen", group=0x18)
    members(ask(port, 0x303, suites(0x9E), "groups=100", SCHEMES), kind="chosen", bits=2048)
    members(ask(port, 0x304, TLS13, GROUPS, SCHEMES), kind="retry", group=0x18)
    members(ask(port, 0x304, TLS13, "groups=100", SCHEMES, "shares=100"), kind="chosen", group=0x100)


@test
def nginx_half_closed_and_in_pieces():
    conf = "ssl_certificate %s; ssl_certificate_key %s;" % RSA
    (port,) = nginx([conf + " ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client optional;"
                     f" ssl_client_certificate {pki.ca};"])
    for words in ((), ("half-close",), ("fragment=7",), ("half-close", "fragment=40")):
        members(ask(port, 0x303, TLS12, GROUPS, SCHEMES, *words), kind="chosen", asked=True, reason=None)
        members(ask(port, 0x304, TLS13, GROUPS, SCHEMES, *words), kind="retry", reason=None)
        members(ask(port, 0x301, OLD, GROUPS, SCHEMES, *words), kind="alert", alert=70)


@test
def without_extensions():
    port = s_server(*RSA, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
    members(ask(port, 0x303, suites(0x2F, 0xFF), "bare"), kind="chosen", suite=0x2F)


@test
def ssl2_is_refused():
    """No server of the distribution speaks it: an alert or a close is the answer."""
    port = s_server(*RSA)
    reply = ask(port, 0x2, "suites=010080,0700c0")
    check(reply["kind"] in ("alert", "closed"), str(reply))


main()
