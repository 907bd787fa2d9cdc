#include "worker/pki/item_fact.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/pki/cms.h"
#include "worker/pki/datum.h"
#include "worker/pki/general_name.h"
#include "worker/pki/key.h"
#include "worker/pki/name.h"
#include "worker/pki/private_key.h"
#include "worker/pki/shapes.h"
#include "worker/pki/value.h"

enum { NAME_BYTES = 255 }; /* of one name that a request asks for */

static void set(json_t *fact, const char *member, json_t *value)
{
    json_object_set_new(fact, member, value);
}

static void set_text(json_t *fact, const char *member, const char *text)
{
    if (text)
        set(fact, member, fact_text(text, MIN(strlen(text), (size_t)LIMIT_VALUE)));
}

static void take_name(json_t *fact, const char *member, const Der *name)
{
    if (!name->data)
        return;
    GString *text = name_text(name);
    set(fact, member, fact_text(text->str, MIN(text->len, (size_t)LIMIT_VALUE)));
    g_string_free(text, TRUE);
}

static void set_time(json_t *fact, const char *member, const Der *time)
{
    int64_t seconds;
    if (!time->data)
        return;
    g_autofree char *text =
        value_time(time, time->tag, &seconds) ? value_rfc3339(seconds) : g_strdup("unreadable");
    set(fact, member, json_string(text));
}

static void set_spki(json_t *fact, GBytes *spki)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(spki, &size);
    Der element;
    g_autofree char *sha256 = bytes_sha256(data, size);
    set(fact, "spki_sha256", json_string(sha256));
    if (!der_read(data, size, &element))
        return;
    Key key = key_read(&element);
    json_t *json = json_object();
    if (key.type)
        set(json, "type", json_string(key.type));
    if (key.bits)
        set(json, "bits", json_integer((json_int_t)key.bits));
    if (key.curve)
        set(json, "curve", json_string(key.curve));
    if (json_object_size(json))
        set(fact, "key", json);
    else
        json_decref(json);
    key_clear(&key);
}

/* ---- what is signed ------------------------------------------------------------------------- */

/* {what is signed, AlgorithmIdentifier, BIT STRING}: a request and a CRL. */
typedef struct Signed {
    Der all, body, algorithm, bits;
} Signed;

static bool read_signed(GBytes *bytes, Signed *read)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    *read = (Signed){0};
    if (!der_read(data, size, &read->all))
        return false;
    Reader inside = der_inside(&read->all);
    return der_next(&inside, &read->body) && der_next(&inside, &read->algorithm) &&
           der_next(&inside, &read->bits);
}

static GBytes *part(GBytes *bytes, const Der *element)
{
    return g_bytes_new_from_bytes(bytes, element->offset, element->total);
}

/* Says whether the signature is of that key; nothing where GnuTLS cannot tell. */
static void check_signature(json_t *fact, GBytes *bytes, const Signed *read, GBytes *spki)
{
    Signature how = signature_read(&read->algorithm);
    Reader octets;
    unsigned unused;
    if (how.name)
        set(fact, "signature", json_string(how.name));
    g_free(how.name);
    if (how.gnutls == GNUTLS_SIGN_UNKNOWN || !value_bits(&read->bits, &octets, &unused))
        return;
    gnutls_pubkey_t key = key_import(spki);
    if (!key)
        return;
    g_autoptr(GBytes) body = part(bytes, &read->body);
    size_t size = reader_left(&octets);
    gnutls_datum_t data = datum_of(body), signature = datum(reader_take(&octets, size), size);
    int answer = gnutls_pubkey_verify_data2(key, (gnutls_sign_algorithm_t)how.gnutls,
                                            GNUTLS_VERIFY_ALLOW_BROKEN, &data, &signature);
    if (answer >= 0 || answer == GNUTLS_E_PK_SIG_VERIFY_FAILED)
        set(fact, "signature_good", json_boolean(answer >= 0));
    gnutls_pubkey_deinit(key);
}

/* ---- requests (RFC 2986) -------------------------------------------------------------------- */

/* The GeneralNames of a subjectAltName among Extensions. */
static bool find_alternative(const Der *extensions, Der *names)
{
    Reader list = der_inside(extensions);
    Der extension, parts[EXTENSION_PARTS];
    while (der_next(&list, &extension)) {
        if (!der_is(&extension, DER_SEQUENCE))
            continue;
        shape_assign(&shape_extension, &extension, parts);
        Reader inside = der_inside(&parts[EXTENSION_VALUE]);
        if (value_is_oid(&parts[EXTENSION_ID], "2.5.29.17"))
            return der_next(&inside, names) && der_is(names, DER_SEQUENCE);
    }
    return false;
}

