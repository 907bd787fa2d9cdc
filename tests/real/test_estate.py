"""The estate's certificates: as CSV, as a calendar, as a monitoring plugin says it, and at other times.
Each server's certificate has a lifetime that was set, and what is said is held against that."""
import csv
import datetime
import io
import re
import subprocess

from program import TLSDIVE, dive, environment
from servers import ADDRESS, Pki, free_port, s_server
from tap import check, equal, main, test

pki = Pki()
LONG = s_server(*pki.leaf("long", key="ec", days=90))
SOON = s_server(*pki.leaf("soon", key="ec", days=20, subject="/CN==soon.example"))
NEAR = s_server(*pki.leaf("near", key="ec", days=3))


def tlsdive(*arguments):
    result = subprocess.run([TLSDIVE, "--no-save", "--ca-file", pki.ca, *arguments], capture_output=True,
                            timeout=60, env=environment(), stdin=subprocess.DEVNULL)
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result


def places(*ports):
    return [f"{ADDRESS}:{port}" for port in ports]


def end_of(name):
    """notAfter, as openssl reads it."""
    text = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", pki.path(name + ".leaf")],
                          capture_output=True, text=True, check=True).stdout
    return datetime.datetime.strptime(text.strip(), "notAfter=%b %d %H:%M:%S %Y GMT")


PERFORMANCE = re.compile(r"^'([^'|=]+)'=(-?[0-9.]+)d;([0-9.]+);([0-9.]+)$")


def check_expiry(limits, *arguments):
    """Status, word and performance data of a plugin's one line."""
    result = tlsdive("--check-expiry", limits, *arguments)
    lines = result.stdout.splitlines()
    equal(len(lines), 1, result.stdout + result.stderr)
    text, _, data = lines[0].partition(" | ")
    word = re.match(r"^TLSDIVE (OK|WARNING|CRITICAL|UNKNOWN) - \S", text)
    check(word, lines[0])
    found = [PERFORMANCE.match(one) for one in data.split()]
    check(all(found), data)
    return result.returncode, word[1], {one[1]: one.group(2, 3, 4) for one in found}, text


@test
def a_plugins_statuses():
    for limits, ports, want in [
            ("10,5", [LONG, SOON], (0, "OK")),
            ("30,5", [LONG, SOON], (1, "WARNING")),
            ("30,5", [LONG, SOON, NEAR], (2, "CRITICAL")),
            ("30,7d", [NEAR], (2, "CRITICAL")),
            ("30d,36h", [NEAR], (1, "WARNING")),
            ("30,5", [free_port()], (3, "UNKNOWN")),
            ("10,5", [LONG, free_port()], (3, "UNKNOWN")),
            ("30,5", [free_port(), SOON], (1, "WARNING"))]:
        status, word, _, text = check_expiry(limits, *places(*ports))
        equal((status, word), want, text)


@test
def a_plugins_performance_data():
    _, _, data, _ = check_expiry("30,7", *places(LONG, SOON))
    equal(data, {f"{ADDRESS}:{LONG}": ("89", "30", "7"), f"{ADDRESS}:{SOON}": ("19", "30", "7")}, "data")
    _, _, data, _ = check_expiry("3d,36h", *places(NEAR))
    days, warning, critical = data[f"{ADDRESS}:{NEAR}"]
    check(2.9 < float(days) < 3 and (warning, critical) == ("3", "1.5"), f"hours count: {data}")


@test
def wrong_usage_of_a_plugin_is_unknown():
    for words in ["--check-expiry 30", "--check-expiry 7,30", "--check-expiry 30,7 --nonsense",
                  "--check-expiry 30,7 --format csv"]:
        result = tlsdive(*words.split(), f"{ADDRESS}:{LONG}")
        equal(result.returncode, 3, words)


@test
def another_time_is_judged():
    for at, want in [("+50d", 0), ("+70d", 1), ("+88d", 2), ("+100d", 2), ("now", 0)]:
        equal(check_expiry("30,7", "--at", at, *places(LONG))[0], want, at)
    later = dive("--no-save", "--ca-file", pki.ca, "--at", "+100d", *places(LONG))
    verdict = later.one("verdict")
    equal((verdict["trusted"], verdict["asked"], verdict["reasons"]), (False, True, ["trust-expired"]), "later")
    check("certificate-expired" in later.rules(), later.rules())
    before = dive("--no-save", "--ca-file", pki.ca, "--at", "2020-01-01", *places(LONG))
    equal(before.one("verdict")["time"], "2020-01-01T00:00:00Z", "the time asked for")
    check("certificate-not-yet-valid" in before.rules(), before.rules())
    text = tlsdive("--batch", "--at", "2099-01-01", *places(LONG)).stdout
    check(text.startswith("judged for 2099-01-01 00:00:00 UTC"), text[:100])


