#!/usr/bin/env python3
"""The reader's text of a certificate: what openssl x509 -text prints, byte for byte."""
import base64
import difflib
import json
import os
import subprocess

from servers import folder
from tap import check, equal, main, test

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
FOLDER = folder("text")
SUBJECT = "/C=US/O=Example/CN=x"
SCT = "00" + "a7" * 32 + "0000018f00000123" + "0000" + "0403" + "0020" + "30" * 32
SCTS = f"{len(SCT) // 2 + 2:04x}{len(SCT) // 2:04x}{SCT}"
SCTS2 = f"{len(SCT) + 4:04x}{len(SCT) // 2:04x}{SCT}{len(SCT) // 2:04x}{SCT}"


def octets(digits):
    """An OCTET STRING of these bytes, in hexadecimal digits."""
    size = len(digits) // 2
    return f"DER:04{size:02x}{digits}" if size < 128 else f"DER:0481{size:02x}{digits}"


EXTENSIONS = {
    "ca": "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n",
    "leaf": "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment,decipherOnly\n",
    "usage": "extendedKeyUsage=serverAuth,clientAuth,codeSigning,1.2.3.4.5,OCSPSigning,anyExtendedKeyUsage\n",
    "names": "subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,email:a@b.example,"
             "URI:https://a.example/x,RID:1.2.3.4,RID:2.5.4.3,dirName:dir,otherName:1.2.3;UTF8:x,"
             "otherName:msUPN;UTF8:u@example\n[dir]\nC=US\nO=Ex,ample\nCN=d\n",
    "issuer-names": "issuerAltName=DNS:a.example\n",
    "keys": "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always\n",
    "key": "subjectKeyIdentifier=01:02:ab\nauthorityKeyIdentifier=keyid\n",
    "points": "crlDistributionPoints=URI:http://a.example/1.crl,URI:http://a.example/2.crl\n",
    "point": "crlDistributionPoints=p,q,r\n[p]\nfullname=URI:http://a.example/1.crl,DNS:x\nreasons=keyCompromise,"
             "CACompromise\nCRLissuer=dirName:dir\n[q]\nrelativename=dir2\n[r]\nfullname=URI:http://z.example/\n"
             "[dir]\nC=US\nCN=d\n[dir2]\nCN=rel\n",
    "freshest": "freshestCRL=URI:http://a.example/d.crl\n",
    "access": "authorityInfoAccess=OCSP;URI:http://o.example,caIssuers;URI:http://i.example/ca.cer\n"
              "subjectInfoAccess=caRepository;URI:http://r.example/\n",
    "policies": "certificatePolicies=2.23.140.1.2.1,1.2.3.4,anyPolicy\n",
    "notice": "certificatePolicies=2.5.29.32.0,@p,1.2.3\n[p]\npolicyIdentifier=1.3.5.8\nCPS.1=http://c.example/\n"
              "CPS.2=http://d.example/\nuserNotice.1=@n\nuserNotice.2=@m\n[n]\nexplicitText=Some text\norganization=Org\n"
              "noticeNumbers=1,2,3\n[m]\nexplicitText=Only text\n",
    "constraints": "nameConstraints=critical,permitted;DNS:a.example,permitted;IP:192.0.2.0/255.255.255.0,"
                   "excluded;email:b.example,excluded;IP:2001:db8::/ffff:ffff::,permitted;dirName:dir\n[dir]\nC=US\n",
    "excluded": "nameConstraints=excluded;DNS:a.example\n",
    "feature": "tlsfeature=status_request,status_request_v2\n",
    "features": "tlsfeature=5,7\n",
    "poison": "1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL\n",
    "scts": f"1.3.6.1.4.1.11129.2.4.2={octets(SCTS)}\n",
    "scts2": f"1.3.6.1.4.1.11129.2.4.2={octets(SCTS2)}\n",
    "netscape": "nsCertType=client,server,objsign,sslCA\nnsComment=a comment\nnsBaseUrl=http://n.example\n",
    "constrained": "policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:0\ninhibitAnyPolicy=2\n",
    "mappings": "policyMappings=1.2.3:1.2.4,1.2.5:2.23.140.1.2.2\n",
    "no-check": "noCheck=ignored\n",
    "unknown": "1.2.3.4=ASN1:UTF8String:some text\n1.2.3.5=DER:0001020a0dff41\n",
    "broken": "2.5.29.17=DER:0102\n2.5.29.15=DER:30\n",
    "empty": "2.5.29.37=DER:3000\n2.5.29.15=DER:030100\n2.5.29.17=DER:3000\n2.5.29.35=DER:3000\n"
             "1.3.6.1.5.5.7.1.1=DER:3000\n1.3.6.1.5.5.7.1.24=DER:3000\n2.5.29.36=DER:3000\n",
    "none": "",
}
KEYS = {
    "rsa": ["RSA", "rsa_keygen_bits:2048"],
    "rsa-odd": ["RSA", "rsa_keygen_bits:1031"],
    "rsa-exponent": ["RSA", "rsa_keygen_bits:1024", "rsa_keygen_pubexp:4294967297"],
    "pss": ["RSA-PSS", "rsa_keygen_bits:1024"],
    "pss-restricted": ["RSA-PSS", "rsa_keygen_bits:1024", "rsa_pss_keygen_md:sha256", "rsa_pss_keygen_mgf1_md:sha256",
                       "rsa_pss_keygen_saltlen:32"],
    "p256": ["EC", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "ec_paramgen_curve:P-384"],
    "p521": ["EC", "ec_paramgen_curve:P-521"],
    "k256": ["EC", "ec_paramgen_curve:secp256k1"],
    "brainpool": ["EC", "ec_paramgen_curve:brainpoolP256r1"],
    "ed25519": ["ED25519"],
    "ed448": ["ED448"],
}


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **options).stdout


