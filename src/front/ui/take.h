/* take: taking things away from the screen: copies to the clipboard, and files. */
#ifndef TLSDIVE_FRONT_UI_TAKE_H
#define TLSDIVE_FRONT_UI_TAKE_H

#include "front/ui/view.h"

/* Copies what the cursor is on, in its plainest form. */
void take_copy(Desk *desk);

/* Opens the menu of forms to copy in. */
void take_copy_as(Desk *desk);

/* Writes to a file: PEM or DER of the certificate under the cursor where the name ends in .pem,
 * .crt, .cer or .der; what a table shows as CSV (csv.h) or as a calendar of ends (ical.h) where it
 * ends in .csv or .ics; else the view as text. Asks for the name where it is NULL, and before it
 * overwrites. */
void take_write(Desk *desk, const char *path);

#endif
