#include <string.h>

#include "worker/pki/openssl_text.h"
#include "worker/read/task.h"

void text_job(const Task *task)
{
    g_autoptr(GBytes) bytes = task_bytes(json_object_get(task->job, "base64"));
    if (!bytes || g_bytes_get_size(bytes) > LIMIT_CERTIFICATE ||
        strcmp(fact_string(task->job, "form", ""), "openssl") != 0) {
        task_refuse(task, "text: nothing sent, too much, or of an unknown form");
        return;
    }
    g_autoptr(Cert) cert = cert_new(bytes);
    g_autoptr(GString) text = openssl_text(cert);
    task_answer(task,
                json_pack("{s:s, s:s, s:o}", "fact", "text", "id", fact_string(task->job, "id", ""),
                          "text", fact_text(text->str, text->len)));
}
