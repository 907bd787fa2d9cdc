#!/usr/bin/env python3
"""Figures of the first slice, beside peers measured in the same run.

  bench/first_light.py [PROGRAM]      default ./tlsdive; needs tig, htop, nginx, openssl; root for the far host

Prints one table. Nothing is asserted: a figure is read, with the ratio to the peer beside it."""
import os
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

from figures import Terminal, family, milliseconds, proportional_set, row, servers

PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "./tlsdive")
os.environ["TLSDIVE"] = PROGRAM

RUNS = 15


def wake_ups(pid):
    total = 0
    for one in family(pid):
        with open(f"/proc/{one}/status") as status:
            total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read(), re.M).group(1))
    return total


def repository():
    path = os.path.join(servers.ROOT, "repository")
    subprocess.run(["git", "init", "-q", path], check=True)
    subprocess.run(["git", "-C", path, "-c", "user.name=x", "-c", "user.email=x@example", "commit", "-q",
                    "--allow-empty", "-m", "one"], check=True)
    return path


def first_paint(tig_folder):
    def times(pattern, *command, cwd=None):
        all_times = []
        for _ in range(RUNS):
            terminal = Terminal(*command, cwd=cwd)
            all_times.append(terminal.until(pattern))
            terminal.end()
        return statistics.median(all_times)
    ours = times(rb"Help", PROGRAM, "127.0.0.1:1")
    tig = times(rb"\[main\]", "tig", cwd=tig_folder)
    htop = times(rb"F10", "htop")
    row("first paint, exec to key bar (median of %d)" % RUNS, milliseconds(ours), f"tig {milliseconds(tig)}",
        f"{ours / tig:.2f}")
    row("", "", f"htop {milliseconds(htop)}", f"{ours / htop:.2f}")


def key_times(terminal, count=60):
    found = []
    for i in range(count):
        took = terminal.key(b"j" if i % 4 < 2 else b"k")
        if took is not None:
            found.append(took)
        terminal.quiet(0.02, 0.05)
    return found


def at_rest(ports, tig_folder):
    targets = [f"127.80.{i}.1:{port}" for i in range(8) for port in ports]
    terminal = Terminal(PROGRAM, *targets)
    terminal.until(rb"Help")
    terminal.quiet(1.5)
    ours = key_times(terminal)
    subprocess.run(["git", "-C", tig_folder, "-c", "user.name=x", "-c", "user.email=x@example", "commit", "-q",
                    "--allow-empty", "-m", "two"], check=True)
    peer = Terminal("tig", cwd=tig_folder)
    peer.until(rb"\[main\]")
    peer.quiet()
    tig = key_times(peer)
    row("key to paint at rest, median / worst of %d" % len(ours),
        f"{milliseconds(statistics.median(ours))} / {milliseconds(max(ours))}",
        f"tig {milliseconds(statistics.median(tig))} / {milliseconds(max(tig))}",
        f"{statistics.median(ours) / statistics.median(tig):.2f}")
    for name, one in (("tlsdive", terminal), ("tig", peer)):
        idle(name, one)
    htop = Terminal("htop")
    htop.until(rb"F10")
    htop.quiet(0.2, 1)
    idle("htop", htop)
    for one in (terminal, peer, htop):
        one.end()


def idle(name, terminal, seconds=10):
    before, begun = wake_ups(terminal.pid), len(terminal.seen)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(end - time.monotonic())
    row(f"idle for {seconds} s: {name}", f"{(len(terminal.seen) - begun) / seconds:.1f} B/s",
        f"{(wake_ups(terminal.pid) - before) / seconds:.1f} wake-ups/s")


def under_load(port, parallel):
    """Keys while facts pour in: the same endpoint at many loopback addresses, so many at a time."""
    saved = os.path.join(servers.ROOT, f"load{parallel}.jsonl")
    hosts = [f"127.{100 + i // 250}.{i % 250}.1:{port}" for i in range(1500)]
    listing = servers.write(os.path.join(servers.ROOT, "hosts.txt"), "\n".join(hosts) + "\n")
    terminal = Terminal(PROGRAM, "--save", saved, "--targets", listing, "--parallel", str(parallel))
    terminal.until(rb"Help")
    terminal.quiet(0.05, 0.2)
    lines = lambda: sum(1 for _ in open(saved, "rb"))  # noqa: E731
    before, begun, found = lines(), time.monotonic(), []
    while time.monotonic() - begun < 3:
        os.write(terminal.fd, b"?" if len(found) % 2 == 0 else b"h")  # Escape waits for what may follow it
        sent = time.monotonic()
        want = rb"ON THE WIRE|every key" if len(found) % 2 == 0 else rb"PORT|ENDPOINT"
        terminal.seen = b""
        try:
            while not re.search(want, terminal.seen) and time.monotonic() - sent < 1:
                terminal.read(0.2)
        finally:
            found.append(time.monotonic() - sent)
    rate = (lines() - before) / (time.monotonic() - begun)
    row(f"key to paint while facts pour in, of {len(found)}",
        f"{milliseconds(statistics.median(found))} / {milliseconds(max(found))}", f"{rate:.0f} facts/s")
    terminal.end()


