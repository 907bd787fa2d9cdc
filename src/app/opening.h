/* opening: local files and directories, read for the reader to explain.
 *
 * What a file is, its content says. The front opens and reads it, and hands it to the reader; of
 * what stands in it, nothing is looked at here but whether it may be worth that. Directories are
 * looked through a file at a time, between whatever else the loop has to do.
 */
#ifndef TLSDIVE_APP_OPENING_H
#define TLSDIVE_APP_OPENING_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

typedef struct Opening Opening;

typedef struct OpeningEvents {
    void *data;
    void (*ask)(void *data, json_t *job);   /* an inspect job for the reader; taken */
    void (*fact)(void *data, json_t *fact); /* a file or directory fact; borrowed */
    void (*over)(void *data);               /* all that was named is read */
} OpeningEvents;

Opening *opening_new(uv_loop_t *loop, const OpeningEvents *events);

/* True if a word on the command line names something local: a regular file that looks like one of
 * certificates or keys; or, where the word has a slash and is no URI, whatever is there. */
bool opening_is_path(const char *word);

/* Names something to be opened, before or after opening_start. At most LIMIT_FILES. */
void opening_add(Opening *opening, const char *path);

/* Takes the first line of a file (one of /dev/fd too) as the password for PKCS #12 files, for what
 * is read from now on. False and *error if it cannot be read, or is longer than LIMIT_PASSWORD. */
bool opening_read_password(Opening *opening, const char *file, GError **error);

/* Reads a file once more, with a password. False if it is not known. */
bool opening_again(Opening *opening, const char *file, const char *password);

/* Reads everything that was named. */
void opening_start(Opening *opening);

/* The reader is done with an inspect job; `said` is true if it told of the file. */
void opening_ended(Opening *opening, const json_t *job);

/* The reader told of a file: of the one in a directory, that it holds something. */
void opening_told(Opening *opening, const json_t *fact);

/* Anything that was named at all; and things that are not done. */
bool opening_is_empty(const Opening *opening);
bool opening_is_over(const Opening *opening);

void opening_free(Opening *opening);

#endif
