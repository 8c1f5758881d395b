/* rich - a text with a style for each byte, and where it breaks into lines.
 *
 *     bytes    U s e   . e x i s t s ( )   .
 *     styles   0 0 0 0 4 4 4 4 4 4 4 4 4 0 0
 *
 * The simplest thing that lets a paragraph be wrapped without minding where styles begin and end.
 * '\n' is a hard break. Failure is sticky, as in engine/base/text.h. */
#ifndef UI_RICH_H
#define UI_RICH_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"

struct rich {
    struct arena *arena;
    char *bytes;
    unsigned char *styles; /* as many as bytes; enum markdown_style */
    size_t length, capacity;
    bool failed;
};

void rich_init(struct rich *rich, struct arena *arena);
void rich_add(struct rich *rich, const char *bytes, size_t length, unsigned style);
void rich_add_string(struct rich *rich, const char *string, unsigned style);
void rich_add_fill(struct rich *rich, char byte, size_t count, unsigned style);
/* Adds a piece of another, with its styles and `style`. */
void rich_add_piece(struct rich *rich, const struct rich *other, size_t from, size_t end,
                    unsigned style);

/* Empties it; the bytes that were handed out stay where they are. */
void rich_reset(struct rich *rich);

/* One line of at most `width` columns. Words longer than that are broken. */
struct rich_line {
    size_t from, end; /* bytes of the line, blanks around it left out */
    size_t next;      /* where the next one is looked for */
};

/* Finds the line that begins at `from`; false when nothing is left. */
bool rich_next_line(const struct rich *rich, size_t from, unsigned width, struct rich_line *line);

/* Columns of the widest word, and of the widest line when nothing is wrapped. */
unsigned rich_widest_word(const struct rich *rich);
unsigned rich_widest_line(const struct rich *rich);

#endif
