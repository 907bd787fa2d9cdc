#include "worker/probe/verdict.h"

enum { ALERT_DECODE_ERROR = 50 };

/* Alerts that refuse what was offered, unexpected_message among them: Java has it for a hello
 * without a group in common; of a hello without extensions, decode_error too, but for a long list,
 * which may be what wolfSSL does not decode. Any other says that something broke. */
static bool refuses(const Offer *offer, int alert)
{
    static const guint8 refusals[] = {10, 40, 47, 70, 71, 109, 110, 112, 115, 120};
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (alert == refusals[i])
            return true;
    return offer->bare && alert == ALERT_DECODE_ERROR &&
           offer->suites->len <=
               VERDICT_LIST_THAT_ALL_BEAR + 1; /* and TLS_EMPTY_RENEGOTIATION_INFO_SCSV */
}

/* Illegal, but for something that was offered. A ServerHello that does not parse chooses nothing.
 */
static bool was_offered(const Offer *offer, const Reply *reply)
{
    if (!reply->chosen && !g_strcmp0(reply->reason, "message-malformed"))
        return false;
    for (guint i = 0; i < offer->suites->len; i++)
        if (g_array_index(offer->suites, uint32_t, i) == reply->suite)
            return reply->version && reply->version <= offer->version;
    return false;
}

/* TLS_NULL_WITH_NULL_NULL where it was not offered: of all that was, nothing was chosen (wolfSSL).
 */
static bool chose_nothing(const Reply *reply)
{
    return !reply->suite && !g_strcmp0(reply->reason, "suite-not-offered");
}

Verdict verdict_of(const Offer *offer, const Reply *reply)
{
    switch (reply->kind) {
    case REPLY_CHOSEN:
    case REPLY_RETRY:
        return VERDICT_CHOSEN;
    case REPLY_ILLEGAL:
        return was_offered(offer, reply) ? VERDICT_CHOSEN
               : chose_nothing(reply)    ? VERDICT_REFUSED
                                         : VERDICT_LOST;
    case REPLY_ALERT:
        return refuses(offer, reply->alert) ? VERDICT_REFUSED : VERDICT_FAILED;
    case REPLY_OTHER:
        return offer->odd ? VERDICT_REFUSED : VERDICT_LOST;
    default:
        return VERDICT_LOST;
    }
}

bool verdict_refuses_something(const Offer *offer, const Reply *reply, Verdict verdict)
{
    if (verdict != VERDICT_CHOSEN)
        return verdict != VERDICT_LOST;
    return reply->version != offer->version || (offer->alpn->len && !reply->alpn);
}
