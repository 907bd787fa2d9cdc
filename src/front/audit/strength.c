#include "front/audit/strength.h"

#include <glib/gi18n.h>
#include <string.h>

/* What is wrong with a suite; rows in the order in which they are said. */
static const struct {
    const char *exchange, *cipher, *hash, *mode; /* NULL: any */
    bool export;
    Weakness weakness;
} suites[] = {
    {NULL,
     "NULL",
     NULL,
     NULL,
     false,
     {"NULL", "NULL", N_("it does not encrypt"), SEVERITY_CRITICAL}},
    {"dh-anonymous",
     NULL,
     NULL,
     NULL,
     false,
     {"anonymous", "anon", N_("it authenticates nobody"), SEVERITY_CRITICAL}},
    {"ecdh-anonymous",
     NULL,
     NULL,
     NULL,
     false,
     {"anonymous", "anon", N_("it authenticates nobody"), SEVERITY_CRITICAL}},
    {NULL,
     NULL,
     NULL,
     NULL,
     true,
     {"EXPORT", "EXPORT", N_("weakened to 40 or 56 bits for export"), SEVERITY_CRITICAL}},
    {NULL, "RC2", NULL, NULL, false, {"RC2", "RC2", N_("RC2 is broken"), SEVERITY_HIGH}},
    {NULL,
     "RC4",
     NULL,
     NULL,
     false,
     {"RC4", "RC4", N_("RC4 lets plain text through (RFC 7465)"), SEVERITY_HIGH}},
    {NULL, "DES", NULL, NULL, false, {"DES", "DES", N_("DES has 56 bits"), SEVERITY_HIGH}},
    {NULL,
     "3DES",
     NULL,
     NULL,
     false,
     {"3DES", "3DES", N_("blocks of 64 bits give way in long connections (Sweet32)"),
      SEVERITY_HIGH}},
    {NULL,
     "IDEA",
     NULL,
     NULL,
     false,
     {"IDEA", "IDEA", N_("blocks of 64 bits give way in long connections (Sweet32)"),
      SEVERITY_HIGH}},
    {NULL, NULL, "MD5", NULL, false, {"MD5", "MD5", N_("MD5 is broken"), SEVERITY_MEDIUM}},
};

static const Weakness no_forward_secrecy = {N_("no forward secrecy"), N_("no FS"),
                                            N_("recorded traffic can be read once the key is out"),
                                            SEVERITY_LOW};

static const Weakness cbc = {
    "CBC", "CBC", N_("CBC needs great care against padding oracles; AEAD does not"), SEVERITY_INFO};

static bool equal_or_any(const char *wanted, const char *value)
{
    return !wanted || (value && g_ascii_strcasecmp(wanted, value) == 0);
}

static guint broken_of(const CipherSuite *suite, const Weakness *list[STRENGTH_MOST])
{
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
        if (equal_or_any(suites[i].exchange, suite->exchange) &&
            equal_or_any(suites[i].cipher, suite->cipher) &&
            equal_or_any(suites[i].hash, suite->hash) && (!suites[i].export || suite->export) &&
            count < STRENGTH_MOST - 2)
            list[count++] = &suites[i].weakness;
    return count;
}

guint strength_of_suite(const CipherSuite *suite, const Weakness *list[STRENGTH_MOST])
{
    guint count = suite ? broken_of(suite, list) : 0;
    if (!suite)
        return 0;
    if (!suite->forward)
        list[count++] = &no_forward_secrecy;
    if (suite->mode && strcmp(suite->mode, "cbc") == 0)
        list[count++] = &cbc;
    return count;
}

const Weakness *strength_broken(const CipherSuite *suite)
{
    const Weakness *list[STRENGTH_MOST];
    return suite && broken_of(suite, list) ? list[0] : NULL;
}

guint strength_of_group(const Group *group, const Weakness *list[STRENGTH_MOST])
{
    static const Weakness small = {N_("under 112 bits"), "<112 bits",
                                   N_("a group of under 112 bits can be broken by who spends "
                                      "enough on it"),
                                   SEVERITY_MEDIUM};
    static const Weakness given = {N_("parameters of the peer's own"), N_("explicit"),
                                   N_("nobody has looked at these parameters"), SEVERITY_MEDIUM};
    guint count = 0;
    if (group && group->bits && group->bits < 112)
        list[count++] = &small;
    if (group && strcmp(group->kind, "explicit") == 0)
        list[count++] = &given;
    return count;
}

guint strength_of_scheme(const Scheme *scheme, const Weakness *list[STRENGTH_MOST])
{
    static const struct {
        const char *hash;
        Weakness weakness;
    } hashes[] = {
        {"MD5", {"MD5", "MD5", N_("MD5 is broken"), SEVERITY_MEDIUM}},
        {"SHA1", {"SHA-1", "SHA-1", N_("collisions of SHA-1 can be had (RFC 9155)"), SEVERITY_LOW}},
        {"SHA", {"SHA-1", "SHA-1", N_("collisions of SHA-1 can be had (RFC 9155)"), SEVERITY_LOW}},
    };
    for (size_t i = 0; scheme && i < G_N_ELEMENTS(hashes); i++)
        if (strcmp(scheme->hash, hashes[i].hash) == 0) {
            list[0] = &hashes[i].weakness;
            return 1;
        }
    return 0;
}

const Weakness *strength_of_version(const char *version)
{
    static const Weakness rows[] = {
        {"SSL 2.0", "SSL 2.0", N_("broken in many ways (RFC 6176)"), SEVERITY_CRITICAL},
        {"SSL 3.0", "SSL 3.0", N_("broken: POODLE (RFC 7568)"), SEVERITY_HIGH},
        {"TLS 1.0", "TLS 1.0", N_("given up for its flaws (RFC 8996)"), SEVERITY_MEDIUM},
        {"TLS 1.1", "TLS 1.1", N_("given up for its flaws (RFC 8996)"), SEVERITY_MEDIUM},
        {"DTLS 1.0", "DTLS 1.0", N_("given up for its flaws (RFC 8996)"), SEVERITY_MEDIUM},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].word, version) == 0)
            return &rows[i];
    return NULL;
}

static Severity worst(const CipherSuite *suite)
{
    const Weakness *list[STRENGTH_MOST];
    guint count = strength_of_suite(suite, list);
    Severity found = SEVERITY_COUNT;
    for (guint i = 0; i < count; i++)
        found = MIN(found, list[i]->severity);
    return suite ? found : SEVERITY_UNKNOWN;
}

int strength_compare_suites(const CipherSuite *one, const CipherSuite *other)
{
    Severity left = worst(one), right = worst(other);
    guint few = one ? one->bits : 0, many = other ? other->bits : 0;
    if (left != right)
        return left > right ? -1 : 1;
    return few > many ? -1 : few < many;
}
