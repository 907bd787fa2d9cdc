#include <string.h>

#include "worker/pki/key.h"
#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

static const Shape shape_big_integer = {.tag = DER_INTEGER, .show = show_big_integer};

/* RFC 5480 section 2.1.1 and SEC 1: parameters of an elliptic curve. */
static const Part field_id_parts[] = {
    PART("fieldType", &shape_oid),
    PART("parameters", &shape_any, .id = "x509.FieldID.parameters"),
};
static const Shape shape_field_id = {SHAPE_PARTS(field_id_parts)};
static const Part curve_parts[] = {
    PART("a", &shape_octets, .id = "x509.Curve.a"),
    PART("b", &shape_octets, .id = "x509.Curve.b"),
    PART("seed", &shape_bits, .flags = PART_OPTIONAL, .id = "x509.Curve.seed"),
};
static const Shape shape_curve = {SHAPE_PARTS(curve_parts)};
static const Part specified_curve_parts[] = {
    PART("version", &shape_integer, .id = "x509.ECParameters.version"),
    PART("fieldID", &shape_field_id),
    PART("curve", &shape_curve),
    PART("base", &shape_octets, .id = "x509.ECParameters.base"),
    PART("order", &shape_big_integer, .id = "x509.ECParameters.order"),
    PART("cofactor", &shape_big_integer, .flags = PART_OPTIONAL,
         .id = "x509.ECParameters.cofactor"),
    PART("hash", &shape_any, .flags = PART_OPTIONAL, .id = "x509.ECParameters.hash"),
};
static const Shape shape_specified_curve = {SHAPE_PARTS(specified_curve_parts)};
static const Part ec_parameters_parts[] = {
    PART("namedCurve", &shape_oid),
    PART("implicitCurve", &shape_null),
    PART("specifiedCurve", &shape_specified_curve),
};
static const Shape shape_ec_parameters = {SHAPE_ALTERNATIVES(ec_parameters_parts)};

/* RFC 3279 sections 2.3.2 and 2.3.3: DSA and Diffie-Hellman. */
static const Part dsa_parts[] = {
    PART("p", &shape_big_integer, .id = "x509.Dss-Parms.p"),
    PART("q", &shape_big_integer, .id = "x509.Dss-Parms.q"),
    PART("g", &shape_big_integer, .id = "x509.Dss-Parms.g"),
};
const Shape shape_dsa_parameters = {SHAPE_PARTS(dsa_parts)};
static const Part dh_parts[] = {
    PART("p", &shape_big_integer, .id = "x509.DomainParameters.p"),
    PART("g", &shape_big_integer, .id = "x509.DomainParameters.g"),
    PART("q", &shape_big_integer, .flags = PART_OPTIONAL, .id = "x509.DomainParameters.q"),
    PART("j", &shape_big_integer, .flags = PART_OPTIONAL, .id = "x509.DomainParameters.j"),
    PART("validationParms", &shape_any, .flags = PART_OPTIONAL),
};
static const Shape shape_dh_parameters = {SHAPE_PARTS(dh_parts)};

/* RFC 9215 section 4.2: GOST R 34.10. */
static const Part gost_parts[] = {
    PART("publicKeyParamSet", &shape_oid),
    PART("digestParamSet", &shape_oid, .flags = PART_OPTIONAL),
    PART("encryptionParamSet", &shape_oid, .flags = PART_OPTIONAL),
};
static const Shape shape_gost_parameters = {SHAPE_PARTS(gost_parts)};

