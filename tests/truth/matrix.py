"""The matrix: each case is a server, and what it must be found to accept; compared with what tlsdive says.

  TRUTH=prober tests/truth/test_nginx.py      lets the prober answer in tlsdive's place: who is wrong?"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "real"))

from expect import groups, suites  # noqa: E402  (finds its folder by the path above)
from prober import GROUPS, SUITES, VERSIONS, Survey, usable  # noqa: E402
from program import dive  # noqa: E402
from servers import ADDRESS  # noqa: E402
from tap import Skip, check, equal, test  # noqa: E402

class Answers:
    """The answers of a dive, folded: of several to one question about one item, the last counts. An item is its
    number where it has one, else its name."""

    def __init__(self, result, endpoint):
        self.facts = result.all("answer", endpoint)
        self.over = [f for f in result.all("dive", endpoint) if f["event"] == "over"]
        self.said = {}
        for fact in self.facts:
            whole = fact["question"].endswith("-order")
            for item in [None] if whole else fact.get("codes") or fact["items"]:
                self.said[fact["question"], fact.get("version"), fact.get("key"), item] = fact

    def items(self, question, version=None, answer="yes"):
        """What was answered so."""
        return {item for (q, v, _, item), fact in self.said.items()
                if q == question and v == version and fact["answer"] == answer}

    def order(self, question, version):
        return self.said.get((question, version, None, None))

    def value(self, question, item, version=None):
        """The answer to a question that is put once for an item: (answer, value)."""
        fact = self.said.get((question, version, None, item), {})
        return fact.get("answer"), fact.get("value")


class Dived:
    """What tlsdive says of a server."""

    def __init__(self, port, *more, address=ADDRESS):
        self.result = dive("--depth", "full", "--no-save", *more, f"{address}:{port}", timeout=120)
        self.answers = Answers(self.result, self.result.endpoint(port))
        check(self.answers.over, f"the dive is over: {self.result.all('dive')[-2:]}; {self.result.errors}")
        over = self.answers.over[-1]
        equal(over["result"], "finished", f"how the dive ended: {over}; {self.result.errors}")

    def versions(self):
        return {fact["items"][0] for (question, *_), fact in self.answers.said.items()
                if question == "version" and fact["answer"] == "yes"}

    def numbers(self, question, version, answer="yes"):
        return self.answers.items(question, version, answer)

    def unknown(self):
        """(version, what is not known and why)."""
        return sorted((fact["items"][0] if question == "version" else version or "",
                       f"{question} {item}: {fact.get('reason')}")
                      for (question, version, _, item), fact in self.answers.said.items()
                      if fact["answer"] == "unknown" and question in ("version", "suite", "group"))

    def order(self, question, version):
        """The server's order: numbers; "client"; or None where it is not known."""
        fact = self.answers.order(question + "-order", version)
        if fact is None or fact["answer"] == "unknown":
            return None
        return fact["codes"] if fact["answer"] == "yes" else "client"

    def alpn(self):
        return {item for (question, _, _, item), fact in self.answers.said.items()
                if question == "alpn" and fact["answer"] == "yes"}

    def chacha_first(self):
        return any(fact["question"] == "suite-order" and "ChaCha20 first" in fact.get("value", "")
                   for fact in self.answers.said.values())


class Probed:
    """The same of the prober, which asks for each item alone."""

    def __init__(self, port, parallel):
        self.survey = Survey(ADDRESS, port, parallel)

    def versions(self):
        return {version for version in VERSIONS if self.survey.suites[version]}

    def numbers(self, question, version, answer="yes"):
        found = (self.survey.suites if question == "suite" else self.survey.groups).get(version, set())
        return found if answer == "yes" else set(usable(version)) - found

    def unknown(self):
        return []

    def order(self, question, version):
        order = (self.survey.order if question == "suite" else self.survey.group_order).get(version)
        return order or "client"

    def alpn(self):
        return self.survey.alpn

    def chacha_first(self):
        return self.survey.chacha_first


def _named(question, numbers):
    names = SUITES if question == "suite" else GROUPS
    return [names.get(number, str(number)) for number in numbers]


def _same(question, version, got, want):
    extra, missing = sorted(got - want), sorted(want - got)
    check(not extra and not missing, f"{question}s of {version}: {len(got)} found of {len(want)}; "
          f"missing {_named(question, missing)}, too many {_named(question, extra)}")


def _same_order(question, version, got, want, kind):
    if isinstance(kind, list):
        want, kind = kind, "server"
    if len(want) < 2 or kind is None:
        return
    if kind == "client":
        equal(got if got in ("client", None) else _named(question, got), "client", f"{question}-order of {version}")
    else:
        check(isinstance(got, list), f"{question}-order of {version}: {got}, want {_named(question, want)}")
        equal(_named(question, got), _named(question, want), f"{question}-order of {version}")


def compare(found, accepts):
    """found: Dived or Probed. Every difference is an AssertionError."""
    want = {version for version, list_ in accepts.suites.items() if list_}
    equal(found.versions(), want, "versions")
    unknown = [entry for entry in found.unknown() if entry[0] not in accepts.failing]
    equal(unknown, [], "nothing is unknown")
    for version in VERSIONS:
        have = set(accepts.suites.get(version, ()))
        _same("suite", version, found.numbers("suite", version), have)
        if not have:
            continue
        refused = found.numbers("suite", version, "no")
        check(not refused & have, "none is both")
        silent = set(usable(version)) - refused - have
        check(not silent, f"every suite of {version} has an answer, but not {_named('suite', sorted(silent))}")
        _same_order("suite", version, found.order("suite", version), accepts.suites[version],
                    accepts.order.get(version))
    for version, list_ in accepts.groups.items():
        _same("group", version, found.numbers("group", version), set(list_))
        _same_order("group", version, found.order("group", version), list_, accepts.group_order.get(version))
    if "chacha" in accepts.order.values():
        check(found.chacha_first(), "the rule that a client's ChaCha20 comes first is seen")
    else:
        check(not found.chacha_first(), "no such rule")
    if accepts.alpn is not None:
        equal(found.alpn(), set(accepts.alpn), "ALPN")


def case(name, port, accepts, *more):
    """A test of this name: tlsdive against the server on `port`, with more options; `accepts` may be a
    function that gives it, so that nothing is worked out before its turn."""
    def asked():
        want = accepts() if callable(accepts) else accepts
        if os.environ.get("TRUTH") == "prober":
            found = Probed(port, 1 if want.serial else 8)
        else:
            found = Dived(port, *more)
        compare(found, want)
    asked.__name__ = name
    test(asked)


def skipped(name, reason):
    """Says that the cases of this name are left out."""
    def say():
        raise Skip(reason)
    say.__name__ = name
    test(say)


__all__ = ["Answers", "Dived", "case", "compare", "groups", "skipped", "suites"]
