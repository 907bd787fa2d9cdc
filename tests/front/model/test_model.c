#include "front/model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "tests/front/stream.h"

#define LEAF   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ISSUER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *const small[] = {
    "{'fact':'stream','at':0,'format':1,'program':'tlsdive 0.1.0','time':'2026-11-24T02:00:00Z',"
    "'vantage':'box'}",
    "{'fact':'endpoint','at':0,'endpoint':'e1','target':'a.example:443','host':'a.example',"
    "'port':443,'transport':'tcp','service':'https','entry':'tls','protocol':'http','named':true}",
    "{'fact':'state','at':0.1,'endpoint':'e1','state':'waiting'}",
    "{'fact':'state','at':0.2,'endpoint':'e1','state':'resolving'}",
    "{'fact':'host','at':0.25,'host':'a.example','addresses':['192.0.2.1'],'source':'dns',"
    "'took':0.05}",
    "{'fact':'connection','at':0.3,'endpoint':'e1','connection':'e1.1','event':'connecting',"
    "'address':'192.0.2.1','port':443,'hello':'usual'}",
    "{'fact':'connection','at':0.4,'endpoint':'e1','connection':'e1.1','event':'open',"
    "'address':'192.0.2.1','port':443,'took':0.1}",
    "{'fact':'state','at':0.4,'endpoint':'e1','connection':'e1.1','state':'hello'}",
    "{'fact':'certificate','at':0.5,'sha256':'" LEAF "','size':900,'sha1':'00',"
    "'subject':'CN=a.example','issuer':'CN=Test CA','common_name':'a.example',"
    "'issuer_name':'Test CA','not_before':'2026-11-01T00:00:00Z',"
    "'not_after':'2026-12-01T00:00:00Z','key':{'type':'ECDSA','bits':256,'curve':'secp256r1'},"
    "'signature':'ecdsa-with-SHA256'}",
    "{'fact':'chain','at':0.5,'endpoint':'e1','connection':'e1.1','certificates':['" LEAF
    "','" ISSUER "']}",
    "{'fact':'negotiated','at':0.6,'endpoint':'e1','connection':'e1.1','version':'TLS 1.3',"
    "'suite':'TLS_AES_128_GCM_SHA256','suite_id':4865,'forward_secrecy':true,'resumed':false,"
    "'hello':'usual','took':0.2}",
    "{'fact':'verdict','at':0.65,'endpoint':'e1','connection':'e1.1','time':"
    "'2026-11-24T02:00:00Z','store':'system','roots':140,'trusted':false,'reasons':"
    "['trust-incomplete'],'name':'a.example','name_matches':true}",
    "{'fact':'dane','at':0.66,'endpoint':'e1','connection':'e1.1','state':'failed','records':[]}",
    "{'fact':'connection','at':0.7,'endpoint':'e1','connection':'e1.1','event':'closed',"
    "'address':'192.0.2.1','port':443,'took':0.4}",
    "{'fact':'done','at':0.7,'endpoint':'e1','result':'finished','phase':'listening','took':0.5}",
};

static Model *small_model(void)
{
    Model *model = model_new();
    for (size_t i = 0; i < G_N_ELEMENTS(small); i++)
        stream_fold(model, small[i]);
    return model;
}

START_TEST(a_stream_becomes_a_model)
{
    g_autoptr(Model) model = small_model();
    const Endpoint *endpoint = model_endpoint(model, "e1");
    const Host *host = model->hosts->pdata[0];

    ck_assert_ptr_nonnull(endpoint);
    ck_assert_str_eq(endpoint->host, "a.example");
    ck_assert_str_eq(endpoint->display, "a.example");
    ck_assert_str_eq(endpoint->service, "https");
    ck_assert_uint_eq(endpoint->port, 443);
    ck_assert(endpoint->named);
    ck_assert_str_eq(endpoint->state, "listening");
    ck_assert_str_eq(endpoint->result, "finished");
    ck_assert_ptr_null(endpoint->reason);
    ck_assert_double_eq(endpoint->began, 0.2);
    ck_assert_double_eq(endpoint->took, 0.5);
    ck_assert_uint_eq(endpoint->asked, 1);
    ck_assert_uint_eq(model->done, 1);
    ck_assert_uint_eq(model->running, 0);
    ck_assert_double_eq(model->at, 0.7);
    ck_assert_uint_eq(model->hosts->len, 1);
    ck_assert_str_eq(host->name, "a.example");
    ck_assert_ptr_nonnull(host->fact);
    ck_assert_ptr_eq(host->endpoints->pdata[0], endpoint);
}
END_TEST

