/* wire - the reader: lines, chunks, states. See wire.h; what a head means stands in wire_head.c.
 *
 * From the bytes up: take_line gathers one line, the wire_parse_ functions read one line each,
 * wire_finish_head decides what the head means for the body, wire_read walks the states.
 *
 *     START -> FIELDS -> LENGTH ----------------------------> END
 *                   \--> CHUNK_SIZE -> CHUNK_DATA -> CHUNK_LINE_END
 *                   |       ^  \-> TRAILERS -> END       |
 *                   |       '----------------------------'
 *                   \--> UNTIL_CLOSE -> END
 *
 * A line is looked at when it is complete, never before: that is why splits cannot matter. Only the
 * limits are checked on the way, by position. */
#include <assert.h>
#include <string.h>

#include "engine/http/wire_parts.h"

const struct wire_limits wire_limits_usual = {
    .line = 8190, .head = 65536, .fields = 100, .body = 2621440};

void wire_reader_init(struct wire_reader *reader, enum wire_role role,
                      const struct wire_limits *limits, struct memory *memory) {
    assert(limits->head >= limits->line + 2);
    *reader = (struct wire_reader){.role = role, .limits = *limits, .memory = memory};
}

void wire_reader_release(struct wire_reader *reader) {
    memory_give(reader->memory, reader->text, reader->room);
    memory_give(reader->memory, reader->marks, reader->mark_room * sizeof *reader->marks);
    memory_give(reader->memory, reader->fields, reader->field_room * sizeof *reader->fields);
    reader->text = NULL;
    reader->marks = NULL;
    reader->fields = NULL;
    reader->room = reader->mark_room = reader->field_room = 0;
}

void wire_reader_next(struct wire_reader *reader) {
    reader->head = (struct wire_head){0};
    reader->state = START;
    reader->bodiless = false;
    reader->used = reader->line = reader->mark_count = 0;
    reader->left = reader->seen = 0;
}

bool wire_reader_is_idle(const struct wire_reader *reader) {
    return reader->state == START && reader->used == 0;
}

/* ---- refusing ----------------------------------------------------------------------------- */

bool wire_refuse(struct wire_reader *reader, int status, const char *why) {
    reader->state = REFUSED;
    reader->status = status;
    reader->why = why;
    return false;
}

static bool refuse_length(struct wire_reader *reader) {
    switch (reader->state) {
    case START: return wire_refuse(reader, 414, "the start line is too long");
    case FIELDS: return wire_refuse(reader, 431, "the header fields are too large");
    case TRAILERS: return wire_refuse(reader, 431, "the trailer fields are too large");
    default: return wire_refuse(reader, 400, "the chunk size line is too long");
    }
}

bool wire_refuse_memory(struct wire_reader *reader) {
    return wire_refuse(reader, 503, "no memory for the message");
}

/* ---- one line ----------------------------------------------------------------------------- */

bool wire_make_room(struct wire_reader *reader, size_t more) {
    if (reader->used + more <= reader->room) return true;
    size_t room = reader->room ? reader->room : 512;
    while (room < reader->used + more) room *= 2;
    char *text = memory_resize(reader->memory, reader->text, reader->room, room);
    if (!text) return false;
    reader->text = text;
    reader->room = room;
    return true;
}

/* Gathers bytes up to the end of the line. True with *complete when the line is there: it begins at
 * reader->line and is NUL-terminated where its CR was. */
static bool take_line(struct wire_reader *reader, const char *bytes, size_t length, size_t *used,
                      bool *complete) {
    const char *end = length ? memchr(bytes, '\n', length) : NULL;
    size_t more = end ? (size_t)(end - bytes) + 1 : length;
    size_t line = reader->used - reader->line + more;
    size_t most = reader->limits.line + (end ? 2 : 1); /* what may end in CR LF, or in CR so far */
    bool in_head = reader->state == START || reader->state == FIELDS;
    *complete = false;
    if (line > most || (in_head && reader->used + more > reader->limits.head))
        return refuse_length(reader);
    if (!wire_make_room(reader, more)) return wire_refuse_memory(reader);
    if (more) memcpy(reader->text + reader->used, bytes, more);
    reader->used += more;
    *used += more;
    if (!end) return true;
    if (line < 2 || reader->text[reader->used - 2] != '\r')
        return wire_refuse(reader, 400, "a line ends without a carriage return");
    reader->text[reader->used - 2] = '\0';
    *complete = true;
    return true;
}

size_t wire_line_length(const struct wire_reader *reader) {
    return reader->used - reader->line - 2;
}

void wire_next_line(struct wire_reader *reader) {
    reader->line = reader->used;
}

/* Lines behind the head are forgotten as soon as they are read. */
static void drop_line(struct wire_reader *reader) {
    reader->used = reader->line;
}

