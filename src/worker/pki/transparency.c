#include "worker/pki/transparency.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/pki/sct.h"
#include "worker/pki/value.h"

/* Each timestamp is looked at in this order:
 *
 * 1. It is v1 (RFC 6962) and reads to its end. One of RFC 9162 is recognised, and not judged.
 * 2. Its log is one that is known here.
 * 3. Its entry can be made: of an embedded one, from the certificate without its list and the
 *    issuer's key; of others, from the certificate itself. The log's key verifies it.
 * 4. It is not of the future (LIMIT_SKEW allowed), and the certificate ends within the log's
 *    interval, if that has one.
 *
 * Chrome's policy (https://googlechrome.github.io/CertificateTransparency/ct_policy.html, as of
 * October 2026), for embedded ones:
 *
 * 1. One at least is of a log that is qualified, usable or read-only at the time of check.
 * 2. Two distinct logs, three where the certificate lives more than 180 days, are qualified,
 *    usable, read-only, or retired since a time that is behind the timestamp's.
 * 3. Two of these are of distinct operators.
 * 4. Until 2026-04-15 one of these is of an RFC 6962 log and not of a static one.
 *
 * Or for those of TLS or OCSP: two of logs that are qualified, usable or read-only at the time of
 * check, of distinct operators; 4 holds likewise.
 *
 * Apple's policy (https://support.apple.com/103214, as of October 2026; its own list of logs is
 * taken to be in the states of Chrome's):
 *
 * 1. Two of currently approved logs, one of which came by TLS or OCSP; or one embedded of a
 *    currently approved log, and two of distinct logs, now or once approved, where the certificate
 *    lives up to 180 days, three up to 398.
 * 2. No more than one of an operator counts up to 180 days, two up to 398.
 * 3. One is of an RFC 6962 log.
 *
 * A lifetime is from notBefore to notAfter; Apple counts the last second too.
 *
 * What cannot be verified here, because its log is not known or the issuer is missing, could still
 * count: where a policy is not met without these, it is not known whether it is.
 */

#define OID_V2 "1.3.101.75" /* RFC 9162 section 7.1 */

enum {
    DAY = 86400,
    SHORT_LIFE = 180,           /* days */
    RFC6962_UNTIL = 1776211200, /* 2026-04-15T00:00:00Z */
};

#define LAST_SECOND 253402300800 /* the year 10000 begins */

typedef enum Way { BY_CERTIFICATE, BY_TLS, BY_OCSP } Way;

typedef struct Stamp {
    Way way;
    Sct sct;
    bool v2;
    const CtLog *log;
    const char *state; /* of the log, at the time; NULL: not known */
    SignatureAnswer signature;
    const char *reason; /* why it does not count, or is not verified; NULL: neither */
    bool counts;        /* of a log that is approved at the time ... */
    bool once;          /* ... or was when it signed */
    bool maybe;         /* it might count, if more was known here */
} Stamp;

typedef struct Transparency {
    const TransparencyQuery *query;
    GArray *stamps; /* Stamp */
    gint64 lifetime, end;
} Transparency;

/* ---- 1 to 4: a timestamp ---- */

static const CtLog *find_log(const TransparencyQuery *query, const uint8_t *id)
{
    g_autofree char *hex = bytes_hex(id, 32, '\0');
    if (!query->logs)
        return registry_ct_log(hex);
    for (size_t i = 0; i < query->logs_count; i++)
        if (strcmp(query->logs[i].id, hex) == 0)
            return &query->logs[i];
    return NULL;
}

static gint64 instant(const char *rfc3339)
{
    g_autoptr(GDateTime) time = rfc3339 ? g_date_time_new_from_iso8601(rfc3339, NULL) : NULL;
    return time ? g_date_time_to_unix(time) : G_MININT64;
}

/* What a log was at a time. Before it came into a state that ends its work it was usable; where it
 * is not known when it was rejected, that was not before its interval's end. */