START_TEST(a_connection_keeps_its_events_and_what_they_led_to)
{
    g_autoptr(Model) model = small_model();
    const Connection *connection = model_endpoint(model, "e1")->best;
    static const EventKind kinds[] = {EVENT_CONNECTION, EVENT_CONNECTION, EVENT_STATE,
                                      EVENT_CONNECTION};

    ck_assert_ptr_nonnull(connection);
    ck_assert_uint_eq(connection->number, 1);
    ck_assert_double_eq(connection->at, 0.3);
    ck_assert(connection->open);
    ck_assert(connection->closed);
    ck_assert_str_eq(connection->address->str, "192.0.2.1");
    ck_assert_uint_eq(connection->events->len, G_N_ELEMENTS(kinds));
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const Event *event = connection->events->pdata[i];
        ck_assert_uint_eq(event->number, i + 1);
        ck_assert_int_eq(event->kind, kinds[i]);
    }
    ck_assert_ptr_nonnull(connection->negotiated);
    ck_assert_uint_eq(connection->certificates->len, 2);
    ck_assert(!connection->verdict->trusted);
    ck_assert_int_eq(connection->verdict->name_matches, 1);
    ck_assert_uint_eq(connection->verdict->reasons->len, 1);
    ck_assert_str_eq(fact_string(connection->dane, "state", ""), "failed");
    ck_assert_str_eq(connection->verdict->reasons->pdata[0], "trust-incomplete");
}
END_TEST

static void fold_trust(Model *model, const char *members)
{
    g_autofree char *line = g_strdup_printf("{'fact':'verdict','at':0.66,'endpoint':'e1',"
                                            "'connection':'e1.1','reasons':[],%s}",
                                            members);
    stream_fold(model, line);
}

START_TEST(each_store_has_its_verdict)
{
    g_autoptr(Model) model = small_model();
    const Connection *connection = model_endpoint(model, "e1")->best;
    fold_trust(model, "'store':'own.pem','trusted':true,'primary':true,'time':'a'");
    ck_assert_uint_eq(connection->verdicts->len, 2);
    ck_assert(connection->verdict->trusted);
    fold_trust(model, "'store':'system','trusted':true,'primary':false,'time':'a'");
    ck_assert_uint_eq(connection->verdicts->len, 2);
    ck_assert(((Verdict *)connection->verdicts->pdata[0])->trusted);
    ck_assert_str_eq(fact_string(connection->verdict->fact, "store", ""), "own.pem");
    ck_assert_ptr_null(connection->asked);
    fold_trust(model, "'store':'own.pem','trusted':false,'asked':true,'time':'b'");
    fold_trust(model, "'store':'system','trusted':false,'asked':true,'time':'b'");
    ck_assert(connection->verdict->trusted);
    ck_assert_uint_eq(connection->asked->len, 2);
    fold_trust(model, "'store':'system','trusted':true,'asked':true,'time':'c'");
    ck_assert_uint_eq(connection->asked->len, 1);
}
END_TEST

START_TEST(a_certificate_is_ready_to_show)
{
    g_autoptr(Model) model = small_model();
    const Certificate *leaf = endpoint_leaf(model_endpoint(model, "e1"));

    ck_assert_ptr_eq(leaf, model_certificate(model, LEAF));
    ck_assert_str_eq(leaf->name->str, "a.example");
    ck_assert_str_eq(leaf->issuer_name->str, "Test CA");
    ck_assert_str_eq(leaf->key, "ECDSA P-256");
    ck_assert_str_eq(leaf->signature, "ecdsa-with-SHA256");
    ck_assert_uint_eq(leaf->size, 900);
    ck_assert_int_eq(leaf->not_before, 1793491200);
    ck_assert_int_eq(leaf->not_after, 1796083200);
}
END_TEST

