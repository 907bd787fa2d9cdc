#include "front/report/expiry.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/util/text.h"
#include "common/util/when.h"
#include "front/report/brief.h"
#include "front/report/words.h"

enum { HOUR = 60 * 60, DAY = 24 * HOUR, MOST_SAID = 5 /* endpoints in the line */ };

static const char *const names[] = {
    [EXPIRY_OK] = "OK",
    [EXPIRY_WARNING] = "WARNING",
    [EXPIRY_CRITICAL] = "CRITICAL",
    [EXPIRY_UNKNOWN] = "UNKNOWN",
};

/* The worst first. */
static const ExpiryStatus worst_first[] = {EXPIRY_CRITICAL, EXPIRY_WARNING, EXPIRY_UNKNOWN,
                                           EXPIRY_OK};

bool expiry_parse(const char *text, ExpiryLimits *limits)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 3);
    return words[0] && words[1] && !words[2] && when_span(words[0], &limits->warning) &&
           when_span(words[1], &limits->critical) && limits->warning >= limits->critical;
}

typedef struct Expiry {
    const MemberContext *context;
    const ExpiryLimits *limits;
    GString *said[G_N_ELEMENTS(names)]; /* what is said of endpoints of each status */
    guint count[G_N_ELEMENTS(names)];
    GString *data;
    gint64 first; /* the end that comes first */
    char *first_place;
} Expiry;

static void say(Expiry *expiry, ExpiryStatus status, const char *place, const char *what)
{
    if (expiry->count[status]++ < MOST_SAID)
        g_string_append_printf(expiry->said[status], "%s%s %s",
                               expiry->said[status]->len ? ", " : "", place, what);
}

/* Days with as many digits as tell hours: thresholds may be such. */
static char *days_text(double seconds)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    double days = seconds / DAY;
    return g_strdup(g_ascii_formatd(buffer, sizeof buffer, "%.6g", days));
}

/* The label of a value is in quotes; one in it would end it. */
static void add_data(Expiry *expiry, const char *place, gint64 left)
{
    g_autofree char *warning = days_text(expiry->limits->warning);
    g_autofree char *critical = days_text(expiry->limits->critical);
    g_autofree char *label = g_strdelimit(g_strdup(place), "'=|", '_');
    gint64 days = left >= 0 ? left / DAY : -((DAY - 1 - left) / DAY);
    bool fine = expiry->limits->warning != (int)(expiry->limits->warning / DAY) * (double)DAY ||
                expiry->limits->critical != (int)(expiry->limits->critical / DAY) * (double)DAY;
    g_autofree char *value =
        fine ? days_text((double)left) : g_strdup_printf("%" G_GINT64_FORMAT, days);
    g_string_append_printf(expiry->data, " '%s'=%sd;%s;%s", label, value, warning, critical);
}

/* A date without its time of day, unless it is near. */
static char *ends_text(gint64 at, gint64 left, const char *with)
{
    gint64 away = left < 0 ? -left : left, unit = away >= (gint64)2 * DAY ? DAY : HOUR;
    g_autofree char *time = text_from_time(at);
    g_autofree char *span = brief_lifetime(away / unit * unit);
    if (strlen(time) > strlen("YYYY-MM-DD"))
        time[strlen("YYYY-MM-DD")] = '\0';
    return g_strdup_printf(left < 0 ? _("ended %s ago (%s)%s") : _("ends in %s (%s)%s"), span, time,
                           with);
}

static void check_end(Expiry *expiry, const Endpoint *endpoint, gint64 at, const char *sha256)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    gint64 left = at - expiry->context->now;
    ExpiryStatus status = left < 0 || (double)left < expiry->limits->critical ? EXPIRY_CRITICAL
                          : (double)left < expiry->limits->warning            ? EXPIRY_WARNING
                                                                              : EXPIRY_OK;
    g_autofree char *place = brief_place(endpoint, true);
    g_autofree char *with = NULL;
    if (strcmp(leaf->sha256, sha256) != 0) {
        g_autoptr(GString) name = model_certificate_name(expiry->context->model, endpoint, sha256);
        g_autofree char *safe = text_escape(name->str, (gssize)name->len, true);
        with = g_strdup_printf(_(" with its issuer %s"), safe);
    }
    g_autofree char *what = ends_text(at, left, with ? with : "");
    say(expiry, status, place, what);
    add_data(expiry, place, left);
    if (expiry->first_place && expiry->first <= at)
        return;
    expiry->first = at;
    g_free(expiry->first_place);
    expiry->first_place = g_steal_pointer(&place);
}

