/* The certificate view: the chain, and each certificate down to its last byte. */
#include "front/ui/explorer_parts.h"

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"
#include "front/report/words.h"
#include "front/ui/chain_status.h"
#include "front/ui/glyph.h"
#include "front/ui/paths.h"

#include <glib/gi18n.h>
#include <string.h>

/* A certificate of the list: sent (or of the file) by its number, of the chosen path by its place
 * in it, or a step of any path. All are identities: "sent/0", "path/2", "step/4:<sha256>". */
enum { NUMBER = 2, NAME = 10, KEY = 38, STATE = 48, WIDE = 70 };

static guint count_sent(const Explorer *explorer)
{
    ExplorerTopic topic = explorer_topic(explorer);
    if (!topic.connection)
        return topic.sha256s->len;
    return topic.connection->certificates ? topic.connection->certificates->len : 0;
}

static const Certificate *sent_at(const Explorer *explorer, guint number)
{
    ExplorerTopic topic = explorer_topic(explorer);
    if (number >= count_sent(explorer))
        return NULL;
    if (topic.connection)
        return topic.connection->certificates->pdata[number];
    return model_certificate(explorer_desk(explorer)->model, topic.sha256s->pdata[number]);
}

static const json_t *path_of(const Explorer *explorer)
{
    const Connection *connection = explorer_topic(explorer).connection;
    return connection && connection->verdict ? json_object_get(connection->verdict->fact, "path")
                                             : NULL;
}

/* The number behind a word and a slash; -1 where the identity is of another kind. */
static int number_of(const char *identity, const char *kind)
{
    return g_str_has_prefix(identity, kind)
               ? (int)g_ascii_strtoull(identity + strlen(kind), NULL, 10)
               : -1;
}

static const char *sha256(const Explorer *explorer, const char *identity)
{
    int sent = number_of(identity, "sent/"), step = number_of(identity, "path/");
    const Certificate *certificate = sent >= 0 ? sent_at(explorer, (guint)sent) : NULL;
    if (sent >= 0)
        return certificate ? certificate->sha256 : NULL;
    if (step >= 0)
        return fact_string(json_array_get(path_of(explorer), (size_t)step), "sha256", NULL);
    return paths_sha256(identity);
}

static const Certificate *certificate(const Explorer *explorer, const char *identity)
{
    const char *hash = sha256(explorer, identity);
    return hash ? model_certificate(explorer_desk(explorer)->model, hash) : NULL;
}

static Severity worst_of(const Explorer *explorer, const Certificate *certificate)
{
    const Connection *connection = explorer_topic(explorer).connection;
    Severity worst = SEVERITY_COUNT;
    const GPtrArray *findings = connection ? connection->endpoint->findings : NULL;
    for (guint i = 0; findings && i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (g_strcmp0(finding->certificate, certificate->sha256) == 0)
            worst = MIN(worst, finding->severity);
    }
    return worst;
}

static void say_state(const Explorer *explorer, const Certificate *shown, Lines *lines)
{
    gint64 days = certificate_days_left(shown, explorer_desk(explorer)->wall);
    if (days == G_MAXINT64)
        lines_add(lines, ROLE_TEXT, _("no end"));
    else if (days == G_MININT64)
        lines_add(lines, ROLE_UNKNOWN, "?");
    else if (days < 0)
        lines_print(lines, ROLE_CRITICAL, _("EXPIRED %" G_GINT64_FORMAT " d ago"), -days - 1);
    else
        lines_print(lines, ROLE_TEXT, _("%" G_GINT64_FORMAT " d left"), days);
}

/* Flush right: that a certificate came twice, or for nothing. */
static void say_remark(const Explorer *explorer, guint number, Lines *lines)
{
    const Connection *connection = explorer_topic(explorer).connection;
    const char *remark = connection ? paths_remark(connection, number) : NULL;
    if (!remark)
        return;
    lines_right(lines);
    lines_print(lines, ROLE_WARN, "%s ", remark);
}