static void write_names(json_t *fact, const Der *names)
{
    Reader list = der_inside(names);
    Der name;
    json_t *all = json_array();
    set(fact, "names", all);
    while (der_next(&list, &name)) {
        const char *kind;
        if (json_array_size(all) == LIMIT_NAMES) {
            set(fact, "names_cut", json_integer(LIMIT_NAMES));
            return;
        }
        GString *text = general_name_text(&name, &kind);
        json_array_append_new(all,
                              json_pack("{s:s,s:o}", "kind", kind, "value",
                                        fact_text(text->str, MIN(text->len, (size_t)NAME_BYTES))));
        g_string_free(text, TRUE);
    }
}

static void write_attributes(json_t *fact, const Der *attributes)
{
    Reader list = der_inside(attributes);
    Der attribute, type, set_of, extensions, names;
    while (der_next(&list, &attribute)) {
        Reader inside = der_inside(&attribute);
        if (!der_next(&inside, &type) || !value_is_oid(&type, "1.2.840.113549.1.9.14") ||
            !der_next(&inside, &set_of))
            continue;
        inside = der_inside(&set_of);
        if (der_next(&inside, &extensions) && find_alternative(&extensions, &names)) {
            write_names(fact, &names);
            return;
        }
    }
}

static void write_request(json_t *fact, const Item *item)
{
    Signed read;
    Der version, subject, spki, attributes;
    if (!read_signed(item->bytes, &read))
        return;
    Reader inside = der_inside(&read.body);
    if (!der_next(&inside, &version) || !der_next(&inside, &subject) || !der_next(&inside, &spki))
        return;
    take_name(fact, "subject", &subject);
    g_autoptr(GBytes) key = part(item->bytes, &spki);
    set_spki(fact, key);
    if (der_next(&inside, &attributes))
        write_attributes(fact, &attributes);
    check_signature(fact, item->bytes, &read, key);
}

/* ---- revocation ----------------------------------------------------------------------------- */

static bool is_time(const Der *element)
{
    return der_is(element, DER_UTC_TIME) || der_is(element, DER_GENERALIZED_TIME);
}

static void write_crl_extension(json_t *fact, const Der *extension)
{
    Der parts[EXTENSION_PARTS], number;
    if (!der_is(extension, DER_SEQUENCE))
        return;
    shape_assign(&shape_extension, extension, parts);
    if (value_is_oid(&parts[EXTENSION_ID], "2.5.29.27"))
        set(fact, "delta", json_true());
    Reader inside = der_inside(&parts[EXTENSION_VALUE]);
    if (!value_is_oid(&parts[EXTENSION_ID], "2.5.29.20") || !der_next(&inside, &number))
        return;
    g_autofree char *hex = bytes_hex(number.data, MIN(number.length, (size_t)LIMIT_OID), '\0');
    set(fact, "number", json_string(hex));
}

static json_int_t count(const Der *list)
{
    Reader inside = der_inside(list);
    Der element;
    json_int_t entries = 0;
    while (der_next(&inside, &element))
        entries++;
    return entries;
}

/* TBSCertList (RFC 5280 section 5.1): {version?, algorithm, issuer, thisUpdate, nextUpdate?,
 * revoked?, [0]?}. */
static void write_crl(json_t *fact, const Item *item)
{
    Signed read;
    Der element;
    if (!read_signed(item->bytes, &read))
        return;
    Signature how = signature_read(&read.algorithm);
    if (how.name)
        set(fact, "signature", json_string(how.name));
    g_free(how.name);
    Reader inside = der_inside(&read.body);
    int sequences = 0, times = 0;
    set(fact, "entries", json_integer(0));
    while (der_next(&inside, &element)) {
        if (is_time(&element)) {
            set_time(fact, times++ ? "next_update" : "this_update", &element);
        } else if (der_is(&element, DER_SEQUENCE)) {
            if (++sequences == 2)
                take_name(fact, "issuer", &element);
            else if (sequences == 3)
                set(fact, "entries", json_integer(count(&element)));
        } else if (der_is_context(&element, 0)) {
            Reader holder = der_inside(&element);
            Der extensions, extension;
            if (!der_next(&holder, &extensions))
                continue;
            Reader list = der_inside(&extensions);
            while (der_next(&list, &extension))
                write_crl_extension(fact, &extension);
        }
    }
}

/* OCSPResponse (RFC 6960 section 4.2.1): {status, [0] {{type, OCTET STRING}}}. */
static void write_response(json_t *fact, const Item *item)
{
    static const char *const statuses[] = {
        "successful", "malformed-request", "internal-error", "try-later",
        NULL,         "sig-required",      "unauthorized"};
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    Der all, element;
    int64_t status;
    if (!der_read(data, size, &all))
        return;
    Reader inside = der_inside(&all);
    if (!der_next(&inside, &element) || !value_integer(&element, &status))
        return;
    if (status >= 0 && status < (int64_t)G_N_ELEMENTS(statuses) && statuses[status])
        set(fact, "status", json_string(statuses[status]));
    /* down to the BasicOCSPResponse's tbsResponseData: [0], ResponseBytes, OCTET STRING, SEQUENCE
     */
    if (!der_next(&inside, &element))
        return;
    Reader bytes = der_inside(&element);
    if (!der_next(&bytes, &element))
        return;
    bytes = der_inside(&element);
    if (!der_next(&bytes, &element) || !der_next(&bytes, &element))
        return;
    for (int depth = 0; depth < 2; depth++) {
        bytes = der_inside(&element);
        if (!der_next(&bytes, &element))
            return;
    }
    inside = der_inside(&element);
    while (der_next(&inside, &element)) {
        if (is_time(&element))
            set_time(fact, "produced_at", &element);
        else if (der_is(&element, DER_SEQUENCE))
            set(fact, "entries", json_integer(count(&element)));
    }
}

