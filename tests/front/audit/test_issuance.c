#include "front/audit/issuance.h"

#include <string.h>

#include "common/util/text.h"
#include "front/report/issued.h"
#include "tests/check.h"
#include "tests/front/stream.h"

/* The hashes of certificates that Let's Encrypt has published, by what they are: the tests stand on
 * the same names as the table. */
static const char *hash_of(const char *ca, const char *signer)
{
    static const struct {
        const char *ca, *signer, *sha256;
    } rows[] = {
        {"Root YR", "ISRG Root X1",
         "072639d0b140d5bffae16ad9c3f6cc6086040621f51ee61a6d46a8915c07cf76"},
        {"Root YE", "ISRG Root X2",
         "0fc0901cca2bae9e9fdbb02d50d02f1094f7b36672086991b9e897626dc485f0"},
        {"R12", "ISRG Root X1", "131fce7784016899a5a00203a9efc80f18ebbd75580717edc1553580930836ec"},
        {"YR1", "Root YR", "13949634d99cd6fd6aa80bc034fefacceb1969feef986586713ecdbb05758d3f"},
        {"E7", "ISRG Root X2", "54715420224c5b65beed018dc3940d7338c577e322d5488f633d8c6a8fed61b2"},
        {"ISRG Root X2", "ISRG Root X2",
         "69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470"},
        {"ISRG Root X1", "DST Root CA X3",
         "6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f"},
        {"ISRG Root X1", "ISRG Root X1",
         "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"},
        {"YE1", "Root YE", "a2372d06431e9716365eeed47ec020351497d182fcc038e457e58168a03cac07"},
        {"E7", "ISRG Root X1", "aeb1fd7410e83bc96f5da3c6a7c2c1bb836d1fa5cb86e708515890e428a8770b"},
        {"Root YE", "Root YE", "e14ffcad5b0025731006caa43a121a22d8e9700f4fb9cf852f02a708aa5d5666"},
        {"Root YR", "Root YR", "e57b7e6f150c419102e8d5c055729ff967b9d1a829bf00cec89ca604ebf4a86f"},
        {"ISRG Root X2", "ISRG Root X1",
         "ee5f7abd6981bb0255632cd8f49283451b4b18844d12040b44ee00f07b8fe2c6"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].ca, ca) == 0 && strcmp(rows[i].signer, signer) == 0)
            return rows[i].sha256;
    ck_abort_msg("%s by %s is not in the list", ca, signer);
    return NULL;
}

#define LEAF "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NEXT "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef struct Case {
    const char *issuer; /* the leaf's issuer's common name */
    const char *more;   /* members of the leaf's fact */
    const char *chain;  /* "CA/signer CA/signer" with _ for blanks */
    bool trusted;
    const char *expected; /* profile, chain, which, others: with | between; NULL: not theirs */
    const char *renew;
} Case;

static const char ninety[] =
    "'not_before':'2026-09-01T00:00:00Z','not_after':'2026-11-29T23:59:59Z',"
    "'common_name':'a.example','subject_key_id':'01'";
static const char six[] = "'not_before':'2026-11-20T00:00:00Z','not_after':'2026-11-26T15:59:59Z'";
static const char bare[] = "'not_before':'2026-11-01T00:00:00Z','not_after':'2026-12-15T23:59:59Z'";

