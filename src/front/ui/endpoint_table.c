#include "front/ui/endpoint_table.h"

#include "common/fact/fact.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"
#include "front/ui/view.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

static bool is_running(const Endpoint *endpoint)
{
    return !endpoint->result;
}

/* The handshake is over, and more is being asked. */
static bool is_diving(const Endpoint *endpoint)
{
    return !is_running(endpoint) && answers_is_diving(endpoint->answers);
}

static bool is_finished(const Endpoint *endpoint)
{
    return endpoint->result && g_str_equal(endpoint->result, "finished");
}

/* From the ClientHello on it is a question what was negotiated; before that there is nothing yet.
 */
static bool is_past_hello(const Endpoint *endpoint)
{
    static const char *const before[] = {"waiting", "resolving", "connecting", "greeting",
                                         "starttls"};
    for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
        if (g_str_equal(endpoint->state, before[i]))
            return false;
    return true;
}

static void take(GString *text, char *value)
{
    g_string_append(text, value);
    g_free(value);
}

static void port_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)desk, (void)role;
    g_string_append_printf(text, "%u", endpoint->port);
}

static void place_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    (void)role;
    take(text, brief_place(row, !desk->utf8));
}

static void service_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)desk, (void)role;
    g_string_append(text, endpoint->service);
    if (fact_bool(endpoint->fact, "unbuilt", FALSE))
        g_string_append(text, "*");
}

static Role state_role(const Endpoint *endpoint)
{
    if (is_running(endpoint))
        return ROLE_LIVE;
    return is_finished(endpoint) ? ROLE_GOOD : audit_is_quiet(endpoint) ? ROLE_DIM : ROLE_UNKNOWN;
}

static void state_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)desk;
    *role = state_role(row);
    if (!is_diving(endpoint)) {
        g_string_append(text, brief_state(row));
        return;
    }
    const Dive *dive = endpoint->answers->now;
    *role = ROLE_LIVE;
    g_string_append_printf(text, _("dive %u/%u"), dive->connections,
                           dive->connections + dive->left);
}

static double took(const Endpoint *endpoint, const Desk *desk)
{
    if (!is_running(endpoint))
        return endpoint->took;
    return endpoint->began > 0 ? MAX(desk->at - endpoint->began, 0) : 0;
}

static void took_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)role;
    if (!is_running(endpoint) || endpoint->began > 0)
        g_string_append_printf(text, "%.0f", took(endpoint, desk) * 1000);
}

static void version_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)desk;
    take(text, brief_version(endpoint));
    if (!text->len && is_past_hello(endpoint))
        g_string_append_c(text, '?');
    if (g_str_equal(text->str, "1.0") || g_str_equal(text->str, "1.1"))
        *role = ROLE_WARN;
}

static void suite_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)role;
    const json_t *agreed = endpoint->best ? endpoint->best->negotiated : NULL;
    if (agreed)
        take(text, desk_suite(desk, fact_string(agreed, "suite", "?"), true));
}

static void group_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    (void)desk, (void)role;
    const json_t *agreed = endpoint->best ? endpoint->best->negotiated : NULL;
    if (agreed)
        take(text, brief_group(endpoint));
}

static void days_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    const Certificate *leaf = endpoint_leaf(endpoint);
    if (leaf && leaf->fact) {
        take(text, brief_days(leaf, desk->wall));
        if (certificate_days_left(leaf, desk->wall) < 0)
            *role = ROLE_CRITICAL;
        return;
    }
    take(text, brief_leaf_days(endpoint, desk->wall));
    if (g_str_equal(text->str, "-"))
        g_string_truncate(text, 0);
    if (!text->len && is_running(endpoint) && is_past_hello(endpoint))
        g_string_append_c(text, '?');
}

static void findings_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Endpoint *endpoint = row;
    const Finding *worst = brief_worst(endpoint);
    take(text, brief_findings(endpoint, desk->utf8));
    if (worst)
        *role = role_of_severity(worst->severity);
    else if (is_running(endpoint))
        *role = ROLE_LIVE;
    else if (is_finished(endpoint))
        *role = ROLE_GOOD;
}

static int compare_numbers(double a, double b)
{
    return a < b ? -1 : a > b;
}

static int by_port(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return compare_numbers(((const Endpoint *)a)->port, ((const Endpoint *)b)->port);
}

static int by_place(const void *a, const void *b, const Desk *desk)
{
    const Endpoint *left = a, *right = b;
    int order = strcmp(left->host, right->host);
    return order ? order : by_port(a, b, desk);
}

static int by_took(const void *a, const void *b, const Desk *desk)
{
    return compare_numbers(took(a, desk), took(b, desk));
}

/* Certificates that end soonest first; those without one last. */
static double end_of(const Endpoint *endpoint)
{
    const Certificate *leaf = endpoint_leaf(endpoint);
    return leaf && leaf->fact ? (double)leaf->not_after : INFINITY;
}

static int by_days(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return compare_numbers(end_of(a), end_of(b));
}

static int severity_of(const Endpoint *endpoint)
{
    const Finding *worst = brief_worst(endpoint);
    return worst ? (int)worst->severity : SEVERITY_COUNT;
}

static int by_findings(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return severity_of(a) - severity_of(b);
}

#define COLUMN(t, n, l, i, r) .title = (t), .name = (n), .least = (l), .ideal = (i), .rank = (r)

static const TableColumn columns[] = {
    {COLUMN(N_("PORT"), "port", 5, 5, 0), .right = true, .cell = port_cell, .compare = by_port},
    {COLUMN(N_("ENDPOINT"), "endpoint", 18, 22, 0), .tail = true, .grows = true, .cell = place_cell,
     .compare = by_place},
    {COLUMN(N_("SERVICE"), "service", 11, 11, 1), .tiny = 5, .tiny_rank = 3, .cell = service_cell},
    {COLUMN(N_("STATE"), "state", 11, 11, 2), .cell = state_cell},
    {COLUMN(N_("MS"), "ms", 5, 5, 5), .right = true, .cell = took_cell, .compare = by_took},
    {COLUMN(N_("VER"), "ver", 3, 3, 0), .cell = version_cell},
    {COLUMN(N_("SUITE"), "suite", 14, 28, 4), .grows = true, .cell = suite_cell},
    {COLUMN(N_("GROUP"), "group", 9, 9, 6), .grows = true, .cell = group_cell},
    {COLUMN(N_("CERT"), "cert", 5, 5, 0), .right = true, .cell = days_cell, .compare = by_days},
    {COLUMN(N_("FINDINGS"), "findings", 8, 11, 0), .cell = findings_cell, .compare = by_findings},
};

enum { COLUMN_STATE = 3, COLUMN_VERSION = 5, COLUMN_FINDINGS = 9 };

static const char *identity(const void *row)
{
    return ((const Endpoint *)row)->id;
}

/* Without its column a state is said all the same where it is not "finished". */
static bool spill(const void *row, const Desk *desk, size_t dropped, GString *text)
{
    Role role = ROLE_TEXT;
    if (dropped != COLUMN_STATE || (is_finished(row) && !is_diving(row)))
        return false;
    state_cell(row, desk, text, &role);
    return true;
}

const TableKind endpoint_table = {
    .columns = columns,
    .count = G_N_ELEMENTS(columns),
    .identity = identity,
    .order = N_("host, port"),
    .spill = spill,
    .spill_from = COLUMN_VERSION,
    .spill_to = COLUMN_FINDINGS,
    .members = &endpoint_members,
};
