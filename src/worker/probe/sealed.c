/* 1. Waits until TLS 1.3 is known to be accepted. Its hellos are such that the encrypted part of
 * the answer can be opened (flight.h).
 * 2. Three things are asked with each hello, as long as there is something of each to ask: a list
 * of application protocols, a list of algorithms for compressed certificates (RFC 8879), and a row
 *    of extensions. What the server chose is taken out of the list for the next hello, until it
 *    chooses nothing.
 * 3. An extension that was offered and is answered, in EncryptedExtensions or beside the
 *    certificate, is a yes, with what it says; one that is not is a no. Those that exclude each
 * other stand in rows of their own: max_fragment_length and record_size_limit (RFC 8449 section 5),
 * raw public keys and what stands beside certificates.
 * 4. Alert no_application_protocol refuses the protocols alone: the rest is asked again. Where a
 *    hello fails otherwise, it is not known over what: from then on each thing is asked alone.
 * 5. Where answers cannot be opened, all is unknown.
 */
#include "worker/probe/sealed.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "worker/probe/alpn.h"
#include "worker/probe/form.h"
#include "worker/probe/report.h"
#include "worker/probe/suites.h"
#include "worker/probe/values.h"
#include "worker/tls/unpack.h"

enum { NO_ROW = -1 };

/* ---- what is offered ---- */

typedef struct Offered {
    uint16_t type;
    guint size;
    const char *data; /* extension_data */
} Offered;

/* Schemes that a delegated credential may sign with: RFC 9345 section 4. */
#define CREDENTIAL_SCHEMES                                                                         \
    "\x00\x10\x04\x03\x05\x03\x06\x03\x08\x07\x08\x08\x08\x09\x08\x0a\x08\x0b"

/* A GREASE encrypted_client_hello, RFC 9849 section 6.2: outer, HKDF-SHA256, AES-128-GCM, a config
 * id, a key and a payload that nobody can open. */
#define ECH_HEAD "\x00\x00\x01\x00\x01\x5a\x00\x20"
#define SIXTEEN  "\x9a\x1f\x0c\xd4\x77\x3e\xb2\x58\x61\xe9\x05\xac\x3d\x90\x4b\x26"
#define PAYLOAD  SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN
#define ECH      ECH_HEAD SIXTEEN SIXTEEN "\x00\x90" PAYLOAD

#define TEXT(bytes) sizeof(bytes) - 1, bytes

static const Offered beside_certificates[] = {
    {EXTENSION_MAX_FRAGMENT_LENGTH, TEXT("\x04")}, /* 2^12 bytes */
    {EXTENSION_STATUS_REQUEST, TEXT("\x01\x00\x00\x00\x00")},
    {EXTENSION_SCT, TEXT("")},
    {EXTENSION_DELEGATED_CREDENTIAL, TEXT(CREDENTIAL_SCHEMES)},
    {EXTENSION_APPLICATION_SETTINGS, TEXT("\x00\x03\x02h2")},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, TEXT(ECH)},
};

static const Offered other_types[] = {
    {EXTENSION_RECORD_SIZE_LIMIT, TEXT("\x40\x01")},
    {EXTENSION_SERVER_CERTIFICATE_TYPE, TEXT("\x02\x02\x00")}, /* RawPublicKey, X509 */
    {EXTENSION_CLIENT_CERTIFICATE_TYPE, TEXT("\x02\x02\x00")},
};

static const struct {
    const Offered *offered;
    guint count;
} rows[] = {
    {beside_certificates, G_N_ELEMENTS(beside_certificates)},
    {other_types, G_N_ELEMENTS(other_types)},
};

/* What is asked with lists, each a Peel. */
typedef enum Side { SIDE_ALPN, SIDE_PACKING, SIDES } Side;

/* A hello that is out. */
typedef struct Out {
    bool has[SIDES];
    guint tickets[SIDES];
    int row;
} Out;

typedef struct Sealed {
    Strategy base;
    Known *known;
    Peel *peels[SIDES]; /* NULL: not begun */
    ReportSpec what[SIDES];
    GPtrArray *outs;  /* Out *, by tag */
    GQueue waiting;   /* rows to be asked */
    GHashTable *said; /* types of extensions that were answered */
    guint out;
    bool apart; /* step 4 */
    bool over;
} Sealed;

static const char *name_packing(uint32_t code, char number[REGISTRY_NUMBER])
{
    return registry_code_name("certificate-compression", code, number);
}

static Peel *packings_new(void)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(PeelEntry));
    for (guint i = 0; unpack_algorithm(i); i++) {
        PeelEntry entry = {.code = unpack_algorithm(i), .weight = 0.1};
        g_array_append_val(entries, entry);
    }
    PeelSpec spec = {.entries = (const PeelEntry *)(void *)entries->data,
                     .count = entries->len,
                     .parallel = 1,
                     .unordered = true};
    return peel_new(&spec);
}

