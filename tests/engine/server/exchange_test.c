/* The exchange, driven by hand: no socket, no thread, no clock. Where the bytes were split must not
 * change what is answered. */
#include "engine/server/exchange.h"

#include "engine/base/text.h"
#include "engine/server/pages.h"
#include "tests/support/testing.h"

/* ---- the application ---------------------------------------------------------------------- */

static enum view_says echo(const struct view *view, struct view_frame *frame) {
    (void)view;
    const struct request *request = frame->request;
    frame->response =
        response_format(request->arena, 200, "[%s %s %.*s]", request->method, request->query_string,
                        (int)request->body_length, request->body ? request->body : "");
    return frame->response ? VIEW_ANSWERS : VIEW_RAISES;
}

static enum view_says forge(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->request->arena, 200, "x", 1);
    response_set_header(frame->response, "Location", "/a\r\nSet-Cookie: b");
    return VIEW_ANSWERS;
}

struct fixture {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct pages pages;
    struct application application;
    struct worker worker;
};

static const struct work waits = {.wait_ns = 1};

static void prepare(struct fixture *fixture) {
    static struct page list[] = {{"/", {{&view_type}, "echo", "blog.views", echo, NULL}},
                                 {"/forge", {{&view_type}, "forge", "blog.views", forge, NULL}},
                                 {"/wait", {{NULL}, 0, 0, 0, 0}}};
    list[2].view = view_working("wait", &waits);
    memset(fixture, 0, sizeof *fixture);
    memory_init(&fixture->memory, 0);
    arena_init(&fixture->arena, NULL);
    fault_init(&fixture->fault, &fixture->arena);
    head_init(&fixture->head, NULL);
    fixture->runtime = (struct runtime){
        .arena = &fixture->arena, .head = &fixture->head, .fault = &fixture->fault};
    fixture->pages = (struct pages){list, 3};
    fixture->application = (struct application){
        .chain = chain_build(&fixture->runtime, NULL, 0, pages_urlconf(&fixture->pages)),
        .memory = &fixture->memory,
        .limits = {.line = 64, .head = 256, .fields = 8, .body = 100},
        .keep_alive = true};
    fixture->worker = (struct worker){.application = &fixture->application};
}

static void release(struct fixture *fixture) {
    assert_int_equal(memory_held(&fixture->memory), 0);
    arena_release(&fixture->arena);
}

/* ---- driving it --------------------------------------------------------------------------- */

static void take_output(struct exchange *exchange, struct text *out) {
    struct iovec pieces[2];
    int count = exchange_output(exchange, pieces);
    assert_true(count > 0);
    text_add_bytes(out, pieces[0].iov_base, 1); /* a slow socket: one byte at a time */
    exchange_sent(exchange, 1);
}

/* Gives the bytes in pieces and gathers what is answered; ends with "|" when it closes. */
static const char *say(struct fixture *fixture, const char *bytes, size_t first, size_t step) {
    struct exchange exchange;
    struct text out;
    size_t length = strlen(bytes), at = 0, end = first;
    text_init(&out, &fixture->arena);
    assert_true(exchange_init(&exchange, &fixture->worker));
    for (bool open = true; open;) {
        switch (exchange_advance(&exchange)) {
        case EXCHANGE_READS: {
            size_t size, more = (end < length ? end : length) - at;
            char *room = exchange_input(&exchange, &size);
            assert_non_null(room);
            if (more > size) more = size;
            memcpy(room, bytes + at, more);
            exchange_received(&exchange, more); /* 0 at the end: the client has closed */
            at += more;
            end = at + step;
            break;
        }
        case EXCHANGE_WRITES: take_output(&exchange, &out); break;
        case EXCHANGE_WAITS: break; /* the time has come at once */
        case EXCHANGE_CLOSES: open = false; break;
        }
    }
    exchange_release(&exchange);
    text_add(&out, "|");
    char *text = text_finish(&out);
    for (char *date = text; (date = strstr(date, "Date: ")) != NULL;)
        memmove(date, strstr(date, "\r\n") + 2, strlen(strstr(date, "\r\n") + 2) + 1);
    return text;
}

static void answers(const char *bytes, const char *expected) {
    struct fixture fixture;
    prepare(&fixture);
    size_t length = strlen(bytes);
    assert_string_equal(say(&fixture, bytes, length, length), expected);
    assert_string_equal(say(&fixture, bytes, 1, 1), expected);
    for (size_t split = 1; split < length; split++)
        assert_string_equal(say(&fixture, bytes, split, length), expected);
    release(&fixture);
}

#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define OK "HTTP/1.1 200 OK\r\n" HTML

