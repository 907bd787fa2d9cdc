/* known: what the strategies of a dive have learned together, and the answers that they say.
 */
#ifndef TLSDIVE_WORKER_PROBE_KNOWN_H
#define TLSDIVE_WORKER_PROBE_KNOWN_H

#include "worker/probe/dive.h"
#include "worker/probe/form.h"
#include "worker/probe/peel.h"
#include "worker/probe/sides.h"
#include "worker/talk/ask.h"

enum {
    KNOWN_VERSIONS = 6, /* SSL 2.0 ... TLS 1.3 */
    BRIEF_LIST = 20,    /* code points in a list of a brief hello */
};

typedef enum Certainty {
    CERTAINTY_OPEN, /* not answered yet */
    CERTAINTY_YES,
    CERTAINTY_NO,
    CERTAINTY_UNKNOWN,
} Certainty;

/* A hello that copies are asked of, and its answer. */
typedef struct Original {
    Offer *offer; /* NULL: none yet */
    char *answer; /* what it showed */
    char *connection;
} Original;

typedef struct KnownVersion {
    uint16_t version;
    Certainty certainty;
    bool settled;   /* what is accepted is known, but for what was not expected */
    bool over;      /* its suites are all answered */
    bool answered;  /* to a hello that asked for a higher one */
    GArray *suites; /* uint32_t: accepted, as preferred once it is over */
    Original first; /* the first hello that was answered */
    Original least; /* the last one that brought a suite that had not been seen */
    Original last;  /* the longest list that was refused in the usual form */
    PeelHabit habit;
} KnownVersion;

typedef struct Primes Primes;
typedef struct Ids Ids;

typedef struct Known {
    char *host, *server_name;
    DiveDepth depth;
    GQueue facts;    /* json_t *, owned */
    bool suspected;  /* two configurations may answer */
    bool doubted;    /* they do: every refusal is confirmed, and no order is claimed */
    Sides *sides;    /* what is known of the two */
    Offer *disputed; /* a hello whose answer contradicts others, the first of all; or NULL */
    GHashTable *yes; /* the answers (json_t *) that were yes, by question, version and item */
    guint limit;     /* suites in one list at most, where longer ones were lost; 0: none */
    bool brief;      /* hellos with extensions are borne only where they are brief */
    guint borne;     /* suites in the longest list that was answered in a hello with extensions */
    KnownVersion versions[KNOWN_VERSIONS];
    Peel *alpn;             /* protocols, by their number in known_protocol */
    Original protocols;     /* the first hello with such a list that was answered */
    GHashTable *leaves;     /* SHA-256 of every leaf that was seen */
    GHashTable *publics;    /* SHA-256 of every ephemeral public key */
    GHashTable *extensions; /* version << 16 | type of every extension that was answered */
    GHashTable *args;       /* the arguments of a reason (json_t *), by connection and by reason */
    Primes *primes;         /* of DHE (primes.h) */
    Ids *ids;               /* of sessions (ids.h) */
    guint replies, reused;
    uint16_t share; /* TLS 1.3: the group that the server wanted a key share for, of those that it
                       can be had for; 0: the usual ones do */
    guint retries;
} Known;

Known *known_new(const DiveSpec *spec);
void known_free(Known *known);

/* An answer contradicts others, unless the server is an odd one: its hello will be asked again to
 * see. */
void known_dispute(Known *known, const Offer *offer);

/* Two configurations answer: all that was learned of versions and protocols is to be learned again.
 * What was seen to be accepted stays so: from here on a no or an unknown about it is not said. */
void known_begin_again(Known *known);

/* The answer that said yes to an item; NULL: there was none. */
const json_t *known_yes(const Known *known, const char *question, const char *version,
                        const char *item);

/* NULL for a version that is none of them. */
KnownVersion *known_version(Known *known, uint16_t version);

/* The best version below TLS 1.3 that is accepted (of TLS 1.0 to 1.2; place 1: the one after it).
 * NULL: none; or *open is set, and it is not known yet. */
KnownVersion *known_best(Known *known, guint place, bool *open);

/* form_offer, and form_brief where that is needed. */
Offer *known_offer(const Known *known, uint16_t version, Form form, const GArray *suites);

/* The accepted suites of a version with this key exchange and authentication (NULL: any; a new
 * array of uint32_t, empty if there is none). */
GArray *known_suites(Known *known, uint16_t version, const char *exchange,
                     const char *authentication);

/* An application protocol that is asked for; NULL past the end. Static. */
const char *known_protocol(guint index);

/* A connection ended with a reason: its arguments go with every answer that names both, or the
 * reason alone where none is known for the connection. */
void known_reason(Known *known, const char *connection, const char *reason, json_t *args);

/* TLS 1.3: the reply asks for a key share that was not in the offer and can be had, so that the
 * same hello is to be asked again with it (form_open, `share`). Not for ever. */
bool known_wants_share(Known *known, const Offer *offer, const Reply *reply);

/* A Peel of the application protocols, by their number in known_protocol; plain: as in PeelSpec. */
Peel *known_protocols(bool plain);

/* An answer: version 0 has none; `answer` is yes, no or unknown. known_item adds what it is about,
 * known_say takes it, adds the arguments of its reason, and has it told. */
json_t *known_answer(const char *question, uint16_t version, const char *answer);

/* The same of one hello alone. */
json_t *known_try(const char *question, uint16_t version, const char *answer);
void known_item(json_t *answer, const char *name, guint code);

/* Adds an item that has no number: a code of doc/facts.md, a hash. */
void known_code(json_t *answer, const char *code);
void known_say(Known *known, json_t *answer);

/* Shorthands: a member if the text is not NULL; `behaviour` with one item. */
void known_text(json_t *answer, const char *member, const char *text);
void known_behaviour(Known *known, const char *code, const char *value, const char *connection);

/* A version is answered: said once, and again where it changes. */
void known_set_version(Known *known, uint16_t version, Certainty certainty, const char *connection,
                       const char *reason);

/* Everything beside the suite that a ServerHello shows: the certificate and the question that
 * brings it (NULL: the suite's kind), the DHE prime, extensions, keys used twice. */
void known_note(Known *known, const Offer *offer, const Reply *reply, const char *connection,
                const char *how);

/* An alert as a value: "alert 40 handshake_failure"; to be freed. */
char *known_alert(int alert);

/* The answers about keys that were used twice, and about session ids. */
void known_say_reuse(Known *known);

#endif
