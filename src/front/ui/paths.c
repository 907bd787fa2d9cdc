#include "front/ui/paths.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "common/util/text.h"
#include "front/model/clock.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

enum { SIGN = 2, INDENT = 2, TEXT = 4, DEEPEST = 8 };

/* A certificate below that which it signs, in one or more paths of one or more stores. */
typedef struct Step {
    const char *sha256;
    const json_t *first;          /* as the first path has it */
    GPtrArray *issuers;           /* Step, owned */
    bool chosen;                  /* by the store that counts */
    char takes[LIMIT_STORES + 1]; /* of each store that has a path that ends here: Y or N, else - */
    const char *end;              /* how the first path that ends here does; NULL: none */
    guint end_store;              /* whose path that is */
    const json_t *reasons;        /* of that path */
} Step;

static void step_free(gpointer data)
{
    Step *step = data;
    g_ptr_array_unref(step->issuers);
    g_free(step);
}

static Step *step_new(const char *sha256, const json_t *first)
{
    Step *step = g_new0(Step, 1);
    step->sha256 = sha256;
    step->first = first;
    step->issuers = g_ptr_array_new_with_free_func(step_free);
    memset(step->takes, '-', LIMIT_STORES);
    return step;
}

static Step *issuer_in(Step *step, const json_t *json)
{
    const char *sha256 = fact_string(json, "sha256", "");
    for (guint i = 0; i < step->issuers->len; i++)
        if (g_str_equal(((Step *)step->issuers->pdata[i])->sha256, sha256))
            return step->issuers->pdata[i];
    Step *issuer = step_new(sha256, json);
    g_ptr_array_add(step->issuers, issuer);
    return issuer;
}

static bool is_primary(const Connection *connection, const Verdict *verdict)
{
    return verdict == connection->verdict || fact_bool(verdict->fact, "primary", FALSE);
}

static bool path_holds(const json_t *path)
{
    size_t i;
    const json_t *step;
    bool holds = g_str_equal(fact_string(path, "end", ""), "stored") &&
                 !json_array_size(json_object_get(path, "reasons"));
    json_array_foreach(json_object_get(path, "steps"), i, step) holds =
        holds && !json_array_size(json_object_get(step, "reasons"));
    return holds;
}

static void add_path(Step *top, const json_t *path, guint store, bool primary)
{
    size_t i;
    const json_t *json;
    Step *at = top;
    bool chosen = primary && fact_bool(path, "chosen", FALSE);
    json_array_foreach(json_object_get(path, "steps"), i, json)
    {
        at = issuer_in(at, json);
        at->chosen |= chosen;
    }
    if (at == top)
        return;
    if (at->takes[store] != 'Y')
        at->takes[store] = path_holds(path) ? 'Y' : 'N';
    if (at->end)
        return;
    at->end = fact_string(path, "end", "");
    at->end_store = store;
    at->reasons = json_object_get(path, "reasons");
}

/* All paths of all stores, grown together from the leaf on; the leaf is below what comes back. */
static Step *grow(const Connection *connection)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    Step *top = step_new("", NULL);
    for (guint store = 0; verdicts && store < MIN(verdicts->len, LIMIT_STORES); store++) {
        const Verdict *verdict = verdicts->pdata[store];
        size_t i;
        const json_t *path;
        json_array_foreach(json_object_get(verdict->fact, "paths"), i, path)
            add_path(top, path, store, is_primary(connection, verdict));
    }
    return top;
}

