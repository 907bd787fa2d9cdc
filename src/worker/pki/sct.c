#include "worker/pki/sct.h"

#include "common/util/text.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

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
    add_hex(walk, field, "log_id", &sct, 32);
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
    field_set(field, "%s", time ? time : "");
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
