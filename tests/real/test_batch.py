"""The program without a screen: what it prints, how it ends, and what it leaves behind."""
import json
import os
import signal
import subprocess

from program import TLSDIVE, VALIDATOR, Running, Silent, dive, environment
from servers import ADDRESS, ROOT, Pki, free_port, s_server
from tap import check, equal, main, test, until

pki = Pki()
GOOD = s_server(*pki.leaf("good", key="ec"))
OLD = s_server(*pki.leaf("old", key="ec", days=1))


def tlsdive(*arguments, **more):
    return subprocess.run([TLSDIVE, *arguments], capture_output=True, text=True, timeout=60,
                          env=environment(), stdin=subprocess.DEVNULL, **more)


def good(*more):
    return ["--ca-file", pki.ca, f"{ADDRESS}:{GOOD}", *more]


@test
def wrong_usage_is_one_line_and_status_2():
    for words in ["--nonsense x", "host:99999", "host:nosuchservice", "nosuch://host", "", "-4 -6 host",
                  "--targets /nowhere/at/all", "--priority NONSENSE:+X host:1", "[::1", "a b:0"]:
        result = tlsdive("--batch", *words.split())
        equal((result.returncode, result.stdout), (2, ""), words)
        equal(len(result.stderr.splitlines()), 1, f"{words}: {result.stderr}")
        check(result.stderr.startswith("tlsdive: "), result.stderr)


@test
def help_and_version_are_on_standard_output():
    for word, part in (("--help", "Examples:"), ("--version", "tlsdive "), ("--print-keys", "quit")):
        result = tlsdive(word)
        equal((result.returncode, result.stderr), (0, ""), word)
        check(part in result.stdout, result.stdout)


@test
def a_good_server_is_status_0_and_a_finding_1():
    equal(dive(*good()).status, 0, "all well")
    equal(dive(f"{ADDRESS}:{GOOD}", "--fail-on", "high").status, 1, "root not in the system's store")
    equal(dive(*good("--fail-on", "critical")).status, 0, "nothing critical")


@test
def a_named_port_that_is_closed_is_status_3():
    port = free_port()
    result = dive(f"{ADDRESS}:{port}")
    equal((result.status, result.one("done")["result"]), (3, "refused"), "closed")
    both = dive(*good(f"{ADDRESS}:{port}"))
    equal(both.status, 3, "one of two")


@test
def the_text_report_is_the_same_when_opened():
    path = os.path.join(ROOT, "same.jsonl")
    live = tlsdive("--batch", "--save", path, *good())
    again = tlsdive("--open", path, "--format", "text")
    equal((live.returncode, again.returncode), (0, 0), live.stderr + again.stderr)
    equal(again.stdout, live.stdout, "report")
    check(str(GOOD) in live.stdout, live.stdout)
    equal(os.stat(path).st_mode & 0o777, 0o600, "mode")


@test
def the_facts_are_the_same_when_opened():
    path = os.path.join(ROOT, "facts.jsonl")
    live = dive("--save", path, *good())
    again = dive("--open", path)
    equal(again.status, live.status, "status")
    with open(path) as file:
        saved = [json.loads(line) for line in file]
    equal(saved, live.facts, "saved and printed")
    without = [f for f in live.facts if f["fact"] != "finding"]
    equal([f for f in again.facts if f["fact"] != "finding"], without, "opened")
    equal(again.rules(), live.rules(), "findings")


@test
def a_session_may_be_cut_at_any_line():
    path, cut = os.path.join(ROOT, "whole.jsonl"), os.path.join(ROOT, "cut.jsonl")
    dive("--save", path, *good())
    with open(path) as file:
        lines = file.readlines()
    for number in range(1, len(lines) + 1):
        with open(cut, "w") as file:
            file.writelines(lines[:number])
            file.write(lines[number - 1][:20])  # and in the middle of the next
        result = dive("--open", cut)
        equal([f["code"] for f in result.all("error")][-1], "stream-cut", str(number))


@test
def what_is_no_session_is_refused():
    path = os.path.join(ROOT, "foreign")
    with open(path, "w") as file:
        file.write("this is no session\n")
    for name in (path, "/nowhere/at/all"):
        result = tlsdive("--open", name, "--format", "text")
        equal((result.returncode, result.stdout), (4, ""), name)
        check(name in result.stderr, result.stderr)