static const char *from_words(const char *code)
{
    static const struct {
        const char *code, *words;
    } all[] = {
        {"sent", N_("sent")},
        {"store", N_("in store")},
        {"session", N_("sent elsewhere")},
        {"extra", N_("fetched")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        if (g_str_equal(all[i].code, code))
            return _(all[i].words);
    return code;
}

static const char *end_words(const char *code)
{
    static const struct {
        const char *code, *words;
    } all[] = {
        {"self", N_("self-signed, and not in the store")},
        {"incomplete", N_("its issuer was not found")},
        {"limit", N_("not followed further: there are too many")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        if (g_str_equal(all[i].code, code))
            return _(all[i].words);
    return NULL;
}

/* Every code of a list as a sentence of its own, from this column on. */
static void say_codes(const Desk *desk, const json_t *codes, Role role, int column, Lines *lines)
{
    size_t i;
    const json_t *code;
    json_array_foreach(codes, i, code)
    {
        g_autofree char *text =
            words_reason(json_is_string(code) ? json_string_value(code) : "?", NULL, !desk->utf8);
        lines_begin(lines, NULL);
        lines_tab(lines, column);
        lines_wrap(lines, role, column + 2, text);
    }
}

/* The common name of a subject as RFC 4514 writes it, where that comes first and needs no care. */
static char *short_name(char *subject)
{
    static const char common[] = "CN=";
    size_t length = strcspn(subject, ",+\\");
    if (!g_str_has_prefix(subject, common) || subject[length] == '\\')
        return subject;
    char *name = g_strndup(subject + strlen(common), length - strlen(common));
    g_free(subject);
    return name;
}

static char *name_of(const Desk *desk, const Step *step)
{
    const Certificate *known = model_certificate(desk->model, step->sha256);
    if (known && known->name->len)
        return desk_safe(desk, known->name->str, (gssize)known->name->len);
    char *subject = words_value(json_object_get(step->first, "subject"), !desk->utf8);
    return subject ? short_name(subject) : g_strndup(step->sha256, 16);
}

/* What is drawn, and how far it has come. */
typedef struct Drawing {
    const Desk *desk;
    Lines *lines;
    guint stores, steps;
} Drawing;

static void step_reasons(const Drawing *drawing, const Step *step, int column)
{
    const Desk *desk = drawing->desk;
    Lines *lines = drawing->lines;
    bool said = json_array_size(json_object_get(step->first, "reasons")) > 0;
    const char *end = step->end && !said ? end_words(step->end) : NULL;
    say_codes(desk, json_object_get(step->first, "reasons"), ROLE_BAD, column, lines);
    say_codes(desk, json_object_get(step->first, "remarks"), ROLE_NOTE, column, lines);
    if (end) {
        lines_begin(lines, NULL);
        lines_tab(lines, column);
        if (drawing->stores > 1)
            lines_print(lines, ROLE_BAD, "%c:", (char)('A' + step->end_store));
        lines_wrap(lines, ROLE_BAD, column, end);
    }
    if (step->end && !step->chosen)
        say_codes(desk, step->reasons, ROLE_WARN, column, lines);
}

static void walk(Drawing *drawing, const Step *step, int depth)
{
    Lines *lines = drawing->lines;
    int column = TEXT + INDENT * MIN(depth, DEEPEST), stores = (int)drawing->stores;
    g_autofree char *name = name_of(drawing->desk, step);
    g_autofree char *identity = g_strdup_printf("step/%u:%s", drawing->steps++, step->sha256);
    lines_begin(lines, identity);
    lines_right(lines);
    lines_add(lines, ROLE_DIM, from_words(fact_string(step->first, "from", "?")));
    lines_right(lines);
    if (stores > 1)
        lines_print(lines, ROLE_TEXT, " %*.*s", stores, stores, step->end ? step->takes : "");
    lines_tab(lines, SIGN);
    lines_add(lines, ROLE_TEXT, step->chosen ? desk_glyph(drawing->desk, GLYPH_MARK) : " ");
    lines_tab(lines, column);
    lines_add(lines, step->chosen ? ROLE_TITLE : ROLE_TEXT, name);
    step_reasons(drawing, step, column + 2);
    for (guint i = 0; i < step->issuers->len; i++)
        walk(drawing, step->issuers->pdata[i], depth + 1);
}

void paths_tree(const Desk *desk, const Connection *connection, Lines *lines)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    Step *top = grow(connection);
    Drawing drawing = {desk, lines, verdicts ? MIN(verdicts->len, LIMIT_STORES) : 0, 0};
    for (guint i = 0; i < top->issuers->len; i++)
        walk(&drawing, top->issuers->pdata[i], 0);
    step_free(top);
}

const char *paths_sha256(const char *identity)
{
    const char *colon = strchr(identity, ':');
    return g_str_has_prefix(identity, "step/") && colon ? colon + 1 : NULL;
}

static char *until_of(const Verdict *verdict)
{
    gint64 until;
    if (!text_to_time(fact_string(verdict->fact, "valid_until", ""), &until))
        return g_strdup(_("yes"));
    g_autofree char *day = text_from_time(until);
    return g_strdup_printf(_("yes, until %.10s"), day);
}

static const char *distrust_words(const char *rule)
{
    static const struct {
        const char *rule, *words;
    } rows[] = {
        {"all", N_("trusts nothing of this root, since")},
        {"issued-after", N_("trusts nothing of this root that begins after")},
        {"sct-after", N_("trusts nothing of this root that was logged after")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].rule, rule))
            return _(rows[i].words);
    return NULL;
}

/* What browsers say of the root; dim where it does not concern this chain. */
static void say_distrusts(const Desk *desk, const Verdict *verdict, Lines *lines)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(verdict->fact, "distrusts"), i, one)
    {
        const char *words = distrust_words(fact_string(one, "rule", ""));
        gint64 date;
        g_autofree char *who = words_value(json_object_get(one, "who"), !desk->utf8);
        if (!words || !who || !text_to_time(fact_string(one, "date", ""), &date))
            continue;
        g_autofree char *day = text_from_time(date);
        g_autofree char *text = g_strdup_printf("%s %s %.10s", who, words, day);
        lines_begin(lines, NULL);
        lines_tab(lines, TEXT);
        lines_wrap(lines, fact_bool(one, "applies", FALSE) ? ROLE_BAD : ROLE_DIM, TEXT + 2, text);
    }
}

