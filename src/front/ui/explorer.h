/* explorer: a list of things made of bytes, and the selected one down to its last byte.
 *
 * What the certificate view and the message view have in common: the list (the chain, the
 * connection's messages), the tree of fields, the bytes with the selected field's marked, and what
 * the field is for. The focus goes inwards by Enter and Right, outwards by Esc and Left. A kind
 * says what is in the list and how it is called.
 */
#ifndef TLSDIVE_FRONT_UI_EXPLORER_H
#define TLSDIVE_FRONT_UI_EXPLORER_H

#include "front/ui/view.h"

typedef struct Explorer Explorer;

/* What the lines of a list were made of. */
typedef struct ExplorerListed {
    guint changes; /* another number: they are built anew */
    guint count;   /* of what may be added to while `changes` stays */
} ExplorerListed;

typedef struct ExplorerKind {
    ViewKind kind;
    const char *list_name; /* in the rule of the list */
    int list_rows; /* most lines of the list where panes are stacked; 0: it is not shown there */
    const char *explain; /* kind of the explain job; NULL: as explain_of says */
    const char *(*explain_of)(const Explorer *explorer, const char *identity);
    /* Adds the lines of the list, each with its identity. */
    void (*list)(const Explorer *explorer, Lines *lines);
    /* For lists that may be long: what their lines are made of, and the lines of what was added
     * behind the first `from`. NULL ops: the list is built anew at each drawing. */
    ExplorerListed (*listed)(const Explorer *explorer);
    void (*list_more)(const Explorer *explorer, guint from, Lines *lines);
    /* The hash of the bytes that an identity stands for; NULL: it has none. Borrowed. */
    const char *(*sha256)(const Explorer *explorer, const char *identity);
    /* The way to the thing, for the title; printable. */
    void (*path)(const Explorer *explorer, const char *identity, GString *left, GString *right);
    /* The certificate that an identity stands for; NULL: none. */
    const Certificate *(*certificate)(const Explorer *explorer, const char *identity);
    /* Adds a word or two to the row of a field; may set its role. NULL op: never. */
    void (*remark)(const Explorer *explorer, const Field *field, GString *text, Role *role);
    /* Adds lines to what is said about a field. NULL op: none. */
    void (*about)(const Explorer *explorer, const Field *field, Lines *lines);
    /* Enter on an identity: false, its fields are gone to; NULL: always. */
    bool (*open)(const Explorer *explorer, const char *identity);
} ExplorerKind;

/* What it is about: a connection, or certificates of a file. */
typedef struct ExplorerTopic {
    const Connection *connection; /* NULL: of a file */
    const GPtrArray *sha256s;     /* char *: of a file */
    const char *title;            /* of a file */
} ExplorerTopic;

/* A view; `identity` is selected in the list, and `field` (an id) in its tree; both may be NULL. */
View *explorer_new(Desk *desk, const ExplorerKind *kind, ExplorerTopic topic, const char *identity,
                   const char *field);

/* For kinds. */
const Desk *explorer_desk(const Explorer *explorer);
ExplorerTopic explorer_topic(const Explorer *explorer);

#endif
