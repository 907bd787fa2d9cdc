/* Any bytes as DER: every byte is stepped over once, at every depth. */
#include <stdlib.h>

#include "common/util/limits.h"
#include "worker/pki/der.h"
#include "worker/pki/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_values(const Der *element)
{
    int64_t number;
    bool good;
    g_free(der_type(element));
    g_free(value_oid(element, &good));
    g_free(value_decimal(element));
    value_integer(element, &number);
    value_time(element, DER_UTC_TIME, &number);
    value_time(element, DER_GENERALIZED_TIME, &number);
    g_string_free(value_string(element, element->tag, &good), TRUE);
}

static void walk(Reader reader, unsigned depth)
{
    Der element;
    while (der_next(&reader, &element)) {
        read_values(&element);
        if (element.constructed && depth < LIMIT_DER_DEPTH)
            walk(der_inside(&element), depth + 1);
    }
    if (!reader_at_end(&reader))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(reader_new(data, size), 0);
    return 0;
}
