#include "front/report/words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/text.h"

enum {
    VALUE_SIZE = 200, /* bytes of an argument that are shown */
    NAME_SIZE = 32,   /* of an argument's name */
};

/* How sentences are made. */
typedef struct Speech {
    bool ascii;
    bool english;
} Speech;

static const char *translated(const Speech *speech, const char *sentence)
{
    return speech->english || !*sentence ? sentence : gettext(sentence);
}

/* Bytes that can be shown of `text` without cutting a character. */
static size_t shown_size(const GString *text)
{
    size_t size = text->len;
    if (size <= VALUE_SIZE)
        return size;
    size = VALUE_SIZE;
    while (size > VALUE_SIZE - 3 && ((guchar)text->str[size] & 0xc0) == 0x80)
        size--;
    return size;
}

/* Mostly seconds: more digits would claim more than is known. */
static char *number_text(double number)
{
    g_autofree char *text = g_strdup_printf(number < 1 ? "%.3f" : "%.1f", number);
    size_t size = strlen(text);
    while (size && text[size - 1] == '0')
        size--;
    if (size && !g_ascii_isdigit(text[size - 1]))
        size--;
    return g_strndup(text, size);
}

static char *list_text(const json_t *list, bool ascii)
{
    GString *text = g_string_new(NULL);
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        g_autofree char *value = json_is_array(item) ? NULL : words_value(item, ascii);
        if (text->len > VALUE_SIZE) {
            g_string_append(text, ", ...");
            break;
        }
        g_string_append_printf(text, "%s%s", i ? ", " : "", value ? value : "?");
    }
    return g_string_free(text, FALSE);
}

char *words_value(const json_t *value, bool ascii)
{
    g_autofree char *escaped = NULL;
    GString *text;
    gint64 seconds;
    size_t size;
    bool cut;

    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value))
        return number_text(json_real_value(value));
    if (json_is_array(value))
        return list_text(value, ascii);
    if (json_is_string(value) && text_to_time(json_string_value(value), &seconds))
        return text_from_time(seconds);
    text = fact_text_get(value);
    if (!text)
        return g_strdup("?");
    size = shown_size(text);
    escaped = text_escape(text->str, (gssize)size, ascii);
    cut = size < text->len;
    g_string_free(text, TRUE);
    return g_strconcat(escaped, cut ? "..." : "", NULL);
}

static char *say(const Speech *speech, const char *sentence, const json_t *args);

static char *say_reason(const Speech *speech, const char *code, const json_t *args)
{
    const Reason *reason = registry_reason(code);
    const Result *result = registry_result(code);
    if (reason)
        return say(speech, translated(speech, reason->sentence), args);
    if (result)
        return g_strdup(translated(speech, result->sentence));
    return text_escape(code, -1, speech->ascii);
}

static char *say_reasons(const Speech *speech, const json_t *codes, const json_t *args)
{
    GString *text = g_string_new(NULL);
    size_t i;
    const json_t *code;
    json_array_foreach((json_t *)codes, i, code)
    {
        g_autofree char *reason = say_reason(speech, json_string_value(code), args);
        g_string_append_printf(text, "%s%s", i ? "; " : "", reason);
    }
    return g_string_free(text, FALSE);
}

static char *argument(const Speech *speech, const char *name, const json_t *args)
{
    const json_t *value = json_object_get(args, name);
    if (strcmp(name, "reason") == 0 && json_is_string(value))
        return say_reason(speech, json_string_value(value), args);
    if (strcmp(name, "reason") == 0 && json_is_array(value))
        return say_reasons(speech, value, args);
    return words_value(value, speech->ascii);
}

/* One argument, at its brace; false where it is missing. */
static bool say_argument(const Speech *speech, const char **sentence, const json_t *args,
                         GString *text)
{
    size_t size = strcspn(*sentence, "}");
    char name[NAME_SIZE];
    if (!(*sentence)[size] || size > NAME_SIZE) {
        g_string_append(text, *sentence);
        *sentence += strlen(*sentence);
        return true;
    }
    memcpy(name, *sentence + 1, size - 1);
    name[size - 1] = '\0';
    g_autofree char *value = argument(speech, name, args);
    g_string_append(text, value);
    *sentence += size + 1;
    return json_object_get(args, name) != NULL;
}

