#include "front/report/block.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/model/clock.h"
#include "front/report/brief.h"
#include "front/report/dns_words.h"
#include "front/report/issued.h"
#include "front/report/standing_words.h"
#include "front/report/words.h"

enum {
    INDENT = 2,
    LABEL = 14,    /* where the text behind a label begins */
    NUMBERED = 16, /* where a certificate of a chain begins: a fingerprint fits into 80 columns */
    SEVERITY = 10, /* columns of a severity's name */
    NAMES_SHOWN = 12, /* of a certificate */
};

static void item(Page *page, const char *label, const char *text)
{
    if (page->column)
        page_end(page);
    page_to(page, INDENT);
    page_put(page, TINT_NONE, label);
    page_wrap(page, TINT_NONE, text, LABEL);
    page_end(page);
}

/* Takes `text`. */
static void item_take(Page *page, const char *label, char *text)
{
    item(page, label, text);
    g_free(text);
}

static void append(GString *list, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void append(GString *list, const char *format, ...)
{
    va_list arguments;
    if (list->len)
        g_string_append(list, ", ");
    va_start(arguments, format);
    g_string_append_vprintf(list, format, arguments);
    va_end(arguments);
}

static void append_value(GString *list, const json_t *fact, const char *member, bool ascii)
{
    const json_t *value = json_object_get(fact, member);
    g_autofree char *text = value ? words_value(value, ascii) : NULL;
    if (text && *text)
        append(list, "%s", text);
}

/* ---- certificates --------------------------------------------------------------------------- */

static char *names_text(const Certificate *certificate, bool ascii)
{
    const json_t *names = json_object_get(certificate->fact, "names"), *name;
    GString *text = g_string_new(NULL);
    size_t i;
    json_array_foreach(names, i, name)
    {
        if (i == NAMES_SHOWN) {
            append(text, _("and %zu more"), json_array_size(names) - NAMES_SHOWN);
            break;
        }
        append_value(text, name, "value", ascii);
    }
    return g_string_free(text, FALSE);
}

static char *validity_text(const Certificate *certificate, gint64 now)
{
    const json_t *fact = certificate->fact;
    g_autofree char *from = words_value(json_object_get(fact, "not_before"), true);
    g_autofree char *to = words_value(json_object_get(fact, "not_after"), true);
    g_autofree char *days = brief_days(certificate, now);
    return g_strdup_printf(_("valid %s to %s, %s"), from, to, days);
}

static void line(Page *page, const char *text, int column)
{
    page_wrap(page, TINT_NONE, text, column);
    page_end(page);
}

void block_certificate(Page *page, const Certificate *certificate, const ReportStyle *style,
                       int column)
{
    bool ascii = style->ascii;
    g_autofree char *name =
        text_escape(certificate->name->str, (gssize)certificate->name->len, ascii);
    g_autofree char *issuer =
        text_escape(certificate->issuer_name->str, (gssize)certificate->issuer_name->len, ascii);
    g_autofree char *names = names_text(certificate, ascii);
    g_autofree char *validity = validity_text(certificate, style->now);
    g_autofree char *key = brief_key(certificate);
    g_autofree char *signature = text_escape(certificate->signature, -1, ascii);
    g_autofree char *print = g_strdup_printf("SHA-256 %s", certificate->sha256);
    g_autofree char *by = g_strdup_printf(_("issued by %s"), issuer);
    g_autofree char *other = g_strdup_printf(_("names %s"), names);
    g_autofree char *made = g_strdup_printf(_("key %s, signed with %s"), key, signature);

    page_wrap(page, TINT_TITLE, *name ? name : "?", column);
    page_end(page);
    if (!certificate->fact) {
        line(page, print, column);
        return;
    }
    line(page, by, column);
    if (*names)
        line(page, other, column);
    line(page, validity, column);
    line(page, made, column);
    line(page, print, column);
}

static void chain(Page *page, const Connection *connection, const ReportStyle *style)
{
    const GPtrArray *certificates = connection->certificates;
    if (certificates->len == 0)
        item(page, _("chain"), _("empty: no certificate was sent"));
    for (guint i = 0; i < certificates->len; i++) {
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        page_to(page, INDENT);
        if (i == 0)
            page_put(page, TINT_NONE, _("chain"));
        page_to(page, LABEL);
        page_put(page, TINT_NONE, number);
        block_certificate(page, certificates->pdata[i], style, NUMBERED);
    }
}

/* ---- trust ---------------------------------------------------------------------------------- */

static char *path_text(const Model *model, const json_t *path, bool ascii)
{
    GString *text = g_string_new(NULL);
    const json_t *step;
    size_t i;
    json_array_foreach(path, i, step)
    {
        const Certificate *known = model_certificate(model, fact_string(step, "sha256", ""));
        g_autofree char *name = known && known->name->len
                                    ? text_escape(known->name->str, (gssize)known->name->len, ascii)
                                    : words_value(json_object_get(step, "subject"), ascii);
        g_string_append_printf(text, "%s%s", i ? " <- " : "", name);
        if (strcmp(fact_string(step, "from", ""), "store") == 0)
            g_string_append(text, _(" (from the store)"));
    }
    return g_string_free(text, FALSE);
}

static void trust(Page *page, const Model *model, const Verdict *verdict, bool ascii)
{
    g_autofree char *words = words_verdict(verdict, ascii);
    g_autofree char *store = words_value(json_object_get(verdict->fact, "store"), ascii);
    g_autofree char *path = path_text(model, json_object_get(verdict->fact, "path"), ascii);
    int roots = (int)CLAMP(fact_integer(verdict->fact, "roots", 0), 0, G_MAXINT);
    const char *format =
        ngettext("%s (store: %s, %d root)", "%s (store: %s, %d roots)", (gulong)roots);

    item_take(page, _("trust"), g_strdup_printf(format, words, store, roots));
    if (*path)
        item(page, _("path"), path);
    if (verdict->name_matches >= 0) {
        g_autofree char *name = words_value(json_object_get(verdict->fact, "name"), ascii);
        g_autofree char *by = words_value(json_object_get(verdict->fact, "matched_by"), ascii);
        const char *kind = fact_string(verdict->fact, "matched_kind", "");
        const char *type = strcmp(kind, "ip") == 0 ? "iPAddress" : "dNSName";
        item_take(page, _("name"),
                  verdict->name_matches ? g_strdup_printf(_("%s matches %s %s"), name, type, by)
                                        : g_strdup_printf(_("%s does not match"), name));
    }
}

/* What stores say that do not count, a line each. */
static void other_stores(Page *page, const Connection *connection, bool ascii)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    for (guint i = 0; verdicts && i < verdicts->len; i++) {
        const Verdict *verdict = verdicts->pdata[i];
        if (verdict == connection->verdict)
            continue;
        g_autofree char *store = words_value(json_object_get(verdict->fact, "store"), ascii);
        g_autofree char *words = words_verdict(verdict, ascii);
        item_take(page, _("also"), g_strdup_printf(_("%s: %s"), store, words));
    }
}

