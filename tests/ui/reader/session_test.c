/* Whole sessions of the program itself, by lot: keys, sizes, signals and pastes until it ends or is
 * ended; and sessions that are killed in the middle. However it goes, the terminal is as it was,
 * and the progress is the last or the one before.
 *
 *     SESSIONS=100 SEED=7      so many sessions by lot, from that seed on
 *     KILLS=200                so many sessions killed
 *
 * tests/run says where the program was built. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lessons/lesson.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"
#include "tests/support/testing.h"
#include "ui/progress.h"

enum { SESSIONS_USUAL = 4, KILLS_USUAL = 8, MOVES_MOST = 120, WORDS_MOST = 64 };

struct session {
    struct test_terminal terminal;
    struct program home;
    char state[128]; /* XDG_STATE_HOME=... */
    char progress[512];
    uint64_t lot;
};

static unsigned draw_lot(struct session *session, unsigned below) {
    session->lot = session->lot * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(session->lot >> 33) % below;
}

static unsigned setting(const char *name, unsigned usual) {
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 10) : usual;
}

static int open_session(void **state) {
    struct session *session = calloc(1, sizeof *session);
    *state = session;
    if (!session || !program_init(&session->home)) return -1;
    snprintf(session->state, sizeof session->state, "XDG_STATE_HOME=%s", session->home.home);
    snprintf(session->progress, sizeof session->progress, "%s/daybook/progress.db",
             session->home.home);
    return 0;
}

static int close_session(void **state) {
    struct session *session = *state;
    if (session->terminal.vterm) terminal_stop(&session->terminal);
    program_release(&session->home);
    free(session);
    return 0;
}

#define WITH_SESSION(test) cmocka_unit_test_setup_teardown(test, open_session, close_session)

/* "n-plus-one", or NULL for where the learner left off. */
static int exec_daybook(void *where) {
    execl(getenv("DAYBOOK"), "daybook", where, (char *)NULL);
    return 127;
}

/* The program's path is asked for before the environment is emptied. */
static void start(struct session *session, struct test_terminal *terminal, int rows, int columns,
                  const char *const *more, const char *where) {
    char program[512];
    const char *environment[8] = {session->state, program};
    size_t count = 2;
    snprintf(program, sizeof program, "DAYBOOK=%s", getenv("DAYBOOK"));
    for (; *more; more++) environment[count++] = *more;
    terminal_start(terminal, rows, columns, environment, exec_daybook, (void *)(uintptr_t)where);
}

static void end_terminal(struct test_terminal *terminal) {
    terminal_stop(terminal);
    *terminal = (struct test_terminal){0};
}

/* ---- what is left in the file --------------------------------------------------------------- */

static int keep_text(void *context, int count, char **values, char **names) {
    (void)count, (void)names;
    snprintf(context, WORDS_MOST, "%s", values[0]);
    return 0;
}

static void check_file(const struct session *session) {
    char verdict[WORDS_MOST] = "";
    sqlite3 *database = NULL;
    if (access(session->progress, F_OK) != 0) return; /* ended before it was made */
    assert_int_equal(sqlite3_open(session->progress, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "PRAGMA integrity_check", keep_text, verdict, NULL),
                     SQLITE_OK);
    assert_string_equal(verdict, "ok");
    sqlite3_close(database);
}

/* Where a step stands among all of them, from 1; 0 for one that does not exist. */
static unsigned ordinal_of(const char *lesson, const char *step) {
    unsigned ordinal = 0;
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++) {
            ordinal++;
            if (strcmp(lessons[i]->slug, lesson) == 0 &&
                strcmp(lessons[i]->steps[j]->slug, step) == 0)
                return ordinal;
        }
    return 0;
}

static void count_done(void *context, const char *lesson, const char *step) {
    assert_int_not_equal(ordinal_of(lesson, step), 0);
    (*(unsigned *)context)++;
}

struct standing {
    unsigned place; /* as ordinal_of; 0: nowhere yet */
    unsigned done;
};

static struct standing read_standing(const struct session *session) {
    struct standing standing = {0, 0};
    struct progress_place place;
    struct progress *progress = progress_open_at(session->progress, PROGRESS_READ);
    assert_non_null(progress);
    assert_null(progress_warning(progress));
    if (progress_place(progress, &place)) {
        standing.place = ordinal_of(place.lesson, place.step);
        assert_int_not_equal(standing.place, 0);
    }
    progress_each_done(progress, count_done, &standing.done);
    progress_close(progress);
    return standing;
}

/* ---- a session by lot ----------------------------------------------------------------------- */

/* Any byte but those that a terminal in its own mode again answers with a signal or a stop: some
 * may be left unread at the end. q is rare, as it ends the session. */
static void send_keys(struct session *session) {
    char keys[16] = "";
    unsigned count = 1 + draw_lot(session, 15);
    for (unsigned i = 0; i < count; i++) {
        char key = (char)(1 + draw_lot(session, 255));
        if (draw_lot(session, 3)) key = (char)(' ' + draw_lot(session, 95));
        if (strchr("\003\023\032\034", key) || (key == 'q' && draw_lot(session, 8))) key = 'n';
        keys[i] = key;
    }
    terminal_send(&session->terminal, keys);
}

