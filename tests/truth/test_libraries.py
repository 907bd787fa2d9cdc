#!/usr/bin/env python3
"""haproxy, stunnel and Python, which use OpenSSL in their own ways; lighttpd with mbedTLS and with wolfSSL; NSS; Botan;
BearSSL; Erlang."""
import socket
import ssl
import threading

from matrix import case, skipped
import stacks
from expect import OPENSSL_FFDHE, OPENSSL_GROUPS, Accepts, by_version, groups, of_names, openssl, suites
from servers import ADDRESS, Pki, run, write
from tap import main

pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
V10, V11, V12, V13 = "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"
LEGACY = (V10, V11, V12, V13)


def needs(*programs):
    """A decorator for what makes cases: done at once, or said to be left out."""
    def decorate(make):
        reason = stacks.missing(*programs)
        if reason:
            skipped(make.__name__, reason)
        else:
            make()
    return decorate


@needs("haproxy")
def haproxy():
    both = stacks.joined(*RSA)
    ports = stacks.haproxy([
        f"crt {both} alpn h2,http/1.1", f"crt {both} ssl-min-ver TLSv1.0 ciphers ALL:@SECLEVEL=0",
        f"crt {both} ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2 ciphers ECDHE+AESGCM:DHE+AESGCM:AES128-SHA"
        " curves X25519:P-256 prefer-client-ciphers"])
    # where it chooses, it has OpenSSL's SSL_OP_PRIORITIZE_CHACHA (its manual: prefer-client-ciphers)
    case("haproxy as it comes", ports[0], lambda: openssl((V12, V13), "DEFAULT", "chacha", alpn=("h2", "http/1.1")))
    case("haproxy with all that it can", ports[1], lambda: openssl(LEGACY, "ALL:@SECLEVEL=0", "chacha",
                                                                   authentication=("RSA", "None")))
    case("haproxy, the client's order", ports[2], lambda: openssl(
        (V12,), "ECDHE+AESGCM:DHE+AESGCM:AES128-SHA", groups12=("x25519", "secp256r1")))


@needs("stunnel")
def stunnel():
    ports = stacks.stunnel(*RSA, [
        ["ciphers = ALL:@SECLEVEL=0", "securityLevel = 0", "sslVersionMin = TLSv1"],
        ["ciphers = ECDHE+AESGCM:AES", "securityLevel = 1", "sslVersionMin = TLSv1", "curves = P-521:X25519",
         "ciphersuites = TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"],
        ["sslVersion = TLSv1.3", "curves = X448:P-256",
         "ciphersuites = TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"]])
    # its own list of curves: doc of "curves" in stunnel(8)
    case("stunnel with all that it can", ports[0], lambda: openssl(
        LEGACY, "ALL:@SECLEVEL=0", groups13=OPENSSL_GROUPS, authentication=("RSA", "None")))
    # TLS 1.0 and 1.1 are switched on, and every suite of them fails with internal_error at this security level
    case("stunnel whose old versions cannot work", ports[1], lambda: openssl(
        (V12, V13), "ECDHE+AESGCM:AES", groups12=("secp521r1", "x25519"), groups13=("secp521r1", "x25519"),
        suites13="TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", authentication=("RSA", "None"),
        failing=(V10, V11)))
    case("stunnel, TLS 1.3 alone", ports[2], lambda: openssl(
        (V13,), "", groups13=("x448", "secp256r1"), suites13="TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"))


def python(context):
    """A server of Python's ssl module, which closes without a word where nothing can be agreed on."""
    listener = socket.create_server((ADDRESS, 0), backlog=64)

    def serve():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection):
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)
        except OSError:
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def python_contexts():
    one = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    one.load_cert_chain(*EC)
    one.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    one.set_alpn_protocols(["http/1.1"])
    two = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    two.load_cert_chain(*RSA)
    two.minimum_version = two.maximum_version = ssl.TLSVersion.TLSv1_2
    two.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    two.set_ciphers("AES256:AES128:@STRENGTH")

    def own_words(context, versions, kinds, **more):
        listed = [entry for entry in context.get_ciphers() if entry["kea"] in ("kx-any", "kx-rsa", "kx-ecdhe")
                  and entry["auth"] in kinds]
        found = {version: [entry["id"] & 0xFFFF for entry in listed if (entry["protocol"] == "TLSv1.3")
                           == (version == V13)] for version in versions}
        return Accepts(suites=found, order={v: "server" for v in versions}, **more)
    curves = groups(*OPENSSL_GROUPS)
    # below TLS 1.3 a client must take the certificate's curve, and then gets that before those ranked below it
    case("Python as it comes", python(one), lambda: own_words(
        one, (V12, V13), ("auth-any", "auth-ecdsa"), alpn=("http/1.1",),
        groups={V12: groups("x25519", "secp256r1"), V13: curves + groups(*OPENSSL_FFDHE)}, group_order={V13: "server"}))
    case("Python, TLS 1.2 alone", python(two), lambda: own_words(two, (V12,), ("auth-rsa",), groups={V12: curves}))


