"""What is derived from tables is up to date, and the sources keep their layers."""
import json
import os
import re
import subprocess
import sys

ROOT = os.environ.get("srcdir", ".")
TLSDIVE = os.path.abspath(os.environ.get("TLSDIVE", "tlsdive"))
sys.path.insert(0, os.path.join(ROOT, "tests/real"))

from tap import check, main, test  # noqa: E402


def says_nothing(*command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(done.returncode == 0, done.stdout)


@test
def folders_include_only_what_their_rows_allow():
    says_nothing("build-aux/lint-includes")


@test
def the_facts_are_documented_as_they_are():
    says_nothing("build-aux/facts-doc", "--check")


@test
def the_schema_refuses_what_it_does_not_know():
    import jsonschema
    with open(os.path.join(ROOT, "doc/facts.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    first = {"fact": "stream", "at": 0, "format": 1, "program": "tlsdive 0", "vantage": "here",
             "time": "2026-11-24T00:00:00Z"}
    check(validator.is_valid(first), "a good fact is refused")
    check(not validator.is_valid(first | {"unknown": 1}), "an unknown member is taken")
    check(not validator.is_valid(first | {"format": "1"}), "a wrong type is taken")
    check(not validator.is_valid(first | {"fact": "unknown"}), "an unknown kind is taken")
    del first["vantage"]
    check(not validator.is_valid(first), "a missing member is taken")


@test
def the_manual_has_the_keys_ports_and_limits():
    says_nothing("build-aux/manual", "--check", TLSDIVE)


@test
def the_manual_has_every_option_of_the_help():
    text = subprocess.run([TLSDIVE, "--help"], check=True, capture_output=True, text=True).stdout
    with open(os.path.join(ROOT, "doc/tlsdive.1"), encoding="utf-8") as file:
        manual = file.read()
    helped = set(re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text, re.M))
    explained = set(re.findall(r"^\.It Fl (?:\w .*, Fl )?-([a-z0-9-]+)", manual, re.M))
    check(len(helped) > 10, text)
    check(helped == explained, f"in only one of help and manual: {helped ^ explained}")


@test
def the_template_of_translations_has_every_message():
    says_nothing("build-aux/update-po", "--check")


main()
