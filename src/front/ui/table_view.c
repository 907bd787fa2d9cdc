#include "front/ui/table_view.h"

#include <glib/gi18n.h>

void table_view_init(TableView *view, const ViewOps *ops, Desk *desk, const TableKind *kind)
{
    view->view = (View){ops, desk};
    view->table = table_new(kind, desk);
    view->detail = lines_new();
}

void table_view_clear(TableView *view)
{
    table_free(view->table);
    lines_free(view->detail);
}

Table *table_view_table(View *base)
{
    TableView *view = (TableView *)base;
    view->update(base);
    return view->table;
}

bool table_view_seek(View *base, const char *text, int direction)
{
    return table_seek_text(table_view_table(base), text, direction);
}

char *table_view_text(View *base)
{
    return table_text(table_view_table(base));
}

void table_view_status(View *base, GString *left, GString *right)
{
    const Table *table = ((const TableView *)base)->table;
    g_autofree char *order = table_order(table);
    const char *filter = table_filter_text(table);
    g_string_append_printf(left, _("%u of %u"), table_shown(table), table_given(table));
    g_string_append_printf(left, *filter ? _("   filter: %s (f)") : _("   no filter (f)"), filter);
    if (table_marked(table))
        g_string_append_printf(right, _("%u marked   "), table_marked(table));
    g_string_append_printf(right, _("sorted by %s (o)"), order);
}
