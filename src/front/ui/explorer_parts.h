/* explorer_parts: what the files that an explorer is made of share.
 *
 * explorer.c has its state and its keys, explorer_draw.c its panes, explorer_about.c the pane that
 * explains the selected field. Nobody else includes this.
 */
#ifndef TLSDIVE_FRONT_UI_EXPLORER_PARTS_H
#define TLSDIVE_FRONT_UI_EXPLORER_PARTS_H

#include "front/ui/explorer.h"
#include "front/ui/hex.h"

/* The panes, in the order of Tab. */
typedef enum Spot { SPOT_LIST, SPOT_FIELDS, SPOT_HEX, SPOT_ABOUT, SPOTS } Spot;

struct Explorer {
    View view;
    const ExplorerKind *kind;
    const Connection *connection;
    GPtrArray *sha256s;
    char *title;
    Lines *list;
    ExplorerListed listed; /* what `list` was made of, for kinds that say so */
    Lines *about;
    Spot focus;
    bool zoomed;
    bool list_shown;
    int aside; /* columns by which values are moved to the left */
    Hex hex;
    const Field *pointed;       /* the field that the hex pane was moved to; only compared */
    const Field *told;          /* the field that the explanation is about; only compared */
    HexRange came_from, led_to; /* of the last change between the readings: bytes selected */
    char *wanted;               /* id of the field to select first */
    char *held;                 /* hash of the bytes below */
    GBytes *bytes;              /* NULL: not to be had */
};

/* The bytes of what is selected, held as long as it is; NULL: not to be had. */
GBytes *explorer_bytes(Explorer *explorer);

/* Its fields, and the selected one of them; NULL until they come. */
Fields *explorer_fields(Explorer *explorer);
Field *explorer_field(Explorer *explorer);

/* Its fields in the reading that is not shown: as plain ASN.1, or as what it is. */
Fields *explorer_fields_other(Explorer *explorer);

/* Those findings of the endpoint that this field of what is selected proves (Finding *), the worst
 * first; free with g_ptr_array_unref. */
GPtrArray *explorer_findings(const Explorer *explorer, const Field *field);

/* The certificate that is selected in the list; NULL: none. */
const Certificate *explorer_certificate(const Explorer *explorer);

/* Builds the lines of the list, for a pane so wide. */
void explorer_build_list(Explorer *explorer, int columns);

/* Draws the whole of it. */
void explorer_draw(View *view, Area body);

/* Builds the lines that explain the selected field. */
void explorer_build_about(Explorer *explorer, int columns);

#endif