python_contexts()


@needs("lighttpd")
def lighttpd():
    mbed = ("TLS-ECDHE-RSA-WITH-CHACHA20-POLY1305-SHA256:TLS-RSA-WITH-AES-128-CCM-8:"
            "TLS-DHE-RSA-WITH-AES-256-GCM-SHA384:TLS-ECDHE-RSA-WITH-CAMELLIA-128-GCM-SHA256:"
            "TLS-RSA-WITH-CAMELLIA-256-CBC-SHA:TLS-RSA-WITH-3DES-EDE-CBC-SHA")
    ecdsa = ("TLS-ECDHE-ECDSA-WITH-AES-256-CCM:TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256:"
             "TLS-ECDHE-ECDSA-WITH-AES-128-CBC-SHA")
    null = suites("TLS_NULL_WITH_NULL_NULL")  # wolfSSL's ServerHello names it where nothing else fits
    few = suites("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                 "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")
    # lighttpd's own string has CHACHA20, and that brings wolfSSL's suites with a pre-shared key, which it chooses
    # though it has none
    usual = suites("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                   "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                   "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
                   "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256")
    usual13 = suites("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
                     "TLS_AES_128_CCM_SHA256")
    for name, module, pair, command, accepts in (
            ("mbedTLS", "mod_mbedtls", RSA,
             {"MinProtocol": "TLSv1.2", "CipherString": mbed, "Curves": "secp384r1:x25519"},
             Accepts({V12: of_names(mbed.replace("-", "_"))}, {V12: "server"}, {V12: groups("secp384r1", "x25519")},
                     {V12: "server"})),
            ("mbedTLS, an ECDSA certificate", "mod_mbedtls", EC,
             {"MinProtocol": "TLSv1.2", "CipherString": ecdsa, "Curves": "secp256r1"},
             Accepts({V12: of_names(ecdsa.replace("-", "_"))}, {V12: "server"}, {V12: groups("secp256r1")})),
            ("wolfSSL, TLS 1.3 alone", "mod_wolfssl", EC, {"MinProtocol": "TLSv1.3", "Curves": "secp256r1"},
             Accepts({V13: usual13}, {V13: "server"})),  # Curves does not hold in TLS 1.3
            ("wolfSSL", "mod_wolfssl", RSA, {
                "MinProtocol": "TLSv1.2", "MaxProtocol": "TLSv1.2", "Curves": "secp384r1",
                "CipherString": "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"},
             Accepts({V12: few + null}, {V12: few}, {V12: groups("secp384r1")})),
            ("wolfSSL as it comes", "mod_wolfssl", RSA, {}, Accepts({V12: usual + null, V13: usual13}))):
        port = stacks.lighttpd(module, *pair, command)
        case(f"lighttpd with {name}", port, accepts)


@needs("selfserv", "certutil", "pk12util")
def nss():
    names = ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
             "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
             "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
             "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5")  # in the order of ssl3_cipherSuites, NSS's own
    codes = suites(*names)
    words = "".join(f":{code:04X}" for code in codes)
    curves = groups("x25519", "secp256r1", "secp384r1", "secp521r1")
    old = ("SSL 3.0", V10, V11, V12)
    case("NSS, RC4 and 3DES", stacks.selfserv([RSA, EC], "-V", "tls1.0:tls1.2", "-H", "1", "-c", words), Accepts(
        by_version(codes, (V10, V11, V12)), {v: "server" for v in (V10, V11, V12)}, {V12: curves}, {V12: "server"}))
    few = suites("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA",
                 "TLS_RSA_WITH_3DES_EDE_CBC_SHA")
    case("NSS from SSL 3.0", stacks.selfserv([RSA], "-V", "ssl3:tls1.2", "-I", "P256,x25519", "-c",
                                             "".join(f":{code:04X}" for code in few)),
         Accepts(by_version(few, old), {v: "server" for v in old}, {V12: groups("secp256r1", "x25519")},
                 {V12: "server"}))
    case("NSS, TLS 1.3 alone", stacks.selfserv([EC], "-V", "tls1.3:tls1.3", "-I", "P384,FF2048,x25519"),
         Accepts({V13: suites("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384")},
                 {V13: "server"}, {V13: groups("secp384r1", "ffdhe2048", "x25519")}, {V13: "server"}))


