#include "front/report/text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/block.h"
#include "front/report/brief.h"
#include "front/report/page.h"
#include "front/report/words.h"

enum { WIDTH_MIN = 48, SUITE_MIN = 10, SUITE_MAX = 40, FINDINGS = 12 };

static Page page_for(const ReportStyle *style)
{
    return (Page){.text = g_string_new(NULL),
                  .width = MAX(style->width, WIDTH_MIN),
                  .ascii = style->ascii,
                  .colour = style->colour};
}

/* ---- rows of a host ------------------------------------------------------------------------- */

static char *cell_port(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return g_strdup_printf("%u", endpoint->port);
}

static char *cell_service(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return text_escape(endpoint->service, -1, true);
}

static char *cell_state(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return g_strdup(brief_state(endpoint));
}

static char *cell_took(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return brief_took(endpoint);
}

static char *cell_version(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return brief_version(endpoint);
}

static char *cell_suite(const Endpoint *endpoint, const ReportStyle *style)
{
    (void)style;
    return brief_suite(endpoint);
}

static char *cell_days(const Endpoint *endpoint, const ReportStyle *style)
{
    return brief_leaf_days(endpoint, style->now);
}

static char *cell_findings(const Endpoint *endpoint, const ReportStyle *style)
{
    return brief_findings(endpoint, !style->ascii);
}

static Tint tint_of_findings(const Endpoint *endpoint)
{
    const Finding *worst = brief_worst(endpoint);
    if (worst)
        return tint_of(worst->severity);
    return endpoint->findings && !audit_is_quiet(endpoint) ? TINT_GOOD : TINT_NONE;
}

typedef struct Column {
    const char *title;
    int width; /* negative: to the right; 0: what is left */
    int spare; /* 1: left out first where the width does not do; 2: next; 0: never */
    char *(*cell)(const Endpoint *endpoint, const ReportStyle *style);
    Tint (*tint)(const Endpoint *endpoint);
} Column;

static const Column columns[] = {
    {N_("PORT"), -6, 0, cell_port, NULL},
    {N_("SERVICE"), 11, 2, cell_service, NULL},
    {N_("STATE"), 11, 0, cell_state, NULL},
    {N_("MS"), -5, 1, cell_took, NULL},
    {N_("VER"), 3, 0, cell_version, NULL},
    {N_("SUITE"), 0, 1, cell_suite, NULL},
    {N_("CERT"), -6, 0, cell_days, NULL},
    {N_("FINDINGS"), FINDINGS, 0, cell_findings, tint_of_findings},
};

/* What the columns leave of the width, where those that are spare from `level` on are left out. */
static int left_over(const Page *page, int level)
{
    int left = page->width + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        if (!columns[i].spare || columns[i].spare >= level)
            left -= ABS(columns[i].width) + 1;
    return left;
}

static void row(Page *page, const Endpoint *endpoint, const ReportStyle *style)
{
    int suite = MIN(left_over(page, 1), SUITE_MAX);
    int level = suite >= SUITE_MIN ? 1 : left_over(page, 2) >= 0 ? 2 : 3;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        const Column *column = &columns[i];
        Tint tint = !endpoint ? TINT_TITLE : column->tint ? column->tint(endpoint) : TINT_NONE;
        g_autofree char *text = NULL;
        if (column->spare && column->spare < level)
            continue;
        text = endpoint ? column->cell(endpoint, style) : g_strdup(_(column->title));
        if (i)
            page_put(page, TINT_NONE, " ");
        page_cell(page, tint, text, column->width ? column->width : suite);
    }
    page_end(page);
}

/* ---- a host --------------------------------------------------------------------------------- */

typedef struct Counts {
    guint shown, closed, silent, plain, unreachable, unasked;
} Counts;

static bool waits(const Endpoint *endpoint)
{
    return !endpoint->result && strcmp(endpoint->state, "waiting") == 0;
}

static bool is_shown(const Endpoint *endpoint, const ReportStyle *style)
{
    return style->all || !(audit_is_quiet(endpoint) || waits(endpoint));
}

static bool without_address(const Endpoint *endpoint)
{
    return endpoint->reason && g_str_has_prefix(endpoint->reason, "name-");
}

static void count_quiet(Counts *counts, const Endpoint *endpoint)
{
    if (waits(endpoint) || without_address(endpoint))
        counts->unasked++;
    else if (strcmp(endpoint->result, "refused") == 0)
        counts->closed++;
    else if (strcmp(endpoint->result, "no-tls") == 0)
        counts->plain++;
    else if (strcmp(endpoint->result, "timed-out") == 0)
        counts->silent++;
    else
        counts->unreachable++;
}

static void append_count(GString *text, guint count, const char *words)
{
    if (count)
        g_string_append_printf(text, "%s%u %s", text->len ? ", " : "", count, words);
}

static char *counts_text(const Counts *counts)
{
    GString *text = g_string_new(NULL);
    append_count(text, counts->closed, _("closed"));
    append_count(text, counts->silent, _("silent"));
    append_count(text, counts->plain, _("in plain HTTP"));
    append_count(text, counts->unreachable, _("out of reach"));
    append_count(text, counts->unasked, _("not asked"));
    return g_string_free(text, FALSE);
}

/* The reasons of the resolver speak of {name}. */
static char *no_address_text(const Host *host, const char *reason, bool ascii)
{
    g_autoptr(json_t) args = json_object();
    json_object_set_new(args, "name", fact_text(host->name, strlen(host->name)));
    return words_reason(reason, args, ascii);
}

