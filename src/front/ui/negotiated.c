/* The negotiated pane: what the handshake settled on. */
#include "front/ui/view.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "front/report/brief.h"
#include "front/report/issued.h"
#include "front/report/words.h"
#include "front/ui/glyph.h"

#include <glib/gi18n.h>
#include <string.h>

enum { LABEL = 2, VALUE = 15 };

static void label(Lines *lines, const char *name)
{
    lines_begin(lines, name);
    lines_tab(lines, LABEL);
    lines_add(lines, ROLE_DIM, _(name));
    lines_tab(lines, VALUE);
}

static void plain(Lines *lines, const char *name, Role role, const char *value)
{
    label(lines, name);
    lines_wrap(lines, role, VALUE, value);
}

static void suite(const Desk *desk, const json_t *agreed, Lines *lines)
{
    g_autofree char *name = desk_suite(desk, fact_string(agreed, "suite", "?"), false);
    g_autofree char *code = g_strdup_printf("(0x%04X)", (guint)fact_integer(agreed, "suite_id", 0));
    plain(lines, N_("suite"), ROLE_TEXT, name);
    if (desk->suites != SUITE_CODE)
        lines_wrap(lines, ROLE_DIM, VALUE, code);
}

static void group(const json_t *agreed, Lines *lines)
{
    const char *name = fact_string(agreed, "group", NULL);
    label(lines, N_("group"));
    if (!name) {
        lines_add(lines, ROLE_TEXT, "-");
        return;
    }
    const Group *known = registry_group_named(name);
    json_int_t bits = fact_integer(agreed, "group_bits", 0);
    lines_add(lines, ROLE_TEXT, name);
    if (known && g_str_equal(known->kind, "hybrid"))
        lines_wrap(lines, ROLE_GOOD, VALUE, _("(hybrid, post-quantum)"));
    if (known && known->alias)
        lines_print(lines, ROLE_DIM, " (%s)", known->alias);
    if (bits && g_str_equal(fact_string(agreed, "key_exchange", ""), "dhe"))
        lines_print(lines, ROLE_TEXT, _(", prime of %d bits"), (int)bits);
}

/* How the specifications write what the facts have as codes; a code that is not here is shown as it
 * is. */
static const char *exchange_name(const char *code)
{
    static const struct {
        const char *code, *name;
    } names[] = {
        {"tls13", N_("ephemeral (TLS 1.3)")},
        {"ecdhe", "ECDHE"},
        {"dhe", "DHE"},
        {"rsa", "RSA"},
        {"psk", "PSK"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].code, code))
            return _(names[i].name);
    return code;
}

static void exchange(const json_t *agreed, Lines *lines)
{
    bool secrecy = fact_bool(agreed, "forward_secrecy", FALSE);
    plain(lines, N_("key exchange"), ROLE_TEXT,
          exchange_name(fact_string(agreed, "key_exchange", "?")));
    lines_add(lines, ROLE_TEXT, ",");
    lines_wrap(lines, secrecy ? ROLE_GOOD : ROLE_BAD, VALUE,
               secrecy ? _("forward secrecy") : _("no forward secrecy"));
}

static void alpn(const Desk *desk, const json_t *agreed, Lines *lines)
{
    const json_t *chosen = json_object_get(agreed, "alpn");
    const json_t *offered = json_object_get(agreed, "alpn_offered");
    label(lines, N_("ALPN"));
    if (!chosen && !json_array_size(offered)) {
        lines_add(lines, ROLE_TEXT, _("not offered by this program on this port"));
        return;
    }
    g_autofree char *value = chosen ? words_value(chosen, !desk->utf8) : NULL;
    g_autofree char *list = words_value(offered, !desk->utf8);
    g_autofree char *of = g_strdup_printf(_("of %s"), list ? list : "?");
    lines_add(lines, ROLE_TEXT, value ? value : _("none"));
    if (json_array_size(offered))
        lines_wrap(lines, ROLE_DIM, VALUE, of);
}

