/* expression: a filter that a user types.
 *
 *     days<30 and issuer~"Let's Encrypt"
 *     (host=www.example.com or san~/^\*\./) and not trusted=yes
 *
 * A comparison is a field's name, one of = != < <= > >= ~ !~, and a value: a word, or text in
 * double quotes in which \ stands before a quote or itself; behind ~ also a regular expression
 * between slashes, in any case. ~ is "contains", in any case; = is equality, in any case. `not`
 * binds more tightly than `and`, that more tightly than `or`; what stands side by side is joined by
 * `and`.
 *
 * A word that is no comparison matches where anything of the row holds it, in any case; `name:word`
 * where that field does, and `name:<30` and `name:>30` compare numbers; `!` before such a word
 * turns it round. Where no comparison stands in a text all of it is such words, and quotes,
 * parentheses and `and` have no meaning.
 *
 * A field may have many values (the names of a certificate): a comparison holds where one of them
 * does; != and !~ are the contrary of = and ~, but hold nowhere if there is no value at all, for
 * what is not known is neither equal nor different.
 *
 * Pure. A text has at most LIMIT_FILTER bytes; how deep it may be and how long a regular expression
 * may search is bounded.
 */
#ifndef TLSDIVE_FRONT_REPORT_EXPRESSION_H
#define TLSDIVE_FRONT_REPORT_EXPRESSION_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum ValueKind {
    VALUE_TEXT,   /* compared as text; < and > compare the numbers that texts begin with */
    VALUE_NUMBER, /* whole or not; a value may have a unit of time behind it, then it is days */
    VALUE_TIME,   /* seconds since 1970; written as of when.h */
    VALUE_BOOL,   /* 1 or 0; written yes or no */
} ValueKind;

typedef struct Value {
    ValueKind kind;
    double number;
    const char *text; /* VALUE_TEXT: `size` bytes, with a NUL behind */
    size_t size;
    char *owned; /* what text points into, to be freed; or NULL */
} Value;

/* A list of Value. */
GArray *values_new(void);
void values_number(GArray *values, ValueKind kind, double number);
void values_borrow(GArray *values, const char *text, gssize size);
void values_take(GArray *values, char *text);

/* A value as text; to be freed. */
char *value_text(const Value *value);

/* What fields there are. */
typedef struct ExpressionScope {
    /* The number of the field of this name, and its kind; -1: there is none. */
    int (*field)(gpointer data, const char *name, ValueKind *kind);
    gpointer data;
    gint64 now; /* that relative times are from */
} ExpressionScope;

/* Something that matches or not. */
typedef struct ExpressionSubject {
    /* Appends the values of a field; none where it is not known. */
    void (*values)(gpointer data, int field, GArray *values);
    /* Whether a plain word holds; it is case folded. */
    bool (*word)(gpointer data, const char *word);
    gpointer data;
} ExpressionSubject;

typedef struct Expression Expression;

/* NULL where it is wrong: *error says what and where, and *place is the byte at which. */
Expression *expression_new(const char *text, const ExpressionScope *scope, size_t *place,
                           GError **error);
void expression_free(Expression *expression);

bool expression_matches(const Expression *expression, const ExpressionSubject *subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expression, expression_free)

#endif
