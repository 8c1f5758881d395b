/* The wire: what is read from bytes, what is refused, and that splits change nothing. */
#include "engine/http/wire.h"

#include "engine/base/text.h"
#include "tests/support/testing.h"

static const struct wire_limits small = {.line = 64, .head = 256, .fields = 6, .body = 32};

struct feed {
    enum wire_role role;
    struct wire_limits limits;
    bool to_head; /* responses to HEAD */
    bool closes;  /* the other side closes at the end */
};

static void write_head(struct text *out, const struct wire_head *head) {
    if (head->method)
        text_format(out, "%s %s 1.%d", head->method, head->target, head->minor);
    else
        text_format(out, "1.%d %d '%s'", head->minor, head->status, head->reason);
    for (size_t i = 0; i < head->field_count; i++)
        text_format(out, " [%s=%s]", head->fields[i].name, head->fields[i].value);
    text_add(out, head->keep_alive ? " keep\n" : " close\n");
}

/* Reads one piece; false once the reader refused. */
static bool read_piece(struct wire_reader *reader, const struct feed *feed, const char *bytes,
                       size_t length, struct text *out) {
    for (;;) {
        size_t used;
        struct wire_piece piece;
        switch (wire_read(reader, bytes, length, &used, &piece)) {
        case WIRE_WANTS: assert_int_equal(used, length); return true;
        case WIRE_HEAD: write_head(out, &reader->head); break;
        case WIRE_BODY:
            assert_true(piece.length > 0);
            text_add_bytes(out, piece.bytes, piece.length);
            break;
        case WIRE_ENDS:
            text_add(out, "|end\n");
            wire_reader_next(reader);
            reader->bodiless = feed->to_head;
            break;
        case WIRE_REFUSES: text_format(out, "%d %s", reader->status, reader->why); return false;
        }
        bytes += used;
        length -= used;
    }
}

/* Everything the reader says about some bytes, split at `first` and then every `step` bytes. */
static const char *transcript(struct arena *arena, const struct feed *feed, const char *bytes,
                              size_t length, size_t first, size_t step) {
    struct memory memory;
    memory_init(&memory, 0);
    struct wire_reader reader;
    wire_reader_init(&reader, feed->role, &feed->limits, &memory);
    reader.bodiless = feed->to_head;
    struct text out;
    text_init(&out, arena);
    bool reads = true;
    for (size_t at = 0, end = first; reads && at < length; at = end, end += step) {
        if (end > length || end < at) end = length;
        reads = read_piece(&reader, feed, bytes + at, end - at, &out);
    }
    if (reads && feed->closes) {
        enum wire_says says = wire_read_closed(&reader);
        if (says == WIRE_REFUSES) text_format(&out, "%d %s", reader.status, reader.why);
        if (says == WIRE_ENDS) text_add(&out, "|end");
    }
    wire_reader_release(&reader);
    assert_int_equal(memory_held(&memory), 0);
    return text_finish(&out);
}

/* Expects this transcript for the whole, for every split in two, and byte by byte. */
static void says(const struct feed *feed, const char *bytes, size_t length, const char *expected) {
    struct arena arena;
    arena_init(&arena, NULL);
    assert_string_equal(transcript(&arena, feed, bytes, length, length, length), expected);
    assert_string_equal(transcript(&arena, feed, bytes, length, 1, 1), expected);
    for (size_t split = 1; split < length; split++)
        assert_string_equal(transcript(&arena, feed, bytes, length, split, length), expected);
    arena_release(&arena);
}

static void request_says(const char *bytes, const char *expected) {
    says(&(struct feed){.role = WIRE_REQUESTS, .limits = small}, bytes, strlen(bytes), expected);
}

static void response_says(const char *bytes, const char *expected) {
    struct feed feed = {.role = WIRE_RESPONSES, .limits = small, .closes = true};
    says(&feed, bytes, strlen(bytes), expected);
}

static void a_get_has_a_head_and_no_body(void **state) {
    (void)state;
    request_says("GET /a?b=1 HTTP/1.1\r\nHost: x:80\r\nAccept:  text/html \r\n\r\n",
                 "GET /a?b=1 1.1 [Host=x:80] [Accept=text/html] keep\n|end\n");
    request_says("GET / HTTP/1.1\r\nHost:\r\nX-Empty:\r\n\r\n",
                 "GET / 1.1 [Host=] [X-Empty=] keep\n|end\n");
}

