#include "front/report/expression.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "common/util/limits.h"
#include "common/util/text.h"
#include "common/util/when.h"

enum {
    DEEPEST = 64,
    MOST_SHOWN = 24,  /* bytes of the text in a message */
    SEARCHED = 16384, /* bytes of a value that a regular expression looks at */
};

/* So many steps, and no deeper: a pattern of a stranger's making cannot hold up the screen. */
#define BOUNDS "(*LIMIT_MATCH=50000)(*LIMIT_RECURSION=500)"

typedef enum NodeKind { NODE_AND, NODE_OR, NODE_NOT, NODE_WORD, NODE_COMPARE } NodeKind;

typedef enum Operator {
    OPERATOR_EQUAL,
    OPERATOR_DIFFERENT,
    OPERATOR_LESS,
    OPERATOR_AT_MOST,
    OPERATOR_MORE,
    OPERATOR_AT_LEAST,
    OPERATOR_HOLDS,
    OPERATOR_HOLDS_NOT,
} Operator;

/* Longer ones before those that they begin with. */
static const struct {
    const char *sign;
    Operator operator;
} operators[] = {
    {"!=", OPERATOR_DIFFERENT}, {"!~", OPERATOR_HOLDS_NOT}, {"<=", OPERATOR_AT_MOST},
    {">=", OPERATOR_AT_LEAST},  {"==", OPERATOR_EQUAL},     {"=", OPERATOR_EQUAL},
    {"<", OPERATOR_LESS},       {">", OPERATOR_MORE},       {"~", OPERATOR_HOLDS},
};

typedef struct Node {
    NodeKind kind;
    struct Node *left, *right; /* of and, or; left alone of not */
    char *word;                /* of a plain word; of a comparison its value, case folded */
    int field;
    Operator operator;
    double number; /* the value, where the field's kind is one of numbers */
    bool loose;    /* name:word, which looks at every kind of value as text */
    GRegex *regex; /* NULL: none */
} Node;

struct Expression {
    Node *root; /* NULL: matches all */
};

/* ---- values ---- */

static void value_clear(gpointer data)
{
    g_free(((Value *)data)->owned);
}

GArray *values_new(void)
{
    GArray *values = g_array_new(FALSE, FALSE, sizeof(Value));
    g_array_set_clear_func(values, value_clear);
    return values;
}

void values_number(GArray *values, ValueKind kind, double number)
{
    Value value = {.kind = kind, .number = number};
    g_array_append_val(values, value);
}

void values_borrow(GArray *values, const char *text, gssize size)
{
    Value value = {.text = text, .size = size < 0 ? strlen(text) : (size_t)size};
    g_array_append_val(values, value);
}

void values_take(GArray *values, char *text)
{
    Value value = {.text = text, .size = strlen(text), .owned = text};
    g_array_append_val(values, value);
}

/* ---- reading ---- */

typedef struct Reading {
    const char *text, *at;
    const ExpressionScope *scope;
    bool plain; /* words alone: quotes, parentheses and operators have no meaning */
    guint depth;
    size_t place;
    GError *error;
} Reading;

static Node *read_or(Reading *reading);

static void node_free(Node *node)
{
    if (!node)
        return;
    node_free(node->left);
    node_free(node->right);
    g_free(node->word);
    g_clear_pointer(&node->regex, g_regex_unref);
    g_free(node);
}

static Node *node_new(NodeKind kind, Node *left, Node *right)
{
    Node *node = g_new0(Node, 1);
    *node = (Node){.kind = kind, .left = left, .right = right};
    return node;
}

