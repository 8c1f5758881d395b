/* editor - see editor.h. In order: replacing a stretch, remembering it, changes, moves. */
#include "ui/reader/editor.h"

#include <stdlib.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/reader/grid.h"

struct edit {
    size_t at;
    char *removed, *inserted; /* NUL-terminated; the edit's own */
    size_t cursor;            /* where it stood before */
};

enum { EDITS_MOST = 500 };

/* ---- replacing and remembering -------------------------------------------------------------- */

static char *copy_bytes(const char *bytes, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy) return NULL;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static void edit_release(struct edit *edit) {
    free(edit->removed);
    free(edit->inserted);
}

static void forget_redo(struct editor *editor) {
    for (; editor->redo_count > 0; editor->redo_count--)
        edit_release(&editor->edits[editor->edit_count + editor->redo_count - 1]);
}

static bool reserve_text(struct editor *editor, size_t length) {
    size_t most = editor->single_line ? EDITOR_LINE_MOST : EDITOR_BYTES_MOST;
    if (length > most) return false;
    if (length < editor->capacity) return true;
    size_t capacity = (length + 1) * 2;
    char *text = realloc(editor->text, capacity);
    if (!text) return false;
    editor->text = text;
    editor->capacity = capacity;
    return true;
}

/* Replaces `removed` bytes at `at` by others; nothing is remembered. */
static bool replace_bytes(struct editor *editor, size_t at, size_t removed, const char *inserted,
                          size_t length) {
    if (!reserve_text(editor, editor->length - removed + length)) return false;
    memmove(editor->text + at + length, editor->text + at + removed,
            editor->length - at - removed + 1);
    memcpy(editor->text + at, inserted, length);
    editor->length = editor->length - removed + length;
    editor->goal = -1;
    return true;
}

/* Typing goes on where the last typed character ended: one undo takes the whole word. */
static bool extends_last(const struct editor *editor, size_t at, size_t removed,
                         const char *inserted) {
    if (!editor->typing || removed || editor->edit_count == 0 || *inserted == '\n') return false;
    const struct edit *last = &editor->edits[editor->edit_count - 1];
    return last->at + strlen(last->inserted) == at && *last->removed == '\0';
}

static bool extend_last(struct editor *editor, const char *inserted, size_t length) {
    struct edit *last = &editor->edits[editor->edit_count - 1];
    size_t before = strlen(last->inserted);
    char *grown = realloc(last->inserted, before + length + 1);
    if (!grown) return false;
    memcpy(grown + before, inserted, length);
    grown[before + length] = '\0';
    last->inserted = grown;
    return true;
}

static bool reserve_edit(struct editor *editor) {
    if (editor->edit_count == EDITS_MOST) { /* the oldest is forgotten */
        edit_release(&editor->edits[0]);
        memmove(editor->edits, editor->edits + 1, (EDITS_MOST - 1) * sizeof *editor->edits);
        editor->edit_count--;
    }
    if (editor->edit_count < editor->edit_capacity) return true;
    size_t capacity = editor->edit_capacity ? editor->edit_capacity * 2 : 16;
    struct edit *edits = realloc(editor->edits, capacity * sizeof *edits);
    if (!edits) return false;
    editor->edits = edits;
    editor->edit_capacity = capacity;
    return true;
}

static bool remember(struct editor *editor, size_t at, size_t removed, const char *inserted,
                     size_t length) {
    forget_redo(editor);
    if (extends_last(editor, at, removed, inserted)) return extend_last(editor, inserted, length);
    if (!reserve_edit(editor)) return false;
    struct edit edit = {at, copy_bytes(editor->text + at, removed), copy_bytes(inserted, length),
                        editor->cursor};
    if (!edit.removed || !edit.inserted) {
        edit_release(&edit);
        return false;
    }
    editor->edits[editor->edit_count++] = edit;
    return true;
}

/* The one way a text changes. */
static bool change(struct editor *editor, size_t at, size_t removed, const char *inserted,
                   size_t length) {
    if (removed == 0 && length == 0) return false;
    if (!reserve_text(editor, editor->length - removed + length)) return false;
    if (!remember(editor, at, removed, inserted, length)) return false;
    replace_bytes(editor, at, removed, inserted, length);
    editor->cursor = at + length;
    editor->typing = false;
    return true;
}