@test
def sessions_are_kept_where_they_belong():
    state = os.path.join(ROOT, "state", "tlsdive")
    before = set(os.listdir(state)) if os.path.isdir(state) else set()
    dive(*good())
    dive("--no-save", *good())
    new = set(os.listdir(state)) - before
    equal(len(new), 1, str(new))
    equal(os.stat(state).st_mode & 0o777, 0o700, "folder")
    equal(os.stat(os.path.join(state, new.pop())).st_mode & 0o777, 0o600, "file")


@test
def a_killed_prober_takes_only_what_it_had_begun():
    with Silent() as silent:
        run = Running("--ca-file", pki.ca, f"{ADDRESS}:{silent.port}", "--timeout", "30", "--parallel", "1",
                      f"{ADDRESS}:{GOOD}")
        run.until(fact="state", endpoint="1", state="hello")
        os.kill(run.children()["prober"], signal.SIGKILL)
        status, errors = run.finish()
    done = run.done()
    equal((done["1"]["result"], done["1"]["args"]), ("worker-died", {"how": "SIGKILL"}), errors)
    equal(done["2"]["result"], "finished", errors)
    equal(status, 3, errors)
    check(any(f.get("code") == "worker-restarted" for f in run.facts), "said")


@test
def a_killed_reader_is_started_again():
    with Silent() as silent:
        run = Running("--ca-file", pki.ca, "--timeout", "1", f"{ADDRESS}:{GOOD}", f"{ADDRESS}:{silent.port}")
        run.until(fact="verdict")
        os.kill(run.children()["reader"], signal.SIGKILL)
        status, errors = run.finish()
    equal(run.done()["1"]["result"], "finished", errors)
    equal(status, 3, errors)


@test
def an_interrupt_prints_what_is_known():
    with Silent() as silent:
        run = Running("--ca-file", pki.ca, "--timeout", "30", f"{ADDRESS}:{GOOD}", f"{ADDRESS}:{silent.port}")
        run.until(fact="done", endpoint="1")
        run.until(fact="state", endpoint="2", state="hello")
        run.process.send_signal(signal.SIGINT)
        status, errors = run.finish()
    equal(status, -signal.SIGINT, errors)
    equal(run.done()["2"]["result"], "stopped", errors)
    for fact in run.facts:
        VALIDATOR.validate(fact)


@test
def no_worker_outlives_the_program():
    with Silent() as silent:
        run = Running("--timeout", "30", f"{ADDRESS}:{silent.port}")
        run.until(fact="state", state="hello")
        children = run.children()
        run.process.kill()
        run.finish()
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children.values()),
              f"still there: {children}")


@test
def a_closed_pipe_is_said_in_one_line():
    for form in ("text", "json"):
        read, write = os.pipe()
        os.close(read)
        result = subprocess.run([TLSDIVE, "--format", form, *good()], stdout=write, stderr=subprocess.PIPE,
                                text=True, env=environment(), stdin=subprocess.DEVNULL, timeout=60)
        os.close(write)
        equal((result.returncode, len(result.stderr.splitlines())), (4, 1), result.stderr)


@test
def a_full_disk_is_said_in_one_line():
    for form in ("text", "json"):
        with open("/dev/full", "w") as full:
            result = subprocess.run([TLSDIVE, "--format", form, *good()], stdout=full, text=True, timeout=60,
                                    stderr=subprocess.PIPE, env=environment(), stdin=subprocess.DEVNULL)
        equal((result.returncode, len(result.stderr.splitlines())), (4, 1), result.stderr)


@test
def a_session_that_cannot_be_saved_loses_nothing():
    result = dive("--save", "/dev/full", *good())
    equal((result.status, result.one("done")["result"]), (0, "finished"), result.errors)
    equal([f["code"] for f in result.all("error")], ["save-failed"], result.errors)
    equal(len(result.errors.splitlines()), 1, result.errors)


@test
def a_certificate_file_is_read():
    leaf = pki.path("good.leaf")
    result = dive(leaf)
    subject = subprocess.run(["openssl", "x509", "-in", leaf, "-noout", "-fingerprint", "-sha256"],
                             capture_output=True, text=True).stdout.split("=")[1].strip()
    equal(result.one("certificate")["sha256"], subject.replace(":", "").lower(), "certificate")
    text = tlsdive(pki.path("good.pem"))
    equal(text.returncode, 0, text.stderr)
    check("good.example" in text.stdout and "Example Root CA" in text.stdout, text.stdout)


@test
def targets_come_from_standard_input():
    result = dive("--targets", "-", "--ca-file", pki.ca, text=f"{ADDRESS}:{GOOD} # one\n\n{ADDRESS}:{OLD}\n")
    equal(len(result.all("done")), 2, result.errors)
    equal(result.status, 0, result.errors)


main()
