#include "front/report/standing_words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "front/model/standing.h"
#include "front/report/words.h"

static const char *source(const json_t *fact)
{
    const char *from = fact_string(fact, "from", "");
    return strcmp(from, "staple") == 0 ? _("stapled OCSP response")
           : strcmp(from, "ocsp") == 0 ? _("OCSP response")
                                       : _("CRL");
}

static char *date(const json_t *fact, const char *member)
{
    const json_t *value = json_object_get(fact, member);
    return value ? words_value(value, true) : NULL;
}

/* A leaf of which there is no response: is there anybody to ask? */
static char *unasked(const Certificate *leaf)
{
    bool ocsp = json_array_size(json_object_get(leaf->fact, "ocsp")) > 0;
    bool crl = json_array_size(json_object_get(leaf->fact, "crl")) > 0;
    if (standing_is_short(leaf))
        return g_strdup(_("not needed: the certificate is short-lived"));
    if (ocsp)
        return g_strdup(_("unknown: nothing stapled, and nothing fetched"));
    if (crl)
        return g_strdup(_("unknown: no OCSP (normal since 2025), CRL not fetched"));
    return g_strdup(_("unknown: the certificate names nobody to ask"));
}

char *words_revocation(const Endpoint *endpoint, bool ascii, int *good)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    *good = -1;
    if (!leaf)
        return NULL;
    const json_t *fact = standing_of(endpoint->best, leaf->sha256);
    if (!fact)
        return unasked(leaf);
    const char *status = fact_string(fact, "status", "");
    if (strcmp(status, "revoked") == 0) {
        g_autofree char *since = date(fact, "revoked_at");
        *good = 0;
        return since ? g_strdup_printf(_("REVOKED since %s (%s)"), since, source(fact))
                     : g_strdup_printf(_("REVOKED (%s)"), source(fact));
    }
    if (strcmp(status, "good") == 0) {
        g_autofree char *until = date(fact, "next_update");
        *good = 1;
        return until ? g_strdup_printf(_("not revoked (%s, until %s)"), source(fact), until)
                     : g_strdup_printf(_("not revoked (%s)"), source(fact));
    }
    g_autofree char *reason = words_reason(fact_string(fact, "reason", ""), fact, ascii);
    return g_strdup_printf(_("unknown: %s"), reason);
}

/* How one policy fares: "Chrome 2 of 2". */
static void add_policy(GString *text, const json_t *fact, const char *policy, const char *name)
{
    const json_t *outcome = json_object_get(json_object_get(fact, "policies"), policy);
    g_string_append_printf(text, "%s%s ", text->len ? ", " : "", name);
    g_string_append_printf(text, _("%d of %d"), (int)fact_integer(outcome, "counted", 0),
                           (int)fact_integer(outcome, "needed", 0));
}

static const char *reason_of(const json_t *fact, const char *policy)
{
    const json_t *outcome = json_object_get(json_object_get(fact, "policies"), policy);
    return fact_string(outcome, "reason", NULL);
}

char *words_transparency(const Endpoint *endpoint, bool ascii, int *good)
{
    const json_t *chrome, *apple;
    int one = standing_policy(endpoint, "chrome", &chrome);
    int other = standing_policy(endpoint, "apple", &apple);
    g_autoptr(GString) text = g_string_new(NULL);
    *good = -1;
    if (!chrome || !apple)
        return NULL;
    *good = MIN(one, other) == 1 ? 1 : one == 0 || other == 0 ? 0 : -1;
    if (*good < 1 && !standing_is_public(endpoint->best)) {
        *good = -1;
        return g_strdup(_("not asked of a certificate that is of no public CA"));
    }
    add_policy(text, chrome, "chrome", "Chrome");
    add_policy(text, apple, "apple", "Apple");
    const char *code = one < 1 ? reason_of(chrome, "chrome") : reason_of(apple, "apple");
    g_autofree char *reason = code ? words_reason(code, NULL, ascii) : NULL;
    const char *answer = *good == 1 ? _("yes") : *good == 0 ? _("no") : _("unknown");
    return reason ? g_strdup_printf("%s: %s (%s)", answer, reason, text->str)
                  : g_strdup_printf("%s: %s", answer, text->str);
}
