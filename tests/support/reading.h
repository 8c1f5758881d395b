/* reading - a reader's state for tests: keys in, screen out, with no terminal and no thread. A run
 * that is asked for is run on the spot, and its time is set to a fixed one. */
#ifndef TESTS_SUPPORT_READING_H
#define TESTS_SUPPORT_READING_H

#include "ui/reader/state.h"

struct reading {
    struct state state;
    struct grid grid;
    unsigned effects; /* of all updates since the last reading_keys */
};

/* Opens a step of the tests' own course on a screen of this size. */
void reading_open(struct reading *reading, int height, int width, size_t lesson, size_t step);
void reading_close(struct reading *reading);

/* Types text key by key; "\r" is Enter, "\033" Esc, "\t" Tab. */
void reading_keys(struct reading *reading, const char *keys);
void reading_stroke(struct reading *reading, uint32_t stroke);
void reading_do(struct reading *reading, struct action action);

/* The screen as text; to be freed. */
char *reading_screen(struct reading *reading);
/* True when the text is on the screen; _shows prints the screen where it is not. */
bool reading_holds(struct reading *reading, const char *text);
bool reading_shows(struct reading *reading, const char *text);

#endif
