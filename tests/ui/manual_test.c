/* The manual page beside the program's own tables: it says every command with its options, every
 * step and knob, every key where it works, and every member of the JSON forms. */
#include "tests/support/testing.h"

#include "data/data.h"
#include "lessons/lesson.h"
#include "tests/support/json.h"
#include "tests/support/program.h"
#include "ui/command.h"
#include "ui/reader/keys.h"

/* ---- the page -------------------------------------------------------------------------------- */

struct manual {
    const char *page;
    struct arena arena;
};

static int open_manual(void **state) {
    struct manual *manual = malloc(sizeof *manual);
    const struct data_file *file = data_find("daybook.1");
    *state = manual;
    if (!manual || !file) return -1;
    manual->page = file->text;
    arena_init(&manual->arena, NULL);
    return 0;
}

static int close_manual(void **state) {
    arena_release(&((struct manual *)*state)->arena);
    free(*state);
    return 0;
}

/* What stands between two lines that begin so, from behind `from`; up to the end of the text where
 * `to` is not there. NULL when `from` is not there. */
static const char *between(struct manual *manual, const char *text, const char *from,
                           const char *to) {
    const char *start = strstr(text, from);
    if (!start) return NULL;
    start += strlen(from);
    const char *end = strstr(start, to);
    size_t length = end ? (size_t)(end - start) + 1 : strlen(start);
    return arena_format(&manual->arena, "\n%.*s", (int)length, start);
}

/* The same, which must be there. */
static const char *part(struct manual *manual, const char *text, const char *from, const char *to) {
    const char *found = between(manual, text, from, to);
    if (!found) fail_msg("the manual has no '%s'", from);
    return found;
}

/* True when a word stands alone somewhere between blanks; with `\&` before it or without. */
static bool has_word(const char *text, const char *word) {
    for (const char *at = text; *at; at += strspn(at, " \n")) {
        size_t length = strcspn(at, " \n");
        bool escaped = strncmp(at, "\\&", 2) == 0;
        const char *bare = escaped ? at + 2 : at;
        if (length - (size_t)(bare - at) == strlen(word) && strncmp(bare, word, strlen(word)) == 0)
            if (escaped || !strchr(".,;", *word)) return true;
        at += length;
    }
    return false;
}

/* ---- commands -------------------------------------------------------------------------------- */

static void expect_options(struct manual *manual, const struct command *command,
                           const char *synopsis, const char *item) {
    for (const struct command_option *option = command->options; option->name; option++) {
        const char *letter = arena_format(&manual->arena, "\n.It Fl %c ,", option->letter);
        const char *name = arena_format(&manual->arena, "Fl -%s", option->name);
        const char *brief = arena_format(&manual->arena, "Fl %c", option->letter);
        if (!strstr(item, name)) fail_msg("%s: no %s", command->name, name);
        if (option->letter && !strstr(item, letter)) fail_msg("%s: no %s", command->name, letter);
        if (!strstr(synopsis, name) && !(option->letter && strstr(synopsis, brief)))
            fail_msg("%s: no %s in the synopsis", command->name, name);
    }
}

static void every_command_is_there_with_all_its_options(void **state) {
    struct manual *manual = *state;
    const char *usage = part(manual, manual->page, "\n.Sh SYNOPSIS\n", "\n.Sh ");
    const char *description = part(manual, manual->page, "\n.Sh COMMANDS\n", "\n.Sh ");
    assert_true(command_count > 0);
    for (size_t i = 0; i < command_count; i++) {
        const char *name = commands[i]->name;
        const char *used = arena_format(&manual->arena, "\n.Cm %s\n", name);
        const char *item = arena_format(&manual->arena, "\n.It Cm %s", name);
        expect_options(manual, commands[i], part(manual, usage, used, "\n.Nm\n"),
                       part(manual, description, item, "\n.El\n"));
    }
}