START_TEST(days_left_are_rounded_towards_the_past)
{
    const gint64 day = 86400;
    Certificate certificate = {.not_after = 1000 * day};
    ck_assert_int_eq(certificate_days_left(&certificate, 1000 * day), 0);
    ck_assert_int_eq(certificate_days_left(&certificate, 999 * day + 1), 0);
    ck_assert_int_eq(certificate_days_left(&certificate, 999 * day), 1);
    ck_assert_int_eq(certificate_days_left(&certificate, 1000 * day + 1), -1);
    ck_assert_int_eq(certificate_days_left(&certificate, 1001 * day), -1);
    ck_assert_int_eq(certificate_days_left(&certificate, 1001 * day + 1), -2);
    certificate.not_after = G_MAXINT64;
    ck_assert_int_eq(certificate_days_left(&certificate, -5), G_MAXINT64);
}
END_TEST

START_TEST(names_fall_back)
{
    g_autoptr(Model) model = model_new();
    stream_fold(model, "{'fact':'certificate','sha256':'" LEAF "','subject':'O=X','names':"
                       "[{'kind':'dns','value':'x.example'}],'issuer':'O=Y',"
                       "'not_after':'9999-12-31T23:59:59Z','key':{'type':'RSA','bits':2048}}");
    stream_fold(model, "{'fact':'certificate','sha256':'" ISSUER
                       "','subject':{'base64':'/w=='},'not_after':'unreadable','key':7}");
    const Certificate *one = model_certificate(model, LEAF);
    const Certificate *two = model_certificate(model, ISSUER);

    ck_assert_str_eq(one->name->str, "x.example");
    ck_assert_str_eq(one->issuer_name->str, "O=Y");
    ck_assert_str_eq(one->key, "RSA 2048");
    ck_assert_int_eq(one->not_after, G_MAXINT64);
    ck_assert_int_eq(one->not_before, G_MININT64);
    ck_assert_uint_eq(two->name->len, 1);
    ck_assert_int_eq((unsigned char)two->name->str[0], 0xff);
    ck_assert_str_eq(two->key, "");
    ck_assert_int_eq(two->not_after, G_MININT64);
}
END_TEST

START_TEST(a_certificate_may_come_after_the_chain)
{
    g_autoptr(Model) model = small_model();
    Endpoint *endpoint = model_endpoint(model, "e1");
    const Certificate *issuer = model_certificate(model, ISSUER);
    guint version = endpoint->version;

    ck_assert_ptr_eq(endpoint->best->certificates->pdata[1], issuer);
    ck_assert_ptr_null(issuer->fact);
    ck_assert_str_eq(issuer->name->str, "");
    ck_assert_ptr_eq(
        stream_fold(model, "{'fact':'certificate','sha256':'" ISSUER "','common_name':'Test CA'}"),
        endpoint);
    ck_assert_uint_ne(endpoint->version, version);
    ck_assert_str_eq(issuer->name->str, "Test CA");
}
END_TEST

