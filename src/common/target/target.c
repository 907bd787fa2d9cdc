#include "common/target/target.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/target/catalogue.h"
#include "common/target/host.h"
#include "common/util/limits.h"
#include "common/util/text.h"

enum {
    PORT_MAX = 65535,
    WEIGHT_UNKNOWN = 50, /* of ports that the catalogue does not have */
    SHOWN = 60,          /* bytes of a word that an error shows */
};

G_DEFINE_QUARK(tlsdive - target - error, target_error)

struct Targets {
    GStringChunk *strings;
    GPtrArray *list;  /* Target *, owned */
    GHashTable *seen; /* Target -> itself, by host and port */
};

/* One port of a word, and the row that says how to speak there. */
typedef struct PortSpec {
    guint port;
    const CataloguePort *row; /* NULL: nothing is known of it */
    bool named;
    bool chosen; /* the user named the row, by a scheme or a service */
} PortSpec;

/* A word taken apart; the pieces lie in one copy of it. */
typedef struct Pieces {
    char *host;
    char *ports; /* NULL: none were written */
    bool bracketed;
    const CataloguePort *scheme; /* NULL: no URI */
} Pieces;

static guint target_hash(const void *key)
{
    const Target *target = key;
    return g_str_hash(target->host) * 31 + target->port;
}

static gboolean target_equal(const void *a, const void *b)
{
    const Target *one = a, *two = b;
    return one->port == two->port && strcmp(one->host, two->host) == 0;
}

Targets *targets_new(void)
{
    Targets *targets = g_new0(Targets, 1);
    targets->strings = g_string_chunk_new(4096);
    targets->list = g_ptr_array_new_with_free_func(g_free);
    targets->seen = g_hash_table_new(target_hash, target_equal);
    return targets;
}

void targets_free(Targets *targets)
{
    if (!targets)
        return;
    g_hash_table_unref(targets->seen);
    g_ptr_array_unref(targets->list);
    g_string_chunk_free(targets->strings);
    g_free(targets);
}

const GPtrArray *targets_all(const Targets *targets)
{
    return targets->list;
}

/* ---- errors: first what is wrong, then the word and a right one around it -------------------- */

static bool wrong(GError **error, TargetError code, const char *what)
{
    g_set_error_literal(error, TARGET_ERROR, (int)code, what);
    return false;
}

static const char *right_one(int code)
{
    switch (code) {
    case TARGET_ERROR_PORT:
        return "mail.example.com:443,8443,9000-9010";
    case TARGET_ERROR_SCHEME:
        return "imaps://mail.example.com";
    default:
        return "mail.example.com:443, [2001:db8::1]:443";
    }
}

static char *shown(const char *text)
{
    size_t size = strnlen(text, SHOWN + 1);
    g_autofree char *escaped = text_escape(text, (gssize)MIN(size, SHOWN), true);
    return g_strconcat(escaped, size > SHOWN ? "..." : "", NULL);
}

static void explain(GError **error, const char *word, const GError *what)
{
    g_autofree char *escaped = shown(word);
    if (what->code == TARGET_ERROR_LIMIT)
        g_set_error(error, TARGET_ERROR, what->code, "\"%s\": %s", escaped, what->message);
    else
        g_set_error(error, TARGET_ERROR, what->code, _("\"%s\": %s; right would be %s"), escaped,
                    what->message, right_one(what->code));
}

/* ---- taking a word apart --------------------------------------------------------------------- */

/* Reads "scheme://" off the front of *text, and what a URI has behind its authority off its end. */
static bool take_scheme(char **text, const CataloguePort **scheme, GError **error)
{
    char *colon = strstr(*text, "://"), *authority;
    if (!colon)
        return true;
    *colon = '\0';
    *scheme = catalogue_service(*text);
    if (!*scheme) {
        g_autofree char *name = shown(*text);
        g_set_error(error, TARGET_ERROR, TARGET_ERROR_SCHEME, _("\"%s\" is not a known scheme"),
                    name);
        return false;
    }
    authority = colon + strlen("://");
    authority[strcspn(authority, "/?#")] = '\0';
    if (strchr(authority, '@'))
        return wrong(error, TARGET_ERROR_SCHEME, _("a user name is not wanted"));
    *text = authority;
    return true;
}

