/* estate: what is to be said of a certificate only when the whole estate is looked at. */
#ifndef TLSDIVE_FRONT_REPORT_ESTATE_H
#define TLSDIVE_FRONT_REPORT_ESTATE_H

#include "front/model/inventory.h"

/* Sentences, char *, printable: that it is revoked and served all the same, that a name serves
 * another one at another address, that its key is in other certificates, that many endpoints serve
 * it. Empty where there is nothing. Free with g_ptr_array_unref. */
GPtrArray *estate_notes(const Model *model, const Certificate *certificate, bool ascii);

#endif
