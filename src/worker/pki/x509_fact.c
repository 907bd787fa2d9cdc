#include "worker/pki/x509.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/pki/cert.h"
#include "worker/pki/general_name.h"
#include "worker/pki/key.h"
#include "worker/pki/name.h"
#include "worker/pki/profile.h"
#include "worker/pki/sct.h"
#include "worker/pki/second.h"
#include "worker/pki/value.h"

/* A fact while it is written, and the bytes of text that may still go into it. */
typedef struct Writer {
    json_t *fact;
    size_t left;
} Writer;

static void note_cut(Writer *writer, const char *member)
{
    json_t *cut = json_object_get(writer->fact, "cut");
    if (!cut) {
        cut = json_array();
        json_object_set_new(writer->fact, "cut", cut);
    }
    if (!fact_list_has(cut, member))
        json_array_append_new(cut, json_string(member));
}

/* Text that is not UTF-8 to its end is not cut inside of a character that is. */
static size_t cut_text(const char *text, size_t size, size_t most)
{
    if (size <= most)
        return size;
    for (int back = 0; back < 3 && most && ((guchar)text[most] & 0xc0) == 0x80; back++)
        most--;
    return most;
}

/* JSON for a text, which is taken; NULL for none, and where nothing more fits. */
static json_t *take_text(Writer *writer, const char *member, GString *text)
{
    if (!text)
        return NULL;
    size_t size = cut_text(text->str, text->len, MIN((size_t)LIMIT_VALUE, writer->left));
    if (size < text->len)
        note_cut(writer, member);
    json_t *json = size == 0 && text->len ? NULL : fact_text(text->str, size);
    writer->left -= size;
    g_string_free(text, TRUE);
    return json;
}

static void set(Writer *writer, const char *member, json_t *value)
{
    if (value)
        json_object_set_new(writer->fact, member, value);
}

static void set_text(Writer *writer, const char *member, GString *text)
{
    set(writer, member, take_text(writer, member, text));
}

static void set_hex(Writer *writer, const char *member, const Der *element)
{
    if (!element->data)
        return;
    g_autofree char *hex = bytes_hex(element->data, MIN(element->length, (size_t)LIMIT_VALUE), 0);
    set(writer, member, json_string(hex));
    if (element->length > LIMIT_VALUE)
        note_cut(writer, member);
}

/* Appends to a list that is made when its first item comes. */
static bool append(Writer *writer, const char *member, json_t *item)
{
    json_t *list = json_object_get(writer->fact, member);
    if (!item)
        return false;
    if (!list) {
        list = json_array();
        json_object_set_new(writer->fact, member, list);
    }
    if (json_array_size(list) >= LIMIT_NAMES) {
        json_decref(item);
        note_cut(writer, member);
        return false;
    }
    json_array_append_new(list, item);
    return true;
}

static void write_names(Writer *writer, const Cert *cert)
{
    set_text(writer, "subject",
             cert->tbs[TBS_SUBJECT].data ? name_text(&cert->tbs[TBS_SUBJECT]) : NULL);
    set_text(writer, "issuer",
             cert->tbs[TBS_ISSUER].data ? name_text(&cert->tbs[TBS_ISSUER]) : NULL);
    set_text(writer, "common_name", name_last(&cert->tbs[TBS_SUBJECT], "2.5.4.3"));
    GString *issuer = name_last(&cert->tbs[TBS_ISSUER], "2.5.4.3");
    set_text(writer, "issuer_name",
             issuer ? issuer : name_last(&cert->tbs[TBS_ISSUER], "2.5.4.10"));
    if (cert->tbs[TBS_ISSUER].data && cert->tbs[TBS_SUBJECT].data)
        set(writer, "self_issued", json_boolean(cert_self_issued(cert)));
}

static void write_time(Writer *writer, const Cert *cert, int which, const char *member)
{
    int64_t seconds;
    if (!cert->validity[which].data)
        return;
    if (!cert_time(cert, which, &seconds)) {
        set(writer, member, json_string("unreadable"));
        return;
    }
    g_autofree char *rfc3339 = value_rfc3339(seconds);
    set(writer, member, json_string(rfc3339));
}

