/* 1. Answers are of one kind where the offers are alike and the suites that were chosen have the
 *    same key exchange and mode of cipher: one server answers these with the same certificate and
 *    the same extensions. A certificate alone is the same for all suites that it authenticates.
 *    Two looks in one kind are two sides; three are more than two configurations, and nobody is
 *    told from anybody.
 * 2. The kind with most answers decides who is the first: the one that was seen more often. A look
 *    of another kind is on the side that shows the same certificate, where theirs differ; or that
 *    has the extension which only one of them has, where the kind has looks with and without it;
 *    or on the side that the other look of its kind is not on.
 *    Where a side accepts something and refuses it too, or both accept what is refused, there are
 *    more than two, and again nobody is told from anybody.
 * 3. Evidence is kept by spaces: hellos that are the same in all but one list. What was chosen
 *    once in a space, and was in a list that was refused in it, differs. Groups and schemes below
 *    TLS 1.3 hang together with suites and certificates: nothing is said of them.
 */
#include "worker/probe/sides.h"

#include <math.h>
#include <string.h>

#include "common/registry/registry.h"
#include "worker/probe/form.h"
#include "worker/probe/known.h"

enum {
    TRIES_AT_LEAST = 8,
    TRIES_AT_MOST = 24,
    MOST_LOOKS = 3, /* of a kind: more are not kept */
};

#define MISSED 0.01  /* chance that one of the two was never asked */
#define RARE   0.125 /* share that is taken for granted where none was seen */

/* What one configuration shows in answers of one kind. */
typedef struct Look {
    uint16_t version;
    char *leaf;         /* "" : none */
    GArray *extensions; /* uint16_t */
    guint seen;
    int side; /* -1: not known */
} Look;

/* A list that was refused, so many times in a row. */
typedef struct Refusal {
    GArray *codes;    /* uint32_t */
    const Look *look; /* NULL: an alert */
    guint times;
} Refusal;

/* Hellos that are the same but for one list. */
typedef struct Space {
    SidesKind kind;
    uint16_t version;
    bool strict;         /* only lists of one count */
    GPtrArray *refusals; /* Refusal * */
    GHashTable *chosen;  /* code + 1 -> Chosen * */
} Space;

typedef struct Chosen {
    guint yes;
    bool alone;       /* it was the whole list */
    GPtrArray *looks; /* const Look * of answers */
    Offer *offer;
} Chosen;

struct Sides {
    GHashTable *kinds;  /* char * -> GPtrArray * of Look * */
    GHashTable *spaces; /* char * -> Space * */
    GPtrArray *items;   /* SidesItem * */
    GHashTable *usual;  /* version -> Offer *, with everything that is usually offered */
    guint rare, all;    /* of answers to copies */
    bool muddled;       /* what looks alike is not one configuration */
};

static void look_free(void *data)
{
    Look *look = data;
    g_free(look->leaf);
    g_array_unref(look->extensions);
    g_free(look);
}

static void refusal_free(void *data)
{
    Refusal *refusal = data;
    g_array_unref(refusal->codes);
    g_free(refusal);
}

static void chosen_free(void *data)
{
    Chosen *chosen = data;
    g_ptr_array_unref(chosen->looks);
    offer_free(chosen->offer);
    g_free(chosen);
}

static void space_free(void *data)
{
    Space *space = data;
    g_ptr_array_unref(space->refusals);
    g_hash_table_unref(space->chosen);
    g_free(space);
}

Sides *sides_new(void)
{
    Sides *sides = g_new0(Sides, 1);
    sides->kinds =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    sides->spaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, space_free);
    sides->items = g_ptr_array_new_with_free_func(g_free);
    sides->usual = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)offer_free);
    return sides;
}

void sides_free(Sides *sides)
{
    g_hash_table_unref(sides->kinds);
    g_hash_table_unref(sides->spaces);
    g_ptr_array_unref(sides->items);
    g_hash_table_unref(sides->usual);
    g_free(sides);
}