static void session(const json_t *agreed, Lines *lines)
{
    const json_t *issued = json_object_get(agreed, "ticket");
    label(lines, N_("tickets"));
    if (!issued)
        lines_add(lines, ROLE_TEXT, "?");
    else if (!json_is_true(issued))
        lines_add(lines, ROLE_TEXT, _("none issued"));
    else
        lines_print(lines, ROLE_TEXT, _("%d issued"), (int)fact_integer(agreed, "tickets", 1));
    if (json_object_get(agreed, "ticket_lifetime")) {
        g_autofree char *good = brief_lifetime(fact_integer(agreed, "ticket_lifetime", 0));
        lines_print(lines, ROLE_DIM, _(", good for %s"), good);
    }
    plain(lines, N_("resumption"), ROLE_TEXT,
          fact_bool(agreed, "resumed", FALSE) ? _("this session was resumed") : _("not asked"));
}

/* Members that say yes or no; those that do not apply are left out. */
static void switches(const json_t *agreed, Lines *lines)
{
    static const struct {
        const char *member, *name;
    } rows[] = {
        {"extended_master_secret", N_("ext. master")},
        {"encrypt_then_mac", N_("enc-then-MAC")},
        {"secure_renegotiation", N_("reneg. info")},
        {"ocsp_staple", N_("OCSP stapled")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const json_t *value = json_object_get(agreed, rows[i].member);
        if (value)
            plain(lines, rows[i].name, ROLE_TEXT, json_is_true(value) ? _("yes") : _("no"));
    }
}

static void cost(const json_t *agreed, Lines *lines)
{
    label(lines, N_("took"));
    lines_print(lines, ROLE_TEXT, "%.0f ms", fact_number(agreed, "took", 0) * 1000);
    guint trips = (guint)fact_integer(agreed, "round_trips", 0);
    if (trips)
        lines_print(lines, ROLE_DIM, ngettext(", %u round trip", ", %u round trips", trips), trips);
    if (g_str_equal(fact_string(agreed, "hello", ""), "permissive"))
        plain(lines, N_("hello"), ROLE_WARN, _("permissive: the usual one failed"));
    const char *asked = fact_string(agreed, "client_certificate", NULL);
    if (asked)
        plain(lines, N_("client cert."), ROLE_NOTE,
              g_str_equal(asked, "required") ? _("required") : _("asked for, gone on without"));
}

/* Lines that lead to what is accepted. */
static const char all_else[] = N_("all else");
static const char stack[] = N_("TLS stack");

/* The versions that are accepted: "TLS 1.3 1.2". */
static void append_versions(const Answers *answers, GString *text)
{
    const char *family = "";
    for (guint i = 0; answers_versions[i]; i++) {
        const char *version = answers_versions[i], *number = strchr(version, ' ');
        const Answer *answer = answers_version(answers, version);
        if (!answer || answer->word != ANSWER_YES)
            continue;
        bool same = number && strncmp(family, version, (size_t)(number - version)) == 0;
        g_string_append_printf(text, "%s%s", text->len ? " " : "", same ? number + 1 : version);
        family = version;
    }
}

/* Suites of all versions, each once. */
static guint count_suites(const Answers *answers)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < answers->topics->len; i++) {
        const AnswerTopic *topic = answers->topics->pdata[i];
        for (guint j = 0; g_str_equal(topic->question, "suite") && j < topic->cells->len; j++) {
            const AnswerCell *cell = topic->cells->pdata[j];
            if (cell->answer->word == ANSWER_YES)
                g_hash_table_add(seen, (char *)cell->item);
        }
    }
    return g_hash_table_size(seen);
}

/* Who chooses the suite in the newest version in which that is known; NULL: in none. */
static const char *chooser(const Answers *answers)
{
    for (guint i = 0; answers_versions[i]; i++) {
        const AnswerTopic *order = answers_topic(answers, "suite-order", answers_versions[i], "");
        if (order && order->last->word != ANSWER_UNKNOWN)
            return order->last->word == ANSWER_YES ? _("its own order") : _("the client's order");
    }
    return NULL;
}

