/* Class-based views as listings write them: what as_view() makes and refuses, whom dispatch()
 * calls, where super() goes. The texts are a recorded Django's and Python's. */
#include "engine/base/text.h"
#include "engine/views/view.h"
#include "tests/support/running.h"
#include "tests/support/testing.h"

/* Runs a listing; it finds View, LoginRequiredMixin, HttpResponse, answer, and two requests: `ann`
 * signed in, `nobody` not. */
static bool run_listing(struct running *run, const char *source) {
    struct runtime *runtime = &run->runtime;
    struct views *views = views_new(runtime);
    assert_non_null(views);
    views->classes->module = "blog.views";
    struct script *script = script_new(runtime, views->modules, VIEWS_MODULES, true);
    assert_non_null(script);
    script_set_host(script, &(struct script_host){.host = views->classes,
                                                  .class_statement = class_statement,
                                                  .super_object = class_super});
    struct value ann, nobody, post;
    assert_true(request_object_new(runtime, "GET", "/x/", "ann", &ann) &&
                request_object_new(runtime, "GET", "/x/", NULL, &nobody) &&
                request_object_new(runtime, "POST", "/x/", "ann", &post));
    assert_true(script_define(runtime, script, "ann", ann) &&
                script_define(runtime, script, "nobody", nobody) &&
                script_define(runtime, script, "post", post));
    return script_run(runtime, script, source);
}

/* What a listing printed, a line each. */
static const char *printed(struct running *run, const char *source) {
    if (!run_listing(run, source)) fail_msg("%s: %s", run->fault.type, run->fault.message);
    struct text text;
    text_init(&text, &run->arena);
    struct tape_event event;
    for (size_t i = 0; tape_events(run->tape, i, &event, 1) == 1; i++)
        if (event.kind == TAPE_PRINT)
            text_format(&text, "%s\n", tape_name(run->tape, event.subject));
    return text_finish(&text);
}

static void raises(struct running *run, const char *source, const char *type, const char *message) {
    assert_false(run_listing(run, source));
    running_raised(run, type, message);
}

#define PAGE                                                                                       \
    "class Page(View):\n"                                                                          \
    "    title = 'a'\n"                                                                            \
    "    def get(self, request, *args, **kwargs):\n"                                               \
    "        return HttpResponse(self.title)\n"

/* ---- as_view ------------------------------------------------------------------------------ */

static void as_view_makes_a_function_and_no_instance(void **state) {
    struct running *run = *state;
    assert_string_equal(printed(run, PAGE "page = Page.as_view()\n"
                                          "print(page.__name__, page.view_class.__name__)\n"),
                        "Page Page\n");
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_OBJECT, ANY_EVENT), 0);
}

static void every_request_gets_an_instance_of_its_own(void **state) {
    struct running *run = *state;
    printed(run, PAGE "page = Page.as_view()\nfor n in range(5):\n    page(ann)\n");
    assert_int_equal(
        tape_count(cut_whole(run->tape), TAPE_OBJECT, (struct tally_filter){-1, -1, "Page"}), 5);
}

static void a_keyword_is_set_on_the_instances_not_on_the_class(void **state) {
    assert_string_equal(printed(*state, PAGE "page = Page.as_view(title='b')\n"
                                             "print(page(ann).content, Page.title)\n"
                                             "print(page.view_initkwargs)\n"),
                        "b'b' a\n{'title': 'b'}\n");
}

static void a_keyword_must_be_an_attribute_of_the_class(void **state) {
    raises(*state, PAGE "Page.as_view(y=5)\n", "TypeError",
           "Page() received an invalid keyword 'y'. as_view only accepts arguments that are "
           "already attributes of the class.");
}

static void a_keyword_must_not_be_a_method_name(void **state) {
    raises(*state, PAGE "Page.as_view(get=5)\n", "TypeError",
           "The method name get is not accepted as a keyword argument to Page().");
    raises(*state, PAGE "Page.as_view(trace=5)\n", "TypeError",
           "The method name trace is not accepted as a keyword argument to Page().");
}

static void a_view_itself_takes_any_keyword_and_no_argument(void **state) {
    assert_string_equal(printed(*state, PAGE "print(Page(y=5).y)\n"), "5\n");
    raises(*state, PAGE "Page(5)\n", "TypeError",
           "View.__init__() takes 1 positional argument but 2 were given");
}

static void as_view_belongs_to_the_class(void **state) {
    raises(*state, PAGE "Page().as_view()\n", "AttributeError",
           "This method is available only on the class, not on instances.");
}

