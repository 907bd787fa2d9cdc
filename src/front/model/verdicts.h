/* verdicts: what the trust stores say of a connection's chain, folded. For model.c. */
#ifndef TLSDIVE_FRONT_MODEL_VERDICTS_H
#define TLSDIVE_FRONT_MODEL_VERDICTS_H

#include "front/model/model.h"

/* Puts a `verdict` fact among those of its connection; false where it is none. The fact is
 * referenced. */
bool verdicts_fold(const Model *model, Connection *connection, json_t *fact);

/* Sets which of its verdicts counts: that of the store that does, for the model's time where there
 * is one, else for now. */
void verdicts_choose(const Model *model, Connection *connection);

#endif
