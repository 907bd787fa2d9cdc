#include "front/ui/hex.h"

enum {
    MARGIN = 2,
    GROUP = 8, /* bytes between wider gaps */
    MOST_ACROSS = 16,
    LEAST_ACROSS = 4,
};

typedef struct HexPlan {
    int digits; /* of an offset */
    int first;  /* column of the first byte */
    int text;   /* column of the characters */
    int across; /* bytes in a line */
} HexPlan;

static int column_of(const HexPlan *plan, int index)
{
    return plan->first + 3 * index + index / GROUP;
}

static HexPlan plan_for(size_t size, int columns)
{
    HexPlan plan = {.digits = size > 0xffff ? 6 : 4, .across = MOST_ACROSS};
    plan.first = MARGIN + plan.digits + 2;
    for (;; plan.across /= 2) {
        plan.text = column_of(&plan, plan.across - 1) + 4;
        if (plan.text + plan.across <= columns || plan.across <= LEAST_ACROSS)
            break;
    }
    return plan;
}

/* The bracket that belongs before the byte at `offset`, or behind it; NULL: none. */
static const char *bracket_at(HexRange range, size_t offset, bool behind)
{
    if (!range.length)
        return NULL;
    if (behind)
        return offset == range.offset + range.length - 1 ? "]" : NULL;
    return offset == range.offset ? "[" : NULL;
}

static bool is_in(HexRange range, size_t offset)
{
    return offset >= range.offset && offset - range.offset < range.length;
}

static void draw_byte(const HexPlan *plan, Area line, HexRange range, size_t offset, guint8 byte)
{
    int index = (int)(offset % (size_t)plan->across), column = column_of(plan, index);
    char text[2] = {byte >= 0x20 && byte < 0x7f ? (char)byte : '.', '\0'};
    g_autofree char *digits = g_strdup_printf("%02x", byte);
    area_plain(area_cells(line, 0, column, 2), ROLE_TEXT, digits);
    area_plain(area_cells(line, 0, plan->text + index, 1), ROLE_TEXT, text);
    if (is_in(range, offset)) {
        area_mark(area_cells(line, 0, column, 2));
        area_mark(area_cells(line, 0, plan->text + index, 1));
    }
    const char *open = bracket_at(range, offset, false), *close = bracket_at(range, offset, true);
    if (open)
        area_plain(area_cells(line, 0, column - 1, 1), ROLE_KEY, open);
    if (close)
        area_plain(area_cells(line, 0, column + 2, 1), ROLE_KEY, close);
}

/* The first byte shown. */
static size_t show_cursor(Hex *hex, size_t size, int page)
{
    hex->cursor = size ? MIN(hex->cursor, size - 1) : 0;
    int rows = (int)((size + hex->across - 1) / hex->across);
    return (size_t)scroll_top(&hex->scroll, (int)(hex->cursor / hex->across), rows, page) *
           hex->across;
}

void hex_draw(Hex *hex, GBytes *bytes, HexRange range, Area area, bool focused)
{
    size_t size = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    HexPlan plan = plan_for(size, area.columns);
    hex->across = (size_t)plan.across;
    size_t top = show_cursor(hex, size, area.rows);
    for (int row = 0; row < area.rows; row++) {
        size_t from = top + (size_t)row * hex->across;
        if (from >= size)
            break;
        Area line = area_cells(area, row, 0, area.columns);
        area_print(area_cells(line, 0, MARGIN, plan.digits), ROLE_DIM, "%0*zx", plan.digits, from);
        for (size_t offset = from; offset < size && offset < from + hex->across; offset++)
            draw_byte(&plan, line, range, offset, data[offset]);
    }
    if (!focused)
        return;
    int row = (int)((hex->cursor - top) / hex->across);
    int index = (int)(hex->cursor % hex->across);
    area_select(area_cells(area, row, column_of(&plan, index), 2));
    area_cursor(area_cells(area, row, column_of(&plan, index), 1), true);
}

bool hex_move(Hex *hex, Command command, size_t size)
{
    size_t across = MAX(hex->across, 1), page = (size_t)MAX(hex->scroll.page, 1) * across;
    size_t forward = 0, backward = 0, row = hex->cursor / across;
    switch (command) {
    case COMMAND_IN:
        forward = 1;
        break;
    case COMMAND_OUT:
        backward = 1;
        break;
    case COMMAND_DOWN:
        forward = across;
        break;
    case COMMAND_UP:
        backward = across;
        break;
    case COMMAND_PAGE_DOWN:
        forward = page;
        break;
    case COMMAND_PAGE_UP:
        backward = page;
        break;
    case COMMAND_HALF_DOWN:
        forward = MAX(page / 2 / across, 1) * across;
        break;
    case COMMAND_HALF_UP:
        backward = MAX(page / 2 / across, 1) * across;
        break;
    case COMMAND_FIRST:
        backward = hex->cursor;
        break;
    case COMMAND_LAST:
        forward = size;
        break;
    default:
        return false;
    }
    if (size)
        hex->cursor = MIN(hex->cursor + forward, size - 1);
    hex->cursor -= MIN(backward, hex->cursor);
    if (command != COMMAND_PAGE_DOWN && command != COMMAND_PAGE_UP)
        scroll_shift(&hex->scroll, (int)(hex->cursor / across) - (int)row);
    return true;
}