/* Up to the end, or to the bracket that closes an `inner` part; false where an argument of it is
 * missing. */
static bool say_part(const Speech *speech, const char **sentence, const json_t *args, bool inner,
                     GString *text)
{
    bool whole = true;
    for (;;) {
        size_t plain = strcspn(*sentence, inner ? "{[]" : "{[");
        g_string_append_len(text, *sentence, (gssize)plain);
        *sentence += plain;
        if (**sentence == '{') {
            whole &= say_argument(speech, sentence, args, text);
            continue;
        }
        if (**sentence != '[') {
            *sentence += **sentence == ']';
            return whole;
        }
        gsize before = text->len;
        ++*sentence;
        if (!say_part(speech, sentence, args, true, text))
            g_string_truncate(text, before);
    }
}

/* The reasons' table has no {reason} in its sentences, so this goes two levels deep at most. */
static char *say(const Speech *speech, const char *sentence, const json_t *args)
{
    GString *text = g_string_new(NULL);
    say_part(speech, &sentence, args, false, text);
    return g_string_free(text, FALSE);
}

char *words_fill(const char *sentence, const json_t *args, bool ascii)
{
    Speech speech = {.ascii = ascii};
    return say(&speech, sentence, args);
}

char *words_reason(const char *code, const json_t *args, bool ascii)
{
    Speech speech = {.ascii = ascii};
    return say_reason(&speech, code, args);
}

static char *words_reasons(const json_t *codes, const json_t *args, bool ascii)
{
    Speech speech = {.ascii = ascii};
    return say_reasons(&speech, codes, args);
}

static void take_member(json_t *args, const json_t *fact, const char *member)
{
    json_t *value = json_object_get(fact, member);
    if (value)
        json_object_set(args, member, value);
}

/* What the connection shows that reasons speak of: the alert that came, after what, how much. */
static json_t *shown_by(const Connection *proof)
{
    json_t *args = json_object();
    for (guint i = 0; proof && i < proof->events->len; i++) {
        const Event *event = proof->events->pdata[i];
        bool in = strcmp(fact_string(event->fact, "direction", ""), "in") == 0;
        const char *name = fact_string(event->fact, "name", NULL);
        if (event->kind == EVENT_MESSAGE && !in && name)
            json_object_set_new(args, "after", json_string(name));
        if (event->kind == EVENT_ALERT && in) {
            take_member(args, event->fact, "level");
            take_member(args, event->fact, "code");
            take_member(args, event->fact, "name");
        }
        if (event->kind == EVENT_CONNECTION)
            take_member(args, event->fact, "received");
    }
    return args;
}

static bool has_all(const json_t *args, const Reason *reason)
{
    g_auto(GStrv) names = g_strsplit(reason->arguments ? reason->arguments : "", " ", -1);
    for (char **name = names; *name; name++)
        if (**name && !json_object_get(args, *name))
            return false;
    return true;
}

char *words_answer(const Answer *answer, bool ascii)
{
    const json_t *args = json_object_get(answer->fact, "args");
    const Reason *reason = answer->reason ? registry_reason(answer->reason) : NULL;
    g_autoptr(json_t) shown = args ? NULL : shown_by(answer->proof);
    if (!answer->reason)
        return g_strdup("");
    if (args || !reason || has_all(shown, reason))
        return words_reason(answer->reason, args ? args : shown, ascii);
    const Result *result = reason->result ? registry_result(reason->result) : NULL;
    return result ? g_strdup(_(result->word)) : words_reason(answer->reason, shown, ascii);
}

