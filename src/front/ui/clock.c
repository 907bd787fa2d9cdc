/* The clock: the instant that everything is shown and judged for. */
#include "common/util/text.h"
#include "common/util/when.h"
#include "front/model/ends.h"
#include "front/ui/prompt.h"
#include "front/ui/view.h"

#include <glib/gi18n.h>
#include <string.h>

static void move(Desk *desk, bool moved, gint64 at)
{
    desk->moved = moved;
    desk->wall = moved ? at : desk->present;
    desk->port->time(desk->port->data, moved, at);
}

static char *set_done(Desk *desk, const char *text)
{
    gint64 at = 0;
    if (!*text)
        return NULL;
    if (!when_instant(text, desk->present, &at))
        return g_strdup_printf(_("a time, such as %s"), WHEN_FORMS);
    move(desk, !g_str_equal(text, "now"), at);
    return NULL;
}

static const PromptKind at_prompt = {N_("show for the time (2027-01-14, +30d, now): "), set_done,
                                     NULL};

void clock_set(Desk *desk, const char *text)
{
    char *refusal = text ? set_done(desk, text) : NULL;
    if (refusal)
        desk_say(desk, refusal);
    else if (!text)
        desk_ask(desk, &at_prompt, "");
}

/* How many endpoints end at this instant. */
static guint count_ending(const Model *model, gint64 at)
{
    g_autoptr(GPtrArray) ends = model_ends(model);
    guint count = 0;
    for (guint i = 0; i < ends->len; i++) {
        const End *end = ends->pdata[i];
        if (end->at + 1 == at)
            count += end->endpoints->len;
    }
    return count;
}

static char *change_text(const Desk *desk, gint64 at, const Certificate *certificate)
{
    g_autofree char *time = text_from_time(at);
    guint ending = count_ending(desk->model, at);
    g_autofree char *name =
        certificate ? desk_safe(desk, certificate->name->str, (gssize)certificate->name->len)
                    : g_strdup(_("a root of the store"));
    bool begins = certificate && certificate->not_before == at;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, begins ? _("%s: %s begins") : _("%s: %s ends"), time, name);
    if (ending)
        g_string_append_printf(
            text, ngettext(", and %u endpoint with it", ", and %u endpoints with it", ending),
            ending);
    return g_string_free(text, FALSE);
}

/* A step to beyond the present stops there: it is an event, too. */
static bool passes_present(const Desk *desk, gint64 from, gint64 to)
{
    return (from < desk->present && to > desk->present) ||
           (from > desk->present && to < desk->present);
}

void clock_step(Desk *desk, int steps)
{
    int direction = steps < 0 ? -1 : 1;
    gint64 from = desk->wall, at = from;
    const Certificate *certificate = NULL;
    bool found = false, present = false;
    for (int i = 0; i < steps * direction; i++) {
        if (!model_next_change(desk->model, from, direction, &at, &certificate))
            break;
        found = true;
        present = passes_present(desk, from, at);
        from = present ? desk->present : at;
    }
    if (!found) {
        desk_say(desk, g_strdup(direction > 0 ? _("no certificate begins or ends later")
                                              : _("no certificate begins or ends earlier")));
        return;
    }
    if (!present)
        desk_say(desk, change_text(desk, at, certificate));
    else
        desk_say(desk, g_strdup(_("now")));
    move(desk, !present, from);
}
