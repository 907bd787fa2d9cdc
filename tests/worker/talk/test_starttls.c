#include "worker/talk/starttls.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"

#include <string.h>

/* What a server says, one piece for the greeting and one for each line of ours. */
typedef struct Script {
    const char *name, *protocol;
    const char *says[4];
    const char *reason;        /* NULL: STARTTLS is agreed */
    const char *arg, *expects; /* of the reason; NULL: none looked at */
} Script;

static const Script scripts[] = {
    {"postfix",
     "smtp",
     {"220 mail.example ESMTP Postfix (Debian)\r\n",
      "250-mail.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n"
      "250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n"
      "250 CHUNKING\r\n",
      "220 2.0.0 Ready to start TLS\r\n"},
     NULL,
     NULL,
     NULL},
    {"exim, greeting of many lines",
     "smtp",
     {"220-mx.example ESMTP Exim 4.96 Tue, 01 Jul 2025 10:00:00 +0000\r\n"
      "220-We do not authorize the use of this system\r\n220 to transport bulk e-mail\r\n",
      "250-mx.example Hello tlsdive.invalid [192.0.2.7]\r\n250-SIZE 52428800\r\n250-starttls\r\n"
      "250 HELP\r\n",
      "220 TLS go ahead\r\n"},
     NULL,
     NULL,
     NULL},
    {"bare line feeds", "smtp", {"220 a\n", "250-a\n250 STARTTLS\n", "220 go\n"}, NULL, NULL, NULL},
    {"postfix, no certificate",
     "smtp",
     {"220 mail.example ESMTP Postfix\r\n", "250-mail.example\r\n250 STARTTLS\r\n",
      "454 4.7.0 TLS not available due to local problem\r\n"},
     "starttls-refused",
     "line",
     "454 4.7.0 TLS not available due to local problem"},
    {"not offered",
     "smtp",
     {"220 mail.example ESMTP\r\n", "250-mail.example\r\n250 SIZE 100\r\n"},
     "starttls-not-offered",
     "protocol",
     "SMTP"},
    {"a word that only contains it",
     "smtp",
     {"220 mail.example ESMTP\r\n", "250-mail.example\r\n250 XSTARTTLSX\r\n"},
     "starttls-not-offered",
     "protocol",
     "SMTP"},
    {"greeting refuses service",
     "smtp",
     {"554 mail.example ESMTP not accepting messages\r\n"},
     "greeting-refused",
     "line",
     "554 mail.example ESMTP not accepting messages"},
    {"busy", "smtp", {"421 too busy\r\n"}, "greeting-refused", "line", "421 too busy"},
    {"not SMTP", "smtp", {"hello, world\r\n"}, "greeting-unexpected", "line", "hello, world"},
    {"EHLO unknown",
     "smtp",
     {"220 old\r\n", "502 Command not implemented\r\n"},
     "dialogue-unexpected",
     "line",
     "502 Command not implemented"},
    {"dovecot",
     "imap",
     {"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS "
      "LOGINDISABLED] Dovecot (Debian) ready.\r\n",
      "* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS "
      "LOGINDISABLED\r\nt1 OK Pre-login capabilities listed, post-login capabilities have "
      "more.\r\n",
      "t2 OK Begin TLS negotiation now.\r\n"},
     NULL,
     NULL,
     NULL},
    {"imap, in small letters",
     "imap",
     {"* ok hi\r\n", "* capability imap4rev1 starttls\r\nT1 ok\r\n", "T2 ok\r\n"},
     NULL,
     NULL,
     NULL},
    {"imap, not offered",
     "imap",
     {"* OK hi\r\n", "* CAPABILITY IMAP4rev1\r\nt1 OK done\r\n"},
     "starttls-not-offered",
     "protocol",
     "IMAP"},
    {"imap, refused",
     "imap",
     {"* OK hi\r\n", "* CAPABILITY IMAP4rev1 STARTTLS\r\nt1 OK done\r\n",
      "t2 BAD TLS support isn't enabled.\r\n"},
     "starttls-refused",
     "line",
     "t2 BAD TLS support isn't enabled."},
    {"imap, goes away", "imap", {"* BYE down\r\n"}, "greeting-refused", "line", "* BYE down"},
    {"dovecot",
     "pop3",
     {"+OK Dovecot (Debian) ready.\r\n",
      "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nSTLS\r\nSASL\r\n"
      ".\r\n",
      "+OK Begin TLS negotiation now.\r\n"},
     NULL,
     NULL,
     NULL},
    {"pop3 without CAPA",
     "pop3",
     {"+OK\r\n", "-ERR unknown command\r\n", "+OK begin\r\n"},
     NULL,
     NULL,
     NULL},
    {"pop3, not offered",
     "pop3",
     {"+OK\r\n", "+OK\r\nTOP\r\nUIDL\r\n.\r\n"},
     "starttls-not-offered",
     "protocol",
     "POP3"},
    {"pop3, refused",
     "pop3",
     {"+OK\r\n", "-ERR\r\n", "-ERR no TLS here\r\n"},
     "starttls-refused",
     "line",
     "-ERR no TLS here"},
    {"pop3, in use", "pop3", {"-ERR busy\r\n"}, "greeting-refused", "line", "-ERR busy"},
    {"vsftpd",
     "ftp",
     {"220 (vsFTPd 3.0.3)\r\n",
      "211-Features:\r\n AUTH TLS\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n PBSZ\r\n PROT\r\n"
      " REST STREAM\r\n SIZE\r\n TVFS\r\n211 End\r\n",
      "234 Proceed with negotiation.\r\n"},
     NULL,
     NULL,
     NULL},
    {"proftpd, free text in between",
     "ftp",
     {"220-Welcome.\r\nThe rules are long\r\n 220 is no end\r\n220 ProFTPD ready\r\n",
      "211-Features:\r\n AUTH TLS-C;TLS;SSL\r\n211 End\r\n", "234 AUTH TLS successful\r\n"},
     NULL,
     NULL,
     NULL},
    {"ftp, not ready yet",
     "ftp",
     {"120 in a minute\r\n220 now\r\n", "502 no FEAT\r\n", "234 go\r\n"},
     NULL,
     NULL,
     NULL},
    {"ftp, not offered",
     "ftp",
     {"220 a\r\n", "211-Features:\r\n EPSV\r\n AUTH GSSAPI\r\n211 End\r\n"},
     "starttls-not-offered",
     "protocol",
     "FTP"},
    {"ftp, refused",
     "ftp",
     {"220 a\r\n", "500 what?\r\n", "534 not here\r\n"},
     "starttls-refused",
     "line",
     "534 not here"},
    {"ftp, full", "ftp", {"421 full\r\n"}, "greeting-refused", "line", "421 full"},
    {"ssh", "smtp", {"SSH-2.0-OpenSSH_9.2p1\r\n"}, "speaks-ssh", "line", "SSH-2.0-OpenSSH_9.2p1"},
    {"imap where smtp was expected",
     "smtp",
     {"* OK IMAP4rev1 ready\r\n"},
     "speaks-protocol",
     "protocol",
     "IMAP"},
    {"http", "imap", {"HTTP/1.1 400 Bad Request\r\n"}, "speaks-http", NULL, NULL},
};

