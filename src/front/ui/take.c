#include "front/ui/take.h"

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

typedef enum FileForm { FILE_TEXT, FILE_PEM, FILE_DER } FileForm;

static FileForm form_of_path(const char *path)
{
    static const struct {
        const char *end;
        FileForm form;
    } ends[] = {{".pem", FILE_PEM}, {".crt", FILE_PEM}, {".cer", FILE_DER}, {".der", FILE_DER}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(path, ends[i].end))
            return ends[i].form;
    return FILE_TEXT;
}

/* What a file of this name is to hold; NULL: there is none. */
static GBytes *content_for(Desk *desk, const char *path)
{
    View *view = desk_top(desk);
    FileForm form = form_of_path(path);
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
    g_autoptr(GBytes) content = content_for(desk, path);
    if (!content) {
        *refused = false;
        return g_strdup(_("there is no certificate here to write"));
    }
    gsize size = 0;
    const void *data = g_bytes_get_data(content, &size);
    return desk->port->write(desk->port->data, &(UiFile){path, data, size, over}, refused);
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
    N_("write to (.pem, .der: the certificate; else this view as text): "), write_done, NULL};

void take_write(Desk *desk, const char *path)
{
    if (!path) {
        desk_ask(desk, &write_prompt, "");
        return;
    }
    write_done(desk, path);
}
