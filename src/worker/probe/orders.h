/* orders: in which order servers usually prefer cipher suites below TLS 1.3.
 *
 * Only a guess of what to ask first, and never an answer.
 */
#ifndef TLSDIVE_WORKER_PROBE_ORDERS_H
#define TLSDIVE_WORKER_PROBE_ORDERS_H

#include <glib.h>
#include <stdint.h>

typedef struct Order {
    const uint16_t *suites; /* best first */
    guint count;
} Order;

/* The first one is the longest; NULL past the end. Static. */
const Order *orders_at(guint index);

#endif
