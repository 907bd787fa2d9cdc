/* Whatever the bytes are, what text_escape gives is printable, in UTF-8 or in ASCII. */
#include "common/util/text.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = text_escape(data, (gssize)size, false);
    g_autofree char *ascii = text_escape(data, (gssize)size, true);

    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_assert_true(g_unichar_type(c) != G_UNICODE_CONTROL);
        g_assert_true(g_unichar_type(c) != G_UNICODE_FORMAT);
    }
    for (const char *p = ascii; *p != '\0'; p++)
        g_assert_true(g_ascii_isprint(*p));
    g_assert_cmpint(text_columns(ascii), ==, (int)strlen(ascii));
    return 0;
}
