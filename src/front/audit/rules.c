#include "front/audit/rules.h"

static const AuditRules *const tables[] = {&rules_certificate, &rules_status, &rules_dns,
                                           &rules_answer, &rules_accepted};

static gpointer join(gpointer unused)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(AuditRule));
    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        g_array_append_vals(all, tables[i]->rows, (guint)tables[i]->count);
    return all;
}

const AuditRule *audit_rules(size_t *count)
{
    static GOnce once = G_ONCE_INIT;
    const GArray *all = g_once(&once, join, NULL);
    *count = all->len;
    return &g_array_index(all, AuditRule, 0);
}
