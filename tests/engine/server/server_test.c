/* Both servers, spoken to in plain bytes: what each test says is said to sync workers and to the
 * loop, and both must answer alike. */
#include "engine/server/server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/served.h"
#include "tests/support/testing.h"

/* ---- the site ----------------------------------------------------------------------------- */

static enum view_says view_hello(const struct view *view, struct view_frame *frame) {
    (void)view;
    const struct request *request = frame->request;
    frame->response = response_format(
        request->arena, 200, "%s %s ? %s [%.*s]", request->method, request->path,
        request->query_string, (int)request->body_length, request->body ? request->body : "");
    return VIEW_ANSWERS;
}

static enum view_says view_raises(const struct view *view, struct view_frame *frame) {
    (void)view;
    fault_raise(frame->runtime->fault, "ValueError", "no such luck");
    return VIEW_RAISES;
}

static enum view_says view_nothing(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->request->arena, 204, "", 0);
    return VIEW_ANSWERS;
}

/* A stream of five pieces that waits a moment before each, and may fail before the fourth. */
struct countdown {
    struct stream stream;
    int next;
    bool waited, fails;
    atomic_int *closed;
};

static enum stream_says countdown_pull(struct runtime *runtime, struct stream *stream, char *room,
                                       size_t size, size_t *length) {
    struct countdown *countdown = stream->state;
    (void)runtime;
    countdown->waited = !countdown->waited;
    if (countdown->waited) {
        stream->wait_ns = 1000000;
        return STREAM_WAITS;
    }
    if (countdown->next == 5) return STREAM_ENDS;
    if (countdown->next == 3 && countdown->fails) return STREAM_FAILS;
    *length = (size_t)snprintf(room, size, "row %d\n", countdown->next++);
    return STREAM_HAS;
}

static void countdown_close(struct stream *stream) {
    struct countdown *countdown = stream->state;
    atomic_fetch_add(countdown->closed, 1);
}

static atomic_int streams_closed;

static enum view_says view_stream(const struct view *view, struct view_frame *frame) {
    struct countdown *countdown = arena_alloc(frame->request->arena, sizeof *countdown);
    countdown->stream = (struct stream){countdown_pull, countdown_close, countdown, 0};
    countdown->fails = view->context != NULL;
    countdown->closed = &streams_closed;
    frame->response = response_streaming(frame->request->arena, 200, &countdown->stream);
    return VIEW_ANSWERS;
}

/* Endless bytes: only back-pressure keeps them from filling the memory. */
static enum stream_says endless_pull(struct runtime *runtime, struct stream *stream, char *room,
                                     size_t size, size_t *length) {
    (void)runtime;
    (void)stream;
    memset(room, 'x', size);
    *length = size;
    return STREAM_HAS;
}

static enum view_says view_endless(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct stream *stream = arena_alloc(frame->request->arena, sizeof *stream);
    *stream = (struct stream){endless_pull, NULL, NULL, 0};
    frame->response = response_streaming(frame->request->arena, 200, stream);
    return VIEW_ANSWERS;
}

enum { LARGE = 3000000 };

static enum view_says view_large(const struct view *view, struct view_frame *frame) {
    (void)view;
    char *body = arena_alloc(frame->request->arena, LARGE);
    memset(body, 'L', LARGE);
    frame->response = response_new(frame->request->arena, 200, body, LARGE);
    return VIEW_ANSWERS;
}

