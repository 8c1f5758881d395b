/* `daybook try middleware --json` against the traces of a recorded Django (tests/vectors). */
#include "tests/support/testing.h"
#include "tests/support/tried.h"

/* Adds the inside of each line's "trace":[...] to `all`, with commas between. */
static void join_traces(const char *output, char *all, size_t size) {
    size_t used = 0;
    all[0] = '\0';
    for (const char *at = output; (at = strstr(at, "\"trace\":["));) {
        at += strlen("\"trace\":[");
        const char *end = strchr(at, '\n');
        const char *error = strstr(at, ",\"error\":{");
        if (error && (!end || error < end)) end = error;
        size_t length = (size_t)(end - at) - (error == end ? 1 : 2); /* ] and } behind it */
        assert_true(used + length + 2 < size);
        if (used) all[used++] = ',';
        memcpy(all + used, at, length);
        all[used += length] = '\0';
    }
}

/* head is "200", or "AttributeError: text". */
static void check_head(const char *id, const char *head, const char *output, int code) {
    char expected[256];
    if (head[0] >= '0' && head[0] <= '9') {
        snprintf(expected, sizeof expected, "\"status\":%s,", head);
        assert_int_equal(code, EXIT_DONE);
    } else {
        const char *colon = strstr(head, ": ");
        snprintf(expected, sizeof expected, "\"error\":{\"type\":\"%.*s\",\"message\":\"%s\"",
                 (int)(colon - head), head, colon + 2);
        assert_int_equal(code, EXIT_FALSE);
    }
    if (!strstr(output, expected)) fail_msg("%s: no %s in %s", id, expected, output);
}

static void check_case(const char *id, const char *listing, const char *head, const char *trace) {
    int code;
    char all[16384], expected[16384];
    char *output = tried(&try_middleware, listing, true, &code);
    check_head(id, head, output, code);
    join_traces(output, all, sizeof all);
    snprintf(expected, sizeof expected, "%.*s", (int)strlen(trace) - 2, trace + 1);
    if (strcmp(all, expected) != 0) fail_msg("%s:\n  %s\nDjango:\n  %s", id, all, expected);
    free(output);
}

static void every_recorded_trace_is_ours(void **state) {
    (void)state;
    FILE *file = fopen("tests/vectors/middleware.txt", "r");
    assert_non_null(file);
    static char line[16384], id[128], listing[8192], head[256];
    size_t cases = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') continue;
        if (strncmp(line, "== ", 3) == 0) {
            snprintf(id, sizeof id, "%.100s", line + 3);
            listing[0] = '\0';
        } else if (strncmp(line, "-- ", 3) == 0) {
            snprintf(head, sizeof head, "%.200s", line + 3);
        } else if (line[0] == '[') {
            check_case(id, listing, head, line);
            cases++;
        } else {
            strncat(listing, line, sizeof listing - strlen(listing) - 2);
            strcat(listing, "\n");
        }
    }
    fclose(file);
    assert_int_equal(cases, 65);
}

static void a_second_get_builds_nothing_anew(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_middleware, "MIDDLEWARE = [Layer('A')]\nget('/ok/')\nget('/ok/')\n",
                         true, &code);
    const char *second = strchr(output, '\n') + 1;
    assert_non_null(strstr(output, "[\"init\",\"A\"]"));
    assert_null(strstr(second, "init"));
    assert_non_null(strstr(second, "\"line\":3"));
    free(output);
}

static void a_changed_middleware_is_built_anew(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_middleware,
                         "MIDDLEWARE = [Layer('A')]\nget('/ok/')\n"
                         "MIDDLEWARE = [Layer('B')]\nget('/ok/')\n",
                         true, &code);
    assert_non_null(strstr(strchr(output, '\n'), "[\"init\",\"B\"]"));
    free(output);
}

static void a_client_keeps_the_chain_of_its_first_request(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_middleware,
                         "from django.test import Client\nMIDDLEWARE = [Layer('A')]\n"
                         "client = Client()\nclient.get('/ok/')\nMIDDLEWARE = []\n"
                         "response = client.get('/ok/')\nresponse.status_code\n",
                         true, &code);
    assert_non_null(strstr(strchr(output, '\n'), "[\"in\",\"A\""));
    assert_int_equal(code, EXIT_DONE);
    free(output);
}

static void dotted_paths_and_headers_work(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_middleware,
                         "MIDDLEWARE = ['blog.middleware.ApiKeyMiddleware']\nget('/ok/')\n"
                         "get('/ok/', HTTP_X_API_KEY='k3y')\n"
                         "get('/ok/', headers={'X-Api-Key': 'k3y'})\n",
                         true, &code);
    assert_non_null(strstr(output, "\"line\":2,\"status\":403,\"body\":\"missing or wrong key\""));
    assert_non_null(strstr(output, "\"line\":3,\"status\":200"));
    assert_non_null(strstr(output, "\"line\":4,\"status\":200"));
    free(output);
}

static void a_name_that_is_not_there_is_django_s_error_and_the_rest_goes_on(void **state) {
    (void)state;
    int code;
    char *output =
        tried(&try_middleware,
              "MIDDLEWARE = ['nodots']\nget('/ok/')\nMIDDLEWARE = []\nget('/ok/')\n", true, &code);
    assert_int_equal(code, EXIT_FALSE);
    assert_non_null(strstr(output, "\"error\":{\"type\":\"ImportError\","
                                   "\"message\":\"nodots doesn't look like a module path\""));
    assert_non_null(strstr(output, "\"line\":4,\"status\":200,\"body\":\"ok\""));
    free(output);
}

static void what_is_not_supported_says_so(void **state) {
    (void)state;
    static const char *const listings[] = {
        "MIDDLEWARE = [Layer('A', style='async')]\n",
        "MIDDLEWARE = [Layer('A', before='dance')]\n",
        "MIDDLEWARE = 'abc'\nget('/ok/')\n",
        "MIDDLEWARE = [7]\nget('/ok/')\n",
        "get('/ok/', follow=True)\n",
        "get(7)\n",
    };
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        int code;
        char *output = tried(&try_middleware, listings[i], true, &code);
        assert_int_equal(code, EXIT_FALSE);
        if (!strstr(output, "\"type\":\"NotSupported\"")) fail_msg("%s: %s", listings[i], output);
        free(output);
    }
}

static void people_read_words_instead(void **state) {
    (void)state;
    int code;
    char *output =
        tried(&try_middleware, "MIDDLEWARE = [Layer('A')]\nprint(get('/ok/').status_code)\n", false,
              &code);
    assert_string_equal(output, "GET /ok/  200 OK\n"
                                "    init              A\n"
                                "    in                A\n"
                                "    view              view_ok\n"
                                "    out               A 200\n"
                                "200\n");
    free(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_trace_is_ours),
        cmocka_unit_test(a_second_get_builds_nothing_anew),
        cmocka_unit_test(a_changed_middleware_is_built_anew),
        cmocka_unit_test(a_client_keeps_the_chain_of_its_first_request),
        cmocka_unit_test(dotted_paths_and_headers_work),
        cmocka_unit_test(a_name_that_is_not_there_is_django_s_error_and_the_rest_goes_on),
        cmocka_unit_test(what_is_not_supported_says_so),
        cmocka_unit_test(people_read_words_instead),
    };
    return RUN_TESTS(tests);
}
