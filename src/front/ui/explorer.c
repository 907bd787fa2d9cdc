#include "front/ui/explorer.h"

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/hex.h"
#include "front/ui/pane.h"
#include "front/ui/tree.h"

#include <glib/gi18n.h>
#include <string.h>

typedef enum Spot { SPOT_LIST, SPOT_FIELDS, SPOT_HEX, SPOTS } Spot;

enum {
    BESIDE_COLUMNS = 100, /* from here on the list stands beside the fields */
    BESIDE_ROWS = 18,
    LIST_COLUMNS = 42,
    HEX_ROWS = 8, /* of bytes, where there is room */
    HEX_ROWS_STACKED = 3,
    LEAST_FIELDS = 5, /* rows that the fields keep */
};

struct Explorer {
    View view;
    const ExplorerKind *kind;
    const Connection *connection;
    GPtrArray *sha256s;
    char *title;
    Lines *list;
    Lines *about;
    Spot focus;
    bool zoomed;
    bool list_shown;
    Hex hex;
    const Field *pointed; /* the field that the hex pane was moved to; only compared */
    char *wanted;         /* id of the field to select first */
    char *held;           /* hash of the bytes below */
    GBytes *bytes;        /* NULL: not to be had */
};

const Desk *explorer_desk(const Explorer *explorer)
{
    return explorer->view.desk;
}

ExplorerTopic explorer_topic(const Explorer *explorer)
{
    return (ExplorerTopic){explorer->connection, explorer->sha256s, explorer->title};
}

/* ---- what is selected ---- */

static const char *sha256_of(const Explorer *explorer)
{
    const char *identity = lines_selected(explorer->list);
    return identity ? explorer->kind->sha256(explorer, identity) : NULL;
}

/* The bytes of what is selected, held as long as it is: they lie in a file. */
static GBytes *bytes_of(Explorer *explorer)
{
    const char *sha256 = sha256_of(explorer);
    const UiPort *port = explorer->view.desk->port;
    if (explorer->held && g_strcmp0(explorer->held, sha256) == 0 && explorer->bytes)
        return explorer->bytes;
    g_clear_pointer(&explorer->bytes, g_bytes_unref);
    g_free(explorer->held);
    explorer->held = g_strdup(sha256);
    explorer->hex = (Hex){0};
    explorer->pointed = NULL;
    explorer->bytes = sha256 ? port->bytes(port->data, sha256) : NULL;
    return explorer->bytes;
}

static Fields *fields_of(Explorer *explorer)
{
    const char *sha256 = sha256_of(explorer), *identity = lines_selected(explorer->list);
    if (!sha256 || !bytes_of(explorer))
        return NULL;
    const char *explain = explorer->kind->explain ? explorer->kind->explain
                                                  : explorer->kind->explain_of(explorer, identity);
    Fields *fields = field_store_get(explorer->view.desk->fields, explain, sha256);
    if (explorer->wanted) {
        fields_select_id(fields, explorer->wanted);
        g_clear_pointer(&explorer->wanted, g_free);
    }
    return fields;
}

static const Field *field_of(Explorer *explorer)
{
    Fields *fields = fields_of(explorer);
    return fields ? fields_selected(fields) : NULL;
}

static const Endpoint *endpoint_of(const Explorer *explorer)
{
    return explorer->connection ? explorer->connection->endpoint : NULL;
}

/* The worst finding that this field of what is selected proves; NULL: none. */
static const Finding *finding_of(const Explorer *explorer, const Field *field)
{
    const Endpoint *endpoint = endpoint_of(explorer);
    const char *sha256 = sha256_of(explorer);
    if (!endpoint || !endpoint->findings || !field->id || !sha256)
        return NULL;
    for (guint i = 0; i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        bool here = g_strcmp0(finding->certificate, sha256) == 0 ||
                    g_strcmp0(finding->message, sha256) == 0;
        if (here && g_strcmp0(finding->field, field->id) == 0)
            return finding;
    }
    return NULL;
}

static char flag(const Field *field, gpointer data, Role *role)
{
    const Finding *finding = finding_of(data, field);
    if (!finding)
        return '\0';
    *role = role_of_severity(finding->severity);
    return severity_letter(finding->severity);
}

/* ---- drawing ---- */

