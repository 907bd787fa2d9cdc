"""What is derived from the sources is up to date, and the sources keep their layers."""
import json
import os
import subprocess
import sys

ROOT = os.environ.get("srcdir", ".")


def run(*command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def script(*command):
    """Fails with what the script printed."""
    status, output = run(*command)
    assert status == 0, output


def schema_is_valid():
    import jsonschema
    with open(os.path.join(ROOT, "doc/facts.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    first = {"fact": "stream", "at": 0, "format": 1, "program": "tlsdive 0", "vantage": "here",
             "time": "2026-11-24T00:00:00Z"}
    assert validator.is_valid(first)
    assert not validator.is_valid(first | {"unknown": 1})
    assert not validator.is_valid({key: first[key] for key in first if key != "vantage"})
    assert not validator.is_valid(first | {"fact": "unknown"})


TESTS = {
    "folders include only what their rows allow": lambda: script("build-aux/lint-includes"),
    "doc/facts.md and its schema are up to date": lambda: script("build-aux/facts-doc", "--check"),
    "the schema refuses what it does not know": schema_is_valid,
    "the template of translations is up to date": lambda: script("build-aux/update-po", "--check"),
}


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, (name, test) in enumerate(TESTS.items(), 1):
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Exception as problem:
            failed += 1
            print(f"not ok {number} - {name}")
            for line in f"{problem!r}\n{problem}".split("\n"):
                print(f"# {line}", flush=True)
    return 1 if failed else 0


sys.exit(main())
