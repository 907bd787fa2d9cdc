#include "worker/pki/crl.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/crl_scope.h"
#include "worker/pki/name.h"
#include "worker/pki/value.h"

/* A list is judged in this order (RFC 5280 section 6.3.3; the letters are its steps):
 *
 * 1. It reads, and is not over the ceiling.
 * 2. It is about certificates like this one (b): its issuer is the certificate's, or the cRLIssuer
 *    of a distribution point of the certificate, then it is indirect; its issuingDistributionPoint
 *    names one of the certificate's points, and does not leave out its kind (crl_scope.h).
 * 3. Its signer (f, g) is the certificate's issuer, or a certificate of the CRL issuer's name that
 *    is trusted itself, or signed by the issuer or by one in the store; it may sign CRLs, and its
 *    key verifies the signature.
 * 4. thisUpdate and nextUpdate fit the time, LIMIT_SKEW allowed.
 * 5. A delta belongs to it (c, h) whose issuer and scope are the same, whose base is not newer than
 *    it and which is newer itself; of several the newest. It is signed by the same key. What it
 *    says comes first (i): removeFromCRL makes the certificate good again (k). Then the list's own
 *    entries count (j).
 * 6. Where it covers only some reasons (d), an absent certificate is not good but unknown.
 * 7. No extension that is not known here is critical, of the list or of the entry.
 */

#define OID_NUMBER    "2.5.29.20"
#define OID_REASON    "2.5.29.21"
#define OID_DELTA     "2.5.29.27"
#define OID_SCOPE     "2.5.29.28"
#define OID_ISSUER    "2.5.29.29"
#define OID_AUTHORITY "2.5.29.35"

static const char *const known_extensions[] = {OID_NUMBER,  OID_DELTA,   OID_SCOPE, OID_AUTHORITY,
                                               "2.5.29.18", "2.5.29.46", NULL};
static const char *const known_entries[] = {OID_REASON, "2.5.29.23", "2.5.29.24", OID_ISSUER, NULL};

enum { REMOVE_FROM_CRL = 8, USAGE_CRL_SIGN = 1 << 6 };

struct Crl {
    GBytes *bytes;
    const char *fault; /* it does not read, or is too large; NULL: neither */
    Der parts[CRL_PARTS], tbs[LIST_PARTS];
    GArray *extensions; /* CertExtension */
    GBytes *issuer;     /* as name_canonical writes it */
    Signature signature;
    CrlScope scope;
    Der number, base; /* CRLNumber and BaseCRLNumber; no data: none */
};

static Der number_of(const Crl *crl, const char *oid)
{
    const CertExtension *extension = cert_find_extension(crl->extensions, oid);
    return extension && der_is(&extension->value, DER_INTEGER) ? extension->value : (Der){0};
}

Crl *crl_new(GBytes *der)
{
    Crl *crl = g_new0(Crl, 1);
    Der whole;
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    crl->bytes = g_bytes_ref(der);
    if (size > LIMIT_CRL)
        crl->fault = "crl-too-large";
    else if (der_read(data, size, &whole) && der_is(&whole, DER_SEQUENCE) && !whole.faults) {
        shape_assign(&shape_crl, &whole, crl->parts);
        if (crl->parts[CRL_TBS].data)
            shape_assign(&shape_crl_tbs, &crl->parts[CRL_TBS], crl->tbs);
    }
    if (!crl->fault && (!crl->tbs[LIST_ISSUER].data || !crl->tbs[LIST_THIS_UPDATE].data ||
                        !crl->parts[CRL_SIGNATURE].data))
        crl->fault = "crl-undecodable";
    crl->extensions = cert_read_extensions(&crl->tbs[LIST_EXTENSIONS]);
    crl->issuer = name_canonical(&crl->tbs[LIST_ISSUER]);
    crl->signature = signature_read(&crl->parts[CRL_ALGORITHM]);
    crl->scope = crl_scope_read(cert_find_extension(crl->extensions, OID_SCOPE));
    crl->number = number_of(crl, OID_NUMBER);
    crl->base = number_of(crl, OID_DELTA);
    return crl;
}

void crl_free(Crl *crl)
{
    if (!crl)
        return;
    signature_clear(&crl->signature);
    g_bytes_unref(crl->issuer);
    g_array_unref(crl->extensions);
    g_bytes_unref(crl->bytes);
    g_free(crl);
}

bool crl_is_delta(const Crl *crl)
{
    return cert_find_extension(crl->extensions, OID_DELTA) != NULL;
}

/* ---- 3: who signed ---- */

static SignatureAnswer verify(const Crl *crl, const Node *signer)
{
    const Der *tbs = &crl->parts[CRL_TBS];
    Reader octets;
    unsigned unused;
    if (!value_bits(&crl->parts[CRL_SIGNATURE], &octets, &unused))
        return SIGNATURE_WRONG;
    g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(crl->bytes, tbs->offset, tbs->total);
    return node_verify_bytes(signer, &crl->signature, bytes, octets);
}

