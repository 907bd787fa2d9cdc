#!/usr/bin/env python3
"""What no server of the distribution does behind its ServerHello: a server of our own does it, and is dived into."""
from program import dive
from servers import ADDRESS, free_port, start
from tap import check, equal, main, test

port = free_port()
start(["tests/real/sealed_server", ADDRESS, str(port)], port, log="sealed")
result = dive("--depth", "full", "--no-save", f"{ADDRESS}:{port}", timeout=60)
answers = [fact for fact in result.all("answer") if fact.get("version") == "TLS 1.3"]


def answer(question, item):
    return next((fact for fact in reversed(answers) if fact["question"] == question and item in fact["items"]), {})


def told(connection):
    return {fact["name"]: fact for fact in result.all("message") if fact["connection"] == connection}


@test
def a_compressed_certificate():
    said = answer("certificate-compression", "zlib")
    equal(said["answer"], "yes", "zlib")
    packed, whole = said["value"].split(" bytes in place of ")
    message = told(said["connection"])["CompressedCertificate"]
    equal(message["size"], int(packed) + 4 + 8, "its size on the wire")
    check(int(packed) < int(whole), "it is shorter")
    equal({answer("certificate-compression", name)["answer"] for name in ("brotli", "zstd")}, {"no"}, "the others")
    chain = [fact for fact in result.all("chain") if fact["connection"] == said["connection"]]
    equal(len(chain), 1, "the chain is known")
    equal(chain[0]["message"], message["sha256"], "by that message")


@test
def a_delegated_credential():
    said = answer("extension", "delegated_credential")
    equal((said["answer"], said["value"]),
          ("yes", "ecdsa_secp256r1_sha256, 604800 s from the certificate's notBefore on"), "delegated_credential")
    check("faults" not in said, "it is signed rightly")
    check("Finished" in told(said["connection"]), "the whole flight was read")


@test
def retry_configurations():
    said = answer("extension", "encrypted_client_hello")
    equal((said["answer"], said["value"]), ("yes", "config 7, public name public.example"), "encrypted_client_hello")


@test
def what_signs_and_with_what():
    equal(answer("scheme", "ecdsa_secp256r1_sha256")["answer"], "yes", "the scheme")
    equal([fact["key"] for fact in answers if fact["question"] == "certificate"], ["ECDSA"], "the certificate")
    equal(answer("alpn", "h2")["answer"], "no", "a protocol")


main()
