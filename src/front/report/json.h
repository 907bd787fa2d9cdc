/* json: findings as facts, to follow the stream they were computed from. */
#ifndef TLSDIVE_FRONT_REPORT_JSON_H
#define TLSDIVE_FRONT_REPORT_JSON_H

#include "front/audit/audit.h"
#include "front/model/model.h"

/* The finding facts of an endpoint that was judged: json_t *, owned by the list; `at` is seconds
 * since the stream began. Empty where there are none. To be freed with g_ptr_array_unref. */
GPtrArray *report_findings(const Endpoint *endpoint, double at);

#endif
