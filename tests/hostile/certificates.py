"""Certificates for the hostile server: ordinary ones by openssl, and strange ones written as DER."""
import base64
import os
import subprocess


def openssl(*command, data=None):
    return subprocess.run(["openssl", *command], check=True, capture_output=True, input=data).stdout


def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    length = bytes([size]) if size < 128 else None
    if length is None:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + body


SEQUENCE, SET, UTF8, INTEGER, BITS, OCTETS, GENERALIZED = 0x30, 0x31, 0x0C, 0x02, 0x03, 0x04, 0x18
ECDSA_SHA256 = der(SEQUENCE, bytes.fromhex("06082a8648ce3d040302"))
COMMON_NAME = bytes.fromhex("0603550403")
ALT_NAME = bytes.fromhex("0603551d11")
PRIVATE = bytes.fromhex("060a2b0601040183f8700101")


def pem(label, data):
    return f"-----BEGIN {label}-----\n{base64.encodebytes(data).decode()}-----END {label}-----\n"


def make(folder, common_name, names, padding=0):
    """A self-signed certificate for these bytes, with its key, in one file; and with an extension of so
    many bytes."""
    path = os.path.join(folder, f"{len(os.listdir(folder))}.pem")
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    public = openssl("pkey", "-pubout", "-outform", "DER", data=key)
    name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, common_name))))
    alternatives = der(SEQUENCE, *(der(0x82, n) for n in names))
    filler = der(SEQUENCE, PRIVATE, der(OCTETS, der(OCTETS, b"x" * padding))) if padding else b""
    extensions = der(SEQUENCE, der(SEQUENCE, ALT_NAME, der(OCTETS, alternatives)), filler)
    body = der(SEQUENCE, der(0xA0, der(INTEGER, b"\2")), der(INTEGER, b"\x01\x02"), ECDSA_SHA256, name,
               der(SEQUENCE, der(GENERALIZED, b"20240101000000Z"), der(GENERALIZED, b"20990101000000Z")),
               name, public, der(0xA3, extensions))
    keyfile = path + ".key"
    with open(keyfile, "wb") as out:
        out.write(key)
    signature = openssl("dgst", "-sha256", "-sign", keyfile, data=body)
    whole = der(SEQUENCE, body, ECDSA_SHA256, der(BITS, b"\0", signature))
    with open(path, "w") as out:
        out.write(pem("CERTIFICATE", whole) + key.decode())
    return path
