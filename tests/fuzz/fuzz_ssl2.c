/* What SSL 2.0 answers: the record's message, and what is in it; each byte is explained. */
#include <stdint.h>

#include <glib.h>

#include "worker/tls/explain.h"
#include "worker/tls/ssl2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte of a field that has others in it belongs to one of them. */
static void check_covered(const Field *field)
{
    size_t at = field->offset;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        g_assert_cmpuint(child->offset, ==, at);
        at += child->length;
        check_covered(child);
    }
    g_assert_true(!field->children || at == field->offset + field->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t left;
    const uint8_t *message = ssl2_message(data, size, &left);
    if (!message)
        return 0;
    g_assert_true(left + SSL2_HEADER <= size);
    g_autoptr(Field) root = tls_explain_ssl2(message, left);
    check_covered(root);
    g_autoptr(Ssl2Answer) answer = ssl2_answer_new(message, left);
    g_assert_nonnull(ssl2_name(message, left));
    g_assert_true((size_t)3 * answer->kinds->len + answer->certificate.size <= left);
    g_assert_true(answer->fault || answer->type != SSL2_SERVER_HELLO || left >= 11);
    return 0;
}
