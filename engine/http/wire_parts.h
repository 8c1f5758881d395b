/* wire_parts - what wire.c and wire_head.c share, and nobody else. */
#ifndef ENGINE_HTTP_WIRE_PARTS_H
#define ENGINE_HTTP_WIRE_PARTS_H

#include "engine/http/wire.h"

enum state {
    START,
    FIELDS,
    BODY,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_LINE_END,
    TRAILERS,
    UNTIL_CLOSE,
    END,
    REFUSED
};

/* Offsets into reader->text, which moves while it grows. */
struct wire_mark {
    uint32_t name, value;
};

/* Remembers why; always false. */
bool wire_refuse(struct wire_reader *reader, int status, const char *why);
bool wire_refuse_memory(struct wire_reader *reader);

/* Room for `more` bytes behind reader->text; it may move. False when there is no memory. */
bool wire_make_room(struct wire_reader *reader, size_t more);

/* The current line's length, once it is complete; then on to the next. */
size_t wire_line_length(const struct wire_reader *reader);
void wire_next_line(struct wire_reader *reader);

/* The complete line as a start line, or as a field, which is kept or (a trailer) counted alone.
 * False: refused. */
bool wire_parse_start(struct wire_reader *reader);
bool wire_parse_field(struct wire_reader *reader, bool keep);

/* All fields are there: fills in reader->head and says which state comes next. False: refused. */
bool wire_finish_head(struct wire_reader *reader);

/* All of a text of this length: a NUL in the middle is no value character. */
bool wire_all_value_chars(const char *text, size_t length);

/* 0 to 15, or -1. */
int wire_hex_digit(char c);

#endif