/* ---- chunks ------------------------------------------------------------------------------- */

/* RFC 9112, 7.1: chunk = chunk-size [ chunk-ext ] CRLF; chunk-size = 1*HEXDIG. An extension is
 * overlooked, as long as it is one: ";" and value characters. */
static bool parse_chunk_size(struct wire_reader *reader) {
    const char *line = reader->text + reader->line;
    size_t length = wire_line_length(reader), digits = 0;
    uint64_t size = 0;
    for (; digits < 16 && wire_hex_digit(line[digits]) >= 0; digits++)
        size = size << 4 | (uint64_t)wire_hex_digit(line[digits]);
    bool ended = line[digits] == ';' || digits == length;
    if (digits == 0 || digits > 15 || !ended ||
        !wire_all_value_chars(line + digits, length - digits))
        return wire_refuse(reader, 400, "the chunk size is malformed");
    if (size > reader->limits.body - reader->seen)
        return wire_refuse(reader, 413, "the body is too large");
    drop_line(reader);
    reader->left = size;
    reader->state = size ? CHUNK_DATA : TRAILERS;
    if (size == 0) reader->mark_count = 0;
    return true;
}

static bool take_chunk_line_end(struct wire_reader *reader, const char *bytes, size_t length,
                                size_t *used) {
    while (reader->left < 2 && *used < length) {
        if (bytes[*used] != "\r\n"[reader->left])
            return wire_refuse(reader, 400, "a chunk does not end where its size says");
        reader->left++;
        ++*used;
    }
    if (reader->left == 2) reader->state = CHUNK_SIZE;
    return true;
}

/* ---- reading ------------------------------------------------------------------------------ */

static enum wire_says take_body(struct wire_reader *reader, const char *bytes, size_t length,
                                size_t *used, struct wire_piece *piece) {
    size_t more = length - *used;
    uint64_t most =
        reader->state == UNTIL_CLOSE ? reader->limits.body - reader->seen : reader->left;
    if (most == 0) { /* only UNTIL_CLOSE comes here with nothing left */
        wire_refuse(reader, 413, "the body is too large");
        return WIRE_REFUSES;
    }
    if (more > most) more = (size_t)most;
    *piece = (struct wire_piece){bytes + *used, more};
    *used += more;
    reader->seen += more;
    if (reader->state == UNTIL_CLOSE) return WIRE_BODY;
    reader->left -= more;
    if (reader->left == 0) reader->state = reader->state == BODY ? END : CHUNK_LINE_END;
    return WIRE_BODY;
}

/* A complete line, in whichever state expects lines. *headed: the head is done. */
static bool parse_line(struct wire_reader *reader, bool *headed) {
    bool empty = wire_line_length(reader) == 0, fine;
    switch ((enum state)reader->state) {
    case START: return wire_parse_start(reader);
    case FIELDS:
        if (empty) {
            wire_next_line(reader);
            *headed = true;
            return wire_finish_head(reader);
        }
        fine = wire_parse_field(reader, true);
        wire_next_line(reader);
        return fine;
    case CHUNK_SIZE: return parse_chunk_size(reader);
    case TRAILERS:
        if (empty) {
            reader->state = END;
            return true;
        }
        fine = wire_parse_field(reader, false);
        drop_line(reader);
        return fine;
    default: return false;
    }
}

static bool expects_line(const struct wire_reader *reader) {
    return reader->state == START || reader->state == FIELDS || reader->state == CHUNK_SIZE ||
           reader->state == TRAILERS;
}

enum wire_says wire_read(struct wire_reader *reader, const char *bytes, size_t length, size_t *used,
                         struct wire_piece *piece) {
    *used = 0;
    for (;;) {
        if (reader->state == REFUSED) return WIRE_REFUSES;
        if (reader->state == END) return WIRE_ENDS;
        if (*used == length) return WIRE_WANTS;
        if (reader->state == CHUNK_LINE_END) {
            take_chunk_line_end(reader, bytes, length, used);
            continue;
        }
        if (!expects_line(reader)) return take_body(reader, bytes, length, used, piece);
        bool complete, headed = false;
        if (!take_line(reader, bytes + *used, length - *used, used, &complete) || !complete)
            continue;
        if (parse_line(reader, &headed) && headed) return WIRE_HEAD;
    }
}

enum wire_says wire_read_closed(struct wire_reader *reader) {
    if (reader->state == REFUSED) return WIRE_REFUSES;
    if (reader->state == UNTIL_CLOSE) reader->state = END;
    if (reader->state == END) return WIRE_ENDS;
    if (wire_reader_is_idle(reader)) return WIRE_WANTS;
    wire_refuse(reader, 400, "the connection was closed in the middle of a message");
    return WIRE_REFUSES;
}
