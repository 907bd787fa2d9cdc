"""What certificates point to is fetched: from openssl's responder and a server of files, only when asked, and
whatever a server of bad manners does is bounded."""
import http.server
import json
import os
import subprocess
import threading

from program import TLSDIVE, dive
from servers import ADDRESS, ROOT, folder, free_port, run, s_server, start, write
from tap import check, equal, main, test

DIR = folder("fetch")


def path(name):
    return os.path.join(DIR, name)


class Web(http.server.BaseHTTPRequestHandler):
    """Files of DIR, and bad manners by name; what was asked is noted."""
    asked = []

    def log_message(self, *_):
        pass

    def headers_of(self, status, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        act = getattr(self, "act_" + self.path.strip("/").split("/")[0], None)
        try:
            (act or self.act)()
        except OSError:
            pass  # it has heard enough

    do_POST = do_GET

    def act(self):
        with open(path(self.path.strip("/")), "rb") as file:
            data = file.read()
        self.headers_of(200, Content_Length=len(data))
        self.wfile.write(data)

    def act_endless(self):
        self.headers_of(200)
        while True:
            self.wfile.write(b"x" * 65536)

    def act_large(self):
        self.headers_of(200, Content_Length=100 << 20)
        self.act_endless()

    def act_fields(self):
        self.send_response(200)
        self.flush_headers()
        while True:
            self.wfile.write(b"X-Field: " + b"y" * 1000 + b"\r\n")

    def act_short(self):
        self.headers_of(200, Content_Length=1000)
        self.wfile.write(b"short")

    def act_round(self):
        self.headers_of(302, Location="/round")

    def act_away(self):
        self.headers_of(302, Location="ldap://ldap.test/cn=x")

    def act_twice(self):
        self.headers_of(302, Location="/text")

    def act_text(self):
        self.headers_of(200, Content_Length=4, Cache_Control="public, max-age=60")
        self.wfile.write(b"text")

    def act_packed(self):
        self.headers_of(200, Content_Length=4, Content_Encoding="gzip")
        self.wfile.write(b"bomb")

    def act_empty(self):
        self.headers_of(200, Content_Length=0)

    def act_missing(self):
        self.headers_of(404)

    def act_silent(self):
        self.rfile.read(1)


SERVER = http.server.ThreadingHTTPServer((ADDRESS, 0), Web)
SERVER.daemon_threads = True
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
WEB = f"http://{ADDRESS}:{SERVER.server_port}"
OCSP_PORT = free_port()
OCSP = f"http://{ADDRESS}:{OCSP_PORT}"
NOBODY = f"{ADDRESS}:{free_port()}"  # the DNS is not what this is about


def certificate(name, serial, extensions, issuer=None):
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        path(name + ".key"), "-out", path(name + ".csr"), "-subj", f"/CN={name}")
    signer = ["-CA", path(issuer + ".pem"), "-CAkey", path(issuer + ".key")] if issuer \
        else ["-signkey", path(name + ".key")]
    run("openssl", "x509", "-req", "-in", path(name + ".csr"), *signer, "-set_serial", str(serial), "-days", "30",
        "-extfile", write(path(name + ".ext"), extensions), "-out", path(name + ".pem"))


CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n" \
       "subjectAltName=DNS:leaf.test\n"
certificate("root", 1, CA)
certificate("inter", 2, CA + f"crlDistributionPoints=URI:{WEB}/root.crl\n", "root")
for number, leaf in enumerate(("good", "bad"), 3):
    certificate(leaf, number, LEAF + f"authorityInfoAccess=OCSP;URI:{OCSP},caIssuers;URI:{WEB}/inter.der\n", "inter")
certificate("listed", 5, LEAF + f"authorityInfoAccess=caIssuers;URI:{WEB}/inter.der\n"
            f"crlDistributionPoints=URI:{WEB}/inter.crl\n", "inter")
run("openssl", "x509", "-in", path("inter.pem"), "-outform", "DER", "-out", path("inter.der"))
write(path("index"), "".join(f"{state}\t401231235959Z\t{revoked}\t{serial:02X}\tunknown\t/CN={name}\n"
                             for state, revoked, serial, name in (("V", "", 3, "good"),
                                                                  ("R", "260101000000Z,keyCompromise", 4, "bad"),
                                                                  ("R", "260101000000Z", 5, "listed"))))
write(path("none"), "")
for issuer, index in (("root", "none"), ("inter", "index")):
    write(path("ca.conf"), f"[ca]\ndefault_ca=d\n[d]\ndatabase={path(index)}\ndefault_md=sha256\n"
          "default_crl_days=3\n")
    run("openssl", "ca", "-gencrl", "-config", path("ca.conf"), "-cert", path(issuer + ".pem"), "-keyfile",
        path(issuer + ".key"), "-out", path(issuer + ".crl.pem"))
    run("openssl", "crl", "-in", path(issuer + ".crl.pem"), "-outform", "DER", "-out", path(issuer + ".crl"))


def listens(port, _address):
    """As it says itself: a connection without a request would hold it up."""
    with open(os.path.join(ROOT, f"ocsp-{port}.txt")) as log:
        return "waiting" in log.read()


