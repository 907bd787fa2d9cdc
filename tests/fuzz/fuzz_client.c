/* Whatever a server sends after a real ClientHello, the client ends, for a reason, and a handshake
 * that nobody completed is not said to be. The session id of a ServerHello that comes first is made
 * the one that was offered, so that the fuzzer gets past it. */
#include <stdint.h>
#include <string.h>

#include "worker/talk/client.h"

enum {
    CLIENT_ID =
        5 + 4 + 2 + 32, /* where a ClientHello in its record has the length of its session id */
    ID_SIZE = 32,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void echo_id(const Talk *talk, uint8_t *answer, size_t size)
{
    size_t sent;
    const uint8_t *hello = talk_output(talk, &sent);
    bool long_enough = sent > CLIENT_ID + ID_SIZE && size > CLIENT_ID + ID_SIZE;
    if (long_enough && answer[0] == 22 && answer[5] == 2 && answer[CLIENT_ID] == ID_SIZE)
        memcpy(answer + CLIENT_ID + 1, hello + CLIENT_ID + 1, ID_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ClientSpec spec = {.priority = "NORMAL", .server_name = "fuzz.example", .hello = "usual"};
    g_autoptr(Talk) talk = client_new(&spec, NULL);
    g_autofree uint8_t *answer = g_memdup2(data, size);
    talk_start(talk, 1);
    echo_id(talk, answer, size);
    talk_feed(talk, answer, size / 2, 2);
    talk_feed(talk, answer ? answer + size / 2 : NULL, size - size / 2, 3);
    talk_end(talk, TALK_END_CLOSED, 4);
    g_assert_true(talk->state == TALK_FAILED && talk->result && talk->reason);
    return 0;
}
