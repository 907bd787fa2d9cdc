#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/openssl_text.h"
#include "worker/pki/sct.h"
#include "worker/pki/value.h"

/* What is appended: values of a list stand in one line, or each in a line of its own. */
typedef struct Out {
    GString *to;
    guint indent;
    bool lines;
    guint count; /* values of a list so far */
} Out;

static void blanks(Out *out, guint more)
{
    g_string_append_printf(out->to, "%*s", (int)(out->indent + more), "");
}

/* Before each value of a list. */
static void next(Out *out)
{
    if (out->count++ == 0)
        blanks(out, 0);
    else if (!out->lines)
        g_string_append(out->to, ", ");
    else {
        g_string_append_c(out->to, '\n');
        blanks(out, 0);
    }
}

/* As a C string: OpenSSL's ends at the first NUL. */
static void append_raw(GString *to, const Der *text)
{
    if (text->data)
        g_string_append_len(to, (const char *)text->data,
                            (gssize)strnlen((const char *)text->data, text->length));
}

static void append_upper(GString *to, const Der *octets, size_t skip)
{
    for (size_t i = skip; octets->data && i < octets->length; i++)
        g_string_append_printf(to, "%s%02X", i > skip ? ":" : "", octets->data[i]);
}

/* An INTEGER as bytes, without the zero before its sign bit. */
static void append_serial(GString *to, const Der *serial)
{
    append_upper(to, serial, serial->length > 1 && serial->data[0] == 0);
}

static void append_integer(GString *to, const Der *number)
{
    int64_t value;
    g_autofree char *decimal = value_decimal(number);
    if (decimal)
        g_string_append(to, decimal);
    else if (value_integer(number, &value))
        g_string_append_printf(to, "%" G_GINT64_FORMAT, value);
}

/* ---- general names */