static void write_key(Writer *writer, const Cert *cert)
{
    const Der *spki = &cert->tbs[TBS_SPKI];
    if (!spki->data)
        return;
    g_autoptr(GBytes) bytes = cert_bytes(cert, spki);
    g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    set(writer, "spki_sha256", json_string(sha256));
    Key key = key_read(spki);
    if (key.type) {
        json_t *json = json_pack("{s:s}", "type", key.type);
        if (key.bits)
            json_object_set_new(json, "bits", json_integer((json_int_t)key.bits));
        if (key.curve)
            json_object_set_new(json, "curve", json_string(key.curve));
        if (key.exponent)
            json_object_set_new(json, "exponent", json_string(key.exponent));
        set(writer, "key", json);
    }
    key_clear(&key);
    Signature signature = signature_read(&cert->parts[CERTIFICATE_ALGORITHM]);
    if (signature.name)
        set(writer, "signature", json_string(signature.name));
    if (signature.hash)
        set(writer, "signature_hash", json_string(signature.hash));
    g_free(signature.name);
}

static json_t *name_to_json(Writer *writer, const Der *element)
{
    const char *kind;
    GString *text = general_name_text(element, &kind);
    json_t *value = take_text(writer, "names", text);
    return value ? json_pack("{s:s, s:o}", "kind", kind, "value", value) : NULL;
}

static void write_alternative_names(Writer *writer, const Cert *cert)
{
    Reader names = cert_list(cert, "2.5.29.17");
    Der element;
    while (der_next(&names, &element)) {
        if (append(writer, "names", name_to_json(writer, &element)))
            continue;
        size_t listed = json_array_size(json_object_get(writer->fact, "names"));
        set(writer, "names_cut", json_integer((json_int_t)listed));
        return;
    }
}

static void write_oids(Writer *writer, const Cert *cert, const char *extension, const char *member)
{
    Reader list = cert_list(cert, extension);
    Der element;
    bool minimal;
    while (der_next(&list, &element)) {
        Reader inside = der_inside(&element);
        if (element.constructed && !der_next(&inside, &element))
            continue;
        g_autofree char *oid = value_oid(&element, &minimal);
        if (oid && !append(writer, member, json_string(registry_oid_name(oid))))
            return;
    }
}

static void append_address(Writer *writer, const char *member, const Der *name)
{
    const char *kind;
    GString *text = general_name_text(name, &kind);
    if (strcmp(kind, "other") != 0)
        append(writer, member, take_text(writer, member, text));
    else
        g_string_free(text, TRUE);
}

static void write_access(Writer *writer, const Cert *cert)
{
    Reader list = cert_list(cert, "1.3.6.1.5.5.7.1.1");
    Der element, method, location;
    while (der_next(&list, &element)) {
        Reader inside = der_inside(&element);
        if (!der_next(&inside, &method) || !der_next(&inside, &location))
            continue;
        if (value_is_oid(&method, "1.3.6.1.5.5.7.48.1"))
            append_address(writer, "ocsp", &location);
        else if (value_is_oid(&method, "1.3.6.1.5.5.7.48.2"))
            append_address(writer, "issuers", &location);
    }
}

static void write_points(Writer *writer, const Cert *cert, const char *oid, const char *member)
{
    Reader list = cert_list(cert, oid);
    Der element, parts[POINT_PARTS], name;
    while (der_next(&list, &element)) {
        shape_assign(&shape_distribution_point, &element, parts);
        Reader names = der_inside(&parts[POINT_NAME]);
        while (der_is_context(&parts[POINT_NAME], 0) && der_next(&names, &name))
            append_address(writer, member, &name);
    }
}

