/* TLSA records of every usage, right and wrong, held against chains made here. */
#include "worker/pki/dane.h"

#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/forge.h"

enum { NOW = 1767225600 }; /* 2026-01-01T00:00:00Z */

#define HOST "leaf.test"

/* root <- middle <- leaf; the root is in the store. Key numbers are 1, 2 and 3. Made once, for a
 * signature is never the same twice. */
static GBytes *usual_of(int number)
{
    static GBytes *made[4];
    static const char *const names[] = {NULL, "Root CA", "Middle CA", HOST};
    bool is_leaf = number == 3;
    if (!made[number])
        made[number] = forge(
            (Forge){.subject = names[number],
                    .issuer = names[MAX(number - 1, 1)],
                    .key = forge_key("ec", number),
                    .issuer_key = forge_key("ec", MAX(number - 1, 1)),
                    .extensions = is_leaf ? dns(HOST) : join(basic(true, -1), usage("0106"))});
    return g_bytes_ref(made[number]);
}

static GBytes *leaf(const char *host, const char *to)
{
    return forge((Forge){.subject = host,
                         .to = to,
                         .issuer = "Middle CA",
                         .key = forge_key("ec", 3),
                         .issuer_key = forge_key("ec", 2),
                         .extensions = dns(host)});
}

typedef struct Made {
    GBytes *root; /* of the store; NULL: an empty one */
    GBytes *sent[4];
    bool mail;
    json_t *names;
} Made;

static json_t *judge(const Made *chain, json_t *records)
{
    g_autoptr(GPtrArray) sent = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent) && chain->sent[i]; i++)
        g_ptr_array_add(sent, chain->sent[i]);
    gsize size = 0;
    const uint8_t *der = chain->root ? g_bytes_get_data(chain->root, &size) : NULL;
    g_autoptr(Store) store = store_new("roots", STORE_GIVEN);
    if (der)
        store_add_file(store, der, size);
    g_autoptr(Chain) given = chain_new(sent, NULL, NULL);
    Question question = {.name = HOST, .time = NOW};
    g_autoptr(json_t) verdict = verify_chain(store, given, &question);
    const DaneCase dane = {.store = store,
                           .verdict = verdict,
                           .sent = sent,
                           .names = chain->names,
                           .time = NOW,
                           .mail = chain->mail};
    json_t *fact = dane_judge(&dane, records);
    json_decref(records);
    return fact;
}

static void clear(Made *chain)
{
    g_clear_pointer(&chain->root, g_bytes_unref);
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent); i++)
        g_clear_pointer(&chain->sent[i], g_bytes_unref);
    g_clear_pointer(&chain->names, json_decref);
}

static Made usual(void)
{
    return (Made){.root = usual_of(1), .sent = {usual_of(3), usual_of(2)}};
}

/* The data of a record for a certificate, or for the key of that number. */
static char *data_of(int selector, int matching, int number)
{
    g_autoptr(GBytes) der = usual_of(number);
    GBytes *selected = selector ? forge_key("ec", number)->spki : der;
    gsize size;
    const guchar *bytes_of = g_bytes_get_data(selected, &size);
    if (matching == 0)
        return bytes_hex(bytes_of, size, '\0');
    return g_compute_checksum_for_bytes(matching == 1 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA512,
                                        selected);
}

static json_t *record(int usage_of, int selector, int matching, const char *data)
{
    return json_pack("{s:i, s:i, s:i, s:s}", "usage", usage_of, "selector", selector, "matching",
                     matching, "data", data);
}

static json_t *record_of(int usage_of, int selector, int matching, int number)
{
    g_autofree char *data = data_of(selector, matching, number);
    return record(usage_of, selector, matching, data);
}

static const json_t *row_at(const json_t *fact, size_t i)
{
    return json_array_get(json_object_get(fact, "records"), i);
}

/* One record alone: its reason ("": none), the state, and whether it matches (-1: unknown). */
static void expect(Made chain, json_t *row, const char *reason, const char *state)
{
    g_autoptr(json_t) fact = judge(&chain, json_pack("[o]", row));
    const json_t *given = row_at(fact, 0);
    ck_assert_str_eq(fact_string(given, "reason", ""), reason);
    ck_assert_str_eq(fact_string(fact, "state", ""), state);
    ck_assert_int_eq(fact_bool(given, "holds", FALSE), strcmp(state, "authenticated") == 0);
    ck_assert_int_eq(json_object_get(given, "matches") == NULL, strcmp(state, "unusable") == 0);
    clear(&chain);
}