#define VIEW(name, ...)                                                                            \
    { {&view_type}, #name, "blog.views", name, __VA_ARGS__ }
static const struct work short_wait = {.wait_ns = 3000000}, long_wait = {.wait_ns = 60000000000};

static const struct page *site(size_t *count) {
    static struct page pages[] = {
        {"/", VIEW(view_hello, NULL)},          {"/raises", VIEW(view_raises, NULL)},
        {"/nothing", VIEW(view_nothing, NULL)}, {"/stream", VIEW(view_stream, NULL)},
        {"/cut", VIEW(view_stream, pages)},     {"/endless", VIEW(view_endless, NULL)},
        {"/large", VIEW(view_large, NULL)},     {"/wait", {{NULL}, 0, 0, 0, 0}},
        {"/long", {{NULL}, 0, 0, 0, 0}},
    };
    pages[7].view = view_working("wait", &short_wait);
    pages[8].view = view_working("long", &long_wait);
    *count = sizeof pages / sizeof *pages;
    return pages;
}

static const struct server_options kinds[] = {
    {.kind = SERVER_SYNC, .workers = 1},
    {.kind = SERVER_SYNC, .workers = 3},
    {.kind = SERVER_ASYNC},
    {.kind = SERVER_ASYNC, .blocks = true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void prepare(struct served *served) {
    size_t count;
    const struct page *pages = site(&count);
    served_prepare(served, pages, count);
}

/* Says the same to each kind of server. */
static void all_answer(const char *text, const char *expected) {
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        assert_string_equal(served_say(&served, text), expected);
        served_stop(&served);
    }
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define LAST(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nDate: -\r\nContent-Type: text/html; charset=utf-8\r\n"

/* ---- answering ---------------------------------------------------------------------------- */

static void a_get_is_answered(void **state) {
    (void)state;
    all_answer(LAST("/?a=%20"),
               OK "Content-Length: 16\r\nConnection: close\r\n\r\nGET / ? a=%20 []");
}

static void a_kept_connection_serves_many_pipelined_or_not(void **state) {
    (void)state;
    all_answer(GET("/?1") "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "2\r\nde\r\n0\r\n\r\n" LAST("/?4"),
               OK "Content-Length: 12\r\n\r\nGET / ? 1 []" OK "Content-Length: 15\r\n\r\n"
                  "POST / ?  [abc]" OK "Content-Length: 14\r\n\r\nPOST / ?  [de]" OK
                  "Content-Length: 12\r\nConnection: close\r\n\r\nGET / ? 4 []");
}

static void http_1_0_closes_unless_asked_to_keep(void **state) {
    (void)state;
    all_answer("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
               OK "Content-Length: 11\r\nConnection: keep-alive\r\n\r\nGET / ?  []" OK
                  "Content-Length: 11\r\nConnection: close\r\n\r\nGET / ?  []");
}

static void a_head_request_gets_the_head_alone(void **state) {
    (void)state;
    all_answer("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" LAST("/nothing"),
               OK "Content-Length: 12\r\n\r\n"
                  "HTTP/1.1 204 No Content\r\nDate: -\r\nContent-Type: text/html; charset=utf-8\r\n"
                  "Connection: close\r\n\r\n");
}

static void an_unknown_path_is_a_404_and_an_exception_a_500(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        const char *text = served_say(&served, GET("/raises") LAST("/no/such"));
        assert_int_equal(strncmp(text, "HTTP/1.1 500 Internal Server Error\r\n", 36), 0);
        assert_non_null(strstr(text, "HTTP/1.1 404 Not Found\r\n"));
        served_stop(&served);
    }
}

static void a_view_that_waits_is_answered_when_its_time_has_come(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        uint64_t start = clock_ns();
        assert_non_null(strstr(served_say(&served, LAST("/wait?n=7")), "X-Request: 7\r\n"));
        assert_true(clock_ns() - start >= short_wait.wait_ns);
        served_stop(&served);
    }
}

static void a_large_body_arrives_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        char *buffer = malloc(LARGE + 4096);
        int connection = served_connect(&served);
        served_send(connection, LAST("/large"), strlen(LAST("/large")));
        size_t length = served_read(connection, buffer, LARGE + 4000);
        char *body = strstr(buffer, "\r\n\r\n") + 4;
        assert_int_equal(length - (size_t)(body - buffer), LARGE);
        assert_int_equal(strspn(body, "L"), LARGE);
        close(connection);
        free(buffer);
        served_stop(&served);
    }
}

/* ---- streaming ---------------------------------------------------------------------------- */

static void a_stream_is_sent_in_chunks_and_closed_once(void **state) {
    (void)state;
    atomic_store(&streams_closed, 0);
    all_answer(LAST("/stream"),
               OK "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                  "00000006\r\nrow 0\n\r\n00000006\r\nrow 1\n\r\n00000006\r\nrow 2\n\r\n"
                  "00000006\r\nrow 3\n\r\n00000006\r\nrow 4\n\r\n0\r\n\r\n");
    assert_int_equal(atomic_load(&streams_closed), KINDS);
}

static void a_stream_in_http_1_0_ends_with_the_connection(void **state) {
    (void)state;
    all_answer("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
               OK "Connection: close\r\n\r\nrow 0\nrow 1\nrow 2\nrow 3\nrow 4\n");
}

static void a_stream_that_fails_is_cut_without_a_last_chunk(void **state) {
    (void)state;
    all_answer(GET("/cut"), OK "Transfer-Encoding: chunked\r\n\r\n00000006\r\nrow 0\n\r\n"
                               "00000006\r\nrow 1\n\r\n00000006\r\nrow 2\n\r\n");
}

/* Nothing piles up: the generator is asked only when the socket has room. */
static void a_client_that_does_not_read_holds_the_generator_back(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        int connection = served_connect(&served);
        char buffer[8193];
        served_send(connection, GET("/endless"), strlen(GET("/endless")));
        for (int j = 0; j < 2000; j++)
            assert_int_equal(served_read(connection, buffer, 8192), 8192); /* 16 MB */
        assert_in_range(memory_peak(&served.memory), 1, 256 * 1024);
        close(connection);
        served_stop(&served);
    }
}

