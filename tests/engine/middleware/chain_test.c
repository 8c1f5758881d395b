/* The order of things in a chain: who runs, who does not, and what becomes of exceptions. The
 * expectations are those of a recorded Django 3.2, in the words of trace.h. */
#include "engine/base/text.h"
#include "engine/middleware/practice.h"
#include "engine/middleware/recorder.h"
#include "engine/middleware/trace.h"
#include "tests/support/testing.h"

struct site {
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct tape *tape;
    struct layer layers[8];
    size_t count;
    struct chain *chain;
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

/* Adds Layer(name, style=style, station=word). */
static void add(struct site *site, const char *name, const char *style,
                enum recorder_station station, const char *word) {
    struct recorder_words words = {.name = name, .style = style};
    words.words[station] = word;
    assert_true(recorder_make(&site->runtime, &words, &site->layers[site->count++]));
}

static void add_three(struct site *site, const char *style) {
    add(site, "A", style, RECORDER_INIT, NULL);
    add(site, "B", style, RECORDER_INIT, NULL);
    add(site, "C", style, RECORDER_INIT, NULL);
}

static const struct response *get(struct site *site, const char *path) {
    if (!site->chain)
        site->chain = chain_build(&site->runtime, site->layers, site->count, practice_urlconf);
    if (!site->chain) return NULL;
    assert_true(request_init(&site->request, &site->arena, "GET", path));
    return chain_call(site->chain, &site->runtime, &site->request);
}

/* The trace as words: "in A, out A 200". */
static const char *told(struct site *site) {
    struct trace trace;
    assert_true(
        trace_read(site->tape, 0, SIZE_MAX, site->chain, &site->request, &site->arena, &trace));
    struct text text;
    text_init(&text, &site->arena);
    for (size_t i = 0; i < trace.count; i++) {
        const struct trace_entry *entry = &trace.entries[i];
        bool is_in = strcmp(entry->word, "in") == 0;
        text_format(&text, "%s%s", i ? ", " : "", entry->word);
        for (size_t j = 0; j < (is_in ? 1 : entry->text_count); j++)
            text_format(&text, " %s", entry->texts[j]);
        if (entry->has_status) text_format(&text, " %d", entry->status);
    }
    return text_finish(&text);
}

static void factories_run_innermost_first_and_once(void **state) {
    struct site *site = *state;
    add_three(site, "class");
    assert_int_equal(get(site, "/ok/")->status, 200);
    assert_int_equal(get(site, "/ok/")->status, 200);
    assert_string_equal(told(site), "init C, init B, init A, "
                                    "in A, in B, in C, view view_ok, out C 200, out B 200, "
                                    "out A 200, "
                                    "in A, in B, in C, view view_ok, out C 200, out B 200, "
                                    "out A 200");
}

static void a_mixin_is_told_by_its_hooks(void **state) {
    struct site *site = *state;
    add(site, "A", "mixin", RECORDER_INIT, NULL);
    add(site, "B", "function", RECORDER_INIT, NULL);
    get(site, "/ok/");
    assert_string_equal(told(site), "init B, init A, process_request A, in B, view view_ok, "
                                    "out B 200, process_response A 200");
}

static void a_layer_that_answers_ends_the_way_in(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    add(site, "B", "function", RECORDER_BEFORE, "return");
    add(site, "C", "function", RECORDER_INIT, NULL);
    const struct response *response = get(site, "/ok/");
    assert_string_equal(response->body, "from B.before");
    assert_string_equal(told(site), "init C, init B, init A, in A, in B, returns B before, "
                                    "out A 200");
}

static void a_mixin_that_answers_still_runs_its_own_process_response(void **state) {
    struct site *site = *state;
    add(site, "A", "mixin", RECORDER_INIT, NULL);
    add(site, "B", "mixin", RECORDER_BEFORE, "return");
    add(site, "C", "mixin", RECORDER_INIT, NULL);
    get(site, "/ok/");
    assert_string_equal(told(site), "init C, init B, init A, process_request A, process_request B, "
                                    "returns B process_request, process_response B 200, "
                                    "process_response A 200");
}

static void an_exception_in_the_view_leaves_the_handler_as_a_response(void **state) {
    struct site *site = *state;
    add_three(site, "function");
    assert_int_equal(get(site, "/raise/ValueError/")->status, 500);
    assert_string_equal(told(site),
                        "init C, init B, init A, in A, in B, in C, view view_raises ValueError, "
                        "signal got_request_exception ValueError: from the view, "
                        "log django.request ERROR Internal Server Error: /raise/ValueError/, "
                        "out C 500, out B 500, out A 500");
    assert_false(fault_raised(&site->fault));
}

static void http404_is_logged_when_the_response_is_out(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    assert_int_equal(get(site, "/raise/Http404/")->status, 404);
    assert_string_equal(told(site), "init A, in A, view view_raises Http404, out A 404, "
                                    "log django.request WARNING Not Found: /raise/Http404/");
}

static void permission_denied_is_403_and_logged_at_once(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    assert_int_equal(get(site, "/raise/PermissionDenied/")->status, 403);
    assert_string_equal(told(site), "init A, in A, view view_raises PermissionDenied, "
                                    "log django.request WARNING Forbidden (Permission denied): "
                                    "/raise/PermissionDenied/, out A 403");
}

static void a_suspicious_operation_is_logged_by_its_class_as_well(void **state) {
    struct site *site = *state;
    assert_int_equal(get(site, "/raise/DisallowedHost/")->status, 400);
    assert_string_equal(told(site),
                        "view view_raises DisallowedHost, "
                        "log django.security.DisallowedHost ERROR from the view, "
                        "log django.request WARNING Bad Request: /raise/DisallowedHost/");
}

static void what_a_layer_raises_its_own_boundary_turns_into_a_response(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    add(site, "B", "function", RECORDER_AFTER, "raise:ValueError");
    get(site, "/ok/");
    assert_string_equal(told(site),
                        "init B, init A, in A, in B, view view_ok, out B 200, "
                        "raises B after ValueError, "
                        "signal got_request_exception ValueError: from B.after, "
                        "log django.request ERROR Internal Server Error: /ok/, out A 500");
}

static void an_unknown_url_runs_every_layer_but_no_process_view(void **state) {
    struct site *site = *state;
    add(site, "A", "class", RECORDER_VIEW, "pass");
    add(site, "B", "class", RECORDER_EXCEPTION, "return");
    assert_int_equal(get(site, "/nope/")->status, 404);
    assert_string_equal(told(site), "init B, init A, in A, in B, out B 404, out A 404, "
                                    "log django.request WARNING Not Found: /nope/");
}

static void the_first_process_view_that_answers_replaces_the_view(void **state) {
    struct site *site = *state;
    add(site, "A", "class", RECORDER_VIEW, "pass");
    add(site, "B", "class", RECORDER_VIEW, "return");
    add(site, "C", "class", RECORDER_VIEW, "pass");
    get(site, "/ok/");
    assert_string_equal(told(site), "init C, init B, init A, in A, in B, in C, "
                                    "process_view A view_ok, process_view B view_ok, "
                                    "returns B process_view, out C 200, out B 200, out A 200");
}

static void process_exception_asks_the_last_layer_first(void **state) {
    struct site *site = *state;
    add(site, "A", "class", RECORDER_EXCEPTION, "return");
    add(site, "B", "class", RECORDER_EXCEPTION, "pass");
    assert_string_equal(get(site, "/raise/ValueError/")->body, "from A.process_exception");
    assert_string_equal(told(site), "init B, init A, in A, in B, view view_raises ValueError, "
                                    "process_exception B ValueError, "
                                    "process_exception A ValueError, "
                                    "returns A process_exception, out B 200, out A 200");
}

static void an_exception_raised_by_process_exception_replaces_the_first(void **state) {
    struct site *site = *state;
    add(site, "A", "class", RECORDER_EXCEPTION, "pass");
    add(site, "B", "class", RECORDER_EXCEPTION, "raise:PermissionDenied");
    assert_int_equal(get(site, "/raise/ValueError/")->status, 403);
    assert_string_equal(told(site), "init B, init A, in A, in B, view view_raises ValueError, "
                                    "process_exception B ValueError, "
                                    "raises B process_exception PermissionDenied, "
                                    "log django.request WARNING Forbidden (Permission denied): "
                                    "/raise/ValueError/, out B 403, out A 403");
}

static void middleware_not_used_drops_the_layer(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    add(site, "B", "function", RECORDER_INIT, "not_used:no config");
    add(site, "C", "mixin", RECORDER_INIT, NULL);
    get(site, "/ok/");
    assert_int_equal(site->chain->count, 2);
    assert_string_equal(told(site), "init C, init B, not_used B, init A, in A, process_request C, "
                                    "view view_ok, process_response C 200, out A 200");
}

static void a_factory_that_returns_none_stops_the_start(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, "none");
    assert_null(get(site, "/ok/"));
    assert_string_equal(site->fault.type, "ImproperlyConfigured");
    assert_string_equal(site->fault.message, "Middleware factory A returned None.");
}

