#include "worker/probe/report.h"

const char *report_suite(uint32_t code, char number[REGISTRY_NUMBER])
{
    return registry_suite_name(code, number);
}

const char *report_group(uint32_t code, char number[REGISTRY_NUMBER])
{
    return registry_group_name((uint16_t)code, number);
}

const char *report_scheme(uint32_t code, char number[REGISTRY_NUMBER])
{
    return registry_scheme_name((uint16_t)code, number);
}

const char *report_protocol(uint32_t code, char number[REGISTRY_NUMBER])
{
    (void)number;
    return known_protocol(code);
}

static void add_item(const ReportSpec *what, json_t *answer, uint32_t code)
{
    char number[REGISTRY_NUMBER];
    const char *name = what->name(code, number);
    if (what->name == report_protocol)
        known_code(answer, name);
    else
        known_item(answer, name, code);
}

void report_yes(const ReportSpec *what, uint32_t code, const char *connection, const char *fault)
{
    json_t *answer = known_answer(what->question, what->version, "yes");
    add_item(what, answer, code);
    known_text(answer, "key", what->key);
    known_text(answer, "connection", connection);
    if (fault)
        json_object_set_new(answer, "faults", json_pack("[s]", fault));
    known_say(what->known, answer);
}

static void report_state(const ReportSpec *what, const Peel *peel, PeelState state,
                         const char *certainty)
{
    g_autoptr(GArray) items = peel_items(peel, state);
    if (!items->len)
        return;
    const PeelItem *first = &g_array_index(items, PeelItem, 0);
    json_t *answer = known_answer(what->question, what->version, certainty);
    for (guint i = 0; i < items->len; i++)
        add_item(what, answer, g_array_index(items, PeelItem, i).code);
    known_text(answer, "key", what->key);
    known_text(answer, "connection", first->connection);
    known_text(answer, "reason", first->reason ? first->reason : NULL);
    if (first->tries)
        json_object_set_new(answer, "tries", json_integer(first->tries));
    known_say(what->known, answer);
}

void report_rest(const ReportSpec *what, const Peel *peel)
{
    report_state(what, peel, PEEL_NO, "no");
    report_state(what, peel, PEEL_UNKNOWN, "unknown");
}

void report_order(const ReportSpec *what, const Peel *peel)
{
    static const char *const answers[] = {
        [PEEL_ORDER_UNKNOWN] = "unknown",
        [PEEL_ORDER_SERVER] = "yes",
        [PEEL_ORDER_CLIENT] = "no",
    };
    PeelOrder order = peel_order(peel);
    g_autofree char *question = g_strconcat(what->question, "-order", NULL);
    json_t *answer = known_answer(question, what->version, answers[order]);
    g_autoptr(GArray) items = peel_items(peel, PEEL_YES);
    g_autoptr(GString) value = g_string_new(NULL);
    for (guint i = 0; i < items->len; i++) {
        add_item(what, answer, g_array_index(items, PeelItem, i).code);
        if (order == PEEL_ORDER_SERVER && peel_equal(peel, i))
            g_string_append_printf(value, "%s%u = %u", value->len ? ", " : "equal: ", i + 1, i + 2);
    }
    if (order == PEEL_ORDER_SERVER && peel_shy_first(peel))
        g_string_append(value, value->len ? "; ChaCha20 first" : "ChaCha20 first");
    known_text(answer, "key", what->key);
    known_text(answer, "value", value->len ? value->str : NULL);
    if (order == PEEL_ORDER_UNKNOWN)
        known_text(answer, "reason",
                   peel_order_reason(peel) ? peel_order_reason(peel) : "not-asked");
    known_say(what->known, answer);
}
