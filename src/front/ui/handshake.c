/* The handshake pane: what happened on the endpoint's connections, line by line. */
#include "front/ui/view.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    TIME = 2, /* columns */
    SIGN = 9,
    NAME = 13,
    WHAT = 33,        /* where what matters begins */
    WHAT_NARROW = 15, /* where it goes on, below NARROW */
    NARROW = 70,
    ALPN_NAMED = 6, /* protocols that are listed: more are counted */
    THOUGHT_MS = 5, /* from here on the server's thinking is worth a word */
};

/* What is being written. */
typedef struct Timeline {
    const Desk *desk;
    const Endpoint *endpoint;
    const Connection *connection;
    const Event *event;
    Lines *lines;
    double zero;      /* when times begin */
    int what, indent; /* columns where words begin, and go on */
    bool brief;
    bool any; /* something was said of this line already */
} Timeline;

/* One more thing that matters in this line; it goes on in the next where there is no room. */
static void say(Timeline *timeline, Role role, const char *text)
{
    if (!*text)
        return;
    if (timeline->any)
        lines_add(timeline->lines, ROLE_TEXT, ",");
    else
        lines_tab(timeline->lines, timeline->what);
    timeline->any = true;
    lines_wrap(timeline->lines, role, timeline->indent, text);
}

G_GNUC_PRINTF(3, 4)
static void sayf(Timeline *timeline, Role role, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say(timeline, role, text);
}

static void say_value(Timeline *timeline, const char *format, const json_t *value)
{
    if (!value)
        return;
    g_autofree char *text = words_value(value, !timeline->desk->utf8);
    g_autofree char *said = g_strdup_printf(format, text);
    say(timeline, ROLE_TEXT, said);
}

/* Begins a line for the event: its time, its sign, its name (printable; NULL: what follows stands
 * there). */
static void begin(Timeline *timeline, Glyph sign, Role role, const char *name)
{
    g_autofree char *identity =
        g_strdup_printf("%s/%u", timeline->connection->id, timeline->event->number);
    lines_begin(timeline->lines, identity);
    lines_tab(timeline->lines, TIME);
    lines_print(timeline->lines, ROLE_DIM, "%.3f", MAX(timeline->event->at - timeline->zero, 0));
    lines_tab(timeline->lines, SIGN);
    lines_add(timeline->lines, role, desk_glyph(timeline->desk, (int)sign));
    lines_tab(timeline->lines, NAME);
    if (name)
        lines_add(timeline->lines, role, name);
    timeline->any = false;
}

/* What stands flush right: a size or a time. It is added first, so that words wrap before it. */
G_GNUC_PRINTF(2, 3) static void at_right(Timeline *timeline, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    lines_right(timeline->lines);
    lines_add(timeline->lines, ROLE_DIM, text);
}

/* A reason in words. Where its arguments are not at hand they are said elsewhere: what stands
 * before them will do. */
static char *reason_words(const Timeline *timeline, const json_t *fact, const char *code)
{
    const json_t *args = json_object_get(fact, "args");
    const Reason *reason = registry_reason(code);
    bool ascii = !timeline->desk->utf8;
    if (args || !reason || !strchr(reason->sentence, '{'))
        return words_reason(code, args, ascii);
    const Result *result = reason->result ? registry_result(reason->result) : NULL;
    const char *colon = strstr(reason->sentence, ": {");
    if (g_str_equal(fact_string(fact, "fact", ""), "connection") && result)
        return g_strdup(_(result->word));
    if (!colon)
        return words_reason(code, NULL, ascii);
    g_autofree char *translated = g_strdup(_(reason->sentence));
    char *cut = strstr(translated, ": {");
    if (cut)
        *cut = '\0';
    return words_fill(translated, NULL, ascii);
}

/* ---- connections ---- */