static void none_from_a_layer_is_noticed_only_outside_them_all(void **state) {
    struct site *site = *state;
    add(site, "A", "function", RECORDER_INIT, NULL);
    add(site, "B", "function", RECORDER_AFTER, "none");
    assert_null(get(site, "/ok/"));
    assert_string_equal(site->fault.type, "AttributeError");
    assert_string_equal(site->fault.message,
                        "'NoneType' object has no attribute '_resource_closers'");
    assert_string_equal(told(site), "init B, init A, in A, in B, view view_ok, out B 200, "
                                    "returns_none B after, out A 0");
    assert_int_equal(site->head.depth, 0);
}

static void the_engines_own_errors_pass_every_boundary(void **state) {
    struct site *site = *state;
    add_three(site, "mixin");
    assert_null(get(site, "/raise/NotSupported/"));
    assert_string_equal(site->fault.type, "NotSupported");
    assert_int_equal(site->head.depth, 0);
}

/* ---- views and resolvers of the tests' own ------------------------------------------------ */

static enum view_says wait_twice(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->wait_ns = 7;
    if (frame->resumed < 2) return VIEW_WAITS;
    frame->response = response_new(frame->runtime->arena, 200, "late", 4);
    return VIEW_ANSWERS;
}

static enum view_says forget_to_return(const struct view *view, struct view_frame *frame) {
    (void)view, (void)frame;
    return VIEW_ANSWERS;
}