static void the_reader_is_there_with_all_its_options(void **state) {
    struct manual *manual = *state;
    const char *usage = part(manual, manual->page, "\n.Sh SYNOPSIS\n", "\n.Cm ");
    const char *options = part(manual, manual->page, "\n.Sh DESCRIPTION\n", "\n.Sh ");
    expect_options(manual, &command_read, usage, options);
}

/* ---- steps and knobs ------------------------------------------------------------------------- */

/* "layers = 3 (0 to 20 layers)", "block = off (or on)", "path = /articles/ (any text)" */
static const char *say_knob(struct arena *arena, const struct knob *knob) {
    struct text text;
    bool first = true;
    text_init(&text, arena);
    text_format(&text, ".Li %s = ", knob->name);
    if (knob->kind == KNOB_TEXT)
        text_format(&text, "%s (any text)", knob->usual_text);
    else if (knob->kind == KNOB_NUMBER)
        text_format(&text, "%lld (%lld to %lld%s%s)", (long long)knob->usual, (long long)knob->min,
                    (long long)knob->max, *knob->unit ? " " : "", knob->unit);
    else {
        text_add(&text, knob->choices[knob->usual]);
        for (size_t i = 0; i < knob->choice_count; i++) {
            if ((int64_t)i == knob->usual) continue;
            text_format(&text, "%s%s", first ? " (or " : ", ", knob->choices[i]);
            first = false;
        }
        if (!first) text_add_char(&text, ')');
    }
    return text_finish(&text);
}

static void every_step_is_there_with_all_its_knobs(void **state) {
    struct manual *manual = *state;
    char *section = strdup(part(manual, manual->page, "\n.Sh LESSONS\n", "\n.Sh "));
    for (char *c = section; *c; c++)
        if (*c == '\n' && c[1] != '.') *c = ' '; /* however its lines are filled */
    for (size_t i = 0; i < LESSON_COUNT; i++)
        for (size_t j = 0; j < lessons[i]->step_count; j++) {
            const struct step *step = lessons[i]->steps[j];
            struct slice_of_note title = step_title(lessons[i], step);
            const char *item =
                arena_format(&manual->arena, "\n.It Cm %s/%s %.*s.", lessons[i]->slug, step->slug,
                             (int)title.length, title.text);
            const char *knobs = part(manual, section, item, "\n.It ");
            for (size_t k = 0; k < step->knob_count; k++) {
                const char *said = say_knob(&manual->arena, &step->knobs[k]);
                if (!strstr(knobs, said)) fail_msg("%s: no '%s'", item + 1, said);
            }
        }
    free(section);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static const char *const sections[MODE_COUNT] = {
    [MODE_READ] = "While reading",
    [MODE_ASK] = "Answering a question",
    [MODE_EDIT] = "\\&In the editor",
    [MODE_KNOB] = "\\&In a line being typed",
    [MODE_SEARCH] = "\\&In a line being typed",
    [MODE_LIST] = "\\&In the list of lessons",
    [MODE_HELP] = "On a page over the panes",
    [MODE_SQL] = "On a page over the panes",
    [MODE_RESET] = "When resetting",
    [MODE_SURE] = "When resetting",
};

/* What the page calls a key. */
static const char *name_of_key(uint32_t key, char name[8]) {
    static const struct {
        uint32_t key;
        const char *name;
    } named[] = {
        {STROKE_ENTER, "Enter"},     {'\n', "Enter"},
        {STROKE_TAB, "Tab"},         {STROKE_BACK_TAB, "BackTab"},
        {STROKE_ESCAPE, "Esc"},      {' ', "Space"},
        {STROKE_UP, "Up"},           {STROKE_DOWN, "Down"},
        {STROKE_LEFT, "Left"},       {STROKE_RIGHT, "Right"},
        {STROKE_HOME, "Home"},       {STROKE_END, "End"},
        {STROKE_PAGE_UP, "PageUp"},  {STROKE_PAGE_DOWN, "PageDown"},
        {STROKE_ERASE, "Backspace"}, {0x7F, "Backspace"},
        {0x08, "Backspace"},         {STROKE_DELETE, "Delete"},
        {STROKE_F1, "F1"},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].key == key) return named[i].name;
    snprintf(name, 8, key < ' ' ? "^%c" : "%c", (int)(key < ' ' ? key + '@' : key));
    return name;
}

