#include "worker/pki/verify.h"

#include <string.h>

#include "worker/pki/clients.h"
#include "worker/pki/distrust.h"
#include "worker/pki/judge.h"
#include "worker/pki/match.h"
#include "worker/pki/name.h"
#include "worker/pki/sent.h"
#include "worker/pki/value.h"

/* A verdict is found in this order:
 *
 * 1. All paths are built (paths.c), and each is judged (judge.c).
 * 2. The first without a reason is the one. Else the best is: one that ends in the store before one
 * that does not, then the one with fewer reasons, then the one found first.
 * 3. Where a ceiling ended the search before a path without a reason was found, the verdict says so
 * (trust-limit); where one was found, it is a remark.
 * 4. The times at which the store trusts the chain are those of all paths that nothing speaks
 * against but the time, as far as they hang together with the time that is asked for; where it is
 * trusted at other times only, the next to come, else the last that was.
 * 5. Apart from all this, the leaf's names are compared with the name asked for (match.h).
 */

typedef struct Verdict {
    const Store *store;
    const Chain *chain;
    const Question *question;
    GPtrArray *paths;   /* Path */
    const Path *chosen; /* NULL: nothing was sent */
    bool limited;
} Verdict;

static bool is_better(const Path *path, const Path *than)
{
    bool stored = path->end == PATH_STORED, other = than->end == PATH_STORED;
    return stored != other ? stored : path->reasons < than->reasons;
}

static void judge_all(Verdict *verdict)
{
    guint names_left = LIMIT_NAME_CHECKS;
    Judging judging = {.store = verdict->store,
                       .distrusts = verdict->question->distrusts,
                       .distrusts_count = verdict->question->distrusts_count,
                       .time = verdict->question->time,
                       .names_left = &names_left};
    for (guint i = 0; i < verdict->paths->len; i++) {
        Path *path = g_ptr_array_index(verdict->paths, i);
        judge_path(path, &judging);
        if (!verdict->chosen || is_better(path, verdict->chosen))
            verdict->chosen = path;
    }
}

static bool is_trusted(const Path *path)
{
    return path && path->end == PATH_STORED && path->reasons == 0;
}

/* ---- lists of codes ---- */

typedef struct Codes {
    json_t *list;
    GHashTable *seen; /* interned codes */
} Codes;

static Codes codes_new(void)
{
    return (Codes){json_array(), g_hash_table_new(NULL, NULL)};
}

static void codes_add(Codes *codes, const char *code)
{
    const char *interned = g_intern_string(code);
    if (g_hash_table_add(codes->seen, (gpointer)interned))
        json_array_append_new(codes->list, json_string(interned));
}

static void codes_add_all(Codes *codes, const GPtrArray *all)
{
    for (guint i = 0; all && i < all->len; i++)
        codes_add(codes, g_ptr_array_index(all, i));
}

/* Gives the list away; `otherwise` for an empty one may be NULL. */
static json_t *codes_end(Codes *codes)
{
    g_hash_table_unref(codes->seen);
    return codes->list;
}

static void set_codes(json_t *to, const char *member, const GPtrArray *all)
{
    Codes codes = codes_new();
    codes_add_all(&codes, all);
    json_t *list = codes_end(&codes);
    if (json_array_size(list))
        json_object_set(to, member, list);
    json_decref(list);
}

/* The reason for how the path ends is the last step's first: so the last step is written first. */
static json_t *all_reasons(const Verdict *verdict)
{
    Codes codes = codes_new();
    for (guint i = verdict->chosen ? verdict->chosen->count : 0; i > 0; i--)
        codes_add_all(&codes, verdict->chosen->steps[i - 1].reasons);
    if (!verdict->chosen)
        codes_add(&codes, "trust-incomplete");
    if (verdict->limited && !is_trusted(verdict->chosen))
        codes_add(&codes, "trust-limit");
    return codes_end(&codes);
}