bool editor_undo(struct editor *editor) {
    if (editor->edit_count == 0) return false;
    struct edit *edit = &editor->edits[editor->edit_count - 1];
    if (!replace_bytes(editor, edit->at, strlen(edit->inserted), edit->removed,
                       strlen(edit->removed)))
        return false;
    editor->cursor = edit->cursor;
    editor->edit_count--;
    editor->redo_count++;
    editor->typing = false;
    return true;
}

bool editor_redo(struct editor *editor) {
    if (editor->redo_count == 0) return false;
    struct edit *edit = &editor->edits[editor->edit_count];
    size_t length = strlen(edit->inserted);
    if (!replace_bytes(editor, edit->at, strlen(edit->removed), edit->inserted, length))
        return false;
    editor->cursor = edit->at + length;
    editor->edit_count++;
    editor->redo_count--;
    editor->typing = false;
    return true;
}

bool editor_init(struct editor *editor, const char *text, bool single_line) {
    *editor = (struct editor){.goal = -1, .single_line = single_line};
    if (!reserve_text(editor, 0)) return false;
    editor->text[0] = '\0';
    size_t length = strlen(text);
    if (!reserve_text(editor, length)) return false;
    replace_bytes(editor, 0, 0, text, length);
    if (single_line) editor->cursor = editor->length;
    return true;
}

void editor_release(struct editor *editor) {
    forget_redo(editor);
    for (size_t i = 0; i < editor->edit_count; i++) edit_release(&editor->edits[i]);
    free(editor->edits);
    free(editor->text);
    *editor = (struct editor){.goal = -1};
}

/* ---- changes -------------------------------------------------------------------------------- */

