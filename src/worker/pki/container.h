/* container: what a local file holds, told by its content. Pure.
 *
 * PEM (any labels), DER (one item, or several one behind the other), base64 without a frame,
 * PKCS #7 and CMS (RFC 5652), PKCS #12 (RFC 7292); key stores that are not read are named. What an
 * object is, is seen from how its DER begins; a PEM label decides only where that says nothing.
 * Objects that are in another one follow it.
 */
#ifndef TLSDIVE_WORKER_PKI_CONTAINER_H
#define TLSDIVE_WORKER_PKI_CONTAINER_H

#include "worker/pki/der.h"

typedef enum ItemKind {
    ITEM_OTHER, /* known by its label or format alone */
    ITEM_CERTIFICATE,
    ITEM_REQUEST, /* PKCS #10 */
    ITEM_CRL,
    ITEM_OCSP_REQUEST,
    ITEM_OCSP_RESPONSE,
    ITEM_CMS, /* PKCS #7 too */
    ITEM_PRIVATE_KEY,
    ITEM_PUBLIC_KEY,
    ITEM_PARAMETERS, /* of DH, DSA or a curve */
    ITEM_KINDS
} ItemKind;

typedef struct Item {
    ItemKind kind;
    const char *format; /* "PKCS #8", "SEC 1", "OpenSSH"; NULL: the kind says it all; static */
    const char *in;     /* "cms" or "pkcs12": it was in one; NULL: in the file itself; static */
    char *label;        /* of its PEM block; NULL: none */
    char *name;         /* friendly name, alias; NULL: none */
    char *key_id;       /* PKCS #12: localKeyId in hexadecimal; NULL: none */
    char *encryption;   /* how it is encrypted; then its bytes are no key yet; NULL: it is not */
    GBytes *bytes;      /* DER */
    bool secret;        /* its bytes must not leave the process */
} Item;

typedef struct Container {
    const char *form;   /* "pem", "der", "base64", "pkcs12", "jks" ...; NULL: nothing that is known;
                           static */
    GPtrArray *objects; /* Item, in the file's order, PKCS #12's leaves first; owned */
    guint broken;       /* PEM blocks that do not read */
    guint cut;          /* not 0: there were more, cut at so many */
    const char *reason; /* file-*: why the form is not read; NULL; static */
    const char *password; /* PKCS #12: "none" is needed, the "empty" one or the "given" one was
                             right, one is "wanted", or the given one is "wrong"; NULL; static */
    char *mac;            /* PKCS #12: "SHA-256, 2048 iterations"; NULL: it has none */
    bool old_mac, old_encryption; /* PKCS #12: weak algorithms are among them */
    bool mac_wrong;               /* PKCS #12: the password opens it, but the MAC is another */
    GPtrArray *encryptions; /* char *, of a PKCS #12 file's parts and keys, each once; owned */
} Container;

/* Reads a file of `size` bytes; `password` (UTF-8) may be NULL. At most LIMIT_BUNDLE objects. */
Container *container_read(const uint8_t *bytes, size_t size, const char *password);

/* The bytes of all certificates in it (GBytes), in order; free with g_ptr_array_unref. */
GPtrArray *container_certificates(const Container *container);

void container_free(Container *container);

/* What the kinds are called in facts; static. */
const char *item_kind_name(ItemKind kind);

/* Adds an object whose bytes are taken; NULL where no more fit. For readers of forms that hold
 * others. */
Item *container_add(Container *container, GBytes *bytes);

/* What an element is; *format as in Item. ITEM_OTHER: not known. */
ItemKind item_recognise(const Der *element, const char **format);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_free)

#endif
