/* The estate's certificates, and where each is served. */
#include "front/model/inventory.h"

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

int main(void)
{
    Suite *suite = suite_create("inventory");
    TCase *tests = tcase_create("inventory");
    tcase_add_test(tests, a_place_is_an_endpoint_at_an_address);
    tcase_add_test(tests, a_new_round_ends_a_place);
    tcase_add_test(tests, keys_and_issuers_have_their_certificates);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
