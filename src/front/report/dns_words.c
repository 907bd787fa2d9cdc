#include "front/report/dns_words.h"

#include <glib/gi18n.h>

#include "common/fact/fact.h"
#include "front/report/words.h"

enum { DATA_SHOWN = 16 }; /* hexadecimal digits of a TLSA record */

typedef struct Telling {
    const Endpoint *endpoint;
    bool ascii;
    void (*tell)(void *data, const char *label, const char *text);
    void *data;
} Telling;

/* Takes `text`. */
static void say(const Telling *telling, const char *label, char *text)
{
    telling->tell(telling->data, label, text);
    g_free(text);
}

static const json_t *lookup(const Telling *telling, const char *kind)
{
    return json_object_get(telling->endpoint->dns, kind);
}

static const json_t *records_of(const json_t *fact)
{
    return json_object_get(fact, "records");
}

static bool has_state(const json_t *fact, const char *state)
{
    return g_str_equal(fact_string(fact, "state", ""), state);
}

/* Why there is no answer that counts; NULL: there is one. */
static char *failure(const json_t *fact, bool ascii)
{
    if (has_state(fact, "secure") || has_state(fact, "insecure"))
        return NULL;
    g_autofree char *reason =
        words_reason(fact_string(fact, "reason", ""), json_object_get(fact, "args"), ascii);
    return g_strdup_printf(
        has_state(fact, "bogus") ? _("not to be believed: %s") : _("unknown: %s"), reason);
}

/* Takes `text`. */
static char *with_proof(const json_t *fact, char *text)
{
    g_autofree char *plain = text;
    return has_state(fact, "secure") ? g_strdup_printf(_("%s (signed)"), plain)
                                     : g_strdup_printf(_("%s (not signed)"), plain);
}

/* ---- DANE ---- */

static const char *number_word(const json_t *record, const char *member, const char *const *words,
                               gsize count)
{
    json_int_t number = fact_integer(record, member, -1);
    return number >= 0 && (gsize)number < count ? words[number] : "?";
}

static char *record_text(const json_t *record, const char *outcome)
{
    static const char *const usages[] = {"PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"};
    static const char *const selectors[] = {N_("certificate"), N_("key")};
    static const char *const matchings[] = {N_("whole"), "SHA-256", "SHA-512"};
    const char *selector = number_word(record, "selector", selectors, G_N_ELEMENTS(selectors));
    const char *matching = number_word(record, "matching", matchings, G_N_ELEMENTS(matchings));
    return g_strdup_printf("%s, %s, %s %.*s: %s",
                           number_word(record, "usage", usages, G_N_ELEMENTS(usages)), _(selector),
                           _(matching), DATA_SHOWN, fact_string(record, "data", ""), outcome);
}

static void tell_records(const Telling *telling, const json_t *dane)
{
    size_t i;
    const json_t *record;
    json_array_foreach(records_of(dane), i, record)
    {
        const char *reason = fact_string(record, "reason", NULL);
        g_autofree char *why = reason ? words_reason(reason, NULL, telling->ascii) : NULL;
        const char *outcome = fact_bool(record, "holds", FALSE) ? _("holds")
                              : why                             ? why
                                                                : _("does not hold");
        say(telling, i ? "" : N_("DANE"), record_text(record, outcome));
    }
}

static void tell_dane(const Telling *telling)
{
    const json_t *tlsa = lookup(telling, "tlsa");
    const json_t *dane = telling->endpoint->best ? telling->endpoint->best->dane : NULL;
    if (dane) {
        tell_records(telling, dane);
        return;
    }
    if (!tlsa)
        return;
    char *text = failure(tlsa, telling->ascii);
    gsize count = json_array_size(records_of(tlsa));
    if (!text && count == 0)
        text = with_proof(tlsa, g_strdup(_("no TLSA records")));
    else if (!text && has_state(tlsa, "insecure"))
        text = g_strdup_printf(ngettext("%zu TLSA record, not signed: it does not count",
                                        "%zu TLSA records, not signed: they do not count", count),
                               count);
    else if (!text && g_str_equal(fact_string(tlsa, "addresses", ""), "secure"))
        text = g_strdup(_("unknown: there are TLSA records, and no chain was held against them"));
    else if (!text)
        text = g_strdup(_("TLSA records that do not count: the addresses are not signed"));
    say(telling, N_("DANE"), text);
}