/* ---- looks ---- */

static char *kind_of(const Offer *offer, const Reply *reply)
{
    const CipherSuite *suite = registry_suite(reply->suite);
    if (!suite || reply->version >= TLS_1_3)
        return NULL;
    return g_strdup_printf("%04x %04x %d %d %u %u %u %s %s %s", offer->version, reply->version,
                           offer->bare, reply->alpn != NULL, offer->groups->len,
                           offer->schemes->len, offer->extensions->len, suite->exchange,
                           suite->authentication ? suite->authentication : "",
                           suite->mode ? suite->mode : "");
}

/* Of certificates alone. */
static char *leaf_kind_of(const Offer *offer, const Reply *reply)
{
    const CipherSuite *suite = registry_suite(reply->suite);
    bool tls13 = reply->version >= TLS_1_3;
    if (!suite || !reply->leaf || (!tls13 && !suite->authentication))
        return NULL;
    return g_strdup_printf("leaf %04x %04x %d %u %u %s %s", offer->version, reply->version,
                           offer->bare, offer->groups->len, offer->schemes->len,
                           offer->server_name ? offer->server_name : "",
                           tls13 ? "" : suite->authentication);
}

static bool has16(const GArray *list, uint16_t code)
{
    for (guint i = 0; list && i < list->len; i++)
        if (g_array_index(list, uint16_t, i) == code)
            return true;
    return false;
}

static bool looks_so(const Look *look, const Reply *reply, bool leaf)
{
    guint count = !leaf && reply->extensions ? reply->extensions->len : 0;
    return !g_strcmp0(look->leaf, reply->leaf ? reply->leaf : "") &&
           look->extensions->len == count &&
           (!count ||
            !memcmp(look->extensions->data, reply->extensions->data, count * sizeof(uint16_t)));
}

/* The look of an answer (of its certificate alone) in a kind, which is taken; it is new where none
 * was so. NULL: it shows nothing. `other` is set where it is not the first of its kind. */
static Look *look_in(Sides *sides, char *name, const Reply *reply, bool *other)
{
    bool leaf = name && g_str_has_prefix(name, "leaf");
    if (!name)
        return NULL;
    GPtrArray *kind = g_hash_table_lookup(sides->kinds, name);
    if (!kind) {
        kind = g_ptr_array_new_with_free_func(look_free);
        g_hash_table_insert(sides->kinds, g_strdup(name), kind);
    }
    g_free(name);
    for (guint i = 0; i < kind->len; i++)
        if (looks_so(kind->pdata[i], reply, leaf)) {
            *other = *other || i > 0;
            return kind->pdata[i];
        }
    *other = *other || kind->len > 0;
    if (kind->len >= MOST_LOOKS)
        return NULL;
    Look *look = g_new0(Look, 1);
    look->version = reply->version;
    look->leaf = g_strdup(reply->leaf ? reply->leaf : "");
    look->extensions = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    look->side = -1;
    if (!leaf && reply->extensions && reply->extensions->len)
        g_array_append_vals(look->extensions, reply->extensions->data, reply->extensions->len);
    g_ptr_array_add(kind, look);
    return look;
}

static Look *look_of(Sides *sides, const Offer *offer, const Reply *reply)
{
    bool other = false;
    bool tls13 = reply->version >= TLS_1_3;
    return look_in(sides, tls13 ? leaf_kind_of(offer, reply) : kind_of(offer, reply), reply,
                   &other);
}

bool sides_look(Sides *sides, const Offer *offer, const Reply *reply, bool counts)
{
    bool other = false;
    Look *looks[] = {look_in(sides, kind_of(offer, reply), reply, &other),
                     look_in(sides, leaf_kind_of(offer, reply), reply, &other)};
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++)
        if (looks[i])
            looks[i]->seen += counts;
    return other;
}

static Look *look_at(const GPtrArray *kind, guint index)
{
    return kind->pdata[index];
}

