/* A request through real routes to a view. */
#include "engine/middleware/routing.h"

#include "tests/support/testing.h"

static enum view_says article_detail(const struct view *view, struct view_frame *frame) {
    (void)view;
    const struct keyword *pk = &frame->request->resolver_match->kwargs[0];
    frame->response =
        response_format(frame->runtime->arena, 200, "%s=%d", pk->name, (int)pk->value.integer);
    return VIEW_ANSWERS;
}

struct world {
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct view view;
    struct chain *chain;
};

static int setup(void **state) {
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    arena_init(&world->arena, NULL);
    fault_init(&world->fault, &world->arena);
    head_init(&world->head, NULL);
    struct runtime *runtime = &world->runtime;
    *runtime =
        (struct runtime){.arena = &world->arena, .head = &world->head, .fault = &world->fault};
    world->view = (struct view){{&view_type}, "article_detail", "blog.views", article_detail, NULL};
    const char *text = "articles/<int:pk>/";
    struct route_parts parts = {.route = text,
                                .length = strlen(text),
                                .view = value_object(&world->view.base),
                                .name = "article"};
    struct route *route = route_new(runtime, &parts);
    struct list *list = list_new(runtime, &list_type, 1);
    assert_true(route && list && list_append(runtime, list, value_object(&route->base)));
    struct resolver *resolver = resolver_new(runtime, value_object(&list->base));
    assert_non_null(resolver);
    world->chain = chain_build(runtime, NULL, 0, routing_urlconf(resolver));
    assert_non_null(world->chain);
    *state = world;
    return 0;
}

static int teardown(void **state) {
    struct world *world = *state;
    arena_release(&world->arena);
    free(world);
    return 0;
}

static const struct response *get(struct world *world, const char *path, struct request *request) {
    assert_true(request_init(request, &world->arena, "GET", path));
    const struct response *response = chain_call(world->chain, &world->runtime, request);
    assert_non_null(response);
    return response;
}

static void the_view_gets_its_typed_arguments(void **state) {
    struct request request;
    assert_string_equal(get(*state, "/articles/007/?page=2", &request)->body, "pk=7");
    assert_string_equal(request.resolver_match->view_name, "article");
    assert_string_equal(request.resolver_match->route, "articles/<int:pk>/");
}

static void a_path_that_fits_no_route_is_a_404(void **state) {
    struct request request;
    assert_int_equal(get(*state, "/articles/seven/", &request)->status, 404);
    assert_null(request.resolver_match);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_view_gets_its_typed_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_that_fits_no_route_is_a_404, setup, teardown),
    };
    return RUN_TESTS(tests);
}
