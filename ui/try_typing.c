/* try_typing - see try_typing.h. */
#include "ui/try_typing.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/try_history.h"

enum { SIGNALS = 64, PROMPT_SIZE = 64, CONTROL_D = 4 };

struct typing {
    FILE *out;
    bool strong; /* the prompt is */
    char prompt[PROMPT_SIZE];
    EditLine *editor; /* NULL: the terminal edits, and getline reads */
    History *history;
    struct try_history kept;
    int ahead;  /* bytes still to be read that came before the line was asked for */
    char *line; /* the one given out last */
    size_t room;
    struct sigaction interrupt_before;
};

/* ---- signals -----------------------------------------------------------------------------------
 * A signal handler is given no argument: this is the one thing it may touch. */

static atomic_bool came[SIGNALS];

static void on_signal(int number) {
    atomic_store(&came[number], true);
}

atomic_bool *typing_interrupted(void) {
    return &came[SIGINT];
}

static void catch_signal(int number, struct sigaction *before) {
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, before);
}

/* What must not leave the terminal in the editor's hands, and what the editor must hear of. */
static const int watched[] = {SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
enum { WATCHED = sizeof watched / sizeof *watched, ENDING = 3 /* the first of them */ };

struct watch {
    sigset_t mask; /* as it was before */
    struct sigaction before[WATCHED];
};

/* Holds the signals back but while waiting, so that none falls between the look and the wait. */
static void hold_signals(sigset_t *before) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    for (size_t i = 0; i < WATCHED; i++) sigaddset(&held, watched[i]);
    sigprocmask(SIG_BLOCK, &held, before);
}

static void begin_watch(struct watch *watch) {
    hold_signals(&watch->mask);
    for (size_t i = 0; i < WATCHED; i++) {
        atomic_store(&came[watched[i]], false);
        sigaction(watched[i], NULL, &watch->before[i]);
        if (watch->before[i].sa_handler != SIG_IGN) catch_signal(watched[i], NULL);
    }
}

/* Lets through what was caught: it does now what it would have done. */
static void end_watch(const struct watch *watch) {
    for (size_t i = 0; i < WATCHED; i++) sigaction(watched[i], &watch->before[i], NULL);
    for (size_t i = 0; i < ENDING; i++)
        if (atomic_load(&came[watched[i]])) raise(watched[i]);
    sigprocmask(SIG_SETMASK, &watch->mask, NULL);
}