static void no_split_changes_an_answer(void **state) {
    (void)state;
    answers("GET /?1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /?2 HTTP/1.1\r\nHost: x\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /wait?n=5 HTTP/1.0\r\n\r\n",
            OK "Content-Length: 8\r\n\r\n[GET 1 ]" OK "Content-Length: 12\r\n\r\n[POST 2 abc]" OK
               "X-Request: 5\r\nContent-Length: 14\r\nConnection: close\r\n\r\ndone 00000000\n|");
}

static void what_is_refused_is_refused_at_every_split(void **state) {
    (void)state;
#define REFUSED(status, length, text)                                                              \
    "HTTP/1.1 " status "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " length    \
    "\r\nConnection: close\r\n\r\n" status ": " text "\n|"
    answers("GET / HTTP/1.1\r\n\r\n",
            REFUSED("400 Bad Request", "43", "the Host field is missing"));
    answers("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
            REFUSED("400 Bad Request", "39", "the target is no path"));
    answers("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n",
            REFUSED("413 Request Entity Too Large", "52", "the body is too large"));
}

static void a_client_that_leaves_in_the_middle_gets_nothing(void **state) {
    (void)state;
    answers("", "|");
    answers("GET / HTTP/1.1\r\nHost:", "|");
    answers("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", "|");
}

/* Better no answer than one that a view's input could have forged. */
static void a_header_with_a_line_end_is_never_sent(void **state) {
    (void)state;
    answers("GET /forge HTTP/1.1\r\nHost: x\r\n\r\n", "|");
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static const char bytes[] = "POST /wait?n=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                                "Connection: close\r\n\r\nabc";
    bool finished = false;
    for (long allocation = 0; !finished && allocation < 100; allocation++) {
        struct fixture fixture;
        prepare(&fixture);
        atomic_store(&fixture.memory.fail_after, allocation);
        struct exchange exchange;
        if (exchange_init(&exchange, &fixture.worker)) {
            atomic_store(&fixture.memory.fail_after, -1);
            exchange_release(&exchange);
            atomic_store(&fixture.memory.fail_after, allocation);
            struct text out;
            text_init(&out, &fixture.arena);
            bool made = exchange_init(&exchange, &fixture.worker), given = false;
            for (bool open = made; open;) {
                size_t size;
                char *room;
                switch (exchange_advance(&exchange)) {
                case EXCHANGE_READS:
                    room = exchange_input(&exchange, &size);
                    if (room && !given) memcpy(room, bytes, sizeof bytes - 1);
                    if (room) exchange_received(&exchange, given ? 0 : sizeof bytes - 1);
                    open = room != NULL;
                    given = true;
                    break;
                case EXCHANGE_WRITES: take_output(&exchange, &out); break;
                case EXCHANGE_WAITS: break;
                case EXCHANGE_CLOSES: open = false; break;
                }
            }
            const char *text = text_finish(&out);
            finished = strstr(text, "done ") != NULL;
            exchange_release(&exchange);
        }
        release(&fixture);
    }
    assert_true(finished);
}

static void patience_ends_in_408_or_in_silence(void **state) {
    (void)state;
    struct fixture fixture;
    struct exchange exchange;
    prepare(&fixture);
    fixture.application.patience =
        (struct patience){.receive_ns = 1000, .send_ns = 2000, .idle_ns = 3000};
    assert_true(exchange_init(&exchange, &fixture.worker));
    assert_int_equal(exchange_deadline(&exchange) - exchange.since_ns, 3000);
    size_t size;
    char *room = exchange_input(&exchange, &size);
    memcpy(room, "GET", 3);
    exchange_received(&exchange, 3);
    assert_int_equal(exchange_advance(&exchange), EXCHANGE_READS);
    assert_int_equal(exchange_deadline(&exchange) - exchange.since_ns, 1000);
    exchange_lose_patience(&exchange);
    assert_int_equal(exchange_advance(&exchange), EXCHANGE_WRITES);
    assert_int_equal(exchange_deadline(&exchange) - exchange.since_ns, 2000);
    struct iovec pieces[2];
    exchange_output(&exchange, pieces);
    assert_memory_equal(pieces[0].iov_base, "HTTP/1.1 408 ", 13);
    exchange_lose_patience(&exchange);
    assert_int_equal(exchange_advance(&exchange), EXCHANGE_CLOSES);
    exchange_release(&exchange);
    release(&fixture);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_split_changes_an_answer),
        cmocka_unit_test(what_is_refused_is_refused_at_every_split),
        cmocka_unit_test(a_client_that_leaves_in_the_middle_gets_nothing),
        cmocka_unit_test(a_header_with_a_line_end_is_never_sent),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(patience_ends_in_408_or_in_silence),
    };
    return RUN_TESTS(tests);
}