static const char *state_at(const CtLog *log, gint64 time)
{
    static const char *const ends[] = {"readonly", "retired", "rejected", NULL};
    if (!g_strv_contains(ends, log->state))
        return log->state;
    gint64 since = instant(log->since ? log->since : log->until);
    return since != G_MININT64 && time < since ? "usable" : log->state;
}

static GBytes *make_entry(const TransparencyQuery *query, Way way)
{
    if (way != BY_CERTIFICATE)
        return sct_x509_entry(query->leaf->cert);
    return sct_precert_entry(query->leaf->cert, query->issuer ? query->issuer->cert : NULL);
}

static void verify(const TransparencyQuery *query, Stamp *stamp)
{
    gsize size;
    g_autofree guchar *key = g_base64_decode(stamp->log->key, &size);
    g_autoptr(GBytes) entry = make_entry(query, stamp->way);
    if (!entry) {
        stamp->reason = "sct-no-issuer";
        stamp->maybe = true;
        return;
    }
    stamp->signature = sct_verify(&stamp->sct, key, size, entry);
    if (stamp->signature == SIGNATURE_WRONG)
        stamp->reason = "sct-signature";
    else if (stamp->signature == SIGNATURE_UNKNOWN)
        stamp->reason = "sct-unknown-algorithm";
}

/* Whether the log's state, and the certificate's end, let a timestamp count that is in order. */
static void check_log(const Transparency *all, Stamp *stamp)
{
    static const char *const approved[] = {"usable", "readonly", NULL};
    const CtLog *log = stamp->log;
    gint64 from = instant(log->from), until = instant(log->until), since = instant(log->since);
    gint64 at = (gint64)(stamp->sct.timestamp / 1000);
    if (at > all->query->time + LIMIT_SKEW)
        stamp->reason = "sct-future";
    else if ((log->from && all->end < from) || (log->until && all->end >= until))
        stamp->reason = "sct-interval";
    else if (g_strv_contains(approved, stamp->state))
        stamp->counts = true;
    else if (strcmp(stamp->state, "retired") == 0 && at < since)
        stamp->once = true;
    else
        stamp->reason = strcmp(stamp->state, "retired") == 0 ? "sct-retired" : "sct-log-state";
}

static void judge(const Transparency *all, Stamp *stamp)
{
    stamp->signature = SIGNATURE_UNKNOWN;
    if (stamp->sct.version != 0)
        stamp->reason = "sct-version";
    else if (!stamp->sct.whole || !stamp->sct.log)
        stamp->reason = "sct-undecodable";
    if (stamp->reason)
        return;
    stamp->log = find_log(all->query, stamp->sct.log);
    if (!stamp->log) {
        stamp->reason = "sct-unknown-log";
        stamp->maybe = true;
        return;
    }
    stamp->state = state_at(stamp->log, all->query->time);
    verify(all->query, stamp);
    if (!stamp->reason || stamp->maybe) {
        const char *reason = stamp->reason;
        check_log(all, stamp);
        if (stamp->maybe) {
            stamp->maybe = stamp->counts || stamp->once;
            stamp->reason = reason;
        }
    }
}

static void read_list(Transparency *all, Way way, const uint8_t *data, size_t size)
{
    Reader list = sct_list(data, size);
    Stamp stamp = {.way = way};
    while (all->stamps->len < LIMIT_SCTS && sct_next(&list, &stamp.sct)) {
        judge(all, &stamp);
        g_array_append_val(all->stamps, stamp);
        stamp = (Stamp){.way = way};
    }
    if (!list.failed)
        return;
    stamp.reason = "sct-undecodable";
    stamp.signature = SIGNATURE_UNKNOWN;
    g_array_append_val(all->stamps, stamp);
}

static void read_bytes(Transparency *all, Way way, GBytes *bytes)
{
    gsize size;
    const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    if (data)
        read_list(all, way, data, size);
}

