/* Whatever a server answers to a hello, the question ends, and the reply says how. The first byte
 * of the input chooses what is asked: SSL 2.0, TLS 1.2 or TLS 1.3. */
#include <stdint.h>

#include "common/registry/registry.h"
#include "worker/talk/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Offer *offer_of(uint8_t choice)
{
    static const uint16_t versions[] = {TLS_SSL2, TLS_1_2, TLS_1_3};
    size_t count;
    uint16_t version = versions[choice % G_N_ELEMENTS(versions)];
    const CipherSuite *suites =
        version == TLS_SSL2 ? registry_ssl2_suites(&count) : registry_suites(&count);
    Offer *offer = offer_new(version);
    for (size_t i = 0; i < count; i++)
        offer_add_suite(offer, suites[i].id);
    static const uint16_t groups[] = {23, 29}, schemes[] = {0x0401, 0x0403, 0x0804};
    g_array_append_vals(offer->groups, groups, G_N_ELEMENTS(groups));
    g_array_append_vals(offer->schemes, schemes, G_N_ELEMENTS(schemes));
    g_array_append_vals(offer->shares, groups, 1);
    g_ptr_array_add(offer->alpn, g_strdup("h2"));
    return offer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Talk) talk = ask_new(offer_of(size ? *data : 0), true);
    const uint8_t *answer = size ? data + 1 : data;
    size -= size ? 1 : 0;
    talk_start(talk, 1);
    talk_feed(talk, answer, size / 2, 2);
    talk_feed(talk, size ? answer + size / 2 : answer, size - size / 2, 3);
    talk_end(talk, TALK_END_CLOSED, 4);
    const Reply *reply = ask_reply(talk);
    g_assert_true(talk->state != TALK_GOING && reply->kind != REPLY_NONE);
    g_assert_true((talk->state == TALK_FAILED) <= (reply->reason != NULL));
    g_assert_true(!reply->chosen || reply->kind == REPLY_CHOSEN || reply->kind == REPLY_RETRY ||
                  reply->kind == REPLY_ILLEGAL);
    return 0;
}
