/* wire - the writer. See wire.h. */
#include <assert.h>
#include <string.h>

#include "engine/http/wire.h"

/* ---- bytes -------------------------------------------------------------------------------- */

void wire_bytes_init(struct wire_bytes *bytes, struct memory *memory) {
    *bytes = (struct wire_bytes){.memory = memory};
}

void wire_bytes_release(struct wire_bytes *bytes) {
    memory_give(bytes->memory, bytes->data, bytes->room);
    wire_bytes_init(bytes, bytes->memory);
}

size_t wire_bytes_length(const struct wire_bytes *bytes) {
    return bytes->end - bytes->start;
}

const char *wire_bytes_front(const struct wire_bytes *bytes) {
    return bytes->data + bytes->start;
}

void wire_bytes_drop(struct wire_bytes *bytes, size_t length) {
    assert(length <= wire_bytes_length(bytes));
    bytes->start += length;
    if (bytes->start == bytes->end) bytes->start = bytes->end = 0;
}

/* Moves what is left to the front before it asks for memory. */
char *wire_bytes_reserve(struct wire_bytes *bytes, size_t length) {
    if (bytes->failed) return NULL;
    if (bytes->room - bytes->end >= length && bytes->data) return bytes->data + bytes->end;
    size_t held = wire_bytes_length(bytes);
    if (bytes->start) {
        assert(bytes->data);
        memmove(bytes->data, bytes->data + bytes->start, held);
        bytes->start = 0;
        bytes->end = held;
    }
    size_t room = bytes->room ? bytes->room : 512;
    while (room < held + length) room *= 2;
    if (room != bytes->room || !bytes->data) {
        char *data = memory_resize(bytes->memory, bytes->data, bytes->room, room);
        bytes->failed = !data;
        if (!data) return NULL;
        bytes->data = data;
        bytes->room = room;
    }
    return bytes->data + bytes->end;
}

void wire_bytes_commit(struct wire_bytes *bytes, size_t length) {
    assert(bytes->end + length <= bytes->room);
    bytes->end += length;
}

void wire_bytes_add(struct wire_bytes *bytes, const char *data, size_t length) {
    char *room = length ? wire_bytes_reserve(bytes, length) : NULL;
    if (!room) return;
    memcpy(room, data, length);
    wire_bytes_commit(bytes, length);
}

/* ---- heads -------------------------------------------------------------------------------- */

static void add_text(struct wire_bytes *bytes, const char *text) {
    wire_bytes_add(bytes, text, strlen(text));
}

void wire_put_request_line(struct wire_bytes *bytes, const char *method, const char *target,
                           int minor) {
    add_text(bytes, method);
    add_text(bytes, " ");
    add_text(bytes, target);
    add_text(bytes, minor ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
}

void wire_put_status_line(struct wire_bytes *bytes, int minor, int status, const char *reason) {
    char *room = wire_bytes_reserve(bytes, 16);
    if (!room) return;
    char line[] = {'H', 'T', 'T', 'P', '/', '1', '.', minor ? '1' : '0', ' '};
    memcpy(room, line, sizeof line);
    room[9] = (char)('0' + status / 100 % 10);
    room[10] = (char)('0' + status / 10 % 10);
    room[11] = (char)('0' + status % 10);
    room[12] = ' ';
    wire_bytes_commit(bytes, 13);
    if (strpbrk(reason, "\r\n")) bytes->failed = true;
    add_text(bytes, reason);
    add_text(bytes, "\r\n");
}

void wire_put_field(struct wire_bytes *bytes, const char *name, const char *value) {
    size_t names = strlen(name), values = strlen(value);
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n")) bytes->failed = true;
    char *room = wire_bytes_reserve(bytes, names + values + 4);
    if (!room) return;
    memcpy(room, name, names);
    memcpy(room + names, ": ", 2);
    memcpy(room + names + 2, value, values);
    memcpy(room + names + 2 + values, "\r\n", 2);
    wire_bytes_commit(bytes, names + values + 4);
}

void wire_put_number(struct wire_bytes *bytes, const char *name, uint64_t value) {
    char digits[24], *first = digits + sizeof digits;
    *--first = '\0';
    do *--first = (char)('0' + value % 10);
    while (value /= 10);
    wire_put_field(bytes, name, first);
}

void wire_put_head_end(struct wire_bytes *bytes) {
    wire_bytes_add(bytes, "\r\n", 2);
}

/* ---- chunks ------------------------------------------------------------------------------- */

/* "0000ABCD" CRLF data CRLF: the size has a fixed width, so that it can be filled in when the data
 * is there. RFC 9112, 7.1 allows the zeros. */
enum { SIZE_DIGITS = 8, SIZE_LINE = SIZE_DIGITS + 2 };
static_assert(WIRE_CHUNK_FRAME == SIZE_LINE + 2, "what a chunk needs around its data");

char *wire_chunk_reserve(struct wire_bytes *bytes, size_t most) {
    assert(most <= UINT32_MAX);
    char *room = wire_bytes_reserve(bytes, most + WIRE_CHUNK_FRAME);
    return room ? room + SIZE_LINE : NULL;
}

void wire_chunk_finish(struct wire_bytes *bytes, size_t length) {
    static const char hex[] = "0123456789ABCDEF";
    char *frame = bytes->data + bytes->end;
    for (int i = 0; i < SIZE_DIGITS; i++)
        frame[i] = hex[length >> (4 * (SIZE_DIGITS - 1 - i)) & 15];
    memcpy(frame + SIZE_DIGITS, "\r\n", 2);
    memcpy(frame + SIZE_LINE + length, "\r\n", 2);
    wire_bytes_commit(bytes, length + WIRE_CHUNK_FRAME);
}

void wire_put_chunk(struct wire_bytes *bytes, const char *data, size_t length) {
    char *room = length ? wire_chunk_reserve(bytes, length) : NULL;
    if (!room) return;
    memcpy(room, data, length);
    wire_chunk_finish(bytes, length);
}

void wire_put_last_chunk(struct wire_bytes *bytes) {
    wire_bytes_add(bytes, "0\r\n\r\n", 5);
}
