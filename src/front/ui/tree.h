/* tree: a tree of fields, drawn. */
#ifndef TLSDIVE_FRONT_UI_TREE_H
#define TLSDIVE_FRONT_UI_TREE_H

#include "front/ui/fields.h"
#include "front/ui/surface.h"

typedef struct TreeStyle {
    bool focused;
    /* The letter of the worst finding that a field proves, and its role; 0: none. May be NULL. */
    char (*flag)(const Field *field, gpointer data, Role *role);
    /* Adds a word or two that stand behind the value. May be NULL. */
    void (*remark)(const Field *field, gpointer data, GString *text, Role *role);
    gpointer data;
    int aside; /* columns by which values are moved to the left */
    bool wrap; /* values that are too long go on in the next lines */
} TreeStyle;

/* Draws the lines that fit, with name, value, offset and size, the selected one with its sign. */
void tree_draw(Fields *fields, Area area, const TreeStyle *style);

#endif
