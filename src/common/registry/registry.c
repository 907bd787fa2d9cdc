#include "common/registry/registry.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/tables.h"

static int compare_dotted(const void *key, const void *row)
{
    return strcmp(key, ((const Oid *)row)->dotted);
}

const Oid *registry_oid(const char *dotted)
{
    return bsearch(dotted, table_oids, table_oids_size, sizeof table_oids[0], compare_dotted);
}

const char *registry_oid_name(const char *dotted)
{
    const Oid *oid = registry_oid(dotted);
    return oid ? oid->name : dotted;
}
