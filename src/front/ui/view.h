/* view: what a screen full of something is to the rest of the program.
 *
 * A view is a file of static functions that ends in one const ViewOps; views lie on a stack, the
 * endpoints at the bottom. What all of them share is the Desk. A pane is less: lines about one
 * endpoint, drawn beside the endpoints or in their place (PaneOps).
 */
#ifndef TLSDIVE_FRONT_UI_VIEW_H
#define TLSDIVE_FRONT_UI_VIEW_H

#include "front/audit/audit.h"
#include "front/ui/command.h"
#include "front/ui/fields.h"
#include "front/ui/lines.h"
#include "front/ui/table.h"
#include "front/ui/ui.h"

typedef enum SuiteForm { SUITE_IANA, SUITE_OPENSSL, SUITE_CODE, SUITE_FORMS } SuiteForm;

/* A question that is asked again and again. */
typedef struct Watch {
    char *endpoint;
    json_t *question;
    double next; /* when it is asked, seconds since the stream began */
    guint times; /* that it was asked so far */
    AnswerWord word;
    bool known;    /* it was answered: `word` is its answer */
    guint turns;   /* how often that turned into another */
    double turned; /* when it did so last */
} Watch;

struct Desk {
    Ui *ui;
    const Model *model;
    const UiPort *port;
    const char *title;    /* what was asked; NULL: not said */
    const char *saved_in; /* NULL: not saved */
    bool utf8, replay;
    FieldStore *fields;
    GPtrArray *log; /* char *, printable */
    gint64 wall;    /* the instant that is drawn, seconds since 1970: the clock's */
    gint64 present; /* the same, where the clock was not moved */
    bool moved;     /* the clock shows another time than the present */
    double at;      /* the same, seconds since the stream began */
    SuiteForm suites;
    bool hex;  /* bytes are shown beside fields */
    bool asn1; /* the fields of a certificate are plain ASN.1 */
    bool wrap; /* long values go on in the next lines */
    bool paused;
    Watch *watch; /* NULL: nothing is watched */
    Area focus;   /* where the focused pane was drawn last */
    char *marked; /* hash of a certificate to compare others with; owned, NULL: none */
    char *path;   /* the file that a question is about; owned */
};

/* A form in which something can be taken away. */
typedef struct Form {
    char *name; /* "value", "PEM" */
    char *text;
} Form;

typedef struct View View;
struct PromptKind;

typedef struct ViewOps {
    void (*free)(View *view);
    /* Where the keyboard's focus is. */
    ViewKind (*focus)(const View *view);
    /* Draws the body, and places the cursor on the selection. */
    void (*draw)(View *view, Area body);
    /* The title line's two ends, for `width` columns, printable. */
    void (*title)(View *view, int width, GString *left, GString *right);
    /* The status line's two ends, printable. */
    void (*status)(View *view, GString *left, GString *right);
    /* False: not for this view. */
    bool (*command)(View *view, Command command);
    /* Goes to the next (1) or previous (-1) place that holds the text; false if there is none. */
    bool (*seek)(View *view, const char *text, int direction);
    /* The ids of the endpoints that "again" and "stop" mean; free with g_ptr_array_unref. NULL:
     * none ever. */
    GPtrArray *(*endpoints)(View *view);
    /* What "again", "ask" and "watch" mean where that is less than an endpoint: a question as the
     * probe job has it (doc/facts.md), a new reference, and the endpoint's id; JSON's false: one
     * that is asked by whole dives alone. NULL: the endpoints; NULL op: always. */
    json_t *(*question)(View *view, const char **endpoint);
    /* How many times "again" asks that question; NULL op: once. */
    guint (*times)(View *view);
    /* What "filter" and "sort" work on. NULL: nothing ever. */
    Table *(*table)(View *view);
    /* Appends what can be copied (Form, from form_add), the plainest first. */
    void (*forms)(View *view, GPtrArray *forms);
    /* The DER of the certificate that the cursor is on; NULL: none. NULL op: none ever. */
    GBytes *(*certificate)(View *view);
    /* All of the view as text; to be freed. */
    char *(*text)(View *view);
} ViewOps;

/* The base of every view: the first member of its struct. */
struct View {
    const ViewOps *ops;
    Desk *desk;
};

typedef struct PaneOps {
    const char *name; /* in its rule */
    ViewKind kind;
    /* Adds to its rule, on both sides; printable. May be NULL. */
    void (*title)(const Desk *desk, const Endpoint *endpoint, GString *left, GString *right);
    /* Adds the lines; fewer where `brief`. */
    void (*build)(const Desk *desk, const Endpoint *endpoint, Lines *lines, bool brief);
    /* Opens what a line stands for; false: nothing. May be NULL. */
    bool (*open)(Desk *desk, const Endpoint *endpoint, const char *identity);
    bool tail; /* shows its end until somebody moves */
} PaneOps;

