#include "worker/pki/x509.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/pki/cover.h"
#include "tests/worker/pki/forge.h"

static Field *explain(GBytes *der)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    return x509_explain(data, size);
}

static json_t *fact_of(GBytes *der)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    json_t *fact = x509_fact(data, size);
    g_autofree char *line = fact_to_line(fact);
    if (!line)
        ck_abort_msg("the fact does not fit into a line");
    return fact;
}

/* The first field of that name, at any depth. */
static Field *find(Field *field, const char *name)
{
    if (strcmp(field->name, name) == 0)
        return field;
    for (guint i = 0; field->children && i < field->children->len; i++) {
        Field *found = find(g_ptr_array_index(field->children, i), name);
        if (found)
            return found;
    }
    return NULL;
}

static bool has_note(const Field *field, const char *code)
{
    for (guint i = 0; field->notes && i < field->notes->len; i++)
        if (strcmp(g_ptr_array_index(field->notes, i), code) == 0)
            return true;
    return false;
}

static bool list_has(const json_t *list, const char *code)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) if (strcmp(json_string_value(item), code) == 0) return true;
    return false;
}

/* An assertion that holds costs Check a write, which is too much for each node of each tree. */
static void must(bool holds, const char *what, const Field *field)
{
    if (!holds)
        ck_abort_msg("%s: %s at %zu", what, field->name, field->offset);
}

/* Every id has an explanation. */
static void check_ids(const Field *field)
{
    must(field->name[0], "no name", field);
    must(!field->id || registry_about(field->id), "no explanation", field);
    for (guint i = 0; field->children && i < field->children->len; i++)
        check_ids(g_ptr_array_index(field->children, i));
}

static void check_tree(const Field *root, GBytes *der)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    g_autofree char *fault = cover_fault(root, data, size);
    if (fault)
        ck_abort_msg("%s", fault);
    check_ids(root);
}

/* ---- extensions: what stands in the tree ---- */

typedef struct Row {
    const char *oid, *hex; /* the extension and its DER */
    const char *name, *value;
    const char *field, *field_value; /* one of its fields */
    const char *note;                /* of the extension or that field; NULL: none at all */
} Row;

