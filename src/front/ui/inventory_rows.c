#include "front/ui/inventory_rows.h"

#include <string.h>

#include "common/fact/fact.h"

enum { DEEPEST = 64 };

/* ---- what rules found in a certificate ---- */

typedef struct Found {
    const Certificate *certificate;
    const AuditRule *rule;
} Found;

static guint found_hash(gconstpointer key)
{
    const Found *found = key;
    return g_direct_hash(found->certificate) * 31 + g_direct_hash(found->rule);
}

static gboolean found_equal(gconstpointer a, gconstpointer b)
{
    const Found *left = a, *right = b;
    return left->certificate == right->certificate && left->rule == right->rule;
}

typedef struct Severities {
    guint count[SEVERITY_COUNT];
} Severities;

/* Certificate -> Severities: a rule that found something at many endpoints is counted once. */
static GHashTable *count_findings(const Model *model)
{
    GHashTable *counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(found_hash, found_equal, g_free, NULL);
    for (guint i = 0; i < model->endpoints->len; i++) {
        const GPtrArray *findings = ((const Endpoint *)model->endpoints->pdata[i])->findings;
        for (guint j = 0; findings && j < findings->len; j++) {
            const Finding *finding = findings->pdata[j];
            const Certificate *certificate =
                finding->certificate ? model_certificate(model, finding->certificate) : NULL;
            Found found = {certificate, finding->rule};
            if (!certificate || !g_hash_table_add(seen, g_memdup2(&found, sizeof found)))
                continue;
            Severities *severities = g_hash_table_lookup(counts, certificate);
            if (!severities) {
                severities = g_new0(Severities, 1);
                g_hash_table_insert(counts, (gpointer)certificate, severities);
            }
            severities->count[finding->severity]++;
        }
    }
    return counts;
}

/* ---- making rows ---- */

typedef struct Maker {
    const Model *model;
    GHashTable *counts;
    GPtrArray *rows;
} Maker;

/* Those that end first; among them by name, and by hash so that nothing jumps. */
static int by_end(const Certificate *left, const Certificate *right)
{
    if (left->not_after != right->not_after)
        return left->not_after < right->not_after ? -1 : 1;
    int order = strcmp(left->name->str, right->name->str);
    return order ? order : strcmp(left->sha256, right->sha256);
}

static gint rows_by_end(gconstpointer a, gconstpointer b)
{
    return by_end((*(InventoryRow *const *)a)->certificate,
                  (*(InventoryRow *const *)b)->certificate);
}

static gint certificates_by_end(gconstpointer a, gconstpointer b)
{
    return by_end(*(Certificate *const *)a, *(Certificate *const *)b);
}

static void count_places(InventoryRow *row, const Certificate *certificate)
{
    const GPtrArray *places = certificate->places;
    if (places && places->len == 1) { /* the usual case, without a table of those seen */
        const Serving *place = places->pdata[0];
        row->endpoints += serving_is_now(place);
        row->first = row->first ? row->first : place->endpoint;
        return;
    }
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(certificate);
    if (endpoints->len && !row->endpoints)
        row->first = endpoints->pdata[0];
    else if (!row->first && places)
        row->first = ((const Serving *)places->pdata[0])->endpoint;
    row->endpoints += endpoints->len;
}

static void count_severities(const Maker *maker, InventoryRow *row, const Certificate *certificate)
{
    const Severities *severities = g_hash_table_lookup(maker->counts, certificate);
    for (Severity severity = 0; severities && severity < SEVERITY_COUNT; severity++)
        row->severity[severity] += severities->count[severity];
}

static void add_certificate(Maker *maker, const Certificate *certificate, guint depth)
{
    const Kin *key = certificate->fact ? inventory_key(maker->model->inventory, certificate) : NULL;
    InventoryRow *row = g_new0(InventoryRow, 1);
    row->identity = certificate->sha256;
    row->certificate = certificate;
    row->depth = depth;
    row->same_key = key ? key->certificates->len : 1;
    count_places(row, certificate);
    count_severities(maker, row, certificate);
    g_ptr_array_add(maker->rows, row);
}

static void add_kin(Maker *maker, const Kin *kin, bool issuer)
{
    InventoryRow *row = g_new0(InventoryRow, 1);
    row->identity = kin->name;
    row->kin = kin;
    row->issuer = issuer;
    row->same_key = kin->certificates->len;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < kin->certificates->len; i++) {
        const Certificate *certificate = kin->certificates->pdata[i];
        for (guint j = 0; certificate->places && j < certificate->places->len; j++) {
            const Serving *place = certificate->places->pdata[j];
            if (!serving_is_now(place) || !g_hash_table_add(seen, (gpointer)place->endpoint))
                continue;
            row->first = row->first ? row->first : place->endpoint;
            row->endpoints++;
        }
        if (!row->certificate || by_end(certificate, row->certificate) < 0)
            row->certificate = certificate;
        count_severities(maker, row, certificate);
    }
    g_ptr_array_add(maker->rows, row);
}