static void append_ip(GString *to, const uint8_t *octets, size_t size)
{
    if (size == 4)
        g_string_append_printf(to, "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
    else if (size == 16)
        for (size_t i = 0; i < 16; i += 2)
            g_string_append_printf(to, "%s%X", i ? ":" : "", octets[i] << 8 | octets[i + 1]);
    else
        g_string_append(to, "<invalid>");
}

static void append_other_name(GString *to, const Der *name)
{
    static const struct {
        const char *oid, *label;
    } known[] = {
        {"1.3.6.1.5.5.7.8.9", "SmtpUTF8Mailbox"}, {"1.3.6.1.5.5.7.8.5", "XmppAddr"},
        {"1.3.6.1.5.5.7.8.7", "SRVName"},         {"1.3.6.1.4.1.311.20.2.3", "UPN"},
        {"1.3.6.1.5.5.7.8.8", "NAIRealm"},
    };
    Reader parts = der_inside(name);
    Der oid = {0}, holder = {0}, value = {0};
    der_next(&parts, &oid);
    if (der_next(&parts, &holder)) {
        Reader inside = der_inside(&holder);
        der_next(&inside, &value);
    }
    size_t i = 0;
    while (i < G_N_ELEMENTS(known) && !value_is_oid(&oid, known[i].oid))
        i++;
    g_string_append(to, "othername: ");
    if (i < G_N_ELEMENTS(known))
        g_string_append(to, known[i].label);
    else
        openssl_append_oid(to, &oid);
    g_string_append(to, "::");
    if (der_is(&value, DER_UTF8_STRING) || der_is(&value, DER_IA5_STRING))
        append_raw(to, &value);
    else
        g_string_append(to, "<unsupported>");
}

/* X509_NAME_oneline's form, which is cut at 255 bytes: "/C=US/O=Example". */
static void append_slashes(GString *to, const Der *name)
{
    Reader rdns = der_inside(name);
    gsize start = to->len;
    Der rdn, attribute;
    while (der_next(&rdns, &rdn)) {
        Reader attributes = der_inside(&rdn);
        while (der_next(&attributes, &attribute)) {
            Reader parts = der_inside(&attribute);
            Der oid = {0}, value = {0};
            bool minimal;
            der_next(&parts, &oid);
            der_next(&parts, &value);
            g_autofree char *dotted = value_oid(&oid, &minimal);
            const char *brief = dotted ? openssl_name(dotted, true) : NULL;
            gsize before = to->len;
            g_string_append_printf(to, "/%s=", brief ? brief : dotted ? dotted : "");
            for (size_t i = 0; value.data && i < value.length; i++)
                if (g_ascii_isprint((char)value.data[i]))
                    g_string_append_c(to, (char)value.data[i]);
                else
                    g_string_append_printf(to, "\\x%02X", value.data[i]);
            if (to->len - start > 255) {
                g_string_truncate(to, before);
                return;
            }
        }
    }
}

/* GeneralName (RFC 5280 section 4.2.1.6); `slashes`: directory names in the older form. */
static void append_general(GString *to, const Der *name, bool slashes)
{
    static const char *const labels[] = {"othername:",    "email:",
                                         "DNS:",          "X400Name:<unsupported>",
                                         "DirName:",      "EdiPartyName:<unsupported>",
                                         "URI:",          "IP Address:",
                                         "Registered ID:"};
    Reader inside;
    Der directory = {0};
    if (name->class != DER_CONTEXT || name->tag >= G_N_ELEMENTS(labels))
        return;
    if (name->tag == 0) {
        append_other_name(to, name);
        return;
    }
    g_string_append(to, labels[name->tag]);
    switch (name->tag) {
    case 1:
    case 2:
    case 6:
        append_raw(to, name);
        break;
    case 4:
        inside = der_inside(name);
        der_next(&inside, &directory);
        if (slashes)
            append_slashes(to, &directory);
        else
            openssl_append_name(to, &directory);
        break;
    case 7:
        append_ip(to, name->data, name->length);
        break;
    case 8:
        openssl_append_oid(to, name);
        break;
    default:
        break;
    }
}

static void put_names(Out *out, const Der *value)
{
    Reader names = der_inside(value);
    Der name;
    while (der_next(&names, &name)) {
        next(out);
        append_general(out->to, &name, true);
    }
}

/* ---- lists in one line */

static void put_bits(Out *out, const Der *value, const char *const *names)
{
    Reader octets;
    unsigned unused;
    if (!value_bits(value, &octets, &unused))
        return;
    guint8 octet = 0;
    for (guint bit = 0; names[bit]; bit++) {
        if (bit % 8 == 0)
            octet = reader_u8(&octets);
        if (octet & 0x80 >> bit % 8) {
            next(out);
            g_string_append(out->to, names[bit]);
        }
    }
}

static void put_key_usage(Out *out, const Der *value)
{
    static const char *const names[] = {"Digital Signature", "Non Repudiation",
                                        "Key Encipherment",  "Data Encipherment",
                                        "Key Agreement",     "Certificate Sign",
                                        "CRL Sign",          "Encipher Only",
                                        "Decipher Only",     NULL};
    put_bits(out, value, names);
}

static void put_netscape_type(Out *out, const Der *value)
{
    static const char *const names[] = {
        "SSL Client", "SSL Server",        "S/MIME", "Object Signing", "Unused", "SSL CA",
        "S/MIME CA",  "Object Signing CA", NULL};
    put_bits(out, value, names);
}

static void put_basic(Out *out, const Der *value)
{
    Der parts[BASIC_PARTS];
    bool ca = false, der;
    shape_assign(&shape_basic_constraints, value, parts);
    if (parts[BASIC_CA].data)
        value_boolean(&parts[BASIC_CA], &ca, &der);
    next(out);
    g_string_append(out->to, ca ? "CA:TRUE" : "CA:FALSE");
    if (!parts[BASIC_PATH_LENGTH].data)
        return;
    next(out);
    g_string_append(out->to, "pathlen:");
    append_integer(out->to, &parts[BASIC_PATH_LENGTH]);
}

static void put_purposes(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der oid;
    while (der_next(&list, &oid)) {
        next(out);
        openssl_append_oid(out->to, &oid);
    }
}

static void put_features(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der number;
    while (der_next(&list, &number)) {
        int64_t feature = 0;
        bool is_number = value_integer(&number, &feature);
        next(out);
        if (is_number && (feature == 5 || feature == 17))
            g_string_append(out->to, feature == 5 ? "status_request" : "status_request_v2");
        else
            append_integer(out->to, &number);
    }
}

static void put_policy_constraints(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der number;
    while (der_next(&list, &number)) {
        next(out);
        g_string_append(out->to,
                        number.tag == 0 ? "Require Explicit Policy:" : "Inhibit Policy Mapping:");
        append_integer(out->to, &number);
    }
}

static void put_mappings(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der mapping, oid;
    while (der_next(&list, &mapping)) {
        Reader pair = der_inside(&mapping);
        next(out);
        for (const char *between = ""; der_next(&pair, &oid); between = ":") {
            g_string_append(out->to, between);
            openssl_append_oid(out->to, &oid);
        }
    }
}

/* ---- lists in lines */

static void put_authority_key(Out *out, const Der *value)
{
    Der parts[AUTHORITY_PARTS];
    shape_assign(&shape_authority_key, value, parts);
    bool more = parts[AUTHORITY_ISSUER].data || parts[AUTHORITY_SERIAL].data;
    if (parts[AUTHORITY_KEY_ID].data) {
        next(out);
        g_string_append(out->to, more ? "keyid:" : "");
        append_upper(out->to, &parts[AUTHORITY_KEY_ID], 0);
    }
    if (parts[AUTHORITY_ISSUER].data)
        put_names(out, &parts[AUTHORITY_ISSUER]);
    if (parts[AUTHORITY_SERIAL].data) {
        next(out);
        g_string_append(out->to, "serial:");
        append_serial(out->to, &parts[AUTHORITY_SERIAL]);
    }
}

static void put_access(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der access, method, place;
    while (der_next(&list, &access)) {
        Reader pair = der_inside(&access);
        if (!der_next(&pair, &method) || !der_next(&pair, &place))
            continue;
        next(out);
        openssl_append_oid(out->to, &method);
        g_string_append(out->to, " - ");
        append_general(out->to, &place, true);
    }
}

/* ---- single values */

static void put_octets(Out *out, const Der *value)
{
    blanks(out, 0);
    append_upper(out->to, value, 0);
}

static void put_integer(Out *out, const Der *value)
{
    blanks(out, 0);
    append_integer(out->to, value);
}

static void put_string(Out *out, const Der *value)
{
    blanks(out, 0);
    append_raw(out->to, value);
}

static void put_null(Out *out, const Der *value)
{
    (void)value;
    blanks(out, 0);
    g_string_append(out->to, "NULL");
}

static void put_nothing(Out *out, const Der *value)
{
    (void)out, (void)value;
}

/* ---- structures */

static void append_names_below(Out *out, const Reader *list)
{
    Reader names = *list;
    Der name;
    for (bool first = true; der_next(&names, &name); first = false) {
        g_string_append(out->to, first ? "" : "\n");
        blanks(out, 2);
        append_general(out->to, &name, false);
    }
}

static void put_point_name(Out *out, const Der *holder)
{
    Reader inside = der_inside(holder), names;
    Der choice;
    if (!der_next(&inside, &choice))
        return;
    names = der_inside(&choice);
    blanks(out, 0);
    if (choice.tag == 0) {
        g_string_append(out->to, "Full Name:\n");
        append_names_below(out, &names);
        return;
    }
    Der rdns = choice;
    Der fake = rdns; /* a relative name is one RDN: read as the only one of a Name */
    g_string_append(out->to, "Relative Name:\n");
    blanks(out, 2);
    fake.data = rdns.data - rdns.header;
    fake.length = rdns.header + rdns.length;
    openssl_append_name(out->to, &fake);
    g_string_append_c(out->to, '\n');
}

static void put_reasons(Out *out, const Der *value)
{
    static const char *const names[] = {"Unused",           "Key Compromise",
                                        "CA Compromise",    "Affiliation Changed",
                                        "Superseded",       "Cessation Of Operation",
                                        "Certificate Hold", "Privilege Withdrawn",
                                        "AA Compromise",    NULL};
    Out list = {.to = out->to, .indent = out->indent + 2};
    blanks(out, 0);
    g_string_append(out->to, "Reasons:\n");
    put_bits(&list, value, names);
    if (!list.count) {
        blanks(out, 2);
        g_string_append(out->to, "<EMPTY>");
    }
    g_string_append_c(out->to, '\n');
}

static void put_points(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der point, parts[POINT_PARTS];
    for (bool first = true; der_next(&list, &point); first = false) {
        Reader inside = der_inside(&point);
        Der part;
        g_string_append(out->to, first ? "" : "\n");
        memset(parts, 0, sizeof parts);
        while (der_next(&inside, &part))
            if (part.class == DER_CONTEXT && part.tag < POINT_PARTS)
                parts[part.tag] = part;
        if (parts[POINT_NAME].data)
            put_point_name(out, &parts[POINT_NAME]);
        if (parts[POINT_REASONS].data)
            put_reasons(out, &parts[POINT_REASONS]);
        if (parts[POINT_ISSUER].data) {
            Reader names = der_inside(&parts[POINT_ISSUER]);
            blanks(out, 0);
            g_string_append(out->to, "CRL Issuer:\n");
            append_names_below(out, &names);
        }
    }
}

static void put_notice(Out *out, const Der *notice)
{
    Reader parts = der_inside(notice);
    Der part, organization = {0}, numbers = {0}, number;
    for (bool first = true; der_next(&parts, &part); first = false) {
        g_string_append(out->to, first ? "" : "\n");
        if (!der_is(&part, DER_SEQUENCE)) {
            blanks(out, 4);
            g_string_append(out->to, "Explicit Text: ");
            append_raw(out->to, &part);
            continue;
        }
        Reader reference = der_inside(&part);
        der_next(&reference, &organization);
        der_next(&reference, &numbers);
        blanks(out, 4);
        g_string_append(out->to, "Organization: ");
        append_raw(out->to, &organization);
        g_string_append_c(out->to, '\n');
        Reader list = der_inside(&numbers);
        g_autoptr(GString) text = g_string_new(NULL);
        guint count = 0;
        for (; der_next(&list, &number); count++) {
            g_string_append(text, count ? ", " : "");
            append_integer(text, &number);
        }
        blanks(out, 4);
        g_string_append_printf(out->to, "Number%s: %s", count > 1 ? "s" : "", text->str);
    }
}

static void put_qualifier(Out *out, const Der *qualifier)
{
    Reader parts = der_inside(qualifier);
    Der oid = {0}, value = {0};
    der_next(&parts, &oid);
    der_next(&parts, &value);
    blanks(out, 2);
    if (value_is_oid(&oid, "1.3.6.1.5.5.7.2.1")) {
        g_string_append(out->to, "CPS: ");
        append_raw(out->to, &value);
    } else if (value_is_oid(&oid, "1.3.6.1.5.5.7.2.2")) {
        g_string_append(out->to, "User Notice:\n");
        put_notice(out, &value);
    } else {
        blanks(out, 4);
        g_string_append(out->to, "Unknown Qualifier: ");
        openssl_append_oid(out->to, &oid);
    }
}

static void put_policies(Out *out, const Der *value)
{
    Reader list = der_inside(value);
    Der policy, part;
    for (bool first = true; der_next(&list, &policy); first = false) {
        Reader parts = der_inside(&policy);
        g_string_append(out->to, first ? "" : "\n");
        blanks(out, 0);
        g_string_append(out->to, "Policy: ");
        if (!der_next(&parts, &part))
            continue;
        openssl_append_oid(out->to, &part);
        if (!der_next(&parts, &part))
            continue;
        Reader qualifiers = der_inside(&part);
        while (der_next(&qualifiers, &part)) {
            g_string_append_c(out->to, '\n');
            put_qualifier(out, &part);
        }
    }
}

static void put_constraints(Out *out, const Der *value)
{
    Reader kinds = der_inside(value), trees;
    Der kind, tree, base;
    for (bool first = true; der_next(&kinds, &kind); first = false) {
        g_string_append(out->to, first ? "" : "\n");
        blanks(out, 0);
        g_string_append(out->to, kind.tag == 0 ? "Permitted:" : "Excluded:");
        trees = der_inside(&kind);
        while (der_next(&trees, &tree)) {
            Reader inside = der_inside(&tree);
            g_string_append_c(out->to, '\n');
            blanks(out, 2);
            if (!der_next(&inside, &base))
                continue;
            if (!der_is_context(&base, 7)) {
                append_general(out->to, &base, false);
                continue;
            }
            g_string_append(out->to, "IP:");
            if (base.length == 8 || base.length == 32) {
                append_ip(out->to, base.data, base.length / 2);
                g_string_append_c(out->to, '/');
                append_ip(out->to, base.data + base.length / 2, base.length / 2);
            } else {
                g_string_append(out->to, "<invalid>");
            }
        }
    }
}

static void append_columns(GString *to, Reader bytes)
{
    for (guint i = 1; reader_left(&bytes); i++) {
        g_string_append_printf(to, "%02X", reader_u8(&bytes));
        if (reader_left(&bytes))
            g_string_append(to, i % 16 ? ":" : ":\n                                ");
    }
}

static const char *sct_algorithm(const Sct *sct)
{
    if (sct->hash != 4)
        return NULL;
    return sct->signer == 3   ? "ecdsa-with-SHA256"
           : sct->signer == 1 ? "sha256WithRSAEncryption"
                              : NULL;
}

static void append_sct(GString *to, const Sct *sct)
{
    static const char *const line = "\n                    ";
    g_string_append_printf(to, "                Signed Certificate Timestamp:%sVersion   : ", line);
    if (sct->version) {
        g_string_append_printf(to, "unknown (0x%x)", sct->version);
        return;
    }
    g_string_append_printf(to, "v1 (0x0)%sLog ID    : ", line);
    append_columns(to, reader_new(sct->log, 32));
    g_string_append_printf(to, "%sTimestamp : ", line);
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc((gint64)(sct->timestamp / 1000));
    if (at) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        g_string_append_printf(to, "%.3s %2d %02d:%02d:%02d.%03u %d GMT",
                               months + (gsize)3 * ((gsize)g_date_time_get_month(at) - 1),
                               g_date_time_get_day_of_month(at), g_date_time_get_hour(at),
                               g_date_time_get_minute(at), g_date_time_get_second(at),
                               (guint)(sct->timestamp % 1000), g_date_time_get_year(at));
    }
    g_string_append_printf(to, "%sExtensions: ", line);
    if (reader_left(&sct->extensions))
        append_columns(to, sct->extensions);
    else
        g_string_append(to, "none");
    g_string_append_printf(to, "%sSignature : ", line);
    const char *algorithm = sct_algorithm(sct);
    if (algorithm)
        g_string_append(to, algorithm);
    else
        g_string_append_printf(to, "%02X%02X", sct->hash, sct->signer);
    g_string_append_printf(to, "%s            ", line);
    append_columns(to, sct->signature);
}

