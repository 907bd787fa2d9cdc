/* Whatever datagrams come: they are read within their ceilings, the messages in them are the same
 * where each comes twice, every byte belongs to a field of their trees, and a question over them
 * ends with a reply. The input is datagrams, each behind its length of two bytes. */
#include <string.h>

#include "common/util/bytes.h"
#include "worker/talk/ask.h"
#include "worker/tls/assembly.h"
#include "worker/tls/datagram.h"
#include "worker/tls/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The messages one after the other; `*whole` is false where something was wrong. */
static GByteArray *messages(const uint8_t *data, size_t size, guint times, bool *whole)
{
    g_autoptr(Datagrams) datagrams = datagrams_new(false);
    g_autoptr(Assembly) assembly = assembly_new();
    GByteArray *all = g_byte_array_new();
    Reader reader = reader_new(data, size);
    while (reader_left(&reader)) {
        Reader datagram = reader_vector(&reader, 2);
        for (guint i = 0; i < times; i++) {
            Record record;
            HandshakeMessage message;
            datagrams_feed(datagrams, datagram.data, datagram.failed ? 0 : datagram.size);
            while (datagrams_next(datagrams, &record) == RECORD_READY) {
                g_assert_cmpuint(record.size, <=, RECORD_MAX);
                if (record.type == RECORD_HANDSHAKE)
                    assembly_feed(assembly, &record);
                while (assembly_next(assembly, &message) == RECORD_READY)
                    g_byte_array_append(all, message.bytes, (guint)message.size);
            }
        }
    }
    *whole = !datagrams_fault(datagrams) && !assembly_fault(assembly);
    return all;
}

static void check(const Field *field)
{
    size_t at = field->offset;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        const Field *child = g_ptr_array_index(field->children, i);
        g_assert_cmpuint(child->offset, ==, at);
        at += child->length;
        check(child);
    }
    if (field->children)
        g_assert_cmpuint(at, ==, field->offset + field->length);
}

static Offer *offer_of(uint16_t version)
{
    static const uint16_t groups[] = {23, 29}, schemes[] = {0x0401, 0x0403, 0x0804};
    static const uint32_t suites[] = {0x1301, 0xc02b, 0xc02f, 0x009e, 0x002f, 0x00ff};
    Offer *offer = offer_new(version);
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
        offer_add_suite(offer, suites[i]);
    g_array_append_vals(offer->groups, groups, G_N_ELEMENTS(groups));
    g_array_append_vals(offer->schemes, schemes, G_N_ELEMENTS(schemes));
    g_array_append_vals(offer->shares, groups, 1);
    return offer;
}

static void ask(const uint8_t *data, size_t size, uint16_t version)
{
    g_autoptr(Talk) talk = ask_new(offer_of(version), true);
    Reader reader = reader_new(data, size);
    double now = 1;
    talk_start(talk, now);
    while (reader_left(&reader)) {
        Reader datagram = reader_vector(&reader, 2);
        if (!datagram.failed)
            talk_feed(talk, datagram.data, datagram.size, now += 0.1);
        g_autoptr(Field) root = tls_explain_datagram(datagram.data, datagram.size);
        check(root);
    }
    while (talk->state == TALK_GOING && talk->deadline > 0)
        talk_tick(talk, talk->deadline);
    const Reply *reply = ask_reply(talk);
    g_assert_true(talk->state != TALK_GOING && reply->kind != REPLY_NONE);
    g_assert_true((talk->state == TALK_FAILED) <= (reply->reason != NULL));
    g_assert_true(!reply->chosen || reply->kind == REPLY_CHOSEN || reply->kind == REPLY_RETRY ||
                  reply->kind == REPLY_ILLEGAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool whole = false, again = false;
    g_autoptr(GByteArray) once = messages(data, size, 1, &whole);
    g_autoptr(GByteArray) twice = messages(data, size, 2, &again);
    if (whole && again) {
        g_assert_cmpuint(once->len, ==, twice->len);
        g_assert_true(once->len == 0 || memcmp(once->data, twice->data, once->len) == 0);
    }
    ask(data, size, DTLS_1_2);
    ask(data, size, DTLS_1_3);
    return 0;
}
