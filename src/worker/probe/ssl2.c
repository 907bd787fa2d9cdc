/* One CLIENT-HELLO with every cipher kind. A SERVER-HELLO names those that the server shares;
 * none of them means that it speaks SSL 2.0 and accepts nothing. Anything else but silence or a
 * reset is a refusal: what knows no SSL 2.0 takes the CLIENT-HELLO for garbage.
 */
#include "worker/probe/ssl2.h"

#include "common/registry/registry.h"
#include "worker/probe/form.h"
#include "worker/probe/suites.h"

typedef struct Ssl2 {
    Strategy base;
    Known *known;
    bool asked, over;
} Ssl2;

static Offer *ssl2_ask(Strategy *strategy, guint *tag)
{
    Ssl2 *ssl2 = (Ssl2 *)strategy;
    if (ssl2->asked)
        return NULL;
    ssl2->asked = true;
    *tag = 0;
    g_autoptr(GArray) kinds = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t count;
    const CipherSuite *all = registry_ssl2_suites(&count);
    for (size_t i = 0; i < count; i++)
        g_array_append_val(kinds, all[i].id);
    return form_offer(TLS_SSL2, FORM_EC, kinds, NULL);
}

static void say_kinds(Ssl2 *ssl2, const Told *told)
{
    size_t count;
    const CipherSuite *all = registry_ssl2_suites(&count);
    json_t *answers[] = {known_answer("suite", TLS_SSL2, "no"),
                         known_answer("suite", TLS_SSL2, "yes")};
    for (size_t i = 0; i < count; i++) {
        bool shared = false;
        for (guint j = 0; told->reply->suites && j < told->reply->suites->len; j++)
            shared = shared || g_array_index(told->reply->suites, uint32_t, j) == all[i].id;
        known_item(answers[shared], all[i].name, all[i].id);
    }
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        known_text(answers[i], "connection", told->connection);
        if (json_array_size(json_object_get(answers[i], "items")))
            known_say(ssl2->known, answers[i]);
        else
            json_decref(answers[i]);
    }
}

static void ssl2_tell(Strategy *strategy, guint tag, const Told *told)
{
    Ssl2 *ssl2 = (Ssl2 *)strategy;
    (void)tag;
    Certainty certainty = CERTAINTY_NO;
    if (told->verdict == VERDICT_LOST)
        certainty = CERTAINTY_UNKNOWN;
    else if (told->verdict == VERDICT_CHOSEN && told->reply->version == TLS_SSL2)
        certainty = CERTAINTY_YES;
    known_set_version(ssl2->known, TLS_SSL2, certainty, told->connection,
                      certainty == CERTAINTY_YES ? NULL : told->reason);
    if (certainty == CERTAINTY_YES && ssl2->known->depth == DIVE_FULL)
        say_kinds(ssl2, told);
    known_version(ssl2->known, TLS_SSL2)->over = true;
    ssl2->over = true;
}

static guint ssl2_want(const Strategy *strategy)
{
    return !((const Ssl2 *)strategy)->asked;
}

static bool ssl2_over(const Strategy *strategy)
{
    return ((const Ssl2 *)strategy)->over;
}

static void ssl2_stop(Strategy *strategy, const char *reason)
{
    Ssl2 *ssl2 = (Ssl2 *)strategy;
    if (!ssl2->over)
        known_set_version(ssl2->known, TLS_SSL2, CERTAINTY_UNKNOWN, NULL, reason);
    ssl2->over = true;
}

static void ssl2_free(Strategy *strategy)
{
    g_free(strategy);
}

static const StrategyClass ssl2_class = {
    .ask = ssl2_ask,
    .tell = ssl2_tell,
    .want = ssl2_want,
    .left = ssl2_want,
    .over = ssl2_over,
    .stop = ssl2_stop,
    .free = ssl2_free,
};

Strategy *ssl2_new(Known *known)
{
    Ssl2 *ssl2 = g_new0(Ssl2, 1);
    ssl2->base.class = &ssl2_class;
    ssl2->base.rank = RANK_LATER;
    ssl2->known = known;
    return &ssl2->base;
}