/* Plays a script in pieces of `step` bytes, and no more than `most` bytes of it. */
static Drive *play(const Script *script, size_t step, size_t most)
{
    Drive *drive = drive_new(starttls_new(script->protocol));
    for (guint i = 0; i < 4 && script->says[i] && drive->talk->state == TALK_GOING; i++) {
        size_t size = MIN(strlen(script->says[i]), most);
        most -= size;
        drive->now += 0.1;
        drive_feed(drive, script->says[i], size, step);
        if (!most)
            break;
    }
    drive_end(drive, TALK_END_CLOSED);
    return drive;
}

static void check_played(const Script *script, const Drive *drive)
{
    g_autofree char *dump = drive_dump(drive, true);
    if (!script->reason) {
        ck_assert_msg(drive->talk->state == TALK_DONE, "%s: %s", script->name, dump);
        ck_assert_uint_eq(drive->talk->unread->len, 0);
        ck_assert_uint_eq(drive_count(drive, "error", NULL, NULL), 0);
        return;
    }
    ck_assert_msg(drive->talk->state == TALK_FAILED, "%s: %s", script->name, dump);
    ck_assert_msg(!strcmp(drive->talk->reason, script->reason), "%s: %s instead of %s",
                  script->name, drive->talk->reason, script->reason);
    if (script->arg) {
        const char *value = fact_string(drive->talk->args, script->arg, "");
        ck_assert_msg(!strcmp(value, script->expects), "%s: %s", script->name, value);
    }
}

START_TEST(whole_and_byte_by_byte)
{
    const Script *script = &scripts[_i];
    g_autoptr(Drive) whole = play(script, 0, SIZE_MAX);
    check_played(script, whole);
    g_autoptr(Drive) bytes = play(script, 1, SIZE_MAX);
    check_played(script, bytes);
    g_autofree char *one = drive_dump(whole, false), *other = drive_dump(bytes, false);
    ck_assert_str_eq(one, other);
}
END_TEST

