"""What the figures of this folder are made with: a program in a pseudo terminal, its memory, rows."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "real"))

import servers  # noqa: E402  (finds its folder by the path above)


class Terminal:
    """A program in a pseudo terminal of 120x40, and what it writes."""

    def __init__(self, *command, cwd=None):
        self.begun = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TIGRC_SYSTEM="", HOME=servers.ROOT,
                              XDG_STATE_HOME=os.path.join(servers.ROOT, "state"))
            if cwd:
                os.chdir(cwd)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = b""

    def read(self, seconds):
        """What comes within `seconds`; b"" for nothing."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            part = os.read(self.fd, 65536)
        except OSError:
            part = b""
        self.seen += part
        return part

    def until(self, pattern, seconds=20):
        """Reads until the pattern was written; the seconds since the start."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            if time.monotonic() > end:
                raise RuntimeError(f"{pattern!r} did not come: {self.seen[-300:]!r}")
            self.read(0.5)
        return time.monotonic() - self.begun

    def shows(self, text, seconds=60, every=0.1):
        """Has the whole screen painted (^L) until the text stands on it; the seconds since the start. The
        paints between hold only what changed, and that may be half of a number."""
        end = time.monotonic() + seconds
        while True:
            before = len(self.seen)
            os.write(self.fd, b"\x0c")
            self.quiet(every / 2, every)
            if text in self.seen[before:]:
                return time.monotonic() - self.begun
            if time.monotonic() > end:
                raise RuntimeError(f"{text!r} did not come: {self.seen[-300:]!r}")

    def quiet(self, seconds=0.3, longest=20):
        """Reads until nothing comes for `seconds`."""
        end = time.monotonic() + longest
        while self.read(seconds) and time.monotonic() < end:
            pass

    def key(self, key):
        """Seconds from the key to the first byte painted; None if nothing came in half a second."""
        begun = time.monotonic()
        os.write(self.fd, key)
        return time.monotonic() - begun if self.read(0.5) else None

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def row(what, figure, peer="", ratio=""):
    print(f"{what:<52} {figure:>22} {peer:>30} {ratio:>8}", flush=True)


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def family(pid):
    """The process and all below it."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as children:
                    todo += map(int, children.read().split())
        except OSError:
            pass
    return found


def proportional_set(pid):
    total = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as rollup:
                total += int(re.search(r"^Pss:\s*(\d+)", rollup.read(), re.M).group(1))
        except OSError:
            pass
    return total