/* The event of this connection by which a connect ended, well or not; NULL while it has not. */
static const json_t *outcome_of_connect(const Connection *connection)
{
    for (guint i = 0; i < connection->events->len; i++) {
        const Event *event = connection->events->pdata[i];
        const char *what = fact_string(event->fact, "event", "");
        if (event->kind == EVENT_CONNECTION &&
            (g_str_equal(what, "open") || g_str_equal(what, "failed")))
            return event->fact;
    }
    return NULL;
}

static void connect_line(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    const json_t *outcome = outcome_of_connect(timeline->connection);
    const char *address = fact_string(fact, "address", "?");
    bool ipv6 = strchr(address, ':');
    g_autofree char *name = g_strdup_printf(ipv6 ? _("connect [%s]:%d") : _("connect %s:%d"),
                                            address, (int)fact_integer(fact, "port", 0));
    begin(timeline, GLYPH_EVENT, ROLE_TEXT, name);
    if (outcome)
        at_right(timeline, "%.0f ms", fact_number(outcome, "took", 0) * 1000);
    if (!outcome) {
        say(timeline, ROLE_LIVE, _("waiting"));
    } else if (g_str_equal(fact_string(outcome, "event", ""), "open")) {
        say(timeline, ROLE_GOOD, _("open"));
    } else {
        g_autofree char *why =
            reason_words(timeline, outcome, fact_string(outcome, "reason", "failed"));
        say(timeline, ROLE_BAD, why);
    }
    if (g_str_equal(fact_string(fact, "hello", ""), "permissive"))
        say(timeline, ROLE_WARN, _("once more, with old suites and versions"));
}

static void closed_line(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    begin(timeline, GLYPH_EVENT, ROLE_TEXT, _("closed"));
    const char *reason = fact_string(fact, "reason", NULL);
    if (reason) {
        g_autofree char *why = reason_words(timeline, fact, reason);
        say(timeline, ROLE_BAD, why);
    }
    if (json_object_get(fact, "sent"))
        sayf(timeline, ROLE_DIM, _("%d B sent, %d B received"), (int)fact_integer(fact, "sent", 0),
             (int)fact_integer(fact, "received", 0));
}

static void connection_line(Timeline *timeline)
{
    const char *what = fact_string(timeline->event->fact, "event", "");
    if (g_str_equal(what, "connecting"))
        connect_line(timeline);
    else if (g_str_equal(what, "closed"))
        closed_line(timeline);
}

static bool is_in(const json_t *fact)
{
    return g_str_equal(fact_string(fact, "direction", ""), "in");
}

static void say_server_time(Timeline *timeline)
{
    double ms = fact_number(timeline->event->fact, "server", 0) * 1000;
    if (ms >= THOUGHT_MS)
        sayf(timeline, ROLE_NOTE, _("server thought %.0f ms"), ms);
}

/* The code of a reply of several lines, where this line is one of them: "250-..."; NULL: it is not.
 */
static const char *code_of_part(const Event *event)
{
    const char *text = fact_string(event->fact, "text", "");
    bool part = event->kind == EVENT_DIALOGUE && is_in(event->fact) && strlen(text) > 3 &&
                g_ascii_isdigit(text[0]) && g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[2]);
    return part ? text : NULL;
}

/* The events from this one on that are lines of the same reply. */
static guint lines_of_reply(const Timeline *timeline)
{
    const GPtrArray *events = timeline->connection->events;
    const char *code = code_of_part(timeline->event);
    guint count = 0, first = timeline->event->number - 1;
    while (code && first + count < events->len) {
        const char *next = code_of_part(events->pdata[first + count]);
        if (!next || strncmp(next, code, 3) != 0)
            break;
        count++;
        if (next[3] != '-')
            break;
    }
    return count;
}

/* Of a reply of several lines the one that matters to us stands for all, where there is little
 * room. */
