/* The ready-made layers, each for what the lessons show of it. */
#include "engine/middleware/ready.h"

#include "engine/middleware/practice.h"
#include "tests/support/testing.h"

struct site {
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct tape *tape;
    struct layer layers[8];
    size_t count;
    struct request request;
};

static int setup(void **state) {
    struct site *site = calloc(1, sizeof *site);
    assert_non_null(site);
    arena_init(&site->arena, NULL);
    fault_init(&site->fault, &site->arena);
    site->tape = tape_new(NULL, 0);
    head_init(&site->head, site->tape);
    site->runtime =
        (struct runtime){.arena = &site->arena, .head = &site->head, .fault = &site->fault};
    *state = site;
    return 0;
}

static int teardown(void **state) {
    struct site *site = *state;
    tape_free(site->tape);
    arena_release(&site->arena);
    free(site);
    return 0;
}

static void use(struct site *site, const char *path) {
    assert_true(ready_make(&site->runtime, path, &site->layers[site->count++]));
}

static const struct response *call(struct site *site) {
    struct chain *chain = chain_build(&site->runtime, site->layers, site->count, practice_urlconf);
    assert_non_null(chain);
    const struct response *response = chain_call(chain, &site->runtime, &site->request);
    assert_non_null(response);
    return response;
}

static void without_a_key_the_view_never_runs(void **state) {
    struct site *site = *state;
    use(site, "blog.middleware.ApiKeyMiddleware");
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_int_equal(call(site)->status, 403);
    assert_int_equal(tape_count(cut_whole(site->tape), TAPE_VIEW, ANY_EVENT), 0);
    assert_true(request_add_header(&site->request, "x-api-key", "wrong"));
    assert_int_equal(call(site)->status, 403);
}

static void with_the_key_it_does(void **state) {
    struct site *site = *state;
    use(site, "blog.middleware.ApiKeyMiddleware");
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_true(request_add_header(&site->request, "X-Api-Key", "k3y"));
    assert_int_equal(call(site)->status, 200);
}

static void an_empty_bucket_answers_429(void **state) {
    struct site *site = *state;
    uint64_t now = 0;
    struct rate_limit limit = {.now_ns = &now};
    bucket_init(&limit.bucket, 1, 1, 0);
    use(site, "blog.middleware.RateLimitMiddleware");
    site->layers[0].state = &limit;
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_int_equal(call(site)->status, 200);
    assert_int_equal(call(site)->status, 429);
    now = 1000000000;
    assert_int_equal(call(site)->status, 200);
}

static void the_seven_of_startproject_set_their_headers(void **state) {
    struct site *site = *state;
    for (size_t i = 0; i < 7; i++) use(site, ready_path(i));
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_true(request_add_header(&site->request, "Cookie", "a=b; sessionid=abc; c=d"));
    const struct response *response = call(site);
    assert_string_equal(response_header(response, "X-Frame-Options"), "DENY");
    assert_string_equal(response_header(response, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(response_header(response, "Content-Length"), "2");
    assert_string_equal(response_header(response, "Vary"), "Cookie");
    assert_string_equal(site->request.session_key, "abc");
    assert_true(site->request.is_authenticated);
}

static void authentication_above_sessions_is_django_s_error(void **state) {
    struct site *site = *state;
    use(site, "django.contrib.auth.middleware.AuthenticationMiddleware");
    use(site, "django.contrib.sessions.middleware.SessionMiddleware");
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_int_equal(call(site)->status, 500);
}

static void a_post_without_a_csrf_token_is_refused_before_the_view(void **state) {
    struct site *site = *state;
    use(site, "django.middleware.csrf.CsrfViewMiddleware");
    assert_true(request_init(&site->request, &site->arena, "POST", "/ok/"));
    assert_int_equal(call(site)->status, 403);
    assert_true(request_add_header(&site->request, "Cookie", "csrftoken=t0k"));
    assert_true(request_add_header(&site->request, "X-CSRFToken", "t0k"));
    assert_int_equal(call(site)->status, 200);
}

static void timing_and_log_tell_what_passed(void **state) {
    struct site *site = *state;
    use(site, "blog.middleware.TimingMiddleware");
    use(site, "blog.middleware.RequestLogMiddleware");
    assert_true(request_init(&site->request, &site->arena, "GET", "/ok/"));
    assert_non_null(strstr(response_header(call(site), "Server-Timing"), "app;dur="));
    struct tally_filter line = {-1, -1, "blog.requests INFO GET /ok/ 200"};
    assert_int_equal(tape_count(cut_whole(site->tape), TAPE_LOG, line), 1);
}

static void a_path_that_is_not_there_is_django_s_error(void **state) {
    static const struct {
        const char *path, *type, *message;
    } cases[] = {
        {"nodots", "ImportError", "nodots doesn't look like a module path"},
        {"no_such_module.X", "ModuleNotFoundError", "No module named 'no_such_module'"},
        {"blog.nosuch.X", "ModuleNotFoundError", "No module named 'blog.nosuch'"},
        {"blog.middleware.Nope", "ImportError",
         "Module \"blog.middleware\" does not define a \"Nope\" attribute/class"},
        {"django.middleware.gzip.GZipMiddleware", "NotSupported",
         "the middleware django.middleware.gzip.GZipMiddleware"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layer layer;
        fault_clear(&site->fault);
        assert_false(ready_make(&site->runtime, cases[i].path, &layer));
        assert_string_equal(site->fault.type, cases[i].type);
        assert_string_equal(site->fault.message, cases[i].message);
    }
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(without_a_key_the_view_never_runs),
        T(with_the_key_it_does),
        T(an_empty_bucket_answers_429),
        T(the_seven_of_startproject_set_their_headers),
        T(authentication_above_sessions_is_django_s_error),
        T(a_post_without_a_csrf_token_is_refused_before_the_view),
        T(timing_and_log_tell_what_passed),
        T(a_path_that_is_not_there_is_django_s_error),
    };
    return RUN_TESTS(tests);
}