static const Case cases[] = {
    {"YR1", ninety, "YR1/Root_YR Root_YR/ISRG_Root_X1", false,
     "classic|YR1 < Root YR < ISRG Root X1|0|YR1 < Root YR", "2026-10-30T23:59:59Z"},
    {"YR1", ninety, "YR1/Root_YR", false, "classic|YR1 < Root YR|1|YR1 < Root YR < ISRG Root X1",
     "2026-10-30T23:59:59Z"},
    /* with the root, which is left out otherwise */
    {"YR1", ninety, "YR1/Root_YR Root_YR/Root_YR", false,
     "classic|YR1 < Root YR|1|YR1 < Root YR < ISRG Root X1", "2026-10-30T23:59:59Z"},
    {"YE1", six, "YE1/Root_YE Root_YE/ISRG_Root_X2 ISRG_Root_X2/ISRG_Root_X1", false,
     "shortlived|YE1 < Root YE < ISRG Root X2 < ISRG Root X1|0|YE1 < Root YE < ISRG Root X2;"
     "YE1 < Root YE",
     "2026-11-23T07:59:59Z"},
    {"YE1", bare, "YE1/Root_YE Root_YE/ISRG_Root_X2", false,
     "tlsserver|YE1 < Root YE < ISRG Root X2|1|YE1 < Root YE < ISRG Root X2 < ISRG Root X1;"
     "YE1 < Root YE",
     "2026-11-30T23:59:59Z"},
    {"R12",
     "'not_before':'2026-01-01T00:00:00Z','not_after':'2026-03-31T23:59:59Z','common_name':'a',"
     "'extended_key_usage':['serverAuth','clientAuth']",
     "R12/ISRG_Root_X1", false, "classic|R12 < ISRG Root X1|0|", "2026-03-01T23:59:59Z"},
    {"R12",
     "'not_before':'2026-03-01T00:00:00Z','not_after':'2026-05-29T23:59:59Z','common_name':'a',"
     "'extended_key_usage':['serverAuth','clientAuth']",
     "R12/ISRG_Root_X1", false, "tlsclient|R12 < ISRG Root X1|0|", "2026-04-29T23:59:59Z"},
    /* nothing was sent above it: believed where the chain is trusted */
    {"E7", ninety, "", true, "classic|-|-1|E7 < ISRG Root X1;E7 < ISRG Root X2",
     "2026-10-30T23:59:59Z"},
    {"E7", ninety, "", false, NULL, NULL},
    /* a chain in the wrong order is none that was offered */
    {"YR1", ninety, "YR1/Root_YR ISRG_Root_X2/ISRG_Root_X1", false,
     "classic|-|-1|YR1 < Root YR < ISRG Root X1;YR1 < Root YR", "2026-10-30T23:59:59Z"},
    /* the name of one, and the certificate of another */
    {"YR1", ninety, "R12/ISRG_Root_X1", true, NULL, NULL},
    {"Example CA", ninety, "", true, NULL, NULL},
    {"YR1", "'not_before':'unreadable','not_after':'2026-11-29T23:59:59Z'", "YR1/Root_YR", false,
     NULL, NULL},
};

static char *chain_of(const Case *one)
{
    GString *list = g_string_new("'" LEAF "'");
    g_auto(GStrv) words = g_strsplit(one->chain, " ", -1);
    for (guint i = 0; *one->chain && words[i]; i++) {
        g_auto(GStrv) pair = g_strsplit(g_strdelimit(words[i], "_", ' '), "/", 2);
        g_string_append_printf(list, ",'%s'", hash_of(pair[0], pair[1]));
    }
    return g_string_free(list, FALSE);
}

static Model *model_of(const Case *one)
{
    Model *model = model_new();
    g_autofree char *list = chain_of(one);
    g_autofree char *leaf = g_strdup_printf("{'fact':'certificate','sha256':'" LEAF
                                            "','issuer_name':\"%s\",'issuer':\"CN=%s,O=Let"
                                            "\\u0027s Encrypt,C=US\",%s}",
                                            one->issuer, one->issuer, one->more);
    g_autofree char *chain = g_strdup_printf(
        "{'fact':'chain','endpoint':'e1','connection':'e1.1','certificates':[%s]}", list);
    g_autofree char *verdict = g_strdup_printf(
        "{'fact':'verdict','endpoint':'e1','connection':'e1.1','store':'system','primary':true,"
        "'trusted':%s,'reasons':[]}",
        one->trusted ? "true" : "false");
    stream_fold(model, "{'fact':'endpoint','endpoint':'e1','host':'a.example','port':443}");
    stream_fold(model, "{'fact':'connection','endpoint':'e1','connection':'e1.1','event':'open'}");
    stream_fold(model, leaf);
    stream_fold(model, chain);
    stream_fold(model, verdict);
    return model;
}

static char *issuance_text(const Issuance *issuance)
{
    g_autofree char *others = g_strjoinv(";", issuance->others);
    return g_strdup_printf("%s|%s|%d|%s", issuance->profile,
                           issuance->chain ? issuance->chain : "-", issuance->offered, others);
}

START_TEST(profile_chain_and_renewal)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Model) model = model_of(&cases[i]);
        Issuance issuance;
        bool theirs = issuance_read(model_endpoint(model, "e1")->best, &issuance);
        ck_assert_msg(theirs == (cases[i].expected != NULL), "%zu", i);
        if (!theirs)
            continue;
        g_autofree char *text = issuance_text(&issuance);
        gint64 renew;
        ck_assert_msg(strcmp(text, cases[i].expected) == 0, "%zu: %s", i, text);
        ck_assert(text_to_time(cases[i].renew, &renew));
        ck_assert_msg(issuance.renew == renew, "%zu: %" G_GINT64_FORMAT " not %" G_GINT64_FORMAT, i,
                      issuance.renew, renew);
        issuance_clear(&issuance);
    }
}
END_TEST

