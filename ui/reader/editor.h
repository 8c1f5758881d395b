/* editor - a small text editor: the listing is changed in place, and short answers are typed.
 *
 * The text is one block of UTF-8 bytes with a cursor. Every change goes through one function that
 * replaces a stretch by another; it remembers what it took away and what it put there, and that
 * makes undo and redo the same function again.
 *
 *     text    a r t i c l e s \n p r i n t ...      cursor: a byte offset, never inside a character
 *     edits   [at, removed, inserted] [...] | [undone] [undone]
 *                                           ^ edit_count
 */
#ifndef UI_READER_EDITOR_H
#define UI_READER_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct edit;

struct editor {
    char *text; /* NUL-terminated */
    size_t length, capacity;
    size_t cursor;
    int goal; /* column that up and down aim for; -1: the cursor's own */
    bool single_line;
    struct edit *edits;
    size_t edit_count, redo_count, edit_capacity;
    bool typing; /* the last edit may grow by what is typed next */
};

enum { EDITOR_BYTES_MOST = 64 * 1024, EDITOR_LINE_MOST = 512, EDITOR_INDENT = 4 };

/* Prepares an editor with a text (copied); the cursor stands at its end in a single line, else at
 * its beginning. False when there is no memory: the editor is then empty. */
bool editor_init(struct editor *editor, const char *text, bool single_line);
void editor_release(struct editor *editor);

/* Changes. False when nothing was changed: no memory, or too much text. Line ends may be \n, \r or
 * \r\n; tabs become blanks; other control characters are left out. */
bool editor_insert(struct editor *editor, const char *text, size_t length);
bool editor_type(struct editor *editor, uint32_t rune);
bool editor_newline(struct editor *editor); /* keeps the indent, and adds one after a colon */
bool editor_indent(struct editor *editor);  /* blanks up to the next step of the indent */
bool editor_erase(struct editor *editor);   /* the character before the cursor; in the indent, a
                                               whole step of it */
bool editor_delete(struct editor *editor);  /* the character at the cursor */
bool editor_delete_line(struct editor *editor);
bool editor_undo(struct editor *editor);
bool editor_redo(struct editor *editor);

enum editor_move {
    MOVE_LEFT,
    MOVE_RIGHT,
    MOVE_UP,
    MOVE_DOWN,
    MOVE_HOME, /* the first character of the line, then column 0 */
    MOVE_END,
    MOVE_PAGE_UP,
    MOVE_PAGE_DOWN,
    MOVE_TOP,
    MOVE_BOTTOM
};

void editor_move(struct editor *editor, enum editor_move move, int page);

/* Puts the cursor on a line and column (both from 0), or the nearest there is. */
void editor_place(struct editor *editor, int line, int column);

/* Where the cursor stands, from 0: the line, and the columns before it. */
void editor_position(const struct editor *editor, int *line, int *column);

/* The line number `line` (from 0), without its end; NULL beyond the last. */
const char *editor_line(const struct editor *editor, int line, size_t *length);

#endif
