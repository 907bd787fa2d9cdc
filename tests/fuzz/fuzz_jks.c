/* A key store of Java: no more certificates than may be read, none empty, none longer than the
 * file, and none at all from what is no such file. */
#include <stdlib.h>

#include "common/util/limits.h"
#include "worker/pki/jks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) all = jks_certificates(data, size);
    size_t sum = 0;
    for (guint i = 0; i < all->len; i++) {
        size_t one = g_bytes_get_size(g_ptr_array_index(all, i));
        if (one == 0 || one > LIMIT_CERTIFICATE)
            abort();
        sum += one;
    }
    if (all->len > LIMIT_BUNDLE || sum > size || (all->len > 0 && !jks_is(data, size)))
        abort();
    return 0;
}
