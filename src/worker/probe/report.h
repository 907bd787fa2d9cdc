/* report: what a Peel found, as answers.
 */
#ifndef TLSDIVE_WORKER_PROBE_REPORT_H
#define TLSDIVE_WORKER_PROBE_REPORT_H

#include "common/registry/registry.h"
#include "worker/probe/known.h"

/* The name of a code point. */
typedef const char *(*ReportName)(uint32_t code, char number[REGISTRY_NUMBER]);

/* What the answers are about. The question of an order is the same with "-order" behind it. */
typedef struct ReportSpec {
    Known *known;
    const char *question; /* suite, group, scheme, alpn */
    uint16_t version;
    const char *key; /* or NULL */
    ReportName name;
} ReportSpec;

const char *report_suite(uint32_t code, char number[REGISTRY_NUMBER]);
const char *report_group(uint32_t code, char number[REGISTRY_NUMBER]);
const char *report_scheme(uint32_t code, char number[REGISTRY_NUMBER]);
const char *report_protocol(uint32_t code, char number[REGISTRY_NUMBER]);

/* One code point is accepted, as the connection shows; the fault (a reason) may be NULL. */
void report_yes(const ReportSpec *what, uint32_t code, const char *connection, const char *fault);

/* Those that were refused, and those that were never answered: an answer for each kind. */
void report_rest(const ReportSpec *what, const Peel *peel);

/* Who chooses, of a Peel that is over. */
void report_order(const ReportSpec *what, const Peel *peel);

#endif
