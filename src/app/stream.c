#include "config.h"

#include "app/stream.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"

struct Stream {
    Session *session;
    Model *model;
    StreamWatch watch;
    void *data;
    gint64 epoch;
};

static gint64 monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

Stream *stream_new(Session *session, StreamWatch watch, void *data)
{
    Stream *stream = g_new0(Stream, 1);
    stream->session = session;
    stream->model = model_new();
    stream->watch = watch;
    stream->data = data;
    stream->epoch = monotonic();
    return stream;
}

gint64 stream_epoch(const Stream *stream)
{
    return stream->epoch;
}

double stream_at(const Stream *stream)
{
    return (double)(monotonic() - stream->epoch) / 1e9;
}

Model *stream_model(const Stream *stream)
{
    return stream->model;
}

Session *stream_session(const Stream *stream)
{
    return stream->session;
}

void stream_begin(Stream *stream)
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(json_t) fact = fact_new(FACT_STREAM);
    json_object_set_new(fact, "format", json_integer(FACT_FORMAT));
    json_object_set_new(fact, "program", json_string(PACKAGE_STRING));
    json_object_set_new(fact, "time", json_string(time));
    json_object_set_new(fact, "vantage", fact_text(name, strlen(name)));
    stream_add(stream, fact);
}

/* Bytes and certificates stand once in a stream, however many endpoints show them. */
static bool known(const Model *model, const json_t *fact)
{
    const char *sha256 = fact_string(fact, "sha256", "");
    if (fact_kind(fact) == FACT_CERTIFICATE) {
        const Certificate *certificate = model_certificate(model, sha256);
        return certificate && certificate->fact;
    }
    if (fact_kind(fact) != FACT_BYTES)
        return false;
    const GArray *parts = model_bytes(model, sha256);
    json_int_t offset = fact_integer(fact, "offset", 0);
    for (guint i = 0; parts && i < parts->len; i++)
        if ((json_int_t)g_array_index(parts, BytesPart, i).offset == offset)
            return true;
    return false;
}

void stream_add(Stream *stream, json_t *fact)
{
    if (known(stream->model, fact))
        return;
    if (!json_object_get(fact, "at"))
        json_object_set_new(fact, "at", json_real(stream_at(stream)));
    g_autofree char *line = fact_to_line(fact);
    if (!line)
        return;
    size_t size = strlen(line);
    gint64 place = session_append(stream->session, line, size);
    Endpoint *changed = model_fold(stream->model, fact, place, size);
    stream->watch(stream->data, fact, changed, line);
}

void stream_error(Stream *stream, const char *code, json_t *args)
{
    g_autoptr(json_t) fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "args", args);
    stream_add(stream, fact);
}

void stream_flush(Stream *stream)
{
    g_autofree char *path = g_strdup(session_path(stream->session));
    g_autofree char *why = NULL;
    if (session_flush(stream->session, &why) || !path)
        return;
    stream_error(stream, "save-failed",
                 json_pack("{s:o,s:s}", "file", fact_text(path, strlen(path)), "what", why));
}

/* ---- a session that was opened ------------------------------------------------------------- */

void stream_fold(Stream *stream, json_t *fact)
{
    json_object_set_new(fact, "at", json_real(stream->model->at));
    g_autofree char *line = fact_to_line(fact);
    Endpoint *changed = model_fold(stream->model, fact, -1, 0);
    stream->watch(stream->data, fact, changed, line);
}

static void note(Stream *stream, const char *code, json_t *args)
{
    g_autoptr(json_t) fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "args", args);
    stream_fold(stream, fact);
}

/* A dive that was not over when the session ended goes on no more. */
static void end_dives(Stream *stream)
{
    const GPtrArray *all = stream->model->endpoints;
    for (guint i = 0; i < all->len; i++) {
        const Endpoint *endpoint = all->pdata[i];
        if (!answers_is_diving(endpoint->answers))
            continue;
        g_autoptr(json_t) fact = fact_new(FACT_DIVE);
        json_object_set_new(fact, "endpoint", json_string(endpoint->id));
        json_object_set_new(fact, "event", json_string("over"));
        json_object_set_new(fact, "result", json_string("suspended"));
        json_object_set_new(fact, "reason", json_string("suspended"));
        stream_fold(stream, fact);
    }
}

bool stream_read(Stream *stream)
{
    gint64 place = 0, number = 0, first = 0, bad = 0;
    size_t size = 0;
    const char *line;
    while ((line = session_next(stream->session, &place, &size))) {
        number++;
        g_autoptr(json_t) fact = size <= LIMIT_LINE ? fact_from_line(line, size, NULL) : NULL;
        if (!fact) {
            first = bad++ ? first : number;
            continue;
        }
        if (fact_kind(fact) == FACT_FINDING || known(stream->model, fact))
            continue; /* findings are computed anew */
        Endpoint *changed = model_fold(stream->model, fact, place, size);
        g_autofree char *text = fact_to_line(fact);
        if (text)
            stream->watch(stream->data, fact, changed, text);
    }
    end_dives(stream);
    json_int_t format = fact_integer(stream->model->stream, "format", FACT_FORMAT);
    if (format > FACT_FORMAT)
        note(stream, "stream-newer", json_pack("{s:I}", "format", format));
    if (bad)
        note(stream, "stream-cut",
             json_pack("{s:I,s:I}", "line", (json_int_t)first, "lines", (json_int_t)bad));
    return number > bad;
}

/* The part of some bytes that stands in one line of the session; NULL if it is not what it should
 * be. */
static guchar *read_part(Stream *stream, const BytesPart *part, gsize *size)
{
    g_autofree char *line = session_read(stream->session, part->place, part->line);
    g_autoptr(json_t) fact = line ? fact_from_line(line, part->line, NULL) : NULL;
    const char *base64 = fact_string(fact, "base64", NULL);
    return base64 ? g_base64_decode(base64, size) : NULL;
}

static gint by_offset(gconstpointer left, gconstpointer right)
{
    const BytesPart *a = left;
    const BytesPart *b = right;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

GBytes *stream_bytes(Stream *stream, const char *sha256)
{
    const GArray *known_parts = model_bytes(stream->model, sha256);
    if (!known_parts)
        return NULL;
    g_autoptr(GArray) parts = g_array_copy((GArray *)known_parts);
    g_array_sort(parts, by_offset);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (guint i = 0; i < parts->len; i++) {
        gsize size = 0;
        g_autofree guchar *part = read_part(stream, &g_array_index(parts, BytesPart, i), &size);
        if (!part || g_array_index(parts, BytesPart, i).offset != bytes->len)
            return NULL;
        g_byte_array_append(bytes, part, (guint)size);
    }
    g_autofree char *hash = bytes_sha256(bytes->data, bytes->len);
    if (!g_str_equal(hash, sha256))
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

void stream_free(Stream *stream)
{
    if (!stream)
        return;
    char *why = NULL;
    session_flush(stream->session, &why);
    g_free(why);
    session_free(stream->session);
    model_free(stream->model);
    g_free(stream);
}
