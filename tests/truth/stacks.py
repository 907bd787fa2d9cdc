"""Servers of other TLS libraries: each function starts one, and gives the port or ports."""
import os
import re
import shutil
import subprocess
import time

from servers import ADDRESS, ROOT, _running, folder, free_port, run, start, write

_HERE = os.path.dirname(os.path.abspath(__file__))


def missing(*programs):
    """Which of these is not installed; None where all are."""
    return next((f"{program} is not installed" for program in programs if not shutil.which(program)), None)


def joined(pem, key):
    """Certificate and key in one file, as haproxy and stunnel like it."""
    path = key + ".both"
    with open(pem, encoding="ascii") as one, open(key, encoding="ascii") as two:
        return write(path, one.read() + two.read())


def haproxy(binds):
    """binds: what follows the address; each with its own port."""
    ports = [free_port() for _ in binds]
    fronts = "".join(f"frontend f{port}\n  bind {ADDRESS}:{port} ssl {words}\n  http-request return status 200\n"
                     for port, words in zip(ports, binds))
    conf = write(os.path.join(folder("haproxy"), f"{ports[0]}.cfg"),
                 "global\n  tune.ssl.default-dh-param 2048\ndefaults\n  mode http\n  timeout client 20s\n"
                 "  timeout connect 5s\n  timeout server 5s\n" + fronts)
    start(["haproxy", "-db", "-f", conf], ports[0], log="haproxy")
    return ports


def stunnel(pem, key, services):
    """services: lines of each."""
    ports = [free_port() for _ in services]
    text = f"foreground = yes\npid =\ncert = {joined(pem, key)}\nconnect = {ADDRESS}:9\ndebug = 0\n"
    text += "".join(f"[s{port}]\naccept = {ADDRESS}:{port}\n" + "\n".join(lines) + "\n"
                    for port, lines in zip(ports, services))
    start(["stunnel", write(os.path.join(folder("stunnel"), f"{ports[0]}.conf"), text)], ports[0], log="stunnel")
    return ports


def lighttpd(module, pem, key, command):
    """command: of ssl.openssl.ssl-conf-cmd, which each of its modules understands in its way."""
    port = free_port()
    conf = write(os.path.join(folder("lighttpd"), f"{module}-{port}.conf"), "\n".join([
        f'server.modules = ("{module}")', f'server.document-root = "{ROOT}"', f'server.bind = "{ADDRESS}"',
        f"server.port = {port}", 'server.errorlog = "/dev/null"', 'ssl.engine = "enable"', f'ssl.pemfile = "{pem}"',
        f'ssl.privkey = "{key}"', 'ssl.openssl.ssl-conf-cmd = ('
        + ", ".join(f'"{name}" => "{value}"' for name, value in command.items()) + ")", ""]))
    start(["lighttpd", "-D", "-f", conf], port, log="lighttpd")
    return port


def selfserv(pairs, *options):
    """NSS; pairs: of certificate and key, RSA first."""
    home = folder(f"nss{len(os.listdir(ROOT))}")
    base = "sql:" + home
    run("certutil", "-N", "-d", base, "--empty-password")
    for name, (pem, key) in zip(("rsa", "ec"), pairs):
        bag = os.path.join(home, name + ".p12")
        run("openssl", "pkcs12", "-export", "-in", pem, "-inkey", key, "-name", name, "-out", bag, "-passout", "pass:x")
        run("pk12util", "-i", bag, "-d", base, "-W", "x")
    port = free_port("0.0.0.0")
    names = ["-n", "rsa"] + (["-e", "ec"] if len(pairs) > 1 else [])
    start(["selfserv", "-d", base, *names, "-p", str(port), *options], port, log="selfserv")
    return port


def botan(pem, key, policy=None):
    plain = key + ".p8"
    run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key, "-out", plain)
    port = free_port("0.0.0.0")
    start(["botan", "tls_server", pem, plain, f"--port={port}", *([f"--policy={policy}"] if policy else [])], port,
          log="botan")
    return port


def bear_build():
    """The server for BearSSL, built; None where there is no compiler or no BearSSL."""
    program = os.path.join(ROOT, "bear_server")
    try:
        run("cc", "-O1", "-o", program, os.path.join(_HERE, "bear_server.c"), "-lbearssl")
    except (OSError, subprocess.CalledProcessError):
        return None
    return program


def bear(program, pem, key, profile):
    run("openssl", "x509", "-in", pem, "-outform", "DER", "-out", pem + ".der")
    run("openssl", "rsa", "-in", key, "-outform", "DER", "-out", key + ".der")
    port = free_port()
    start([program, ADDRESS, str(port), profile, pem + ".der", key + ".der"], port, log="bear")
    return port


