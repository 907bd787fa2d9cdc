#!/usr/bin/env python3
"""nginx, in one process with a configuration on each port."""
from expect import openssl
from matrix import case
from servers import Pki, nginx, run
from tap import main

pki = Pki()
RSA, EC = pki.leaf("rsa"), pki.leaf("ec", key="ec")
HOME_MADE, KNOWN = pki.path("dh1024.pem"), pki.path("ffdhe2048.pem")
run("openssl", "dhparam", "-dsaparam", "-out", HOME_MADE, "1024")
run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", KNOWN)
BOTH = "".join(f"ssl_certificate {pem}; ssl_certificate_key {key}; " for pem, key in (RSA, EC))
ONE = f"ssl_certificate {RSA[0]}; ssl_certificate_key {RSA[1]}; "
ECDSA = f"ssl_certificate {EC[0]}; ssl_certificate_key {EC[1]}; "
V10, V11, V12, V13 = "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"
INTERMEDIATE = ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384")
OLD = INTERMEDIATE + (":DHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
                      "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:"
                      "ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA256:"
                      "DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:"
                      "AES128-SHA:AES256-SHA:@SECLEVEL=0")
ALL = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
TWO_KINDS = {"authentication": ("RSA", "ECDSA")}
HTTP1 = ("http/1.1", "http/1.0", "http/0.9")
# name; protocols; ciphers; whether the server chooses; more lines; what openssl() is told beside
CASES = [
    ("intermediate", (V12, V13), INTERMEDIATE, False, BOTH + f"ssl_dhparam {KNOWN};", {**TWO_KINDS, "alpn": HTTP1}),
    ("old, by the generator of configurations", (V10, V11, V12, V13), OLD, True,
     BOTH + f"ssl_dhparam {KNOWN};", TWO_KINDS),
    ("legacy", (V10, V11, V12, V13), ALL, True, BOTH + f"ssl_dhparam {HOME_MADE};",
     {"authentication": ("RSA", "ECDSA", "None")}),
    ("modern", (V13,), INTERMEDIATE, False, ECDSA, {"authentication": ("ECDSA",)}),
    ("no parameters for DHE", (V12,), "ALL:!aNULL", True, ONE, {"exchange": ("RSA", "ECDH")}),
    ("one curve", (V12, V13), "ECDHE:AES128-SHA", True, ECDSA + "ssl_ecdh_curve secp384r1:prime256v1;",
     {"authentication": ("ECDSA",), "groups12": ("secp384r1", "secp256r1"), "groups13": ("secp384r1", "secp256r1")}),
    ("ChaCha20 first for those that list it first", (V12, V13), "ECDHE+AESGCM:ECDHE+CHACHA20:AES", True,
     ONE + "ssl_conf_command Options PrioritizeChaCha;", {"exchange": ("RSA", "ECDH"), "chacha": True}),
    ("ChaCha20 alone in TLS 1.3", (V13,), "ALL", True,
     ONE + "ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256; ssl_ecdh_curve X25519;",
     {"suites13": "TLS_CHACHA20_POLY1305_SHA256", "groups13": ("x25519",)}),
    ("a weak list", (V10, V12), "NULL:DES-CBC3-SHA:IDEA:SEED:@STRENGTH:@SECLEVEL=0", True,
     ONE + f"ssl_dhparam {HOME_MADE};", {"authentication": ("RSA", "None")}),
]
_WORDS = {V10: "TLSv1", V11: "TLSv1.1", V12: "TLSv1.2", V13: "TLSv1.3"}

ports = nginx([f"{more} ssl_protocols {' '.join(_WORDS[v] for v in versions)}; ssl_ciphers {ciphers}; "
               f"ssl_prefer_server_ciphers {'on' if prefer else 'off'};"
               for _, versions, ciphers, prefer, more, _ in CASES])


def accepts(versions, ciphers, prefer, told):
    def worked_out():
        more = dict(told)
        chacha = more.pop("chacha", False)
        found = openssl(versions, ciphers, "server" if prefer else "client", **more)
        if chacha:
            found.order = {version: "chacha" for version in versions}
        return found
    return worked_out


for (name, versions, ciphers, prefer, _, told), port in zip(CASES, ports):
    case(name, port, accepts(versions, ciphers, prefer, told))

main()
