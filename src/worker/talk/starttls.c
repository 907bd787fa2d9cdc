#include "worker/talk/starttls.h"

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/guess.h"

#include <string.h>

enum {
    STEPS = 4,           /* of a dialogue, at most */
    REFUSALS = 3,        /* beginnings of a greeting that refuses, at most */
    INJECTED_SHOWN = 64, /* bytes of what was injected that the fact shows */
};

typedef struct Starttls Starttls;

/* One question and its answer. The first step of a row asks nothing: it is the greeting. */
typedef struct Step {
    const char *send;       /* NULL: the greeting is only waited for */
    const char *name;       /* what "closed after ..." says */
    const char *accept;     /* how the line that decides begins, where the answer is good */
    const char *wait;       /* how it begins where another answer follows; NULL: never */
    const char *capability; /* words that must stand together in a line; NULL: none */
    bool list;              /* a good answer is a list that a lone dot ends (POP3) */
    bool optional;          /* a bad answer is no reason to stop: old servers lack the command */
} Step;

typedef struct Protocol {
    const char *protocol, *name;
    /* True when `line` is the last of an answer; sets the line that decides. */
    bool (*last)(Starttls *talk, const Step *step, const GString *line);
    const char *refuse[REFUSALS]; /* how a greeting begins that refuses service */
    const char *goodbye;
    Step steps[STEPS];
} Protocol;

struct Starttls {
    Talk base;
    const Protocol *protocol;
    guint step;       /* the one whose answer is waited for */
    guint lines;      /* received in all */
    guint answer;     /* lines of the current answer */
    bool able;        /* the capability was seen in the current answer */
    GString *decides; /* the line that decides; empty while there is none */
    GString *pending; /* received, no whole line yet */
};

static bool begins(const GString *line, const char *prefix)
{
    return prefix && !g_ascii_strncasecmp(line->str, prefix, strlen(prefix));
}

/* SMTP and FTP: three digits, then a space on the last line or a hyphen where more follow. Between
 * the first and the last line FTP allows any text (RFC 959 section 4.2), and so do we for SMTP. */
static bool last_of_codes(Starttls *talk, const Step *step, const GString *line)
{
    (void)step;
    bool code = g_ascii_isdigit(line->str[0]) && g_ascii_isdigit(line->str[1]) &&
                g_ascii_isdigit(line->str[2]);
    char mark = '\0';
    if (code)
        mark = line->str[3] ? line->str[3] : ' ';
    if (talk->answer == 1) {
        bool whole = mark == ' ' || mark == '-';
        if (whole)
            g_string_append_len(talk->decides, line->str, (gssize)line->len);
        return mark != '-';
    }
    return mark == ' ' && !strncmp(line->str, talk->decides->str, 3);
}

/* IMAP: lines that begin with a star come between; the greeting is one of them. */
static bool last_of_tagged(Starttls *talk, const Step *step, const GString *line)
{
    if (step->send && begins(line, "* "))
        return false;
    g_string_append_len(talk->decides, line->str, (gssize)line->len);
    return true;
}

/* POP3: the first line decides; a list follows it where one was asked for. */
static bool last_of_status(Starttls *talk, const Step *step, const GString *line)
{
    if (talk->answer > 1)
        return !strcmp(line->str, ".");
    g_string_append_len(talk->decides, line->str, (gssize)line->len);
    return !step->list || !begins(line, step->accept);
}

/* The name in EHLO: postfix and exim refuse what is not a fully qualified name or an address
 * literal where they are set to (reject_non_fqdn_helo_hostname, helo_accept_junk_hosts), and none
 * of them may refuse for a name that does not resolve (RFC 5321 section 4.1.4). The machine's own
 * name is nobody else's business and an address would be a guess; ".invalid" can never be another
 * host's name (RFC 6761), and says who is asking. */
#define EHLO "EHLO tlsdive.invalid"

static const Protocol protocols[] = {
    {
        .protocol = "smtp",
        .name = "SMTP",
        .last = last_of_codes,
        .refuse = {"4", "5"},
        .goodbye = "QUIT",
        .steps = {{.name = "greeting", .accept = "220"},
                  {.name = "EHLO", .send = EHLO, .accept = "250", .capability = "STARTTLS"},
                  {.name = "STARTTLS", .send = "STARTTLS", .accept = "220"}},
    },
    {
        .protocol = "imap",
        .name = "IMAP",
        .last = last_of_tagged,
        .refuse = {"* BYE"},
        .goodbye = "t3 LOGOUT",
        .steps = {{.name = "greeting", .accept = "* OK"},
                  {.name = "CAPABILITY",
                   .send = "t1 CAPABILITY",
                   .accept = "t1 OK",
                   .capability = "STARTTLS"},
                  {.name = "STARTTLS", .send = "t2 STARTTLS", .accept = "t2 OK"}},
    },
    {
        .protocol = "pop3",
        .name = "POP3",
        .last = last_of_status,
        .refuse = {"-ERR"},
        .goodbye = "QUIT",
        .steps = {{.name = "greeting", .accept = "+OK"},
                  {.name = "CAPA",
                   .send = "CAPA",
                   .accept = "+OK",
                   .capability = "STLS",
                   .list = true,
                   .optional = true},
                  {.name = "STLS", .send = "STLS", .accept = "+OK"}},
    },
    {
        .protocol = "ftp",
        .name = "FTP",
        .last = last_of_codes,
        .refuse = {"4", "5"},
        .goodbye = "QUIT",
        .steps = {{.name = "greeting", .accept = "220", .wait = "120"},
                  {.name = "FEAT",
                   .send = "FEAT",
                   .accept = "211",
                   .capability = "AUTH TLS",
                   .optional = true},
                  {.name = "AUTH TLS", .send = "AUTH TLS", .accept = "234"}},
    },
};