START_TEST(waiting_after_a_result_begins_a_round)
{
    g_autoptr(Model) model = small_model();
    Endpoint *endpoint = model_endpoint(model, "e1");

    ck_assert_ptr_null(stream_fold(model, "{'fact':'state','endpoint':'e1','state':'hello'}"));
    ck_assert_str_eq(endpoint->result, "finished");
    stream_fold(model, "{'fact':'state','at':2,'endpoint':'e1','state':'waiting'}");
    ck_assert_ptr_null(endpoint->result);
    ck_assert_ptr_null(endpoint->best);
    ck_assert_uint_eq(endpoint->asked, 2);
    ck_assert_uint_eq(model->done, 0);
    ck_assert_uint_eq(model->running, 0);
    stream_fold(model, "{'fact':'state','at':3,'endpoint':'e1','state':'connecting'}");
    ck_assert_uint_eq(model->running, 1);
    ck_assert_double_eq(endpoint->began, 3);
    stream_fold(model, "{'fact':'connection','at':3,'endpoint':'e1','connection':'e1.2','event':"
                       "'connecting','address':'192.0.2.1','port':443}");
    ck_assert_uint_eq(endpoint->best->number, 2);
    /* what still comes of the first round is kept, and does not count */
    stream_fold(model, "{'fact':'negotiated','endpoint':'e1','connection':'e1.1'}");
    ck_assert_uint_eq(endpoint->best->number, 2);
    stream_fold(model, "{'fact':'done','at':4,'endpoint':'e1','result':'reset','reason':"
                       "'reset-after','args':{'after':'ClientHello'},'phase':'hello','took':1}");
    ck_assert_str_eq(endpoint->reason, "reset-after");
    ck_assert_str_eq(fact_string(endpoint->args, "after", ""), "ClientHello");
    ck_assert_uint_eq(endpoint->connections->len, 2);
    ck_assert_uint_eq(model->done, 1);
    ck_assert_uint_eq(model->running, 0);
}
END_TEST

START_TEST(the_best_connection_is_the_one_that_got_furthest)
{
    static const char *const steps[] = {
        "'connection','event':'open'",
        "'chain','certificates':[]",
        "'negotiated'",
    };
    static const struct {
        guint step, number, best;
    } rows[] = {{0, 1, 1}, {0, 3, 3}, {0, 2, 3}, {1, 1, 1},
                {2, 2, 2}, {0, 4, 2}, {2, 4, 4}, {2, 1, 4}};
    g_autoptr(Model) model = model_new();

    stream_fold(model, small[1]);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = g_strdup_printf("{'fact':%s,'endpoint':'e1','connection':'e1.%u'}",
                                                steps[rows[i].step], rows[i].number);
        const Endpoint *endpoint = stream_fold(model, line);
        ck_assert_ptr_nonnull(endpoint);
        ck_assert_uint_eq(endpoint->best->number, rows[i].best);
    }
    const GPtrArray *all = model_endpoint(model, "e1")->connections;
    for (guint i = 0; i < all->len; i++)
        ck_assert_uint_eq(((Connection *)all->pdata[i])->number, i + 1);
}
END_TEST

START_TEST(bytes_are_found_again)
{
    g_autoptr(Model) model = model_new();
    static const char *const line =
        "{'fact':'bytes','sha256':'" LEAF "','size':6,'offset':0,'base64':'AAAA'}";
    static const char *const next =
        "{'fact':'bytes','sha256':'" LEAF "','size':6,'offset':3,'base64':'AAAA'}";

    ck_assert_ptr_null(model_bytes(model, LEAF));
    stream_fold_at(model, next, 500, 90);
    stream_fold_at(model, line, 400, 91);
    stream_fold_at(model, line, 700, 91);
    const GArray *parts = model_bytes(model, LEAF);
    ck_assert_uint_eq(parts->len, 2);
    const BytesPart *part = &g_array_index(parts, BytesPart, 1);
    ck_assert_int_eq(part->place, 400);
    ck_assert_uint_eq(part->line, 91);
    ck_assert_uint_eq(part->offset, 0);
    ck_assert_uint_eq(part->size, 6);
}
END_TEST

START_TEST(an_error_stands_where_it_belongs)
{
    g_autoptr(Model) model = small_model();
    Endpoint *endpoint = model_endpoint(model, "e1");
    guint events = endpoint->best->events->len;

    ck_assert_ptr_null(stream_fold(model, "{'fact':'error','code':'sandbox-off'}"));
    ck_assert_uint_eq(model->errors->len, 1);
    ck_assert_ptr_eq(stream_fold(model, "{'fact':'error','code':'injected-bytes','endpoint':'e1',"
                                        "'connection':'e1.1','args':{'bytes':3,'hex':'0a0b0c'}}"),
                     endpoint);
    ck_assert_uint_eq(model->errors->len, 1);
    ck_assert_uint_eq(endpoint->best->events->len, events + 1);
    ck_assert_int_eq(((Event *)endpoint->best->events->pdata[events])->kind, EVENT_ERROR);
    ck_assert_uint_eq(model->done, 1);
}
END_TEST

