#include "worker/talk/transcript.h"

#include "common/fact/fact.h"
#include "common/util/limits.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"

/* A conversation that does nothing: the transcript's facts are looked at. */
static void idle_start(Talk *talk, double now)
{
    talk_phase(talk, "hello", now);
}

static void idle_end(Talk *talk, TalkEnd how, double now)
{
    talk_fail_end(talk, how, now);
}

static const TalkClass idle_class = {.name = "idle", .start = idle_start, .end = idle_end};

static Drive *begin(void)
{
    Talk *talk = g_new0(Talk, 1);
    talk_init(talk, &idle_class);
    return drive_new(talk);
}

static const uint8_t key_update[] = {24, 0, 0, 1, 0};

START_TEST(messages_are_bounded)
{
    g_autoptr(Drive) drive = begin();
    g_autoptr(Transcript) transcript = transcript_new(drive->talk);
    for (guint i = 0; i < LIMIT_MESSAGES + 1; i++) {
        Said said = {.out = i % 2, .encrypted = true, .bytes = key_update, .size = 5};
        ck_assert_ptr_null(transcript->fault);
        transcript_message(transcript, &said, 1);
    }
    ck_assert_str_eq(transcript->fault->reason, "limit-messages");
    ck_assert_int_eq(fact_integer(transcript->fault->args, "messages", 0), LIMIT_MESSAGES);
}
END_TEST

START_TEST(flights_are_timed_and_bytes_written_once)
{
    g_autoptr(Drive) drive = begin();
    g_autoptr(Transcript) transcript = transcript_new(drive->talk);
    const bool outs[] = {true, false, false, true, false};
    drive->talk->sent_at = 2;
    for (guint i = 0; i < G_N_ELEMENTS(outs); i++) {
        Said said = {.out = outs[i], .encrypted = true, .bytes = key_update, .size = 5};
        transcript_message(transcript, &said, 2.25);
    }
    drive_end(drive, TALK_END_CLOSED);
    ck_assert_uint_eq(transcript->flights, 2);
    ck_assert_uint_eq(drive_count(drive, "bytes", NULL, NULL), 1);
    const bool timed[] = {false, true, false, false, true};
    for (guint i = 0; i < G_N_ELEMENTS(timed); i++) {
        json_t *fact = drive_fact(drive, "message", NULL, NULL, i);
        ck_assert_int_eq(json_object_get(fact, "took") != NULL, timed[i]);
        if (timed[i])
            ck_assert_double_eq_tol(fact_number(fact, "server", 0), 0.2, 1e-6);
    }
}
END_TEST

START_TEST(alerts_say_what_they_are)
{
    g_autoptr(Drive) drive = begin();
    g_autoptr(Transcript) transcript = transcript_new(drive->talk);
    const SaidAlert alerts[] = {{.out = true, .level = 2, .code = 47},
                                {.encrypted = true, .level = 1, .code = 0},
                                {.level = 7, .code = 200}};
    for (guint i = 0; i < G_N_ELEMENTS(alerts); i++)
        transcript_alert(transcript, &alerts[i], 1);
    drive_end(drive, TALK_END_CLOSED);
    json_t *ours = drive_fact(drive, "alert", "direction", "out", 0);
    ck_assert_str_eq(fact_string(ours, "name", ""), "illegal_parameter");
    ck_assert_str_eq(fact_string(ours, "level", ""), "fatal");
    json_t *bye = drive_fact(drive, "alert", "name", "close_notify", 0);
    ck_assert(fact_bool(bye, "encrypted", FALSE));
    json_t *odd = drive_fact(drive, "alert", "level", "unknown", 0);
    ck_assert_int_eq(fact_integer(odd, "code", 0), 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transcript");
    TCase *tcase = tcase_create("facts");
    tcase_add_test(tcase, messages_are_bounded);
    tcase_add_test(tcase, flights_are_timed_and_bytes_written_once);
    tcase_add_test(tcase, alerts_say_what_they_are);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
