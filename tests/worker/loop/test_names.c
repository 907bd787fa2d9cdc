/* Names are asked of a name server inside this process, which answers from a table. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "worker/loop/names.h"

enum { TYPE_A = 1, TYPE_AAAA = 28, HEADER = 12, MANY = 40 };
enum { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, SILENT = 99 };

/* What the server says of a name: an address or a response code for each family. */
typedef struct Zone {
    const char *name;
    const char *v4, *v6; /* NULL: no address */
    int code4, code6;
    int count; /* of IPv4 addresses, counting up from v4 */
} Zone;

static const Zone zones[] = {
    {"two.test", "127.0.0.2", "::1", NOERROR, NOERROR, 1},
    {"four.test", "127.0.0.4", NULL, NOERROR, NOERROR, 1},
    {"empty.test", NULL, NULL, NOERROR, NOERROR, 0},
    {"broken.test", NULL, NULL, SERVFAIL, SERVFAIL, 0},
    {"half.test", NULL, NULL, NOERROR, SERVFAIL, 0},
    {"other-half.test", NULL, NULL, SERVFAIL, NOERROR, 0},
    {"half-dead.test", NULL, NULL, SILENT, NOERROR, 0},
    {"silent.test", NULL, NULL, SILENT, SILENT, 0},
    {"many.test", "127.0.1.1", NULL, NOERROR, NOERROR, MANY},
    {"box.corp.test", "127.0.0.5", NULL, NOERROR, NOERROR, 1},
};

typedef struct Bench {
    uv_loop_t loop;
    uv_udp_t server;
    char servers[64];
    Names *names;
    guint asked, begun, known;
    char room[2048]; /* for what is received */
} Bench;

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    Bench *bench = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(bench->room, sizeof bench->room);
}

/* The name of the question, in dots; the type comes after it. */
static char *question_name(Reader *reader)
{
    GString *name = g_string_new(NULL);
    uint8_t length;

    while ((length = reader_u8(reader)) > 0 && !reader->failed) {
        const uint8_t *label = reader_take(reader, length);
        if (label != NULL)
            g_string_append_printf(name, "%s%.*s", name->len ? "." : "", length,
                                   (const char *)label);
    }
    return g_string_free(name, FALSE);
}

static void put_address(GByteArray *reply, int type, const char *text, int step)
{
    uint8_t bytes[16];
    guint size = type == TYPE_A ? 4 : 16;

    ck_assert_int_eq(inet_pton(type == TYPE_A ? AF_INET : AF_INET6, text, bytes), 1);
    bytes[size - 1] = (uint8_t)(bytes[size - 1] + step);
    bytes_put(reply, 0xc000 | HEADER, 2); /* the name of the question */
    bytes_put(reply, (uint64_t)type, 2);
    bytes_put(reply, 1, 2);
    bytes_put(reply, 0, 2);
    bytes_put(reply, 60, 2);
    bytes_put(reply, size, 2);
    g_byte_array_append(reply, bytes, size);
}

static const Zone *zone_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
        if (g_ascii_strcasecmp(zones[i].name, name) == 0)
            return &zones[i];
    return NULL;
}

/* The reply to a question; NULL: none. */
static GByteArray *reply_to(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    uint64_t id = reader_u16(&reader);
    reader_skip(&reader, HEADER - 2);
    g_autofree char *name = question_name(&reader);
    int type = reader_u16(&reader);
    const Zone *zone = zone_find(name);
    int code = zone == NULL ? NXDOMAIN : type == TYPE_A ? zone->code4 : zone->code6;
    const char *address = zone == NULL ? NULL : type == TYPE_A ? zone->v4 : zone->v6;
    int count = address == NULL ? 0 : type == TYPE_A ? zone->count : 1;

    if (code == SILENT)
        return NULL;
    GByteArray *reply = g_byte_array_new();
    bytes_put(reply, id, 2);
    bytes_put(reply, 0x8180 | (uint64_t)code, 2);
    bytes_put(reply, 1, 2);
    bytes_put(reply, (uint64_t)count, 2);
    bytes_put(reply, 0, 2);
    bytes_put(reply, 0, 2);
    g_byte_array_append(reply, data + HEADER, (guint)(reader_offset(&reader) + 2 - HEADER));
    for (int i = 0; i < count; i++)
        put_address(reply, type, address, i);
    return reply;
}

