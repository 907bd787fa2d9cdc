#include "front/ui/explorer_parts.h"

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/differences.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

enum {
    ASIDE = 8, /* columns that H and L go */
    MOST_OFFERS = 40,
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
GBytes *explorer_bytes(Explorer *explorer)
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

/* How the fields are to be explained: as plain ASN.1, or as the kind says. */
static const char *explain_of(const Explorer *explorer, const char *identity, bool asn1)
{
    const ExplorerKind *kind = explorer->kind;
    if (kind->certificate && asn1)
        return "asn1";
    return kind->explain ? kind->explain : kind->explain_of(explorer, identity);
}

static Fields *fields_in(Explorer *explorer, bool asn1)
{
    const char *sha256 = sha256_of(explorer), *identity = lines_selected(explorer->list);
    if (!sha256 || !identity || !explorer_bytes(explorer))
        return NULL;
    return field_store_get(explorer->view.desk->fields, explain_of(explorer, identity, asn1),
                           sha256);
}

Fields *explorer_fields_other(Explorer *explorer)
{
    return fields_in(explorer, !explorer->view.desk->asn1);
}

Fields *explorer_fields(Explorer *explorer)
{
    Fields *fields = fields_in(explorer, explorer->view.desk->asn1);
    if (fields && explorer->wanted) {
        fields_select_id(fields, explorer->wanted);
        g_clear_pointer(&explorer->wanted, g_free);
    }
    return fields;
}

Field *explorer_field(Explorer *explorer)
{
    Fields *fields = explorer_fields(explorer);
    return fields ? fields_selected(fields) : NULL;
}

static const Endpoint *endpoint_of(const Explorer *explorer)
{
    return explorer->connection ? explorer->connection->endpoint : NULL;
}

/* Findings of an endpoint are in order of severity. */
GPtrArray *explorer_findings(const Explorer *explorer, const Field *field)
{
    GPtrArray *found = g_ptr_array_new();
    const Endpoint *endpoint = endpoint_of(explorer);
    const char *sha256 = sha256_of(explorer);
    if (!endpoint || !endpoint->findings || !field->id || !sha256)
        return found;
    for (guint i = 0; i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        bool here = g_strcmp0(finding->certificate, sha256) == 0 ||
                    g_strcmp0(finding->message, sha256) == 0;
        if (here && g_strcmp0(finding->field, field->id) == 0)
            g_ptr_array_add(found, (gpointer)finding);
    }
    return found;
}

static const Finding *worst_finding(const Explorer *explorer, const Field *field)
{
    g_autoptr(GPtrArray) found = explorer_findings(explorer, field);
    return found->len ? found->pdata[0] : NULL;
}

static void title(View *base, int width, GString *left, GString *right)
{
    Explorer *explorer = (Explorer *)base;
    const char *identity = lines_selected(explorer->list);
    const Field *field = explorer_field(explorer);
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
    const Field *field = explorer_field(explorer);
    guint come = 0;
    const char *sought = field ? fields_seeking(explorer_fields(explorer), &come) : NULL;
    if (sought) {
        g_autofree char *text = desk_safe(base->desk, sought, -1);
        g_string_printf(right, _("%u fields read"), come);
        g_string_printf(left, _("searching for %s"), text);
        return;
    }
    if (!field)
        return;
    const Finding *finding = worst_finding(explorer, field);
    const About *about = field->id ? registry_about(field->id) : NULL;
    if (finding) {
        g_autofree char *text = words_finding(finding, !base->desk->utf8);
        g_string_printf(left, _("%c %s (Enter opens the finding)"),
                        severity_letter(finding->severity), text);
    } else if (field->notes && field->notes->len) {
        g_autofree char *text = words_reason(field->notes->pdata[0], NULL, !base->desk->utf8);
        g_string_printf(left, _("! byte %zu: %s"), field->offset, text);
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
    const Field *field = explorer_field(explorer);
    const Finding *finding = field ? worst_finding(explorer, field) : NULL;
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
    Fields *fields = explorer_fields(explorer);
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
    GBytes *bytes = explorer_bytes(explorer);
    Fields *fields = explorer_fields(explorer);
    if (!bytes || !hex_move(&explorer->hex, command, g_bytes_get_size(bytes)))
        return false;
    if (fields && fields_root(fields))
        fields_select_bytes(fields, explorer->hex.cursor, 1);
    return true;
}

static bool about_key(Explorer *explorer, Command command)
{
    if (command == COMMAND_OUT) {
        explorer->focus = SPOT_FIELDS;
        return true;
    }
    if (command == COMMAND_OPEN && open_finding(explorer))
        return true;
    return lines_move(explorer->about, command);
}

static bool list_key(Explorer *explorer, Command command)
{
    const char *identity = lines_selected(explorer->list);
    if (command == COMMAND_OPEN || command == COMMAND_IN) {
        if (identity && explorer->kind->open && explorer->kind->open(explorer, identity))
            return true;
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
    if (explorer->focus == SPOT_HEX || explorer->focus == SPOT_ABOUT) {
        explorer->focus = SPOT_FIELDS;
        return true;
    }
    return false;
}

static void go_round(Explorer *explorer, int step)
{
    do
        explorer->focus = (Spot)(((int)explorer->focus + step + SPOTS) % SPOTS);
    while (explorer->focus == SPOT_HEX && !explorer->view.desk->hex);
}

/* The same bytes in the other reading: what was selected stays so, and whoever comes back without
 * having moved is where he was. */
static void toggle_asn1(Explorer *explorer)
{
    const Field *field = explorer_field(explorer);
    HexRange shown = {field ? field->offset : 0, field ? field->length : 0};
    bool moved = !field || explorer->led_to.offset != shown.offset ||
                 explorer->led_to.length != shown.length;
    HexRange goal = moved ? shown : explorer->came_from;
    explorer->view.desk->asn1 = !explorer->view.desk->asn1;
    explorer->came_from = shown;
    Fields *fields = field ? explorer_fields(explorer) : NULL;
    explorer->pointed = NULL;
    if (!fields)
        return;
    fields_select_bytes(fields, goal.offset, goal.length);
    field = fields_selected(fields);
    explorer->led_to = field ? (HexRange){field->offset, field->length} : (HexRange){0};
}

/* To the first of the names that it is good for. */
static void go_to_names(Explorer *explorer)
{
    explorer->view.desk->asn1 = false;
    Fields *fields = explorer_fields(explorer);
    if (!fields)
        return;
    explorer->focus = SPOT_FIELDS;
    fields_select_id(fields, "x509.subjectAltName");
    fields_select_inside(fields);
}

/* ---- two certificates ---- */

static void mark(Explorer *explorer)
{
    Desk *desk = explorer->view.desk;
    const char *sha256 = sha256_of(explorer);
    bool again = sha256 && g_strcmp0(desk->marked, sha256) == 0;
    g_free(desk->marked);
    desk->marked = again ? NULL : g_strdup(sha256);
    desk_say(desk, g_strdup(again || !sha256 ? _("not marked any more")
                                             : _("marked: = on another one compares")));
}

static void offer(GPtrArray *offers, const Certificate *certificate, const char *but)
{
    if (certificate && certificate->fact && !g_str_equal(certificate->sha256, but) &&
        !g_ptr_array_find(offers, certificate, NULL))
        g_ptr_array_add(offers, (gpointer)certificate);
}

/* What the selected certificate may be held against: what other connections of the endpoint had in
 * its place, those of the same name, the others of the list. */
static GPtrArray *offers_for(const Explorer *explorer, const char *sha256)
{
    GPtrArray *offers = g_ptr_array_new();
    const Endpoint *endpoint = endpoint_of(explorer);
    const Model *model = explorer->view.desk->model;
    const Certificate *here = model_certificate(model, sha256);
    for (guint i = 0; endpoint && i < endpoint->connections->len; i++) {
        const GPtrArray *chain =
            ((const Connection *)endpoint->connections->pdata[i])->certificates;
        if (chain && chain->len)
            offer(offers, chain->pdata[0], sha256);
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, model->certificates);
    while (here && here->name->len && g_hash_table_iter_next(&iter, NULL, &value))
        if (g_string_equal(((const Certificate *)value)->name, here->name))
            offer(offers, value, sha256);
    const GPtrArray *sent = explorer->connection ? explorer->connection->certificates : NULL;
    for (guint i = 0; sent && i < sent->len; i++)
        offer(offers, sent->pdata[i], sha256);
    for (guint i = 0; i < explorer->sha256s->len; i++)
        offer(offers, model_certificate(model, explorer->sha256s->pdata[i]), sha256);
    g_ptr_array_set_size(offers, (gint)MIN(offers->len, MOST_OFFERS));
    return offers;
}

static void chosen(Desk *desk, guint item)
{
    Explorer *explorer = (Explorer *)desk_top(desk);
    const char *sha256 = sha256_of(explorer);
    g_autoptr(GPtrArray) offers = sha256 ? offers_for(explorer, sha256) : NULL;
    if (offers && item < offers->len)
        desk_push(desk, differences_view_new(
                            desk, ((const Certificate *)offers->pdata[item])->sha256, sha256));
}

static void compare(Explorer *explorer)
{
    Desk *desk = explorer->view.desk;
    const char *sha256 = sha256_of(explorer);
    if (!sha256)
        return;
    if (desk->marked && !g_str_equal(desk->marked, sha256)) {
        desk_push(desk, differences_view_new(desk, desk->marked, sha256));
        return;
    }
    g_autoptr(GPtrArray) offers = offers_for(explorer, sha256);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < offers->len; i++) {
        const Certificate *certificate = offers->pdata[i];
        g_autofree char *name =
            desk_safe(desk, certificate->name->str, (gssize)certificate->name->len);
        g_autofree char *days = brief_days(certificate, desk->wall);
        g_ptr_array_add(names, g_strdup_printf("%s  %s  %.16s", name, days, certificate->sha256));
    }
    if (offers->len == 1)
        chosen(desk, 0);
    else if (offers->len)
        desk_menu(desk, N_("compare with"), names, chosen);
    else
        desk_say(desk, g_strdup(_("nothing to compare with: mark another one (Space)")));
}

static bool command(View *base, Command command)
{
    static bool (*const keys[SPOTS])(Explorer *, Command) = {list_key, fields_key, hex_key,
                                                             about_key};
    Explorer *explorer = (Explorer *)base;
    switch (command) {
    case COMMAND_BACK:
        return go_back(explorer);
    case COMMAND_NEXT_PANE:
    case COMMAND_PREVIOUS_PANE:
        go_round(explorer, command == COMMAND_NEXT_PANE ? 1 : -1);
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
    case COMMAND_ASN1:
        toggle_asn1(explorer);
        return true;
    case COMMAND_NAMES:
        go_to_names(explorer);
        return true;
    case COMMAND_MARK:
        mark(explorer);
        return true;
    case COMMAND_COMPARE:
        compare(explorer);
        return true;
    case COMMAND_WRAP:
        base->desk->wrap = !base->desk->wrap;
        return true;
    case COMMAND_SIDE_LEFT:
    case COMMAND_SIDE_RIGHT:
        explorer->aside = CLAMP(explorer->aside + (command == COMMAND_SIDE_RIGHT ? ASIDE : -ASIDE),
                                0, LIMIT_VALUE);
        return true;
    default:
        return keys[explorer->focus](explorer, command);
    }
}

/* ---- search ---- */

/* Bytes as they are typed: "0x06 03 55", with blanks or colons or without; NULL: it is none. */
static GByteArray *bytes_typed(const char *text)
{
    if (!g_str_has_prefix(text, "0x") && !g_str_has_prefix(text, "0X"))
        return NULL;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (text += 2; *text; text++) {
        if (*text == ' ' || *text == ':')
            continue;
        if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
            return NULL;
        guint8 byte = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        g_byte_array_append(bytes, &byte, 1);
        text++;
    }
    return bytes->len ? g_steal_pointer(&bytes) : NULL;
}

/* The next place of these bytes, around the end. */
static bool seek_bytes(Explorer *explorer, const GByteArray *sought, int direction)
{
    size_t size = 0;
    GBytes *bytes = explorer_bytes(explorer);
    const guint8 *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (!data || sought->len > size)
        return false;
    const Field *field = explorer_field(explorer);
    size_t places = size - sought->len + 1;
    size_t from = explorer->focus == SPOT_HEX ? explorer->hex.cursor : field ? field->offset : 0;
    for (size_t step = 1; step <= places; step++) {
        size_t at = (from + (direction > 0 ? step : places - step)) % places;
        if (memcmp(data + at, sought->data, sought->len) != 0)
            continue;
        go_to_bytes(explorer);
        explorer->hex.cursor = at;
        Fields *fields = explorer_fields(explorer);
        if (fields)
            fields_select_bytes(fields, at, sought->len);
        return true;
    }
    return false;
}

static bool seek(View *base, const char *text, int direction)
{
    Explorer *explorer = (Explorer *)base;
    g_autoptr(GByteArray) bytes = bytes_typed(text);
    if (bytes)
        return seek_bytes(explorer, bytes, direction);
    if (explorer->focus == SPOT_LIST && lines_seek(explorer->list, text, direction))
        return true;
    Fields *fields = explorer_fields(explorer);
    FieldsSought found = fields ? fields_seek(fields, text, direction) : FIELDS_SOUGHT_NOT_THERE;
    if (found != FIELDS_SOUGHT_NOT_THERE && explorer->focus == SPOT_LIST)
        explorer->focus = SPOT_FIELDS;
    if (found == FIELDS_SOUGHT_FOUND && explorer->focus == SPOT_HEX)
        explorer->hex.cursor = fields_selected(fields)->offset;
    return found != FIELDS_SOUGHT_NOT_THERE;
}

static GPtrArray *endpoints(View *base)
{
    const Endpoint *endpoint = endpoint_of((Explorer *)base);
    GPtrArray *ids = g_ptr_array_new();
    if (endpoint)
        g_ptr_array_add(ids, endpoint->id);
    return ids;
}

const Certificate *explorer_certificate(const Explorer *explorer)
{
    const char *identity = lines_selected(explorer->list);
    return identity && explorer->kind->certificate ? explorer->kind->certificate(explorer, identity)
                                                   : NULL;
}

static void forms(View *base, GPtrArray *forms)
{
    Explorer *explorer = (Explorer *)base;
    const Field *field = explorer->focus == SPOT_LIST ? NULL : explorer_field(explorer);
    const Certificate *certificate = explorer_certificate(explorer);
    GBytes *bytes = explorer_bytes(explorer);
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
    GBytes *bytes = explorer_certificate(explorer) ? explorer_bytes(explorer) : NULL;
    return bytes ? g_bytes_ref(bytes) : NULL;
}

static char *text(View *base)
{
    Explorer *explorer = (Explorer *)base;
    Fields *fields = explorer->focus == SPOT_LIST ? NULL : explorer_fields(explorer);
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
    .draw = explorer_draw,
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
    explorer_build_list(explorer, 0);
    if (identity)
        lines_select(explorer->list, identity);
    return &explorer->view;
}
