#include "front/report/objects.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/block.h"
#include "front/report/brief.h"
#include "front/report/words.h"

enum { NAMES_SHOWN = 8, COLUMN_NUMBER = 2, COLUMN_TEXT = 6 };

/* ---- kinds ---------------------------------------------------------------------------------- */

static const struct {
    const char *kind, *words;
} kinds[] = {
    {"certificate", N_("certificate")},     {"request", N_("certificate request")},
    {"crl", N_("revocation list")},         {"ocsp-request", N_("OCSP request")},
    {"ocsp-response", N_("OCSP response")}, {"cms", N_("PKCS #7")},
    {"private-key", N_("private key")},     {"public-key", N_("public key")},
    {"parameters", N_("parameters")},
};

const char *objects_kind(const FileObject *object)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].kind, object->kind))
            return _(kinds[i].words);
    return _("other");
}

/* ---- parts of a line ------------------------------------------------------------------------ */

static void add(GString *line, const char *text)
{
    if (text && *text)
        g_string_append_printf(line, "%s%s", line->len ? "  " : "", text);
}

static void take(GString *line, char *text)
{
    g_autofree char *owned = text;
    add(line, owned);
}

static void add_member(GString *line, const json_t *fact, const char *member, bool ascii)
{
    const json_t *value = json_object_get(fact, member);
    if (value)
        take(line, words_value(value, ascii));
}

static void add_time(GString *line, const json_t *fact, const char *member, const char *format)
{
    const char *time = fact_string(fact, member, NULL);
    if (!time)
        return;
    g_autofree char *day = text_escape(time, (gssize)MIN(strlen(time), (size_t)10), true);
    take(line, g_strdup_printf("%s %s", format, day));
}

static void add_key(GString *line, const json_t *fact)
{
    g_autofree char *key = certificate_key_text(json_object_get(fact, "key"));
    take(line, text_escape(key, -1, true));
}

/* ---- kinds of objects ----------------------------------------------------------------------- */

/* Where the private key of a certificate is. */
static void add_holder(GString *line, const Model *model, const FileObject *object,
                       const Certificate *certificate, bool ascii)
{
    const GPtrArray *keys =
        files_keys(model->files, fact_string(certificate->fact, "spki_sha256", NULL));
    if (!keys)
        return;
    const FileObject *key = keys->pdata[0];
    g_autofree char *path = text_escape(key->file->path->str, (gssize)key->file->path->len, ascii);
    take(line, key->file == object->file ? g_strdup(_("its key is here"))
                                         : g_strdup_printf(_("its key is in %s"), path));
}

static void line_certificate(GString *line, const Model *model, const FileObject *object,
                             bool ascii)
{
    const Certificate *certificate =
        object->sha256 ? model_certificate(model, object->sha256) : NULL;
    if (!certificate)
        return;
    g_autofree char *name =
        text_escape(certificate->name->str, (gssize)certificate->name->len, ascii);
    add(line, *name ? name : _("(does not decode)"));
    take(line, brief_key(certificate));
    add_time(line, certificate->fact, "not_after", _("until"));
    add_holder(line, model, object, certificate, ascii);
}

static void line_request(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    const json_t *names = json_object_get(object->fact, "names"), *name;
    size_t i;
    (void)model;
    add_member(line, object->fact, "subject", ascii);
    add_key(line, object->fact);
    if (json_object_get(object->fact, "signature_good"))
        add(line, fact_bool(object->fact, "signature_good", FALSE) ? _("its signature is right")
                                                                   : _("its signature is WRONG"));
    json_array_foreach((json_t *)names, i, name)
    {
        g_autofree char *value = words_value(json_object_get(name, "value"), ascii);
        if (i < NAMES_SHOWN)
            take(line, g_strdup_printf("%s:%s", fact_string(name, "kind", ""), value));
    }
    if (i > NAMES_SHOWN)
        take(line, g_strdup_printf(_("and %zu more"), i - NAMES_SHOWN));
}

static void line_crl(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    gulong entries = (gulong)fact_integer(object->fact, "entries", 0);
    (void)model;
    add_member(line, object->fact, "issuer", ascii);
    if (fact_bool(object->fact, "delta", FALSE))
        add(line, _("delta"));
    take(line, g_strdup_printf(ngettext("%lu revoked", "%lu revoked", entries), entries));
    add_time(line, object->fact, "this_update", _("of"));
    add_time(line, object->fact, "next_update", _("next"));
}

