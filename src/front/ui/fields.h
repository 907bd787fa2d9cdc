/* fields: what the reader explained of a message or certificate, and how it is unfolded.
 *
 * A tree is asked for when it is first looked at, and grows by answers as it is unfolded. It keeps
 * its own folds, selection and scrolling, so whoever comes back finds it as it was left. The store
 * keeps the trees that were looked at last, up to a ceiling.
 */
#ifndef TLSDIVE_FRONT_UI_FIELDS_H
#define TLSDIVE_FRONT_UI_FIELDS_H

#include "common/fact/field.h"
#include "front/ui/scroll.h"
#include "front/ui/ui.h"

typedef struct FieldStore FieldStore;
typedef struct Fields Fields;

/* A line of the tree as it is unfolded now. */
typedef struct FieldRow {
    Field *field;  /* NULL: stands for children that have not come (yet) */
    Field *parent; /* of those */
    int depth;
} FieldRow;

/* The port is borrowed. */
FieldStore *field_store_new(const UiPort *port);
void field_store_free(FieldStore *store);

/* The tree of these bytes; asked for where it is new. Valid until the next call. `kind` is that of
 * an explain job. */
Fields *field_store_get(FieldStore *store, const char *kind, const char *sha256);

/* An answer of the reader; ones that nobody waits for are left. */
void field_store_answer(FieldStore *store, const json_t *answer);

/* The root; NULL until it came. */
Field *fields_root(const Fields *fields);

/* Asks for what has not come, a level at a time; true when all of it is there. */
bool fields_ask_all(Fields *fields);

/* The lines as unfolded now: FieldRow, owned by the caller. What has not come yet is asked for. */
GArray *fields_rows(Fields *fields);

/* The selected field; NULL until there is one. */
Field *fields_selected(const Fields *fields);

/* Selects a field of this tree and unfolds what it is in. */
void fields_select(Fields *fields, Field *field);

/* Selects the first field of this id, now or as soon as it comes; copied. */
void fields_select_id(Fields *fields, const char *id);

/* Unfolds the selected field, and selects the first in it that is no extnID and no critical: what
 * the extension says. */
void fields_select_inside(Fields *fields);

/* The deepest field that holds these bytes, where it has come; else it is asked for, and NULL. */
const Field *fields_holding(Fields *fields, size_t offset, size_t length);

/* Selects the deepest field that holds these bytes (0: the one at the offset alone). What has not
 * come yet is asked for, level by level, and the selection follows until somebody moves it. */
void fields_select_bytes(Fields *fields, size_t offset, size_t length);

/* What a command did to the tree. */
typedef enum FieldsDid {
    FIELDS_NOT_MINE,
    FIELDS_MOVED,
    FIELDS_LEFT, /* it wanted to leave: Left on the root */
} FieldsDid;

/* Movement; In unfolds, then goes to the first child; Out folds, then goes to the parent, then
 * leaves; Open unfolds or folds. */
FieldsDid fields_command(Fields *fields, Command command);

typedef enum FieldsSought {
    FIELDS_SOUGHT_NOTHING,
    FIELDS_SOUGHT_FOUND,
    FIELDS_SOUGHT_NOT_THERE,
    FIELDS_SOUGHT_COMING, /* what lies on the way has not come: it was asked for */
} FieldsSought;

/* Selects the next (1) or previous (-1) field whose name or value holds `text`, in any case, around
 * the end; folds do not matter. A search that waits for the reader goes on by itself, until it is
 * done or somebody moves. */
FieldsSought fields_seek(Fields *fields, const char *text, int direction);

/* The text that a search waits with, and how many fields have come; NULL: none waits. */
const char *fields_seeking(const Fields *fields, guint *come);

/* How a search that had waited ended; said once. */
FieldsSought fields_take_sought(Fields *fields);

/* The scrolling of the tree on the screen. */
Scroll *fields_scroll(Fields *fields);

/* True where a field is unfolded. */
bool fields_is_open(const Fields *fields, const Field *field);

/* The whole tree that has come, one field a line, for files; to be freed. */
char *fields_text(const Fields *fields, bool ascii);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FieldStore, field_store_free)

#endif