@needs("botan")
def botan():
    policy = write(pki.path("policy"), """allow_tls10 = true
allow_tls11 = true
allow_tls12 = true
ciphers = AES-256/GCM AES-256/OCB(12) ChaCha20Poly1305 AES-128 3DES Camellia-128/GCM ARIA-256/GCM
macs = AEAD SHA-256 SHA-1
key_exchange_methods = CECPQ1 ECDH DH RSA
signature_methods = RSA ECDSA IMPLICIT
signature_hashes = SHA-512 SHA-256 SHA-1
key_exchange_groups = x25519 secp256r1 secp384r1 ffdhe/ietf/2048
server_uses_own_ciphersuite_preferences = true
""")

    def listed(version, policy):
        names = run("botan", "tls_ciphers", f"--policy={policy}", f"--version=tls{version[4:]}").split()
        return of_names(" ".join("TLS_" + name for name in names if "ECDSA" not in name))

    def accepts(versions, policy, *curves):
        return Accepts({v: listed(v, policy) for v in versions}, {v: "server" for v in versions},
                       {V12: groups(*curves)}, {V12: "server"})
    case("Botan, rare suites", stacks.botan(*RSA, policy),
         lambda: accepts((V10, V11, V12), policy, "x25519", "secp256r1", "secp384r1"))
    case("Botan as it comes", stacks.botan(*RSA), lambda: accepts(
        (V12,), "default", "x25519", "secp256r1", "brainpoolP256r1", "secp384r1", "brainpoolP384r1", "secp521r1",
        "brainpoolP512r1"))


def bear():
    program = stacks.bear_build()
    if not program:
        skipped("BearSSL", "no compiler, or no BearSSL")
        return
    # bearssl_ssl.h says of each profile which suites it has
    full = suites(
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CCM",
        "TLS_RSA_WITH_AES_256_CCM", "TLS_RSA_WITH_AES_128_CCM_8", "TLS_RSA_WITH_AES_256_CCM_8",
        "TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA")
    versions = (V10, V11, V12)
    # a reset is what it has for SSL 2.0, and that says nothing
    case("BearSSL, its full profile", stacks.bear(program, *RSA, "full_rsa"), Accepts(
        by_version(full, versions), {v: "client" for v in versions},
        {V12: groups("x25519", "secp256r1", "secp384r1", "secp521r1")}, {V12: "server"}, failing=("SSL 2.0",),
        serial=True))
    case("BearSSL, its smallest profile", stacks.bear(program, *RSA, "minr2g"), Accepts(
        {V12: suites("TLS_RSA_WITH_AES_128_GCM_SHA256")}, failing=("SSL 2.0",), serial=True))


bear()


@needs("escript")
def erlang():
    found = stacks.erlang([("tlsv1.2,tlsv1.3", "default", "client", *EC),
                           ("tlsv1,tlsv1.1,tlsv1.2", "all", "server", *RSA)])

    def accepts(own, kinds, order):
        # Erlang lists this one, and then refuses it with insufficient_security, asked alone as well
        refused = "TLS_RSA_PSK_WITH_3DES_EDE_CBC_SHA"
        listed = {version: [code for name in names.split(",") for code in of_names(name) if name != refused
                            and name.startswith(("TLS_AES_", "TLS_CHACHA20_") if version == V13 else kinds)]
                  for version, names in own.items()}
        return Accepts(listed, {version: order for version in listed})
    case("Erlang as it comes", found[0][0],
         lambda: accepts(found[0][1], ("TLS_ECDHE_ECDSA_", "TLS_ECDH_RSA_"), "client"))
    # it has neither users for SRP nor a certificate for the others; it chooses SRP with AES all the same, in front of
    # most others, and then refuses
    case("Erlang, all that it can", found[1][0],
         lambda: accepts(found[1][1], ("TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_"), "server"))


main()