static guint brief_reply(Timeline *timeline)
{
    const GPtrArray *events = timeline->connection->events;
    guint count = timeline->brief ? lines_of_reply(timeline) : 1;
    guint first = timeline->event->number - 1;
    for (guint i = first; i < first + count; i++) {
        const Event *event = events->pdata[i];
        if (strstr(fact_string(event->fact, "text", ""), "STARTTLS"))
            timeline->event = event;
    }
    return MAX(count, 1);
}

static void dialogue_line(Timeline *timeline, guint lines)
{
    const json_t *fact = timeline->event->fact;
    bool in = is_in(fact);
    begin(timeline, in ? GLYPH_IN : GLYPH_OUT, in ? ROLE_IN : ROLE_OUT, NULL);
    g_autofree char *text = words_value(json_object_get(fact, "text"), !timeline->desk->utf8);
    lines_add(timeline->lines, ROLE_TEXT, text);
    if (lines > 1)
        lines_print(timeline->lines, ROLE_DIM, ngettext(" (+%u line)", " (+%u lines)", lines - 1),
                    lines - 1);
    if (json_object_get(fact, "cut"))
        sayf(timeline, ROLE_WARN, _("cut at %d bytes"), (int)fact_integer(fact, "cut", 0));
    say_server_time(timeline);
}

static void alert_line(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    bool in = is_in(fact), fatal = g_str_equal(fact_string(fact, "level", ""), "fatal");
    begin(timeline, in ? GLYPH_TLS_IN : GLYPH_TLS_OUT, fatal ? ROLE_BAD : ROLE_TEXT, _("Alert"));
    sayf(timeline, fatal ? ROLE_BAD : ROLE_TEXT, "%s %s (%d)", fact_string(fact, "level", "?"),
         fact_string(fact, "name", "?"), (int)fact_integer(fact, "code", 0));
}

static void error_line(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    begin(timeline, GLYPH_EVENT, ROLE_WARN, _("note"));
    g_autofree char *text = words_reason(fact_string(fact, "code", ""),
                                         json_object_get(fact, "args"), !timeline->desk->utf8);
    say(timeline, ROLE_WARN, text);
}

/* ---- messages ---- */

static char *joined(const json_t *list, const char *between)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *word = json_string_value(item);
        if (word)
            g_string_append_printf(text, "%s%s", i ? between : "", word);
    }
    return g_string_free(text, FALSE);
}

static void client_hello(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    g_autofree char *versions = joined(json_object_get(fact, "versions"), " ");
    g_autofree char *shares = joined(json_object_get(fact, "shares"), " + ");
    g_auto(GStrv) parts = g_strsplit(versions, "TLS ", -1);
    g_autofree char *numbers = g_strjoinv("", parts);
    say(timeline, ROLE_TEXT, *numbers ? numbers : fact_string(fact, "version", ""));
    guint suites = (guint)fact_integer(fact, "suites", 0);
    if (suites)
        sayf(timeline, ROLE_TEXT, ngettext("%u suite", "%u suites", suites), suites);
    if (*shares)
        sayf(timeline, ROLE_TEXT, _("key_share %s"), shares);
    say(timeline, ROLE_TEXT, json_object_get(fact, "server_name") ? _("SNI sent") : _("no SNI"));
    guint protocols = (guint)json_array_size(json_object_get(fact, "alpn"));
    if (protocols > ALPN_NAMED)
        sayf(timeline, ROLE_TEXT, _("ALPN of %u protocols"), protocols);
    else
        say_value(timeline, "ALPN %s", json_object_get(fact, "alpn"));
}

/* By which others' lists know the answer; only where there is room for it. */
static void fingerprint(Timeline *timeline)
{
    const char *ja3s = fact_string(timeline->event->fact, "ja3s", NULL);
    if (ja3s && !timeline->brief)
        sayf(timeline, ROLE_DIM, "JA3S %s", ja3s);
}