start(["openssl", "ocsp", "-port", str(OCSP_PORT), "-index", path("index"), "-CA", path("inter.pem"), "-rsigner",
       path("inter.pem"), "-rkey", path("inter.key"), "-ndays", "3"], OCSP_PORT, log="ocsp", ready=listens)
PORTS = {leaf: s_server(path(leaf + ".pem"), path(leaf + ".key")) for leaf in ("good", "bad", "listed")}


def ask(leaf, *more):
    Web.asked.clear()
    return dive("--ca-file", path("root.pem"), "--server-name", "leaf.test", "--dns-server", NOBODY, *more,
                f"{ADDRESS}:{PORTS[leaf]}")


def standing(result):
    return {(f["from"], f["status"]) for f in result.all("revocation")}


@test
def nothing_is_fetched_unless_asked():
    found = ask("good")
    check(not found.one("verdict")["trusted"], "the path cannot be complete")
    equal(found.all("fetched"), [])
    equal(Web.asked, [])
    check(not os.path.exists(os.path.join(ROOT, "cache")), "nothing is written")


@test
def issuer_ocsp_and_crl_are_fetched_and_judged():
    found = ask("good", "--fetch")
    check(found.one("verdict")["trusted"], found.one("verdict"))
    equal(standing(found), {("ocsp", "good"), ("crl", "good")})
    kinds = [one["kind"] for one in found.all("fetched")]
    equal((kinds[0], sorted(kinds)), ("issuer", ["crl", "issuer", "ocsp"]))
    equal(sorted(where for where, _ in Web.asked), ["/inter.der", "/root.crl"])
    check(all(fields["User-Agent"].startswith("tlsdive/") for _, fields in Web.asked), Web.asked)


@test
def what_was_fetched_is_kept_for_the_next_run():
    found = ask("good", "--fetch")
    check(found.one("verdict")["trusted"], found.one("verdict"))
    equal({one.get("cached") for one in found.all("fetched")}, {True})
    equal(Web.asked, [])
    kept = os.path.join(ROOT, "cache", "tlsdive")
    for name in os.listdir(kept):
        write(os.path.join(kept, name), "broken")
    found = ask("good", "--fetch")
    check(found.one("verdict")["trusted"], found.one("verdict"))
    equal({one.get("cached") for one in found.all("fetched")}, {None})
    before = sorted(os.listdir(kept))
    found = ask("good", "--fetch", "--no-cache")
    equal({one.get("cached") for one in found.all("fetched")}, {None})
    equal(sorted(os.listdir(kept)), before)


@test
def revoked_is_said_by_ocsp_and_by_crl():
    check(("ocsp", "revoked") in standing(ask("bad", "--fetch")), "by OCSP")
    check(("crl", "revoked") in standing(ask("listed", "--fetch")), "by CRL")


@test
def a_nonce_is_sent_where_it_is_wanted():
    found = ask("good", "--fetch", "--fetch-nonce")
    equal(standing(found), {("ocsp", "good"), ("crl", "good")})
    equal({one.get("cached") for one in found.all("fetched")}, {None})
    check(all(OCSP + "/M" not in one.get("location", "") for one in found.all("fetched")), "by POST")


def fetched(kind, urls, reach="loopback"):
    """{url: fetched fact}, by the fetcher's process itself."""
    jobs = "".join(json.dumps({"job": "fetch", "id": url, "kind": kind, "url": url, "reach": reach}) + "\n"
                   for url in urls)
    with subprocess.Popen([TLSDIVE, "--worker", "fetcher"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        process.stdin.write(jobs)
        process.stdin.flush()
        facts, left = {}, len(urls)
        while left:
            fact = json.loads(process.stdout.readline())
            check(fact["fact"] != "error", fact)
            left -= fact["fact"] == "answered"
            if fact["fact"] == "fetched":
                facts[fact["url"]] = fact
        process.stdin.close()
        equal(process.wait(10), 0)
    return facts


@test
def bad_manners_are_bounded_and_named():
    reasons = {"endless": "fetch-size", "large": "fetch-size", "fields": "fetch-headers", "short": "fetch-cut",
               "round": "fetch-redirects", "away": "fetch-scheme", "packed": "fetch-encoded", "empty": "fetch-empty",
               "missing": "fetch-status", "silent": "fetch-silent", "twice": None}
    facts = fetched("issuer", [f"{WEB}/{name}" for name in reasons])
    equal({url.rsplit("/", 1)[1]: fact.get("reason") for url, fact in facts.items()}, reasons)
    equal(facts[f"{WEB}/twice"]["location"], f"{WEB}/text")
    check("expires" in facts[f"{WEB}/twice"], "its max-age")
    equal(fetched("crl", [f"{WEB}/large"])[f"{WEB}/large"]["reason"], "fetch-size")


@test
def no_nearer_address_than_allowed_is_connected_to():
    Web.asked.clear()
    port = SERVER.server_port
    urls = [f"{WEB}/text", f"http://localhost:{port}/text", f"http://[::ffff:{ADDRESS}]:{port}/text",
            "http://0.0.0.0/", "ldap://ldap.test/"]
    facts = fetched("crl", urls, "private")
    equal([facts[url]["reason"] for url in urls], ["fetch-private"] * 4 + ["fetch-scheme"])
    equal(fetched("mta-sts", [f"{WEB}/text"])[f"{WEB}/text"]["reason"], "fetch-scheme")
    equal(Web.asked, [])


main()