static bool is_stopped(void) {
    bool stopped = atomic_load(&came[SIGINT]);
    for (size_t i = 0; i < ENDING; i++) stopped = stopped || atomic_load(&came[watched[i]]);
    return stopped;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Ctrl-Z: the shell gets its terminal back, and gives it back. */
static void suspend(EditLine *editor) {
    el_set(editor, EL_PREP_TERM, 0);
    raise(SIGSTOP);
    el_set(editor, EL_PREP_TERM, 1);
}

static void heed_signals(EditLine *editor) {
    bool suspended = atomic_exchange(&came[SIGTSTP], false);
    bool resized = atomic_exchange(&came[SIGWINCH], false);
    if (suspended) suspend(editor);
    if (suspended || resized) el_resize(editor); /* it may have changed meanwhile */
    if (suspended || resized) el_set(editor, EL_REFRESH);
}

/* pselect leaves a signal pending when there is input too: it goes first. */
static void let_through(const sigset_t *mask) {
    sigset_t held;
    sigprocmask(SIG_SETMASK, mask, &held);
    sigprocmask(SIG_SETMASK, &held, NULL);
}

/* Waits for input with `mask` as the signals held back; false: one of them ends the line. */
static bool wait_for_input(const struct typing *typing, const sigset_t *mask) {
    fd_set readable;
    int count;
    do {
        FD_ZERO(&readable);
        FD_SET(STDIN_FILENO, &readable);
        count = pselect(STDIN_FILENO + 1, &readable, NULL, NULL, NULL, mask);
        int reason = errno;
        let_through(mask);
        if (typing->editor) heed_signals(typing->editor);
        errno = reason;
    } while (!is_stopped() && count < 0 && errno == EINTR);
    return !is_stopped();
}

/* ---- libedit --------------------------------------------------------------------------------- */

static struct typing *typing_of(EditLine *editor) {
    void *typing = NULL;
    el_get(editor, EL_CLIENTDATA, &typing);
    return typing;
}

static char *give_prompt(EditLine *editor) {
    return typing_of(editor)->prompt;
}

/* A Ctrl-D that came while something ran: the terminal, which had the lines then, hands it over as
 * a NUL. */
static bool is_end_typed_ahead(struct typing *typing, char byte) {
    bool ahead = typing->ahead > 0;
    typing->ahead -= ahead;
    return ahead && byte == '\0';
}

/* Reads a character, byte by byte; those that are none are passed over. 0: the end, -1: a signal.
 */
static int read_key(EditLine *editor, wchar_t *key) {
    mbstate_t partial = {0};
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    sigdelset(&mask, SIGINT);
    for (size_t i = 0; i < WATCHED; i++) sigdelset(&mask, watched[i]);
    while (wait_for_input(typing_of(editor), &mask)) {
        char byte;
        ssize_t count = read(STDIN_FILENO, &byte, 1);
        if (count <= 0) return (int)count;
        if (is_end_typed_ahead(typing_of(editor), byte)) byte = CONTROL_D;
        size_t used = mbrtowc(key, &byte, 1, &partial);
        if (used <= 1) return 1;
        if (used == (size_t)-1) partial = (mbstate_t){0};
    }
    return -1;
}

/* Keys beside those that libedit gives to its Emacs. */
static const char *const bindings[][2] = {
    {"^I", "ed-insert"},          {"^R", "em-inc-search-prev"}, {"^W", "ed-delete-prev-word"},
    {"\\e[1;5C", "em-next-word"}, {"\\e[1;5D", "ed-prev-word"}, {"\\e[3~", "ed-delete-next-char"},
};

static void take_block(void *context, const char *block) {
    HistEvent event;
    if (mbstowcs(NULL, block, 0) != (size_t)-1) history(context, &event, H_ENTER, block);
}

static bool open_history(struct typing *typing) {
    HistEvent event;
    typing->history = history_init();
    if (!typing->history) return false;
    history(typing->history, &event, H_SETSIZE, (int)TRY_HISTORY_MOST);
    history(typing->history, &event, H_SETUNIQUE, 1);
    try_history_open(&typing->kept);
    try_history_read(&typing->kept, take_block, typing->history);
    return true;
}

static bool open_editor(struct typing *typing) {
    typing->editor = el_init("daybook", stdin, typing->out, stderr);
    if (!typing->editor || !open_history(typing)) return false;
    el_set(typing->editor, EL_CLIENTDATA, typing);
    el_set(typing->editor, EL_EDITOR, "emacs");
    el_set(typing->editor, EL_PROMPT_ESC, give_prompt, '\1');
    el_set(typing->editor, EL_HIST, history, typing->history);
    el_set(typing->editor, EL_GETCFN, read_key);
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
        el_set(typing->editor, EL_BIND, bindings[i][0], bindings[i][1], NULL);
    return true;
}

/* ---- asking ---------------------------------------------------------------------------------- */

struct typing *typing_open(FILE *out, const struct paper *paper) {
    struct typing *typing = calloc(1, sizeof *typing);
    if (!typing) return NULL;
    typing->out = out;
    typing->strong = paper->styled;
    catch_signal(SIGINT, &typing->interrupt_before);
    if (!paper->styled || paper->ascii || open_editor(typing)) return typing;
    typing_close(typing);
    return NULL;
}

void typing_close(struct typing *typing) {
    if (typing->editor) el_end(typing->editor);
    if (typing->history) history_end(typing->history);
    sigaction(SIGINT, &typing->interrupt_before, NULL);
    free(typing->line);
    free(typing);
}

static enum typing_asked ask_editor(struct typing *typing, const char **line) {
    struct watch watch;
    int length;
    begin_watch(&watch);
    el_set(typing->editor, EL_PREP_TERM, 1); /* before the prompt is seen, and keys come */
    if (ioctl(STDIN_FILENO, FIONREAD, &typing->ahead) != 0) typing->ahead = 0;
    *line = el_gets(typing->editor, &length);
    end_watch(&watch);
    return *line ? TYPING_LINE : TYPING_END;
}

static enum typing_asked ask_terminal(struct typing *typing, const char **line) {
    sigset_t mask;
    fputs(typing->prompt, typing->out);
    fflush(typing->out);
    hold_signals(&mask);
    bool there = wait_for_input(typing, &mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    if (!there) return TYPING_CLEARED;
    bool read = getline(&typing->line, &typing->room, stdin) >= 0;
    *line = typing->line;
    return read ? TYPING_LINE : TYPING_END;
}

/* Bold, where there is bold. libedit is told by \1 on either side what takes no room. */
static void set_prompt(struct typing *typing, const char *prompt) {
    const char *before = typing->editor ? "\1\033[1m\1" : typing->strong ? "\033[1m" : "";
    const char *after = typing->editor ? "\1\033[m\1" : typing->strong ? "\033[m" : "";
    snprintf(typing->prompt, sizeof typing->prompt, "%s%s%s", before, prompt, after);
}

enum typing_asked typing_ask(struct typing *typing, const char *prompt, const char **line) {
    set_prompt(typing, prompt);
    enum typing_asked asked =
        typing->editor ? ask_editor(typing, line) : ask_terminal(typing, line);
    bool cleared = atomic_load(typing_interrupted());
    if (typing->editor && cleared) fputs("^C", typing->out); /* as a terminal of its own does */
    return cleared ? TYPING_CLEARED : asked;
}

static bool is_last(const struct typing *typing, const char *block) {
    HistEvent event;
    return history(typing->history, &event, H_FIRST) == 0 && strcmp(event.str, block) == 0;
}

void typing_remember(struct typing *typing, const char *block) {
    HistEvent event;
    if (!typing->history || is_last(typing, block)) return;
    history(typing->history, &event, H_ENTER, block);
    try_history_add(&typing->kept, block);
}
