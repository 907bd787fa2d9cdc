#include "tests/check.h"
#include "worker/loop/slots.h"

static const SlotsLimits limits = {
    .open = 8, .open_all = 128, .connecting = 64, .connecting_all = 512};

/* What a test keeps of a slot: its name, and the slot. */
typedef struct Ticket {
    Slot *slot;
    guint number;
    double answers; /* simulation: when its connect is answered; 0: not yet known */
    double ends;    /* simulation: when its connection ends */
    int state;      /* simulation: 0 waits, 1 connects, 2 held, 3 open, 4 gone */
} Ticket;

static Address address(guint number)
{
    Address result = {.family = AF_INET};

    result.bytes[0] = 127;
    result.bytes[2] = (uint8_t)(number >> 8);
    result.bytes[3] = (uint8_t)number;
    return result;
}

static void want(Slots *slots, Ticket *ticket, guint at, guint weight)
{
    const Address where = address(at);

    ticket->slot = slots_want(slots, &where, weight, ticket);
}

static guint begin_all(Slots *slots, double now)
{
    guint count = 0;

    while (slots_next(slots, now) != NULL)
        count++;
    return count;
}

static void leave_all(Ticket *tickets, guint count)
{
    for (guint i = 0; i < count; i++)
        slot_leave(tickets[i].slot);
}

START_TEST(smallest_weight_then_arrival)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    const guint weights[] = {3, 1, 2, 1};
    const guint expected[] = {1, 3, 2, 0};
    Ticket tickets[4];

    for (guint i = 0; i < 4; i++) {
        tickets[i].number = i;
        want(slots, &tickets[i], i % 2, weights[i]);
    }
    for (guint i = 0; i < 4; i++) {
        const Ticket *next = slots_next(slots, 1);
        ck_assert_ptr_nonnull(next);
        ck_assert_uint_eq(next->number, expected[i]);
    }
    ck_assert_ptr_null(slots_next(slots, 1));
    leave_all(tickets, 4);
}
END_TEST

START_TEST(reserves_until_patience_ends)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[100];

    for (guint i = 0; i < 100; i++)
        want(slots, &tickets[i], 1, 0);
    ck_assert_uint_eq(begin_all(slots, 1), 8);
    ck_assert_double_eq_tol(slots_wake(slots), 1 + SLOTS_PATIENCE, 1e-9);
    ck_assert_uint_eq(begin_all(slots, 1 + SLOTS_PATIENCE / 2), 0);
    for (guint i = 1; i < 8; i++)
        ck_assert_uint_eq(begin_all(slots, 1 + i * (SLOTS_PATIENCE + 0.001)), 8);
    /* sixty-four wait for an answer: the most for one address */
    ck_assert_uint_eq(begin_all(slots, 9), 0);
    slot_leave(tickets[0].slot);
    ck_assert_uint_eq(begin_all(slots, 9), 1);
    leave_all(tickets + 1, 99);
}
END_TEST

START_TEST(known_round_trip_shortens_patience)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[17];

    for (guint i = 0; i < 17; i++)
        want(slots, &tickets[i], 1, 0);
    ck_assert_uint_eq(begin_all(slots, 1), 8);
    slot_answered(tickets[0].slot, 0.02);
    ck_assert_ptr_eq(slots_next_open(slots), &tickets[0]);
    ck_assert_uint_eq(begin_all(slots, 1.05), 0);
    ck_assert_double_eq_tol(slots_wake(slots), 1.06, 1e-9);
    ck_assert_uint_eq(begin_all(slots, 1.0601), 7);
    leave_all(tickets, 17);
}
END_TEST

