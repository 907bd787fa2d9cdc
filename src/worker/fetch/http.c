#include "config.h"

#include "worker/fetch/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "worker/fetch/field.h"
#include "worker/loop/names.h"

enum {
    SLOW_BYTES = 16, /* a second, over LIMIT_FETCH_IDLE_MS: slower is silence */
    REDIRECTS = 300,
    ERRORS = 400,
};

struct Http {
    uv_loop_t *loop;
    CURLM *multi;
    Names *names;
    struct curl_blob roots; /* data NULL: none */
    uv_timer_t timer;       /* libcurl's */
    uv_timer_t turn;        /* begins what may begin */
    GQueue waiting;         /* Transfer */
    GPtrArray *running;     /* Transfer */
    guint handles;          /* of libuv, not yet closed */
    bool held, closing;
};

/* The socket of a transfer, as long as libcurl wants it watched. */
typedef struct Watched {
    uv_poll_t poll;
    Http *http;
    curl_socket_t socket;
} Watched;

typedef struct Transfer {
    Http *http;
    HttpRequest request; /* its texts are those below */
    char *url, *accept, *type;
    char *server;        /* the host of the URL as it was asked for; NULL: it does not read */
    char *scheme, *name; /* of the URL as it is now */
    guint port;
    HttpDone done;
    void *data;
    CURL *easy;
    struct curl_slist *headers, *resolved;
    Host *host; /* NULL: not looked up */
    GByteArray *body;
    uint64_t deadline; /* in milliseconds of the loop; 0: not begun */
    guint redirects;
    size_t header_bytes;
    gint64 max_age;
    bool over_size, over_headers, encoded;
    Address refused; /* an address that it may not go to; family 0: none */
    long status;
    const char *reason; /* why it is over already; static */
    json_t *args;
} Transfer;

static void turn_soon(Http *http);

/* ---- one transfer --------------------------------------------------------------------------- */

static void fail(Transfer *transfer, const char *reason, json_t *args)
{
    if (transfer->reason) {
        json_decref(args);
        return;
    }
    transfer->reason = reason;
    transfer->args = args;
}

/* Lets go of what one step (to the next redirect) has used. */
static void leave(Transfer *transfer)
{
    if (transfer->easy) {
        curl_multi_remove_handle(transfer->http->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
        transfer->easy = NULL;
    }
    if (transfer->host)
        names_leave(transfer->http->names, transfer->host);
    transfer->host = NULL;
    g_clear_pointer(&transfer->headers, curl_slist_free_all);
    g_clear_pointer(&transfer->resolved, curl_slist_free_all);
    g_clear_pointer(&transfer->scheme, g_free);
    g_clear_pointer(&transfer->name, g_free);
}

static void transfer_free(Transfer *transfer)
{
    leave(transfer);
    g_byte_array_unref(transfer->body);
    if (transfer->request.body)
        g_bytes_unref(transfer->request.body);
    json_decref(transfer->args);
    g_free(transfer->url);
    g_free(transfer->accept);
    g_free(transfer->type);
    g_free(transfer->server);
    g_free(transfer);
}

/* Tells what became of it, and frees it. */
static void finish(Transfer *transfer)
{
    Http *http = transfer->http;
    HttpAnswer answer = {.reason = transfer->reason,
                         .args = transfer->args,
                         .url = transfer->url,
                         .status = transfer->status,
                         .body = transfer->reason ? NULL : transfer->body,
                         .max_age = transfer->max_age};
    leave(transfer);
    g_ptr_array_remove(http->running, transfer);
    transfer->done(transfer->data, &answer);
    transfer_free(transfer);
    turn_soon(http);
}

/* ---- the URL -------------------------------------------------------------------------------- */

static char *take_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0))
        return NULL;
    char *copy = g_strdup(text);
    curl_free(text);
    return copy;
}

