/* differences: two certificates side by side: what is not the same in them, field by field.
 *
 * The older one comes first, so what is read is what changed in a renewal. Both are read whole by
 * the reader, a level at a time, while what is known already is shown.
 */
#ifndef TLSDIVE_FRONT_UI_DIFFERENCES_H
#define TLSDIVE_FRONT_UI_DIFFERENCES_H

#include "front/ui/view.h"

typedef enum DifferenceKind {
    DIFFERENCE_CHANGED,
    DIFFERENCE_REMOVED,
    DIFFERENCE_ADDED
} DifferenceKind;

/* A field that is not the same; fields are borrowed from their trees. */
typedef struct Difference {
    DifferenceKind kind;
    const Field *before, *after; /* NULL where it was added or removed */
} Difference;

/* Compares two trees leaf by leaf: `differences` gets Difference; gives how many leaves are the
 * same. Of fields that come several times, as names do, those with the same value are the same
 * wherever they stand. */
guint differences_find(const Field *before, const Field *after, GArray *differences);

/* A view of the differences between two certificates, by their hashes in any order. */
View *differences_view_new(Desk *desk, const char *one, const char *other);

#endif