/* One open port behind forty silent ones begins in a tenth of the time that one of these costs. */
START_TEST(silent_ports_hold_up_nothing)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[41];
    double now = 1;
    bool begun = false;

    for (guint i = 0; i < 41; i++)
        want(slots, &tickets[i], 1, 0);
    while (!begun) {
        const Ticket *next = slots_next(slots, now);
        if (next == NULL)
            now = slots_wake(slots);
        else
            begun = next == &tickets[40];
        ck_assert_double_gt(now, 0);
    }
    ck_assert_double_le(now, 1 + 5.001 * SLOTS_PATIENCE);
    leave_all(tickets, 41);
}
END_TEST

START_TEST(late_answers_are_held)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[17];

    for (guint i = 0; i < 17; i++)
        want(slots, &tickets[i], 1, 0);
    begin_all(slots, 1);
    begin_all(slots, 2);
    for (guint i = 8; i < 16;
         i++) { /* the second eight are answered at once, and have their places */
        slot_answered(tickets[i].slot, 0.2);
        ck_assert_ptr_eq(slots_next_open(slots), &tickets[i]);
    }
    slot_answered(tickets[3].slot, 1.3);
    slot_answered(tickets[1].slot, 1.3);
    ck_assert_ptr_null(slots_next_open(slots));
    ck_assert_ptr_null(slots_next(slots, 3));
    slot_leave(tickets[9].slot);
    ck_assert_ptr_eq(slots_next_open(slots), &tickets[3]);
    ck_assert_ptr_null(slots_next_open(slots));
    slot_leave(tickets[10].slot);
    ck_assert_ptr_null(slots_next(slots, 3));
    ck_assert_ptr_eq(slots_next_open(slots), &tickets[1]);
    leave_all(tickets, 9);
    leave_all(tickets + 11, 6);
}
END_TEST

START_TEST(full_address_is_passed_over)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[20];

    for (guint i = 0; i < 19; i++)
        want(slots, &tickets[i], 1, 0);
    ck_assert_uint_eq(begin_all(slots, 1), 8);
    want(slots, &tickets[19], 2, 1000);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[19]);
    leave_all(tickets, 20);
}
END_TEST

START_TEST(limits_in_all)
{
    const SlotsLimits few = {.open = 8, .open_all = 3, .connecting = 64, .connecting_all = 5};
    g_autoptr(Slots) slots = slots_new(&few);
    Ticket tickets[12];

    for (guint i = 0; i < 12; i++)
        want(slots, &tickets[i], i, 0);
    ck_assert_uint_eq(begin_all(slots, 1), 3);
    ck_assert_uint_eq(begin_all(slots, 2), 2); /* five connect */
    ck_assert_uint_eq(begin_all(slots, 3), 0);
    for (guint i = 0; i < 4; i++)
        slot_answered(tickets[i].slot, 2);
    for (guint i = 0; i < 3; i++)
        ck_assert_ptr_eq(slots_next_open(slots), &tickets[i]);
    ck_assert_ptr_null(slots_next_open(slots));
    ck_assert_uint_eq(begin_all(slots, 4), 0);
    slot_leave(tickets[0].slot);
    ck_assert_ptr_eq(slots_next_open(slots), &tickets[3]);
    leave_all(tickets + 1, 11);
}
END_TEST

START_TEST(exhausted_descriptors_are_waited_for)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    Ticket tickets[3];

    for (guint i = 0; i < 3; i++)
        want(slots, &tickets[i], i, i);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[0]);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[1]);
    slot_exhausted(tickets[1].slot, 1);
    ck_assert_ptr_null(slots_next(slots, 1.5));
    ck_assert_double_eq_tol(slots_wake(slots), 1 + SLOTS_REST, 1e-9);
    ck_assert_ptr_eq(slots_next(slots, 1 + SLOTS_REST), &tickets[1]);
    slot_exhausted(tickets[1].slot, 3);
    ck_assert_ptr_null(slots_next(slots, 3));
    slot_leave(tickets[0].slot);
    ck_assert_ptr_eq(slots_next(slots, 3), &tickets[1]);
    leave_all(tickets + 1, 2);
}
END_TEST

