#include "front/ui/chain_status.h"

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/words.h"

#include <glib/gi18n.h>
#include <string.h>

enum { FROM = 2, TEXT = 4, LOG_DIGITS = 16 };

typedef struct Named {
    const char *code, *words;
    Role role;
} Named;

static const Named *named(const Named *all, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (g_str_equal(all[i].code, code))
            return &all[i];
    return NULL;
}

static void say_code(const Desk *desk, const char *code, Role role, Lines *lines)
{
    g_autofree char *text = words_reason(code, NULL, !desk->utf8);
    lines_begin(lines, NULL);
    lines_tab(lines, TEXT);
    lines_wrap(lines, role, TEXT, text);
}

/* The reason of a part, where it has one. */
static void say_reason(const Desk *desk, const json_t *part, Role role, Lines *lines)
{
    const char *reason = fact_string(part, "reason", NULL);
    if (reason)
        say_code(desk, reason, role, lines);
}

static const char *whose(const Desk *desk, const Connection *connection, const char *sha256)
{
    const GPtrArray *sent = connection->certificates;
    const Certificate *known = model_certificate(desk->model, sha256);
    if (sent && sent->len && known == sent->pdata[0])
        return _("leaf");
    return known && known->name->len ? known->name->str : sha256;
}

/* ---- revocation ---- */

static const Named sources[] = {
    {"staple", N_("stapled"), ROLE_TEXT},
    {"ocsp", N_("OCSP"), ROLE_TEXT},
    {"crl", N_("CRL"), ROLE_TEXT},
};

static const Named statuses[] = {
    {"good", N_("good"), ROLE_GOOD},
    {"revoked", N_("REVOKED"), ROLE_CRITICAL},
    {"unknown", N_("unknown"), ROLE_UNKNOWN},
};

static void add_day(const json_t *fact, const char *member, const char *word, Lines *lines)
{
    gint64 instant;
    if (!text_to_time(fact_string(fact, member, ""), &instant))
        return;
    g_autofree char *text = text_from_time(instant);
    g_autofree char *words = g_strdup_printf("%s %.16s", word, text);
    lines_wrap(lines, ROLE_DIM, TEXT, words);
}

static void revocation_lines(const Desk *desk, const Connection *connection, const json_t *fact,
                             Lines *lines)
{
    const char *from = fact_string(fact, "from", "?"), *status = fact_string(fact, "status", "?");
    const Named *source = named(sources, G_N_ELEMENTS(sources), from);
    const Named *state = named(statuses, G_N_ELEMENTS(statuses), status);
    g_autofree char *whom =
        desk_safe(desk, whose(desk, connection, fact_string(fact, "certificate", "")), -1);
    lines_begin(lines, NULL);
    lines_tab(lines, FROM);
    lines_print(lines, ROLE_TEXT, "%s, %s:", whom, source ? _(source->words) : from);
    lines_wrap(lines, state ? state->role : ROLE_UNKNOWN, TEXT, state ? _(state->words) : status);
    add_day(fact, "revoked_at", _("since"), lines);
    add_day(fact, "next_update", _("as known until"), lines);
    say_reason(desk, fact, ROLE_UNKNOWN, lines);
    size_t i;
    const json_t *fault;
    json_array_foreach(json_object_get(fact, "faults"), i, fault) if (json_is_string(fault))
        say_code(desk, json_string_value(fault), ROLE_WARN, lines);
}

void chain_status_revocation(const Desk *desk, const Connection *connection, Lines *lines)
{
    for (guint i = 0; connection->revocations && i < connection->revocations->len; i++)
        revocation_lines(desk, connection, connection->revocations->pdata[i], lines);
}

/* ---- transparency ---- */

static void policy_line(const Desk *desk, const json_t *policy, const char *name, Lines *lines)
{
    const json_t *met = json_object_get(policy, "met");
    if (!policy)
        return;
    lines_begin(lines, NULL);
    lines_tab(lines, FROM);
    lines_print(lines, ROLE_TEXT, "%s  ", name);
    lines_add(lines,
              !met                ? ROLE_UNKNOWN
              : json_is_true(met) ? ROLE_GOOD
                                  : ROLE_BAD,
              !met                ? _("unknown")
              : json_is_true(met) ? _("met")
                                  : _("NOT met"));
    g_autofree char *count =
        g_strdup_printf(_("%d of %d timestamps"), (int)fact_integer(policy, "counted", 0),
                        (int)fact_integer(policy, "needed", 0));
    lines_wrap(lines, ROLE_DIM, TEXT, count);
    say_reason(desk, policy, ROLE_WARN, lines);
}

