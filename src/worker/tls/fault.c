#include "worker/tls/fault.h"

#include <stdarg.h>

Fault *fault_new(const char *reason, json_t *args)
{
    Fault *fault = g_new0(Fault, 1);
    fault->reason = reason;
    fault->args = args;
    return fault;
}

Fault *fault_record(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *what = g_strdup_vprintf(format, list);
    va_end(list);
    return fault_new("record-malformed", json_pack("{s:s}", "what", what));
}

Fault *fault_message(const char *name, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *what = g_strdup_vprintf(format, list);
    va_end(list);
    return fault_new("message-malformed", json_pack("{s:s, s:s}", "name", name, "what", what));
}

void fault_free(Fault *fault)
{
    if (!fault)
        return;
    json_decref(fault->args);
    g_free(fault);
}

GPtrArray *fault_list_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)fault_free);
}
