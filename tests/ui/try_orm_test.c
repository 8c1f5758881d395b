/* `daybook try orm` as a shell sees it: a database of one's own, read and written,
 * and rows as a table. */
#include "tests/support/testing.h"

#include "tests/support/program.h"

/* ---- a database of one's own --------------------------------------------------------------- */

struct bytes {
    char *at;
    size_t length;
};

static struct bytes bytes_of(const char *path) {
    struct bytes bytes;
    bytes.at = program_read_file(path, &bytes.length);
    assert_non_null(bytes.at);
    return bytes;
}

/* A copy of the recorded database in the test's home; free(path). */
static char *copy_database(struct program *program, struct bytes *before) {
    *before = bytes_of("tests/vectors/fixture.sqlite3");
    char *path = strdup(program_path(program, "blog.sqlite3"));
    FILE *file = path ? fopen(path, "wb") : NULL;
    assert_non_null(file);
    assert_int_equal(fwrite(before->at, 1, before->length, file), before->length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static bool is_unchanged(const char *path, const struct bytes *before) {
    struct bytes now = bytes_of(path);
    bool same = now.length == before->length && memcmp(now.at, before->at, now.length) == 0;
    free(now.at);
    return same;
}

static const char writing[] = "Article.objects.filter(pk=1).update(views=4321)\n"
                              "Article.objects.create(title='new', body='', published=True,\n"
                              "                       views=1, author_id=1)\n"
                              "a = Article.objects.get(pk=2)\n"
                              "a.save()\n";

static size_t count_of(const char *text, const char *piece) {
    size_t count = 0;
    for (; (text = strstr(text, piece)) != NULL; text++) count++;
    return count;
}

static void without_write_a_writing_listing_leaves_the_file_as_it_was(void **state) {
    struct program *program = *state;
    struct bytes before;
    char *path = copy_database(program, &before);
    program->input = writing;
    assert_int_equal(program_run(program, "try", "orm", "--json", "--database", path, NULL), 1);
    assert_int_equal(count_of(program->out,
                              "{\"type\":\"OperationalError\",\"message\":\"attempt to "
                              "write a readonly database\""),
                     3);
    assert_true(is_unchanged(path, &before));
    free(path);
    free(before.at);
}

static void with_write_the_next_listing_reads_what_was_written(void **state) {
    struct program *program = *state;
    struct bytes before;
    char *path = copy_database(program, &before);
    program->input = writing;
    assert_int_equal(
        program_run(program, "try", "orm", "--json", "--write", "--database", path, NULL), 0);
    assert_false(is_unchanged(path, &before));
    program->input = "list(Article.objects.filter(views=4321).values_list('pk', flat=True))\n"
                     "Article.objects.filter(title='new').count()\n";
    assert_int_equal(program_run(program, "try", "orm", "--json", "--database", path, NULL), 0);
    assert_non_null(strstr(program->out, "\"value\":[1]"));
    assert_non_null(strstr(program->out, "\"value\":1,"));
    free(path);
    free(before.at);
}

static void with_write_a_listing_that_only_reads_leaves_the_file_as_it_was(void **state) {
    struct program *program = *state;
    struct bytes before;
    char *path = copy_database(program, &before);
    program->input = "Article.objects.count()\n";
    assert_int_equal(program_run(program, "try", "orm", "--write", "--database", path, NULL), 0);
    assert_true(is_unchanged(path, &before));
    free(path);
    free(before.at);
}

static void write_makes_no_file_where_there_is_none(void **state) {
    struct program *program = *state;
    char *path = strdup(program_path(program, "none.sqlite3"));
    program->input = "Article.objects.count()\n";
    assert_int_equal(program_run(program, "try", "orm", "--write", "--database", path, NULL), 3);
    assert_non_null(strstr(program->err, "none.sqlite3: unable to open database file"));
    assert_null(program_read_file(path, NULL));
    free(path);
}

static void write_without_a_database_is_a_usage_error(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "try", "orm", "--write", NULL), 2);
    assert_non_null(strstr(program->err, "--write: needs the file that --database names"));
}

/* ---- rows as a table ----------------------------------------------------------------------- */

static void rows_stand_in_columns_under_their_names(void **state) {
    struct program *program = *state;
    program->input = "Article.objects.order_by('pk').values('id', 'published')[:2]\n"
                     "Article.objects.order_by('pk').values_list('id', flat=True)[:1]\n"
                     "Article.objects.none()\n";
    assert_int_equal(program_run(program, "try", "orm", NULL), 0);
    assert_non_null(strstr(program->out, " id | published\n"
                                         "----+-----------\n"
                                         "  1 | True\n"
                                         "  2 | True\n"
                                         "(2 rows)\n"));
    assert_non_null(strstr(program->out, " value\n-------\n     1\n(1 row)\n"));
    assert_non_null(strstr(program->out, "none()\n(0 rows)\n"));
}

/* The longest line without an indent: those of the table. */
static size_t widest_row(const char *text) {
    size_t widest = 0;
    for (; *text; text += strcspn(text, "\n") + 1) {
        size_t length = strcspn(text, "\n");
        if (strncmp(text, "    ", 4) != 0 && length > widest) widest = length;
        if (!text[length]) break;
    }
    return widest;
}

static void a_long_table_is_cut_to_the_paper_and_counted(void **state) {
    struct program *program = *state;
    program->locale = "C"; /* a character is a byte */
    program->input = "Article.objects.all()\n";
    assert_int_equal(program_run(program, "try", "orm", NULL), 0);
    assert_non_null(strstr(program->out, "(20 of 1000 rows)\n"));
    assert_int_equal(widest_row(program->out), 80);
}

static void columns_without_room_are_counted_below(void **state) {
    struct program *program = *state;
    program->input = "Article.objects.values_list('title', 'title', 'title', 'title', 'title',\n"
                     " 'title', 'title', 'title', 'title', 'title', 'title')[:1]\n";
    assert_int_equal(program_run(program, "try", "orm", NULL), 0);
    assert_non_null(strstr(program->out, "(1 row, 2 columns not shown)\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(without_write_a_writing_listing_leaves_the_file_as_it_was),
        TEST(with_write_the_next_listing_reads_what_was_written),
        TEST(with_write_a_listing_that_only_reads_leaves_the_file_as_it_was),
        TEST(write_makes_no_file_where_there_is_none),
        TEST(write_without_a_database_is_a_usage_error),
        TEST(rows_stand_in_columns_under_their_names),
        TEST(a_long_table_is_cut_to_the_paper_and_counted),
        TEST(columns_without_room_are_counted_below),
    };
    return RUN_TESTS(tests);
}