static const Row extension_rows[] = {
    {"2.5.29.19", "3000", "basicConstraints", "cA=FALSE", NULL, NULL, NULL},
    {"2.5.29.19", "30060101ff020103", "basicConstraints", "cA=TRUE, pathLenConstraint=3",
     "pathLenConstraint", "3", NULL},
    {"2.5.29.19", "3003010100", "basicConstraints", "cA=FALSE", "cA", "FALSE", "der-default"},
    {"2.5.29.19", "3003010101", "basicConstraints", "cA=TRUE", "cA", "TRUE", "der-boolean"},
    {"2.5.29.15", "030205a0", "keyUsage", "digitalSignature, keyEncipherment", NULL, NULL, NULL},
    {"2.5.29.15", "030700fe80000000 00", "keyUsage",
     "digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, "
     "keyCertSign, cRLSign, decipherOnly",
     NULL, NULL, "der-bit-string"},
    {"2.5.29.15", "030200a0", "keyUsage", "digitalSignature, keyEncipherment", NULL, NULL,
     "der-bit-string"},
    {"2.5.29.14", "0403010203", "subjectKeyIdentifier", "01:02:03", NULL, NULL, NULL},
    {"2.5.29.35", "30058003010203", "authorityKeyIdentifier", "01:02:03", "keyIdentifier",
     "01:02:03", NULL},
    {"2.5.29.35", "3013 a10e 820c 69737375 65722e74 65737421 8201 07", "authorityKeyIdentifier",
     "authorityCertIssuer=1 name, authorityCertSerialNumber=07", "dNSName", "issuer.test!", NULL},
    {"2.5.29.37", "3014 06082b06010505070301 06082b06010505070302", "extKeyUsage",
     "serverAuth, clientAuth", "KeyPurposeId", "serverAuth (1.3.6.1.5.5.7.3.1)", NULL},
    {"2.5.29.37", "3000", "extKeyUsage", "", NULL, NULL, "x509-empty"},
    {"2.5.29.17", "3009 8207 612e74657374 2e", "subjectAltName", "1 name", "dNSName", "a.test.",
     NULL},
    {"2.5.29.17", "3006 8704 7f000001", "subjectAltName", "1 name", "iPAddress", "127.0.0.1", NULL},
    {"2.5.29.17", "3012 8710 20010db8000000000000000000000001", "subjectAltName", "1 name",
     "iPAddress", "2001:db8::1", NULL},
    {"2.5.29.17", "3005 8703 7f0000", "subjectAltName", "1 name", "iPAddress", "7f:00:00",
     "x509-structure"},
    {"2.5.29.17", "3005 8103 614062", "subjectAltName", "1 name", "rfc822Name", "a@b", NULL},
    {"2.5.29.17", "3008 8606 78 3a 2f 2f 61 62", "subjectAltName", "1 name",
     "uniformResourceIdentifier", "x://ab", NULL},
    {"2.5.29.17", "3005 8803 2a0304", "subjectAltName", "1 name", "registeredID", "1.2.3.4", NULL},
    {"2.5.29.17", "3011 a40f 300d 310b 3009 0603550403 0c02 6162", "subjectAltName", "1 name",
     "directoryName", "CN=ab", NULL},
    {"2.5.29.17", "3013 a011 060a 2b060104018237140203 a003 0c01 75", "subjectAltName", "1 name",
     "otherName", "msUPN (1.3.6.1.4.1.311.20.2.3): u", NULL},
    {"2.5.29.17", "3011 a00f 0608 2b06010505070807 a003 1601 5f", "subjectAltName", "1 name",
     "value", "_", NULL},
    {"2.5.29.17", "3011 a00f 0608 2b06010505070809 a003 0c01 75", "subjectAltName", "1 name",
     "value", "u", NULL},
    {"2.5.29.17", "3006 8204 6100622e", "subjectAltName", "1 name", "dNSName", "a",
     "x509-bad-string"},
    {"2.5.29.17", "3005 8203 1b5b6d", "subjectAltName", "1 name", "dNSName", "\x1b[m",
     "x509-bad-string"},
    {"2.5.29.17", "3006 ab04 02010502", "subjectAltName", "1 name", "[11]", NULL, "x509-structure"},
    {"2.5.29.18", "3005 8203 612e62", "issuerAltName", "1 name", "dNSName", "a.b", NULL},
    {"2.5.29.30", "3018 a00a 3008 8206 61 2e74657374 a10a 3008 8706 0a000000ff00",
     "nameConstraints", NULL, "permittedSubtrees", "dNSName:a.test", "x509-structure"},
    {"2.5.29.30", "3011 a00f 3003 8201 61 3008 8704 7f000001 8000", "nameConstraints", NULL, NULL,
     NULL, "x509-structure"},
    {"2.5.29.30", "300e a10c 300a 8708 0a000000ff000000", "nameConstraints",
     "excludedSubtrees=iPAddress:10.0.0.0/255.0.0.0", "iPAddress", "10.0.0.0/255.0.0.0", NULL},
    {"2.5.29.30", "300a a008 3006 8201 61 8001 00", "nameConstraints", NULL, "minimum", "0",
     "der-default"},
    {"2.5.29.30", "300a a008 3006 8201 61 8001 01", "nameConstraints", NULL, "minimum", "1", NULL},
    {"2.5.29.31", "301a 3018 a010 a00e 860c 687474703a2f2f612f63726c 8102 0640 a200",
     "cRLDistributionPoints", "http://a/crl", "reasons", "keyCompromise", "x509-empty"},
    {"2.5.29.31", "3014 3012 a010 a00e 860c 687474703a2f2f612f63726c", "cRLDistributionPoints",
     "http://a/crl", "fullName", "http://a/crl", NULL},
    {"2.5.29.46", "3014 3012 a010 a00e 860c 687474703a2f2f612f63726c", "freshestCRL",
     "http://a/crl", "uniformResourceIdentifier", "http://a/crl", NULL},
    {"2.5.29.31", "3011 300f a00d a10b 3009 0603550403 0c02 6162", "cRLDistributionPoints", "CN=ab",
     "nameRelativeToCRLIssuer", "CN=ab", NULL},
    {"2.5.29.32", "300a 3008 0606 67810c010201", "certificatePolicies",
     "cabfDomainValidated (2.23.140.1.2.1)", "policyIdentifier",
     "cabfDomainValidated (2.23.140.1.2.1)", NULL},
    {"2.5.29.32", "301f 301d 0603 2a0304 3016 3014 0608 2b06010505070201 1608 687474703a2f2f61",
     "certificatePolicies", "1.2.3.4", "qualifier", "http://a", NULL},
    {"2.5.29.32",
     "3025 3023 0603 2a0304 301c 301a 0608 2b06010505070202 300e 300a 0c01 61 3005 0201 01"
     "0200 0c00",
     "certificatePolicies", "1.2.3.4", "noticeNumbers", NULL, "x509-structure"},
    {"2.5.29.33", "300a 3008 0602 2a03 0602 2a04", "policyMappings",
     "issuerDomainPolicy=1.2.3, subjectDomainPolicy=1.2.4", "issuerDomainPolicy", "1.2.3", NULL},
    {"2.5.29.36", "3006 800100 810101", "policyConstraints",
     "requireExplicitPolicy=0, inhibitPolicyMapping=1", "inhibitPolicyMapping", "1", NULL},
    {"2.5.29.36", "3000", "policyConstraints", "", NULL, NULL, "x509-empty"},
    {"2.5.29.54", "020105", "inhibitAnyPolicy", "5", NULL, NULL, NULL},
    {"2.5.29.16", "3022 800f 32303230303130313030303030305a 810f 32303230303130323030303030305a",
     "privateKeyUsagePeriod", "notBefore=2020-01-01 00:00:00 UTC, notAfter=2020-01-02 00:00:00 UTC",
     "notAfter", "2020-01-02 00:00:00 UTC", NULL},
    {"2.5.29.9", "3011 300f 0603 550406 3108 1302 4445 1302 4652", "subjectDirectoryAttributes",
     NULL, "values", "DE, FR", NULL},
    {"1.3.6.1.5.5.7.1.1", "3016 3014 0608 2b06010505073001 8608 687474703a2f2f61",
     "authorityInfoAccess", "ocsp: http://a", "uniformResourceIdentifier", "http://a", NULL},
    {"1.3.6.1.5.5.7.1.11", "3016 3014 0608 2b06010505073005 8608 687474703a2f2f61",
     "subjectInfoAccess", "caRepository: http://a", "accessMethod",
     "caRepository (1.3.6.1.5.5.7.48.5)", NULL},
    {"1.3.6.1.5.5.7.1.14", "300f 0201 00 300a 0608 2b06010505071501", "proxyCertInfo", NULL,
     "pCPathLenConstraint", "0", NULL},
    {"1.3.6.1.5.5.7.1.24", "3003020105", "tlsfeature", "status_request (5)", "feature",
     "status_request (5)", NULL},
    {"1.3.6.1.5.5.7.48.1.5", "0500", "ocspNoCheck", "", NULL, NULL, NULL},
    {"2.5.29.56", "0500", "noRevAvail", "", NULL, NULL, NULL},
    {"1.3.6.1.4.1.11129.2.4.3", "0500", "ctPoison", "", NULL, NULL, NULL},
    {"1.3.6.1.4.1.311.20.2", "1e06 005700650062", "msCertificateTemplateName", "Web", NULL, NULL,
     NULL},
    {"1.3.6.1.4.1.311.21.7", "300a 0602 2a03 020164 02010c", "msCertificateTemplate",
     "1.2.3, version 100.12", "templateMinorVersion", "12", NULL},
    {"1.3.6.1.4.1.311.21.1", "0203020003", "msCAVersion", "V3.2", NULL, NULL, NULL},
    {"1.3.6.1.4.1.311.21.2", "0402abcd", "msPreviousCertHash", "ab:cd", NULL, NULL, NULL},
    {"1.3.6.1.4.1.311.21.10", "300c 300a 0608 2b06010505070301", "msApplicationPolicies",
     "serverAuth (1.3.6.1.5.5.7.3.1)", "policyIdentifier", "serverAuth (1.3.6.1.5.5.7.3.1)", NULL},
    {"1.3.6.1.4.1.311.25.2", "3014 a012 060a 2b060104018237190201 a004 0402 532d", "msNtdsSecurity",
     NULL, "value", "S-", NULL},
    {"2.16.840.1.113730.1.1", "03020640", "netscapeCertType", "SSL server", NULL, NULL, NULL},
    {"2.16.840.1.113730.1.13", "16024869", "netscapeComment", "Hi", NULL, NULL, NULL},
    {"2.23.140.3.1", "3011 1303 565441 1302 4445 0c06 313233343536", "cabfOrganizationIdentifier",
     "VTADE-123456", "registrationCountry", "DE", NULL},
    {"2.23.140.3.1", "3015 1303 4e5452 1302 5553 8002 4341 0c06 313233343536",
     "cabfOrganizationIdentifier", "NTRUS+CA-123456", "registrationStateOrProvince", "CA", NULL},
    {"1.3.6.1.5.5.7.1.3", "300a 3008 0606 04008e460101", "qcStatements",
     "esi4-qcStatement-1 (0.4.0.1862.1.1)", NULL, NULL, NULL},
    {"1.3.6.1.5.5.7.1.3", "3018 3016 0606 04008e460102 300c 1303 455552 0202 03e8 0201 00",
     "qcStatements", NULL, "statementInfo", "1000 * 10^0 EUR", NULL},
    {"1.3.6.1.5.5.7.1.3", "3015 3013 0606 04008e460106 3009 0607 04008e46010603", "qcStatements",
     NULL, "QcType", NULL, NULL},
    {"1.3.6.1.5.5.7.1.31", "0402abcd", "acmeIdentifier", "ab:cd", NULL, NULL, NULL},
    {"1.3.6.1.4.1.44363.44", "0500", "delegationUsage", "", NULL, NULL, NULL},
    {"2.5.29.1", "300d 8002 0102 8202 0105 8103 616263", "authorityKeyIdentifier-old", "01:02",
     "authorityCertSerialNumber", "01:05", "x509-structure"},
    {"2.5.29.4", "300a 3004 3002 0600 0302 0204", "keyUsageRestriction", NULL, "restrictedKeyUsage",
     "keyCertSign", "x509-structure"},
    {"2.5.29.7", "3003 8201 61", "subjectAltName-old", "1 name", "dNSName", "a", NULL},
    {"2.5.29.10", "3007 0302 0780 0201 01", "basicConstraints-old", "CA, 1", "subjectType", "CA",
     NULL},
    {"2.5.29.55", "300a 3008 a006 8204 612e6263", "targetingInformation", "a.bc", "targetName",
     "a.bc", NULL},
    {"1.3.6.1.5.5.7.1.2", "3015 3013 020100 3009 0605 2b0e03021a 0500 0403 010203", "biometricInfo",
     "picture (0)", "biometricDataHash", "01:02:03", NULL},
    {"1.3.6.1.5.5.7.1.2", "3012 3010 020101 3007 0605 2b0e03021a 0402 0102", "biometricInfo",
     "handwritten-signature (1)", "hashAlgorithm", "id-sha1", NULL},
    {"1.3.6.1.5.5.7.1.7", "3010 300e 0402 0001 3008 0306 040a000010 00", "ipAddrBlocks", NULL, NULL,
     NULL, "x509-structure"},
    {"1.3.6.1.5.5.7.1.7",
     "3023 3019 0402 0001 3013 0302 000a 300d 0305 00c0a80000 0304 00c0a802 3006 0402 0002 0500",
     "ipAddrBlocks", "IPv4: 10.0.0.0/8, 192.168.0.0-192.168.2.255, IPv6: inherit", "max",
     "192.168.2.255", NULL},
    {"1.3.6.1.5.5.7.1.7", "3014 3012 0403 000201 300b 0309 0020010db8000000 01", "ipAddrBlocks",
     "IPv6, SAFI 1: 2001:db8:0:1::/64", "addressPrefix", "2001:db8:0:1::/64", NULL},
    {"1.3.6.1.5.5.7.1.7", "300c 300a 0402 0001 3004 0302 0408", "ipAddrBlocks", "IPv4: 8.0.0.0/4",
     "addressPrefix", "8.0.0.0/4", "der-bit-string"},
    {"1.3.6.1.5.5.7.1.8", "3014 a012 3010 0203 00fbf0 3009 0203 00fbf1 0202 7fff",
     "autonomousSysIds", "asnum=64496, 64497-32767", "range", "64497-32767", NULL},
    {"1.3.6.1.5.5.7.1.8", "3004 a102 0500", "autonomousSysIds", "rdi=inherit", "rdi", "inherit",
     NULL},
    {"1.3.6.1.5.5.7.1.26", "3019 a003 1601 41 a10b 3009 1604 2b313535 0201 64 a205 1603 2b3135",
     "tnAuthList", "A, start=+155, count=100, +15", "one", "+15", NULL},
    {"1.3.6.1.5.5.7.1.12",
     "302c a22a a028 3026 3024 3022 1601 78 300f 300d 3007 0605 2b0e03021a 0402 0102"
     "300c 160a 646174613a2c616263643a",
     "logotype", "subjectLogo=x", "LogotypeURI", "data:,abcd", "der-trailing"},
    {"2.23.140.1.31", "3014 3012 0c03 616263 3007 0605 2b0e03021a 0302 00aa", "cabfTorDescriptor",
     "abc", "subjectPublicKeyHash", "aa", NULL},
    {"1.2.840.113549.1.9.15", "3010 300e 0608 2a864886f70d0302 0202 0080", "smimeCapabilities",
     "rc2CBC (1.2.840.113549.3.2)", "parameters", "128", NULL},
    {"1.2.840.113533.7.65.0", "300a 1b04 56382e31 0302 0560", "entrustVersInfo",
     "V8.1, newExtensions, pKIXCertificate", "entrustVers", "V8.1", NULL},
    {"1.3.6.1.4.1.311.21.11", "300a 3008 0602 2a03 0602 2a04", "msApplicationPolicyMappings", NULL,
     "subjectDomainPolicy", "1.2.4", NULL},
    {"1.3.6.1.4.1.311.21.12", "3003 800100", "msApplicationPolicyConstraints",
     "requireExplicitPolicy=0", NULL, NULL, NULL},
    {"1.3.6.1.4.1.311.2.1.27", "3006 0101ff 010100", "msSpcFinancialCriteria",
     "financialInfoAvailable=TRUE, meetsCriteria=FALSE", NULL, NULL, NULL},
    {"1.2.840.113583.1.1.9.1", "300b 020101 8603 783a2f 0101ff", "adobeTimeStamp",
     "version=1, location=x:/, requiresAuth=TRUE", "location", "x:/", NULL},
    {"1.2.840.113583.1.1.9.1", "300b 020101 8603 783a2f 010100", "adobeTimeStamp", NULL,
     "requiresAuth", "FALSE", "der-default"},
    {"1.2.840.113583.1.1.9.2", "3003 020101", "adobeArchiveRevInfo", "version=1", NULL, NULL, NULL},
    {"2.16.840.1.113730.1.14", "1601 61", "netscapeLostPasswordUrl", "a", NULL, NULL, NULL},
    {"1.3.6.1.5.5.7.1.24", "3006020111020103", "tlsfeature",
     "status_request_v2 (17), trusted_ca_keys (3)", NULL, NULL, NULL},
    {"1.3.6.1.5.5.7.1.3",
     "302c 302a 0606 0400 8198 2702 3020 3012 3010 0607 0400 8198 270102 0c05 50535020 49 0c03"
     "414243 0c05 44452d41 42",
     "qcStatements", NULL, "roleOfPspName", "PSP I", NULL},
    {"2.5.29.17", "3017 a015 0608 2b06010505070803 a009 3007 0c01 37 0602 2a03", "subjectAltName",
     "1 name", "value", "identifierValue=7, assigner=1.2.3", NULL},
    {"2.5.29.17", "3018 a016 0608 2b06010505070804 a00a 3008 0602 2a03 0402 0a0b", "subjectAltName",
     "1 name", "hwSerialNum", "0a:0b", NULL},
    {"2.5.29.17",
     "3024 a022 0609 2b0601040182371901 a015 0413 00112233445566778899aabbccddeeff 000000",
     "subjectAltName", "1 name", "value",
     "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:00:00", NULL},
    {"2.5.29.17", "3021 a01f 0609 2b0601040182371901 a012 0410 00112233445566778899aabbccddeeff",
     "subjectAltName", "1 name", "value", "{33221100-5544-7766-8899-aabbccddeeff}", NULL},
    {"1.2.3.4", "3007 0405 3003 020105", "1.2.3.4", "", "INTEGER", "5", NULL},
    {"1.2.3.4", "3008 0306 00 3003 020105", "1.2.3.4", "", "BIT STRING", "encapsulates SEQUENCE",
     NULL},
    {"1.2.3.4", "3006 0404 3003 0201", "1.2.3.4", "", "OCTET STRING", "30:03:02:01", NULL},
    {"1.2.3.4", "3006 020105 0c0161", "1.2.3.4", "", "UTF8String", "a", NULL},
    {"1.2.3.4", "30800201050000", "1.2.3.4", "", "INTEGER", "5", "der-indefinite"},
    {"1.2.3.4", "02020005", "1.2.3.4", "", "INTEGER", "5", "der-non-minimal"},
    {"1.2.3.4", "ff", "1.2.3.4", "", "OCTET STRING", "ff", NULL},
    {"2.5.29.17", "ff", "subjectAltName", "", "OCTET STRING", "ff", "x509-structure"},
    {"2.5.29.17", "0500", "subjectAltName", "", "NULL", "", "x509-structure"},
    {"2.5.29.19", "3000 00", "basicConstraints", "cA=FALSE", "trailing bytes", "00",
     "der-trailing"},
    {"2.5.29.19", "3003 020103", "basicConstraints", NULL, NULL, NULL, NULL},
};