void sides_count(Sides *sides, guint rare, guint all)
{
    sides->rare = rare;
    sides->all = all;
}

guint sides_tries(const Sides *sides)
{
    guint rare = sides->rare, all = sides->rare ? sides->all : 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GPtrArray *kind = value;
        guint sum = 0, most = 0;
        for (guint i = 0; i < kind->len; i++) {
            sum += look_at(kind, i)->seen;
            most = MAX(most, look_at(kind, i)->seen);
        }
        if (kind->len < 2)
            continue;
        rare += sum - most;
        all += sum;
    }
    double seen = rare ? (double)rare / all : RARE;
    double share = seen - (rare ? sqrt(seen * (1 - seen) / all) : 0);
    double tries = ceil(log(MISSED) / log(1 - CLAMP(share, RARE / 2, 0.5)));
    return (guint)CLAMP(tries, TRIES_AT_LEAST, TRIES_AT_MOST);
}

/* ---- who is who ---- */

/* The kind with two looks that was seen most; NULL: there is none, or there are more than two. */
static GPtrArray *anchor(const Sides *sides)
{
    GPtrArray *best = NULL;
    guint most = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GPtrArray *kind = value;
        if (kind->len > 2)
            return NULL;
        if (kind->len < 2)
            continue;
        guint seen = 1 + look_at(kind, 0)->seen + look_at(kind, 1)->seen;
        if (seen > most) {
            most = seen;
            best = kind;
        }
    }
    return best;
}

/* Whether exactly one of two looks has an extension that exactly one of the anchors has: then
 * `which` is the one of the two that is on the first side. */
static bool told_by_extension(const Look *first, const Look *second, const GPtrArray *kind,
                              guint *which)
{
    const GArray *lists[] = {first->extensions, second->extensions};
    for (guint side = 0; side < 2; side++)
        for (guint i = 0; i < lists[side]->len; i++) {
            uint16_t type = g_array_index(lists[side], uint16_t, i);
            bool here = has16(look_at(kind, 0)->extensions, type);
            if (has16(lists[!side], type) || here == has16(look_at(kind, 1)->extensions, type))
                continue;
            *which = here ? side : !side;
            return true;
        }
    return false;
}

/* Puts what can be put; true if anything was. `first` and `second` are on their sides. */
static bool put(const Sides *sides, const Look *first, const Look *second)
{
    bool any = false, leaves = strcmp(first->leaf, second->leaf) != 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GPtrArray *kind = value;
        for (guint i = 0; i < kind->len; i++) {
            Look *look = look_at(kind, i);
            const Look *other = kind->len > 1 ? look_at(kind, !i) : NULL;
            guint which;
            if (look->side >= 0)
                continue;
            if (leaves && *look->leaf && strcmp(look->leaf, first->leaf) == 0)
                look->side = 0;
            else if (leaves && *look->leaf && strcmp(look->leaf, second->leaf) == 0)
                look->side = 1;
            else if (other && other->side >= 0)
                look->side = !other->side;
            else if (other && told_by_extension(first, second, kind, &which))
                look->side = which == i ? 0 : 1;
            any = any || look->side >= 0;
        }
    }
    return any;
}

/* Step 2. */
static bool settle(const Sides *sides)
{
    GPtrArray *kind = anchor(sides);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        for (guint i = 0; i < ((GPtrArray *)value)->len; i++)
            look_at(value, i)->side = -1;
    if (!kind)
        return false;
    guint first = look_at(kind, 1)->seen > look_at(kind, 0)->seen;
    look_at(kind, first)->side = 0;
    look_at(kind, !first)->side = 1;
    while (put(sides, look_at(kind, first), look_at(kind, !first)))
        continue;
    /* another kind may have the certificates that this one has not */
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GPtrArray *also = value;
        if (also->len < 2 || look_at(also, 0)->side < 0)
            continue;
        guint one = look_at(also, 0)->side == 0 ? 0 : 1;
        while (put(sides, look_at(also, one), look_at(also, !one)))
            continue;
    }
    return true;
}

