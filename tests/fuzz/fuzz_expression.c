/* Whatever is typed as a filter is taken or refused with a place inside it, and matches in bounded
 * time; so are instants. */
#include <stdint.h>
#include <string.h>

#include "common/util/when.h"
#include "front/report/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int field(gpointer data, const char *name, ValueKind *kind)
{
    static const char *const names[] = {"name", "days", "ends", "trusted"};
    (void)data;
    for (int i = 0; i < (int)G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0) {
            *kind = (ValueKind)i;
            return i;
        }
    return -1;
}

static void values(gpointer data, int number, GArray *values)
{
    (void)data;
    if (number == 0)
        values_borrow(values, "Let's Encrypt \xc3\x89 *.example.com", -1);
    else
        values_number(values, (ValueKind)number, 1);
}

static bool word(gpointer data, const char *word)
{
    (void)data;
    return strlen(word) > 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ExpressionScope scope = {field, NULL, 1795485600};
    static const ExpressionSubject subject = {values, word, NULL};
    g_autofree char *text = g_strndup(size ? (const char *)data : "", size);
    g_autoptr(GError) error = NULL;
    size_t place = 0;
    gint64 at = 0;
    g_autoptr(Expression) expression = expression_new(text, &scope, &place, &error);
    g_assert_true((expression != NULL) == (error == NULL));
    g_assert_cmpuint(place, <=, strlen(text));
    if (expression)
        expression_matches(expression, &subject);
    else
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    when_instant(text, 1795485600, &at);
    return 0;
}
