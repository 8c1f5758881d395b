/* The HTML export: well formed, loads nothing, leads to every step, and tells a listing's words
 * apart. */
#include "tests/support/testing.h"

#include <math.h>

#include "data/data.h"
#include "lessons/lesson.h"
#include "tests/support/program.h"
#include "ui/html.h"

enum { OPEN_MOST = 64, NAME_MOST = 24 };

static bool is_void(const char *name) {
    static const char *const names[] = {"meta", "br", "hr", "!DOCTYPE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* Every element that opens closes, in order; attributes are quoted. */
static void check_well_formed(const char *html) {
    char open[OPEN_MOST][NAME_MOST];
    size_t depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at, '<')) {
        bool closing = at[1] == '/';
        char name[NAME_MOST];
        at += 1 + closing;
        size_t length = strcspn(at, " >/\n");
        assert_true(length > 0 && length < sizeof name);
        memcpy(name, at, length);
        name[length] = '\0';
        const char *end = at;
        for (bool quoted = false; *end && (quoted || *end != '>'); end++)
            if (*end == '"') quoted = !quoted;
        assert_true(*end == '>');
        if (closing) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (end[-1] != '/' && !is_void(name)) {
            assert_true(depth < OPEN_MOST);
            memcpy(open[depth++], name, sizeof name);
        }
        at = end;
    }
    assert_int_equal(depth, 0);
}

static void the_html_page_is_well_formed_and_loads_nothing(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "-f", "html", NULL), 0);
    check_well_formed(program->out);
    static const char *const loading[] = {"<script", "<link", "<img", "src=", "@import", "url("};
    for (size_t i = 0; i < sizeof loading / sizeof *loading; i++)
        assert_null(strstr(program->out, loading[i]));
    assert_non_null(strstr(program->out, "<html lang=\"en\">"));
    assert_non_null(strstr(program->out, "<a href=\"#lazy\">"));
    assert_non_null(strstr(program->out, "<section id=\"lazy\">"));
    assert_null(strstr(program->out, "<!--"));
}

static void measured_html_draws_with_titles_and_numbers_beside(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "-f", "html", "-m", "4/3", NULL), 0);
    check_well_formed(program->out);
    assert_non_null(strstr(program->out, "role=\"img\" aria-labelledby="));
    assert_non_null(strstr(program->out, "<summary>as numbers</summary>"));
    assert_non_null(strstr(program->out, "<span class=\"good\">ok</span>"));
    assert_non_null(strstr(program->out, "simulated: "));
}

static void what_a_figure_says_cannot_break_out_of_the_page(void **state) {
    (void)state;
    static const struct figure_bar evil[] = {{"<script>alert(\"x\")</script>", 1, "&\x01'", 0}};
    static const struct figure figure = {.kind = FIGURE_BARS,
                                         .title = "</figcaption><b>",
                                         .simulated = "\"<",
                                         .bars = {evil, 1, "calls"}};
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    html_add_figure(&text, &figure, "id");
    const char *html = text_finish(&text);
    check_well_formed(html);
    assert_null(strstr(html, "<script"));
    assert_null(strchr(html, '\x01'));
    assert_non_null(strstr(html, "&lt;/figcaption&gt;&lt;b&gt;"));
    arena_release(&arena);
}

static void a_span_that_lies_over_another_hides_its_label(void **state) {
    (void)state;
    static const char *const lanes[] = {"worker"};
    static const struct figure_span spans[] = {{0, 0, 100, "below", 'b'}, {0, 0, 90, "above", 'a'}};
    static const struct figure figure = {
        .kind = FIGURE_TIMELINE, .title = "lanes", .timeline = {lanes, 1, spans, 2, "ms"}};
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    html_plot_timeline(&text, &figure, "id");
    const char *html = text_finish(&text);
    assert_non_null(strstr(html, "<title>below</title>"));
    assert_null(strstr(html, ">below</text>"));
    assert_non_null(strstr(html, ">above</text>"));
    arena_release(&arena);
}

/* ---- contents -------------------------------------------------------------------------------- */

/* The place of `<section id="...">` or `<a href="#...">`; NULL for none. */
static const char *find_anchor(const char *html, const char *form, const struct lesson *lesson,
                               const struct step *step) {
    char anchor[128];
    snprintf(anchor, sizeof anchor, "%s%s%s%s\">", form, lesson->slug, step ? "-" : "",
             step ? step->slug : "");
    const char *at = strstr(html, anchor);
    if (at && strstr(at + 1, anchor)) fail_msg("%s stands twice", anchor);
    if (!at) fail_msg("there is no %s", anchor);
    return at;
}

static void the_contents_lead_to_every_lesson_and_step(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "-f", "html", NULL), 0);
    const char *main = strstr(program->out, "<main>");
    assert_non_null(main);
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j <= lessons[i]->step_count; j++) {
            const struct step *step = j ? lessons[i]->steps[j - 1] : NULL;
            assert_true(find_anchor(program->out, "<a href=\"#", lessons[i], step) < main);
            assert_true(find_anchor(program->out, "<section id=\"", lessons[i], step) > main);
        }
}