/* What a dive has found, in a line; how far it is, while it runs. */
static void accepted(const Endpoint *endpoint, Lines *lines)
{
    const Answers *answers = endpoint->answers;
    label(lines, all_else);
    if (!answers) {
        lines_wrap(lines, ROLE_DIM, VALUE, _("other versions, suites, groups: not asked  D dive"));
        return;
    }
    const Dive *dive = answers->now;
    g_autoptr(GString) text = g_string_new(NULL);
    append_versions(answers, text);
    guint suites = count_suites(answers);
    if (suites)
        g_string_append_printf(text, ngettext(", %u suite", ", %u suites", suites), suites);
    const char *who = suites ? chooser(answers) : NULL;
    if (who)
        g_string_append_printf(text, ", %s", who);
    if (dive->running)
        lines_print(lines, ROLE_LIVE, _("asking %u/%u  "), dive->connections,
                    dive->connections + dive->left);
    else if (dive->result && !g_str_equal(dive->result, "finished"))
        lines_add(lines, ROLE_UNKNOWN, _("broken off  "));
    lines_wrap(lines, ROLE_TEXT, VALUE, text->str);
    lines_wrap(lines, ROLE_DIM, VALUE, _("(Enter, 7)"));
}

/* What its habits are like, where they were asked. */
static void liked(const Endpoint *endpoint, Lines *lines)
{
    const Answers *answers = endpoint->answers;
    if (!answers || !answers_topic(answers, "fingerprint", "", ""))
        return;
    g_autoptr(StackGuess) guess = stack_guess_new(answers);
    g_autofree char *names = words_stack(guess);
    plain(lines, stack, guess->naming == STACK_ALIKE ? ROLE_TEXT : ROLE_UNKNOWN, names);
}

static void issued_line(void *data, const char *name, const char *text)
{
    plain(data, name, ROLE_TEXT, text);
}

static bool open_line(Desk *desk, const Endpoint *endpoint, const char *identity)
{
    if (!g_str_equal(identity, all_else) && !g_str_equal(identity, stack))
        return false;
    desk_push(desk, accepts_view_new(desk, endpoint));
    return true;
}

static void build(const Desk *desk, const Endpoint *endpoint, Lines *lines, bool brief)
{
    const json_t *agreed = endpoint->best ? endpoint->best->negotiated : NULL;
    (void)brief;
    if (!agreed) {
        lines_begin(lines, NULL);
        lines_tab(lines, LABEL);
        if (endpoint->result)
            lines_wrap(lines, ROLE_UNKNOWN, LABEL, _("nothing: no handshake was completed"));
        if (endpoint->result && endpoint->answers) {
            accepted(endpoint, lines);
            liked(endpoint, lines);
        }
        if (!endpoint->result)
            lines_print(lines, ROLE_LIVE, "%s %s", desk_glyph(desk, GLYPH_RUNNING),
                        _("waiting for the handshake to finish"));
        return;
    }
    const json_t *name = json_object_get(agreed, "server_name");
    g_autofree char *shown = name ? words_value(name, !desk->utf8) : g_strdup(_("not sent"));
    plain(lines, N_("version"), ROLE_TEXT, fact_string(agreed, "version", "?"));
    suite(desk, agreed, lines);
    exchange(agreed, lines);
    group(agreed, lines);
    plain(lines, N_("signature"), ROLE_TEXT, fact_string(agreed, "scheme", "-"));
    alpn(desk, agreed, lines);
    plain(lines, N_("server name"), ROLE_TEXT, shown);
    accepted(endpoint, lines); /* before what small screens have no room for */
    liked(endpoint, lines);
    issued_tell(endpoint, desk->wall, issued_line, lines);
    session(agreed, lines);
    switches(agreed, lines);
    cost(agreed, lines);
}

const PaneOps negotiated_pane = {
    .name = N_("negotiated"),
    .kind = VIEW_PANE,
    .build = build,
    .open = open_line,
};
