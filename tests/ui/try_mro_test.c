/* `daybook try mro --json` against what Python answered (tests/vectors/mro.txt). */
#include "tests/support/testing.h"
#include "tests/support/tried.h"

static void every_recorded_order_is_ours(void **state) {
    (void)state;
    FILE *file = fopen("tests/vectors/mro.txt", "r");
    assert_non_null(file);
    static char line[4096], id[128], listing[16384];
    size_t cases = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') continue;
        if (strncmp(line, "== ", 3) == 0) {
            snprintf(id, sizeof id, "%.100s", line + 3);
            listing[0] = '\0';
        } else if (strncmp(line, "-- ", 3) == 0) {
            int code;
            char *output = tried(&try_mro, listing, true, &code);
            if (!strstr(output, line + 3)) fail_msg("%s: no %s in\n%s", id, line + 3, output);
            assert_int_equal(code, strstr(line, "TypeError") ? EXIT_FALSE : EXIT_DONE);
            free(output);
            cases++;
        } else {
            strncat(listing, line, sizeof listing - strlen(listing) - 2);
            strcat(listing, "\n");
        }
    }
    fclose(file);
    assert_int_equal(cases, 293);
}

static void a_class_that_was_refused_is_no_name(void **state) {
    (void)state;
    int code;
    char *output =
        tried(&try_mro, "class A: pass\nclass B(A, A): pass\nclass C(B): pass\n", true, &code);
    assert_non_null(strstr(output,
                           "{\"class\":\"B\",\"bases\":[\"A\",\"A\"],\"mro\":null,\"error\":{"
                           "\"type\":\"TypeError\",\"message\":\"duplicate base class A\","
                           "\"line\":2,\"column\":1}}"));
    assert_non_null(strstr(output, "\"type\":\"NameError\",\"message\":\"name 'B' is not defined\","
                                   "\"line\":3,\"column\":9}"));
    assert_int_equal(code, EXIT_FALSE);
    free(output);
}

static void the_builtin_object_is_the_root(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_mro, "class A(object): pass\n", true, &code);
    assert_string_equal(output,
                        "{\"class\":\"A\",\"bases\":[\"object\"],\"mro\":[\"A\",\"object\"],"
                        "\"error\":null}\n");
    free(output);
}

static void classes_have_bodies_and_methods(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_mro,
                         "class A:\n"
                         "    def greet(self):\n"
                         "        return 'A'\n"
                         "class B(A):\n"
                         "    def greet(self):\n"
                         "        return 'B' + super().greet()\n"
                         "class C(A):\n"
                         "    def greet(self):\n"
                         "        return 'C' + super().greet()\n"
                         "class D(B, C):\n"
                         "    pass\n"
                         "if D().greet() != 'BCA':\n"
                         "    raise_an_error\n",
                         true, &code);
    assert_int_equal(code, EXIT_DONE);
    free(output);
}

static void what_is_not_supported_is_said_so(void **state) {
    (void)state;
    static const char *const listings[] = {
        "class A(int): pass\n",
        "class A: pass\nclass B(metaclass=A): pass\n",
        "class A:\n    def __len__(self):\n        return 1\n",
    };
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        int code;
        char *output = tried(&try_mro, listings[i], true, &code);
        if (!strstr(output, "\"type\":\"NotSupported\"")) fail_msg("%s%s", listings[i], output);
        free(output);
    }
}

static void people_get_words(void **state) {
    (void)state;
    int code;
    char *output = tried(&try_mro, "class A: pass\nclass B(A): pass\n", false, &code);
    assert_string_equal(output, "A: A, object\nB: B, A, object\n");
    free(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_order_is_ours),
        cmocka_unit_test(a_class_that_was_refused_is_no_name),
        cmocka_unit_test(the_builtin_object_is_the_root),
        cmocka_unit_test(classes_have_bodies_and_methods),
        cmocka_unit_test(what_is_not_supported_is_said_so),
        cmocka_unit_test(people_get_words),
    };
    return RUN_TESTS(tests);
}
