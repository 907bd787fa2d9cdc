"""Real servers for tests: started on a loopback address of this process's own and on free ports, stopped
when the test program ends. Certificates are made with openssl, with dates relative to now."""
import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = tempfile.mkdtemp(prefix="tlsdive-test-")
_running = []


def _address():
    """A loopback address by process id: parallel test programs do not meet on a port."""
    pid = os.getpid()
    return f"127.{10 + (pid >> 16) % 200}.{(pid >> 8) % 256}.{1 + pid % 254}"


ADDRESS = _address()


def _end():
    for process in reversed(_running):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    for process in reversed(_running):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    shutil.rmtree(ROOT, ignore_errors=True)


atexit.register(_end)
signal.signal(signal.SIGTERM, lambda *_: exit(143))


def free_port(address=None):
    with socket.socket() as s:
        s.bind((address or ADDRESS, 0))
        return s.getsockname()[1]


def free_udp_port(address=None):
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.bind((address or ADDRESS, 0))
        return s.getsockname()[1]


def folder(name):
    path = os.path.join(ROOT, name)
    os.makedirs(path, exist_ok=True)
    return path


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    return path


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def _accepts(port, address):
    with contextlib.suppress(OSError), socket.create_connection((address or ADDRESS, port), 2):
        return True
    return False


def _takes_datagrams(port, _address):
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with contextlib.suppress(OSError), open(table) as lines:
            if any(line.split()[1].endswith(f":{port:04X}") for line in lines):
                return True
    return False


def start(command, port, address=None, env=None, log="log", ready=_accepts):
    """Starts a server and waits until its port answers; its output goes to a log in ROOT."""
    path = os.path.join(ROOT, f"{log}-{port}.txt")
    with open(path, "w") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   env=env, start_new_session=True)
    _running.append(process)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if ready(port, address):
            return process
        try:
            process.wait(0.02)
            break
        except subprocess.TimeoutExpired:
            pass
    with open(path) as f:
        raise RuntimeError(f"{command[0]} does not answer on port {port}:\n{f.read()[-2000:]}")


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(10)