static void server_hello(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    const char *suite = fact_string(fact, "suite", NULL);
    say(timeline, ROLE_TEXT, fact_string(fact, "version", ""));
    if (suite) {
        g_autofree char *shown = desk_suite(timeline->desk, suite, true);
        say(timeline, ROLE_TEXT, shown);
    }
    say(timeline, ROLE_TEXT, fact_string(fact, "group", ""));
    fingerprint(timeline);
}

/* The shares that the last ClientHello before this event held. */
static const json_t *shares_before(const Timeline *timeline)
{
    const json_t *shares = NULL;
    for (guint i = 0; i < timeline->connection->events->len; i++) {
        const Event *event = timeline->connection->events->pdata[i];
        if (event == timeline->event)
            break;
        if (event->kind == EVENT_MESSAGE && json_object_get(event->fact, "shares"))
            shares = json_object_get(event->fact, "shares");
    }
    return shares;
}

static void hello_retry_request(Timeline *timeline)
{
    const char *group = fact_string(timeline->event->fact, "group", NULL);
    g_autofree char *shares = joined(shares_before(timeline), _(" and "));
    if (group && *shares)
        sayf(timeline, ROLE_WARN, _("cost a round trip: it wants %s, the shares were %s"), group,
             shares);
    else if (group)
        sayf(timeline, ROLE_WARN, _("cost a round trip: it wants %s"), group);
    else
        say(timeline, ROLE_WARN, _("cost a round trip"));
    fingerprint(timeline);
}

static void encrypted_extensions(Timeline *timeline)
{
    const json_t *alpn = json_object_get(timeline->event->fact, "alpn");
    if (alpn)
        say_value(timeline, "ALPN %s", alpn);
    else
        say(timeline, ROLE_TEXT, _("no ALPN"));
}

static void certificates(Timeline *timeline)
{
    guint count = (guint)fact_integer(timeline->event->fact, "certificates", 0);
    sayf(timeline, ROLE_TEXT, ngettext("%u certificate", "%u certificates", count), count);
    const GPtrArray *chain = timeline->connection->certificates;
    const Certificate *leaf =
        chain && chain->len && is_in(timeline->event->fact) ? chain->pdata[0] : NULL;
    if (!leaf || !leaf->fact)
        return;
    g_autofree char *key = brief_key(leaf);
    gint64 days = certificate_days_left(leaf, timeline->desk->wall);
    sayf(timeline, ROLE_TEXT, _("leaf %s"), key);
    if (days != G_MAXINT64 && days != G_MININT64 && days < 0)
        sayf(timeline, ROLE_CRITICAL, _("EXPIRED %" G_GINT64_FORMAT " d ago"), -days - 1);
    else if (days != G_MAXINT64 && days != G_MININT64)
        sayf(timeline, ROLE_TEXT, _("%" G_GINT64_FORMAT " days left"), days);
}

static void key_exchange(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    say(timeline, ROLE_TEXT, fact_string(fact, "group", ""));
    if (json_object_get(fact, "bits"))
        sayf(timeline, ROLE_TEXT, _("DHE %d bits"), (int)fact_integer(fact, "bits", 0));
    say(timeline, ROLE_TEXT, fact_string(fact, "scheme", ""));
}

static void certificate_request(Timeline *timeline)
{
    guint count = (guint)fact_integer(timeline->event->fact, "authorities", 0);
    sayf(timeline, ROLE_NOTE,
         ngettext("asks for a client certificate, %u CA name",
                  "asks for a client certificate, %u CA names", count),
         count);
}

static void signature(Timeline *timeline)
{
    say(timeline, ROLE_TEXT, fact_string(timeline->event->fact, "scheme", ""));
}

static void ticket(Timeline *timeline)
{
    json_int_t lifetime = fact_integer(timeline->event->fact, "lifetime", -1);
    if (lifetime < 0)
        return;
    g_autofree char *good = brief_lifetime(lifetime);
    sayf(timeline, ROLE_TEXT, _("good for %s"), good);
}

