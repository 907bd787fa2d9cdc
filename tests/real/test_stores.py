#!/usr/bin/env python3
"""The reader's trust stores: where they come from, and which of them counts."""
import base64
import json
import os
import re
import subprocess
import time

from servers import Pki, folder, run
from tap import check, equal, main, test

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
pki = Pki()
FOLDER = folder("stores")
LEAF = pki.leaf("leaf")[0]
OTHER = Pki("other")
SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
JAVA = "/etc/ssl/certs/java/cacerts"


def ders(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", file.read(), re.S)
    return ["".join(block.split()) for block in blocks]


def judge(*options, chains=None):
    """The facts of a verify job for each chain."""
    now = int(time.time())
    jobs = "".join(json.dumps({"job": "verify", "id": "1", "endpoint": "e1", "connection": "e1.1",
                               "certificates": chain, "time": now}) + "\n" for chain in chains or [ders(LEAF)[:1]])
    done = subprocess.run([TLSDIVE, "--worker", "reader", *options], input=jobs, capture_output=True, text=True,
                          timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def verdicts(*options, chains=None):
    facts = judge(*options, chains=chains)
    equal([fact["args"] for fact in facts if fact["fact"] == "error"], [], "errors")
    return [fact for fact in facts if fact["fact"] == "verdict"]


def names(all_verdicts):
    return [(one["store"], one["primary"], one["trusted"]) for one in all_verdicts]


@test
def the_systems_store_is_the_default():
    [verdict] = verdicts()
    equal((verdict["store"], verdict["primary"], verdict["trusted"]), ("system", True, False), "verdict")
    equal(verdict["roots"], len(set(ders(SYSTEM))), "roots")


@test
def files_stand_side_by_side():
    equal(names(verdicts("--ca-file", pki.ca, "--ca-file", OTHER.ca)),
          [(pki.ca, True, True), (OTHER.ca, False, False)], "two files")
    equal(names(verdicts("--stores", "system", "--ca-file", OTHER.ca)),
          [(OTHER.ca, True, False), ("system", False, False)], "what the user has counts first")


@test
def a_folder_is_a_store():
    roots = folder("roots")
    for number, path in enumerate((pki.ca, OTHER.ca)):
        with open(os.path.join(roots, f"{number}.pem"), "w", encoding="ascii") as file:
            subprocess.run(["cat", path], stdout=file, check=True)
    with open(os.path.join(roots, "notes"), "w", encoding="ascii") as file:
        file.write("no certificate\n")
    [verdict] = verdicts("--ca-path", roots)
    equal((verdict["store"], verdict["roots"], verdict["trusted"]), (roots, 2, True), "folder")


@test
def own_roots_only():
    [verdict] = verdicts("--trust-only", pki.ca)
    check(verdict["private"] and verdict["trusted"], "private")
    [verdict] = verdicts("--ca-file", pki.ca)
    check("private" not in verdict, "a file beside the public stores is not private")


@test
def java_keeps_two_forms():
    jks, p12 = os.path.join(FOLDER, "roots.jks"), os.path.join(FOLDER, "roots.p12")
    for kind, path in (("jks", jks), ("pkcs12", p12)):
        run("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", pki.ca, "-keystore", path,
            "-storetype", kind, "-storepass", "changeit")
        [verdict] = verdicts("--ca-file", path)
        equal((verdict["roots"], verdict["trusted"]), (1, True), kind)
    listed = subprocess.check_output(["keytool", "-list", "-keystore", JAVA, "-storepass", "changeit"],
                                     text=True, stderr=subprocess.DEVNULL)
    [verdict] = verdicts("--stores", "java")
    equal(verdict["roots"], listed.count("trustedCertEntry"), "roots of Java's own")


@test
def a_private_key_in_a_key_store_is_no_root():
    path = os.path.join(FOLDER, "own.jks")
    run("keytool", "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=own", "-keystore", path,
        "-storetype", "jks", "-storepass", "changeit")
    run("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", pki.ca, "-keystore", path,
        "-storepass", "changeit")
    [verdict] = verdicts("--ca-file", path)
    equal((verdict["roots"], verdict["trusted"]), (1, True), "the trusted entry alone")


@test
def mozillas_roots_have_dates():
    """Those of the distribution are the same roots, and do not."""
    def dates(store):
        found = verdicts("--stores", store, chains=[[root] for root in ders(SYSTEM)])
        return {step["distrust_after"] for verdict in found for step in verdict["path"] if "distrust_after" in step}
    equal(dates("system"), set(), "system")
    check(dates("mozilla"), "no root with a date")


@test
def what_cannot_be_read_is_said():
    path = os.path.join(FOLDER, "nothing")
    with open(path, "w", encoding="ascii") as file:
        file.write("nothing\n")
    error, verdict, *_ = judge("--ca-file", path)
    equal((error["code"], verdict["roots"]), ("store-unavailable", 0), "no certificate in it")
    check(path in error["args"]["what"], error)


main()
