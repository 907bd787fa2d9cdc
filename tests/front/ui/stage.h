/* stage: a screen to try without a terminal: a stream, a port that notes what it is asked, keys by
 * name. */
#ifndef TLSDIVE_TESTS_FRONT_UI_STAGE_H
#define TLSDIVE_TESTS_FRONT_UI_STAGE_H

#include "front/model/model.h"
#include "front/ui/ui.h"

typedef struct Stage {
    Model *model;
    Ui *ui;
    Surface *surface;    /* as last drawn */
    GString *asked;      /* what the port was asked, a line each */
    char *copied;        /* what was copied last */
    char *written;       /* what was written last */
    GHashTable *bytes;   /* sha256 -> GBytes */
    GHashTable *answers; /* id of an explain -> json_t, a `fields` object */
    GQueue waiting;      /* ids of explains to be answered */
    UiPort port;
    gint64 wall;
    bool utf8;
} Stage;

typedef struct StageSize {
    int rows, columns;
    bool utf8;
} StageSize;

/* The terminals that screens are made for. */
#define STAGE_SMALL                                                                                \
    {                                                                                              \
        24, 80, false                                                                              \
    }
#define STAGE_LARGE                                                                                \
    {                                                                                              \
        40, 120, true                                                                              \
    }

/* The stream tests/front/streams/<name>.jsonl, judged for 2026-11-24; NULL: none. */
Stage *stage_new(const char *name, StageSize size);
void stage_free(Stage *stage);

/* Takes in one more fact (as stream_fold), and judges. */
void stage_fold(Stage *stage, const char *line);

/* Presses keys by their names, separated by blanks; a word that is no key's name is typed, letter
 * by letter. Explains are answered between keys, and the screen drawn. */
void stage_keys(Stage *stage, const char *keys);

void stage_resize(Stage *stage, StageSize size);

/* Draws; the screen as text, to be freed. */
char *stage_draw(Stage *stage);

/* The row on which the cursor stands, as text; to be freed. */
char *stage_cursor_row(Stage *stage);

/* Asserts that this stands on the screen; in the row on which the cursor stands. */
void stage_expect(Stage *stage, const char *text);
void stage_expect_row(Stage *stage, const char *text);

/* Asserts that it stands nowhere on the screen. */
void stage_expect_none(Stage *stage, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

#endif
