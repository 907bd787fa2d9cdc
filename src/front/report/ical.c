#include "front/report/ical.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/util/text.h"
#include "front/report/brief.h"

enum {
    OCTETS = 75,     /* of a line, without its end */
    MOST_PLACES = 50 /* named in a description */
};

static const int alarms[] = {30, 7, 1}; /* days before */

/* Ends a line, folded: what goes on begins with a blank, and no character is cut in two. */
static void put(GString *calendar, const char *line)
{
    size_t taken = 0, room = OCTETS;
    while (strlen(line + taken) > room) {
        size_t size = room;
        while (size > 1 && (line[taken + size] & 0xC0) == 0x80)
            size--;
        g_string_append_len(calendar, line + taken, (gssize)size);
        g_string_append(calendar, "\r\n ");
        taken += size;
        room = OCTETS - 1;
    }
    g_string_append_printf(calendar, "%s\r\n", line + taken);
}

/* A property of type TEXT (3.3.11). */
static void put_text(GString *calendar, const char *name, const char *text)
{
    g_autoptr(GString) line = g_string_new(name);
    g_string_append_c(line, ':');
    for (; *text; text++) {
        if (strchr("\\;,", *text))
            g_string_append_c(line, '\\');
        g_string_append_printf(line, *text == '\n' ? "\\n" : "%c", *text);
    }
    put(calendar, line->str);
}

static void put_time(GString *calendar, const char *name, gint64 time)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(time);
    g_autofree char *format = g_strdup_printf("%s:%%Y%%m%%dT%%H%%M%%SZ", name);
    g_autofree char *line = at ? g_date_time_format(at, format) : NULL;
    if (line)
        put(calendar, line);
}

static char *description(const Certificate *certificate)
{
    g_autofree char *issuer =
        text_escape(certificate->issuer->str, (gssize)certificate->issuer->len, false);
    g_autofree char *key = brief_key(certificate);
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(certificate);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, _("issuer: %s\nkey: %s\nSHA-256: %s\n"), issuer, key,
                           certificate->sha256);
    g_string_append_printf(
        text, ngettext("served by %u endpoint", "served by %u endpoints", endpoints->len),
        endpoints->len);
    for (guint i = 0; i < MIN(endpoints->len, MOST_PLACES); i++) {
        g_autofree char *place = brief_place(endpoints->pdata[i], false);
        g_string_append_printf(text, "\n%s", place);
    }
    return g_string_free(text, FALSE);
}

static void put_alarm(GString *calendar, int days, const char *summary)
{
    g_autofree char *trigger = g_strdup_printf("TRIGGER:-P%dD", days);
    put(calendar, "BEGIN:VALARM");
    put(calendar, "ACTION:DISPLAY");
    put(calendar, trigger);
    put_text(calendar, "DESCRIPTION", summary);
    put(calendar, "END:VALARM");
}

static void put_event(GString *calendar, const Certificate *certificate, gint64 now)
{
    g_autofree char *name =
        text_escape(certificate->name->str, (gssize)certificate->name->len, false);
    g_autofree char *summary = g_strdup_printf(_("certificate ends: %s"), name);
    g_autofree char *details = description(certificate);
    g_autofree char *uid = g_strdup_printf("%s@tlsdive", certificate->sha256);
    put(calendar, "BEGIN:VEVENT");
    put_text(calendar, "UID", uid);
    put_time(calendar, "DTSTAMP", now);
    put_time(calendar, "DTSTART", certificate->not_after);
    put_text(calendar, "SUMMARY", summary);
    put_text(calendar, "DESCRIPTION", details);
    put(calendar, "TRANSP:TRANSPARENT");
    for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++)
        put_alarm(calendar, alarms[i], summary);
    put(calendar, "END:VEVENT");
}

char *report_ical(const GPtrArray *certificates, const MemberContext *context)
{
    GString *calendar = g_string_new(NULL);
    put(calendar, "BEGIN:VCALENDAR");
    put(calendar, "VERSION:2.0");
    put(calendar, "PRODID:-//tlsdive//ends of certificates//EN");
    put(calendar, "CALSCALE:GREGORIAN");
    for (guint i = 0; i < certificates->len; i++) {
        const Certificate *certificate = certificates->pdata[i];
        if (certificate->not_after != G_MAXINT64 && certificate->not_after != G_MININT64)
            put_event(calendar, certificate, context->now);
    }
    put(calendar, "END:VCALENDAR");
    return g_string_free(calendar, FALSE);
}
