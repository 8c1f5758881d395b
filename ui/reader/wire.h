/* wire - the terminal as a file: its settings, and the bytes that put it right again.
 *
 * Whatever way the program ends, the terminal must be as it was: cursor shown, alternate screen
 * left, echo on. The bytes for that are prepared while all is well, and wire_restore does nothing
 * but write them and set the saved settings, so that it may be called from a signal handler, on
 * any thread.
 *
 * Order of calls: wire_open before anything is changed, wire_arm once the bytes are known,
 * wire_restore any time after, as often as wanted; wire_close at the end. */
#ifndef UI_READER_WIRE_H
#define UI_READER_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* Remembers the terminal's settings. False when the descriptor is no terminal. */
bool wire_open(int descriptor);

/* From now on a crash (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT) and exit() restore the terminal
 * by these bytes (copied). The signal is raised again, so the exit status stays what it was. */
void wire_arm(const char *bytes, size_t length);

/* Puts the terminal right. Async-signal-safe. */
void wire_restore(void);

/* The terminal is ours no more: nothing is restored after this. */
void wire_close(void);

/* Gives the calling thread a stack of its own for crash handlers: a stack that overflowed cannot
 * run one. Returns what to pass to wire_drop_stack at the thread's end; NULL without memory. */
void *wire_take_stack(void);
void wire_drop_stack(void *stack);

/* Writes all bytes, waiting where the terminal is slow. */
void wire_write(int descriptor, const char *bytes, size_t length);

#endif