START_TEST(every_kind_of_record)
{
    for (int usage_of = 0; usage_of < 4; usage_of++)
        for (int selector = 0; selector < 2; selector++)
            for (int matching = 0; matching < 3; matching++) {
                int number = usage_of & 1 ? 3 : 2;
                expect(usual(), record_of(usage_of, selector, matching, number), "",
                       "authenticated");
                const char *missed = usage_of & 1 ? "dane-matches-issuer" : "dane-matches-leaf";
                if (usage_of != 2 || matching)
                    expect(usual(), record_of(usage_of, selector, matching, 5 - number), missed,
                           "failed");
            }
}
END_TEST

/* Usage 0 may mean the root of the store; usage 2 only what is sent, or whole in the record. */
START_TEST(roots)
{
    expect(usual(), record_of(0, 0, 1, 1), "", "authenticated");
    expect(usual(), record_of(2, 0, 1, 1), "dane-anchor-not-sent", "failed");
    expect(usual(), record_of(2, 0, 0, 1), "", "authenticated");
    expect(usual(), record_of(2, 1, 0, 1), "", "authenticated");
    Made sent = usual();
    g_clear_pointer(&sent.root, g_bytes_unref);
    sent.sent[2] = usual_of(1);
    expect(sent, record_of(2, 0, 1, 1), "", "authenticated");
    Made bare = usual();
    g_clear_pointer(&bare.root, g_bytes_unref);
    g_clear_pointer(&bare.sent[1], g_bytes_unref);
    expect(bare, record_of(2, 1, 0, 2), "", "authenticated");
    Made apart = usual();
    apart.sent[2] = forge(
        (Forge){.subject = "Other CA", .key = forge_key("ec", 4), .extensions = basic(true, -1)});
    g_autofree char *data = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, apart.sent[2]);
    Made same = {
        g_bytes_ref(apart.root),
        {g_bytes_ref(apart.sent[0]), g_bytes_ref(apart.sent[1]), g_bytes_ref(apart.sent[2])},
        false,
        NULL};
    expect(apart, record(0, 0, 1, data), "dane-not-in-path", "failed");
    expect(same, record(2, 0, 1, data), "dane-path", "failed");
}
END_TEST

static Made with_leaf(GBytes *first)
{
    return (Made){.root = usual_of(1), .sent = {first, usual_of(2)}};
}

static Made unknown_root(void)
{
    return (Made){.sent = {usual_of(3), usual_of(2)}};
}

/* What each usage asks for besides: RFC 7671 section 5. */
START_TEST(names_dates_and_roots)
{
    static const char *const no_name[] = {"dane-name", "dane-name", "dane-name", ""};
    static const char *const expired[] = {"dane-pkix", "dane-pkix", "dane-path", ""};
    static const char *const no_root[] = {"dane-pkix", "dane-pkix", "", ""};
    for (int usage_of = 0; usage_of < 4; usage_of++) {
        int number = usage_of & 1 ? 3 : 2;
        const char *reason = no_name[usage_of];
        expect(with_leaf(leaf("other.test", NULL)), record_of(usage_of, 1, 1, number), reason,
               *reason ? "failed" : "authenticated");
        reason = expired[usage_of];
        expect(with_leaf(leaf(HOST, "20251231000000Z")), record_of(usage_of, 1, 1, number), reason,
               *reason ? "failed" : "authenticated");
        reason = no_root[usage_of];
        if (usage_of == 0) /* without a root there is no path for it to be on */
            reason = "dane-pkix";
        expect(unknown_root(), record_of(usage_of, 1, 1, number), reason,
               *reason ? "failed" : "authenticated");
    }
    Made named = with_leaf(leaf("other.test", NULL));
    named.names = json_pack("[s, s]", "third.test", "other.test");
    expect(named, record_of(2, 1, 1, 2), "", "authenticated");
    Made path = with_leaf(leaf(HOST, "20251231000000Z"));
    g_autoptr(json_t) fact = judge(&path, json_pack("[o]", record_of(2, 0, 1, 2)));
    ck_assert_str_eq(
        json_string_value(json_array_get(json_object_get(row_at(fact, 0), "reasons"), 0)),
        "trust-expired");
    clear(&path);
}
END_TEST

