#include "worker/pki/openssl_text.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/key.h"
#include "worker/pki/value.h"

static void append_blanks(GString *to, guint count)
{
    g_string_append_printf(to, "%*s", (int)count, "");
}

void openssl_append_oid(GString *to, const Der *oid)
{
    bool minimal;
    g_autofree char *dotted = value_oid(oid, &minimal);
    const char *name = dotted ? openssl_name(dotted, false) : NULL;
    g_string_append(to, name ? name : dotted ? dotted : "<INVALID>");
}

void openssl_append_dump(GString *to, Reader bytes, guint indent, guint columns)
{
    for (guint i = 0; reader_left(&bytes); i++) {
        if (i % columns == 0) {
            g_string_append(to, i ? "\n" : "");
            append_blanks(to, indent);
        }
        g_string_append_printf(to, "%02x", reader_u8(&bytes));
        g_string_append(to, reader_left(&bytes) ? ":" : "");
    }
    g_string_append_c(to, '\n');
}

/* ---- names */

/* One octet of a value in UTF-8; true where OpenSSL sets the whole value in quotes for it. */
static bool append_octet(GString *to, guchar octet, bool edge, bool first)
{
    if (octet > 0x7e || octet < ' ') {
        g_string_append_printf(to, "\\%02X", octet);
        return false;
    }
    if (octet == '"' || octet == '\\')
        g_string_append_c(to, '\\');
    g_string_append_c(to, (char)octet);
    return strchr(",+<>;", octet) || (octet == ' ' && edge) || (octet == '#' && first);
}

static void append_hex(GString *to, const Der *value)
{
    static const char *const digits = "0123456789ABCDEF";
    const uint8_t *start = value->data - value->header;
    g_string_append_c(to, '#');
    for (size_t i = 0; i < value->header + value->length; i++) {
        g_string_append_c(to, digits[start[i] >> 4]);
        g_string_append_c(to, digits[start[i] & 15]);
    }
}

/* The value as UTF-8; NULL: OpenSSL does not take it for a string. */
static GString *value_utf8(const Der *value)
{
    static const uint32_t tags[] = {DER_UTF8_STRING, DER_NUMERIC_STRING,   DER_PRINTABLE_STRING,
                                    DER_IA5_STRING,  DER_VISIBLE_STRING,   DER_UTC_TIME,
                                    DER_BMP_STRING,  DER_UNIVERSAL_STRING, DER_GENERALIZED_TIME};
    if (value->class != DER_UNIVERSAL)
        return NULL;
    if (value->tag == DER_TELETEX_STRING) { /* as Latin-1 */
        GString *text = g_string_new(NULL);
        for (size_t i = 0; i < value->length; i++)
            g_string_append_unichar(text, value->data[i]);
        return text;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        bool good = true;
        if (value->tag != tags[i])
            continue;
        if (value->tag == DER_BMP_STRING || value->tag == DER_UNIVERSAL_STRING)
            return value_string(value, value->tag, &good);
        return g_string_new_len((const char *)value->data, (gssize)value->length);
    }
    return NULL;
}

static void append_value(GString *to, const Der *value)
{
    g_autoptr(GString) plain = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    bool quotes = false;
    if (!value->data)
        return;
    plain = value_utf8(value);
    if (!plain) {
        append_hex(to, value);
        return;
    }
    for (gsize i = 0; i < plain->len; i++)
        if (append_octet(text, (guchar)plain->str[i], i == 0 || i + 1 == plain->len, i == 0))
            quotes = true;
    g_string_append(to, quotes ? "\"" : "");
    g_string_append_len(to, text->str, (gssize)text->len);
    g_string_append(to, quotes ? "\"" : "");
}

static void append_attribute(GString *to, const Der *attribute)
{
    Reader parts = der_inside(attribute);
    Der oid = {0}, value = {0};
    bool minimal;
    if (!der_next(&parts, &oid))
        return;
    der_next(&parts, &value);
    g_autofree char *dotted = value_oid(&oid, &minimal);
    const char *name = dotted ? openssl_name(dotted, true) : NULL;
    g_string_append_printf(to, "%s = ", name ? name : dotted ? dotted : "<INVALID>");
    append_value(to, &value);
}

