#!/usr/bin/env python3
"""What no stack of a distribution speaks any more, answered by script (scripted.py): SSL 2.0, export suites ..."""
from matrix import Dived, case
from expect import Accepts, suites
from scripted import Scripted
from servers import Pki
from tap import check, equal, main, test

pki = Pki()
RSA = pki.leaf("rsa")
V3, V10, V11, V12 = "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"
EXPORT = suites("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5",
                "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
                "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA",
                "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA")
OLD = suites("TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_IDEA_CBC_SHA",
             "TLS_RSA_WITH_DES_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_DHE_RSA_WITH_DES_CBC_SHA",
             "TLS_RSA_WITH_NULL_MD5")
RARE = suites("SSL_FORTEZZA_KEA_WITH_NULL_SHA", "TLS_KRB5_WITH_DES_CBC_MD5", "TLS_RSA_WITH_SEED_CBC_SHA")
AES = suites("TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA")
RC4, RC4_40, DES3 = 0x010080, 0x020080, 0x0700C0  # of SSL 2.0: data/ssl2.tsv


def old(name, versions, order):
    server = Scripted(RSA[0], versions, order=order)
    case(name, server.port, Accepts(versions, {version: order for version in versions}))


old("a server of 1999, its own order", {V3: OLD + EXPORT, V10: OLD + EXPORT}, "server")
old("a server of 1999, the client's order", {V3: OLD + EXPORT, V10: EXPORT + OLD}, "client")
old("SSL 3.0 alone, rare suites", {V3: RARE + OLD}, "server")
old("another list in each version",
    {V3: OLD[:2], V10: AES + OLD[:1], V11: AES, V12: AES[::-1] + suites("TLS_RSA_WITH_AES_256_GCM_SHA384")}, "server")


@test
def ssl2():
    """SSL 2.0 alone, and beside the others: it names all that it accepts, in one answer."""
    alone, beside = Scripted(RSA[0], {}, ssl2=[RC4, RC4_40, DES3]), Scripted(RSA[0], {V3: OLD, V10: AES}, ssl2=[RC4])
    for server, versions, want in ((alone, {"SSL 2.0"}, {RC4, RC4_40, DES3}), (beside, {"SSL 2.0", V3, V10}, {RC4})):
        found = Dived(server.port)
        equal(found.versions(), versions, "versions")
        equal(found.numbers("suite", "SSL 2.0"), want, "suites of SSL 2.0")
        equal(found.unknown(), [], "nothing is unknown")
    check(found.numbers("suite", V3) == set(OLD) and found.numbers("suite", V10) == set(AES), "and the others")


main()