static bool render_body(struct runtime *runtime, struct response *response) {
    (void)runtime;
    response->body = "rendered";
    response->length = 8;
    return true;
}

static enum view_says answer_template(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->runtime->arena, 200, "", 0);
    frame->response->render = render_body;
    return VIEW_ANSWERS;
}

/* Every path leads to the view in context. */
static bool resolve_all(const struct urlconf *urlconf, struct runtime *runtime,
                        struct request *request) {
    (void)runtime;
    request->view = urlconf->context;
    return true;
}

static void use_view(struct site *site, const struct view *view) {
    site->chain =
        chain_build(&site->runtime, site->layers, site->count, (struct urlconf){resolve_all, view});
    assert_non_null(site->chain);
}

static void passages_that_wait_are_resumed_where_they_were(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "view_waits", "blog.views", wait_twice, NULL};
    add_three(site, "mixin");
    use_view(site, &view);
    enum { MANY = 3 };
    struct passage passages[MANY];
    struct request requests[MANY];
    struct head heads[MANY];
    struct runtime runtimes[MANY];
    for (int i = 0; i < MANY; i++) {
        head_init(&heads[i], site->tape);
        runtimes[i] = site->runtime;
        runtimes[i].head = &heads[i];
        assert_true(request_init(&requests[i], &site->arena, "GET", "/x/"));
        assert_true(passage_begin(&passages[i], site->chain, &runtimes[i], &requests[i]));
    }
    for (int turn = 0; turn < 2; turn++)
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(passage_advance(&passages[i]), PASSAGE_WAITS);
            assert_int_equal(passages[i].frame.wait_ns, 7);
        }
    assert_int_equal(tape_count(cut_whole(site->tape), TAPE_VIEW, ANY_EVENT), MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(passage_advance(&passages[i]), PASSAGE_ANSWERS);
        assert_string_equal(passages[i].response->body, "late");
        assert_int_equal(heads[i].depth, 0);
    }
}

static void an_abandoned_passage_closes_its_spans(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "view_waits", "blog.views", wait_twice, NULL};
    add_three(site, "function");
    use_view(site, &view);
    struct passage passage;
    assert_true(request_init(&site->request, &site->arena, "GET", "/x/"));
    assert_true(passage_begin(&passage, site->chain, &site->runtime, &site->request));
    assert_int_equal(passage_advance(&passage), PASSAGE_WAITS);
    passage_abandon(&passage);
    assert_int_equal(site->head.depth, 0);
    assert_int_equal(passage_advance(&passage), PASSAGE_RAISES);
}

static void a_cancelled_run_does_not_sit_out_a_wait(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "view_waits", "blog.views", wait_twice, NULL};
    atomic_bool cancelled;
    atomic_init(&cancelled, true);
    site->runtime.cancelled = &cancelled;
    add_three(site, "function");
    use_view(site, &view);
    assert_null(get(site, "/x/"));
    assert_string_equal(site->fault.type, "Cancelled");
    assert_int_equal(site->head.depth, 0);
}

static void a_view_that_returns_none_is_a_value_error(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "article_list", "blog.views", forget_to_return, NULL};
    use_view(site, &view);
    assert_int_equal(get(site, "/x/")->status, 500);
    assert_string_equal(told(site),
                        "view article_list, signal got_request_exception ValueError: "
                        "The view blog.views.article_list didn't return an HttpResponse object. "
                        "It returned None instead., "
                        "log django.request ERROR Internal Server Error: /x/");
}

