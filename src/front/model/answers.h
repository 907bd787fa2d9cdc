/* answers: what an endpoint was asked in dives, and what it answered.
 *
 * A topic is a question in one version and about one kind of key ("suite" in "TLS 1.2"; of
 * certificates the key is the value, which says what brings one); below it
 * lies, for each item that was asked about, the answer that counts, which is the last one. An
 * answer is one fact and is shared by all its items. Of an order ("suite-order") the items are no
 * rows of their own: the topic's last answer is all.
 *
 * Written by model_fold alone; everybody else reads, and keeps no pointer across a fold.
 */
#ifndef TLSDIVE_FRONT_MODEL_ANSWERS_H
#define TLSDIVE_FRONT_MODEL_ANSWERS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct Connection;

typedef enum AnswerWord { ANSWER_UNKNOWN, ANSWER_YES, ANSWER_NO } AnswerWord;

typedef struct Answer {
    json_t *fact;
    AnswerWord word;
    const char *reason;       /* interned; NULL: none */
    struct Connection *proof; /* the connection that shows it; NULL: none is named */
    guint dive;               /* number of the dive that brought it */
    guint references;         /* cells, and the topic */
} Answer;

/* Where two configurations answer behind one address: which of them alone accepts something. */
typedef enum AnswerSide { ANSWER_SOME, ANSWER_FIRST, ANSWER_SECOND, ANSWER_SIDES } AnswerSide;

/* How something is accepted that is not accepted by every connection. */
typedef struct AnswerSplit {
    AnswerSide side; /* ANSWER_SOME: it is not told which */
    guint tries, of; /* in so many of so many connections; of is 0 where they were not counted */
} AnswerSplit;

/* What counts for one item. */
typedef struct AnswerCell {
    const char *item; /* borrowed from the answer's fact */
    gint64 code;      /* its number; -1: none given */
    Answer *answer;
} AnswerCell;

typedef struct AnswerTopic {
    const char *question; /* interned */
    char *version, *key;  /* "" where it was asked of none */
    GPtrArray *cells;     /* AnswerCell *, owned, in the order in which items were first heard of */
    GHashTable *by_item;  /* item -> AnswerCell */
    Answer *last;         /* the newest answer */
} AnswerTopic;

/* One hello of a question that is asked alone. */
typedef struct Try {
    json_t *fact;
    AnswerWord word;
    double took;              /* seconds until it was answered; negative: it was not */
    struct Connection *proof; /* NULL: none is named, or known */
} Try;

/* A dive, running or over. */
typedef struct Dive {
    guint number; /* of all of this endpoint, from 1; 0: there was none */
    bool running;
    const char *depth; /* interned: versions, full, one */
    double began, took;
    guint connections; /* made so far */
    guint in_flight, left, allowed;
    const char *result, *reason; /* interned; NULL while it runs, and where there is none */
    json_t *args;                /* of the reason; may be NULL */
} Dive;

typedef struct Answers {
    Dive dive;         /* the last that was about more than one question */
    Dive one;          /* the last that was about one */
    GPtrArray *tries;  /* Try *, owned: what came of each of its hellos, in order */
    Dive *now;         /* the last that began */
    GPtrArray *topics; /* AnswerTopic *, owned, in the order in which they came up */
    GHashTable *index; /* the same by question, version and key */
    guint cells;       /* of all topics */
    double heard;      /* when the endpoint last said something on a connection of a dive */
} Answers;

Answers *answers_new(void);
void answers_free(Answers *answers);

/* Fold a `dive`, an `answer` or a `try` fact in; false where it makes no sense or a ceiling is
 * reached. `proof` is the connection that the answer names, or NULL. */
bool answers_fold_dive(Answers *answers, json_t *fact, double at);
bool answers_fold(Answers *answers, json_t *fact, struct Connection *proof);

bool answers_fold_try(Answers *answers, json_t *fact, struct Connection *proof);

/* The topic; "" stands for no version and no key. NULL: never answered. */
const AnswerTopic *answers_topic(const Answers *answers, const char *question, const char *version,
                                 const char *key);

/* The answer that counts for an item, over all keys: a yes before an unknown before a no. NULL:
 * not asked. */
const Answer *answers_find(const Answers *answers, const char *question, const char *version,
                           const char *item);

/* What was said about the version itself. */
const Answer *answers_version(const Answers *answers, const char *version);

/* The items of an order that the server has, a JSON array; NULL where it is not known, or follows
 * the client. */
const json_t *answers_order(const Answers *answers, const char *question, const char *version);

/* The items of a question that have this answer in a version, each once over all keys: a list of
 * const AnswerCell *, in the server's order where it has one, else as they were heard of; free with
 * g_ptr_array_unref. */
GPtrArray *answers_list(const Answers *answers, const char *question, const char *version,
                        AnswerWord word);

/* How many items of a question have this answer in a version, each counted once over all keys. */
guint answers_count(const Answers *answers, const char *question, const char *version,
                    AnswerWord word);

/* False where the answer is no yes, or where all connections agree in it as far as is known. */
bool answers_split(const Answer *answer, AnswerSplit *split);

/* The items that are split with this side, each once, the versions themselves first; what is in a
 * version that is split is left out. A list of const AnswerCell *; free with
 * g_ptr_array_unref. */
GPtrArray *answers_splits(const Answers *answers, AnswerSide side);

/* True while a dive runs that will ask this question anew, and has not yet. */
bool answers_is_stale(const Answers *answers, const AnswerTopic *topic, const Answer *answer);

/* True while any dive runs. */
bool answers_is_diving(const Answers *answers);

/* The names of versions, newest first; NULL at its end. */
extern const char *const answers_versions[];

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answers, answers_free)

#endif
