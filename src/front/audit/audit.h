/* audit: rules over the model, which say how bad it is.
 *
 * Workers say what is; a rule says what that means for whoever runs the server. Rules are rows of
 * one table (rules.c), pure, and know no clock: the time that they judge by is an argument. A rule
 * gives findings, each with what proves it. Texts of rules are English, marked for translation,
 * with arguments in braces and parts that may be missing in brackets; src/front/report/words.h
 * fills them.
 *
 * An endpoint is judged when it has its result. Ports of the catalogue that are closed or silent
 * give no finding; what could not be examined and should have been gives one of its own severity.
 */
#ifndef TLSDIVE_FRONT_AUDIT_AUDIT_H
#define TLSDIVE_FRONT_AUDIT_AUDIT_H

#include "front/model/model.h"

/* Worst first. */
typedef enum Severity {
    SEVERITY_CRITICAL,
    SEVERITY_HIGH,
    SEVERITY_MEDIUM,
    SEVERITY_LOW,
    SEVERITY_INFO,
    SEVERITY_UNKNOWN, /* could not be examined */
    SEVERITY_COUNT,
} Severity;

typedef struct AuditRule AuditRule;

typedef struct Finding {
    const AuditRule *rule;
    Severity severity;
    json_t *args; /* of the rule's texts, an object; texts from the network as facts have them */
    /* what proves it; each may be NULL */
    char *connection;  /* id */
    char *message;     /* sha256 of a message */
    char *certificate; /* sha256 of a certificate */
    const char *field; /* id of the field in it; static */
} Finding;

typedef struct AuditContext {
    gint64 now; /* the time to judge certificates by, in seconds since 1970 */
} AuditContext;

/* What a rule looks at. */
typedef struct AuditCase {
    const Endpoint *endpoint;
    const Connection *best;  /* NULL: no connection */
    const json_t *agreed;    /* the negotiated fact; NULL: none */
    const Certificate *leaf; /* NULL: no chain came */
    const AuditContext *context;
    const AuditRule *rule;
    GPtrArray *findings; /* of this endpoint so far */
} AuditCase;

struct AuditRule {
    const char *code;     /* stable */
    const char *sentence; /* the finding in a few words */
    const char *what;     /* what was seen */
    const char *why;      /* why it matters */
    const char *act;      /* what to do about it */
    const char *see;      /* RFCs and the like; not translated */
    Severity severity;    /* the usual one: a rule with tiers chooses */
    void (*judge)(AuditCase *examined);
};

/* All rules; *count is set. Static. */
const AuditRule *audit_rules(size_t *count);

/* The rule of this code; NULL: none. */
const AuditRule *audit_rule(const char *code);

/* The findings of an endpoint, worst first: Finding *, owned by the list. Empty where nothing is
 * wrong; NULL while the endpoint has no result. */
GPtrArray *audit_endpoint(const Endpoint *endpoint, const AuditContext *context);

/* Judges an endpoint that was not judged since it changed, and hangs its findings on it. */
void audit_judge(Endpoint *endpoint, const AuditContext *context);

/* Judges again, for this time, every endpoint that showed a chain: of others nothing ends. */
void audit_judge_all(Model *model, const AuditContext *context);

/* True for ports of the catalogue that are closed or silent, or answer in the plain text that is
 * normal there: the usual case, counted, and no finding. */
bool audit_is_quiet(const Endpoint *endpoint);

/* True where the endpoint's result says something about TLS there: it finished, broke the protocol,
 * or answered that there is none. What the program's own way in could not tell is not examined. */
bool audit_is_examined(const Endpoint *endpoint);

/* "critical" ... "unknown"; static. */
const char *severity_name(Severity severity);

/* 'C' 'H' 'M' 'L' 'I' '?' */
char severity_letter(Severity severity);

/* The severity of a name, in any case; false if it is none. */
bool severity_parse(const char *name, Severity *severity);

#endif