START_TEST(endpoints_of_a_host_stand_by_port)
{
    static const guint ports[] = {443, 25, 993, 25, 1, 65535, 0};
    g_autoptr(Model) model = model_new();
    for (guint i = 0; i < G_N_ELEMENTS(ports); i++) {
        g_autofree char *line = g_strdup_printf(
            "{'fact':'endpoint','endpoint':'e%u','host':'h','port':%u}", i, ports[i]);
        ck_assert_ptr_nonnull(stream_fold(model, line));
    }
    const Host *host = model->hosts->pdata[0];
    for (guint i = 1; i < host->endpoints->len; i++) {
        const Endpoint *one = host->endpoints->pdata[i - 1], *two = host->endpoints->pdata[i];
        ck_assert(one->port < two->port || (one->port == two->port && one->order < two->order));
    }
    ck_assert_uint_eq(((Endpoint *)model->endpoints->pdata[2])->port, 993);
}
END_TEST

/* Facts that make no sense change nothing. */
static const char *const junk[] = {
    "{}",
    "[]",
    "7",
    "{'fact':7}",
    "{'fact':'news','endpoint':'e1'}",
    "{'fact':'finding','endpoint':'e1','rule':'expired'}",
    "{'fact':'endpoint'}",
    "{'fact':'endpoint','endpoint':'','host':'a','port':1}",
    "{'fact':'endpoint','endpoint':'e9','host':'','port':1}",
    "{'fact':'endpoint','endpoint':'e9','host':'a','port':-1}",
    "{'fact':'endpoint','endpoint':'e9','host':'a','port':65536}",
    "{'fact':'endpoint','endpoint':'e9','host':'a','port':'443'}",
    "{'fact':'endpoint','endpoint':'e1','host':'other','port':1}",
    "{'fact':'host','host':''}",
    "{'fact':'state','endpoint':'e2','state':'hello'}",
    "{'fact':'state','endpoint':'e1','state':'Hello World'}",
    "{'fact':'state','endpoint':'e1'}",
    "{'fact':'message','endpoint':'e1'}",
    "{'fact':'message','endpoint':'e1','connection':'e1'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.0'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.-1'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.1x'}",
    "{'fact':'message','endpoint':'e1','connection':'e1.9999999999'}",
    "{'fact':'message','endpoint':'e1','connection':'e2.1'}",
    "{'fact':'connection','endpoint':'e1','connection':'e1.1','event':'exploded'}",
    "{'fact':'dialogue','endpoint':'e1','connection':'e1.1'}",
    "{'fact':'chain','endpoint':'e1','connection':'e1.1'}",
    "{'fact':'chain','endpoint':'e1','connection':'e1.1','certificates':'x'}",
    "{'fact':'certificate','sha256':'AA'}",
    ("{'fact':'certificate','sha256':'" LEAF "','common_name':'again'}"),
    "{'fact':'verdict','endpoint':'e1','connection':'e1.1','trusted':'yes'}",
    "{'fact':'bytes','sha256':'x','size':1,'offset':0,'base64':''}",
    ("{'fact':'bytes','sha256':'" LEAF "','size':1,'offset':-1,'base64':''}"),
    ("{'fact':'bytes','sha256':'" LEAF "','size':1,'offset':2,'base64':''}"),
    ("{'fact':'bytes','sha256':'" LEAF "','size':1,'offset':0}"),
    "{'fact':'error','code':''}",
    "{'fact':'error'}",
    "{'fact':'done','endpoint':'e1'}",
    "{'fact':'done','endpoint':'e1','result':'refused'}",
    "{'fact':'done','endpoint':'e1','result':7}",
    "{'fact':'stream','format':1}",
};

