/* `daybook try urls --json` against what a recorded Django answered (tests/vectors/urls.txt). */
#include "tests/support/program.h"
#include "tests/support/testing.h"
#include "tests/support/tried.h"

/* Holds the lines of `output` against the "-- " lines at `expected`; returns how many there were.
 * A line of ours begins with {"line":N, and ends, after an error, with its place. */
static size_t check_answers(const char *expected, const char *output) {
    size_t count = 0;
    for (; strncmp(expected, "-- ", 3) == 0; count++) {
        size_t length = strcspn(expected, "\n") - 3;
        const char *ours = strchr(output, ',');
        if (!ours || strncmp(ours + 1, expected + 3, length) != 0)
            fail_msg("Django: %.*s\nours:   %.*s", (int)length, expected + 3,
                     (int)strcspn(output, "\n"), output);
        expected += length + 4;
        output += strcspn(output, "\n") + 1;
    }
    assert_string_equal(output, "");
    return count;
}

static void every_recorded_answer_is_ours(void **state) {
    (void)state;
    char *text = program_read_file("tests/vectors/urls.txt", NULL);
    assert_non_null(text);
    size_t answers = 0;
    for (char *at = strstr(text, "\n== "); at; at = strstr(at, "\n== ")) {
        at = strchr(at + 1, '\n') + 1;
        char *expected = strstr(at, "\n-- ");
        assert_non_null(expected);
        *expected++ = '\0';
        int code;
        char *output = tried(&try_urls, at, true, &code);
        answers += check_answers(expected, output);
        free(output);
        at = expected;
    }
    assert_int_equal(answers, 221);
    free(text);
}

static void an_error_ends_its_own_statement_and_says_where(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "urlpatterns = [path('a/', a)]\n"
                         "resolve('/b/')\n"
                         "path('<foo:x>/', v)\n"
                         "resolve('/a/')\n",
                         true, &code);
    assert_int_equal(code, EXIT_FALSE);
    assert_non_null(strstr(output, "{\"line\":2,\"match\":null,\"path\":null,\"error\":{\"type\":"
                                   "\"Resolver404\""));
    assert_non_null(strstr(output, "{\"line\":3,\"match\":null,\"path\":null,\"error\":{\"type\":"
                                   "\"ImproperlyConfigured\",\"message\":\"URL route '<foo:x>/' "
                                   "uses invalid converter 'foo'.\",\"line\":3,"));
    assert_non_null(strstr(output, "{\"line\":4,\"match\":{\"name\":\"a\",\"route\":\"a/\","
                                   "\"kwargs\":{},\"tried\":1},\"path\":null,\"error\":null}\n"));
    free(output);
}

static void calls_in_a_loop_are_a_line_each(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "urlpatterns = [path('<int:n>/', v, name='v')]\n"
                         "for n in [1, 2]:\n"
                         "    resolve(reverse('v', args=[n]))\n",
                         true, &code);
    assert_int_equal(code, EXIT_DONE);
    size_t lines = 0;
    for (const char *at = output; (at = strchr(at, '\n')); at++) lines++;
    assert_int_equal(lines, 4);
    assert_non_null(strstr(output, "{\"line\":3,\"match\":null,\"path\":\"/2/\",\"error\":null}"));
    free(output);
}

static void an_int_of_any_size_keeps_its_digits(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "urlpatterns = [path('<int:n>/', v, name='v')]\n"
                         "resolve('/0099999999999999999999/')\n"
                         "reverse('v', args=[99999999999999999999])\n",
                         true, &code);
    assert_non_null(strstr(output, "\"n\":[\"int\",99999999999999999999]"));
    assert_non_null(strstr(output, "\"path\":\"/99999999999999999999/\""));
    free(output);
}

static void a_list_that_grows_is_seen(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "blog = []\n"
                         "urlpatterns = [path('blog/', include(blog))]\n"
                         "resolve('/blog/')\n"
                         "blog.append(path('', index))\n"
                         "resolve('/blog/')\n",
                         true, &code);
    assert_non_null(strstr(output, "{'tried': [], 'path': 'blog/'}"));
    assert_non_null(strstr(output, "\"name\":\"index\""));
    free(output);
}

static void what_is_not_supported_is_said_so(void **state) {
    (void)state;
    static const char *const listings[] = {
        "re_path('^a$', v)\n",
        "include('blog.urls')\n",
        "path(5, v)\n",
        "path('a/', v, [1])\n",
        "urlpatterns = [path('a/', v)]\nresolve('/a/', 'other.urls')\n",
    };
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        int code;
        char *output = tried(&try_urls, listings[i], true, &code);
        if (!strstr(output, "\"type\":\"NotSupported\"")) fail_msg("%s%s", listings[i], output);
        free(output);
    }
}

/* Django doubles no percent sign of an include() with a namespace: Python's % reads it. */
static void a_percent_sign_in_a_namespace_is_read_by_python(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "inner = [path('a/', va, name='a')]\n"
                         "urlpatterns = [path('%41/', include((inner, 'x'))),\n"
                         "    path('<int:n>/%41/', include((inner, 'y')))]\n"
                         "reverse('x:a')\nreverse('y:a', args=[1])\n",
                         true, &code);
    assert_non_null(strstr(output, "{\"type\":\"ValueError\",\"message\":"
                                   "\"unsupported format character '/' (0x2f) at index 4\""));
    assert_non_null(strstr(output, "{\"type\":\"TypeError\",\"message\":"
                                   "\"not enough arguments for format string\""));
    free(output);
}

static void people_get_words(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_urls,
                         "urlpatterns = [path('blog/<int:year>/', year, name='year')]\n"
                         "resolve('/blog/2024/')\n"
                         "reverse('year', args=[7])\n",
                         false, &code);
    assert_string_equal(output, "/blog/2024/  year  'blog/<int:year>/'  1 tried\n"
                                "    year = 2024 (int)\n"
                                "year  /blog/7/\n");
    free(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_answer_is_ours),
        cmocka_unit_test(an_error_ends_its_own_statement_and_says_where),
        cmocka_unit_test(calls_in_a_loop_are_a_line_each),
        cmocka_unit_test(an_int_of_any_size_keeps_its_digits),
        cmocka_unit_test(a_list_that_grows_is_seen),
        cmocka_unit_test(what_is_not_supported_is_said_so),
        cmocka_unit_test(a_percent_sign_in_a_namespace_is_read_by_python),
        cmocka_unit_test(people_get_words),
    };
    return RUN_TESTS(tests);
}
