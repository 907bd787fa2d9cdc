/* usual: simulated servers as most administrators have them, and a dive into one held against it.
 */
#ifndef TLSDIVE_TESTS_WORKER_PROBE_USUAL_H
#define TLSDIVE_TESTS_WORKER_PROBE_USUAL_H

#include "tests/worker/probe/simulated.h"

enum { USUAL_VERSIONS = 5 };

/* SSL 3.0 to TLS 1.3; in a Simulated they have the index behind their own here. */
extern const uint16_t usual_versions[USUAL_VERSIONS];

/* Sets a list of code points. */
void usual_fill(GArray *list, const uint32_t *codes, guint count);

#define FILL(list, ...)                                                                            \
    usual_fill(list, (const uint32_t[]){__VA_ARGS__},                                              \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Groups, schemes, protocols and TLS 1.3 as most servers have them; nothing below it. */
Simulated *usual_server(guint32 seed);

/* Adds TLS 1.2 with the suites of an intermediate configuration. */
void usual_intermediate(Simulated *server);

/* That it accepts a suite in the version of this index of a Simulated. */
bool usual_accepts(const Simulated *server, guint index, uint32_t code);

/* Everything is asked, and the dive ends well. */
Dived *usual_dive(Simulated *server);

/* Every answer about a version and a suite is true; unless `unknowns`, each has one. */
void usual_check_suites(const Simulated *server, const Dived *dived, bool unknowns);

/* The order of the suites of usual_versions[v] is the server's. */
void usual_check_order(const Simulated *server, const Dived *dived, guint v);

/* Both, of all versions; and it is one server. */
void usual_check_all(const Simulated *server, const Dived *dived);

#endif
