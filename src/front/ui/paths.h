/* paths: what the trust stores say of a chain, and every path that was found, as lines.
 *
 * The leaf is on top and issuers are below it, a branch for each other issuer of the same
 * certificate; the path that was chosen is marked, and what speaks against a step stands under it.
 * Each store has a letter: behind the end of a path it says whether the store takes it.
 */
#ifndef TLSDIVE_FRONT_UI_PATHS_H
#define TLSDIVE_FRONT_UI_PATHS_H

#include "front/ui/view.h"

/* A line a store, with why not and what to know all the same. */
void paths_trust(const Desk *desk, const Connection *connection, Lines *lines);

/* What classes of clients would do, by the store that counts; there is a verdict. */
void paths_clients(const Desk *desk, const Connection *connection, Lines *lines);

/* The tree. The identity of a step is "step/<number>:<sha256>". */
void paths_tree(const Desk *desk, const Connection *connection, Lines *lines);

/* The hash in such an identity; NULL: it is none. */
const char *paths_sha256(const char *identity);

/* What is to be said about a certificate as sent, by its number: that it came before, or that no
 * path needs it; NULL: nothing. Static, translated. */
const char *paths_remark(const Connection *connection, guint number);

/* True where the certificates of the chosen path were sent in their order (RFC 8446, 4.4.2). */
bool paths_in_order(const Connection *connection);

#endif