static void line_ocsp(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    gulong entries = (gulong)fact_integer(object->fact, "entries", 0);
    (void)model;
    add_member(line, object->fact, "status", ascii);
    if (json_object_get(object->fact, "entries"))
        take(line,
             g_strdup_printf(ngettext("%lu certificate", "%lu certificates", entries), entries));
    add_time(line, object->fact, "produced_at", _("of"));
}

static void line_cms(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    gulong signers = (gulong)fact_integer(object->fact, "signers", 0);
    (void)model;
    add_member(line, object->fact, "content", ascii);
    if (json_object_get(object->fact, "signers"))
        take(line, g_strdup_printf(ngettext("%lu signer", "%lu signers", signers), signers));
}

/* Which certificate a key belongs to, among all that were opened or seen. */
static void add_match(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    const GPtrArray *list = model_certificates_of_key(model, object->spki);
    if (!object->spki) {
        add(line, _("which certificate it belongs to is not known"));
        return;
    }
    if (!list || list->len == 0) {
        add(line, _("belongs to no certificate here"));
        return;
    }
    const Certificate *certificate = list->pdata[0];
    g_autofree char *name =
        text_escape(certificate->name->str, (gssize)certificate->name->len, ascii);
    take(line, g_strdup_printf(_("belongs to %s"), name));
    if (list->len > 1)
        take(line, g_strdup_printf(_("and %u more"), list->len - 1));
}

static void line_private_key(GString *line, const Model *model, const FileObject *object,
                             bool ascii)
{
    add_key(line, object->fact);
    add_member(line, object->fact, "format", ascii);
    if (json_object_get(object->fact, "encryption")) {
        g_autofree char *how = words_value(json_object_get(object->fact, "encryption"), ascii);
        take(line, g_strdup_printf(_("encrypted: %s"), how));
    }
    add_match(line, model, object, ascii);
}

static void line_public_key(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    add_key(line, object->fact);
    add_match(line, model, object, ascii);
}

static void line_other(GString *line, const Model *model, const FileObject *object, bool ascii)
{
    (void)model;
    add_member(line, object->fact, "format", ascii);
    add_key(line, object->fact);
    if (!json_object_get(object->fact, "format"))
        add_member(line, object->fact, "label", ascii);
}

static void add_friendly(GString *line, const FileObject *object, bool ascii)
{
    const json_t *name = json_object_get(object->fact, "name");
    if (!name)
        return;
    g_autofree char *text = words_value(name, ascii);
    take(line, g_strdup_printf("\"%s\"", text));
}

char *objects_line(const Model *model, const FileObject *object, bool ascii)
{
    static const struct {
        const char *kind;
        void (*add)(GString *line, const Model *model, const FileObject *object, bool ascii);
    } lines[] = {
        {"certificate", line_certificate}, {"request", line_request},       {"crl", line_crl},
        {"ocsp-request", line_ocsp},       {"ocsp-response", line_ocsp},    {"cms", line_cms},
        {"private-key", line_private_key}, {"public-key", line_public_key},
    };
    GString *line = g_string_new(NULL);
    size_t i = 0;
    while (i < G_N_ELEMENTS(lines) && !g_str_equal(lines[i].kind, object->kind))
        i++;
    (i < G_N_ELEMENTS(lines) ? lines[i].add : line_other)(line, model, object, ascii);
    add_friendly(line, object, ascii);
    return g_string_free(line, FALSE);
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *password_words(const char *code)
{
    static const struct {
        const char *code, *words;
    } rows[] = {
        {"none", N_("not encrypted")},
        {"empty", N_("the password is empty")},
        {"given", N_("opened with the password")},
        {"wanted", N_("a password is needed")},
        {"wrong", N_("the password is WRONG")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].code, code))
            return _(rows[i].words);
    return "";
}

char *objects_file(const File *file, bool ascii)
{
    GString *line = g_string_new(NULL);
    const json_t *fact = file->fact;
    const char *form = fact_string(fact, "form", ""), *reason = fact_string(fact, "reason", NULL);
    json_int_t cut = fact_integer(fact, "cut", 0);
    gulong broken = (gulong)fact_integer(fact, "broken", 0);
    if (g_str_equal(form, "pkcs12"))
        add(line, "PKCS #12");
    add(line, password_words(fact_string(fact, "password", "")));
    if (reason)
        take(line, words_reason(reason, json_object_get(fact, "args"), ascii));
    if (json_object_get(fact, "mac"))
        take(line, g_strdup_printf("MAC %s", fact_string(fact, "mac", "")));
    add_member(line, fact, "encryption", ascii);
    size_t i;
    const json_t *remark;
    json_array_foreach(json_object_get(fact, "remarks"), i, remark)
        take(line, words_reason(json_string_value(remark), NULL, ascii));
    if (broken)
        take(line, g_strdup_printf(ngettext("%lu block that does not read",
                                            "%lu blocks that do not read", broken),
                                   broken));
    if (cut)
        take(line, g_strdup_printf(_("more than %ld objects: the others are left out"), (long)cut));
    return g_string_free(line, FALSE);
}