/* What the URL says, and the URL without credentials and fragment. False if it may not be asked. */
static bool take_url(Transfer *transfer)
{
    CURLU *url = curl_url();
    bool fine = g_str_is_ascii(transfer->url) &&
                !curl_url_set(url, CURLUPART_URL, transfer->url, CURLU_NON_SUPPORT_SCHEME);
    transfer->scheme = fine ? take_part(url, CURLUPART_SCHEME) : NULL;
    bool https = g_strcmp0(transfer->scheme, "https") == 0;
    bool http = g_strcmp0(transfer->scheme, "http") == 0 && !transfer->request.secure;
    if (fine && transfer->scheme && !http && !https) {
        fail(transfer, "fetch-scheme", json_pack("{s:s}", "scheme", transfer->scheme));
        fine = false;
    }
    static const CURLUPart unwanted[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                         CURLUPART_FRAGMENT};
    for (size_t i = 0; fine && i < G_N_ELEMENTS(unwanted); i++)
        curl_url_set(url, unwanted[i], NULL, 0);
    g_autofree char *host = fine ? take_part(url, CURLUPART_HOST) : NULL;
    g_autofree char *port = fine ? take_part(url, CURLUPART_PORT) : NULL;
    char *whole = fine ? take_part(url, CURLUPART_URL) : NULL;
    curl_url_cleanup(url);
    if (!host || !*host || !port || !whole) {
        g_free(whole);
        fail(transfer, "fetch-url", NULL);
        return false;
    }
    g_free(transfer->url);
    transfer->url = whole;
    transfer->port = (guint)g_ascii_strtoull(port, NULL, 10);
    transfer->name =
        host[0] == '[' ? g_strndup(host + 1, strcspn(host, "]") - 1) : g_steal_pointer(&host);
    return true;
}

/* ---- what libcurl asks of us ---------------------------------------------------------------- */

static bool may_go_to(const Transfer *transfer, const Address *address)
{
    Reach reach = reach_of(address->family == AF_INET6, address->bytes);
    return reach != REACH_NONE && reach <= transfer->request.reach;
}

static curl_socket_t on_socket_wanted(void *data, curlsocktype purpose,
                                      struct curl_sockaddr *wanted)
{
    Transfer *transfer = data;
    Address address;
    (void)purpose;
    if (!address_from_socket(&wanted->addr, &address) || !may_go_to(transfer, &address)) {
        transfer->refused = address;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(wanted->family, wanted->socktype | SOCK_CLOEXEC, wanted->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t on_header(char *line, size_t one, size_t size, void *data)
{
    Transfer *transfer = data;
    transfer->header_bytes += one * size;
    if (transfer->header_bytes > LIMIT_FETCH_HEADERS) {
        transfer->over_headers = true;
        return 0;
    }
    gint64 max_age = field_max_age(line, one * size);
    if (max_age >= 0)
        transfer->max_age = max_age;
    transfer->encoded |= field_is_encoded(line, one * size);
    return one * size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    Transfer *transfer = data;
    if (transfer->body->len + one * size > transfer->request.limit) {
        transfer->over_size = true;
        return 0;
    }
    g_byte_array_append(transfer->body, (const guint8 *)bytes, (guint)(one * size));
    return one * size;
}

/* ---- asking --------------------------------------------------------------------------------- */

static void add_header(Transfer *transfer, const char *name, const char *value)
{
    g_autofree char *line = g_strdup_printf("%s: %s", name, value);
    transfer->headers = curl_slist_append(transfer->headers, line);
}

/* Tells libcurl the addresses, so that it looks up no name. */
static void set_addresses(Transfer *transfer)
{
    g_autoptr(GString) line = g_string_new(NULL);
    const GArray *addresses = transfer->host->addresses;
    if (g_str_equal(transfer->host->source, "literal"))
        return;
    g_string_printf(line, "+%s:%u:", transfer->name, transfer->port);
    for (guint i = 0; i < addresses->len; i++) {
        const Address *address = &g_array_index(addresses, Address, i);
        g_autofree char *text = address_text(address);
        bool brackets = address->family == AF_INET6;
        g_string_append_printf(line, "%s%s%s%s", i ? "," : "", brackets ? "[" : "", text,
                               brackets ? "]" : "");
    }
    transfer->resolved = curl_slist_append(NULL, line->str);
    curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->resolved);
}

static void set_bounds(const Transfer *transfer)
{
    CURL *easy = transfer->easy;
    uint64_t now = uv_now(transfer->http->loop);
    long left = transfer->deadline > now ? (long)(transfer->deadline - now) : 1;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, MIN(left, (long)LIMIT_FETCH_IDLE_MS));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)LIMIT_FETCH_IDLE_MS / 1000);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->request.limit);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    /* A connection is nobody else's: the next one may not be allowed to go there. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/* No file of roots: what is there was read before the lock. */