void openssl_append_name(GString *to, const Der *name)
{
    Reader rdns = der_inside(name);
    Der rdn, attribute;
    for (bool first = true; der_next(&rdns, &rdn); first = false) {
        Reader attributes = der_inside(&rdn);
        const char *between = first ? "" : ", ";
        while (der_next(&attributes, &attribute)) {
            g_string_append(to, between);
            append_attribute(to, &attribute);
            between = " + ";
        }
    }
}

/* ---- numbers and times */

static void append_number(GString *to, const Der *number)
{
    int64_t value = 0;
    if (value_integer(number, &value)) {
        const char *sign = value < 0 ? "-" : "";
        guint64 size = value < 0 ? (guint64)0 - (guint64)value : (guint64)value;
        g_string_append_printf(to, " %s%" G_GUINT64_FORMAT " (%s0x%" G_GINT64_MODIFIER "x)\n", sign,
                               size, sign, size);
        return;
    }
    g_string_append_c(to, '\n');
}

static void append_serial(GString *to, const Der *serial)
{
    int64_t value = 0;
    g_string_append(to, "        Serial Number:");
    if (!serial->data || value_integer(serial, &value)) {
        append_number(to, serial);
        return;
    }
    bool negative = serial->length > 0 && serial->data[0] & 0x80;
    g_autofree guchar *octets = g_memdup2(serial->data, serial->length);
    unsigned carry = 1;
    for (size_t i = negative ? serial->length : 0; i > 0; i--) {
        carry += (guchar)~octets[i - 1];
        octets[i - 1] = (guchar)carry;
        carry >>= 8;
    }
    size_t skip = serial->length > 1 && octets[0] == 0;
    g_string_append_printf(to, "\n            %s", negative ? " (Negative)" : "");
    openssl_append_dump(to, reader_new(octets + skip, serial->length - skip), 0, G_MAXUINT);
}

void openssl_append_time(GString *to, const Der *time)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t seconds = 0;
    g_autoptr(GDateTime) at = NULL;
    if (time->data && time->class == DER_UNIVERSAL && value_time(time, time->tag, &seconds))
        at = g_date_time_new_from_unix_utc(seconds);
    if (!at) {
        g_string_append(to, "Bad time value");
        return;
    }
    g_string_append_printf(to, "%s %2d %02d:%02d:%02d %d GMT",
                           months[g_date_time_get_month(at) - 1], g_date_time_get_day_of_month(at),
                           g_date_time_get_hour(at), g_date_time_get_minute(at),
                           g_date_time_get_second(at), g_date_time_get_year(at));
}

/* ---- algorithms */

static void append_hash(GString *to, const Der *algorithm)
{
    Der parts[ALGORITHM_PARTS];
    if (!algorithm->data) {
        g_string_append(to, "sha1 (default)");
        return;
    }
    shape_assign(&shape_algorithm, algorithm, parts);
    openssl_append_oid(to, &parts[ALGORITHM_ID]);
}

/* RSASSA-PSS-params (RFC 4055 section 3.1). */
static void append_pss(GString *to, const Der *parameters, guint indent)
{
    Der parts[PSS_PARTS], mask[ALGORITHM_PARTS];
    int64_t number = 0;
    shape_assign(&shape_pss_parameters, parameters, parts);
    append_blanks(to, indent);
    g_string_append(to, "Hash Algorithm: ");
    append_hash(to, &parts[PSS_HASH]);
    g_string_append_c(to, '\n');
    append_blanks(to, indent);
    g_string_append(to, "Mask Algorithm: ");
    if (parts[PSS_MASK].data) {
        shape_assign(&shape_algorithm, &parts[PSS_MASK], mask);
        openssl_append_oid(to, &mask[ALGORITHM_ID]);
        g_string_append(to, " with ");
        append_hash(to, &mask[ALGORITHM_PARAMETERS]);
    } else {
        g_string_append(to, "mgf1 with sha1 (default)");
    }
    g_string_append_c(to, '\n');
    append_blanks(to, indent);
    g_string_append(to, " Salt Length: 0x");
    if (parts[PSS_SALT].data && value_integer(&parts[PSS_SALT], &number))
        g_string_append_printf(to, "%02" G_GINT64_MODIFIER "X\n", (guint64)number);
    else
        g_string_append(to, "14 (default)\n");
    append_blanks(to, indent);
    g_string_append(to, "Trailer Field: 0x");
    if (parts[PSS_TRAILER].data && value_integer(&parts[PSS_TRAILER], &number))
        g_string_append_printf(to, "%02" G_GINT64_MODIFIER "X\n", (guint64)number);
    else
        g_string_append(to, "01 (default)\n");
}