/* ---- the tree ---- */

/* Issuers whose own certificate the estate has are there by subject. */
static GHashTable *by_subject(const Inventory *inventory)
{
    GHashTable *subjects = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < inventory->certificates->len; i++) {
        Certificate *certificate = inventory->certificates->pdata[i];
        if (certificate->subject->len)
            g_hash_table_insert(subjects, certificate->subject->str, certificate);
    }
    return subjects;
}

static bool is_root(const Certificate *certificate)
{
    return certificate->subject->len &&
           strcmp(certificate->issuer->str, certificate->subject->str) == 0;
}

/* Of two issuers of one name the key ids tell which it was, where there are such. */
static bool may_have_issued(const Certificate *issuer, const Certificate *certificate)
{
    const char *theirs = fact_string(issuer->fact, "subject_key_id", NULL);
    const char *wanted = fact_string(certificate->fact, "authority_key_id", NULL);
    return !is_root(certificate) && (!theirs || !wanted || strcmp(theirs, wanted) == 0);
}

/* A certificate and what it issued, each certificate once: so a circle of cross-signs ends. */
static void add_branch(Maker *maker, GHashTable *done, Certificate *certificate, guint depth)
{
    const Kin *issued;
    if (!g_hash_table_add(done, certificate))
        return;
    add_certificate(maker, certificate, depth);
    issued =
        certificate->subject->len && depth < DEEPEST
            ? g_hash_table_lookup(maker->model->inventory->issuer_of, certificate->subject->str)
            : NULL;
    if (!issued)
        return;
    g_autoptr(GPtrArray) children = g_ptr_array_copy(issued->certificates, NULL, NULL);
    g_ptr_array_sort(children, certificates_by_end);
    for (guint i = 0; i < children->len; i++)
        if (may_have_issued(certificate, children->pdata[i]))
            add_branch(maker, done, children->pdata[i], depth + 1);
}

/* 1. Every issuer that has no certificate here is a row, with what it issued below.
 * 2. Every certificate that issued itself is a row, with what it issued below.
 * 3. What is left hangs in a circle, or its fact has not come: it begins one anew. */
static void add_tree(Maker *maker)
{
    const Inventory *inventory = maker->model->inventory;
    g_autoptr(GHashTable) subjects = by_subject(inventory);
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < inventory->issuers->len; i++) {
        const Kin *kin = inventory->issuers->pdata[i];
        if (g_hash_table_contains(subjects, kin->name))
            continue;
        add_kin(maker, kin, true);
        g_autoptr(GPtrArray) children = g_ptr_array_copy(kin->certificates, NULL, NULL);
        g_ptr_array_sort(children, certificates_by_end);
        for (guint j = 0; j < children->len; j++)
            add_branch(maker, done, children->pdata[j], 1);
    }
    for (int pass = 0; pass < 2; pass++)
        for (guint i = 0; i < inventory->certificates->len; i++) {
            Certificate *certificate = inventory->certificates->pdata[i];
            if (pass || is_root(certificate))
                add_branch(maker, done, certificate, 0);
        }
}

GPtrArray *inventory_rows(const Model *model, InventoryOrder order)
{
    const Inventory *inventory = model->inventory;
    const GPtrArray *kins = order == INVENTORY_KEYS ? inventory->keys : inventory->issuers;
    Maker maker = {model, count_findings(model), g_ptr_array_new_with_free_func(g_free)};
    if (order == INVENTORY_TREE)
        add_tree(&maker);
    else if (order == INVENTORY_CERTIFICATES)
        for (guint i = 0; i < inventory->certificates->len; i++)
            add_certificate(&maker, inventory->certificates->pdata[i], 0);
    else
        for (guint i = 0; i < kins->len; i++)
            add_kin(&maker, kins->pdata[i], order == INVENTORY_ISSUERS);
    if (order != INVENTORY_TREE)
        g_ptr_array_sort(maker.rows, rows_by_end);
    g_hash_table_unref(maker.counts);
    return maker.rows;
}

GPtrArray *inventory_row_certificates(const InventoryRow *row)
{
    if (row->kin)
        return g_ptr_array_copy(row->kin->certificates, NULL, NULL);
    GPtrArray *one = g_ptr_array_new();
    g_ptr_array_add(one, (gpointer)row->certificate);
    return one;
}