def _talkative(command, log, ports):
    """A program that prints what each port accepts, and then "ready"; its lines, split."""
    path = os.path.join(ROOT, log + f"-{ports[0]}.txt")
    with open(path, "w", encoding="ascii") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True)
    _running.append(process)
    deadline = time.monotonic() + 60
    while True:
        with open(path, encoding="ascii") as text:
            lines = text.read().splitlines()
        if "ready" in lines:
            return [line.split(" ") for line in lines if re.match(r"\d+ ", line)]
        if time.monotonic() > deadline or process.poll() is not None:
            raise RuntimeError(f"{command[0]} is not ready:\n" + "\n".join(lines[-20:]))
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            pass


def jsse(pairs, configurations, allow_all=False, properties=()):
    """configurations: (protocols, suites, order, ALPN), as JsseServer.java has them; [(port, protocols, suites)]
    by JSSE's own word."""
    home = folder("jsse")
    if not os.path.exists(os.path.join(home, "JsseServer.class")):
        run("javac", "-d", home, os.path.join(_HERE, "JsseServer.java"))
    store = os.path.join(home, f"{len(os.listdir(home))}.p12")
    for number, (pem, key) in enumerate(pairs):
        bag = f"{store}.{number}"
        run("openssl", "pkcs12", "-export", "-in", pem, "-inkey", key, "-name", f"k{number}", "-out", bag, "-passout",
            "pass:changeit")
        if len(pairs) == 1:
            os.rename(bag, store)
        else:
            run("keytool", "-importkeystore", "-noprompt", "-srckeystore", bag, "-srcstorepass", "changeit",
                "-destkeystore", store, "-deststorepass", "changeit", "-deststoretype", "PKCS12")
    ports = [free_port() for _ in configurations]
    words = [word for port, one in zip(ports, configurations) for word in (str(port), *one)]
    said = _talkative(["java", "-XX:TieredStopAtLevel=1", *properties, "-cp", home, "JsseServer", store, ADDRESS,
                       "all" if allow_all else "some", *words], "jsse", ports)
    return [(int(port), protocols.split(","), listed) for port, protocols, listed in said]


def erlang(configurations):
    """configurations: (versions, suites, order, certificate, key); per port, in order: (port, {version: suites}) by
    Erlang's own word."""
    ports = [free_port() for _ in configurations]
    words = [word for port, one in zip(ports, configurations) for word in (str(port), *one)]
    found = {port: {} for port in ports}
    for port, version, listed in _talkative(["escript", os.path.join(_HERE, "erlang_server.escript"), ADDRESS, *words],
                                            "erlang", ports):
        found[int(port)][{"tlsv1": "TLS 1.0"}.get(version, version.replace("tlsv", "TLS "))] = listed
    return list(found.items())


def caddy(pem, key, *lines):
    """Go's crypto/tls; lines: of Caddy's tls directive."""
    port = free_port()
    home = folder("caddy")
    conf = write(os.path.join(home, f"{port}.conf"), "\n".join([
        "{", "admin off", "auto_https off", f"storage file_system {home}", "}", f"https://:{port} {{",
        f"bind {ADDRESS}", f"tls {pem} {key} {{", *lines, "}", "respond ok", "}", ""]))
    start(["caddy", "run", "--adapter", "caddyfile", "--config", conf], port, log="caddy",
          env=dict(os.environ, HOME=home, XDG_DATA_HOME=home, XDG_CONFIG_HOME=home))
    return port


def apache(pem, key, *lines):
    """lines: of its configuration, in the virtual host."""
    port = free_port()
    home = folder("apache")
    modules = os.environ.get("APACHE_MODULES", "/usr/lib/apache2/modules")
    names = ("mpm_event", "authz_core", "socache_shmcb", "ssl")
    conf = write(os.path.join(home, f"{port}.conf"), "\n".join([
        *(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names),
        f"ServerRoot {home}", f"PidFile {home}/{port}.pid", "ServerName localhost", f"ErrorLog {home}/{port}.log",
        f"DefaultRuntimeDir {home}", f"Listen {ADDRESS}:{port}", f"<VirtualHost {ADDRESS}:{port}>", "SSLEngine on",
        f"SSLCertificateFile {pem}", f"SSLCertificateKeyFile {key}", *lines, "</VirtualHost>", ""]))
    start(["apache2", "-X", "-f", conf], port, log="apache")
    return port


def boring(pem, key, *options):
    """BoringSSL's own tool, which listens everywhere and serves one connection at a time."""
    port = free_port("0.0.0.0")
    start(["bssl-tool", "server", "-accept", str(port), "-cert", pem, "-key", key, "-loop", "-www", *options], port,
          log="boring")
    return port


def balancer(way, *ports):
    """haproxy in TCP mode before servers on these ports, each as often as it is named; `way` is its balance."""
    port = free_port()
    servers = "\n".join(f"  server s{i} {ADDRESS}:{there}" for i, there in enumerate(ports))
    conf = write(os.path.join(folder("haproxy"), f"{port}.cfg"),
                 "global\n  maxconn 1000\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 5s\n"
                 f"  timeout server 5s\nfrontend f\n  bind {ADDRESS}:{port}\n  default_backend b\n"
                 f"backend b\n  balance {way}\n{servers}\n")
    start(["haproxy", "-db", "-f", conf], port, log="haproxy")
    return port
