/* Whatever a message is, every byte of it belongs to one field of its tree, and its fact is made.
 * The first byte says whether it is of TLS 1.3. */
#include "common/util/bytes.h"
#include "worker/tls/explain.h"
#include "worker/tls/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Only a tree that reached its ceiling may leave bytes out. */
static void check(const Field *field, bool full)
{
    size_t at = field->offset;
    size_t end = field->offset + field->length;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        g_assert_cmpuint(child->offset, ==, at);
        at += child->length;
        check(child, full);
    }
    if (field->children && !full)
        g_assert_cmpuint(at, ==, end);
    g_assert_cmpuint(at, <=, end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Reader reader = reader_new(data, size);
    bool tls13 = reader_u8(&reader) & 1;
    size_t left = reader_left(&reader);
    const uint8_t *message = reader_take(&reader, left);

    g_autoptr(Field) root = tls_explain(message, left, tls13);
    const char *ceiling = g_intern_string("der-too-many");
    check(root, root->notes && g_ptr_array_find(root->notes, ceiling, NULL));
    json_t *fact = json_object();
    message_fact(fact, message, left, tls13 ? 0x0304 : 0x0303);
    json_decref(fact);
    bool cut = false;
    g_autoptr(GPtrArray) chain = message_certificates(message, left, tls13, &cut);
    g_autoptr(GPtrArray) staples = message_staples(message, left, tls13);
    g_autoptr(GBytes) scts = message_scts(message, left, tls13);
    g_assert_true(chain && staples && (!scts || g_bytes_get_size(scts)));
    return 0;
}
