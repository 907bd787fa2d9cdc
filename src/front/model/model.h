/* model: facts, folded.
 *
 * estate -> hosts -> endpoints -> connections -> events; and certificates and verdicts beside them.
 * model_fold is the only writer; everybody else reads these structs and keeps no pointer across a
 * fold, except to Endpoint, Connection and Certificate, which live as long as the model. Strings
 * are bytes from the network where the fact has type text: they may hold anything and are escaped
 * where they are shown. Nothing here decodes a stranger's binary.
 */
#ifndef TLSDIVE_FRONT_MODEL_MODEL_H
#define TLSDIVE_FRONT_MODEL_MODEL_H

#include "front/model/answers.h"
#include "front/model/files.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct Endpoint;
typedef struct Inventory Inventory;

/* Named by a chain or told by a fact, whichever came first. Until its fact has come, its texts are
 * "" and its instants unreadable. */
typedef struct Certificate {
    char *sha256;
    json_t *fact;       /* the certificate fact, whole; NULL: not come (yet) */
    GPtrArray *awaited; /* Endpoint *, whose chains named it before its fact came; NULL: none */
    GPtrArray *places;  /* Serving *, where it was served (inventory.h); NULL: nowhere */
    GString *subject;   /* never NULL; "" where it did not decode */
    GString *issuer;
    GString *name;        /* chief name to show: common name, else first SAN, else subject */
    GString *issuer_name; /* issuer's common name, else its organization, else issuer */
    gint64 not_before;    /* seconds since 1970; G_MININT64 where unreadable */
    gint64 not_after;     /* the same; G_MAXINT64 for 9999-12-31T23:59:59Z */
    char *key;            /* "RSA 2048", "ECDSA P-256" */
    char *signature;
    size_t size; /* bytes of its DER */
} Certificate;

/* One line of a connection's timeline, in order of arrival. */
typedef enum EventKind {
    EVENT_CONNECTION,
    EVENT_DIALOGUE,
    EVENT_MESSAGE,
    EVENT_ALERT,
    EVENT_STATE,
    EVENT_ERROR, /* an error fact about this connection, as of bytes behind a STARTTLS reply */
} EventKind;

typedef struct Event {
    guint number; /* from 1 in its connection; its identity */
    EventKind kind;
    double at;    /* seconds since the stream began */
    json_t *fact; /* whole */
} Event;

typedef struct Verdict {
    json_t *fact;
    bool trusted;
    GPtrArray *reasons; /* interned codes */
    int name_matches;   /* 1 yes, 0 no, -1 not checked */
} Verdict;

typedef struct Connection {
    char *id;
    struct Endpoint *endpoint;
    guint number; /* in its endpoint, from 1; it stands behind the last dot of the id */
    double at;    /* when it began */
    bool open, closed;
    bool question; /* one of a dive: in `questions` of its endpoint */
    bool shed;     /* its events were let go, for there were too many such connections */
    guint proves;  /* answers that name it */
    GString *address;
    GPtrArray *events;       /* Event *, owned */
    json_t *negotiated;      /* fact; NULL: none (yet) */
    GPtrArray *certificates; /* Certificate *, not owned, in the order sent; NULL: no chain (yet) */
    json_t *chain;           /* the chain fact */
    json_t *dane;            /* the dane fact; NULL: none (yet) */
    GPtrArray *revocations;  /* json_t *: revocation facts, for now; NULL: none (yet) */
    json_t *transparency;    /* the transparency fact, for now; NULL: none (yet) */
    GPtrArray *verdicts;     /* Verdict *, owned: for now, one a store; NULL: none (yet) */
    GPtrArray *asked;        /* the same, for the time that was asked for last; NULL: none */
    const Verdict *verdict;  /* of those for the model's time, that of the store that counts; NULL:
                                none (yet) */
} Connection;