static void send_run(struct session *session) {
    static const char *const keys[] = {"r", "r\r", "r1\r", " ", "R", "e", "\033", "\t", "?", "o"};
    terminal_send(&session->terminal, keys[draw_lot(session, sizeof keys / sizeof *keys)]);
}

static void send_paste(struct session *session) {
    size_t length = draw_lot(session, 4) ? draw_lot(session, 200) : draw_lot(session, 100000);
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++) text[i] = "ab \t\r(:\"#\xc3\xa9"[draw_lot(session, 11)];
    text[length] = '\0';
    terminal_send(&session->terminal, "\033[200~");
    terminal_send(&session->terminal, text);
    terminal_send(&session->terminal, "\033[201~");
    free(text);
}

static void set_size(struct session *session) {
    terminal_set_size(&session->terminal, 1 + (int)draw_lot(session, 100),
                      1 + (int)draw_lot(session, 300));
}

static void send_signal(struct session *session) {
    static const int numbers[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGSTOP};
    int number = numbers[draw_lot(session, 4)];
    kill(session->terminal.child, number);
    if (number == SIGSTOP) kill(session->terminal.child, SIGCONT);
}

static void (*const moves[])(struct session *) = {
    send_keys, send_keys, send_keys, send_run, send_run, send_paste, set_size, send_signal,
};

/* True when it has ended, of which terminal_wait_exit is still to be told. */
static bool has_ended(const struct session *session) {
    siginfo_t information = {0};
    waitid(P_PID, (id_t)session->terminal.child, &information, WEXITED | WNOHANG | WNOWAIT);
    return information.si_pid != 0;
}

/* On a Linux console curses asks libgpm for the mouse, and its Gpm_get_console never gives back the
 * name it makes for "/dev/tty0": ten bytes, of a library that is unloaded by the time LeakSanitizer
 * looks, so that no suppression can name it. */
static void start_by_lot(struct session *session) {
    enum { TERMINALS = 5, CONSOLE = 4 };
    static const char *const terminals[TERMINALS] = {
        "TERM=xterm-256color", "TERM=xterm", "TERM=screen", "TERM=vt220", [CONSOLE] = "TERM=linux"};
    static const char *const locales[] = {"LANG=C.UTF-8", "LANG=C"};
    unsigned terminal = draw_lot(session, TERMINALS);
    const char *more[5] = {terminals[terminal], locales[draw_lot(session, 2)]};
    size_t count = 2;
    if (terminal == CONSOLE) more[count++] = "ASAN_OPTIONS=detect_leaks=0";
    if (draw_lot(session, 2)) more[count] = "NO_COLOR=1";
    start(session, &session->terminal, 5 + (int)draw_lot(session, 50),
          20 + (int)draw_lot(session, 180), more, NULL);
    assert_true(terminal_wait_for(&session->terminal, "/")); /* "1/3", on every size of screen */
}

/* Gone by a key with 0, or by one of our signals: never by a crash, never with the terminal
 * spoilt. */
static void play_session(struct session *session, uint64_t seed) {
    static const int enders[] = {SIGTERM, SIGHUP, SIGINT};
    session->lot = seed;
    start_by_lot(session);
    int ender = enders[draw_lot(session, 3)];
    for (unsigned left = draw_lot(session, MOVES_MOST); left > 0 && !has_ended(session); left--)
        moves[draw_lot(session, sizeof moves / sizeof *moves)](session);
    bool by_itself = has_ended(session);
    if (!by_itself) kill(session->terminal.child, ender);
    int status = terminal_wait_exit(&session->terminal);
    if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 128 + ender) ||
        !terminal_is_restored(&session->terminal)) {
        fprintf(stderr, "%s\n", session->terminal.bytes);
        fail_msg("SEED=%llu: status %x", (unsigned long long)seed, (unsigned)status);
    }
    end_terminal(&session->terminal);
    check_file(session);
    read_standing(session);
}

static void sessions_by_lot_end_cleanly(void **state) {
    struct session *session = *state;
    unsigned seed = setting("SEED", 1), count = setting("SESSIONS", SESSIONS_USUAL);
    if (!getenv("DAYBOOK")) skip();
    for (unsigned i = 0; i < count; i++) play_session(session, seed + i);
    if (getenv("SESSIONS")) print_message("%u sessions\n", count);
}

/* ---- killed --------------------------------------------------------------------------------- */

static const char *const plain[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};

/* Steps forward and runs some, and is killed before, within or after any of it. Returns how many
 * steps it can have gone. */
