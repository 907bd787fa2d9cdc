#include "worker/probe/probe.h"

void probe_init(Probe *probe, const ProbeClass *class)
{
    probe->class = class;
    g_queue_init(&probe->facts);
}

void probe_fact(Probe *probe, json_t *fact)
{
    g_queue_push_tail(&probe->facts, fact);
}

guint probe_wants(const Probe *probe)
{
    return probe->class->wants(probe);
}

bool probe_spend(Probe *probe, bool again)
{
    return !probe->class->spend || probe->class->spend(probe, again);
}

void probe_spare(Probe *probe)
{
    if (probe->class->spare)
        probe->class->spare(probe);
}

Talk *probe_next(Probe *probe, const char *connection, const char **hello)
{
    return probe->class->next(probe, connection, hello);
}

void probe_tell(Probe *probe, Talk *talk)
{
    probe->class->tell(probe, talk);
}

void probe_tell_failed(Probe *probe, const ProbeOutcome *why)
{
    probe->class->tell_failed(probe, why);
}

json_t *probe_next_fact(Probe *probe)
{
    return g_queue_pop_head(&probe->facts);
}

bool probe_over(const Probe *probe, ProbeOutcome *outcome)
{
    return probe->class->over(probe, outcome);
}

void probe_free(Probe *probe)
{
    if (!probe)
        return;
    json_t *fact;
    while ((fact = g_queue_pop_head(&probe->facts)))
        json_decref(fact);
    probe->class->free(probe);
    g_free(probe);
}
