/* wire - see wire.h.
 *
 * The one place with mutable globals: a signal handler has no argument to be given its state in,
 * and a process has one terminal. */
#include "ui/reader/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { BYTES_MOST = 512, STACK_SIZE = 64 * 1024 };

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
enum { CRASHES = sizeof crashes / sizeof *crashes };

static struct {
    int descriptor;
    struct termios settings;
    char bytes[BYTES_MOST];
    size_t length;
    volatile sig_atomic_t armed;
    struct sigaction before[CRASHES];
} wire;

void wire_write(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
            if (poll(&ready, 1, 1000) <= 0) return; /* nobody reads any more */
        } else if (written == 0 || errno != EINTR) {
            return;
        }
    }
}

void wire_restore(void) {
    if (!wire.armed) return;
    int reason = errno;
    /* a process in the background that sets the terminal would be stopped by this signal */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGTTOU, &ignore, &before);
    wire_write(wire.descriptor, wire.bytes, wire.length);
    tcsetattr(wire.descriptor, TCSANOW, &wire.settings);
    sigaction(SIGTTOU, &before, NULL);
    errno = reason;
}

static void on_crash(int number) {
    wire_restore();
    for (int i = 0; i < CRASHES; i++)
        if (crashes[i] == number) sigaction(number, &wire.before[i], NULL);
    raise(number);
}

bool wire_open(int descriptor) {
    wire.descriptor = descriptor;
    wire.armed = 0;
    return tcgetattr(descriptor, &wire.settings) == 0;
}

void wire_arm(const char *bytes, size_t length) {
    static bool at_exit;
    if (length > BYTES_MOST) length = BYTES_MOST;
    memcpy(wire.bytes, bytes, length);
    wire.length = length;
    wire.armed = 1;
    struct sigaction action = {.sa_handler = on_crash,
                               .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < CRASHES; i++) sigaction(crashes[i], &action, &wire.before[i]);
    if (!at_exit) at_exit = atexit(wire_restore) == 0;
}

void wire_close(void) {
    if (!wire.armed) return;
    wire.armed = 0;
    for (int i = 0; i < CRASHES; i++) sigaction(crashes[i], &wire.before[i], NULL);
}

void *wire_take_stack(void) {
    stack_t stack = {.ss_size = STACK_SIZE, .ss_sp = malloc(STACK_SIZE)};
    if (stack.ss_sp && sigaltstack(&stack, NULL) == 0) return stack.ss_sp;
    free(stack.ss_sp);
    return NULL;
}

void wire_drop_stack(void *stack) {
    stack_t none = {.ss_flags = SS_DISABLE};
    if (!stack) return;
    sigaltstack(&none, NULL);
    free(stack);
}