static bool take_bracketed(Pieces *pieces, GError **error)
{
    char *close = strchr(pieces->host, ']');
    if (!close)
        return wrong(error, TARGET_ERROR_HOST, _("the bracket is not closed"));
    if (close[1] != '\0' && close[1] != ':')
        return wrong(error, TARGET_ERROR_HOST, _("after the bracket only :port can stand"));
    pieces->ports = close[1] ? close + 2 : NULL;
    pieces->bracketed = true;
    *close = '\0';
    pieces->host++;
    return true;
}

static bool take_apart(char *text, Pieces *pieces, GError **error)
{
    char *colon;
    if (!take_scheme(&text, &pieces->scheme, error))
        return false;
    pieces->host = text;
    if (text[0] == '[')
        return take_bracketed(pieces, error);
    colon = strchr(text, ':');
    if (!colon || host_is_ipv6(text))
        return true;
    if (strchr(colon + 1, ':'))
        return wrong(error, TARGET_ERROR_HOST,
                     _("with a port, an IPv6 address stands in brackets; alone, this is none"));
    *colon = '\0';
    pieces->ports = colon + 1;
    return true;
}

/* ---- ports ----------------------------------------------------------------------------------- */

static bool take_number(const char *text, size_t size, guint *port, GError **error)
{
    guint value = 0;
    for (size_t i = 0; i < size && value <= PORT_MAX; i++)
        value = value * 10 + (guint)(text[i] - '0');
    if (value >= 1 && value <= PORT_MAX) {
        *port = value;
        return true;
    }
    g_autofree char *copy = g_strndup(text, size);
    g_autofree char *number = shown(copy);
    g_set_error(error, TARGET_ERROR, TARGET_ERROR_PORT, _("port %s is not between 1 and 65535"),
                number);
    return false;
}

static void add_port(GArray *ports, guint port, const Pieces *pieces)
{
    PortSpec spec = {.port = port,
                     .row = pieces->scheme ? pieces->scheme : catalogue_port(port),
                     .named = true,
                     .chosen = pieces->scheme != NULL};
    g_array_append_val(ports, spec);
}

static bool take_range(const char *text, size_t digits, const Pieces *pieces, GArray *ports,
                       GError **error)
{
    const char *second = text + digits + 1;
    size_t more = strspn(second, "0123456789");
    guint from, to;
    if (more == 0 || second[more])
        return wrong(error, TARGET_ERROR_PORT, _("a range of ports is written as 9000-9010"));
    if (!take_number(text, digits, &from, error) || !take_number(second, more, &to, error))
        return false;
    if (from > to)
        return wrong(error, TARGET_ERROR_PORT, _("the range of ports is the wrong way round"));
    for (guint port = from; port <= to; port++)
        add_port(ports, port, pieces);
    return true;
}

static bool take_port(const char *text, const Pieces *pieces, GArray *ports, GError **error)
{
    size_t digits = strspn(text, "0123456789");
    PortSpec spec = {.row = catalogue_service(text), .named = true, .chosen = true};
    guint port;

    if (!*text)
        return wrong(error, TARGET_ERROR_PORT, _("a port is missing"));
    if (digits && text[digits] == '-')
        return take_range(text, digits, pieces, ports, error);
    if (digits && !text[digits]) {
        if (!take_number(text, digits, &port, error))
            return false;
        add_port(ports, port, pieces);
        return true;
    }
    if (!spec.row) {
        g_autofree char *name = shown(text);
        g_set_error(error, TARGET_ERROR, TARGET_ERROR_PORT,
                    _("\"%s\" is neither a port nor a known service"), name);
        return false;
    }
    spec.port = spec.row->port;
    g_array_append_val(ports, spec);
    return true;
}

static void take_catalogue(GArray *ports)
{
    size_t count;
    const CataloguePort *rows = catalogue_all(&count);
    for (size_t i = 0; i < count; i++) {
        PortSpec spec = {.port = rows[i].port, .row = &rows[i]};
        g_array_append_val(ports, spec);
    }
}

static bool take_ports(Pieces *pieces, GArray *ports, GError **error)
{
    char *next = pieces->ports;
    if (!next && !pieces->scheme) {
        take_catalogue(ports);
        return true;
    }
    if (!next) {
        add_port(ports, pieces->scheme->port, pieces);
        return true;
    }
    while (next) {
        char *item = next;
        next = strchr(item, ',');
        if (next)
            *next++ = '\0';
        if (!take_port(item, pieces, ports, error))
            return false;
    }
    return true;
}

