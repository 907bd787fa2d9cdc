/* Ten answers of a server that was met, and what JARM's reference made of them; and what spoils
 * them. */
#include "worker/probe/fingerprint.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "worker/tls/jarm.h"

static const char *const met[JARM_HELLOS] = {
    "009e|0303|http/1.1|ff01-0000-0001-0023-0010-0017",
    "cca8|0303|http/1.1|ff01-0000-0001-000b-0023-0010-0017",
    "cca9|0303|http/1.1|ff01-0000-0001-000b-0023-0010-0017",
    "c02f|0303|http/1.0|ff01-0000-0001-000b-0023-0010-0017",
    "c02f|0303|http/1.0|ff01-0000-0001-000b-0023-0010-0017",
    "|||",
    "1302|0303||002b-0033",
    "1303|0303||002b-0033",
    "|||",
    "|||",
};

static void answer(guint index, Reply *reply, Told *told)
{
    g_auto(GStrv) pieces = g_strsplit(met[index], "|", 4);
    g_auto(GStrv) types = g_strsplit(pieces[3], "-", -1);
    if (!*pieces[0]) {
        reply->kind = REPLY_ALERT;
        told->verdict = VERDICT_REFUSED;
        return;
    }
    reply->kind = REPLY_CHOSEN;
    reply->suite = (uint32_t)g_ascii_strtoull(pieces[0], NULL, 16);
    reply->version = g_str_has_prefix(pieces[0], "13") ? TLS_1_3 : TLS_1_2;
    reply->alpn = *pieces[2] ? g_strdup(pieces[2]) : NULL;
    for (guint i = 0; types[i]; i++) {
        uint16_t type = (uint16_t)g_ascii_strtoull(types[i], NULL, 16);
        g_array_append_val(reply->extensions, type);
    }
}

static void usual(guint index, Reply *reply, Told *told)
{
    (void)index, (void)reply, (void)told;
}

static void loses_one(guint index, Reply *reply, Told *told)
{
    (void)reply;
    if (index != 3)
        return;
    told->verdict = VERDICT_LOST;
    told->reason = "reset-after";
    told->connection = "e.lost";
}

/* Chooses what was not offered: JARM reads that as anything else. */
static void errs(guint index, Reply *reply, Told *told)
{
    if (index != 6)
        return;
    reply->kind = REPLY_ILLEGAL;
    reply->reason = told->reason = "suite-not-offered";
    told->verdict = VERDICT_LOST;
}

static void does_not_parse(guint index, Reply *reply, Told *told)
{
    errs(index, reply, told);
    if (index == 6)
        reply->reason = told->reason = "message-malformed";
}

static void warns(guint index, Reply *reply, Told *told)
{
    (void)told;
    reply->warned = index == 6;
}

static void refuses(guint index, Reply *reply, Told *told)
{
    (void)index;
    reply->kind = REPLY_ALERT;
    told->verdict = VERDICT_REFUSED;
}

static Known *knowing(void)
{
    DiveSpec spec = {.host = "192.0.2.1", .depth = DIVE_FULL};
    Known *known = known_new(&spec);
    known_version(known, TLS_1_2)->settled = known_version(known, TLS_1_3)->settled = true;
    return known;
}

static const char *item_of(const json_t *fact)
{
    return json_string_value(json_array_get(json_object_get(fact, "items"), 0));
}

/* "yes <jarm> <connection>", or "unknown <reason> <connection>"; `parts`: answers beside it. */
static char *said(Known *known, guint parts)
{
    json_t *fact;
    for (guint i = 0; i < parts; i++) {
        fact = g_queue_pop_head(&known->facts);
        g_autofree char *code = g_strdup_printf("jarm-%u", i + 1);
        ck_assert_str_eq(item_of(fact), code);
        if (g_str_equal(fact_string(fact, "answer", ""), "yes"))
            ck_assert_str_eq(fact_string(fact, "value", ""), met[i]);
        else
            ck_assert_ptr_null(fact_string(fact, "value", NULL));
        json_decref(fact);
    }
    fact = g_queue_pop_head(&known->facts);
    char *text = g_strdup_printf("%s %s %s", fact_string(fact, "answer", ""),
                                 fact_string(fact, "value", fact_string(fact, "reason", "")),
                                 fact_string(fact, "connection", ""));
    ck_assert_str_eq(item_of(fact), "jarm");
    json_decref(fact);
    ck_assert_uint_eq(g_queue_get_length(&known->facts), 0);
    return text;
}

static char *dive(void (*server)(guint index, Reply *reply, Told *told))
{
    Known *known = knowing();
    Strategy *strategy = fingerprint_new(known);
    guint tag, asked = 0;
    Offer *offer;
    while ((offer = strategy->class->ask(strategy, &tag))) {
        g_autoptr(Reply) reply = reply_new();
        Told told = {.verdict = VERDICT_CHOSEN, .offer = offer, .reply = reply};
        told.connection = "e.1";
        ck_assert_uint_eq(tag, asked++);
        ck_assert(!strategy->class->over(strategy));
        answer(tag, reply, &told);
        server(tag, reply, &told);
        strategy->class->tell(strategy, tag, &told);
        offer_free(offer);
    }
    ck_assert_uint_eq(asked, JARM_HELLOS);
    ck_assert(strategy->class->over(strategy));
    char *text = said(known, JARM_HELLOS);
    strategy->class->free(strategy);
    known_free(known);
    return text;
}

#define MET "15d3fd40d29d29d00042d43d000000ddc11b5d2b050721c998a178513a35df"

static const struct Row {
    void (*server)(guint index, Reply *reply, Told *told);
    const char *said;
} rows[] = {
    {usual, "yes " MET " e.1"},
    {errs, "yes " MET " e.1"},
    {loses_one, "unknown reset-after e.lost"},
    {does_not_parse, "unknown message-malformed e.1"},
    {refuses, "no  "},
    {warns, "yes 15d3fd40d29d29d00000043d00000083b98f584920422921908a52ac1b30e4 e.1"},
};

START_TEST(what_it_makes_of_answers)
{
    g_autofree char *text = dive(rows[_i].server);
    ck_assert_str_eq(text, rows[_i].said);
}
END_TEST

START_TEST(stopped)
{
    Known *known = knowing();
    Strategy *strategy = fingerprint_new(known);
    guint tag;
    g_autoptr(Offer) offer = strategy->class->ask(strategy, &tag);
    ck_assert_ptr_nonnull(offer);
    strategy->class->stop(strategy, "stopped");
    g_autofree char *text = said(known, 0);
    ck_assert_str_eq(text, "unknown stopped ");
    strategy->class->free(strategy);
    known_free(known);
}
END_TEST

START_TEST(it_waits_for_the_versions)
{
    Known *known = knowing();
    Strategy *strategy = fingerprint_new(known);
    guint tag;
    known_version(known, TLS_1_3)->settled = false;
    ck_assert_ptr_null(strategy->class->ask(strategy, &tag));
    ck_assert_uint_eq(strategy->class->want(strategy), 0);
    ck_assert_uint_eq(strategy->class->left(strategy), JARM_HELLOS);
    ck_assert(!strategy->class->over(strategy));
    strategy->class->free(strategy);
    known_free(known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fingerprint");
    TCase *tcase = tcase_create("fingerprint");
    tcase_add_loop_test(tcase, what_it_makes_of_answers, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, stopped);
    tcase_add_test(tcase, it_waits_for_the_versions);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
