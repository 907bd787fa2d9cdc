#include "worker/pki/sct.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/text.h"
#include "worker/pki/datum.h"
#include "worker/pki/key.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

enum { LOG_ID = 32, EXTENSIONS = 3, EXTENSIONS_TAG = 0xa3, SEQUENCE_TAG = 0x30 };

int sct_count(const Der *value)
{
    Reader octets = der_inside(value);
    Der inner;
    if (!der_next(&octets, &inner) || !der_is(&inner, DER_OCTET_STRING))
        return -1;
    Reader content = der_inside(&inner), list = reader_vector(&content, 2);
    int count = 0;
    while (reader_left(&list)) {
        reader_vector(&list, 2);
        count++;
    }
    return list.failed || !reader_at_end(&content) ? -1 : count;
}

/* Where the list is cut short, a child ends with its parent. */
static Field *add(Walk *walk, Field *parent, const char *name, size_t offset, size_t length)
{
    length = MIN(length, parent->offset + parent->length - offset);
    Field *field = shape_child(walk, parent, "", offset, length);
    if (field)
        shape_call(field, "x509.sct", name);
    return field;
}

static void add_hex(Walk *walk, Field *parent, const char *name, Reader *reader, size_t size)
{
    Field *field = add(walk, parent, name, reader_offset(reader), size);
    const uint8_t *bytes = reader_take(reader, size);
    if (field && bytes)
        show_hex(field, bytes, size);
}

/* The id, and whose log it is, as the table of logs has it; NULL: none that is known. */
static const CtLog *add_log(Walk *walk, Field *parent, Reader *reader)
{
    Reader copy = *reader;
    const uint8_t *bytes = reader_take(&copy, LOG_ID);
    g_autofree char *id = bytes ? bytes_hex(bytes, LOG_ID, '\0') : NULL;
    const CtLog *log = id ? registry_ct_log(id) : NULL;
    add_hex(walk, parent, "log_id", reader, LOG_ID);
    Field *field = parent->children && parent->children->len
                       ? g_ptr_array_index(parent->children, parent->children->len - 1)
                       : NULL;
    if (field && log)
        g_string_append_printf(field->value, " (%s, by %s)", log->name, log->operator);
    return log;
}

/* RFC 5246 section 7.4.1.4.1: one octet for the hash, one for the signature. */
static void add_algorithm(Walk *walk, Field *parent, Reader *reader)
{
    static const char *const hashes[] = {"none",   "md5",    "sha1",  "sha224",
                                         "sha256", "sha384", "sha512"};
    static const char *const signatures[] = {"anonymous", "rsa", "dsa", "ecdsa"};
    Field *field = add(walk, parent, "algorithm", reader_offset(reader), 2);
    uint8_t hash = reader_u8(reader), signature = reader_u8(reader);
    if (!field || reader->failed)
        return;
    if (hash < G_N_ELEMENTS(hashes) && signature < G_N_ELEMENTS(signatures))
        field_set(field, "%s with %s", signatures[signature], hashes[hash]);
    else
        field_set(field, "0x%02x%02x", hash, signature);
}

static void add_time(Walk *walk, Field *parent, Reader *reader)
{
    Field *field = add(walk, parent, "timestamp", reader_offset(reader), 8);
    uint64_t milliseconds = reader_u64(reader);
    if (!field || reader->failed)
        return;
    if (milliseconds / 1000 > 253402300799) { /* 9999-12-31T23:59:59Z */
        field_note(field, "x509-bad-time");
        field_set(field, "%" G_GUINT64_FORMAT " ms", milliseconds);
        return;
    }
    g_autofree char *text = text_from_time((gint64)(milliseconds / 1000));
    field_set(field, "%.19s.%03u UTC", text, (unsigned)(milliseconds % 1000));
}