static const KnownVersion *tls13(const Sealed *sealed)
{
    return known_version(sealed->known, TLS_1_3);
}

static void begin(Sealed *sealed)
{
    if (sealed->peels[0] || sealed->over || !tls13(sealed)->settled)
        return;
    if (tls13(sealed)->certainty != CERTAINTY_YES) {
        sealed->over = true;
        return;
    }
    sealed->peels[SIDE_ALPN] = known_protocols(sealed->known->doubted);
    sealed->peels[SIDE_PACKING] = packings_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_queue_push_tail(&sealed->waiting, GINT_TO_POINTER((int)i));
}

/* ---- asking ---- */

static void add_packings(Offer *offer, const GArray *list)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    bytes_put(data, 2 * (guint64)list->len, 1);
    for (guint i = 0; i < list->len; i++)
        bytes_put(data, g_array_index(list, uint32_t, i), 2);
    offer_add_extension(offer, EXTENSION_COMPRESS_CERTIFICATE, data->data, data->len);
}

static void add_protocols(Offer *offer, const GArray *list)
{
    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(offer->alpn, g_strdup(known_protocol(g_array_index(list, uint32_t, i))));
}

static void add_row(Offer *offer, int row)
{
    for (guint i = 0; row != NO_ROW && i < rows[row].count; i++) {
        const Offered *one = &rows[row].offered[i];
        offer_add_extension(offer, one->type, one->data, one->size);
    }
}

/* Puts what there is to ask into the hello; false if there is nothing now. */
static bool fill(Sealed *sealed, Out *out, Offer *offer)
{
    bool any = sealed->waiting.length > 0;
    out->row = any ? GPOINTER_TO_INT(g_queue_pop_head(&sealed->waiting)) : NO_ROW;
    add_row(offer, out->row);
    for (guint i = 0; i < SIDES && !(any && sealed->apart); i++) {
        g_autoptr(GArray) list = peel_ask(sealed->peels[i], &out->tickets[i]);
        if (!list)
            continue;
        out->has[i] = any = true;
        if (i == SIDE_ALPN)
            add_protocols(offer, list);
        else
            add_packings(offer, list);
    }
    return any;
}

static Offer *sealed_ask(Strategy *strategy, guint *tag)
{
    Sealed *sealed = (Sealed *)strategy;
    begin(sealed);
    if (!sealed->peels[0] || sealed->over)
        return NULL;
    Out *out = g_new0(Out, 1);
    Offer *offer = form_offer(TLS_1_3, FORM_EC, tls13(sealed)->suites, sealed->known->server_name);
    form_open(offer, sealed->known->share);
    if (!fill(sealed, out, offer)) {
        g_free(out);
        offer_free(offer);
        return NULL;
    }
    *tag = sealed->outs->len;
    g_ptr_array_add(sealed->outs, out);
    sealed->out++;
    return offer;
}

/* ---- answers ---- */

/* What stands there about an extension; NULL: nothing. */
static GBytes *answered(const Reply *reply, uint16_t type)
{
    GBytes *bytes = g_hash_table_lookup(reply->opened->values, GUINT_TO_POINTER((guint)type));
    return bytes ? bytes : g_hash_table_lookup(reply->opened->entry, GUINT_TO_POINTER((guint)type));
}

/* What is wrong, where it is of this kind. */
static const char *fault_of(const Told *told, const char *kind)
{
    return told->reason && g_str_has_prefix(told->reason, kind) ? told->reason : NULL;
}

static void add_fault(json_t *answer, const char *fault)
{
    if (fault)
        json_object_set_new(answer, "faults", json_pack("[s]", fault));
}

/* An extension of the hello: of the form, or of the row. */
static bool was_offered(const Offer *offer, uint16_t type)
{
    bool found =
        type == EXTENSION_SUPPORTED_GROUPS || (type == EXTENSION_SERVER_NAME && offer->server_name);
    for (guint i = 0; i < offer->extensions->len; i++)
        found = found || g_array_index(offer->extensions, OfferExtension, i).type == type;
    return found;
}

static void say_yes(Sealed *sealed, uint16_t type, const Told *told)
{
    char number[REGISTRY_NUMBER];
    if (!g_hash_table_add(sealed->said, GUINT_TO_POINTER((guint)type)))
        return;
    json_t *answer = known_answer("extension", TLS_1_3, "yes");
    g_autofree char *value = type == EXTENSION_STATUS_REQUEST
                                 ? g_strdup("with an OCSP response")
                                 : values_say(type, answered(told->reply, type));
    known_item(answer, registry_extension_name(type, number), type);
    known_text(answer, "value", value);
    known_text(answer, "connection", told->connection);
    if (!was_offered(told->offer, type))
        add_fault(answer, fault_of(told, "extension-"));
    known_say(sealed->known, answer);
}

