#include "worker/pki/profile.h"

#include <string.h>

#include "common/util/reach.h"
#include "worker/pki/key.h"
#include "worker/pki/name.h"
#include "worker/pki/value.h"

#define AUTHORITY_KEY      "2.5.29.35"
#define SUBJECT_KEY        "2.5.29.14"
#define ALTERNATIVE_NAMES  "2.5.29.17"
#define BASIC_CONSTRAINTS  "2.5.29.19"
#define NAME_CONSTRAINTS   "2.5.29.30"
#define POLICY_MAPPINGS    "2.5.29.33"
#define POLICY_CONSTRAINTS "2.5.29.36"
#define PURPOSES           "2.5.29.37"
#define INHIBIT_ANY_POLICY "2.5.29.54"
#define AUTHORITY_ACCESS   "1.3.6.1.5.5.7.1.1"

/* Bits of keyUsage (RFC 5280 section 4.2.1.3). */
enum { KEY_ENCIPHERMENT = 1 << 2, DATA_ENCIPHERMENT = 1 << 3, KEY_CERT_SIGN = 1 << 5 };

/* What is wrong with the names of subjectAltName; bits. */
enum {
    NAME_BAD = 1,      /* no host name (RFC 1123 section 2.1) */
    NAME_WILDCARD = 2, /* a wildcard that is not the whole leftmost label */
    NAME_WIDE = 4,     /* a wildcard right below a top-level domain */
    NAME_INTERNAL = 8, /* a name that is not of the public DNS */
    NAME_RESERVED = 16 /* an address that is not of the public Internet */
};

/* A certificate with what several checks ask of it. */
typedef struct Profile {
    const Cert *cert;
    bool ca;          /* basicConstraints say so, or a root of version 1 */
    bool self_issued; /* subject and issuer are the same bytes */
    bool basic;       /* basicConstraints are there, and read */
    int64_t path_length;
    bool has_usage;
    unsigned usage; /* of keyUsage, bit 0 the lowest */
    Key key;
    unsigned names; /* NAME_* */
} Profile;

static bool has(const Profile *profile, const char *oid)
{
    return cert_extension(profile->cert, oid) != NULL;
}

static bool is_critical(const Profile *profile, const char *oid)
{
    const CertExtension *extension = cert_extension(profile->cert, oid);
    return extension && extension->critical;
}

static bool is_uncritical(const Profile *profile, const char *oid)
{
    const CertExtension *extension = cert_extension(profile->cert, oid);
    return extension && !extension->critical;
}

/* ---- names ---------------------------------------------------------------------------------- */

static bool is_label(const char *label, size_t size)
{
    if (size == 0 || size > 63 || label[0] == '-' || label[size - 1] == '-')
        return false;
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return false;
    return true;
}

/* Top-level domains that are not delegated, by RFC 2606, 6761, 6762, 8375 and 9476, by ICANN
 * (.internal) or by custom. .onion has rules of its own, and may be certified. */
static bool is_internal(const char *name)
{
    static const char *const private[] = {
        "test", "example",  "invalid",  "localhost", "local",       "alt",     "home",   "corp",
        "mail", "internal", "intranet", "lan",       "localdomain", "private", "domain", NULL};
    const char *dot = strrchr(name, '.');
    g_autofree char *top = g_ascii_strdown(dot ? dot + 1 : name, -1);
    return !dot || g_strv_contains(private, top) || g_str_has_suffix(name, ".home.arpa");
}

static unsigned look_at_host(const char *name, size_t size)
{
    g_autofree char *text = g_strndup(name, size);
    unsigned found = 0;
    const char *host = text;
    if (strlen(text) != size || size > 253)
        return NAME_BAD;
    if (strchr(text, '*')) {
        if (!g_str_has_prefix(text, "*.") || strchr(text + 1, '*'))
            return NAME_WILDCARD;
        host = text + 2;
        found |= strchr(host, '.') ? 0 : NAME_WIDE;
    }
    g_auto(GStrv) labels = g_strsplit(host, ".", -1);
    bool digits = true;
    for (guint i = 0; labels[i]; i++) {
        found |= is_label(labels[i], strlen(labels[i])) ? 0 : NAME_BAD;
        digits = labels[i][strspn(labels[i], "0123456789")] == '\0';
    }
    if (!labels[0] || digits) /* an all-numeric top-level domain: an address, not a name */
        return NAME_BAD;
    return found | (!(found & NAME_WIDE) && is_internal(host) ? NAME_INTERNAL : 0);
}

