#include "worker/pki/dane.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/key.h"
#include "worker/pki/match.h"
#include "worker/pki/node.h"

/* Records are judged in this order:
 *
 * 1. A record whose numbers are not known, or whose data cannot be what these say, is unusable.
 * 2. Of records with the same usage and selector, those with the strongest digest count; the others
 * are compared, and do not count (RFC 7671 section 9). The whole data (matching 0) always counts.
 * 3. Each is compared with the certificates that its usage may mean: usages 1 and 3 the leaf, usage
 * 2 the issuers that were sent, usage 0 those of the path to the store. A key that a record of
 * usage 2 has whole is looked for in the signatures too, a certificate among the issuers.
 * 4. Where one matches, what the usage asks for besides is judged. For usage 2 the chain is
 * verified against a store that holds the anchor alone.
 * 5. Where none does, what would match is looked for: another selector, another usage, a root that
 * is not sent. What is left is of another key: a next or a former one where some record matches,
 * stale where none does.
 */

enum { USAGE_PKIX_TA, USAGE_PKIX_EE, USAGE_DANE_TA, USAGE_DANE_EE, USAGES };
enum { SELECTOR_CERTIFICATE, SELECTOR_KEY, SELECTORS };
enum { MATCHING_WHOLE, MATCHING_SHA256, MATCHING_SHA512, MATCHINGS };

typedef struct Record {
    json_int_t usage, selector, matching;
    GBytes *data;
    const char *reason; /* static; NULL: none */
    bool unusable, matches, holds;
    char *by;          /* sha256 of what matches, or would; NULL: none */
    json_t *reasons;   /* of the path to an anchor; NULL: none */
    const json_t *row; /* as it was given */
} Record;

/* A certificate with what records are compared with. */
typedef struct Subject {
    GBytes *selected[SELECTORS]; /* NULL: has none that reads */
} Subject;

typedef struct Judge {
    const DaneCase *dane;
    GPtrArray *sent; /* Subject *, of dane->sent */
    GPtrArray *path; /* Subject *, of the verdict's path, from its second certificate on */
    bool trusted, named;
} Judge;

/* ---- reading ---- */

static GBytes *read_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    for (; g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); hex += 2)
        bytes_put(bytes, (guint)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])),
                  1);
    return g_byte_array_free_to_bytes(bytes);
}

static bool is_certificate(GBytes *der)
{
    g_autoptr(Cert) cert = cert_new(der);
    return cert->tbs[TBS_SPKI].data && cert->parts[CERTIFICATE_SIGNATURE].data &&
           cert->all.total == g_bytes_get_size(der);
}

static bool is_key(GBytes *der)
{
    gnutls_pubkey_t key = key_import(der);
    if (key)
        gnutls_pubkey_deinit(key);
    return key != NULL;
}

/* Why a record cannot be used; NULL: it can. */
static const char *unusable(const Record *record, bool mail)
{
    static const gsize sizes[MATCHINGS] = {0, 32, 64};
    if (record->usage < 0 || record->usage >= USAGES)
        return "dane-usage-unknown";
    if (record->selector < 0 || record->selector >= SELECTORS)
        return "dane-selector-unknown";
    if (record->matching < 0 || record->matching >= MATCHINGS)
        return "dane-matching-unknown";
    if (record->matching != MATCHING_WHOLE &&
        g_bytes_get_size(record->data) != sizes[record->matching])
        return "dane-length";
    if (record->matching == MATCHING_WHOLE &&
        !(record->selector == SELECTOR_KEY ? is_key : is_certificate)(record->data))
        return "dane-undecodable";
    if (mail && record->usage <= USAGE_PKIX_EE)
        return "dane-usage-mail";
    return NULL;
}

static GArray *read_records(const json_t *rows, bool mail)
{
    GArray *records = g_array_new(FALSE, TRUE, sizeof(Record));
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (records->len == LIMIT_TLSA)
            break;
        Record record = {.usage = fact_integer(row, "usage", -1),
                         .selector = fact_integer(row, "selector", -1),
                         .matching = fact_integer(row, "matching", -1),
                         .data = read_hex(fact_string(row, "data", "")),
                         .row = row};
        record.reason = unusable(&record, mail);
        record.unusable = record.reason != NULL;
        g_array_append_val(records, record);
    }
    return records;
}

