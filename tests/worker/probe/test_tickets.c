/* Pairs of tickets as libraries make them, and as none should. */
#include "worker/probe/tickets.h"

#include <string.h>

#include "tests/check.h"

enum { SIZE = 96 };

/* `alike` bytes that are the same in both, then `apart` that are not, then the same again. */
static const struct {
    gsize size, alike, apart;
    const char *name; /* NULL: none */
    bool handles, vary;
    gsize rest, differ;
} rows[] = {
    /* a key name and ciphertext; one byte more that is the same by chance */
    {96, 16, 80, "000102030405060708090a0b0c0d0e0f", false, true, 80, 80},
    {96, 17, 79, "000102030405060708090a0b0c0d0e0f", false, true, 80, 79},
    /* a name of four bytes; none, and up to three alike by chance */
    {96, 4, 92, "00010203", false, true, 92, 92},
    {96, 7, 89, "00010203", false, true, 92, 89},
    {96, 3, 93, NULL, false, true, 96, 93},
    /* no ciphertext: the same ticket, or one with little else in it than a master secret */
    {96, 96, 0, "000102030405060708090a0b0c0d0e0f", false, false, 80, 0},
    {96, 16, 39, "000102030405060708090a0b0c0d0e0f", false, false, 80, 39},
    {96, 16, 40, "000102030405060708090a0b0c0d0e0f", false, true, 80, 40},
    /* handles of sessions: random, and counted */
    {32, 0, 32, NULL, true, true, 32, 32},
    {32, 31, 1, NULL, true, false, 32, 1},
    {0, 0, 0, NULL, true, false, 0, 0},
};

START_TEST(each_pair)
{
    guint8 one[SIZE], other[SIZE];
    for (guint i = 0; i < SIZE; i++) {
        bool apart = i >= rows[_i].alike && i < rows[_i].alike + rows[_i].apart;
        one[i] = (guint8)i;
        other[i] = (guint8)(apart ? i + 100 : i);
    }
    g_autoptr(GBytes) first = g_bytes_new(one, rows[_i].size);
    g_autoptr(GBytes) second = g_bytes_new(other, rows[_i].size);
    TicketPair pair = tickets_compare(first, second);
    ck_assert_pstr_eq(pair.name, rows[_i].name);
    ck_assert_int_eq(pair.handles, rows[_i].handles);
    ck_assert_int_eq(pair.vary, rows[_i].vary);
    ck_assert_uint_eq(pair.rest, rows[_i].rest);
    ck_assert_uint_eq(pair.differ, rows[_i].differ);
    g_free(pair.name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tickets");
    TCase *tcase = tcase_create("tickets");
    tcase_add_loop_test(tcase, each_pair, 0, (int)G_N_ELEMENTS(rows));
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