static void clients(Page *page, const Verdict *verdict, bool ascii)
{
    const json_t *client;
    size_t i;
    json_array_foreach(json_object_get(verdict->fact, "clients"), i, client)
        item_take(page, i ? "" : _("clients"), words_client(client, ascii));
}

static void told_item(void *data, const char *label, const char *text)
{
    item(data, *label ? _(label) : label, text);
}

/* What is not known at all is left out where nothing was judged. */
static void standing(Page *page, const Endpoint *endpoint, bool ascii)
{
    int good;
    g_autofree char *revocation = words_revocation(endpoint, ascii, &good);
    g_autofree char *transparency = words_transparency(endpoint, ascii, &good);
    if (revocation && endpoint->best->verdict)
        item(page, _("revocation"), revocation);
    if (transparency)
        item(page, _("timestamps"), transparency);
}

/* ---- what was negotiated -------------------------------------------------------------------- */

static char *exchange_text(const json_t *agreed, bool ascii)
{
    GString *text = g_string_new(NULL);
    json_int_t bits = fact_integer(agreed, "group_bits", 0);
    const json_t *scheme = json_object_get(agreed, "scheme");
    g_autofree char *signed_with = scheme ? words_value(scheme, ascii) : NULL;
    append_value(text, agreed, json_object_get(agreed, "group") ? "group" : "key_exchange", ascii);
    if (bits > 0)
        g_string_append_printf(text, _(" (%d bits)"), (int)MIN(bits, G_MAXINT));
    if (signed_with)
        append(text, _("signed with %s"), signed_with);
    if (json_is_false(json_object_get(agreed, "forward_secrecy")))
        append(text, _("no forward secrecy"));
    return g_string_free(text, FALSE);
}

