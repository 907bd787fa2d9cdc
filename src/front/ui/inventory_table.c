/* The columns of the inventory. */
#include "front/report/brief.h"
#include "front/ui/inventory_rows.h"
#include "front/ui/view.h"

#include <glib/gi18n.h>
#include <string.h>

static void days_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const Certificate *certificate = ((const InventoryRow *)row)->certificate;
    g_autofree char *days = brief_days(certificate, desk->wall);
    g_string_append(text, certificate->fact ? days : "?");
    if (certificate->fact && certificate_days_left(certificate, desk->wall) < 0)
        *role = ROLE_CRITICAL;
}

static void add_safe(const Desk *desk, const GString *from, GString *text)
{
    g_autofree char *safe = desk_safe(desk, from->str, (gssize)from->len);
    g_string_append(text, safe);
}

static void name_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    (void)role;
    g_string_append_printf(text, "%*s", (int)MIN(shown->depth * 2, 24), "");
    if (shown->kin && shown->issuer)
        add_safe(desk, shown->certificate->issuer_name, text);
    else if (shown->kin)
        g_string_append_printf(text, "%.16s", shown->kin->name);
    else if (shown->certificate->fact)
        add_safe(desk, shown->certificate->name, text);
    else
        g_string_append_printf(text, "%.16s", shown->certificate->sha256);
}

static void key_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    g_autofree char *key = brief_key(shown->certificate);
    (void)desk, (void)role;
    if (!shown->kin || !shown->issuer)
        g_string_append(text, key);
}

static void issuer_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    (void)role;
    if (!shown->kin || !shown->issuer)
        add_safe(desk, shown->certificate->issuer_name, text);
}

static void served_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    if (!shown->first) {
        *role = ROLE_DIM;
        g_string_append_c(text, '-');
        return;
    }
    g_autofree char *place = brief_place(shown->first, !desk->utf8);
    if (shown->endpoints) {
        g_string_append_printf(text, "%u %s", shown->endpoints, place);
        return;
    }
    *role = ROLE_DIM;
    g_string_append_printf(text, _("was %s"), place);
}

static void same_key_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    (void)desk;
    if (shown->same_key > 1 && !shown->issuer)
        *role = ROLE_NOTE;
    if (shown->same_key > 1 || shown->kin)
        g_string_append_printf(text, ngettext("%u cert", "%u certs", shown->same_key),
                               shown->same_key);
}

static void findings_cell(const void *row, const Desk *desk, GString *text, Role *role)
{
    const InventoryRow *shown = row;
    (void)desk;
    for (Severity severity = SEVERITY_COUNT; severity-- > 0;)
        if (shown->severity[severity])
            *role = role_of_severity(severity);
    for (Severity severity = 0; severity < SEVERITY_COUNT; severity++)
        if (shown->severity[severity])
            g_string_append_printf(text, "%s%u%c", text->len ? " " : "", shown->severity[severity],
                                   severity_letter(severity));
}

static int compare(gint64 left, gint64 right)
{
    return left < right ? -1 : left > right;
}

static int by_days(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return compare(((const InventoryRow *)a)->certificate->not_after,
                   ((const InventoryRow *)b)->certificate->not_after);
}

static int by_name(const void *a, const void *b, const Desk *desk)
{
    const InventoryRow *left = a, *right = b;
    (void)desk;
    if (left->kin && !left->issuer && right->kin)
        return strcmp(left->kin->name, right->kin->name);
    if (left->kin && right->kin)
        return g_ascii_strcasecmp(left->certificate->issuer_name->str,
                                  right->certificate->issuer_name->str);
    return g_ascii_strcasecmp(left->certificate->name->str, right->certificate->name->str);
}

static int by_key(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return strcmp(((const InventoryRow *)a)->certificate->key,
                  ((const InventoryRow *)b)->certificate->key);
}

static int by_issuer(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return g_ascii_strcasecmp(((const InventoryRow *)a)->certificate->issuer_name->str,
                              ((const InventoryRow *)b)->certificate->issuer_name->str);
}

/* The most places first: that is what one looks for. */
static int by_served(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return compare(((const InventoryRow *)b)->endpoints, ((const InventoryRow *)a)->endpoints);
}

static int by_same_key(const void *a, const void *b, const Desk *desk)
{
    (void)desk;
    return compare(((const InventoryRow *)b)->same_key, ((const InventoryRow *)a)->same_key);
}

static int by_findings(const void *a, const void *b, const Desk *desk)
{
    const InventoryRow *left = a, *right = b;
    (void)desk;
    for (Severity severity = 0; severity < SEVERITY_COUNT; severity++)
        if (left->severity[severity] != right->severity[severity])
            return compare(right->severity[severity], left->severity[severity]);
    return 0;
}

#define COLUMN(t, n, l, i, r) .title = (t), .name = (n), .least = (l), .ideal = (i), .rank = (r)

static const TableColumn columns[] = {
    {COLUMN(N_("DAYS"), "days", 5, 5, 0), .right = true, .cell = days_cell, .compare = by_days},
    {COLUMN(N_("NAME"), "name", 14, 24, 0), .grows = true, .cell = name_cell, .compare = by_name},
    {COLUMN(N_("KEY"), "key", 11, 11, 3), .fits = true, .grows = true, .cell = key_cell,
     .compare = by_key},
    {COLUMN(N_("ISSUER"), "issuer", 12, 18, 4), .fits = true, .grows = true, .cell = issuer_cell,
     .compare = by_issuer},
    {COLUMN(N_("SERVED BY"), "served", 18, 24, 2), .tail = true, .grows = true, .cell = served_cell,
     .compare = by_served},
    {COLUMN(N_("REUSE"), "reuse", 7, 8, 5), .fits = true, .grows = true, .cell = same_key_cell,
     .compare = by_same_key},
    {COLUMN(N_("FINDINGS"), "findings", 8, 8, 1), .cell = findings_cell, .compare = by_findings},
};

static const char *identity(const void *row)
{
    return ((const InventoryRow *)row)->identity;
}

static GPtrArray *subjects(const void *row)
{
    return inventory_row_certificates(row);
}

const TableKind inventory_table = {
    .columns = columns,
    .count = G_N_ELEMENTS(columns),
    .identity = identity,
    .order = N_("end"),
    .members = &certificate_members,
    .subjects = subjects,
};
