/* Each row is one hello with a fault, or what is none. Yes: the server has an alert for it, and the
 * value says which. No: it closes, resets or says nothing, time and again, or goes on as if there
 * were no fault: the value says so. Unknown where what came back is itself nonsense.
 */
#include "worker/probe/nonsense.h"

#include "common/registry/registry.h"
#include "worker/probe/rows.h"
#include "worker/tls/record.h"

/* ---- what is wrong ---- */

static bool with_unknown_suite(Offer *offer)
{
    g_array_set_size(offer->suites, 0);
    offer_add_suite(offer, 0xE0E0); /* in no registry, and not reserved for anything */
    return true;
}

static bool with_low_version(Offer *offer)
{
    offer->legacy = 0x0200;
    return true;
}

/* TLS 1.3 in a hello that says to be of SSL 3.0 (RFC 8446 appendix D.5). */
static bool with_bad_legacy(Offer *offer)
{
    uint16_t version = TLS_1_3;
    offer->legacy = TLS_SSL3;
    g_array_append_val(offer->versions, version);
    return true;
}

/* supported_groups whose list is longer than the extension. */
static bool with_bad_length(Offer *offer)
{
    static const guint8 groups[] = {0, 9, 0, 29};
    g_array_set_size(offer->groups, 0);
    offer_add_extension(offer, EXTENSION_SUPPORTED_GROUPS, groups, sizeof groups);
    return true;
}

/* RFC 8446 section 9.2 */
static bool without_groups(Offer *offer)
{
    g_array_set_size(offer->groups, 0);
    g_array_set_size(offer->schemes, 0);
    return true;
}

static bool with_finished(Offer *offer)
{
    static const guint8 finished[HANDSHAKE_HEADER + 12] = {HANDSHAKE_FINISHED, 0, 0, 12};
    offer->message = g_bytes_new_static(finished, sizeof finished);
    return true;
}

static bool in_unknown_record(Offer *offer)
{
    offer->content = 99;
    return true;
}

/* The longest length that a header can say, and more than a record may have (RFC 8446 section
 * 5.1). */
static bool in_long_record(Offer *offer)
{
    offer->length = 0xFFFF;
    return true;
}

/* ---- judge ---- */

/* What it does that is no alert; NULL: it cannot be told. */
static const char *conduct(const Reply *reply)
{
    switch (reply->kind) {
    case REPLY_CHOSEN:
    case REPLY_RETRY:
        return "goes on";
    case REPLY_CLOSED:
        return "closed";
    case REPLY_OTHER:
        return "no TLS";
    case REPLY_LOST:
        return !g_strcmp0(reply->reason, "silent")        ? "silence"
               : !g_strcmp0(reply->reason, "reset-after") ? "reset"
                                                          : NULL;
    default:
        return NULL;
    }
}

static void judge_alert(Rows *rows, const Row *row, const Told *told)
{
    const Reply *reply = told->reply;
    g_autofree char *alert = reply->kind == REPLY_ALERT ? known_alert(reply->alert) : NULL;
    const char *value = alert ? alert : conduct(reply);
    json_t *answer = rows_answer(row, told, alert ? "yes" : value ? "no" : "unknown");
    known_text(answer, "value", value);
    known_text(answer, "reason", alert ? NULL : reply->reason);
    known_say(rows->known, answer);
}

static const Row rows[] = {
    {"behaviour", "alert-no-suite", ROW_ANY, .change = with_unknown_suite, .judge = judge_alert,
     .odd = true},
    {"behaviour", "alert-low-version", ROW_ANY, .change = with_low_version, .judge = judge_alert,
     .odd = true},
    {"behaviour", "alert-legacy-version", ROW_TLS13, .change = with_bad_legacy,
     .judge = judge_alert, .odd = true},
    {"behaviour", "alert-bad-extension", ROW_ANY, .change = with_bad_length, .judge = judge_alert,
     .odd = true},
    {"behaviour", "alert-missing-extension", ROW_TLS13, .change = without_groups,
     .judge = judge_alert, .odd = true},
    {"behaviour", "alert-unexpected-message", ROW_ANY, .change = with_finished,
     .judge = judge_alert, .odd = true},
    {"behaviour", "alert-unknown-record", ROW_ANY, .change = in_unknown_record,
     .judge = judge_alert, .odd = true},
    {"behaviour", "alert-long-record", ROW_ANY, .change = in_long_record, .judge = judge_alert,
     .odd = true},
};

static const RowsTable table = {.rows = rows, .count = G_N_ELEMENTS(rows)};

Strategy *nonsense_new(Known *known)
{
    return rows_new(known, &table);
}
