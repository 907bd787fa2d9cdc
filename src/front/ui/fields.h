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

/* The lines as unfolded now: FieldRow, owned by the caller. What has not come yet is asked for. */
GArray *fields_rows(Fields *fields);

/* The selected field; NULL until there is one. */
Field *fields_selected(const Fields *fields);

/* Selects a field of this tree and unfolds what it is in. */
void fields_select(Fields *fields, Field *field);

/* Selects the first field of this id, now or as soon as it comes; copied. */
void fields_select_id(Fields *fields, const char *id);

/* Selects the deepest field that holds this byte. */
void fields_select_offset(Fields *fields, size_t offset);

/* What a command did to the tree. */
typedef enum FieldsDid {
    FIELDS_NOT_MINE,
    FIELDS_MOVED,
    FIELDS_LEFT, /* it wanted to leave: Left on the root */
} FieldsDid;

/* Movement; In unfolds, then goes to the first child; Out folds, then goes to the parent, then
 * leaves; Open unfolds or folds. */
FieldsDid fields_command(Fields *fields, Command command);

/* Selects the next (1) or previous (-1) field of what has come whose name or value holds `text`, in
 * any case. */
bool fields_seek(Fields *fields, const char *text, int direction);

/* The scrolling of the tree on the screen. */
Scroll *fields_scroll(Fields *fields);

/* True where a field is unfolded. */
bool fields_is_open(const Fields *fields, const Field *field);

/* The whole tree that has come, one field a line, for files; to be freed. */
char *fields_text(const Fields *fields, bool ascii);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FieldStore, field_store_free)

#endif
