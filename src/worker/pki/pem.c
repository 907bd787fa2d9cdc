#include "worker/pki/pem.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/der.h"

static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

/* The next line of the text, without its line end; false at the end. */
static bool next_line(Reader *text, const char **line, size_t *size)
{
    if (reader_left(text) == 0)
        return false;
    Reader start = *text;
    while (reader_left(text) && reader_peek(text) != '\n' && reader_peek(text) != '\r')
        reader_skip(text, 1);
    *size = text->pos - start.pos;
    *line = (const char *)reader_take(&start, *size);
    if (reader_peek(text) == '\r')
        reader_skip(text, 1);
    if (reader_peek(text) == '\n')
        reader_skip(text, 1);
    return true;
}

/* The label of a "-----BEGIN label-----" line, or of an END line; NULL if it is none. */
static char *read_label(const char *line, size_t size, const char *what)
{
    size_t head = strlen(what), tail = strlen(dashes);
    while (size && g_ascii_isspace(line[size - 1]))
        size--;
    if (size < head + tail || memcmp(line, what, head) != 0 ||
        memcmp(line + size - tail, dashes, tail) != 0)
        return NULL;
    return g_strndup(line + head, size - head - tail);
}

/* The body up to the END line of that label; NULL where there is none, or it is not base64. Headers
 * (RFC 1421) have a colon, which base64 has not. */
static GBytes *read_body(Reader *text, const char *label)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    gint state = 0;
    guint save = 0;
    const char *line;
    size_t size;
    Reader before = *text;
    while (next_line(text, &line, &size)) {
        g_autofree char *ended = read_label(line, size, end);
        if (ended)
            return strcmp(ended, label) == 0 && bytes->len && state == 0
                       ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes))
                       : NULL;
        g_autofree char *opened = read_label(line, size, begin);
        if (opened) { /* the END is missing: the next block is its own */
            *text = before;
            return NULL;
        }
        before = *text;
        if (memchr(line, ':', size))
            continue;
        g_autofree guchar *decoded = g_malloc(size / 4 * 3 + 3);
        gsize got = g_base64_decode_step(line, size, decoded, &state, &save);
        g_byte_array_append(bytes, decoded, (guint)got);
    }
    return NULL;
}

static void add_other(Pem *pem, const char *label)
{
    if (pem->others->len < LIMIT_NAMES &&
        !g_ptr_array_find_with_equal_func(pem->others, label, g_str_equal, NULL))
        g_ptr_array_add(pem->others, g_strdup(label));
}

static void add(Pem *pem, GBytes *der)
{
    if (pem->certificates->len < LIMIT_BUNDLE)
        g_ptr_array_add(pem->certificates, g_bytes_ref(der));
    else
        pem->cut = LIMIT_BUNDLE;
}

/* OpenSSL's TRUSTED CERTIFICATE has its own SEQUENCE behind the certificate. */
static void add_trusted(Pem *pem, GBytes *der)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    Der first;
    if (!der_read(data, size, &first))
        return;
    g_autoptr(GBytes) certificate = g_bytes_new_from_bytes(der, 0, first.total);
    add(pem, certificate);
}

static bool read_pem(Pem *pem, Reader text)
{
    const char *line;
    size_t size;
    bool any = false;
    while (next_line(&text, &line, &size)) {
        g_autofree char *label = read_label(line, size, begin);
        if (!label)
            continue;
        any = true;
        g_autoptr(GBytes) body = read_body(&text, label);
        if (!body)
            pem->broken++;
        else if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
            add(pem, body);
        else if (strcmp(label, "TRUSTED CERTIFICATE") == 0)
            add_trusted(pem, body);
        else
            add_other(pem, label);
    }
    return any;
}

/* A Certificate begins with a SEQUENCE in a SEQUENCE; keys, PKCS #7 and PKCS #12 do not. */
static bool looks_like_certificate(const Der *element)
{
    Reader inside = der_inside(element);
    Der first;
    return der_is(element, DER_SEQUENCE) && der_next(&inside, &first) &&
           der_is(&first, DER_SEQUENCE);
}

/* Certificates one behind the other, where they fill the file; else all of it is one, so that what
 * is wrong behind its end is seen. */
static void read_der(Pem *pem, GBytes *file)
{
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(file, &size);
    Reader reader = reader_new(bytes, size);
    Der element;
    bool all = true;
    while (all && der_next(&reader, &element)) {
        all = looks_like_certificate(&element);
        g_autoptr(GBytes) der = g_bytes_new_from_bytes(file, element.offset, element.total);
        if (all)
            add(pem, der);
    }
    pem->der = pem->certificates->len > 0;
    if (!all && pem->der) {
        g_ptr_array_set_size(pem->certificates, 0);
        add(pem, file);
    } else if (!all && der_is(&element, DER_SEQUENCE)) {
        add_other(pem, "DER");
    }
}

Pem pem_read(const uint8_t *bytes, size_t size)
{
    Pem pem = {.certificates = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
               .others = g_ptr_array_new_with_free_func(g_free)};
    if (!read_pem(&pem, reader_new(bytes, size))) {
        g_autoptr(GBytes) file = g_bytes_new(bytes, size);
        read_der(&pem, file);
    }
    return pem;
}

void pem_clear(Pem *pem)
{
    g_clear_pointer(&pem->certificates, g_ptr_array_unref);
    g_clear_pointer(&pem->others, g_ptr_array_unref);
}