static void write_ocsp_request(json_t *fact, const Item *item)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    Der all, body, element;
    if (!der_read(data, size, &all))
        return;
    Reader inside = der_inside(&all);
    if (!der_next(&inside, &body))
        return;
    inside = der_inside(&body);
    while (der_next(&inside, &element))
        if (der_is(&element, DER_SEQUENCE))
            set(fact, "entries", json_integer(count(&element)));
}

/* ---- others --------------------------------------------------------------------------------- */

static void write_cms(json_t *fact, const Item *item)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    Der info, content, element;
    if (!der_read(data, size, &info))
        return;
    g_autofree char *type = cms_content(&info, &content);
    if (!type)
        return;
    set(fact, "content", json_string(registry_oid_name(type)));
    if (strcmp(type, "1.2.840.113549.1.7.2") != 0)
        return;
    Reader inside = der_inside(&content);
    json_int_t signers = 0;
    while (der_next(&inside, &element)) /* signerInfos is the last SET */
        if (der_is(&element, DER_SET))
            signers = count(&element);
    set(fact, "signers", json_integer(signers));
}

static void write_private_key(json_t *fact, const Item *item)
{
    g_autoptr(GBytes) spki = private_key_spki(item);
    if (spki) {
        set_spki(fact, spki);
        return;
    }
    g_autofree char *algorithm = item->encryption ? NULL : private_key_algorithm(item);
    if (algorithm)
        set(fact, "key", json_pack("{s:s}", "type", algorithm));
}

static void write_public_key(json_t *fact, const Item *item)
{
    if (!item->format)
        set_spki(fact, item->bytes);
}

static void write_parameters(json_t *fact, const Item *item)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(item->bytes, &size);
    Der all, prime;
    bool minimal;
    if (!der_read(data, size, &all))
        return;
    Reader inside = der_inside(&all);
    if (der_is(&all, DER_OID)) {
        g_autofree char *dotted = value_oid(&all, &minimal);
        if (dotted)
            set(fact, "key", json_pack("{s:s}", "curve", registry_oid_name(dotted)));
    } else if (der_next(&inside, &prime) && der_is(&prime, DER_INTEGER)) {
        set(fact, "key", json_pack("{s:I}", "bits", (json_int_t)value_integer_bits(&prime)));
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const struct {
    const char *explain; /* kind of the explain job; NULL: it is not explained */
    void (*write)(json_t *fact, const Item *item);
} kinds[ITEM_KINDS] = {
    [ITEM_CERTIFICATE] = {"certificate", NULL},
    [ITEM_REQUEST] = {"csr", write_request},
    [ITEM_CRL] = {"crl", write_crl},
    [ITEM_OCSP_REQUEST] = {"ocsp-request", write_ocsp_request},
    [ITEM_OCSP_RESPONSE] = {"ocsp", write_response},
    [ITEM_CMS] = {"pkcs7", write_cms},
    [ITEM_PRIVATE_KEY] = {NULL, write_private_key},
    [ITEM_PUBLIC_KEY] = {"spki", write_public_key},
    [ITEM_PARAMETERS] = {"asn1", write_parameters},
};

json_t *item_fact(const Item *item)
{
    json_t *fact = fact_new(FACT_OBJECT);
    gsize size = g_bytes_get_size(item->bytes);
    set(fact, "kind", json_string(item_kind_name(item->kind)));
    if (item->format)
        set(fact, "format", json_string(item->format));
    if (item->in)
        set(fact, "in", json_string(item->in));
    set_text(fact, "label", item->label);
    set_text(fact, "name", item->name);
    if (item->key_id)
        set(fact, "key_id", json_string(item->key_id));
    if (item->encryption)
        set_text(fact, "encryption", item->encryption);
    if (size)
        set(fact, "size", json_integer((json_int_t)size));
    if (!item->secret && kinds[item->kind].explain) {
        g_autofree char *sha256 = bytes_sha256(g_bytes_get_data(item->bytes, NULL), size);
        set(fact, "sha256", json_string(sha256));
        set(fact, "explain", json_string(kinds[item->kind].explain));
    }
    if (kinds[item->kind].write)
        kinds[item->kind].write(fact, item);
    return fact;
}
