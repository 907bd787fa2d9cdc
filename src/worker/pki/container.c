#include "worker/pki/container.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/cms.h"
#include "worker/pki/pem.h"
#include "worker/pki/pkcs12.h"
#include "worker/pki/value.h"

/* ---- objects -------------------------------------------------------------------------------- */

const char *item_kind_name(ItemKind kind)
{
    static const char *const names[ITEM_KINDS] = {
        [ITEM_OTHER] = "other",
        [ITEM_CERTIFICATE] = "certificate",
        [ITEM_REQUEST] = "request",
        [ITEM_CRL] = "crl",
        [ITEM_OCSP_REQUEST] = "ocsp-request",
        [ITEM_OCSP_RESPONSE] = "ocsp-response",
        [ITEM_CMS] = "cms",
        [ITEM_PRIVATE_KEY] = "private-key",
        [ITEM_PUBLIC_KEY] = "public-key",
        [ITEM_PARAMETERS] = "parameters",
    };
    return names[kind];
}

static void item_free(gpointer data)
{
    Item *item = data;
    g_free(item->label);
    g_free(item->name);
    g_free(item->key_id);
    g_free(item->encryption);
    g_clear_pointer(&item->bytes, g_bytes_unref);
    g_free(item);
}

Item *container_add(Container *container, GBytes *bytes)
{
    if (container->objects->len >= LIMIT_BUNDLE) {
        g_bytes_unref(bytes);
        container->cut = LIMIT_BUNDLE;
        return NULL;
    }
    Item *item = g_new0(Item, 1);
    item->bytes = bytes;
    g_ptr_array_add(container->objects, item);
    return item;
}

/* ---- what an element is --------------------------------------------------------------------- */

/* How DER begins, a letter an element: S SEQUENCE, I INTEGER, E ENUMERATED, O OID, B BIT STRING, o
 * OCTET STRING, t a time, a digit a context tag; in parentheses what is inside, "?" before what may
 * be absent, "*" for anything that may follow. */
static bool fits_letter(const Der *element, char letter)
{
    switch (letter) {
    case 'S':
        return der_is(element, DER_SEQUENCE);
    case 'I':
        return der_is(element, DER_INTEGER);
    case 'E':
        return der_is(element, DER_ENUMERATED);
    case 'O':
        return der_is(element, DER_OID);
    case 'B':
        return der_is(element, DER_BIT_STRING);
    case 'o':
        return der_is(element, DER_OCTET_STRING);
    case 't':
        return der_is(element, DER_UTC_TIME) || der_is(element, DER_GENERALIZED_TIME);
    default:
        return der_is_context(element, (uint32_t)(letter - '0'));
    }
}

/* Behind the parenthesis that closes the one in front of `pattern`. */
static const char *skip_group(const char *pattern)
{
    for (int depth = 1; depth; pattern++)
        depth += *pattern == '(' ? 1 : *pattern == ')' ? -1 : 0;
    return pattern;
}

static bool fits(Reader reader, const char *pattern)
{
    Der element;
    bool held = false, more = false;
    while (*pattern && *pattern != ')') {
        if (*pattern == '*')
            return true;
        bool optional = *pattern == '?';
        pattern += optional;
        if (!held)
            more = der_next(&reader, &element);
        held = !more || !fits_letter(&element, *pattern);
        if (held && !optional)
            return false;
        bool group = pattern[1] == '(';
        if (group && !held && !fits(der_inside(&element), pattern + 2))
            return false;
        pattern = group ? skip_group(pattern + 2) : pattern + 1;
        held = held && more;
    }
    return !held && !der_next(&reader, &element);
}