int sides_of_reply(Sides *sides, const Offer *offer, const Reply *reply)
{
    const Look *look = look_of(sides, offer, reply);
    return look && settle(sides) ? look->side : -1;
}

int sides_of_leaf(Sides *sides, const char *leaf)
{
    bool of[2] = {false, false};
    GHashTableIter iter;
    gpointer value;
    if (!settle(sides))
        return -1;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        for (guint i = 0; i < ((GPtrArray *)value)->len; i++) {
            const Look *look = look_at(value, i);
            if (look->side >= 0 && strcmp(look->leaf, leaf) == 0)
                of[look->side] = true;
        }
    return of[0] == of[1] ? -1 : of[1];
}

int sides_of_extension(Sides *sides, uint16_t version, uint16_t type)
{
    bool of[2] = {false, false};
    GHashTableIter iter;
    gpointer value;
    if (!settle(sides))
        return -1;
    g_hash_table_iter_init(&iter, sides->kinds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GPtrArray *kind = value;
        if (kind->len != 2 || look_at(kind, 0)->version != version)
            continue;
        for (guint i = 0; i < 2; i++)
            if (look_at(kind, i)->side >= 0 && has16(look_at(kind, i)->extensions, type))
                of[look_at(kind, i)->side] = true;
    }
    return of[0] == of[1] ? -1 : of[1];
}

/* ---- evidence ---- */

static void put16(GString *text, const GArray *list)
{
    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(text, "%x,", g_array_index(list, uint16_t, i));
    g_string_append_c(text, ';');
}

/* All of a hello but one list. */
static char *space_name(const Offer *offer, SidesKind kind)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%d %04x %d %u %u %u %s ", kind, offer->version, offer->bare,
                           offer->fragment, offer->versions->len, offer->compressions->len,
                           offer->server_name ? offer->server_name : "");
    for (guint i = 0; kind != SIDES_SUITE && i < offer->suites->len; i++)
        g_string_append_printf(text, "%x,", g_array_index(offer->suites, uint32_t, i));
    if (kind != SIDES_GROUP)
        put16(text, offer->groups);
    if (kind != SIDES_SCHEME)
        put16(text, offer->schemes);
    put16(text, offer->shares);
    for (guint i = 0; kind != SIDES_ALPN && i < offer->alpn->len; i++)
        g_string_append_printf(text, "%s,", (char *)offer->alpn->pdata[i]);
    for (guint i = 0; i < offer->extensions->len; i++) {
        uint16_t type = g_array_index(offer->extensions, OfferExtension, i).type;
        if (type != EXTENSION_PADDING)
            g_string_append_printf(text, "%x ", type);
    }
    return g_string_free(text, FALSE);
}

static Space *space_of(Sides *sides, const Offer *offer, SidesKind kind)
{
    char *name = space_name(offer, kind);
    Space *space = g_hash_table_lookup(sides->spaces, name);
    if (space) {
        g_free(name);
        return space;
    }
    space = g_new0(Space, 1);
    space->kind = kind;
    space->version = offer->version;
    space->strict = kind == SIDES_SCHEME || (kind == SIDES_GROUP && offer->version < TLS_1_3);
    space->refusals = g_ptr_array_new_with_free_func(refusal_free);
    space->chosen = g_hash_table_new_full(NULL, NULL, NULL, chosen_free);
    g_hash_table_insert(sides->spaces, name, space);
    return space;
}

static int protocol_of(const char *name)
{
    for (guint i = 0; known_protocol(i); i++)
        if (g_str_equal(known_protocol(i), name))
            return (int)i;
    return -1;
}

