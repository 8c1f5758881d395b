/* terminal - see terminal.h. */
#define _GNU_SOURCE
#include "tests/support/terminal.h"

#include "tests/support/pty.h"
#include "tests/support/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

static void die(const char *what) {
    perror(what);
    abort();
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- starting ------------------------------------------------------------------------------- */

static int on_property(VTermProp property, VTermValue *value, void *context) {
    struct test_terminal *terminal = context;
    if (property == VTERM_PROP_ALTSCREEN) terminal->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE) terminal->cursor_shown = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void open_screen(struct test_terminal *terminal) {
    terminal->vterm = vterm_new(terminal->rows, terminal->columns);
    if (!terminal->vterm) die("vterm_new");
    vterm_set_utf8(terminal->vterm, 1);
    terminal->screen = vterm_obtain_screen(terminal->vterm);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
    vterm_screen_reset(terminal->screen, 1);
    terminal->cursor_shown = true;
    terminal->alternate = false;
}

static void become_program(struct test_terminal *terminal, const char *const *environment,
                           test_program *program, void *argument) {
    close(terminal->master);
    if (login_tty(terminal->slave) != 0) _exit(120);
    clearenv();
    for (; *environment; environment++) putenv(strdup(*environment));
    exit(program(argument));
}

void terminal_start(struct test_terminal *terminal, int rows, int columns,
                    const char *const *environment, test_program *program, void *argument) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    *terminal = (struct test_terminal){.rows = rows, .columns = columns};
    if (openpty(&terminal->master, &terminal->slave, NULL, NULL, &size) != 0) die("openpty");
    fcntl(terminal->master, F_SETFD, FD_CLOEXEC);
    fcntl(terminal->master, F_SETFL, O_RDWR | O_NONBLOCK);
    tcgetattr(terminal->slave, &terminal->before);
    open_screen(terminal);
    fflush(NULL);
    terminal->child = fork();
    if (terminal->child < 0) die("fork");
    if (terminal->child == 0) become_program(terminal, environment, program, argument);
}

/* ---- the way of the bytes -------------------------------------------------------------------- */

static void keep_bytes(struct test_terminal *terminal, const char *bytes, size_t length) {
    if (terminal->length + length + 1 > terminal->capacity) {
        terminal->capacity = (terminal->length + length + 1) * 2;
        terminal->bytes = realloc(terminal->bytes, terminal->capacity);
        if (!terminal->bytes) die("realloc");
    }
    memcpy(terminal->bytes + terminal->length, bytes, length);
    terminal->length += length;
    terminal->bytes[terminal->length] = '\0';
}

/* Takes what the child wrote, waiting at most so long for it. False at the end of patience. */
static bool pump(struct test_terminal *terminal, int patience_ms) {
    char bytes[4096];
    struct pollfd ready = {.fd = terminal->master, .events = POLLIN};
    if (terminal->master < 0 || poll(&ready, 1, patience_ms) <= 0) return false;
    ssize_t got = read(terminal->master, bytes, sizeof bytes);
    if (got <= 0) return false;
    keep_bytes(terminal, bytes, (size_t)got);
    vterm_input_write(terminal->vterm, bytes, (size_t)got);
    vterm_screen_flush_damage(terminal->screen);
    size_t answer = vterm_output_read(terminal->vterm, bytes, sizeof bytes);
    if (answer > 0) (void)!write(terminal->master, bytes, answer);
    return true;
}

/* A child that waits for room to write in does not read: what it wrote is taken meanwhile. Where
 * nobody reads at all the rest is dropped, and the test will see it. */
static void send_bytes(struct test_terminal *terminal, const char *bytes, size_t length) {
    long end = now_ms() + PATIENCE_MS;
    while (length > 0 && terminal->master >= 0 && now_ms() < end) {
        struct pollfd ready = {.fd = terminal->master, .events = POLLIN | POLLOUT};
        if (poll(&ready, 1, 100) > 0 && ready.revents & POLLIN) pump(terminal, 0);
        ssize_t written = write(terminal->master, bytes, length);
        if (written < 0 && errno != EAGAIN && errno != EINTR) return;
        if (written > 0) bytes += written, length -= (size_t)written;
    }
}

void terminal_send(struct test_terminal *terminal, const char *bytes) {
    send_bytes(terminal, bytes, strlen(bytes));
    while (pump(terminal, 0)) { /* the master is always drained */
    }
}

size_t terminal_send_unread(struct test_terminal *terminal, const char *bytes) {
    ssize_t written = write(terminal->master, bytes, strlen(bytes));
    return written > 0 ? (size_t)written : 0;
}

/* ---- looking -------------------------------------------------------------------------------- */

static size_t put_utf8(char *out, uint32_t rune) {
    if (rune < 0x80) return out[0] = (char)rune, 1;
    if (rune < 0x800)
        return out[0] = (char)(0xC0 | rune >> 6), out[1] = (char)(0x80 | (rune & 0x3F)), 2;
    if (rune < 0x10000)
        return out[0] = (char)(0xE0 | rune >> 12), out[1] = (char)(0x80 | (rune >> 6 & 0x3F)),
               out[2] = (char)(0x80 | (rune & 0x3F)), 3;
    return out[0] = (char)(0xF0 | rune >> 18), out[1] = (char)(0x80 | (rune >> 12 & 0x3F)),
           out[2] = (char)(0x80 | (rune >> 6 & 0x3F)), out[3] = (char)(0x80 | (rune & 0x3F)), 4;
}