static const struct {
    const char *inside; /* of a SEQUENCE */
    ItemKind kind;
    const char *format;
} forms[] = {
    {"S(?0ISSS(tt)*)*", ITEM_CERTIFICATE, NULL},
    {"S(?ISSt*)*", ITEM_CRL, NULL},
    {"S(ISS(SB)*)*", ITEM_REQUEST, NULL},
    {"E?0", ITEM_OCSP_RESPONSE, NULL},
    {"S(?0?1S(S(S(SooI*)*)*)*)?0", ITEM_OCSP_REQUEST, NULL},
    {"O0", ITEM_CMS, NULL},
    {"IIIIIIIII*", ITEM_PRIVATE_KEY, "PKCS #1"},
    {"IIIIII", ITEM_PRIVATE_KEY, "DSA"},
    {"Io?0?1", ITEM_PRIVATE_KEY, "SEC 1"},
    {"IS(O*)o*", ITEM_PRIVATE_KEY, "PKCS #8"},
    {"S(O*)o", ITEM_PRIVATE_KEY, "encrypted PKCS #8"},
    {"S(O*)B", ITEM_PUBLIC_KEY, NULL},
};

ItemKind item_recognise(const Der *element, const char **format)
{
    *format = NULL;
    for (size_t i = 0; der_is(element, DER_SEQUENCE) && i < G_N_ELEMENTS(forms); i++)
        if (fits(der_inside(element), forms[i].inside)) {
            *format = forms[i].format;
            return forms[i].kind;
        }
    return ITEM_OTHER;
}

/* ---- PEM ------------------------------------------------------------------------------------ */

static const struct {
    const char *label;
    ItemKind kind;
    const char *format;
} labels[] = {
    {"CERTIFICATE", ITEM_CERTIFICATE, NULL},
    {"X509 CERTIFICATE", ITEM_CERTIFICATE, NULL},
    {"TRUSTED CERTIFICATE", ITEM_CERTIFICATE, NULL},
    {"CERTIFICATE REQUEST", ITEM_REQUEST, NULL},
    {"NEW CERTIFICATE REQUEST", ITEM_REQUEST, NULL},
    {"X509 CRL", ITEM_CRL, NULL},
    {"PKCS7", ITEM_CMS, NULL},
    {"CMS", ITEM_CMS, NULL},
    {"RSA PRIVATE KEY", ITEM_PRIVATE_KEY, "PKCS #1"},
    {"DSA PRIVATE KEY", ITEM_PRIVATE_KEY, "DSA"},
    {"EC PRIVATE KEY", ITEM_PRIVATE_KEY, "SEC 1"},
    {"PRIVATE KEY", ITEM_PRIVATE_KEY, "PKCS #8"},
    {"ENCRYPTED PRIVATE KEY", ITEM_PRIVATE_KEY, "encrypted PKCS #8"},
    {"OPENSSH PRIVATE KEY", ITEM_PRIVATE_KEY, "OpenSSH"},
    {"SSH2 ENCRYPTED PRIVATE KEY", ITEM_PRIVATE_KEY, "ssh.com"},
    {"PGP PRIVATE KEY BLOCK", ITEM_PRIVATE_KEY, "OpenPGP"},
    {"PUBLIC KEY", ITEM_PUBLIC_KEY, NULL},
    {"RSA PUBLIC KEY", ITEM_PUBLIC_KEY, "PKCS #1"},
    {"DH PARAMETERS", ITEM_PARAMETERS, "DH"},
    {"X9.42 DH PARAMETERS", ITEM_PARAMETERS, "X9.42 DH"},
    {"DSA PARAMETERS", ITEM_PARAMETERS, "DSA"},
    {"EC PARAMETERS", ITEM_PARAMETERS, "EC"},
};

/* The kind that a label promises; also decides what labels that are not known may not show. */
static void name_by_label(Item *item)
{
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
        if (strcmp(labels[i].label, item->label) == 0) {
            item->kind = labels[i].kind;
            item->format = labels[i].format;
            return;
        }
    item->kind = strstr(item->label, "PRIVATE") ? ITEM_PRIVATE_KEY : ITEM_OTHER;
}

