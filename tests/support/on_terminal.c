/* on_terminal - see on_terminal.h. */
#include "tests/support/on_terminal.h"

#include <locale.h>
#include <stdlib.h>

#include "tests/support/course.h"
#include "ui/columns.h"
#include "ui/reader/reader.h"

int on_terminal_read(void *argument) {
    const struct on_terminal *begin = argument;
    const struct lesson *lesson = test_course.lessons[begin->lesson];
    setlocale(LC_ALL, "");
    return reader_run(&(struct reader_options){
        .lesson = lesson,
        .step = lesson->steps[begin->step],
        .mouse = true,
        .ascii = !columns_locale_is_utf8(),
        .course = test_course,
    });
}

void on_terminal_start(struct test_terminal *terminal, const char *const *environment, int rows,
                       int columns, size_t lesson, size_t step) {
    struct on_terminal begin = {lesson, step};
    terminal_start(terminal, rows, columns, environment, on_terminal_read, &begin);
}

int on_terminal_make(void **state) {
    *state = calloc(1, sizeof(struct test_terminal));
    return *state ? 0 : -1;
}

int on_terminal_free(void **state) {
    struct test_terminal *terminal = *state;
    if (terminal->vterm) terminal_stop(terminal);
    free(terminal);
    return 0;
}
