/* ports: what build-aux/tables.awk writes from data/ports.tsv, for catalogue.c alone. */
#ifndef TLSDIVE_COMMON_TARGET_PORTS_H
#define TLSDIVE_COMMON_TARGET_PORTS_H

#include "common/target/catalogue.h"

extern const CataloguePort table_ports[];
extern const size_t table_ports_size;

#endif