static void build_list(Explorer *explorer, int columns)
{
    lines_clear(explorer->list, columns, explorer->view.desk->utf8);
    explorer->kind->list(explorer, explorer->list);
}

static void draw_list(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_LIST;
    area = pane_begin(area, (PaneTitle){_(explorer->kind->list_name), NULL, focused});
    lines_draw(explorer->list, area, focused ? LINES_FOCUSED : LINES_POINTED);
    if (focused)
        explorer->view.desk->focus = area;
    explorer->list_shown = true;
}

static void draw_fields(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_FIELDS;
    Fields *fields = fields_of(explorer);
    area = pane_begin(area,
                      (PaneTitle){_("fields"), _("Right unfolds  Left folds, then back"), focused});
    if (focused)
        explorer->view.desk->focus = area;
    if (fields && fields_root(fields)) {
        tree_draw(fields, area, &(TreeStyle){focused, flag, explorer});
        return;
    }
    area_plain(area_cells(area, 0, 2, area.columns), fields ? ROLE_LIVE : ROLE_UNKNOWN,
               fields ? _("being read")
                      : _("its bytes are not here: it was not sent, or was not kept"));
    if (focused)
        area_cursor(area, false);
}

/* The hex pane follows the selected field, unless one moves in it. */
static void point_hex(Explorer *explorer, const Field *field)
{
    if (!field || field == explorer->pointed)
        return;
    explorer->pointed = field;
    if (explorer->focus == SPOT_HEX)
        return;
    explorer->hex.cursor = field->offset;
    explorer->hex.scroll.line = 1; /* a line before it is worth seeing */
}

static void draw_hex(Explorer *explorer, Area area)
{
    bool focused = explorer->focus == SPOT_HEX;
    const Field *field = field_of(explorer);
    GBytes *bytes = bytes_of(explorer);
    HexRange range = {field ? field->offset : 0, field ? field->length : 0};
    size_t size = bytes ? g_bytes_get_size(bytes) : 0;
    g_autofree char *left = NULL;
    if (range.length)
        left = g_strdup_printf(_("bytes %zu%s%zu of %zu"), range.offset,
                               glyph(GLYPH_DASH, area.surface->utf8),
                               range.offset + range.length - 1, size);
    else
        left = g_strdup_printf(_("bytes: %zu"), size);
    area = pane_begin(area, (PaneTitle){left, _("x hides"), focused});
    if (focused)
        explorer->view.desk->focus = area;
    point_hex(explorer, field);
    if (bytes)
        hex_draw(&explorer->hex, bytes, range, area, focused);
    else if (focused)
        area_cursor(area, false);
}

static void about_notes(const Explorer *explorer, const Field *field, Lines *lines)
{
    for (guint i = 0; field->notes && i < field->notes->len; i++) {
        g_autofree char *text =
            words_reason(field->notes->pdata[i], NULL, !explorer->view.desk->utf8);
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_WARN, 0, "!");
        lines_wrap(lines, ROLE_WARN, 2, text);
    }
    const Finding *finding = finding_of(explorer, field);
    if (!finding)
        return;
    g_autofree char *text = words_finding(finding, !explorer->view.desk->utf8);
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    lines_print(lines, role_of_severity(finding->severity), "%c",
                severity_letter(finding->severity));
    lines_tab(lines, 3);
    lines_wrap(lines, ROLE_TEXT, 3, text);
    lines_begin(lines, NULL);
    lines_tab(lines, 3);
    lines_wrap(lines, ROLE_DIM, 3, _("Enter opens the finding"));
}

static void build_about(Explorer *explorer, int columns)
{
    Lines *lines = explorer->about;
    const Field *field = field_of(explorer);
    lines_clear(lines, columns, explorer->view.desk->utf8);
    if (!field)
        return;
    const About *about = field->id ? registry_about(field->id) : NULL;
    g_autofree char *name = desk_safe(explorer->view.desk, field->name, -1);
    g_autofree char *value =
        desk_safe(explorer->view.desk, field->value->str, (gssize)field->value->len);
    lines_begin(lines, NULL);
    lines_add(lines, ROLE_TITLE, name);
    if (about && about->reference) {
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_DIM, 0, about->reference);
    }
    if (about && about->text) {
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_TEXT, 0, _(about->text));
    }
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    lines_wrap(lines, ROLE_TEXT, 0, value);
    about_notes(explorer, field, lines);
}

