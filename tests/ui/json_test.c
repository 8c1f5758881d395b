/* The JSON writer, read back by a strict reader that shares no code with it. */
#include "tests/support/testing.h"

#include <math.h>

#include "engine/object/object.h"
#include "tests/support/json.h"
#include "ui/json.h"

/* A writer into a text of its own. */
struct scribe {
    struct arena arena;
    struct text text;
    struct json json;
};

static void begin(struct scribe *scribe) {
    arena_init(&scribe->arena, NULL);
    text_init(&scribe->text, &scribe->arena);
    json_to_text(&scribe->json, &scribe->text);
}

/* What was written, and the arena is gone. */
static void expect(struct scribe *scribe, const char *written) {
    assert_string_equal(text_finish(&scribe->text), written);
    assert_non_null(json_read(&scribe->arena, written));
    arena_release(&scribe->arena);
}

static void members_are_separated_by_commas_at_every_depth(void **state) {
    (void)state;
    struct scribe scribe;
    begin(&scribe);
    json_object(&scribe.json);
    json_member_text(&scribe.json, "a", "x");
    json_key(&scribe.json, "b");
    json_array(&scribe.json);
    json_integer(&scribe.json, 1);
    json_object(&scribe.json);
    json_close(&scribe.json);
    json_null(&scribe.json);
    json_close(&scribe.json);
    json_member_bool(&scribe.json, "c", false);
    json_close(&scribe.json);
    json_end_line(&scribe.json);
    expect(&scribe, "{\"a\":\"x\",\"b\":[1,{},null],\"c\":false}\n");
}

static void quotes_and_controls_are_escaped_and_utf8_is_not(void **state) {
    (void)state;
    struct scribe scribe;
    begin(&scribe);
    json_text(&scribe.json, "\"\\\b\n\t\x1f Zo\xC3\xAB \xF0\x9F\x8D\xB0");
    expect(&scribe, "\"\\\"\\\\\\u0008\\n\\t\\u001f Zo\xC3\xAB \xF0\x9F\x8D\xB0\"");
}

static void bytes_that_are_no_utf8_become_the_replacement_character(void **state) {
    (void)state;
    static const char *const broken[] = {"\xFF", "\xC0\xAF", "\xE2\x82", "\xED\xA0\x80",
                                         "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct scribe scribe;
        begin(&scribe);
        json_text(&scribe.json, broken[i]);
        const char *written = text_finish(&scribe.text);
        assert_non_null(strstr(written, "\xEF\xBF\xBD"));
        assert_non_null(json_read(&scribe.arena, written));
        arena_release(&scribe.arena);
    }
}

static void a_real_is_written_with_the_fewest_digits_that_read_back(void **state) {
    (void)state;
    static const struct {
        double real;
        const char *written;
    } cases[] = {{0.1, "0.1"},
                 {1.0, "1.0"},
                 {-0.0, "-0.0"},
                 {1e300, "1e+300"},
                 {1.0 / 3, "0.3333333333333333"},
                 {5e-324, "5e-324"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scribe scribe;
        begin(&scribe);
        json_real(&scribe.json, cases[i].real);
        expect(&scribe, cases[i].written);
    }
}

static void what_is_no_number_is_null(void **state) {
    (void)state;
    struct scribe scribe;
    begin(&scribe);
    json_array(&scribe.json);
    json_real(&scribe.json, NAN);
    json_number(&scribe.json, INFINITY);
    json_number(&scribe.json, -INFINITY);
    json_close(&scribe.json);
    expect(&scribe, "[null,null,null]");
}

static void a_measured_number_without_a_fraction_is_an_integer(void **state) {
    (void)state;
    struct scribe scribe;
    begin(&scribe);
    json_array(&scribe.json);
    json_number(&scribe.json, 101);
    json_number(&scribe.json, 0.5);
    json_number(&scribe.json, 9007199254740992.0);
    json_number(&scribe.json, 1e17);
    json_close(&scribe.json);
    expect(&scribe, "[101,0.5,9007199254740992,1e+17]");
}

static void plain_values_have_pythons_json_form(void **state) {
    (void)state;
    struct scribe scribe;
    begin(&scribe);
    json_array(&scribe.json);
    json_value(&scribe.json, value_none());
    json_value(&scribe.json, value_bool(true));
    json_value(&scribe.json, value_int(INT64_MIN));
    json_value(&scribe.json, value_of_text(VALUE_BIGINT, "-99999999999999999999", 21));
    json_value(&scribe.json, value_float(2));
    json_value(&scribe.json, value_text("x"));
    json_value(&scribe.json, value_of_text(VALUE_DATE, "2024-02-29", 10));
    struct object object = {0};
    json_value(&scribe.json, value_object(&object));
    json_close(&scribe.json);
    expect(&scribe, "[null,true,-9223372036854775808,-99999999999999999999,2.0,\"x\","
                    "\"2024-02-29\",\"...\"]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_separated_by_commas_at_every_depth),
        cmocka_unit_test(quotes_and_controls_are_escaped_and_utf8_is_not),
        cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement_character),
        cmocka_unit_test(a_real_is_written_with_the_fewest_digits_that_read_back),
        cmocka_unit_test(what_is_no_number_is_null),
        cmocka_unit_test(a_measured_number_without_a_fraction_is_an_integer),
        cmocka_unit_test(plain_values_have_pythons_json_form),
    };
    return RUN_TESTS(tests);
}