/* ---- CAA and mail ---- */

static void append_record(GString *text, const json_t *record, bool ascii)
{
    const json_t *issuer = json_object_get(record, "issuer");
    g_autofree char *value = words_value(issuer ? issuer : json_object_get(record, "value"), ascii);
    g_string_append_printf(text, "%s%s %s", text->len ? ", " : "", fact_string(record, "tag", "?"),
                           *value ? value : _("nobody"));
}

static void tell_caa(const Telling *telling)
{
    const json_t *caa = lookup(telling, "caa"), *record;
    size_t i;
    if (!caa)
        return;
    char *text = failure(caa, telling->ascii);
    if (!text && json_array_size(records_of(caa)) == 0) {
        text = with_proof(caa, g_strdup(_("none: every CA may issue")));
    } else if (!text) {
        GString *list = g_string_new(NULL);
        json_array_foreach(records_of(caa), i, record)
        {
            append_record(list, record, telling->ascii);
        }
        g_string_append_printf(list, _(", at %s"), fact_string(caa, "owner", "?"));
        text = with_proof(caa, g_string_free(list, FALSE));
    }
    say(telling, N_("CAA"), text);
}

static char *policy_text(const json_t *policy, bool ascii)
{
    const json_t *mode = json_object_get(policy, "mode"), *faults;
    g_autofree char *word = mode ? words_value(mode, ascii) : g_strdup("?");
    g_autofree char *hosts = words_value(json_object_get(policy, "mx"), ascii);
    faults = json_object_get(policy, "faults");
    if (json_array_size(faults)) {
        const char *code = json_string_value(json_array_get(faults, 0));
        g_autofree char *reason = words_reason(code ? code : "", NULL, ascii);
        return g_strdup_printf(_("not a policy: %s"), reason);
    }
    return *hosts ? g_strdup_printf(_("%s, for %s"), word, hosts) : g_steal_pointer(&word);
}

static void tell_sts(const Telling *telling)
{
    const json_t *sts = lookup(telling, "mta-sts");
    if (!sts)
        return;
    char *text = failure(sts, telling->ascii);
    gsize count = json_array_size(records_of(sts));
    if (!text && count == 0)
        text = g_strdup(_("none"));
    else if (!text && count > 1)
        text = g_strdup_printf(_("none: there are %zu records of it"), count);
    else if (!text && telling->endpoint->policy)
        text = policy_text(telling->endpoint->policy, telling->ascii);
    else if (!text)
        text = g_strdup(_("unknown: announced, and the policy was not fetched"));
    say(telling, N_("MTA-STS"), text);
}

static void tell_reports(const Telling *telling)
{
    const json_t *reports = lookup(telling, "tlsrpt");
    if (!reports)
        return;
    char *text = failure(reports, telling->ascii);
    gsize count = json_array_size(records_of(reports));
    if (!text && count == 0)
        text = g_strdup(_("none"));
    else if (!text && count > 1)
        text = g_strdup_printf(_("none: there are %zu records of it"), count);
    else if (!text)
        text = words_value(json_object_get(json_array_get(records_of(reports), 0), "rua"),
                           telling->ascii);
    say(telling, N_("TLSRPT"), text);
}

/* Of a mail server whose domain is not known nothing more was asked. */
static void tell_domain(const Telling *telling)
{
    const json_t *mx = lookup(telling, "mx");
    if (!mx || lookup(telling, "mta-sts"))
        return;
    char *text = failure(mx, telling->ascii);
    say(telling, N_("mail domain"),
        text ? text : g_strdup(_("unknown: no MX record of its own name's domains leads here")));
}

void dns_tell(const Endpoint *endpoint, bool ascii,
              void (*tell)(void *data, const char *label, const char *text), void *data)
{
    const Telling telling = {endpoint, ascii, tell, data};
    tell_dane(&telling);
    tell_caa(&telling);
    tell_domain(&telling);
    tell_sts(&telling);
    tell_reports(&telling);
}
