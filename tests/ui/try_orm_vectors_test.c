/* `daybook try orm --json` against what Django answered: a thousand expressions on the same
 * database.
 *
 * tests/vectors/orm.json holds a case a line: the expression, how many queries Django sent, the
 * first of them with their parameters, and either the error or the number of rows and the sum of
 * a hash over each row's canonical JSON (names sorted, no spaces), so that order does not matter.
 */
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "tests/support/testing.h"
#include "tests/support/tried.h"

/* ---- the file ----------------------------------------------------------------------------- */

static struct arena arena;
static struct json_node *cases;

static int load_cases(void **state) {
    (void)state;
    arena_init(&arena, NULL);
    char *text = program_read_file("tests/vectors/orm.json", NULL);
    assert_non_null(text);
    cases = json_read_lines(&arena, text);
    free(text);
    return cases ? 0 : -1;
}

static int free_cases(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

/* ---- a row as canonical JSON, hashed ------------------------------------------------------ */

struct hash {
    uint64_t value;
};

static void hash_bytes(struct hash *hash, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        hash->value = (hash->value ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
}

static void hash_text(struct hash *hash, const char *text) {
    static const char special[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
    hash_bytes(hash, "\"", 1);
    for (; *text; text++) {
        const char *escape = strchr(special, *text);
        char code[8];
        if (escape)
            snprintf(code, sizeof code, "\\%c", letters[escape - special]);
        else if ((unsigned char)*text < 0x20)
            snprintf(code, sizeof code, "\\u%04x", (unsigned char)*text);
        else
            snprintf(code, sizeof code, "%c", *text);
        hash_bytes(hash, code, strlen(code));
    }
    hash_bytes(hash, "\"", 1);
}

static int by_name(const void *left, const void *right) {
    const struct json_node *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

static void hash_node(struct hash *hash, const struct json_node *node);

static void hash_members(struct hash *hash, const struct json_node *node) {
    const struct json_node *members[64];
    size_t count = 0;
    assert_true(node->count <= 64);
    for (const struct json_node *each = node->first; each; each = each->next)
        members[count++] = each;
    if (node->kind == JSON_OBJECT) qsort(members, count, sizeof *members, by_name);
    for (size_t i = 0; i < count; i++) {
        if (i) hash_bytes(hash, ",", 1);
        if (node->kind == JSON_OBJECT) {
            hash_text(hash, members[i]->name);
            hash_bytes(hash, ":", 1);
        }
        hash_node(hash, members[i]);
    }
}

static void hash_node(struct hash *hash, const struct json_node *node) {
    static const char *const words[] = {
        [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
    switch (node->kind) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: hash_bytes(hash, words[node->kind], strlen(words[node->kind])); break;
    case JSON_NUMBER: hash_bytes(hash, node->text, strlen(node->text)); break;
    case JSON_STRING: hash_text(hash, node->text); break;
    case JSON_ARRAY:
        hash_bytes(hash, "[", 1);
        hash_members(hash, node);
        hash_bytes(hash, "]", 1);
        break;
    case JSON_OBJECT:
        hash_bytes(hash, "{", 1);
        hash_members(hash, node);
        hash_bytes(hash, "}", 1);
        break;
    }
}

static uint64_t row_hash(const struct json_node *row) {
    struct hash hash = {UINT64_C(0xcbf29ce484222325)};
    hash_node(&hash, row);
    return hash.value;
}

/* ---- one case ----------------------------------------------------------------------------- */

/* A case with `each` loops over its objects and touches something of each. */
static void listing_of(const struct json_node *one, char *listing, size_t size) {
    const char *expression = json_get_text(one, "expr"), *kind = json_get_text(one, "kind");
    const char *each = json_get_text(one, "each");
    const char *over = strcmp(kind, "instance") == 0 ? "[qs]"
                       : strcmp(kind, "dict") == 0   ? "qs.values()"
                                                     : "qs";
    int length = *each ? snprintf(listing, size, "qs = %s\nfor o in %s:\n    %s\n%s", expression,
                                  over, each, strcmp(kind, "iterator") == 0 ? "" : "qs\n")
                       : snprintf(listing, size, "%s\n", expression);
    assert_true(length > 0 && (size_t)length < size);
}

static struct json_node *answers_to(struct arena *own, const char *listing) {
    struct try_listing asked = {.name = "test",
                                .source = listing,
                                .database = "tests/vectors/fixture.sqlite3",
                                .json = true};
    int code;
    char *out = tried_listing(&try_orm, asked, &code);
    struct json_node *answers = json_read_lines(own, out);
    free(out);
    assert_non_null(answers);
    return answers;
}

static bool same(const struct json_node *left, const struct json_node *right) {
    return row_hash(left) == row_hash(right);
}

static void check_sql(const char *id, const struct json_node *one,
                      const struct json_node *answers) {
    const struct json_node *wanted = json_get(one, "sql")->first;
    for (const struct json_node *answer = answers->first; answer; answer = answer->next)
        for (const struct json_node *ran = json_get(answer, "sql")->first; ran && wanted;
             ran = ran->next) {
            if (strcmp(json_get_text(ran, "sql"), json_at(wanted, 0)->text) != 0)
                fail_msg("%s: %s\nDjango: %s", id, json_get_text(ran, "sql"),
                         json_at(wanted, 0)->text);
            if (!same(json_get(ran, "params"), json_at(wanted, 1)))
                fail_msg("%s: other parameters", id);
            wanted = wanted->next;
        }
    if (wanted) fail_msg("%s: not sent: %s", id, json_at(wanted, 0)->text);
}

static void check_error(const char *id, const struct json_node *wanted,
                        const struct json_node *error) {
    if (!error) fail_msg("%s: no error", id);
    if (strcmp(json_get_text(error, "type"), json_at(wanted, 0)->text) != 0 ||
        strcmp(json_get_text(error, "message"), json_at(wanted, 1)->text) != 0)
        fail_msg("%s: %s: %s\nDjango: %s: %s", id, json_get_text(error, "type"),
                 json_get_text(error, "message"), json_at(wanted, 0)->text,
                 json_at(wanted, 1)->text);
}

static void check_rows(const char *id, const struct json_node *one, const struct json_node *last) {
    const struct json_node *rows = json_get(last, "rows"), *value = json_get(last, "value");
    if (!json_get(one, "count")) return;
    bool list = rows->kind == JSON_ARRAY || strcmp(json_get_text(one, "kind"), "list") == 0;
    if (rows->kind != JSON_ARRAY) rows = value;
    size_t count = list ? rows->count : 1;
    if ((double)count != json_get_number(one, "count"))
        fail_msg("%s: %zu rows, Django %g", id, count, json_get_number(one, "count"));
    if (!json_get(one, "sum")) return;
    uint64_t sum = list ? 0 : row_hash(value);
    for (const struct json_node *row = list ? rows->first : NULL; row; row = row->next)
        sum += row_hash(row);
    char text[20];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)sum);
    if (strcmp(text, json_get_text(one, "sum")) != 0) fail_msg("%s: other rows than Django's", id);
}

static void check_case(const struct json_node *one) {
    const char *id = json_get_text(one, "id");
    char listing[2048];
    struct arena own;
    arena_init(&own, NULL);
    listing_of(one, listing, sizeof listing);
    const struct json_node *answers = answers_to(&own, listing), *last = NULL, *error = NULL;
    double queries = 0;
    for (const struct json_node *answer = answers->first; answer; answer = answer->next) {
        queries += json_get_number(answer, "queries");
        last = answer;
        if (!error && json_get(answer, "error")->kind == JSON_OBJECT)
            error = json_get(answer, "error");
    }
    assert_non_null(last);
    if (json_get(one, "error")) {
        check_error(id, json_get(one, "error"), error);
    } else {
        if (error)
            fail_msg("%s: %s: %s", id, json_get_text(error, "type"),
                     json_get_text(error, "message"));
        if (queries != json_get_number(one, "queries"))
            fail_msg("%s: %g queries, Django %g", id, queries, json_get_number(one, "queries"));
        if (*json_get_text(one, "each") == '\0') check_rows(id, one, last);
        check_sql(id, one, answers);
    }
    arena_release(&own);
}

static void check_category(void **state) {
    const char *category = *state;
    size_t count = 0, length = strlen(category);
    for (const struct json_node *one = cases->first; one; one = one->next) {
        const char *id = json_get_text(one, "id");
        if (strncmp(id, category, length) != 0 || id[length] < '0' || id[length] > '9') continue;
        check_case(one);
        count++;
    }
    assert_true(count > 0);
}

#define CATEGORY(name, word)                                                                       \
    { name, check_category, NULL, NULL, word }

int main(void) {
    const struct CMUnitTest tests[] = {
        CATEGORY("basic queries answer as Django's", "basic"),
        CATEGORY("ordering is Django's", "order_by"),
        CATEGORY("slices are Django's", "slicing"),
        CATEGORY("distinct is Django's", "distinct"),
        CATEGORY("values are Django's", "values"),
        CATEGORY("values_list is Django's", "values_list"),
        CATEGORY("count, exists and repr are Django's", "scalar"),
        CATEGORY("aggregates are Django's", "aggregate"),
        CATEGORY("annotations are Django's", "annotate"),
        CATEGORY("having is Django's", "having"),
        CATEGORY("F expressions are Django's", "f_expr"),
        CATEGORY("Q objects are Django's", "q_objects"),
        CATEGORY("lookups are Django's", "lookups"),
        CATEGORY("foreign keys are followed as Django does", "fk_traversal"),
        CATEGORY("relations are followed back as Django does", "reverse"),
        CATEGORY("many-to-manys are Django's", "m2m"),
        CATEGORY("select_related is Django's", "select_related"),
        CATEGORY("a loop costs as many queries as Django's", "n_plus_one"),
        CATEGORY("prefetch_related is Django's", "prefetch_related"),
        CATEGORY("only and defer are Django's", "only_defer"),
        CATEGORY("subqueries are Django's", "subquery"),
        CATEGORY("Exists is Django's", "exists_sub"),
        CATEGORY("conditional expressions are Django's", "conditional"),
        CATEGORY("functions are Django's", "functions"),
        CATEGORY("dates are Django's", "dates"),
        CATEGORY("iterators are Django's", "iterator"),
        CATEGORY("in_bulk is Django's", "in_bulk"),
        CATEGORY("none is Django's", "none"),
        CATEGORY("unions are Django's", "union"),
        CATEGORY("errors are Django's, word for word", "errors"),
        CATEGORY("whatever else was asked is Django's", "more"),
        CATEGORY("chains drawn by lot are Django's", "random_chain"),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, load_cases, free_cases);
}