static json_t *write_sent(const Verdict *verdict, Codes *all)
{
    const GPtrArray *sent = verdict->chain->sent;
    json_t *list = json_array();
    for (guint i = 0; i < sent->len; i++) {
        const Node *node = g_ptr_array_index(sent, i);
        g_autoptr(GPtrArray) remarks =
            sent_remarks(verdict->chain, i, verdict->paths, verdict->chosen);
        json_t *one = json_pack("{s:s}", "sha256", node->sha256);
        set_codes(one, "remarks", remarks);
        codes_add_all(all, remarks);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *write_remarks(json_t *fact, const Verdict *verdict)
{
    Codes codes = codes_new();
    json_object_set_new(fact, "sent", write_sent(verdict, &codes));
    if (verdict->chosen && sent_lacks(verdict->chosen))
        codes_add(&codes, "sent-incomplete");
    for (guint i = verdict->chosen ? verdict->chosen->count : 0; i > 0; i--)
        codes_add_all(&codes, verdict->chosen->steps[i - 1].remarks);
    if (verdict->limited && is_trusted(verdict->chosen))
        codes_add(&codes, "trust-limit");
    return codes_end(&codes);
}

/* ---- paths ---- */

static const char *from_code(const Step *step)
{
    static const char *const codes[] = {
        [FROM_SENT] = "sent", [FROM_SESSION] = "session", [FROM_EXTRA] = "extra"};
    return step->stored ? "store" : codes[step->node->from];
}

/* `*left` is how many bytes of text may still be written. */
static json_t *step_to_json(const Store *store, const Step *step, size_t *left)
{
    const Node *node = step->node;
    const Der *subject = &node->cert->tbs[TBS_SUBJECT];
    json_t *json = json_pack("{s:s, s:s}", "sha256", node->sha256, "from", from_code(step));
    if (subject->data) {
        GString *text = name_text(subject);
        g_string_truncate(text, MIN(text->len, (gsize)LIMIT_PATH_TEXT));
        if (text->len <= *left) {
            json_object_set_new(json, "subject", fact_text(text->str, text->len));
            *left -= text->len;
        }
        g_string_free(text, TRUE);
    }
    if (step->stored && store_find(store, node->sha256)->distrust_after) {
        g_autofree char *date = value_rfc3339(store_find(store, node->sha256)->distrust_after);
        json_object_set_new(json, "distrust_after", json_string(date));
    }
    set_codes(json, "reasons", step->reasons);
    set_codes(json, "remarks", step->remarks);
    return json;
}

static json_t *steps_to_json(const Store *store, const Path *path, size_t *left)
{
    json_t *steps = json_array();
    for (guint i = 0; path && i < path->count; i++)
        json_array_append_new(steps, step_to_json(store, &path->steps[i], left));
    return steps;
}

static json_t *path_to_json(const Verdict *verdict, const Path *path, size_t *left)
{
    static const char *const ends[] = {[PATH_STORED] = "stored",
                                       [PATH_SELF] = "self",
                                       [PATH_INCOMPLETE] = "incomplete",
                                       [PATH_LIMIT] = "limit"};
    Codes codes = codes_new();
    for (guint i = path->count; i > 0; i--)
        codes_add_all(&codes, path->steps[i - 1].reasons);
    return json_pack("{s:s, s:b, s:o, s:o}", "end", ends[path->end], "chosen",
                     path == verdict->chosen, "reasons", codes_end(&codes), "steps",
                     steps_to_json(verdict->store, path, left));
}

/* The chosen path has its texts first: where there are too many, they are left out of others. */
static void write_paths(json_t *fact, const Verdict *verdict)
{
    size_t left = LIMIT_VERDICT_TEXT;
    json_object_set_new(fact, "path", steps_to_json(verdict->store, verdict->chosen, &left));
    json_t *paths = json_array();
    for (guint i = 0; i < verdict->paths->len; i++) {
        const Path *path = g_ptr_array_index(verdict->paths, i);
        json_array_append_new(paths, path_to_json(verdict, path, &left));
    }
    json_object_set_new(fact, "paths", paths);
}

static void write_distrusts(json_t *fact, const Verdict *verdict)
{
    const Path *path = verdict->chosen;
    if (!path || !judge_is_public(path, verdict->store))
        return;
    Distrusted asked = {.rows = verdict->question->distrusts,
                        .count = verdict->question->distrusts_count,
                        .root = path->steps[path->count - 1].node->sha256,
                        .leaf = path->steps[0].node->cert,
                        .time = verdict->question->time};
    json_t *list = distrust_list(&asked);
    if (json_array_size(list) > 0)
        json_object_set(fact, "distrusts", list);
    json_decref(list);
}

/* ---- times ---- */

typedef struct Times {
    gint64 from, until;
    const char *ends_with; /* NULL: never */
} Times;

static bool is_ever_good(const Path *path)
{
    return path->end == PATH_STORED && path->lasting == 0 && path->from <= path->until;
}

/* The path that the times begin with: one that holds at `time`, else the next, else the last. */
static const Path *first_time(const GPtrArray *paths, gint64 time)
{
    const Path *best = NULL;
    for (guint i = 0; i < paths->len; i++) {
        const Path *path = g_ptr_array_index(paths, i);
        if (!is_ever_good(path))
            continue;
        if (path->from <= time && time <= path->until)
            return path;
        bool future = path->from > time, other = best && best->from > time;
        if (!best || (future && (!other || path->from < best->from)) ||
            (!future && !other && path->until > best->until))
            best = path;
    }
    return best;
}

static bool extend(Times *times, const Path *path)
{
    bool apart = path->from > times->until + 1 || path->until < times->from - 1;
    if (apart || (path->from >= times->from && path->until <= times->until))
        return false;
    times->from = MIN(times->from, path->from);
    if (path->until > times->until) {
        times->until = path->until;
        times->ends_with = path->steps[path->first_end].node->sha256;
    }
    return true;
}

static void write_times(json_t *fact, const Verdict *verdict)
{
    const Path *first = first_time(verdict->paths, verdict->question->time);
    if (!first)
        return;
    Times times = {first->from, first->until, first->steps[first->first_end].node->sha256};
    for (bool grew = true; grew;) {
        grew = false;
        for (guint i = 0; i < verdict->paths->len; i++) {
            const Path *path = g_ptr_array_index(verdict->paths, i);
            grew = (is_ever_good(path) && extend(&times, path)) || grew;
        }
    }
    g_autofree char *from = value_rfc3339(times.from), *until = value_rfc3339(times.until);
    json_object_set_new(fact, "valid_from", json_string(from));
    json_object_set_new(fact, "valid_until", json_string(until));
    json_object_set_new(fact, "ends_with", json_string(times.ends_with));
}

/* ---- the rest ---- */

static void write_name(json_t *fact, const Cert *leaf, const char *name)
{
    const char *kind;
    GString *by;
    bool matches = leaf && match_name(leaf, name, &kind, &by);
    json_object_set_new(fact, "name", json_string(name));
    json_object_set_new(fact, "name_matches", json_boolean(matches));
    if (!matches)
        return;
    json_object_set_new(fact, "matched_kind", json_string(kind));
    json_object_set_new(fact, "matched_by", fact_text(by->str, by->len));
    g_string_free(by, TRUE);
}

static json_t *write_verdict(const Verdict *verdict)
{
    const Question *question = verdict->question;
    const GPtrArray *sent = verdict->chain->sent;
    const Node *leaf = sent->len ? g_ptr_array_index(sent, 0) : NULL;
    const char *store = store_name(verdict->store);
    json_t *fact = fact_new(FACT_VERDICT), *reasons = all_reasons(verdict);
    g_autofree char *time = value_rfc3339(question->time);
    json_object_set_new(fact, "time", json_string(time));
    json_object_set_new(fact, "store", fact_text(store, strlen(store)));
    json_object_set_new(fact, "roots", json_integer(store_count(verdict->store)));
    json_object_set_new(fact, "trusted", json_boolean(json_array_size(reasons) == 0));
    json_object_set_new(fact, "reasons", reasons);
    json_object_set_new(fact, "remarks", write_remarks(fact, verdict));
    if (store_kind(verdict->store) == STORE_PRIVATE)
        json_object_set_new(fact, "private", json_true());
    write_paths(fact, verdict);
    write_distrusts(fact, verdict);
    write_times(fact, verdict);
    json_object_set_new(fact, "clients",
                        clients_answer(verdict->paths, verdict->chosen,
                                       store_kind(verdict->store) != STORE_PUBLIC));
    if (question->name)
        write_name(fact, leaf ? leaf->cert : NULL, question->name);
    return fact;
}

json_t *verify_chain(const Store *store, Chain *chain, const Question *question)
{
    Question asked = *question;
    if (!asked.distrusts)
        asked.distrusts = registry_distrusts(&asked.distrusts_count);
    Verdict verdict = {.store = store, .chain = chain, .question = &asked};
    verdict.paths = paths_find(chain, store, question->time, &verdict.limited);
    judge_all(&verdict);
    json_t *fact = write_verdict(&verdict);
    g_ptr_array_unref(verdict.paths);
    return fact;
}