/* Refuses, once, with what is wrong and where. */
static Node *refuse(Reading *reading, const char *at, const char *what)
{
    if (reading->error)
        return NULL;
    g_autofree char *rest = g_strndup(at, strnlen(at, MOST_SHOWN));
    g_autofree char *shown = text_escape(rest, -1, false);
    glong column = g_utf8_strlen(reading->text, at - reading->text) + 1;
    reading->place = (size_t)(at - reading->text);
    if (*rest)
        reading->error = g_error_new(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                                     _("%s (column %ld, at: %s)"), what, column, shown);
    else
        reading->error =
            g_error_new(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%s (at the end)"), what);
    return NULL;
}

static void skip_blanks(Reading *reading)
{
    while (g_ascii_isspace(*reading->at))
        reading->at++;
}

static bool is_name(char character)
{
    return g_ascii_isalnum(character) || character == '_' || character == '-' || character == '.';
}

static size_t name_size(const char *at)
{
    size_t size = 0;
    while (g_ascii_isalpha(*at) && is_name(at[size]))
        size++;
    return size;
}

/* The operator that stands here, behind blanks; its size is set, 0: there is none. */
static Operator operator_at(const char *at, size_t *size)
{
    size_t blanks = strspn(at, " \t");
    *size = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (!g_str_has_prefix(at + blanks, operators[i].sign))
            continue;
        *size = blanks + strlen(operators[i].sign);
        return operators[i].operator;
    }
    return OPERATOR_EQUAL;
}

/* The end of a word: a blank or a parenthesis; of one in quotes the quote. */
static const char *word_end(const char *at)
{
    if (*at == '"') {
        for (at++; *at && *at != '"'; at++)
            at += *at == '\\' && at[1];
        return *at ? at + 1 : at;
    }
    while (*at && !g_ascii_isspace(*at) && *at != '(' && *at != ')')
        at++;
    return at;
}

static const char *end_of_word(const Reading *reading, const char *at)
{
    return reading->plain ? at + strcspn(at, " \t") : word_end(at);
}

/* True where a comparison stands in the text: else it is plain words. */
static bool has_comparison(const char *text)
{
    while (*text) {
        size_t sign, size = name_size(text);
        operator_at(text + size, &sign);
        if (size && sign)
            return true;
        const char *end = word_end(text);
        text = *end && end == text ? end + 1 : end;
        text += strspn(text, " \t");
    }
    return false;
}

/* What stands between two marks, in which a backslash takes away their meaning; NULL where the
 * second is missing. */
static char *read_marked(Reading *reading, char mark, bool keep)
{
    GString *text = g_string_new(NULL);
    const char *at = reading->at + 1;
    for (; *at && *at != mark; at++) {
        if (*at == '\\' && (at[1] == mark || (at[1] == '\\' && !keep)))
            at++;
        else if (*at == '\\' && at[1] && keep) /* an escape of the pattern's own */
            g_string_append_c(text, *at++);
        g_string_append_c(text, *at);
    }
    if (!*at) {
        refuse(reading, reading->at,
               mark == '"' ? _("the closing quote is missing") : _("the closing slash is missing"));
        g_string_free(text, TRUE);
        return NULL;
    }
    reading->at = at + 1;
    return g_string_free(text, FALSE);
}

static bool read_regex(Reading *reading, Node *node)
{
    const char *begin = reading->at;
    g_autofree char *pattern = read_marked(reading, '/', true);
    g_autoptr(GError) error = NULL;
    if (!pattern)
        return false;
    g_autofree char *bounded = g_strconcat(BOUNDS, pattern, NULL);
    node->regex = g_regex_new(bounded, G_REGEX_CASELESS, 0, &error);
    if (!node->regex)
        refuse(reading, begin, _("this is no regular expression"));
    return node->regex != NULL;
}

/* A value of a field that is a number, a time, or yes or no. */
static bool read_number(const Reading *reading, ValueKind kind, const char *text, double *number)
{
    gint64 time = 0;
    char *end = NULL;
    switch (kind) {
    case VALUE_TEXT:
        return true;
    case VALUE_TIME: {
        bool fine = when_instant(text, reading->scope->now, &time);
        *number = (double)time;
        return fine;
    }
    case VALUE_BOOL:
        *number = g_ascii_strcasecmp(text, "yes") == 0 || g_ascii_strcasecmp(text, "true") == 0;
        return *number > 0 || g_ascii_strcasecmp(text, "no") == 0 ||
               g_ascii_strcasecmp(text, "false") == 0;
    case VALUE_NUMBER:
        break;
    }
    *number = g_ascii_strtod(text, &end);
    if (end != text && *end && when_span(text, number)) {
        *number /= 24 * 60 * 60;
        return true;
    }
    return end != text && !*end && isfinite(*number);
}