static void a_body_is_as_long_as_its_length(void **state) {
    (void)state;
    request_says("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET",
                 "POST / 1.1 [Host=x] [Content-Length=5] keep\nhello|end\n");
    request_says("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                 "POST / 1.1 [Host=x] [Content-Length=0] keep\n|end\n");
}

static void chunks_are_joined_and_trailers_dropped(void **state) {
    (void)state;
    request_says("POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
                 "5;name=value\r\nhello\r\n00A\r\n, you all!\r\n0\r\nX-Sum: 1\r\n\r\n",
                 "POST / 1.1 [Host=x] [transfer-encoding=Chunked] keep\nhello, you all!|end\n");
}

static void pipelined_requests_are_read_one_after_another(void **state) {
    (void)state;
    request_says("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\n"
                 "Content-Length: 2\r\n\r\nab\r\nGET /3 HTTP/1.0\r\n\r\n",
                 "GET /1 1.1 [Host=x] keep\n|end\n"
                 "POST /2 1.1 [Host=x] [Content-Length=2] keep\nab|end\n"
                 "GET /3 1.0 close\n|end\n");
}

static void the_connection_field_decides_about_keeping(void **state) {
    (void)state;
    request_says("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, CLOSE\r\n\r\n",
                 "GET / 1.1 [Host=x] [Connection=Upgrade, CLOSE] close\n|end\n");
    request_says("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                 "GET / 1.0 [Connection=keep-alive] keep\n|end\n");
    request_says("GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n",
                 "GET / 1.1 [Host=x] [Connection=closed] keep\n|end\n");
}

/* What two servers could read differently is refused. Each has its reason beside it. */
static void smuggling_shapes_are_refused(void **state) {
    (void)state;
#define HEAD "POST / HTTP/1.1\r\nHost: x\r\n"
    static const struct {
        const char *bytes, *refusal;
    } shapes[] = {
        {HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400 both Content-Length and Transfer-Encoding"},
        {HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "400 the body has two lengths"},
        {HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400 the body has two lengths"},
        {HEAD "Content-Length: +5\r\n\r\n", "400 the Content-Length is no plain number"},
        {HEAD "Content-Length: -1\r\n\r\n", "400 the Content-Length is no plain number"},
        {HEAD "Content-Length: 5, 5\r\n\r\n", "400 the Content-Length is no plain number"},
        {HEAD "Content-Length: 0x5\r\n\r\n", "400 the Content-Length is no plain number"},
        {HEAD "Content-Length:\r\n\r\n", "400 the Content-Length is no plain number"},
        {HEAD "Content-Length: 1234567890123456789\r\n\r\n",
         "400 the Content-Length is no plain number"},
        {HEAD "Content-Length : 5\r\n\r\n", "400 a header field is malformed"},
        {HEAD "X: a\r\n b\r\n\r\n", "400 a header field is malformed"},
        {HEAD " X: a\r\n\r\n", "400 a header field is malformed"},
        {HEAD ": a\r\n\r\n", "400 a header field is malformed"},
        {HEAD "X: a\n\r\n", "400 a line ends without a carriage return"},
        {HEAD "X: a\rY: b\r\n\r\n", "400 a header field has a control character"},
        {HEAD "X: a\r\n\n", "400 a line ends without a carriage return"},
        {HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", "501 the transfer coding is not known"},
        {HEAD "Transfer-Encoding: xchunked\r\n\r\n", "501 the transfer coding is not known"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400 Transfer-Encoding in HTTP/1.0"},
        {"GET / HTTP/1.1\r\n\r\n", "400 the Host field is missing"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 there are two Host fields"},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 the Host field is malformed"},
        {"GET /\r\n", "400 the target is malformed"},
        {"GET  / HTTP/1.1\r\n", "400 the target is malformed"},
        {"GET / HTTP/1.1 \r\n", "400 the version is not of the form HTTP/1.1"},
        {"GET / http/1.1\r\n", "400 the version is not of the form HTTP/1.1"},
        {"GET / HTTP/2.0\r\n", "505 only HTTP/1.0 and HTTP/1.1"},
        {"GET / HTTP/1.2\r\n", "505 only HTTP/1.0 and HTTP/1.1"},
        {" GET / HTTP/1.1\r\n", "400 no method"},
        {"G(T / HTTP/1.1\r\n", "400 no method"},
        {"GET / HTTP/1.1\n", "400 a line ends without a carriage return"},
        {"\r\n\r\n", "400 an empty line where a message should begin"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        request_says(shapes[i].bytes, shapes[i].refusal);
}

static void malformed_chunks_are_refused(void **state) {
    (void)state;
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED_SAYS "POST / 1.1 [Host=x] [Transfer-Encoding=chunked] keep\n"
    static const struct {
        const char *bytes, *said;
    } shapes[] = {
        {CHUNKED "-1\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "+1\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "0x1\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED " 1\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "1 \r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "1\n", CHUNKED_SAYS "400 a line ends without a carriage return"},
        {CHUNKED "1;a\rb\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "10000000000000000\r\n", CHUNKED_SAYS "400 the chunk size is malformed"},
        {CHUNKED "2\r\nabc\r\n", CHUNKED_SAYS "ab400 a chunk does not end where its size says"},
        {CHUNKED "2\r\nab\n", CHUNKED_SAYS "ab400 a chunk does not end where its size says"},
        {CHUNKED "0\r\nbad trailer\r\n", CHUNKED_SAYS "400 a header field is malformed"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        request_says(shapes[i].bytes, shapes[i].said);
}

/* A NUL cannot stand in a C string, so these are given with their lengths. */
static void a_nul_is_refused_wherever_it_stands(void **state) {
    (void)state;
    static const char target[] = "GET /\0 HTTP/1.1\r\n", name[] = "GET / HTTP/1.1\r\nA\0b: c\r\n",
                      value[] = "GET / HTTP/1.1\r\nA: b\0c\r\n";
    struct feed feed = {.role = WIRE_REQUESTS, .limits = small};
    says(&feed, target, sizeof target - 1, "400 the target is malformed");
    says(&feed, name, sizeof name - 1, "400 a header field is malformed");
    says(&feed, value, sizeof value - 1, "400 a header field has a control character");
}

static void each_limit_is_refused_one_byte_behind_it(void **state) {
    (void)state;
#define FIFTY "12345678901234567890123456789012345678901234567890"
    request_says("GET /" FIFTY " HTTP/1.0\r\n\r\n", "GET /" FIFTY " 1.0 close\n|end\n"); /* 64 */
    request_says("GET /" FIFTY "1 HTTP/1.0\r\n\r\n", "414 the start line is too long");
    request_says("GET /" FIFTY FIFTY, "414 the start line is too long");
#define LINE "A: " FIFTY "12345678901\r\n" /* 64 */
    request_says("GET / HTTP/1.0\r\nA: " FIFTY "123456789012\r\n",
                 "431 the header fields are too large");
    request_says("GET / HTTP/1.0\r\n" LINE LINE LINE LINE, "431 the header fields are too large");
    request_says("GET / HTTP/1.0\r\nA:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\nF:6\r\nG:7\r\n",
                 "431 there are too many header fields");
    request_says(HEAD "Content-Length: 33\r\n\r\n", "413 the body is too large");
    request_says(CHUNKED "20\r\n"
                         "12345678901234567890123456789012"
                         "\r\n1\r\n",
                 CHUNKED_SAYS "12345678901234567890123456789012413 the body is too large");
}

static void a_response_ends_by_length_chunks_or_closing(void **state) {
    (void)state;
    response_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
                  "1.1 200 'OK' [Content-Length=2] keep\nab|end\n");
    response_says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                  "1.1 200 'OK' [Transfer-Encoding=chunked] keep\nab|end\n");
    response_says("HTTP/1.0 200 OK\r\n\r\nab", "1.0 200 'OK' close\nab|end");
    response_says("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
                  "1.1 404 '' [Content-Length=0] keep\n|end\n");
}

static void a_response_cut_short_is_refused(void **state) {
    (void)state;
#define CUT "400 the connection was closed in the middle of a message"
    response_says("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                  "1.1 200 'OK' [Content-Length=3] keep\nab" CUT);
    response_says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                  "1.1 200 'OK' [Transfer-Encoding=chunked] keep\nab" CUT);
    response_says("HTTP/1.1 200 OK\r\nContent", CUT);
}

static void some_responses_have_no_body_whatever_they_say(void **state) {
    (void)state;
    response_says("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
                  "1.1 304 'Not Modified' [Content-Length=7] keep\n|end\n"
                  "1.1 100 'Continue' keep\n|end\n1.1 204 'No Content' keep\n|end\n");
    struct feed feed = {.role = WIRE_RESPONSES, .limits = small, .to_head = true};
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
    says(&feed, head, sizeof head - 1, "1.1 200 'OK' [Content-Length=7] keep\n|end\n");
}

static void malformed_status_lines_are_refused(void **state) {
    (void)state;
    response_says("HTTP/1.1 20 OK!\r\n", "400 the status is no number");
    response_says("HTTP/1.1 2000 OK\r\n", "400 the status line is malformed");
    response_says("HTTP/1.1 099 OK\r\n", "400 the status line is malformed");
    response_says("HTTP/1.1 200 O\tK\x7f\r\n", "400 the status line is malformed");
    response_says("HTTP/1.1\r\n", "400 the status line is too short");
}

static void memory_that_runs_out_is_a_503_and_nothing_leaks(void **state) {
    (void)state;
    static const char bytes[] = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "2\r\nab\r\n0\r\n\r\n";
    bool finished = false;
    for (long allocation = 0; !finished; allocation++) {
        struct memory memory;
        memory_init(&memory, 0);
        atomic_store(&memory.fail_after, allocation);
        struct wire_reader reader;
        wire_reader_init(&reader, WIRE_REQUESTS, &wire_limits_usual, &memory);
        size_t at = 0, used;
        struct wire_piece piece;
        enum wire_says said;
        while ((said = wire_read(&reader, bytes + at, sizeof bytes - 1 - at, &used, &piece)) ==
                   WIRE_HEAD ||
               said == WIRE_BODY)
            at += used;
        finished = said == WIRE_ENDS;
        if (!finished) assert_int_equal(reader.status, 503);
        wire_reader_release(&reader);
        assert_int_equal(memory_held(&memory), 0);
    }
}

static void a_target_splits_into_path_and_query(void **state) {
    (void)state;
    static const struct {
        const char *target, *path, *query;
    } targets[] = {
        {"/a/b", "/a/b", ""},          {"/a%20b%2Fc?d%20e=1?2", "/a b/c", "d%20e=1?2"},
        {"/%zz%4", "/%zz%4", ""},      {"*", "*", ""},
        {"http://h:1/a?b", "/a", "b"}, {"http://h", "/", ""},
        {"http://h?b", "/", "b"},
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char path[64];
        const char *query;
        assert_true(wire_path(targets[i].target, path, &query));
        assert_string_equal(path, targets[i].path);
        assert_string_equal(query, targets[i].query);
    }
    char path[64];
    const char *query;
    assert_false(wire_path("/a%00b", path, &query));
    assert_false(wire_path("example.com:443", path, &query));
}

static void what_is_written_is_read_again(void **state) {
    (void)state;
    struct wire_bytes bytes;
    wire_bytes_init(&bytes, NULL);
    wire_put_status_line(&bytes, 1, 200, "OK");
    wire_put_field(&bytes, "Transfer-Encoding", "chunked");
    wire_put_head_end(&bytes);
    wire_put_chunk(&bytes, "hello", 5);
    wire_put_chunk(&bytes, "", 0); /* an empty one would end the body */
    char *room = wire_chunk_reserve(&bytes, 4096);
    memcpy(room, " there", 6);
    wire_chunk_finish(&bytes, 6);
    wire_put_last_chunk(&bytes);
    assert_false(bytes.failed);
    struct feed feed = {.role = WIRE_RESPONSES, .limits = small};
    says(&feed, wire_bytes_front(&bytes), wire_bytes_length(&bytes),
         "1.1 200 'OK' [Transfer-Encoding=chunked] keep\nhello there|end\n");
    wire_bytes_release(&bytes);
}

static void a_field_that_would_forge_a_head_fails(void **state) {
    (void)state;
    struct wire_bytes bytes;
    wire_bytes_init(&bytes, NULL);
    wire_put_field(&bytes, "Location", "/a\r\nSet-Cookie: b");
    assert_true(bytes.failed);
    assert_null(wire_bytes_reserve(&bytes, 1));
    wire_bytes_release(&bytes);
}

static void bytes_move_up_when_the_front_is_sent(void **state) {
    (void)state;
    struct wire_bytes bytes;
    wire_bytes_init(&bytes, NULL);
    char block[300];
    memset(block, 'a', sizeof block);
    for (int i = 0; i < 100; i++) {
        block[0] = (char)('a' + i % 26);
        wire_bytes_add(&bytes, block, sizeof block);
        assert_int_equal(*wire_bytes_front(&bytes), block[0]);
        wire_bytes_drop(&bytes, 100);
        wire_bytes_drop(&bytes, 200);
    }
    assert_int_equal(bytes.room, 512);
    wire_bytes_release(&bytes);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_has_a_head_and_no_body),
        cmocka_unit_test(a_body_is_as_long_as_its_length),
        cmocka_unit_test(chunks_are_joined_and_trailers_dropped),
        cmocka_unit_test(pipelined_requests_are_read_one_after_another),
        cmocka_unit_test(the_connection_field_decides_about_keeping),
        cmocka_unit_test(smuggling_shapes_are_refused),
        cmocka_unit_test(malformed_chunks_are_refused),
        cmocka_unit_test(a_nul_is_refused_wherever_it_stands),
        cmocka_unit_test(each_limit_is_refused_one_byte_behind_it),
        cmocka_unit_test(a_response_ends_by_length_chunks_or_closing),
        cmocka_unit_test(a_response_cut_short_is_refused),
        cmocka_unit_test(some_responses_have_no_body_whatever_they_say),
        cmocka_unit_test(malformed_status_lines_are_refused),
        cmocka_unit_test(memory_that_runs_out_is_a_503_and_nothing_leaks),
        cmocka_unit_test(a_target_splits_into_path_and_query),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_field_that_would_forge_a_head_fails),
        cmocka_unit_test(bytes_move_up_when_the_front_is_sent),
    };
    return RUN_TESTS(tests);
}
