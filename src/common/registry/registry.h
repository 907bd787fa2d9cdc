/* registry: the names of things, and what is known of them.
 *
 * Code points and object identifiers as IANA, the RFCs and the CA/Browser Forum name them, the
 * results and reasons of this program, and what fields are for. Nothing here judges: strengths and
 * versions are facts, whether they suffice is for src/front/audit. The tables come from data/ by
 * build-aux/tables.awk: a name, suite or reason is a row there. Everything returned is static. What
 * no table knows gives NULL; where a name is asked for, it gives the number in the caller's buffer.
 */
#ifndef TLSDIVE_COMMON_REGISTRY_REGISTRY_H
#define TLSDIVE_COMMON_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the name of something unknown: "0x1A2B". */
enum { REGISTRY_NUMBER = 12 };

/* ---- cipher suites (data/suites.tsv, data/ssl2.tsv) ---- */

typedef struct CipherSuite {
    uint32_t id;                /* two bytes; SSL 2.0: three */
    const char *name;           /* IANA's: "TLS_AES_128_GCM_SHA256" */
    const char *openssl;        /* OpenSSL's: "ECDHE-RSA-AES128-SHA"; NULL: it has none */
    const char *exchange;       /* key exchange: tls13, rsa, dhe, ecdhe, dh, ecdh, dh-anonymous,
                                   ecdh-anonymous, psk, dhe-psk, ecdhe-psk, rsa-psk, srp, krb5, gost,
                                   eccpwd,       cecpq1, fortezza, null; signalling: no suite at all */
    const char *authentication; /* tls13, rsa, dss, ecdsa, psk, srp, krb5, gost94, gost01, gost12,
                                   eccpwd, fortezza, anonymous, null; NULL: signalling */
    const char *cipher;         /* AES, CHACHA20, 3DES, RC4 ...; NULL, as text: no encryption */
    unsigned bits;              /* of the key */
    const char
        *mode; /* cbc, gcm, ccm, ccm-8, ocb, poly1305, stream, cnt, ctr, mgm, aegis, cfb; or NULL */
    const char *hash;  /* of the HMAC; of an AEAD's PRF: SHA, MD5, SHA256 ... */
    bool export;       /* weakened for export from the USA */
    bool forward;      /* forward secrecy */
    uint16_t min, max; /* versions that use it, as ProtocolVersion; 0x0002 is SSL 2.0; 0: none */
} CipherSuite;

/* By code point; for SSL 2.0 by its kind of three bytes. */
const CipherSuite *registry_suite(uint32_t id);
const CipherSuite *registry_ssl2_suite(uint32_t kind);

/* By IANA's or OpenSSL's name; of SSL 2.0 by its own. */
const CipherSuite *registry_suite_named(const char *name);

/* All of them, in the order of their code points. */
const CipherSuite *registry_suites(size_t *count);
const CipherSuite *registry_ssl2_suites(size_t *count);

/* IANA's name, or "0x1A2B" in `number`. */
const char *registry_suite_name(uint32_t id, char number[REGISTRY_NUMBER]);

/* ---- supported groups (data/groups.tsv) ---- */

typedef struct Group {
    uint16_t id;
    const char *name;  /* "secp256r1" */
    const char *alias; /* "P-256"; or NULL */
    const char *kind;  /* ec, binary, ffdhe, kem, hybrid, explicit */
    unsigned bits;     /* security strength; 0: not known */
} Group;

const Group *registry_group(uint16_t id);
const Group *registry_group_named(const char *name); /* or alias */
const Group *registry_groups(size_t *count);
const char *registry_group_name(uint16_t id, char number[REGISTRY_NUMBER]);

/* ---- signature schemes (data/schemes.tsv) ---- */

typedef struct Scheme {
    uint16_t id;
    const char *name;  /* "rsa_pss_rsae_sha256" */
    const char *key;   /* RSA, RSA-PSS, ECDSA, Ed25519, Ed448, DSA, SM2, GOST12, ML-DSA ... */
    const char *hash;  /* SHA256 ...; intrinsic: the algorithm says */
    const char *curve; /* that TLS 1.3 binds it to; or NULL */
    bool tls13;        /* may sign a TLS 1.3 handshake */
} Scheme;

const Scheme *registry_scheme(uint16_t id);
const Scheme *registry_scheme_named(const char *name);
const Scheme *registry_schemes(size_t *count);
const char *registry_scheme_name(uint16_t id, char number[REGISTRY_NUMBER]);

/* ---- extensions (data/extensions.tsv) ---- */

typedef struct ExtensionInfo {
    uint16_t id;
    const char *name;      /* "server_name" */
    const char *messages;  /* that may bear it, separated by spaces: CH SH2 SH HRR EE CR CT NST */
    const char *reference; /* "RFC 6066" */
} ExtensionInfo;

const ExtensionInfo *registry_extension(uint16_t id);
const char *registry_extension_name(uint16_t id, char number[REGISTRY_NUMBER]);

/* True if a message of that short name ("SH", see ExtensionInfo) may bear the extension. */
bool registry_extension_allowed(const ExtensionInfo *extension, const char *message);

/* ---- the small registries (data/codes.tsv) ---- */

typedef struct Code {
    const char *registry; /* "alert", "handshake", "version" ... */
    uint16_t code;
    const char *name;
    const char *reference;
} Code;

