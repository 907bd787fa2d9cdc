#include "app/link.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/child.h"
#include "common/util/limits.h"

enum { LINK_MINUTE_MS = 60 * 1000 };

struct Link {
    uv_loop_t *loop;
    const LinkRole *role;
    GPtrArray *arguments;
    LinkEvents events;
    Child *child;
    guint64 deaths[LIMIT_RESTARTS]; /* when, in milliseconds of the loop's clock; the oldest is at
                                       `next` */
    guint next;
    const char *how; /* how the last one died, until another runs; NULL: none died */
    guint64 dropped; /* lines that were no facts */
};

Link *link_new(uv_loop_t *loop, const LinkRole *role, const char *const *arguments,
               const LinkEvents *events)
{
    Link *link = g_new0(Link, 1);
    link->loop = loop;
    link->role = role;
    link->events = *events;
    link->arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(link->arguments, g_strdup("--worker"));
    g_ptr_array_add(link->arguments, g_strdup(role->name));
    for (size_t i = 0; arguments[i]; i++)
        g_ptr_array_add(link->arguments, g_strdup(arguments[i]));
    g_ptr_array_add(link->arguments, NULL);
    return link;
}

static void tell_error(Link *link, const char *code, json_t *args)
{
    g_autoptr(json_t) fact = fact_new(FACT_ERROR);
    json_object_set_new(fact, "code", json_string(code));
    json_object_set_new(fact, "args", args);
    link->events.error(link->events.data, fact);
}

/* A worker that babbles is said at the first line, and then each time that their number doubles. */
static void drop(Link *link)
{
    link->dropped++;
    if ((link->dropped & (link->dropped - 1)) == 0)
        tell_error(
            link, "worker-babbles",
            json_pack("{s:s,s:I}", "role", link->role->name, "lines", (json_int_t)link->dropped));
}

static bool permitted(const LinkRole *role, FactKind kind)
{
    for (const FactKind *one = role->permitted; *one != FACT_UNKNOWN; one++)
        if (*one == kind)
            return true;
    return false;
}

static void on_line(void *data, const char *line, size_t size)
{
    Link *link = data;
    g_autoptr(json_t) fact = line ? fact_from_line(line, size, NULL) : NULL;
    if (fact && permitted(link->role, fact_kind(fact)))
        link->events.fact(link->events.data, fact);
    else if (fact && link->role->replies &&
             g_strv_contains(link->role->replies, fact_string(fact, "fact", "")))
        link->events.reply(link->events.data, fact);
    else
        drop(link);
}

static void on_room(void *data)
{
    Link *link = data;
    link->events.room(link->events.data);
}

/* Too many deaths within a minute, and no other is started. */
static bool may_start(const Link *link)
{
    guint64 oldest = link->deaths[link->next];
    return oldest == 0 || uv_now(link->loop) + 1 - oldest > LINK_MINUTE_MS;
}

static void bury(Link *link, const char *how)
{
    link->deaths[link->next] = uv_now(link->loop) + 1; /* 0 stands for none */
    link->next = (link->next + 1) % LIMIT_RESTARTS;
    link->how = how;
}

static void on_ended(void *data, int status, int signal)
{
    Link *link = data;
    child_free(link->child);
    link->child = NULL;
    bury(link, child_how(status, signal));
    link->events.died(link->events.data, link->how, may_start(link));
}

bool link_start(Link *link)
{
    if (link->child)
        return true;
    if (!may_start(link))
        return false;
    ChildEvents events = {.data = link, .line = on_line, .room = on_room, .ended = on_ended};
    g_autoptr(GError) error = NULL;
    link->child =
        child_start_self(link->loop, (const char *const *)link->arguments->pdata, &events, &error);
    if (!link->child) {
        bury(link, "");
        tell_error(link, "local-failure", json_pack("{s:s}", "what", error->message));
        return false;
    }
    if (link->how)
        tell_error(link, "worker-restarted",
                   json_pack("{s:s,s:s}", "role", link->role->name, "how", link->how));
    link->how = NULL;
    return true;
}

bool link_send(Link *link, const json_t *job)
{
    if (!link_start(link))
        return false;
    char *line = json_dumps(job, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!line)
        return false;
    size_t size = strlen(line);
    if (size >= LIMIT_JOB) {
        free(line);
        return false;
    }
    line = g_realloc(line, size + 1);
    line[size] = '\n';
    child_write(link->child, line, size + 1);
    return true;
}

bool link_room(const Link *link)
{
    return !link->child || child_room(link->child);
}

bool link_running(const Link *link)
{
    return link->child != NULL;
}

void link_kill(Link *link)
{
    if (link->child)
        child_kill(link->child, SIGKILL);
}

void link_free(Link *link)
{
    if (!link)
        return;
    child_free(link->child);
    g_ptr_array_unref(link->arguments);
    g_free(link);
}
