/* target: what the user names, made into places to ask.
 *
 * A target as written is one of
 *     host   192.0.2.1   2001:db8::1   [2001:db8::1]     every port of the catalogue
 *     host:443   host:443,8443,9000-9010   host:imaps    these ports; [2001:db8::1]:443 likewise
 *     imap://host   https://host:8443/path               the scheme says the protocol and the port
 * A name may be written in Unicode (IDNA 2008, RFC 5891) and may end in a dot; a path is accepted
 * and not used. Lists hold targets separated by blanks or line ends, with comments from # to the
 * line's end. A place named twice is asked once. Nothing here resolves a name or opens a file.
 */
#ifndef TLSDIVE_COMMON_TARGET_TARGET_H
#define TLSDIVE_COMMON_TARGET_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* One place to ask. Strings belong to the Targets, or are static. */
typedef struct Target {
    const char *written;     /* the target as the user wrote it */
    const char *host;        /* ASCII: A-labels, lower case; an IPv6 address has no brackets */
    const char *display;     /* the name in Unicode; NULL where it is the same */
    const char *server_name; /* to send and to check; NULL for addresses */
    guint port;
    const char *service;  /* of the catalogue; NULL: the port is not in it */
    const char *entry;    /* how TLS is begun by this version: "tls" or "starttls" */
    const char *protocol; /* of the dialogue, or inside TLS; NULL: not known */
    const char *alpn;     /* protocols to offer, separated by commas; NULL: none */
    guint weight;         /* smaller is asked sooner */
    bool unbuilt;         /* the protocol's own way in is not built yet: plain TLS is tried */
    bool named;           /* the user named the port; false: it is of the catalogue */
} Target;

typedef struct Targets Targets;

typedef enum TargetError {
    TARGET_ERROR_HOST,   /* no host, or one that cannot be */
    TARGET_ERROR_PORT,   /* no port, or one that cannot be */
    TARGET_ERROR_SCHEME, /* an unknown scheme, or what does not belong in the URI */
    TARGET_ERROR_LIMIT,  /* too long, or too many endpoints */
} TargetError;

#define TARGET_ERROR (target_error_quark())
GQuark target_error_quark(void);

Targets *targets_new(void);
void targets_free(Targets *targets);

/* Adds what one word names. False and *error where it is wrong: the word, what is wrong with it,
 * and a right one, in one printable line; then nothing was added. */
bool targets_add(Targets *targets, const char *word, GError **error);

/* Adds a list of `size` bytes; `name` is its file's, for errors. False and *error at the first
 * wrong word, with the line's number; what stands before it was added. */
bool targets_add_list(Targets *targets, const char *text, size_t size, const char *name,
                      GError **error);

/* All of them, const Target *, in the order in which they were named. Borrowed. */
const GPtrArray *targets_all(const Targets *targets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Targets, targets_free)

#endif
