/* The findings pane: what is wrong with the selected endpoint, worst first. */
#include "front/ui/view.h"

#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>

enum { LETTER = 2, TEXT = 5 };

static void build(const Desk *desk, const Endpoint *endpoint, Lines *lines, bool brief)
{
    (void)brief;
    if (!endpoint->result || !endpoint->findings) {
        lines_begin(lines, NULL);
        lines_tab(lines, LETTER);
        lines_print(lines, ROLE_LIVE, "%s  %s", desk_glyph(desk, GLYPH_RUNNING),
                    _("waiting for the result"));
        return;
    }
    for (guint i = 0; i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        g_autofree char *text = words_finding(finding, !desk->utf8);
        g_autofree char *identity = g_strdup_printf("%s/%u", finding->rule->code, i);
        Role role = role_of_severity(finding->severity);
        lines_begin(lines, identity);
        lines_tab(lines, LETTER);
        lines_print(lines, role, "%c", severity_letter(finding->severity));
        lines_tab(lines, TEXT);
        lines_wrap(lines, ROLE_TEXT, TEXT, text);
    }
    if (endpoint->findings->len)
        return;
    lines_begin(lines, NULL);
    lines_tab(lines, LETTER);
    if (audit_is_quiet(endpoint))
        lines_add(lines, ROLE_TEXT, _("-   a closed or silent port"));
    else
        lines_add(lines, ROLE_GOOD, _("ok  nothing is wrong"));
}

static bool open_finding(Desk *desk, const Endpoint *endpoint, const char *identity)
{
    g_auto(GStrv) parts = g_strsplit(identity, "/", 2);
    desk_push(desk, findings_view_new(desk, endpoint, parts[0]));
    return true;
}

const PaneOps concerns_pane = {
    .name = N_("findings"),
    .kind = VIEW_PANE,
    .build = build,
    .open = open_finding,
};