static void host_header(Page *page, const Host *host)
{
    const Endpoint *first = host->endpoints->len ? host->endpoints->pdata[0] : NULL;
    const json_t *addresses = json_object_get(host->fact, "addresses");
    const char *reason = fact_string(host->fact, "reason", NULL);
    g_autofree char *name =
        text_escape(first && !page->ascii ? first->display : host->name, -1, page->ascii);
    g_autofree char *list = NULL;

    if (reason) {
        list = no_address_text(host, reason, page->ascii);
        page_wrap(page, TINT_TITLE, list, 0);
        page_end(page);
        return;
    }
    page_put(page, TINT_TITLE, name);
    if (json_array_size(addresses) && strcmp(fact_string(host->fact, "source", ""), "literal") != 0)
        list = words_value(addresses, page->ascii);
    if (list) {
        page_put(page, TINT_NONE, "  ");
        page_wrap(page, TINT_NONE, list, MIN(page->column, page->width / 2));
    }
    page_end(page);
}

static bool matches(const Model *model, const Endpoint *endpoint, const ReportStyle *style)
{
    MemberContext context = {model, style->now};
    return member_filter_matches(style->filter, endpoint, &context);
}

static bool any_matches(const Model *model, const Host *host, const ReportStyle *style)
{
    for (guint i = 0; i < host->endpoints->len; i++)
        if (matches(model, host->endpoints->pdata[i], style))
            return true;
    return !style->filter;
}

static void host_text(Page *page, const Model *model, const Host *host, const ReportStyle *style)
{
    Counts counts = {0};
    g_autofree char *quiet = NULL;

    host_header(page, host);
    for (guint i = 0; i < host->endpoints->len; i++) {
        const Endpoint *endpoint = host->endpoints->pdata[i];
        if (!matches(model, endpoint, style))
            continue;
        if (!is_shown(endpoint, style)) {
            count_quiet(&counts, endpoint);
            continue;
        }
        if (counts.shown++ == 0)
            row(page, NULL, style);
        row(page, endpoint, style);
    }
    quiet = counts_text(&counts);
    if (*quiet) {
        page_put(page, TINT_NONE, "  ");
        page_wrap(page, TINT_NONE, quiet, 2);
        page_end(page);
    }
    for (guint i = 0; i < host->endpoints->len; i++) {
        const Endpoint *endpoint = host->endpoints->pdata[i];
        if (!endpoint->result || audit_is_quiet(endpoint) || !matches(model, endpoint, style))
            continue;
        page_end(page);
        block_endpoint(page, model, endpoint, style);
    }
    page_end(page);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const Endpoint *worst_endpoint(const Model *model)
{
    const Endpoint *worst = NULL;
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Endpoint *endpoint = model->endpoints->pdata[i];
        const Finding *one = brief_worst(endpoint), *other = worst ? brief_worst(worst) : NULL;
        if (one && (!other || one->severity < other->severity))
            worst = endpoint;
    }
    return worst;
}

static void summary_counts(GString *text, const Model *model)
{
    guint finished = 0, unexamined = 0, quiet = 0, unasked = 0, counts[SEVERITY_COUNT] = {0};
    for (guint i = 0; i < model->endpoints->len; i++) {
        const Endpoint *endpoint = model->endpoints->pdata[i];
        const GPtrArray *findings = endpoint->findings;
        bool done = endpoint->result && strcmp(endpoint->result, "finished") == 0;
        finished += done;
        quiet += audit_is_quiet(endpoint) && !without_address(endpoint);
        unasked += audit_is_quiet(endpoint) && without_address(endpoint);
        unexamined += endpoint->result && !audit_is_examined(endpoint) && !audit_is_quiet(endpoint);
        for (guint j = 0; findings && j < findings->len; j++)
            counts[((Finding *)findings->pdata[j])->severity]++;
    }
    g_string_append_printf(text, ngettext("%u host, ", "%u hosts, ", model->hosts->len),
                           model->hosts->len);
    g_string_append_printf(text, ngettext("%u port: ", "%u ports: ", model->endpoints->len),
                           model->endpoints->len);
    g_string_append_printf(text, _("%u with TLS"), finished);
    append_count(text, unexamined, _("could not be examined"));
    append_count(text, quiet, _("closed, silent or plain"));
    append_count(text, unasked, _("not asked, for want of an address"));
    append_count(text, model->endpoints->len - model->done, _("not done"));
    g_string_append(text, ". ");
    for (guint i = 0, any = 0; i < SEVERITY_UNKNOWN; i++)
        if (counts[i])
            g_string_append_printf(text, "%s%u %s", any++ ? ", " : "", counts[i],
                                   _(severity_name((Severity)i)));
}

char *report_summary(const Model *model, bool ascii)
{
    GString *text = g_string_new(NULL);
    const Endpoint *worst = worst_endpoint(model);
    summary_counts(text, model);
    if (worst) {
        g_autofree char *place = brief_place(worst, ascii);
        g_autofree char *sentence = words_finding(brief_worst(worst), ascii);
        g_string_append_printf(text, g_str_has_suffix(text->str, ". ") ? "" : ". ");
        g_string_append_printf(text, _("Worst: %s %s"), place, sentence);
    } else {
        g_string_append(text, _("Nothing found"));
    }
    return g_string_free(text, FALSE);
}

char *report_text(const Model *model, const ReportStyle *style)
{
    Page page = page_for(style);
    g_autofree char *summary = report_summary(model, style->ascii);
    for (guint i = 0; i < model->hosts->len; i++)
        if (any_matches(model, model->hosts->pdata[i], style))
            host_text(&page, model, model->hosts->pdata[i], style);
    page_wrap(&page, TINT_TITLE, summary, 0);
    page_end(&page);
    return g_string_free(page.text, FALSE);
}