static void read_all(Transparency *all)
{
    const Cert *cert = all->query->leaf->cert;
    const CertExtension *list = cert_extension(cert, OID_SCT_LIST);
    if (list && der_is(&list->value, DER_OCTET_STRING) && list->value.data)
        read_list(all, BY_CERTIFICATE, list->value.data, list->value.length);
    if (cert_extension(cert, OID_V2)) {
        Stamp stamp = {
            .way = BY_CERTIFICATE, .v2 = true, .signature = SIGNATURE_UNKNOWN, .reason = "sct-v2"};
        g_array_append_val(all->stamps, stamp);
    }
    read_bytes(all, BY_TLS, all->query->tls);
    read_bytes(all, BY_OCSP, all->query->ocsp);
}

/* ---- policies ---- */

/* Which timestamps are counted. */
enum {
    EMBEDDED = 1,
    DELIVERED = 2, /* by TLS or OCSP */
    ONCE = 4,      /* of logs that were approved when they signed, too */
    MAYBE = 8,     /* and those that cannot be verified here, too */
};

typedef struct Tally {
    guint logs, now, operators, rfc6962, capped;
} Tally;

static bool takes(const Stamp *stamp, unsigned which)
{
    bool embedded = stamp->way == BY_CERTIFICATE;
    if (!(which & (embedded ? EMBEDDED : DELIVERED)))
        return false;
    if (stamp->maybe)
        return which & MAYBE;
    return stamp->counts || (stamp->once && which & ONCE);
}

/* Distinct logs, those approved now, their operators, and how many count with at most `cap` of an
 * operator. A log that is not known could be of any kind, and of an operator of its own. */
static Tally tally(const Transparency *all, unsigned which, guint cap)
{
    Tally sum = {0};
    g_autoptr(GHashTable) logs = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) operators = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->stamps->len; i++) {
        const Stamp *stamp = &g_array_index(all->stamps, Stamp, i);
        const CtLog *log = stamp->log;
        if (!takes(stamp, which) || (log && !g_hash_table_add(logs, (gpointer)log)))
            continue;
        guint before = log ? GPOINTER_TO_UINT(g_hash_table_lookup(operators, log->operator)) : 0;
        if (log)
            g_hash_table_insert(operators, (gpointer)log->operator, GUINT_TO_POINTER(before + 1));
        sum.logs++;
        sum.now += stamp->counts || !log;
        sum.operators += before == 0;
        sum.capped += before < cap;
        sum.rfc6962 += !log || strcmp(log->kind, "rfc6962") == 0;
    }
    return sum;
}

/* How a policy fares; `reason` NULL: it is met. */
typedef struct Outcome {
    const char *reason;
    guint needed, counted;
} Outcome;

static Outcome chrome(const Transparency *all, unsigned more)
{
    Tally in = tally(all, EMBEDDED | ONCE | more, 0), by = tally(all, DELIVERED | more, 0);
    bool any_kind = all->query->time >= RFC6962_UNTIL;
    Outcome outcome = {.needed = all->lifetime > (gint64)SHORT_LIFE * DAY ? 3 : 2};
    bool delivered = by.logs >= 2 && by.operators >= 2 && (any_kind || by.rfc6962);
    outcome.counted = in.logs ? in.logs : by.logs;
    if (!in.logs && by.logs)
        outcome.needed = 2;
    if (delivered)
        return outcome;
    Tally best = in.logs ? in : by;
    if (best.logs < outcome.needed)
        outcome.reason = "ct-too-few";
    else if (!best.now)
        outcome.reason = "ct-no-current-log";
    else if (best.operators < 2)
        outcome.reason = "ct-one-operator";
    else if (!any_kind && !best.rfc6962)
        outcome.reason = "ct-no-rfc6962";
    return outcome;
}