static unsigned look_at_names(const Cert *cert)
{
    Reader names = cert_list(cert, ALTERNATIVE_NAMES);
    Der entry;
    unsigned found = 0;
    while (der_next(&names, &entry)) {
        if (der_is_context(&entry, 2) && !entry.constructed)
            found |= look_at_host((const char *)entry.data, entry.length);
        else if (der_is_context(&entry, 7) && reach_is_special(entry.data, entry.length))
            found |= NAME_RESERVED;
    }
    return found;
}

static bool bad_name(const Profile *profile)
{
    return profile->names & NAME_BAD;
}

static bool bad_wildcard(const Profile *profile)
{
    return profile->names & NAME_WILDCARD;
}

static bool wide_wildcard(const Profile *profile)
{
    return profile->names & NAME_WIDE;
}

static bool internal_name(const Profile *profile)
{
    return profile->names & NAME_INTERNAL;
}

static bool reserved_address(const Profile *profile)
{
    return profile->names & NAME_RESERVED;
}

static bool has_subject(const Profile *profile)
{
    return profile->cert->tbs[TBS_SUBJECT].length > 0;
}

static bool no_names(const Profile *profile)
{
    return !profile->ca && !has(profile, ALTERNATIVE_NAMES);
}

static bool names_critical(const Profile *profile)
{
    return has_subject(profile) && is_critical(profile, ALTERNATIVE_NAMES);
}

static bool names_not_critical(const Profile *profile)
{
    return !has_subject(profile) && is_uncritical(profile, ALTERNATIVE_NAMES);
}

static bool no_subject(const Profile *profile)
{
    return !has_subject(profile) && (profile->ca || !has(profile, ALTERNATIVE_NAMES));
}

static bool is_entry(const Der *entry, const GString *common)
{
    if (der_is_context(entry, 7) && (entry->length == 4 || entry->length == 16)) {
        GString *address = value_ip(entry->data, entry->length);
        bool same = address && g_ascii_strcasecmp(address->str, common->str) == 0;
        if (address)
            g_string_free(address, TRUE);
        return same;
    }
    return (der_is_context(entry, 1) || der_is_context(entry, 2)) && entry->length == common->len &&
           g_ascii_strncasecmp((const char *)entry->data, common->str, common->len) == 0;
}

/* TLS BR section 7.1.4.3: a common name is one of the names of subjectAltName. */
static bool common_name_elsewhere(const Profile *profile)
{
    GString *common = name_last(&profile->cert->tbs[TBS_SUBJECT], "2.5.4.3");
    Reader names = cert_list(profile->cert, ALTERNATIVE_NAMES);
    bool found = false;
    Der entry;
    if (!common)
        return false;
    while (!found && der_next(&names, &entry))
        found = is_entry(&entry, common);
    g_string_free(common, TRUE);
    return !found && !profile->ca && has(profile, ALTERNATIVE_NAMES);
}

/* ---- what it is for ---------------------------------------------------------------------------
 */

static bool has_purpose(const Profile *profile, const char *oid)
{
    Reader purposes = cert_list(profile->cert, PURPOSES);
    Der purpose;
    while (der_next(&purposes, &purpose))
        if (value_is_oid(&purpose, oid))
            return true;
    return false;
}

static bool no_purpose(const Profile *profile)
{
    return !profile->ca && !has(profile, PURPOSES);
}

static bool any_purpose(const Profile *profile)
{
    return !profile->ca && has_purpose(profile, "2.5.29.37.0");
}

static bool purpose_in_root(const Profile *profile)
{
    return profile->ca && profile->self_issued && has(profile, PURPOSES);
}

static bool purpose_critical(const Profile *profile)
{
    return is_critical(profile, PURPOSES);
}

static bool cert_sign_in_leaf(const Profile *profile)
{
    return !profile->ca && profile->usage & KEY_CERT_SIGN;
}

static bool no_basic(const Profile *profile)
{
    return !has(profile, BASIC_CONSTRAINTS) && profile->usage & KEY_CERT_SIGN;
}

static bool basic_not_critical(const Profile *profile)
{
    return profile->ca && is_uncritical(profile, BASIC_CONSTRAINTS);
}

