#include "worker/pki/cert.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/value.h"

enum { STATUS_REQUEST = 5 /* the TLS extension */ };

static void clear_extension(void *extension)
{
    g_free(((CertExtension *)extension)->oid);
}

static void read_extension(GArray *extensions, const Der *element)
{
    Der parts[EXTENSION_PARTS];
    CertExtension extension = {0};
    bool minimal, der;
    if (!der_is(element, DER_SEQUENCE))
        return;
    shape_assign(&shape_extension, element, parts);
    if (parts[EXTENSION_ID].data)
        extension.oid = value_oid(&parts[EXTENSION_ID], &minimal);
    if (parts[EXTENSION_CRITICAL].data)
        value_boolean(&parts[EXTENSION_CRITICAL], &extension.critical, &der);
    extension.holder = parts[EXTENSION_VALUE];
    Reader inside = der_inside(&extension.holder);
    if (!der_next(&inside, &extension.value) || extension.value.faults & DER_UNREADABLE)
        extension.value = (Der){0};
    g_array_append_val(extensions, extension);
}

GArray *cert_read_extensions(const Der *list)
{
    GArray *extensions = g_array_new(FALSE, FALSE, sizeof(CertExtension));
    g_array_set_clear_func(extensions, clear_extension);
    Reader elements = list->data ? der_inside(list) : reader_new(NULL, 0);
    Der element;
    while (extensions->len < LIMIT_EXTENSIONS && der_next(&elements, &element))
        read_extension(extensions, &element);
    return extensions;
}

Cert *cert_new(GBytes *bytes)
{
    Cert *cert = g_new0(Cert, 1);
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    cert->bytes = g_bytes_ref(bytes);
    if (der_read(data, size, &cert->all) && der_is(&cert->all, DER_SEQUENCE)) {
        shape_assign(&shape_certificate, &cert->all, cert->parts);
        shape_assign(&shape_tbs_certificate, &cert->parts[CERTIFICATE_TBS], cert->tbs);
        shape_assign(&shape_validity, &cert->tbs[TBS_VALIDITY], cert->validity);
    }
    cert->extensions = cert_read_extensions(&cert->tbs[TBS_EXTENSIONS]);
    return cert;
}

const CertExtension *cert_find_extension(const GArray *extensions, const char *oid)
{
    for (guint i = 0; i < extensions->len; i++) {
        const CertExtension *extension = &g_array_index(extensions, CertExtension, i);
        if (extension->oid && strcmp(extension->oid, oid) == 0)
            return extension;
    }
    return NULL;
}

const CertExtension *cert_extension(const Cert *cert, const char *oid)
{
    return cert_find_extension(cert->extensions, oid);
}

GBytes *cert_bytes(const Cert *cert, const Der *element)
{
    gsize size = g_bytes_get_size(cert->bytes);
    if (!element->data || element->offset > size || element->total > size - element->offset)
        return g_bytes_new(NULL, 0);
    return g_bytes_new_from_bytes(cert->bytes, element->offset, element->total);
}

int cert_version(const Cert *cert)
{
    int64_t version = 0;
    if (!cert->parts[CERTIFICATE_TBS].data)
        return 0;
    if (!cert->tbs[TBS_VERSION].data)
        return 1;
    return value_integer(&cert->tbs[TBS_VERSION], &version) && version >= 0 && version <= 2
               ? (int)version + 1
               : 0;
}

bool cert_time(const Cert *cert, int which, int64_t *seconds)
{
    const Der *time = &cert->validity[which];
    return time->data && value_time(time, time->tag, seconds);
}

bool cert_self_issued(const Cert *cert)
{
    return der_same(&cert->tbs[TBS_ISSUER], &cert->tbs[TBS_SUBJECT]);
}

bool cert_basic_constraints(const Cert *cert, bool *ca, int64_t *path_length)
{
    const CertExtension *extension = cert_extension(cert, "2.5.29.19");
    Der parts[BASIC_PARTS];
    bool der;
    *ca = false;
    *path_length = -1;
    if (!extension || !der_is(&extension->value, DER_SEQUENCE))
        return false;
    shape_assign(&shape_basic_constraints, &extension->value, parts);
    if (parts[BASIC_CA].data && !value_boolean(&parts[BASIC_CA], ca, &der))
        return false;
    return !parts[BASIC_PATH_LENGTH].data || value_integer(&parts[BASIC_PATH_LENGTH], path_length);
}

bool cert_key_usage(const Cert *cert, unsigned *bits)
{
    const CertExtension *extension = cert_extension(cert, "2.5.29.15");
    Reader octets;
    unsigned unused;
    *bits = 0;
    if (!extension || !der_is(&extension->value, DER_BIT_STRING) ||
        !value_bits(&extension->value, &octets, &unused))
        return false;
    for (unsigned bit = 0; bit < 16 && reader_left(&octets); bit += 8) {
        uint8_t octet = reader_u8(&octets);
        for (unsigned i = 0; i < 8; i++)
            *bits |= (octet >> (7 - i) & 1U) << (bit + i);
    }
    return true;
}

Reader cert_list(const Cert *cert, const char *oid)
{
    const CertExtension *extension = cert_extension(cert, oid);
    return extension && der_is(&extension->value, DER_SEQUENCE) ? der_inside(&extension->value)
                                                                : reader_new(NULL, 0);
}

bool cert_must_staple(const Cert *cert)
{
    Reader features = cert_list(cert, "1.3.6.1.5.5.7.1.24");
    Der feature;
    int64_t number;
    while (der_next(&features, &feature))
        if (value_integer(&feature, &number) && number == STATUS_REQUEST)
            return true;
    return false;
}

void cert_free(Cert *cert)
{
    if (!cert)
        return;
    g_bytes_unref(cert->bytes);
    g_array_unref(cert->extensions);
    g_free(cert);
}