/* ---- refusing ----------------------------------------------------------------------------- */

static void malformed_requests_get_400_and_are_closed(void **state) {
    (void)state;
    all_answer(GET("/") "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n" GET("/"),
               OK "Content-Length: 11\r\n\r\nGET / ?  []"
                  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  "Content-Length: 55\r\nConnection: close\r\n\r\n"
                  "400 Bad Request: the Content-Length is no plain number\n");
}

static void a_request_that_is_never_finished_gets_408(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served.application.patience.receive_ns = 20000000;
        served_start(&served, kinds[i]);
        const char *text = served_say(&served, "GET / HTTP/1.1\r\nHost:");
        assert_int_equal(strncmp(text, "HTTP/1.1 408 Request Timeout\r\n", 30), 0);
        served_stop(&served);
    }
}

static void an_idle_connection_is_closed_without_a_word(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served.application.patience.idle_ns = 20000000;
        served_start(&served, kinds[i]);
        assert_string_equal(served_say(&served, ""), "");
        assert_string_equal(served_say(&served, GET("/")),
                            OK "Content-Length: 11\r\n\r\nGET / ?  []");
        served_stop(&served);
    }
}

static void a_client_that_takes_nothing_is_dropped(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served.application.patience.send_ns = 20000000;
        served_start(&served, kinds[i]);
        int connection = served_connect(&served);
        served_send(connection, GET("/endless"), strlen(GET("/endless")));
        while (tape_tally(cut_whole(served.tape), TAPE_REQUEST, ANY_EVENT).finished == 0)
            usleep(1000); /* until the server has given up: the claim is that it does */
        close(connection);
        served_stop(&served);
    }
}

static void a_request_that_expects_100_is_told_to_continue(void **state) {
    (void)state;
    all_answer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
               "Connection: close\r\n\r\nab",
               "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 14\r\nConnection: close\r\n\r\n"
               "POST / ?  [ab]");
}

/* ---- the tape ----------------------------------------------------------------------------- */

static void the_tape_counts_each_request_once(void **state) {
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct served served;
        prepare(&served);
        served_start(&served, kinds[i]);
        served_say(&served, GET("/") GET("/no") LAST("/stream"));
        server_stop(served.server);
        served.server = NULL;
        struct cut cut = cut_whole(served.tape);
        assert_int_equal(tape_tally(cut, TAPE_REQUEST, ANY_EVENT).finished, 3);
        assert_int_equal(tape_tally(cut, TAPE_REQUEST, ANY_EVENT).amount, 200 + 404 + 200);
        assert_int_equal(tape_count(cut, TAPE_VIEW, ANY_EVENT), 2);
        served_stop(&served);
    }
}

/* ---- stopping ----------------------------------------------------------------------------- */

static size_t open_descriptors(void) {
    size_t count = 0;
    for (int i = 0; i < 1024; i++)
        if (fcntl(i, F_GETFD) != -1) count++;
    return count;
}

static void a_server_stops_in_the_middle_of_a_wait_and_of_a_stream(void **state) {
    (void)state;
    size_t before = open_descriptors();
    for (size_t i = 0; i < KINDS; i++) {
        static const char *const paths[] = {GET("/long"), GET("/endless"), "GET /", ""};
        for (size_t j = 0; j < sizeof paths / sizeof *paths; j++) {
            struct served served;
            prepare(&served);
            served_start(&served, kinds[i]);
            int connection = served_connect(&served);
            char buffer[1025];
            served_send(connection, paths[j], strlen(paths[j]));
            if (j == 1) served_read(connection, buffer, 1024);
            if (j == 0)
                while (tape_count(cut_whole(served.tape), TAPE_VIEW, ANY_EVENT) == 0) usleep(500);
            uint64_t start = clock_ns();
            served_stop(&served);
            assert_in_range(clock_ns() - start, 0, 5000000000);
            close(connection);
        }
    }
    assert_int_equal(open_descriptors(), before);
}

static void a_port_that_is_taken_is_a_clear_fault(void **state) {
    (void)state;
    struct served first;
    prepare(&first);
    served_start(&first, kinds[0]);
    for (size_t i = 0; i < KINDS; i++) {
        struct server_options options = kinds[i];
        options.application = &first.application;
        options.port = server_port(first.server);
        assert_null(server_start(&options, &first.fault));
        assert_string_equal(first.fault.type, "OSError");
        assert_non_null(strstr(first.fault.message, "Address already in use"));
        fault_clear(&first.fault);
    }
    served_stop(&first);
}

/* Every allocation on the way may fail: the answer may be missing, nothing else. Nobody is left
 * waiting for it. */
