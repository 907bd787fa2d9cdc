/* tables: what build-aux/tables.awk writes from data/, for registry.c alone.
 *
 * Each table is sorted by its key, which is unique.
 */
#ifndef TLSDIVE_COMMON_REGISTRY_TABLES_H
#define TLSDIVE_COMMON_REGISTRY_TABLES_H

#include "common/registry/registry.h"

extern const Oid table_oids[];
extern const size_t table_oids_size;

#endif
