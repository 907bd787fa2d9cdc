"""Runs the built program without a screen, and holds every line it writes against the JSON Schema."""
import json
import os
import subprocess

import jsonschema

from servers import ROOT

TLSDIVE = os.environ.get("TLSDIVE", "./tlsdive")
_SOURCES = os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))

with open(os.path.join(_SOURCES, "doc", "facts.schema.json")) as schema:
    VALIDATOR = jsonschema.Draft202012Validator(json.load(schema))


class Result:
    def __init__(self, facts, status, errors):
        self.facts, self.status, self.errors = facts, status, errors

    def all(self, kind, endpoint=None):
        return [f for f in self.facts if f["fact"] == kind and endpoint in (None, f.get("endpoint"))]

    def one(self, kind, endpoint=None):
        """The last fact of a kind: what holds in the end."""
        found = self.all(kind, endpoint)
        if not found:
            raise AssertionError(f"no {kind} fact for {endpoint}; done: {self.all('done')}; {self.errors}")
        return found[-1]

    def endpoint(self, port):
        return next(f["endpoint"] for f in self.all("endpoint") if f["port"] == port)

    def rules(self, endpoint=None):
        return {f["rule"] for f in self.all("finding", endpoint)}


def environment(**more):
    return dict(os.environ, XDG_STATE_HOME=os.path.join(ROOT, "state"), LC_ALL="C.UTF-8", **more)


def dive(*arguments, timeout=60, text=None):
    """tlsdive --format json with these arguments: every line valid, the stream whole."""
    process = subprocess.run([TLSDIVE, "--format", "json", *arguments], capture_output=True, text=True,
                             timeout=timeout, env=environment(), input=text,
                             stdin=subprocess.DEVNULL if text is None else None)
    facts = [json.loads(line) for line in process.stdout.splitlines()]
    for fact in facts:
        errors = sorted(VALIDATOR.iter_errors(fact), key=str)
        if errors:
            raise AssertionError(f"{errors[0].message[:500]} in {json.dumps(fact)[:800]}")
    return Result(facts, process.returncode, process.stderr)
