"""A host 50 ms away: what costs a round trip, and that silent ports hold up nothing."""
import time

from far import Far
from program import dive
from servers import Pki
from tap import check, equal, main, test

pki = Pki()
PEM, KEY = pki.leaf("ec", key="ec", names=f"IP:{Far.ADDRESS}")
far = Far(delay=0.025, ports={443, 8443})
for port, more in ((443, []), (8443, ["-groups", "P-384"])):
    far.start(["openssl", "s_server", "-quiet", "-accept", f"{Far.ADDRESS}:{port}", "-cert", PEM, "-key", KEY,
               "-www", *more])
    far.wait(port)


@test
def silent_ports_hold_up_nothing():
    """The catalogue of a host that answers on two ports: all done within two time-outs, the answering ones first."""
    idle = 6
    begun = time.monotonic()
    result = dive("--timeout", str(idle), "--ca-file", pki.ca, Far.ADDRESS)
    took = time.monotonic() - begun
    check(took < 2 * idle, f"two time-outs, not {took:.1f} s")
    equal(result.status, 0, "exit status")
    results = {}
    for done in result.all("done"):
        results.setdefault(done["result"], []).append(done["endpoint"])
    equal(len(results["finished"]), 2, str(results))
    check(len(results["timed-out"]) >= 40, "the others are silent")
    https = result.endpoint(443)
    hello = next(m for m in result.all("message", https) if m["name"] == "ServerHello")
    opened = next(c for c in result.all("connection", https) if c["event"] == "open")
    check(hello["at"] - opened["at"] < 0.5 * idle, "443 waits for nobody")
    equal(result.all("finding", results["timed-out"][0]), [], "a silent catalogue port is no finding")


@test
def round_trips_are_counted():
    result = dive("--ca-file", pki.ca, f"{Far.ADDRESS}:443,8443")
    one, two = result.endpoint(443), result.endpoint(8443)
    opened = [c for c in result.all("connection") if c["event"] == "open"]
    for connection in opened:
        check(0.049 < connection["took"] < 0.5, f"a round trip is 50 ms: {connection}")
    equal(result.one("negotiated", one)["round_trips"], 1, "TLS 1.3")
    equal(result.one("negotiated", two)["round_trips"], 2, "TLS 1.3 with a HelloRetryRequest")
    retry = next(m for m in result.all("message", two) if m["name"] == "HelloRetryRequest")
    check(retry["retry_cost"] and 0.049 < retry["took"], str(retry))
    check(result.one("verdict", one)["trusted"] and result.one("verdict", one)["matched_kind"] == "ip", "trust")


main()
