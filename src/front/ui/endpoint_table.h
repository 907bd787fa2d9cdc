/* endpoint_table: the columns of the table of endpoints. */
#ifndef TLSDIVE_FRONT_UI_ENDPOINT_TABLE_H
#define TLSDIVE_FRONT_UI_ENDPOINT_TABLE_H

#include "front/model/model.h"
#include "front/ui/table.h"

/* The first two name the row: the port where there is one host, else the endpoint. */
enum { ENDPOINT_COLUMN_PORT, ENDPOINT_COLUMN_PLACE };

extern const TableKind endpoint_table; /* rows are Endpoint */

#endif