static size_t line_start(const struct editor *editor, size_t at) {
    while (at > 0 && editor->text[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(const struct editor *editor, size_t at) {
    while (at < editor->length && editor->text[at] != '\n') at++;
    return at;
}

static size_t indent_of(const struct editor *editor, size_t start) {
    return strspn(editor->text + start, " ");
}

/* Writes one pasted character as the text may hold it; returns its bytes. */
static size_t clean_rune(const struct editor *editor, uint32_t rune, char out[5]) {
    if (rune == '\t') {
        memcpy(out, "    ", EDITOR_INDENT + 1);
        return EDITOR_INDENT;
    }
    if (rune == '\n')
        rune = editor->single_line ? ' ' : '\n';
    else if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == COLUMNS_INVALID)
        return 0;
    return (size_t)rune_encode(rune, out);
}

bool editor_insert(struct editor *editor, const char *text, size_t length) {
    if (length > EDITOR_BYTES_MOST) return false;
    char *clean = malloc(length * EDITOR_INDENT + 5);
    if (!clean) return false;
    size_t used = 0;
    for (const char *end = text + length; text < end;) {
        uint32_t rune = columns_next_point(&text, end);
        if (rune == '\r') {
            if (text < end && *text == '\n') text++;
            rune = '\n';
        }
        char bytes[5];
        size_t count = clean_rune(editor, rune, bytes);
        memcpy(clean + used, bytes, count);
        used += count;
    }
    bool changed = change(editor, editor->cursor, 0, clean, used);
    free(clean);
    return changed;
}

bool editor_type(struct editor *editor, uint32_t rune) {
    char bytes[5];
    size_t length = clean_rune(editor, rune, bytes);
    if (rune == '\n' || length == 0) return false;
    if (!change(editor, editor->cursor, 0, bytes, length)) return false;
    editor->typing = true;
    return true;
}

bool editor_newline(struct editor *editor) {
    if (editor->single_line) return false;
    char line[1 + 64 + EDITOR_INDENT] = "\n";
    size_t start = line_start(editor, editor->cursor);
    size_t indent = indent_of(editor, start);
    if (indent > editor->cursor - start) indent = editor->cursor - start;
    if (indent > 64) indent = 64;
    if (editor->cursor > start && editor->text[editor->cursor - 1] == ':') indent += EDITOR_INDENT;
    memset(line + 1, ' ', indent);
    return change(editor, editor->cursor, 0, line, 1 + indent);
}

bool editor_indent(struct editor *editor) {
    size_t column = editor->cursor - line_start(editor, editor->cursor);
    return change(editor, editor->cursor, 0, "    ", EDITOR_INDENT - column % EDITOR_INDENT);
}

/* The start of the character before or after a place, with its combining marks. */
static size_t rune_before(const struct editor *editor, size_t at) {
    while (at > 0) {
        at--;
        while (at > 0 && ((unsigned char)editor->text[at] & 0xC0) == 0x80) at--;
        const char *cursor = editor->text + at;
        uint32_t rune = columns_next_point(&cursor, editor->text + editor->length);
        if (columns_of_point(rune) > 0) break;
    }
    return at;
}

static size_t rune_after(const struct editor *editor, size_t at) {
    const char *cursor = editor->text + at, *end = editor->text + editor->length;
    if (cursor < end) columns_next_point(&cursor, end);
    while (cursor < end) {
        const char *next = cursor;
        if (columns_of_point(columns_next_point(&next, end)) > 0) break;
        cursor = next;
    }
    return (size_t)(cursor - editor->text);
}

bool editor_erase(struct editor *editor) {
    if (editor->cursor == 0) return false;
    size_t start = line_start(editor, editor->cursor);
    size_t column = editor->cursor - start, from = rune_before(editor, editor->cursor);
    if (column > 0 && column <= indent_of(editor, start))
        from = editor->cursor - ((column - 1) % EDITOR_INDENT + 1);
    return change(editor, from, editor->cursor - from, "", 0);
}

bool editor_delete(struct editor *editor) {
    size_t next = rune_after(editor, editor->cursor);
    return change(editor, editor->cursor, next - editor->cursor, "", 0);
}

bool editor_delete_line(struct editor *editor) {
    size_t start = line_start(editor, editor->cursor), end = line_end(editor, editor->cursor);
    if (end < editor->length) end++;
    return change(editor, start, end - start, "", 0);
}

/* ---- moves ---------------------------------------------------------------------------------- */

static int column_of(const struct editor *editor, size_t at) {
    size_t start = line_start(editor, at);
    return (int)columns_of_bytes(editor->text + start, at - start);
}

/* The place in the line that begins at start, nearest to a column. */
static size_t place_in_line(const struct editor *editor, size_t start, int column) {
    size_t end = line_end(editor, start);
    return start +
           columns_fit(editor->text + start, end - start, column > 0 ? (unsigned)column : 0);
}

static void move_lines(struct editor *editor, int lines) {
    int goal = editor->goal >= 0 ? editor->goal : column_of(editor, editor->cursor);
    size_t start = line_start(editor, editor->cursor);
    for (; lines < 0 && start > 0; lines++) start = line_start(editor, start - 1);
    for (; lines > 0; lines--) {
        size_t end = line_end(editor, start);
        if (end == editor->length) break;
        start = end + 1;
    }
    editor->cursor = place_in_line(editor, start, goal);
    editor->goal = goal;
}

static void move_home(struct editor *editor) {
    size_t start = line_start(editor, editor->cursor), first = start + indent_of(editor, start);
    editor->cursor = editor->cursor == first ? start : first;
}

void editor_move(struct editor *editor, enum editor_move move, int page) {
    editor->typing = false;
    if (move != MOVE_UP && move != MOVE_DOWN && move != MOVE_PAGE_UP && move != MOVE_PAGE_DOWN)
        editor->goal = -1;
    switch (move) {
    case MOVE_LEFT: editor->cursor = rune_before(editor, editor->cursor); break;
    case MOVE_RIGHT: editor->cursor = rune_after(editor, editor->cursor); break;
    case MOVE_UP: move_lines(editor, -1); break;
    case MOVE_DOWN: move_lines(editor, 1); break;
    case MOVE_PAGE_UP: move_lines(editor, -page); break;
    case MOVE_PAGE_DOWN: move_lines(editor, page); break;
    case MOVE_HOME: move_home(editor); break;
    case MOVE_END: editor->cursor = line_end(editor, editor->cursor); break;
    case MOVE_TOP: editor->cursor = 0; break;
    case MOVE_BOTTOM: editor->cursor = editor->length; break;
    }
}

const char *editor_line(const struct editor *editor, int line, size_t *length) {
    size_t start = 0;
    for (; line > 0; line--) {
        start = line_end(editor, start);
        if (start == editor->length) return NULL;
        start++;
    }
    *length = line_end(editor, start) - start;
    return editor->text + start;
}

void editor_place(struct editor *editor, int line, int column) {
    size_t length;
    editor->typing = false;
    editor->goal = -1;
    while (line > 0 && !editor_line(editor, line, &length)) line--;
    const char *start = editor_line(editor, line > 0 ? line : 0, &length);
    editor->cursor = place_in_line(editor, (size_t)(start - editor->text), column);
}

void editor_position(const struct editor *editor, int *line, int *column) {
    *line = 0;
    for (size_t i = 0; i < editor->cursor; i++) *line += editor->text[i] == '\n';
    *column = column_of(editor, editor->cursor);
}
