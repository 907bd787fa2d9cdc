/* intl: texts for people, which are translated where they are shown. */
#ifndef TLSDIVE_COMMON_UTIL_INTL_H
#define TLSDIVE_COMMON_UTIL_INTL_H

#include <libintl.h>

#define _(text)  gettext(text) /* the translation */
#define N_(text) text          /* marks a text in a table; it is translated where it is shown */

#endif
