/* rules: the tables of rules, one a subject. For src/front/audit alone.
 *
 * Among findings of one severity, those of the first table stand first, and in a table the rows
 * stand in their order. Arguments in braces are set by the judge; {reason} is the sentence of a
 * reason. A rule that depends on what another one found stands behind it.
 */
#ifndef TLSDIVE_FRONT_AUDIT_RULES_H
#define TLSDIVE_FRONT_AUDIT_RULES_H

#include "front/audit/judge.h"

typedef struct AuditRules {
    const AuditRule *rows;
    size_t count;
} AuditRules;

extern const AuditRules rules_certificate, rules_status, rules_dns, rules_answer, rules_accepted;

#endif
