/* Whatever stands in a session's file: it is folded, judged and printed, and what is printed is
 * printable. */
#include <string.h>

#include "common/fact/fact.h"
#include "front/report/json.h"
#include "front/report/status.h"
#include "front/report/text.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Model) model = model_new();
    AuditContext context = {.now = 1795485600};
    ReportStyle style = {.width = 80, .all = true, .now = context.now};

    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end ? (size_t)(end - data) - at + 1 : size - at;
        g_autoptr(json_t) fact = fact_from_line((const char *)data + at, length, NULL);
        if (fact)
            model_fold(model, fact, (gint64)at, length);
        at += length;
    }
    audit_judge_all(model, &context);
    for (guint i = 0; i < model->endpoints->len; i++)
        g_ptr_array_unref(report_findings(model->endpoints->pdata[i], model->at));
    g_autofree char *text = report_text(model, &style);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p != '\0'; p++)
        g_assert_true(*p == '\n' || !g_ascii_iscntrl(*p));
    g_assert_cmpint(report_status(model, SEVERITY_INFO), <=, STATUS_UNEXAMINED);
    return 0;
}
