#include "worker/pki/shapes.h"
#include "worker/pki/show.h"

/* RFC 5652 section 10.2.4 */
static const Part issuer_and_serial_parts[] = {
    PART("issuer", &shape_name, .id = "x509.IssuerAndSerialNumber.issuer"),
    PART("serialNumber", &shape_serial, .id = "x509.IssuerAndSerialNumber.serialNumber"),
};
static const Shape shape_issuer_and_serial = {SHAPE_PARTS(issuer_and_serial_parts),
                                              .show = show_joined};

/* Sections 10.2.1 and 10.2.2: what is no certificate or list of X.509 has a tag of its own. */
static const Part certificate_parts[] = {
    PART("Certificate", &shape_certificate),
    PART("extendedCertificate", &shape_any, .flags = PART_IMPLICIT),
    PART("v1AttrCert", &shape_any, .flags = PART_IMPLICIT, .tag = 1),
    PART("v2AttrCert", &shape_any, .flags = PART_IMPLICIT, .tag = 2),
    PART("other", &shape_any, .flags = PART_IMPLICIT, .tag = 3, .id = "x509.OtherCertificate"),
};
static const Shape shape_certificate_choice = {SHAPE_ALTERNATIVES(certificate_parts)};
static const Part certificate_part = PART(NULL, &shape_certificate_choice);
static const Shape shape_certificate_set = {SHAPE_LIST(DER_SET, certificate_part), .empty = true,
                                            .ber = true, .show = shapes_count_certificates};
static const Part crl_parts[] = {
    PART("CertificateList", &shape_crl),
    PART("other", &shape_any, .flags = PART_IMPLICIT, .tag = 1, .id = "x509.OtherRevocationInfo"),
};
static const Shape shape_crl_choice = {SHAPE_ALTERNATIVES(crl_parts)};
static const Part crl_part = PART(NULL, &shape_crl_choice);
static const Shape shape_crl_set = {SHAPE_LIST(DER_SET, crl_part), .empty = true, .ber = true,
                                    .show = show_count};

/* Section 5.3 */
static const Part signer_id_parts[] = {
    PART("issuerAndSerialNumber", &shape_issuer_and_serial),
    PART("subjectKeyIdentifier", &shape_octets, .flags = PART_IMPLICIT,
         .id = "x509.SignerIdentifier.subjectKeyIdentifier"),
};
static const Shape shape_signer_id = {SHAPE_ALTERNATIVES(signer_id_parts)};
static const Part signer_parts[] = {
    PART("version", &shape_integer, .id = "x509.SignerInfo.version"),
    PART("sid", &shape_signer_id),
    PART("digestAlgorithm", &shape_algorithm),
    PART("signedAttrs", &shape_attribute_set, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("signatureAlgorithm", &shape_algorithm),
    PART("signature", &shape_octets, .id = "x509.SignerInfo.signature"),
    PART("unsignedAttrs", &shape_attribute_set, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
static const Shape shape_signer = {SHAPE_PARTS(signer_parts)};
static const Part signer_part = PART("SignerInfo", &shape_signer);
static const Shape shape_signers = {SHAPE_LIST(DER_SET, signer_part), .empty = true, .ber = true,
                                    .show = show_count};

/* Section 5.1 and 5.2 */
static const Part digest_part = PART("DigestAlgorithmIdentifier", &shape_algorithm);
static const Shape shape_digests = {SHAPE_LIST(DER_SET, digest_part), .empty = true, .ber = true,
                                    .show = show_joined};
static const Part content_parts[] = {
    PART("eContentType", &shape_oid),
    PART("eContent", &shape_any, .flags = PART_EXPLICIT | PART_OPTIONAL),
};
static const Shape shape_encapsulated = {SHAPE_PARTS(content_parts), .show = show_first};
static const Part signed_parts[] = {
    PART("version", &shape_integer, .id = "x509.SignedData.version"),
    PART("digestAlgorithms", &shape_digests),
    PART("encapContentInfo", &shape_encapsulated),
    PART("certificates", &shape_certificate_set, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("crls", &shape_crl_set, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
    PART("signerInfos", &shape_signers),
};
static const Shape shape_signed_data = {SHAPE_PARTS(signed_parts)};

/* Section 8 */
static const Part encrypted_content_parts[] = {
    PART("contentType", &shape_oid),
    PART("contentEncryptionAlgorithm", &shape_algorithm),
    PART("encryptedContent", &shape_octets, .flags = PART_IMPLICIT | PART_OPTIONAL),
};
static const Shape shape_encrypted_content = {SHAPE_PARTS(encrypted_content_parts),
                                              .show = show_first};
static const Part encrypted_parts[] = {
    PART("version", &shape_integer, .id = "x509.EncryptedData.version"),
    PART("encryptedContentInfo", &shape_encrypted_content),
    PART("unprotectedAttrs", &shape_attribute_set, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .tag = 1),
};
const Shape shape_encrypted_data = {SHAPE_PARTS(encrypted_parts)};

/* Section 3 */
static const Open open_contents[] = {
    OPEN("1.2.840.113549.1.7.1", &shape_octets),
    OPEN("1.2.840.113549.1.7.2", &shape_signed_data),
    OPEN("1.2.840.113549.1.7.6", &shape_encrypted_data),
    {.oid = NULL},
};
static const Part cms_parts[] = {
    PART("contentType", &shape_oid),
    PART("content", &shape_any, .flags = PART_EXPLICIT | PART_OPTIONAL, .open = open_contents),
};
const Shape shape_cms = {SHAPE_PARTS(cms_parts)};
