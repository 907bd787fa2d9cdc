/* Any bytes as a certificate: a fact that fits into a line, and a tree whose nodes lie in each
 * other. */
#include <stdlib.h>

#include "worker/pki/openssl_text.h"
#include "worker/pki/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const Field *field)
{
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        if (child->offset < field->offset ||
            child->offset + child->length > field->offset + field->length)
            abort();
        check(child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(json_t) fact = x509_fact(data, size);
    g_autofree char *line = fact_to_line(fact);
    g_autoptr(Field) tree = x509_explain(data, size);
    if (!line || tree->length != size)
        abort();
    check(tree);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(Cert) cert = cert_new(bytes);
    g_autoptr(GString) text = openssl_text(cert);
    if (!text->len)
        abort();
    return 0;
}
