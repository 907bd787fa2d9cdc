/* What SSL 2.0 answers: the record's message, and what is in it. */
#include <stdint.h>

#include <glib.h>

#include "worker/tls/ssl2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t left;
    const uint8_t *message = ssl2_message(data, size, &left);
    if (!message)
        return 0;
    g_assert_true(left + SSL2_HEADER <= size);
    g_autoptr(Ssl2Answer) answer = ssl2_answer_new(message, left);
    g_assert_nonnull(ssl2_name(message, left));
    g_assert_true((size_t)3 * answer->kinds->len + answer->certificate.size <= left);
    g_assert_true(answer->fault || answer->type != SSL2_SERVER_HELLO || left >= 11);
    return 0;
}
