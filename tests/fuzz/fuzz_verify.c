/* Any bytes as a chain, judged against itself and against nothing: always a verdict. */
#include <stdlib.h>

#include "worker/pki/container.h"
#include "worker/pki/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const Store *store, Chain *chain)
{
    Question question = {.name = "a.test", .time = 1767225600};
    g_autoptr(json_t) verdict = verify_chain(store, chain, &question);
    g_autofree char *line = fact_to_line(verdict);
    if (!line)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Container) file = container_read(data, size, NULL);
    g_autoptr(GPtrArray) certificates = container_certificates(file);
    g_autoptr(Chain) chain = chain_new(certificates, NULL, NULL);
    g_autoptr(Store) own = store_new("own", STORE_GIVEN);
    g_autoptr(Store) none = store_new("none", STORE_PUBLIC);
    if (store_add_file(own, data, size))
        judge(own, chain);
    judge(none, chain);
    return 0;
}
