/* The object protocol as C code meets it: values, containers, arguments. */
#include "engine/object/object.h"

#include <math.h>

#include "tests/support/running.h"
#include "tests/support/testing.h"

static struct runtime *runtime_of(void **state) {
    return &((struct running *)*state)->runtime;
}

static const char *repr(void **state, struct value value) {
    const char *text = object_repr(runtime_of(state), value);
    assert_non_null(text);
    return text;
}

static struct value text(const char *string) {
    return value_text(string);
}

static void values_show_themselves_as_python_does(void **state) {
    assert_string_equal(repr(state, value_none()), "None");
    assert_string_equal(repr(state, value_bool(true)), "True");
    assert_string_equal(repr(state, value_int(INT64_MIN)), "-9223372036854775808");
    assert_string_equal(repr(state, text("it's")), "\"it's\"");
    assert_string_equal(repr(state, text("'\"\n\x7f\xc2\xa0\xc3\xa9")),
                        "'\\'\"\\n\\x7f\\xa0\xc3\xa9'");
    assert_string_equal(repr(state, value_of_text(VALUE_BYTES, "a\xff", 2)), "b'a\\xff'");
    assert_string_equal(repr(state, value_of_text(VALUE_DATE, "2024-02-29", 10)),
                        "datetime.date(2024, 2, 29)");
    assert_string_equal(
        repr(state, value_of_text(VALUE_DATETIME, "2024-02-29 13:45:00.000001", 26)),
        "datetime.datetime(2024, 2, 29, 13, 45, 0, 1)");
    assert_string_equal(object_str(runtime_of(state), text("it's")), "it's");
}