/* What is asked beside what is accepted. */
static const struct {
    const char *code, *words;
} traits[] = {
    {"session-ids", N_("session ids")},
    {"resumption-id", N_("sessions resumed by id")},
    {"resumption-ticket", N_("sessions resumed by ticket")},
    {"tickets", N_("session tickets")},
    {"resumption-psk", N_("sessions resumed by PSK")},
    {"resumption-psk-ke", N_("sessions resumed without a key exchange")},
    {"ticket-reuse", N_("one ticket resumes twice")},
    {"ticket-key", N_("one key for two session tickets")},
    {"ticket-entropy", N_("session tickets look random")},
    {"early-data", N_("early data (0-RTT)")},
    {"renegotiation", N_("renegotiation by the client")},
    {"secure-renegotiation", N_("secure renegotiation")},
    {"compression", N_("TLS compression")},
    {"fallback-scsv", N_("refuses needless fallbacks (SCSV)")},
    {"clock-in-random", N_("clock in its random")},
    {"downgrade-sentinel", N_("marks downgrades")},
    {"no-server-name", N_("answers without a server name")},
    {"unknown-server-name", N_("answers an unknown server name")},
    {"grease", N_("tolerates GREASE")},
    {"grease-tls13", N_("tolerates GREASE")},
    {"fragmented-hello", N_("tolerates a hello in many records")},
    {"large-hello", N_("tolerates a hello of 9 kB")},
    {"extension-order", N_("order of its extensions")},
    {"future-version", N_("tolerates versions to come")},
    {"key-share", N_("tolerates a key share")},
    {"long-key-share", N_("tolerates a post-quantum key share")},
    {"long-lists", N_("tolerates long lists of suites")},
    {"ffdhe-groups", N_("DHE for clients that offer FFDHE groups only")},
    {"unknown-suites", N_("accepts a suite that no table knows")},
    {"one-byte-records", N_("tolerates records of one byte")},
    {"empty-records", N_("tolerates empty records in a hello")},
    {"empty-data-records", N_("tolerates empty records of data in a hello")},
    {"hello-in-parts", N_("tolerates a hello in several segments")},
    {"record-ssl3", N_("tolerates records of SSL 3.0")},
    {"record-tls12", N_("tolerates records of TLS 1.2")},
    {"record-to-come", N_("tolerates records of a version to come")},
    {"version-0304", N_("tolerates legacy_version 0x0304")},
    {"version-0305", N_("tolerates legacy_version 0x0305")},
    {"version-0400", N_("tolerates legacy_version 0x0400")},
    {"reversed-extensions", N_("tolerates extensions in reverse order")},
    {"empty-last-extension", N_("tolerates an empty extension at the end")},
    {"duplicate-extension", N_("tolerates an extension twice")},
    {"duplicate-suites", N_("tolerates suites twice")},
    {"session-id", N_("tolerates an unknown session id")},
    {"no-session-id", N_("tolerates a hello without session id")},
    {"warning-first", N_("tolerates a warning before the hello")},
    {"alert-no-suite", N_("alert to no suite in common")},
    {"alert-low-version", N_("alert to a version too low")},
    {"alert-legacy-version", N_("alert to TLS 1.3 in a hello of SSL 3.0")},
    {"alert-bad-extension", N_("alert to a wrong length")},
    {"alert-missing-extension", N_("alert to missing extensions")},
    {"alert-unexpected-message", N_("alert to a Finished first of all")},
    {"alert-unknown-record", N_("alert to a record of no known type")},
    {"alert-long-record", N_("alert to a record too long")},
    {"ephemeral-key-reused", N_("ephemeral keys used again")},
    {"session-id-entropy", N_("session ids look random")},
    {"lost-connections", N_("connections lost")},
    {"two-configurations", N_("two configurations")},
    {"jarm", "JARM"},
};

char *words_trait(const char *code, bool ascii)
{
    for (size_t i = 0; i < G_N_ELEMENTS(traits); i++)
        if (strcmp(traits[i].code, code) == 0)
            return g_strdup(_(traits[i].words));
    if (g_str_has_prefix(code, "jarm-"))
        return g_strdup_printf(_("JARM, hello %s"), code + strlen("jarm-"));
    return g_strdelimit(text_escape(code, -1, ascii), "-", ' ');
}

char *words_breach(const Answers *answers, bool ascii)
{
    const Dive *dive = answers ? answers->now : NULL;
    if (!dive || !dive->result || strcmp(dive->result, "finished") == 0)
        return NULL;
    return words_reason(dive->reason ? dive->reason : dive->result, dive->args, ascii);
}

char *words_question(const json_t *question, bool ascii)
{
    g_autofree char *items = words_value(json_object_get(question, "items"), ascii);
    const char *version = fact_string(question, "version", NULL);
    return version ? g_strdup_printf(_("%s in %s"), items, version) : g_steal_pointer(&items);
}

