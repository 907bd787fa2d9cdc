"""A real terminal: a tmux server of the test's own, with one pane, typed into and read by tests."""
import atexit
import os
import shlex
import subprocess

from servers import ROOT
from tap import until

_SERVER = os.path.join(ROOT, "tmux.sock")


def _tmux(*command, check=True):
    return subprocess.run(["tmux", "-S", _SERVER, "-f", "/dev/null", *command], check=check, text=True,
                          capture_output=True).stdout


atexit.register(lambda: _tmux("kill-server", check=False))
_keeper = []  # a session that keeps the server: it ends with its last one, while the next may be on its way


class Terminal:
    """A shell in a pane. Lines typed to it run like a user's; `env` is added to its environment."""

    def __init__(self, columns=80, rows=24, term="tmux-256color", **env):
        words = {"LC_ALL": "C.UTF-8", "PS1": "ready$ ", "XDG_STATE_HOME": os.path.join(ROOT, "state"), **env}
        shell = " ".join(f"{k}={shlex.quote(v)}" for k, v in words.items())
        if not _keeper:
            _keeper.append(_tmux("new-session", "-d", "-P", "cat"))
        self.pane = _tmux("new-session", "-d", "-P", "-F", "#{pane_id}", "-x", str(columns), "-y", str(rows),
                          f"TERM={term} {shell} bash --norc --noprofile").strip()
        self.until("ready$")

    def keys(self, *keys):
        """Types keys by tmux's names (Enter, Escape, C-c, Up), or characters."""
        for key in keys:
            _tmux("send-keys", "-t", self.pane, key)

    def text(self, text):
        _tmux("send-keys", "-t", self.pane, "-l", text)

    def screen(self, colours=False):
        return _tmux("capture-pane", "-p", *["-e"] * colours, "-t", self.pane)

    def until(self, *parts, timeout=20, gone=()):
        """Waits until all of these stand on the screen, and none of `gone`."""
        def holds():
            screen = self.screen()
            fits = all(p in screen for p in parts) and not any(p in screen for p in gone)
            return screen if fits else None
        return until(holds, lambda: f"never on the screen: {parts}, or still there: {gone}\n{self.screen()}",
                     timeout)

    def ask(self, format):
        """What tmux knows of the pane: "#{cursor_y}"."""
        return _tmux("display-message", "-p", "-t", self.pane, format).strip()

    def resize(self, columns, rows):
        _tmux("resize-window", "-t", self.pane, "-x", str(columns), "-y", str(rows))

    def close(self):
        _tmux("kill-pane", "-t", self.pane, check=False)
