#include "worker/pki/judge.h"

#include <string.h>

#include "worker/pki/constraints.h"
#include "worker/pki/distrust.h"
#include "worker/pki/policy.h"
#include "worker/pki/value.h"

static void add(Step *step, const char *code)
{
    const char *interned = g_intern_string(code);
    if (!g_ptr_array_find(step->reasons, interned, NULL))
        g_ptr_array_add(step->reasons, (gpointer)interned);
}

static void judge_reading(Step *step)
{
    if (!step->node->readable || !step->node->imported)
        add(step, "trust-undecodable");
}

static void judge_time(Step *step, gint64 time)
{
    int64_t from, to;
    if (cert_time(step->node->cert, VALIDITY_NOT_BEFORE, &from) && time < from)
        add(step, "trust-not-yet-valid");
    if (cert_time(step->node->cert, VALIDITY_NOT_AFTER, &to) && time > to)
        add(step, "trust-expired");
}

/* Keys that can be broken today: under 1,024 bits of RSA, DSA or DH, under 160 bits of a curve.
 * What is merely too weak for today's rules is for the audit. */
static void judge_key(Step *step)
{
    const Key *key = &step->node->key;
    size_t least = key->curve ? 160 : 1024;
    bool sized = key->curve || key->exponent || (key->type && strcmp(key->type, "DSA") == 0);
    if (sized && key->bits && key->bits < least)
        add(step, "trust-weak-key");
}

static void remark(Step *step, const char *code)
{
    g_ptr_array_add(step->remarks, (gpointer)g_intern_string(code));
}

/* What every client may overlook, and nobody should. */
static void remark_key(Step *step)
{
    const Key *key = &step->node->key;
    if (key->exponent && key->bits && key->bits < 2048)
        remark(step, "trust-short-key");
    if (key->roca)
        remark(step, "trust-roca");
}

/* The key identifiers are to find an issuer by, but OpenSSL and GnuTLS turn others away. */
static void remark_key_ids(Step *step, const Step *issuer)
{
    if (node_key_ids(step->node, issuer->node) < 0)
        remark(step, "trust-key-id");
}

static void remark_leaf(Step *leaf, bool stored)
{
    bool ca;
    int64_t length;
    if (cert_basic_constraints(leaf->node->cert, &ca, &length) && ca)
        remark(leaf, "trust-ca-as-leaf");
    if (stored)
        remark(leaf, "trust-leaf-stored");
}

/* `trusted` or self-signed: nobody relies on that signature. */
static void judge_signature(Step *step, bool relied_on)
{
    static const char *const broken[] = {"MD2", "MD4", "MD5", "SHA-1", "RIPEMD-160", NULL};
    const char *hash = step->node->signature.hash;
    if (relied_on && hash && g_strv_contains(broken, hash))
        add(step, "trust-weak-signature");
    if (step->signature == SIGNATURE_WRONG)
        add(step, "trust-signature");
    if (step->signature == SIGNATURE_UNKNOWN)
        add(step, "trust-unknown-algorithm");
}

/* RFC 5280 section 4.2: what is processed here, or says nothing that could forbid the use. */
static void judge_extensions(Step *step)
{
    static const char *const known[] = {"2.5.29.14",
                                        "2.5.29.15",
                                        "2.5.29.17",
                                        "2.5.29.18",
                                        "2.5.29.19",
                                        "2.5.29.30",
                                        "2.5.29.31",
                                        "2.5.29.32",
                                        "2.5.29.33",
                                        "2.5.29.35",
                                        "2.5.29.36",
                                        "2.5.29.37",
                                        "2.5.29.54",
                                        "2.16.840.1.113730.1.1",
                                        "1.3.6.1.5.5.7.1.1",
                                        "1.3.6.1.5.5.7.1.24",
                                        NULL};
    const GArray *extensions = step->node->cert->extensions;
    for (guint i = 0; i < extensions->len; i++) {
        const CertExtension *extension = &g_array_index(extensions, CertExtension, i);
        if (extension->critical && (!extension->oid || !g_strv_contains(known, extension->oid)))
            add(step, "trust-unknown-critical");
    }
}

static bool is_for(const Cert *cert, const char *oid)
{
    Reader purposes = cert_list(cert, "2.5.29.37");
    Der purpose;
    while (der_next(&purposes, &purpose))
        if (value_is_oid(&purpose, oid))
            return true;
    return false;
}

/* RFC 5280 section 4.2.1.12. anyExtendedKeyUsage counts. A CA's purposes bound those below it, as
 * every client has it. */
static void judge_purpose(Step *step, bool leaf)
{
    const Cert *cert = step->node->cert;
    if (!cert_extension(cert, "2.5.29.37") || is_for(cert, "1.3.6.1.5.5.7.3.1") ||
        is_for(cert, "2.5.29.37.0"))
        return;
    add(step, leaf && is_for(step->node->cert, "1.3.6.1.5.5.7.3.2") ? "trust-client-only"
                                                                    : "trust-purpose");
}

/* A server signs, or has keys encrypted or agreed on (RFC 5280 section 4.2.1.3, bits 0, 2 and 4).
 */
static void judge_leaf_usage(Step *step)
{
    unsigned bits;
    if (cert_key_usage(step->node->cert, &bits) && !(bits & (1U << 0 | 1U << 2 | 1U << 4)))
        add(step, "trust-key-usage");
}

/* RFC 5280 section 6.1.4 (k) to (n). A root of version 1 in the store has been chosen as a CA by
 * who keeps the store. `below` is the number of intermediates under it that are not self-issued. */
