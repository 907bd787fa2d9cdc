/* samples: the handshake messages of messages.txt, and ways to spoil them. */
#ifndef TLSDIVE_TESTS_WORKER_TLS_SAMPLES_H
#define TLSDIVE_TESTS_WORKER_TLS_SAMPLES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Sample {
    char *handshake;  /* "tls13-retry" */
    char *name;       /* "HelloRetryRequest" */
    uint16_t version; /* of the handshake */
    uint8_t *bytes;
    size_t size;
} Sample;

/* All of them, in the order of the file; free with g_ptr_array_unref. */
GPtrArray *samples_load(void);

/* The first of a handshake with that name; the test fails if there is none. */
const Sample *samples_find(const GPtrArray *samples, const char *handshake, const char *name);

/* Calls `look` with the message cut at every length, and with every byte changed in two ways, each
 * in memory of its exact size. */
void samples_spoil(const Sample *sample,
                   void (*look)(const uint8_t *bytes, size_t size, bool tls13));

/* The bytes of hexadecimal digits; spaces are allowed. */
GByteArray *samples_hex(const char *hex);

#endif
