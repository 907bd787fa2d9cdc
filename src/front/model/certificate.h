/* certificate: a certificate fact, made ready to show and to judge. For model.c alone. */
#ifndef TLSDIVE_FRONT_MODEL_CERTIFICATE_H
#define TLSDIVE_FRONT_MODEL_CERTIFICATE_H

#include "front/model/model.h"

/* A certificate of which only the hash is known. */
Certificate *certificate_new(const char *sha256);

/* Takes in its fact, of which a reference is kept. Missing and mistyped members leave their
 * defaults. */
void certificate_fill(Certificate *certificate, json_t *fact);

void certificate_free(Certificate *certificate);

#endif