static void sct_lines(const Desk *desk, const json_t *sct, Lines *lines)
{
    static const Named origins[] = {
        {"certificate", N_("embedded"), ROLE_TEXT},
        {"tls", N_("in the handshake"), ROLE_TEXT},
        {"ocsp", N_("in the staple"), ROLE_TEXT},
    };
    static const Named signatures[] = {
        {"good", N_("verifies"), ROLE_GOOD},
        {"wrong", N_("WRONG signature"), ROLE_BAD},
        {"unknown", N_("not verified"), ROLE_UNKNOWN},
    };
    const char *from = fact_string(sct, "from", "?");
    const char *signature = fact_string(sct, "signature", "?");
    const Named *source = named(origins, G_N_ELEMENTS(origins), from);
    const Named *good = named(signatures, G_N_ELEMENTS(signatures), signature);
    const char *log = fact_string(sct, "log_name", NULL);
    g_autofree char *name = desk_safe(desk, log ? log : fact_string(sct, "log", "?"), -1);
    if (!log && strlen(name) > LOG_DIGITS)
        name[LOG_DIGITS] = '\0';
    lines_begin(lines, NULL);
    lines_tab(lines, FROM);
    lines_wrap(lines, ROLE_TEXT, TEXT, name);
    lines_wrap(lines, ROLE_DIM, TEXT, source ? _(source->words) : from);
    add_day(sct, "at", _("of"), lines);
    lines_wrap(lines, good ? good->role : ROLE_UNKNOWN, TEXT, good ? _(good->words) : signature);
    say_reason(desk, sct, ROLE_WARN, lines);
}

void chain_status_transparency(const Desk *desk, const Connection *connection, Lines *lines)
{
    const json_t *fact = connection->transparency;
    const json_t *policies = json_object_get(fact, "policies"), *sct;
    size_t i;
    if (!fact)
        return;
    policy_line(desk, json_object_get(policies, "chrome"), "Chrome", lines);
    policy_line(desk, json_object_get(policies, "apple"), "Apple", lines);
    json_array_foreach(json_object_get(fact, "scts"), i, sct) sct_lines(desk, sct, lines);
}

/* ---- DANE ---- */

static void record_lines(const Desk *desk, const json_t *record, Lines *lines)
{
    static const char *const usages[] = {"PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"};
    static const char *const selectors[] = {"Cert", "SPKI"};
    static const char *const matchings[] = {"Full", "SHA-256", "SHA-512"};
    json_int_t usage = fact_integer(record, "usage", -1);
    json_int_t selector = fact_integer(record, "selector", -1);
    json_int_t matching = fact_integer(record, "matching", -1);
    bool known = usage >= 0 && usage < (json_int_t)G_N_ELEMENTS(usages) && selector >= 0 &&
                 selector < (json_int_t)G_N_ELEMENTS(selectors) && matching >= 0 &&
                 matching < (json_int_t)G_N_ELEMENTS(matchings);
    const json_t *holds = json_object_get(record, "holds");
    lines_begin(lines, NULL);
    lines_tab(lines, FROM);
    lines_print(lines, ROLE_TEXT, "%d %d %d  ", (int)usage, (int)selector, (int)matching);
    if (known)
        lines_print(lines, ROLE_DIM, "%s %s %s ", usages[usage], selectors[selector],
                    matchings[matching]);
    lines_wrap(lines,
               json_is_true(holds) ? ROLE_GOOD
               : holds             ? ROLE_WARN
                                   : ROLE_UNKNOWN,
               TEXT,
               json_is_true(holds) ? _("holds")
               : holds             ? _("does not hold")
                                   : _("not used"));
    say_reason(desk, record, ROLE_WARN, lines);
}

void chain_status_dane(const Desk *desk, const Connection *connection, Lines *lines)
{
    static const Named states[] = {
        {"authenticated", N_("authenticated"), ROLE_GOOD},
        {"failed", N_("FAILED: no record holds"), ROLE_BAD},
        {"unusable", N_("no record can be used"), ROLE_UNKNOWN},
    };
    const char *code = fact_string(connection->dane, "state", NULL);
    const Named *state = code ? named(states, G_N_ELEMENTS(states), code) : NULL;
    size_t i;
    const json_t *record;
    if (!code)
        return;
    lines_begin(lines, NULL);
    lines_tab(lines, FROM);
    lines_add(lines, state ? state->role : ROLE_UNKNOWN, state ? _(state->words) : code);
    json_array_foreach(json_object_get(connection->dane, "records"), i, record)
        record_lines(desk, record, lines);
}