static void draw_about(Explorer *explorer, Area area)
{
    area = pane_begin(area, (PaneTitle){_("about this field"), NULL, false});
    area = area_part(area, 0, 2, area.rows, area.columns - 3);
    build_about(explorer, area.columns);
    lines_draw(explorer->about, area, LINES_PLAIN);
}

static bool shows_hex(Explorer *explorer)
{
    return explorer->view.desk->hex && bytes_of(explorer);
}

static void draw_beside(Explorer *explorer, Area body)
{
    Area left, right, list, about, fields, hex;
    int columns = MIN(LIST_COLUMNS, body.columns * 2 / 5);
    pane_split_columns(body, columns, &left, &right);
    int rows = CLAMP((int)lines_count(explorer->list) + 2, 4, left.rows / 2);
    pane_split_rows(left, rows, &list, &about);
    draw_list(explorer, list);
    draw_about(explorer, about);
    pane_wall(right, 0);
    area_plain(area_cells(right, 0, 0, 1), ROLE_RULE, glyph(GLYPH_TEE_DOWN, body.surface->utf8));
    right = area_part(right, 0, 1, right.rows, right.columns);
    int bytes = shows_hex(explorer) ? MIN(HEX_ROWS + 1, right.rows / 3) : 0;
    pane_split_rows(right, right.rows - bytes, &fields, &hex);
    draw_fields(explorer, fields);
    if (!bytes)
        return;
    draw_hex(explorer, hex);
    area_plain(area_cells(body, body.rows - bytes, columns, 1), ROLE_RULE,
               glyph(GLYPH_TEE_RIGHT, body.surface->utf8));
}

static void draw_stacked(Explorer *explorer, Area body)
{
    Area list, fields, hex;
    int lines = MIN((int)lines_count(explorer->list), explorer->kind->list_rows);
    bool listed = explorer->focus == SPOT_LIST || (lines && body.rows >= 3 * LEAST_FIELDS);
    if (explorer->focus == SPOT_LIST && !lines)
        lines = (int)lines_count(explorer->list);
    pane_split_rows(body, listed ? MIN(lines + 1, body.rows / 3) : 0, &list, &body);
    bool bytes =
        explorer->view.desk->hex && (body.rows >= 2 * LEAST_FIELDS || explorer->focus == SPOT_HEX);
    int rows = bytes ? MAX(HEX_ROWS_STACKED, body.rows / 5) + 1 : 0;
    pane_split_rows(body, body.rows - rows, &fields, &hex);
    if (listed)
        draw_list(explorer, list);
    draw_fields(explorer, fields);
    if (bytes)
        draw_hex(explorer, hex);
}

static void draw_zoomed(Explorer *explorer, Area body)
{
    static void (*const drawers[SPOTS])(Explorer *, Area) = {draw_list, draw_fields, draw_hex};
    drawers[explorer->focus](explorer, body);
}

static void draw(View *base, Area body)
{
    Explorer *explorer = (Explorer *)base;
    bool beside = body.columns >= BESIDE_COLUMNS && body.rows >= BESIDE_ROWS;
    build_list(explorer, (beside ? MIN(LIST_COLUMNS, body.columns * 2 / 5) : body.columns) - 1);
    explorer->list_shown = false;
    if (explorer->focus == SPOT_HEX && !shows_hex(explorer))
        explorer->focus = SPOT_FIELDS;
    if (explorer->zoomed)
        draw_zoomed(explorer, body);
    else if (beside)
        draw_beside(explorer, body);
    else
        draw_stacked(explorer, body);
}

static void title(View *base, int width, GString *left, GString *right)
{
    Explorer *explorer = (Explorer *)base;
    const char *identity = lines_selected(explorer->list);
    const Field *field = field_of(explorer);
    (void)width;
    explorer->kind->path(explorer, identity, left, right);
    if (!field || !field->parent)
        return;
    g_autofree char *name = desk_safe(base->desk, field->name, -1);
    g_string_append_printf(left, " %s %s", desk_glyph(base->desk, GLYPH_CRUMB), name);
}