def hostile_listeners(address, count):
    """`count` sockets that accept and never answer, and `count` that reset; the ports of each."""
    silent, resetting, keep = [], [], []
    for kind in (silent, resetting):
        for _ in range(count):
            s = socket.socket()
            s.bind((address, 0))
            s.listen(64)
            kind.append(s.getsockname()[1])
            keep.append((s, kind is resetting))

    def reset(listener):
        while True:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
    for s, resets in keep:
        if resets:
            threading.Thread(target=reset, args=(s,), daemon=True).start()
    return silent, resetting, keep


def two_hundred(port):
    silent, resetting, keep = hostile_listeners(servers.ADDRESS, 20)
    targets = [f"127.90.{i}.1:{port}" for i in range(160)]
    targets += [f"{servers.ADDRESS}:{p}" for p in silent + resetting]
    begun = time.monotonic()
    process = subprocess.Popen([PROGRAM, "--format", "json", "--per-address", "64", *targets],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                               env=dict(os.environ, XDG_STATE_HOME=os.path.join(servers.ROOT, "state")))
    peak, text = [0], []
    reader = threading.Thread(target=lambda: text.append(process.stdout.read()))
    reader.start()
    while reader.is_alive():
        peak[0] = max(peak[0], proportional_set(process.pid))
        reader.join(0.02)
    process.wait()
    took = time.monotonic() - begun
    results = {}
    for result in re.findall(rb'"fact":"done".*?"result":"([^"]+)"', text[0]):
        results[result.decode()] = results.get(result.decode(), 0) + 1
    row("200 endpoints, 20 silent, 20 resetting; time-out 5 s", f"{took:.2f} s",
        f"{peak[0] / 1024:.1f} MB (PSS, all processes)")
    row("", " ".join(f"{n} {r}" for r, n in sorted(results.items())))
    del keep


def silent_host(pem, key):
    """A host 50 ms away whose catalogue ports are silent, but for 443."""
    from far import Far
    far = Far(ports={443})
    far.start(["openssl", "s_server", "-quiet", "-accept", f"{Far.ADDRESS}:443", "-cert", pem, "-key", key,
               "-www"])
    far.wait(443)
    begun = time.monotonic()
    process = subprocess.Popen([PROGRAM, "--format", "json", Far.ADDRESS], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                               env=dict(os.environ, XDG_STATE_HOME=os.path.join(servers.ROOT, "state")))
    hello = None
    for line in process.stdout:
        if hello is None and b'"ServerHello"' in line:
            hello = time.monotonic() - begun
    process.wait()
    row("a host 50 ms away, all silent but 443", f"ServerHello at {hello * 1000:.0f} ms",
        f"whole {time.monotonic() - begun:.2f} s; time-out 5 s")


def main():
    for need in ("tig", "htop", "nginx", "openssl"):
        if not shutil.which(need):
            sys.exit(f"{need} is missing: install it, it is what is measured beside")
    pki = servers.Pki()
    pem, key = pki.leaf("ec", key="ec")
    port = servers.free_port("0.0.0.0")
    conf = servers.write(os.path.join(servers.ROOT, "nginx.conf"),
                         f"pid {servers.ROOT}/pid; error_log stderr; daemon off; worker_processes 1;\n"
                         "events { worker_connections 4096; }\n"
                         f"http {{ access_log off; ssl_certificate {pem}; ssl_certificate_key {key};\n"
                         f"server {{ listen 0.0.0.0:{port} ssl; return 200 ok; }} }}\n")
    servers.start(["nginx", "-c", conf, "-e", "stderr"], port)
    tig_folder = repository()
    print(time.strftime("%Y-%m-%d"), os.cpu_count(), "cores,", subprocess.run(
        [PROGRAM, "--version"], capture_output=True, text=True).stdout.splitlines()[0])
    row("what", "tlsdive", "peer, or beside it", "ratio")
    first_paint(tig_folder)
    at_rest([port], tig_folder)
    under_load(port, 3)  # a thousand facts a second and a few; then as many as come
    under_load(port, 64)
    two_hundred(port)
    silent_host(pem, key)


main()
