/* try_ui: a saved stream in the screen, in this terminal; q quits. Not a test: for the eye.
 *
 *     make tests/front/ui/try_ui && srcdir=.. tests/front/ui/try_ui live
 *     srcdir=.. tests/front/ui/try_ui live 24x80 ascii "j Enter"     prints that screen instead
 */
#include "front/ui/term.h"
#include "tests/check.h"
#include "tests/front/ui/stage.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t resized;

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static StageSize size_of(Term *term)
{
    StageSize size = {.utf8 = term_utf8()};
    term_size(term, &size.rows, &size.columns);
    return size;
}

static void run(Stage *stage, Term *term)
{
    while (!strstr(stage->asked->str, "quit")) {
        g_free(stage_draw(stage));
        if (ui_take_redraw(stage->ui))
            term_redraw(term);
        term_mouse(term, ui_mouse(stage->ui));
        term_paint(term, stage->surface);
        struct pollfd pollfd = {.fd = term_fd(term), .events = POLLIN};
        poll(&pollfd, 1, -1);
        if (resized) {
            resized = 0;
            term_resized(term);
            stage_resize(stage, size_of(term));
        }
        for (Key key = term_read_key(term); key != TERM_NO_KEY; key = term_read_key(term)) {
            int row, column;
            if (key == TERM_HANGUP)
                return;
            term_mouse_place(term, &row, &column);
            if (key == KEY_MOUSE_PRESS)
                ui_mouse_press(stage->ui, row, column);
            else
                ui_key(stage->ui, key);
        }
        if (stage->copied)
            term_clipboard(term, stage->copied, strlen(stage->copied));
        g_clear_pointer(&stage->copied, g_free);
    }
}

static int arguments;
static char **words;

static void print_screen(void)
{
    StageSize size = {.utf8 = g_str_equal(words[3], "utf8")};
    size.rows = (int)strtol(words[2], NULL, 10);
    size.columns = (int)strtol(strchr(words[2], 'x') + 1, NULL, 10);
    g_autoptr(Stage) stage = stage_new(words[1], size);
    if (arguments > 4)
        stage_keys(stage, words[4]);
    g_autofree char *text = stage_draw(stage);
    fputs(text, stdout);
}

static void show_screen(void)
{
    struct sigaction action = {.sa_handler = on_resize};
    sigaction(SIGWINCH, &action, NULL);
    g_autofree char *message = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Term) term = term_open(&(TermSettings){.colour = true}, &message, &error);
    ck_assert_msg(term != NULL, "%s", error ? error->message : "");
    g_autoptr(Stage) stage = stage_new(words[1], size_of(term));
    if (message)
        ui_status(stage->ui, message);
    run(stage, term);
}

/* The stage asserts, which only a running test may. */
START_TEST(try)
{
    if (arguments > 3)
        print_screen();
    else
        show_screen();
}
END_TEST

int main(int count, char **values)
{
    setlocale(LC_ALL, "");
    arguments = count;
    words = values;
    if (count < 2)
        return 2;
    Suite *suite = suite_create("try");
    TCase *all = tcase_create("try");
    tcase_add_test(all, try);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}