START_TEST(pause_and_move)
{
    g_autoptr(Slots) slots = slots_new(&limits);
    const Address other = address(7);
    Ticket tickets[3];

    for (guint i = 0; i < 3; i++)
        want(slots, &tickets[i], i == 2 ? 7 : 1, 5);
    slots_pause(slots, true);
    ck_assert_ptr_null(slots_next(slots, 1));
    ck_assert_double_eq(slots_wake(slots), 0);
    slots_pause(slots, false);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[0]);
    slot_move(tickets[0].slot, &other); /* there it came before the third */
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[0]);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[1]);
    ck_assert_ptr_eq(slots_next(slots, 1), &tickets[2]);
    leave_all(tickets, 3);
}
END_TEST

enum { SIMULATED = 3000, HOSTS = 40 };

/* A step of the simulation: what is due happens. */
static void simulate(Slots *slots, Ticket *tickets, double now, double round_trip)
{
    Ticket *ticket;

    for (guint i = 0; i < SIMULATED; i++) {
        ticket = &tickets[i];
        if (ticket->state == 1 && now >= ticket->answers) {
            ticket->state = 2;
            slot_answered(ticket->slot, round_trip);
        } else if (ticket->state == 3 && now >= ticket->ends) {
            ticket->state = 4;
            slot_leave(ticket->slot);
        }
    }
    while ((ticket = slots_next_open(slots)) != NULL) {
        ck_assert_int_eq(ticket->state, 2);
        ticket->state = 3;
        ticket->ends = now + g_random_double_range(0, 0.3);
    }
    while ((ticket = slots_next(slots, now)) != NULL) {
        ck_assert_int_eq(ticket->state, 0);
        ticket->state = 1;
        ticket->answers = now + round_trip;
    }
}

static guint count_state(const Ticket *tickets, int state, guint host)
{
    guint count = 0;

    for (guint i = 0; i < SIMULATED; i++)
        count += tickets[i].state == state && (host == HOSTS || tickets[i].number == host);
    return count;
}

/* Servers that answer everything within a round trip never see more connections than the limit. */
START_TEST(open_servers_see_the_limit)
{
    const double round_trip = _i == 0 ? 0.001 : 0.05;
    g_autoptr(Slots) slots = slots_new(&limits);
    g_autofree Ticket *tickets = g_new0(Ticket, SIMULATED);
    double now = 1;

    g_random_set_seed(7);
    for (guint i = 0; i < SIMULATED; i++) {
        tickets[i].number = i % HOSTS;
        want(slots, &tickets[i], i % HOSTS, (guint)g_random_int_range(0, 4));
    }
    while (count_state(tickets, 4, HOSTS) < SIMULATED) {
        simulate(slots, tickets, now, round_trip);
        for (guint host = 0; host < HOSTS; host++)
            ck_assert_uint_le(count_state(tickets, 2, host) + count_state(tickets, 3, host) +
                                  count_state(tickets, 1, host),
                              limits.open);
        ck_assert_uint_le(count_state(tickets, 3, HOSTS), limits.open_all);
        now += 0.02;
        ck_assert_double_lt(now, 60);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slots");
    TCase *tcase = tcase_create("slots");

    tcase_add_test(tcase, smallest_weight_then_arrival);
    tcase_add_test(tcase, reserves_until_patience_ends);
    tcase_add_test(tcase, known_round_trip_shortens_patience);
    tcase_add_test(tcase, silent_ports_hold_up_nothing);
    tcase_add_test(tcase, late_answers_are_held);
    tcase_add_test(tcase, full_address_is_passed_over);
    tcase_add_test(tcase, limits_in_all);
    tcase_add_test(tcase, exhausted_descriptors_are_waited_for);
    tcase_add_test(tcase, pause_and_move);
    tcase_add_loop_test(tcase, open_servers_see_the_limit, 0, 2);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