static void set_roots(const Transfer *transfer)
{
    curl_easy_setopt(transfer->easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_CAPATH, NULL);
    if (transfer->http->roots.data)
        curl_easy_setopt(transfer->easy, CURLOPT_CAINFO_BLOB, &transfer->http->roots);
}

static void set_request(Transfer *transfer)
{
    CURL *easy = transfer->easy;
    GBytes *body = transfer->request.body;
    if (transfer->accept)
        add_header(transfer, "Accept", transfer->accept);
    if (body) {
        add_header(transfer, "Content-Type", transfer->type);
        add_header(transfer, "Expect", "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)g_bytes_get_size(body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, g_bytes_get_data(body, NULL));
    }
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket_wanted);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

/* The name is known: its addresses are gone to. */
static void go(Transfer *transfer)
{
    const Host *host = transfer->host;
    if (host->reason) {
        fail(transfer, host->reason, json_pack("{s:s}", "name", host->name));
        finish(transfer);
        return;
    }
    transfer->easy = curl_easy_init();
    set_bounds(transfer);
    set_roots(transfer);
    set_addresses(transfer);
    set_request(transfer);
    curl_multi_add_handle(transfer->http->multi, transfer->easy);
}

/* One step: to the URL as it is now. */
static void begin(Transfer *transfer)
{
    if (!take_url(transfer)) {
        finish(transfer);
        return;
    }
    transfer->host = names_use(transfer->http->names, transfer->name, AF_UNSPEC);
    if (transfer->host->known)
        go(transfer);
}

static void on_name_begins(void *data, Host *host)
{
    (void)data;
    (void)host;
}

static void on_name_known(void *data, Host *host)
{
    const Http *http = data;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; i < http->running->len; i++) {
        Transfer *transfer = http->running->pdata[i];
        if (transfer->host == host && !transfer->easy)
            g_ptr_array_add(all, transfer);
    }
    for (guint i = 0; i < all->len; i++)
        go(all->pdata[i]);
}

/* ---- what came of it ------------------------------------------------------------------------ */

static const struct {
    CURLcode code;
    const char *reason;
} failures[] = {
    {CURLE_FILESIZE_EXCEEDED, "fetch-size"},
    {CURLE_PARTIAL_FILE, "fetch-cut"},
    {CURLE_GOT_NOTHING, "fetch-cut"},
    {CURLE_RECV_ERROR, "fetch-cut"},
    {CURLE_PEER_FAILED_VERIFICATION, "fetch-tls"},
    {CURLE_SSL_CONNECT_ERROR, "fetch-tls"},
    {CURLE_SSL_CACERT_BADFILE, "fetch-tls"},
};

static void fail_connect(Transfer *transfer)
{
    long number = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    if (transfer->refused.family) {
        g_autofree char *text = address_text(&transfer->refused);
        fail(transfer, "fetch-private", json_pack("{s:s}", "address", text));
        return;
    }
    const Address *first = &g_array_index(transfer->host->addresses, Address, 0);
    g_autofree char *text = address_text(first);
    if (number == ECONNREFUSED)
        fail(transfer, "connection-refused", json_pack("{s:s}", "address", text));
    else
        fail(transfer, "no-route",
             json_pack("{s:s,s:s}", "address", text, "what", g_strerror((int)number)));
}

static void fail_time(Transfer *transfer)
{
    bool late = uv_now(transfer->http->loop) + 1 >= transfer->deadline;
    guint ms = late ? transfer->request.total_ms : LIMIT_FETCH_IDLE_MS;
    fail(transfer, late ? "fetch-slow" : "fetch-silent",
         json_pack("{s:f,s:i}", "seconds", ms / 1000.0, "received", (int)transfer->body->len));
}