/* After the line that this ends stand the parameters, if the algorithm has some. */
static void append_parameters(GString *to, const Der *algorithm)
{
    if (!value_is_oid(&algorithm[ALGORITHM_ID], "1.2.840.113549.1.1.10")) {
        g_string_append_c(to, '\n');
        return;
    }
    append_blanks(to, 8);
    if (!der_is(&algorithm[ALGORITHM_PARAMETERS], DER_SEQUENCE)) {
        g_string_append(to, "(INVALID PSS PARAMETERS)\n");
        return;
    }
    g_string_append_c(to, '\n');
    append_pss(to, &algorithm[ALGORITHM_PARAMETERS], 8);
}

static void append_algorithm(GString *to, const Der *algorithm, guint indent)
{
    append_blanks(to, indent);
    g_string_append(to, "Signature Algorithm: ");
    openssl_append_oid(to, &algorithm[ALGORITHM_ID]);
}

/* ---- keys: the part below "Public Key Algorithm" */

typedef struct PublicKey {
    Der parameters;
    Reader bits; /* of the BIT STRING */
    size_t size; /* as key_read counts it */
    const char *curve;
} PublicKey;

static void append_line(GString *to, const char *label)
{
    g_string_append_printf(to, "                %s\n", label);
}

/* An INTEGER: in a line where it fits into 64 bits, else as bytes. */
static void append_integer(GString *to, guint indent, const char *label, const Der *number)
{
    append_blanks(to, indent);
    g_string_append(to, label);
    int64_t value;
    if (!number->data || value_integer(number, &value)) {
        append_number(to, number);
        return;
    }
    g_string_append_c(to, '\n');
    openssl_append_dump(to, der_inside(number), indent + 4, 15);
}

static void append_rsa(GString *to, const PublicKey *key)
{
    Reader bits = key->bits;
    Der whole = {0}, parts[RSA_PARTS];
    der_next(&bits, &whole);
    shape_assign(&shape_rsa_key, &whole, parts);
    g_string_append_printf(to, "                Public-Key: (%zu bit)\n", key->size);
    append_integer(to, 16, "Modulus:", &parts[RSA_MODULUS]);
    append_integer(to, 16, "Exponent:", &parts[RSA_EXPONENT]);
}

/* The hash of an AlgorithmIdentifier as a key's restrictions call it: "SHA2-256". */
static void append_key_hash(GString *to, const Der *algorithm)
{
    static const char *const hashes[][2] = {
        {"1.3.14.3.2.26", "SHA1"},
        {"2.16.840.1.101.3.4.2.1", "SHA2-256"},
        {"2.16.840.1.101.3.4.2.2", "SHA2-384"},
        {"2.16.840.1.101.3.4.2.3", "SHA2-512"},
        {"2.16.840.1.101.3.4.2.4", "SHA2-224"},
    };
    Der parts[ALGORITHM_PARTS];
    shape_assign(&shape_algorithm, algorithm, parts);
    for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++)
        if (value_is_oid(&parts[ALGORITHM_ID], hashes[i][0])) {
            g_string_append(to, hashes[i][1]);
            return;
        }
    openssl_append_oid(to, &parts[ALGORITHM_ID]);
}

static void append_restrictions(GString *to, const Der *parameters)
{
    Der parts[PSS_PARTS], mask[ALGORITHM_PARTS] = {{0}};
    int64_t salt = 20, trailer = 1;
    shape_assign(&shape_pss_parameters, parameters, parts);
    if (parts[PSS_MASK].data)
        shape_assign(&shape_algorithm, &parts[PSS_MASK], mask);
    g_string_append(to, "                  Hash Algorithm: ");
    if (parts[PSS_HASH].data)
        append_key_hash(to, &parts[PSS_HASH]);
    else
        g_string_append(to, "SHA1 (default)");
    g_string_append(to, "\n                  Mask Algorithm: MGF1 with ");
    if (mask[ALGORITHM_PARAMETERS].data)
        append_key_hash(to, &mask[ALGORITHM_PARAMETERS]);
    else
        g_string_append(to, "SHA1 (default)");
    value_integer(&parts[PSS_SALT], &salt);
    value_integer(&parts[PSS_TRAILER], &trailer);
    g_string_append_printf(to,
                           "\n                  Minimum Salt Length: %" G_GINT64_FORMAT
                           "%s\n                  Trailer Field: 0x%" G_GINT64_MODIFIER "x%s\n",
                           salt, salt == 20 ? " (default)" : "", (guint64)trailer,
                           trailer == 1 ? " (default)" : "");
}

