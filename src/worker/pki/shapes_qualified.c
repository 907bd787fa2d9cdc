#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* A number that has a name. */
static void show_choice(Field *field, const Der *element, const char *const *names)
{
    int64_t number;
    if (value_integer(element, &number) && number >= 0 &&
        number < (int64_t)g_strv_length((char **)names))
        field_set(field, "%s (%d)", names[number], (int)number);
}

/* RFC 3739 section 3.2.5 */
static void show_biometric_type(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    static const char *const names[] = {"picture", "handwritten-signature", NULL};
    show_integer(walk, field, element, shape);
    show_choice(field, element, names);
}
static const Shape shape_predefined = {.tag = DER_INTEGER, .show = show_biometric_type};
static const Part biometric_type_parts[] = {
    PART("predefinedBiometricType", &shape_predefined),
    PART("biometricDataOid", &shape_oid),
};
static const Shape shape_biometric_type = {SHAPE_ALTERNATIVES(biometric_type_parts)};
static const Part biometric_parts[] = {
    PART("typeOfBiometricData", &shape_biometric_type),
    PART("hashAlgorithm", &shape_algorithm, .id = "x509.BiometricData.hashAlgorithm"),
    PART("biometricDataHash", &shape_octets),
    PART("sourceDataUri", &shape_ia5, .flags = PART_OPTIONAL),
};
static const Shape shape_biometric = {SHAPE_PARTS(biometric_parts), .show = show_first};
static const Part biometrics_part = PART("BiometricData", &shape_biometric);
static const Shape shape_biometrics = {SHAPE_LIST(DER_SEQUENCE, biometrics_part),
                                       .show = show_joined};

/* RFC 9399 section 4.1: logotypes, IMPLICIT TAGS. */
static const Part hash_parts[] = {
    PART("hashAlg", &shape_algorithm),
    PART("hashValue", &shape_octets),
};
static const Shape shape_hash = {SHAPE_PARTS(hash_parts), .show = show_first};
static const Part hashes_part = PART("HashAlgAndValue", &shape_hash);
static const Shape shape_hashes = {SHAPE_LIST(DER_SEQUENCE, hashes_part), .show = show_joined};
/* Logos are often in the certificate itself, as data: URIs of any length. */
static const Part uris_part = PART("LogotypeURI", &shape_ia5);
static const Shape shape_uris = {SHAPE_LIST(DER_SEQUENCE, uris_part), .show = show_joined};
static const Part details_parts[] = {
    PART("mediaType", &shape_ia5),
    PART("logotypeHash", &shape_hashes),
    PART("logotypeURI", &shape_uris),
};
static const Shape shape_details = {SHAPE_PARTS(details_parts), .show = show_first};
static void show_image_type(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    static const char *const names[] = {"grayScale", "color", NULL};
    show_integer(walk, field, element, shape);
    show_choice(field, element, names);
}
static const Shape shape_image_type = {.tag = DER_INTEGER, .show = show_image_type};
static const Part resolution_parts[] = {
    PART("numBits", &shape_integer, .flags = PART_IMPLICIT, .tag = 1),
    PART("tableSize", &shape_integer, .flags = PART_IMPLICIT, .tag = 2),
};
static const Shape shape_resolution = {SHAPE_ALTERNATIVES(resolution_parts)};
static const Part image_info_parts[] = {
    PART("type", &shape_image_type, .flags = PART_IMPLICIT | PART_OPTIONAL,
         .id = "x509.LogotypeImageInfo.type", .standard = "01"),
    PART("fileSize", &shape_integer),
    PART("xSize", &shape_integer),
    PART("ySize", &shape_integer),
    PART("resolution", &shape_resolution, .flags = PART_OPTIONAL),
    PART("language", &shape_ia5, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 4,
         .id = "x509.Logotype.language"),
};
static const Shape shape_image_info = {SHAPE_PARTS(image_info_parts), .show = show_pairs};
static const Part image_parts[] = {
    PART("imageDetails", &shape_details),
    PART("imageInfo", &shape_image_info, .flags = PART_OPTIONAL),
};
static const Shape shape_image = {SHAPE_PARTS(image_parts), .show = show_first};
static const Part images_part = PART("LogotypeImage", &shape_image);
static const Shape shape_images = {SHAPE_LIST(DER_SEQUENCE, images_part), .empty = true,
                                   .show = show_joined};
