#include "front/ui/take.h"

#include "front/report/csv.h"
#include "front/report/ical.h"
#include "front/ui/prompt.h"
#include <glib/gi18n.h>

#include <string.h>

static void form_free(gpointer data)
{
    Form *form = data;
    g_free(form->name);
    g_free(form->text);
    g_free(form);
}

static GPtrArray *forms_here(Desk *desk)
{
    View *view = desk_top(desk);
    GPtrArray *forms = g_ptr_array_new_with_free_func(form_free);
    view->ops->forms(view, forms);
    return forms;
}

static void copy_form(Desk *desk, guint item)
{
    g_autoptr(GPtrArray) forms = forms_here(desk);
    if (item >= forms->len) {
        desk_say(desk, g_strdup(_("there is nothing to copy here")));
        return;
    }
    const Form *form = forms->pdata[item];
    desk_say(desk, desk->port->copy(desk->port->data, form->text, strlen(form->text)));
}

void take_copy(Desk *desk)
{
    copy_form(desk, 0);
}

void take_copy_as(Desk *desk)
{
    g_autoptr(GPtrArray) forms = forms_here(desk);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < forms->len; i++)
        g_ptr_array_add(names, ((Form *)forms->pdata[i])->name);
    if (names->len)
        desk_menu(desk, N_("copy as"), names, copy_form);
    else
        desk_say(desk, g_strdup(_("there is nothing to copy here")));
}

typedef enum FileForm { FILE_TEXT, FILE_PEM, FILE_DER, FILE_CSV, FILE_ICAL } FileForm;

static FileForm form_of_path(const char *path)
{
    static const struct {
        const char *end;
        FileForm form;
    } ends[] = {{".pem", FILE_PEM}, {".crt", FILE_PEM}, {".cer", FILE_DER},
                {".der", FILE_DER}, {".csv", FILE_CSV}, {".ics", FILE_ICAL}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(path, ends[i].end))
            return ends[i].form;
    return FILE_TEXT;
}

/* What the rows that a table shows are about, each once: certificates or endpoints. */
static GPtrArray *shown_subjects(const Table *table)
{
    const TableKind *kind = table_kind(table);
    const GPtrArray *rows = table_rows(table);
    GPtrArray *subjects = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < rows->len; i++) {
        g_autoptr(GPtrArray) more = kind->subjects ? kind->subjects(rows->pdata[i]) : NULL;
        for (guint j = 0; j < (more ? more->len : 1); j++) {
            gpointer subject = more ? more->pdata[j] : rows->pdata[i];
            if (g_hash_table_add(seen, subject))
                g_ptr_array_add(subjects, subject);
        }
    }
    return subjects;
}

/* The certificates that endpoints lead with. */
static GPtrArray *leaves_of(const GPtrArray *endpoints)
{
    GPtrArray *leaves = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < endpoints->len; i++) {
        const Certificate *leaf = endpoint_leaf(endpoints->pdata[i]);
        if (leaf && g_hash_table_add(seen, (gpointer)leaf))
            g_ptr_array_add(leaves, (gpointer)leaf);
    }
    return leaves;
}

/* What a table shows, for other programs; NULL where the view has no table of things with members.
 * *note says what was changed in it, or is NULL. */
static GBytes *exported(Desk *desk, FileForm form, char **note)
{
    View *view = desk_top(desk);
    const Table *table = view->ops->table ? view->ops->table(view) : NULL;
    const Members *members = table ? table_kind(table)->members : NULL;
    MemberContext context = {desk->model, desk->wall};
    guint changed = 0;
    if (!members)
        return NULL;
    g_autoptr(GPtrArray) subjects = shown_subjects(table);
    g_autoptr(GPtrArray) leaves = members == &endpoint_members ? leaves_of(subjects) : NULL;
    char *text = form == FILE_CSV ? report_csv(members, subjects, &context, &changed)
                                  : report_ical(leaves ? leaves : subjects, &context);
    if (changed)
        *note = g_strdup_printf(ngettext("%u cell like a formula got an apostrophe",
                                         "%u cells like formulas got an apostrophe", changed),
                                changed);
    return g_bytes_new_take(text, strlen(text));
}

/* What a file of this name is to hold; NULL: there is none. */
static GBytes *content_for(Desk *desk, const char *path, char **note)
{
    View *view = desk_top(desk);
    FileForm form = form_of_path(path);
    if (form == FILE_CSV || form == FILE_ICAL)
        return exported(desk, form, note);
    if (form == FILE_TEXT) {
        char *text = view->ops->text(view);
        return g_bytes_new_take(text, strlen(text));
    }
    GBytes *der = view->ops->certificate ? view->ops->certificate(view) : NULL;
    if (!der || form == FILE_DER)
        return der;
    char *pem = form_pem(der);
    g_bytes_unref(der);
    return g_bytes_new_take(pem, strlen(pem));
}

static char *write_content(Desk *desk, const char *path, bool over, bool *refused)
{
    g_autofree char *note = NULL;
    g_autoptr(GBytes) content = content_for(desk, path, &note);
    if (!content) {
        *refused = false;
        return g_strdup(_("there is nothing of this kind here to write"));
    }
    gsize size = 0;
    const void *data = g_bytes_get_data(content, &size);
    char *message = desk->port->write(desk->port->data, &(UiFile){path, data, size, over}, refused);
    if (!note || *refused || !message)
        return message;
    g_autofree char *said = message;
    return g_strdup_printf("%s; %s", said, note);
}

static void overwrite(Desk *desk)
{
    bool refused = false;
    desk_say(desk, write_content(desk, desk->path, true, &refused));
}

static char *write_done(Desk *desk, const char *path)
{
    if (!*path)
        return NULL;
    bool refused = false;
    char *message = write_content(desk, path, false, &refused);
    if (!refused) {
        desk_say(desk, message);
        return NULL;
    }
    g_autofree char *why = message;
    g_free(desk->path);
    desk->path = g_strdup(path);
    desk_confirm(desk, g_strdup_printf(_("%s; overwrite it? (y/N) "), why ? why : path), overwrite);
    return NULL;
}

static const PromptKind write_prompt = {
    N_("write to (.pem .der: certificate; .csv .ics: table; else text): "), write_done, NULL};

void take_write(Desk *desk, const char *path)
{
    if (!path) {
        desk_ask(desk, &write_prompt, "");
        return;
    }
    write_done(desk, path);
}
