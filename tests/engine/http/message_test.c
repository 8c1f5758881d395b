/* What a request and a response promise to views, layers and servers. */
#include "engine/http/message.h"

#include "tests/support/testing.h"

static int setup(void **state) {
    struct arena *arena = malloc(sizeof *arena);
    assert_non_null(arena);
    arena_init(arena, NULL);
    *state = arena;
    return 0;
}

static int teardown(void **state) {
    arena_release(*state);
    free(*state);
    return 0;
}

static void the_query_string_is_taken_off_the_path(void **state) {
    struct request request;
    assert_true(request_init(&request, *state, "GET", "/articles/?page=2"));
    assert_string_equal(request.path, "/articles/");
    assert_string_equal(request.query_string, "page=2");
    assert_null(request.resolver_match);
}

static void headers_are_found_without_regard_to_case(void **state) {
    struct request request;
    assert_true(request_init(&request, *state, "GET", "/"));
    assert_true(request_add_header(&request, "X-Api-Key", "k3y"));
    assert_string_equal(request_header(&request, "x-api-key"), "k3y");
    assert_null(request_header(&request, "X-Api"));
}

static void meta_spells_headers_as_wsgi_does(void **state) {
    struct request request;
    assert_true(request_init(&request, *state, "POST", "/a/?b"));
    assert_true(request_add_header(&request, "X-Api-Key", "k3y"));
    assert_true(request_add_header(&request, "Content-Type", "text/plain"));
    assert_string_equal(request_meta(&request, "HTTP_X_API_KEY"), "k3y");
    assert_string_equal(request_meta(&request, "CONTENT_TYPE"), "text/plain");
    assert_null(request_meta(&request, "X_API_KEY"));
    assert_string_equal(request_meta(&request, "REQUEST_METHOD"), "POST");
    assert_string_equal(request_meta(&request, "PATH_INFO"), "/a/");
    assert_string_equal(request_meta(&request, "QUERY_STRING"), "b");
}

static void many_headers_keep_their_order(void **state) {
    struct request request;
    assert_true(request_init(&request, *state, "GET", "/"));
    for (int i = 0; i < 100; i++) {
        char name[16], value[16];
        snprintf(name, sizeof name, "H-%d", i);
        snprintf(value, sizeof value, "%d", i * i);
        assert_true(request_add_header(&request, name, value));
    }
    assert_int_equal(request.headers.count, 100);
    assert_string_equal(request.headers.list[99].name, "H-99");
    assert_string_equal(request_header(&request, "h-50"), "2500");
}

static void setting_a_header_replaces_it(void **state) {
    struct response *response = response_new(*state, 200, "hi", 2);
    assert_non_null(response);
    assert_true(response_set_header(response, "Vary", "Cookie"));
    assert_true(response_set_header(response, "vary", "Accept"));
    assert_string_equal(response_header(response, "VARY"), "Accept");
    assert_int_equal(response->headers.count, 2); /* and Content-Type */
}

static void a_body_is_copied_with_its_zero_bytes(void **state) {
    char body[] = {'a', '\0', 'b'};
    struct response *response = response_new(*state, 200, body, sizeof body);
    body[0] = 'x';
    assert_int_equal(response->length, 3);
    assert_memory_equal(response->body, "a\0b", 3);
}

static void reason_phrases_follow_the_status(void **state) {
    assert_string_equal(response_new(*state, 403, "", 0)->reason_phrase, "Forbidden");
    assert_string_equal(status_reason(429), "Too Many Requests");
    assert_string_equal(status_reason(299), "Unknown Status Code");
}

/* A source of three pieces, of which the second must be waited for. */
struct pieces {
    int next;
    int closed;
};

static enum stream_says pull(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length) {
    (void)runtime, (void)size;
    struct pieces *pieces = stream->state;
    pieces->next++;
    if (pieces->next == 2) {
        stream->wait_ns = 5;
        return STREAM_WAITS;
    }
    if (pieces->next > 4) return STREAM_ENDS;
    room[0] = (char)('0' + pieces->next);
    *length = 1;
    return STREAM_HAS;
}

static void close_pieces(struct stream *stream) {
    ((struct pieces *)stream->state)->closed++;
}

static void a_stream_makes_a_piece_only_when_it_is_pulled(void **state) {
    struct pieces pieces = {0, 0};
    struct stream stream = {.pull = pull, .close = close_pieces, .state = &pieces};
    struct response *response = response_streaming(*state, 200, &stream);
    assert_null(response->body);
    assert_int_equal(pieces.next, 0);
    char room[STREAM_ROOM_LEAST], got[8] = "";
    size_t length;
    enum stream_says says;
    int waits = 0;
    while ((says = stream_pull(NULL, response->stream, room, sizeof room, &length)) !=
           STREAM_ENDS) {
        if (says == STREAM_WAITS) waits++;
        if (says == STREAM_HAS) strncat(got, room, length);
    }
    assert_string_equal(got, "134");
    assert_int_equal(waits, 1);
}

static void closing_twice_closes_the_source_once(void **state) {
    struct pieces pieces = {0, 0};
    struct stream stream = {.pull = pull, .close = close_pieces, .state = &pieces};
    struct response *response = response_streaming(*state, 200, &stream);
    response_close(response);
    response_close(response);
    assert_int_equal(pieces.closed, 1);
}

static void without_memory_no_response_is_made(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 64); /* less than a block of an arena */
    struct arena arena;
    arena_init(&arena, &memory);
    struct request request;
    assert_false(request_init(&request, &arena, "GET", "/"));
    assert_null(response_new(&arena, 200, "", 0));
    assert_null(response_format(&arena, 200, "%s", ""));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_query_string_is_taken_off_the_path, setup, teardown),
        cmocka_unit_test_setup_teardown(headers_are_found_without_regard_to_case, setup, teardown),
        cmocka_unit_test_setup_teardown(meta_spells_headers_as_wsgi_does, setup, teardown),
        cmocka_unit_test_setup_teardown(many_headers_keep_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(setting_a_header_replaces_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_is_copied_with_its_zero_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(reason_phrases_follow_the_status, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stream_makes_a_piece_only_when_it_is_pulled, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(closing_twice_closes_the_source_once, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_no_response_is_made, setup, teardown),
    };
    return RUN_TESTS(tests);
}
