#include "worker/pki/policy.h"

#include "worker/pki/value.h"

#define ANY_POLICY "2.5.29.32.0"

/* The state of RFC 5280 section 6.1.2; counts are of certificates that may still come. */
typedef struct State {
    GHashTable *valid; /* policies in dotted form; empty: the tree would be NULL */
    guint explicit_policy, mapping, any_policy;
} State;

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static char *read_oid(const Der *element)
{
    bool minimal;
    return der_is(element, DER_OID) ? value_oid(element, &minimal) : NULL;
}

/* Section 6.1.3 (d) and (e). */
static void take_policies(State *state, const Cert *cert, bool any_counts)
{
    GHashTable *next = new_set();
    Reader policies = cert_list(cert, "2.5.29.32");
    bool had_any = g_hash_table_contains(state->valid, ANY_POLICY);
    Der policy, id;
    for (int left = LIMIT_POLICIES; left && der_next(&policies, &policy); left--) {
        Reader inside = der_inside(&policy);
        g_autofree char *oid = der_next(&inside, &id) ? read_oid(&id) : NULL;
        if (!oid)
            continue;
        if (g_str_equal(oid, ANY_POLICY)) {
            GHashTableIter all;
            gpointer known;
            g_hash_table_iter_init(&all, state->valid);
            while (any_counts && g_hash_table_iter_next(&all, &known, NULL))
                g_hash_table_add(next, g_strdup(known));
        } else if (had_any || g_hash_table_contains(state->valid, oid)) {
            g_hash_table_add(next, g_steal_pointer(&oid));
        }
    }
    g_hash_table_unref(state->valid);
    state->valid = next;
}

/* Section 6.1.4 (a) and (b); false where a mapping is of anyPolicy, which is invalid. */
static bool map_policies(State *state, const Cert *cert)
{
    Reader mappings = cert_list(cert, "2.5.29.33");
    bool had_any = g_hash_table_contains(state->valid, ANY_POLICY);
    g_autoptr(GHashTable) mapped = new_set();
    Der mapping, from, to;
    for (int left = LIMIT_POLICIES; left && der_next(&mappings, &mapping); left--) {
        Reader inside = der_inside(&mapping);
        if (!der_next(&inside, &from) || !der_next(&inside, &to))
            continue;
        g_autofree char *issuer = read_oid(&from), *subject = read_oid(&to);
        if (!issuer || !subject)
            continue;
        if (g_str_equal(issuer, ANY_POLICY) || g_str_equal(subject, ANY_POLICY))
            return false;
        bool known = had_any || g_hash_table_contains(state->valid, issuer);
        if (known && state->mapping)
            g_hash_table_add(mapped, g_steal_pointer(&subject));
        g_hash_table_remove(state->valid, issuer);
    }
    GHashTableIter all;
    gpointer policy;
    g_hash_table_iter_init(&all, mapped);
    while (g_hash_table_iter_next(&all, &policy, NULL))
        g_hash_table_add(state->valid, g_strdup(policy));
    return true;
}

static guint lower(guint count, const Der *value)
{
    guint number = 0;
    for (size_t i = 0; i < value->length; i++)
        number = number > LIMIT_PATH ? number : number << 8 | value->data[i];
    return MIN(count, number);
}

/* Sections 6.1.4 (h) to (j) and 6.1.5 (a) and (b). */
static void take_constraints(State *state, const Cert *cert, bool self_issued)
{
    Reader constraints = cert_list(cert, "2.5.29.36");
    const CertExtension *inhibit = cert_extension(cert, "2.5.29.54");
    Der constraint;
    if (!self_issued) {
        state->explicit_policy -= state->explicit_policy != 0;
        state->mapping -= state->mapping != 0;
        state->any_policy -= state->any_policy != 0;
    }
    while (der_next(&constraints, &constraint)) {
        if (der_is_context(&constraint, 0))
            state->explicit_policy = lower(state->explicit_policy, &constraint);
        if (der_is_context(&constraint, 1))
            state->mapping = lower(state->mapping, &constraint);
    }
    if (inhibit && der_is(&inhibit->value, DER_INTEGER))
        state->any_policy = lower(state->any_policy, &inhibit->value);
}

static bool take_step(State *state, const Node *node, bool leaf)
{
    bool self_issued = node_self_issued(node) && !leaf;
    take_policies(state, node->cert, state->any_policy || self_issued);
    if (!state->explicit_policy && !g_hash_table_size(state->valid))
        return false;
    if (!leaf && !map_policies(state, node->cert))
        return false;
    take_constraints(state, node->cert, self_issued);
    return !leaf || state->explicit_policy || g_hash_table_size(state->valid);
}

int policy_check(const Path *path)
{
    bool anchor = path->end == PATH_STORED || path->end == PATH_SELF;
    guint count = anchor ? path->count - 1 : path->count;
    State state = {new_set(), count + 1, count + 1, count + 1};
    int failed = -1;
    g_hash_table_add(state.valid, g_strdup(ANY_POLICY));
    for (guint i = count; i > 0 && failed < 0; i--)
        if (!take_step(&state, path->steps[i - 1].node, i == 1))
            failed = (int)i - 1;
    g_hash_table_unref(state.valid);
    return failed;
}
