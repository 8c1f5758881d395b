/* Routes: how they are read, what they match, and what Django writes about them. */
#include "engine/urls/pattern.h"
#include "tests/support/running.h"
#include "tests/support/testing.h"

#define UUID_TEXT "123e4567-e89b-12d3-a456-426614174000"

static struct pattern read(struct running *run, const char *route, bool endpoint) {
    struct pattern pattern;
    assert_true(pattern_read(&run->runtime, &pattern, route, strlen(route), endpoint));
    return pattern;
}

static void refused(struct running *run, const char *route, const char *type, const char *message) {
    struct pattern pattern;
    assert_false(pattern_read(&run->runtime, &pattern, route, strlen(route), true));
    running_raised(run, type, message);
}

static bool matches(struct running *run, const char *route, const char *path) {
    struct pattern pattern = read(run, route, true);
    struct span spans[PATTERN_PARAMETERS];
    size_t end;
    return pattern_match(&pattern, path, strlen(path), spans, &end);
}

/* What the parameters captured, joined by "|"; "no" where the route does not match. */
static const char *captured(struct running *run, const char *route, const char *path) {
    struct pattern pattern = read(run, route, true);
    struct span spans[PATTERN_PARAMETERS];
    size_t end;
    if (!pattern_match(&pattern, path, strlen(path), spans, &end)) return "no";
    struct text text;
    text_init(&text, &run->arena);
    for (size_t i = 0; i < pattern.count; i++) {
        if (i) text_add_char(&text, '|');
        text_add_bytes(&text, path + spans[i].from, spans[i].to - spans[i].from);
    }
    return text_finish(&text);
}

static const char *regex(struct running *run, const char *route) {
    struct pattern pattern = read(run, route, true);
    struct text text;
    text_init(&text, &run->arena);
    pattern_add_regex(&pattern, &text);
    return text_finish(&text);
}

/* ---- reading ------------------------------------------------------------------------------ */

static void brackets_that_hold_nothing_are_text(void **state) {
    assert_true(matches(*state, "<>/", "<>/"));
    assert_true(matches(*state, "<int:x/", "<int:x/"));
    assert_string_equal(captured(*state, "<>a<b>", "<>ac"), "c");
}

static void a_bare_placeholder_is_a_str(void **state) {
    assert_string_equal(captured(*state, "<x>/", "abc/"), "abc");
}

static void an_unknown_converter_is_refused_with_djangos_text(void **state) {
    refused(*state, "<foo:x>/", "ImproperlyConfigured",
            "URL route '<foo:x>/' uses invalid converter 'foo'.");
    refused(*state, "it's<foo:x>", "ImproperlyConfigured",
            "URL route \"it's<foo:x>\" uses invalid converter 'foo'.");
}

static void a_name_that_is_no_identifier_is_refused(void **state) {
    refused(*state, "<int:1x>/", "ImproperlyConfigured",
            "URL route '<int:1x>/' uses parameter name '1x' which isn't a valid Python "
            "identifier.");
    refused(*state, "<:x>/", "ImproperlyConfigured",
            "URL route '<:x>/' uses parameter name ':x' which isn't a valid Python identifier.");
    refused(*state, "<int:>/", "ImproperlyConfigured",
            "URL route '<int:>/' uses parameter name 'int:' which isn't a valid Python "
            "identifier.");
    refused(*state, "<<x>>/", "ImproperlyConfigured",
            "URL route '<<x>>/' uses parameter name '<x' which isn't a valid Python identifier.");
}

static void white_space_in_brackets_is_refused_first(void **state) {
    refused(*state, "<foo:1 x>/", "ImproperlyConfigured",
            "URL route '<foo:1 x>/' cannot contain whitespace in angle brackets <…>.");
}

static void a_keyword_of_python_is_a_fine_name(void **state) {
    assert_string_equal(captured(*state, "<int:class>/", "7/"), "7");
}