static unsigned play_until_killed(struct session *session) {
    unsigned steps = 0;
    start(session, &session->terminal, 24, 80, plain, NULL);
    if (draw_lot(session, 8)) assert_true(terminal_wait_for(&session->terminal, "? keys"));
    for (unsigned left = draw_lot(session, 6); left > 0; left--) {
        bool runs = draw_lot(session, 3) == 0;
        terminal_send(&session->terminal, runs ? "r\r" : "n");
        steps += !runs;
        nanosleep(&(struct timespec){.tv_nsec = draw_lot(session, 40000000)}, NULL);
    }
    kill(session->terminal.child, SIGKILL);
    assert_int_not_equal(terminal_wait_exit(&session->terminal), -1);
    end_terminal(&session->terminal);
    return steps;
}

static void killed_at_any_moment_it_keeps_the_last_or_the_one_before(void **state) {
    struct session *session = *state;
    unsigned count = setting("KILLS", KILLS_USUAL), moved = 0;
    struct standing before = {0, 0};
    if (!getenv("DAYBOOK")) skip();
    session->lot = setting("SEED", 1);
    for (unsigned i = 0; i < count; i++) {
        unsigned steps = play_until_killed(session);
        check_file(session);
        struct standing after = read_standing(session);
        unsigned furthest = (before.place ? before.place : 1) + steps;
        assert_in_range(after.place, before.place, furthest);
        assert_true(after.done >= before.done);
        moved += after.place != before.place || after.done != before.done;
        before = after;
        if (before.place < ordinal_of("n-plus-one", "n-plus-one")) continue;
        unlink(session->progress); /* at the last day: from the beginning */
        before = (struct standing){0, 0};
    }
    if (getenv("KILLS")) print_message("%u killed, %u of them had moved on\n", count, moved);
}

/* ---- two at once ---------------------------------------------------------------------------- */

static void two_readers_at_once_both_keep_what_they_did(void **state) {
    struct session *session = *state;
    struct test_terminal other = {0};
    if (!getenv("DAYBOOK")) skip();
    start(session, &session->terminal, 24, 80, plain, "n-plus-one");
    start(session, &other, 24, 80, plain, "urls");
    assert_true(terminal_wait_for(&session->terminal, "? keys"));
    assert_true(terminal_wait_for(&other, "? keys"));
    terminal_send(&session->terminal, "r\r");
    terminal_send(&other, "r\r");
    assert_true(terminal_wait_for(&session->terminal, "101 queries"));
    assert_true(terminal_wait_for(&other, "measured"));
    terminal_end_by_key(&other);
    terminal_end_by_key(&session->terminal);
    end_terminal(&other);
    check_file(session);
    struct standing standing = read_standing(session);
    assert_int_equal(standing.done, 2);
    assert_int_equal(standing.place, ordinal_of("n-plus-one", "n-plus-one"));
}

/* ---- the next session ------------------------------------------------------------------------ */

/* The first frame of a step that is named does not wait for the file; its marks follow. */
static void what_is_done_is_marked_beside_a_named_step_too(void **state) {
    struct session *session = *state;
    if (!getenv("DAYBOOK")) skip();
    start(session, &session->terminal, 24, 80, plain, "n-plus-one");
    assert_true(terminal_wait_for(&session->terminal, "step 1/4  ○○○○"));
    terminal_send(&session->terminal, "r\r");
    assert_true(terminal_wait_for(&session->terminal, "101 queries"));
    terminal_end_by_key(&session->terminal);
    end_terminal(&session->terminal);
    start(session, &session->terminal, 24, 80, plain, "n-plus-one");
    assert_true(terminal_wait_for(&session->terminal, "step 1/4  ●○○○"));
    terminal_end_by_key(&session->terminal);
}

static void what_lay_open_lies_there_again(void **state) {
    struct session *session = *state;
    if (!getenv("DAYBOOK")) skip();
    start(session, &session->terminal, 24, 80, plain, "n-plus-one");
    assert_true(terminal_wait_for(&session->terminal, "? keys"));
    terminal_send(&session->terminal, "v250\rjjj");
    assert_true(terminal_wait_for(&session->terminal, "articles [250]"));
    terminal_send(&session->terminal, "e# mine\r");
    assert_true(terminal_wait_for(&session->terminal, "1 # mine"));
    kill(session->terminal.child, SIGHUP); /* in the middle of a line */
    terminal_wait_exit(&session->terminal);
    end_terminal(&session->terminal);
    start(session, &session->terminal, 24, 80, plain, NULL);
    assert_true(terminal_wait_for(&session->terminal, "1 # mine"));
    assert_true(terminal_wait_for(&session->terminal, "articles [250]"));
    terminal_send(&session->terminal, "\t");
    assert_true(terminal_wait_for(&session->terminal, "You write a shopping list"));
    assert_true(terminal_wait_gone(&session->terminal, "The page was quick"));
    terminal_end_by_key(&session->terminal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SESSION(sessions_by_lot_end_cleanly),
        WITH_SESSION(killed_at_any_moment_it_keeps_the_last_or_the_one_before),
        WITH_SESSION(two_readers_at_once_both_keep_what_they_did),
        WITH_SESSION(what_is_done_is_marked_beside_a_named_step_too),
        WITH_SESSION(what_lay_open_lies_there_again),
    };
    return RUN_TESTS(tests);
}
