/* dns_words: what the DNS says about an endpoint's certificates, in words. */
#ifndef TLSDIVE_FRONT_REPORT_DNS_WORDS_H
#define TLSDIVE_FRONT_REPORT_DNS_WORDS_H

#include "front/model/model.h"

/* Calls `tell` with a label (static, marked for translation) and a text for each line that there is
 * to say: DANE (a line a TLSA record), CAA, MTA-STS, TLSRPT; none where the DNS was not asked.
 * Texts are printable, ASCII on demand. */
void dns_tell(const Endpoint *endpoint, bool ascii,
              void (*tell)(void *data, const char *label, const char *text), void *data);

#endif