/* ---- adding ---------------------------------------------------------------------------------- */

static void describe(Target *target, const PortSpec *spec)
{
    const CataloguePort *row = spec->row;
    target->named = spec->named;
    target->weight = row ? row->weight : WEIGHT_UNKNOWN;
    target->service = row ? row->service : NULL;
    target->protocol = row ? row->protocol : NULL;
    target->alpn = row ? row->alpn : NULL;
    target->unbuilt = row && !row->built;
    target->entry = row && row->built ? row->entry : "tls";
}

static void add_target(Targets *targets, const Target *common, const PortSpec *spec)
{
    Target probe = *common, *target;
    probe.port = spec->port;
    target = g_hash_table_lookup(targets->seen, &probe);
    if (!target) {
        target = g_new(Target, 1);
        *target = probe;
        describe(target, spec);
        g_ptr_array_add(targets->list, target);
        g_hash_table_add(targets->seen, target);
        return;
    }
    if (spec->chosen)
        describe(target, spec);
    target->named |= spec->named;
}

static bool fits(const Targets *targets, const char *host, const GArray *ports, GError **error)
{
    guint more = 0;
    for (guint i = 0; i < ports->len; i++) {
        Target probe = {.host = host, .port = g_array_index(ports, PortSpec, i).port};
        more += !g_hash_table_contains(targets->seen, &probe);
    }
    if (targets->list->len + more <= LIMIT_ENDPOINTS)
        return true;
    g_set_error(error, TARGET_ERROR, TARGET_ERROR_LIMIT,
                _("with it there would be more than %d ports to ask"), LIMIT_ENDPOINTS);
    return false;
}

static bool add_word(Targets *targets, const char *word, GError **error)
{
    g_autofree char *copy = g_strdup(word);
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(PortSpec));
    g_auto(HostText) host = {0};
    Pieces pieces = {0};
    Target common = {0};

    if (!take_apart(copy, &pieces, error) || !take_ports(&pieces, ports, error))
        return false;
    if (!(pieces.bracketed ? host_parse_ipv6 : host_parse)(pieces.host, &host, error) ||
        !fits(targets, host.ascii, ports, error))
        return false;
    common.written = g_string_chunk_insert_const(targets->strings, word);
    common.host = g_string_chunk_insert_const(targets->strings, host.ascii);
    common.server_name = host.address ? NULL : common.host;
    if (host.display)
        common.display = g_string_chunk_insert_const(targets->strings, host.display);
    for (guint i = 0; i < ports->len; i++)
        add_target(targets, &common, &g_array_index(ports, PortSpec, i));
    return true;
}

bool targets_add(Targets *targets, const char *word, GError **error)
{
    g_autoptr(GError) what = NULL;
    bool added;
    if (strnlen(word, LIMIT_TARGET + 1) > LIMIT_TARGET) {
        g_set_error(&what, TARGET_ERROR, TARGET_ERROR_LIMIT, _("longer than %d bytes"),
                    LIMIT_TARGET);
        added = false;
    } else {
        added = add_word(targets, word, &what);
    }
    if (!added)
        explain(error, word, what);
    return added;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool add_line(Targets *targets, char *line, GError **error)
{
    static const char blanks[] = " \t\r\f\v";
    for (;;) {
        line += strspn(line, blanks);
        if (!*line || *line == '#')
            return true;
        char *end = line + strcspn(line, blanks);
        bool last = !*end;
        *end = '\0';
        if (!targets_add(targets, line, error))
            return false;
        if (last)
            return true;
        line = end + 1;
    }
}

bool targets_add_list(Targets *targets, const char *text, size_t size, const char *name,
                      GError **error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors put it before UTF-8 */
    size_t at = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    for (guint number = 1; at < size; number++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        g_autofree char *line = g_strndup(text + at, length);
        g_autoptr(GError) what = NULL;
        if (memchr(text + at, '\0', length))
            g_set_error(&what, TARGET_ERROR, TARGET_ERROR_HOST, _("it holds a NUL: not a text"));
        else
            add_line(targets, line, &what);
        if (what) {
            g_autofree char *file = shown(name);
            g_set_error(error, TARGET_ERROR, what->code, "%s:%u: %s", file, number, what->message);
            return false;
        }
        at += length + 1;
    }
    return true;
}