/* A line in either direction; `cut`: the line was longer than what there is of it. */
static void tell_line(Starttls *talk, const char *direction, const GString *line, double now)
{
    bool in = !strcmp(direction, "in");
    bool cut = line->len > LIMIT_DIALOGUE_LINE;
    json_t *fact = fact_new(FACT_DIALOGUE);
    json_object_set_new(fact, "direction", json_string(direction));
    json_object_set_new(fact, "text",
                        fact_text(line->str, cut ? (size_t)LIMIT_DIALOGUE_LINE : line->len));
    if (cut)
        json_object_set_new(fact, "cut", json_integer(LIMIT_DIALOGUE_LINE));
    if (in && talk->answer <= 1)
        talk_took(&talk->base, fact, now);
    talk_fact(&talk->base, fact, now);
}

static void send_line(Starttls *talk, const char *text, double now)
{
    g_autoptr(GString) line = g_string_new(text);
    talk_send(&talk->base, line->str, line->len, now);
    talk_send(&talk->base, "\r\n", 2, now);
    tell_line(talk, "out", line, now);
}

/* Fails for what the server said, which `line` shows. */
static void fail_line(Starttls *talk, const char *reason, const GString *line)
{
    talk_fail(&talk->base, "no-tls", reason,
              json_pack("{s:s, s:o}", "protocol", talk->protocol->name, "line",
                        fact_text(line->str, line->len)));
}

/* What spoke instead of the protocol that was expected, if its first bytes show it. */
static bool fail_guessed(Starttls *talk, const GString *line)
{
    g_autoptr(Fault) fault = guess_protocol((const uint8_t *)line->str, line->len, true);
    const char *protocol = fact_string(fault->args, "protocol", "");
    bool unknown = g_str_equal(fault->reason, "speaks-unknown") || strstr(protocol, "unknown");
    if (unknown || strstr(protocol, talk->protocol->name))
        return false;
    talk_fail(&talk->base, "no-tls", fault->reason, json_incref(fault->args));
    return true;
}

static void step_begin(Starttls *talk, double now)
{
    const Step *step = &talk->protocol->steps[talk->step];
    talk->answer = 0;
    talk->able = false;
    g_string_truncate(talk->decides, 0);
    if (!step->send)
        return;
    talk_phase(&talk->base, "starttls", now);
    send_line(talk, step->send, now);
    talk->base.after = step->name;
}

/* The server agreed. Nothing may stand between its reply and our ClientHello. */
static void agreed(Starttls *talk, double now)
{
    GString *rest = talk->pending;
    if (rest->len) {
        g_autofree char *hex =
            bytes_hex((const uint8_t *)rest->str, MIN(rest->len, INJECTED_SHOWN), '\0');
        json_t *fact = fact_new(FACT_ERROR);
        json_object_set_new(fact, "code", json_string("injected-bytes"));
        json_object_set_new(fact, "args",
                            json_pack("{s:I, s:s}", "bytes", (json_int_t)rest->len, "hex", hex));
        talk_fact(&talk->base, fact, now);
        g_string_truncate(rest, 0);
    }
    talk_done(&talk->base);
}

/* The words of a capability, as whole words of the line, in their order. */
static bool holds_words(const GString *line, const char *capability)
{
    static const char between[] = " \t;-=";
    g_auto(GStrv) words = g_strsplit(capability, " ", -1);
    g_auto(GStrv) found = g_strsplit_set(line->str, between, -1);
    guint matched = 0;
    for (guint i = 0; found[i] && words[matched]; i++) {
        if (!g_ascii_strcasecmp(found[i], words[matched]))
            matched++;
    }
    return !words[matched];
}

/* The greeting is not what it should be: it refuses, or another protocol speaks. */
static void fail_greeting(Starttls *talk, const GString *line)
{
    for (guint i = 0; i < REFUSALS; i++) {
        if (talk->decides->len && begins(line, talk->protocol->refuse[i])) {
            fail_line(talk, "greeting-refused", line);
            return;
        }
    }
    if (!fail_guessed(talk, line))
        fail_line(talk, "greeting-unexpected", line);
}

