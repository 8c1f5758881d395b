/* CSV: what Python's csv.writer writes. The expectations were written by it. */
#include "engine/http/csv.h"

#include "tests/support/testing.h"

enum { FIELDS_MOST = 4 };

static const struct {
    const char *fields[FIELDS_MOST];
    size_t count;
    const char *row;
} rows[] = {
    {{"a", "b"}, 2, "a,b\r\n"},
    {{"", ""}, 2, ",\r\n"},
    {{""}, 1, "\"\"\r\n"},
    {{NULL}, 0, "\r\n"},
    {{"a,b", "c"}, 2, "\"a,b\",c\r\n"},
    {{"say \"hi\""}, 1, "\"say \"\"hi\"\"\"\r\n"},
    {{"\""}, 1, "\"\"\"\"\r\n"},
    {{"two\nlines", "x"}, 2, "\"two\nlines\",x\r\n"},
    {{"carriage\rreturn"}, 1, "\"carriage\rreturn\"\r\n"},
    {{" lead", "trail "}, 2, " lead,trail \r\n"},
    {{"semi;colon", "tab\there", "'"}, 3, "semi;colon,tab\there,'\r\n"},
    {{"\xc3\xa9t\xc3\xa9", "\xe2\x82\xac 5,00"}, 2, "\xc3\xa9t\xc3\xa9,\"\xe2\x82\xac 5,00\"\r\n"},
};

static void rows_are_quoted_where_python_quotes_them(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct csv_field fields[FIELDS_MOST];
        for (size_t j = 0; j < rows[i].count; j++)
            fields[j] = (struct csv_field){rows[i].fields[j], strlen(rows[i].fields[j])};
        size_t most = csv_row_most(fields, rows[i].count);
        char *room = malloc(most);
        size_t length = csv_row(room, fields, rows[i].count);
        assert_in_range(length, 1, most);
        assert_int_equal(length, strlen(rows[i].row));
        assert_memory_equal(room, rows[i].row, length);
        free(room);
    }
}

/* All quotes is the longest a row can get. */
static void the_most_is_enough(void **state) {
    (void)state;
    char text[100], room[1024];
    memset(text, '"', sizeof text);
    struct csv_field fields[] = {{text, 100}, {text, 100}, {"", 0}};
    assert_in_range(csv_row(room, fields, 3), 1, csv_row_most(fields, 3));
    assert_in_range(csv_row(room, &fields[2], 1), 1, csv_row_most(&fields[2], 1));
}

static void numbers_are_decimal(void **state) {
    (void)state;
    static const struct {
        uint64_t number;
        const char *text;
    } numbers[] = {{0, "0"},
                   {7, "7"},
                   {10, "10"},
                   {1234567890, "1234567890"},
                   {UINT64_MAX, "18446744073709551615"}};
    char room[21];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        size_t length = csv_number(room, numbers[i].number);
        assert_int_equal(length, strlen(numbers[i].text));
        assert_memory_equal(room, numbers[i].text, length);
    }
}

static void none_is_an_empty_field_and_text_is_itself(void **state) {
    (void)state;
    struct csv_field field;
    assert_true(csv_field_of(NULL, value_none(), &field));
    assert_int_equal(field.length, 0);
    assert_true(csv_field_of(NULL, value_text("caf\xc3\xa9"), &field));
    assert_int_equal(field.length, 5);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_quoted_where_python_quotes_them),
        cmocka_unit_test(the_most_is_enough),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(none_is_an_empty_field_and_text_is_itself),
    };
    return RUN_TESTS(tests);
}