static void status(View *base, GString *left, GString *right)
{
    Explorer *explorer = (Explorer *)base;
    const Field *field = field_of(explorer);
    (void)right;
    if (!field)
        return;
    const Finding *finding = finding_of(explorer, field);
    const About *about = field->id ? registry_about(field->id) : NULL;
    if (finding) {
        g_autofree char *text = words_finding(finding, !base->desk->utf8);
        g_string_printf(left, _("%c %s (Enter opens the finding)"),
                        severity_letter(finding->severity), text);
    } else if (about) {
        g_string_printf(left, "%s: %s", about->reference ? about->reference : field->name,
                        about->text ? _(about->text) : "");
    } else {
        g_autofree char *name = desk_safe(base->desk, field->name, -1);
        g_string_printf(left, _("%s: %zu bytes at %zu (0x%zx)"), name, field->length, field->offset,
                        field->offset);
    }
}

/* ---- commands ---- */

static ViewKind focus(const View *base)
{
    return ((const Explorer *)base)->kind->kind;
}

static bool open_finding(Explorer *explorer)
{
    const Field *field = field_of(explorer);
    const Finding *finding = field ? finding_of(explorer, field) : NULL;
    if (!finding)
        return false;
    desk_push(explorer->view.desk,
              findings_view_new(explorer->view.desk, endpoint_of(explorer), finding->rule->code));
    return true;
}

/* From a field that has nothing to unfold one goes on to its bytes. */
static void go_to_bytes(Explorer *explorer)
{
    explorer->view.desk->hex = true;
    explorer->focus = SPOT_HEX;
}

static void leave_fields(Explorer *explorer)
{
    bool listed = explorer->list_shown && lines_count(explorer->list) > 1;
    if (listed)
        explorer->focus = SPOT_LIST;
    else
        desk_pop(explorer->view.desk);
}

static bool fields_key(Explorer *explorer, Command command)
{
    Fields *fields = fields_of(explorer);
    Field *field = fields ? fields_selected(fields) : NULL;
    if (command == COMMAND_OPEN && open_finding(explorer))
        return true;
    if ((command == COMMAND_OPEN || command == COMMAND_IN) && field && !field->total) {
        go_to_bytes(explorer);
        return true;
    }
    if (!fields && command == COMMAND_OUT) {
        leave_fields(explorer);
        return true;
    }
    FieldsDid did = fields ? fields_command(fields, command) : FIELDS_NOT_MINE;
    if (did == FIELDS_LEFT)
        leave_fields(explorer);
    return did != FIELDS_NOT_MINE;
}

static bool hex_key(Explorer *explorer, Command command)
{
    GBytes *bytes = bytes_of(explorer);
    Fields *fields = fields_of(explorer);
    if (!bytes || !hex_move(&explorer->hex, command, g_bytes_get_size(bytes)))
        return false;
    if (fields && fields_root(fields))
        fields_select_offset(fields, explorer->hex.cursor);
    return true;
}

static bool list_key(Explorer *explorer, Command command)
{
    if (command == COMMAND_OPEN || command == COMMAND_IN) {
        explorer->focus = SPOT_FIELDS;
        return true;
    }
    return lines_move(explorer->list, command);
}

/* Back goes from the bytes to the field, from the field to the list; on the outermost pane it
 * leaves. */
static bool go_back(Explorer *explorer)
{
    if (explorer->zoomed) {
        explorer->zoomed = false;
        return true;
    }
    if (explorer->focus == SPOT_HEX) {
        explorer->focus = SPOT_FIELDS;
        return true;
    }
    return false;
}

static bool command(View *base, Command command)
{
    static bool (*const keys[SPOTS])(Explorer *, Command) = {list_key, fields_key, hex_key};
    Explorer *explorer = (Explorer *)base;
    switch (command) {
    case COMMAND_BACK:
        return go_back(explorer);
    case COMMAND_NEXT_PANE:
        explorer->focus = (explorer->focus + 1) % (base->desk->hex ? SPOTS : SPOT_HEX);
        return true;
    case COMMAND_PREVIOUS_PANE:
        explorer->focus = (explorer->focus + SPOTS - 1) % SPOTS;
        if (explorer->focus == SPOT_HEX && !base->desk->hex)
            explorer->focus = SPOT_FIELDS;
        return true;
    case COMMAND_NEXT_SAME:
    case COMMAND_PREVIOUS_SAME:
        lines_move(explorer->list, command == COMMAND_NEXT_SAME ? COMMAND_DOWN : COMMAND_UP);
        return true;
    case COMMAND_ZOOM:
        explorer->zoomed = !explorer->zoomed;
        return true;
    case COMMAND_HEX:
        base->desk->hex = !base->desk->hex;
        return true;
    default:
        return keys[explorer->focus](explorer, command);
    }
}

