#include "worker/read/task.h"

#include <string.h>

void task_answer(const Task *task, json_t *fact)
{
    task->reply(task->data, fact);
    json_decref(fact);
}

void task_refuse(const Task *task, const char *what)
{
    json_t *fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string("job-refused"));
    json_object_set_new(fact, "args", json_pack("{s:s}", "what", what));
    task_answer(task, fact);
}

GBytes *task_bytes(const json_t *base64)
{
    const char *text = json_string_value(base64);
    gsize size = 0;
    if (!text || !*text)
        return NULL;
    guchar *bytes = g_base64_decode(text, &size);
    if (size)
        return g_bytes_new_take(bytes, size);
    g_free(bytes);
    return NULL;
}

void task_bytes_facts(const Task *task, const char *sha256, const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) parts = fact_bytes(sha256, data, size);
    for (guint part = 0; part < parts->len; part++)
        task->reply(task->data, g_ptr_array_index(parts, part));
}

void task_copy(json_t *to, const json_t *from, const char *member)
{
    json_t *value = json_object_get(from, member);
    if (value)
        json_object_set(to, member, value);
}

static const struct {
    const char *job;
    void (*act)(const Task *task);
} jobs[] = {
    {"explain", explain_job},
    {"verify", verify_job},
    {"inspect", inspect_job},
    {"text", text_job},
};

void read_job(Read *read, const json_t *job, ReadReply reply, void *data)
{
    Task task = {.read = read, .job = job, .reply = reply, .data = data};
    const char *name = fact_string(job, "job", "");
    size_t i = 0;
    while (i < G_N_ELEMENTS(jobs) && strcmp(jobs[i].job, name) != 0)
        i++;
    if (i < G_N_ELEMENTS(jobs))
        jobs[i].act(&task);
    else
        task_refuse(&task, "an unknown job");
    task_answer(&task,
                json_pack("{s:s, s:s}", "fact", "answered", "id", fact_string(job, "id", "")));
}

Read *read_new(const GPtrArray *stores)
{
    Read *read = g_new0(Read, 1);
    read->stores = stores;
    return read;
}

void read_free(Read *read)
{
    if (!read)
        return;
    explain_forget(read);
    g_free(read);
}
