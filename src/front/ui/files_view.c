/* The files view: what stands in local files that were opened, each down to its last byte. */
#include "front/ui/explorer.h"

#include "common/fact/fact.h"
#include "front/report/objects.h"
#include "front/ui/glyph.h"
#include "front/ui/prompt.h"

#include <glib/gi18n.h>
#include <string.h>

/* An object's identity is its file's id and its number: "f1/3"; a file's own line has 0. */
enum { NUMBER = 2, KIND = 6 };

static const Files *files_of(const Explorer *explorer)
{
    return explorer_desk(explorer)->model->files;
}

static const File *file_at(const Explorer *explorer, const char *identity)
{
    g_autofree char *id = identity ? g_strndup(identity, strcspn(identity, "/")) : NULL;
    return id ? files_find(files_of(explorer), id) : NULL;
}

static const FileObject *object_at(const Explorer *explorer, const char *identity)
{
    const File *file = file_at(explorer, identity);
    const char *slash = identity ? strchr(identity, '/') : NULL;
    guint64 index = slash ? g_ascii_strtoull(slash + 1, NULL, 10) : 0;
    return file && index >= 1 && index <= file->objects->len ? file->objects->pdata[index - 1]
                                                             : NULL;
}

static const char *explain_of(const Explorer *explorer, const char *identity)
{
    const FileObject *object = object_at(explorer, identity);
    return object ? fact_string(object->fact, "explain", "asn1") : "asn1";
}

static const char *sha256(const Explorer *explorer, const char *identity)
{
    const FileObject *object = object_at(explorer, identity);
    return object ? object->sha256 : NULL;
}

static const Certificate *certificate(const Explorer *explorer, const char *identity)
{
    const FileObject *object = object_at(explorer, identity);
    return object && object->sha256 && g_str_equal(object->kind, "certificate")
               ? model_certificate(explorer_desk(explorer)->model, object->sha256)
               : NULL;
}

static bool wants_password(const File *file)
{
    const char *password = file ? fact_string(file->fact, "password", "") : "";
    return g_str_equal(password, "wanted") || g_str_equal(password, "wrong");
}

/* ---- the list ---- */

static void file_line(const Explorer *explorer, const File *file, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    g_autofree char *identity = g_strdup_printf("%s/0", file->id);
    g_autofree char *path = desk_safe(desk, file->path->str, (gssize)file->path->len);
    g_autofree char *said = objects_file(file, !desk->utf8);
    bool bad = json_object_get(file->fact, "reason") || file->objects->len == 0;
    /* there is nothing to be done on the line of a file that is open */
    lines_begin(lines, wants_password(file) || file->objects->len == 0 ? identity : NULL);
    lines_tab(lines, NUMBER);
    lines_add(lines, ROLE_TITLE, path);
    if (!*said)
        return;
    lines_begin(lines, NULL);
    lines_tab(lines, NUMBER);
    lines_wrap(lines, bad ? ROLE_WARN : ROLE_DIM, NUMBER, said);
}

static void object_line(const Explorer *explorer, const FileObject *object, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    g_autofree char *identity = g_strdup_printf("%s/%u", object->file->id, object->index);
    g_autofree char *line = objects_line(desk->model, object, !desk->utf8);
    lines_begin(lines, identity);
    lines_tab(lines, NUMBER);
    lines_print(lines, ROLE_DIM, "%u", object->index);
    lines_tab(lines, KIND);
    if (!g_str_equal(object->kind, "certificate")) {
        lines_add(lines, ROLE_DIM, objects_kind(object));
        lines_add(lines, ROLE_TEXT, "  ");
    }
    lines_add(lines, ROLE_TEXT, line);
}

static void list(const Explorer *explorer, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    const Files *files = files_of(explorer);
    for (guint i = 0; i < files->directories->len; i++) {
        g_autofree char *text = objects_directory(files->directories->pdata[i], !desk->utf8);
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_DIM, NUMBER, text);
    }
    for (guint i = 0; i < files->all->len; i++) {
        const File *file = files->all->pdata[i];
        file_line(explorer, file, lines);
        for (guint j = 0; j < file->objects->len; j++)
            object_line(explorer, file->objects->pdata[j], lines);
    }
}

static const File *last_file(const Files *files)
{
    return files->all->len ? files->all->pdata[files->all->len - 1] : NULL;
}

/* Objects are added to the last file, and change nothing above them; but the lines of keys say
 * whose they are, and certificates come later. */
static ExplorerListed listed(const Explorer *explorer)
{
    const Files *files = files_of(explorer);
    const File *last = last_file(files);
    guint owners = g_hash_table_size(files->keys)
                       ? (guint)g_hash_table_size(explorer_desk(explorer)->model->certificates)
                       : 0;
    return (ExplorerListed){files->changes + owners, last ? last->objects->len : 0};
}

static void list_more(const Explorer *explorer, guint from, Lines *lines)
{
    const File *last = last_file(files_of(explorer));
    for (guint i = from; last && i < last->objects->len; i++)
        object_line(explorer, last->objects->pdata[i], lines);
}

static void path(const Explorer *explorer, const char *identity, GString *left, GString *right)
{
    const Desk *desk = explorer_desk(explorer);
    const File *file = file_at(explorer, identity);
    const FileObject *object = object_at(explorer, identity);
    if (!file) {
        g_string_append(left, _("files"));
        return;
    }
    g_autofree char *name = desk_safe(desk, file->path->str, (gssize)file->path->len);
    g_string_append(left, name);
    if (object) {
        g_string_append_printf(left, " %s %s", desk_glyph(desk, GLYPH_CRUMB), objects_kind(object));
        g_string_append_printf(right, _("%u of %u   [ ] others"), object->index,
                               file->objects->len);
    }
}

/* ---- passwords ---- */

static char *unlock(Desk *desk, const char *text)
{
    return desk->port->unlock(desk->port->data, desk->path, text);
}

static const PromptKind password_prompt = {.label = N_("password: "), .done = unlock};

static bool open_file(const Explorer *explorer, const char *identity)
{
    Desk *desk = (Desk *)explorer_desk(explorer);
    const File *file = file_at(explorer, identity);
    if (!wants_password(file))
        return false;
    g_free(desk->path);
    desk->path = g_strdup(file->id);
    desk_ask_secret(desk, &password_prompt);
    return true;
}

static const ExplorerKind files_kind = {
    .kind = VIEW_CERTIFICATE,
    .list_name = N_("files"),
    .list_rows = 8,
    .explain_of = explain_of,
    .list = list,
    .listed = listed,
    .list_more = list_more,
    .sha256 = sha256,
    .path = path,
    .certificate = certificate,
    .open = open_file,
};

View *files_view_new(Desk *desk)
{
    return explorer_new(desk, &files_kind, (ExplorerTopic){0}, NULL, NULL);
}
