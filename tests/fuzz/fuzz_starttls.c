/* Whatever a server says in a dialogue, it ends, and for a reason. The first byte picks the
 * protocol and the size of the pieces that the rest comes in. */
#include <stdint.h>

#include "worker/talk/starttls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    guint choice = size ? data[0] : 0;
    const char *protocol = starttls_protocol(choice & 7);
    g_autoptr(Talk) talk = starttls_new(protocol ? protocol : starttls_protocol(0));
    size_t step = 1 + (choice >> 3);
    talk_start(talk, 1);
    for (size_t at = 1; at < size; at += step)
        talk_feed(talk, data + at, MIN(step, size - at), 2);
    talk_end(talk, TALK_END_CLOSED, 3);
    g_assert_true(talk->state != TALK_GOING);
    g_assert_true(talk->state == TALK_DONE || (talk->result && talk->reason));
    return 0;
}
