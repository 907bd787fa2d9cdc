#include "tests/worker/talk/drive.h"

#include <string.h>

#include "common/fact/fact.h"
#include "tests/check.h"
#include "worker/talk/client.h"

static void drive_collect(Drive *drive)
{
    size_t size;
    for (const uint8_t *data; (data = talk_output(drive->talk, &size));) {
        g_byte_array_append(drive->sent, data, (guint)size);
        talk_sent(drive->talk, size, drive->now);
    }
    for (json_t *fact; (fact = talk_next_fact(drive->talk));)
        g_ptr_array_add(drive->facts, fact);
}

static void fact_unref(gpointer fact)
{
    json_decref(fact);
}

Drive *drive_new(Talk *talk)
{
    Drive *drive = g_new0(Drive, 1);
    drive->talk = talk;
    drive->now = 1;
    drive->facts = g_ptr_array_new_with_free_func(fact_unref);
    drive->sent = g_byte_array_new();
    talk->round_trip = 0.05;
    talk_start(talk, drive->now);
    drive_collect(drive);
    return drive;
}

void drive_free(Drive *drive)
{
    if (!drive)
        return;
    talk_free(drive->talk);
    g_ptr_array_unref(drive->facts);
    g_byte_array_unref(drive->sent);
    g_free(drive);
}

void drive_feed(Drive *drive, const void *data, size_t size, size_t step)
{
    const uint8_t *bytes = data;
    for (size_t at = 0, piece; at < size; at += piece) {
        piece = step ? MIN(step, size - at) : size;
        drive->now += 0.001;
        talk_feed(drive->talk, bytes + at, piece, drive->now);
        drive_collect(drive);
    }
}

void drive_end(Drive *drive, TalkEnd how)
{
    talk_end(drive->talk, how, drive->now);
    drive_collect(drive);
}

void drive_step(Drive *drive)
{
    drive->now = MAX(drive->now, drive->talk->deadline);
    talk_tick(drive->talk, drive->now);
    drive_collect(drive);
}

void drive_tick(Drive *drive)
{
    while (drive->talk->state == TALK_GOING && drive->talk->deadline > 0)
        drive_step(drive);
}

static bool matches(json_t *fact, const char *kind, const char *member, const char *value)
{
    if (strcmp(fact_string(fact, "fact", ""), kind) != 0)
        return false;
    return !member || !strcmp(fact_string(fact, member, ""), value);
}

json_t *drive_fact(const Drive *drive, const char *kind, const char *member, const char *value,
                   guint n)
{
    for (guint i = 0; i < drive->facts->len; i++) {
        json_t *fact = drive->facts->pdata[i];
        if (matches(fact, kind, member, value) && !n--)
            return fact;
    }
    return NULL;
}

guint drive_count(const Drive *drive, const char *kind, const char *member, const char *value)
{
    guint count = 0;
    while (drive_fact(drive, kind, member, value, count))
        count++;
    return count;
}

char *drive_dump(const Drive *drive, bool times)
{
    static const char *const timed[] = {"at", "took", "server"};
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < drive->facts->len; i++) {
        json_t *fact = json_copy(drive->facts->pdata[i]);
        for (guint t = 0; !times && t < G_N_ELEMENTS(timed); t++)
            json_object_del(fact, timed[t]);
        g_autofree char *line = fact_to_line(fact);
        g_string_append(all, line ? line : "(too long)\n");
        json_decref(fact);
    }
    return g_string_free(all, FALSE);
}

Drive *drive_client(const char *priority)
{
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    ClientSpec spec = {
        .priority = priority, .server_name = "test.example", .alpn = alpn, .hello = "usual"};
    g_autoptr(GError) error = NULL;
    Talk *talk = client_new(&spec, &error);
    ck_assert_msg(talk != NULL, "%s", error ? error->message : "");
    return drive_new(talk);
}

char *drive_story(const Drive *drive, bool tls13)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < drive->facts->len; i++) {
        json_t *fact = drive->facts->pdata[i];
        FactKind kind = fact_kind(fact);
        bool change = !strcmp(fact_string(fact, "content", ""), "change-cipher-spec");
        if ((kind != FACT_MESSAGE && kind != FACT_ALERT) || (change && tls13))
            continue;
        g_string_append_printf(text, "%s%s%s%s%s", text->len ? " " : "",
                               strcmp(fact_string(fact, "direction", ""), "out") ? "< " : "> ",
                               fact_bool(fact, "encrypted", FALSE) ? "*" : "",
                               kind == FACT_ALERT ? "!" : "", fact_string(fact, "name", "?"));
    }
    return g_string_free(text, FALSE);
}