static Outcome apple(const Transparency *all, unsigned more)
{
    bool brief = all->lifetime + 1 <= (gint64)SHORT_LIFE * DAY;
    guint cap = brief ? 1 : 2;
    Tally in = tally(all, EMBEDDED | ONCE | more, cap);
    Tally now = tally(all, EMBEDDED | DELIVERED | more, cap),
          by = tally(all, DELIVERED | more, cap);
    Outcome outcome = {.needed = brief ? 2 : 3, .counted = in.capped};
    if (by.logs && now.logs >= 2 && now.rfc6962) {
        outcome.needed = 2;
        outcome.counted = now.logs;
        return outcome;
    }
    if (in.logs >= outcome.needed && in.capped < outcome.needed)
        outcome.reason = "ct-one-operator";
    else if (in.capped < outcome.needed)
        outcome.reason = "ct-too-few";
    else if (!in.now)
        outcome.reason = "ct-no-current-log";
    else if (!in.rfc6962)
        outcome.reason = "ct-no-rfc6962";
    return outcome;
}

static json_t *policy(const Transparency *all, Outcome (*evaluate)(const Transparency *, unsigned))
{
    Outcome outcome = evaluate(all, 0), hoped = evaluate(all, MAYBE);
    bool known = !outcome.reason || hoped.reason;
    json_t *object =
        json_pack("{s:i, s:i}", "needed", (int)outcome.needed, "counted", (int)outcome.counted);
    if (known)
        json_object_set_new(object, "met", json_boolean(!outcome.reason));
    if (!known)
        json_object_set_new(object, "reason", json_string("ct-unverified"));
    else if (outcome.reason)
        json_object_set_new(object, "reason",
                            json_string(all->stamps->len ? outcome.reason : "ct-none"));
    return object;
}

/* ---- the fact ---- */

static void set(json_t *object, const char *member, const char *value)
{
    if (value)
        json_object_set_new(object, member, json_string(value));
}

static json_t *stamp_to_json(const Stamp *stamp)
{
    static const char *const ways[] = {"certificate", "tls", "ocsp"};
    static const char *const answers[] = {"good", "wrong", "unknown"};
    json_t *object =
        json_pack("{s:s, s:s}", "from", ways[stamp->way], "signature", answers[stamp->signature]);
    if (stamp->sct.log) {
        g_autofree char *id = bytes_hex(stamp->sct.log, 32, '\0');
        set(object, "log", id);
    }
    if (stamp->log) {
        set(object, "log_name", stamp->log->name);
        set(object, "operator", stamp->log->operator);
        set(object, "log_state", stamp->state);
    }
    if (stamp->sct.log && stamp->sct.timestamp / 1000 < LAST_SECOND) {
        g_autofree char *text = value_rfc3339((int64_t)(stamp->sct.timestamp / 1000));
        g_autofree char *at =
            g_strdup_printf("%.19s.%03uZ", text, (unsigned)(stamp->sct.timestamp % 1000));
        set(object, "at", at);
    }
    set(object, "reason", stamp->reason);
    return object;
}

json_t *transparency_judge(const TransparencyQuery *query)
{
    int64_t from = 0, to = 0;
    bool dated = cert_time(query->leaf->cert, VALIDITY_NOT_BEFORE, &from) &&
                 cert_time(query->leaf->cert, VALIDITY_NOT_AFTER, &to);
    Transparency all = {.query = query, .stamps = g_array_new(FALSE, FALSE, sizeof(Stamp))};
    all.end = dated ? to : 0;
    all.lifetime = dated ? to - from : 0;
    read_all(&all);
    json_t *fact = fact_new(FACT_TRANSPARENCY), *list = json_array();
    for (guint i = 0; i < all.stamps->len; i++)
        json_array_append_new(list, stamp_to_json(&g_array_index(all.stamps, Stamp, i)));
    json_object_set_new(fact, "certificate", json_string(query->leaf->sha256));
    json_object_set_new(fact, "scts", list);
    json_object_set_new(
        fact, "policies",
        json_pack("{s:o, s:o}", "chrome", policy(&all, chrome), "apple", policy(&all, apple)));
    g_array_unref(all.stamps);
    return fact;
}