/* What a hello asks for in one of its lists. */
static GArray *codes_of(const Offer *offer, SidesKind kind)
{
    GArray *codes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const GArray *list = kind == SIDES_GROUP ? offer->groups : offer->schemes;
    if (kind == SIDES_SUITE) {
        for (guint i = 0; i < offer->suites->len; i++)
            if (g_array_index(offer->suites, uint32_t, i) != SUITE_RENEGOTIATION_SCSV)
                g_array_append_vals(codes, &g_array_index(offer->suites, uint32_t, i), 1);
        return codes;
    }
    for (guint i = 0; kind == SIDES_ALPN && i < offer->alpn->len; i++) {
        int code = protocol_of(offer->alpn->pdata[i]);
        if (code >= 0)
            g_array_append_val(codes, code);
    }
    for (guint i = 0; kind != SIDES_ALPN && !offer->bare && i < list->len; i++) {
        uint32_t code = g_array_index(list, uint16_t, i);
        g_array_append_val(codes, code);
    }
    return codes;
}

/* What an answer says of a list; false if nothing. */
static bool code_chosen(const Offer *offer, const Reply *reply, SidesKind kind, uint32_t *code)
{
    int protocol = reply->alpn ? protocol_of(reply->alpn) : -1;
    switch (kind) {
    case SIDES_SUITE:
        *code = reply->suite;
        return reply->suite;
    case SIDES_GROUP:
        *code = reply->group;
        return reply->has_group;
    case SIDES_SCHEME:
        *code = reply->version < TLS_1_3   ? reply->scheme
                : offer->schemes->len == 1 ? g_array_index(offer->schemes, uint16_t, 0)
                                           : 0;
        return reply->version < TLS_1_3 ? reply->has_scheme : offer->schemes->len == 1;
    default:
        *code = (uint32_t)protocol;
        return protocol >= 0;
    }
}

static void take_refusal(Space *space, GArray *codes, const Look *look)
{
    Refusal *last = space->refusals->len ? space->refusals->pdata[space->refusals->len - 1] : NULL;
    if (last && last->look == look && last->codes->len == codes->len &&
        !memcmp(last->codes->data, codes->data, codes->len * sizeof(uint32_t))) {
        last->times++;
        return;
    }
    Refusal *refusal = g_new0(Refusal, 1);
    refusal->codes = g_array_ref(codes);
    refusal->look = look;
    refusal->times = 1;
    g_ptr_array_add(space->refusals, refusal);
}

static void take_choice(Space *space, const Offer *offer, uint32_t code, const Look *look)
{
    Chosen *chosen = g_hash_table_lookup(space->chosen, GUINT_TO_POINTER(code + 1));
    if (!chosen) {
        chosen = g_new0(Chosen, 1);
        chosen->looks = g_ptr_array_new();
        chosen->offer = offer_copy(offer);
        g_hash_table_insert(space->chosen, GUINT_TO_POINTER(code + 1), chosen);
    }
    chosen->yes++;
    if (look && !g_ptr_array_find(chosen->looks, look, NULL))
        g_ptr_array_add(chosen->looks, (void *)look);
}

static bool has32(const GArray *codes, uint32_t code)
{
    for (guint i = 0; i < codes->len; i++)
        if (g_array_index(codes, uint32_t, i) == code)
            return true;
    return false;
}

/* The hello of the usual form, with every suite. */
static const Offer *usual_of(const Sides *sides, uint16_t version)
{
    Offer *usual = g_hash_table_lookup(sides->usual, GUINT_TO_POINTER(version));
    if (usual)
        return usual;
    g_autoptr(GArray) entries = form_suites(version);
    usual = form_offer(version, FORM_EC, NULL, NULL);
    for (guint i = 0; i < entries->len; i++)
        offer_add_suite(usual, g_array_index(entries, PeelEntry, i).code);
    g_hash_table_insert(sides->usual, GUINT_TO_POINTER(version), usual);
    return usual;
}

static bool has_all16(const GArray *list, const GArray *all)
{
    for (guint i = 0; i < all->len; i++)
        if (!has16(list, g_array_index(all, uint16_t, i)))
            return false;
    return true;
}