static void on_question(uv_udp_t *server, ssize_t size, const uv_buf_t *buffer,
                        const struct sockaddr *from, unsigned flags)
{
    Bench *bench = server->data;

    (void)flags;
    if (size <= 0 || from == NULL)
        return;
    bench->asked++;
    uv_stop(&bench->loop);
    g_autoptr(GByteArray) reply = reply_to((const uint8_t *)buffer->base, (size_t)size);
    if (reply != NULL) {
        uv_buf_t out = uv_buf_init((char *)reply->data, reply->len);
        uv_udp_try_send(server, &out, 1, from);
    }
}

static void on_begins(void *data, Host *host)
{
    Bench *bench = data;

    ck_assert(!host->known);
    bench->begun++;
}

static void on_known(void *data, Host *host)
{
    Bench *bench = data;

    ck_assert(host->known);
    bench->known++;
    uv_stop(&bench->loop);
}

static Bench *bench_new(void)
{
    static const char *const domains[] = {"corp.test", NULL};
    Bench *bench = g_new0(Bench, 1);
    struct sockaddr_in own;
    int size = sizeof own;

    ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
    ck_assert_int_eq(uv_udp_init(&bench->loop, &bench->server), 0);
    bench->server.data = bench;
    ck_assert_int_eq(uv_ip4_addr("127.0.0.1", 0, &own), 0);
    ck_assert_int_eq(uv_udp_bind(&bench->server, (const struct sockaddr *)&own, 0), 0);
    ck_assert_int_eq(uv_udp_getsockname(&bench->server, (struct sockaddr *)&own, &size), 0);
    uv_udp_recv_start(&bench->server, on_room, on_question);
    g_snprintf(bench->servers, sizeof bench->servers, "127.0.0.1:%d", ntohs(own.sin_port));
    const NamesOptions options = {.servers = bench->servers,
                                  .hosts = "127.0.0.9 here.test\n203.0.113.9 here.test\n",
                                  .domains = domains,
                                  .timeout_ms = 200};
    const NamesEvents events = {bench, on_begins, on_known};
    bench->names = names_new(&bench->loop, &options, &events, NULL);
    ck_assert_ptr_nonnull(bench->names);
    return bench;
}

static void bench_free(Bench *bench)
{
    names_close(bench->names);
    uv_close((uv_handle_t *)&bench->server, NULL);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
    g_free(bench);
}

/* Looks a name up to its end; the host is given back with names_leave. */
static Host *look_up(Bench *bench, const char *name, int family)
{
    guint before = bench->known;
    Host *host = names_use(bench->names, name, family);

    ck_assert(!host->known);
    while (bench->known == before)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
    return host;
}

typedef struct Row {
    const char *name;
    int family;
    const char *source, *addresses, *result, *reason;
} Row;

static const Row rows[] = {
    {"192.0.2.1", AF_UNSPEC, "literal", "192.0.2.1", NULL, NULL},
    {"2001:db8::1", AF_UNSPEC, "literal", "2001:db8::1", NULL, NULL},
    {"2001:db8::1", AF_INET, "literal", "", "no-name", "name-no-address"},
    {"localhost", AF_INET, "localhost", "127.0.0.1", NULL, NULL},
    {"x.localhost", AF_INET6, "localhost", "::1", NULL, NULL},
    {"HERE.test", AF_INET, "hosts", "127.0.0.9 203.0.113.9", NULL, NULL},
    {"here.test", AF_INET6, "dns", "", "no-name", "name-not-found"},
    {"two.test", AF_UNSPEC, "dns", "::1 127.0.0.2", NULL, NULL},
    {"two.test", AF_INET, "dns", "127.0.0.2", NULL, NULL},
    {"two.test", AF_INET6, "dns", "::1", NULL, NULL},
    {"four.test", AF_UNSPEC, "dns", "127.0.0.4", NULL, NULL},
    {"four.test", AF_INET6, "dns", "", "no-name", "name-no-address"},
    {"none.test", AF_UNSPEC, "dns", "", "no-name", "name-not-found"},
    {"empty.test", AF_UNSPEC, "dns", "", "no-name", "name-no-address"},
    {"broken.test", AF_UNSPEC, "dns", "", "no-name", "name-server-failed"},
    {"half.test", AF_UNSPEC, "dns", "", "no-name", "name-server-failed"},
    {"other-half.test", AF_UNSPEC, "dns", "", "no-name", "name-server-failed"},
    {"half-dead.test", AF_UNSPEC, "dns", "", "timed-out", "name-timed-out"},
    {"silent.test", AF_UNSPEC, "dns", "", "timed-out", "name-timed-out"},
    {"box", AF_UNSPEC, "dns", "127.0.0.5", NULL, NULL},
    {"a..b", AF_UNSPEC, "dns", "", "no-name", "name-not-found"},
};

