/* code: codes of facts, kept for ever so that they can be compared and held by pointer. For
 * src/front/model alone. */
#ifndef TLSDIVE_FRONT_MODEL_CODE_H
#define TLSDIVE_FRONT_MODEL_CODE_H

#include <jansson.h>

/* The code, interned; NULL where it is none: empty, long, or of other characters than small
 * letters, digits and hyphens. */
const char *code_intern(const char *code);

/* The same of a fact's member. */
const char *code_member(const json_t *fact, const char *member);

#endif
