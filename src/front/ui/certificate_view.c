/* The certificate view: the chain, and each certificate down to its last byte. */
#include "front/ui/explorer.h"

#include "common/fact/fact.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

/* A certificate of the list: sent (or of the file) by its number, or of the path by its place in
 * it. Both are identities: "sent/0", "path/2". */
enum { NUMBER = 2, NAME = 10, KEY = 38, STATE = 48, WIDE = 70 };

static guint count_sent(const Explorer *explorer)
{
    ExplorerTopic topic = explorer_topic(explorer);
    if (!topic.connection)
        return topic.sha256s->len;
    return topic.connection->certificates ? topic.connection->certificates->len : 0;
}

static const Certificate *sent_at(const Explorer *explorer, guint number)
{
    ExplorerTopic topic = explorer_topic(explorer);
    if (number >= count_sent(explorer))
        return NULL;
    if (topic.connection)
        return topic.connection->certificates->pdata[number];
    return model_certificate(explorer_desk(explorer)->model, topic.sha256s->pdata[number]);
}

static const json_t *path_of(const Explorer *explorer)
{
    const Connection *connection = explorer_topic(explorer).connection;
    return connection && connection->verdict ? json_object_get(connection->verdict->fact, "path")
                                             : NULL;
}

static const Certificate *certificate(const Explorer *explorer, const char *identity)
{
    if (!g_str_has_prefix(identity, "sent/"))
        return NULL;
    return sent_at(explorer, (guint)g_ascii_strtoull(identity + strlen("sent/"), NULL, 10));
}

static const char *sha256(const Explorer *explorer, const char *identity)
{
    const Certificate *sent = certificate(explorer, identity);
    return sent ? sent->sha256 : NULL;
}

static Severity worst_of(const Explorer *explorer, const Certificate *certificate)
{
    const Connection *connection = explorer_topic(explorer).connection;
    Severity worst = SEVERITY_COUNT;
    const GPtrArray *findings = connection ? connection->endpoint->findings : NULL;
    for (guint i = 0; findings && i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (g_strcmp0(finding->certificate, certificate->sha256) == 0)
            worst = MIN(worst, finding->severity);
    }
    return worst;
}

static void say_state(const Explorer *explorer, const Certificate *shown, Lines *lines)
{
    gint64 days = certificate_days_left(shown, explorer_desk(explorer)->wall);
    if (days == G_MAXINT64)
        lines_add(lines, ROLE_TEXT, _("no end"));
    else if (days == G_MININT64)
        lines_add(lines, ROLE_UNKNOWN, "?");
    else if (days < 0)
        lines_print(lines, ROLE_CRITICAL, _("EXPIRED %" G_GINT64_FORMAT " d ago"), -days - 1);
    else
        lines_print(lines, ROLE_TEXT, _("%" G_GINT64_FORMAT " d left"), days);
}

static void sent_line(const Explorer *explorer, guint number, Lines *lines)
{
    const Certificate *shown = sent_at(explorer, number);
    bool wide = lines_width(lines) >= WIDE, file = !explorer_topic(explorer).connection;
    g_autofree char *identity = g_strdup_printf("sent/%u", number);
    lines_begin(lines, identity);
    lines_tab(lines, NUMBER);
    lines_print(lines, ROLE_TEXT, "%u", number + 1);
    lines_add(lines, ROLE_DIM, number == 0 && !file ? _(" leaf") : file ? "" : _(" sent"));
    lines_tab(lines, NAME);
    if (!shown)
        return;
    g_autofree char *name =
        desk_safe(explorer_desk(explorer), shown->name->str, (gssize)shown->name->len);
    g_autofree char *key = brief_key(shown);
    Severity worst = worst_of(explorer, shown);
    lines_right(lines);
    lines_print(lines, worst < SEVERITY_COUNT ? role_of_severity(worst) : ROLE_GOOD, "%c",
                worst < SEVERITY_COUNT ? severity_letter(worst) : ' ');
    lines_tab(lines, NAME);
    lines_add(lines, ROLE_TEXT, *name ? name : _("(does not decode)"));
    if (!wide) {
        lines_begin(lines, NULL);
        lines_tab(lines, NAME);
        lines_print(lines, ROLE_DIM, "%s  ", key);
        say_state(explorer, shown, lines);
        return;
    }
    lines_tab(lines, KEY);
    lines_add(lines, ROLE_TEXT, key);
    lines_tab(lines, STATE + 4);
    say_state(explorer, shown, lines);
}