static void a_name_beyond_ascii_is_not_supported(void **state) {
    refused(*state, "<é>/", "NotSupported", "a placeholder's name beyond ASCII in route '<é>/'");
}

/* ---- matching ----------------------------------------------------------------------------- */

static void int_takes_ascii_digits_only(void **state) {
    assert_string_equal(captured(*state, "<int:n>/", "007/"), "007");
    assert_false(matches(*state, "<int:n>/", "-1/"));
    assert_false(matches(*state, "<int:n>/", "+1/"));
    assert_false(matches(*state, "<int:n>/", "/"));
    assert_false(matches(*state, "<int:n>/", "\u0663/")); /* a digit, but not an ASCII one */
}

static void str_takes_anything_but_a_slash(void **state) {
    assert_string_equal(captured(*state, "<s>/", "a\nb é/"), "a\nb é");
    assert_false(matches(*state, "<s>/", "a/b/"));
    assert_false(matches(*state, "<s>/", "/"));
}

static void slug_takes_letters_digits_hyphen_and_underscore(void **state) {
    assert_string_equal(captured(*state, "<slug:s>/", "-a_B9/"), "-a_B9");
    assert_false(matches(*state, "<slug:s>/", "é/"));
    assert_false(matches(*state, "<slug:s>/", "a b/"));
}

static void uuid_takes_lower_case_with_hyphens_only(void **state) {
    assert_string_equal(captured(*state, "<uuid:u>/", UUID_TEXT "/"), UUID_TEXT);
    assert_false(matches(*state, "<uuid:u>/", "123E4567-e89b-12d3-a456-426614174000/"));
    assert_false(matches(*state, "<uuid:u>/", "123e4567e89b12d3a456426614174000/"));
    assert_false(matches(*state, "<uuid:u>/", UUID_TEXT "0/"));
    assert_string_equal(captured(*state, "<uuid:u><int:n>", UUID_TEXT "42"), UUID_TEXT "|42");
}

static void path_takes_slashes_but_no_newline(void **state) {
    assert_string_equal(captured(*state, "<path:p>", "a/b/c"), "a/b/c");
    assert_false(matches(*state, "<path:p>", "a\nb"));
    assert_false(matches(*state, "<path:p>", ""));
}

static void what_stands_outside_brackets_is_literal(void **state) {
    assert_true(matches(*state, "a.b/", "a.b/"));
    assert_false(matches(*state, "a.b/", "axb/"));
    assert_true(matches(*state, "c++/(x)/[1]{2}/", "c++/(x)/[1]{2}/"));
}

static void a_route_ends_where_the_path_ends(void **state) {
    assert_false(matches(*state, "about/", "about/\n"));
    assert_false(matches(*state, "about/", "about/x"));
    assert_false(matches(*state, "<int:n>", "7x"));
}

static void a_prefix_matches_what_it_can_and_leaves_the_rest(void **state) {
    struct pattern pattern = read(*state, "<str:a>/<path:p>", false);
    struct span spans[PATTERN_PARAMETERS];
    size_t end;
    assert_true(pattern_match(&pattern, "x/y/z\nrest", 10, spans, &end));
    assert_int_equal(end, 5);
    assert_int_equal(spans[1].from, 2);
}

static void a_converter_gives_back_what_the_rest_needs(void **state) {
    assert_string_equal(captured(*state, "glue<int:n>x<s>", "glue12x3x4"), "12|3x4");
    assert_string_equal(captured(*state, "<a>-<b>.html", "1-2-3.html"), "1-2|3");
    assert_string_equal(captured(*state, "<a><b>", "xyz"), "xy|z");
    assert_string_equal(captured(*state, "<int:a><int:b><int:c>", "12"), "no");
    assert_string_equal(captured(*state, "<path:p>/end/", "a/end/b/end/"), "a/end/b");
}

static void a_character_is_given_back_whole(void **state) {
    assert_string_equal(captured(*state, "<a><b>", "éü"), "é|ü");
    assert_string_equal(captured(*state, "<a><b>", "é"), "no");
}