static void fail_code(Transfer *transfer, CURLcode code)
{
    const char *reason = transfer->over_size      ? "fetch-size"
                         : transfer->over_headers ? "fetch-headers"
                                                  : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(failures) && !reason; i++)
        if (failures[i].code == code)
            reason = failures[i].reason;
    size_t bytes = transfer->over_headers ? LIMIT_FETCH_HEADERS : transfer->request.limit;
    if (code == CURLE_COULDNT_CONNECT)
        fail_connect(transfer);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        fail_time(transfer);
    else
        fail(transfer, reason ? reason : "fetch-failed",
             json_pack("{s:I,s:i,s:s}", "bytes", (json_int_t)bytes, "received",
                       (int)transfer->body->len, "what", curl_easy_strerror(code)));
}

/* True where it goes on at another place. */
static bool redirected(Transfer *transfer)
{
    char *next = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &next);
    if (transfer->status < REDIRECTS || transfer->status >= ERRORS || !next)
        return false;
    if (transfer->redirects == transfer->request.redirects) {
        fail(transfer, "fetch-redirects",
             json_pack("{s:i}", "redirects", (int)transfer->redirects));
        return false;
    }
    transfer->redirects++;
    g_free(transfer->url);
    transfer->url = g_strdup(next);
    transfer->max_age = -1;
    transfer->encoded = false;
    g_byte_array_set_size(transfer->body, 0);
    leave(transfer);
    return true;
}

static void on_over(Transfer *transfer, CURLcode code)
{
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    if (code)
        fail_code(transfer, code);
    else if (redirected(transfer)) {
        begin(transfer);
        return;
    } else if (transfer->status < 200 || transfer->status >= REDIRECTS)
        fail(transfer, "fetch-status", json_pack("{s:i}", "status", (int)transfer->status));
    else if (transfer->encoded)
        fail(transfer, "fetch-encoded", NULL);
    else if (transfer->body->len == 0)
        fail(transfer, "fetch-empty", NULL);
    finish(transfer);
}

static void take_messages(Http *http)
{
    int left = 0;
    const CURLMsg *message;
    while (!http->closing && (message = curl_multi_info_read(http->multi, &left))) {
        char *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        on_over((Transfer *)(void *)transfer, code);
    }
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void http_unref(Http *http)
{
    if (--http->handles > 0)
        return;
    g_free(http->roots.data);
    g_free(http);
}

static void on_watched_closed(uv_handle_t *handle)
{
    Watched *watched = handle->data;
    Http *http = watched->http;
    g_free(watched);
    http_unref(http);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    const Watched *watched = poll->data;
    Http *http = watched->http;
    int running = 0;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    curl_multi_socket_action(http->multi, watched->socket, flags, &running);
    take_messages(http);
}

static int on_watch(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
    Http *http = data;
    Watched *watched = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (!watched)
            return 0;
        curl_multi_assign(http->multi, fd, NULL);
        uv_poll_stop(&watched->poll);
        uv_close((uv_handle_t *)&watched->poll, on_watched_closed);
        return 0;
    }
    if (!watched) {
        watched = g_new0(Watched, 1);
        watched->http = http;
        watched->socket = fd;
        watched->poll.data = watched;
        if (uv_poll_init_socket(http->loop, &watched->poll, fd) < 0) {
            g_free(watched);
            return -1;
        }
        http->handles++;
        curl_multi_assign(http->multi, fd, watched);
    }
    int events = what == CURL_POLL_INOUT ? UV_READABLE | UV_WRITABLE
                 : what == CURL_POLL_IN  ? UV_READABLE
                                         : UV_WRITABLE;
    return uv_poll_start(&watched->poll, events, on_ready) < 0 ? -1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
    Http *http = timer->data;
    int running = 0;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_messages(http);
}