typedef struct Endpoint {
    char *id;
    guint order;                          /* in which it was added, from 0 */
    json_t *fact;                         /* the endpoint fact */
    const char *host, *display, *service; /* borrowed from fact; never NULL */
    guint port;
    bool named;             /* the user named the port */
    const char *state;      /* phase code, interned: waiting, resolving ... */
    const char *result;     /* interned; NULL while it runs */
    const char *reason;     /* interned; may be NULL */
    json_t *args;           /* of the reason; may be NULL */
    double began, took;     /* seconds; took counts up to done, 0 before */
    double round_trip;      /* the shortest TCP handshake so far, seconds; 0: none was completed */
    GPtrArray *connections; /* Connection *, owned, of all rounds, by number; without those of
                               dives */
    GPtrArray *questions;   /* Connection *, owned: those of dives, by number */
    guint last_connection;  /* the largest number of either; 0: none */
    json_t *dns;            /* dns facts by their kind; NULL: none */
    json_t *policy;         /* the policy fact; NULL: none */
    Answers *answers;       /* of all dives; NULL: there was none */
    Connection *best; /* of this round, the one whose handshake counts: the last negotiated, else
                         the last with a chain, else the last; NULL: none (yet) */
    guint asked; /* how many times it was begun: rounds; a new one empties result, reason, best */
    guint round_from; /* the first number that a connection of this round may have */
    GPtrArray
        *findings; /* Finding * of src/front/audit, owned here through its free function; NULL:
                      not judged since it changed. audit_judge sets it, model_fold clears it */
    guint version; /* changes whenever anything of it changes */
} Endpoint;

typedef struct Host {
    char *name;
    json_t *fact;         /* the host fact; NULL: not resolved yet */
    GPtrArray *endpoints; /* Endpoint *, not owned, by port, then by order */
} Host;

typedef struct Model {
    json_t *stream;            /* first fact; NULL before it */
    GPtrArray *hosts;          /* Host *, in order of first mention */
    GPtrArray *endpoints;      /* Endpoint *, in order of first mention */
    GHashTable *by_id;         /* endpoint id -> Endpoint */
    GHashTable *by_connection; /* connection id -> Connection */
    GHashTable *by_host;       /* name -> Host */
    GHashTable *certificates;  /* sha256 -> Certificate */
    GHashTable *bytes;         /* sha256 -> GArray of BytesPart: where its bytes lie */
    Inventory *inventory;      /* of `certificates`: where they are served */
    Files *files;              /* local files that were opened */
    GHashTable *by_spki;       /* hash of a SubjectPublicKeyInfo -> GPtrArray of Certificate */
    GPtrArray *errors;         /* error facts about no connection, json_t * */
    GQueue questions;    /* Connection *: those of dives that keep their events, oldest first */
    guint done, running; /* endpoints with a result, and past waiting without one */
    guint diving;        /* endpoints in which a dive runs */
    double at;           /* the newest "at" seen */
    bool asked;          /* verdicts count that are for asked_at, and not for now (clock.h) */
    gint64 asked_at;     /* seconds since 1970 */
    guint version;       /* changes with every fold that changed anything */
} Model;

/* Where a `bytes` fact lies: its line's place in the session file. */
typedef struct BytesPart {
    gint64 place;        /* offset of the line in the session's file */
    size_t line;         /* length of the line */
    size_t offset, size; /* of the part in the whole; of the whole */
} BytesPart;

Model *model_new(void);
void model_free(Model *model);

/* Folds one fact in, keeping a reference. `place` and `line` say where its line lies in the
 * session's file (used for `bytes` facts only). Returns the endpoint that changed, or NULL where
 * none did. Facts that make no sense (an unknown endpoint, a missing member) are left out, counted
 * in nothing, and change nothing. Takes the same time whatever the model holds. A state `waiting`
 * after a result begins a new round; a connection is there from the first fact that names it. */
Endpoint *model_fold(Model *model, json_t *fact, gint64 place, size_t line);

Endpoint *model_endpoint(const Model *model, const char *id);
const Certificate *model_certificate(const Model *model, const char *sha256);
/* The certificates of a public key, by the hash of its SubjectPublicKeyInfo; NULL: none. Borrowed.
 */
const GPtrArray *model_certificates_of_key(const Model *model, const char *spki);

const GArray *model_bytes(const Model *model, const char *sha256);

/* The `key` of a certificate or object fact in words: "RSA 2048", "ECDSA P-256"; "" where it does
 * not read. To be freed. */
char *certificate_key_text(const json_t *key);

/* Days from `now` (seconds since 1970) to the end, rounded towards the past: -1 within a day after
 * it. G_MAXINT64 where it has no end, G_MININT64 where its end does not read. */
gint64 certificate_days_left(const Certificate *certificate, gint64 now);

/* The leaf of the connection that counts; NULL if no chain came. */
const Certificate *endpoint_leaf(const Endpoint *endpoint);

/* Does it take mail from other servers? Submission is for people's programs. */
bool endpoint_takes_mail(const Endpoint *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Model, model_free)

#endif