START_TEST(what_cannot_be_used)
{
    expect(usual(), record_of(4, 0, 1, 3), "dane-usage-unknown", "unusable");
    expect(usual(), record_of(255, 0, 1, 3), "dane-usage-unknown", "unusable");
    expect(usual(), record(3, 2, 1, "00"), "dane-selector-unknown", "unusable");
    expect(usual(), record(3, 0, 3, "00"), "dane-matching-unknown", "unusable");
    expect(usual(), record(3, 0, 1, "00"), "dane-length", "unusable");
    expect(usual(), record_of(3, 0, 1, 3), "", "authenticated");
    expect(usual(), record(3, 0, 2, ""), "dane-length", "unusable");
    expect(usual(), record(3, 0, 0, ""), "dane-undecodable", "unusable");
    expect(usual(), record(3, 1, 0, "3000"), "dane-undecodable", "unusable");
    g_autofree char *certificate = data_of(0, 0, 3);
    expect(usual(), record(3, 1, 0, certificate), "dane-undecodable", "unusable");
    for (int usage_of = 0; usage_of < 4; usage_of++) {
        Made mail = usual();
        mail.mail = true;
        expect(mail, record_of(usage_of, 0, 1, usage_of & 1 ? 3 : 2),
               usage_of < 2 ? "dane-usage-mail" : "", usage_of < 2 ? "unusable" : "authenticated");
    }
}
END_TEST

START_TEST(misses_are_explained)
{
    g_autofree char *key = data_of(1, 1, 3), *whole = data_of(0, 1, 3);
    static const char none[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    expect(usual(), record(3, 0, 1, key), "dane-other-selector", "failed");
    expect(usual(), record(3, 1, 1, whole), "dane-other-selector", "failed");
    expect(usual(), record(3, 1, 1, none), "dane-stale", "failed");
}
END_TEST

/* RFC 7671 section 8: the next key's record stands beside that of the key that is served. */
START_TEST(the_next_key)
{
    static const char none[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    Made chain = usual();
    g_autoptr(json_t) fact =
        judge(&chain, json_pack("[o, o]", record(3, 1, 1, none), record_of(3, 1, 1, 3)));
    ck_assert_str_eq(fact_string(fact, "state", ""), "authenticated");
    ck_assert_str_eq(fact_string(row_at(fact, 0), "reason", ""), "dane-other-key");
    ck_assert_str_eq(fact_string(row_at(fact, 1), "reason", ""), "");
    g_autoptr(json_t) stale =
        judge(&chain, json_pack("[o, o]", record(3, 1, 1, none), record(2, 1, 1, none)));
    ck_assert_str_eq(fact_string(stale, "state", ""), "failed");
    ck_assert_str_eq(fact_string(row_at(stale, 0), "reason", ""), "dane-stale");
    ck_assert_str_eq(fact_string(row_at(stale, 1), "reason", ""), "dane-stale");
    clear(&chain);
}
END_TEST

/* RFC 7671 section 9: the strongest digest of a usage and selector counts alone. */
START_TEST(the_strongest_digest)
{
    Made chain = usual();
    g_autofree char *other = data_of(1, 2, 2);
    g_autoptr(json_t) fact =
        judge(&chain, json_pack("[o, o]", record_of(3, 1, 1, 3), record(3, 1, 2, other)));
    ck_assert_str_eq(fact_string(fact, "state", ""), "failed");
    ck_assert_str_eq(fact_string(row_at(fact, 0), "reason", ""), "dane-weaker-digest");
    ck_assert(fact_bool(row_at(fact, 0), "matches", FALSE));
    g_autoptr(json_t) apart =
        judge(&chain, json_pack("[o, o]", record_of(3, 0, 1, 3), record(3, 1, 2, other)));
    ck_assert_str_eq(fact_string(apart, "state", ""), "authenticated");
    g_autoptr(json_t) whole =
        judge(&chain, json_pack("[o, o]", record_of(3, 1, 0, 3), record(3, 1, 2, other)));
    ck_assert_str_eq(fact_string(whole, "state", ""), "authenticated");
    clear(&chain);
}
END_TEST

START_TEST(many_are_cut)
{
    Made chain = usual();
    json_t *records = json_array();
    for (int i = 0; i < LIMIT_TLSA + 1; i++)
        json_array_append_new(records, record(3, 1, 1, ""));
    g_autoptr(json_t) fact = judge(&chain, records);
    ck_assert_uint_eq(json_array_size(json_object_get(fact, "records")), LIMIT_TLSA);
    ck_assert_int_eq(fact_integer(fact, "cut", 0), LIMIT_TLSA);
    clear(&chain);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dane");
    TCase *tests = tcase_create("dane");
    tcase_add_test(tests, every_kind_of_record);
    tcase_add_test(tests, roots);
    tcase_add_test(tests, names_dates_and_roots);
    tcase_add_test(tests, what_cannot_be_used);
    tcase_add_test(tests, misses_are_explained);
    tcase_add_test(tests, the_next_key);
    tcase_add_test(tests, the_strongest_digest);
    tcase_add_test(tests, many_are_cut);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