static void setup_without_super_leaves_no_request(void **state) {
    raises(*state,
           "class Page(View):\n"
           "    def setup(self, request):\n"
           "        pass\n"
           "Page.as_view()(ann)\n",
           "AttributeError",
           "Page instance has no 'request' attribute. Did you override setup() and forget to call "
           "super()?");
}

static void setup_keeps_the_request_and_its_arguments(void **state) {
    assert_string_equal(printed(*state, "class Page(View):\n"
                                        "    def get(self, request, *args, **kwargs):\n"
                                        "        print(self.request.path, self.args, self.kwargs)\n"
                                        "        return HttpResponse('')\n"
                                        "x = Page.as_view()(ann, 1, pk=7)\n"),
                        "/x/ (1,) {'pk': 7}\n");
}

/* ---- dispatch ----------------------------------------------------------------------------- */

static void a_method_the_view_lacks_is_405_with_allow(void **state) {
    struct running *run = *state;
    assert_string_equal(printed(run, PAGE "r = Page.as_view()(post)\n"
                                          "print(r.status_code, r['Allow'])\n"),
                        "405 GET, HEAD, OPTIONS\n");
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_LOG,
                                (struct tally_filter){-1, -1, "Method Not Allowed (POST): /x/"}),
                     1);
}

static void allow_lists_methods_in_the_order_of_http_method_names(void **state) {
    assert_string_equal(printed(*state, "class Page(View):\n"
                                        "    def delete(self, request):\n"
                                        "        return HttpResponse('')\n"
                                        "    def get(self, request):\n"
                                        "        return HttpResponse('')\n"
                                        "print(Page.as_view()(post)['Allow'])\n"),
                        "GET, DELETE, HEAD, OPTIONS\n");
}

static void http_method_names_can_be_narrowed(void **state) {
    assert_string_equal(printed(*state, "class Page(View):\n"
                                        "    http_method_names = ['post']\n"
                                        "    def get(self, request):\n"
                                        "        return HttpResponse('')\n"
                                        "r = Page.as_view()(ann)\n"
                                        "print(r.status_code)\n"),
                        "405\n");
}

/* ---- attributes and super() --------------------------------------------------------------- */

static void a_mutable_class_attribute_is_one_for_all(void **state) {
    assert_string_equal(printed(*state, "class Page(View):\n"
                                        "    seen = []\n"
                                        "    def get(self, request):\n"
                                        "        self.seen.append(request.path)\n"
                                        "        return HttpResponse('')\n"
                                        "page = Page.as_view()\n"
                                        "a = page(ann)\n"
                                        "b = page(ann)\n"
                                        "print(Page.seen)\n"),
                        "['/x/', '/x/']\n");
}

static void super_means_the_next_in_the_line_of_the_instance(void **state) {
    assert_string_equal(printed(*state, "class Root:\n"
                                        "    def hello(self):\n"
                                        "        return ['Root']\n"
                                        "class A(Root):\n"
                                        "    def hello(self):\n"
                                        "        return ['A'] + super().hello()\n"
                                        "class B(Root):\n"
                                        "    def hello(self):\n"
                                        "        return ['B'] + super().hello()\n"
                                        "class C(A, B):\n"
                                        "    pass\n"
                                        "print(A().hello(), C().hello())\n"),
                        "['A', 'Root'] ['A', 'B', 'Root']\n");
}

static void what_nobody_has_is_an_attribute_error(void **state) {
    raises(*state, PAGE "Page().missing\n", "AttributeError",
           "'Page' object has no attribute 'missing'");
    raises(*state, PAGE "Page.missing\n", "AttributeError",
           "type object 'Page' has no attribute 'missing'");
    raises(*state,
           "class A:\n"
           "    def go(self):\n"
           "        return super().go()\n"
           "A().go()\n",
           "AttributeError", "'super' object has no attribute 'go'");
    raises(*state, "class A:\n    pass\nA(1)\n", "TypeError", "A() takes no arguments");
}

static void isinstance_and_type_know_the_line(void **state) {
    assert_string_equal(printed(*state,
                                PAGE "page = Page()\n"
                                     "print(isinstance(page, View), isinstance(5, View))\n"
                                     "print(type(page).__name__, Page.__bases__[0].__name__)\n"
                                     "print([c.__name__ for c in Page.mro()])\n"),
                        "True False\nPage View\n['Page', 'View', 'object']\n");
}

static void init_and_str_are_called(void **state) {
    assert_string_equal(printed(*state, "class Point:\n"
                                        "    def __init__(self, x, y=2):\n"
                                        "        self.x = x\n"
                                        "        self.y = y\n"
                                        "    def __str__(self):\n"
                                        "        return f'({self.x}, {self.y})'\n"
                                        "print(Point(1), Point(3, y=4))\n"),
                        "(1, 2) (3, 4)\n");
}

