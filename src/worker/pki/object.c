#include "worker/pki/object.h"

#include <string.h>

#include "worker/pki/shapes.h"

struct ObjectKind {
    const char *kind, *name;
    const Shape *shape;
};

static const ObjectKind kinds[] = {
    {"certificate", "Certificate", &shape_certificate},
    {"crl", "CertificateList", &shape_crl},
    {"ocsp", "OCSPResponse", &shape_ocsp_response},
    {"ocsp-request", "OCSPRequest", &shape_ocsp_request},
    {"csr", "CertificationRequest", &shape_request},
    {"pkcs7", "ContentInfo", &shape_cms},
    {"pkcs12", "PFX", &shape_pfx},
    {"spki", "SubjectPublicKeyInfo", &shape_spki},
    {"asn1", "ASN.1", NULL},
};

const ObjectKind *object_kind(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].kind, name) == 0)
            return &kinds[i];
    return NULL;
}

const char *object_kind_name(const ObjectKind *kind)
{
    return kind->kind;
}

const ObjectKind *object_kind_at(size_t index)
{
    return &kinds[index];
}

size_t object_kind_count(void)
{
    return G_N_ELEMENTS(kinds);
}

Field *object_explain(const ObjectKind *kind, const uint8_t *der, size_t size)
{
    return shape_explain(kind->name, kind->shape, der, size);
}