/* Kinds whose bytes are for everybody. */
static bool is_public(ItemKind kind)
{
    return kind != ITEM_PRIVATE_KEY && kind != ITEM_OTHER;
}

/* OpenSSL's TRUSTED CERTIFICATE has its own SEQUENCE behind the certificate: CertAux, in which the
 * alias is the one UTF8String. */
static void take_trusted(Item *item, const Der *first)
{
    Reader reader = reader_new(g_bytes_get_data(item->bytes, NULL), g_bytes_get_size(item->bytes));
    Der aux, part;
    bool good;
    reader_skip(&reader, first->total);
    if (der_next(&reader, &aux)) {
        Reader inside = der_inside(&aux);
        while (der_next(&inside, &part))
            if (der_is(&part, DER_UTF8_STRING) && !item->name)
                item->name = g_string_free(value_string(&part, part.tag, &good), FALSE);
    }
    GBytes *all = item->bytes;
    item->bytes = g_bytes_new_from_bytes(all, 0, first->total);
    g_bytes_unref(all);
}

static void add_block(Container *container, const PemBlock *block)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(block->bytes, &size);
    Item *item = container_add(container, g_bytes_ref(block->bytes));
    Der first = {0};
    if (!item)
        return;
    item->label = g_strdup(block->label);
    item->name = g_strdup(block->name);
    item->encryption = g_strdup(block->cipher);
    name_by_label(item);
    bool private = item->kind == ITEM_PRIVATE_KEY, read = der_read(data, size, &first);
    const char *format;
    ItemKind kind = read && !block->cipher ? item_recognise(&first, &format) : ITEM_OTHER;
    if (kind != ITEM_OTHER) {
        item->kind = kind;
        item->format = format;
    }
    item->secret = private || !is_public(item->kind);
    if (read && strcmp(block->label, "TRUSTED CERTIFICATE") == 0)
        take_trusted(item, &first);
    if (item->kind == ITEM_CMS)
        cms_read(container, item->bytes);
}

static bool read_pem(Container *container, const uint8_t *bytes, size_t size)
{
    Pem pem = pem_read(bytes, size);
    bool is = pem_is(&pem);
    container->broken = pem.broken;
    container->cut = pem.cut;
    for (guint i = 0; i < pem.blocks->len; i++)
        add_block(container, pem.blocks->pdata[i]);
    pem_clear(&pem);
    return is;
}

/* ---- DER ------------------------------------------------------------------------------------ */

/* A damaged certificate still begins with a SEQUENCE in a SEQUENCE. */
static ItemKind kind_of_file(const Der *element, const char **format)
{
    ItemKind kind = item_recognise(element, format);
    Reader inside = der_inside(element);
    Der first;
    bool certificate = kind == ITEM_OTHER && der_is(element, DER_SEQUENCE) &&
                       der_next(&inside, &first) && der_is(&first, DER_SEQUENCE);
    return certificate ? ITEM_CERTIFICATE : kind;
}

static void add_der(Container *container, GBytes *bytes, ItemKind kind, const char *format)
{
    Item *item = container_add(container, bytes);
    if (!item)
        return;
    item->kind = kind;
    item->format = format;
    item->secret = !is_public(kind);
    if (kind == ITEM_CMS)
        cms_read(container, item->bytes);
}

/* Objects one behind the other, where they fill the file; else all of it is one, so that what is
 * wrong behind its end is seen. */
static bool read_der(Container *container, GBytes *file)
{
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(file, &size);
    Reader reader = reader_new(bytes, size);
    Der element;
    const char *format, *first_format = NULL;
    ItemKind first = ITEM_OTHER;
    guint count = 0;
    while (der_next(&reader, &element)) {
        ItemKind kind = kind_of_file(&element, &format);
        if (kind == ITEM_OTHER) {
            count = first == ITEM_OTHER ? 0 : 1;
            break;
        }
        if (count++ == 0) {
            first = kind;
            first_format = format;
        }
    }
    if (first == ITEM_OTHER)
        return false;
    if (count == 1) {
        add_der(container, g_bytes_ref(file), first, first_format);
        return true;
    }
    reader = reader_new(bytes, size);
    while (!container->cut && der_next(&reader, &element)) {
        ItemKind kind = kind_of_file(&element, &format);
        add_der(container, g_bytes_new_from_bytes(file, element.offset, element.total), kind,
                format);
    }
    return true;
}