static void junk_changes_nothing_row(int row)
{
    g_autoptr(Model) model = small_model();
    guint version = model->version;
    ck_assert_msg(!stream_fold(model, junk[row]) && model->version == version, "%s", junk[row]);
    ck_assert_uint_eq(model->endpoints->len, 1);
    ck_assert_uint_eq(model->hosts->len, 1);
    ck_assert_str_eq(model_endpoint(model, "e1")->result, "finished");
}

START_TEST(junk_changes_nothing)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(junk); row++)
        junk_changes_nothing_row(row);
}
END_TEST

/* Whatever the order, and whatever is missing: no crash, and the figures agree with the rows. */
static void check_sane(const Model *model)
{
    guint done = 0, running = 0;
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Endpoint *endpoint = model->endpoints->pdata[i];
        ck_assert_ptr_nonnull(endpoint->host);
        ck_assert_ptr_nonnull(endpoint->display);
        ck_assert_ptr_nonnull(endpoint->service);
        ck_assert_ptr_nonnull(endpoint->state);
        done += endpoint->result != NULL;
        running += !endpoint->result && strcmp(endpoint->state, "waiting") != 0;
        for (guint j = 0; j < endpoint->connections->len; j++)
            ck_assert_ptr_eq(((Connection *)endpoint->connections->pdata[j])->endpoint, endpoint);
    }
    ck_assert_uint_eq(model->done, done);
    ck_assert_uint_eq(model->running, running);
    ck_assert(isfinite(model->at));
}

static void any_order_will_do_row(int row)
{
    g_autoptr(GRand) random = g_rand_new_with_seed((guint32)row + 1);
    g_autoptr(Model) model = model_new();
    size_t order[G_N_ELEMENTS(small)], count = G_N_ELEMENTS(small);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count - 1; i > 0; i--) {
        size_t j = (size_t)g_rand_int_range(random, 0, (gint32)i + 1), other = order[i];
        order[i] = order[j];
        order[j] = other;
    }
    for (size_t i = 0; i < count; i++) {
        stream_fold(model, small[order[i]]);
        stream_fold(model, junk[(size_t)row % G_N_ELEMENTS(junk)]);
        check_sane(model);
    }
}

START_TEST(any_order_will_do)
{
    for (int row = 0; row < 100; row++)
        any_order_will_do_row(row);
}
END_TEST

static void any_line_may_be_missing_row(int row)
{
    g_autoptr(Model) model = model_new();
    for (size_t i = 0; i < G_N_ELEMENTS(small); i++)
        if (i != (size_t)row)
            stream_fold(model, small[i]);
    check_sane(model);
}

START_TEST(any_line_may_be_missing)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(small); row++)
        any_line_may_be_missing_row(row);
}
END_TEST