static void special_methods_that_would_change_the_language_are_not_supported(void **state) {
    raises(*state, "class A:\n    def __len__(self):\n        return 1\n", "NotSupported",
           "__len__ in a class");
}

/* ---- the sign-in mixin and the handler ---------------------------------------------------- */

#define GUARDED                                                                                    \
    "class Page(LoginRequiredMixin, View):\n"                                                      \
    "    def get(self, request):\n"                                                                \
    "        return HttpResponse('secret')\n"

static void who_is_not_signed_in_is_sent_to_the_login_page(void **state) {
    assert_string_equal(printed(*state, GUARDED "r = Page.as_view()(nobody)\n"
                                                "print(r.status_code, r['Location'])\n"
                                                "print(Page.as_view()(ann).content)\n"),
                        "302 /accounts/login/?next=/x/\nb'secret'\n");
}

static void raise_exception_makes_it_a_403(void **state) {
    assert_string_equal(
        printed(*state,
                GUARDED "print(answer(Page.as_view(raise_exception=True), nobody).status_code)\n"),
        "403\n");
}

static void a_check_behind_the_view_lets_everyone_in(void **state) {
    assert_string_equal(printed(*state, "class Page(View, LoginRequiredMixin):\n"
                                        "    def get(self, request):\n"
                                        "        return HttpResponse('secret')\n"
                                        "print(Page.as_view()(nobody).status_code)\n"),
                        "200\n");
}

static void none_is_no_response(void **state) {
    struct running *run = *state;
    assert_string_equal(printed(run, "class Page(View):\n"
                                     "    def get(self, request):\n"
                                     "        pass\n"
                                     "print(answer(Page.as_view(), ann).status_code)\n"),
                        "500\n");
    assert_int_equal(
        tape_count(cut_whole(run->tape), TAPE_EXCEPTION,
                   (struct tally_filter){-1, -1,
                                         "ValueError: The view blog.views.Page didn't return an "
                                         "HttpResponse object. It returned None instead."}),
        1);
}

static void what_is_not_supported_is_no_500(void **state) {
    raises(*state,
           "class Page(View):\n"
           "    def get(self, request):\n"
           "        return HttpResponse('', content_type=5)\n"
           "answer(Page.as_view(), ann)\n",
           "NotSupported", "a content_type that is no str");
}

static void every_method_called_is_on_the_tape_with_its_status(void **state) {
    struct running *run = *state;
    printed(run, GUARDED "x = Page.as_view()(nobody)\n");
    struct tally_filter dispatch = {-1, -1, "LoginRequiredMixin.dispatch"};
    struct tally tally = tape_tally(cut_whole(run->tape), TAPE_METHOD, dispatch);
    assert_int_equal(tally.count, 1);
    assert_int_equal(tally.amount, 302);
    dispatch.subject = "View.dispatch";
    assert_int_equal(tape_count(cut_whole(run->tape), TAPE_METHOD, dispatch), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)
        TEST(as_view_makes_a_function_and_no_instance),
        TEST(every_request_gets_an_instance_of_its_own),
        TEST(a_keyword_is_set_on_the_instances_not_on_the_class),
        TEST(a_keyword_must_be_an_attribute_of_the_class),
        TEST(a_keyword_must_not_be_a_method_name),
        TEST(a_view_itself_takes_any_keyword_and_no_argument),
        TEST(as_view_belongs_to_the_class),
        TEST(setup_without_super_leaves_no_request),
        TEST(setup_keeps_the_request_and_its_arguments),
        TEST(a_method_the_view_lacks_is_405_with_allow),
        TEST(allow_lists_methods_in_the_order_of_http_method_names),
        TEST(http_method_names_can_be_narrowed),
        TEST(a_mutable_class_attribute_is_one_for_all),
        TEST(super_means_the_next_in_the_line_of_the_instance),
        TEST(what_nobody_has_is_an_attribute_error),
        TEST(isinstance_and_type_know_the_line),
        TEST(init_and_str_are_called),
        TEST(special_methods_that_would_change_the_language_are_not_supported),
        TEST(who_is_not_signed_in_is_sent_to_the_login_page),
        TEST(raise_exception_makes_it_a_403),
        TEST(a_check_behind_the_view_lets_everyone_in),
        TEST(none_is_no_response),
        TEST(what_is_not_supported_is_no_500),
        TEST(every_method_called_is_on_the_tape_with_its_status),
    };
    return RUN_TESTS(tests);
}