/* The words of a section's lines that name keys: `.It Ic n , p` and `.Ic Right`. */
static const char *keys_of_section(struct manual *manual, const char *name) {
    struct text words;
    const char *from = arena_format(&manual->arena, "\n.Ss %s\n", name);
    const char *keys = part(manual, manual->page, "\n.Sh KEYS OF THE READER\n", "\n.Sh ");
    text_init(&words, &manual->arena);
    for (const char *line = part(manual, keys, from, "\n.Ss "); line; line = strchr(line, '\n')) {
        line++;
        bool item = strncmp(line, ".It Ic ", 7) == 0;
        if (!item && strncmp(line, ".Ic ", 4) != 0) continue;
        line += item ? 7 : 4;
        text_format(&words, "%.*s\n", (int)strcspn(line, "\n"), line);
    }
    return text_finish(&words);
}

static void every_key_is_there_where_it_works(void **state) {
    struct manual *manual = *state;
    const char *everywhere = keys_of_section(manual, "Everywhere");
    for (size_t mode = 0; mode < MODE_COUNT; mode++) {
        const char *keys = keys_of_section(manual, sections[mode]);
        for (size_t i = 0; i < binding_count; i++)
            for (size_t j = 0; j < KEYS_EACH && bindings[i].keys[j]; j++) {
                char buffer[8];
                const char *name = name_of_key(bindings[i].keys[j], buffer);
                if (!(bindings[i].modes & 1u << mode)) continue;
                if (!has_word(keys, name) && !has_word(everywhere, name))
                    fail_msg("'%s': no key %s", sections[mode], name);
            }
    }
}

static bool works_in_section(const char *section, const char *name) {
    for (size_t i = 0; i < binding_count; i++)
        for (size_t mode = 0; mode < MODE_COUNT; mode++) {
            if (strcmp(sections[mode], section) != 0) continue;
            for (size_t j = 0; j < KEYS_EACH && bindings[i].keys[j]; j++) {
                char buffer[8];
                bool same = strcmp(name_of_key(bindings[i].keys[j], buffer), name) == 0;
                if (same && bindings[i].modes & 1u << mode) return true;
            }
        }
    return false;
}

