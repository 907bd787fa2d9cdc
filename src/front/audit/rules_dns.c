/* Rules about what the DNS says of certificates. */
#include <glib/gi18n.h>

#include "front/audit/rules.h"

static const AuditRule rows[] = {
    {
        .code = "tlsa-mismatch",
        .severity = SEVERITY_HIGH,
        .judge = judge_tlsa_mismatch,
        .sentence = N_("no TLSA record holds for the certificate"),
        .what = N_("{name}: {reason}"),
        .why = N_("Mail servers that check DANE deliver no mail here, and other clients that do "
                  "refuse the server."),
        .act =
            N_("Publish a record of the key that is served (3 1 1 is the usual one), and at each "
               "change of keys the next one's beforehand."),
        .see = "RFC 7671 8, RFC 7672",
    },
    {
        .code = "dnssec-bogus",
        .severity = SEVERITY_HIGH,
        .judge = judge_dnssec_bogus,
        .sentence = N_("DNSSEC of {name} is broken"),
        .what = N_("{what}"),
        .why = N_("Who validates finds no such name at all, and mail servers that use DANE put off "
                  "delivery."),
        .act =
            N_("Look whether signatures have expired, and whether the DS record at the parent is "
               "of a key that signs."),
        .see = "RFC 4035 5, RFC 7672 2.1",
    },
    {
        .code = "tlsa-unsigned",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_tlsa_unsigned,
        .sentence = N_("TLSA records without DNSSEC"),
        .what = N_("The zone of {name} is not signed, or its parent has no DS record."),
        .why = N_("Clients ignore such records: they protect nobody."),
        .act = N_("Sign the zone and publish its DS record at the parent, or remove the records."),
        .see = "RFC 6698 4.1",
    },
    {
        .code = "tlsa-unusable",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_tlsa_unusable,
        .sentence = N_("no TLSA record can be used"),
        .what = N_("{name}: {reason}"),
        .why = N_("Clients go on as if there were none; mail servers still insist on TLS."),
        .act = N_("Publish records of usage 3 or 2, with selector 1 and SHA-256: 3 1 1 or 2 1 1."),
        .see = "RFC 7671 4, RFC 7672 3.1.3",
    },
    {
        .code = "tlsa-partly",
        .severity = SEVERITY_LOW,
        .judge = judge_tlsa_partly,
        .sentence = N_("TLSA record {number} does not hold"),
        .what = N_("{name}: another record holds; this one: {reason}"),
        .why = N_("It looks like a second way to authenticate, and is none."),
        .act = N_("Correct or remove it."),
        .see = "RFC 7671 8",
    },
    {
        .code = "mta-sts-broken",
        .severity = SEVERITY_MEDIUM,
        .judge = judge_policy_broken,
        .sentence = N_("MTA-STS policy does not read"),
        .what = N_("{url}: {reason}"),
        .why = N_("Senders ignore it, and deliver without."),
        .act = N_("Correct the file, then change the id in the TXT record."),
        .see = "RFC 8461 3.2",
    },
    {
        .code = "mta-sts-host",
        .severity = SEVERITY_HIGH,
        .judge = judge_policy_host,
        .sentence = N_("mail server is not in its domain's MTA-STS policy"),
        .what = N_("No mx line of {url} is for {host}."),
        .why = N_("Senders that enforce the policy deliver nothing to this server."),
        .act = N_("Add the name to the policy, then change the id in the TXT record."),
        .see = "RFC 8461 4.1",
    },
    {
        .code = "mta-sts-certificate",
        .severity = SEVERITY_HIGH,
        .judge = judge_policy_certificate,
        .sentence = N_("certificate does not satisfy the MTA-STS policy"),
        .what = N_("{url} asks for a trusted certificate for {host}."),
        .why = N_("Senders that enforce the policy deliver nothing to this server."),
        .act = N_("Use a certificate of a public CA with this name."),
        .see = "RFC 8461 4.2",
    },
    {
        .code = "mta-sts-testing",
        .severity = SEVERITY_INFO,
        .judge = judge_policy_testing,
        .sentence = N_("MTA-STS policy is only tested"),
        .what = N_("{url} has mode testing."),
        .why = N_("Senders report what fails, and deliver all the same."),
        .act = N_("Set the mode to enforce when reports show no failures."),
        .see = "RFC 8461 5",
    },
    {
        .code = "tlsrpt-absent",
        .severity = SEVERITY_INFO,
        .judge = judge_reports,
        .sentence = N_("no reports of failed TLS are asked for"),
        .what = N_("There is no TLSRPT record at _smtp._tls.{name}."),
        .why = N_("What senders fail with, by DANE or MTA-STS, nobody here gets to know."),
        .act = N_("Publish one: v=TLSRPTv1; rua=mailto:..."),
        .see = "RFC 8460 3",
    },
};

const AuditRules rules_dns = {rows, G_N_ELEMENTS(rows)};