static const struct {
    const char *name;
    void (*say)(Timeline *timeline);
} messages[] = {
    {"ClientHello", client_hello},
    {"ServerHello", server_hello},
    {"HelloRetryRequest", hello_retry_request},
    {"EncryptedExtensions", encrypted_extensions},
    {"Certificate", certificates},
    {"ServerKeyExchange", key_exchange},
    {"CertificateRequest", certificate_request},
    {"CertificateVerify", signature},
    {"NewSessionTicket", ticket},
};

static void message_line(Timeline *timeline)
{
    const json_t *fact = timeline->event->fact;
    bool in = is_in(fact);
    const char *name = fact_string(fact, "name", "?");
    begin(timeline, in ? GLYPH_TLS_IN : GLYPH_TLS_OUT, in ? ROLE_IN : ROLE_OUT, name);
    at_right(timeline, "%d B", (int)fact_integer(fact, "size", 0));
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
        if (g_str_equal(messages[i].name, name))
            messages[i].say(timeline);
    size_t i;
    json_t *fault;
    json_array_foreach(json_object_get(fact, "faults"), i, fault)
    {
        const char *code = json_string_value(fault);
        g_autofree char *text = reason_words(timeline, fact, code ? code : "");
        say(timeline, ROLE_BAD, text);
    }
    if (json_object_get(fact, "cut"))
        sayf(timeline, ROLE_WARN, _("cut at %d bytes"), (int)fact_integer(fact, "cut", 0));
    say_server_time(timeline);
}

/* Writes the lines of an event; returns how many events they stand for. */
static guint event_line(Timeline *timeline)
{
    static void (*const lines_of[])(Timeline *) = {
        [EVENT_CONNECTION] = connection_line,
        [EVENT_DIALOGUE] = NULL,
        [EVENT_MESSAGE] = message_line,
        [EVENT_ALERT] = alert_line,
        [EVENT_STATE] = NULL,
        [EVENT_ERROR] = error_line,
    };
    if (timeline->event->kind == EVENT_DIALOGUE) {
        guint count = brief_reply(timeline);
        dialogue_line(timeline, count);
        return count;
    }
    if (lines_of[timeline->event->kind])
        lines_of[timeline->event->kind](timeline);
    return 1;
}

/* ---- the pane ---- */

static const Host *host_of(const Desk *desk, const Endpoint *endpoint)
{
    return g_hash_table_lookup(desk->model->by_host, endpoint->host);
}

static void resolve_line(const Timeline *timeline)
{
    const Host *host = host_of(timeline->desk, timeline->endpoint);
    if (!host || !host->fact || g_str_equal(fact_string(host->fact, "source", ""), "literal"))
        return;
    lines_begin(timeline->lines, "resolve");
    lines_tab(timeline->lines, SIGN);
    lines_add(timeline->lines, ROLE_TEXT, desk_glyph(timeline->desk, GLYPH_EVENT));
    lines_tab(timeline->lines, NAME);
    lines_print(timeline->lines, ROLE_TEXT, _("resolve (%s)"),
                fact_string(host->fact, "source", "?"));
    lines_right(timeline->lines);
    lines_print(timeline->lines, ROLE_DIM, "%.0f ms", fact_number(host->fact, "took", 0) * 1000);
    lines_tab(timeline->lines, timeline->what);
    const json_t *addresses = json_object_get(host->fact, "addresses");
    g_autofree char *text = joined(addresses, " ");
    lines_wrap(timeline->lines, ROLE_TEXT, timeline->indent, *text ? text : _("no address"));
}

