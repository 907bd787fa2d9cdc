/* resend: what a conversation over datagrams says, said again while it is not answered.
 *
 * A message is sent as the datagrams of its fragments. A second later they are all sent again, then
 * after two seconds more, four, and so on, LIMIT_RESENDS times (RFC 6347 section 4.2.4.1); each
 * record has a number of its own, the message keeps its own. The talk's deadline is that of the
 * next time, until the talk is over.
 */
#ifndef TLSDIVE_WORKER_TALK_RESEND_H
#define TLSDIVE_WORKER_TALK_RESEND_H

#include "worker/talk/talk.h"

typedef struct Resend Resend;

/* `version` is that of the records, `fragment` the bytes of a message in one of them (0: as fit in
 * DATAGRAM_MOST). The talk, to which the datagrams go, is borrowed. */
Resend *resend_new(Talk *talk, uint16_t version, guint fragment);
void resend_free(Resend *resend);

/* Says the next message, which has its header of four bytes as in TLS; the one before is answered.
 */
void resend_say(Resend *resend, const GByteArray *message, double now);

/* The deadline has passed: says the message again, and sets the next; false where it was said often
 * enough. */
bool resend_tick(Resend *resend, double now);

/* The number of the last record that was sent. */
uint64_t resend_last(const Resend *resend);

/* Sends an alert, once. */
void resend_alert(Resend *resend, uint8_t level, uint8_t code, double now);

#endif