static size_t put_row(const struct test_terminal *terminal, int row, char *out) {
    size_t used = 0, end = 0;
    for (int column = 0; column < terminal->columns; column++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, &cell);
        if (cell.chars[0] == (uint32_t)-1) continue; /* behind a wide one */
        if (cell.chars[0] == 0) cell.chars[0] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            used += put_utf8(out + used, cell.chars[i]);
        if (cell.chars[0] != ' ') end = used;
    }
    out[end] = '\n';
    return end + 1;
}

char *terminal_text(const struct test_terminal *terminal) {
    size_t cells = (size_t)terminal->rows * (size_t)(terminal->columns + 1), used = 0;
    char *text = malloc(cells * 4 * VTERM_MAX_CHARS_PER_CELL + 1);
    if (!text) die("malloc");
    for (int row = 0; row < terminal->rows; row++) used += put_row(terminal, row, text + used);
    text[used] = '\0';
    return text;
}

static bool shows(const struct test_terminal *terminal, const char *text) {
    char *screen = terminal_text(terminal);
    bool found = strstr(screen, text) != NULL;
    free(screen);
    return found;
}

static bool wait_until(struct test_terminal *terminal, const char *text, bool wanted) {
    long end = now_ms() + PATIENCE_MS;
    while (shows(terminal, text) != wanted) {
        long left = end - now_ms();
        if (left > 0 && pump(terminal, (int)left)) continue;
        char *screen = terminal_text(terminal);
        fprintf(stderr, "waited in vain for '%s' %s; the screen is:\n%s", text,
                wanted ? "to be seen" : "to go", screen);
        free(screen);
        return false;
    }
    return true;
}

bool terminal_wait_for(struct test_terminal *terminal, const char *text) {
    return wait_until(terminal, text, true);
}

bool terminal_wait_gone(struct test_terminal *terminal, const char *text) {
    return wait_until(terminal, text, false);
}

bool terminal_was_sent(const struct test_terminal *terminal, const char *bytes) {
    return terminal->bytes && strstr(terminal->bytes, bytes);
}

/* What the child wrote last may still be on its way when the child has gone. A mark written behind
 * it comes out behind it. */
static void take_the_rest(struct test_terminal *terminal) {
    static const char mark[] = "\033]2;the end\007"; /* sets a title: not seen on the screen */
    long end = now_ms() + PATIENCE_MS;
    if (terminal->master < 0) return;
    if (write(terminal->slave, mark, sizeof mark - 1) != sizeof mark - 1) return;
    while (!terminal_was_sent(terminal, mark) && now_ms() < end) pump(terminal, 100);
    char *found = terminal->bytes ? strstr(terminal->bytes, mark) : NULL;
    if (!found) return;
    *found = '\0'; /* the mark is not the child's */
    terminal->length = (size_t)(found - terminal->bytes);
}

/* The master is drained meanwhile: a child that cannot write cannot end. */
int terminal_wait_exit(struct test_terminal *terminal) {
    long end = now_ms() + PATIENCE_MS;
    int status;
    while (waitpid(terminal->child, &status, WNOHANG) == 0) {
        if (now_ms() > end) {
            fprintf(stderr, "the child lives on\n");
            return -1;
        }
        pump(terminal, 5);
    }
    terminal->child = 0;
    take_the_rest(terminal);
    return status;
}

bool terminal_is_restored(const struct test_terminal *terminal) {
    struct termios now;
    bool same = tcgetattr(terminal->slave, &now) == 0 && now.c_iflag == terminal->before.c_iflag &&
                now.c_oflag == terminal->before.c_oflag &&
                now.c_lflag == terminal->before.c_lflag && now.c_cflag == terminal->before.c_cflag;
    bool blocking = !(fcntl(terminal->slave, F_GETFL) & O_NONBLOCK);
    if (!same) fprintf(stderr, "the terminal's settings differ\n");
    if (!blocking) fprintf(stderr, "the terminal was left non-blocking\n");
    if (terminal->alternate) fprintf(stderr, "the alternate screen was not left\n");
    if (!terminal->cursor_shown) fprintf(stderr, "the cursor is hidden\n");
    return same && blocking && !terminal->alternate && terminal->cursor_shown;
}

void terminal_end_by_key(struct test_terminal *terminal) {
    terminal_send(terminal, "q");
    int status = terminal_wait_exit(terminal);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(terminal_is_restored(terminal));
}

/* ---- changing and ending -------------------------------------------------------------------- */

/* A new size ends a scrolling region, as in xterm, and takes the cursor home, from where any
 * program paints anew. libvterm 0.1.4 would keep a region that begins below the last row, and a
 * cursor outside of the screen, and crash. */
void terminal_set_size(struct test_terminal *terminal, int rows, int columns) {
    static const char no_region[] = "\033[r\033[H";
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    terminal->rows = rows;
    terminal->columns = columns;
    vterm_set_size(terminal->vterm, rows, columns);
    vterm_input_write(terminal->vterm, no_region, sizeof no_region - 1);
    ioctl(terminal->master, TIOCSWINSZ, &size); /* the kernel sends SIGWINCH */
}

void terminal_hang_up(struct test_terminal *terminal) {
    close(terminal->master);
    terminal->master = -1;
}

void terminal_stop(struct test_terminal *terminal) {
    if (terminal->child > 0) {
        kill(terminal->child, SIGKILL);
        waitpid(terminal->child, NULL, 0);
    }
    if (terminal->master >= 0) close(terminal->master);
    close(terminal->slave);
    vterm_free(terminal->vterm);
    free(terminal->bytes);
}
