/* Whatever a server encrypts behind its ServerHello, the question ends, and what is said to be
 * whole is. The input is a row of things said: a byte for what it is (a message, a record of any
 * inner type, bytes in the clear, Finished), one for its type, two for its length, then itself. */
#include <stdint.h>

#include "tests/worker/talk/sealing.h"
#include "worker/talk/ask.h"
#include "worker/tls/record.h"

enum { SAY_MESSAGE, SAY_RECORD, SAY_PLAIN, SAY_FINISHED, SAYINGS, FRAGMENT = 1 << 14 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Offer *offer_of(void)
{
    static const uint16_t groups[] = {29}, schemes[] = {0x0403, 0x0804, 0x0807};
    Offer *offer = offer_new(TLS_1_3);
    offer_add_suite(offer, 0x1301);
    g_array_append_vals(offer->groups, groups, 1);
    g_array_append_vals(offer->shares, groups, 1);
    g_array_append_vals(offer->schemes, schemes, G_N_ELEMENTS(schemes));
    g_ptr_array_add(offer->alpn, g_strdup("h2"));
    offer_add_extension(offer, EXTENSION_STATUS_REQUEST, "\x01\0\0\0\0", 5);
    offer_add_extension(offer, EXTENSION_COMPRESS_CERTIFICATE, "\x06\0\x01\0\x02\0\x03", 7);
    offer_add_extension(offer, EXTENSION_DELEGATED_CREDENTIAL, "\0\x02\x04\x03", 4);
    offer_add_extension(offer, EXTENSION_SERVER_CERTIFICATE_TYPE, "\x02\x02\0", 3);
    offer->opens = true;
    return offer;
}

static void say(Sealing *sealing, uint8_t what, uint8_t type, Reader body)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    if (body.size)
        g_byte_array_append(bytes, body.data, (guint)MIN(body.size, FRAGMENT));
    switch (what % SAYINGS) {
    case SAY_MESSAGE:
        g_byte_array_set_size(bytes, MIN(bytes->len, FRAGMENT - HANDSHAKE_HEADER));
        sealing_message(sealing, type, bytes);
        break;
    case SAY_RECORD:
        sealing_record(sealing, type, bytes->data, bytes->len, type);
        break;
    case SAY_PLAIN:
        g_byte_array_append(sealing->output, bytes->data, bytes->len);
        break;
    default:
        sealing_finished(sealing);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Talk) talk = ask_new(offer_of(), true);
    talk_start(talk, 1);
    g_autoptr(Sealing) sealing = sealing_new(talk->output->data, talk->output->len, 0x1301);
    Reader reader = reader_new(data, size);
    while (reader_left(&reader)) {
        uint8_t what = reader_u8(&reader), type = reader_u8(&reader);
        size_t length = reader_u16(&reader);
        say(sealing, what, type, reader_child(&reader, MIN(length, reader_left(&reader))));
    }
    talk_feed(talk, sealing->output->data, sealing->output->len, 2);
    talk_end(talk, TALK_END_CLOSED, 3);
    const Reply *reply = ask_reply(talk);
    g_assert_true(talk->state != TALK_GOING && reply->chosen && reply->opened);
    g_assert_true(!reply->opened->whole || !reply->reason || reply->kind == REPLY_ILLEGAL);
    g_assert_true(reply->opened->whole || reply->reason);
    g_assert_true(!reply->opened->proven || reply->scheme);
    return 0;
}
