#!/usr/bin/env python3
"""What it costs to find out all that a server accepts: tlsdive beside its peers, in one run.

  bench/enumerate.py [PROGRAM] [--servers LIST] [--links LIST] [--peers LIST] [--runs N]

  PROGRAM        default ./tlsdive
  --servers      of intermediate, legacy (nginx), gnutls, tls13 (s_server), jsse
  --links        of loopback, 50ms, 50ms-loss (1 % of the packets)
  --peers        of sslscan, nmap, testssl; what is not installed is said and left out
  --runs         the median by wall time of so many (3); testssl runs once

Needs root or user namespaces, nginx, openssl, gnutls-serv, java and javac for their servers. One table: wall and CPU
seconds and peak memory (PSS) of all its processes together, TCP connections opened, kB on the wire (IP headers
with them), suites found (each version's counted), and all that was answered with yes.

The bound stands in a row of its own: the fewest connections that can prove the versions, suites, groups, schemes, and
orders that were found. A hello shows at most one accepted thing of a list, and that nothing else is accepted takes one
refusal, so a list of n costs n + 1, and a version that is refused costs 1. Lists that the same hellos can ask count
once, as the longer one: suites and groups of TLS 1.3; groups of TLS 1.2 and the schemes of its RSA suites. Below TLS 1.2
a list of suites is asked for like another. In TLS 1.3 a scheme is a question of its own. A connection holds one of 8
places for 2 round trips, so that 4 hellos go each round trip: wall >= (hellos / 4 + 1) round trips.

"tlsdive *" is the same dive up to the last answer about what the bound counts: the dive asks for much more (extensions,
sessions, behaviour), which runs beside it and after it."""
import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(_HERE, "..", "tests", name) for name in ("real", "truth")]

import far  # noqa: E402  (finds its folder by the path above)
import servers  # noqa: E402

INTERMEDIATE = ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384")
PERMISSIVE = ("NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+3DES-CBC:+ARCFOUR-128:+NULL:+ANON-ECDH:+ANON-DH:+MAC-ALL:+DHE-DSS:"
              "%VERIFY_ALLOW_BROKEN")
PORTS = {"intermediate": 7443, "legacy": 7444, "gnutls": 7445, "tls13": 7446, "jsse": 7447}
PEERS = {"sslscan": ["sslscan", "--no-colour", "{a}:{p}"],
         "nmap": ["nmap", "-n", "-Pn", "-sT", "-p", "{p}", "--script", "ssl-enum-ciphers", "{a}"],
         "testssl": ["testssl", "--warnings", "off", "--quiet", "--color", "0", "-E", "{a}:{p}"]}
SUITE = {"sslscan": r"^(?:Accepted|Preferred)\s", "nmap": r"^\|\s+TLS_\w+", "testssl": r"^\s*x[0-9a-f]{2,6}\s"}
BOUNDED = ("version", "suite", "suite-order", "group", "group-order", "scheme")
LIMIT = 600  # seconds for one run of a peer


