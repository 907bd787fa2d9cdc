"""A test program in Python: functions decorated with @test run one after the other and print TAP."""
import sys
import time
import traceback

_tests = []


class Skip(Exception):
    """Raised by a test that cannot be run here; its text says why."""


def test(function):
    _tests.append(function)
    return function


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def check(truth, what):
    if not truth:
        raise AssertionError(what)


def until(holds, what, timeout=20, every=0.02):
    """Waits until `holds()` is true, for what no file descriptor can tell; returns what it returned."""
    deadline = time.monotonic() + timeout
    while not (result := holds()):
        check(time.monotonic() < deadline, what() if callable(what) else what)
        time.sleep(every)
    return result


def main():
    only = sys.argv[1:]
    chosen = [f for f in _tests if not only or f.__name__ in only]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, function in enumerate(chosen, 1):
        try:
            function()
            print(f"ok {number} - {function.__name__}", flush=True)
        except Skip as why:
            print(f"ok {number} - {function.__name__} # SKIP {why}", flush=True)
        except Exception:  # a test may fail in any way, and the next ones still run
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {function.__name__}", flush=True)
    sys.exit(1 if failed else 0)
