#include "app/demo/forge.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FORGE_DAY = 24 * 60 * 60 };

/* A certificate and its key. */
typedef struct Pair {
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
} Pair;

struct Forge {
    Pair root, intermediate;
    guint64 serials;
};

static Pair pair_new(Forge *forge, const ForgeOrder *order)
{
    Pair pair;
    gnutls_x509_privkey_init(&pair.key);
    if (order->weak)
        gnutls_x509_privkey_generate(pair.key, GNUTLS_PK_RSA, 1024, 0);
    else
        gnutls_x509_privkey_generate(pair.key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&pair.certificate);
    gnutls_x509_crt_t one = pair.certificate;
    gnutls_x509_crt_set_version(one, 3);
    gnutls_x509_crt_set_key(one, pair.key);
    guint8 serial[9] = {0x4d, 0, 0, 0, 0, 0, 0, 0, (guint8)++forge->serials};
    gnutls_x509_crt_set_serial(one, serial, sizeof serial);
    time_t now = time(NULL);
    gnutls_x509_crt_set_activation_time(one, now + (time_t)order->from_days * FORGE_DAY);
    gnutls_x509_crt_set_expiration_time(one, now + (time_t)order->to_days * FORGE_DAY);
    gnutls_x509_crt_set_dn_by_oid(one, GNUTLS_OID_X520_COMMON_NAME, 0, order->name,
                                  (unsigned)strlen(order->name));
    guint8 id[20];
    size_t size = sizeof id;
    gnutls_x509_crt_get_key_id(one, 0, id, &size);
    gnutls_x509_crt_set_subject_key_id(one, id, size);
    return pair;
}

static void sign(const Pair *pair, const Pair *issuer, bool weak)
{
    guint8 id[20];
    size_t size = sizeof id;
    gnutls_x509_crt_get_key_id(issuer->certificate, 0, id, &size);
    gnutls_x509_crt_set_authority_key_id(pair->certificate, id, size);
    gnutls_x509_crt_sign2(pair->certificate, issuer->certificate, issuer->key,
                          weak ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, 0);
}

static Pair authority(Forge *forge, const char *name, const Pair *issuer)
{
    ForgeOrder order = {.name = name, .from_days = -400, .to_days = 3000};
    Pair pair = pair_new(forge, &order);
    gnutls_x509_crt_set_basic_constraints(pair.certificate, 1, issuer ? 0 : -1);
    gnutls_x509_crt_set_key_usage(pair.certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
    sign(&pair, issuer ? issuer : &pair, false);
    return pair;
}

Forge *forge_new(void)
{
    Forge *forge = g_new0(Forge, 1);
    forge->root = authority(forge, "tlsdive demo root", NULL);
    forge->intermediate = authority(forge, "tlsdive demo issuing CA", &forge->root);
    return forge;
}

bool forge_write_root(const Forge *forge, const char *path)
{
    gnutls_datum_t pem;
    if (gnutls_x509_crt_export2(forge->root.certificate, GNUTLS_X509_FMT_PEM, &pem))
        return false;
    FILE *file = fopen(path, "wex");
    bool fine = file && fwrite(pem.data, pem.size, 1, file) == 1;
    fine = file && fclose(file) == 0 && fine;
    gnutls_free(pem.data);
    return fine;
}

gnutls_certificate_credentials_t forge_make(Forge *forge, const ForgeOrder *order)
{
    Pair pair = pair_new(forge, order);
    gnutls_x509_crt_set_basic_constraints(pair.certificate, 0, -1);
    gnutls_x509_crt_set_subject_alt_name(pair.certificate, GNUTLS_SAN_DNSNAME, order->name,
                                         (unsigned)strlen(order->name), GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_key_usage(pair.certificate,
                                  GNUTLS_KEY_DIGITAL_SIGNATURE |
                                      (order->weak ? GNUTLS_KEY_KEY_ENCIPHERMENT : 0u));
    gnutls_x509_crt_set_key_purpose_oid(pair.certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
    sign(&pair, order->issuer == FORGE_ITSELF ? &pair : &forge->intermediate, order->weak);

    gnutls_certificate_credentials_t credentials;
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_x509_crt_t chain[] = {pair.certificate, forge->intermediate.certificate};
    gnutls_certificate_set_x509_key(credentials, chain, order->issuer == FORGE_INTERMEDIATE ? 2 : 1,
                                    pair.key);
    gnutls_x509_crt_deinit(pair.certificate);
    gnutls_x509_privkey_deinit(pair.key);
    return credentials;
}

static void pair_free(Pair *pair)
{
    gnutls_x509_crt_deinit(pair->certificate);
    gnutls_x509_privkey_deinit(pair->key);
}

void forge_free(Forge *forge)
{
    pair_free(&forge->root);
    pair_free(&forge->intermediate);
    g_free(forge);
}