static void explain_sct(Walk *walk, Field *parent, Reader *list)
{
    size_t start = reader_offset(list);
    Reader sct = reader_vector(list, 2);
    Field *field = add(walk, parent, "SignedCertificateTimestamp", start, 2 + reader_left(&sct));
    if (!field || sct.failed)
        return;
    Field *version = add(walk, field, "sct_version", reader_offset(&sct), 1);
    int number = reader_u8(&sct);
    if (version)
        field_set(version, number == 0 ? "v1 (%d)" : "%d", number);
    const CtLog *log = add_log(walk, field, &sct);
    add_time(walk, field, &sct);
    size_t extensions = reader_offset(&sct);
    Reader inside = reader_vector(&sct, 2);
    size_t size = reader_left(&inside);
    Field *row = add(walk, field, "extensions", extensions, 2 + size);
    if (row && !inside.failed)
        show_hex(row, reader_take(&inside, size), size);
    add_algorithm(walk, field, &sct);
    size_t signature = reader_offset(&sct);
    inside = reader_vector(&sct, 2);
    size = reader_left(&inside);
    row = add(walk, field, "signature", signature, 2 + size);
    if (row && !inside.failed)
        show_hex(row, reader_take(&inside, size), size);
    if (!reader_at_end(&sct))
        field_note(field, sct.failed ? "x509-structure" : "der-trailing");
    const char *time = shape_value_of(field, "timestamp");
    field_set(field, "%s%s%s", time ? time : "", time && log ? ", " : "", log ? log->name : "");
}

void sct_explain(Walk *walk, Field *field, Reader content)
{
    Reader list = reader_vector(&content, 2);
    while (walk->left && reader_left(&list))
        explain_sct(walk, field, &list);
    if (list.failed || !reader_at_end(&content))
        field_note(field, "x509-structure");
    guint count = field->children ? field->children->len : 0;
    count -=
        (shape_value_of(field, "extnID") != NULL) + (shape_value_of(field, "critical") != NULL);
    field_set(field, count == 1 ? "%u SCT" : "%u SCTs", count);
}

static void show_sct_list(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)shape;
    sct_explain(walk, field, der_inside(element));
}

const Shape shape_sct_list = {.tag = DER_OCTET_STRING, .show = show_sct_list};

/* ---- timestamps read and verified ---- */

Reader sct_list(const uint8_t *data, size_t size)
{
    Reader whole = reader_new(data, size);
    Reader list = reader_vector(&whole, 2);
    list.failed = list.failed || !reader_at_end(&whole);
    return list;
}

bool sct_next(Reader *list, Sct *sct)
{
    *sct = (Sct){0};
    if (!reader_left(list))
        return false;
    Reader reader = reader_vector(list, 2);
    sct->version = reader_u8(&reader);
    if (reader.failed || sct->version != 0)
        return !list->failed;
    sct->log = reader_take(&reader, LOG_ID);
    sct->timestamp = reader_u64(&reader);
    sct->extensions = reader_vector(&reader, 2);
    sct->hash = reader_u8(&reader);
    sct->signer = reader_u8(&reader);
    sct->signature = reader_vector(&reader, 2);
    sct->whole = reader_at_end(&reader);
    return true;
}

GBytes *sct_x509_entry(const Cert *cert)
{
    GByteArray *entry = g_byte_array_new();
    gsize size;
    const uint8_t *der = g_bytes_get_data(cert->bytes, &size);
    bytes_put(entry, 0, 2);
    bytes_put(entry, size, 3);
    g_byte_array_append(entry, der, (guint)size);
    return g_byte_array_free_to_bytes(entry);
}

/* An element's header: `size` bytes of content follow. */
static void put_header(GByteArray *out, uint8_t tag, size_t size)
{
    bytes_put(out, tag, 1);
    if (size < 0x80)
        bytes_put(out, size, 1);
    else if (size <= 0xff)
        bytes_put(out, 0x8100 | size, 2);
    else if (size <= 0xffff)
        bytes_put(out, 0x820000 | size, 3);
    else
        bytes_put(out, 0x83000000 | size, 4);
}

static void put_element(GByteArray *out, const Cert *cert, const Der *element)
{
    g_autoptr(GBytes) bytes = cert_bytes(cert, element);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    g_byte_array_append(out, data, (guint)size);
}

/* The Extensions of the certificate without the list, header included. */
static GByteArray *without_list(const Cert *cert)
{
    g_autoptr(GByteArray) content = g_byte_array_new();
    GByteArray *whole = g_byte_array_new();
    Reader list = der_inside(&cert->tbs[TBS_EXTENSIONS]);
    Der element;
    while (der_next(&list, &element)) {
        Reader inside = der_inside(&element);
        Der oid;
        bool is_list = der_next(&inside, &oid) && der_is(&oid, DER_OID) &&
                       value_is_oid(&oid, "1.3.6.1.4.1.11129.2.4.2");
        if (!is_list)
            put_element(content, cert, &element);
    }
    put_header(whole, SEQUENCE_TAG, content->len);
    g_byte_array_append(whole, content->data, content->len);
    return whole;
}

