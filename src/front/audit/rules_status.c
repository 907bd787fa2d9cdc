/* Rules about revocation and transparency. */
#include "front/audit/rules.h"

#include <glib/gi18n.h>

static const AuditRule rows[] = {
    {
        .code = "certificate-revoked",
        .severity = SEVERITY_CRITICAL,
        .judge = judge_revoked,
        .sentence = N_("certificate revoked"),
        .what = N_("{name} is revoked[ since {date}][, for {cause}]."),
        .why = N_("Clients that ask refuse the server; whoever has the key may not be its owner."),
        .act = N_("Serve another certificate, with another key."),
        .see = "RFC 5280 5.3, RFC 6960",
    },
    {
        .code = "staple-expired",
        .severity = SEVERITY_HIGH,
        .judge = judge_staple_expired,
        .sentence = N_("stapled OCSP response expired"),
        .what = N_("The response about {name} that the server staples was good until {date}."),
        .why = N_("Clients that look at it refuse the connection, as Firefox does."),
        .act = N_("Look whether the server reaches the responder, and whether it fetches again."),
        .see = "RFC 6960 4.2.2.1",
    },
    {
        .code = "revocation-response",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_response,
        .sentence = N_("revocation not known: {reason}"),
        .what = N_("About {name}: {reason}."),
        .why = N_("Clients that check it refuse the server, or go without knowing."),
        .act = N_("Where it is stapled: look which response the server holds, and of which issuer "
                  "its file of certificates is. Else it is the CA's to put right."),
        .see = "RFC 6960 3.2, RFC 5280 6.3",
    },
    {
        .code = "staple-ends-soon",
        .severity = SEVERITY_LOW,
        .judge = judge_staple_ends,
        .sentence = N_("stapled OCSP response ends in {span}"),
        .what = N_("The response about {name} that the server staples is good until {date}; nine "
                   "tenths of its time are over."),
        .why = N_("A server fetches the next one long before: this one seems not to get any."),
        .act = N_("Look whether the server reaches the responder."),
        .see = "RFC 6960 4.2.2.1",
    },
    {
        .code = "no-revocation",
        .severity = SEVERITY_LOW,
        .judge = judge_no_revocation,
        .sentence = N_("nobody could revoke the certificate"),
        .what = N_("{name} names neither an OCSP responder nor a CRL, and is not short-lived."),
        .why = N_("If its key is lost, clients cannot learn of it."),
        .act =
            N_("Have it issued with a CRL's address. That there is no OCSP is normal since 2025."),
        .see = "CABF BR 7.1.2.11.2",
    },
    {
        .code = "transparency",
        .severity = SEVERITY_HIGH,
        .judge = judge_transparency,
        .sentence = N_("certificate transparency not as {client} wants it"),
        .what = N_("{name}: {reason}; {counted} of {needed}."),
        .why = N_("These clients refuse a certificate of a public CA without enough timestamps."),
        .act = N_("Have it issued again: CAs embed timestamps that satisfy both policies."),
        .see = "RFC 6962",
    },
    {
        .code = "timestamp-wrong",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_timestamps,
        .sentence = N_("timestamp of a log does not verify"),
        .what = N_("{name}: a timestamp that should be of {log} is not by its key, or for another "
                   "certificate."),
        .why = N_("It proves nothing, and clients do not count it."),
        .act = N_("Have the certificate issued again, or look where the server's list comes from."),
        .see = "RFC 6962 3.2",
    },
};

const AuditRules rules_status = {rows, G_N_ELEMENTS(rows)};
