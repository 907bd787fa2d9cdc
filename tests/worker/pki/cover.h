/* cover: whether every byte of what is explained belongs to a row of its tree, and to one alone. */
#ifndef TLSDIVE_TESTS_WORKER_PKI_COVER_H
#define TLSDIVE_TESTS_WORKER_PKI_COVER_H

#include "common/fact/field.h"

#include <stdint.h>

/* NULL where it holds: children lie in their parent, in order and without overlap; what is between
 * them is tags and lengths of what holds the next one, or the end of an indefinite length. Else
 * what is wrong, to be freed. A tree that reached its ceiling (der-too-many) holds. */
char *cover_fault(const Field *root, const uint8_t *data, size_t size);

#endif