void paths_trust(const Desk *desk, const Connection *connection, Lines *lines)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    for (guint i = 0; verdicts && i < verdicts->len; i++) {
        const Verdict *verdict = verdicts->pdata[i];
        g_autofree char *store = words_value(json_object_get(verdict->fact, "store"), !desk->utf8);
        g_autofree char *until = until_of(verdict);
        lines_begin(lines, NULL);
        lines_tab(lines, SIGN);
        if (verdicts->len > 1)
            lines_print(lines, ROLE_TEXT, "%c ", 'A' + (int)MIN(i, 25));
        lines_print(lines, ROLE_TEXT, "%s:", store ? store : "?");
        lines_wrap(lines, verdict->trusted ? ROLE_GOOD : ROLE_BAD, TEXT,
                   verdict->trusted ? until : _("NO"));
        if (!verdict->trusted)
            say_codes(desk, json_object_get(verdict->fact, "reasons"), ROLE_BAD, TEXT, lines);
        say_codes(desk, json_object_get(verdict->fact, "remarks"), ROLE_NOTE, TEXT, lines);
        say_distrusts(desk, verdict, lines);
    }
}

void paths_clients(const Desk *desk, const Connection *connection, Lines *lines)
{
    size_t i;
    const json_t *client;
    json_array_foreach(json_object_get(connection->verdict->fact, "clients"), i, client)
    {
        const json_t *trusts = json_object_get(client, "trusts");
        g_autofree char *text = words_client(client, !desk->utf8);
        lines_begin(lines, NULL);
        lines_tab(lines, SIGN);
        lines_wrap(lines,
                   json_is_true(trusts) ? ROLE_GOOD
                   : trusts             ? ROLE_BAD
                                        : ROLE_UNKNOWN,
                   TEXT, text);
    }
}

/* ---- the chain as sent ---- */

static bool needed(const Connection *connection, const char *sha256)
{
    const GPtrArray *verdicts = connection_verdicts(connection);
    bool any = false;
    for (guint i = 0; verdicts && i < verdicts->len; i++) {
        const json_t *path, *step;
        size_t p, s;
        json_array_foreach(json_object_get(((Verdict *)verdicts->pdata[i])->fact, "paths"), p, path)
        {
            any = true;
            json_array_foreach(
                json_object_get(path, "steps"), s,
                step) if (g_str_equal(fact_string(step, "sha256", ""), sha256)) return true;
        }
    }
    return !any;
}

const char *paths_remark(const Connection *connection, guint number)
{
    const Certificate *sent = connection->certificates->pdata[number];
    for (guint i = 0; i < number; i++)
        if (connection->certificates->pdata[i] == sent)
            return _("sent before");
    return needed(connection, sent->sha256) ? NULL : _("not needed");
}

static int place_of(const Connection *connection, const char *sha256)
{
    const GPtrArray *sent = connection->certificates;
    for (guint i = 0; sent && i < sent->len; i++)
        if (g_str_equal(((const Certificate *)sent->pdata[i])->sha256, sha256))
            return (int)i;
    return -1;
}

bool paths_in_order(const Connection *connection)
{
    size_t i;
    const json_t *step;
    int last = -1;
    if (!connection->verdict)
        return true;
    json_array_foreach(json_object_get(connection->verdict->fact, "path"), i, step)
    {
        int place = place_of(connection, fact_string(step, "sha256", ""));
        if (place >= 0 && place < last)
            return false;
        last = MAX(place, last);
    }
    return true;
}
