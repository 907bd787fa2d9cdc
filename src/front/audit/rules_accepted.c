/* Rules about what a dive has found to be accepted. */
#include "front/audit/rules.h"

#include <glib/gi18n.h>

static const AuditRule rows[] = {
    {
        .code = "two-configurations",
        .severity = SEVERITY_HIGH,
        .judge = judge_two_configurations,
        .sentence = N_("two configurations behind one address"),
        .what = N_("Hellos that were alike were answered differently[: {value} by another "
                   "configuration]."
                   "[ Only the first has {first}[ and {first_more} more].]"
                   "[ Only the second has {second}[ and {second_more} more].]"
                   "[ Accepted in so many of so many connections: {some}[ and {some_more} more].]"),
        .why = N_("Clients get the one or the other by chance; what is weak in either counts."),
        .act = N_("Compare the machines behind the balancer, and give them one configuration."),
        .see = "",
    },
    {
        .code = "accepts-old-version",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_versions_accepted,
        .sentence = N_("{version} is accepted too"),
        .what = N_("The server took {version} when nothing else was offered."),
        .why =
            N_("SSL and TLS below 1.2 are given up for their flaws; who can force them on a client "
               "gains by it."),
        .act = N_("Switch off everything below TLS 1.2."),
        .see = "RFC 8996, RFC 7568, RFC 6176",
    },
    {
        .code = "accepts-weak-suites",
        .severity = SEVERITY_HIGH,
        .judge = judge_suites_accepted,
        .sentence = N_("{weakness} suites are accepted ({count})"),
        .what = N_("In {versions}: {suites}"),
        .why =
            N_("A client that offers them last may be brought to use them, and an old one does: "
               "NULL does not encrypt, anonymous does not authenticate, EXPORT, DES, RC2 and RC4 "
               "can be broken, blocks of 64 bits give way in long connections."),
        .act = N_("Take them out of the list of suites: AES-GCM and ChaCha20-Poly1305 with ECDHE "
                  "are enough."),
        .see = "RFC 9325 4.1, RFC 7465, RFC 5469",
    },
    {
        .code = "accepts-small-prime",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_dh_accepted,
        .sentence = N_("DHE with a prime of {bits} bits is accepted"),
        .what = N_("Its Diffie-Hellman parameters: {value}"),
        .why = N_("Below 1024 bits anybody can break it, at 1024 who has built the tables for its "
                  "prime (Logjam)."),
        .act = N_("Use ECDHE, or the groups of RFC 7919 with 2048 bits and more."),
        .see = "RFC 9325 4.1, RFC 7919, CVE-2015-4000",
    },
    {
        .code = "composite-prime",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_prime,
        .sentence = N_("the modulus of its DHE is no prime"),
        .what = N_("Its Diffie-Hellman parameters: {value}"),
        .why = N_("Whoever knows the factors computes the keys of every connection; somebody may "
                  "have chosen them."),
        .act = N_("Use the groups of RFC 7919, or ECDHE alone."),
        .see = "RFC 7919 5.1, CVE-2016-2217",
    },
    {
        .code = "unsafe-prime",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_prime,
        .sentence = N_("DHE with a prime that is not safe"),
        .what = N_("Its Diffie-Hellman parameters: {value}"),
        .why = N_("There are small subgroups: keys that are used more than once can be found, bit "
                  "by bit."),
        .act = N_("Use the groups of RFC 7919, or ECDHE alone."),
        .see = "RFC 7919 5.1, RFC 2785, CVE-2016-0701",
    },
    {
        .code = "accepts-compression",
        .severity = SEVERITY_HIGH,
        .judge = judge_trait,
        .sentence = N_("TLS compression is accepted"),
        .what = N_("The server chose compression where it was offered."),
        .why = N_("The size of what is compressed gives secrets away (CRIME)."),
        .act = N_("Switch compression off."),
        .see = "RFC 9325 3.3, CVE-2012-4929",
    },
    {
        .code = "ephemeral-key-reused",
        .severity = SEVERITY_LOW,
        .judge = judge_trait,
        .sentence = N_("ephemeral keys are used again"),
        .what = N_("The same key came in several key exchanges: {value}"),
        .why = N_("Forward secrecy lasts only until such a key is out."),
        .act = N_("Update the server, or switch off what keeps its keys."),
        .see = "RFC 9325 7.4",
    },
    {
        .code = "ticket-not-encrypted",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_trait,
        .sentence = N_("session tickets look as if they were not encrypted"),
        .what = N_("Two tickets of two handshakes have most of their bytes in common: {value}"),
        .why = N_("Whoever listens in may read a session's secret from its ticket, or guess the "
                  "tickets of others."),
        .act = N_("Update the server, or switch off its tickets."),
        .see = "RFC 5077 4, RFC 8446 4.6.1",
    },
    {
        .code = "session-id-guessed",
        .severity = SEVERITY_LOW,
        .judge = judge_trait,
        .sentence = N_("session ids are alike"),
        .what = N_("Of the session ids of all answers: {value}"),
        .why = N_("Others can guess them, and learn how busy the server is, or disturb its "
                  "sessions."),
        .act = N_("Update the server, or switch off its cache of sessions."),
        .see = "RFC 5246 F.1.4, D.1",
    },
    {
        .code = "resumption-without-exchange",
        .severity = SEVERITY_LOW,
        .judge = judge_trait,
        .sentence = N_("sessions are resumed without a key exchange"),
        .what = N_("The server resumed a session of TLS 1.3 with psk_ke."),
        .why = N_("Such connections have no forward secrecy: with the key of the tickets, all that "
                  "was sent can be read later."),
        .act = N_("Allow psk_dhe_ke alone."),
        .see = "RFC 8446 2.2, 4.2.9",
    },
    {
        .code = "client-renegotiation",
        .severity = SEVERITY_LOW,
        .judge = judge_trait,
        .sentence = N_("clients can renegotiate"),
        .what = N_("The server began a second handshake on a connection when it was asked to."),
        .why = N_("It costs the server far more than the client, who can ask again and again."),
        .act = N_("Switch off renegotiation by clients."),
        .see = "RFC 9325 3.5, CVE-2011-1473",
    },
    {
        .code = "fails-after-choosing",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_failing,
        .sentence = N_("{item} is accepted, and does not work: {reason}"),
        .what = N_("In {version}: {reason}."),
        .why = N_("Clients that the server leads there fail, where they could have had another."),
        .act = N_("Look into the server's log; take out what its key, certificate or security "
                  "level does not allow."),
        .see = "",
    },
    {
        .code = "answers-against-rules",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_unruly,
        .sentence = N_("some hellos are answered against the rules: {reason}"),
        .what = N_("Asked about {item}: {reason}."),
        .why = N_("Clients that send such a hello give up, and what was asked stays unknown."),
        .act = N_("Update the server, or what stands before it."),
        .see = "RFC 8446, RFC 5246",
    },
    {
        .code = "accepts-no-forward-secrecy",
        .severity = SEVERITY_LOW,
        .judge = judge_secrecy_accepted,
        .sentence = N_("suites without forward secrecy ({count})"),
        .what = N_("In {versions}: {suites}"),
        .why = N_("Who has recorded the traffic can read all of it, once the key is out."),
        .act = N_("Take out the suites that do not begin with ECDHE or DHE."),
        .see = "RFC 9325 4.1",
    },
    {
        .code = "home-made-prime",
        .severity = SEVERITY_INFO,
        .judge = judge_dh_accepted,
        .sentence = N_("DHE with a prime of its own ({bits} bits)"),
        .what = N_("Its Diffie-Hellman parameters: {value}"),
        .why = N_("Nobody but who made it knows whether such a prime is safe."),
        .act = N_("Use the groups of RFC 7919, or ECDHE alone."),
        .see = "RFC 7919",
    },
};

const AuditRules rules_accepted = {rows, G_N_ELEMENTS(rows)};
