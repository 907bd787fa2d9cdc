/* check: what every unit test's main is made of.
 *
 * A test program builds one Suite of Check and returns check_main(suite). It prints TAP on standard
 * output, one line a test, which automake's driver reads: `make check` names each test.
 */
#ifndef TLSDIVE_TESTS_CHECK_H
#define TLSDIVE_TESTS_CHECK_H

#include <check.h>

/* Runs `suite`, which it takes, each test in a process of its own; 0 if all passed, else 1. */
int check_main(Suite *suite);

#endif
