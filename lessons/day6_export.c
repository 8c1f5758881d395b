/* day6_export - a table of any size, its rows as CSV, and the two views that export it.
 *
 * The rows are computed from their number, five columns like the blog's articles, some with commas
 * and quotes in them. Both views make the very same bytes. */
#include <string.h>

#include "engine/http/csv.h"
#include "lessons/day6.h"

/* ---- a row ------------------------------------------------------------------------------------
 */

#define TEXT(literal)                                                                              \
    { literal, sizeof(literal) - 1 }

static const struct csv_field titles[] = {
    TEXT("Notes on a lazy afternoon"), TEXT("Queries, counted"),    TEXT("The \"small\" change"),
    TEXT("A week without joins"),      TEXT("Indexes from memory"), TEXT("What the cache knew"),
    TEXT("Rows, columns, patience"),   TEXT("Counting twice"),
};
static const struct csv_field authors[] = {TEXT("Ada Byron"), TEXT("Grace Murray"),
                                           TEXT("Radia Joy"), TEXT("Barbara Jane")};

static char *put_two(char *out, unsigned number) {
    *out++ = (char)('0' + number / 10 % 10);
    *out++ = (char)('0' + number % 10);
    return out;
}

/* "2007-03-19" */
static void put_date(char *out, uint64_t row) {
    out = put_two(out, 20);
    out = put_two(out, (unsigned)(row % 25));
    *out++ = '-';
    out = put_two(out, (unsigned)(row % 12) + 1);
    *out++ = '-';
    put_two(out, (unsigned)(row % 28) + 1);
}

size_t export_row(char *room, uint64_t row) {
    char id[21], date[10], words[21];
    put_date(date, row);
    struct csv_field fields[] = {
        {id, csv_number(id, row)},
        titles[row % (sizeof titles / sizeof *titles)],
        authors[row % (sizeof authors / sizeof *authors)],
        {date, sizeof date},
        {words, csv_number(words, row * 2654435761u % 5000)},
    };
    return csv_row(room, fields, sizeof fields / sizeof *fields);
}

/* ---- streamed ---------------------------------------------------------------------------------
 */

/* The generator: at most `batch` rows a piece, and no more than fit. */
static enum stream_says pull(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length) {
    struct export *export = stream->state;
    if (runtime_cancelled(runtime)) return STREAM_FAILS;
    if (export->made == export->rows) return STREAM_ENDS;
    uint64_t last = export->made + export->batch;
    if (last > export->rows) last = export->rows;
    char *out = room;
    while (export->made < last && size - (size_t)(out - room) >= EXPORT_ROW_MOST)
        out += export_row(out, ++export->made);
    *length = (size_t)(out - room);
    if (!export->made_before_first) export->made_before_first = export->made;
    export->pieces++; /* counted, not recorded: a tape of ten thousand chunks is memory too */
    return STREAM_HAS;
}

static enum view_says answer(struct view_frame *frame, struct response *response) {
    frame->response = response;
    if (response && response_set_header(response, "Content-Type", "text/csv")) return VIEW_ANSWERS;
    fault_no_memory(frame->runtime->fault);
    return VIEW_RAISES;
}

static enum view_says view_streamed(const struct view *view, struct view_frame *frame) {
    struct stream *stream = arena_alloc(frame->request->arena, sizeof *stream);
    if (!stream) return answer(frame, NULL);
    *stream = (struct stream){.pull = pull, .state = view->context};
    return answer(frame, response_streaming(frame->request->arena, 200, stream));
}

/* ---- buffered ---------------------------------------------------------------------------------
 */

static bool make_room(struct export *export) {
    if (export->room - export->length >= EXPORT_ROW_MOST) return true;
    size_t room = export->room ? export->room + export->room / 2 : 4096;
    char *bytes = memory_resize(export->memory, export->bytes, export->room, room);
    if (!bytes) return false;
    export->bytes = bytes;
    export->room = room;
    return true;
}

static enum view_says view_buffered(const struct view *view, struct view_frame *frame) {
    struct export *export = view->context;
    while (export->made < export->rows) {
        if (export->made % 4096 == 0 && runtime_cancelled(frame->runtime)) return VIEW_RAISES;
        if (!make_room(export)) return answer(frame, NULL);
        export->length += export_row(export->bytes + export->length, ++export->made);
    }
    export->made_before_first = export->made;
    struct response *response = response_new(frame->request->arena, 200, "", 0);
    if (response) { /* the bytes are not copied: they are the lesson's, and live long enough */
        response->body = export->bytes;
        response->length = export->length;
    }
    export->pieces = 1;
    return answer(frame, response);
}

struct view export_view(struct export *export, bool streams) {
    return (struct view){.base = {&view_type},
                         .name = streams ? "export_streamed" : "export_buffered",
                         .module = "blog.views",
                         .call = streams ? view_streamed : view_buffered,
                         .context = export};
}

void export_release(struct export *export) {
    memory_give(export->memory, export->bytes, export->room);
    export->bytes = NULL;
    export->length = export->room = 0;
}

/* ---- checksum ---------------------------------------------------------------------------------
 */

static const uint64_t prime = 1099511628211u;

void checksum_init(struct checksum *checksum) {
    *checksum = (struct checksum){.sum = 14695981039346656037u};
}

static void add_word(struct checksum *checksum, uint64_t word) {
    checksum->sum = (checksum->sum ^ word) * prime;
    checksum->sum ^= checksum->sum >> 29; /* the high bits must come down for the next word */
}

static void add_byte(struct checksum *checksum, unsigned char byte) {
    checksum->word |= (uint64_t)byte << (8 * checksum->have);
    if (++checksum->have < 8) return;
    add_word(checksum, checksum->word);
    checksum->word = 0;
    checksum->have = 0;
}

/* Words are read low byte first, whatever the machine. */
static uint64_t read_word(const unsigned char *bytes) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

void checksum_add(struct checksum *checksum, const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    for (; length && checksum->have; length--) add_byte(checksum, *bytes++);
    for (; length >= 8; length -= 8, bytes += 8) add_word(checksum, read_word(bytes));
    for (; length; length--) add_byte(checksum, *bytes++);
}

uint64_t checksum_value(const struct checksum *checksum) {
    struct checksum last = *checksum;
    add_word(&last, last.word);
    add_word(&last, last.have);
    return last.sum;
}