static void a_page_of_a_folder_leads_back_to_its_index(void **state) {
    struct program *program = *state;
    char folder[256];
    snprintf(folder, sizeof folder, "%s/", program_path(program, "notes"));
    assert_int_equal(program_run(program, "export", "-f", "html", "-o", folder, "4", NULL), 0);
    char *page = program_read_file(program_path(program, "notes/day4_middleware.html"), NULL);
    char *index = program_read_file(program_path(program, "notes/index.html"), NULL);
    assert_true(page && index);
    check_well_formed(page);
    check_well_formed(index);
    assert_non_null(strstr(page, "<a href=\"index.html\">"));
    assert_non_null(strstr(page, "<title>Day 4: "));
    assert_non_null(strstr(index, "<a href=\"day4_middleware.html#middleware\">"));
    assert_non_null(strstr(index, "<main>"));
    free(page);
    free(index);
}

/* ---- listings -------------------------------------------------------------------------------- */

static void a_listing_has_its_words_told_apart(void **state) {
    (void)state;
    static const char source[] = "if name == \"<x>\":  # a < b\n    return 'done'\n";
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    html_add_python(&text, source, strlen(source));
    assert_string_equal(text_finish(&text), "<span class=\"keyword\">if</span> name == "
                                            "<span class=\"string\">&quot;&lt;x&gt;&quot;</span>:  "
                                            "<span class=\"comment\"># a &lt; b</span>\n    "
                                            "<span class=\"keyword\">return</span> "
                                            "<span class=\"string\">'done'</span>\n");
    arena_release(&arena);
}

static void listings_of_notes_and_figures_are_coloured_alike(void **state) {
    struct program *program = *state;
    static const char line[] = "<span class=\"keyword\">from</span> blog.models ";
    assert_int_equal(program_run(program, "export", "-f", "html", "9/1", NULL), 0);
    assert_non_null(strstr(program->out, line));
    assert_int_equal(program_run(program, "export", "-f", "html", "-m", "9/1", NULL), 0);
    assert_non_null(
        strstr(program->out, "<td class=\"source\"><code><span class=\"keyword\">from"));
}

static void heads_of_number_columns_stand_where_the_numbers_do(void **state) {
    struct program *program = *state;
    assert_int_equal(program_run(program, "export", "-f", "html", "-m", "9/2", NULL), 0);
    assert_non_null(strstr(program->out, "<th scope=\"col\" class=\"number\">queries</th>"));
    assert_non_null(strstr(program->out, "<th scope=\"col\">source</th>"));
    assert_null(strstr(program->out, "<th scope=\"col\"></th>"));
}

/* ---- colours --------------------------------------------------------------------------------- */

/* The share of light of one channel of an sRGB colour (WCAG 2.2, relative luminance). */
static double linear(unsigned long channel) {
    double share = (double)channel / 255;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

/* The luminance of a colour of the page's style: its first value is for light, its second for
 * dark. */
static double luminance(const char *style, const char *name, bool dark) {
    char form[32], digits[7] = "";
    snprintf(form, sizeof form, "--%s: #", name);
    const char *at = strstr(style, form);
    if (at && dark) at = strstr(at + 1, form);
    if (!at) fail_msg("there is no %s", form);
    size_t count = 0;
    for (at += strlen(form); count < 6 && strchr("0123456789abcdef", *at); at++)
        digits[count++] = *at;
    for (; count == 3; count = 6) /* #fff */
        memcpy(digits, (char[]){digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]},
               6);
    unsigned long colour = strtoul(digits, NULL, 16);
    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8 & 255) +
           0.0722 * linear(colour & 255);
}

/* WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1. */
static void every_colour_of_words_stands_off_from_what_is_behind_it(void **state) {
    (void)state;
    static const char *const words[] = {"ink", "good", "bad", "keyword", "string", "comment", "c0"};
    static const char *const grounds[] = {"paper", "soft"};
    const char *style = data_find("page.css")->text;
    for (int dark = 0; dark < 2; dark++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            for (size_t j = 0; j < 2; j++) {
                double one = luminance(style, words[i], dark);
                double other = luminance(style, grounds[j], dark);
                double contrast = (fmax(one, other) + 0.05) / (fmin(one, other) + 0.05);
                if (contrast < 4.5)
                    fail_msg("%s on %s, %s: %.2f", words[i], grounds[j], dark ? "dark" : "light",
                             contrast);
            }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, program_setup, program_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_html_page_is_well_formed_and_loads_nothing),
        TEST(measured_html_draws_with_titles_and_numbers_beside),
        TEST(what_a_figure_says_cannot_break_out_of_the_page),
        TEST(a_span_that_lies_over_another_hides_its_label),
        TEST(the_contents_lead_to_every_lesson_and_step),
        TEST(a_page_of_a_folder_leads_back_to_its_index),
        TEST(a_listing_has_its_words_told_apart),
        TEST(listings_of_notes_and_figures_are_coloured_alike),
        TEST(heads_of_number_columns_stand_where_the_numbers_do),
        TEST(every_colour_of_words_stands_off_from_what_is_behind_it),
    };
    return RUN_TESTS(tests);
}