static void add_count(GString *line, const json_t *fact, const char *member, const char *format)
{
    json_int_t count = fact_integer(fact, member, 0);
    if (count)
        g_string_append_printf(line, ", %ld %s", (long)count, format);
}

char *objects_directory(const json_t *fact, bool ascii)
{
    gulong files = (gulong)fact_integer(fact, "files", 0);
    GString *line = g_string_new(NULL);
    g_autofree char *path = words_value(json_object_get(fact, "path"), ascii);
    g_string_append_printf(line, ngettext("%s: %lu file", "%s: %lu files", files), path, files);
    g_string_append_printf(line, _(", %ld of them with something in it"),
                           (long)fact_integer(fact, "holding", 0));
    add_count(line, fact, "unreadable", _("that cannot be read"));
    add_count(line, fact, "special", _("FIFOs, devices or sockets"));
    add_count(line, fact, "deep", _("directories nested too deep"));
    if (fact_integer(fact, "cut", 0))
        g_string_append_printf(line, _("; there are more than %ld: the others are left out"),
                               (long)fact_integer(fact, "cut", 0));
    return g_string_free(line, FALSE);
}

/* ---- the report ----------------------------------------------------------------------------- */

/* What the block of a certificate does not say. */
static char *beside_block(const Model *model, const FileObject *object,
                          const Certificate *certificate, bool ascii)
{
    GString *line = g_string_new(NULL);
    add_holder(line, model, object, certificate, ascii);
    add_friendly(line, object, ascii);
    return g_string_free(line, FALSE);
}

static void put_object(Page *page, const Model *model, const FileObject *object,
                       const ReportStyle *style)
{
    const Certificate *certificate = g_str_equal(object->kind, "certificate") && object->sha256
                                         ? model_certificate(model, object->sha256)
                                         : NULL;
    g_autofree char *number = g_strdup_printf("%u", object->index);
    g_autofree char *line = certificate ? beside_block(model, object, certificate, style->ascii)
                                        : objects_line(model, object, style->ascii);
    page_to(page, COLUMN_NUMBER);
    page_put(page, TINT_UNKNOWN, number);
    page_to(page, COLUMN_TEXT);
    page_wrap(page, TINT_NONE, objects_kind(object), COLUMN_TEXT);
    if (*line) {
        page_put(page, TINT_NONE, "  ");
        page_wrap(page, TINT_NONE, line, COLUMN_TEXT);
    }
    page_end(page);
    if (certificate)
        block_certificate(page, certificate, style, COLUMN_TEXT);
}

static void put_file(Page *page, const Model *model, const File *file, const ReportStyle *style)
{
    g_autofree char *path = text_escape(file->path->str, (gssize)file->path->len, style->ascii);
    g_autofree char *said = objects_file(file, style->ascii);
    page_wrap(page, TINT_TITLE, path, 0);
    page_end(page);
    if (*said) {
        page_to(page, COLUMN_NUMBER);
        page_wrap(page, TINT_NONE, said, COLUMN_NUMBER);
        page_end(page);
    }
    for (guint i = 0; i < file->objects->len; i++)
        put_object(page, model, file->objects->pdata[i], style);
    page_end(page);
}

char *report_files(const Model *model, const ReportStyle *style)
{
    Page page = {.text = g_string_new(NULL),
                 .width = style->width,
                 .ascii = style->ascii,
                 .colour = style->colour};
    const Files *files = model->files;
    for (guint i = 0; i < files->all->len; i++)
        put_file(&page, model, files->all->pdata[i], style);
    for (guint i = 0; i < files->directories->len; i++) {
        g_autofree char *line = objects_directory(files->directories->pdata[i], style->ascii);
        page_wrap(&page, TINT_TITLE, line, 2);
        page_end(&page);
    }
    return g_string_free(page.text, FALSE);
}