static void sent_line(const Explorer *explorer, guint number, Lines *lines)
{
    const Certificate *shown = sent_at(explorer, number);
    bool wide = lines_width(lines) >= WIDE, file = !explorer_topic(explorer).connection;
    g_autofree char *identity = g_strdup_printf("sent/%u", number);
    lines_begin(lines, identity);
    lines_tab(lines, NUMBER);
    lines_print(lines, ROLE_TEXT, "%u", number + 1);
    lines_add(lines, ROLE_DIM, number == 0 && !file ? _(" leaf") : file ? "" : _(" sent"));
    lines_tab(lines, NAME);
    if (!shown)
        return;
    g_autofree char *name =
        desk_safe(explorer_desk(explorer), shown->name->str, (gssize)shown->name->len);
    g_autofree char *key = brief_key(shown);
    Severity worst = worst_of(explorer, shown);
    say_remark(explorer, number, lines);
    lines_right(lines);
    lines_print(lines, worst < SEVERITY_COUNT ? role_of_severity(worst) : ROLE_GOOD, "%c",
                worst < SEVERITY_COUNT ? severity_letter(worst) : ' ');
    lines_tab(lines, NAME);
    lines_add(lines, ROLE_TEXT, *name ? name : _("(does not decode)"));
    if (!wide) {
        lines_begin(lines, NULL);
        lines_tab(lines, NAME);
        lines_print(lines, ROLE_DIM, "%s  ", key);
        say_state(explorer, shown, lines);
        return;
    }
    lines_tab(lines, KEY);
    lines_add(lines, ROLE_TEXT, key);
    lines_tab(lines, STATE + 4);
    say_state(explorer, shown, lines);
}

static void store_line(const Explorer *explorer, guint number, const json_t *step, Lines *lines)
{
    const Desk *desk = explorer_desk(explorer);
    g_autofree char *identity = g_strdup_printf("path/%u", number);
    g_autofree char *subject = words_value(json_object_get(step, "subject"), !desk->utf8);
    lines_begin(lines, identity);
    lines_tab(lines, NUMBER);
    lines_add(lines, ROLE_TEXT, desk_glyph(desk, GLYPH_ABSENT));
    lines_add(lines, ROLE_DIM, _(" root"));
    lines_tab(lines, NAME);
    lines_add(lines, ROLE_TEXT, subject ? subject : "?");
    if (lines_width(lines) < WIDE) {
        lines_begin(lines, NULL);
        lines_tab(lines, NAME);
    } else {
        lines_tab(lines, STATE + 4);
    }
    lines_add(lines, ROLE_DIM, _("in the store, not sent"));
}

static void heading(Lines *lines, const char *words)
{
    lines_begin(lines, NULL);
    lines_begin(lines, NULL);
    lines_tab(lines, NUMBER);
    lines_add(lines, ROLE_RULE, words);
}

/* What stands below the chain. */
static const struct {
    const char *title;
    void (*lines)(const Desk *desk, const Connection *connection, Lines *lines);
} sections[] = {
    {N_("trusted by"), paths_trust},
    {N_("clients with this store"), paths_clients},
    {N_("paths from the leaf upwards"), paths_tree},
    {N_("revocation"), chain_status_revocation},
    {N_("certificate transparency"), chain_status_transparency},
    {N_("DANE (TLSA records)"), chain_status_dane},
};

static bool has_section(const Connection *connection, size_t part)
{
    const Verdict *verdict = connection->verdict;
    bool clients = verdict && json_object_get(verdict->fact, "clients");
    const bool has[] = {
        verdict,         clients, verdict, connection->revocations, connection->transparency,
        connection->dane};
    G_STATIC_ASSERT(G_N_ELEMENTS(has) == G_N_ELEMENTS(sections));
    return has[part];
}

static void section(const Desk *desk, const Connection *connection, size_t part, Lines *lines)
{
    if (!has_section(connection, part))
        return;
    heading(lines, _(sections[part].title));
    sections[part].lines(desk, connection, lines);
}

static void list(const Explorer *explorer, Lines *lines)
{
    const Connection *connection = explorer_topic(explorer).connection;
    for (guint i = 0; i < count_sent(explorer); i++)
        sent_line(explorer, i, lines);
    size_t i;
    const json_t *step;
    json_array_foreach((json_t *)path_of(explorer), i,
                       step) if (g_str_equal(fact_string(step, "from", ""), "store"))
        store_line(explorer, (guint)i, step, lines);
    if (!connection)
        return;
    if (!paths_in_order(connection)) {
        lines_begin(lines, NULL);
        lines_tab(lines, NAME);
        lines_wrap(lines, ROLE_WARN, NAME, _("not sent in the order of the path"));
    }
    for (size_t part = 0; part < G_N_ELEMENTS(sections); part++)
        section(explorer_desk(explorer), connection, part, lines);
}

static void path(const Explorer *explorer, const char *identity, GString *left, GString *right)
{
    const Desk *desk = explorer_desk(explorer);
    ExplorerTopic topic = explorer_topic(explorer);
    const char *crumb = desk_glyph(desk, GLYPH_CRUMB);
    if (topic.connection) {
        g_autofree char *place = brief_place(topic.connection->endpoint, !desk->utf8);
        g_string_append_printf(left, _("%s %s chain"), place, crumb);
    } else {
        g_autofree char *title = desk_safe(desk, topic.title ? topic.title : "", -1);
        g_string_append(left, title);
    }
    const Certificate *shown = identity ? certificate(explorer, identity) : NULL;
    int sent = identity ? number_of(identity, "sent/") : -1;
    if (!shown)
        return;
    g_autofree char *name = desk_safe(desk, shown->name->str, (gssize)shown->name->len);
    g_string_append_printf(left, " %s %s", crumb, sent == 0 && topic.connection ? _("leaf") : name);
    if (sent < 0)
        return;
    g_string_append_printf(right, _("certificate %d of %u"), sent + 1, count_sent(explorer));
    if (count_sent(explorer) > 1)
        g_string_append(right, _("   [ ] others"));
}

