/* The estate's certificates, and where each is served. */
#include <string.h>

#include "front/model/clock.h"
#include "front/model/ends.h"
#include "front/report/estate.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define HASH(digit)                                                                                \
    digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit      \
        digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit  \
            digit digit digit digit digit digit digit digit digit digit digit digit digit digit    \
                digit digit digit digit digit digit digit digit digit digit digit digit digit      \
                    digit digit digit digit digit digit digit
#define ENDPOINT(id, port)                                                                         \
    "{'fact':'endpoint','at':0,'endpoint':'" id "','target':'a','host':'a.example','port':" port   \
    ",'transport':'tcp','entry':'tls','named':true}"
#define CONNECTION(id, number, address, hello)                                                     \
    "{'fact':'connection','at':1,'endpoint':'" id "','connection':'" id "." number                 \
    "','event':'connecting','address':'" address "','port':443,'hello':'" hello "'}"
#define CHAIN(id, number, hashes)                                                                  \
    "{'fact':'chain','at':1,'endpoint':'" id "','connection':'" id "." number                      \
    "','certificates':[" hashes "]}"
#define CERTIFICATE(hash, key, issuer)                                                             \
    "{'fact':'certificate','at':1,'sha256':'" hash "','size':9,'sha1':'00','spki_sha256':'" key    \
    "','subject':'CN=a','issuer':'" issuer "'}"
#define LEAF   HASH("a")
#define OTHER  HASH("b")
#define ISSUER HASH("c")

static void fold_all(Model *model, const char *const *lines)
{
    for (; *lines; lines++)
        stream_fold(model, *lines);
}

static guint places_of(const Model *model, const char *sha256)
{
    const Certificate *certificate = model_certificate(model, sha256);
    return certificate && certificate->places ? certificate->places->len : 0;
}

static guint endpoints_of(const Model *model, const char *sha256)
{
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(model_certificate(model, sha256));
    return endpoints->len;
}

/* Once an endpoint and address, however often and whoever asked; and each position. */
START_TEST(a_place_is_an_endpoint_at_an_address)
{
    static const char *const lines[] = {ENDPOINT("1", "443"),
                                        ENDPOINT("2", "993"),
                                        CONNECTION("1", "1", "192.0.2.1", "usual"),
                                        CHAIN("1", "1", "'" LEAF "','" ISSUER "'"),
                                        CONNECTION("1", "2", "192.0.2.1", "question"),
                                        CHAIN("1", "2", "'" LEAF "','" ISSUER "'"),
                                        CONNECTION("1", "3", "192.0.2.2", "question"),
                                        CHAIN("1", "3", "'" LEAF "','" ISSUER "'"),
                                        CONNECTION("2", "1", "192.0.2.1", "usual"),
                                        CHAIN("2", "1", "'" OTHER "','" ISSUER "'"),
                                        NULL};
    g_autoptr(Model) model = model_new();
    fold_all(model, lines);
    ck_assert_uint_eq(model->inventory->certificates->len, 3);
    ck_assert_uint_eq(places_of(model, LEAF), 2);
    ck_assert_uint_eq(endpoints_of(model, LEAF), 1);
    ck_assert_uint_eq(places_of(model, ISSUER), 3);
    ck_assert_uint_eq(endpoints_of(model, ISSUER), 2);
    const Serving *place = model_certificate(model, ISSUER)->places->pdata[0];
    ck_assert_uint_eq(place->position, 1);
    ck_assert_str_eq(place->connection->id, "1.2");
}
END_TEST

/* Renewed: what was served before stays in the inventory, and is served no more. */
START_TEST(a_new_round_ends_a_place)
{
    static const char *const lines[] = {
        ENDPOINT("1", "443"),
        CONNECTION("1", "1", "192.0.2.1", "usual"),
        CHAIN("1", "1", "'" LEAF "'"),
        "{'fact':'done','at':2,'endpoint':'1','result':'finished','took':1}",
        "{'fact':'state','at':3,'endpoint':'1','state':'waiting'}",
        NULL};
    g_autoptr(Model) model = model_new();
    fold_all(model, lines);
    ck_assert_uint_eq(endpoints_of(model, LEAF), 1); /* nothing else is known yet */
    stream_fold(model, CONNECTION("1", "2", "192.0.2.1", "usual"));
    stream_fold(model, CHAIN("1", "2", "'" OTHER "'"));
    ck_assert_uint_eq(endpoints_of(model, LEAF), 0);
    ck_assert_uint_eq(places_of(model, LEAF), 1);
    ck_assert_uint_eq(endpoints_of(model, OTHER), 1);
}
END_TEST

START_TEST(keys_and_issuers_have_their_certificates)
{
    static const char *const lines[] = {
        CERTIFICATE(LEAF, "11", "CN=x"), CERTIFICATE(OTHER, "11", "CN=y"),
        CERTIFICATE(ISSUER, "22", "CN=x"), CERTIFICATE(ISSUER, "33", "CN=z"), /* not twice */
        NULL};
    g_autoptr(Model) model = model_new();
    fold_all(model, lines);
    const Inventory *inventory = model->inventory;
    ck_assert_uint_eq(inventory->certificates->len, 3);
    ck_assert_uint_eq(inventory->keys->len, 2);
    ck_assert_uint_eq(inventory->issuers->len, 2);
    const Certificate *leaf = model_certificate(model, LEAF);
    ck_assert_uint_eq(inventory_key(inventory, leaf)->certificates->len, 2);
    ck_assert_uint_eq(inventory_issuer(inventory, leaf)->certificates->len, 2);
    ck_assert_ptr_eq(inventory_issuer(inventory, leaf)->certificates->pdata[1],
                     model_certificate(model, ISSUER));
    ck_assert_uint_eq(endpoints_of(model, LEAF), 0);
}
END_TEST

