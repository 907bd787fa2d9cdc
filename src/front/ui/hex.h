/* hex: bytes as hexadecimal digits and characters, with a range in brackets. */
#ifndef TLSDIVE_FRONT_UI_HEX_H
#define TLSDIVE_FRONT_UI_HEX_H

#include "front/ui/scroll.h"
#include "front/ui/surface.h"

typedef struct Hex {
    size_t cursor; /* the byte it stands on */
    size_t across; /* bytes in a line, as last drawn */
    Scroll scroll; /* of lines */
} Hex;

/* The bytes that are marked: those of the selected field. */
typedef struct HexRange {
    size_t offset, length;
} HexRange;

/* Draws the bytes; 16 in a line, or 8 or 4 where it is narrow. The cursor is seen, and placed if
 * focused. */
void hex_draw(Hex *hex, GBytes *bytes, HexRange range, Area area, bool focused);

/* Moves the cursor among `size` bytes: In and Out go a byte on and back. False if the command is
 * none of movement. */
bool hex_move(Hex *hex, Command command, size_t size);

#endif