START_TEST(the_tables_agree)
{
    static const char *const ends[] = {"ISRG Root X1", "ISRG Root X2", "Root YE", "Root YR"};
    size_t known = 0;
    for (guint i = 1; i <= 14; i++) {
        static const char *const kinds[] = {"R", "E", "YR", "YE"};
        for (size_t j = 0; j < G_N_ELEMENTS(kinds); j++) {
            g_autofree char *name = g_strdup_printf("%s%u", kinds[j], i);
            const LeCa *ca = registry_le_ca(name);
            if (!ca)
                continue;
            known++;
            ck_assert(g_str_equal(ca->state, "active") || g_str_equal(ca->state, "backup") ||
                      g_str_equal(ca->state, "retired"));
        }
    }
    ck_assert_uint_eq(known, 20);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        ck_assert_ptr_null(registry_le_ca(ends[i]));
    ck_assert_str_eq(registry_le_certificate(hash_of("YE1", "Root YE"))->ca, "YE1");
    ck_assert_ptr_null(registry_le_certificate(LEAF));
}
END_TEST

static void append_line(void *data, const char *label, const char *text)
{
    g_string_append_printf(data, "%s: %s\n", label, text);
}

START_TEST(it_is_said_in_words)
{
    g_autoptr(Model) model = model_of(&cases[0]);
    g_autoptr(GString) text = g_string_new(NULL);
    gint64 now;
    ck_assert(text_to_time("2026-11-01T23:59:59Z", &now));
    issued_tell(model_endpoint(model, "e1"), now, append_line, text);
    ck_assert_str_eq(text->str,
                     "issued by: Let's Encrypt YR1, profile classic\n"
                     "chain sent: YR1 < Root YR < ISRG Root X1, the default; its ACME offers too: "
                     "YR1 < Root YR\n"
                     "renewal: due since 2026-10-30 23:59:59 UTC, 2 d 0 h ago: it was missed so "
                     "far\n");
}
END_TEST

/* A second round of the same endpoint. */
static void ask_again(Model *model, guint number, const char *leaf, const char *chain)
{
    g_autofree char *sent = g_strdup_printf(
        "{'fact':'chain','endpoint':'e1','connection':'e1.%u','certificates':[%s]}", number, chain);
    g_autofree char *opened = g_strdup_printf(
        "{'fact':'connection','endpoint':'e1','connection':'e1.%u','event':'open'}", number);
    stream_fold(model, "{'fact':'done','endpoint':'e1','result':'finished'}");
    stream_fold(model, "{'fact':'state','endpoint':'e1','state':'waiting'}");
    stream_fold(model, opened);
    stream_fold(model, leaf);
    stream_fold(model, sent);
}

START_TEST(a_renewal_is_said)
{
    g_autoptr(Model) model = model_of(&cases[11]); /* nobody's that is known */
    g_autoptr(GString) text = g_string_new(NULL);
    Endpoint *endpoint = model_endpoint(model, "e1");
    ask_again(model, 2, "{'fact':'certificate','sha256':'" LEAF "'}", "'" LEAF "'");
    issued_tell(endpoint, 0, append_line, text);
    ck_assert_str_eq(text->str, "");
    ask_again(model, 3,
              "{'fact':'certificate','sha256':'" NEXT "','issuer':'CN=Other','spki_sha256':'22',"
              "'not_before':'2026-11-01T00:00:00Z','not_after':'2027-01-30T00:00:00Z',"
              "'names':[{'kind':'dns','value':'a.example'},{'kind':'dns','value':'b.example'}]}",
              "'" NEXT "'");
    issued_tell(endpoint, 0, append_line, text);
    ck_assert_str_eq(text->str, "renewed: key changed, issuer changed, chain the same, names: 2 "
                                "more, 0 less; ends 2027-01-30 00:00:00 UTC now\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("issuance");
    TCase *tcase = tcase_create("issuance");
    tcase_add_test(tcase, profile_chain_and_renewal);
    tcase_add_test(tcase, the_tables_agree);
    tcase_add_test(tcase, it_is_said_in_words);
    tcase_add_test(tcase, a_renewal_is_said);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
