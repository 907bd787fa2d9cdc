/* block: one endpoint or certificate at length, on a page. For src/front/report alone. */
#ifndef TLSDIVE_FRONT_REPORT_BLOCK_H
#define TLSDIVE_FRONT_REPORT_BLOCK_H

#include "front/report/page.h"
#include "front/report/text.h"

/* What was negotiated, the chain, trust and findings; or why there is nothing of that. */
void block_endpoint(Page *page, const Model *model, const Endpoint *endpoint,
                    const ReportStyle *style);

/* What a dive found to be accepted; nothing where there was none. */
void block_accepts(Page *page, const Model *model, const Endpoint *endpoint);

/* A certificate's chief fields, beginning at `column`. */
void block_certificate(Page *page, const Certificate *certificate, const ReportStyle *style,
                       int column);

#endif