const Code *registry_code(const char *registry, unsigned code);

/* Its name, or the number in `number`, in decimal. */
const char *registry_code_name(const char *registry, unsigned code, char number[REGISTRY_NUMBER]);

/* "TLS 1.3"; "0x0305" in `number` where there is none. */
const char *registry_version_name(uint16_t version, char number[REGISTRY_NUMBER]);

/* The AlertDescription as the registry spells it, "handshake_failure"; "unassigned" if there is
 * none. */
const char *registry_alert_name(unsigned alert);

/* True for the values of two bytes that RFC 8701 reserves, and that a peer must ignore: 0x0A0A,
 * 0x1A1A ... 0xFAFA. */
bool registry_is_grease(unsigned code);

/* ---- primes of DHE (data/primes.tsv) ---- */

typedef struct Prime {
    const char *sha256; /* of the number, without leading zeros */
    const char *name;   /* who gave it out: "ffdhe2048", "Postfix" */
} Prime;

/* The name of a prime that many servers share; NULL for any other. */
const char *registry_prime_name(const char *sha256);

/* ---- TLS stacks (data/stacks.tsv) ---- */

typedef struct StackRow {
    const char *stack;    /* "OpenSSL 3.0" */
    const char *feature;  /* what is looked at: see src/front/audit/stacks.c */
    const char *expected; /* what was observed of it; '|' between texts of which any may be */
} StackRow;

/* All of them; the rows of a stack stand together. */
const StackRow *registry_stacks(size_t *count);

/* ---- Let's Encrypt (data/lecas.tsv, data/lecertificates.tsv) ---- */

typedef struct LeCa {
    const char *name;   /* its common name: "YE1" */
    const char *state;  /* active, backup or retired */
    const char *chains; /* "YE1 < Root YE < ISRG Root X2", the default first, '|' between; NULL: not
                           known */
} LeCa;

typedef struct LeCertificate {
    const char *sha256; /* of its DER, in lower case */
    const char *ca;     /* whose it is: a common name */
    const char *signer; /* who signed it; a root's is itself */
} LeCertificate;

/* By common name, by hash; NULL: none of Let's Encrypt's. */
const LeCa *registry_le_ca(const char *name);
const LeCertificate *registry_le_certificate(const char *sha256);

/* ---- object identifiers (data/oids.tsv) ---- */

typedef struct Oid {
    const char *dotted; /* "2.5.29.17" */
    const char *kind;   /* rdn, key, signature, hash, curve, extension, eku, policy, qualifier,
                           access,   qc, ct, attribute, cms, cipher or kdf */
    const char *name;  /* what its RFC calls it: "subjectAltName"; of an rdn the short form, "CN" */
    const char *label; /* in plain words; of an rdn the attribute's full name, "commonName" */
} Oid;

const Oid *registry_oid(const char *dotted);

/* The name of an object identifier, or the dotted form itself. */
const char *registry_oid_name(const char *dotted);

/* ---- logs of certificate transparency (data/ct-logs.tsv) ---- */

typedef struct CtLog {
    const char *id;       /* SHA-256 of its key, in hexadecimal */
    const char *name;     /* "Google 'Argon2026h2' log" */
    const char *operator; /* as Chrome's list has it */
    const char *kind;     /* rfc6962, or static (static-ct-api) */
    const char *state;    /* usable, readonly, retired, rejected, pending, test, unlisted */
    const char *since;    /* RFC 3339: when it came into that state; NULL: not known */
    const char *from;     /* RFC 3339: it takes certificates that end from then on ... */
    const char *until;    /* ... and before that; NULL: of all */
    const char *key;      /* SubjectPublicKeyInfo in base64 */
} CtLog;

/* By its id; NULL: none that is known. */
const CtLog *registry_ct_log(const char *id);
const CtLog *registry_ct_logs(size_t *count);

/* ---- roots that browsers distrust (data/distrust.tsv) ---- */

typedef struct Distrust {
    const char *sha256; /* of the root's certificate */
    const char *who;    /* Chrome, Mozilla, Apple */
    const char *rule;   /* all, issued-after, sct-after */
    const char *date;   /* RFC 3339: what is later is not trusted; all: from when on */
    const char *ca;     /* its name */
    const char *source; /* where that is said */
} Distrust;

const Distrust *registry_distrusts(size_t *count);

/* ---- results and reasons (data/reasons.tsv) ---- */

/* How an endpoint ended. Texts are English: pass them to gettext. */
typedef struct Result {
    const char *code;     /* "timed-out" */
    const char *word;     /* "timed out" */
    const char *sentence; /* "no answer in time" */
} Result;

typedef struct Reason {
    const char *code;      /* "reset-after" */
    const char *result;    /* that it leads to; NULL: none */
    const char *arguments; /* their names, separated by spaces; NULL: none */
    const char *sentence;  /* with {argument} in it */
} Reason;

const Result *registry_result(const char *code);
const Reason *registry_reason(const char *code);
const Result *registry_results(size_t *count);
const Reason *registry_reasons(size_t *count);

/* ---- what fields are for (data/fields.tsv) ---- */

typedef struct About {
    const char *id;        /* "x509.subjectAltName" */
    const char *reference; /* "RFC 5280, 4.2.1.6" */
    const char *text;      /* English: pass it to gettext */
} About;

const About *registry_about(const char *id);
const About *registry_abouts(size_t *count);

#endif
