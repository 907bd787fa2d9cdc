#include "worker/fetch/file_job.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "common/util/limits.h"
#include "common/util/text.h"
#include "worker/fetch/http.h"
#include "worker/fetch/mail_policy.h"
#include "worker/pki/ocsp_request.h"

enum {
    GET_BYTES = 255,  /* of an address with a request in it: RFC 5019 section 5 */
    NONCE_BYTES = 32, /* RFC 8954 section 2.1 */
};

struct FileJobs {
    Http *http;
    bool private_addresses;
};

static const struct {
    const char *kind;
    HttpRequest request;
} kinds[] = {
    {"ocsp",
     {.accept = "application/ocsp-response",
      .type = "application/ocsp-request",
      .limit = LIMIT_FETCH_OCSP,
      .redirects = LIMIT_FETCH_REDIRECTS,
      .total_ms = LIMIT_FETCH_MS}},
    {"crl",
     {.accept = "application/pkix-crl, */*",
      .limit = LIMIT_FETCH_CRL,
      .redirects = LIMIT_FETCH_REDIRECTS,
      .total_ms = LIMIT_FETCH_CRL_MS}},
    {"issuer",
     {.accept = "application/pkix-cert, application/pkcs7-mime, */*",
      .limit = LIMIT_FETCH_ISSUER,
      .redirects = LIMIT_FETCH_REDIRECTS,
      .total_ms = LIMIT_FETCH_MS}},
    {"mta-sts",
     {.accept = "text/plain",
      .limit = LIMIT_FETCH_POLICY,
      .total_ms = LIMIT_FETCH_MS,
      .secure = true}}, /* redirects are not to be followed */
};

/* A order, and what was asked for it. */
typedef struct Asked {
    FetchOrder *order;
    GBytes *request; /* of OCSP; NULL: none */
    double began;
} Asked;

FileJobs *file_jobs_new(uv_loop_t *loop, const FetchOptions *options, GError **error)
{
    Http *http = http_new(loop, options->ca_file, error);
    if (!http)
        return NULL;
    FileJobs *jobs = g_new0(FileJobs, 1);
    jobs->http = http;
    jobs->private_addresses = options->private_addresses;
    return jobs;
}

void file_jobs_hold(FileJobs *jobs, bool held)
{
    http_hold(jobs->http, held);
}

void file_jobs_close(FileJobs *jobs)
{
    http_close(jobs->http);
    g_free(jobs);
}

/* ---- answering ------------------------------------------------------------------------------ */

static void asked_free(gpointer data)
{
    Asked *asked = data;
    if (asked->request)
        g_bytes_unref(asked->request);
    g_free(asked);
}

static json_t *fetched_fact(const FetchOrder *order, const HttpAnswer *answer)
{
    static const char *const same[] = {"endpoint", "certificate", "kind", "url"};
    json_t *fact = fact_new(FACT_FETCHED);
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        json_t *value = json_object_get(order->job, same[i]);
        if (value)
            json_object_set(fact, same[i], value);
    }
    if (answer->status)
        json_object_set_new(fact, "status", json_integer(answer->status));
    if (answer->url && !g_str_equal(answer->url, fact_string(fact, "url", "")))
        json_object_set_new(fact, "location", fact_text(answer->url, strlen(answer->url)));
    if (answer->max_age >= 0 && !answer->reason) {
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        g_autofree char *expires = text_from_time(now + answer->max_age);
        json_object_set_new(fact, "expires", json_string(expires));
    }
    return fact;
}

/* RFC 8461: what a policy says is read here, for the front reads nothing of a stranger's. */
static json_t *policy_fact(const FetchOrder *order, const HttpAnswer *answer)
{
    json_t *fact = mail_policy_read(answer->body->data, answer->body->len);
    json_t *endpoint = json_object_get(order->job, "endpoint");
    const char *url = fact_string(order->job, "url", "");
    if (endpoint)
        json_object_set(fact, "endpoint", endpoint);
    json_object_set_new(fact, "url", fact_text(url, strlen(url)));
    return fact;
}

