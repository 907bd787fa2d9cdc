#include "worker/pki/idn.h"

#include <idn2.h>
#include <stdbool.h>
#include <string.h>

/* ---- scripts ---- */

static const struct {
    GUnicodeScript script;
    const char *name;
} scripts[] = {
    {G_UNICODE_SCRIPT_LATIN, "Latin"},       {G_UNICODE_SCRIPT_GREEK, "Greek"},
    {G_UNICODE_SCRIPT_CYRILLIC, "Cyrillic"}, {G_UNICODE_SCRIPT_ARMENIAN, "Armenian"},
    {G_UNICODE_SCRIPT_HEBREW, "Hebrew"},     {G_UNICODE_SCRIPT_ARABIC, "Arabic"},
    {G_UNICODE_SCRIPT_HAN, "Han"},           {G_UNICODE_SCRIPT_HIRAGANA, "Hiragana"},
    {G_UNICODE_SCRIPT_KATAKANA, "Katakana"}, {G_UNICODE_SCRIPT_BOPOMOFO, "Bopomofo"},
    {G_UNICODE_SCRIPT_HANGUL, "Hangul"},     {G_UNICODE_SCRIPT_THAI, "Thai"},
    {G_UNICODE_SCRIPT_GEORGIAN, "Georgian"}, {G_UNICODE_SCRIPT_DEVANAGARI, "Devanagari"},
    {G_UNICODE_SCRIPT_CHEROKEE, "Cherokee"}, {G_UNICODE_SCRIPT_COPTIC, "Coptic"},
};
enum { LATIN, GREEK, CYRILLIC, HAN = 6, HIRAGANA, KATAKANA, BOPOMOFO, HANGUL, OTHER = 16 };
G_STATIC_ASSERT(G_N_ELEMENTS(scripts) == OTHER);

/* The bit of a character's script; 0 for what goes with any. */
static guint script_bit(gunichar character)
{
    GUnicodeScript script = g_unichar_get_script(character);
    if (script == G_UNICODE_SCRIPT_COMMON || script == G_UNICODE_SCRIPT_INHERITED)
        return 0;
    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++)
        if (scripts[i].script == script)
            return 1U << i;
    return 1U << OTHER;
}

/* UTS 39 section 5.2: one script, or those that Japanese, Chinese and Korean are written in. */
static bool belong_together(guint bits)
{
    static const guint sets[] = {
        1U << LATIN | 1U << HAN | 1U << HIRAGANA | 1U << KATAKANA,
        1U << LATIN | 1U << HAN | 1U << BOPOMOFO,
        1U << LATIN | 1U << HAN | 1U << HANGUL,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        if ((bits & ~sets[i]) == 0)
            return true;
    return (bits & (bits - 1)) == 0;
}

/* The small Cyrillic letters that fonts draw like Latin ones. */
static bool looks_latin(gunichar character)
{
    static const char letters[] = "асԁеһіјӏорԛѕԝхуъьҽпгѵѡ";
    return !g_unichar_isalpha(character) || g_utf8_strchr(letters, -1, character);
}

static void name_scripts(GString *to, guint bits)
{
    const char *before = "; ";
    for (guint i = 0; i <= OTHER; i++)
        if (bits >> i & 1) {
            g_string_append_printf(to, "%s%s", before,
                                   i == OTHER ? "another script" : scripts[i].name);
            before = " and ";
        }
}

/* The scripts of a label that do not go together; 0: they do. */
static guint note_label(Field *field, const char *label)
{
    guint bits = 0;
    bool latin = true;
    for (const char *p = label; *p; p = g_utf8_next_char(p)) {
        bits |= script_bit(g_utf8_get_char(p));
        latin = latin && looks_latin(g_utf8_get_char(p));
    }
    if (bits == 1U << CYRILLIC && latin)
        field_note(field, "name-confusable");
    if (belong_together(bits))
        return 0;
    field_note(field, "name-mixed-scripts");
    return bits;
}

/* ---- domains ---- */

static bool is_ace(const char *label)
{
    return g_ascii_strncasecmp(label, "xn--", 4) == 0;
}

/* The label in the form that it is not in; NULL: it has one form only, or none. */
static char *other_form(Field *field, const char *label)
{
    char *out = NULL;
    if (is_ace(label)) {
        bool good = idn2_to_unicode_8z8z(label, &out, 0) == IDN2_OK && !is_ace(out);
        /* What decodes must encode to the same again. */
        g_autofree char *lower = g_ascii_strdown(label, -1);
        char *again = NULL;
        good = good && idn2_to_ascii_8z(out, &again, IDN2_NONTRANSITIONAL) == IDN2_OK &&
               strcmp(again, lower) == 0;
        idn2_free(again);
        if (!good)
            field_note(field, "name-idn-invalid");
        if (good)
            return out;
    } else if (!g_str_is_ascii(label) &&
               idn2_to_ascii_8z(label, &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK) {
        return out;
    }
    idn2_free(out);
    return NULL;
}

void idn_show_domain(Field *field, size_t start, size_t end)
{
    end = MIN(end, field->value->len);
    if (start >= end)
        return;
    g_autofree char *domain = g_strndup(field->value->str + start, end - start);
    if ((g_str_is_ascii(domain) && !strstr(domain, "--")) || !g_utf8_validate(domain, -1, NULL))
        return;
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
    g_autoptr(GString) other = g_string_new(NULL);
    bool differs = false;
    guint bits = 0;
    for (guint i = 0; labels[i]; i++) {
        char *form = other_form(field, labels[i]);
        differs = differs || form;
        bits |= note_label(field, is_ace(labels[i]) && form ? form : labels[i]);
        g_string_append_printf(other, "%s%s", i ? "." : "", form ? form : labels[i]);
        idn2_free(form);
    }
    if (!differs && bits == 0)
        return;
    g_string_append_printf(field->value, " (%s", differs ? other->str : "");
    if (bits)
        name_scripts(field->value, bits);
    g_string_append_c(field->value, ')');
}

void idn_show_text(Field *field)
{
    const GString *value = field->value;
    if (strchr(value->str, '.') && !strpbrk(value->str, " \t,@/:"))
        idn_show_domain(field, 0, value->len);
}

/* ---- characters ---- */

static bool is_bidi(gunichar c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void idn_note_text(Field *field)
{
    const char *p = field->value->str, *end = p + field->value->len;
    while (p < end) {
        gunichar c = g_utf8_get_char_validated(p, end - p);
        if ((gint)c < 0) {
            p++;
            continue;
        }
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            field_note(field, "name-control");
        else if (is_bidi(c))
            field_note(field, "name-bidi");
        else if (c >= 0xa0 && (g_unichar_type(c) == G_UNICODE_FORMAT || g_unichar_iszerowidth(c)) &&
                 !g_unichar_ismark(c))
            field_note(field, "name-invisible");
        p = c < 0x80 ? p + 1 : g_utf8_next_char(p);
    }
}