static void template_hooks_run_last_layer_first_then_it_renders(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "view_template", "blog.views", answer_template, NULL};
    add(site, "A", "class", RECORDER_TEMPLATE, "pass");
    add(site, "B", "class", RECORDER_TEMPLATE, "pass");
    use_view(site, &view);
    assert_string_equal(get(site, "/x/")->body, "rendered");
    assert_string_equal(told(site), "init B, init A, in A, in B, view view_template, "
                                    "process_template_response B, process_template_response A, "
                                    "render, out B 200, out A 200");
}

static bool render_badly(struct runtime *runtime, struct response *response) {
    (void)response;
    return fault_raise(runtime->fault, "ValueError", "from the template");
}

static enum view_says answer_bad_template(const struct view *view, struct view_frame *frame) {
    enum view_says says = answer_template(view, frame);
    frame->response->render = render_badly;
    return says;
}

static void a_template_that_raises_is_told_to_every_process_exception(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "v", "blog.views", answer_bad_template, NULL};
    add(site, "A", "class", RECORDER_EXCEPTION, "return");
    add(site, "B", "class", RECORDER_EXCEPTION, "pass");
    use_view(site, &view);
    assert_string_equal(get(site, "/x/")->body, "from A.process_exception");
    assert_string_equal(told(site), "init B, init A, in A, in B, view v, render, "
                                    "process_exception B ValueError, "
                                    "process_exception A ValueError, "
                                    "returns A process_exception, out B 200, out A 200");
}

static void a_template_hook_that_returns_none_is_a_value_error(void **state) {
    struct site *site = *state;
    const struct view view = {{&view_type}, "view_template", "blog.views", answer_template, NULL};
    add(site, "A", "class", RECORDER_TEMPLATE, "none");
    use_view(site, &view);
    assert_int_equal(get(site, "/x/")->status, 500);
    assert_non_null(strstr(told(site), "returns_none A process_template_response, "
                                       "signal got_request_exception ValueError: "
                                       "A.process_template_response didn't return an "
                                       "HttpResponse object. It returned None instead."));
}

static void without_memory_a_request_ends_with_memory_error(void **state) {
    struct site *site = *state;
    add_three(site, "mixin");
    get(site, "/ok/"); /* builds the chain */
    for (long allowed = 0, answered = 0; !answered; allowed++) {
        struct memory memory;
        struct arena arena;
        memory_init(&memory, 0);
        arena_init(&arena, &memory);
        atomic_store(&memory.fail_after, allowed);
        struct request request;
        fault_clear(&site->fault);
        if (request_init(&request, &arena, "GET", "/raise/ValueError/")) {
            const struct response *response = chain_call(site->chain, &site->runtime, &request);
            answered = response != NULL;
            if (!response) assert_string_equal(site->fault.type, "MemoryError");
        }
        assert_int_equal(site->head.depth, 0);
        arena_release(&arena);
        assert_int_equal(memory_held(&memory), 0);
    }
}

static void words_that_are_not_known_are_refused(void **state) {
    struct site *site = *state;
    struct recorder_words words = {.name = "A", .words = {[RECORDER_BEFORE] = "sing"}};
    assert_false(recorder_make(&site->runtime, &words, &site->layers[0]));
    assert_string_equal(site->fault.type, "NotSupported");
    assert_string_equal(site->fault.message, "Layer: before='sing'");
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(factories_run_innermost_first_and_once),
        T(a_mixin_is_told_by_its_hooks),
        T(a_layer_that_answers_ends_the_way_in),
        T(a_mixin_that_answers_still_runs_its_own_process_response),
        T(an_exception_in_the_view_leaves_the_handler_as_a_response),
        T(http404_is_logged_when_the_response_is_out),
        T(permission_denied_is_403_and_logged_at_once),
        T(a_suspicious_operation_is_logged_by_its_class_as_well),
        T(what_a_layer_raises_its_own_boundary_turns_into_a_response),
        T(an_unknown_url_runs_every_layer_but_no_process_view),
        T(the_first_process_view_that_answers_replaces_the_view),
        T(process_exception_asks_the_last_layer_first),
        T(an_exception_raised_by_process_exception_replaces_the_first),
        T(middleware_not_used_drops_the_layer),
        T(a_factory_that_returns_none_stops_the_start),
        T(none_from_a_layer_is_noticed_only_outside_them_all),
        T(the_engines_own_errors_pass_every_boundary),
        T(passages_that_wait_are_resumed_where_they_were),
        T(an_abandoned_passage_closes_its_spans),
        T(a_cancelled_run_does_not_sit_out_a_wait),
        T(a_view_that_returns_none_is_a_value_error),
        T(template_hooks_run_last_layer_first_then_it_renders),
        T(a_template_that_raises_is_told_to_every_process_exception),
        T(a_template_hook_that_returns_none_is_a_value_error),
        T(without_memory_a_request_ends_with_memory_error),
        T(words_that_are_not_known_are_refused),
    };
    return RUN_TESTS(tests);
}
