#include "worker/pki/second.h"

#include <gnutls/x509.h>
#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/datum.h"
#include "worker/pki/value.h"

/* A part as GnuTLS reads it, beside what we read: false where they are not the same. What neither
 * reads is the same. */

static bool same_element(const Cert *cert, const Der *element, int status, gnutls_datum_t *datum)
{
    bool reads = status == 0 && datum->size;
    bool same = reads == (element->data != NULL);
    if (reads && element->data) {
        g_autoptr(GBytes) bytes = cert_bytes(cert, element);
        gsize size;
        const void *data = g_bytes_get_data(bytes, &size);
        same = size == datum->size && memcmp(data, datum->data, size) == 0;
    }
    gnutls_free(datum->data);
    return same;
}

static bool same_subject(const Cert *cert, gnutls_x509_crt_t other)
{
    gnutls_datum_t datum = {0};
    int status = gnutls_x509_crt_get_raw_dn(other, &datum);
    return same_element(cert, &cert->tbs[TBS_SUBJECT], status, &datum);
}

static bool same_issuer(const Cert *cert, gnutls_x509_crt_t other)
{
    gnutls_datum_t datum = {0};
    int status = gnutls_x509_crt_get_raw_issuer_dn(other, &datum);
    return same_element(cert, &cert->tbs[TBS_ISSUER], status, &datum);
}

static bool same_version(const Cert *cert, gnutls_x509_crt_t other)
{
    int version = gnutls_x509_crt_get_version(other);
    return cert_version(cert) == (version > 0 && version <= 3 ? version : 0);
}

static bool same_serial(const Cert *cert, gnutls_x509_crt_t other)
{
    uint8_t serial[1024];
    size_t size = sizeof serial;
    const Der *ours = &cert->tbs[TBS_SERIAL];
    int status = gnutls_x509_crt_get_serial(other, serial, &size);
    if (status == GNUTLS_E_SHORT_MEMORY_BUFFER)
        return true;
    if (status < 0)
        return ours->length == 0;
    return ours->data && ours->length == size && memcmp(ours->data, serial, size) == 0;
}

static bool same_time(const Cert *cert, int which, time_t theirs)
{
    int64_t seconds;
    bool reads = cert_time(cert, which, &seconds);
    if (theirs == (time_t)-1)
        return !reads || seconds == -1;
    /* RFC 5280 section 4.1.2.5: 99991231235959Z is no end at all, and GnuTLS has a number for it.
     */
    if (theirs == GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION && reads && seconds == 253402300799)
        return true;
    return reads && seconds == (int64_t)theirs;
}

static bool same_begin(const Cert *cert, gnutls_x509_crt_t other)
{
    return same_time(cert, VALIDITY_NOT_BEFORE, gnutls_x509_crt_get_activation_time(other));
}

static bool same_end(const Cert *cert, gnutls_x509_crt_t other)
{
    return same_time(cert, VALIDITY_NOT_AFTER, gnutls_x509_crt_get_expiration_time(other));
}

static bool same_signature(const Cert *cert, gnutls_x509_crt_t other)
{
    char theirs[LIMIT_OID];
    size_t size = sizeof theirs;
    bool minimal;
    Der parts[ALGORITHM_PARTS];
    if (gnutls_x509_crt_get_signature_oid(other, theirs, &size) < 0)
        return true;
    shape_assign(&shape_algorithm, &cert->parts[CERTIFICATE_ALGORITHM], parts);
    g_autofree char *ours = value_oid(&parts[ALGORITHM_ID], &minimal);
    return g_strcmp0(ours, theirs) == 0;
}

static bool same_key(const Cert *cert, gnutls_x509_crt_t other)
{
    char theirs[LIMIT_OID];
    size_t size = sizeof theirs;
    bool minimal;
    Der spki[SPKI_PARTS], parts[ALGORITHM_PARTS];
    if (gnutls_x509_crt_get_pk_oid(other, theirs, &size) < 0)
        return true;
    shape_assign(&shape_spki, &cert->tbs[TBS_SPKI], spki);
    shape_assign(&shape_algorithm, &spki[SPKI_ALGORITHM], parts);
    g_autofree char *ours = value_oid(&parts[ALGORITHM_ID], &minimal);
    return g_strcmp0(ours, theirs) == 0;
}

static bool same_ca(const Cert *cert, gnutls_x509_crt_t other)
{
    unsigned critical, theirs;
    int length;
    bool ca;
    int64_t path_length;
    if (gnutls_x509_crt_get_basic_constraints(other, &critical, &theirs, &length) < 0)
        theirs = 0;
    return (cert_basic_constraints(cert, &ca, &path_length) && ca) == (theirs != 0);
}

static bool same_names(const Cert *cert, gnutls_x509_crt_t other)
{
    Reader names = cert_list(cert, "2.5.29.17");
    Der element;
    unsigned ours = 0, theirs = 0;
    while (der_next(&names, &element))
        ours++;
    while (theirs <= ours) {
        size_t size = 0;
        if (gnutls_x509_crt_get_subject_alt_name(other, theirs, NULL, &size, NULL) ==
            GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        theirs++;
    }
    return ours == theirs;
}

static const struct {
    const char *member; /* of the fact */
    bool (*same)(const Cert *cert, gnutls_x509_crt_t other);
} members[] = {
    {"version", same_version}, {"serial", same_serial},       {"not_before", same_begin},
    {"not_after", same_end},   {"subject", same_subject},     {"issuer", same_issuer},
    {"key", same_key},         {"signature", same_signature}, {"ca", same_ca},
    {"names", same_names},
};

json_t *second_opinion(const Cert *cert)
{
    gsize size;
    gnutls_x509_crt_t other;
    const void *data = g_bytes_get_data(cert->bytes, &size);
    gnutls_datum_t der = datum(data, size);
    if (size > LIMIT_SECOND_OPINION || gnutls_x509_crt_init(&other) < 0)
        return NULL;
    int status = gnutls_x509_crt_import(other, &der, GNUTLS_X509_FMT_DER);
    json_t *opinion = json_pack("{s:b}", "imported", status == 0);
    const char *error = status < 0 ? gnutls_strerror_name(status) : NULL;
    if (error)
        json_object_set_new(opinion, "error", json_string(error));
    for (size_t i = 0; status == 0 && i < G_N_ELEMENTS(members); i++) {
        if (members[i].same(cert, other))
            continue;
        if (!json_object_get(opinion, "differs"))
            json_object_set_new(opinion, "differs", json_array());
        json_array_append_new(json_object_get(opinion, "differs"), json_string(members[i].member));
    }
    gnutls_x509_crt_deinit(other);
    return opinion;
}
