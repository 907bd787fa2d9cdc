/* brief: what fits into a column, the same in screens and in text.
 *
 * ASCII where not said otherwise. What is not known (yet) is "?", what does not apply "-".
 */
#ifndef TLSDIVE_FRONT_REPORT_BRIEF_H
#define TLSDIVE_FRONT_REPORT_BRIEF_H

#include "front/audit/audit.h"
#include "front/model/model.h"

/* The state of a finished endpoint in a word or two ("finished", "timed out", "no TLS"),
 * translated; of a running one its phase, as its code. Borrowed. */
const char *brief_state(const Endpoint *endpoint);

/* The milliseconds that an endpoint took: "182"; "" while it runs. To be freed. */
char *brief_took(const Endpoint *endpoint);

/* "1.3"; "?" where nothing was negotiated but may have been, "-" where there was nothing to
 * negotiate;
 * "" while it runs. To be freed. */
char *brief_version(const Endpoint *endpoint);

/* The suite's IANA name without TLS_ and _WITH: "ECDHE_RSA_AES_128_GCM_SHA256"; else as
 * brief_version. To be freed. */
char *brief_suite(const Endpoint *endpoint);

/* The name alone; to be freed. */
char *brief_suite_name(const char *suite);

/* The group; else as brief_version, and "-" where the key exchange has none. To be freed. */
char *brief_group(const Endpoint *endpoint);

/* Whole days left of a certificate, or behind its end with a minus: "41d", "-3d", "-0d" within the
 * first day after it; "72y" where days would not fit a column; "never" (it has no end), "?" (its
 * end does not read). To be freed. */
char *brief_days(const Certificate *certificate, gint64 now);

/* The same of an endpoint's leaf; "-", "?" or "" as brief_version where it has none. To be freed.
 */
char *brief_leaf_days(const Endpoint *endpoint, gint64 now);

/* "RSA 2048", "ECDSA P-256", "?" where it does not read; to be freed. */
char *brief_key(const Certificate *certificate);

/* How many findings of each severity: "1C 2M", with "I" left out unless there is nothing else;
 * "ok", "unknown", "-" for closed and silent ports of the catalogue, "..." while it runs or is not
 * judged (one character where utf8). To be freed. */
char *brief_findings(const Endpoint *endpoint, bool utf8);

/* The worst finding of an endpoint; NULL where it has none. */
const Finding *brief_worst(const Endpoint *endpoint);

/* "0.182 s", "1:02 min"; to be freed. */
char *brief_duration(double seconds);

/* host:port, [address]:port, with the Unicode form of a name, escaped; to be freed. */
char *brief_place(const Endpoint *endpoint, bool ascii);

/* A lifetime in seconds, in its largest whole unit: "45 s", "5 min", "6 h", "7 d"; to be freed. */
char *brief_lifetime(gint64 seconds);

#endif