static bool noted_anywhere(const Field *field, const char *code)
{
    if (code ? has_note(field, code) : field->notes != NULL)
        return true;
    for (guint i = 0; field->children && i < field->children->len; i++)
        if (noted_anywhere(g_ptr_array_index(field->children, i), code))
            return true;
    return false;
}

START_TEST(extensions)
{
    const Row *row = &extension_rows[_i];
    g_autoptr(GBytes) der = forge((Forge){.extensions = extension(row->oid, false, raw(row->hex))});
    g_autoptr(Field) tree = explain(der);
    check_tree(tree, der);
    Field *list = find(tree, "extensions");
    ck_assert_ptr_nonnull(list);
    Field *field = g_ptr_array_index(list->children, 0);
    ck_assert_str_eq(field->name, row->name);
    if (row->value)
        ck_assert_str_eq(field->value->str, row->value);
    Field *inner = row->field ? find(field, row->field) : NULL;
    ck_assert_msg(!row->field || inner, "%s: no %s", row->name, row->field);
    if (inner && row->field_value)
        ck_assert_str_eq(inner->value->str, row->field_value);
    ck_assert_msg(noted_anywhere(field, row->note) == (row->note != NULL), "%s %s: %s", row->name,
                  row->hex, row->note ? row->note : "a note");
    g_autoptr(json_t) fact = fact_of(der);
    ck_assert(!row->note || list_has(json_object_get(fact, "faults"), row->note));
}
END_TEST