static void append_rsa_pss(GString *to, const PublicKey *key)
{
    append_rsa(to, key);
    if (!key->parameters.data) {
        append_line(to, "No PSS parameter restrictions");
        return;
    }
    append_line(to, "PSS parameter restrictions:");
    append_restrictions(to, &key->parameters);
}

static void append_ec(GString *to, const PublicKey *key)
{
    static const char *const nist[][2] = {
        {"1.2.840.10045.3.1.1", "P-192"}, {"1.3.132.0.33", "P-224"},
        {"1.2.840.10045.3.1.7", "P-256"}, {"1.3.132.0.34", "P-384"},
        {"1.3.132.0.35", "P-521"},
    };
    g_string_append_printf(to, "                Public-Key: (%zu bit)\n", key->size);
    append_line(to, "pub:");
    openssl_append_dump(to, key->bits, 20, 15);
    g_string_append(to, "                ASN1 OID: ");
    openssl_append_oid(to, &key->parameters);
    g_string_append_c(to, '\n');
    for (size_t i = 0; i < G_N_ELEMENTS(nist); i++)
        if (value_is_oid(&key->parameters, nist[i][0]))
            g_string_append_printf(to, "                NIST CURVE: %s\n", nist[i][1]);
}

static void append_ed25519(GString *to, const PublicKey *key)
{
    append_line(to, "ED25519 Public-Key:");
    append_line(to, "pub:");
    openssl_append_dump(to, key->bits, 20, 15);
}

static void append_ed448(GString *to, const PublicKey *key)
{
    append_line(to, "ED448 Public-Key:");
    append_line(to, "pub:");
    openssl_append_dump(to, key->bits, 20, 15);
}

static void append_dsa(GString *to, const PublicKey *key)
{
    static const char *const labels[] = {"P:   ", "Q:   ", "G:   "};
    Reader bits = key->bits, parameters = der_inside(&key->parameters);
    Der number = {0};
    der_next(&bits, &number);
    g_string_append_printf(to, "                Public-Key: (%zu bit)\n", key->size);
    append_integer(to, 16, "pub: ", &number);
    for (size_t i = 0; i < G_N_ELEMENTS(labels) && der_next(&parameters, &number); i++)
        append_integer(to, 16, labels[i], &number);
}

static const struct {
    const char *oid;
    void (*append)(GString *to, const PublicKey *key);
} keys[] = {
    {"1.2.840.113549.1.1.1", append_rsa}, {"1.2.840.113549.1.1.10", append_rsa_pss},
    {"1.2.840.10045.2.1", append_ec},     {"1.3.101.112", append_ed25519},
    {"1.3.101.113", append_ed448},        {"1.2.840.10040.4.1", append_dsa},
};

static void append_key(GString *to, const Der *spki)
{
    Der parts[SPKI_PARTS], algorithm[ALGORITHM_PARTS];
    unsigned unused;
    PublicKey key = {.parameters = {0}};
    shape_assign(&shape_spki, spki, parts);
    shape_assign(&shape_algorithm, &parts[SPKI_ALGORITHM], algorithm);
    g_string_append(to, "        Subject Public Key Info:\n            Public Key Algorithm: ");
    openssl_append_oid(to, &algorithm[ALGORITHM_ID]);
    g_string_append_c(to, '\n');
    key.parameters = algorithm[ALGORITHM_PARAMETERS];
    Key read = key_read(spki);
    key.size = read.bits;
    key_clear(&read);
    size_t i = 0;
    while (i < G_N_ELEMENTS(keys) && !value_is_oid(&algorithm[ALGORITHM_ID], keys[i].oid))
        i++;
    if (i < G_N_ELEMENTS(keys) && value_bits(&parts[SPKI_KEY], &key.bits, &unused))
        keys[i].append(to, &key);
    else
        g_string_append(to, "            Unable to load Public Key\n");
}

/* ---- the whole */