static const Part audio_info_parts[] = {
    PART("fileSize", &shape_integer),
    PART("playTime", &shape_integer),
    PART("channels", &shape_integer),
    PART("sampleRate", &shape_integer, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 3),
    PART("language", &shape_ia5, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 4,
         .id = "x509.Logotype.language"),
};
static const Shape shape_audio_info = {SHAPE_PARTS(audio_info_parts), .show = show_pairs};
static const Part audio_parts[] = {
    PART("audioDetails", &shape_details),
    PART("audioInfo", &shape_audio_info, .flags = PART_OPTIONAL),
};
static const Shape shape_audio = {SHAPE_PARTS(audio_parts), .show = show_first};
static const Part audios_part = PART("LogotypeAudio", &shape_audio);
static const Shape shape_audios = {SHAPE_LIST(DER_SEQUENCE, audios_part), .empty = true,
                                   .show = show_joined};
static const Part logotype_data_parts[] = {
    PART("image", &shape_images, .flags = PART_OPTIONAL),
    PART("audio", &shape_audios, .flags = PART_IMPLICIT | PART_OPTIONAL, .tag = 1),
};
static const Shape shape_logotype_data = {SHAPE_PARTS(logotype_data_parts), .show = show_joined};
static const Part logotype_reference_parts[] = {
    PART("refStructHash", &shape_hashes),
    PART("refStructURI", &shape_uris),
};
static const Shape shape_logotype_reference = {SHAPE_PARTS(logotype_reference_parts),
                                               .show = show_last};
static const Part logotype_info_parts[] = {
    PART("direct", &shape_logotype_data, .flags = PART_IMPLICIT),
    PART("indirect", &shape_logotype_reference, .flags = PART_IMPLICIT, .tag = 1),
};
static const Shape shape_logotype_info = {SHAPE_ALTERNATIVES(logotype_info_parts)};
static const Part community_part = PART("LogotypeInfo", &shape_logotype_info);
static const Shape shape_community = {SHAPE_LIST(DER_SEQUENCE, community_part),
                                      .show = show_joined};
static const Part other_logo_parts[] = {
    PART("logotypeType", &shape_oid),
    PART("info", &shape_logotype_info),
};
static const Shape shape_other_logo = {SHAPE_PARTS(other_logo_parts), .show = show_joined};
static const Part other_logos_part = PART("OtherLogotypeInfo", &shape_other_logo);
static const Shape shape_other_logos = {SHAPE_LIST(DER_SEQUENCE, other_logos_part),
                                        .show = show_joined};
