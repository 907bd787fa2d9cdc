/* starttls: the plain-text dialogue that leads to TLS, for protocols that speak in lines.
 *
 * Each protocol is a row of one table in starttls.c: the greeting, what is asked to learn what the
 * server can do, the capability to look for, and the command that starts TLS. Every line is a
 * `dialogue` fact. Lines may end with CRLF or a bare LF, and may hold any byte.
 *
 * The conversation is done when the server has agreed to start TLS. Bytes that stand behind that
 * reply are not TLS, and must not reach it (RFC 3207 section 4.2, RFC 9051 section 6.2.1): they are
 * an `error` fact, injected-bytes, and dropped. A server that refuses is told good-bye.
 *
 * RFC 3207 (SMTP), 9051 (IMAP), 2595 and 2449 (POP3), 4217 and 2389 (FTP).
 */
#ifndef TLSDIVE_WORKER_TALK_STARTTLS_H
#define TLSDIVE_WORKER_TALK_STARTTLS_H

#include "worker/talk/talk.h"

/* A dialogue in the protocol of that name ("smtp", "imap", "pop3", "ftp"); NULL where the table has
 * no such row. */
Talk *starttls_new(const char *protocol);

/* The protocols of the table, in its order; NULL past the end. Static. */
const char *starttls_protocol(guint index);

#endif