static bool read_value(Reading *reading, Node *node, ValueKind kind)
{
    static const char *const wanted[] = {[VALUE_NUMBER] =
                                             N_("this field is compared with a number"),
                                         [VALUE_TIME] = N_("this field is compared with a time"),
                                         [VALUE_BOOL] = N_("this field is yes or no")};
    bool holds = node->operator== OPERATOR_HOLDS || node->operator== OPERATOR_HOLDS_NOT;
    const char *begin;
    g_autofree char *text = NULL;
    skip_blanks(reading);
    begin = reading->at;
    if (holds && kind != VALUE_TEXT)
        return refuse(reading, begin, _(wanted[kind]));
    if (holds && *begin == '/')
        return read_regex(reading, node);
    if (*begin == '"') {
        text = read_marked(reading, '"', false);
    } else {
        reading->at = word_end(begin);
        text = g_strndup(begin, (gsize)(reading->at - begin));
        if (!*text)
            return refuse(reading, begin, _("a value is missing"));
    }
    if (!text)
        return false;
    if (!read_number(reading, kind, text, &node->number))
        return refuse(reading, begin, _(wanted[kind]));
    if (kind == VALUE_TEXT)
        node->number = g_ascii_strtod(text, NULL);
    node->word = g_utf8_casefold(text, -1);
    return true;
}

static Node *read_comparison(Reading *reading, size_t size)
{
    g_autofree char *name = g_ascii_strdown(reading->at, (gssize)size);
    Node *node = node_new(NODE_COMPARE, NULL, NULL);
    ValueKind kind = VALUE_TEXT;
    size_t sign;
    node->field = reading->scope->field(reading->scope->data, name, &kind);
    node->operator= operator_at(reading->at + size, &sign);
    if (node->field < 0) {
        refuse(reading, reading->at, _("there is no field of this name here"));
    } else {
        reading->at += size + sign;
        if (read_value(reading, node, kind))
            return node;
    }
    node_free(node);
    return NULL;
}

/* True, and past it, where this word stands alone. */
static bool take_word(Reading *reading, const char *word)
{
    size_t size = strlen(word), sign;
    char after;
    if (reading->plain || g_ascii_strncasecmp(reading->at, word, size) != 0)
        return false;
    after = reading->at[size];
    operator_at(reading->at + size, &sign);
    if (sign || (after && !g_ascii_isspace(after) && after != '(' && after != ')'))
        return false;
    reading->at += size;
    skip_blanks(reading);
    return true;
}

static Node *read_group(Reading *reading)
{
    const char *begin = reading->at++;
    Node *inner = read_or(reading);
    if (!inner)
        return refuse(reading, reading->at, _("something is missing between the parentheses"));
    if (*reading->at != ')') {
        node_free(inner);
        return refuse(reading, begin, _("the closing parenthesis is missing"));
    }
    reading->at++;
    return inner;
}

/* What stands behind `name:`: a number behind < or >, else a word that the value holds. */
static Node *read_looked_up(int field, const char *word)
{
    Node *node = node_new(NODE_COMPARE, NULL, NULL);
    char *end = NULL;
    node->field = field;
    node->loose = true;
    node->operator= * word == '<' ? OPERATOR_LESS : * word == '>' ? OPERATOR_MORE : OPERATOR_HOLDS;
    node->number = g_ascii_strtod(word + (*word != '\0'), &end);
    if (node->operator!= OPERATOR_HOLDS &&(*end || end == word + 1))
        node->operator= OPERATOR_HOLDS;
    node->word = g_utf8_casefold(word, -1);
    return node;
}

