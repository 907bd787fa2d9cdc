#include "common/util/when.h"

#include <math.h>
#include <string.h>

enum { HOUR = 60 * 60, DAY = 24 * HOUR, WEEK = 7 * DAY, MOST = 40 };

static const struct {
    char unit;
    int seconds; /* 0: of the calendar */
    int months;
} units[] = {{'h', HOUR, 0}, {'d', DAY, 0}, {'w', WEEK, 0}, {'m', 0, 1}, {'y', 0, 12}};

/* Goes on by one number with its unit; NULL if none stands there, or it leads out of the calendar.
 */
static GDateTime *step(GDateTime *from, int sign, const char **text)
{
    char *end = NULL;
    double number = g_ascii_strtod(*text, &end);
    if (!g_ascii_isdigit(**text) || !(number <= 1e6))
        return NULL;
    *text = end + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (*end != units[i].unit)
            continue;
        if (units[i].seconds)
            return g_date_time_add_seconds(from, sign * number * units[i].seconds);
        return number == floor(number)
                   ? g_date_time_add_months(from, sign * (int)number * units[i].months)
                   : NULL;
    }
    return NULL;
}

static GDateTime *relative(const char *text, gint64 now)
{
    int sign = *text++ == '-' ? -1 : 1;
    GDateTime *at = g_date_time_new_from_unix_utc(now);
    do {
        GDateTime *next = at ? step(at, sign, &text) : NULL;
        g_clear_pointer(&at, g_date_time_unref);
        at = next;
    } while (at && *text);
    return at;
}

/* A date alone, or with hours and minutes, is filled up to what GLib takes. */
static GDateTime *absolute(const char *text)
{
    static const struct {
        size_t size;
        const char *more;
    } fill[] = {{strlen("YYYY-MM-DD"), "T00:00:00"}, {strlen("YYYY-MM-DDThh:mm"), ":00"}};
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    const char *more = "";
    if (strlen(text) < strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-')
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(fill); i++)
        if (strlen(text) == fill[i].size)
            more = fill[i].more;
    g_autofree char *whole = g_strconcat(text, more, NULL);
    return g_date_time_new_from_iso8601(whole, utc);
}

bool when_instant(const char *text, gint64 now, gint64 *seconds)
{
    g_autoptr(GDateTime) at = NULL;
    if (strcmp(text, "now") == 0) {
        *seconds = now;
        return true;
    }
    if (strlen(text) > MOST)
        return false;
    at = *text == '+' || *text == '-' ? relative(text, now) : absolute(text);
    if (at)
        *seconds = g_date_time_to_unix(at);
    return at != NULL;
}

bool when_span(const char *text, double *seconds)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    int unit = *end ? 0 : DAY;
    for (size_t i = 0; *end && i < G_N_ELEMENTS(units); i++)
        if (*end == units[i].unit && !end[1])
            unit = units[i].seconds;
    if (!g_ascii_isdigit(*text) || !unit || !isfinite(number))
        return false;
    *seconds = number * unit;
    return true;
}
