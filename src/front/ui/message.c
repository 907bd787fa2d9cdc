/* The message view: one handshake message among those of its connection. */
#include "front/ui/explorer.h"

#include "common/fact/fact.h"
#include "front/report/brief.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>

enum { SIGN = 2, NAME = 6 };

static const Event *event_of(const Explorer *explorer, const char *identity)
{
    const GPtrArray *events = explorer_topic(explorer).connection->events;
    guint64 number = identity ? g_ascii_strtoull(identity, NULL, 10) : 0;
    return number >= 1 && number <= events->len ? events->pdata[number - 1] : NULL;
}

static bool is_in(const Event *event)
{
    return g_str_equal(fact_string(event->fact, "direction", ""), "in");
}

static bool is_handshake(const Event *event)
{
    return event->kind == EVENT_MESSAGE && fact_string(event->fact, "sha256", NULL) &&
           !g_str_equal(fact_string(event->fact, "content", ""), "change-cipher-spec");
}

static void list(const Explorer *explorer, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    const GPtrArray *events = explorer_topic(explorer).connection->events;
    for (guint i = 0; i < events->len; i++) {
        const Event *event = events->pdata[i];
        if (!is_handshake(event))
            continue;
        g_autofree char *identity = g_strdup_printf("%u", event->number);
        Role role = is_in(event) ? ROLE_IN : ROLE_OUT;
        lines_begin(lines, identity);
        lines_tab(lines, SIGN);
        lines_add(lines, role, desk_glyph(desk, is_in(event) ? GLYPH_TLS_IN : GLYPH_TLS_OUT));
        lines_tab(lines, NAME);
        lines_add(lines, role, fact_string(event->fact, "name", "?"));
        lines_right(lines);
        lines_print(lines, ROLE_DIM, "%d B", (int)fact_integer(event->fact, "size", 0));
    }
}

static const char *sha256(const Explorer *explorer, const char *identity)
{
    const Event *event = event_of(explorer, identity);
    return event ? fact_string(event->fact, "sha256", NULL) : NULL;
}

/* The same bytes mean other things in TLS 1.3, and in SSL 2.0. */
static const char *explain_of(const Explorer *explorer, const char *identity)
{
    const Connection *connection = explorer_topic(explorer).connection;
    const Event *event = event_of(explorer, identity);
    if (event && g_str_equal(fact_string(event->fact, "content", ""), "ssl2"))
        return "ssl2";
    bool tls13 = connection->negotiated &&
                 g_str_equal(fact_string(connection->negotiated, "version", ""), "TLS 1.3");
    tls13 =
        tls13 || (event && fact_bool(event->fact, "encrypted", FALSE) && !connection->negotiated);
    return tls13 ? "handshake-tls13" : "handshake";
}

static void path(const Explorer *explorer, const char *identity, GString *left, GString *right)
{
    const Desk *desk = explorer_desk(explorer);
    const Connection *connection = explorer_topic(explorer).connection;
    const Event *event = event_of(explorer, identity);
    const char *crumb = desk_glyph(desk, GLYPH_CRUMB);
    g_autofree char *place = brief_place(connection->endpoint, !desk->utf8);
    g_string_append_printf(left, _("%s %s connection %u"), place, crumb, connection->number);
    if (!event)
        return;
    g_string_append_printf(left, " %s %s", crumb, fact_string(event->fact, "name", "?"));
    g_string_append_printf(right, is_in(event) ? _("received at %.3f") : _("sent at %.3f"),
                           MAX(event->at - connection->endpoint->began, 0));
    if (fact_bool(event->fact, "encrypted", FALSE))
        g_string_append(right, _(", encrypted"));
    g_string_append(right, _("   [ ] others"));
}

static const ExplorerKind messages = {
    .kind = VIEW_MESSAGE,
    .list_name = N_("messages"),
    .explain_of = explain_of,
    .list = list,
    .sha256 = sha256,
    .path = path,
};

View *message_view_new(Desk *desk, const Connection *connection, guint event, const char *field)
{
    g_autofree char *identity = g_strdup_printf("%u", event);
    return explorer_new(desk, &messages, (ExplorerTopic){.connection = connection}, identity,
                        field);
}
