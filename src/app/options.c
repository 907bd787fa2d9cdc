#include "app/options.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "common/util/limits.h"
#include "common/util/text.h"
#include "common/util/when.h"
#include "worker/probe/first.h"

/* Values as written, before they are looked at. */
typedef struct Raw {
    Options *options;
    gboolean four, six;
    char *timeout, *format, *fail_on, *alpn, *at, *check_expiry, *stores;
    char **targets;
} Raw;

enum { HELP_COLUMN = 26 };

/* A row with a title begins a group of the help; one with no description is not in the help. */
typedef struct Row {
    const char *title;
    GOptionEntry entry;
} Row;

#define FLAG(place)   G_OPTION_ARG_NONE, &(place)
#define WORD(place)   G_OPTION_ARG_STRING, &(place)
#define FILE_(place)  G_OPTION_ARG_FILENAME, &(place)
#define FILES(place)  G_OPTION_ARG_FILENAME_ARRAY, &(place)
#define NUMBER(place) G_OPTION_ARG_INT, &(place)

typedef void EachRow(const Row *row, void *data);

/* What to ask, and how. */
static void each_row_of_asking(Raw *raw, EachRow *each, void *data)
{
    Options *o = raw->options;
    const Row rows[] = {
        {N_("What to ask"),
         {"targets", 0, 0, FILE_(o->targets_file),
          N_("targets from a file, one a word; - is standard input"), N_("FILE")}},
        {NULL, {"ipv4", '4', 0, FLAG(raw->four), N_("IPv4 addresses only"), NULL}},
        {NULL, {"ipv6", '6', 0, FLAG(raw->six), N_("IPv6 addresses only"), NULL}},
        {N_("How to ask"),
         {"depth", 0, 0, WORD(o->depth), N_("handshake, versions, or full: all it accepts"),
          N_("DEPTH")}},
        {NULL,
         {"server-name", 0, 0, WORD(o->server_name),
          N_("name to send (SNI) and to check, for every target"), N_("NAME")}},
        {NULL,
         {"alpn", 0, 0, WORD(raw->alpn),
          N_("protocols to offer, with commas between; \"\" is none"), N_("LIST")}},
        {NULL,
         {"priority", 0, 0, WORD(o->priority), N_("GnuTLS priority string of the handshake"),
          N_("STRING")}},
        {NULL,
         {"timeout", 0, 0, WORD(raw->timeout),
          N_("seconds of silence (5), and four times that in all"), N_("SECONDS")}},
        {NULL,
         {"parallel", 0, 0, NUMBER(o->parallel), N_("open connections in all (128)"), N_("N")}},
        {NULL,
         {"per-address", 0, 0, NUMBER(o->per_address), N_("open connections to one address (8)"),
          N_("N")}},
        {NULL,
         {"connections", 0, 0, NUMBER(o->connections),
          N_("connections to find all it accepts, at most (1000)"), N_("N")}},
        {NULL,
         {"ca-file", 0, 0, FILES(o->ca_files),
          N_("trust these roots, not the system's (many times)"), N_("FILE")}},
        {NULL,
         {"ca-path", 0, 0, FILES(o->ca_paths), N_("the same with all files of a folder"),
          N_("FOLDER")}},
        {NULL,
         {"stores", 0, 0, WORD(raw->stores), N_("trust stores: system, mozilla, java"),
          N_("LIST")}},
        {NULL,
         {"trust-only", 0, 0, FILE_(o->trust_only), N_("own roots alone, as of an internal PKI"),
          N_("FILE")}},
        {NULL,
         {"password-file", 0, 0, FILE_(o->password_file), N_("its first line opens PKCS #12 files"),
          N_("FILE")}},
        {N_("What to fetch"),
         {"fetch", 0, 0, FLAG(o->fetch), N_("ask what certificates point to: OCSP, CRLs, issuers"),
          NULL}},
        {NULL,
         {"fetch-private", 0, 0, FLAG(o->fetch_private), N_("even where that is a private address"),
          NULL}},
        {NULL,
         {"dns-server", 0, 0, WORD(o->dns_server), N_("ask this resolver, not the system's"),
          N_("ADDRESS")}},
        {NULL,
         {"dns-anchor", 0, 0, FILE_(o->dns_anchor),
          N_("DNSSEC trust anchors in this file, not the root's"), N_("FILE")}},
        {NULL, {"fetch-crl", 0, 0, FLAG(o->fetch_crl), N_("CRLs even where OCSP answers"), NULL}},
        {NULL,
         {"fetch-nonce", 0, 0, FLAG(o->fetch_nonce), N_("OCSP with a nonce: a fresh answer"),
          NULL}},
        {NULL, {"no-cache", 0, 0, FLAG(o->no_cache), N_("keep nothing, use nothing kept"), NULL}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        each(&rows[i], data);
}

/* What to show, and the rest. */
static void each_row_of_showing(Raw *raw, EachRow *each, void *data)
{
    Options *o = raw->options;
    const Row rows[] = {
        {N_("What to show"),
         {"batch", 'b', 0, FLAG(o->batch), N_("no screen: report on standard output"), NULL}},
        {NULL,
         {"format", 'f', 0, WORD(raw->format),
          N_("text, json (facts), csv or ical (of certificates)"), N_("FORMAT")}},
        {NULL,
         {"filter", 0, 0, WORD(o->filter), N_("only what matches: 'days<30 and issuer~E7'"),
          N_("EXPR")}},
        {NULL,
         {"at", 0, 0, WORD(raw->at), N_("judge for that time: 2027-01-14, +30d"), N_("DATE")}},
        {NULL,
         {"check-expiry", 0, 0, WORD(raw->check_expiry),
          N_("answer as a monitoring plugin does: 30,7"), N_("W,C")}},
        {NULL,
         {"fail-on", 0, 0, WORD(raw->fail_on),
          N_("exit with 1 at critical, high, medium, low or info"), N_("SEVERITY")}},
        {NULL, {"ascii", 0, 0, FLAG(o->ascii), N_("nothing beyond ASCII"), NULL}},
        {NULL,
         {"no-color", 0, 0, FLAG(o->no_color),
          N_("no colours (as with NO_COLOR in the environment)"), NULL}},
        {N_("Sessions"),
         {"open", 'o', 0, FILE_(o->open), N_("show a saved session; nothing is sent"), N_("FILE")}},
        {NULL, {"save", 's', 0, FILE_(o->save), N_("save the session in this file"), N_("FILE")}},
        {NULL, {"no-save", 0, 0, FLAG(o->no_save), N_("do not save the session"), NULL}},
        {N_("Other"),
         {"demo", 0, 0, FLAG(o->demo), N_("servers of its own on this machine, to look at"), NULL}},
        {NULL,
         {"no-sandbox", 0, 0, FLAG(o->no_sandbox), N_("for debugging: workers are not locked up"),
          NULL}},
        {NULL,
         {"print-keys", 0, 0, FLAG(o->print_keys), N_("the list of keys, as the manual has it"),
          NULL}},
        {NULL, {"help", 'h', 0, FLAG(o->help), N_("this page"), NULL}},
        {NULL, {"version", 'V', 0, FLAG(o->version), N_("the version"), NULL}},
        {NULL, {"worker", 0, 0, WORD(o->worker), NULL, NULL}},
        {NULL, {"epoch", 0, 0, G_OPTION_ARG_INT64, &o->epoch, NULL, NULL}},
        {NULL, {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->targets, NULL, NULL}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        each(&rows[i], data);
}

/* Calls `each` for every option, with where its value goes. */
static void each_row(Raw *raw, EachRow *each, void *data)
{
    each_row_of_asking(raw, each, data);
    each_row_of_showing(raw, each, data);
}

static void add_entry(const Row *row, void *data)
{
    g_array_append_val((GArray *)data, row->entry);
}

static bool wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool wrong(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *safe = text_escape(text, -1, false);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
    return false;
}

static bool take_timeout(Raw *raw, GError **error)
{
    Options *options = raw->options;
    options->timeout = LIMIT_IDLE_MS / 1000.0;
    if (!raw->timeout)
        return true;
    char *end = NULL;
    options->timeout = g_ascii_strtod(raw->timeout, &end);
    if (end == raw->timeout || *end || !isfinite(options->timeout) || options->timeout < 0.1 ||
        options->timeout > 3600)
        return wrong(error, _("--timeout %s: a number of seconds from 0.1 to 3600, such as 2.5"),
                     raw->timeout);
    return true;
}

static bool take_format(Raw *raw, GError **error)
{
    Options *options = raw->options;
    options->fail_on = SEVERITY_COUNT;
    if (raw->format) {
        static const char *const formats[] = {[FORMAT_TEXT] = "text",
                                              [FORMAT_JSON] = "json",
                                              [FORMAT_CSV] = "csv",
                                              [FORMAT_ICAL] = "ical"};
        size_t i = 0;
        while (i < G_N_ELEMENTS(formats) && !g_str_equal(raw->format, formats[i]))
            i++;
        if (i == G_N_ELEMENTS(formats))
            return wrong(error, _("--format %s: text, json, csv or ical"), raw->format);
        options->format = (ReportFormat)i;
        options->batch = TRUE;
    }
    if (raw->fail_on &&
        (!severity_parse(raw->fail_on, &options->fail_on) || options->fail_on == SEVERITY_UNKNOWN))
        return wrong(error, _("--fail-on %s: critical, high, medium, low or info"), raw->fail_on);
    return true;
}

static bool take_depth(Raw *raw, GError **error)
{
    Options *options = raw->options;
    if (options->connections < 1 || options->connections > 1000000)
        return wrong(error, _("--connections %d: a number from 1 to 1000000"),
                     options->connections);
    if (!options->depth || g_str_equal(options->depth, "versions") ||
        g_str_equal(options->depth, "full"))
        return true;
    if (!g_str_equal(options->depth, "handshake"))
        return wrong(error, _("--depth %s: handshake, versions or full"), options->depth);
    g_clear_pointer(&options->depth, g_free);
    return true;
}

static bool take_alpn(Raw *raw, GError **error)
{
    if (!raw->alpn)
        return true;
    raw->options->alpn = *raw->alpn ? g_strsplit(raw->alpn, ",", 64) : g_new0(char *, 1);
    for (char **one = raw->options->alpn; *one; one++)
        if (!**one || strlen(*one) > 255)
            return wrong(error, _("--alpn %s: names of 1 to 255 bytes, such as h2,http/1.1"),
                         raw->alpn);
    return true;
}

static bool take_numbers(Raw *raw, GError **error)
{
    Options *options = raw->options;
    if (options->parallel < 1 || options->parallel > 10000)
        return wrong(error, _("--parallel %d: a number from 1 to 10000"), options->parallel);
    if (options->per_address < 1 || options->per_address > 10000)
        return wrong(error, _("--per-address %d: a number from 1 to 10000"), options->per_address);
    if (raw->four && raw->six)
        return wrong(error, _("-4 and -6 exclude each other: leave both out for all addresses"));
    options->family = raw->four ? 4 : raw->six ? 6 : 0;
    return true;
}

/* A priority string that GnuTLS does not take would be refused by every connection. */
static bool take_priority(Raw *raw, GError **error)
{
    FirstSpec spec = {.priority = raw->options->priority};
    g_autoptr(GError) refused = NULL;
    if (!spec.priority)
        return true;
    g_autoptr(Probe) probe = first_new(&spec, &refused);
    return probe || wrong(error, "--priority %s: %s", spec.priority, refused->message);
}

/* A filter is over what is printed: certificates where the format is one of those. */
static bool take_filter(Raw *raw, GError **error)
{
    Options *options = raw->options;
    bool certificates = options->format == FORMAT_CSV || options->format == FORMAT_ICAL;
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(GError) refused = NULL;
    if (raw->at && !when_instant(raw->at, now, &options->at))
        return wrong(error, _("--at %s: a time, such as %s"), raw->at, WHEN_FORMS);
    options->asked = raw->at && !g_str_equal(raw->at, "now");
    if (raw->check_expiry && !expiry_parse(raw->check_expiry, &options->limits))
        return wrong(error,
                     _("--check-expiry %s: days before the end for a warning and for critical, "
                       "such as 30,7 or 3d,36h"),
                     raw->check_expiry);
    if (raw->check_expiry && (raw->format || raw->fail_on))
        return wrong(error, _("--check-expiry has a form and exit statuses of its own: it goes "
                              "without --format and --fail-on"));
    options->check_expiry = raw->check_expiry != NULL;
    options->batch |= options->check_expiry;
    if (!options->filter)
        return true;
    if (options->format == FORMAT_JSON)
        return wrong(error,
                     _("--filter: facts are printed whole; text, csv and ical are filtered"));
    g_autoptr(MemberFilter) filter = member_filter_new(
        options->filter, certificates ? &certificate_members : &endpoint_members, now, &refused);
    return filter || wrong(error, "--filter: %s", refused->message);
}

static bool all_readable(const char *option, char *const *files, GError **error)
{
    for (; files && *files; files++)
        if (access(*files, R_OK))
            return wrong(error, "%s %s: %s", option, *files, g_strerror(errno));
    return true;
}

/* The trust stores: those named, and what they are made of can be read. */
static bool take_stores(Raw *raw, GError **error)
{
    static const char *const names[] = {"system", "mozilla", "java", NULL};
    Options *options = raw->options;
    char *only[] = {options->trust_only, NULL};
    options->stores = raw->stores ? g_strsplit(raw->stores, ",", -1) : NULL;
    guint count = 0;
    for (char **name = options->stores; name && *name; name++, count++)
        if (!g_strv_contains(names, *name))
            return wrong(error, _("--stores %s: of system, mozilla and java, with commas between"),
                         raw->stores);
    if (options->trust_only && (options->stores || options->ca_files || options->ca_paths))
        return wrong(error, _("--trust-only is for one store alone: no other goes with it"));
    count += options->ca_files ? g_strv_length(options->ca_files) : 0;
    count += options->ca_paths ? g_strv_length(options->ca_paths) : 0;
    if (count > LIMIT_STORES)
        return wrong(error, _("%u trust stores: at most %d"), count, LIMIT_STORES);
    return all_readable("--ca-file", options->ca_files, error) &&
           all_readable("--ca-path", options->ca_paths, error) &&
           all_readable("--trust-only", only, error);
}

static bool take_modes(Raw *raw, GError **error)
{
    Options *options = raw->options;
    options->targets = raw->targets ? g_steal_pointer(&raw->targets) : g_new0(char *, 1);
    bool asks = options->targets[0] || options->targets_file;
    if (options->open && (asks || options->demo))
        return wrong(error, _("--open shows a saved session: it takes no targets"));
    if (options->demo && asks)
        return wrong(error, _("--demo brings its own targets: it takes no others"));
    if (options->dns_anchor && access(options->dns_anchor, R_OK))
        return wrong(error, _("--dns-anchor %s: %s"), options->dns_anchor, g_strerror(errno));
    if (options->save && options->no_save)
        return wrong(error, _("--save and --no-save exclude each other"));
    if (options->server_name && (!*options->server_name || strlen(options->server_name) > 253))
        return wrong(error, _("--server-name: a host name, such as www.example.com"));
    return true;
}

static bool parse(Raw *raw, char ***words, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    each_row(raw, add_entry, entries);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, (const GOptionEntry *)(void *)entries->data, NULL);
    g_autoptr(GError) first = NULL;
    if (!g_option_context_parse_strv(context, words, &first))
        return wrong(error, _("%s (tlsdive --help lists what there is)"), first->message);
    return take_timeout(raw, error) && take_format(raw, error) && take_filter(raw, error) &&
           take_alpn(raw, error) && take_depth(raw, error) && take_numbers(raw, error) &&
           take_priority(raw, error) && take_modes(raw, error) && take_stores(raw, error);
}

Options *options_new(char *const *argv, GError **error)
{
    g_autoptr(Options) options = g_new0(Options, 1);
    options->parallel = LIMIT_PARALLEL;
    options->per_address = LIMIT_PER_ADDRESS;
    options->connections = LIMIT_DIVE_CONNECTIONS;
    Raw raw = {.options = options};
    g_auto(GStrv) words = g_strdupv((char **)argv);
    bool fine = parse(&raw, &words, error);
    g_free(raw.timeout);
    g_free(raw.format);
    g_free(raw.fail_on);
    g_free(raw.alpn);
    g_free(raw.at);
    g_free(raw.check_expiry);
    g_free(raw.stores);
    g_strfreev(raw.targets);
    return fine ? g_steal_pointer(&options) : NULL;
}

static void add_help(const Row *row, void *data)
{
    GString *help = data;
    const GOptionEntry *entry = &row->entry;
    if (row->title)
        g_string_append_printf(help, "\n%s:\n", _(row->title));
    if (!entry->description)
        return;
    g_autofree char *brief =
        entry->short_name ? g_strdup_printf("-%c,", entry->short_name) : g_strdup("   ");
    g_autofree char *option =
        g_strdup_printf("  %s --%s%s%s", brief, entry->long_name, entry->arg_description ? " " : "",
                        entry->arg_description ? _(entry->arg_description) : "");
    g_string_append_printf(help, "%-*s %s\n", HELP_COLUMN, option, _(entry->description));
}

char *options_help(void)
{
    GString *help =
        g_string_new(_("Usage: tlsdive [OPTION...] [TARGET...]\n"
                       "Shows what TLS is really spoken on a host's ports.\n"
                       "\n"
                       "Examples:\n"
                       "  tlsdive mail.example.com            its well-known TLS ports\n"
                       "  tlsdive www.example.com:443,8443    these two\n"
                       "  tlsdive imap://mail.example.com     IMAP with STARTTLS\n"
                       "  tlsdive '[2001:db8::1]:https'       an address, a service\n"
                       "  tlsdive server.pem ./certs          a file, a directory of certificates\n"
                       "  tlsdive --demo                      servers of its own\n"
                       "  tlsdive -f json a.example b.example | jq -c .\n"
                       "  tlsdive --batch --fail-on high mail.example.com\n"
                       "  tlsdive --batch --depth full www.example.com:443\n"
                       "\n"
                       "Opens a screen on a terminal; where standard output is none, "
                       "prints a report.\n"));
    g_autoptr(Options) options = g_new0(Options, 1);
    Raw raw = {.options = options};
    each_row(&raw, add_help, help);
    g_string_append(help,
                    _("\n"
                      "Exit status: 0 all was asked and answered; 1 a finding (--fail-on);\n"
                      "2 wrong usage; 3 something could not be examined; 4 a failure of this\n"
                      "program, or of its output; 128+n ended by signal n.\n"));
    return g_string_free(help, FALSE);
}

static void pass_files(GPtrArray *arguments, const char *option, char *const *files)
{
    for (; files && *files; files++)
        g_ptr_array_add(arguments, g_strdup_printf("%s=%s", option, *files));
}

void options_pass_stores(const Options *options, GPtrArray *arguments)
{
    char *only[] = {options->trust_only, NULL};
    g_autofree char *names = options->stores ? g_strjoinv(",", options->stores) : NULL;
    char *list[] = {names, NULL};
    pass_files(arguments, "--ca-file", options->ca_files);
    pass_files(arguments, "--ca-path", options->ca_paths);
    pass_files(arguments, "--trust-only", only);
    pass_files(arguments, "--stores", list);
}

void options_free(Options *options)
{
    if (!options)
        return;
    g_strfreev(options->targets);
    g_strfreev(options->alpn);
    g_free(options->targets_file);
    g_free(options->server_name);
    g_free(options->priority);
    g_free(options->depth);
    g_strfreev(options->ca_files);
    g_strfreev(options->ca_paths);
    g_strfreev(options->stores);
    g_free(options->trust_only);
    g_free(options->dns_anchor);
    g_free(options->dns_server);
    g_free(options->password_file);
    g_free(options->open);
    g_free(options->save);
    g_free(options->filter);
    g_free(options->worker);
    g_free(options);
}