/* The answer to the current step is whole. */
static void answered(Starttls *talk, const GString *line, double now)
{
    const Step *step = &talk->protocol->steps[talk->step];
    const GString *decides = talk->decides->len ? talk->decides : line;
    bool accepted = talk->decides->len && begins(decides, step->accept);
    bool last = talk->step + 1 == STEPS || !talk->protocol->steps[talk->step + 1].send;
    if (talk->decides->len && begins(decides, step->wait)) {
        step_begin(talk, now);
    } else if (accepted && step->capability && !talk->able) {
        talk_fail(&talk->base, "no-tls", "starttls-not-offered",
                  json_pack("{s:s}", "protocol", talk->protocol->name));
    } else if (accepted && last) {
        agreed(talk, now);
    } else if (accepted || (step->optional && talk->decides->len)) {
        talk->step++;
        step_begin(talk, now);
    } else if (!step->send) {
        fail_greeting(talk, decides);
    } else {
        fail_line(talk, last ? "starttls-refused" : "dialogue-unexpected", decides);
    }
    if (talk->base.state == TALK_FAILED)
        send_line(talk, talk->protocol->goodbye, now);
}

static void line_came(Starttls *talk, const GString *line, double now)
{
    const Step *step = &talk->protocol->steps[talk->step];
    talk->answer++;
    tell_line(talk, "in", line, now);
    if (++talk->lines > LIMIT_DIALOGUE_LINES) {
        talk_fail(&talk->base, "limit", "limit-lines",
                  json_pack("{s:i}", "lines", LIMIT_DIALOGUE_LINES));
        return;
    }
    talk->able = talk->able || (step->capability && holds_words(line, step->capability));
    if (talk->protocol->last(talk, step, line))
        answered(talk, line, now);
}

/* The next whole line of what is pending, without its end; NULL if there is none. */
static GString *next_line(GString *pending)
{
    const char *end = memchr(pending->str, '\n', pending->len);
    if (!end)
        return NULL;
    gsize size = (gsize)(end - pending->str);
    gsize text = size && pending->str[size - 1] == '\r' ? size - 1 : size;
    GString *line = g_string_new_len(pending->str, (gssize)text);
    g_string_erase(pending, 0, (gssize)size + 1);
    return line;
}

static void starttls_start(Talk *base, double now)
{
    talk_phase(base, "greeting", now);
    step_begin((Starttls *)base, now);
}

static void starttls_feed(Talk *base, const uint8_t *data, size_t size, double now)
{
    Starttls *talk = (Starttls *)base;
    g_string_append_len(talk->pending, (const char *)data, (gssize)size);
    while (base->state == TALK_GOING) {
        g_autoptr(GString) line = next_line(talk->pending);
        const GString *seen = line ? line : talk->pending;
        if (seen->len > LIMIT_DIALOGUE_LINE) {
            talk->answer++;
            tell_line(talk, "in", seen, now);
            talk_fail(base, "limit", "limit-line",
                      json_pack("{s:i}", "bytes", LIMIT_DIALOGUE_LINE));
        }
        if (!line)
            return;
        if (base->state == TALK_GOING)
            line_came(talk, line, now);
    }
}

/* True where the text so far may still become a good greeting. */
static bool may_be_greeting(const Starttls *talk, const GString *text)
{
    const Step *step = &talk->protocol->steps[0];
    bool accept =
        !g_ascii_strncasecmp(text->str, step->accept, MIN(text->len, strlen(step->accept)));
    return accept || begins(text, step->wait);
}

/* The end of the connection; what stands without a line end is a line all the same. */
static void starttls_end(Talk *base, TalkEnd how, double now)
{
    Starttls *talk = (Starttls *)base;
    const GString *rest = talk->pending;
    if (!rest->len)
        return;
    talk->answer++;
    tell_line(talk, "in", rest, now);
    if (talk->step > 0 || talk->answer > 1 || may_be_greeting(talk, rest))
        return;
    if (!fail_guessed(talk, rest) && how == TALK_END_CLOSED)
        fail_line(talk, "greeting-unexpected", rest);
}

static void starttls_free(Talk *base)
{
    Starttls *talk = (Starttls *)base;
    g_string_free(talk->decides, TRUE);
    g_string_free(talk->pending, TRUE);
}

static const TalkClass starttls_class = {
    .name = "starttls",
    .start = starttls_start,
    .feed = starttls_feed,
    .end = starttls_end,
    .free = starttls_free,
};

Talk *starttls_new(const char *protocol)
{
    for (guint i = 0; i < G_N_ELEMENTS(protocols); i++) {
        if (g_strcmp0(protocol, protocols[i].protocol))
            continue;
        Starttls *talk = g_new0(Starttls, 1);
        talk_init(&talk->base, &starttls_class);
        talk->protocol = &protocols[i];
        talk->decides = g_string_new(NULL);
        talk->pending = g_string_new(NULL);
        return &talk->base;
    }
    return NULL;
}

const char *starttls_protocol(guint index)
{
    return index < G_N_ELEMENTS(protocols) ? protocols[index].protocol : NULL;
}