static char *alpn_text(const json_t *agreed, bool ascii)
{
    const json_t *chosen = json_object_get(agreed, "alpn");
    const json_t *offered = json_object_get(agreed, "alpn_offered");
    g_autofree char *offers = NULL;
    if (chosen)
        return words_value(chosen, ascii);
    if (json_array_size(offered) == 0)
        return NULL;
    offers = words_value(offered, ascii);
    return g_strdup_printf(_("none chosen of %s"), offers);
}

static char *features_text(const json_t *agreed)
{
    static const struct {
        const char *member, *words;
    } yes[] = {
        {"extended_master_secret", N_("extended master secret")},
        {"encrypt_then_mac", N_("encrypt-then-MAC")},
        {"secure_renegotiation", N_("secure renegotiation")},
        {"ocsp_staple", N_("OCSP response stapled")},
        {"session_id", N_("session id")},
        {"ticket", N_("session ticket")},
        {"resumed", N_("resumed")},
    };
    const char *asked = fact_string(agreed, "client_certificate", "");
    json_int_t lifetime = fact_integer(agreed, "ticket_lifetime", 0);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
        if (fact_bool(agreed, yes[i].member, FALSE))
            append(text, "%s", _(yes[i].words));
    if (lifetime > 0) {
        g_autofree char *good = brief_lifetime(lifetime);
        g_string_append_printf(text, _(" for %s"), good);
    }
    if (strcmp(asked, "required") == 0)
        append(text, _("client certificate required"));
    else if (*asked)
        append(text, _("client certificate asked for"));
    if (strcmp(fact_string(agreed, "hello", ""), "permissive") == 0)
        append(text, _("with the permissive hello"));
    return g_string_free(text, FALSE);
}

/* How long the TCP handshake took; negative where it is not known. */
static double connect_took(const Connection *connection)
{
    for (guint i = 0; i < connection->events->len; i++) {
        const Event *event = connection->events->pdata[i];
        if (event->kind == EVENT_CONNECTION &&
            strcmp(fact_string(event->fact, "event", ""), "open") == 0)
            return fact_number(event->fact, "took", -1);
    }
    return -1;
}

static void append_span(GString *text, const char *words, double seconds)
{
    if (seconds < 0.001)
        append(text, _("%s less than 1 ms"), words);
    else
        append(text, _("%s %.0f ms"), words, MIN(seconds, 1e6) * 1000);
}

static char *time_text(const Connection *connection)
{
    double took = connect_took(connection);
    double handshake = fact_number(connection->negotiated, "took", -1);
    json_int_t trips = fact_integer(connection->negotiated, "round_trips", 0);
    GString *text = g_string_new(NULL);
    if (took >= 0)
        append_span(text, _("connected in"), took);
    if (handshake >= 0)
        append_span(text, _("handshake in"), handshake);
    if (trips > 0)
        g_string_append_printf(text,
                               ngettext(" (%d round trip)", " (%d round trips)", (gulong)trips),
                               (int)MIN(trips, G_MAXINT));
    return g_string_free(text, FALSE);
}

