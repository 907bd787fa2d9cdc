"""Runs the built program without a screen, and holds every line it writes against the JSON Schema."""
import json
import os
import socket
import subprocess
import threading

import jsonschema

from servers import ADDRESS, ROOT

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
    return dict(os.environ, XDG_STATE_HOME=os.path.join(ROOT, "state"),
                XDG_CACHE_HOME=os.path.join(ROOT, "cache"), LC_ALL="C.UTF-8", **more)


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


class Silent:
    """A port that takes connections and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server((ADDRESS, 0))
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()


class Running:
    """The program at work on these targets, its facts read one by one."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([TLSDIVE, "--format", "json", *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, env=environment())
        self.facts = []

    def until(self, **members):
        """Waits for a fact with these members, unless it has come already."""
        def fits(fact):
            return all(fact.get(k) == v for k, v in members.items())
        while not any(fits(fact) for fact in self.facts):
            line = self.process.stdout.readline()
            if not line:
                break
            self.facts.append(json.loads(line))
        else:
            return
        raise AssertionError(f"never came: {members}; {self.facts[-3:]}")

    def children(self):
        """The workers: process id by role."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        found = {}
        with open(path) as pids:
            for pid in pids.read().split():
                with open(f"/proc/{pid}/cmdline") as words:
                    words = words.read().split("\0")
                found[words[words.index("--worker") + 1]] = int(pid)
        return found

    def finish(self):
        """The rest of the facts; status and standard error."""
        timer = threading.Timer(60, self.process.kill)
        timer.start()
        self.facts += [json.loads(line) for line in self.process.stdout]
        errors = self.process.stderr.read()
        status = self.process.wait()
        timer.cancel()
        return status, errors

    def done(self):
        return {f["endpoint"]: f for f in self.facts if f["fact"] == "done"}
