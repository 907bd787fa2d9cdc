/* status: what a run comes to, as an exit status. */
#ifndef TLSDIVE_FRONT_REPORT_STATUS_H
#define TLSDIVE_FRONT_REPORT_STATUS_H

#include "front/audit/audit.h"
#include "front/model/model.h"

enum {
    STATUS_GOOD = 0,       /* all was asked and answered */
    STATUS_FINDING = 1,    /* a finding at or above --fail-on */
    STATUS_UNEXAMINED = 3, /* a port that was named, or every port of a host, could not be examined,
                              or not as deep as was asked; or a file not be read */
};

/* The status of a model that was judged. `fail_on` is a severity, or SEVERITY_COUNT for none; a
 * finding of severity unknown never counts as at or above. 1 beats 3. */
int report_status(const Model *model, Severity fail_on);

#endif