static bool path_length_in_leaf(const Profile *profile)
{
    return profile->basic && !profile->ca && profile->path_length >= 0;
}

static bool ca_without_usage(const Profile *profile)
{
    return profile->ca && profile->basic && !profile->has_usage;
}

static bool ca_without_cert_sign(const Profile *profile)
{
    return profile->ca && profile->has_usage && !(profile->usage & KEY_CERT_SIGN);
}

static bool usage_not_critical(const Profile *profile)
{
    return profile->ca && is_uncritical(profile, "2.5.29.15");
}

/* RFC 5480 section 3, RFC 8410 section 5: such keys encipher nothing. */
static bool usage_not_of_key(const Profile *profile)
{
    const char *type = profile->key.type ? profile->key.type : "";
    bool signs = strcmp(type, "ECDSA") == 0 || strcmp(type, "Ed25519") == 0 ||
                 strcmp(type, "Ed448") == 0 || strcmp(type, "DSA") == 0;
    return signs && profile->usage & (KEY_ENCIPHERMENT | DATA_ENCIPHERMENT);
}

/* ---- who issued it ----------------------------------------------------------------------------
 */

static void read_authority(const Profile *profile, Der parts[AUTHORITY_PARTS])
{
    const CertExtension *extension = cert_extension(profile->cert, AUTHORITY_KEY);
    memset(parts, 0, sizeof *parts * AUTHORITY_PARTS);
    if (extension && der_is(&extension->value, DER_SEQUENCE))
        shape_assign(&shape_authority_key, &extension->value, parts);
}

static bool no_authority_key(const Profile *profile)
{
    return !profile->self_issued && !has(profile, AUTHORITY_KEY);
}

static bool authority_without_key(const Profile *profile)
{
    Der parts[AUTHORITY_PARTS];
    read_authority(profile, parts);
    return has(profile, AUTHORITY_KEY) && !parts[AUTHORITY_KEY_ID].data;
}

static bool authority_by_serial_in_root(const Profile *profile)
{
    Der parts[AUTHORITY_PARTS];
    read_authority(profile, parts);
    return profile->ca && profile->self_issued &&
           (parts[AUTHORITY_ISSUER].data || parts[AUTHORITY_SERIAL].data);
}

static bool authority_critical(const Profile *profile)
{
    return is_critical(profile, AUTHORITY_KEY);
}

static bool no_subject_key(const Profile *profile)
{
    return profile->ca && profile->basic && !has(profile, SUBJECT_KEY);
}

static bool subject_key_critical(const Profile *profile)
{
    return is_critical(profile, SUBJECT_KEY);
}

static bool access_critical(const Profile *profile)
{
    return is_critical(profile, AUTHORITY_ACCESS);
}

/* ---- constraints ------------------------------------------------------------------------------
 */

static bool names_constrained_in_leaf(const Profile *profile)
{
    return !profile->ca && has(profile, NAME_CONSTRAINTS);
}

static bool constraints_empty(const Profile *profile)
{
    Reader trees = cert_list(profile->cert, NAME_CONSTRAINTS);
    Der tree;
    bool any = false;
    while (der_next(&trees, &tree))
        any |= tree.length > 0;
    return has(profile, NAME_CONSTRAINTS) && !any;
}

static bool constraints_not_critical(const Profile *profile)
{
    return is_uncritical(profile, NAME_CONSTRAINTS);
}

static bool policy_constraints_not_critical(const Profile *profile)
{
    return is_uncritical(profile, POLICY_CONSTRAINTS);
}

static bool inhibit_not_critical(const Profile *profile)
{
    return is_uncritical(profile, INHIBIT_ANY_POLICY);
}

static bool mappings_not_critical(const Profile *profile)
{
    return is_uncritical(profile, POLICY_MAPPINGS);
}

/* ---- the rest ---------------------------------------------------------------------------------
 */

static bool old_version(const Profile *profile)
{
    int version = cert_version(profile->cert);
    return version == 1 || version == 2;
}

static bool unique_id(const Profile *profile)
{
    return profile->cert->tbs[TBS_ISSUER_ID].data || profile->cert->tbs[TBS_SUBJECT_ID].data;
}

static bool ends_before_it_begins(const Profile *profile)
{
    int64_t from, to;
    return cert_time(profile->cert, VALIDITY_NOT_BEFORE, &from) &&
           cert_time(profile->cert, VALIDITY_NOT_AFTER, &to) && to < from;
}

