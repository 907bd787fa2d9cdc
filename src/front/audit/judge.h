/* judge: the functions of the rules' table, and what they are made of. For src/front/audit alone.
 */
#ifndef TLSDIVE_FRONT_AUDIT_JUDGE_H
#define TLSDIVE_FRONT_AUDIT_JUDGE_H

#include "front/audit/audit.h"

/* Adds a finding of the rule being judged. `args` is taken; it may be NULL. The connection that
 * counts is its evidence; more is set on what is returned. */
Finding *finding_add(AuditCase *examined, Severity severity, json_t *args);

/* Evidence: a certificate and a field of it, with the message that brought it. */
void finding_certificate(AuditCase *examined, Finding *finding, const Certificate *certificate,
                         const char *field);

/* Evidence: the first message of that name that came in on the connection that counts. */
void finding_message(AuditCase *examined, Finding *finding, const char *name);

/* The arguments of what is wrong with one certificate: `name`, and more to be set. A new reference.
 */
json_t *finding_about(const Certificate *certificate);

/* certificates (judge_certificate.c) */
void judge_expired(AuditCase *examined);
void judge_not_yet_valid(AuditCase *examined);
void judge_expires_soon(AuditCase *examined);
void judge_name(AuditCase *examined);
void judge_trust(AuditCase *examined);     /* one reason of the verdict each: rows of a table */
void judge_distrusts(AuditCase *examined); /* browsers that go their own way */
void judge_trust_unknown(AuditCase *examined);
void judge_remark(AuditCase *examined); /* remarks of the verdict: rows of a table */
void judge_weak_key(AuditCase *examined);
void judge_weak_signature(AuditCase *examined);
void judge_malformed(AuditCase *examined);
void judge_staple(AuditCase *examined);

/* what keeps to no profile (judge_profile.c) */
void judge_profile(AuditCase *examined); /* one finding a certificate */
void judge_lifetime(AuditCase *examined);
void judge_ca_served(AuditCase *examined);
void judge_deceptive(AuditCase *examined);

/* revocation and transparency (judge_status.c) */
void judge_revoked(AuditCase *examined); /* one finding a certificate */
void judge_staple_expired(AuditCase *examined);
void judge_staple_ends(AuditCase *examined);
void judge_response(AuditCase *examined); /* one finding a response that does not count */
void judge_no_revocation(AuditCase *examined);
void judge_transparency(AuditCase *examined);
void judge_timestamps(AuditCase *examined); /* one finding a timestamp that does not verify */

/* what the DNS says about certificates (judge_dns.c) */
void judge_tlsa_mismatch(AuditCase *examined);
void judge_tlsa_unusable(AuditCase *examined);
void judge_tlsa_partly(AuditCase *examined); /* one finding a record */
void judge_tlsa_unsigned(AuditCase *examined);
void judge_dnssec_bogus(AuditCase *examined);
void judge_policy_broken(AuditCase *examined); /* one finding a fault */
void judge_policy_testing(AuditCase *examined);
void judge_policy_host(AuditCase *examined);
void judge_policy_certificate(AuditCase *examined);
void judge_reports(AuditCase *examined);

/* what was negotiated (judge_handshake.c) */
void judge_version(AuditCase *examined);
void judge_suite(AuditCase *examined);
void judge_forward_secrecy(AuditCase *examined);
void judge_dhe(AuditCase *examined);
void judge_handshake_signature(AuditCase *examined);
void judge_renegotiation(AuditCase *examined);
void judge_compression(AuditCase *examined);
void judge_master_secret(AuditCase *examined);
void judge_permissive(AuditCase *examined);

/* what a dive has found to be accepted (judge_accepted.c); what the handshake that counts has shown
 * already is not said again */
void judge_versions_accepted(AuditCase *examined);
void judge_suites_accepted(AuditCase *examined); /* one finding a weakness */
void judge_secrecy_accepted(AuditCase *examined);
void judge_dh_accepted(AuditCase *examined);
void judge_failing(AuditCase *examined);
void judge_unruly(AuditCase *examined); /* one finding a reason */
void judge_prime(AuditCase *examined);  /* a prime of its own that is none, or not safe */
void judge_trait(AuditCase *examined);  /* a feature or behaviour: rows of a table */
void judge_two_configurations(AuditCase *examined);

/* how it answered (judge_answer.c) */
void judge_starttls_missing(AuditCase *examined);
void judge_starttls_refused(AuditCase *examined);
void judge_injected(AuditCase *examined);
void judge_no_tls(AuditCase *examined);
void judge_downgrade(AuditCase *examined);
void judge_broken(AuditCase *examined);
void judge_faults(AuditCase *examined);
void judge_unexamined(AuditCase *examined);

#endif