char *words_stack(const StackGuess *guess)
{
    static const char *const formats[] = {
        [STACK_UNKNOWN] = N_("none that is known; most like %s: %u of %u habits agree"),
        [STACK_ALIKE] = N_("like %s: %u of %u habits agree"),
    };
    g_autoptr(GString) names = g_string_new(NULL);
    if (guess->naming == STACK_UNTOLD)
        return g_strdup(_("unknown: too little was answered"));
    for (guint i = 0; i < guess->names->len; i++)
        g_string_append_printf(names, "%s%s", i ? _(" or ") : "",
                               (const char *)guess->names->pdata[i]);
    return g_strdup_printf(_(formats[guess->naming]), names->str, guess->agree, guess->of);
}

char *words_habit(const char *feature, bool ascii)
{
    static const char *const questions[] = {"feature ", "behaviour "};
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (!g_str_has_prefix(feature, questions[i]))
            continue;
        g_auto(GStrv) parts = g_strsplit(feature + strlen(questions[i]), " ", 2);
        g_autofree char *trait = words_trait(parts[0], ascii);
        return g_strjoin(parts[1] ? " " : "", trait, parts[1] ? parts[1] : "", NULL);
    }
    return g_strdup(feature);
}

char *words_stack_but(const StackGuess *guess, bool ascii)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < guess->habits->len; i++) {
        const StackHabit *habit = &g_array_index(guess->habits, StackHabit, i);
        if (habit->agrees)
            continue;
        g_autofree char *name = words_habit(habit->feature, ascii);
        g_autofree char *said = stack_habit_text(habit->feature, habit->observed);
        g_autofree char *safe = text_escape(said, -1, ascii);
        g_string_append_printf(text, "%s%s (%s)", text->len ? ", " : "", name, safe);
    }
    return g_string_free(text, FALSE);
}

char *words_outcome(const Endpoint *endpoint, bool ascii)
{
    if (!endpoint->result)
        return g_strdup("");
    return words_reason(endpoint->reason ? endpoint->reason : endpoint->result, endpoint->args,
                        ascii);
}

char *words_finding(const Finding *finding, bool ascii)
{
    return words_fill(_(finding->rule->sentence), finding->args, ascii);
}

char *words_what(const Finding *finding, bool ascii)
{
    return words_fill(_(finding->rule->what), finding->args, ascii);
}

char *words_why(const Finding *finding, bool ascii)
{
    return words_fill(_(finding->rule->why), finding->args, ascii);
}

char *words_act(const Finding *finding, bool ascii)
{
    return words_fill(_(finding->rule->act), finding->args, ascii);
}

char *words_finding_english(const Finding *finding)
{
    Speech speech = {.ascii = true, .english = true};
    return say(&speech, finding->rule->sentence, finding->args);
}

char *words_verdict(const Verdict *verdict, bool ascii)
{
    const json_t *said = json_object_get(verdict->fact, verdict->trusted ? "remarks" : "reasons");
    g_autofree char *why = words_reasons(said, verdict->fact, ascii);
    if (!*why)
        return g_strdup(verdict->trusted ? _("trusted") : _("not trusted"));
    return g_strdup_printf(verdict->trusted ? _("trusted, but: %s") : _("not trusted: %s"), why);
}

char *words_client(const json_t *client, bool ascii)
{
    static const struct {
        const char *code, *words;
    } classes[] = {
        {"browser", N_("browsers")},
        {"openssl", "OpenSSL"},
        {"gnutls", "GnuTLS"},
        {"java", "Java"},
        {"old-android", N_("Android < 7.1.1")},
    };
    const char *code = fact_string(client, "client", "?");
    const json_t *trusts = json_object_get(client, "trusts");
    const char *reason = fact_string(client, "reason", NULL);
    const char *answer = json_is_true(trusts) ? _("yes") : trusts ? _("no") : _("unknown");
    g_autofree char *name = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(classes); i++)
        if (strcmp(classes[i].code, code) == 0)
            name = g_strdup(_(classes[i].words));
    if (!name)
        name = text_escape(code, -1, ascii);
    if (!reason)
        return g_strdup_printf(_("%s: %s"), name, answer);
    g_autofree char *why = words_reason(reason, NULL, ascii);
    return g_strdup_printf(_("%s: %s, %s"), name, answer, why);
}