static void prefer_strong(GArray *records)
{
    for (guint i = 0; i < records->len; i++) {
        Record *weak = &g_array_index(records, Record, i);
        for (guint j = 0; j < records->len && !weak->reason; j++) {
            const Record *strong = &g_array_index(records, Record, j);
            if (!strong->unusable && weak->matching == MATCHING_SHA256 &&
                strong->matching == MATCHING_SHA512 && strong->usage == weak->usage &&
                strong->selector == weak->selector)
                weak->reason = "dane-weaker-digest";
        }
    }
}

static Subject *subject_new(GBytes *der)
{
    Subject *subject = g_new0(Subject, 1);
    g_autoptr(Cert) cert = cert_new(der);
    subject->selected[SELECTOR_CERTIFICATE] = g_bytes_ref(der);
    if (cert->tbs[TBS_SPKI].data)
        subject->selected[SELECTOR_KEY] = cert_bytes(cert, &cert->tbs[TBS_SPKI]);
    return subject;
}

static void subject_free(void *data)
{
    Subject *subject = data;
    for (guint i = 0; i < SELECTORS; i++)
        if (subject->selected[i])
            g_bytes_unref(subject->selected[i]);
    g_free(subject);
}

static char *subject_sha256(const Subject *subject)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, subject->selected[SELECTOR_CERTIFICATE]);
}

/* ---- comparing ---- */

static bool same(const Record *record, json_int_t selector, const Subject *subject)
{
    static const GChecksumType digests[MATCHINGS] = {
        [MATCHING_SHA256] = G_CHECKSUM_SHA256, [MATCHING_SHA512] = G_CHECKSUM_SHA512};
    guint8 digest[64];
    gsize size = sizeof digest;
    GBytes *selected = subject->selected[selector];
    if (!selected || record->matching == MATCHING_WHOLE)
        return selected && g_bytes_equal(selected, record->data);
    gsize length;
    const guchar *bytes = g_bytes_get_data(selected, &length);
    GChecksum *checksum = g_checksum_new(digests[record->matching]);
    g_checksum_update(checksum, bytes, (gssize)length);
    g_checksum_get_digest(checksum, digest, &size);
    g_checksum_free(checksum);
    g_autoptr(GBytes) own = g_bytes_new(digest, size);
    return g_bytes_equal(own, record->data);
}

/* The first of `subjects` from `from` on, before `to`, that matches with the selector; NULL: none.
 */
static const Subject *find(const Record *record, json_int_t selector, const GPtrArray *subjects,
                           guint from, guint to)
{
    for (guint i = from; i < MIN(to, subjects->len); i++)
        if (same(record, selector, g_ptr_array_index(subjects, i)))
            return g_ptr_array_index(subjects, i);
    return NULL;
}

static bool is_of_leaf(const Record *record)
{
    return record->usage == USAGE_PKIX_EE || record->usage == USAGE_DANE_EE;
}

/* What the record may mean: the leaf, the issuers sent, or those of the path. */
static const Subject *find_meant(const Judge *judge, const Record *record, json_int_t selector)
{
    if (is_of_leaf(record))
        return find(record, selector, judge->sent, 0, 1);
    if (record->usage == USAGE_DANE_TA)
        return find(record, selector, judge->sent, 1, G_MAXUINT);
    return find(record, selector, judge->path, 0, G_MAXUINT);
}

/* ---- usage 2 ---- */

/* The path from the leaf to the anchor, as the verdict of a store that holds nothing else. */
static void judge_path_to(const Judge *judge, Record *record, GBytes *anchor)
{
    gsize size;
    const uint8_t *der = g_bytes_get_data(anchor, &size);
    g_autoptr(Store) store = store_new("dane", STORE_GIVEN);
    g_autoptr(Chain) chain = chain_new(judge->dane->sent, NULL, NULL);
    Question question = {.time = judge->dane->time};
    bool any = store_add_file(store, der, size) != 0;
    g_autoptr(json_t) verdict = any ? verify_chain(store, chain, &question) : NULL;
    if (verdict && fact_bool(verdict, "trusted", FALSE)) {
        record->holds = judge->named;
        record->reason = judge->named ? NULL : "dane-name";
        return;
    }
    record->reason = "dane-path";
    if (verdict)
        record->reasons = json_incref(json_object_get(verdict, "reasons"));
}