@test
def a_session_is_judged_for_another_time():
    session = pki.path("session.jsonl")
    equal(dive("--save", session, "--ca-file", pki.ca, *places(LONG)).status, 0, "saved")
    opened = dive("--open", session, "--ca-file", pki.ca, "--at", "+100d")
    check("certificate-expired" in opened.rules(), opened.rules())
    check("certificate-expired" not in dive("--open", session, "--ca-file", pki.ca).rules(), "now")


@test
def csv_is_read_back():
    result = tlsdive("--format", "csv", *places(LONG, SOON, NEAR))
    equal(result.returncode, 0, result.stderr)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(result.stdout, newline=""))}
    check("\r\n" in result.stdout, "RFC 4180 ends lines in CRLF")
    equal(set(rows), {"long.example", "'=soon.example", "near.example", "Example Root CA"}, "names")
    equal(rows["long.example"]["not_after"], end_of("long").strftime("%Y-%m-%dT%H:%M:%SZ"), "end")
    equal(rows["long.example"]["san"], f"localhost; {ADDRESS}", "names")
    equal((rows["near.example"]["days"], rows["near.example"]["port"]), ("2", str(NEAR)), "near")
    equal(rows["Example Root CA"]["served"], "3", "the root is sent by all")
    check("formula" in result.stderr, f"it is said that = was defused: {result.stderr}")


@test
def what_is_exported_is_filtered():
    result = tlsdive("--format", "csv", "--filter", "days<30 and ca=no", *places(LONG, SOON, NEAR))
    names = [row["name"] for row in csv.DictReader(io.StringIO(result.stdout, newline=""))]
    equal(sorted(names), ["'=soon.example", "near.example"], "names")
    text = tlsdive("--batch", "--filter", "days<30 and days>10", *places(LONG, SOON, NEAR)).stdout
    text = text[:text.index("1 host, 3 ports")]  # the last lines are about all
    check(f"{ADDRESS}:{SOON}" in text and f"{ADDRESS}:{LONG}" not in text, text)
    fault = tlsdive("--batch", "--filter", "days<30 and isuer~x", *places(LONG))
    equal((fault.returncode, "column 13" in fault.stderr), (2, True), fault.stderr)


def unfold(text):
    """Content lines (RFC 5545 section 3.1): CRLF, at most 75 octets, whole characters."""
    raw = text.split("\r\n")
    equal(raw.pop(), "", "the last line ends, too")
    check(all(len(line.encode()) <= 75 for line in raw), "75 octets")
    lines = []
    for line in raw:
        check("\n" not in line and "\r" not in line, line)
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.partition(":")[::2] for line in lines]


def components(lines):
    """The component that begins first: its name, its properties, its components."""
    stack = [(None, {}, [])]
    for name, value in lines:
        if name == "BEGIN":
            stack.append((value, {}, []))
        elif name == "END":
            done = stack.pop()
            equal(done[0], value, "what begins ends")
            stack[-1][2].append(done)
        else:
            check(re.fullmatch(r"[A-Z-]+", name) and name not in stack[-1][1], f"{name} once")
            stack[-1][1][name] = value
    equal(len(stack), 1, "all have ended")
    return stack[0][2][0]


@test
def a_calendar_is_read_back():
    result = subprocess.run([TLSDIVE, "--no-save", "--format", "ical", "--filter", "ca=no",
                             *places(LONG, SOON)], capture_output=True, timeout=60, env=environment(),
                            stdin=subprocess.DEVNULL)
    kind, properties, events = components(unfold(result.stdout.decode()))
    equal((kind, properties["VERSION"], len(events)), ("VCALENDAR", "2.0", 2), "calendar")
    check(properties["PRODID"], "PRODID is required")
    starts = {}
    for name, event, alarms in events:
        equal(name, "VEVENT", "events")
        check(re.fullmatch(r"[0-9a-f]{64}@tlsdive", event["UID"]), event["UID"])
        check(re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"]), event["DTSTAMP"])
        equal([alarm[1]["TRIGGER"] for alarm in alarms], ["-P30D", "-P7D", "-P1D"], "alarms")
        check(all(alarm[1]["ACTION"] == "DISPLAY" and alarm[1]["DESCRIPTION"] for alarm in alarms), alarms)
        check("\\n" in event["DESCRIPTION"] and ";" not in re.sub(r"\\.", "", event["DESCRIPTION"]),
              event["DESCRIPTION"])
        starts[event["SUMMARY"].split()[-1]] = event["DTSTART"]
    want = {name: end_of(file).strftime("%Y%m%dT%H%M%SZ")
            for file, name in (("long", "long.example"), ("soon", "=soon.example"))}
    equal(starts, want, "ends")


main()
