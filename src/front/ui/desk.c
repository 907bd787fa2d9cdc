#include "front/ui/view.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/ui/glyph.h"
#include <glib/gi18n.h>

#include <string.h>

enum { PEM_LINE = 64 };

char *desk_safe(const Desk *desk, const void *text, gssize size)
{
    return text_escape(text, size, !desk->utf8);
}

char *desk_name(const Desk *desk)
{
    const GPtrArray *hosts = desk->model->hosts;
    const char *name = hosts->len == 1 ? ((const Host *)hosts->pdata[0])->name : "tlsdive";
    return desk_safe(desk, desk->title ? desk->title : name, -1);
}

const char *desk_glyph(const Desk *desk, int meaning)
{
    return glyph((Glyph)meaning, desk->utf8);
}

char *desk_suite(const Desk *desk, const char *suite, bool brief)
{
    const CipherSuite *known = registry_suite_named(suite);
    if (known && desk->suites == SUITE_OPENSSL && known->openssl)
        return g_strdup(known->openssl);
    if (known && desk->suites == SUITE_CODE)
        return g_strdup_printf("0x%04X", known->id);
    return brief ? brief_suite_name(suite) : g_strdup(suite);
}

void form_add(GPtrArray *forms, const char *name, char *text)
{
    Form *form = g_new0(Form, 1);
    form->name = g_strdup(name);
    form->text = text;
    g_ptr_array_add(forms, form);
}

char *form_pem(GBytes *der)
{
    gsize size = 0;
    const guchar *data = g_bytes_get_data(der, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    GString *pem = g_string_new("-----BEGIN CERTIFICATE-----\n");
    size_t length = strlen(base64);
    for (size_t from = 0; from < length; from += PEM_LINE)
        g_string_append_printf(pem, "%.*s\n", PEM_LINE, base64 + from);
    g_string_append(pem, "-----END CERTIFICATE-----\n");
    return g_string_free(pem, FALSE);
}

/* "3F:9C:..." as openssl x509 -fingerprint prints it */
static char *fingerprint(const char *sha256)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; sha256[i] && sha256[i + 1]; i += 2)
        g_string_append_printf(text, "%s%c%c", i ? ":" : "", g_ascii_toupper(sha256[i]),
                               g_ascii_toupper(sha256[i + 1]));
    return g_string_free(text, FALSE);
}

static void add_hash(GPtrArray *forms, const char *name, const Certificate *certificate,
                     const char *member)
{
    const char *hex = fact_string(certificate->fact, member, NULL);
    if (hex)
        form_add(forms, name, fingerprint(hex));
}

/* The SHA-256 of the public key in base64, as pins are written (RFC 7469 section 2.1.1). */
static void add_pin(GPtrArray *forms, const Certificate *certificate)
{
    const char *hex = fact_string(certificate->fact, "spki_sha256", NULL);
    guchar hash[32];
    if (!hex || strlen(hex) != 2 * sizeof hash)
        return;
    for (size_t i = 0; i < sizeof hash; i++)
        hash[i] =
            (guchar)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    form_add(forms, _("pin of the public key (SHA-256 in base64)"),
             g_base64_encode(hash, sizeof hash));
}

void form_add_certificate(GPtrArray *forms, const Desk *desk, const Certificate *certificate)
{
    g_autoptr(GBytes) der = desk->port->bytes(desk->port->data, certificate->sha256);
    if (der) {
        gsize size = 0;
        const guchar *data = g_bytes_get_data(der, &size);
        form_add(forms, _("certificate as PEM"), form_pem(der));
        form_add(forms, _("certificate as DER in hex"), bytes_hex(data, size, '\0'));
    }
    form_add(forms, _("SHA-256 fingerprint"), fingerprint(certificate->sha256));
    add_hash(forms, _("SHA-1 fingerprint"), certificate, "sha1");
    add_hash(forms, _("subject key identifier"), certificate, "subject_key_id");
    add_pin(forms, certificate);
}

Role role_of_severity(Severity severity)
{
    static const Role roles[SEVERITY_COUNT] = {
        [SEVERITY_CRITICAL] = ROLE_CRITICAL, [SEVERITY_HIGH] = ROLE_BAD,
        [SEVERITY_MEDIUM] = ROLE_WARN,       [SEVERITY_LOW] = ROLE_NOTE,
        [SEVERITY_INFO] = ROLE_NOTE,         [SEVERITY_UNKNOWN] = ROLE_UNKNOWN,
    };
    return roles[severity];
}
