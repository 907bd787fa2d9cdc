#include "worker/talk/resend.h"

#include "common/util/limits.h"
#include "worker/tls/datagram.h"

static const double first_wait = 1; /* seconds, RFC 6347 section 4.2.4.1 */

struct Resend {
    Talk *talk;
    DatagramForm form;
    uint16_t next;       /* number of the next message */
    GByteArray *message; /* the last one said; NULL: none */
    guint resends;       /* of it */
    double wait;         /* seconds to the next one */
};

Resend *resend_new(Talk *talk, uint16_t version, guint fragment)
{
    Resend *resend = g_new0(Resend, 1);
    resend->talk = talk;
    resend->form = (DatagramForm){.version = version, .fragment = fragment};
    return resend;
}

void resend_free(Resend *resend)
{
    if (!resend)
        return;
    g_clear_pointer(&resend->message, g_byte_array_unref);
    g_free(resend);
}

static void send_message(Resend *resend, double now)
{
    uint16_t number = (uint16_t)(resend->next - 1);
    g_autoptr(GPtrArray) datagrams = datagram_message(&resend->form, number, resend->message);
    for (guint i = 0; i < datagrams->len; i++) {
        const GByteArray *datagram = g_ptr_array_index(datagrams, i);
        talk_send(resend->talk, datagram->data, datagram->len, now);
    }
    resend->talk->deadline = now + resend->wait;
}

void resend_say(Resend *resend, const GByteArray *message, double now)
{
    g_clear_pointer(&resend->message, g_byte_array_unref);
    resend->message = g_byte_array_sized_new(message->len);
    g_byte_array_append(resend->message, message->data, message->len);
    resend->next++;
    resend->resends = 0;
    resend->wait = first_wait;
    send_message(resend, now);
}

bool resend_tick(Resend *resend, double now)
{
    if (resend->resends == LIMIT_RESENDS)
        return false;
    resend->resends++;
    resend->wait *= 2;
    send_message(resend, now);
    return true;
}

uint64_t resend_last(const Resend *resend)
{
    return resend->form.sequence - 1;
}

void resend_alert(Resend *resend, uint8_t level, uint8_t code, double now)
{
    const uint8_t alert[] = {level, code};
    g_autoptr(GByteArray) datagram = datagram_new(&resend->form, RECORD_ALERT, alert, sizeof alert);
    talk_send(resend->talk, datagram->data, datagram->len, now);
}
