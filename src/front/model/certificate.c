#include "front/model/certificate.h"

#include "common/fact/fact.h"
#include "common/util/text.h"

#include <string.h>

enum { DAY = 24 * 60 * 60 };

Certificate *certificate_new(const char *sha256)
{
    Certificate *certificate = g_new0(Certificate, 1);
    certificate->sha256 = g_strdup(sha256);
    certificate->subject = g_string_new(NULL);
    certificate->issuer = g_string_new(NULL);
    certificate->name = g_string_new(NULL);
    certificate->issuer_name = g_string_new(NULL);
    certificate->not_before = G_MININT64;
    certificate->not_after = G_MININT64;
    certificate->key = g_strdup("");
    certificate->signature = g_strdup("");
    return certificate;
}

/* Puts the text member into *text and returns true, if there is such a text and it is not empty. */
static bool take_text(GString *text, const json_t *value)
{
    GString *found = fact_text_get(value);
    if (!found)
        return false;
    g_string_truncate(text, 0);
    g_string_append_len(text, found->str, (gssize)found->len);
    g_string_free(found, TRUE);
    return text->len > 0;
}

static gint64 instant(const json_t *fact, const char *member)
{
    const char *text = fact_string(fact, member, "");
    gint64 seconds;
    if (!text_to_time(text, &seconds))
        return G_MININT64;
    return strcmp(text, "9999-12-31T23:59:59Z") == 0 ? G_MAXINT64 : seconds;
}

/* What OpenSSL and the RFCs call secp*r1 is shown by the name that administrators choose it by. */
static const char *curve_name(const char *curve)
{
    static const char *const names[][2] = {
        {"secp256r1", "P-256"},
        {"prime256v1", "P-256"},
        {"secp384r1", "P-384"},
        {"secp521r1", "P-521"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(curve, names[i][0]) == 0)
            return names[i][1];
    return curve;
}

char *certificate_key_text(const json_t *key)
{
    const char *type = fact_string(key, "type", "");
    const char *curve = fact_string(key, "curve", "");
    json_int_t bits = fact_integer(key, "bits", 0);
    if (g_str_has_prefix(type, "Ed") || (!*curve && bits <= 0))
        return g_strdup(type);
    if (*curve)
        return g_strdup_printf("%s %s", type, curve_name(curve));
    return g_strdup_printf("%s %" JSON_INTEGER_FORMAT, type, bits);
}

void certificate_fill(Certificate *certificate, json_t *fact)
{
    const json_t *first = json_array_get(json_object_get(fact, "names"), 0);
    json_int_t size = fact_integer(fact, "size", 0);

    certificate->fact = json_incref(fact);
    take_text(certificate->subject, json_object_get(fact, "subject"));
    take_text(certificate->issuer, json_object_get(fact, "issuer"));
    if (!take_text(certificate->name, json_object_get(fact, "common_name")) &&
        !take_text(certificate->name, json_object_get(first, "value")))
        take_text(certificate->name, json_object_get(fact, "subject"));
    if (!take_text(certificate->issuer_name, json_object_get(fact, "issuer_name")))
        take_text(certificate->issuer_name, json_object_get(fact, "issuer"));
    certificate->not_before = instant(fact, "not_before");
    certificate->not_after = instant(fact, "not_after");
    g_free(certificate->key);
    certificate->key = certificate_key_text(json_object_get(fact, "key"));
    g_free(certificate->signature);
    certificate->signature = g_strdup(fact_string(fact, "signature", ""));
    certificate->size = size > 0 ? (size_t)size : 0;
}

void certificate_free(Certificate *certificate)
{
    if (!certificate)
        return;
    g_free(certificate->sha256);
    json_decref(certificate->fact);
    g_clear_pointer(&certificate->awaited, g_ptr_array_unref);
    g_clear_pointer(&certificate->places, g_ptr_array_unref);
    g_string_free(certificate->subject, TRUE);
    g_string_free(certificate->issuer, TRUE);
    g_string_free(certificate->name, TRUE);
    g_string_free(certificate->issuer_name, TRUE);
    g_free(certificate->key);
    g_free(certificate->signature);
    g_free(certificate);
}

gint64 certificate_days_left(const Certificate *certificate, gint64 now)
{
    gint64 left;
    if (certificate->not_after == G_MAXINT64 || certificate->not_after == G_MININT64)
        return certificate->not_after;
    left = certificate->not_after - now;
    return left >= 0 ? left / DAY : -((DAY - 1 - left) / DAY);
}
