#include "front/ui/explorer_parts.h"

#include "common/registry/registry.h"
#include "front/report/words.h"

#include <glib/gi18n.h>
#include <string.h>

/* The dotted form that a value ends with, as in "subjectAltName (2.5.29.17)"; NULL: it does not. To
 * be freed. */
static char *oid_in(const GString *value)
{
    const char *open = strrchr(value->str, '(');
    size_t length = open ? strspn(open + 1, "0123456789.") : 0;
    if (!length || open[1 + length] != ')' || !memchr(open + 1, '.', length))
        return NULL;
    return g_strndup(open + 1, length);
}

/* The object identifier that a field is about: its own, or that which it begins with. */
static char *oid_of(const Field *field)
{
    char *oid = oid_in(field->value);
    if (!oid && field->children && field->children->len)
        oid = oid_in(((const Field *)field->children->pdata[0])->value);
    return oid;
}

static void about_what(const Explorer *explorer, const Field *field, Lines *lines)
{
    const About *about = field->id ? registry_about(field->id) : NULL;
    g_autofree char *name = desk_safe(explorer->view.desk, field->name, -1);
    g_autofree char *oid = oid_of(field);
    lines_begin(lines, NULL);
    lines_add(lines, ROLE_TITLE, name);
    if (oid) {
        lines_add(lines, ROLE_TEXT, "  ");
        lines_wrap(lines, ROLE_DIM, 0, oid);
    }
    if (about && about->reference) {
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_DIM, 0, about->reference);
    }
    if (about && about->text) {
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_TEXT, 0, _(about->text));
    }
}

static void about_value(const Explorer *explorer, const Field *field, Lines *lines)
{
    g_autofree char *value =
        desk_safe(explorer->view.desk, field->value->str, (gssize)field->value->len);
    if (!*value)
        return;
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    lines_wrap(lines, ROLE_TEXT, 0, value);
}

/* Where it lies, and what it is in ASN.1: in the other reading of the same bytes. */
static void about_bytes(Explorer *explorer, const Field *field, Lines *lines)
{
    bool asn1 = explorer->view.desk->asn1;
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    lines_print(lines, ROLE_DIM,
                ngettext("%zu byte at %zu (0x%zx)", "%zu bytes at %zu (0x%zx)",
                         (unsigned long)field->length),
                field->length, field->offset, field->offset);
    if (!explorer->kind->certificate || !field->length)
        return;
    Fields *fields = explorer_fields_other(explorer);
    const Field *other = fields ? fields_holding(fields, field->offset, field->length) : NULL;
    if (!other || other->offset != field->offset || other->length != field->length)
        return;
    g_autofree char *name = desk_safe(explorer->view.desk, other->name, -1);
    lines_begin(lines, NULL);
    lines_wrap(lines, ROLE_DIM, 0, asn1 ? _("in the certificate:") : _("in ASN.1:"));
    lines_wrap(lines, ROLE_TEXT, 2, name);
}

static void about_notes(const Explorer *explorer, const Field *field, Lines *lines)
{
    for (guint i = 0; field->notes && i < field->notes->len; i++) {
        g_autofree char *text =
            words_reason(field->notes->pdata[i], NULL, !explorer->view.desk->utf8);
        lines_begin(lines, NULL);
        lines_wrap(lines, ROLE_WARN, 0, "!");
        lines_wrap(lines, ROLE_WARN, 2, text);
        g_autofree char *place = g_strdup_printf(_("(byte %zu)"), field->offset);
        lines_wrap(lines, ROLE_DIM, 2, place);
    }
}

static void about_findings(const Explorer *explorer, const Field *field, Lines *lines)
{
    g_autoptr(GPtrArray) findings = explorer_findings(explorer, field);
    if (!findings->len)
        return;
    lines_begin(lines, NULL);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        g_autofree char *text = words_finding(finding, !explorer->view.desk->utf8);
        lines_begin(lines, NULL);
        lines_print(lines, role_of_severity(finding->severity), "%c",
                    severity_letter(finding->severity));
        lines_tab(lines, 3);
        lines_wrap(lines, ROLE_TEXT, 3, text);
    }
    lines_begin(lines, NULL);
    lines_tab(lines, 3);
    lines_wrap(lines, ROLE_DIM, 3, _("Enter opens the finding"));
}

/* What another library makes of the same bytes, where that is something else. */
static void about_gnutls(const Explorer *explorer, Lines *lines)
{
    const Certificate *shown = explorer_certificate(explorer);
    const json_t *gnutls = shown && shown->fact ? json_object_get(shown->fact, "gnutls") : NULL;
    const json_t *differs = json_object_get(gnutls, "differs");
    const Desk *desk = explorer->view.desk;
    if (json_is_false(json_object_get(gnutls, "imported"))) {
        g_autofree char *error = words_value(json_object_get(gnutls, "error"), !desk->utf8);
        lines_begin(lines, NULL);
        lines_add(lines, ROLE_DIM, _("GnuTLS refuses it"));
        lines_add(lines, ROLE_DIM, ":");
        lines_wrap(lines, ROLE_WARN, 2, error ? error : "?");
    } else if (json_array_size(differs)) {
        g_autofree char *members = words_value(differs, !desk->utf8);
        lines_begin(lines, NULL);
        lines_add(lines, ROLE_DIM, _("GnuTLS differs in"));
        lines_add(lines, ROLE_DIM, ":");
        lines_wrap(lines, ROLE_WARN, 2, members);
    }
}

void explorer_build_about(Explorer *explorer, int columns)
{
    Lines *lines = explorer->about;
    const Field *field = explorer_field(explorer);
    lines_clear(lines, columns, explorer->view.desk->utf8);
    if (!field)
        return;
    about_what(explorer, field, lines);
    about_value(explorer, field, lines);
    if (explorer->kind->about)
        explorer->kind->about(explorer, field, lines);
    if (!field->parent)
        about_gnutls(explorer, lines);
    about_notes(explorer, field, lines);
    about_findings(explorer, field, lines);
    about_bytes(explorer, field, lines);
}