class Pki:
    """A root, and leaves signed by it: files NAME.pem (leaf and root), NAME.key; the root in ca.pem."""

    def __init__(self, name="pki", subject="/O=Example/CN=Example Root CA"):
        self.dir = folder(name)
        self.ca = self.path("ca.pem")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path("ca.key"),
            "-out", self.ca, "-days", "3650", "-subj", subject)

    def path(self, name):
        return os.path.join(self.dir, name)

    def leaf(self, name, key="rsa:2048", names="DNS:localhost", subject=None, days=90, digest="sha256",
             extensions=""):
        if key == "dsa" and not os.path.exists(self.path("dsa.param")):
            run("openssl", "dsaparam", "-out", self.path("dsa.param"), "1024")
        new = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
               "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
               "dsa": ["-newkey", "dsa:" + self.path("dsa.param")]}.get(key, ["-newkey", key])
        names = f"{names},IP:{ADDRESS}"
        run("openssl", "req", *new, "-nodes", "-keyout", self.path(name + ".key"), "-out",
            self.path(name + ".csr"), "-subj", subject or f"/CN={name}.example")
        file = write(self.path(name + ".ext"),
                     f"subjectAltName={names}\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                     "extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n" + extensions)
        run("openssl", "x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.ca, "-CAkey",
            self.path("ca.key"), "-CAcreateserial", "-days", str(days), "-" + digest, "-extfile",
            file, "-out", self.path(name + ".leaf"))
        with open(self.path(name + ".leaf")) as leaf, open(self.ca) as ca:
            write(self.path(name + ".pem"), leaf.read() + ca.read())
        return self.path(name + ".pem"), self.path(name + ".key")


def nginx(servers):
    """servers: a list of lines for a server block, each with {listen}; returns the ports."""
    home = folder("nginx")
    ports = [free_port() for _ in servers]
    blocks = "\n".join("server { listen %s:%d ssl; %s return 200 ok; }" % (ADDRESS, port, lines)
                       for port, lines in zip(ports, servers))
    conf = write(os.path.join(home, f"nginx-{ports[0]}.conf"),
                 f"pid {home}/pid-{ports[0]}; error_log stderr; daemon off; worker_processes 1;\n"
                 "events { worker_connections 512; }\n"
                 f"http {{ access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p;\n"
                 f"fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;\n"
                 f"{blocks} }}\n")
    os.chmod(ROOT, 0o755)
    start(["nginx", "-c", conf, "-e", "stderr"], ports[0], log="nginx")
    return ports


def nginx_files(port):
    """The configuration of the nginx whose first port this is, and its process: SIGHUP reads it again."""
    home = folder("nginx")
    with open(os.path.join(home, f"pid-{port}")) as file:
        return os.path.join(home, f"nginx-{port}.conf"), int(file.read())


def s_server(pem, key, *more):
    port = free_port()
    start(["openssl", "s_server", "-quiet", "-accept", f"{ADDRESS}:{port}", "-cert", pem, "-cert_chain", pem,
           "-key", key, "-www", *more], port, log="s_server")
    return port


def dtls_s_server(pem, key, *more):
    """Over UDP, for one client after the other."""
    port = free_udp_port()
    start(["openssl", "s_server", "-quiet", "-accept", f"{ADDRESS}:{port}", "-cert", pem, "-cert_chain", pem,
           "-key", key, *more], port, log="s_server", ready=_takes_datagrams)
    return port


def dtls_gnutls_serv(pem, key, *more):
    """Over UDP, for one client after the other; it answers from 127.0.0.1 alone."""
    port = free_udp_port("0.0.0.0")
    start(["gnutls-serv", "--quiet", "--udp", "--port", str(port), "--x509certfile", pem,
           "--x509keyfile", key, *more], port, log="gnutls-serv", ready=_takes_datagrams)
    return port


def gnutls_serv(pem, key, *more):
    port = free_port("0.0.0.0")
    start(["gnutls-serv", "--quiet", "--http", "--port", str(port), "--x509certfile", pem,
           "--x509keyfile", key, *more], port, log="gnutls-serv")
    return port


def postfix(pem, key, *settings):
    """smtpd with STARTTLS on the first port returned, with TLS at once on the second, without TLS on the third."""
    home = folder("postfix")
    ports = [free_port() for _ in range(3)]
    queue, data = folder("postfix/queue"), folder("postfix/data")
    shutil.chown(data, "postfix")
    os.chmod(ROOT, 0o755)
    write(os.path.join(home, "main.cf"), "\n".join([
        "compatibility_level = 3.6", f"queue_directory = {queue}", f"data_directory = {data}",
        "mail_owner = postfix", "setgid_group = postdrop", "daemon_directory = /usr/lib/postfix/sbin",
        "command_directory = /usr/sbin", "myhostname = mail.example", "mydestination =",
        "local_recipient_maps =", "inet_protocols = ipv4", "alias_maps =", "alias_database =",
        f"maillog_file = {home}/maillog", f"maillog_file_prefixes = {home}",
        f"smtpd_tls_cert_file = {pem}", f"smtpd_tls_key_file = {key}",
        "smtpd_tls_security_level = may", "smtpd_tls_session_cache_database =", *settings, ""]))
    lines = [f"{ADDRESS}:{ports[0]} inet n - n - - smtpd",
             f"{ADDRESS}:{ports[1]} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes",
             f"{ADDRESS}:{ports[2]} inet n - n - - smtpd -o smtpd_tls_security_level=none"]
    for name, kind in (("cleanup", "unix n - n - 0 cleanup"), ("tlsmgr", "unix - - n 1000? 1 tlsmgr"),
                       ("rewrite", "unix - - n - - trivial-rewrite"), ("anvil", "unix - - n - 1 anvil"),
                       ("proxymap", "unix - - n - - proxymap"), ("postlog", "unix-dgram n - n - 1 postlogd"),
                       ("qmgr", "unix n - n 300 1 qmgr"), ("pickup", "unix n - n 60 1 pickup")):
        lines.append(f"{name} {kind}")
    write(os.path.join(home, "master.cf"), "\n".join(lines) + "\n")
    env = dict(os.environ, MAIL_CONFIG=home)
    start(["postfix", "-c", home, "start-fg"], ports[0], env=env, log="postfix")
    return ports


def dovecot(pem, key):
    """Returns the ports of imap, imaps, pop3 and pop3s."""
    home = folder("dovecot")
    os.chmod(ROOT, 0o755)
    ports = [free_port() for _ in range(4)]
    conf = write(os.path.join(home, "dovecot.conf"), f"""
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap pop3
listen = {ADDRESS}
ssl = required
ssl_cert = <{pem}
ssl_key = <{key}
mail_location = maildir:{home}/mail
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = static
  args = password=x
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={home}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {ports[0]}
  }}
  inet_listener imaps {{
    port = {ports[1]}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {ports[2]}
  }}
  inet_listener pop3s {{
    port = {ports[3]}
    ssl = yes
  }}
}}
""")
    start(["dovecot", "-F", "-c", conf], ports[0], log="dovecot")
    return ports


def vsftpd(pem, key, *settings):
    """Returns the ports of explicit (AUTH TLS) and implicit FTP over TLS."""
    ports = []
    for implicit in ("NO", "YES"):
        port = free_port()
        conf = write(os.path.join(folder("vsftpd"), f"vsftpd-{port}.conf"), "\n".join([
            "listen=YES", "listen_ipv6=NO", f"listen_address={ADDRESS}", f"listen_port={port}",
            "background=NO", "anonymous_enable=YES", "allow_anon_ssl=YES", "ssl_enable=YES",
            f"rsa_cert_file={pem}", f"rsa_private_key_file={key}", f"implicit_ssl={implicit}",
            f"secure_chroot_dir={folder('vsftpd/empty')}", "seccomp_sandbox=NO", "isolate=NO",
            "isolate_network=NO", *settings, ""]))
        start(["vsftpd", conf], port, log="vsftpd")
        ports.append(port)
    return ports
