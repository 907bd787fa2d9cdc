#include "front/ui/scroll.h"

int scroll_top(Scroll *scroll, int selected, int count, int page)
{
    page = MAX(page, 1);
    selected = MAX(selected, 0);
    if (page != scroll->page && page >= scroll->kept_page)
        scroll->line = scroll->kept_line;
    scroll->page = page;
    scroll->line = CLAMP(scroll->line, 0, page - 1);
    int top = CLAMP(selected - scroll->line, 0, MAX(count - page, 0));
    scroll->line = selected - top;
    if (page >= scroll->kept_page) {
        scroll->kept_line = scroll->line;
        scroll->kept_page = page;
    }
    return top;
}

void scroll_shift(Scroll *scroll, int rows)
{
    scroll->line += rows;
    scroll->kept_line = scroll->line;
    scroll->kept_page = scroll->page;
}

int scroll_move(Scroll *scroll, Command command, int selected, int count)
{
    int page = MAX(scroll->page, 1), to = selected;
    switch (command) {
    case COMMAND_UP:
        to--;
        break;
    case COMMAND_DOWN:
        to++;
        break;
    case COMMAND_PAGE_UP:
    case COMMAND_SCROLL_UP:
        to -= page;
        break;
    case COMMAND_PAGE_DOWN:
    case COMMAND_SCROLL_DOWN:
        to += page;
        break;
    case COMMAND_HALF_UP:
        to -= (page + 1) / 2;
        break;
    case COMMAND_HALF_DOWN:
        to += (page + 1) / 2;
        break;
    case COMMAND_FIRST:
        to = 0;
        break;
    case COMMAND_LAST:
        to = count - 1;
        break;
    default:
        return -1;
    }
    if (count <= 0)
        return -1;
    to = CLAMP(to, 0, count - 1);
    bool paged = command != COMMAND_UP && command != COMMAND_DOWN;
    if (!paged || ABS(to - selected) < page)
        scroll_shift(scroll, to - selected);
    return to;
}