START_TEST(critical_is_said)
{
    g_autoptr(GBytes) der = forge(
        (Forge){.extensions = join(usage("0106"), tlv(0x30, oid("2.5.29.14"), raw("010100"),
                                                      tlv(0x04, raw("040101"), NULL), NULL))});
    g_autoptr(Field) tree = explain(der);
    ck_assert_str_eq(find(tree, "keyUsage")->value->str, "keyCertSign, cRLSign, critical");
    ck_assert(has_note(find(tree, "subjectKeyIdentifier"), "der-default"));
}
END_TEST

/* RFC 6962 section 3.3: two SCTs, of a log whose id is all ones, at 2020-01-01 00:00:00.123. */
START_TEST(timestamps)
{
#define SCT                                                                                        \
    "0033 00 1111111111111111111111111111111111111111111111111111111111111111 0000016f5e66e87b"    \
    " 0000 0403 0004 30020500"
    g_autoptr(GBytes) der =
        forge((Forge){.extensions = extension("1.3.6.1.4.1.11129.2.4.2", false,
                                              tlv(0x04, raw("006a"), raw(SCT), raw(SCT), NULL))});
    g_autoptr(Field) tree = explain(der);
    check_tree(tree, der);
    Field *list = find(tree, "signedCertificateTimestampList");
    ck_assert_str_eq(list->value->str, "2 SCTs");
    ck_assert(!noted_anywhere(list, NULL));
    ck_assert_str_eq(find(list, "timestamp")->value->str, "2020-01-01 00:00:00.123 UTC");
    ck_assert_uint_eq(find(list, "timestamp")->length, 8);
    ck_assert_uint_eq(find(list, "log_id")->length, 32);
    ck_assert_str_eq(find(find(list, "SignedCertificateTimestamp"), "algorithm")->value->str,
                     "ecdsa with sha256");
    g_autoptr(json_t) fact = fact_of(der);
    ck_assert_int_eq(fact_integer(fact, "scts", -1), 2);
    g_autoptr(GBytes) cut = forge((Forge){
        .extensions = extension("1.3.6.1.4.1.11129.2.4.2", false, tlv(0x04, raw("00ff00"), NULL))});
    g_autoptr(json_t) broken = fact_of(cut);
    ck_assert_ptr_null(json_object_get(broken, "scts"));
    ck_assert(list_has(json_object_get(broken, "faults"), "x509-structure"));
}
END_TEST

