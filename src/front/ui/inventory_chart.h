/* inventory_chart: when certificates end, week by week. */
#ifndef TLSDIVE_FRONT_UI_INVENTORY_CHART_H
#define TLSDIVE_FRONT_UI_INVENTORY_CHART_H

#include "front/model/inventory.h"
#include "front/ui/surface.h"

enum { INVENTORY_CHART_ROWS = 4 }; /* that it takes, its rule among them */

/* Draws how many of the certificates end in each of the weeks that begin at `now`, as bars as high
 * as their share of the largest; how many have ended and how many end later stands in the rule.
 * Certificates that are served nowhere any more are left out. */
void inventory_chart_draw(Area area, const Inventory *inventory, gint64 now);

#endif