/* Does one of the certificates (Node *) verify the signer's? */
static bool is_signed_by(const Node *signer, const GPtrArray *roots)
{
    for (guint i = 0; i < roots->len; i++)
        if (node_verify(signer, g_ptr_array_index(roots, i)) == SIGNATURE_GOOD)
            return true;
    return false;
}

/* A signer other than the certificate's issuer leads to somebody who is trusted. */
static bool is_trusted(const RevocationQuery *query, const Node *signer)
{
    if (query->issuer && g_bytes_equal(signer->issuer, query->issuer->subject) &&
        node_verify(signer, query->issuer) == SIGNATURE_GOOD)
        return true;
    g_autoptr(GPtrArray) roots = revocation_roots(query, signer->issuer);
    return is_signed_by(signer, roots);
}

/* The first of the certificates of the CRL issuer's name whose key verifies the list; NULL: none.
 * Where none does, *fallback is one whose name fits, and *answer how its key fared. */
static const Node *try_signers(const Crl *crl, const GPtrArray *nodes, const Node **fallback,
                               SignatureAnswer *answer)
{
    for (guint i = 0; nodes && i < nodes->len; i++) {
        const Node *node = g_ptr_array_index(nodes, i);
        if (!g_bytes_equal(node->subject, crl->issuer))
            continue;
        SignatureAnswer theirs = verify(crl, node);
        if (theirs == SIGNATURE_GOOD || !*fallback)
            *answer = theirs;
        if (theirs == SIGNATURE_GOOD)
            return node;
        *fallback = *fallback ? *fallback : node;
    }
    return NULL;
}

/* The candidate whose key verifies, else one whose name fits; NULL: none. */
static const Node *find_signer(const RevocationQuery *query, const Crl *crl,
                               SignatureAnswer *answer, bool *stored)
{
    const Node *fallback = NULL;
    g_autoptr(GPtrArray) first = g_ptr_array_new();
    *answer = SIGNATURE_WRONG;
    *stored = false;
    if (query->issuer)
        g_ptr_array_add(first, (gpointer)query->issuer);
    const Node *found = try_signers(crl, first, &fallback, answer);
    if (!found) {
        g_autoptr(GPtrArray) roots = revocation_roots(query, crl->issuer);
        found = try_signers(crl, roots, &fallback, answer);
        *stored = found != NULL;
    }
    if (!found)
        found = try_signers(crl, query->others, &fallback, answer);
    return found ? found : fallback;
}

static const Node *check_signer(const RevocationQuery *query, const Crl *crl,
                                Revocation *revocation)
{
    SignatureAnswer answer;
    bool stored;
    unsigned usage;
    const Node *signer = find_signer(query, crl, &answer, &stored);
    if (!signer) {
        revocation_doubt(revocation, query->issuer ? "crl-no-signer" : "revocation-no-issuer");
        return NULL;
    }
    if (answer != SIGNATURE_GOOD)
        revocation_doubt(revocation,
                         answer == SIGNATURE_WRONG ? "crl-signature" : "crl-unknown-algorithm");
    if (signer != query->issuer && !stored && !is_trusted(query, signer))
        revocation_doubt(revocation, "crl-signer-untrusted");
    if (cert_key_usage(signer->cert, &usage) && !(usage & USAGE_CRL_SIGN))
        revocation_doubt(revocation, "crl-key-usage");
    revocation->delegated = signer != query->issuer;
    revocation_signed_by(revocation, "crl", signer, &crl->signature);
    return signer;
}

/* ---- 5: entries ---- */

typedef struct Entry {
    bool found;
    gint64 at;
    int reason;            /* CRLReason; -1: none */
    bool unknown_critical; /* it has a critical extension that is not known here */
} Entry;

static Entry read_entry(const Der *element)
{
    Reader inside = der_inside(element);
    Der serial, at, list;
    Entry entry = {.found = true, .at = REVOCATION_NO_TIME, .reason = -1};
    if (!der_next(&inside, &serial) || !der_next(&inside, &at))
        return entry;
    entry.at = revocation_time(&at);
    if (!der_next(&inside, &list))
        return entry;
    g_autoptr(GArray) extensions = cert_read_extensions(&list);
    const CertExtension *reason = cert_find_extension(extensions, OID_REASON);
    if (reason)
        entry.reason = revocation_crl_reason(&reason->value);
    entry.unknown_critical = revocation_unknown_critical(extensions, known_entries) != NULL;
    return entry;
}

/* The certificateIssuer of an entry, which holds for those behind it too (section 5.3.3). */
static void follow_issuer(const Der *element, GBytes **issuer)
{
    Reader inside = der_inside(element);
    Der skipped, list;
    if (!der_next(&inside, &skipped) || !der_next(&inside, &skipped) || !der_next(&inside, &list))
        return;
    g_autoptr(GArray) extensions = cert_read_extensions(&list);
    const CertExtension *extension = cert_find_extension(extensions, OID_ISSUER);
    GBytes *name = extension ? crl_scope_directory_name(&extension->value) : NULL;
    if (!name)
        return;
    g_bytes_unref(*issuer);
    *issuer = name;
}