static const Part logotype_parts[] = {
    PART("communityLogos", &shape_community, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("issuerLogo", &shape_logotype_info, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
    PART("subjectLogo", &shape_logotype_info, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 2),
    PART("otherLogos", &shape_other_logos, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 3),
};
static const Shape shape_logotype = {SHAPE_PARTS(logotype_parts), .show = show_pairs};

/* CABF EV Guidelines, section 9.8.2 */
static void show_organization(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *scheme = shape_value_of(field, "registrationSchemeIdentifier");
    const char *country = shape_value_of(field, "registrationCountry");
    const char *state = shape_value_of(field, "registrationStateOrProvince");
    const char *reference = shape_value_of(field, "registrationReference");
    field_set(field, "%s%s%s%s-%s", scheme ? scheme : "", country ? country : "", state ? "+" : "",
              state ? state : "", reference ? reference : "");
}
static const Part organization_parts[] = {
    PART("registrationSchemeIdentifier", &shape_printable),
    PART("registrationCountry", &shape_printable),
    PART("registrationStateOrProvince", &shape_printable, .flags = PART_IMPLICIT | PART_OPTIONAL),
    PART("registrationReference", &shape_utf8),
};
static const Shape shape_organization = {SHAPE_PARTS(organization_parts),
                                         .show = show_organization};

/* RFC 3739 section 3.2.6 and ETSI EN 319 412-5 section 4 */
static const Part monetary_parts[] = {
    PART("currency", &shape_any),
    PART("amount", &shape_integer),
    PART("exponent", &shape_integer, .id = "x509.MonetaryValue.exponent"),
};
static void show_monetary(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *currency = shape_value_of(field, "currency");
    const char *amount = shape_value_of(field, "amount");
    const char *exponent = shape_value_of(field, "exponent");
    field_set(field, "%s * 10^%s %s", amount ? amount : "?", exponent ? exponent : "?",
              currency ? currency : "?");
}
static const Shape shape_monetary = {SHAPE_PARTS(monetary_parts), .show = show_monetary};
static const Part location_parts[] = {PART("url", &shape_ia5), PART("language", &shape_printable)};
static const Shape shape_location = {SHAPE_PARTS(location_parts), .show = show_joined};
static const Part locations_part = PART("PdsLocation", &shape_location);
static const Shape shape_locations = {SHAPE_LIST(DER_SEQUENCE, locations_part),
                                      .show = show_joined};
static const Part qc_types_part = PART("QcType", &shape_oid);
static const Shape shape_qc_types = {SHAPE_LIST(DER_SEQUENCE, qc_types_part), .show = show_joined};
static const Part countries_part = PART("CountryName", &shape_printable);
static const Shape shape_countries = {SHAPE_LIST(DER_SEQUENCE, countries_part),
                                      .show = show_joined};
static const Part semantics_parts[] = {
    PART("semanticsIdentifier", &shape_oid, .flags = PART_OPTIONAL),
    PART("nameRegistrationAuthorities", &shape_general_names, .flags = PART_OPTIONAL),
};
static const Shape shape_semantics = {SHAPE_PARTS(semantics_parts), .show = show_joined};
/* ETSI TS 119 495 section 5.1: what PSD2 lets the holder do, and who says so. */
static const Part role_parts[] = {
    PART("roleOfPspOid", &shape_oid),
    PART("roleOfPspName", &shape_utf8),
};
static const Shape shape_role = {SHAPE_PARTS(role_parts), .show = show_last};
static const Part roles_part = PART("RoleOfPSP", &shape_role);
static const Shape shape_roles = {SHAPE_LIST(DER_SEQUENCE, roles_part), .show = show_joined};
static const Part psd2_parts[] = {
    PART("rolesOfPSP", &shape_roles),
    PART("nCAName", &shape_utf8),
    PART("nCAId", &shape_utf8),
};
static const Shape shape_psd2 = {SHAPE_PARTS(psd2_parts), .show = show_joined};
/* ETSI EN 319 412-5 section 4.2.5 */
static const Part methods_part = PART("QcIdentMethod", &shape_oid);
static const Shape shape_methods = {SHAPE_LIST(DER_SEQUENCE, methods_part), .show = show_joined};
static const Open open_statements[] = {
    OPEN("1.3.6.1.5.5.7.11.1", &shape_semantics), OPEN("1.3.6.1.5.5.7.11.2", &shape_semantics),
    OPEN("0.4.0.1862.1.2", &shape_monetary),      OPEN("0.4.0.1862.1.3", &shape_integer),
    OPEN("0.4.0.1862.1.5", &shape_locations),     OPEN("0.4.0.1862.1.6", &shape_qc_types),
    OPEN("0.4.0.1862.1.7", &shape_countries),     OPEN("0.4.0.1862.1.8", &shape_methods),
    OPEN("0.4.0.19495.2", &shape_psd2),           {.oid = NULL},
};
static const Part statement_parts[] = {
    PART("statementId", &shape_oid),
    PART("statementInfo", &shape_any, .flags = PART_OPTIONAL, .open = open_statements),
};
static void show_statement(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *id = shape_value_of(field, "statementId");
    const char *info = shape_value_of(field, "statementInfo");
    field_set(field, "%s%s%s", id ? id : "", info ? ": " : "", info ? info : "");
}
static const Shape shape_statement = {SHAPE_PARTS(statement_parts), .show = show_statement};
static const Part statements_part = PART("QCStatement", &shape_statement);
static const Shape shape_statements = {SHAPE_LIST(DER_SEQUENCE, statements_part),
                                       .show = show_joined};

/* CABF Baseline Requirements, appendix B; CABF EV Guidelines, appendix F. */
static const Part tor_parts[] = {
    PART("onionURI", &shape_utf8),
    PART("algorithm", &shape_algorithm, .id = "x509.TorServiceDescriptorHash.algorithm"),
    PART("subjectPublicKeyHash", &shape_bits),
};
static const Shape shape_tor = {SHAPE_PARTS(tor_parts), .show = show_first};
static const Part tors_part = PART("TorServiceDescriptorHash", &shape_tor);
static const Shape shape_tors = {SHAPE_LIST(DER_SEQUENCE, tors_part), .show = show_joined};

const Open open_qualified_extensions[] = {
    OPEN("1.3.6.1.5.5.7.1.2", &shape_biometrics), OPEN("1.3.6.1.5.5.7.1.3", &shape_statements),
    OPEN("1.3.6.1.5.5.7.1.12", &shape_logotype),  OPEN("2.23.140.1.31", &shape_tors),
    OPEN("2.23.140.3.1", &shape_organization),    {.more = open_resource_extensions},
};