/* A word that is no comparison. Before whose colon no field's name stands is plain all of it. */
static Node *read_word(Reading *reading)
{
    const char *begin = reading->at, *end = end_of_word(reading, begin);
    bool turned = *begin == '!' && end > begin + 1;
    g_autofree char *word = g_strndup(begin + turned, (gsize)(end - begin) - turned);
    char *colon = strchr(word, ':');
    ValueKind kind;
    g_autofree char *name = colon ? g_ascii_strdown(word, colon - word) : NULL;
    int field = name ? reading->scope->field(reading->scope->data, name, &kind) : -1;
    Node *node;
    if (!*word)
        return refuse(reading, begin, _("something is missing here"));
    reading->at = end;
    if (field >= 0) {
        node = read_looked_up(field, colon + 1);
    } else {
        node = node_new(NODE_WORD, NULL, NULL);
        node->word = g_utf8_casefold(word, -1);
    }
    return turned ? node_new(NODE_NOT, node, NULL) : node;
}

static Node *read_quoted(Reading *reading)
{
    char *text = read_marked(reading, '"', false);
    if (!text)
        return NULL;
    Node *node = node_new(NODE_WORD, NULL, NULL);
    node->word = g_utf8_casefold(text, -1);
    g_free(text);
    return node;
}

static Node *read_primary(Reading *reading)
{
    size_t sign, size = name_size(reading->at);
    if (reading->plain)
        return read_word(reading);
    if (*reading->at == '(')
        return read_group(reading);
    if (*reading->at == '"')
        return read_quoted(reading);
    operator_at(reading->at + size, &sign);
    return size && sign ? read_comparison(reading, size) : read_word(reading);
}

static Node *read_not(Reading *reading)
{
    Node *inner;
    bool turned;
    skip_blanks(reading);
    turned = take_word(reading, "not");
    if (++reading->depth > DEEPEST)
        return refuse(reading, reading->at, _("this is nested too deeply"));
    inner = turned ? read_not(reading) : read_primary(reading);
    reading->depth--;
    skip_blanks(reading);
    return turned && inner ? node_new(NODE_NOT, inner, NULL) : inner;
}

/* The second of two; without it the first goes, too. */
static Node *join(NodeKind kind, Node *left, Node *right)
{
    if (right)
        return node_new(kind, left, right);
    node_free(left);
    return NULL;
}

/* Reads on where an `or`, a closing parenthesis or the end stands. */
static bool ends_and(Reading *reading)
{
    const char *at = reading->at;
    bool ends = !*at || (*at == ')' && !reading->plain) || take_word(reading, "or");
    reading->at = at;
    return ends;
}

static Node *read_and(Reading *reading)
{
    Node *node = read_not(reading);
    while (node && !ends_and(reading)) {
        take_word(reading, "and");
        node = join(NODE_AND, node, read_not(reading));
    }
    return node;
}

static Node *read_or(Reading *reading)
{
    Node *node = read_and(reading);
    while (node && take_word(reading, "or"))
        node = join(NODE_OR, node, read_and(reading));
    return node;
}

static void read_all(Reading *reading, Expression *expression)
{
    const char *text = reading->text;
    if (strlen(text) > LIMIT_FILTER) {
        refuse(reading, text + LIMIT_FILTER, _("this is too long"));
        return;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        refuse(reading, text, _("this is not UTF-8"));
        return;
    }
    reading->plain = !has_comparison(text);
    skip_blanks(reading);
    if (*reading->at)
        expression->root = read_or(reading);
    if (!reading->error && *reading->at)
        refuse(reading, reading->at, _("this parenthesis was not opened"));
}

Expression *expression_new(const char *text, const ExpressionScope *scope, size_t *place,
                           GError **error)
{
    Reading reading = {.text = text, .at = text, .scope = scope};
    g_autoptr(Expression) expression = g_new0(Expression, 1);
    read_all(&reading, expression);
    if (!reading.error)
        return g_steal_pointer(&expression);
    *place = reading.place;
    g_propagate_error(error, reading.error);
    return NULL;
}

void expression_free(Expression *expression)
{
    if (!expression)
        return;
    node_free(expression->root);
    g_free(expression);
}

/* ---- matching ---- */

static bool is_ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] & 0x80)
            return false;
    return true;
}

/* The text, case folded, in `buffer` where it has room and needs no more than ASCII, else new and
 * to be freed. */