/* How it stands at the end of the lines: what is waited for, or why it failed. */
static void last_line(const Timeline *timeline)
{
    const Endpoint *endpoint = timeline->endpoint;
    if (endpoint->result && g_str_equal(endpoint->result, "finished"))
        return;
    lines_begin(timeline->lines, "end");
    lines_tab(timeline->lines, TIME);
    if (endpoint->result) {
        g_autofree char *why = words_outcome(endpoint, !timeline->desk->utf8);
        lines_print(timeline->lines, ROLE_BAD, "%s: ", brief_state(endpoint));
        lines_wrap(timeline->lines, ROLE_TEXT, NAME, why);
        return;
    }
    lines_print(timeline->lines, ROLE_LIVE, "%s %s", desk_glyph(timeline->desk, GLYPH_RUNNING),
                brief_state(endpoint));
    if (endpoint->began > 0 && timeline->desk->at > endpoint->began) {
        lines_right(timeline->lines);
        lines_print(timeline->lines, ROLE_DIM, _("%.1f s so far"),
                    timeline->desk->at - endpoint->began);
    }
}

static Timeline timeline_for(const Desk *desk, const Endpoint *endpoint, Lines *lines)
{
    Timeline timeline = {.desk = desk, .endpoint = endpoint, .lines = lines};
    bool narrow = lines_width(lines) < NARROW;
    timeline.zero = endpoint->began;
    timeline.what = MIN(WHAT, MAX(lines_width(lines) - 20, NAME));
    timeline.indent = narrow ? WHAT_NARROW : timeline.what;
    return timeline;
}

static void event_lines(Timeline *timeline, const Connection *connection)
{
    timeline->connection = connection;
    for (guint i = 0; i < connection->events->len;) {
        timeline->event = connection->events->pdata[i];
        i += event_line(timeline);
    }
}

void handshake_lines(const Desk *desk, const Connection *connection, Lines *lines)
{
    Timeline timeline = timeline_for(desk, connection->endpoint, lines);
    timeline.zero = connection->at;
    event_lines(&timeline, connection);
}

static void build(const Desk *desk, const Endpoint *endpoint, Lines *lines, bool brief)
{
    Timeline timeline = timeline_for(desk, endpoint, lines);
    timeline.brief = brief;
    resolve_line(&timeline);
    for (guint i = 0; i < endpoint->connections->len; i++) {
        const Connection *connection = endpoint->connections->pdata[i];
        if (connection->number >= endpoint->round_from)
            event_lines(&timeline, connection);
    }
    last_line(&timeline);
}

static void title(const Desk *desk, const Endpoint *endpoint, GString *left, GString *right)
{
    (void)desk;
    guint count = 0;
    for (guint i = 0; i < endpoint->connections->len; i++)
        count += ((Connection *)endpoint->connections->pdata[i])->number >= endpoint->round_from;
    g_string_append_printf(left, "  :%u", endpoint->port);
    if (g_str_equal(fact_string(endpoint->fact, "entry", ""), "starttls"))
        g_string_append(left, "  STARTTLS");
    g_string_append_printf(right, ngettext("%u connection", "%u connections", count), count);
}

/* Opens the message of the line: its identity is "<connection>/<event>". */
static bool open_message(Desk *desk, const Endpoint *endpoint, const char *identity)
{
    (void)endpoint;
    const char *slash = strrchr(identity, '/');
    if (!slash)
        return false;
    g_autofree char *id = g_strndup(identity, (gsize)(slash - identity));
    const Connection *connection = g_hash_table_lookup(desk->model->by_connection, id);
    guint64 number = g_ascii_strtoull(slash + 1, NULL, 10);
    if (!connection || number < 1 || number > connection->events->len)
        return false;
    const Event *event = connection->events->pdata[number - 1];
    if (event->kind != EVENT_MESSAGE || !fact_string(event->fact, "sha256", NULL) ||
        g_str_equal(fact_string(event->fact, "content", ""), "change-cipher-spec"))
        return false;
    desk_push(desk, message_view_new(desk, connection, (guint)number, NULL));
    return true;
}

const PaneOps handshake_pane = {
    .name = N_("handshake"),
    .kind = VIEW_HANDSHAKE,
    .title = title,
    .build = build,
    .open = open_message,
    .tail = true,
};
