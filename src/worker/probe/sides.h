/* sides: what tells apart two configurations that answer behind one address, and what only one of
 * them accepts.
 *
 * A ServerHello shows who sent it where the certificate or the list of extensions of one kind of
 * answer differs: each is a look. Looks are put on two sides as far as that is certain. An alert
 * shows nothing of its sender, so of refusals only the lists are kept: what was accepted, and stood
 * in a list that was refused where all else in the hello was the same, is accepted by one of the
 * two and refused by the other.
 */
#ifndef TLSDIVE_WORKER_PROBE_SIDES_H
#define TLSDIVE_WORKER_PROBE_SIDES_H

#include "worker/talk/ask.h"
#include "worker/tls/offer.h"

typedef struct Sides Sides;

Sides *sides_new(void);
void sides_free(Sides *sides);

/* A ServerHello: true where it looks other than the first one of its kind did, so that two
 * configurations are to be suspected. `counts`: it is not one that was waited for, so that it tells
 * how often each is met. */
bool sides_look(Sides *sides, const Offer *offer, const Reply *reply, bool counts);

/* Of answers to hellos that were alike so many were not the usual one. */
void sides_count(Sides *sides, guint rare, guint all);

/* How often a list has to be refused until it is likely that either configuration was asked. */
guint sides_tries(const Sides *sides);

/* What a list in a hello is of. */
typedef enum SidesKind {
    SIDES_SUITE,
    SIDES_GROUP,
    SIDES_SCHEME,
    SIDES_ALPN,
    SIDES_KINDS
} SidesKind;

/* What an answer says to a list: one of it is accepted (`code`: which), or all of it is refused, be
 * it by the choice of another version; `refused`: that was the verdict. */
typedef enum SidesWord { SIDES_NOTHING, SIDES_YES, SIDES_NO } SidesWord;
SidesWord sides_word(SidesKind kind, const Offer *offer, const Reply *reply, bool refused,
                     uint32_t *code);

/* An answer is evidence, whatever it is. */
void sides_take(Sides *sides, const Offer *offer, const Reply *reply, bool refused);

/* Something that was accepted. */
typedef struct SidesItem {
    SidesKind kind;
    uint16_t version;
    uint32_t code;      /* its number; ALPN: of known_protocol */
    Offer *offer;       /* the hello that was answered with it */
    guint yes, no;      /* answers that accept it; that refuse it, all else being the same */
    bool by[2];         /* seen to be accepted by the first, by the second */
    bool refused_by[2]; /* seen to be refused by */
    int only;           /* the one that alone accepts it: 0 the first, 1 the second; -1: both do, or
                           it cannot be told */
} SidesItem;

/* Everything that was accepted, as it is known now: SidesItem, owned by the sides and valid until
 * the next call of any of these functions. */
const GPtrArray *sides_items(Sides *sides);

/* The same of a version as a whole, after sides_items; false where it was never accepted. It has
 * neither code nor offer. */
bool sides_version(Sides *sides, uint16_t version, SidesItem *item);

/* The side that an answer is from, that shows a certificate (SHA-256 of the leaf), or that answers
 * in a version with an extension, and the other not; -1: both, or it cannot be told. */
int sides_of_reply(Sides *sides, const Offer *offer, const Reply *reply);
int sides_of_leaf(Sides *sides, const char *leaf);
int sides_of_extension(Sides *sides, uint16_t version, uint16_t type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sides, sides_free)

#endif
