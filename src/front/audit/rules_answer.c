/* Rules about how an endpoint answered, and what was negotiated. */
#include "front/audit/rules.h"

#include <glib/gi18n.h>

static const AuditRule rows[] = {
    {
        .code = "injected-bytes",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_injected,
        .sentence = N_("commands can be injected before TLS"),
        .what = N_("{bytes} bytes stood behind the STARTTLS reply, before TLS began: {hex}"),
        .why = N_("Who sits on the way can put commands or replies before the handshake, and they "
                  "are taken as if they had come through TLS."),
        .act = N_("Update the server: it must throw away what it has read or written when TLS "
                  "begins."),
        .see = "RFC 3207 4.2, CVE-2011-0411, CVE-2021-33515",
    },
    {
        .code = "starttls-not-offered",
        .severity = SEVERITY_HIGH,
        .judge = judge_starttls_missing,
        .sentence = N_("STARTTLS is not offered"),
        .what = N_("{reason}."),
        .why = N_("Everything goes in plain text, passwords too."),
        .act = N_("Switch TLS on in the server, and look whether something on the way (a firewall "
                  "that inspects) takes the offer out."),
        .see = "RFC 3207, RFC 2595, RFC 4217, RFC 8314",
    },
    {
        .code = "starttls-refused",
        .severity = SEVERITY_HIGH,
        .judge = judge_starttls_refused,
        .sentence = N_("STARTTLS is offered, and refused"),
        .what = N_("{reason}."),
        .why = N_("Clients go on in plain text, or not at all."),
        .act = N_("Look into the server's log: usually its certificate or key cannot be read."),
        .see = "RFC 3207, RFC 2595, RFC 4217, RFC 8314",
    },
    {
        .code = "no-tls",
        .severity = SEVERITY_HIGH,
        .judge = judge_no_tls,
        .sentence = N_("no TLS here"),
        .what = N_("It {reason}."),
        .why = N_("What a client sends to this port goes in plain text, or is not understood."),
        .act = N_("Switch TLS on for this port, or ask it in the way of its protocol (as in "
                  "smtp://mail.example.com:2525)."),
        .see = "",
    },
    {
        .code = "downgrade",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_downgrade,
        .sentence = N_("version lowered on the way"),
        .what = N_("{reason}."),
        .why =
            N_("Either somebody between here and the server forces an old version, or the server "
               "is broken; clients give up."),
        .act = N_("Ask from another network. If it stays so, update the server."),
        .see = "RFC 8446 4.1.3",
    },
    {
        .code = "protocol-broken",
        .severity = SEVERITY_HIGH,
        .judge = judge_broken,
        .sentence = N_("server breaks the protocol"),
        .what = N_("{reason}."),
        .why = N_("Clients must give up where a peer breaks the rules, and they do."),
        .act = N_("Update the server, or what stands before it."),
        .see = "RFC 8446, RFC 5246",
    },
    {
        .code = "message-illegal",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_faults,
        .sentence = N_("illegal in {name}: {reason}"),
        .what = N_("{name}: {reason}."),
        .why = N_("Clients that look closely give up here."),
        .act = N_("Update the server, or what stands before it."),
        .see = "RFC 8446, RFC 5246",
    },
    {
        .code = "old-version",
        .severity = SEVERITY_HIGH,
        .judge = judge_version,
        .sentence = N_("{version} is the best it speaks"),
        .what = N_("Newer versions were offered, and the server chose {version}."),
        .why =
            N_("SSL and TLS below 1.2 are given up for their flaws, and browsers have left them."),
        .act = N_("Switch on TLS 1.2 and 1.3, and update the server if it has none."),
        .see = "RFC 8996, RFC 7568, RFC 6176",
    },
    {
        .code = "weak-suite",
        .severity = SEVERITY_HIGH,
        .judge = judge_suite,
        .sentence = N_("weak cipher suite: {weakness}"),
        .what = N_("The server chose {suite}."),
        .why =
            N_("NULL does not encrypt, anonymous does not authenticate, EXPORT, DES, RC2 and RC4 "
               "can be broken, blocks of 64 bits (3DES, IDEA) give way in long connections."),
        .act = N_("Offer AES-GCM and ChaCha20-Poly1305 only, with ECDHE."),
        .see = "RFC 9325 4.1, RFC 7465, RFC 5469",
    },
    {
        .code = "no-forward-secrecy",
        .severity = SEVERITY_HIGH,
        .judge = judge_forward_secrecy,
        .sentence = N_("no forward secrecy"),
        .what = N_("The server chose {suite}: the key exchange uses the certificate's key itself."),
        .why = N_("Who has recorded the traffic can read all of it, once the key is out."),
        .act = N_("Switch on ECDHE suites, and put them first."),
        .see = "RFC 9325 4.1",
    },
    {
        .code = "compression",
        .severity = SEVERITY_HIGH,
        .judge = judge_compression,
        .sentence = N_("TLS compression"),
        .what = N_("The server chose compression method {method}."),
        .why = N_("The size of what is compressed gives secrets away (CRIME)."),
        .act = N_("Switch compression off."),
        .see = "RFC 9325 3.3, CVE-2012-4929",
    },
    {
        .code = "old-version-accepted",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_version,
        .sentence = N_("{version} is accepted"),
        .what = N_("Nothing newer was offered, and the server took {version}."),
        .why =
            N_("SSL and TLS below 1.2 are given up for their flaws; who can force them on a client "
               "gains by it."),
        .act = N_("Switch off everything below TLS 1.2."),
        .see = "RFC 8996, RFC 7568, RFC 6176",
    },
    {
        .code = "insecure-renegotiation",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_renegotiation,
        .sentence = N_("secure renegotiation is missing"),
        .what = N_("The server did not answer renegotiation_info."),
        .why =
            N_("If it renegotiates, an attacker can put his own bytes before those of the client."),
        .act = N_("Update the server."),
        .see = "RFC 5746, RFC 9325 3.5",
    },
    {
        .code = "weak-dhe",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_dhe,
        .sentence = N_("DHE prime of {bits} bits"),
        .what = N_("The server's ServerKeyExchange holds a Diffie-Hellman prime of {bits} bits."),
        .why = N_("Below 1024 bits anybody can break it, at 1024 who has built the tables for its "
                  "prime (Logjam)."),
        .act = N_("Use ECDHE, or the groups of RFC 7919 with 2048 bits and more."),
        .see = "RFC 9325 4.1, RFC 7919, CVE-2015-4000",
    },
    {
        .code = "weak-handshake-signature",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_handshake_signature,
        .sentence = N_("handshake signed with {scheme}"),
        .what = N_("The server signed its key exchange with {scheme}."),
        .why = N_("Signatures over MD5 and SHA-1 can be forged with enough effort."),
        .act = N_("Switch on signatures with SHA-256, or update the server."),
        .see = "RFC 9155",
    },
    {
        .code = "no-extended-master-secret",
        .severity = SEVERITY_LOW,
        .judge = judge_master_secret,
        .sentence = N_("no extended master secret"),
        .what = N_("The server did not answer extended_master_secret."),
        .why =
            N_("Two connections can be made to share their keys (triple handshake), which matters "
               "with client certificates and resumption."),
        .act = N_("Update the server, or switch on TLS 1.3."),
        .see = "RFC 7627",
    },
    {
        .code = "permissive-only",
        .severity = SEVERITY_INFO,
        .judge = judge_permissive,
        .sentence = N_("only a permissive hello got through"),
        .what = N_("The usual hello failed; one that also offers weak and rare things did not."),
        .why = N_("Clients of today cannot connect."),
        .act = N_("See what was negotiated, and what else is found here."),
        .see = "",
    },
    {
        .code = "way-not-built",
        .severity = SEVERITY_UNKNOWN,
        .judge = judge_unexamined,
        .sentence = N_("this version does not speak {protocol}"),
        .what = N_("Plain TLS was tried instead: {reason}."),
        .why = N_("Nothing can be said about TLS inside of {protocol}."),
        .act = N_("Ask with a tool of the protocol itself."),
        .see = "",
    },
    {
        .code = "not-examined",
        .severity = SEVERITY_UNKNOWN,
        .judge = judge_unexamined,
        .sentence = N_("could not be examined: {reason}"),
        .what = N_("{reason}."),
        .why = N_("Nothing can be said about TLS here, neither good nor bad."),
        .act = N_("Ask again; from another network, or with a longer --timeout."),
        .see = "",
    },
};

const AuditRules rules_answer = {rows, G_N_ELEMENTS(rows)};
