#include "front/ui/inventory_chart.h"

#include <glib/gi18n.h>

#include "front/ui/glyph.h"
#include "front/ui/pane.h"

enum {
    WEEK = 7 * 24 * 60 * 60,
    WIDTH = 3,    /* columns of a week: a bar of two, and a gap */
    MOST = 100,   /* weeks */
    LABEL_AT = 4, /* weeks from one date to the next */
    BAR_ROWS = 2,
    STEPS = 2 * BAR_ROWS, /* heights of a bar: rows and halves of them */
};

typedef struct Chart {
    guint weeks, count[MOST];
    guint ended, later, most;
} Chart;

static bool is_past(const Certificate *certificate)
{
    for (guint i = 0; certificate->places && i < certificate->places->len; i++)
        if (serving_is_now(certificate->places->pdata[i]))
            return false;
    return certificate->places != NULL;
}

static void count(Chart *chart, const Inventory *inventory, gint64 now)
{
    for (guint i = 0; i < inventory->certificates->len; i++) {
        const Certificate *certificate = inventory->certificates->pdata[i];
        gint64 left = certificate->not_after - now;
        if (!certificate->fact || certificate->not_after == G_MININT64 || is_past(certificate))
            continue;
        if (certificate->not_after < now)
            chart->ended++;
        else if (certificate->not_after == G_MAXINT64 || left / WEEK >= chart->weeks)
            chart->later++;
        else
            chart->count[left / WEEK]++;
    }
}

static void draw_bar(Area area, guint number, const Chart *chart)
{
    guint share = chart->most ? (number * STEPS + chart->most - 1) / chart->most : 0;
    bool utf8 = area.surface->utf8;
    for (guint row = 0; row < BAR_ROWS; row++) {
        guint below = 2 * (BAR_ROWS - 1 - row);
        Glyph bar = share >= below + 2 ? GLYPH_BAR : GLYPH_BAR_HALF;
        if (share > below)
            for (int column = 0; column < WIDTH - 1; column++)
                area_plain(area_cells(area, (int)row, column, 1), ROLE_NOTE, glyph(bar, utf8));
    }
}

static void draw_label(Area line, gint64 at)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(at);
    g_autofree char *text = date ? g_date_time_format(date, "%m-%d") : NULL;
    if (text)
        area_plain(line, ROLE_DIM, text);
}

void inventory_chart_draw(Area area, const Inventory *inventory, gint64 now)
{
    Chart chart = {.weeks = (guint)CLAMP((area.columns - 2) / WIDTH, 1, MOST)};
    count(&chart, inventory, now);
    for (guint week = 0; week < chart.weeks; week++)
        chart.most = MAX(chart.most, chart.count[week]);
    g_autofree char *left = chart.most ? g_strdup_printf(_("ends by week, %u at most"), chart.most)
                                       : g_strdup(_("ends by week"));
    g_autofree char *right = g_strdup_printf(_("%u ended, %u in more than %u weeks"), chart.ended,
                                             chart.later, chart.weeks);
    area = pane_begin(area, (PaneTitle){left, right, false});
    for (guint week = 0; week < chart.weeks; week++) {
        int column = 2 + (int)week * WIDTH;
        draw_bar(area_part(area, 0, column, BAR_ROWS, WIDTH), chart.count[week], &chart);
        if (week % LABEL_AT == 0)
            draw_label(area_cells(area, BAR_ROWS, column, area.columns - column),
                       now + (gint64)week * WEEK);
    }
}
