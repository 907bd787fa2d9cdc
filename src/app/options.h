/* options: what the command line says.
 *
 * Options are rows of one table, from which parsing and --help come. What is wrong is refused with
 * one line that says what and how it is right; the program then ends with STATUS_USAGE.
 */
#ifndef TLSDIVE_APP_OPTIONS_H
#define TLSDIVE_APP_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "front/audit/audit.h"
#include "front/report/expiry.h"

/* Exit statuses beside those of front/report/status.h; 128 + n after signal n. */
enum {
    STATUS_USAGE = 2,    /* the command line is wrong */
    STATUS_INTERNAL = 4, /* this program or machine failed, or the output could not be written */
};

typedef enum ReportFormat { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_ICAL } ReportFormat;

typedef struct Options {
    char **targets;     /* as written; never NULL */
    char *targets_file; /* "-": standard input; NULL: none */
    int family;         /* 4, 6, or 0 for both */
    char *server_name;  /* NULL: each target's own */
    char **alpn;        /* protocols to offer; empty: none; NULL: those of the port */
    char *priority;     /* GnuTLS priority string; NULL: the program's own */
    double timeout;     /* seconds of silence */
    char *depth;        /* "versions" or "full"; NULL: a handshake alone */
    int parallel, per_address;
    int connections;             /* that one dive may make */
    char **ca_files, **ca_paths; /* trust stores beside `stores`; NULL: none */
    char **stores;               /* names of trust stores; NULL: not said */
    char *trust_only;            /* a file of the only roots; NULL: none */
    gboolean fetch;              /* what certificates point to is asked for */
    gboolean fetch_private;      /* at private addresses too */
    char *dns_anchor;            /* file of DNSSEC trust anchors; NULL: the distribution's */
    char *dns_server;            /* resolver to ask; NULL: the system's */
    gboolean fetch_crl;          /* CRLs beside OCSP */
    gboolean fetch_nonce;        /* OCSP with a nonce; nothing is kept then */
    gboolean no_cache;           /* what was fetched is not kept, and nothing kept is used */
    gboolean batch;
    ReportFormat format;
    char *filter;        /* an expression over endpoints or certificates; NULL: all */
    bool asked;          /* judged is for `at`, and not for now */
    gint64 at;           /* seconds since 1970 */
    bool check_expiry;   /* the answer is a monitoring plugin's */
    ExpiryLimits limits; /* of that */
    Severity fail_on;    /* SEVERITY_COUNT: never */
    char *password_file; /* whose first line is the password of PKCS #12 files; NULL: none */
    char *open;          /* a saved session; NULL: none */
    char *save;          /* NULL: where sessions are kept */
    gboolean no_save, no_sandbox, demo, ascii, no_color;
    gboolean help, version, print_keys;
    char *worker; /* what this process is to be; NULL: the front */
    gint64 epoch; /* of a worker: see RoleOptions */
} Options;

/* Options from a command line (argv[0] first, NULL at the end). NULL and *error if something is
 * wrong. */
Options *options_new(char *const *argv, GError **error);

/* Adds the options about trust stores as a worker takes them: char *, to be freed. */
void options_pass_stores(const Options *options, GPtrArray *arguments);

/* The text of --help; to be freed. */
char *options_help(void);

void options_free(Options *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Options, options_free)

#endif