static void write_usage(Writer *writer, const Cert *cert)
{
    bool ca;
    int64_t path_length;
    unsigned bits;
    if (cert_basic_constraints(cert, &ca, &path_length)) {
        set(writer, "ca", json_boolean(ca));
        if (path_length >= 0)
            set(writer, "path_length", json_integer(path_length));
    }
    if (cert_key_usage(cert, &bits)) {
        set(writer, "key_usage", json_array());
        for (unsigned i = 0; key_usage_names[i]; i++)
            if (bits >> i & 1)
                append(writer, "key_usage", json_string(key_usage_names[i]));
    }
    write_oids(writer, cert, "2.5.29.37", "extended_key_usage");
    write_oids(writer, cert, "2.5.29.32", "policies");
}

static void write_rest(Writer *writer, const Cert *cert)
{
    const CertExtension *extension = cert_extension(cert, "2.5.29.14");
    if (extension && der_is(&extension->value, DER_OCTET_STRING))
        set_hex(writer, "subject_key_id", &extension->value);
    extension = cert_extension(cert, "2.5.29.35");
    Der parts[AUTHORITY_PARTS];
    if (extension && der_is(&extension->value, DER_SEQUENCE)) {
        shape_assign(&shape_authority_key, &extension->value, parts);
        set_hex(writer, "authority_key_id", &parts[AUTHORITY_KEY_ID]);
    }
    extension = cert_extension(cert, "1.3.6.1.4.1.11129.2.4.2");
    int scts = extension ? sct_count(&extension->holder) : -1;
    if (scts >= 0)
        set(writer, "scts", json_integer(scts));
    if (cert_extension(cert, "1.3.6.1.4.1.11129.2.4.3"))
        set(writer, "precertificate", json_true());
    if (cert_must_staple(cert))
        set(writer, "must_staple", json_true());
}

/* Codes of the tree, each once: what is wrong, and what in names is there to deceive. */
static void collect_notes(Writer *writer, GHashTable *seen, const Field *field)
{
    for (guint i = 0; field->notes && i < field->notes->len; i++) {
        char *code = g_ptr_array_index(field->notes, i);
        if (g_hash_table_add(seen, code))
            append(writer, g_str_has_prefix(code, "name-") ? "name_notes" : "faults",
                   json_string(code));
    }
    for (guint i = 0; field->children && i < field->children->len; i++)
        collect_notes(writer, seen, g_ptr_array_index(field->children, i));
}

static void write_notes(Writer *writer, const uint8_t *der, size_t size)
{
    g_autoptr(Field) tree = x509_explain(der, size);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    collect_notes(writer, seen, tree);
}

static void add_lint(const char *code, void *data)
{
    append(data, "lints", json_string(code));
}

json_t *x509_fact(const uint8_t *der, size_t size)
{
    Writer writer = {.fact = fact_new(FACT_CERTIFICATE), .left = LIMIT_CERTIFICATE_TEXT};
    g_autoptr(GBytes) bytes = g_bytes_new_static(der, size);
    g_autoptr(Cert) cert = cert_new(bytes);
    g_autofree char *sha256 = bytes_sha256(der, size);
    g_autofree char *sha1 = g_compute_checksum_for_data(G_CHECKSUM_SHA1, der, size);
    set(&writer, "sha256", json_string(sha256));
    set(&writer, "size", json_integer((json_int_t)size));
    set(&writer, "sha1", json_string(sha1));
    if (cert_version(cert))
        set(&writer, "version", json_integer(cert_version(cert)));
    write_names(&writer, cert);
    set_hex(&writer, "serial", &cert->tbs[TBS_SERIAL]);
    write_time(&writer, cert, VALIDITY_NOT_BEFORE, "not_before");
    write_time(&writer, cert, VALIDITY_NOT_AFTER, "not_after");
    write_key(&writer, cert);
    write_usage(&writer, cert);
    write_access(&writer, cert);
    write_points(&writer, cert, "2.5.29.31", "crl");
    write_points(&writer, cert, "2.5.29.46", "freshest_crl");
    write_rest(&writer, cert);
    write_alternative_names(&writer, cert);
    write_notes(&writer, der, size);
    profile_lints(cert, add_lint, &writer);
    set(&writer, "gnutls", second_opinion(cert));
    return writer.fact;
}