static void no_key_is_there_that_does_nothing(void **state) {
    struct manual *manual = *state;
    for (size_t mode = 0; mode < MODE_COUNT; mode++) {
        char *keys = strdup(keys_of_section(manual, sections[mode]));
        for (char *word = strtok(keys, " \n"); word; word = strtok(NULL, " \n")) {
            bool escaped = strncmp(word, "\\&", 2) == 0;
            if (!escaped && strchr(".,;", *word)) continue;
            if (!works_in_section(sections[mode], word + 2 * escaped))
                fail_msg("'%s': %s does nothing", sections[mode], word);
        }
        free(keys);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Members below these are named by the learner's data, not by the form. */
static bool is_open(const char *name) {
    static const char *const names[] = {"kwargs", "rows", "value", "params", "trace"};
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static void expect_members(const char *words, const struct json_node *node) {
    bool knobs = node->name && strcmp(node->name, "knobs") == 0 && node->kind == JSON_OBJECT;
    if (is_open(node->name) || knobs) return;
    for (const struct json_node *member = node->first; member; member = member->next) {
        if (node->kind == JSON_OBJECT && !has_word(words, member->name))
            fail_msg("no member '%s' in: %s", member->name, words);
        expect_members(words, member);
        /* behind "shown" a claim has numbers, which are its own */
        if (member->name && strcmp(member->name, "shown") == 0) break;
    }
}

/* An item of the JSON section, and behind it what errors and figures have. */
static const char *form(struct manual *manual, const char *item) {
    const char *json = part(manual, manual->page, "\n.Sh JSON\n", "\n.Sh ");
    const char *from = arena_format(&manual->arena, "\n.It Cm %s\n", item);
    const char *own = part(manual, json, from, "\n.It Cm ");
    return arena_format(&manual->arena, "%s %s", own,
                        part(manual, json, "\nAn\n.Li error\n", "\n.Sh"));
}

static const struct json_node *parse(struct manual *manual, const struct program *program) {
    const struct json_node *lines = json_read_lines(&manual->arena, program->out);
    if (!lines || lines->count == 0) fail_msg("no JSON: %s%s", program->out, program->err);
    return lines;
}

static void every_member_of_the_json_forms_is_there(void **state) {
    struct manual *manual = *state;
    struct program program;
    assert_true(program_init(&program));
    static const char *const calls[][4] = {{"list", "list", NULL, NULL},
                                           {"run", "run", "9/2", NULL},
                                           {"run", "run", "4/3", NULL},
                                           {"run", "run", "6/1", NULL},
                                           {"run", "run", "5/2", NULL},
                                           {"verify", "verify", "4", NULL},
                                           {"verify", "verify", "4/1", "--sweep=2"},
                                           {"try orm", "try", "orm", NULL},
                                           {"try mro", "try", "mro", NULL},
                                           {"try urls", "try", "urls", NULL},
                                           {"try middleware", "try", "middleware", NULL}};
    static const char *const inputs[] = {
        [7] = "x = Article.objects.all()[:2]\nx\n1 / 0\n",
        [8] = "class A: pass\nclass B(A, X): pass\n",
        [9] = "urlpatterns = [path('a/<int:pk>/', views.a, name='a')]\nresolve('/a/1/')\n"
              "reverse('a', kwargs={'pk': 1})\nresolve('/b/')\n",
        [10] = "MIDDLEWARE = []\nclient = Client()\nclient.get('/ok/')\n"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        program.input = i < sizeof inputs / sizeof *inputs ? inputs[i] : NULL;
        program_run(&program, calls[i][1], "--json", calls[i][2] ? calls[i][2] : "4", calls[i][3],
                    NULL);
        expect_members(form(manual, calls[i][0]), parse(manual, &program));
    }
    program_release(&program);
}

/* All that the schemas name, which the exports are held to elsewhere. */
static void expect_properties(struct manual *manual, const char *words,
                              const struct json_node *schema) {
    const struct json_node *properties = json_get(schema, "properties");
    for (const struct json_node *one = properties ? properties->first : NULL; one; one = one->next)
        if (!has_word(words, one->name)) fail_msg("no member '%s' in: %s", one->name, words);
    for (const struct json_node *below = schema->first; below; below = below->next)
        if (below->kind == JSON_OBJECT) expect_properties(manual, words, below);
}

static void every_property_of_the_schemas_is_there(void **state) {
    struct manual *manual = *state;
    static const char *const schemas[][2] = {
        {"schema/export.json", "export Fl f Cm json"},
        {"schema/index.json", "export Fl f Cm json Fl o Ar folder"}};
    for (size_t i = 0; i < 2; i++) {
        const char *words =
            arena_format(&manual->arena, "%s%s", form(manual, schemas[i][1]), form(manual, "run"));
        expect_properties(manual, words, json_read(&manual->arena, data_find(schemas[i][0])->text));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_manual, close_manual)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_command_is_there_with_all_its_options),
        TEST(the_reader_is_there_with_all_its_options),
        TEST(every_step_is_there_with_all_its_knobs),
        TEST(every_key_is_there_where_it_works),
        TEST(no_key_is_there_that_does_nothing),
        TEST(every_member_of_the_json_forms_is_there),
        TEST(every_property_of_the_schemas_is_there),
    };
    return RUN_TESTS(tests);
}