static void on_done(void *data, const HttpAnswer *answer)
{
    FetchOrder *order = data;
    const Asked *asked = order->own;
    json_t *fact = fetched_fact(order, answer);
    json_object_set_new(fact, "took",
                        json_real((double)uv_now(order_loop(order)) / 1000 - asked->began));
    if (asked->request) {
        gsize size = 0;
        const uint8_t *bytes = g_bytes_get_data(asked->request, &size);
        json_object_set_new(fact, "request", order_say_bytes(order, bytes, size));
    }
    if (answer->reason) {
        json_object_set_new(fact, "reason", json_string(answer->reason));
        if (answer->args)
            json_object_set(fact, "args", answer->args);
    } else {
        json_object_set_new(fact, "sha256",
                            order_say_bytes(order, answer->body->data, answer->body->len));
    }
    order_say(order, fact);
    if (!answer->reason && g_str_equal(fact_string(order->job, "kind", ""), "mta-sts"))
        order_say(order, policy_fact(order, answer));
    order_end(order);
}

/* ---- asking --------------------------------------------------------------------------------- */

static GBytes *bytes_of(const json_t *job, const char *member)
{
    gsize size = 0;
    guchar *bytes = g_base64_decode(fact_string(job, member, ""), &size);
    return g_bytes_new_take(bytes, size);
}

static GBytes *ocsp_request(const json_t *job)
{
    uint8_t random[NONCE_BYTES];
    bool wants = fact_bool(job, "nonce", false);
    g_autoptr(GBytes) certificate = bytes_of(job, "base64");
    g_autoptr(GBytes) issuer = bytes_of(job, "issuer");
    if (wants && gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof random) < 0)
        return NULL;
    g_autoptr(GBytes) nonce = wants ? g_bytes_new(random, sizeof random) : NULL;
    return ocsp_request_new(certificate, issuer, nonce);
}

/* The address with the request in it (RFC 6960 appendix A.1); NULL where it would be too long. */
static char *get_address(const char *url, GBytes *request)
{
    gsize size = 0;
    const guchar *bytes = g_bytes_get_data(request, &size);
    g_autofree char *base64 = g_base64_encode(bytes, size);
    g_autofree char *escaped = g_uri_escape_string(base64, NULL, FALSE);
    bool slash = g_str_has_suffix(url, "/");
    char *address = g_strdup_printf("%s%s%s", url, slash ? "" : "/", escaped);
    if (strlen(address) <= GET_BYTES)
        return address;
    g_free(address);
    return NULL;
}

static void ask(FetchOrder *order, const HttpRequest *kind)
{
    const FileJobs *jobs = order_files(order);
    const Asked *asked = order->own;
    HttpRequest request = *kind;
    Reach reach = reach_from_code(fact_string(order->job, "reach", "public"));
    request.url = fact_string(order->job, "url", "");
    request.reach = jobs->private_addresses ? REACH_LOOPBACK
                    : reach == REACH_NONE   ? REACH_PUBLIC
                                            : reach;
    bool nonce = fact_bool(order->job, "nonce", false);
    g_autofree char *get =
        asked->request && !nonce ? get_address(request.url, asked->request) : NULL;
    if (get)
        request.url = get;
    else
        request.body = asked->request;
    http_ask(jobs->http, &request, on_done, order);
}

void file_job(FetchOrder *order)
{
    const char *kind = fact_string(order->job, "kind", "");
    const char *url = fact_string(order->job, "url", "");
    size_t i = 0;
    while (i < G_N_ELEMENTS(kinds) && strcmp(kinds[i].kind, kind) != 0)
        i++;
    if (i == G_N_ELEMENTS(kinds) || !*url || strlen(url) > LIMIT_FETCH_URL) {
        order_refuse(order, "fetch: an unknown kind, or no address that may be asked");
        return;
    }
    Asked *asked = g_new0(Asked, 1);
    asked->began = (double)uv_now(order_loop(order)) / 1000;
    asked->request = i == 0 ? ocsp_request(order->job) : NULL;
    order->own = asked;
    order->free_own = asked_free;
    if (i == 0 && !asked->request) {
        const HttpAnswer answer = {.reason = "fetch-no-request", .max_age = -1};
        on_done(order, &answer);
        return;
    }
    ask(order, &kinds[i].request);
}