/* ---- what is said of a field ---- */

/* The name that was checked against this certificate, and what matched it; NULL: none was. */
static const Verdict *checked(const Explorer *explorer)
{
    const Connection *connection = explorer_topic(explorer).connection;
    const Verdict *verdict = connection ? connection->verdict : NULL;
    const Certificate *leaf =
        connection && connection->certificates && connection->certificates->len
            ? connection->certificates->pdata[0]
            : NULL;
    if (!verdict || verdict->name_matches < 0 || !leaf || leaf != explorer_certificate(explorer))
        return NULL;
    return verdict;
}

static bool is_field(const Field *field, const char *id)
{
    return field->id && g_str_equal(field->id, id);
}

static bool is_match(const Verdict *verdict, const Field *field)
{
    const json_t *by = json_object_get(verdict->fact, "matched_by");
    g_autofree char *entry = by ? words_value(by, false) : NULL;
    g_autofree char *own = text_escape(field->value->str, (gssize)field->value->len, false);
    bool name = is_field(field, "x509.dNSName") || is_field(field, "x509.iPAddress") ||
                is_field(field, "x509.otherName");
    return name && verdict->name_matches == 1 && entry && g_str_equal(own, entry);
}

static void remark(const Explorer *explorer, const Field *field, GString *text, Role *role)
{
    const Certificate *shown = explorer_certificate(explorer);
    const Verdict *verdict = checked(explorer);
    if (verdict && is_match(verdict, field)) {
        g_string_append(text, _("match"));
        *role = ROLE_GOOD;
    }
    if (!shown || !is_field(field, "x509.notAfter"))
        return;
    gint64 days = certificate_days_left(shown, explorer_desk(explorer)->wall);
    if (days >= 0 || days == G_MININT64)
        return;
    g_string_append(text, _("EXPIRED"));
    *role = ROLE_CRITICAL;
}

static void about_line(Lines *lines, const char *label, const char *value, Role role)
{
    lines_begin(lines, NULL);
    lines_add(lines, ROLE_DIM, label);
    lines_tab(lines, 19);
    lines_wrap(lines, role, 19, value);
}

static void about_names(const Explorer *explorer, const Field *field, Lines *lines)
{
    const Verdict *verdict = checked(explorer);
    bool list = is_field(field, "x509.subjectAltName");
    if (!verdict || (!list && !(field->parent && is_field(field->parent, "x509.subjectAltName"))))
        return;
    const Desk *desk = explorer_desk(explorer);
    g_autofree char *name = words_value(json_object_get(verdict->fact, "name"), !desk->utf8);
    g_autofree char *by = words_value(json_object_get(verdict->fact, "matched_by"), !desk->utf8);
    lines_begin(lines, NULL);
    about_line(lines, _("checked against"), name ? name : "?", ROLE_TEXT);
    if (list)
        about_line(lines, _("matched by"), by ? by : _("none of them"), by ? ROLE_GOOD : ROLE_BAD);
    else if (!is_field(field, "x509.extnID") && !is_field(field, "x509.critical"))
        about_line(lines, _("matches it"), is_match(verdict, field) ? _("yes") : _("no"),
                   ROLE_TEXT);
}

static const ExplorerKind chain = {
    .kind = VIEW_CERTIFICATE,
    .list_name = N_("chain as sent"),
    .list_rows = 4,
    .explain = "certificate",
    .list = list,
    .sha256 = sha256,
    .path = path,
    .certificate = certificate,
    .remark = remark,
    .about = about_names,
};

View *certificate_view_new(Desk *desk, const Connection *connection, const char *wanted,
                           const char *field)
{
    g_autofree char *identity = NULL;
    for (guint i = 0; wanted && connection->certificates && i < connection->certificates->len;
         i++) {
        const Certificate *sent = connection->certificates->pdata[i];
        if (!identity && g_str_equal(sent->sha256, wanted))
            identity = g_strdup_printf("sent/%u", i);
    }
    return explorer_new(desk, &chain, (ExplorerTopic){.connection = connection}, identity, field);
}

View *certificate_view_new_file(Desk *desk, const GPtrArray *sha256s, const char *title)
{
    return explorer_new(desk, &chain, (ExplorerTopic){.sha256s = sha256s, .title = title}, NULL,
                        NULL);
}
