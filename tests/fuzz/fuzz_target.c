/* Whatever a list of targets holds: places that can be asked, or one printable sentence. */
#include "common/target/target.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Targets) targets = targets_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(targets_add_list(targets, (const char *)data, size, "list", &error) == !error);
    for (const char *p = error ? error->message : ""; *p != '\0'; p++)
        g_assert_true(g_ascii_isprint(*p));
    for (guint i = 0; i < targets_all(targets)->len; i++) {
        const Target *target = targets_all(targets)->pdata[i];
        g_assert_true(g_str_is_ascii(target->host));
        g_assert_cmpuint(strlen(target->host), >, 0);
        g_assert_cmpuint(target->port, >=, 1);
        g_assert_cmpuint(target->port, <=, 65535);
    }
    return 0;
}
