/* issued: how a leaf was issued and what its renewal changed, in words. */
#ifndef TLSDIVE_FRONT_REPORT_ISSUED_H
#define TLSDIVE_FRONT_REPORT_ISSUED_H

#include "front/audit/issuance.h"

/* Calls `tell` with a label (static, marked for translation) and a text for each line that there is
 * to say of the endpoint's chain at `now` (seconds since 1970): none where its issuer is not known
 * more closely and it was not renewed between two rounds. Texts are printable ASCII but for their
 * translation. */
void issued_tell(const Endpoint *endpoint, gint64 now,
                 void (*tell)(void *data, const char *label, const char *text), void *data);

#endif
