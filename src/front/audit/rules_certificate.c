/* Rules about certificates and what is known of them. */
#include "front/audit/rules.h"

#include <glib/gi18n.h>

static const AuditRule rows[] = {
    {
        .code = "certificate-expired",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_expired,
        .sentence = N_("certificate expired {span} ago"),
        .what = N_("notAfter of {name} was {date}, {span} before."),
        .why = N_("Clients that check certificates do not connect any more."),
        .act =
            N_("Renew it, then reload the server: the file on disk may be new already, while the "
               "running server still holds the old one."),
        .see = "RFC 5280 4.1.2.5",
    },
    {
        .code = "certificate-not-yet-valid",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_not_yet_valid,
        .sentence = N_("certificate not valid yet"),
        .what = N_("notBefore of {name} is {date}, in {span}."),
        .why = N_("Clients that check certificates do not connect until then."),
        .act = N_("Look at the clock of whatever issued it, and of this machine; put the former "
                  "certificate back until then."),
        .see = "RFC 5280 4.1.2.5",
    },
    {
        .code = "certificate-expires-soon",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_expires_soon,
        .sentence = N_("certificate ends in {span}"),
        .what = N_("notAfter of {name} is {date}, in {span}."),
        .why = N_("By this time it should have been renewed: from then on, clients that check "
                  "certificates do not connect."),
        .act = N_("Renew it and reload the server. Where that is automatic, look why it did not "
                  "happen."),
        .see = "RFC 5280 4.1.2.5",
    },
    {
        .code = "revoked",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_trust,
        .sentence = N_("certificate revoked"),
        .what = N_("A certificate of the path of {name} was revoked by its issuer."),
        .why = N_("Its key may be in the wrong hands; clients that check refuse it."),
        .act = N_("Replace it, with a new key."),
        .see = "RFC 5280 5, RFC 6960",
    },
    {
        .code = "name-mismatch",
        .severity = SEVERITY_HIGH,
        .judge = judge_name,
        .sentence = N_("certificate is for another name"),
        .what = N_("{asked} is not among the names of the certificate: {names}"),
        .why = N_("Clients cannot tell the server from an impostor, and refuse it."),
        .act = N_("Use a certificate with this name in its subjectAltName, or look whether the "
                  "server has one and chooses wrongly by server_name."),
        .see = "RFC 9525, RFC 6066 3",
    },
    {
        .code = "self-signed",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("certificate is self-signed"),
        .what = N_("{name} signed itself and is not in the trust store ({store})."),
        .why = N_("Clients can only trust it if each of them was told to."),
        .act = N_("Use a certificate from a CA that the clients trust, or give this one to all of "
                  "them."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "chain-incomplete",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("chain is incomplete"),
        .what = N_("The issuer of a certificate is neither sent nor in the trust store ({store}); "
                   "{name} was issued by {issuer}."),
        .why =
            N_("Some clients find the missing certificate elsewhere, others refuse: it works here "
               "and fails there."),
        .act =
            N_("Let the server send the intermediate certificates behind its own (\"fullchain\")."),
        .see = "RFC 8446 4.4.2",
    },
    {
        .code = "unknown-root",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("root is not in the trust store"),
        .what = N_("The chain of {name} ends at a root that is not in the trust store ({store})."),
        .why = N_("Clients without this root refuse the server."),
        .act =
            N_("Right for a CA of your own: judge by its root with --ca-file. Else use a CA that "
               "the clients trust."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "issuer-expired",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("a certificate of the chain has expired"),
        .what = N_("The path of {name} holds an issuer's certificate that has expired."),
        .why = N_("Clients that find no other path refuse the server."),
        .act = N_("Let the server send the issuer's present certificate."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "issuer-not-yet-valid",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("a certificate of the chain is not valid yet"),
        .what = N_("The path of {name} holds an issuer's certificate that is not valid yet."),
        .why = N_("Clients that find no other path refuse the server."),
        .act = N_("Let the server send the issuer's present certificate, and look at the clocks."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "chain-signature",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("a signature of the chain does not verify"),
        .what = N_("A certificate in the path of {name} was not signed by the key of its issuer."),
        .why = N_("The certificate was changed, or the wrong issuer is sent: clients refuse it."),
        .act = N_("Compare what is sent with what the CA delivered."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "wrong-purpose",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("certificate is not for servers"),
        .what = N_("{name}: {reason}."),
        .why = N_("Clients refuse a certificate that may not be used for server authentication."),
        .act = N_("Use a certificate with serverAuth in extKeyUsage, and a keyUsage that fits its "
                  "key."),
        .see = "RFC 5280 4.2.1.3, 4.2.1.12",
    },
    {
        .code = "chain-constraints",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("the chain breaks its own rules"),
        .what = N_("{name}: {reason}."),
        .why = N_("Clients that process what an issuer allows refuse the chain."),
        .act = N_("Have it issued by a CA that may issue it."),
        .see = "RFC 5280 4.2.1.9, 4.2.1.10, 6.1",
    },
    {
        .code = "weak-key",
        .severity = SEVERITY_HIGH,
        .judge = judge_weak_key,
        .sentence = N_("key is too weak: {key}"),
        .what = N_("The key of {name} is {key}."),
        .why = N_("Below RSA 2048 and 224 bits of an elliptic curve a key can be had by who spends "
                  "enough on it; below RSA 1024 by anybody."),
        .act =
            N_("Issue the certificate again, with a new key: ECDSA P-256, or RSA 2048 and more."),
        .see = "RFC 9325 4.5, NIST SP 800-57",
    },
    {
        .code = "roca",
        .severity = SEVERITY_HIGH,
        .judge = judge_remark,
        .sentence = N_("a key of the chain can be broken (ROCA)"),
        .what = N_("In the path of {name}: {reason}."),
        .why = N_("The factors of such a key can be computed from its public part alone: whoever "
                  "does so is the server, or its CA."),
        .act = N_("Issue the certificate again, with a key that other software or hardware has "
                  "made."),
        .see = "CVE-2017-15361",
    },
    {
        .code = "short-key",
        .severity = SEVERITY_LOW,
        .judge = judge_remark,
        .sentence = N_("a key of the path is short"),
        .what = N_("In the path of {name}: {reason}; the server did not send it."),
        .why = N_("Clients that demand 2048 bits of each certificate refuse the path."),
        .act = N_("Use a chain to a root with a longer key."),
        .see = "RFC 9325 4.5, NIST SP 800-57",
    },
    {
        .code = "sent-incomplete",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_remark,
        .sentence = N_("an intermediate certificate is not sent"),
        .what = N_("The path of {name} holds a certificate that is no root and was not sent: it "
                   "was found elsewhere."),
        .why = N_("Clients that do not have it and do not fetch it refuse the server."),
        .act =
            N_("Let the server send the intermediate certificates behind its own (\"fullchain\")."),
        .see = "RFC 8446 4.4.2",
    },
    {
        .code = "sent-out-of-order",
        .severity = SEVERITY_LOW,
        .judge = judge_remark,
        .sentence = N_("the certificates are not in order"),
        .what = N_("{name}: {reason}."),
        .why = N_("TLS up to 1.2 demands the order; strict clients refuse the chain."),
        .act = N_("Put the server's certificate first, and each issuer behind what it issued."),
        .see = "RFC 5246 7.4.2, RFC 8446 4.4.2",
    },
    {
        .code = "sent-surplus",
        .severity = SEVERITY_LOW,
        .judge = judge_remark,
        .sentence = N_("certificates are sent that nobody needs"),
        .what = N_("{name}: {reason}."),
        .why = N_("Each handshake is longer for it, and it is often a remnant of a CA that was "
                  "left: the right one may be missing."),
        .act = N_("Take it out of the server's file."),
        .see = "RFC 8446 4.4.2",
    },
    {
        .code = "sent-root",
        .severity = SEVERITY_INFO,
        .judge = judge_remark,
        .sentence = N_("the root is sent, too"),
        .what = N_("{name}: {reason}."),
        .why = N_("Clients have it already, or do not believe it: it only makes the handshake "
                  "longer."),
        .act = N_("Take it out of the server's file."),
        .see = "RFC 8446 4.4.2",
    },
    {
        .code = "weak-signature",
        .severity = SEVERITY_HIGH,
        .judge = judge_weak_signature,
        .sentence = N_("signed with a broken hash: {signature}"),
        .what = N_("{name} is signed with {signature}."),
        .why = N_("Certificates with such a hash can be forged; clients refuse them."),
        .act = N_("Have it issued again: CAs sign with SHA-256 and better."),
        .see = "RFC 9155, RFC 6151",
    },
    {
        .code = "untrusted",
        .severity = SEVERITY_HIGH,
        .judge = judge_trust,
        .sentence = N_("certificate is not trusted: {reason}"),
        .what = N_("{name}: {reason}."),
        .why = N_("Clients that check certificates refuse the server."),
        .act = N_("Look at the chain, certificate by certificate."),
        .see = "RFC 5280 6.1",
    },
    {
        .code = "distrusted-elsewhere",
        .severity = SEVERITY_HIGH,
        .judge = judge_distrusts,
        .sentence = N_("browsers do not trust this CA's certificates of that date: {browsers}"),
        .what = N_("{name} is of a CA that they distrust, with the date that counts: {browsers}. "
                   "Its issuer is {issuer}."),
        .why = N_("The store here trusts the root; people with these browsers get a warning "
                  "instead of the page."),
        .act = N_("Have it issued by another CA."),
        .see = "Chrome Root Program, Mozilla Root Store Policy, support.apple.com/121668",
    },
    {
        .code = "must-staple",
        .severity = SEVERITY_HIGH,
        .judge = judge_staple,
        .sentence = N_("OCSP response missing, though promised"),
        .what = N_("{name} says that the server staples an OCSP response, and it did not."),
        .why = N_("Clients that heed the promise refuse the server."),
        .act = N_("Switch OCSP stapling on, and look whether the server reaches the responder."),
        .see = "RFC 7633",
    },
    {
        .code = "certificate-malformed",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_malformed,
        .sentence = N_("malformed certificate: {reason}"),
        .what = N_("Certificate {number} of the chain, {name}: {reason}."),
        .why = N_("Clients that read strictly refuse it, others read it differently."),
        .act = N_("Have it issued again by a CA that follows RFC 5280."),
        .see = "RFC 5280 4.1, X.690",
    },
    {
        .code = "trust-unknown",
        .severity = SEVERITY_UNKNOWN,
        .judge = judge_trust_unknown,
        .sentence = N_("trust was not verified"),
        .what = N_("The chain of {name} came, and was not verified."),
        .why = N_("Nothing can be said about whether clients trust it."),
        .act = N_("Ask again."),
        .see = "",
    },
    {
        .code = "no-names",
        .severity = SEVERITY_HIGH,
        .judge = judge_profile,
        .sentence = N_("certificate names no host"),
        .what = N_("{name} has no subjectAltName."),
        .why =
            N_("Clients look for the host's name there and nowhere else: the common name does not "
               "count any more."),
        .act = N_("Have it issued anew with every name and address of the server in its "
                  "subjectAltName."),
        .see = "RFC 9525 6.3, RFC 5280 4.2.1.6",
    },
    {
        .code = "lifetime-too-long",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_lifetime,
        .sentence = N_("certificate is valid for {days} days, where {allowed} are allowed"),
        .what =
            N_("{name} was issued on {date} for {days} days; a public CA may issue for {allowed} "
               "since then."),
        .why = N_("Browsers refuse certificates of public CAs that are valid for longer."),
        .act = N_("Have it issued anew, for a shorter time, and renewed by itself (ACME)."),
        .see = "TLS BR 6.3.2",
    },
    {
        .code = "certificate-profile",
        .severity = SEVERITY_LOW,
        .judge = judge_profile,
        .sentence = N_("certificate is not as it should be issued[ ({count} breaches)]"),
        .what = N_("{name}: {reason}."),
        .why =
            N_("It is not as it should be issued: strict clients may refuse it, others may take it "
               "for more than it is."),
        .act = N_("Have it issued anew, and mend the profile of the CA that did."),
        .see = "RFC 5280 4, TLS BR 7.1",
    },
    {
        .code = "deceptive-name",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_deceptive,
        .sentence = N_("a name in the certificate is not what it looks like"),
        .what = N_("{name}: {reason}."),
        .why = N_("Who reads the name takes it for another one; it may have been made for that."),
        .act = N_("Look at the name's bytes, and whether it is meant so."),
        .see = "UTS 39, RFC 5890",
    },
    {
        .code = "ca-served",
        .severity = SEVERITY_LOW,
        .judge = judge_ca_served,
        .sentence = N_("the server's certificate is a CA's"),
        .what = N_("{name} may issue certificates, and the server has its key."),
        .why =
            N_("Who gets at the server's key can issue certificates for any name, to all who trust "
               "this one."),
        .act = N_("Keep the CA's key apart, and give the server a certificate issued by it "
                  "(basicConstraints CA:FALSE)."),
        .see = "RFC 5280 4.2.1.9",
    },
};

const AuditRules rules_certificate = {rows, G_N_ELEMENTS(rows)};
