/* clock: the time that a model is judged for, where that is not now. */
#ifndef TLSDIVE_FRONT_MODEL_CLOCK_H
#define TLSDIVE_FRONT_MODEL_CLOCK_H

#include "front/model/model.h"

/* From now on the verdicts that count are those for this instant (seconds since 1970); where
 * `asked` is false, for now. Every endpoint changes: it is to be judged again. */
void model_set_time(Model *model, bool asked, gint64 at);

/* True where a chain came of which no verdict tells how it fares at the model's time: it must be
 * verified for that. A verdict for now holds for another time, too, where it is trust, and none of
 * its certificates begins or ends in between. */
bool connection_needs_verdict(const Model *model, const Connection *connection);

/* The verdicts (Verdict *) of which the one that counts is one, a store each; NULL: none. */
const GPtrArray *connection_verdicts(const Connection *connection);

#endif