/* Those of the row that are not answered share an answer. */
static void say_row(Sealed *sealed, int row, const char *word, const Told *told)
{
    char number[REGISTRY_NUMBER];
    json_t *answer = NULL;
    bool no = told->reply && *word == 'n';
    for (guint i = 0; row != NO_ROW && i < rows[row].count; i++) {
        uint16_t type = rows[row].offered[i].type;
        if (no && answered(told->reply, type))
            continue;
        if (!answer)
            answer = known_answer("extension", TLS_1_3, word);
        known_item(answer, registry_extension_name(type, number), type);
    }
    if (!answer)
        return;
    known_text(answer, "connection", told->connection);
    known_text(answer, "reason", no ? NULL : told->reason);
    known_say(sealed->known, answer);
}

/* Everything that is answered, asked in a row or not; but for ALPN, which is a question of its own.
 */
static void say_extensions(Sealed *sealed, int row, const Told *told)
{
    const GArray *types = told->reply->opened->extensions;
    for (guint i = 0; i < types->len; i++)
        if (g_array_index(types, uint16_t, i) != EXTENSION_ALPN)
            say_yes(sealed, g_array_index(types, uint16_t, i), told);
    for (guint i = 0; row != NO_ROW && i < rows[row].count; i++)
        if (answered(told->reply, rows[row].offered[i].type))
            say_yes(sealed, rows[row].offered[i].type, told);
    say_row(sealed, row, "no", told);
}

static void take_protocol(Sealed *sealed, guint ticket, const Told *told)
{
    Peel *peel = sealed->peels[SIDE_ALPN];
    guint protocol;
    if (!alpn_choice(told, &protocol))
        peel_refused(peel, ticket, told->tries, told->connection,
                     told->reply->alpn ? told->reason : NULL);
    else if (peel_chosen(peel, ticket, protocol, told->connection))
        report_yes(&sealed->what[SIDE_ALPN], protocol, told->connection, told->reason);
}

static void take_packing(Sealed *sealed, guint ticket, const Told *told)
{
    Peel *peel = sealed->peels[SIDE_PACKING];
    const Opened *opened = told->reply->opened;
    char number[REGISTRY_NUMBER];
    if (!opened->packing) {
        peel_refused(peel, ticket, told->tries, told->connection, NULL);
        return;
    }
    if (!peel_chosen(peel, ticket, opened->packing, told->connection))
        return;
    json_t *answer = known_answer("certificate-compression", TLS_1_3, "yes");
    g_autofree char *value =
        g_strdup_printf("%u bytes in place of %u", opened->packed, opened->unpacked);
    known_item(answer, name_packing(opened->packing, number), opened->packing);
    known_text(answer, "value", value);
    known_text(answer, "connection", told->connection);
    add_fault(answer, fault_of(told, "compression-"));
    known_say(sealed->known, answer);
}

static void take_opened(Sealed *sealed, const Out *out, const Told *told)
{
    if (out->has[SIDE_ALPN])
        take_protocol(sealed, out->tickets[SIDE_ALPN], told);
    if (out->has[SIDE_PACKING])
        take_packing(sealed, out->tickets[SIDE_PACKING], told);
    say_extensions(sealed, out->row, told);
    known_note(sealed->known, told->offer, told->reply, told->connection, NULL);
}

/* What was in the hello is asked again, the protocols only if that is wished. */
static void again(Sealed *sealed, const Out *out, bool protocols)
{
    for (guint i = 0; i < SIDES; i++)
        if (out->has[i] && (i != SIDE_ALPN || protocols))
            peel_again(sealed->peels[i], out->tickets[i]);
    if (out->row != NO_ROW)
        g_queue_push_tail(&sealed->waiting, GINT_TO_POINTER(out->row));
}

/* A single thing that was not answered is not asked any more. */
static void give_up(Sealed *sealed, const Out *out, const Told *told)
{
    Told why = *told;
    why.reason = told->reason ? told->reason : "encrypted";
    for (guint i = 0; i < SIDES; i++)
        if (out->has[i])
            peel_stop(sealed->peels[i], why.reason);
    say_row(sealed, out->row, "unknown", &why);
}

static guint things_in(const Out *out)
{
    return out->has[SIDE_ALPN] + out->has[SIDE_PACKING] + (out->row != NO_ROW);
}