/* A route that a naive matcher would need 2^n steps for. */
static void giving_back_takes_linear_time(void **state) {
    struct running *run = *state;
    struct text route, path;
    text_init(&route, &run->arena);
    text_init(&path, &run->arena);
    for (int i = 0; i < PATTERN_PARAMETERS; i++) text_format(&route, "<path:p%d>a", i);
    for (int i = 0; i < 20000; i++) text_add_char(&path, 'a');
    text_add_char(&path, 'b');
    assert_false(matches(run, text_finish(&route), text_finish(&path)));
}

/* ---- against a plain matcher -------------------------------------------------------------- */

/* The same by trying everything: the longest first, parameter by parameter. */
static bool plain_takes(enum converter converter, unsigned char byte) {
    if (converter == CONVERTER_INT) return byte >= '0' && byte <= '9';
    if (converter == CONVERTER_SLUG)
        return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '-';
    return converter == CONVERTER_PATH || byte != '/';
}

static bool plain_match(const struct pattern *pattern, size_t index, const char *path, size_t from,
                        struct span *spans) {
    if (index == pattern->count) return !pattern->endpoint || path[from] == '\0';
    const struct parameter *parameter = &pattern->parameters[index];
    size_t reach = from;
    while (path[reach] && plain_takes(parameter->converter, (unsigned char)path[reach])) reach++;
    for (size_t to = reach; to > from; to--) {
        if (strncmp(path + to, parameter->literal, parameter->length) != 0) continue;
        spans[index] = (struct span){from, to};
        if (plain_match(pattern, index + 1, path, to + parameter->length, spans)) return true;
    }
    return false;
}

static const char *random_route(struct running *run, uint64_t *seed) {
    static const char *const pieces[] = {"a",    "/",        "1",         "-",         "a/",
                                         "<%c>", "<int:%c>", "<slug:%c>", "<path:%c>", "<str:%c>"};
    struct text text;
    text_init(&text, &run->arena);
    size_t count = 1 + running_random(seed) % 8;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[running_random(seed) % 10];
        const char *hole = strchr(piece, '%');
        text_add_bytes(&text, piece, hole ? (size_t)(hole - piece) : strlen(piece));
        if (hole) text_format(&text, "%c>", (char)('a' + i));
    }
    return text_finish(&text);
}

static const char *random_path(struct running *run, uint64_t *seed) {
    struct text text;
    text_init(&text, &run->arena);
    size_t length = running_random(seed) % 12;
    for (size_t i = 0; i < length; i++) text_add_char(&text, "aab/1-/1"[running_random(seed) % 8]);
    return text_finish(&text);
}

static void matching_equals_trying_everything(void **state) {
    struct running *run = *state;
    uint64_t seed = 7;
    size_t matched = 0;
    for (int turn = 0; turn < 200000; turn++) {
        struct arena_mark mark = arena_mark(&run->arena);
        struct pattern pattern = read(run, random_route(run, &seed), turn % 4 != 0);
        const char *path = random_path(run, &seed);
        struct span spans[PATTERN_PARAMETERS], plain[PATTERN_PARAMETERS];
        size_t end = 0;
        bool ours = pattern_match(&pattern, path, strlen(path), spans, &end);
        bool theirs = strncmp(path, pattern.route, pattern.length) == 0 &&
                      plain_match(&pattern, 0, path, pattern.length, plain);
        if (ours != theirs) fail_msg("'%s' on '%s'", pattern.route, path);
        if (ours && memcmp(spans, plain, pattern.count * sizeof *spans) != 0)
            fail_msg("'%s' on '%s' captures otherwise", pattern.route, path);
        matched += ours;
        arena_rewind(&run->arena, mark);
    }
    assert_true(matched > 5000); /* else it would prove little */
}

/* ---- values and texts --------------------------------------------------------------------- */