/* RFC 4055 sections 3.1 and 4.1: RSASSA-PSS and RSAES-OAEP. */
static const Part pss_parts[] = {
    PART("hashAlgorithm", &shape_algorithm, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("maskGenAlgorithm", &shape_algorithm, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
    PART("saltLength", &shape_integer, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 2,
         .standard = "14"),
    PART("trailerField", &shape_integer, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 3,
         .standard = "01"),
};
const Shape shape_pss_parameters = {SHAPE_PARTS(pss_parts)};
static const Part oaep_parts[] = {
    PART("hashFunc", &shape_algorithm, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("maskGenFunc", &shape_algorithm, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
    PART("pSourceFunc", &shape_algorithm, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 2),
};
static const Shape shape_oaep_parameters = {SHAPE_PARTS(oaep_parts)};

static const Open open_parameters[] = {
    OPEN("1.2.840.113549.1.1.1", &shape_null),
    OPEN("1.2.840.113549.1.1.10", &shape_pss_parameters),
    OPEN("1.2.840.113549.1.1.7", &shape_oaep_parameters),
    OPEN("1.2.840.113549.1.1.8", &shape_algorithm),
    OPEN("1.2.840.10045.2.1", &shape_ec_parameters),
    OPEN("1.3.132.1.12", &shape_ec_parameters),
    OPEN("1.2.840.10040.4.1", &shape_dsa_parameters),
    OPEN("1.2.840.113549.1.3.1", &shape_dh_parameters),
    OPEN("1.2.840.10046.2.1", &shape_dh_parameters),
    OPEN("1.2.643.2.2.19", &shape_gost_parameters),
    OPEN("1.2.643.7.1.1.1.1", &shape_gost_parameters),
    OPEN("1.2.643.7.1.1.1.2", &shape_gost_parameters),
    OPEN("1.2.840.113549.1.5.3", &shape_pbe),
    OPEN("1.2.840.113549.1.5.12", &shape_pbkdf2),
    OPEN("1.2.840.113549.1.5.13", &shape_pbes2),
    OPEN("1.2.840.113549.1.5.14", &shape_pbes2),
    OPEN("1.3.6.1.4.1.11591.4.11", &shape_scrypt),
    OPEN("1.2.840.113549.1.12.1.1", &shape_pbe),
    OPEN("1.2.840.113549.1.12.1.2", &shape_pbe),
    OPEN("1.2.840.113549.1.12.1.3", &shape_pbe),
    OPEN("1.2.840.113549.1.12.1.4", &shape_pbe),
    OPEN("1.2.840.113549.1.12.1.5", &shape_pbe),
    OPEN("1.2.840.113549.1.12.1.6", &shape_pbe),
    {.oid = NULL},
};

/* The algorithm's name, with what its parameters add; it is what a key or signature that follows is
 * of. */
static void show_algorithm(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    Der parts[ALGORITHM_PARTS];
    bool minimal;
    shape_assign(shape, element, parts);
    g_free(walk->algorithm);
    walk->algorithm = value_oid(&parts[ALGORITHM_ID], &minimal);
    const char *name = shape_value_of(field, "algorithm");
    const char *end = name ? strchr(name, ' ') : NULL;
    if (!name)
        return;
    field_set(field, "%.*s", end ? (int)(end - name) : (int)strlen(name), name);
    const char *parameters = shape_value_of(field, "parameters");
    const char *more = parameters ? strchr(parameters, ' ') : NULL;
    if (der_is(&parts[ALGORITHM_PARAMETERS], DER_OID) && more)
        g_string_append_printf(field->value, " %.*s", (int)(more - parameters), parameters);
    else if (walk->algorithm && strcmp(walk->algorithm, "1.2.840.113549.1.1.10") == 0 &&
             parts[ALGORITHM_PARAMETERS].data) {
        Signature signature = signature_read(element);
        if (signature.hash)
            g_string_append_printf(field->value, " with %s", signature.hash);
        g_free(signature.name);
    }
}

static const Part algorithm_parts[] = {
    PART("algorithm", &shape_oid),
    PART("parameters", &shape_any, .flags = PART_OPTIONAL, .open = open_parameters),
};
const Shape shape_algorithm = {SHAPE_PARTS(algorithm_parts), .show = show_algorithm};

/* RFC 8017 appendix A.1.1. */
static const Part rsa_parts[] = {
    PART("modulus", &shape_big_integer),
    PART("publicExponent", &shape_integer),
};
const Shape shape_rsa_key = {SHAPE_PARTS(rsa_parts)};

/* SEC 1 section 2.3.3: an octet for the form, then x, and y where it is not compressed. */
static void show_point(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)shape;
    static const char *const names[] = {"x", "y"};
    Reader octets;
    unsigned unused;
    show_bits(walk, field, element, NULL);
    if (!value_bits(element, &octets, &unused) || reader_left(&octets) < 2)
        return;
    size_t at = reader_offset(&octets);
    uint8_t form = reader_u8(&octets);
    size_t left = reader_left(&octets), coordinates = form == 4 || form == 6 || form == 7 ? 2 : 1;
    if (form < 2 || form == 5 || form > 7 || left % coordinates)
        return;
    Field *row = shape_child(walk, field, "", at, 1);
    if (!row)
        return;
    shape_call(row, "x509.point", "form");
    field_set(row, "%s", form == 4 ? "uncompressed" : coordinates == 2 ? "hybrid" : "compressed");
    for (size_t i = 0; i < coordinates; i++) {
        size_t size = left / coordinates;
        row = shape_child(walk, field, "", reader_offset(&octets), size);
        if (!row)
            return;
        shape_call(row, "x509.point", names[i]);
        show_hex(row, reader_take(&octets, size), size);
    }
}

static const Shape shape_ec_point = {.tag = DER_BIT_STRING, .show = show_point};

static const Open open_keys[] = {
    OPEN("1.2.840.113549.1.1.1", &shape_rsa_key),
    OPEN("1.2.840.113549.1.1.10", &shape_rsa_key),
    OPEN("1.2.840.113549.1.1.7", &shape_rsa_key),
    OPEN("1.2.840.10045.2.1", &shape_ec_point),
    OPEN("1.3.132.1.12", &shape_ec_point),
    OPEN("1.2.840.10040.4.1", &shape_big_integer),
    OPEN("1.2.840.113549.1.3.1", &shape_big_integer),
    OPEN("1.2.840.10046.2.1", &shape_big_integer),
    OPEN("1.2.643.2.2.19", &shape_octets),
    OPEN("1.2.643.7.1.1.1.1", &shape_octets),
    OPEN("1.2.643.7.1.1.1.2", &shape_octets),
    {.oid = NULL},
};

static void show_spki(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)shape;
    Key key = key_read(element);
    g_string_assign(field->value, key.type ? key.type : "");
    if (key.curve)
        g_string_append_printf(field->value, " %s", key.curve);
    else if (key.bits && (key.exponent || g_strcmp0(key.type, "DSA") == 0))
        g_string_append_printf(field->value, " %zu", key.bits);
    if (key.exponent)
        g_string_append_printf(field->value, ", e=%s", key.exponent);
    key_clear(&key);
}

static const Part spki_parts[] = {
    PART("algorithm", &shape_algorithm, .id = "x509.AlgorithmIdentifier"),
    PART("subjectPublicKey", &shape_bits, .flags = PART_BITS | PART_BY_ALGORITHM,
         .open = open_keys),
};
const Shape shape_spki = {SHAPE_PARTS(spki_parts), .show = show_spki};

/* RFC 3279 sections 2.2.2 and 2.2.3. */
static const Part dsa_signature_parts[] = {
    PART("r", &shape_big_integer, .id = "x509.signature.r"),
    PART("s", &shape_big_integer, .id = "x509.signature.s"),
};
static const Shape shape_dsa_signature = {SHAPE_PARTS(dsa_signature_parts)};

const Open open_signatures[] = {
    OPEN("1.2.840.10040.4.3", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.1", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.2", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.3", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.4", &shape_dsa_signature),
    OPEN("1.2.840.10045.4.1", &shape_dsa_signature),
    OPEN("1.2.840.10045.4.3.1", &shape_dsa_signature),
    OPEN("1.2.840.10045.4.3.2", &shape_dsa_signature),
    OPEN("1.2.840.10045.4.3.3", &shape_dsa_signature),
    OPEN("1.2.840.10045.4.3.4", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.9", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.10", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.11", &shape_dsa_signature),
    OPEN("2.16.840.1.101.3.4.3.12", &shape_dsa_signature),
    {.oid = NULL},
};
