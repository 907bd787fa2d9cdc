/* item_fact: what an object of a file is, for the fact stream. Pure. */
#ifndef TLSDIVE_WORKER_PKI_ITEM_FACT_H
#define TLSDIVE_WORKER_PKI_ITEM_FACT_H

#include "common/fact/fact.h"
#include "worker/pki/container.h"

/* The `object` fact (data/facts.tsv) without `file` and `index`. A certificate's own fields are in
 * its `certificate` fact. Of a private key it has the kind, the size, and the hash of the public
 * key. A new reference; short enough for a line. */
json_t *item_fact(const Item *item);

#endif