static void check(Expiry *expiry, const Endpoint *endpoint)
{
    const char *sha256;
    gint64 at = 0;
    const Certificate *leaf = endpoint_leaf(endpoint);
    g_autofree char *place = brief_place(endpoint, true);
    if (endpoint_end(expiry->context->model, endpoint, &at, &sha256)) {
        check_end(expiry, endpoint, at, sha256);
    } else if (leaf && leaf->not_after == G_MAXINT64) {
        say(expiry, EXPIRY_OK, place, _("never ends"));
    } else if (leaf) {
        say(expiry, EXPIRY_UNKNOWN, place, _("its end does not read"));
    } else {
        g_autofree char *why = words_outcome(endpoint, true);
        g_autofree char *what = *why ? g_strdup_printf("%s", why) : g_strdup(_("not done"));
        say(expiry, EXPIRY_UNKNOWN, place, what);
    }
}

/* Closed ports of the catalogue say nothing, unless a host has nothing else. */
static bool counts(const Model *model, const Endpoint *endpoint)
{
    const Host *host = g_hash_table_lookup(model->by_host, endpoint->host);
    if (!audit_is_quiet(endpoint))
        return true;
    for (guint i = 0; i < host->endpoints->len; i++)
        if (!audit_is_quiet(host->endpoints->pdata[i]))
            return false;
    return host->endpoints->pdata[0] == endpoint;
}

static char *line(const Expiry *expiry, ExpiryStatus *status)
{
    GString *text = g_string_new(NULL);
    guint all = 0;
    *status = EXPIRY_UNKNOWN;
    for (size_t i = G_N_ELEMENTS(worst_first); i-- > 0;) {
        all += expiry->count[worst_first[i]];
        if (expiry->count[worst_first[i]])
            *status = worst_first[i];
    }
    g_string_append_printf(text, "TLSDIVE %s - ", names[*status]);
    if (!all) {
        g_string_append(text, _("nothing to check"));
        return g_string_free(text, FALSE);
    }
    if (*status == EXPIRY_OK && expiry->first_place) {
        g_autofree char *what = ends_text(expiry->first, expiry->first - expiry->context->now, "");
        g_string_append_printf(text, _("%u checked, first %s %s"), all, expiry->first_place, what);
    }
    for (size_t i = 0, any = 0; i < G_N_ELEMENTS(worst_first) && *status != EXPIRY_OK; i++) {
        ExpiryStatus one = worst_first[i];
        if (!expiry->count[one] || one == EXPIRY_OK)
            continue;
        g_string_append_printf(text, "%s%s", any++ ? "; " : "", expiry->said[one]->str);
        if (expiry->count[one] > MOST_SAID)
            g_string_append_printf(text, _(" and %u more"), expiry->count[one] - MOST_SAID);
    }
    if (*status == EXPIRY_OK && !expiry->first_place)
        g_string_append(text, expiry->said[EXPIRY_OK]->str);
    g_strdelimit(text->str, "|\n", ' '); /* what follows a bar is performance data */
    if (expiry->data->len)
        g_string_append_printf(text, " |%s", expiry->data->str);
    return g_string_free(text, FALSE);
}

char *report_expiry(const MemberContext *context, const ExpiryLimits *limits,
                    const MemberFilter *filter, ExpiryStatus *status)
{
    Expiry expiry = {.context = context, .limits = limits, .data = g_string_new(NULL)};
    const GPtrArray *endpoints = context->model->endpoints;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expiry.said[i] = g_string_new(NULL);
    for (guint i = 0; i < endpoints->len; i++)
        if (counts(context->model, endpoints->pdata[i]) &&
            member_filter_matches(filter, endpoints->pdata[i], context))
            check(&expiry, endpoints->pdata[i]);
    char *text = line(&expiry, status);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_string_free(expiry.said[i], TRUE);
    g_string_free(expiry.data, TRUE);
    g_free(expiry.first_place);
    return text;
}