/* ---- other forms ---------------------------------------------------------------------------- */

static const struct {
    const char *bytes;
    size_t size;
    const char *form, *reason;
} magics[] = {
    {"\xfe\xed\xfe\xed\x00\x00\x00", 7, "jks", "file-key-store"},
    {"\xce\xce\xce\xce\x00\x00\x00", 7, "jceks", "file-key-store"},
    {"\x00\x00\x00\x01\x00\x00\x00\x14", 8, "bks", "file-key-store"},
    {"\x00\x00\x00\x02\x00\x00\x00\x14", 8, "bks", "file-key-store"},
    {"PuTTY-User-Key-File-", 20, "putty", "file-ssh-key"},
    {"ssh-rsa ", 8, "ssh", "file-ssh-key"},
    {"ssh-ed25519 ", 12, "ssh", "file-ssh-key"},
    {"ecdsa-sha2-", 11, "ssh", "file-ssh-key"},
};

static bool read_magic(Container *container, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (size < magics[i].size || memcmp(bytes, magics[i].bytes, magics[i].size) != 0)
            continue;
        container->form = magics[i].form;
        container->reason = magics[i].reason;
        return true;
    }
    return false;
}

/* Base64 of DER without a frame: it begins with a SEQUENCE of more than 127 bytes, and nothing else
 * stands in it. */
static GBytes *read_base64(const uint8_t *bytes, size_t size)
{
    static const char other[] = "+/=\r\n \t";
    if (size < 64 || bytes[0] != 'M' || bytes[1] != 'I')
        return NULL;
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isalnum(bytes[i]) && !memchr(other, bytes[i], sizeof other - 1))
            return NULL;
    gint state = 0;
    guint save = 0;
    guchar *decoded = g_malloc(size / 4 * 3 + 3);
    gsize got = g_base64_decode_step((const char *)bytes, size, decoded, &state, &save);
    return g_bytes_new_take(decoded, got);
}

static void read_binary(Container *container, GBytes *file, const char *form, const char *password)
{
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(file, &size);
    if (pkcs12_is(bytes, size)) {
        container->form = "pkcs12";
        pkcs12_read(container, file, password);
    } else if (read_der(container, file)) {
        container->form = form;
    }
}

Container *container_read(const uint8_t *bytes, size_t size, const char *password)
{
    Container *container = g_new0(Container, 1);
    container->objects = g_ptr_array_new_with_free_func(item_free);
    container->encryptions = g_ptr_array_new_with_free_func(g_free);
    if (read_magic(container, bytes, size))
        return container;
    if (read_pem(container, bytes, size)) {
        container->form = "pem";
        return container;
    }
    g_autoptr(GBytes) decoded = read_base64(bytes, size);
    g_autoptr(GBytes) file = decoded ? g_bytes_ref(decoded) : g_bytes_new(bytes, size);
    read_binary(container, file, decoded ? "base64" : "der", password);
    return container;
}

GPtrArray *container_certificates(const Container *container)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < container->objects->len; i++) {
        const Item *item = container->objects->pdata[i];
        if (item->kind == ITEM_CERTIFICATE)
            g_ptr_array_add(all, g_bytes_ref(item->bytes));
    }
    return all;
}

void container_free(Container *container)
{
    if (!container)
        return;
    g_ptr_array_unref(container->objects);
    g_ptr_array_unref(container->encryptions);
    g_free(container->mac);
    g_free(container);
}