START_TEST(each_row)
{
    const Row *row = &rows[_i];
    Bench *bench = bench_new();
    Host *host = look_up(bench, row->name, row->family);
    g_autoptr(GString) addresses = g_string_new(NULL);

    for (guint i = 0; i < host->addresses->len; i++) {
        g_autofree char *text = address_text(&g_array_index(host->addresses, Address, i));
        g_string_append_printf(addresses, "%s%s", i ? " " : "", text);
    }
    ck_assert_msg(g_strcmp0(host->source, row->source) == 0, "%s: %s", row->name, host->source);
    ck_assert_msg(g_str_equal(addresses->str, row->addresses), "%s: %s", row->name, addresses->str);
    ck_assert_msg(g_strcmp0(host->result, row->result) == 0, "%s: %s", row->name, host->result);
    ck_assert_msg(g_strcmp0(host->reason, row->reason) == 0, "%s: %s", row->name, host->reason);
    ck_assert_double_ge(host->took, 0);
    names_leave(bench->names, host);
    bench_free(bench);
}
END_TEST

START_TEST(shared_by_all_who_ask)
{
    Bench *bench = bench_new();
    Host *host = names_use(bench->names, "two.test", AF_UNSPEC);

    ck_assert_ptr_eq(names_use(bench->names, "TWO.test", AF_UNSPEC), host);
    Host *four = look_up(bench, "two.test", AF_INET);
    ck_assert_ptr_ne(four, host);
    while (!host->known)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
    ck_assert_ptr_eq(names_use(bench->names, "two.test", AF_UNSPEC), host);
    ck_assert_uint_eq(bench->begun, 2);
    ck_assert_uint_eq(bench->asked, 3);
    for (int i = 0; i < 3; i++)
        names_leave(bench->names, host);
    names_leave(bench->names, four);
    bench_free(bench);
}
END_TEST

START_TEST(forgotten_when_nobody_uses_it)
{
    Bench *bench = bench_new();

    names_leave(bench->names, look_up(bench, "two.test", AF_UNSPEC));
    names_leave(bench->names, look_up(bench, "two.test", AF_UNSPEC));
    ck_assert_uint_eq(bench->begun, 2);
    bench_free(bench);
}
END_TEST

START_TEST(ceiling_of_addresses)
{
    Bench *bench = bench_new();
    Host *host = look_up(bench, "many.test", AF_UNSPEC);

    ck_assert_uint_eq(host->addresses->len, LIMIT_ADDRESSES);
    ck_assert(host->cut);
    names_leave(bench->names, host);
    bench_free(bench);
}
END_TEST

/* A host that is left, or a resolver that is closed, in the middle of a look-up tells nothing more.
 */
START_TEST(left_in_the_middle)
{
    Bench *bench = bench_new();
    Host *silent = names_use(bench->names, "silent.test", AF_UNSPEC);
    Host *also = names_use(bench->names, "broken.test", AF_UNSPEC);

    while (bench->asked < 4)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
    names_leave(bench->names, silent);
    names_leave(bench->names, look_up(bench, "four.test", AF_UNSPEC));
    names_leave(bench->names, also);
    bench_free(bench);
}
END_TEST

/* More names than may be looked up at once: all are, and a silent one stops none. */
START_TEST(many_names)
{
    enum { NAMES = 500 };
    Bench *bench = bench_new();
    Host *hosts[NAMES];

    for (int i = 0; i < NAMES; i++) {
        g_autofree char *name = g_strdup_printf("n%d.test", i);
        hosts[i] = names_use(bench->names, i % 100 == 0 ? "silent.test" : name, AF_INET);
    }
    while (bench->known < NAMES - 4)
        uv_run(&bench->loop, UV_RUN_DEFAULT);
    for (int i = 0; i < NAMES; i++) {
        ck_assert(hosts[i]->known);
        names_leave(bench->names, hosts[i]);
    }
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tcase = tcase_create("names");

    tcase_add_loop_test(tcase, each_row, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, shared_by_all_who_ask);
    tcase_add_test(tcase, forgotten_when_nobody_uses_it);
    tcase_add_test(tcase, ceiling_of_addresses);
    tcase_add_test(tcase, left_in_the_middle);
    tcase_add_test(tcase, many_names);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
