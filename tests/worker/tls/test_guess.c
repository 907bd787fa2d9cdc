#include "tests/check.h"

#include <string.h>

#include "worker/tls/guess.h"

/* A first answer, and what it must be taken for. */
static const struct Row {
    const char *bytes;
    size_t size; /* 0: a string */
    const char *reason;
    const char *protocol;
    const char *line;
} rows[] = {
    {"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n", 0, "speaks-http", NULL,
     "HTTP/1.1 400 Bad Request"},
    {"<html>\n<head>", 0, "speaks-http", NULL, "<html>"},
    {"<HTML>\n<head>", 0, "speaks-http", NULL, "<HTML>"},
    {"SSH-2.0-OpenSSH_9.2p1\r\n", 0, "speaks-ssh", NULL, "SSH-2.0-OpenSSH_9.2p1"},
    {"220 mail.example.com ESMTP Postfix\r\n", 0, "speaks-protocol", "SMTP",
     "220 mail.example.com ESMTP Postfix"},
    {"220-Welcome to Pure-FTPd\r\n", 0, "speaks-protocol", "FTP", "220-Welcome to Pure-FTPd"},
    {"220 ready\r\n", 0, "speaks-protocol", "SMTP or FTP", "220 ready"},
    {"* OK [CAPABILITY IMAP4rev1] ready\r\n", 0, "speaks-protocol", "IMAP",
     "* OK [CAPABILITY IMAP4rev1] ready"},
    {"+OK Dovecot ready.\r\n", 0, "speaks-protocol", "POP3", "+OK Dovecot ready."},
    {"-ERR unknown command\r\n", 0, "speaks-protocol", "Redis", "-ERR unknown command"},
    {"RFB 003.008\n", 0, "speaks-protocol", "VNC (RFB)", "RFB 003.008"},
    {"RTSP/1.0 400 Bad Request\r\n", 0, "speaks-protocol", "RTSP", "RTSP/1.0 400 Bad Request"},
    {"@RSYNCD: 31.0\n", 0, "speaks-protocol", "rsync", "@RSYNCD: 31.0"},
    {"ERROR\r\n", 0, "speaks-protocol", "memcached", "ERROR"},
    {":irc.example NOTICE * :hello\r\n", 0, "speaks-protocol", "IRC",
     ":irc.example NOTICE * :hello"},
    {"\x4a\x00\x00\x00\x0a"
     "8.0.35\0\x01\x02\x03\x04",
     16, "speaks-protocol", "MySQL", "8.0.35"},
    {"E\x00\x00\x00\x8dSFATAL\0", 12, "speaks-protocol", "PostgreSQL", "SFATAL"},
    {"EFATAL:  unsupported frontend protocol\n", 0, "speaks-protocol", "PostgreSQL",
     "EFATAL:  unsupported frontend protocol"},
    {"\xff\xfd\x18\xff\xfd\x20", 6, "speaks-protocol", "Telnet", ""},
    {"AMQP\x00\x00\x09\x01", 8, "speaks-protocol", "AMQP", "AMQP"},
    {"\x03\x00\x00\x13\x0e\xd0\x00\x00", 8, "speaks-protocol", "RDP", ""},
    {"hello, friend\n", 0, "speaks-protocol", "an unknown protocol", "hello, friend"},
    {"\x01\x02\x03\x04\x05\x06\x07\x08\x09", 9, "speaks-unknown", NULL, NULL},
};

static const char *argument(const Fault *fault, const char *name)
{
    return json_string_value(json_object_get(fault->args, name));
}

static size_t size_of(const struct Row *row)
{
    return row->size ? row->size : strlen(row->bytes);
}

START_TEST(greetings_are_recognised)
{
    const struct Row *row = &rows[_i];
    g_autoptr(Fault) fault = guess_protocol((const uint8_t *)row->bytes, size_of(row), false);
    ck_assert_ptr_nonnull(fault);
    ck_assert_str_eq(fault->reason, row->reason);
    ck_assert_pstr_eq(argument(fault, "protocol"), row->protocol);
    ck_assert_pstr_eq(argument(fault, "line"), row->line);
    if (strcmp(row->reason, "speaks-unknown") == 0)
        ck_assert_str_eq(argument(fault, "hex"), "010203040506070809");
}
END_TEST

START_TEST(a_beginning_waits_for_its_line)
{
    const char *banner = "SSH-2.0-OpenSSH_9.2p1\r\n";
    for (size_t size = 0; size < strlen(banner) - 1; size++) {
        g_autofree uint8_t *cut = g_memdup2(banner, size);
        ck_assert_ptr_null(guess_protocol(cut, size, false));
        g_autoptr(Fault) fault = guess_protocol(cut, size, true);
        ck_assert_ptr_nonnull(fault);
        if (size >= 4)
            ck_assert_str_eq(fault->reason, "speaks-ssh");
    }
}
END_TEST

START_TEST(a_line_without_end_is_bounded)
{
    uint8_t flood[GUESS_ENOUGH];
    memset(flood, 'x', sizeof flood);
    ck_assert_ptr_null(guess_protocol(flood, sizeof flood - 1, false));
    g_autoptr(Fault) fault = guess_protocol(flood, sizeof flood, false);
    ck_assert_str_eq(fault->reason, "speaks-protocol");
    ck_assert_uint_eq(strlen(argument(fault, "line")), 200);
}
END_TEST

START_TEST(every_row_survives_every_cut)
{
    const struct Row *row = &rows[_i];
    for (size_t size = 0; size < size_of(row); size++) {
        g_autofree uint8_t *cut = g_memdup2(row->bytes, size);
        g_autoptr(Fault) early = guess_protocol(cut, size, false);
        g_autoptr(Fault) late = guess_protocol(cut, size, true);
        ck_assert_ptr_nonnull(late);
        ck_assert(!early || early->reason == late->reason);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guess");
    TCase *tcase = tcase_create("guess");

    tcase_add_loop_test(tcase, greetings_are_recognised, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, a_beginning_waits_for_its_line);
    tcase_add_test(tcase, a_line_without_end_is_bounded);
    tcase_add_loop_test(tcase, every_row_survives_every_cut, 0, G_N_ELEMENTS(rows));
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
