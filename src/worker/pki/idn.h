/* idn: names of hosts in both forms, and characters that make a name look like another. Pure.
 *
 * A domain is written in A-labels in a certificate ("xn--mnchen-3ya.de", RFC 5890) and read by
 * people in Unicode ("münchen.de"). Which of both a field holds, the other is put behind it in
 * brackets. The codes (data/reasons.tsv) that are noted:
 *
 *   name-idn-invalid    a label that begins with xn-- and decodes to nothing that IDNA 2008 allows
 *   name-mixed-scripts  a label of scripts that do not belong together (UTS 39 section 5.2, highly
 *                       restrictive); they are named behind the name
 *   name-confusable     a label of Cyrillic letters alone that all look like Latin ones
 *   name-bidi           marks that change the direction of writing
 *   name-invisible      characters that nobody sees
 *   name-control        control characters
 */
#ifndef TLSDIVE_WORKER_PKI_IDN_H
#define TLSDIVE_WORKER_PKI_IDN_H

#include "common/fact/field.h"

/* Looks at a domain that begins at `start` of the field's value and ends at `end` (the value may
 * have been cut): its other form is appended to the value, its notes to the field. */
void idn_show_domain(Field *field, size_t start, size_t end);

/* The same for a text that is a domain only where it looks like one: labels and dots, no blanks. */
void idn_show_text(Field *field);

/* Notes what no text should hold: bidi, invisible and control characters. */
void idn_note_text(Field *field);

#endif
