/* Fuzzes the wire's reader: any bytes, as requests and as responses, read whole and then split at
 * places taken from the bytes themselves; both must say the same, and no piece may lie outside. */
#include "engine/http/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a reading came to, as one number: every byte that was said is mixed in. */
struct sum {
    uint64_t mixed;
};

static void mix(struct sum *sum, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        sum->mixed = (sum->mixed ^ (unsigned char)bytes[i]) * 1099511628211u;
}

static void mix_head(struct sum *sum, const struct wire_head *head) {
    if (head->method) mix(sum, head->method, strlen(head->method) + 1);
    if (head->target) {
        mix(sum, head->target, strlen(head->target) + 1);
        char *path = malloc(strlen(head->target) + 1);
        const char *query;
        if (path && wire_path(head->target, path, &query)) mix(sum, path, strlen(path) + 1);
        free(path);
    }
    for (size_t i = 0; i < head->field_count; i++) {
        mix(sum, head->fields[i].name, strlen(head->fields[i].name) + 1);
        mix(sum, head->fields[i].value, strlen(head->fields[i].value) + 1);
    }
}

/* False when the reader refused. */
static bool feed(struct wire_reader *reader, struct sum *sum, const char *bytes, size_t length) {
    for (;;) {
        size_t used;
        struct wire_piece piece;
        enum wire_says says = wire_read(reader, bytes, length, &used, &piece);
        assert(used <= length);
        if (says == WIRE_WANTS) return true;
        if (says == WIRE_REFUSES) {
            mix(sum, reader->why, strlen(reader->why));
            return false;
        }
        if (says == WIRE_HEAD) mix_head(sum, &reader->head);
        if (says == WIRE_BODY) {
            assert(piece.length > 0 && piece.bytes >= bytes && piece.length <= length);
            mix(sum, piece.bytes, piece.length);
        }
        if (says == WIRE_ENDS) {
            mix(sum, "|", 1);
            wire_reader_next(reader);
        }
        bytes += used;
        length -= used;
    }
}

static uint64_t read_all(enum wire_role role, const char *bytes, size_t length, bool split) {
    static const struct wire_limits limits = {.line = 128, .head = 512, .fields = 8, .body = 256};
    struct wire_reader reader;
    wire_reader_init(&reader, role, &limits, NULL);
    struct sum sum = {14695981039346656037u};
    size_t at = 0;
    bool reads = true;
    while (reads && at < length) {
        size_t piece = split ? 1 + (size_t)(unsigned char)bytes[at] % 7 : length;
        if (piece > length - at) piece = length - at;
        reads = feed(&reader, &sum, bytes + at, piece);
        at += piece;
    }
    if (reads) mix(&sum, "c", wire_read_closed(&reader) == WIRE_REFUSES);
    wire_reader_release(&reader);
    return sum.mixed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *bytes = (const char *)data;
    for (int role = WIRE_REQUESTS; role <= WIRE_RESPONSES; role++) {
        uint64_t whole = read_all((enum wire_role)role, bytes, size, false);
        uint64_t split = read_all((enum wire_role)role, bytes, size, true);
        if (whole != split) abort();
    }
    return 0;
}
