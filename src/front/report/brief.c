#include "front/report/brief.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/text.h"

enum { DAY = 24 * 60 * 60, YEAR = 365, MOST_DAYS = 9999 }; /* seconds, days, days */

const char *brief_state(const Endpoint *endpoint)
{
    const Result *result = endpoint->result ? registry_result(endpoint->result) : NULL;
    if (result)
        return gettext(result->word);
    return endpoint->result ? endpoint->result : endpoint->state;
}

char *brief_took(const Endpoint *endpoint)
{
    if (!endpoint->result)
        return g_strdup("");
    return g_strdup_printf("%.0f", MIN(endpoint->took, 1e6) * 1000);
}

/* What stands where nothing was agreed on. */
static const char *nothing(const Endpoint *endpoint)
{
    static const char *const nowhere[] = {"refused", "no-route", "no-name", "no-tls"};
    if (!endpoint->result)
        return "";
    for (size_t i = 0; i < G_N_ELEMENTS(nowhere); i++)
        if (strcmp(endpoint->result, nowhere[i]) == 0)
            return "-";
    return "?";
}

/* A string of what was negotiated; NULL where there is none. */
static const char *agreed(const Endpoint *endpoint, const char *member)
{
    return endpoint->best ? fact_string(endpoint->best->negotiated, member, NULL) : NULL;
}

char *brief_version(const Endpoint *endpoint)
{
    const char *version = agreed(endpoint, "version");
    if (!version)
        return g_strdup(nothing(endpoint));
    if (g_str_has_prefix(version, "TLS "))
        version += strlen("TLS ");
    return text_escape(version, -1, true);
}

char *brief_suite_name(const char *suite)
{
    g_autofree char *short_name = NULL;
    const char *with;
    if (g_str_has_prefix(suite, "TLS_"))
        suite += strlen("TLS_");
    with = strstr(suite, "_WITH_");
    if (with)
        short_name = g_strdup_printf("%.*s%s", (int)(with - suite), suite, with + strlen("_WITH"));
    return text_escape(short_name ? short_name : suite, -1, true);
}

char *brief_suite(const Endpoint *endpoint)
{
    const char *suite = agreed(endpoint, "suite");
    return suite ? brief_suite_name(suite) : g_strdup(nothing(endpoint));
}

char *brief_group(const Endpoint *endpoint)
{
    const char *group = agreed(endpoint, "group");
    json_int_t bits;
    if (group)
        return text_escape(group, -1, true);
    if (!endpoint->best || !endpoint->best->negotiated)
        return g_strdup(nothing(endpoint));
    bits = fact_integer(endpoint->best->negotiated, "group_bits", 0);
    return bits > 0 ? g_strdup_printf("DHE %" JSON_INTEGER_FORMAT, bits) : g_strdup("-");
}

char *brief_days(const Certificate *certificate, gint64 now)
{
    gint64 left;
    if (certificate->not_after == G_MAXINT64)
        return g_strdup("never");
    if (certificate->not_after == G_MININT64)
        return g_strdup("?");
    left = certificate->not_after - now;
    if (left < 0)
        return g_strdup_printf("-%" G_GINT64_FORMAT "d", -left / DAY);
    if (left / DAY > MOST_DAYS)
        return g_strdup_printf("%" G_GINT64_FORMAT "y", left / DAY / YEAR);
    return g_strdup_printf("%" G_GINT64_FORMAT "d", left / DAY);
}

char *brief_leaf_days(const Endpoint *endpoint, gint64 now)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    if (leaf)
        return brief_days(leaf, now);
    return g_strdup(endpoint->best && endpoint->best->negotiated ? "-" : nothing(endpoint));
}

char *brief_key(const Certificate *certificate)
{
    return *certificate->key ? text_escape(certificate->key, -1, true) : g_strdup("?");
}

char *brief_findings(const Endpoint *endpoint, bool utf8)
{
    const GPtrArray *findings = endpoint->result ? endpoint->findings : NULL;
    guint counts[SEVERITY_COUNT] = {0}, others;
    GString *text;

    if (!findings)
        return g_strdup(utf8 ? "\xe2\x80\xa6" : "...");
    if (findings->len == 0)
        return g_strdup(audit_is_quiet(endpoint) ? "-" : _("ok"));
    for (guint i = 0; i < findings->len; i++)
        counts[((Finding *)findings->pdata[i])->severity]++;
    others = findings->len - counts[SEVERITY_UNKNOWN] - counts[SEVERITY_INFO];
    if (counts[SEVERITY_UNKNOWN] == findings->len)
        return g_strdup(_("unknown"));
    if (others)
        counts[SEVERITY_INFO] = 0;
    text = g_string_new(NULL);
    for (guint i = 0; i < SEVERITY_COUNT; i++)
        if (counts[i])
            g_string_append_printf(text, "%s%u%c", text->len ? " " : "", counts[i],
                                   severity_letter((Severity)i));
    return g_string_free(text, FALSE);
}

const Finding *brief_worst(const Endpoint *endpoint)
{
    return endpoint->findings && endpoint->findings->len ? endpoint->findings->pdata[0] : NULL;
}

char *brief_duration(double seconds)
{
    double whole = floor(MIN(seconds, 1e9));
    if (seconds < 60)
        return g_strdup_printf("%.3f s", seconds);
    if (seconds < 3600)
        return g_strdup_printf("%d:%02d min", (int)(whole / 60), (int)fmod(whole, 60));
    return g_strdup_printf("%d:%02d h", (int)(whole / 3600), (int)fmod(whole / 60, 60));
}

char *brief_lifetime(gint64 seconds)
{
    static const struct {
        gint64 seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(units) &&
           (seconds < units[i].seconds || seconds % units[i].seconds))
        i++;
    return g_strdup_printf("%" G_GINT64_FORMAT " %s", seconds / units[i].seconds, units[i].unit);
}

char *brief_place(const Endpoint *endpoint, bool ascii)
{
    g_autofree char *name = text_escape(ascii ? endpoint->host : endpoint->display, -1, ascii);
    bool brackets = strchr(endpoint->host, ':') != NULL;
    return g_strdup_printf(brackets ? "[%s]:%u" : "%s:%u", name, endpoint->port);
}
