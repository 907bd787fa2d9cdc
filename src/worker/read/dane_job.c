#include "worker/pki/dane.h"
#include "worker/read/task.h"

/* The part of a `verify` job about TLSA records: nothing where it has none. `verdict` is that of
 * the store that counts. */
void dane_job(const Task *task, const GPtrArray *certificates, const json_t *verdict)
{
    const json_t *records = json_object_get(task->job, "tlsa");
    const DaneCase dane = {.store = g_ptr_array_index(task->read->stores, 0),
                           .verdict = verdict,
                           .sent = certificates,
                           .names = json_object_get(task->job, "tlsa_names"),
                           .time = (gint64)fact_number(task->job, "time", 0),
                           .mail = fact_bool(task->job, "mail", FALSE)};
    if (!json_array_size(records))
        return;
    json_t *fact = dane_judge(&dane, records);
    task_copy(fact, task->job, "endpoint");
    task_copy(fact, task->job, "connection");
    task_answer(task, fact);
}