extern const PaneOps handshake_pane, negotiated_pane, summary_pane, concerns_pane;

/* The lines of one connection, as the handshake pane has them: handshake_pane.open opens one. */
void handshake_lines(const Desk *desk, const Connection *connection, Lines *lines);

/* ---- what a view can ask of the screen around it (desk.c, ui.c) ---- */

/* Puts a view on top, which the screen owns from now on; takes the top one off. */
void desk_push(Desk *desk, View *view);
void desk_pop(Desk *desk);

View *desk_top(Desk *desk);

/* Opens a prompt of this kind (prompt.h), a question of yes or no (taken), or a menu of lines (char
 * *, copied). */
void desk_ask(Desk *desk, const struct PromptKind *kind, const char *text);
void desk_ask_secret(Desk *desk, const struct PromptKind *kind);
void desk_confirm(Desk *desk, char *question, void (*yes)(Desk *desk));
void desk_menu(Desk *desk, const char *title, const GPtrArray *items,
               void (*chosen)(Desk *desk, guint item));

/* Says something in the status line until the next key; the string is taken, NULL is allowed. */
void desk_say(Desk *desk, char *message);

/* Text as it may be shown here; to be freed. */
char *desk_safe(const Desk *desk, const void *text, gssize size);

/* What the screen is about: the title that was given, else the one host; to be freed. */
char *desk_name(const Desk *desk);

/* Asks an endpoint (its id) a question. Where it is more than once, or no cell is in sight, a view
 * shows how often it was answered how, and how fast; of more than once nothing is watched any more.
 */
void desk_question(Desk *desk, const char *endpoint, const json_t *question, guint times);

/* Watches a question (taken), in place of what was watched; NULL: nothing any more. */
void desk_watch(Desk *desk, const char *endpoint, json_t *question);

/* True if this is what is watched. */
bool desk_is_watched(const Desk *desk, const char *endpoint, const json_t *question);

/* Moves the clock (clock.c) to an instant as typed (when.h), "now" among them, or asks for one
 * where it is NULL; by so many of the next changes, or back (negative). */
void clock_set(Desk *desk, const char *text);
void clock_step(Desk *desk, int steps);

/* Asks what is watched, where it is due. */
void desk_tick(Desk *desk, double at);

/* The ids of the endpoints that are marked in their table, else of the selected one; free with
 * g_ptr_array_unref. */
GPtrArray *desk_chosen(Desk *desk);

/* A glyph of this screen. */
const char *desk_glyph(const Desk *desk, int meaning);

/* The name of a suite in the form chosen now; IANA's is short if `brief`. To be freed. */
char *desk_suite(const Desk *desk, const char *suite, bool brief);

/* Appends a form; both strings are taken. */
void form_add(GPtrArray *forms, const char *name, char *text);

/* The forms of a certificate: PEM, DER in hex, SHA-256. */
void form_add_certificate(GPtrArray *forms, const Desk *desk, const Certificate *certificate);

/* PEM of a certificate's DER; to be freed. */
char *form_pem(GBytes *der);

/* The role of a severity. */
Role role_of_severity(Severity severity);

/* ---- views ---- */

View *endpoints_view_new(Desk *desk);

/* Goes to the row of an endpoint, if this is the view of all and the row is shown. */
void endpoints_view_select(View *view, const char *endpoint);

/* What an endpoint accepts, as its dives have found. */
View *accepts_view_new(Desk *desk, const Endpoint *endpoint);

/* One connection, message by message. `subject` says what it is about, `question` is what it asked
 * (as of ViewOps.question); both are taken, and may be NULL. */
View *connection_view_new(Desk *desk, const Connection *connection, char *subject,
                          json_t *question);

/* One message of a connection, by its number; `field` (an id, or NULL) is selected. */
View *message_view_new(Desk *desk, const Connection *connection, guint event, const char *field);

/* The chain of a connection, at this certificate (NULL: the leaf) and field (an id, or NULL). */
View *certificate_view_new(Desk *desk, const Connection *connection, const char *sha256,
                           const char *field);

/* Certificates from a file, by their hashes; the list is copied. */
View *certificate_view_new_file(Desk *desk, const GPtrArray *sha256s, const char *title);

/* The local files that were opened, and what stands in them. */
View *files_view_new(Desk *desk);

/* All findings, at those of this endpoint (NULL: the first); `rule` is its rule's code, or NULL. */
View *findings_view_new(Desk *desk, const Endpoint *endpoint, const char *rule);

/* The certificates of the estate. */
View *inventory_view_new(Desk *desk);

/* What ends on which day. */
View *ends_view_new(Desk *desk);

View *log_view_new(Desk *desk);

/* The keys of a view. */
View *help_view_new(Desk *desk, ViewKind kind);

#endif