/* RFC 6962 section 3.2: everything of the TBSCertificate but the list. */
static GByteArray *precertificate(const Cert *cert)
{
    g_autoptr(GByteArray) content = g_byte_array_new();
    g_autoptr(GByteArray) extensions = without_list(cert);
    GByteArray *whole = g_byte_array_new();
    Reader list = der_inside(&cert->parts[CERTIFICATE_TBS]);
    Der element;
    while (der_next(&list, &element)) {
        if (!der_is_context(&element, EXTENSIONS)) {
            put_element(content, cert, &element);
            continue;
        }
        put_header(content, EXTENSIONS_TAG, extensions->len);
        g_byte_array_append(content, extensions->data, extensions->len);
    }
    put_header(whole, SEQUENCE_TAG, content->len);
    g_byte_array_append(whole, content->data, content->len);
    return whole;
}

GBytes *sct_precert_entry(const Cert *cert, const Cert *issuer)
{
    if (!issuer || !issuer->tbs[TBS_SPKI].data || !cert->tbs[TBS_EXTENSIONS].data)
        return NULL;
    GByteArray *entry = g_byte_array_new();
    g_autoptr(GBytes) key = cert_bytes(issuer, &issuer->tbs[TBS_SPKI]);
    g_autoptr(GByteArray) tbs = precertificate(cert);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 hash[LOG_ID];
    gsize size, length = sizeof hash;
    const guchar *data = g_bytes_get_data(key, &size);
    g_checksum_update(checksum, data, (gssize)size);
    g_checksum_get_digest(checksum, hash, &length);
    bytes_put(entry, 1, 2);
    g_byte_array_append(entry, hash, sizeof hash);
    bytes_put(entry, tbs->len, 3);
    g_byte_array_append(entry, tbs->data, tbs->len);
    return g_byte_array_free_to_bytes(entry);
}

/* The digitally-signed struct: version and signature_type (certificate_timestamp) are both 0. */
static GByteArray *signed_bytes(const Sct *sct, GBytes *entry)
{
    GByteArray *content = g_byte_array_new();
    gsize size;
    const uint8_t *data = g_bytes_get_data(entry, &size);
    bytes_put(content, 0, 2);
    bytes_put(content, sct->timestamp >> 32, 4);
    bytes_put(content, sct->timestamp & 0xffffffff, 4);
    g_byte_array_append(content, data, (guint)size);
    bytes_put(content, sct->extensions.size, 2);
    if (sct->extensions.size)
        g_byte_array_append(content, sct->extensions.data, (guint)sct->extensions.size);
    return content;
}

SignatureAnswer sct_verify(const Sct *sct, const uint8_t *key, size_t size, GBytes *entry)
{
    static const struct {
        uint8_t hash, signer;
        gnutls_sign_algorithm_t algorithm;
    } rows[] = {{4, 3, GNUTLS_SIGN_ECDSA_SHA256}, {4, 1, GNUTLS_SIGN_RSA_SHA256}};
    gnutls_sign_algorithm_t algorithm = GNUTLS_SIGN_UNKNOWN;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].hash == sct->hash && rows[i].signer == sct->signer)
            algorithm = rows[i].algorithm;
    g_autoptr(GBytes) spki = g_bytes_new_static(key, size);
    gnutls_pubkey_t public =
        sct->whole && algorithm != GNUTLS_SIGN_UNKNOWN ? key_import(spki) : NULL;
    if (!public)
        return SIGNATURE_UNKNOWN;
    g_autoptr(GByteArray) content = signed_bytes(sct, entry);
    gnutls_datum_t data = datum(content->data, content->len);
    gnutls_datum_t made = datum(sct->signature.data, sct->signature.size);
    SignatureAnswer answer = gnutls_pubkey_verify_data2(public, algorithm, 0, &data, &made) >= 0
                                 ? SIGNATURE_GOOD
                                 : SIGNATURE_WRONG;
    gnutls_pubkey_deinit(public);
    return answer;
}