static bool seek(View *base, const char *text, int direction)
{
    Explorer *explorer = (Explorer *)base;
    if (explorer->focus == SPOT_LIST)
        return lines_seek(explorer->list, text, direction);
    Fields *fields = fields_of(explorer);
    bool found = fields && fields_seek(fields, text, direction);
    if (found && explorer->focus == SPOT_HEX)
        explorer->hex.cursor = fields_selected(fields)->offset;
    return found;
}

static GPtrArray *endpoints(View *base)
{
    const Endpoint *endpoint = endpoint_of((Explorer *)base);
    GPtrArray *ids = g_ptr_array_new();
    if (endpoint)
        g_ptr_array_add(ids, endpoint->id);
    return ids;
}

static const Certificate *selected_certificate(const Explorer *explorer)
{
    const char *identity = lines_selected(explorer->list);
    return identity && explorer->kind->certificate ? explorer->kind->certificate(explorer, identity)
                                                   : NULL;
}

static void forms(View *base, GPtrArray *forms)
{
    Explorer *explorer = (Explorer *)base;
    const Field *field = explorer->focus == SPOT_LIST ? NULL : field_of(explorer);
    const Certificate *certificate = selected_certificate(explorer);
    GBytes *bytes = bytes_of(explorer);
    if (field) {
        size_t size = 0;
        const guint8 *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
        form_add(forms, _("value"),
                 desk_safe(base->desk, field->value->str, (gssize)field->value->len));
        if (data && field->offset <= size && field->length <= size - field->offset)
            form_add(forms, _("the field's bytes in hex"),
                     bytes_hex(data + field->offset, field->length, '\0'));
    } else if (certificate) {
        form_add(forms, _("name"),
                 desk_safe(base->desk, certificate->name->str, (gssize)certificate->name->len));
    }
    if (certificate)
        form_add_certificate(forms, base->desk, certificate);
    else if (bytes)
        form_add(forms, _("the message's bytes in hex"),
                 bytes_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), '\0'));
}

static GBytes *certificate(View *base)
{
    Explorer *explorer = (Explorer *)base;
    GBytes *bytes = selected_certificate(explorer) ? bytes_of(explorer) : NULL;
    return bytes ? g_bytes_ref(bytes) : NULL;
}

static char *text(View *base)
{
    Explorer *explorer = (Explorer *)base;
    Fields *fields = explorer->focus == SPOT_LIST ? NULL : fields_of(explorer);
    return fields ? fields_text(fields, !base->desk->utf8) : lines_text(explorer->list);
}

static void free_view(View *base)
{
    Explorer *explorer = (Explorer *)base;
    lines_free(explorer->list);
    lines_free(explorer->about);
    g_clear_pointer(&explorer->bytes, g_bytes_unref);
    g_ptr_array_unref(explorer->sha256s);
    g_free(explorer->title);
    g_free(explorer->wanted);
    g_free(explorer->held);
    g_free(explorer);
}

static const ViewOps explorer_view = {
    .free = free_view,
    .focus = focus,
    .draw = draw,
    .title = title,
    .status = status,
    .command = command,
    .seek = seek,
    .endpoints = endpoints,
    .forms = forms,
    .certificate = certificate,
    .text = text,
};

View *explorer_new(Desk *desk, const ExplorerKind *kind, ExplorerTopic topic, const char *identity,
                   const char *field)
{
    Explorer *explorer = g_new0(Explorer, 1);
    explorer->view = (View){&explorer_view, desk};
    explorer->kind = kind;
    explorer->connection = topic.connection;
    explorer->sha256s = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; topic.sha256s && i < topic.sha256s->len; i++)
        g_ptr_array_add(explorer->sha256s, g_strdup(topic.sha256s->pdata[i]));
    explorer->title = g_strdup(topic.title);
    explorer->list = lines_new();
    explorer->about = lines_new();
    explorer->focus = kind->list_rows && !field ? SPOT_LIST : SPOT_FIELDS;
    explorer->wanted = g_strdup(field);
    build_list(explorer, 0);
    if (identity)
        lines_select(explorer->list, identity);
    return &explorer->view;
}
