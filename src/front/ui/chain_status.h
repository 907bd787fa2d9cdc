/* chain_status: what is known of a chain beside its signatures, as lines: whether a certificate was
 * revoked, the logs that it is in, and what the domain's TLSA records say of it.
 */
#ifndef TLSDIVE_FRONT_UI_CHAIN_STATUS_H
#define TLSDIVE_FRONT_UI_CHAIN_STATUS_H

#include "front/ui/view.h"

/* Each adds its lines; none where nothing was told. */
void chain_status_revocation(const Desk *desk, const Connection *connection, Lines *lines);
void chain_status_transparency(const Desk *desk, const Connection *connection, Lines *lines);
void chain_status_dane(const Desk *desk, const Connection *connection, Lines *lines);

#endif