/* Each member of each fact in turn: of another type, and gone. */
static void any_member_may_be_wrong_row(int row)
{
    static const char *const values[] = {"null",        "-1",   "1e300",
                                         "\"\\u0000\"", "[{}]", "{\"base64\":7}"};
    g_autoptr(json_t) whole = stream_fact(small[row]);
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            g_autoptr(Model) model = model_new();
            for (size_t j = 0; j < G_N_ELEMENTS(small); j++) {
                g_autoptr(json_t) fact = stream_fact(small[j]);
                if (j == (size_t)row)
                    json_object_set_new(
                        fact, key, json_loads(values[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
                model_fold(model, fact, 0, 0);
            }
            check_sane(model);
        }
    }
}

START_TEST(any_member_may_be_wrong)
{
    for (int row = 0; row < (int)G_N_ELEMENTS(small); row++)
        any_member_may_be_wrong_row(row);
}
END_TEST

/* What the prober said of nginx and postfix (tests/real/record.py). */
START_TEST(a_recorded_stream_is_whole)
{
    g_autoptr(Model) model = stream_model("servers");
    static const char *const versions[] = {"TLS 1.3", "TLS 1.0", "TLS 1.3", "TLS 1.3", NULL};
    guint messages = 0;

    ck_assert_uint_eq(model->endpoints->len, G_N_ELEMENTS(versions));
    ck_assert_uint_eq(model->done, model->endpoints->len);
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Endpoint *endpoint = model->endpoints->pdata[i];
        const Connection *best = endpoint->best;
        ck_assert_str_eq(fact_string(best->negotiated, "version", "-"),
                         versions[i] ? versions[i] : "-");
        ck_assert_str_eq(endpoint->result, versions[i] ? "finished" : "no-tls");
        ck_assert(best->open && best->closed);
        for (guint j = 0; j < best->events->len; j++) {
            const Event *event = best->events->pdata[j];
            const char *sha256 = fact_string(event->fact, "sha256", NULL);
            ck_assert(j == 0 || event->at >= ((Event *)best->events->pdata[j - 1])->at);
            messages += event->kind == EVENT_MESSAGE;
            ck_assert(!sha256 || model_bytes(model, sha256));
        }
        if (!versions[i])
            continue;
        ck_assert_uint_eq(best->certificates->len, 2);
        for (guint j = 0; j < best->certificates->len; j++)
            ck_assert_ptr_nonnull(((Certificate *)best->certificates->pdata[j])->fact);
        ck_assert(best->verdict->trusted);
        ck_assert_int_eq(best->verdict->name_matches, 1);
    }
    ck_assert_uint_gt(messages, 40);
}
END_TEST

START_TEST(a_stream_may_be_cut_anywhere)
{
    for (guint cut = 0; cut < 200; cut++) {
        g_autoptr(Model) model = stream_model_cut("servers", cut);
        check_sane(model);
    }
}
END_TEST

START_TEST(many_endpoints_take_their_time_once_each)
{
    g_autoptr(Model) model = model_new();
    for (guint i = 0; i < 100000; i++) {
        g_autofree char *endpoint =
            g_strdup_printf("{'fact':'endpoint','endpoint':'e%u','host':'h%u','port':%u}", i,
                            i % 1000, 65535 - i % 65536);
        g_autofree char *done =
            g_strdup_printf("{'fact':'done','endpoint':'e%u','result':'refused'}", i);
        stream_fold(model, endpoint);
        stream_fold(model, done);
    }
    ck_assert_uint_eq(model->endpoints->len, 100000);
    ck_assert_uint_eq(model->hosts->len, 1000);
    ck_assert_uint_eq(model->done, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tcase = tcase_create("model");
    tcase_set_timeout(tcase, 60);

    tcase_add_test(tcase, a_stream_becomes_a_model);
    tcase_add_test(tcase, a_connection_keeps_its_events_and_what_they_led_to);
    tcase_add_test(tcase, a_certificate_is_ready_to_show);
    tcase_add_test(tcase, days_left_are_rounded_towards_the_past);
    tcase_add_test(tcase, names_fall_back);
    tcase_add_test(tcase, a_certificate_may_come_after_the_chain);
    tcase_add_test(tcase, waiting_after_a_result_begins_a_round);
    tcase_add_test(tcase, the_best_connection_is_the_one_that_got_furthest);
    tcase_add_test(tcase, bytes_are_found_again);
    tcase_add_test(tcase, an_error_stands_where_it_belongs);
    tcase_add_test(tcase, endpoints_of_a_host_stand_by_port);
    tcase_add_test(tcase, junk_changes_nothing);
    tcase_add_test(tcase, any_order_will_do);
    tcase_add_test(tcase, any_line_may_be_missing);
    tcase_add_test(tcase, any_member_may_be_wrong);
    tcase_add_test(tcase, each_store_has_its_verdict);
    tcase_add_test(tcase, a_recorded_stream_is_whole);
    tcase_add_test(tcase, a_stream_may_be_cut_anywhere);
    tcase_add_test(tcase, many_endpoints_take_their_time_once_each);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