static void a_float_has_the_shortest_text_that_reads_back(void **state) {
    static const struct {
        double real;
        const char *shown;
    } cases[] = {{0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {1e22, "1e+22"},
                 {123456789012345680.0, "1.2345678901234568e+17"},
                 {9007199254740993.0, "9007199254740992.0"},
                 {0.0001, "0.0001"},
                 {0.00001, "1e-05"},
                 {-0.0, "-0.0"},
                 {5e-324, "5e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {INFINITY, "inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(repr(state, value_float(cases[i].real)), cases[i].shown);
}

static void random_floats_read_back(void **state) {
    uint64_t seed = 7;
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = running_random(&seed);
        double real;
        memcpy(&real, &bits, sizeof real);
        if (!isfinite(real)) continue;
        assert_true(strtod(repr(state, value_float(real)), NULL) == real);
    }
}

static void numbers_of_different_kinds_compare_exactly(void **state) {
    bool answer;
    struct value big = value_of_text(VALUE_BIGINT, "9223372036854775808", 19);
    object_equal(runtime_of(state), value_int(1), value_float(1.0), &answer);
    assert_true(answer);
    object_compare(runtime_of(state), CMP_LESS, value_int(9007199254740993),
                   value_float(9007199254740992.0), &answer);
    assert_false(answer);
    object_compare(runtime_of(state), CMP_LESS, value_int(INT64_MAX), big, &answer);
    assert_true(answer);
    object_compare(runtime_of(state), CMP_GREATER_EQUAL, value_float(NAN), value_int(0), &answer);
    assert_false(answer);
}

static void equal_keys_have_equal_hashes(void **state) {
    uint64_t one, two;
    object_hash(runtime_of(state), value_int(1), &one);
    object_hash(runtime_of(state), value_float(1.0), &two);
    assert_true(one == two);
    object_hash(runtime_of(state), value_bool(true), &two);
    assert_true(one == two);
}

static void a_dict_keeps_order_through_growth_and_removal(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct dict *dict = dict_new(runtime);
    struct value value;
    bool found;
    for (int64_t i = 0; i < 1000; i++)
        assert_true(dict_set(runtime, dict, value_int(i * 7919 % 1009), value_int(i)));
    for (int64_t i = 0; i < 1000; i += 2) {
        assert_true(dict_take(runtime, dict, value_int(i * 7919 % 1009), &value, &found));
        assert_true(found && value.integer == i);
    }
    assert_int_equal(dict->count, 500);
    for (size_t i = 0; i < dict->count; i++)
        assert_int_equal(dict->entries[i].value.integer, 2 * i + 1);
    for (int64_t i = 0; i < 1000; i++) {
        assert_true(dict_get(runtime, dict, value_int(i * 7919 % 1009), &value, &found));
        assert_int_equal(found, i % 2);
    }
    assert_true(dict_set(runtime, dict, value_float(7919.0), text("x")));
    assert_int_equal(dict->count, 501);
}

static void unhashable_keys_raise(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct list *list = list_new(runtime, &list_type, 0);
    struct list *tuple = list_new(runtime, &tuple_type, 1);
    list_append(runtime, tuple, value_object(&list->base));
    assert_false(dict_set(runtime, dict_new(runtime), value_object(&tuple->base), value_none()));
    running_raised(*state, "TypeError", "unhashable type: 'list'");
}

static void slices_are_cut_as_python_cuts_them(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct list *list = list_new(runtime, &list_type, 0);
    for (int i = 0; i < 5; i++) list_append(runtime, list, value_int(i));
    static const struct {
        int64_t start, stop, step; /* 99: left out */
        const char *shown;
    } cases[] = {{1, 3, 99, "[1, 2]"},
                 {99, 99, -1, "[4, 3, 2, 1, 0]"},
                 {-2, 99, 99, "[3, 4]"},
                 {10, 20, 99, "[]"},
                 {99, -10, -1, "[4, 3, 2, 1, 0]"},
                 {4, 1, -2, "[4, 2]"},
                 {-10, 2, 99, "[0, 1]"},
                 {INT64_MIN, INT64_MAX, INT64_MAX, "[0]"},
                 {99, 99, INT64_MIN, "[4]"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice slice = {
            cases[i].start == 99 ? value_none() : value_int(cases[i].start),
            cases[i].stop == 99 ? value_none() : value_int(cases[i].stop),
            cases[i].step == 99 ? value_none() : value_int(cases[i].step),
        };
        struct value part;
        assert_true(object_get_slice(runtime, value_object(&list->base), &slice, &part));
        assert_string_equal(repr(state, part), cases[i].shown);
    }
}

/* Reads f(a, b, c=9) and shows what came of it. */
static const char *read(void **state, const struct value *values, size_t count,
                        const struct keyword *keywords, size_t keyword_count) {
    static const char *const names[] = {"a", "b", "c"};
    struct running *running = *state;
    struct value out[3] = {value_none(), value_none(), value_int(9)};
    struct arguments arguments = {values, count, keywords, keyword_count};
    if (arguments_read(&running->runtime, &arguments, "f", names, 3, 2, out))
        return arena_format(&running->arena, "%s %s %s", repr(state, out[0]), repr(state, out[1]),
                            repr(state, out[2]));
    const char *message = running->fault.message;
    fault_clear(&running->fault);
    return message;
}

static void arguments_are_read_by_position_then_by_name(void **state) {
    const struct value three[] = {value_int(1), value_int(2), value_int(3), value_int(4)};
    const struct keyword b = {"b", value_int(5)},
                         both[] = {{"b", value_int(5)}, {"a", value_int(6)}};
    assert_string_equal(read(state, three, 3, NULL, 0), "1 2 3");
    assert_string_equal(read(state, three, 1, &b, 1), "1 5 9");
    assert_string_equal(read(state, NULL, 0, both, 2), "6 5 9");
    assert_string_equal(read(state, three, 2, &b, 1), "f() got multiple values for argument 'b'");
    assert_string_equal(read(state, three, 4, NULL, 0),
                        "f() takes from 2 to 3 positional arguments but 4 were given");
    assert_string_equal(read(state, NULL, 0, NULL, 0),
                        "f() missing 2 required positional arguments: 'a' and 'b'");
    assert_string_equal(read(state, NULL, 0, &b, 1),
                        "f() missing 1 required positional argument: 'a'");
    const struct keyword unknown = {"x", value_int(5)};
    assert_string_equal(read(state, three, 2, &unknown, 1),
                        "f() got an unexpected keyword argument 'x'");
}

static const char *format(void **state, struct value value, const char *spec) {
    struct running *running = *state;
    const char *shown = object_format(&running->runtime, value, spec);
    if (!shown) shown = running->fault.message;
    fault_clear(&running->fault);
    return shown;
}

static void format_specs_are_pythons(void **state) {
    assert_string_equal(format(state, value_int(1234567), ","), "1,234,567");
    assert_string_equal(format(state, value_int(1234), "09,"), "0,001,234");
    assert_string_equal(format(state, value_int(-5), "05d"), "-0005");
    assert_string_equal(format(state, value_int(255), "#x"), "0xff");
    assert_string_equal(format(state, value_float(2.675), ".2f"), "2.67");
    assert_string_equal(format(state, value_float(0.256), ".1%"), "25.6%");
    assert_string_equal(format(state, value_float(1.5), "8"), "     1.5");
    assert_string_equal(format(state, text("\xc3\xa9"), "*^5"), "**\xc3\xa9**");
    assert_string_equal(format(state, text("abcdef"), ".3"), "abc");
    assert_string_equal(format(state, value_int(1), "q"),
                        "Unknown format code 'q' for object of type 'int'");
    assert_string_equal(format(state, value_none(), ">5"),
                        "unsupported format string passed to NoneType.__format__");
}

static void sorting_keeps_equal_items_in_order(void **state) {
    struct runtime *runtime = runtime_of(state);
    for (int reverse = 0; reverse < 2; reverse++) {
        struct list *list = list_new(runtime, &list_type, 0);
        /* 1 and True and 1.0 are equal, and still told apart */
        list_append(runtime, list, value_int(1));
        list_append(runtime, list, value_int(3));
        list_append(runtime, list, value_bool(true));
        list_append(runtime, list, value_int(2));
        list_append(runtime, list, value_float(1.0));
        assert_true(list_sort(runtime, list, reverse));
        assert_string_equal(repr(state, value_object(&list->base)),
                            reverse ? "[3, 2, 1, True, 1.0]" : "[1, True, 1.0, 2, 3]");
    }
}

static void deep_containers_raise_and_do_not_overflow(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct value inner = value_none();
    for (int i = 0; i < 100000; i++) {
        struct list *list = list_new(runtime, &list_type, 1);
        list_append(runtime, list, inner);
        inner = value_object(&list->base);
    }
    assert_null(object_repr(runtime, inner));
    running_raised(*state, "RecursionError", "maximum recursion depth exceeded");
    assert_int_equal(runtime->depth, 0);
}

static void a_list_may_hold_itself(void **state) {
    struct runtime *runtime = runtime_of(state);
    struct list *list = list_new(runtime, &list_type, 0);
    struct dict *dict = dict_new(runtime);
    list_append(runtime, list, value_object(&dict->base));
    list_append(runtime, list, value_object(&list->base));
    dict_set(runtime, dict, text("me"), value_object(&dict->base));
    assert_string_equal(repr(state, value_object(&list->base)), "[{'me': {...}}, [...]]");
}

/* An object that multiplies from the right and answers NotImplemented to the rest. */
static bool twice(struct runtime *runtime, struct object *self, enum operation operation,
                  struct value other, bool reflected, struct value *result, bool *handled) {
    (void)runtime;
    (void)self;
    *handled = operation == OP_MULTIPLY && reflected;
    if (*handled) *result = value_int(other.integer * 2);
    return true;
}

static void operators_are_offered_to_both_operands(void **state) {
    static const struct object_type twice_type = {.name = "Twice", .binary = twice};
    struct object object = {&twice_type};
    struct value result;
    assert_true(object_binary(runtime_of(state), OP_MULTIPLY, value_int(4), value_object(&object),
                              &result));
    assert_int_equal(result.integer, 8);
    assert_false(object_binary(runtime_of(state), OP_MULTIPLY, value_object(&object), value_int(4),
                               &result));
    running_raised(*state, "TypeError", "unsupported operand type(s) for *: 'Twice' and 'int'");
}

static void attributes_python_has_are_not_attribute_errors(void **state) {
    struct value result;
    assert_false(object_get_attribute(runtime_of(state), text("a"), "zfill", &result));
    running_raised(*state, "NotSupported", "'str.zfill' is not supported here");
    assert_false(object_get_attribute(runtime_of(state), text("a"), "nope", &result));
    running_raised(*state, "AttributeError", "'str' object has no attribute 'nope'");
}

/* Every test gets a run of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(values_show_themselves_as_python_does),
        TEST(a_float_has_the_shortest_text_that_reads_back),
        TEST(random_floats_read_back),
        TEST(numbers_of_different_kinds_compare_exactly),
        TEST(equal_keys_have_equal_hashes),
        TEST(a_dict_keeps_order_through_growth_and_removal),
        TEST(unhashable_keys_raise),
        TEST(slices_are_cut_as_python_cuts_them),
        TEST(arguments_are_read_by_position_then_by_name),
        TEST(format_specs_are_pythons),
        TEST(sorting_keeps_equal_items_in_order),
        TEST(deep_containers_raise_and_do_not_overflow),
        TEST(a_list_may_hold_itself),
        TEST(operators_are_offered_to_both_operands),
        TEST(attributes_python_has_are_not_attribute_errors),
    };
    return RUN_TESTS(tests);
}