/* RFC 7671 section 5.2.3: the anchor's key is whole in the record, and its certificate need not be
 * sent. What it has signed is then the end of the path. */
static bool judge_bare_key(const Judge *judge, Record *record)
{
    Cert none = {0};
    Node issuer = {.cert = &none, .public_key = key_import(record->data)};
    const GPtrArray *sent = judge->dane->sent;
    for (guint i = 0; issuer.public_key && i < sent->len && !record->matches; i++) {
        GBytes *der = g_ptr_array_index(sent, i);
        Node *node = node_new(der);
        node_load(node);
        record->matches = node_verify(node, &issuer) == SIGNATURE_GOOD;
        node_free(node);
        if (record->matches)
            judge_path_to(judge, record, der);
    }
    if (issuer.public_key)
        gnutls_pubkey_deinit(issuer.public_key);
    return record->matches;
}

/* The anchor's certificate is whole in the record, and need not be sent. */
static bool judge_bare_certificate(const Judge *judge, Record *record)
{
    judge_path_to(judge, record, record->data);
    record->matches = record->holds || g_strcmp0(record->reason, "dane-name") == 0;
    if (!record->matches) {
        record->reason = NULL;
        g_clear_pointer(&record->reasons, json_decref);
        return false;
    }
    record->by = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, record->data);
    return true;
}

static bool judge_bare(const Judge *judge, Record *record)
{
    if (record->usage != USAGE_DANE_TA || record->matching != MATCHING_WHOLE)
        return false;
    return record->selector == SELECTOR_KEY ? judge_bare_key(judge, record)
                                            : judge_bare_certificate(judge, record);
}

/* ---- each record ---- */

static void judge_pkix(const Judge *judge, Record *record)
{
    record->holds = judge->trusted && judge->named;
    if (!judge->trusted)
        record->reason = "dane-pkix";
    else if (!judge->named)
        record->reason = "dane-name";
}

/* Where the record does not match what it may mean: what would match, if it were meant. */
static void explain_miss(const Judge *judge, Record *record)
{
    json_int_t other = SELECTOR_KEY - record->selector;
    const Subject *found = find_meant(judge, record, other);
    const char *reason = "dane-other-selector";
    if (!found) {
        found = find(record, record->selector, judge->sent, is_of_leaf(record),
                     is_of_leaf(record) ? G_MAXUINT : 1);
        reason = is_of_leaf(record) ? "dane-matches-issuer" : "dane-matches-leaf";
    }
    if (!found && record->usage == USAGE_DANE_TA) {
        found = find(record, record->selector, judge->path, 0, G_MAXUINT);
        reason = "dane-anchor-not-sent";
    }
    if (!found && record->usage == USAGE_PKIX_TA) {
        found = find(record, record->selector, judge->sent, 1, G_MAXUINT);
        reason = "dane-not-in-path";
    }
    if (!found)
        return;
    record->by = subject_sha256(found);
    record->reason = reason;
}

static void judge_record(const Judge *judge, Record *record)
{
    const char *unused = record->reason;
    const Subject *found = find_meant(judge, record, record->selector);
    record->reason = NULL;
    if (found) {
        record->matches = true;
        record->by = subject_sha256(found);
        if (record->usage == USAGE_DANE_TA)
            judge_path_to(judge, record, found->selected[SELECTOR_CERTIFICATE]);
        else if (record->usage == USAGE_DANE_EE)
            record->holds = true;
        else
            judge_pkix(judge, record);
    } else if (!judge_bare(judge, record)) {
        explain_miss(judge, record);
    }
    if (unused) {
        record->holds = false;
        record->reason = unused;
    }
}

/* ---- all together ---- */