def key(name):
    path = os.path.join(FOLDER, name + ".key")
    if not os.path.exists(path):
        algorithm, *options = KEYS[name]
        openssl("genpkey", "-algorithm", algorithm, "-out", path,
                *[word for option in options for word in ("-pkeyopt", option)])
    return path


def made(extensions="", key_path=None, subject=SUBJECT, options=()):
    """A new certificate in DER."""
    head, _, rest = extensions.partition("[")
    config = os.path.join(FOLDER, "config")
    with open(config, "w", encoding="utf-8") as file:
        file.write("[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n[ext]\n" + head + ("[" + rest if rest else ""))
    return openssl("req", "-x509", "-new", "-key", key_path or key("p256"), "-config", config, "-subj", subject,
                   "-utf8", "-days", "30", "-outform", "DER", *(["-extensions", "ext"] if head else []), *options)


def texts(ders):
    jobs = "".join(json.dumps({"job": "text", "id": str(number), "form": "openssl",
                               "base64": base64.b64encode(der).decode()}) + "\n" for number, der in enumerate(ders))
    done = subprocess.run([TLSDIVE, "--worker", "reader"], input=jobs, capture_output=True, text=True,
                          timeout=60, check=True)
    return [fact["text"] for fact in map(json.loads, done.stdout.splitlines()) if fact["fact"] == "text"]


def same(ders):
    """Compares the texts of all certificates, by name, with those of openssl."""
    ours = texts(ders.values())
    equal(len(ours), len(ders), "answers")
    wrong = []
    for (name, der), text in zip(ders.items(), ours):
        want = openssl("x509", "-inform", "DER", "-noout", "-text", input=der).decode("utf-8", "replace")
        if text != want:
            wrong += [f"{name}:", *difflib.unified_diff(want.splitlines(), text.splitlines(), "openssl", "ours", "", "", 1)]
            if want.splitlines() == text.splitlines():
                wrong += [repr(want[-40:]), repr(text[-40:])]
    check(not wrong, "\n".join(wrong))


@test
def extensions_of_all_kinds():
    same({name: made(text) for name, text in EXTENSIONS.items()})


@test
def a_timestamp_that_is_cut_ends_the_list():
    cut = SCT[:20]
    bytes_of_list = f"{len(cut) // 2 + 2:04x}{len(cut) // 2:04x}{cut}"
    [text] = texts([made(f"1.3.6.1.4.1.11129.2.4.2={octets(bytes_of_list)}\n")])
    check("CT Precertificate SCTs: \n" in text and "Signed Certificate Timestamp" not in text, text)


@test
def keys_and_signatures_of_all_kinds():
    same({name: made(key_path=key(name)) for name in KEYS})


@test
def dsa_keys():
    parameters, path = (os.path.join(FOLDER, name) for name in ("dsa.parameters", "dsa.key"))
    openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", parameters)
    openssl("genpkey", "-paramfile", parameters, "-out", path)
    same({"dsa": made(key_path=path)})


@test
def pss_signatures():
    pss = ("-sigopt", "rsa_padding_mode:pss")
    same({salt: made(key_path=key("rsa"), options=(*pss, "-sigopt", f"rsa_pss_saltlen:{salt}", hashed))
          for salt, hashed in (("20", "-sha1"), ("32", "-sha256"), ("64", "-sha512"))})


@test
def serial_numbers():
    same({serial: made(options=("-set_serial", serial)) for serial in
          ("0", "5", "127", "128", "-5", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffffffffffffff",
           "-0x123456789012345678901234", "0x1234567890123456789012345678901234567890")})


@test
def names_with_all_that_is_escaped():
    same({subject: made(subject=subject) for subject in
          ("/CN=a, b\\+c", "/CN= blanks ", "/CN=#hash", "/CN=say \"x\"", "/CN=back\\\\slash", "/CN=Zoë €", "/CN=a=b;<c>",
           "/", "/DC=example/DC=com/UID=u/emailAddress=a@b.example/serialNumber=5/businessCategory=x",
           "/C=US/O=a+OU=b/CN=x/street=s/postalCode=1/jurisdictionC=DE",
           "/CN=tab\tand\x7f")})


if __name__ == "__main__":
    main()
