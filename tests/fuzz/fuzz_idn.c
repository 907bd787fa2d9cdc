/* Any bytes as a domain: its other form and its notes. */
#include "worker/pki/idn.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Field) field = field_new("dNSName", NULL, 0, size);
    field_set_text(field, data, size);
    size_t before = field->value->len;
    idn_note_text(field);
    idn_show_text(field);
    g_assert_cmpuint(field->value->len, >=, before);
    field_set_text(field, data, size);
    idn_show_domain(field, 1, size);
    return 0;
}
