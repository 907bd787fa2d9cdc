#include "worker/pki/crl_scope.h"

#include "worker/pki/name.h"
#include "worker/pki/value.h"

enum { DIRECTORY_NAME = 4, FULL_NAME = 0, RELATIVE_NAME = 1 };

static bool is_true(const Der *element)
{
    bool value = false, der;
    return element->data && value_boolean(element, &value, &der) && value;
}

CrlScope crl_scope_read(const CertExtension *extension)
{
    CrlScope scope = {0};
    Der parts[ISSUING_PARTS];
    if (!extension)
        return scope;
    scope.malformed = !der_is(&extension->value, DER_SEQUENCE);
    if (scope.malformed)
        return scope;
    shape_assign(&shape_issuing_point, &extension->value, parts);
    scope.name = parts[ISSUING_NAME];
    scope.only_user = is_true(&parts[ISSUING_ONLY_USER]);
    scope.only_ca = is_true(&parts[ISSUING_ONLY_CA]);
    scope.only_attribute = is_true(&parts[ISSUING_ONLY_ATTRIBUTE]);
    scope.indirect = is_true(&parts[ISSUING_INDIRECT]);
    scope.some_reasons = parts[ISSUING_SOME_REASONS].data != NULL;
    return scope;
}

/* A GeneralName that is a directoryName, canonical; NULL: another. */
static GBytes *directory_name(const Der *name)
{
    Der value;
    Reader inside = der_inside(name);
    if (!der_is_context(name, DIRECTORY_NAME) || !der_next(&inside, &value))
        return NULL;
    return name_canonical(&value);
}

GBytes *crl_scope_directory_name(const Der *names)
{
    Reader list = names->data ? der_inside(names) : reader_new(NULL, 0);
    Der name;
    while (der_next(&list, &name)) {
        GBytes *found = directory_name(&name);
        if (found)
            return found;
    }
    return NULL;
}

static bool same_general_name(const Der *one, const Der *other)
{
    if (one->class != other->class || one->tag != other->tag)
        return false;
    if (!der_is_context(one, DIRECTORY_NAME))
        return der_same(one, other);
    g_autoptr(GBytes) left = directory_name(one);
    g_autoptr(GBytes) right = directory_name(other);
    return left && right && g_bytes_equal(left, right);
}

/* Two lists of GeneralNames (their holders' content) have one in common. */
static bool share_a_name(const Der *one, const Der *other)
{
    Reader left = der_inside(one);
    Der a, b;
    while (der_next(&left, &a)) {
        Reader right = der_inside(other);
        while (der_next(&right, &b))
            if (same_general_name(&a, &b))
                return true;
    }
    return false;
}

/* A GeneralNames has that directoryName. */
static bool has_directory_name(const Der *names, GBytes *wanted)
{
    Reader list = der_inside(names);
    Der name;
    while (der_next(&list, &name)) {
        g_autoptr(GBytes) found = directory_name(&name);
        if (found && g_bytes_equal(found, wanted))
            return true;
    }
    return false;
}

typedef enum Fit { FIT_NOT_ISSUER, FIT_NOT_POINT, FIT_SOME_REASONS, FIT } Fit;

/* How a list fits a distribution point of the certificate. Where names are relative to the CRL
 * issuer, which is the same, they are compared as they stand. */
static Fit fit_point(const CrlScope *scope, const Der *point, const Node *node, GBytes *crl_issuer)
{
    bool own = g_bytes_equal(crl_issuer, node->issuer);
    const Der *issuers = &point[POINT_ISSUER], *name = &point[POINT_NAME];
    if (issuers->data ? !has_directory_name(issuers, crl_issuer) || (!own && !scope->indirect)
                      : !own)
        return FIT_NOT_ISSUER;
    Fit whole = point[POINT_REASONS].data ? FIT_SOME_REASONS : FIT;
    if (!scope->name.data)
        return whole;
    if (!name->data)
        return issuers->data && der_is_context(&scope->name, FULL_NAME) &&
                       share_a_name(&scope->name, issuers)
                   ? whole
                   : FIT_NOT_POINT;
    if (der_is_context(name, RELATIVE_NAME) && der_is_context(&scope->name, RELATIVE_NAME))
        return der_same(name, &scope->name) ? whole : FIT_NOT_POINT;
    return name->tag == scope->name.tag && share_a_name(name, &scope->name) ? whole : FIT_NOT_POINT;
}

/* The list is taken from nowhere in particular: as from a point with the certificate's issuer's
 * name (section 6.3.3, the end). */
static Fit fit_issuer(const CrlScope *scope, const Node *node, GBytes *crl_issuer)
{
    if (!g_bytes_equal(crl_issuer, node->issuer))
        return FIT_NOT_ISSUER;
    bool named = !scope->name.data || (der_is_context(&scope->name, FULL_NAME) &&
                                       has_directory_name(&scope->name, node->issuer));
    return named ? FIT : FIT_NOT_POINT;
}

static Fit best_fit(const CrlScope *scope, const Node *node, GBytes *crl_issuer)
{
    Reader points = cert_list(node->cert, "2.5.29.31");
    Fit best = fit_issuer(scope, node, crl_issuer);
    Der element, point[POINT_PARTS];
    while (best != FIT && der_next(&points, &element)) {
        if (!der_is(&element, DER_SEQUENCE))
            continue;
        shape_assign(&shape_distribution_point, &element, point);
        best = MAX(best, fit_point(scope, point, node, crl_issuer));
    }
    return best;
}

void crl_scope_check(const CrlScope *scope, const Node *node, GBytes *crl_issuer,
                     Revocation *revocation)
{
    bool ca;
    int64_t path_length;
    cert_basic_constraints(node->cert, &ca, &path_length);
    Fit fit = best_fit(scope, node, crl_issuer);
    if (scope->malformed)
        revocation_doubt(revocation, "crl-undecodable");
    if (fit == FIT_NOT_ISSUER)
        revocation_doubt(revocation, "crl-other-issuer");
    else if (fit == FIT_NOT_POINT)
        revocation_doubt(revocation, "crl-other-point");
    if ((scope->only_user && ca) || (scope->only_ca && !ca) || scope->only_attribute)
        revocation_doubt(revocation, "crl-other-scope");
    if (scope->some_reasons || fit == FIT_SOME_REASONS)
        revocation_doubt_good(revocation, "crl-some-reasons");
}
