#include "worker/fetch/mail_policy.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"

/* Fields of a text: "key=value", one behind the other with semicolons, blanks around them allowed.
 * NULL: there is none of that key. To be freed. */
static char *find_tag(const char *text, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", LIMIT_POLICY_LINES);
    for (guint i = 0; parts[i]; i++) {
        g_auto(GStrv) pair = g_strsplit(parts[i], "=", 2);
        if (pair[0] && pair[1] && strcmp(g_strstrip(pair[0]), key) == 0)
            return g_strdup(g_strstrip(pair[1]));
    }
    return NULL;
}

/* The version comes first, and what follows it begins with a semicolon. */
static bool is_version(const char *text, const char *version)
{
    g_autofree char *begin = g_strconcat("v=", version, NULL);
    const char *rest = text + strlen(begin);
    return g_str_has_prefix(text, begin) && (*rest == ';' || *rest == ' ' || *rest == '\0');
}

json_t *mail_policy_records(const json_t *records, const char *version)
{
    static const char *const keys[] = {"id", "rua"};
    json_t *all = json_array();
    size_t i;
    json_t *record;
    json_array_foreach(records, i, record)
    {
        const char *text = fact_string(record, "text", NULL);
        if (!text || !is_version(text, version))
            continue;
        json_t *copy = json_copy(record);
        for (size_t j = 0; j < G_N_ELEMENTS(keys); j++) {
            g_autofree char *value = find_tag(text, keys[j]);
            if (value)
                json_object_set_new(copy, keys[j], fact_text(value, strlen(value)));
        }
        json_array_append_new(all, copy);
    }
    return all;
}

/* ---- the policy ---- */

enum { MAX_AGE = 31557600 }; /* seconds: RFC 8461 section 3.2 */

typedef struct Policy {
    json_t *fact, *mx, *faults;
    bool version, mode, none, age;
} Policy;

static void fault(Policy *policy, const char *code)
{
    if (!fact_list_has(policy->faults, code))
        json_array_append_new(policy->faults, json_string(code));
}

static void take_version(Policy *policy, const char *value)
{
    policy->version = strcmp(value, "STSv1") == 0;
    json_object_set_new(policy->fact, "version", fact_text(value, strlen(value)));
}

static void take_mode(Policy *policy, const char *value)
{
    static const char *const modes[] = {"enforce", "testing", "none", NULL};
    policy->mode = g_strv_contains(modes, value);
    policy->none = strcmp(value, "none") == 0;
    json_object_set_new(policy->fact, "mode", fact_text(value, strlen(value)));
}

static void take_age(Policy *policy, const char *value)
{
    guint64 age;
    policy->age = g_ascii_string_to_unsigned(value, 10, 0, MAX_AGE, &age, NULL);
    if (policy->age)
        json_object_set_new(policy->fact, "max_age", json_integer((json_int_t)age));
}

static void take_mx(Policy *policy, const char *value)
{
    if (json_array_size(policy->mx) < LIMIT_DNS_RECORDS)
        json_array_append_new(policy->mx, fact_text(value, strlen(value)));
}

/* Keys that are not known are for later versions. Of a key that may come once the first counts. */
static void take_line(Policy *policy, char *line)
{
    static const struct {
        const char *key, *member;
        void (*take)(Policy *policy, const char *value);
    } keys[] = {{"version", "version", take_version},
                {"mode", "mode", take_mode},
                {"max_age", "max_age", take_age},
                {"mx", NULL, take_mx}};
    char *colon = strchr(line, ':');
    if (!*g_strstrip(line))
        return;
    if (!colon) {
        fault(policy, "sts-line");
        return;
    }
    g_autofree char *key = g_strndup(line, (gsize)(colon - line));
    g_strstrip(key);
    const char *value = g_strstrip(colon + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].key, key) == 0 &&
            !(keys[i].member && json_object_get(policy->fact, keys[i].member)))
            keys[i].take(policy, value);
}

json_t *mail_policy_read(const uint8_t *text, size_t size)
{
    Policy policy = {.fact = fact_new(FACT_POLICY), .mx = json_array(), .faults = json_array()};
    g_autofree char *copy = g_strndup((const char *)text, size);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", LIMIT_POLICY_LINES);
    for (guint i = 0; lines[i]; i++)
        take_line(&policy, lines[i]);
    if (!policy.version)
        fault(&policy, "sts-version");
    if (!policy.mode)
        fault(&policy, "sts-mode");
    if (!policy.age)
        fault(&policy, "sts-max-age");
    if (!policy.none && json_array_size(policy.mx) == 0)
        fault(&policy, "sts-no-mx");
    json_object_set_new(policy.fact, "mx", policy.mx);
    if (json_array_size(policy.faults))
        json_object_set(policy.fact, "faults", policy.faults);
    json_decref(policy.faults);
    return policy.fact;
}