static bool dsa(const Profile *profile)
{
    return profile->key.type && strcmp(profile->key.type, "DSA") == 0;
}

static bool is_rsa(const Profile *profile)
{
    return profile->key.type && g_str_has_prefix(profile->key.type, "RSA");
}

static bool odd_rsa_size(const Profile *profile)
{
    return is_rsa(profile) && profile->key.bits % 8;
}

/* RFC 8017 section 3.1 and TLS BR section 6.1.6: odd, and not under 65,537. */
static bool bad_exponent(const Profile *profile)
{
    const char *exponent = profile->key.exponent;
    if (!is_rsa(profile) || !exponent)
        return false;
    size_t size = strlen(exponent);
    bool even = (exponent[size - 1] - '0') % 2 == 0;
    return even || size < 5 || (size == 5 && strcmp(exponent, "65537") < 0);
}

static bool explicit_curve(const Profile *profile)
{
    return profile->key.curve && strcmp(profile->key.curve, "explicit") == 0;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static const struct {
    const char *code;
    bool (*is_broken)(const Profile *profile);
} checks[] = {
    {"lint-no-names", no_names},
    {"lint-bad-name", bad_name},
    {"lint-bad-wildcard", bad_wildcard},
    {"lint-wide-wildcard", wide_wildcard},
    {"lint-internal-name", internal_name},
    {"lint-reserved-address", reserved_address},
    {"lint-common-name-elsewhere", common_name_elsewhere},
    {"lint-names-critical", names_critical},
    {"lint-names-not-critical", names_not_critical},
    {"lint-no-subject", no_subject},
    {"lint-no-purpose", no_purpose},
    {"lint-any-purpose", any_purpose},
    {"lint-purpose-in-root", purpose_in_root},
    {"lint-purpose-critical", purpose_critical},
    {"lint-cert-sign-in-leaf", cert_sign_in_leaf},
    {"lint-no-basic-constraints", no_basic},
    {"lint-basic-constraints-not-critical", basic_not_critical},
    {"lint-path-length-in-leaf", path_length_in_leaf},
    {"lint-ca-without-key-usage", ca_without_usage},
    {"lint-ca-without-cert-sign", ca_without_cert_sign},
    {"lint-key-usage-not-critical", usage_not_critical},
    {"lint-key-usage-not-of-key", usage_not_of_key},
    {"lint-no-authority-key", no_authority_key},
    {"lint-authority-without-key", authority_without_key},
    {"lint-authority-by-serial-in-root", authority_by_serial_in_root},
    {"lint-authority-critical", authority_critical},
    {"lint-no-subject-key", no_subject_key},
    {"lint-subject-key-critical", subject_key_critical},
    {"lint-access-critical", access_critical},
    {"lint-name-constraints-in-leaf", names_constrained_in_leaf},
    {"lint-name-constraints-empty", constraints_empty},
    {"lint-name-constraints-not-critical", constraints_not_critical},
    {"lint-policy-constraints-not-critical", policy_constraints_not_critical},
    {"lint-inhibit-any-policy-not-critical", inhibit_not_critical},
    {"lint-policy-mappings-not-critical", mappings_not_critical},
    {"lint-version", old_version},
    {"lint-unique-id", unique_id},
    {"lint-ends-before-it-begins", ends_before_it_begins},
    {"lint-dsa", dsa},
    {"lint-rsa-size", odd_rsa_size},
    {"lint-rsa-exponent", bad_exponent},
    {"lint-explicit-curve", explicit_curve},
};

void profile_lints(const Cert *cert, void (*tell)(const char *code, void *data), void *data)
{
    Profile profile = {.cert = cert, .path_length = -1};
    if (!cert->parts[CERTIFICATE_TBS].data || !cert->tbs[TBS_SPKI].data)
        return;
    profile.self_issued = cert_self_issued(cert);
    profile.basic = cert_basic_constraints(cert, &profile.ca, &profile.path_length);
    profile.ca |= cert_version(cert) == 1 && profile.self_issued;
    profile.has_usage = cert_key_usage(cert, &profile.usage);
    profile.names = look_at_names(cert);
    profile.key = key_read(&cert->tbs[TBS_SPKI]);
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        if (checks[i].is_broken(&profile))
            tell(checks[i].code, data);
    key_clear(&profile.key);
}