/* The intermediate ends before the leaves: it takes them with it. */
START_TEST(ends_are_of_whole_paths)
{
    g_autoptr(Model) model = stream_model("inventory");
    g_autoptr(GPtrArray) ends = model_ends(model);
    const End *end = ends->pdata[3];
    ck_assert_uint_eq(ends->len, 5);
    ck_assert_int_eq(end->at, 1799964000); /* 2027-01-14T22:00:00Z */
    ck_assert_str_eq(model_certificate(model, end->sha256)->name->str, "Example Issuing CA 2");
    ck_assert_uint_eq(end->endpoints->len, 4);
    ck_assert_str_eq(((const Endpoint *)end->endpoints->pdata[0])->id, "e3");
}
END_TEST

/* What a verdict knows of all paths goes before what its path shows. */
START_TEST(a_verdict_knows_its_end)
{
    g_autoptr(Model) model = stream_model("inventory");
    const Endpoint *endpoint = model_endpoint(model, "e3");
    const char *sha256;
    gint64 at;
    stream_fold(model,
                "{'fact':'verdict','at':9,'endpoint':'e3','connection':'e3.1','time':"
                "'2026-11-24T01:50:00Z','store':'system','roots':1,'trusted':true,'reasons':[],"
                "'valid_from':'2026-09-01T00:00:00Z','valid_until':'2027-02-01T00:00:00Z',"
                "'ends_with':'" LEAF "'}");
    ck_assert(endpoint_end(model, endpoint, &at, &sha256));
    ck_assert_str_eq(sha256, LEAF);
    ck_assert_int_eq(at, 1801440000);
}
END_TEST

START_TEST(changes_follow_each_other)
{
    static const char *const names[] = {"www.example.com", "api.example.net", "www.example.com",
                                        "Example Issuing CA 2", "pay.example.org"};
    g_autoptr(Model) model = stream_model("inventory");
    const Certificate *certificate;
    gint64 at = 1795485600; /* 2026-11-24T02:00:00Z */
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        ck_assert(model_next_change(model, at, 1, &at, &certificate));
        ck_assert_str_eq(certificate->name->str, names[i]);
    }
    ck_assert(model_next_change(model, at, -1, &at, &certificate));
    ck_assert_str_eq(certificate->name->str, names[3]);
    ck_assert(!model_next_change(model, 1e10, 1, &at, &certificate));
}
END_TEST

/* A verdict for now holds at another time unless something begins or ends before that. */
START_TEST(a_chain_is_verified_where_time_matters)
{
#define VERDICT(more)                                                                              \
    "{'fact':'verdict','at':9,'endpoint':'e3','connection':'e3.1','store':'system','roots':1,"     \
    "'trusted':true,'reasons':[]," more "}"
    g_autoptr(Model) model = stream_model("inventory");
    const Connection *connection = model_endpoint(model, "e3")->best;
    stream_fold(model, VERDICT("'time':'2026-11-24T01:50:00Z','valid_from':'2026-09-01T00:00:00Z',"
                               "'valid_until':'2027-01-14T22:00:00Z'"));
    const Verdict *now = connection->verdict;
    model_set_time(model, true, 1799020800); /* 2027-01-04: nothing of it has changed */
    ck_assert(!connection_needs_verdict(model, connection));
    model_set_time(model, true, 1800057600); /* 2027-01-16 */
    ck_assert(connection_needs_verdict(model, connection));
    ck_assert_ptr_eq(connection->verdict, now);
    stream_fold(model, VERDICT("'time':'2027-01-16T00:00:00Z','asked':true"));
    ck_assert(!connection_needs_verdict(model, connection));
    ck_assert_ptr_ne(connection->verdict, now);
    model_set_time(model, false, 0);
    ck_assert_ptr_eq(connection->verdict, now);
    ck_assert(!connection_needs_verdict(model, connection));
}
END_TEST

static bool has_note(const Model *model, const char *endpoint, const char *part)
{
    const Certificate *leaf = endpoint_leaf(model_endpoint(model, endpoint));
    g_autoptr(GPtrArray) notes = estate_notes(model, leaf, true);
    for (guint i = 0; i < notes->len; i++)
        if (strstr(notes->pdata[i], part))
            return true;
    return false;
}

START_TEST(the_estate_is_said)
{
    g_autoptr(Model) model = stream_model("inventory");
    ck_assert(
        has_note(model, "e1", "www.example.com port 443 serves another certificate at 192.0.2.10"));
    ck_assert(has_note(model, "e8", "its key is in 2 certificates, served by 2 endpoints"));
    ck_assert(has_note(model, "e4", "the same certificate at 2 endpoints of 1 host"));
    ck_assert(!has_note(model, "e5", ""));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inventory");
    TCase *tests = tcase_create("inventory");
    tcase_add_test(tests, a_place_is_an_endpoint_at_an_address);
    tcase_add_test(tests, a_new_round_ends_a_place);
    tcase_add_test(tests, keys_and_issuers_have_their_certificates);
    tcase_add_test(tests, ends_are_of_whole_paths);
    tcase_add_test(tests, a_verdict_knows_its_end);
    tcase_add_test(tests, changes_follow_each_other);
    tcase_add_test(tests, a_chain_is_verified_where_time_matters);
    tcase_add_test(tests, the_estate_is_said);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
