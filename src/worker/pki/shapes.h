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

/* Extensions by OID, a table going on in the next: RFC 5280's (shapes_extension.c); those that
 * vendors added (shapes_vendor.c); qualified and extended validation (shapes_qualified.c);
 * addresses, routes and telephone numbers (shapes_resource.c); and those of CRLs and OCSP, see
 * above. */
extern const Open open_extensions[], open_vendor_extensions[], open_qualified_extensions[];
extern const Open open_resource_extensions[];

/* Attributes with their values (shapes_request.c; RFC 5652 section 5.3, RFC 2985): of requests,
 * CMS, PKCS #12 and subjectDirectoryAttributes. */
extern const Shape shape_attribute, shape_attributes, shape_attribute_set;

/* What goes with certificates, whole: lists of revoked ones (shapes_crl.c; RFC 5280 section 5),
 * OCSP (shapes_ocsp.c; RFC 6960), requests (shapes_request.c; RFC 2986), CMS (shapes_cms.c; RFC
 * 5652) and key stores (shapes_pkcs12.c; RFC 7292). */
extern const Shape shape_crl, shape_ocsp_response, shape_ocsp_request, shape_request, shape_cms;
extern const Shape shape_pfx, shape_encrypted_data, shape_crl_reason;

/* Extensions of CRLs and their entries, and of OCSP. */
extern const Open open_crl_extensions[], open_ocsp_extensions[];

/* RFC 8551 section 2.5.2 (shapes_vendor.c): an extension, and an attribute. */
extern const Shape shape_smime_capabilities;

/* Parts of extensions that are read elsewhere too. */
extern const char *const key_usage_names[]; /* by bit; NULL at the end */
extern const Shape shape_authority_key, shape_basic_constraints, shape_distribution_point;
extern const Shape shape_point_name, shape_reasons, shape_accesses, shape_mappings;
extern const Shape shape_policy_constraints;
enum { AUTHORITY_KEY_ID, AUTHORITY_ISSUER, AUTHORITY_SERIAL, AUTHORITY_PARTS };
enum { BASIC_CA, BASIC_PATH_LENGTH, BASIC_PARTS };
enum { POINT_NAME, POINT_REASONS, POINT_ISSUER, POINT_PARTS };

/* The parts of CRLs (RFC 5280 sections 5.1, 5.2.5) and of OCSP (RFC 6960 section 4), for those who
 * judge them. */
extern const Shape shape_crl_tbs, shape_issuing_point;
enum { CRL_TBS, CRL_ALGORITHM, CRL_SIGNATURE, CRL_PARTS };
enum {
    LIST_VERSION,
    LIST_ALGORITHM,
    LIST_ISSUER,
    LIST_THIS_UPDATE,
    LIST_NEXT_UPDATE,
    LIST_REVOKED,
    LIST_EXTENSIONS,
    LIST_PARTS
};
enum {
    ISSUING_NAME,
    ISSUING_ONLY_USER,
    ISSUING_ONLY_CA,
    ISSUING_SOME_REASONS,
    ISSUING_INDIRECT,
    ISSUING_ONLY_ATTRIBUTE,
    ISSUING_PARTS
};
extern const Shape shape_ocsp_tbs, shape_ocsp_bytes, shape_ocsp_basic, shape_ocsp_data;
extern const Shape shape_ocsp_single, shape_ocsp_certid, shape_ocsp_revoked;
enum { OCSP_TBS, OCSP_REQUEST_SIGNATURE, OCSP_REQUEST_PARTS };
enum { OCSP_TBS_VERSION, OCSP_REQUESTOR, OCSP_REQUEST_LIST, OCSP_TBS_EXTENSIONS, OCSP_TBS_PARTS };
enum { OCSP_STATUS, OCSP_BYTES, OCSP_RESPONSE_PARTS };
enum { OCSP_TYPE, OCSP_CONTENT, OCSP_BYTES_PARTS };
enum { OCSP_DATA, OCSP_ALGORITHM, OCSP_SIGNATURE, OCSP_CERTS, OCSP_BASIC_PARTS };
enum {
    OCSP_VERSION,
    OCSP_RESPONDER,
    OCSP_PRODUCED_AT,
    OCSP_RESPONSES,
    OCSP_DATA_EXTENSIONS,
    OCSP_DATA_PARTS
};
enum {
    OCSP_CERTID,
    OCSP_CERT_STATUS,
    OCSP_THIS_UPDATE,
    OCSP_NEXT_UPDATE,
    OCSP_SINGLE_EXTENSIONS,
    OCSP_SINGLE_PARTS
};
enum { OCSP_HASH, OCSP_NAME_HASH, OCSP_KEY_HASH, OCSP_SERIAL, OCSP_CERTID_PARTS };
enum { OCSP_REVOKED_TIME, OCSP_REVOKED_REASON, OCSP_REVOKED_PARTS };

/* The list of embedded SCTs (sct.c; RFC 6962 section 3.3): an OCTET STRING inside of extnValue. */
extern const Shape shape_sct_list;

#endif