static void negotiated(Page *page, const Connection *connection, bool ascii)
{
    const json_t *agreed = connection->negotiated;
    g_autofree char *version = words_value(json_object_get(agreed, "version"), ascii);
    g_autofree char *suite = words_value(json_object_get(agreed, "suite"), ascii);
    g_autofree char *exchange = exchange_text(agreed, ascii);
    g_autofree char *alpn = alpn_text(agreed, ascii);
    g_autofree char *features = features_text(agreed);
    g_autofree char *took = time_text(connection);

    item_take(page, _("negotiated"), g_strdup_printf("%s, %s", version, suite));
    item(page, _("exchange"), exchange);
    if (alpn)
        item(page, _("ALPN"), alpn);
    if (*features)
        item(page, _("features"), features);
    if (*took)
        item(page, _("time"), took);
}

/* ---- findings ------------------------------------------------------------------------------- */

/* Severity and sentence; the label, where there is one, before them. */
static void sentence(Page *page, const Finding *found, const char *label)
{
    g_autofree char *text = words_finding(found, page->ascii);
    page_to(page, INDENT);
    if (label)
        page_put(page, TINT_NONE, label);
    page_to(page, LABEL);
    page_cell(page, tint_of(found->severity), _(severity_name(found->severity)), SEVERITY);
    page_wrap(page, TINT_TITLE, text, LABEL + SEVERITY);
    page_end(page);
}

static void finding(Page *page, const Finding *found, const char *label)
{
    g_autofree char *what = words_what(found, page->ascii);
    g_autofree char *act = words_act(found, page->ascii);
    g_autofree char *see =
        *found->rule->see ? g_strdup_printf(_("See %s"), found->rule->see) : NULL;

    sentence(page, found, label);
    if (found->severity != SEVERITY_UNKNOWN)
        line(page, what, LABEL + SEVERITY);
    line(page, act, LABEL + SEVERITY);
    if (see)
        line(page, see, LABEL + SEVERITY);
}

/* Why an endpoint could not be examined stands at the head of its block already. */
static bool is_said(const Finding *found)
{
    return strcmp(found->rule->code, "not-examined") == 0;
}

/* All findings, in a line each or at length. */
static void findings(Page *page, const Endpoint *endpoint, const char *label,
                     void (*write)(Page *page, const Finding *found, const char *label))
{
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++)
        if (!is_said(endpoint->findings->pdata[i])) {
            write(page, endpoint->findings->pdata[i], label);
            label = NULL;
        }
}

void block_endpoint(Page *page, const Model *model, const Endpoint *endpoint,
                    const ReportStyle *style)
{
    const Connection *best = endpoint->best;
    g_autofree char *place = brief_place(endpoint, style->ascii);
    g_autofree char *service = text_escape(endpoint->service, -1, true);
    g_autofree char *outcome = words_outcome(endpoint, style->ascii);
    bool dived = endpoint->answers && endpoint->answers->topics->len;

    page_put(page, TINT_TITLE, place);
    if (*service) {
        page_put(page, TINT_NONE, "  ");
        page_put(page, TINT_NONE, service);
    }
    page_end(page);
    if (strcmp(endpoint->result, "finished") != 0)
        item(page, brief_state(endpoint), outcome);
    /* what a dive has to tell is long: what is wrong stands before it, too */
    g_autofree char *breach = words_breach(endpoint->answers, style->ascii);
    if (breach)
        item(page, _("broken off"), breach);
    if (dived)
        findings(page, endpoint, _("findings"), sentence);
    if (best && best->address->len)
        item_take(page, _("address"),
                  text_escape(best->address->str, (gssize)best->address->len, true));
    if (best && best->negotiated)
        negotiated(page, best, style->ascii);
    if (best && best->certificates)
        chain(page, best, style);
    if (best && best->verdict)
        trust(page, model, best->verdict, style->ascii);
    if (best && best->verdict) {
        other_stores(page, best, style->ascii);
        clients(page, best->verdict, style->ascii);
    }
    issued_tell(endpoint, style->now, told_item, page);
    standing(page, endpoint, style->ascii);
    dns_tell(endpoint, style->ascii, told_item, page);
    block_accepts(page, model, endpoint);
    findings(page, endpoint, dived ? _("in detail") : _("findings"), finding);
}
