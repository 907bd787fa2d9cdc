"""The screen in a real terminal: typed into, read, resized, stopped, killed."""
import os
import shlex
import signal
import socket

from program import TLSDIVE
from servers import ADDRESS, ROOT, Pki, free_port, nginx, nginx_files, s_server, start, stop
from tap import check, equal, main, test, until
from terminal import Terminal

pki = Pki()
GOOD = s_server(*pki.leaf("good", key="ec", names="DNS:one.example,DNS:two.example"))
PROGRAM = os.path.abspath(TLSDIVE)


class Silent:
    """A port that takes connections and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server((ADDRESS, 0))
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.close()


class Screen(Terminal):
    """The program at work in a terminal; its process id is known once it has painted."""

    def __init__(self, *arguments, **more):
        super().__init__(**more)
        self.modes = self.stty("before")
        self.pidfile = os.path.join(ROOT, f"pid{self.pane}")
        line = " ".join(shlex.quote(word) for word in (PROGRAM, *arguments))
        # the sanitizers leave a crash to the program
        self.text(f"ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0 sh -c 'echo $$ >{self.pidfile}; exec \"$@\"' - {line}")
        self.keys("Enter")

    def stty(self, name):
        path = os.path.join(ROOT, f"stty{self.pane}-{name}")
        self.text(f"stty -g >{path}; echo {name} written")
        self.keys("Enter")
        self.until(f"\n{name} written")
        with open(path) as file:
            return file.read()

    def pid(self):
        with open(self.pidfile) as file:
            return int(file.read())

    def line_of(self, part):
        """The number of the first line of the screen that holds this."""
        return next(n for n, line in enumerate(self.screen().splitlines()) if part in line)

    def ended(self, *parts):
        """The program is gone, and the terminal as it was before."""
        self.until("ready$", *parts)
        equal(self.ask("#{alternate_on} #{mouse_any_flag} #{cursor_flag}"), "0 0 1", "screen, mouse, cursor")
        equal(self.stty("after"), self.modes, "modes")
        self.close()


def good():
    return ["--ca-file", pki.ca, f"{ADDRESS}:{GOOD}"]


def gone(pid):
    until(lambda: not os.path.exists(f"/proc/{pid}"), "it ends")


@test
def the_demo_from_the_table_to_a_name_and_back():
    screen = Screen("--demo", "--timeout", "1", columns=120, rows=40)
    screen.until("11/11 done", "expired.localhost", "no TLS", "reset", "timed out")
    screen.keys("4", "Enter")
    screen.until("chain ▸ leaf", "subjectAltName")
    screen.keys("Tab", "/")
    screen.text("dNSName")
    screen.keys("Enter")
    shown = screen.until("leaf ▸ dNSName", "[82 10", "6d 6f 64 65 72 6e")
    check("A DNS name that this certificate is" in shown, shown)
    screen.keys("Escape")
    screen.until("ENDPOINT", "▸ modern.localhost")
    screen.keys("Q")
    screen.ended("not saved", "11 hosts")


@test
def six_keys_from_the_table_to_the_bytes_of_the_third_name():
    for columns, rows in ((80, 24), (120, 40)):
        screen = Screen(*good(), columns=columns, rows=rows)
        screen.until("1/1 done")
        screen.keys("4", "4", "s")
        screen.until("▸           dNSName")
        screen.keys("j", "j")
        shown = screen.until("▸           iPAddress", "[87")
        check(ADDRESS in shown, shown)  # the third name is the server's address
        screen.keys("Enter")
        until(lambda: screen.ask("#{cursor_flag}") == "1" and
              "[87" in screen.screen().split("\n")[int(screen.ask("#{cursor_y}"))], "the cursor on its first byte")
        screen.keys("Escape", "1")
        screen.until("PORT", "1/1 done")
        screen.keys("Q")
        screen.ended()


@test
def ten_thousand_names_are_scrolled_and_searched():
    names = ",".join(f"DNS:host-{i:05d}.example" for i in range(10000))
    pem, _ = pki.leaf("many", key="ec", names=names)
    screen = Screen(pem, columns=120, rows=40)
    screen.until("many.example")
    screen.keys("s")
    screen.until("▸           dNSName", "host-00000.example")
    screen.keys("PPage", "NPage", "NPage", "/")
    screen.text("HOST-09999")
    screen.keys("Enter")
    screen.until("▸           dNSName", "host-09999.example", "bytes 2")
    screen.keys("/")
    screen.text("no such name")
    screen.keys("Enter")
    screen.until("not found")
    screen.keys("Escape", "Q")
    screen.ended()


@test
def a_damaged_certificate_says_where():
    pem, _ = pki.leaf("damaged", key="ec")
    with open(pem) as file:
        lines = file.read().split("-----END")[0].splitlines()
    path = os.path.join(ROOT, "damaged.pem")
    with open(path, "w") as file:
        file.write("\n".join(lines[:-3]) + "\n-----END CERTIFICATE-----\n")
    screen = Screen(path, columns=120, rows=40)
    screen.until("damaged.example", "! byte 0: an element is longer", "! der-truncated", "[30 82")
    screen.keys("a")
    screen.until("▾ ASN.1", "SEQUENCE")
    screen.keys("Q")
    screen.ended()


@test
def the_cursor_stands_on_the_selected_row():
    screen = Screen("--demo", "--timeout", "1", columns=120, rows=40)
    screen.until("11/11 done")
    for key, row in (("j", "▸ mail.localhost"), ("Down", "▸ old.localhost"), ("G", "▸ plain.localhost"),
                     ("g", "▸ modern.localhost")):
        screen.keys(key)
        screen.until(row)
        until(lambda: int(screen.ask("#{cursor_y}")) == screen.line_of(row), row)
    screen.keys("q")
    screen.ended()


@test
def a_filter_and_any_size():
    screen = Screen("--demo", "--timeout", "1", columns=120, rows=40)
    screen.until("11/11 done")
    screen.keys("f")
    screen.text("expired")
    screen.keys("Enter")
    screen.until("expired.localhost", gone=["mail.localhost"])
    for columns, rows in ((40, 8), (1, 1), (200, 60), (80, 24)):
        screen.resize(columns, rows)
    screen.until("expired.loc")
    check("mail.localhost" not in screen.screen(), "still filtered")
    screen.keys("Q")
    screen.ended()


@test
def a_session_is_saved_and_opened():
    path = os.path.join(ROOT, "screen.jsonl")
    screen = Screen("--save", path, *good())
    screen.until("1/1 done", "finished")
    screen.keys("q")
    screen.ended(f"saved in {path}")
    again = Screen("--open", path)
    again.until("1/1 done", "finished")
    again.keys("4")
    again.until("chain ▸ leaf")
    again.keys("Q")
    again.ended()


@test
def a_dive_from_the_table_to_the_bytes_that_prove_a_cell():
    pem, key = pki.leaf("dive", names="DNS:one.example")
    port, = nginx([f"ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.2;"
                   "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA; ssl_prefer_server_ciphers on;"])
    path = os.path.join(ROOT, "dive.jsonl")
    screen = Screen("--save", path, "--ca-file", pki.ca, f"{ADDRESS}:{port}", columns=120, rows=40)
    screen.until("1/1 done", "other versions, suites, groups: not")
    screen.keys("D")
    screen.until("TLS 1.2, 2 suites", gone=["asking"])
    screen.keys("7")
    screen.until("accepts", "2 accepted", "RSA_AES_128_CBC_SHA", "no FS")
    screen.keys("/")
    screen.text("ECDHE_RSA")
    screen.keys("Enter")
    screen.until("ECDHE_RSA_AES_128_GCM_SHA256 in TLS 1.2: yes, connection")
    screen.keys("Enter")
    screen.until("accepts ▸ connection", "ClientHello", "TLS 1.2, ECDHE_RSA_AES_128_GCM_SHA256")
    screen.keys("/")
    screen.text("ServerHello")
    screen.keys("Enter", "Enter")
    screen.until("messages", "cipher_suite")
    screen.keys("Escape", "Escape")
    screen.until("ECDHE_RSA_AES_128_GCM_SHA256 in TLS 1.2: yes")
    screen.keys("R")
    until(lambda: '"depth":"one"' in open(path).read() and open(path).read().count('"event":"over"') == 2,
          lambda: open(path).read()[-2000:])
    screen.until("ECDHE_RSA_AES_128_GCM_SHA256 in TLS 1.2: yes")
    screen.keys("Left")  # TLS 1.2 is its first column: back
    screen.until("▸ ", "2 handshake")
    screen.keys("Q")
    screen.ended("saved in")
    again = Screen("--open", path, columns=120, rows=40)
    again.until("TLS 1.2, 2 suites")
    again.keys("7")
    again.until("2 accepted", "(the version itself)")
    again.keys("R")
    again.until("a saved session")
    again.keys("Q")
    again.ended()


@test
def a_watched_cell_turns_when_the_server_goes():
    pem, key = pki.leaf("watched", names="DNS:one.example")
    port = free_port()
    command = ["openssl", "s_server", "-quiet", "-accept", f"{ADDRESS}:{port}", "-cert", pem, "-key", key, "-www"]
    server = start(command, port)
    screen = Screen("--ca-file", pki.ca, f"{ADDRESS}:{port}", columns=120, rows=40)
    screen.until("1/1 done")
    screen.text(":accepts")
    screen.keys("Enter")
    screen.until("nothing was asked yet")
    screen.keys("D")
    screen.until("[yes]", gone=["asking"])
    screen.keys("W")
    screen.until("WATCHING", "TLS 1.3: yes")
    stop(server)
    screen.until("WATCHING", "TLS 1.3: unknown", "refused")
    start([*command, "-no_tls1_3"], port)
    screen.until("WATCHING", "TLS 1.3: no")
    screen.keys("W")
    screen.until("TLS 1.3: no", gone=["WATCHING"])
    screen.keys("Q")
    screen.ended()


@test
def a_watched_suite_turns_when_nginx_is_reloaded():
    pem, key = pki.leaf("reload", names="DNS:one.example")
    port, = nginx([f"ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.2;"
                   "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA;"])
    conf, pid = nginx_files(port)
    screen = Screen("--ca-file", pki.ca, f"{ADDRESS}:{port}", columns=120, rows=40)
    screen.until("1/1 done")
    screen.keys("D")
    screen.until("TLS 1.2, 2 suites", gone=["asking"])
    screen.keys("7")
    screen.until("2 accepted")
    screen.keys("/")
    screen.text("RSA_AES_128_CBC_SHA")
    screen.keys("Enter", "W")
    screen.until("WATCHING", "RSA_AES_128_CBC_SHA in TLS 1.2: yes")
    with open(conf) as file:
        lines = file.read()
    with open(conf, "w") as file:
        file.write(lines.replace(":AES128-SHA;", ";"))
    os.kill(pid, signal.SIGHUP)
    screen.until("WATCHING", "RSA_AES_128_CBC_SHA in TLS 1.2: no", "[no]")
    screen.keys("Q")
    screen.ended()


@test
def a_cell_is_asked_many_times():
    screen = Screen(*good(), columns=120, rows=40)
    screen.until("1/1 done")
    screen.keys("7", "D")
    screen.until("asked:", gone=["asking"])
    screen.text(":ask 20")
    screen.keys("Enter")
    screen.until("TLS 1.3, asked 20 times", "ANSWERS", "   20 100%", "yes: TLS 1.3, TLS_", "FROM HELLO TO ANSWER",
                 "yyyyyyyyyy yyyyyyyyyy", "20 connections")
    screen.keys("Enter")
    screen.until("accepts ▸ connection", "ClientHello")
    screen.keys("Escape", "Escape")
    screen.until("TLS 1.3: yes, 20 times alike, connection", "[suites")
    screen.keys("Q")
    screen.ended()


@test
def it_asks_before_it_leaves_work_behind():
    with Silent() as port:
        screen = Screen("--timeout", "30", f"{ADDRESS}:{port}")
        screen.until("hello")
        screen.keys("q")
        screen.until("running", "y/N")
        screen.keys("n")
        screen.until("hello", gone=["y/N"])
        screen.keys("q")
        screen.until("y/N")
        screen.keys("y")
        screen.ended("1 ")


@test
def without_arguments_it_asks_for_a_target():
    screen = Screen()
    screen.until("add host")
    screen.text(f"{ADDRESS}:{GOOD}")
    screen.keys("Enter")
    screen.until("1/1 done", "finished")
    screen.keys("q")
    screen.ended("saved in")


@test
def a_wrong_target_is_said_and_can_be_corrected():
    screen = Screen()
    screen.until("add host")
    screen.text("host:99999")
    screen.keys("Enter")
    screen.until("99999 is not between")
    screen.keys("Escape", "Q")
    screen.ended()


@test
def stopped_and_let_go_on():
    path = os.path.join(ROOT, "stopped.jsonl")
    with Silent() as port:
        screen = Screen("--save", path, "--timeout", "30", "--ca-file", pki.ca, f"{ADDRESS}:{GOOD}", f"{ADDRESS}:{port}")
        screen.until("1/2 done", "hello")
        screen.keys("C-z")
        screen.until("Stopped", "ready$")
        equal(screen.ask("#{alternate_on}"), "0", "the shell's screen")
        equal(screen.stty("stopped"), screen.modes, "modes")
        screen.text("fg")
        screen.keys("Enter")
        screen.until("1/2 done", "hello")
        asked = '"connection":"2.2","event":"open"'  # what was in flight is asked again
        until(lambda: asked in open(path).read(), lambda: open(path).read())
        screen.keys("Q")
        screen.ended("saved in")
    with open(path) as file:
        check('"result":"suspended"' in file.read(), "said")


@test
def ended_by_a_signal_it_restores_the_terminal():
    for number in (signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT):
        screen = Screen(*good())
        screen.until("1/1 done")
        os.kill(screen.pid(), number)
        screen.until("ready$")
        screen.text("echo status $?")
        screen.keys("Enter")
        screen.ended(f"status {128 + number}")


@test
def a_lost_terminal_ends_it():
    path = os.path.join(ROOT, "lost.jsonl")
    with Silent() as port:
        screen = Screen("--save", path, "--timeout", "30", f"{ADDRESS}:{port}")
        screen.until("hello")
        pid = screen.pid()
        children = open(f"/proc/{pid}/task/{pid}/children").read().split()
        screen.close()
        for one in (pid, *children):
            gone(one)
    with open(path) as file:
        check('"result":"stopped"' in file.read(), "what was known is saved")


@test
def a_dead_prober_is_shown_and_replaced():
    with Silent() as port:
        screen = Screen("--timeout", "30", f"{ADDRESS}:{port}")
        screen.until("hello")
        pid = screen.pid()
        for child in open(f"/proc/{pid}/task/{pid}/children").read().split():
            os.kill(int(child), signal.SIGKILL)
        screen.until("worker died")
        screen.keys("R")
        screen.until("hello")
        screen.keys("Q")
        screen.ended()


@test
def at_rest_nothing_wakes_up():
    screen = Screen(*good())
    screen.until("1/1 done")

    def switches():
        with open(f"/proc/{screen.pid()}/status") as status:
            return [line for line in status if "ctxt_switches" in line and "nonvol" not in line]

    seen = []

    def at_rest():  # a second in which nothing happened, once all is done
        seen.append(switches())
        return len(seen) > 1 and seen[-1] == seen[-2]
    until(at_rest, lambda: f"woken: {seen}", timeout=10, every=1)
    screen.keys("q")
    screen.ended()


@test
def a_certificate_file_is_a_view():
    screen = Screen(pki.path("good.pem"))
    screen.until("good.example", "Example Root CA", "tbsCertificate")
    screen.keys("Q")
    screen.ended()


@test
def a_batch_answers_keys():
    with Silent() as port:
        screen = Screen("--batch", "--timeout", "30", f"{ADDRESS}:{port}", "--ca-file", pki.ca,
                        f"{ADDRESS}:{GOOD}", rows=60)
        screen.until("1 of 2 done")
        screen.keys("?")
        screen.until("any key")
        screen.keys("q")
        screen.until("finishing what is in flight")
        screen.keys("C-c")
        screen.ended("stopped by the user")


@test
def no_colour_where_none_is_wanted():
    for words, colours in (((), True), (("--no-color",), False)):
        screen = Screen("--batch", *words, f"{ADDRESS}:{GOOD}")
        screen.until("1 high", "ready$")
        equal("\x1b[3" in screen.screen(colours=True), colours, str(words))
        screen.close()


main()