static void put_scts(Out *out, const Der *value)
{
    Reader list = sct_list(value->data, value->length);
    Sct sct;
    for (bool first = true; sct_next(&list, &sct) && (sct.whole || sct.version); first = false) {
        g_string_append(out->to, first ? "" : "\n");
        append_sct(out->to, &sct);
    }
}

/* ---- all of them */

/* A list in one line, one that may be empty, and one in lines, which may be empty too. */
typedef enum Form { FORM_WHOLE, FORM_LIST, FORM_OPEN_LIST, FORM_LINES } Form;

static const struct {
    const char *oid;
    uint32_t tag; /* of the element that the extension holds */
    Form form;
    void (*put)(Out *out, const Der *value);
} printers[] = {
    {"2.5.29.14", DER_OCTET_STRING, FORM_WHOLE, put_octets},
    {"2.5.29.15", DER_BIT_STRING, FORM_LIST, put_key_usage},
    {"2.5.29.17", DER_SEQUENCE, FORM_OPEN_LIST, put_names},
    {"2.5.29.18", DER_SEQUENCE, FORM_OPEN_LIST, put_names},
    {"2.5.29.19", DER_SEQUENCE, FORM_LIST, put_basic},
    {"2.5.29.30", DER_SEQUENCE, FORM_WHOLE, put_constraints},
    {"2.5.29.31", DER_SEQUENCE, FORM_WHOLE, put_points},
    {"2.5.29.32", DER_SEQUENCE, FORM_WHOLE, put_policies},
    {"2.5.29.33", DER_SEQUENCE, FORM_LIST, put_mappings},
    {"2.5.29.35", DER_SEQUENCE, FORM_LINES, put_authority_key},
    {"2.5.29.36", DER_SEQUENCE, FORM_LIST, put_policy_constraints},
    {"2.5.29.37", DER_SEQUENCE, FORM_LIST, put_purposes},
    {"2.5.29.46", DER_SEQUENCE, FORM_WHOLE, put_points},
    {"2.5.29.54", DER_INTEGER, FORM_WHOLE, put_integer},
    {"1.3.6.1.5.5.7.1.1", DER_SEQUENCE, FORM_LINES, put_access},
    {"1.3.6.1.5.5.7.1.11", DER_SEQUENCE, FORM_LINES, put_access},
    {"1.3.6.1.5.5.7.1.24", DER_SEQUENCE, FORM_LIST, put_features},
    {"1.3.6.1.5.5.7.48.1.5", DER_NULL, FORM_WHOLE, put_nothing},
    {"1.3.6.1.4.1.11129.2.4.2", DER_OCTET_STRING, FORM_WHOLE, put_scts},
    {"1.3.6.1.4.1.11129.2.4.3", DER_NULL, FORM_WHOLE, put_null},
    {"2.16.840.1.113730.1.1", DER_BIT_STRING, FORM_LIST, put_netscape_type},
    {"2.16.840.1.113730.1.2", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.3", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.4", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.7", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.8", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.12", DER_IA5_STRING, FORM_WHOLE, put_string},
    {"2.16.840.1.113730.1.13", DER_IA5_STRING, FORM_WHOLE, put_string},
};

bool openssl_append_extension(GString *to, const CertExtension *extension, guint indent)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(printers) && g_strcmp0(printers[i].oid, extension->oid) != 0)
        i++;
    if (i == G_N_ELEMENTS(printers) || !extension->value.data || extension->value.faults ||
        !der_is(&extension->value, printers[i].tag))
        return false;
    Out out = {.to = to, .indent = indent, .lines = printers[i].form == FORM_LINES};
    printers[i].put(&out, &extension->value);
    if (out.count || printers[i].form == FORM_WHOLE)
        return true;
    if (printers[i].form == FORM_LIST)
        return false;
    blanks(&out, 0);
    g_string_append(to, "<EMPTY>\n");
    return true;
}