/* A server that goes away at any moment: it is "closed", unless what it said before was the end. */
START_TEST(cut_at_every_length)
{
    const Script *script = &scripts[_i];
    size_t size = 0;
    for (guint i = 0; i < 4 && script->says[i]; i++)
        size += strlen(script->says[i]);
    for (size_t most = 0; most < size; most++) {
        g_autoptr(Drive) drive = play(script, 0, most);
        ck_assert_int_eq(drive->talk->state, TALK_FAILED);
        const char *reason = drive->talk->reason;
        bool closed = !strcmp(reason, "closed-after");
        bool greeting =
            g_str_has_prefix(reason, "greeting-") || g_str_has_prefix(reason, "speaks-");
        bool same = script->reason && !strcmp(reason, script->reason);
        ck_assert_msg(closed || same || (greeting && most < strlen(script->says[0])),
                      "%s cut at %zu: %s", script->name, most, reason);
        if (closed)
            ck_assert_int_eq(fact_integer(drive->talk->args, "received", -1), (json_int_t)most);
        if (!most)
            ck_assert_str_eq(fact_string(drive->talk->args, "after", ""), "connect");
    }
}
END_TEST

/* Any one byte changed: it ends, it is bounded, and what fails has a reason. */
START_TEST(every_byte_flipped)
{
    Script script = scripts[_i];
    for (guint i = 0; i < 4 && script.says[i]; i++) {
        for (size_t at = 0; at < strlen(scripts[_i].says[i]); at++) {
            g_autofree char *says = g_strdup(scripts[_i].says[i]);
            says[at] = (char)(says[at] ^ 0x81);
            script.says[i] = says;
            g_autoptr(Drive) drive = play(&script, 0, SIZE_MAX);
            ck_assert(drive->talk->state == TALK_DONE || drive->talk->reason);
            script.says[i] = scripts[_i].says[i];
        }
    }
}
END_TEST

START_TEST(lines_are_facts_with_waits)
{
    g_autoptr(Drive) drive = play(&scripts[0], 0, SIZE_MAX);
    json_t *greeting = drive_fact(drive, "dialogue", "direction", "in", 0);
    ck_assert_str_eq(fact_string(greeting, "text", ""), "220 mail.example ESMTP Postfix (Debian)");
    ck_assert_double_eq_tol(fact_number(greeting, "took", -1), 0.101, 1e-6);
    ck_assert_double_eq_tol(fact_number(greeting, "server", -1), 0.051, 1e-6);
    json_t *ehlo = drive_fact(drive, "dialogue", "direction", "out", 0);
    ck_assert_str_eq(fact_string(ehlo, "text", ""), "EHLO tlsdive.invalid");
    ck_assert_ptr_null(json_object_get(ehlo, "took"));
    ck_assert_uint_eq(drive_count(drive, "dialogue", "direction", "in"), 13);
    ck_assert_uint_eq(drive_count(drive, "dialogue", "direction", "out"), 2);
    ck_assert_ptr_nonnull(drive_fact(drive, "state", "state", "greeting", 0));
    ck_assert_ptr_nonnull(drive_fact(drive, "state", "state", "starttls", 0));
    ck_assert_uint_eq(drive_count(drive, "state", NULL, NULL), 2);
    ck_assert_mem_eq(drive->sent->data, "EHLO tlsdive.invalid\r\nSTARTTLS\r\n", 32);
    ck_assert_uint_eq(drive->sent->len, 32);
}
END_TEST

START_TEST(a_refusing_server_is_told_good_bye)
{
    g_autoptr(Drive) drive = play(&scripts[4], 0, SIZE_MAX);
    json_t *last = drive_fact(drive, "dialogue", "direction", "out", 1);
    ck_assert_str_eq(fact_string(last, "text", ""), "QUIT");
    ck_assert_mem_eq(drive->sent->data, "EHLO tlsdive.invalid\r\nQUIT\r\n", 28);
}
END_TEST

START_TEST(bytes_behind_the_reply_are_a_finding)
{
    static const Script injected = {
        "injected", "smtp", {"220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n250 evil\r\n"},
        NULL,       NULL,   NULL};
    g_autoptr(Drive) drive = play(&injected, 0, SIZE_MAX);
    ck_assert_int_eq(drive->talk->state, TALK_DONE);
    ck_assert_uint_eq(drive->talk->unread->len, 0);
    json_t *args = json_object_get(drive_fact(drive, "error", "code", "injected-bytes", 0), "args");
    ck_assert_int_eq(fact_integer(args, "bytes", 0), 10);
    ck_assert_str_eq(fact_string(args, "hex", ""), "323530206576696c0d0a");
}
END_TEST

START_TEST(a_line_without_end_is_bounded)
{
    const gsize size = (gsize)2 * LIMIT_DIALOGUE_LINE;
    g_autofree char *line = g_strnfill(size, 'x');
    g_autoptr(Drive) drive = drive_new(starttls_new("smtp"));
    drive_feed(drive, line, size, 1);
    ck_assert_str_eq(drive->talk->reason, "limit-line");
    ck_assert_str_eq(drive->talk->result, "limit");
    json_t *fact = drive_fact(drive, "dialogue", "direction", "in", 0);
    ck_assert_int_eq(fact_integer(fact, "cut", 0), LIMIT_DIALOGUE_LINE);
    ck_assert_uint_eq(json_string_length(json_object_get(fact, "text")), LIMIT_DIALOGUE_LINE);
    ck_assert_uint_eq(drive->talk->received, LIMIT_DIALOGUE_LINE + 1);
}
END_TEST

