/* Any bytes as a file of certificates. */
#include <stdlib.h>

#include "common/util/limits.h"
#include "worker/pki/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Pem pem = pem_read(data, size);
    if (pem.certificates->len > LIMIT_BUNDLE)
        abort();
    pem_clear(&pem);
    return 0;
}
