/* sealing: a server of TLS 1.3 that says whatever a test wants, encrypted as it should be.
 *
 * It answers a ClientHello that has a key share for X25519 with TLS_AES_128_GCM_SHA256, or the
 * suite that it is given, and then seals messages and records as they are handed to it.
 */
#ifndef TLSDIVE_TESTS_WORKER_TALK_SEALING_H
#define TLSDIVE_TESTS_WORKER_TALK_SEALING_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Sealing {
    GByteArray *output; /* to the client, as far as it was said */
    struct Seal *seal;
    guint suite;
    uint64_t number;
} Sealing;

/* The bytes of hexadecimal digits; spaces are allowed. */
GByteArray *sealing_bytes(const char *hex);

/* Answers the ClientHello in these records. */
Sealing *sealing_new(const uint8_t *hello, size_t size, uint16_t suite);
void sealing_free(Sealing *sealing);

/* Says a message of this body in a record; bytes of a handshake that are not hashed; a record of
 * any inner type, with `padding` zeros behind it. */
void sealing_message(Sealing *sealing, uint8_t type, const GByteArray *body);
void sealing_record(Sealing *sealing, uint8_t type, const uint8_t *data, size_t size,
                    guint padding);

/* Likewise, the body in hexadecimal digits. */
void sealing_hex(Sealing *sealing, uint8_t type, const char *hex);

/* Certificate: one entry of these bytes, and the extensions beside it in hexadecimal digits. The
 * body alone; and said. */
GByteArray *sealing_entry(const uint8_t *der, size_t size, const char *extensions);
void sealing_certificate(Sealing *sealing, const uint8_t *der, size_t size, const char *extensions);

/* Likewise in a CompressedCertificate, by zlib. */
void sealing_packed(Sealing *sealing, const uint8_t *der, size_t length, const char *extensions);

/* The ECDSA key of server.h, a SubjectPublicKeyInfo; and the extension of a credential that
 * delegates to it, ecdsa_secp256r1_sha256, for seven days, signed rightly or not (RFC 9345). */
GByteArray *sealing_key(void);
char *sealing_credential(bool rightly);

/* CertificateVerify, made with the ECDSA key of server.h, and Finished. */
void sealing_verify(Sealing *sealing);
void sealing_finished(Sealing *sealing);

/* A signature with that key, ecdsa_secp256r1_sha256. */
GByteArray *sealing_sign(const GByteArray *content);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sealing, sealing_free)

#endif