static void running_out_of_memory_drops_connections_and_leaks_nothing(void **state) {
    static char answer[1 << 20];
    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        for (long allocation = 0; allocation < 12; allocation++) {
            struct served served;
            prepare(&served);
            served_start(&served, kinds[i]);
            /* the worker's own memory is taken by now or never; both are fine */
            atomic_store(&served.memory.fail_after, allocation);
            int connection = served_connect(&served);
            served_send(connection, LAST("/stream"), strlen(LAST("/stream")));
            served_read(connection, answer, sizeof answer - 1);
            close(connection);
            atomic_store(&served.memory.fail_after, -1);
            if (allocation < 3) /* it listens on; which allocation fails is up to the threads */
                assert_non_null(strstr(served_say(&served, LAST("/")), "200 OK"));
            served_stop(&served);
        }
}

/* A worker without memory would leave its clients waiting: such a server does not start. */
static void a_server_without_memory_for_its_workers_does_not_start(void **state) {
    (void)state;
    bool started = false;
    long allocation = 0;
    for (; !started && allocation < 20; allocation++) {
        struct served served;
        prepare(&served);
        struct server_options options = {
            .kind = SERVER_SYNC, .workers = 2, .application = &served.application};
        atomic_store(&served.memory.fail_after, allocation);
        served.server = server_start(&options, &served.fault);
        started = atomic_exchange(&served.memory.fail_after, -1) >= 0;
        assert_int_equal(started, served.server != NULL);
        if (!started) assert_true(fault_is(&served.fault, "MemoryError"));
        served_stop(&served);
    }
    assert_true(started);
    assert_int_equal(allocation, 5); /* server, threads, two workers: each failed once */
}

/* ---- the arbiter -------------------------------------------------------------------------- */

static void the_arbiter_kills_a_silent_worker_and_spares_a_beating_one(void **state) {
    (void)state;
    for (int beats = 0; beats <= 1; beats++) {
        static const struct work wait = {.wait_ns = 600000000};
        struct page page = {"/", view_working("view", &wait)};
        struct served served;
        served_prepare(&served, &page, 1);
        served_start(&served, (struct server_options){.kind = SERVER_SYNC,
                                                      .workers = 1,
                                                      .timeout_ns = 250000000,
                                                      .check_ns = 20000000,
                                                      .beats = beats});
        const char *text = served_say(&served, LAST("/"));
        assert_int_equal(*text != '\0', beats);
        /* the worker begins anew: the next request is taken up */
        text = served_say(&served, "GET / HTTP/9.9\r\n\r\n");
        assert_int_equal(strncmp(text, "HTTP/1.1 505", 12), 0);
        struct tally_filter timeouts = {-1, -1, "WORKER TIMEOUT"};
        uint64_t kills = tape_count(cut_whole(served.tape), TAPE_LOG, timeouts);
        assert_int_equal(kills, !beats);
        served_stop(&served);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_is_answered),
        cmocka_unit_test(a_kept_connection_serves_many_pipelined_or_not),
        cmocka_unit_test(http_1_0_closes_unless_asked_to_keep),
        cmocka_unit_test(a_head_request_gets_the_head_alone),
        cmocka_unit_test(an_unknown_path_is_a_404_and_an_exception_a_500),
        cmocka_unit_test(a_view_that_waits_is_answered_when_its_time_has_come),
        cmocka_unit_test(a_large_body_arrives_whole),
        cmocka_unit_test(a_stream_is_sent_in_chunks_and_closed_once),
        cmocka_unit_test(a_stream_in_http_1_0_ends_with_the_connection),
        cmocka_unit_test(a_stream_that_fails_is_cut_without_a_last_chunk),
        cmocka_unit_test(a_client_that_does_not_read_holds_the_generator_back),
        cmocka_unit_test(malformed_requests_get_400_and_are_closed),
        cmocka_unit_test(a_request_that_is_never_finished_gets_408),
        cmocka_unit_test(an_idle_connection_is_closed_without_a_word),
        cmocka_unit_test(a_client_that_takes_nothing_is_dropped),
        cmocka_unit_test(a_request_that_expects_100_is_told_to_continue),
        cmocka_unit_test(the_tape_counts_each_request_once),
        cmocka_unit_test(a_server_stops_in_the_middle_of_a_wait_and_of_a_stream),
        cmocka_unit_test(a_port_that_is_taken_is_a_clear_fault),
        cmocka_unit_test(running_out_of_memory_drops_connections_and_leaks_nothing),
        cmocka_unit_test(a_server_without_memory_for_its_workers_does_not_start),
        cmocka_unit_test(the_arbiter_kills_a_silent_worker_and_spares_a_beating_one),
    };
    return RUN_TESTS(tests);
}
