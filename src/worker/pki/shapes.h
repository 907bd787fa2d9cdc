/* shapes: the ASN.1 modules of X.509 as tables (shape.h). Pure. */
#ifndef TLSDIVE_WORKER_PKI_SHAPES_H
#define TLSDIVE_WORKER_PKI_SHAPES_H

#include "worker/pki/shape.h"

/* RFC 5280 section 4.1: Certificate and TBSCertificate, with the numbers of their parts. */
extern const Shape shape_certificate, shape_tbs_certificate, shape_validity, shape_extension;
extern const Shape shape_extensions, shape_version, shape_serial, shape_certificates;
void shapes_count_certificates(Walk *walk, Field *field, const Der *element, const Shape *shape);
enum { CERTIFICATE_TBS, CERTIFICATE_ALGORITHM, CERTIFICATE_SIGNATURE, CERTIFICATE_PARTS };
enum {
    TBS_VERSION,
    TBS_SERIAL,
    TBS_SIGNATURE,
    TBS_ISSUER,
    TBS_VALIDITY,
    TBS_SUBJECT,
    TBS_SPKI,
    TBS_ISSUER_ID,
    TBS_SUBJECT_ID,
    TBS_EXTENSIONS,
    TBS_PARTS
};
enum { VALIDITY_NOT_BEFORE, VALIDITY_NOT_AFTER, VALIDITY_PARTS };
enum { EXTENSION_ID, EXTENSION_CRITICAL, EXTENSION_VALUE, EXTENSION_PARTS };

/* Names (shapes_name.c): X.501's, GeneralName and the like of RFC 5280. */
extern const Shape shape_name, shape_rdn, shape_general_name, shape_general_names;

/* Algorithms and keys (shapes_key.c; RFC 3279, 4055, 5480, 8410). */
extern const Shape shape_algorithm, shape_spki;
enum { ALGORITHM_ID, ALGORITHM_PARAMETERS, ALGORITHM_PARTS };
enum { SPKI_ALGORITHM, SPKI_KEY, SPKI_PARTS };
extern const Shape shape_rsa_key, shape_dsa_parameters, shape_pss_parameters;
enum { RSA_MODULUS, RSA_EXPONENT, RSA_PARTS };
enum { PSS_HASH, PSS_MASK, PSS_SALT, PSS_TRAILER, PSS_PARTS };

/* Parameters of what is made of a password (shapes_pkcs12.c; RFC 8018, RFC 7292, RFC 7914). */
extern const Shape shape_pbkdf2, shape_pbes2, shape_pbe, shape_scrypt;

/* What a signature is made of, by its algorithm (a BIT STRING's content). */
extern const Open open_signatures[];

/* Extensions by OID: RFC 5280's (shapes_extension.c), and after them those that vendors and others
 * added (shapes_vendor.c). */
extern const Open open_extensions[], open_vendor_extensions[];

/* Attributes with their values (shapes_request.c; RFC 5652 section 5.3, RFC 2985): of requests,
 * CMS, PKCS #12 and subjectDirectoryAttributes. */
extern const Shape shape_attribute, shape_attributes, shape_attribute_set;

/* What goes with certificates, whole: lists of revoked ones (shapes_crl.c; RFC 5280 section 5),
 * OCSP (shapes_ocsp.c; RFC 6960), requests (shapes_request.c; RFC 2986), CMS (shapes_cms.c; RFC
 * 5652) and key stores (shapes_pkcs12.c; RFC 7292). */
extern const Shape shape_crl, shape_ocsp_response, shape_ocsp_request, shape_request, shape_cms;
extern const Shape shape_pfx, shape_encrypted_data, shape_crl_reason;

/* Extensions of CRLs and their entries, and of OCSP; both follow open_vendor_extensions. */
extern const Open open_crl_extensions[], open_ocsp_extensions[];

/* RFC 8551 section 2.5.2 (shapes_vendor.c): an extension, and an attribute. */
extern const Shape shape_smime_capabilities;

/* Parts of extensions that are read elsewhere too. */
extern const char *const key_usage_names[]; /* by bit; NULL at the end */
extern const Shape shape_authority_key, shape_basic_constraints, shape_distribution_point;
extern const Shape shape_point_name, shape_reasons, shape_accesses;
enum { AUTHORITY_KEY_ID, AUTHORITY_ISSUER, AUTHORITY_SERIAL, AUTHORITY_PARTS };
enum { BASIC_CA, BASIC_PATH_LENGTH, BASIC_PARTS };
enum { POINT_NAME, POINT_REASONS, POINT_ISSUER, POINT_PARTS };

/* The list of embedded SCTs (sct.c; RFC 6962 section 3.3): an OCTET STRING inside of extnValue. */
extern const Shape shape_sct_list;

#endif
