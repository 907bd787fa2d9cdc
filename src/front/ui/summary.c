/* The certificate pane: the chain of the selected endpoint in a few lines. */
#include "front/ui/view.h"

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/model/clock.h"
#include "front/report/brief.h"
#include "front/report/standing_words.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>

enum { LABEL = 2, VALUE = 15, DATE = 10 };

static void label(Lines *lines, const char *name)
{
    lines_begin(lines, name);
    lines_tab(lines, LABEL);
    lines_add(lines, ROLE_DIM, _(name));
    lines_tab(lines, VALUE);
}

static void names(const Desk *desk, const Certificate *leaf, Lines *lines)
{
    g_autofree char *name = desk_safe(desk, leaf->name->str, (gssize)leaf->name->len);
    guint more = (guint)json_array_size(json_object_get(leaf->fact, "names"));
    label(lines, N_("leaf"));
    lines_wrap(lines, ROLE_TEXT, VALUE, name);
    if (more > 1)
        lines_print(lines, ROLE_DIM, ngettext("  +%u name", "  +%u names", more - 1), more - 1);
}

static char *date(gint64 seconds)
{
    if (seconds == G_MININT64)
        return g_strdup("?");
    if (seconds == G_MAXINT64)
        return g_strdup(_("no end"));
    char *text = text_from_time(seconds);
    if (g_utf8_strlen(text, -1) > DATE)
        text[DATE] = '\0';
    return text;
}

static void validity(const Desk *desk, const Certificate *leaf, Lines *lines)
{
    g_autofree char *from = date(leaf->not_before);
    g_autofree char *to = date(leaf->not_after);
    gint64 days = certificate_days_left(leaf, desk->wall);
    label(lines, N_("valid"));
    if (days != G_MAXINT64 && days != G_MININT64) {
        lines_right(lines);
        if (days < 0)
            lines_print(lines, ROLE_CRITICAL, _("EXPIRED %" G_GINT64_FORMAT " d ago"), -days - 1);
        else
            lines_print(lines, ROLE_TEXT, _("%" G_GINT64_FORMAT " d left"), days);
    }
    lines_tab(lines, VALUE);
    lines_print(lines, ROLE_TEXT, "%s %s%s", from, desk_glyph(desk, GLYPH_SPAN), to);
}

static void name_match(const Desk *desk, const Connection *connection, Lines *lines)
{
    const Verdict *verdict = connection->verdict;
    label(lines, N_("name match"));
    if (!verdict || verdict->name_matches < 0) {
        lines_add(lines, ROLE_TEXT, verdict ? _("not checked") : "?");
        return;
    }
    const json_t *by = json_object_get(verdict->fact, "matched_by");
    g_autofree char *entry = by ? words_value(by, !desk->utf8) : NULL;
    lines_add(lines, verdict->name_matches ? ROLE_GOOD : ROLE_BAD,
              verdict->name_matches ? _("yes") : _("NO"));
    if (entry)
        lines_print(lines, ROLE_DIM, " (%s)", entry);
}

static void chain(const Desk *desk, const Connection *connection, Lines *lines)
{
    label(lines, N_("chain"));
    for (guint i = 0; i < connection->certificates->len; i++) {
        const Certificate *certificate = connection->certificates->pdata[i];
        g_autofree char *name =
            desk_safe(desk, certificate->name->str, (gssize)certificate->name->len);
        g_autofree char *step = g_strdup_printf("%s%s", i ? desk_glyph(desk, GLYPH_ISSUED) : "",
                                                i == 0  ? _("leaf")
                                                : *name ? name
                                                        : certificate->sha256);
        lines_wrap(lines, ROLE_TEXT, VALUE, step);
    }
    guint count = connection->certificates->len;
    lines_print(lines, ROLE_DIM, ngettext("  %u sent", "  %u sent", count), count);
}

static void trust(const Desk *desk, const Connection *connection, Lines *lines)
{
    const Verdict *verdict = connection->verdict;
    label(lines, N_("trust"));
    if (!verdict) {
        lines_add(lines, ROLE_TEXT, "?");
        return;
    }
    g_autofree char *words = words_verdict(verdict, !desk->utf8);
    g_autofree char *store = words_value(json_object_get(verdict->fact, "store"), !desk->utf8);
    lines_wrap(lines, verdict->trusted ? ROLE_GOOD : ROLE_BAD, VALUE, words);
    guint count = (guint)fact_integer(verdict->fact, "roots", 0);
    bool system = store && g_str_equal(store, "system");
    g_autofree char *roots = g_strdup_printf(ngettext("(%s, %u root)", "(%s, %u roots)", count),
                                             system  ? _("system store")
                                             : store ? store
                                                     : "?",
                                             count);
    lines_wrap(lines, ROLE_DIM, VALUE, roots);
}

/* What stores say that do not count, a line each. */
static void other_stores(const Desk *desk, const Connection *connection, Lines *lines)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    for (guint i = 0; connection->verdict && i < verdicts->len; i++) {
        const Verdict *verdict = verdicts->pdata[i];
        if (verdict == connection->verdict)
            continue;
        g_autofree char *store = words_value(json_object_get(verdict->fact, "store"), !desk->utf8);
        g_autofree char *words = words_verdict(verdict, !desk->utf8);
        g_autofree char *text = g_strdup_printf(_("%s: %s"), store, words);
        lines_begin(lines, NULL);
        lines_tab(lines, VALUE);
        lines_wrap(lines, verdict->trusted ? ROLE_GOOD : ROLE_BAD, VALUE, text);
    }
}

static Role standing_role(int good)
{
    return good == 1 ? ROLE_GOOD : good == 0 ? ROLE_BAD : ROLE_DIM;
}

static void standing(const Desk *desk, const Endpoint *endpoint, Lines *lines)
{
    int good;
    g_autofree char *revocation = words_revocation(endpoint, !desk->utf8, &good);
    label(lines, N_("revocation"));
    lines_wrap(lines, standing_role(good), VALUE, revocation);
    g_autofree char *transparency = words_transparency(endpoint, !desk->utf8, &good);
    if (!transparency)
        return;
    label(lines, N_("timestamps"));
    lines_wrap(lines, standing_role(good), VALUE, transparency);
}

static void build(const Desk *desk, const Endpoint *endpoint, Lines *lines, bool brief)
{
    const Connection *connection = endpoint->best;
    const Certificate *leaf = endpoint_leaf(endpoint);
    (void)brief;
    if (!leaf) {
        lines_begin(lines, NULL);
        lines_tab(lines, LABEL);
        if (endpoint->result)
            lines_add(lines, ROLE_UNKNOWN, _("none came"));
        else
            lines_print(lines, ROLE_LIVE, "%s", desk_glyph(desk, GLYPH_RUNNING));
        return;
    }
    g_autofree char *key = brief_key(leaf);
    names(desk, leaf, lines);
    validity(desk, leaf, lines);
    name_match(desk, connection, lines);
    label(lines, N_("key"));
    lines_print(lines, ROLE_TEXT, "%s, %s", key, leaf->signature ? leaf->signature : "?");
    chain(desk, connection, lines);
    trust(desk, connection, lines);
    other_stores(desk, connection, lines);
    standing(desk, endpoint, lines);
}

static bool open_chain(Desk *desk, const Endpoint *endpoint, const char *identity)
{
    (void)identity;
    if (!endpoint_leaf(endpoint))
        return false;
    desk_push(desk, certificate_view_new(desk, endpoint->best, NULL, NULL));
    return true;
}

const PaneOps summary_pane = {
    .name = N_("certificate"),
    .kind = VIEW_PANE,
    .build = build,
    .open = open_chain,
};