/* ---- faults of the certificate itself ---- */

START_TEST(serials)
{
    static const struct {
        const char *hex, *value, *serial, *fault;
    } rows[] = {
        {"0201fb", "fb (-5)", "fb", "x509-negative-serial"},
        {"020100", "00 (0)", "00", "x509-zero-serial"},
        {"0202 0001", "00:01 (1)", "0001", "der-non-minimal"},
        {"0215 010203040506070809101112131415161718192021",
         "01:02:03:04:05:06:07:08:09:10:11:12:13:14:15:16:17:18:19:20:21 (21 bytes)",
         "010203040506070809101112131415161718192021", "x509-long-serial"},
        {"0214 0102030405060708091011121314151617181920",
         "01:02:03:04:05:06:07:08:09:10:11:12:13:14:15:16:17:18:19:20 (20 bytes)",
         "0102030405060708091011121314151617181920", NULL},
        {"0200", "", "", "x509-structure"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = forge((Forge){.serial = raw(rows[i].hex)});
        g_autoptr(Field) tree = explain(der);
        g_autoptr(json_t) fact = fact_of(der);
        const json_t *faults = json_object_get(fact, "faults");
        Field *serial = find(tree, "serialNumber");
        ck_assert_str_eq(serial->value->str, rows[i].value);
        ck_assert_str_eq(fact_string(fact, "serial", "none"), rows[i].serial);
        ck_assert(rows[i].fault ? has_note(serial, rows[i].fault) : !serial->notes);
        ck_assert(rows[i].fault ? list_has(faults, rows[i].fault) : !faults);
    }
}
END_TEST

START_TEST(dates)
{
    static const struct {
        const char *from, *to, *not_before, *not_after, *fault;
    } rows[] = {
        {"00000101000000Z", "99991231235959Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
         "x509-time-form"},
        {"500101000000Z", "491231235959Z", "1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z", NULL},
        {"261301000000Z", "271231235959Z", "unreadable", "2027-12-31T23:59:59Z", "x509-bad-time"},
        {"260101000000Z", "20500101000000Z", "2026-01-01T00:00:00Z", "2050-01-01T00:00:00Z", NULL},
        {"2601010000Z", "260101000000+0000", "unreadable", "unreadable", "x509-bad-time"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = forge((Forge){.from = rows[i].from, .to = rows[i].to});
        g_autoptr(json_t) fact = fact_of(der);
        const json_t *faults = json_object_get(fact, "faults");
        ck_assert_str_eq(fact_string(fact, "not_before", "none"), rows[i].not_before);
        ck_assert_str_eq(fact_string(fact, "not_after", "none"), rows[i].not_after);
        ck_assert(rows[i].fault ? list_has(faults, rows[i].fault) : !faults);
    }
}
END_TEST

START_TEST(names_keep_every_byte)
{
    static const struct {
        int tag;
        const char *value;
        size_t size;
        const char *subject;
        size_t subject_size;
        const char *fault;
    } rows[] = {
        {0x0c, "a\0b", 3, "CN=a\\00b", 8, NULL},
        {0x13, "a\0b", 3, "CN=a\\00b", 8, "x509-bad-string"},
        {0x0c, "\x1b[31m", 5, "CN=\x1b[31m", 8, NULL},
        {0x0c,
         "\xe2\x80\xae"
         "a",
         4,
         "CN=\xe2\x80\xae"
         "a",
         7, NULL},
        {0x0c, " #a,b+c;\"<>\\= ", 14, "CN=\\ #a\\,b\\+c\\;\\\"\\<\\>\\\\=\\ ", 26, NULL},
        {0x0c, "#a", 2, "CN=\\#a", 6, NULL},
        {0x14, "g\xfc", 2, "CN=g\xc3\xbc", 6, NULL},
        {0x1e, "\0g\0\xfc", 4, "CN=g\xc3\xbc", 6, NULL},
        {0x04, "ab", 2, "CN=#04026162", 12, "x509-structure"},
        {0x0c, "\xff", 1, "CN=\xff", 4, "x509-bad-string"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der =
            forge((Forge){.subject_name = name(rows[i].tag, rows[i].value, rows[i].size)});
        g_autoptr(json_t) fact = fact_of(der);
        GString *subject = fact_text_get(json_object_get(fact, "subject"));
        ck_assert_msg(subject->len == rows[i].subject_size &&
                          memcmp(subject->str, rows[i].subject, subject->len) == 0,
                      "row %zu: %s", i, subject->str);
        g_string_free(subject, TRUE);
        const json_t *faults = json_object_get(fact, "faults");
        ck_assert_msg(rows[i].fault ? list_has(faults, rows[i].fault) : !faults, "row %zu", i);
    }
}
END_TEST

START_TEST(multi_valued_names)
{
    GBytes *two = tlv(0x31, tlv(0x30, oid("2.5.4.11"), text(0x0c, "b"), NULL),
                      tlv(0x30, oid("2.5.4.3"), text(0x0c, "a"), NULL), NULL);
    GBytes *unknown = tlv(0x31, tlv(0x30, oid("1.2.3.4"), text(0x0c, "x"), NULL), NULL);
    g_autoptr(GBytes) der = forge((Forge){.subject_name = tlv(0x30, two, unknown, NULL)});
    g_autoptr(json_t) fact = fact_of(der);
    g_autoptr(Field) tree = explain(der);
    ck_assert_str_eq(fact_string(fact, "subject", ""), "1.2.3.4=x,OU=b+CN=a");
    ck_assert_str_eq(fact_string(fact, "common_name", ""), "a");
    ck_assert(list_has(json_object_get(fact, "faults"), "der-set-order"));
    ck_assert_str_eq(find(find(tree, "subject"), "RelativeDistinguishedName")->value->str,
                     "OU=b+CN=a");
    check_tree(tree, der);
}
END_TEST

START_TEST(versions_and_structure)
{
    g_autoptr(GBytes) first = forge((Forge){.version = raw(""), .extensions = dns("a.test")});
    g_autoptr(json_t) fact = fact_of(first);
    ck_assert_int_eq(fact_integer(fact, "version", 0), 1);
    ck_assert(list_has(json_object_get(fact, "faults"), "x509-version"));
    g_autoptr(GBytes) fourth = forge((Forge){.version = raw("a003020103")});
    g_autoptr(json_t) unknown = fact_of(fourth);
    ck_assert_ptr_null(json_object_get(unknown, "version"));
    ck_assert(list_has(json_object_get(unknown, "faults"), "x509-version"));
    g_autoptr(GBytes) twice = forge((Forge){.extensions = join(dns("a.test"), dns("b.test"))});
    g_autoptr(json_t) duplicate = fact_of(twice);
    ck_assert(list_has(json_object_get(duplicate, "faults"), "x509-duplicate-extension"));
    g_autoptr(GBytes) mismatch = forge(
        (Forge){.outer_algorithm = tlv(0x30, oid("1.2.840.113549.1.1.11"), raw("0500"), NULL)});
    g_autoptr(json_t) differs = fact_of(mismatch);
    ck_assert(list_has(json_object_get(differs, "faults"), "x509-algorithm-mismatch"));
    ck_assert_str_eq(fact_string(differs, "signature", ""), "sha256WithRSAEncryption");
    g_autoptr(GBytes) tail = forge((Forge){.tail = 3});
    g_autoptr(json_t) trailing = fact_of(tail);
    g_autoptr(Field) tree = explain(tail);
    ck_assert(list_has(json_object_get(trailing, "faults"), "der-trailing"));
    ck_assert_uint_eq(tree->length, g_bytes_get_size(tail));
    ck_assert_str_eq(field_find(tree, g_bytes_get_size(tail) - 1)->name, "trailing bytes");
}
END_TEST

START_TEST(no_certificate_at_all)
{
    static const char *const rows[] = {"", "ff", "0500", "3000", "30800000", "3003020105", "3080"};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = raw(rows[i]);
        g_autoptr(json_t) fact = fact_of(der);
        g_autoptr(Field) tree = explain(der);
        check_tree(tree, der);
        ck_assert_msg(json_array_size(json_object_get(fact, "faults")) > 0, "%s", rows[i]);
        ck_assert_int_eq(fact_integer(fact, "size", -1), (json_int_t)g_bytes_get_size(der));
        ck_assert_ptr_null(json_object_get(fact, "subject"));
    }
}
END_TEST

/* ---- keys ---- */

START_TEST(keys)
{
    static const struct {
        const char *kind, *type;
        int bits;
        const char *curve, *exponent, *shown, *signature;
    } rows[] = {
        {"rsa2048", "RSA", 2048, "", "65537", "RSA 2048, e=65537", "sha256WithRSAEncryption"},
        {"ec", "ECDSA", 256, "secp256r1", "", "ECDSA secp256r1", "ecdsa-with-SHA256"},
        {"ed25519", "Ed25519", 256, "", "", "Ed25519", "id-Ed25519"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) der = forge((Forge){.key = forge_key(rows[i].kind, 0)});
        g_autoptr(json_t) fact = fact_of(der);
        g_autoptr(Field) tree = explain(der);
        const json_t *key = json_object_get(fact, "key");
        ck_assert_str_eq(fact_string(key, "type", ""), rows[i].type);
        ck_assert_int_eq(fact_integer(key, "bits", 0), rows[i].bits);
        ck_assert_str_eq(fact_string(key, "curve", ""), rows[i].curve);
        ck_assert_str_eq(fact_string(key, "exponent", ""), rows[i].exponent);
        ck_assert_str_eq(fact_string(fact, "signature", ""), rows[i].signature);
        ck_assert_str_eq(find(tree, "subjectPublicKeyInfo")->value->str, rows[i].shown);
        ck_assert_ptr_null(json_object_get(fact, "faults"));
        check_tree(tree, der);
    }
}
END_TEST

START_TEST(keys_of_other_kinds)
{
    static const struct {
        const char *algorithm, *key, *type, *field, *value;
    } rows[] = {
        {"300d 0609 2a864886f70d01010a 3000", "3006 0201 05 0201 03", "RSA-PSS", "publicExponent",
         "3"},
        {"303d 0609 2a864886f70d01010a 3030 a00d 300b 0609 608648016503040201 a11a 3018 0609"
         "2a864886f70d010108 300b 0609 608648016503040201 a203 020120",
         "3006 0201 05 0201 03", "RSA-PSS", "saltLength", "32"},
        {"3014 0607 2a8648ce380401 3009 020117 02010b 020104", "020109", "DSA", "p", NULL},
        {"3008 0606 2a8503020213", "040101", "id-GostR3410-2001", "subjectPublicKey", "01"},
        {"3005 0603 2b656e", "01", "X25519", "subjectPublicKey", "01"},
        {"300b 0609 608648016503040312", "01", "id-ml-dsa-65", "subjectPublicKey", "01"},
        {"3004 0602 2a03", "30030201 05", "1.2.3", "subjectPublicKey", "30:03:02:01:05"},
        {"3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107", "0401020304", "ECDSA", "y", "03:04"},
        {"3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107", "020102", "ECDSA", "form", "compressed"},
        {"300b 0607 2a8648ce3d0201 0500", "0401020304", "ECDSA", "parameters", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GBytes *spki =
            tlv(0x30, raw(rows[i].algorithm), tlv(0x03, raw("00"), raw(rows[i].key), NULL), NULL);
        g_autoptr(GBytes) der = forge((Forge){.spki = spki});
        g_autoptr(json_t) fact = fact_of(der);
        g_autoptr(Field) tree = explain(der);
        Field *field = find(find(tree, "subjectPublicKeyInfo"), rows[i].field);
        ck_assert_str_eq(fact_string(json_object_get(fact, "key"), "type", ""), rows[i].type);
        ck_assert_msg(field != NULL, "row %zu: no %s", i, rows[i].field);
        if (rows[i].value)
            ck_assert_str_eq(field->value->str, rows[i].value);
        check_tree(tree, der);
    }
}
END_TEST

/* ---- ceilings, and any bytes ---- */

static GBytes *many_names(guint count)
{
    GByteArray *names = g_byte_array_new();
    for (guint i = 0; i < count; i++) {
        uint8_t entry[] = "\x82\x13host000000.test.abc";
        g_snprintf((char *)entry + 6, 7, "%06u", i);
        entry[12] = '.';
        g_byte_array_append(names, entry, sizeof entry - 1);
    }
    GBytes *list = tlv(0x30, g_byte_array_free_to_bytes(names), NULL);
    return forge((Forge){.extensions = extension("2.5.29.17", false, list)});
}

START_TEST(ten_thousand_names)
{
    g_autoptr(GBytes) der = many_names(10000);
    g_autoptr(Field) tree = explain(der);
    g_autoptr(json_t) fact = fact_of(der);
    Field *names = find(tree, "subjectAltName");
    ck_assert_str_eq(names->value->str, "10000 names");
    ck_assert_uint_eq(names->total, 10001);
    Field *last = g_ptr_array_index(names->children, 10000);
    ck_assert_str_eq(last->value->str, "host009999.test.abc");
    ck_assert_uint_eq(json_array_size(json_object_get(fact, "names")), LIMIT_NAMES);
    ck_assert_int_eq(fact_integer(fact, "names_cut", 0), LIMIT_NAMES);
    ck_assert(list_has(json_object_get(fact, "cut"), "names"));
    ck_assert_ptr_null(json_object_get(fact, "faults"));
}
END_TEST

START_TEST(too_many_fields)
{
    g_autoptr(GBytes) der = many_names(LIMIT_FIELDS + 10);
    g_autoptr(Field) tree = explain(der);
    g_autoptr(json_t) fact = fact_of(der);
    ck_assert(list_has(json_object_get(fact, "faults"), "der-too-many"));
    check_tree(tree, der);
}
END_TEST

START_TEST(huge_texts_fit_into_a_line)
{
    g_autofree char *huge = g_strnfill(500000, '\x01');
    GBytes *list = tlv(0x30, bytes(0x86, huge, 500000), bytes(0x82, huge, 100), NULL);
    g_autoptr(GBytes) der = forge((Forge){.subject_name = name(0x0c, huge, 500000),
                                          .extensions = extension("2.5.29.17", false, list)});
    g_autoptr(json_t) fact = fact_of(der);
    ck_assert_uint_eq(json_string_length(json_object_get(fact, "common_name")), LIMIT_VALUE);
    ck_assert(list_has(json_object_get(fact, "cut"), "subject"));
    ck_assert(list_has(json_object_get(fact, "cut"), "names"));
}
END_TEST

START_TEST(deep_nesting)
{
    GBytes *deep = raw("0500");
    for (int i = 0; i < 200; i++)
        deep = tlv(0x30, deep, NULL);
    g_autoptr(GBytes) der = forge((Forge){.extensions = extension("1.2.3", false, deep)});
    g_autoptr(Field) tree = explain(der);
    ck_assert(noted_anywhere(tree, "der-too-deep"));
    check_tree(tree, der);
}
END_TEST

static GBytes *rich(void)
{
    GBytes *all = dns("a.test");
    for (size_t i = 0; i < G_N_ELEMENTS(extension_rows); i += 3)
        all = join(all, extension(extension_rows[i].oid, i % 2, raw(extension_rows[i].hex)));
    return forge((Forge){.extensions = all});
}

START_TEST(cut_anywhere)
{
    g_autoptr(GBytes) der = rich();
    gsize size;
    const uint8_t *data = g_bytes_get_data(der, &size);
    for (size_t cut = 0; cut < size; cut++) {
        g_autofree uint8_t *part = g_memdup2(data, cut);
        g_autoptr(GBytes) bytes_of = g_bytes_new_static(part, cut);
        g_autoptr(Field) tree = explain(bytes_of);
        check_tree(tree, bytes_of);
        ck_assert_msg(noted_anywhere(tree, "der-truncated"), "cut at %zu", cut);
    }
}
END_TEST

START_TEST(any_byte_flipped)
{
    g_autoptr(GBytes) der = rich();
    gsize size = g_bytes_get_size(der);
    for (size_t i = 0; i < size; i++) {
        g_autoptr(GBytes) low = forge_flip(der, i, 0x21), high = forge_flip(der, i, 0x80);
        g_autoptr(Field) tree = explain(low);
        check_tree(tree, low);
        json_decref(fact_of(high));
    }
}
END_TEST

START_TEST(each_explanation_is_used)
{
    size_t count, x509 = 0;
    const About *abouts = registry_abouts(&count);
    for (size_t i = 0; i < count; i++)
        x509 += g_str_has_prefix(abouts[i].id, "x509.");
    ck_assert_uint_gt(x509, 150);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("x509");
    TCase *tests = tcase_create("x509");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, extensions, 0, G_N_ELEMENTS(extension_rows));
    tcase_add_test(tests, critical_is_said);
    tcase_add_test(tests, timestamps);
    tcase_add_test(tests, serials);
    tcase_add_test(tests, dates);
    tcase_add_test(tests, names_keep_every_byte);
    tcase_add_test(tests, multi_valued_names);
    tcase_add_test(tests, versions_and_structure);
    tcase_add_test(tests, no_certificate_at_all);
    tcase_add_test(tests, keys);
    tcase_add_test(tests, keys_of_other_kinds);
    tcase_add_test(tests, ten_thousand_names);
    tcase_add_test(tests, too_many_fields);
    tcase_add_test(tests, huge_texts_fit_into_a_line);
    tcase_add_test(tests, deep_nesting);
    tcase_add_test(tests, cut_anywhere);
    tcase_add_test(tests, any_byte_flipped);
    tcase_add_test(tests, each_explanation_is_used);
    return check_main(suite);
}
