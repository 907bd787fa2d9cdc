/* Any bytes as a chain, judged against itself and against nothing: always a verdict. */
#include <stdlib.h>

#include "worker/pki/pem.h"
#include "worker/pki/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const Store *store, const Pem *pem)
{
    g_autoptr(json_t) verdict = verify_chain(store, pem->certificates, "a.test", 1767225600);
    g_autofree char *line = fact_to_line(verdict);
    if (!line)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Pem pem = pem_read(data, size);
    g_autoptr(Store) own = store_new_file("own", data, size, NULL);
    g_autoptr(Store) none = store_new_empty("none");
    if (own)
        judge(own, &pem);
    judge(none, &pem);
    pem_clear(&pem);
    return 0;
}