static int on_timer_wanted(CURLM *multi, long ms, void *data)
{
    Http *http = data;
    (void)multi;
    if (http->closing)
        return 0;
    if (ms < 0)
        uv_timer_stop(&http->timer);
    else
        uv_timer_start(&http->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

/* ---- turns ---------------------------------------------------------------------------------- */

/* The host in a URL, whose turn it is; to be freed. */
static char *host_of(const char *url)
{
    CURLU *parts = curl_url();
    char *host = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME)
                     ? NULL
                     : take_part(parts, CURLUPART_HOST);
    curl_url_cleanup(parts);
    return host;
}

static bool may_begin(const Http *http, const Transfer *transfer)
{
    guint same = 0, large = 0;
    for (guint i = 0; i < http->running->len; i++) {
        const Transfer *other = http->running->pdata[i];
        same += g_strcmp0(other->server, transfer->server) == 0;
        large += other->request.limit > LIMIT_FETCH_LARGE;
    }
    if (transfer->request.limit > LIMIT_FETCH_LARGE && large >= LIMIT_FETCHES_LARGE)
        return false;
    return same < LIMIT_FETCHES_PER_HOST;
}

static Transfer *next_to_begin(Http *http)
{
    for (GList *link = http->waiting.head; link; link = link->next) {
        Transfer *transfer = link->data;
        if (!may_begin(http, transfer))
            continue;
        g_queue_delete_link(&http->waiting, link);
        return transfer;
    }
    return NULL;
}

static void on_turn(uv_timer_t *timer)
{
    Http *http = timer->data;
    Transfer *transfer;
    while (!http->held && http->running->len < LIMIT_FETCHES && (transfer = next_to_begin(http))) {
        g_ptr_array_add(http->running, transfer);
        transfer->deadline = uv_now(http->loop) + transfer->request.total_ms;
        begin(transfer);
    }
}

static void turn_soon(Http *http)
{
    if (!http->closing)
        uv_timer_start(&http->turn, on_turn, 0, 0);
}

void http_ask(Http *http, const HttpRequest *request, HttpDone done, void *data)
{
    Transfer *transfer = g_new0(Transfer, 1);
    transfer->http = http;
    transfer->request = *request;
    if (request->body)
        g_bytes_ref(request->body);
    transfer->url = g_strdup(request->url);
    transfer->server = host_of(request->url);
    transfer->accept = g_strdup(request->accept);
    transfer->type = g_strdup(request->type);
    transfer->body = g_byte_array_new();
    transfer->max_age = -1;
    transfer->done = done;
    transfer->data = data;
    g_queue_push_tail(&http->waiting, transfer);
    turn_soon(http);
}

void http_hold(Http *http, bool held)
{
    http->held = held;
    turn_soon(http);
}

/* ---- beginning and end ---------------------------------------------------------------------- */

/* The roots, in memory: nothing can be opened later. */
static void load_roots(Http *http, const char *ca_file)
{
    const char *file = ca_file ? ca_file : curl_version_info(CURLVERSION_NOW)->cainfo;
    char *text = NULL;
    gsize size = 0;
    if (!file || !g_file_get_contents(file, &text, &size, NULL))
        return;
    http->roots = (struct curl_blob){.data = text, .len = size, .flags = CURL_BLOB_NOCOPY};
}

Http *http_new(uv_loop_t *loop, const char *ca_file, GError **error)
{
    Http *http = g_new0(Http, 1);
    const NamesOptions options = {0};
    const NamesEvents events = {http, on_name_begins, on_name_known};

    http->loop = loop;
    http->names = names_new(loop, &options, &events, error);
    if (!http->names) {
        g_free(http);
        return NULL;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    http->multi = curl_multi_init();
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    load_roots(http, ca_file);
    g_queue_init(&http->waiting);
    http->running = g_ptr_array_new();
    uv_timer_init(loop, &http->timer);
    uv_timer_init(loop, &http->turn);
    http->timer.data = http->turn.data = http;
    http->handles = 2;
    return http;
}

static void on_timer_closed(uv_handle_t *handle)
{
    http_unref(handle->data);
}

void http_close(Http *http)
{
    http->closing = true;
    for (guint i = 0; i < http->running->len; i++)
        transfer_free(http->running->pdata[i]);
    g_ptr_array_unref(http->running);
    g_queue_clear_full(&http->waiting, (GDestroyNotify)transfer_free);
    curl_multi_cleanup(http->multi);
    names_close(http->names);
    uv_close((uv_handle_t *)&http->timer, on_timer_closed);
    uv_close((uv_handle_t *)&http->turn, on_timer_closed);
}
