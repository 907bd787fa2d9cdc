/* x509: a certificate read for the fact stream, and explained to its last byte. Pure.
 *
 * Both functions take any bytes. What does not decode is left out of the fact and stays a leaf with
 * its bytes in the tree; what is wrong is said with codes of data/reasons.tsv (der-*, x509-*), on
 * the node where it occurs, and all of them once in the fact's `faults`.
 */
#ifndef TLSDIVE_WORKER_PKI_X509_H
#define TLSDIVE_WORKER_PKI_X509_H

#include "common/fact/fact.h"
#include "common/fact/field.h"

/* The whole `certificate` fact (data/facts.tsv) of `size` bytes. A new reference; never NULL, and
 * always short enough for a line: texts end at LIMIT_VALUE bytes, names at LIMIT_NAMES, all texts
 * together at LIMIT_CERTIFICATE_TEXT; `cut` names the members that were cut. */
json_t *x509_fact(const uint8_t *der, size_t size);

/* The certificate as a tree: RFC 5280's names, values for people, the offset and length of every
 * element (tag and length octets included), so that every byte belongs to a row. Ids are keys of
 * data/fields.tsv. At most LIMIT_FIELDS nodes, nested at most LIMIT_DER_DEPTH deep. To be freed. */
Field *x509_explain(const uint8_t *der, size_t size);

#endif
