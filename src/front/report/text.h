/* text: the report that a person reads, from a model that was judged. */
#ifndef TLSDIVE_FRONT_REPORT_TEXT_H
#define TLSDIVE_FRONT_REPORT_TEXT_H

#include "front/audit/audit.h"
#include "front/model/model.h"
#include "front/report/members.h"

typedef struct ReportStyle {
    int width;   /* columns, at least 48 */
    bool ascii;  /* nothing beyond ASCII */
    bool colour; /* with SGR sequences of the 16 colours */
    bool all;    /* closed and silent ports of the catalogue have rows of their own, too */
    gint64 now;  /* seconds since 1970 */
    const MemberFilter *filter; /* endpoints that are shown; NULL: all */
} ReportStyle;

/* The whole report, ending in a newline; to be freed. */
char *report_text(const Model *model, const ReportStyle *style);

/* The counts and the worst finding, in one line without its end; to be freed. */
char *report_summary(const Model *model, bool ascii);

#endif
