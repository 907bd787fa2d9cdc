/* Any bytes as a local file, with a password: what is in it, and what is said of that. */
#include <stdlib.h>

#include "common/util/limits.h"
#include "worker/pki/container.h"
#include "worker/pki/item_fact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Container) container = container_read(data, size, "secret");
    if (container->objects->len > LIMIT_BUNDLE)
        abort();
    for (guint i = 0; i < container->objects->len; i++) {
        g_autoptr(json_t) fact = item_fact(container->objects->pdata[i]);
        g_autofree char *line = fact_to_line(fact);
        if (!line)
            abort();
    }
    return 0;
}