START_TEST(a_line_of_just_the_limit_is_whole)
{
    g_autofree char *rest = g_strnfill(LIMIT_DIALOGUE_LINE - 4, 'x');
    g_autofree char *line = g_strconcat("220 ", rest, NULL);
    g_autoptr(Drive) drive = drive_new(starttls_new("smtp"));
    drive_feed(drive, line, LIMIT_DIALOGUE_LINE, 0);
    drive_feed(drive, "\n", 1, 0);
    ck_assert_int_eq(drive->talk->state, TALK_GOING);
    json_t *fact = drive_fact(drive, "dialogue", "direction", "in", 0);
    ck_assert_ptr_null(json_object_get(fact, "cut"));
}
END_TEST

START_TEST(lines_without_number_are_bounded)
{
    g_autoptr(Drive) drive = drive_new(starttls_new("ftp"));
    for (guint i = 0; i < 2 * LIMIT_DIALOGUE_LINES && drive->talk->state == TALK_GOING; i++)
        drive_feed(drive, "220-more\r\n", 10, 0);
    ck_assert_str_eq(drive->talk->reason, "limit-lines");
    ck_assert_int_eq(fact_integer(drive->talk->args, "lines", 0), LIMIT_DIALOGUE_LINES);
}
END_TEST

START_TEST(any_byte_is_text)
{
    g_autoptr(Drive) drive = drive_new(starttls_new("smtp"));
    drive_feed(drive, "220 a\0b\x1b[2J\xff\r\n", 14, 0);
    json_t *fact = drive_fact(drive, "dialogue", "direction", "in", 0);
    GString *text = fact_text_get(json_object_get(fact, "text"));
    ck_assert_uint_eq(text->len, 12);
    ck_assert_mem_eq(text->str, "220 a\0b\x1b[2J\xff", 12);
    g_string_free(text, TRUE);
}
END_TEST

START_TEST(silence_reset_and_the_absolute_limit)
{
    static const struct {
        TalkEnd how;
        const char *reason;
    } rows[] = {
        {TALK_END_IDLE, "silent"},       {TALK_END_TOTAL, "deadline"},
        {TALK_END_RESET, "reset-after"}, {TALK_END_CLOSED, "closed-after"},
        {TALK_END_BYTES, "limit-bytes"}, {TALK_END_STOPPED, "stopped"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Drive) drive = drive_new(starttls_new("smtp"));
        drive_feed(drive, "220 a\r\n250-", 11, 0);
        drive->now = 6;
        drive_end(drive, rows[i].how);
        ck_assert_str_eq(drive->talk->reason, rows[i].reason);
        if (rows[i].how == TALK_END_IDLE) {
            ck_assert_str_eq(fact_string(drive->talk->args, "phase", ""), "starttls");
            ck_assert_int_eq(fact_integer(drive->talk->args, "received", 0), 11);
            ck_assert_double_eq_tol(fact_number(drive->talk->args, "seconds", 0), 4.999, 1e-6);
        }
    }
}
END_TEST

START_TEST(only_the_rows_of_the_table)
{
    ck_assert_ptr_null(starttls_new("gopher"));
    ck_assert_ptr_null(starttls_new(NULL));
    for (guint i = 0; starttls_protocol(i); i++) {
        Talk *talk = starttls_new(starttls_protocol(i));
        ck_assert_ptr_nonnull(talk);
        talk_free(talk);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("starttls");
    TCase *tcase = tcase_create("dialogues");
    tcase_add_loop_test(tcase, whole_and_byte_by_byte, 0, G_N_ELEMENTS(scripts));
    tcase_add_loop_test(tcase, cut_at_every_length, 0, G_N_ELEMENTS(scripts));
    tcase_add_loop_test(tcase, every_byte_flipped, 0, G_N_ELEMENTS(scripts));
    tcase_add_test(tcase, lines_are_facts_with_waits);
    tcase_add_test(tcase, a_refusing_server_is_told_good_bye);
    tcase_add_test(tcase, bytes_behind_the_reply_are_a_finding);
    tcase_add_test(tcase, a_line_without_end_is_bounded);
    tcase_add_test(tcase, a_line_of_just_the_limit_is_whole);
    tcase_add_test(tcase, lines_without_number_are_bounded);
    tcase_add_test(tcase, any_byte_is_text);
    tcase_add_test(tcase, silence_reset_and_the_absolute_limit);
    tcase_add_test(tcase, only_the_rows_of_the_table);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