static void judge_issuer(Step *step, bool anchor, gint64 below)
{
    bool ca;
    int64_t path_length;
    unsigned bits;
    const Cert *cert = step->node->cert;
    if (!(anchor && cert_version(cert) == 1) &&
        (!cert_basic_constraints(cert, &ca, &path_length) || !ca))
        add(step, "trust-not-ca");
    else if (cert_basic_constraints(cert, &ca, &path_length) && path_length >= 0 &&
             below > path_length)
        add(step, "trust-path-length");
    if (cert_key_usage(cert, &bits) && !(bits & 1U << 5))
        add(step, "trust-key-usage");
}

/* RFC 5280 section 6.1.3 (b) and (c): self-issued certificates on the way are exempt, the leaf is
 * not. */
static void judge_constraints(Step *steps, guint issuer, guint *names_left)
{
    for (guint i = 0; i < issuer; i++) {
        if (i > 0 && node_self_issued(steps[i].node))
            continue;
        switch (constraints_check(steps[issuer].node->cert, steps[i].node->cert, names_left)) {
        case CONSTRAINTS_BROKEN:
            add(&steps[i], "trust-name-constraints");
            break;
        case CONSTRAINTS_LIMIT:
            add(&steps[i], "trust-limit");
            break;
        default:
            break;
        }
    }
}

static void judge_end(Step *last, PathEnd end, bool alone)
{
    if (end == PATH_INCOMPLETE)
        add(last, "trust-incomplete");
    else if (end == PATH_LIMIT)
        add(last, "trust-limit");
    else if (end == PATH_SELF)
        add(last, alone ? "trust-self-signed" : "trust-unknown-root");
}

/* A store may have a date after which it does not trust what a root has issued. */
static void judge_distrust(Path *path, const Store *store)
{
    Step *last = &path->steps[path->count - 1];
    const Node *root = store_find(store, last->node->sha256);
    int64_t issued;
    if (path->count > 1 && root && root->distrust_after &&
        cert_time(path->steps[0].node->cert, VALIDITY_NOT_BEFORE, &issued) &&
        issued > root->distrust_after)
        add(last, "trust-distrusted");
}

bool judge_is_public(const Path *path, const Store *store)
{
    for (guint i = 0; i < path->count; i++)
        if (path->steps[i].signature == SIGNATURE_WRONG)
            return false;
    return path->end == PATH_STORED && path->count > 1 && store_kind(store) != STORE_PRIVATE;
}

static void remark_distrust(Path *path, const Judging *judging)
{
    Step *last = &path->steps[path->count - 1];
    Distrusted asked = {.rows = judging->distrusts,
                        .count = judging->distrusts_count,
                        .root = last->node->sha256,
                        .leaf = path->steps[0].node->cert,
                        .time = judging->time};
    if (judge_is_public(path, judging->store) && distrust_applies(&asked))
        remark(last, "trust-distrusted-elsewhere");
}

/* RFC 5280 section 6.1.3 (a) (2), of all certificates at once. */
static void find_times(Path *path)
{
    path->from = G_MININT64;
    path->until = G_MAXINT64;
    for (guint i = 0; i < path->count; i++) {
        int64_t from, until;
        const Cert *cert = path->steps[i].node->cert;
        if (cert_time(cert, VALIDITY_NOT_BEFORE, &from))
            path->from = MAX(path->from, from);
        if (cert_time(cert, VALIDITY_NOT_AFTER, &until) && until < path->until) {
            path->until = until;
            path->first_end = i;
        }
    }
}

static void count_reasons(Path *path)
{
    const char *passing[] = {g_intern_static_string("trust-expired"),
                             g_intern_static_string("trust-not-yet-valid")};
    path->reasons = path->lasting = 0;
    for (guint i = 0; i < path->count; i++) {
        const GPtrArray *reasons = path->steps[i].reasons;
        path->reasons += reasons->len;
        for (guint k = 0; k < reasons->len; k++)
            path->lasting += reasons->pdata[k] != passing[0] && reasons->pdata[k] != passing[1];
    }
}

void judge_path(Path *path, const Judging *judging)
{
    gint64 below = 0;
    Step *steps = path->steps;
    PathEnd end = path->end;
    for (guint i = 0; i < path->count; i++) {
        steps[i].reasons = g_ptr_array_new();
        steps[i].remarks = g_ptr_array_new();
    }
    judge_end(&steps[path->count - 1], end, path->count == 1);
    judge_leaf_usage(&steps[0]);
    for (guint i = 0; i < path->count; i++) {
        bool last = i == path->count - 1;
        judge_reading(&steps[i]);
        judge_time(&steps[i], judging->time);
        judge_key(&steps[i]);
        judge_signature(&steps[i], !last || end == PATH_INCOMPLETE || end == PATH_LIMIT);
        judge_extensions(&steps[i]);
        judge_purpose(&steps[i], i == 0);
        remark_key(&steps[i]);
        if (!last)
            remark_key_ids(&steps[i], &steps[i + 1]);
        if (i == 0)
            continue;
        judge_issuer(&steps[i], last && end == PATH_STORED, below);
        judge_constraints(steps, i, judging->names_left);
        below += !node_self_issued(steps[i].node);
    }
    int policy = policy_check(path);
    if (policy >= 0)
        add(&steps[policy], "trust-policy");
    remark_leaf(&steps[0], end == PATH_STORED && path->count == 1);
    judge_distrust(path, judging->store);
    remark_distrust(path, judging);
    find_times(path);
    count_reasons(path);
}