/* Whether what is refused is refused for this list: everything else is offered. */
static bool is_whole(const Sides *sides, SidesKind kind, const Offer *offer)
{
    const Offer *usual = usual_of(sides, offer->version);
    if (kind == SIDES_ALPN)
        return true;
    /* below TLS 1.3 these hang together with suites and certificates */
    if (offer->version < TLS_1_3 && kind != SIDES_SUITE)
        return false;
    if (kind == SIDES_GROUP && offer->version >= TLS_1_3)
        for (guint i = 0; i < usual->suites->len; i++)
            if (!has32(offer->suites, g_array_index(usual->suites, uint32_t, i)))
                return false;
    return offer->bare || ((kind == SIDES_GROUP || has_all16(offer->groups, usual->groups)) &&
                           (kind == SIDES_SCHEME || has_all16(offer->schemes, usual->schemes)));
}

SidesWord sides_word(SidesKind kind, const Offer *offer, const Reply *reply, bool refused,
                     uint32_t *code)
{
    bool answered = reply->version && reply->kind != REPLY_ALERT;
    bool protocols_only = refused && reply->alert == ALERT_NO_APPLICATION_PROTOCOL;
    if (kind == SIDES_ALPN && (protocols_only || (!refused && answered && !reply->alpn)))
        return SIDES_NO;
    if (kind == SIDES_ALPN && refused)
        return SIDES_NOTHING;
    if (refused)
        return protocols_only ? SIDES_NOTHING : SIDES_NO;
    if (answered && reply->version != offer->version)
        return SIDES_NO;
    return answered && code_chosen(offer, reply, kind, code) ? SIDES_YES : SIDES_NOTHING;
}

void sides_take(Sides *sides, const Offer *offer, const Reply *reply, bool refused)
{
    const Look *look = look_of(sides, offer, reply);
    /* a fallback is refused for being one (RFC 7507) */
    if (offer->exact || offer->version == TLS_SSL2 || has32(offer->suites, SUITE_FALLBACK_SCSV))
        return;
    for (guint kind = 0; kind < SIDES_KINDS; kind++) {
        uint32_t code = 0;
        if (!is_whole(sides, kind, offer))
            continue;
        g_autoptr(GArray) codes = codes_of(offer, kind);
        SidesWord word =
            codes->len ? sides_word(kind, offer, reply, refused, &code) : SIDES_NOTHING;
        if (word == SIDES_NO)
            take_refusal(space_of(sides, offer, kind), codes, look);
        else if (word == SIDES_YES && has32(codes, code))
            take_choice(space_of(sides, offer, kind), offer, code, look);
    }
}

/* ---- what follows ---- */

static void add_refusals(const Space *space, uint32_t code, SidesItem *item)
{
    for (guint i = 0; i < space->refusals->len; i++) {
        const Refusal *refusal = space->refusals->pdata[i];
        if ((space->strict && refusal->codes->len > 1) || !has32(refusal->codes, code))
            continue;
        item->no += refusal->times;
        if (refusal->look && refusal->look->side >= 0)
            item->refused_by[refusal->look->side] = true;
    }
}

static void add_choices(const Chosen *chosen, SidesItem *item)
{
    item->yes += chosen->yes;
    for (guint i = 0; i < chosen->looks->len; i++) {
        const Look *look = chosen->looks->pdata[i];
        if (look->side >= 0)
            item->by[look->side] = true;
    }
}

static SidesItem *item_get(Sides *sides, const Space *space, uint32_t code)
{
    for (guint i = 0; i < sides->items->len; i++) {
        SidesItem *item = sides->items->pdata[i];
        if (item->kind == space->kind && item->version == space->version && item->code == code)
            return item;
    }
    SidesItem *item = g_new0(SidesItem, 1);
    item->kind = space->kind;
    item->version = space->version;
    item->code = code;
    g_ptr_array_add(sides->items, item);
    return item;
}

