"""Records tests/front/streams/servers.jsonl anew: what the prober says of nginx and postfix. By hand:
TLSDIVE=_build/tlsdive python3 tests/real/record.py; what is stored of it in tests/front/report changes, too."""
import os
import subprocess

from program import TLSDIVE, environment
from servers import ADDRESS, Pki, nginx, postfix

STREAM = os.path.join(os.path.dirname(__file__), "..", "front", "streams", "servers.jsonl")

pki = Pki()
rsa = pki.leaf("rsa", names="DNS:localhost,DNS:*.wild.example", days=20)
ec = pki.leaf("ec", key="ec", days=90)
tls = "ssl_certificate %s; ssl_certificate_key %s; ssl_protocols %s; ssl_ciphers %s;"
ports = nginx([tls % (*ec, "TLSv1.2 TLSv1.3", "HIGH"), tls % (*rsa, "TLSv1", "@SECLEVEL=0:AES128-SHA")])
mail = postfix(*rsa)
targets = [f"{ADDRESS}:{port}" for port in ports]
targets += [f"smtp://{ADDRESS}:{mail[0]}", f"smtps://{ADDRESS}:{mail[1]}", f"smtp://{ADDRESS}:{mail[2]}"]
with open(STREAM, "w") as out:
    subprocess.run([TLSDIVE, "--no-save", "--format", "json", "--ca-file", "ca.pem", *targets],
                   stdout=out, cwd=pki.dir, env=environment(), check=True)
