#include "worker/pki/shapes.h"
#include "worker/pki/show.h"

/* What nobody is to read off a screen or find in a saved stream. */
static void show_secret(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    field_set(field, "%zu bytes, not shown", element->length);
}
static const Shape shape_secret = {.tag = DER_OCTET_STRING, .show = show_secret};

/* RFC 5958 section 2 */
static const Part private_key_parts[] = {
    PART("version", &shape_integer, .id = "x509.PrivateKeyInfo.version"),
    PART("privateKeyAlgorithm", &shape_algorithm),
    PART("privateKey", &shape_secret),
    PART("attributes", &shape_attribute_set, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .id = "x509.PrivateKeyInfo.attributes"),
    PART("publicKey", &shape_bits, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
static const Shape shape_private_key = {SHAPE_PARTS(private_key_parts)};
static const Part encrypted_key_parts[] = {
    PART("encryptionAlgorithm", &shape_algorithm),
    PART("encryptedData", &shape_octets),
};
static const Shape shape_encrypted_key = {SHAPE_PARTS(encrypted_key_parts)};

/* RFC 7292 section 4.2.3 to 4.2.5 */
static const Part certificate_part = PART("Certificate", &shape_certificate);
static const Shape shape_certificate_octets = {SHAPE_INSIDE(certificate_part)};
static const Part crl_part = PART("CertificateList", &shape_crl);
static const Shape shape_crl_octets = {SHAPE_INSIDE(crl_part)};
static const Open open_kinds[] = {
    OPEN("1.2.840.113549.1.9.22.1", &shape_certificate_octets),
    OPEN("1.2.840.113549.1.9.22.2", &shape_ia5),
    OPEN("1.2.840.113549.1.9.23.1", &shape_crl_octets),
    {.oid = NULL},
};
static const Part cert_bag_parts[] = {
    PART("certId", &shape_oid),
    PART("certValue", &shape_any, .flags = PART_EXPLICIT, .open = open_kinds),
};
static const Shape shape_cert_bag = {SHAPE_PARTS(cert_bag_parts)};
static const Part crl_bag_parts[] = {
    PART("crlId", &shape_oid),
    PART("crlValue", &shape_any, .flags = PART_EXPLICIT, .open = open_kinds),
};
static const Shape shape_crl_bag = {SHAPE_PARTS(crl_bag_parts)};
static const Part secret_bag_parts[] = {
    PART("secretTypeId", &shape_oid),
    PART("secretValue", &shape_secret, .flags = PART_EXPLICIT),
};
static const Shape shape_secret_bag = {SHAPE_PARTS(secret_bag_parts)};

/* Section 4.2; a bag of bags (section 4.2.6) refers to the list that it stands in. */
static const Shape shape_safe_contents;
static const Open open_bags[] = {
    OPEN("1.2.840.113549.1.12.10.1.1", &shape_private_key),
    OPEN("1.2.840.113549.1.12.10.1.2", &shape_encrypted_key),
    OPEN("1.2.840.113549.1.12.10.1.3", &shape_cert_bag),
    OPEN("1.2.840.113549.1.12.10.1.4", &shape_crl_bag),
    OPEN("1.2.840.113549.1.12.10.1.5", &shape_secret_bag),
    OPEN("1.2.840.113549.1.12.10.1.6", &shape_safe_contents),
    {.oid = NULL},
};
static const Part bag_parts[] = {
    PART("bagId", &shape_oid),
    PART("bagValue", &shape_any, .flags = PART_EXPLICIT, .open = open_bags),
    PART("bagAttributes", &shape_attribute_set, .flags = PART_OPTIONAL),
};
static const Shape shape_bag = {SHAPE_PARTS(bag_parts), .show = show_first};
static const Part bag_part = PART("SafeBag", &shape_bag);
static const Shape shape_safe_contents = {SHAPE_LIST(DER_SEQUENCE, bag_part), .empty = true,
                                          .show = show_count};

/* Section 4.1: each safe is in plain, encrypted with a password, or for a key. */
static const Part safe_part = PART("SafeContents", &shape_safe_contents);
static const Shape shape_safe_octets = {SHAPE_INSIDE(safe_part)};
static const Open open_safes[] = {
    OPEN("1.2.840.113549.1.7.1", &shape_safe_octets),
    OPEN("1.2.840.113549.1.7.6", &shape_encrypted_data),
    {.oid = NULL},
};
static const Part safe_parts[] = {
    PART("contentType", &shape_oid),
    PART("content", &shape_any, .flags = PART_EXPLICIT | PART_OPTIONAL, .open = open_safes),
};
static const Shape shape_safe = {SHAPE_PARTS(safe_parts), .show = show_first};
static const Part safes_part = PART("ContentInfo", &shape_safe);
static const Shape shape_safes = {SHAPE_LIST(DER_SEQUENCE, safes_part), .empty = true,
                                  .show = show_count};
static const Part authenticated_part = PART("AuthenticatedSafe", &shape_safes);
static const Shape shape_authenticated = {SHAPE_INSIDE(authenticated_part)};

/* Section 4 */
static const Open open_authenticated[] = {
    OPEN("1.2.840.113549.1.7.1", &shape_authenticated),
    {.oid = NULL},
};
static const Part auth_safe_parts[] = {
    PART("contentType", &shape_oid),
    PART("content", &shape_any, .flags = PART_EXPLICIT | PART_OPTIONAL, .open = open_authenticated),
};
static const Shape shape_auth_safe = {SHAPE_PARTS(auth_safe_parts), .show = show_first};
static const Part digest_parts[] = {
    PART("digestAlgorithm", &shape_algorithm),
    PART("digest", &shape_octets),
};
static const Shape shape_digest = {SHAPE_PARTS(digest_parts), .show = show_first};
static const Part mac_parts[] = {
    PART("mac", &shape_digest),
    PART("macSalt", &shape_octets),
    PART("iterations", &shape_integer, .flags = PART_OPTIONAL, .standard = "01"),
};
static const Shape shape_mac = {SHAPE_PARTS(mac_parts), .show = show_first};
static const Part pfx_parts[] = {
    PART("version", &shape_integer, .id = "x509.PFX.version"),
    PART("authSafe", &shape_auth_safe),
    PART("macData", &shape_mac, .flags = PART_OPTIONAL),
};
const Shape shape_pfx = {SHAPE_PARTS(pfx_parts)};

/* RFC 8018 appendix A: what PKCS #5 and PKCS #12 make of a password. */
static const Part pbkdf2_parts[] = {
    PART("salt", &shape_any),
    PART("iterationCount", &shape_integer),
    PART("keyLength", &shape_integer, .flags = PART_OPTIONAL),
    PART("prf", &shape_algorithm, .flags = PART_OPTIONAL,
         .standard = "300c06082a864886f70d02070500"),
};
const Shape shape_pbkdf2 = {SHAPE_PARTS(pbkdf2_parts)};
static const Part pbes2_parts[] = {
    PART("keyDerivationFunc", &shape_algorithm),
    PART("encryptionScheme", &shape_algorithm),
};
const Shape shape_pbes2 = {SHAPE_PARTS(pbes2_parts), .show = show_joined};
static const Part pbe_parts[] = {
    PART("salt", &shape_octets),
    PART("iterations", &shape_integer),
};
const Shape shape_pbe = {SHAPE_PARTS(pbe_parts)};

/* RFC 7914 section 7 */
static const Part scrypt_parts[] = {
    PART("salt", &shape_octets),
    PART("costParameter", &shape_integer),
    PART("blockSize", &shape_integer),
    PART("parallelizationParameter", &shape_integer),
    PART("keyLength", &shape_integer, .flags = PART_OPTIONAL),
};
const Shape shape_scrypt = {SHAPE_PARTS(scrypt_parts)};
