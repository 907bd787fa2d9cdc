/* simulated: a TLS server that answers offers with replies, without a byte being sent; and a dive
 * into it.
 *
 * It is a table of what it accepts, with the bad manners of real servers. Connections take a round
 * trip to open, a hello one more to be answered, so that a dive's length can be told in round
 * trips.
 */
#ifndef TLSDIVE_TESTS_WORKER_PROBE_SIMULATED_H
#define TLSDIVE_TESTS_WORKER_PROBE_SIMULATED_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "worker/probe/dive.h"
#include "worker/talk/ask.h"

enum { SIMULATED_VERSIONS = 6 }; /* SSL 2.0 ... TLS 1.3 */

typedef struct Simulated {
    GArray *suites[SIMULATED_VERSIONS]; /* uint32_t, best first; empty: version off */
    bool chooses[SIMULATED_VERSIONS];   /* in its own order */
    GArray *groups;                     /* uint32_t, of TLS 1.3, best first */
    GArray *curves;                     /* uint32_t, of TLS 1.2 and below */
    bool chooses_group;
    GArray *schemes;       /* uint32_t: it signs with, best first */
    GPtrArray *alpn;       /* char *, best first; borrowed */
    bool alpn_required;    /* alert 120 where none fits */
    bool alpn_always;      /* the last of its protocols where none fits */
    bool needs_extensions; /* alert 50 for a hello without */

    GArray *useless; /* uint32_t: it chooses them, and refuses then as if it had nothing */

    guint equal;       /* suites of one rank stand in runs of so many; 0: none are equal */
    bool chacha_first; /* a client that lists ChaCha20 first gets it */
    bool
        chacha_usual; /* all get it but who lists AES-GCM before all else that it knows, as of Go */
    bool closes;      /* refuses by closing */
    guint longest;    /* suites that it bears; silent over more; 0: all */
    guint bytes;      /* of a hello that it bears; silent over more; 0: all */
    bool needs_ffdhe; /* DHE only for clients that offer an FFDHE group */
    bool needs_silence; /* ECDHE only for clients that offer no groups */
    uint16_t broken;    /* version up to which it answers alert 80 to everything; 0: none */
    bool breaks;        /* TLS 1.0 and 1.1: alert 80 where a suite with a signature is chosen */
    bool unexpected;    /* TLS 1.3: alert 10 where there is no group in common, as of Java */
    bool deaf;          /* silent on odd hellos */
    bool opaque;        /* what it encrypts cannot be opened */
    bool late;          /* TLS 1.3: alerts over ALPN and schemes are encrypted */
    bool signs_anyway;  /* TLS 1.3: with its first scheme where none fits */
    uint16_t dislikes;  /* alert 47 where this extension is offered in TLS 1.3 */
    uint16_t intrudes;  /* this extension in EncryptedExtensions, which nobody offers */
    uint16_t answers;   /* this extension with one byte, 7, in EncryptedExtensions */
    GArray *packings;   /* uint32_t: it compresses certificates with, best first */
    guint groups_read;  /* of those that are offered, TLS 1.2; 0: all */
    bool chooses_first; /* ECDHE suites before it looks at groups, and then closes */
    bool needs_share;   /* TLS 1.3 only with a key share that it takes */
    struct Simulated
        *other;          /* behind the same address: takes connections by lot, or every so many */
    guint other_percent; /* by lot; 0: half of them */
    guint turns;         /* every so manyth connection in the order of opening; 0: by lot */
    const char *leaf;    /* what its certificates are called beside their kind; NULL: nothing */
    guint lost_percent, closed_percent;

    GRand *random;
    guint hellos, asked_twice;
} Simulated;

/* A server that accepts nothing yet. */
Simulated *simulated_new(guint32 seed);
void simulated_free(Simulated *server);

/* The index of a version in its tables. */
guint simulated_index(uint16_t version);

/* The answer; the caller's. */
Reply *simulated_reply(Simulated *server, const Offer *offer);

/* A dive into it, told from its facts. */
typedef struct Dived {
    GHashTable *answers; /* "question version item" -> "yes", "no", "unknown" */
    GHashTable *items;   /* the same -> json_t *, its fact */
    GHashTable *facts;   /* "question version" -> json_t *, the last */
    GPtrArray *tries;    /* json_t *: each hello of one question */
    guint connections, unused, facts_told, bytes_told;
    guint counted; /* connections, as the dive said at last */
    double round_trips;
    /* likewise, up to the last answer about versions, suites, groups, schemes and their order */
    guint main_connections;
    double main_round_trips;
    ProbeOutcome outcome;
    bool over;
} Dived;

Dived *simulated_dive(Simulated *server, const DiveSpec *spec);
void dived_free(Dived *dived);

/* "yes", "no", "unknown", or "" where nothing was said. */
const char *dived_answer(const Dived *dived, const char *question, const char *version,
                         const char *item);

/* The last answer fact about an item; borrowed, NULL if there is none. */
const json_t *dived_item(const Dived *dived, const char *question, const char *version,
                         const char *item);

/* The last answer fact to a question in a version ("" for none): borrowed, NULL if there is none.
 */
const json_t *dived_fact(const Dived *dived, const char *question, const char *version);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Simulated, simulated_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dived, dived_free)

#endif
