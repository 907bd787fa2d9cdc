/* http: one thing fetched by HTTP, within bounds, however its server behaves.
 *
 * libcurl speaks, on the worker's loop; names are looked up by names.h, so that nothing is opened
 * behind the lock. Only http and https, with no cookie, credential, proxy or content coding; the
 * certificate of https is verified. Redirects are followed here, a few of them. Each address that
 * is connected to is checked at that very moment (reach.h), so neither a redirect nor a name that
 * changes its address leads nearer than the request allows. A few requests at once to one host, and
 * in all; the others wait.
 */
#ifndef TLSDIVE_WORKER_FETCH_HTTP_H
#define TLSDIVE_WORKER_FETCH_HTTP_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "common/util/reach.h"

typedef struct Http Http;

typedef struct HttpRequest {
    const char *url;
    const char *accept; /* media types, for the Accept header */
    const char *type;   /* media type of the body */
    GBytes *body;       /* POST; NULL: GET */
    size_t limit;       /* bytes of the answer's body */
    guint redirects;    /* that are followed */
    guint total_ms;     /* in all, waiting for its turn apart */
    bool secure;        /* https alone */
    Reach reach;        /* the nearest address that it may go to */
} HttpRequest;

/* What became of it; all is borrowed. */
typedef struct HttpAnswer {
    const char *reason; /* NULL: there is a body; else why not, of data/reasons.tsv; static */
    json_t *args;       /* of the reason; may be NULL */
    const char *url;    /* where the last redirect led */
    long status;        /* 0: no answer of HTTP */
    const GByteArray *body;
    gint64 max_age; /* seconds that it may be kept, by its Cache-Control; -1: not said */
} HttpAnswer;

typedef void (*HttpDone)(void *data, const HttpAnswer *answer);

/* Loads libcurl, the resolver and the roots (a PEM file; NULL: the system's). NULL and *error if
 * there is no libcurl or resolver; without roots https fails. */
Http *http_new(uv_loop_t *loop, const char *ca_file, GError **error);

/* Asks; the request is copied. `done` is called once from the loop, unless http_close comes before.
 */
void http_ask(Http *http, const HttpRequest *request, HttpDone done, void *data);

/* While held, nothing begins. */
void http_hold(Http *http, bool held);

/* Ends everything, telling nothing more. The memory is freed when the loop has run its closing
 * handles. */
void http_close(Http *http);

#endif
