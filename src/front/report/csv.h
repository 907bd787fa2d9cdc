/* csv: a table as RFC 4180 has it: a header row, CRLF, quotes where they are needed.
 *
 * A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage
 * return) gets an apostrophe in front. Many values of one member stand in one cell, with "; "
 * between them. UTF-8; texts of strangers are escaped.
 */
#ifndef TLSDIVE_FRONT_REPORT_CSV_H
#define TLSDIVE_FRONT_REPORT_CSV_H

#include "front/report/members.h"

/* The members of all subjects, a row each; *changed is how many cells got the apostrophe. To be
 * freed. */
char *report_csv(const Members *members, const GPtrArray *subjects, const MemberContext *context,
                 guint *changed);

#endif
