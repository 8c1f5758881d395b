/* The load generator, against real servers and against one that misbehaves. */
#include "engine/server/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/served.h"
#include "tests/support/testing.h"

static const struct work nothing = {0}, short_wait = {.wait_ns = 2000000},
                         long_wait = {.wait_ns = 60000000000};

/* Runs a load on a server of a kind and hands out the result. */
static bool run(struct server_options options, const struct work *work, struct load_options load,
                struct served *served, struct load_result *result) {
    static struct page page = {.path = "/"};
    page.view = view_working("view", work);
    served_prepare(served, &page, 1);
    served_start(served, options);
    load.port = server_port(served->server);
    load.path = "/";
    return load_run(&served->runtime, &load, result);
}

static void every_request_is_answered_exactly_once(void **state) {
    (void)state;
    static const struct server_options kinds[] = {{.kind = SERVER_SYNC, .workers = 3},
                                                  {.kind = SERVER_ASYNC}};
    for (int i = 0; i < 2; i++)
        for (int keep = 0; keep <= 1; keep++) {
            struct served served;
            struct load_result *result = malloc(sizeof *result);
            struct load_options load = {.clients = 20, .requests = 301, .keep_alive = keep};
            assert_true(run(kinds[i], &nothing, load, &served, result));
            assert_int_equal(result->sent, 301);
            assert_int_equal(result->answered, 301);
            assert_int_equal(result->lost + result->wrong + result->repeated, 0);
            assert_int_equal(result->latency.count, 301);
            server_stop(served.server);
            served.server = NULL;
            struct cut cut = cut_whole(served.tape);
            assert_int_equal(tape_tally(cut, TAPE_REQUEST, ANY_EVENT).finished, 301);
            assert_int_equal(tape_count(cut, TAPE_MARK, ((struct tally_filter){-1, -1, "sent"})),
                             301);
            served_stop(&served);
            free(result);
        }
}

/* With one request after another, two workers and a wait of 2 ms, an open loop that asks for 5,000
 * requests a second falls behind, and the latencies must say so: they count from the due time. */
static void an_open_loop_counts_latency_from_when_a_request_was_due(void **state) {
    (void)state;
    struct served served;
    struct load_result *result = malloc(sizeof *result);
    struct load_options load = {.clients = 2, .requests = 100, .rate = 5000};
    struct server_options options = {.kind = SERVER_SYNC, .workers = 2};
    assert_true(run(options, &short_wait, load, &served, result));
    assert_int_equal(result->answered, 100);
    assert_in_range(result->elapsed_ns, 50 * short_wait.wait_ns, UINT64_MAX);
    /* the last was due after 20 ms and came after 100 ms at least */
    assert_in_range(result->latency.most, 79000000, UINT64_MAX);
    served_stop(&served);
    free(result);
}

struct canceller {
    struct served *served;
    atomic_bool *cancelled;
};

static void *cancel_when_a_view_runs(void *argument) {
    struct canceller *canceller = argument;
    while (tape_count(cut_whole(canceller->served->tape), TAPE_VIEW, ANY_EVENT) == 0) usleep(500);
    atomic_store(canceller->cancelled, true);
    return NULL;
}

static void a_cancelled_load_ends_soon_and_says_how_far_it_came(void **state) {
    (void)state;
    static struct page page = {.path = "/"};
    page.view = view_working("view", &long_wait);
    struct served served;
    atomic_bool cancelled = false;
    struct canceller canceller = {&served, &cancelled};
    served_prepare(&served, &page, 1);
    served.runtime.cancelled = &cancelled;
    served_start(&served, (struct server_options){.kind = SERVER_ASYNC});
    struct load_options load = {
        .port = server_port(served.server), .path = "/", .clients = 5, .requests = 10};
    struct load_result *result = malloc(sizeof *result);
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_when_a_view_runs, &canceller);
    assert_false(load_run(&served.runtime, &load, result));
    pthread_join(thread, NULL);
    assert_true(fault_is(&served.fault, "Cancelled"));
    assert_int_equal(result->sent, 5);
    assert_int_equal(result->answered, 0);
    served_stop(&served);
    free(result);
}

/* A server that answers whatever it is told to, on one connection after another. */
struct liar {
    int listener;
    const char *answer;
    unsigned times;
};

static void *lie(void *argument) {
    struct liar *liar = argument;
    char buffer[4096];
    for (unsigned i = 0; i < liar->times; i++) {
        int connection = accept(liar->listener, NULL, NULL);
        if (recv(connection, buffer, sizeof buffer, 0) > 0)
            send(connection, liar->answer, strlen(liar->answer), MSG_NOSIGNAL);
        close(connection);
    }
    return NULL;
}

static void load_on_liar(const char *answer, unsigned requests, struct load_result *result) {
    struct liar liar = {socket(AF_INET, SOCK_STREAM, 0), answer, requests};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    bind(liar.listener, (struct sockaddr *)&address, length);
    listen(liar.listener, 10);
    getsockname(liar.listener, (struct sockaddr *)&address, &length);
    pthread_t thread;
    pthread_create(&thread, NULL, lie, &liar);
    struct arena arena;
    struct fault fault;
    struct head head;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    head_init(&head, NULL);
    struct runtime runtime = {.arena = &arena, .head = &head, .fault = &fault};
    struct load_options load = {
        .port = ntohs(address.sin_port), .path = "/", .clients = 1, .requests = requests};
    assert_true(load_run(&runtime, &load, result));
    pthread_join(thread, NULL);
    close(liar.listener);
    arena_release(&arena);
}

static void wrong_cut_and_missing_answers_are_reported(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        uint64_t answered, wrong, lost;
    } lies[] = {
        {"HTTP/1.1 200 OK\r\nX-Request: 0\r\nContent-Length: 0\r\n\r\n", 1, 0, 0},
        {"HTTP/1.1 200 OK\r\nX-Request: 1\r\nContent-Length: 0\r\n\r\n", 1, 1, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1, 1, 0},
        {"HTTP/1.1 500 No\r\nX-Request: 0\r\nContent-Length: 0\r\n\r\n", 1, 1, 0},
        {"HTTP/1.1 200 OK\r\nX-Request: 0\r\nContent-Length: 9\r\n\r\n", 0, 0, 1},
        {"nonsense\r\n", 0, 0, 1},
        {"", 0, 0, 1},
    };
    struct load_result *result = malloc(sizeof *result);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        load_on_liar(lies[i].answer, 1, result);
        assert_int_equal(result->answered, lies[i].answered);
        assert_int_equal(result->wrong, lies[i].wrong);
        assert_int_equal(result->lost, lies[i].lost);
    }
    free(result);
}

static void too_few_file_descriptors_are_a_clear_fault(void **state) {
    (void)state;
    struct arena arena;
    struct fault fault;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    assert_true(descriptors_reserve(&fault, 10));
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    assert_false(descriptors_reserve(&fault, (size_t)limit.rlim_max));
    assert_string_equal(fault.type, "OSError");
    assert_non_null(strstr(fault.message, "ulimit -n"));
    arena_release(&arena);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_answered_exactly_once),
        cmocka_unit_test(an_open_loop_counts_latency_from_when_a_request_was_due),
        cmocka_unit_test(a_cancelled_load_ends_soon_and_says_how_far_it_came),
        cmocka_unit_test(wrong_cut_and_missing_answers_are_reported),
        cmocka_unit_test(too_few_file_descriptors_are_a_clear_fault),
    };
    return RUN_TESTS(tests);
}
