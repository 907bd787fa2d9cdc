/* files: local files that were opened, and the objects in them; a part of the model.
 *
 * An object of kind certificate has its fields in the model's Certificate of the same hash.
 */
#ifndef TLSDIVE_FRONT_MODEL_FILES_H
#define TLSDIVE_FRONT_MODEL_FILES_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct File;

typedef struct FileObject {
    struct File *file;
    guint index;        /* in its file, from 1 */
    json_t *fact;       /* the object fact, whole */
    const char *kind;   /* interned: certificate, request, crl ... */
    const char *sha256; /* of its bytes, borrowed from the fact; NULL: they are not in the stream */
    const char *spki;   /* hash of its SubjectPublicKeyInfo, of keys and requests; NULL: none */
} FileObject;

typedef struct File {
    char *id;
    json_t *fact;       /* the file fact; NULL: not read to its end yet */
    GString *path;      /* as it was named, or found in a directory; "" until its fact came */
    GPtrArray *objects; /* FileObject *, owned, by index */
} File;

typedef struct Files {
    GPtrArray *all; /* File *, owned, in order of first mention */
    GHashTable *by_id;
    GHashTable *places;     /* sha256 of a certificate -> GPtrArray of FileObject */
    GHashTable *keys;       /* spki -> GPtrArray of FileObject: private keys */
    GPtrArray *directories; /* directory facts, json_t * */
    guint changes;          /* counts all but objects that were added behind the last of the last
                               file, and are no keys */
} Files;

Files *files_new(void);
void files_free(Files *files);

/* Fold a fact of these kinds in, keeping a reference; false where it makes no sense. An object with
 * index 1 of a file that was read already begins it anew. */
bool files_fold_file(Files *files, json_t *fact);
bool files_fold_object(Files *files, json_t *fact);
bool files_fold_directory(Files *files, json_t *fact);

const File *files_find(const Files *files, const char *id);

/* Where a certificate stands in files: FileObject *; NULL: nowhere. Borrowed. */
const GPtrArray *files_places(const Files *files, const char *sha256);

/* The private keys that belong to a public key: FileObject *; NULL: none. Borrowed. */
const GPtrArray *files_keys(const Files *files, const char *spki);

#endif