static void take_answer(Sealed *sealed, const Out *out, const Told *told)
{
    const Reply *reply = told->reply;
    bool chosen = told->verdict == VERDICT_CHOSEN;
    bool opened = chosen && reply->opened && reply->opened->whole;
    bool blind = chosen && reply->kind == REPLY_CHOSEN && !reply->opened;
    if (opened) {
        take_opened(sealed, out, told);
    } else if (chosen && known_wants_share(sealed->known, told->offer, reply)) {
        again(sealed, out, true);
    } else if (out->has[SIDE_ALPN] && reply->alert == ALERT_NO_APPLICATION_PROTOCOL) {
        peel_refused(sealed->peels[SIDE_ALPN], out->tickets[SIDE_ALPN], told->tries,
                     told->connection, told->reason);
        again(sealed, out, false);
    } else if (things_in(out) > 1 && !blind) {
        sealed->apart = true;
        again(sealed, out, true);
    } else {
        give_up(sealed, out, told);
    }
}

/* ---- the strategy ---- */

static void conclude(Sealed *sealed)
{
    sealed->over = true;
    for (guint i = 0; i < SIDES; i++)
        report_rest(&sealed->what[i], sealed->peels[i]);
    if (peel_any(sealed->peels[SIDE_ALPN]))
        report_order(&sealed->what[SIDE_ALPN], sealed->peels[SIDE_ALPN]);
}

static bool all_told(const Sealed *sealed)
{
    return sealed->peels[0] && !sealed->out && !sealed->waiting.length &&
           peel_over(sealed->peels[SIDE_ALPN]) && peel_over(sealed->peels[SIDE_PACKING]);
}

static void sealed_tell(Strategy *strategy, guint tag, const Told *told)
{
    Sealed *sealed = (Sealed *)strategy;
    sealed->out--;
    take_answer(sealed, g_ptr_array_index(sealed->outs, tag), told);
    if (!sealed->over && all_told(sealed))
        conclude(sealed);
}

static guint sealed_want(const Strategy *strategy)
{
    const Sealed *sealed = (const Sealed *)strategy;
    if (!sealed->peels[0])
        return tls13(sealed)->settled ? 2 : 0;
    guint want = sealed->waiting.length;
    for (guint i = 0; i < SIDES; i++)
        want = MAX(want, peel_want(sealed->peels[i]));
    return want;
}

static guint sealed_left(const Strategy *strategy)
{
    const Sealed *sealed = (const Sealed *)strategy;
    if (!sealed->peels[0])
        return tls13(sealed)->certainty == CERTAINTY_NO ? 0 : 4;
    guint left = sealed->waiting.length + sealed->out;
    for (guint i = 0; i < SIDES; i++)
        left = MAX(left, peel_left(sealed->peels[i]));
    return left;
}

static bool sealed_over(const Strategy *strategy)
{
    return ((const Sealed *)strategy)->over;
}

static void sealed_stop(Strategy *strategy, const char *reason)
{
    Sealed *sealed = (Sealed *)strategy;
    Told told = {.reason = reason};
    begin(sealed);
    if (sealed->over || !sealed->peels[0])
        return;
    while (sealed->waiting.length)
        say_row(sealed, GPOINTER_TO_INT(g_queue_pop_head(&sealed->waiting)), "unknown", &told);
    for (guint i = 0; i < SIDES; i++)
        peel_stop(sealed->peels[i], reason);
    conclude(sealed);
}

static void sealed_free(Strategy *strategy)
{
    Sealed *sealed = (Sealed *)strategy;
    for (guint i = 0; i < SIDES; i++)
        peel_free(sealed->peels[i]);
    g_ptr_array_unref(sealed->outs);
    g_queue_clear(&sealed->waiting);
    g_hash_table_unref(sealed->said);
    g_free(sealed);
}

static const StrategyClass sealed_class = {
    .ask = sealed_ask,
    .tell = sealed_tell,
    .want = sealed_want,
    .left = sealed_left,
    .over = sealed_over,
    .stop = sealed_stop,
    .free = sealed_free,
};

Strategy *sealed_new(Known *known)
{
    Sealed *sealed = g_new0(Sealed, 1);
    sealed->base.class = &sealed_class;
    sealed->base.rank = RANK_LAST;
    sealed->known = known;
    sealed->what[SIDE_ALPN] = (ReportSpec){known, "alpn", TLS_1_3, NULL, report_protocol};
    sealed->what[SIDE_PACKING] =
        (ReportSpec){known, "certificate-compression", TLS_1_3, NULL, name_packing};
    sealed->outs = g_ptr_array_new_with_free_func(g_free);
    sealed->said = g_hash_table_new(NULL, NULL);
    g_queue_init(&sealed->waiting);
    return &sealed->base;
}