class Loopback:
    """A network namespace with nothing but lo, so that what is counted is ours."""
    address, device, round_trip = "127.0.0.1", "lo", 0.0

    def __init__(self):
        far._unshare(far._NEWNET if os.getuid() == 0 else far._NEWNET | far._NEWUSER)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

    @staticmethod
    def start(command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        servers._running.append(process)

    def wait(self, port):
        far.Far.wait(self, port, self.address)


class Distant(far.Far):
    address, device, round_trip = far.Far.ADDRESS, "near0", 0.05

    def __init__(self, loss):
        super().__init__(delay=0.025, loss=loss)


LINKS = {"loopback": Loopback, "50ms": lambda: Distant(0.0), "50ms-loss": lambda: Distant(0.01)}


def commands(chosen, address):
    """The servers' command lines, by name; those that cannot be had are said."""
    pki = servers.Pki()
    rsa, ec = pki.leaf("rsa"), pki.leaf("ec", key="ec")
    dh = pki.path("dh.pem")
    servers.run("openssl", "dhparam", "-dsaparam", "-out", dh, "2048")
    home = servers.folder("nginx")
    os.chmod(servers.ROOT, 0o755)
    block = ("server {{ listen {}:{} ssl; ssl_protocols {}; ssl_ciphers {}; ssl_prefer_server_ciphers {}; "
             "return 200 ok; }}\n")
    nginx = servers.write(os.path.join(home, "nginx.conf"), f"""pid {home}/pid; error_log /dev/null; daemon off;
worker_processes 1; events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
uwsgi_temp_path {home}/u; scgi_temp_path {home}/s; ssl_dhparam {dh};
ssl_certificate {ec[0]}; ssl_certificate_key {ec[1]}; ssl_certificate {rsa[0]}; ssl_certificate_key {rsa[1]};
""" + block.format(address, PORTS["intermediate"], "TLSv1.2 TLSv1.3", INTERMEDIATE, "off")
                          + block.format(address, PORTS["legacy"], "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
                                         "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "on") + "}\n")
    found = {"intermediate": ["nginx", "-c", nginx], "legacy": ["nginx", "-c", nginx]}
    found["gnutls"] = ["gnutls-serv", "--quiet", "--http", "--port", str(PORTS["gnutls"]), "--x509certfile", ec[0],
                       "--x509keyfile", ec[1], "--x509certfile", rsa[0], "--x509keyfile", rsa[1], "--priority",
                       PERMISSIVE]
    found["tls13"] = ["openssl", "s_server", "-quiet", "-accept", f"{address}:{PORTS['tls13']}", "-tls1_3", "-cert",
                      ec[0], "-key", ec[1], "-www"]
    if "jsse" in chosen and shutil.which("javac"):
        store = pki.path("store.p12")
        servers.run("openssl", "pkcs12", "-export", "-in", rsa[0], "-inkey", rsa[1], "-out", store, "-passout",
                    "pass:changeit")
        servers.run("javac", "-d", home, os.path.join(_HERE, "..", "tests", "truth", "JsseServer.java"))
        found["jsse"] = ["java", "-cp", home, "JsseServer", store, address, "some", str(PORTS["jsse"]), "default",
                         "default", "server", ""]
    return {name: command for name, command in found.items() if name in chosen and shutil.which(command[0])}


def counters(device):
    """Connections opened in this namespace, and bytes on its device."""
    with open("/proc/self/net/snmp", encoding="ascii") as snmp:
        names, values = [line.split()[1:] for line in snmp if line.startswith("Tcp:")]
    with open("/proc/self/net/dev", encoding="ascii") as dev:
        fields = next(line.split(":")[1].split() for line in dev if line.strip().startswith(device + ":"))
    size = int(fields[0]) + (int(fields[8]) if device != "lo" else 0)  # on lo each byte is sent and received
    return int(values[names.index("ActiveOpens")]), size


def together(pid):
    """MB that the process and all below it hold, shared pages dealt out among them."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            with open(f"/proc/{one}/smaps_rollup", encoding="ascii") as rollup:
                total += int(re.search(r"^Pss:\s*(\d+)", rollup.read(), re.M)[1])
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children", encoding="ascii") as children:
                    todo += map(int, children.read().split())
        except (OSError, TypeError):
            pass  # gone in between
    return total / 1024


def watch(pid, ended, peak):
    while not ended.wait(0.01):
        peak[0] = max(peak[0], together(pid))


def measure(link, command):
    """One run: {wall, cpu, memory, connections, size, text}."""
    out = os.path.join(servers.ROOT, "out")
    before = counters(link.device)
    environment = dict(os.environ, XDG_STATE_HOME=os.path.join(servers.ROOT, "state"), LC_ALL="C.UTF-8")
    with open(out, "wb") as file:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL,
                                   env=environment, start_new_session=True)
        ended, peak = threading.Event(), [0]
        watcher = threading.Thread(target=watch, args=(process.pid, ended, peak))
        watcher.start()
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
        signal.alarm(LIMIT)
        _, _, usage = os.wait4(process.pid, 0)
        signal.alarm(0)
        wall = time.monotonic() - begun
        ended.set()
        watcher.join()
    process.returncode = 0
    after = counters(link.device)
    with open(out, encoding="utf-8", errors="replace") as file:
        text = file.read()
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": peak[0],
            "connections": after[0] - before[0], "size": (after[1] - before[1]) / 1000, "text": text,
            "cut": wall >= LIMIT}


def median(link, command, runs):
    return sorted((measure(link, command) for _ in range(runs)), key=lambda one: one["wall"])[(runs - 1) // 2]


class Facts:
    """What a dive of ours said."""

    def __init__(self, text):
        self.facts = [json.loads(line) for line in text.splitlines()]
        self.said = {}
        for fact in self.facts:
            if fact["fact"] == "answer":
                for item in fact["items"] if not fact["question"].endswith("-order") else ["order"]:
                    self.said[fact["question"], fact.get("version"), fact.get("key"), item] = fact["answer"]

    def count(self, question, answer="yes", version=None, key=None):
        return sum(1 for (q, v, k, _), said in self.said.items() if q == question and said == answer
                   and version in (None, v) and key in (None, k))

    def hellos(self):
        """The bound: see the head of this file."""
        total = self.count("version", "no")
        for (question, _, _, version), said in list(self.said.items()):
            if question != "version" or said != "yes":
                continue
            suites = self.count("suite", version=version)
            if version == "SSL 2.0":
                total += 1  # it names them all
            elif version == "TLS 1.3":
                total += max(suites, self.count("group", version=version)) + 1
                total += self.count("scheme", version=version) + 1
            else:
                total += suites + 1
            if version == "TLS 1.2":
                groups = self.count("group", version=version)
                rsa = self.count("scheme", version=version, key="RSA")
                ecdsa = self.count("scheme", version=version, key="ECDSA")
                total += max(groups, rsa) + 1 if groups or rsa else 0
                total += ecdsa + 1 if ecdsa else 0
        return total

    def until_bounded(self):
        """(seconds, connections) from the dive's beginning to the last answer that the bound counts."""
        begun = next(f["at"] for f in self.facts if f["fact"] == "dive" and f["event"] == "begun")
        last = max((f["at"] for f in self.facts if f["fact"] == "answer" and f["question"] in BOUNDED), default=begun)
        made = sum(1 for f in self.facts if f["fact"] == "connection" and f["event"] == "connecting"
                   and begun <= f["at"] <= last)
        return last - begun, made


def row(*cells):
    widths = (11, 13, 11, 9, 8, 8, 7, 9, 8, 8)
    line = "".join(str(cell).ljust(width) if i < 3 else str(cell).rjust(width)
                   for i, (cell, width) in enumerate(zip(cells, widths)))
    print(line.rstrip(), flush=True)


def figures(name, link_name, who, run, suites, answers):
    row(link_name, name, who, f"{run['wall']:.2f}" + ("!" if run["cut"] else ""), f"{run['cpu']:.2f}",
        f"{run['memory']:.1f}", run["connections"], f"{run['size']:.0f}", suites, answers)


def ours(name, link_name, link, program, runs):
    run = median(link, [program, "--format", "json", "--no-save", "--depth", "full", f"{link.address}:{PORTS[name]}"],
                 runs)
    facts = Facts(run["text"])
    yes = sum(1 for said in facts.said.values() if said == "yes")
    figures(name, link_name, "tlsdive", run, facts.count("suite"), yes)
    over = [fact for fact in facts.facts if fact["fact"] == "dive" and fact["event"] == "over"]
    if not over or over[-1]["result"] != "finished":
        row("", "", "  not finished:", json.dumps(over[-1:]))
        return
    wall, made = facts.until_bounded()
    hellos = facts.hellos()
    least = (hellos / 4 + 1) * link.round_trip
    row(link_name, name, "tlsdive *", f"{wall:.2f}", "", "", made)
    row(link_name, name, "bound", f"{least:.2f}" if least else "-", "", "", hellos)
    row(link_name, name, "ratio", f"{wall / least:.2f}" if least else "-", "", "", f"{made / hellos:.2f}")


def one_link(link_name, chosen):
    """All servers and peers over one link; in a process of its own, for it moves to another namespace."""
    link = LINKS[link_name]()
    todo = commands(chosen.servers, link.address)
    for command in {tuple(command) for command in todo.values()}:
        link.start(list(command))
    for name in chosen.servers:
        if name not in todo:
            row(link_name, name, "not installed")
            continue
        link.wait(PORTS[name])
        ours(name, link_name, link, chosen.program, chosen.runs)
        for peer in chosen.peers:
            if not shutil.which(PEERS[peer][0]):
                row(link_name, name, peer, "not installed")
                continue
            command = [word.format(a=link.address, p=PORTS[name]) for word in PEERS[peer]]
            run = median(link, command, 1 if peer == "testssl" else chosen.runs)
            figures(name, link_name, peer, run, len(re.findall(SUITE[peer], run["text"], re.M)), "")
    servers._end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="./tlsdive")
    for option, known in (("--servers", PORTS), ("--links", LINKS), ("--peers", PEERS)):
        parser.add_argument(option, default=list(known),
                            type=lambda text, known=known: [word for word in text.split(",") if word in known])
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    chosen.program = os.path.abspath(chosen.program)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    print(time.strftime("%Y-%m-%d"), os.cpu_count(), "cores,", subprocess.run(
        [chosen.program, "--version"], capture_output=True, text=True).stdout.splitlines()[0])
    row("link", "server", "who", "wall s", "CPU s", "MB", "conns", "kB", "suites", "answers")
    for link_name in chosen.links:
        child = multiprocessing.Process(target=one_link, args=(link_name, chosen))
        child.start()
        child.join()


if __name__ == "__main__":
    main()
