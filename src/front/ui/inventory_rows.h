/* inventory_rows: what the inventory shows, as rows of a table.
 *
 * A row is a certificate, or certificates that have something in common: their key or their issuer.
 * In the tree a certificate stands below the one that issued it, where the estate has that.
 */
#ifndef TLSDIVE_FRONT_UI_INVENTORY_ROWS_H
#define TLSDIVE_FRONT_UI_INVENTORY_ROWS_H

#include "front/audit/audit.h"
#include "front/model/inventory.h"
#include "front/ui/table.h"

typedef enum InventoryOrder {
    INVENTORY_CERTIFICATES,
    INVENTORY_KEYS,
    INVENTORY_ISSUERS,
    INVENTORY_TREE,
    INVENTORY_ORDERS,
} InventoryOrder;

typedef struct InventoryRow {
    const char *identity;           /* borrowed of the certificate or the kin */
    const Certificate *certificate; /* the row's, or of those of the kin the one that ends first */
    const Kin *kin;                 /* NULL: the row is the certificate */
    bool issuer;                    /* the kin has one issuer, else one key */
    guint depth;                    /* in the tree */
    guint endpoints;                /* that serve it now */
    const Endpoint *first;          /* of them; where there are none, one that served it; or NULL */
    guint same_key;                 /* certificates of this key, or of this kin */
    guint severity[SEVERITY_COUNT]; /* rules that found something in it, by how bad */
} InventoryRow;

/* The rows for an order, InventoryRow *, owned by the list: those that end first before others, in
 * the tree below their issuers. The model is judged. */
GPtrArray *inventory_rows(const Model *model, InventoryOrder order);

/* The certificates of a row: Certificate *, borrowed. Free with g_ptr_array_unref. */
GPtrArray *inventory_row_certificates(const InventoryRow *row);

/* The table of such rows. */
extern const TableKind inventory_table;

#endif