static Entry search(const Crl *crl, const Node *node)
{
    const Der *wanted = &node->cert->tbs[TBS_SERIAL];
    Reader list =
        crl->tbs[LIST_REVOKED].data ? der_inside(&crl->tbs[LIST_REVOKED]) : reader_new(NULL, 0);
    GBytes *issuer = g_bytes_ref(crl->issuer);
    Der element, serial;
    Entry entry = {0};
    while (!entry.found && der_next(&list, &element)) {
        Reader inside = der_inside(&element);
        if (crl->scope.indirect)
            follow_issuer(&element, &issuer);
        if (der_next(&inside, &serial) && der_same(&serial, wanted) &&
            g_bytes_equal(issuer, node->issuer))
            entry = read_entry(&element);
    }
    g_bytes_unref(issuer);
    return entry;
}

static void take_entry(Revocation *revocation, const Entry *entry)
{
    if (entry->unknown_critical)
        revocation_doubt(revocation, "crl-unknown-critical");
    if (!entry->found || entry->reason == REMOVE_FROM_CRL)
        return;
    revocation->status = REVOCATION_REVOKED;
    revocation->revoked_at = entry->at;
    revocation->crl_reason = entry->reason;
}

/* ---- 5: deltas ---- */

/* Numbers of up to 20 octets (section 5.2.3), compared; what is absent is the least. */
static int compare(const Der *one, const Der *other)
{
    Reader a = one->data ? der_inside(one) : reader_new(NULL, 0);
    Reader b = other->data ? der_inside(other) : reader_new(NULL, 0);
    while (reader_peek(&a) == 0)
        reader_u8(&a);
    while (reader_peek(&b) == 0)
        reader_u8(&b);
    size_t left = reader_left(&a), right = reader_left(&b);
    if (left != right)
        return left < right ? -1 : 1;
    const uint8_t *x = reader_take(&a, left), *y = reader_take(&b, right);
    return x && y ? memcmp(x, y, left) : 0;
}

static bool belongs(const Crl *delta, const Crl *crl)
{
    const CertExtension *one = cert_find_extension(delta->extensions, OID_SCOPE);
    const CertExtension *other = cert_find_extension(crl->extensions, OID_SCOPE);
    return !delta->fault && crl_is_delta(delta) && g_bytes_equal(delta->issuer, crl->issuer) &&
           (one && other ? der_same(&one->value, &other->value) : !one && !other);
}

/* The newest delta that goes with the list; NULL: none. */
static const Crl *find_delta(const Crl *crl, const GPtrArray *deltas, const Node *signer,
                             Revocation *revocation)
{
    const Crl *best = NULL;
    for (guint i = 0; deltas && i < deltas->len; i++) {
        const Crl *delta = g_ptr_array_index(deltas, i);
        if (!belongs(delta, crl))
            continue;
        if (compare(&delta->base, &crl->number) > 0)
            revocation_fault(revocation, "crl-delta-base");
        else if (verify(delta, signer) != SIGNATURE_GOOD ||
                 revocation_unknown_critical(delta->extensions, known_extensions))
            revocation_fault(revocation, "crl-delta-unusable");
        else if (compare(&delta->number, best ? &best->number : &crl->number) > 0)
            best = delta;
    }
    return best;
}

static void set_times(Revocation *revocation, const Crl *crl)
{
    revocation->this_update = revocation_time(&crl->tbs[LIST_THIS_UPDATE]);
    revocation->next_update = revocation_time(&crl->tbs[LIST_NEXT_UPDATE]);
}

static void look_up(const RevocationQuery *query, const Crl *crl, const Crl *delta,
                    Revocation *revocation)
{
    revocation->status = REVOCATION_GOOD;
    Entry entry = delta ? search(delta, query->node) : (Entry){0};
    if (!entry.found)
        entry = search(crl, query->node);
    take_entry(revocation, &entry);
}

Revocation *crl_judge(const RevocationQuery *query, const Crl *crl, const GPtrArray *deltas)
{
    Revocation *revocation = revocation_new();
    const Crl *delta = NULL;
    if (crl->fault) {
        revocation_doubt(revocation, crl->fault);
        return revocation;
    }
    crl_scope_check(&crl->scope, query->node, crl->issuer, revocation);
    const Node *signer = check_signer(query, crl, revocation);
    if (crl_is_delta(crl))
        revocation_doubt_good(revocation, "crl-delta-alone");
    else if (signer)
        delta = find_delta(crl, deltas, signer, revocation);
    if (revocation_unknown_critical(crl->extensions, known_extensions))
        revocation_doubt(revocation, "crl-unknown-critical");
    set_times(revocation, delta ? delta : crl);
    revocation_times(revocation, "crl", query->time);
    look_up(query, crl, delta, revocation);
    revocation_settle(revocation);
    return revocation;
}