static void append_extensions(GString *to, const GArray *extensions)
{
    if (extensions->len)
        g_string_append(to, "        X509v3 extensions:\n");
    for (guint i = 0; i < extensions->len && to->len < LIMIT_OPENSSL_TEXT; i++) {
        const CertExtension *one = &g_array_index(extensions, CertExtension, i);
        const char *name = one->oid ? openssl_name(one->oid, false) : "<INVALID>";
        g_string_append_printf(to, "            %s: %s\n", name ? name : one->oid,
                               one->critical ? "critical" : "");
        gsize before = to->len;
        if (!openssl_append_extension(to, one, 16)) {
            g_string_truncate(to, before);
            append_blanks(to, 16);
            for (size_t j = 0; one->holder.data && j < one->holder.length; j++) {
                guchar octet = one->holder.data[j];
                bool shown = g_ascii_isprint((char)octet) || octet == '\n' || octet == '\r';
                g_string_append_c(to, shown ? (char)octet : '.');
            }
        }
        g_string_append_c(to, '\n');
    }
}

static void append_id(GString *to, const char *label, const Der *id)
{
    unsigned unused;
    Reader octets;
    if (!id->data || !value_bits(id, &octets, &unused))
        return;
    g_string_append_printf(to, "        %s: \n", label);
    openssl_append_dump(to, octets, 12, 18);
}

/* A signature of DSA (RFC 3279 section 2.2.2) is two numbers; any other, bytes. */
static bool append_dsa_signature(GString *to, const Der *algorithm, const Reader *signature)
{
    static const char *const oids[] = {"1.2.840.10040.4.3", "2.16.840.1.101.3.4.3.1",
                                       "2.16.840.1.101.3.4.3.2", "2.16.840.1.101.3.4.3.3",
                                       "2.16.840.1.101.3.4.3.4"};
    Reader bytes = *signature, inside;
    Der whole, r, s;
    size_t i = 0;
    while (i < G_N_ELEMENTS(oids) && !value_is_oid(&algorithm[ALGORITHM_ID], oids[i]))
        i++;
    if (i == G_N_ELEMENTS(oids) || !der_next(&bytes, &whole))
        return false;
    inside = der_inside(&whole);
    if (!der_next(&inside, &r) || !der_next(&inside, &s))
        return false;
    append_integer(to, 8, "r:   ", &r);
    append_integer(to, 8, "s:   ", &s);
    return true;
}

static void append_signature(GString *to, const Cert *cert)
{
    Der algorithm[ALGORITHM_PARTS];
    Reader signature;
    unsigned unused;
    shape_assign(&shape_algorithm, &cert->parts[CERTIFICATE_ALGORITHM], algorithm);
    append_algorithm(to, algorithm, 4);
    g_string_append(to, "\n    Signature Value:");
    append_parameters(to, algorithm);
    if (value_bits(&cert->parts[CERTIFICATE_SIGNATURE], &signature, &unused) &&
        !append_dsa_signature(to, algorithm, &signature))
        openssl_append_dump(to, signature, 8, 18);
}

GString *openssl_text(const Cert *cert)
{
    GString *to = g_string_new("Certificate:\n    Data:\n");
    int version = cert_version(cert);
    Der algorithm[ALGORITHM_PARTS];
    if (version)
        g_string_append_printf(to, "        Version: %d (0x%x)\n", version, (guint)version - 1);
    append_serial(to, &cert->tbs[TBS_SERIAL]);
    shape_assign(&shape_algorithm, &cert->tbs[TBS_SIGNATURE], algorithm);
    append_algorithm(to, algorithm, 8);
    append_parameters(to, algorithm);
    g_string_append(to, "        Issuer: ");
    openssl_append_name(to, &cert->tbs[TBS_ISSUER]);
    g_string_append(to, "\n        Validity\n            Not Before: ");
    openssl_append_time(to, &cert->validity[VALIDITY_NOT_BEFORE]);
    g_string_append(to, "\n            Not After : ");
    openssl_append_time(to, &cert->validity[VALIDITY_NOT_AFTER]);
    g_string_append(to, "\n        Subject: ");
    openssl_append_name(to, &cert->tbs[TBS_SUBJECT]);
    g_string_append_c(to, '\n');
    append_key(to, &cert->tbs[TBS_SPKI]);
    append_id(to, "Issuer Unique ID", &cert->tbs[TBS_ISSUER_ID]);
    append_id(to, "Subject Unique ID", &cert->tbs[TBS_SUBJECT_ID]);
    append_extensions(to, cert->extensions);
    append_signature(to, cert);
    if (to->len > LIMIT_OPENSSL_TEXT)
        g_string_truncate(to, LIMIT_OPENSSL_TEXT);
    return to;
}