static char *fold(const Value *value, char *buffer, size_t room)
{
    if (value->size >= room || !is_ascii(value->text, value->size))
        return g_utf8_casefold(value->text, (gssize)value->size);
    for (size_t i = 0; i < value->size; i++)
        buffer[i] = g_ascii_tolower(value->text[i]);
    buffer[value->size] = '\0';
    return buffer;
}

char *value_text(const Value *value)
{
    if (value->kind == VALUE_TEXT)
        return g_strndup(value->text, value->size);
    if (value->kind == VALUE_BOOL)
        return g_strdup(value->number > 0 ? "yes" : "no");
    if (isinf(value->number))
        return g_strdup("never");
    if (value->kind == VALUE_NUMBER)
        return g_strdup_printf("%.15g", value->number);
    char *time = text_from_time((gint64)value->number); /* "YYYY-MM-DD hh:mm:ss UTC" */
    char *zone = strstr(time, " UTC");
    if (zone && strlen(time) == strlen("YYYY-MM-DD hh:mm:ss UTC")) {
        time[strlen("YYYY-MM-DD")] = 'T';
        memcpy(zone, "Z", 2);
    }
    return time;
}

static bool text_matches(const Node *node, const Value *value, Operator operator)
{
    char buffer[256];
    if (node->regex) {
        size_t size = MIN(value->size, (size_t)SEARCHED);
        while (size < value->size && size && (value->text[size] & 0xC0) == 0x80)
            size--; /* no character is cut in two */
        return g_regex_match_full(node->regex, value->text, (gssize)size, 0, 0, NULL, NULL);
    }
    char *folded = fold(value, buffer, sizeof buffer);
    bool matches = operator== OPERATOR_EQUAL ? strcmp(folded, node->word) == 0
                                             : strstr(folded, node->word) != NULL;
    if (folded != buffer)
        g_free(folded);
    return matches;
}

static bool number_matches(double left, Operator operator, double right)
{
    switch (operator) {
    case OPERATOR_LESS:
        return left < right;
    case OPERATOR_AT_MOST:
        return left <= right;
    case OPERATOR_MORE:
        return left > right;
    case OPERATOR_AT_LEAST:
        return left >= right;
    default:
        return left == right;
    }
}

static bool value_matches(const Node *node, const Value *value, Operator operator)
{
    char *end = NULL;
    double number = value->number;
    if (node->loose && operator== OPERATOR_HOLDS && value->kind != VALUE_TEXT) {
        char *text = value_text(value);
        bool holds = text_matches(node, &(Value){.text = text, .size = strlen(text)}, operator);
        g_free(text);
        return holds;
    }
    if (value->kind != VALUE_TEXT)
        return number_matches(number, operator, node->number);
    if (operator== OPERATOR_EQUAL || operator== OPERATOR_HOLDS)
        return text_matches(node, value, operator);
    number = g_ascii_strtod(value->text, &end);
    return end != value->text && number_matches(number, operator, node->number);
}

static bool compare(const Node *node, const ExpressionSubject *subject)
{
    bool contrary = node->operator== OPERATOR_DIFFERENT || node->operator== OPERATOR_HOLDS_NOT;
    Operator operator= node->operator== OPERATOR_DIFFERENT ? OPERATOR_EQUAL
    : node->operator== OPERATOR_HOLDS_NOT                  ? OPERATOR_HOLDS
                                                           : node->operator;
    g_autoptr(GArray) values = values_new();
    bool any = false;
    subject->values(subject->data, node->field, values);
    for (guint i = 0; i < values->len && !any; i++)
        any = value_matches(node, &g_array_index(values, Value, i), operator);
    return values->len && any != contrary;
}

static bool matches(const Node *node, const ExpressionSubject *subject)
{
    switch (node->kind) {
    case NODE_AND:
        return matches(node->left, subject) && matches(node->right, subject);
    case NODE_OR:
        return matches(node->left, subject) || matches(node->right, subject);
    case NODE_NOT:
        return !matches(node->left, subject);
    case NODE_WORD:
        return subject->word(subject->data, node->word);
    case NODE_COMPARE:
        break;
    }
    return compare(node, subject);
}

bool expression_matches(const Expression *expression, const ExpressionSubject *subject)
{
    return !expression->root || matches(expression->root, subject);
}
