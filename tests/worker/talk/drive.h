/* drive: carries a conversation in a test, as the loop does over a socket. */
#ifndef TLSDIVE_TESTS_WORKER_TALK_DRIVE_H
#define TLSDIVE_TESTS_WORKER_TALK_DRIVE_H

#include "worker/talk/talk.h"

typedef struct Drive {
    Talk *talk; /* owned */
    double now; /* the test's clock */
    GPtrArray *facts;
    GByteArray *sent; /* all that the talk had sent and the test has not taken */
} Drive;

/* Starts `talk`, which is taken, at second 1 with a round trip of 50 ms. */
Drive *drive_new(Talk *talk);
void drive_free(Drive *drive);

/* Feeds bytes in pieces of at most `step` (0: all at once), and collects what comes of it. */
void drive_feed(Drive *drive, const void *data, size_t size, size_t step);
void drive_end(Drive *drive, TalkEnd how);

/* Moves the clock to the talk's deadline and ticks, while it goes on and has one. */
void drive_tick(Drive *drive);

/* The same once. */
void drive_step(Drive *drive);

/* The n-th fact of that kind whose `member` is `value` (member NULL: any); borrowed; NULL: none. */
json_t *drive_fact(const Drive *drive, const char *kind, const char *member, const char *value,
                   guint n);

/* How many facts of that kind have `member` equal to `value`. */
guint drive_count(const Drive *drive, const char *kind, const char *member, const char *value);

/* All facts as lines, for messages of failed tests and for comparing; to be freed. With `times`
 * false without the members that depend on when bytes came. */
char *drive_dump(const Drive *drive, bool times);

/* A GnuTLS priority of one version alone: ONLY("1.3"). */
#define ONLY(version) "NORMAL:-VERS-ALL:+VERS-TLS" version

/* Starts a client of the usual hello to test.example, with that GnuTLS priority. */
Drive *drive_client(const char *priority);

/* The conversation as text: "> ClientHello < ServerHello < *Finished > !close_notify", a star for
 * what travelled encrypted, an exclamation mark for alerts. In TLS 1.3 a ChangeCipherSpec means
 * nothing, and ours may go before or after the server's: it is left out. To be
 * freed. */
char *drive_story(const Drive *drive, bool tls13);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Drive, drive_free)

#endif
