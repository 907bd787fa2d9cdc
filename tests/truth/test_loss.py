#!/usr/bin/env python3
"""The same truth from a host 10 ms away, with 1 % and with 5 % of the packets lost."""
import os

from matrix import Dived, compare
from expect import gnutls, openssl
from far import Far
from servers import ROOT, Pki, folder, write
from tap import main, test

pki = Pki()
RSA, EC = pki.leaf("rsa", names=f"IP:{Far.ADDRESS}"), pki.leaf("ec", key="ec", names=f"IP:{Far.ADDRESS}")
V12, V13 = "TLS 1.2", "TLS 1.3"
LISTS = {7443: "ECDHE+AESGCM:ECDHE+CHACHA20:AES", 7444: "ALL:!PSK:!aNULL:!eNULL"}
PRIORITY = "NORMAL:%SERVER_PRECEDENCE"

home = folder("nginx")
os.chmod(ROOT, 0o755)
blocks = "".join(f"server {{ listen {Far.ADDRESS}:{port} ssl; ssl_ciphers {ciphers}; ssl_protocols TLSv1.2 TLSv1.3;\n"
                 f"ssl_prefer_server_ciphers {prefer}; return 200 ok; }}\n"
                 for (port, ciphers), prefer in zip(LISTS.items(), ("off", "on")))
CONF = write(os.path.join(home, "nginx.conf"), f"""pid {home}/pid; error_log stderr; daemon off; worker_processes 1;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
ssl_certificate {RSA[0]}; ssl_certificate_key {RSA[1]}; ssl_certificate {EC[0]}; ssl_certificate_key {EC[1]};
{blocks} }}
""")

far = Far(delay=0.005, loss=0.01)
far.start(["nginx", "-c", CONF, "-e", "stderr"])
far.start(["gnutls-serv", "--quiet", "--http", "--port", "7445", "--x509certfile", RSA[0], "--x509keyfile", RSA[1],
           "--priority", PRIORITY])
for port in (7443, 7444, 7445):
    far.wait(port)


def same(port, accepts):
    compare(Dived(port, address=Far.ADDRESS), accepts)


def at(loss):
    percent = f"{loss:.0%} lost"

    def its_order():
        far.loss = loss
        same(7444, openssl((V12, V13), LISTS[7444], "server", authentication=("RSA", "ECDSA"),
                           exchange=("RSA", "ECDH")))

    def client_order():
        far.loss = loss
        same(7443, openssl((V12, V13), LISTS[7443], authentication=("RSA", "ECDSA", "None"), exchange=("RSA", "ECDH")))

    def serial():
        far.loss = loss
        same(7445, gnutls(PRIORITY))
    for function, name in ((its_order, "its own order"), (client_order, "the client's order"),
                           (serial, "a serial server")):
        function.__name__ = f"{percent}, {name}"
        test(function)


at(0.01)
at(0.05)
main()