static struct value python(struct running *run, enum converter converter, const char *text) {
    struct value value;
    assert_true(converter_to_python(converter, &run->arena, text, strlen(text), &value));
    return value;
}

static void an_int_may_be_of_any_size(void **state) {
    assert_int_equal(python(*state, CONVERTER_INT, "007").integer, 7);
    assert_int_equal(python(*state, CONVERTER_INT, "000").integer, 0);
    struct value largest = python(*state, CONVERTER_INT, "9223372036854775807");
    assert_int_equal(largest.kind, VALUE_INT);
    assert_true(largest.integer == INT64_MAX);
    struct value larger = python(*state, CONVERTER_INT, "009223372036854775808");
    assert_int_equal(larger.kind, VALUE_BIGINT);
    assert_string_equal(larger.text, "9223372036854775808");
}

static void an_int_beyond_pythons_limit_does_not_fit(void **state) {
    (void)state;
    assert_true(converter_fits(CONVERTER_INT, 4300));
    assert_false(converter_fits(CONVERTER_INT, 4301));
    assert_true(converter_fits(CONVERTER_STR, 4301));
}

static void a_uuid_becomes_a_uuid(void **state) {
    assert_int_equal(python(*state, CONVERTER_UUID, UUID_TEXT).kind, VALUE_UUID);
    assert_int_equal(python(*state, CONVERTER_SLUG, "1").kind, VALUE_TEXT);
}

static void a_pattern_is_written_as_djangos_regex(void **state) {
    assert_string_equal(regex(*state, "int/<int:n>/"), "int/(?P<n>[0-9]+)/\\Z");
    assert_string_equal(regex(*state, "mix/<int:year>-<slug:s>.html"),
                        "mix/(?P<year>[0-9]+)\\-(?P<s>[-a-zA-Z0-9_]+)\\.html\\Z");
    assert_string_equal(regex(*state, "a b&~#%é"), "a\\ b\\&\\~\\#%é\\Z");
}

static void a_name_used_twice_is_what_pythons_re_says(void **state) {
    struct pattern pattern = read(*state, "<int:id>/<int:id>/", true);
    assert_string_equal(pattern.broken,
                        "redefinition of group name 'id' as group 2; was group 1 at position 20");
    struct pattern lines = read(*state, "é\n<a>\n<a>", true);
    assert_string_equal(lines.broken, "redefinition of group name 'a' as group 2; was group 1 at "
                                      "position 22 (line 3, column 5)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)
        TEST(brackets_that_hold_nothing_are_text),
        TEST(a_bare_placeholder_is_a_str),
        TEST(an_unknown_converter_is_refused_with_djangos_text),
        TEST(a_name_that_is_no_identifier_is_refused),
        TEST(white_space_in_brackets_is_refused_first),
        TEST(a_keyword_of_python_is_a_fine_name),
        TEST(a_name_beyond_ascii_is_not_supported),
        TEST(int_takes_ascii_digits_only),
        TEST(str_takes_anything_but_a_slash),
        TEST(slug_takes_letters_digits_hyphen_and_underscore),
        TEST(uuid_takes_lower_case_with_hyphens_only),
        TEST(path_takes_slashes_but_no_newline),
        TEST(what_stands_outside_brackets_is_literal),
        TEST(a_route_ends_where_the_path_ends),
        TEST(a_prefix_matches_what_it_can_and_leaves_the_rest),
        TEST(a_converter_gives_back_what_the_rest_needs),
        TEST(a_character_is_given_back_whole),
        TEST(giving_back_takes_linear_time),
        TEST(matching_equals_trying_everything),
        TEST(an_int_may_be_of_any_size),
        TEST(an_int_beyond_pythons_limit_does_not_fit),
        TEST(a_uuid_becomes_a_uuid),
        TEST(a_pattern_is_written_as_djangos_regex),
        TEST(a_name_used_twice_is_what_pythons_re_says),
    };
    return RUN_TESTS(tests);
}