static bool any_name(const Judge *judge)
{
    const json_t *names = judge->dane->names;
    size_t i;
    json_t *name;
    if (!names || judge->dane->sent->len == 0)
        return fact_bool(judge->dane->verdict, "name_matches", FALSE);
    g_autoptr(Cert) leaf = cert_new(g_ptr_array_index(judge->dane->sent, 0));
    json_array_foreach(names, i, name)
    {
        const char *kind, *text = json_string_value(name);
        GString *by;
        if (!text || !match_name(leaf, text, &kind, &by))
            continue;
        g_string_free(by, TRUE);
        return true;
    }
    return false;
}

static GBytes *find_bytes(const DaneCase *dane, const char *sha256)
{
    const Node *stored = store_find(dane->store, sha256);
    if (stored)
        return stored->cert->bytes;
    for (guint i = 0; i < dane->sent->len; i++) {
        GBytes *der = g_ptr_array_index(dane->sent, i);
        g_autofree char *own = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
        if (strcmp(own, sha256) == 0)
            return der;
    }
    return NULL;
}

static Judge judge_new(const DaneCase *dane)
{
    Judge judge = {.dane = dane,
                   .sent = g_ptr_array_new_with_free_func(subject_free),
                   .path = g_ptr_array_new_with_free_func(subject_free),
                   .trusted = fact_bool(dane->verdict, "trusted", FALSE)};
    const json_t *path = json_object_get(dane->verdict, "path");
    judge.named = any_name(&judge);
    for (guint i = 0; i < dane->sent->len && i < LIMIT_CERTIFICATES; i++)
        g_ptr_array_add(judge.sent, subject_new(g_ptr_array_index(dane->sent, i)));
    for (size_t i = 1; i < json_array_size(path); i++) {
        GBytes *der = find_bytes(dane, fact_string(json_array_get(path, i), "sha256", ""));
        if (der)
            g_ptr_array_add(judge.path, subject_new(der));
    }
    return judge;
}

static json_t *write_record(const Record *record, bool any_match)
{
    json_t *row = json_copy((json_t *)record->row);
    const char *reason = record->reason;
    if (!reason && !record->matches)
        reason = any_match ? "dane-other-key" : "dane-stale";
    if (!record->unusable)
        json_object_set_new(row, "matches", json_boolean(record->matches));
    json_object_set_new(row, "holds", json_boolean(record->holds));
    if (record->by)
        json_object_set_new(row, "by", json_string(record->by));
    if (reason)
        json_object_set_new(row, "reason", json_string(reason));
    if (record->reasons)
        json_object_set(row, "reasons", record->reasons);
    return row;
}

static json_t *write_fact(const GArray *records)
{
    json_t *fact = fact_new(FACT_DANE), *rows = json_array();
    bool matches = false, holds = false, usable = false;
    for (guint i = 0; i < records->len; i++) {
        const Record *record = &g_array_index(records, Record, i);
        matches |= record->matches;
        holds |= record->holds;
        usable |= !record->unusable;
    }
    for (guint i = 0; i < records->len; i++)
        json_array_append_new(rows, write_record(&g_array_index(records, Record, i), matches));
    json_object_set_new(fact, "state",
                        json_string(holds    ? "authenticated"
                                    : usable ? "failed"
                                             : "unusable"));
    json_object_set_new(fact, "records", rows);
    return fact;
}

json_t *dane_judge(const DaneCase *dane, const json_t *rows)
{
    Judge judge = judge_new(dane);
    g_autoptr(GArray) records = read_records(rows, dane->mail);
    prefer_strong(records);
    for (guint i = 0; i < records->len; i++) {
        Record *record = &g_array_index(records, Record, i);
        if (!record->unusable)
            judge_record(&judge, record);
    }
    json_t *fact = write_fact(records);
    if (json_array_size(rows) > records->len)
        json_object_set_new(fact, "cut", json_integer(records->len));
    for (guint i = 0; i < records->len; i++) {
        Record *record = &g_array_index(records, Record, i);
        g_bytes_unref(record->data);
        g_free(record->by);
        json_decref(record->reasons);
    }
    g_ptr_array_unref(judge.sent);
    g_ptr_array_unref(judge.path);
    return fact;
}
