#include "common/util/text.h"

#include <stdint.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* Characters that are printed as they are. Cf (format: bidi, zero width, tags), Zl, Zp, Co and
 * unassigned ones are not: a reader could not see them, or they would act on what is around them.
 */
static bool shows_itself(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    default:
        /* Hangul and Khmer fillers, and the braille blank, are letters that show nothing. */
        return character != 0x115f && character != 0x1160 && character != 0x3164 &&
               character != 0xffa0 && character != 0x17b4 && character != 0x17b5 &&
               !(character >= 0xfe00 && character <= 0xfe0f) && character != 0x2800;
    }
}

static void append_escaped(GString *to, gunichar character)
{
    switch (character) {
    case '\n':
        g_string_append(to, "\\n");
        return;
    case '\r':
        g_string_append(to, "\\r");
        return;
    case '\t':
        g_string_append(to, "\\t");
        return;
    case '\\':
        g_string_append(to, "\\\\");
        return;
    default:
        g_string_append_printf(to, character < 0x80 ? "\\x%02x" : "\\u{%04x}", character);
    }
}

char *text_escape(const void *text, gssize size, bool ascii)
{
    const char *at = text;
    size_t left = size < 0 ? strlen(at) : (size_t)size;
    GString *to = g_string_sized_new(left);
    while (left) {
        gunichar character = *at ? g_utf8_get_char_validated(at, (gssize)left) : 0;
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_printf(to, "\\x%02x", (guint)(guchar)*at);
            at++, left--;
            continue;
        }
        size_t width = *at ? (size_t)(g_utf8_next_char(at) - at) : 1;
        if (character == '\\' || !shows_itself(character) || (ascii && character >= 0x80))
            append_escaped(to, character);
        else
            g_string_append_len(to, at, (gssize)width);
        at += width, left -= width;
    }
    return g_string_free(to, FALSE);
}

int text_width(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

int text_columns(const char *text)
{
    int columns = 0;
    for (; *text; text = g_utf8_next_char(text))
        columns += text_width(g_utf8_get_char(text));
    return columns;
}

/* Digits at fixed places only: no sign, no blank, nothing behind. */
static bool read_digits(const char *text, int width, int *value)
{
    *value = 0;
    for (int i = 0; i < width; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar: March is the first month of a year, so
 * that the leap day is its last, and an era is 400 years or 146,097 days. */
static gint64 days_from_date(gint64 year, int month, int day)
{
    year -= month <= 2;
    gint64 era = (year >= 0 ? year : year - 399) / 400;
    gint64 of_era = year - era * 400;
    gint64 of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool text_to_time(const char *text, gint64 *seconds)
{
    int year, month, day, hour, minute, second;
    if (strlen(text) != strlen("YYYY-MM-DDTHH:MM:SSZ") || text[4] != '-' || text[7] != '-' ||
        text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
        return false;
    if (!read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
        !read_digits(text + 8, 2, &day) || !read_digits(text + 11, 2, &hour) ||
        !read_digits(text + 14, 2, &minute) || !read_digits(text + 17, 2, &second))
        return false;
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1] ||
        (month == 2 && day == 29 && !leap) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = days_from_date(year, month, day) * 86400 + (gint64)hour * 3600 +
               (gint64)minute * 60 + second;
    return true;
}

char *text_from_time(gint64 seconds)
{
    gint64 days = seconds / 86400, of_day = seconds % 86400;
    if (of_day < 0)
        days--, of_day += 86400;
    gint64 shifted = days + 719468;
    gint64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    gint64 of_era = shifted - era * 146097;
    gint64 year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    gint64 of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * of_year + 2) / 153);
    int day = (int)(of_year - (153 * month_from_march + 2) / 5 + 1);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    gint64 year = year_of_era + era * 400 + (month <= 2);
    return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d UTC", (int)year, month, day,
                           (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
}

char *text_span(gint64 seconds)
{
    gint64 days = seconds / DAY, hours = seconds % DAY / HOUR, minutes = seconds % HOUR / MINUTE;
    if (days >= 3)
        return g_strdup_printf("%" G_GINT64_FORMAT " d", days);
    if (days)
        return g_strdup_printf("%" G_GINT64_FORMAT " d %" G_GINT64_FORMAT " h", days, hours);
    if (hours)
        return g_strdup_printf("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", hours, minutes);
    return g_strdup_printf("%" G_GINT64_FORMAT " min", minutes);
}
