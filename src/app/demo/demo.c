#include "app/demo/demo.h"

#include <jansson.h>

#include "app/child.h"
#include "common/fact/fact.h"

struct Demo {
    Child *child;
    DemoReady ready;
    void *data;
    char *ca_file;
    gboolean told;
};

static void tell(Demo *demo, const char *targets)
{
    if (demo->told)
        return;
    demo->told = TRUE;
    demo->ready(demo->data, targets, demo->ca_file);
}

static void on_line(void *data, const char *line, size_t size)
{
    Demo *demo = data;
    g_autoptr(json_t) said = line ? json_loadb(line, size, 0, NULL) : NULL;
    const char *targets = fact_string(said, "targets", NULL);
    if (demo->told || !targets)
        return;
    demo->ca_file = g_strdup(fact_string(said, "ca_file", NULL));
    tell(demo, targets);
}

static void on_ended(void *data, int status, int signal)
{
    Demo *demo = data;
    (void)status;
    (void)signal;
    tell(demo, NULL);
}

Demo *demo_new(uv_loop_t *loop, DemoReady ready, void *data)
{
    static const char *const arguments[] = {"--worker", "demo", NULL};
    Demo *demo = g_new0(Demo, 1);
    demo->ready = ready;
    demo->data = data;
    ChildEvents events = {.data = demo, .line = on_line, .ended = on_ended};
    g_autoptr(GError) error = NULL;
    demo->child = child_start_self(loop, arguments, &events, &error);
    if (!demo->child)
        tell(demo, NULL);
    return demo;
}

void demo_free(Demo *demo)
{
    if (!demo)
        return;
    child_free(demo->child);
    g_free(demo->ca_file);
    g_free(demo);
}