static gint by_kind(gconstpointer a, gconstpointer b)
{
    const SidesItem *left = *(SidesItem *const *)a, *right = *(SidesItem *const *)b;
    if (left->version != right->version)
        return left->version > right->version ? -1 : 1;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return left->code < right->code ? -1 : left->code > right->code;
}

static bool is_muddled(const SidesItem *item)
{
    return (item->no && item->by[0] && item->by[1]) || (item->by[0] && item->refused_by[0]) ||
           (item->by[1] && item->refused_by[1]);
}

static void decide(const Sides *sides, SidesItem *item)
{
    item->only = -1;
    if (sides->muddled || !item->no)
        return;
    if (item->by[0] || item->by[1])
        item->only = item->by[1];
    else if (item->refused_by[0] != item->refused_by[1])
        item->only = item->refused_by[0];
}

const GPtrArray *sides_items(Sides *sides)
{
    GHashTableIter iter, each;
    gpointer value, key, chosen;
    settle(sides);
    g_ptr_array_set_size(sides->items, 0);
    g_hash_table_iter_init(&iter, sides->spaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_hash_table_iter_init(&each, ((Space *)value)->chosen);
        while (g_hash_table_iter_next(&each, &key, &chosen)) {
            uint32_t code = GPOINTER_TO_UINT(key) - 1;
            SidesItem *item = item_get(sides, value, code);
            item->offer = ((Chosen *)chosen)->offer;
            add_choices(chosen, item);
            add_refusals(value, code, item);
        }
    }
    g_ptr_array_sort(sides->items, by_kind);
    sides->muddled = false;
    for (guint i = 0; i < sides->items->len; i++)
        sides->muddled = sides->muddled || is_muddled(sides->items->pdata[i]);
    for (guint i = 0; i < sides->items->len; i++)
        decide(sides, sides->items->pdata[i]);
    return sides->items;
}

static bool is_of_version(const Space *space, uint16_t version)
{
    return space->kind == SIDES_SUITE && space->version == version &&
           g_hash_table_size(space->chosen);
}

/* All suites that were chosen in a version, in whatever hello. */
static GHashTable *chosen_in(const Sides *sides, uint16_t version)
{
    GHashTable *all = g_hash_table_new(NULL, NULL);
    GHashTableIter iter, each;
    gpointer value, code;
    g_hash_table_iter_init(&iter, sides->spaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Space *space = value;
        if (!is_of_version(space, version))
            continue;
        g_hash_table_iter_init(&each, space->chosen);
        while (g_hash_table_iter_next(&each, &code, NULL))
            g_hash_table_add(all, code);
    }
    return all;
}

/* True if a refused list has all these. */
static bool has_all(const Refusal *refusal, GHashTable *chosen)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, chosen);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!has32(refusal->codes, GPOINTER_TO_UINT(key) - 1))
            return false;
    return true;
}

bool sides_version(Sides *sides, uint16_t version, SidesItem *item)
{
    GHashTableIter iter, each;
    gpointer value, chosen;
    *item = (SidesItem){.version = version};
    settle(sides);
    g_autoptr(GHashTable) all = chosen_in(sides, version);
    g_hash_table_iter_init(&iter, sides->spaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Space *space = value;
        if (!is_of_version(space, version))
            continue;
        g_hash_table_iter_init(&each, space->chosen);
        while (g_hash_table_iter_next(&each, NULL, &chosen))
            add_choices(chosen, item);
        for (guint i = 0; i < space->refusals->len; i++) {
            const Refusal *refusal = space->refusals->pdata[i];
            if (!has_all(refusal, all))
                continue;
            item->no += refusal->times;
            if (refusal->look && refusal->look->side >= 0)
                item->refused_by[refusal->look->side] = true;
        }
    }
    sides->muddled = sides->muddled || is_muddled(item);
    decide(sides, item);
    return item->yes;
}
