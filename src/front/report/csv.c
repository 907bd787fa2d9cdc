#include "front/report/csv.h"

#include <string.h>

/* Numbers and times are the program's own: a minus before one is no formula. */
static void append_values(const GArray *values, GString *cell, guint *changed)
{
    for (guint i = 0; i < values->len; i++) {
        const Value *value = &g_array_index(values, Value, i);
        g_autofree char *text = value_text(value);
        if (i == 0 && value->kind == VALUE_TEXT && *text && strchr("=+-@\t\r", *text)) {
            g_string_append_c(cell, '\'');
            ++*changed;
        }
        g_string_append_printf(cell, "%s%s", i ? "; " : "", text);
    }
}

static void append_cell(GString *csv, const char *text)
{
    if (!strpbrk(text, "\",;\r\n ")) {
        g_string_append(csv, text);
        return;
    }
    g_string_append_c(csv, '"');
    for (; *text; text++)
        g_string_append_printf(csv, *text == '"' ? "\"%c" : "%c", *text);
    g_string_append_c(csv, '"');
}

char *report_csv(const Members *members, const GPtrArray *subjects, const MemberContext *context,
                 guint *changed)
{
    GString *csv = g_string_new(NULL);
    g_autoptr(GArray) values = values_new();
    g_autoptr(GString) cell = g_string_new(NULL);
    *changed = 0;
    for (size_t i = 0; i < members->count; i++)
        g_string_append_printf(csv, "%s%s", i ? "," : "", members->rows[i].name);
    g_string_append(csv, "\r\n");
    for (guint row = 0; row < subjects->len; row++) {
        for (size_t i = 0; i < members->count; i++) {
            g_array_set_size(values, 0);
            g_string_truncate(cell, 0);
            member_get(members, (int)i, subjects->pdata[row], context, values);
            append_values(values, cell, changed);
            if (i)
                g_string_append_c(csv, ',');
            append_cell(csv, cell->str);
        }
        g_string_append(csv, "\r\n");
    }
    return g_string_free(csv, FALSE);
}