static void store_line(const Explorer *explorer, guint number, const json_t *step, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    g_autofree char *identity = g_strdup_printf("path/%u", number);
    g_autofree char *subject = words_value(json_object_get(step, "subject"), !desk->utf8);
    lines_begin(lines, identity);
    lines_tab(lines, NUMBER);
    lines_add(lines, ROLE_TEXT, desk_glyph(desk, GLYPH_ABSENT));
    lines_add(lines, ROLE_DIM, _(" root"));
    lines_tab(lines, NAME);
    lines_add(lines, ROLE_TEXT, subject ? subject : "?");
    if (lines_width(lines) < WIDE) {
        lines_begin(lines, NULL);
        lines_tab(lines, NAME);
    } else {
        lines_tab(lines, STATE + 4);
    }
    lines_add(lines, ROLE_DIM, _("in the store, not sent"));
}

static void list(const Explorer *explorer, Lines *lines)
{
    for (guint i = 0; i < count_sent(explorer); i++)
        sent_line(explorer, i, lines);
    size_t i;
    const json_t *step;
    json_array_foreach((json_t *)path_of(explorer), i,
                       step) if (g_str_equal(fact_string(step, "from", ""), "store"))
        store_line(explorer, (guint)i, step, lines);
}

static void path(const Explorer *explorer, const char *identity, GString *left, GString *right)
{
    const Desk *desk = explorer_desk(explorer);
    ExplorerTopic topic = explorer_topic(explorer);
    const char *crumb = desk_glyph(desk, GLYPH_CRUMB);
    if (topic.connection) {
        g_autofree char *place = brief_place(topic.connection->endpoint, !desk->utf8);
        g_string_append_printf(left, _("%s %s chain"), place, crumb);
    } else {
        g_autofree char *title = desk_safe(desk, topic.title ? topic.title : "", -1);
        g_string_append(left, title);
    }
    const Certificate *shown = identity ? certificate(explorer, identity) : NULL;
    if (!shown)
        return;
    guint number = (guint)g_ascii_strtoull(identity + strlen("sent/"), NULL, 10);
    g_autofree char *name = desk_safe(desk, shown->name->str, (gssize)shown->name->len);
    g_string_append_printf(left, " %s %s", crumb,
                           number == 0 && topic.connection ? _("leaf") : name);
    g_string_append_printf(right, _("certificate %u of %u"), number + 1, count_sent(explorer));
    if (count_sent(explorer) > 1)
        g_string_append(right, _("   [ ] others"));
}

static const ExplorerKind chain = {
    .kind = VIEW_CERTIFICATE,
    .list_name = N_("chain as sent"),
    .list_rows = 4,
    .explain = "certificate",
    .list = list,
    .sha256 = sha256,
    .path = path,
    .certificate = certificate,
};

View *certificate_view_new(Desk *desk, const Connection *connection, const char *wanted,
                           const char *field)
{
    g_autofree char *identity = NULL;
    for (guint i = 0; wanted && connection->certificates && i < connection->certificates->len;
         i++) {
        const Certificate *sent = connection->certificates->pdata[i];
        if (!identity && g_str_equal(sent->sha256, wanted))
            identity = g_strdup_printf("sent/%u", i);
    }
    return explorer_new(desk, &chain, (ExplorerTopic){.connection = connection}, identity, field);
}

View *certificate_view_new_file(Desk *desk, const GPtrArray *sha256s, const char *title)
{
    return explorer_new(desk, &chain, (ExplorerTopic){.sha256s = sha256s, .title = title}, NULL,
                        NULL);
}
