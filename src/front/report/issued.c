#include "front/report/issued.h"

#include <glib/gi18n.h>

#include "common/util/text.h"

static void say_offered(const Issuance *issuance, GString *text)
{
    g_autofree char *others = g_strjoinv("; ", issuance->others);
    if (!issuance->chain || !issuance->ca->chains)
        return;
    g_string_append_printf(text, ", %s",
                           issuance->offered == 0  ? _("the default")
                           : issuance->offered > 0 ? _("an alternative")
                                                   : _("none of those that were offered"));
    if (*others)
        g_string_append_printf(text, _("; its ACME offers too: %s"), others);
}

static char *issuer_text(const Issuance *issuance)
{
    static const struct {
        const char *state, *words;
    } states[] = {{"backup", N_(" (a backup, not in use as of the table)")},
                  {"retired", N_(" (retired: new certificates come from others)")}};
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "Let's Encrypt %s", issuance->ca->name);
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_str_equal(states[i].state, issuance->ca->state))
            g_string_append(text, _(states[i].words));
    g_string_append_printf(text, _(", profile %s"), issuance->profile);
    return g_string_free(text, FALSE);
}

static char *chain_text(const Issuance *issuance)
{
    GString *text = g_string_new(issuance->chain ? issuance->chain
                                                 : _("not one that Let's Encrypt has published"));
    say_offered(issuance, text);
    return g_string_free(text, FALSE);
}

static char *renewal_due(const Issuance *issuance, gint64 now)
{
    g_autofree char *date = text_from_time(issuance->renew);
    g_autofree char *span = text_span(ABS(issuance->renew - now));
    return g_strdup_printf(now < issuance->renew ? _("due from %s, in %s")
                                                 : _("due since %s, %s ago: it was missed so far"),
                           date, span);
}

static char *renewal_text(const Renewal *renewal)
{
    g_autofree char *ends = text_from_time(renewal->after->not_after);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s, %s, %s", renewal->key ? _("key changed") : _("key the same"),
                           renewal->issuer ? _("issuer changed") : _("issuer the same"),
                           renewal->chain ? _("chain changed") : _("chain the same"));
    if (renewal->added || renewal->gone)
        g_string_append_printf(text, _(", names: %u more, %u less"), renewal->added, renewal->gone);
    else
        g_string_append(text, _(", names the same"));
    if (renewal->after->not_after > renewal->before->not_after)
        g_string_append_printf(text, _("; ends %s now"), ends);
    else
        g_string_append(text, _("; it ends no later than the one before"));
    return g_string_free(text, FALSE);
}

void issued_tell(const Endpoint *endpoint, gint64 now,
                 void (*tell)(void *data, const char *label, const char *text), void *data)
{
    Issuance issuance;
    Renewal renewal;
    if (endpoint->best && issuance_read(endpoint->best, &issuance)) {
        g_autofree char *issuer = issuer_text(&issuance), *sent = chain_text(&issuance);
        g_autofree char *due = renewal_due(&issuance, now);
        tell(data, N_("issued by"), issuer);
        tell(data, N_("chain sent"), sent);
        tell(data, N_("renewal"), due);
        issuance_clear(&issuance);
    }
    if (renewal_read(endpoint, &renewal)) {
        g_autofree char *changed = renewal_text(&renewal);
        tell(data, N_("renewed"), changed);
    }
}
