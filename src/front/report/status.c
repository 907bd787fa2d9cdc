#include "front/report/status.h"

#include "common/fact/fact.h"

static bool has_finding(const Endpoint *endpoint, Severity fail_on)
{
    for (guint i = 0; endpoint->findings && i < endpoint->findings->len; i++) {
        const Finding *finding = endpoint->findings->pdata[i];
        if (finding->severity != SEVERITY_UNKNOWN && finding->severity <= fail_on)
            return true;
    }
    return false;
}

/* A dive that was wanted did not come to its end. */
static bool is_cut_short(const Endpoint *endpoint)
{
    const Dive *dive = endpoint->answers ? &endpoint->answers->dive : NULL;
    return dive && dive->number > 0 && g_strcmp0(dive->result, "finished") != 0;
}

static bool any_examined(const Host *host)
{
    for (guint i = 0; i < host->endpoints->len; i++)
        if (audit_is_examined(host->endpoints->pdata[i]))
            return true;
    return host->endpoints->len == 0;
}

/* A file is read where nothing is said against it, and no password is missing. */
static bool is_read(const File *file)
{
    const char *password = fact_string(file->fact, "password", "");
    return !json_object_get(file->fact, "reason") && strcmp(password, "wanted") != 0 &&
           strcmp(password, "wrong") != 0;
}

int report_status(const Model *model, Severity fail_on)
{
    int status = STATUS_GOOD;
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Endpoint *endpoint = model->endpoints->pdata[i];
        if (fail_on < SEVERITY_COUNT && has_finding(endpoint, fail_on))
            return STATUS_FINDING;
        if (endpoint->named && (!audit_is_examined(endpoint) || is_cut_short(endpoint)))
            status = STATUS_UNEXAMINED;
    }
    for (guint i = 0; i < model->hosts->len && status == STATUS_GOOD; i++)
        if (!any_examined(model->hosts->pdata[i]))
            status = STATUS_UNEXAMINED;
    for (guint i = 0; i < model->files->all->len && status == STATUS_GOOD; i++)
        if (!is_read(model->files->all->pdata[i]))
            status = STATUS_UNEXAMINED;
    return status;
}
