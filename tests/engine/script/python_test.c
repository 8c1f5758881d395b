/* The sliver of Python against what CPython said: transcripts of a prompt in tests/vectors/python,
 * recorded by the record.py beside them. */
#include "engine/base/text.h"
#include "tests/support/listing.h"
#include "tests/support/program.h"
#include "tests/support/testing.h"

/* The statement at `at`, its prompts taken off; moves on to what was printed below it. */
static const char *take_source(struct text *source, const char *at) {
    const char *prompt = ">>> ";
    while (strncmp(at, prompt, 4) == 0) {
        size_t length = strcspn(at, "\n") + 1;
        text_add_bytes(source, at + 4, length - 4);
        at += length;
        prompt = "... ";
    }
    return at;
}

static const char *take_answer(struct text *answer, const char *at) {
    while (*at && strncmp(at, ">>> ", 4) != 0) {
        size_t length = strcspn(at, "\n") + 1;
        text_add_bytes(answer, at, length);
        at += length;
    }
    return at;
}

/* A transcript knows no columns: "TypeError: ... @1:4" ends before the place. */
static void cut_place(char *said) {
    char *place = strrchr(said, '@');
    if (place && place > said && place[-1] == ' ') memcpy(place - 1, "\n", 2);
}

/* Tells every statement that is answered otherwise, and fails when there is one. */
static void follow(struct running *running, const char *path) {
    char *transcript = program_read_file(path, NULL);
    struct script *script = listing_script(running, NULL, 0);
    size_t statements = 0, wrong = 0;
    const char *at = transcript + strcspn(transcript, "\n") + 1; /* behind the title */
    while (*at) {
        struct text source, answer;
        text_init(&source, &running->arena);
        text_init(&answer, &running->arena);
        at = take_answer(&answer, take_source(&source, at));
        char *said =
            arena_string(&running->arena, listing_output(running, script, text_finish(&source)));
        assert_non_null(said);
        cut_place(said);
        statements++;
        if (strcmp(said, text_finish(&answer)) == 0) continue;
        print_error("%s>>> %s    said     %s    expected %s", wrong++ ? "" : "\n",
                    text_finish(&source), said, text_finish(&answer));
    }
    free(transcript);
    assert_true(statements > 0);
    assert_int_equal(wrong, 0);
}

#define TRANSCRIPT(sentence, file)                                                                 \
    static void sentence(void **state) {                                                           \
        follow(*state, "tests/vectors/python/" file);                                              \
    }

TRANSCRIPT(lists_and_tuples_answer_as_in_cpython, "lists.txt")
TRANSCRIPT(dicts_answer_as_in_cpython, "dicts.txt")
TRANSCRIPT(texts_answer_as_in_cpython, "strings.txt")
TRANSCRIPT(builtins_answer_as_in_cpython, "builtins.txt")
TRANSCRIPT(numbers_answer_as_in_cpython, "numbers.txt")
TRANSCRIPT(iterators_and_sets_answer_as_in_cpython, "iterators.txt")
TRANSCRIPT(functions_answer_as_in_cpython, "functions.txt")
TRANSCRIPT(dates_answer_as_in_cpython, "dates.txt")

#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lists_and_tuples_answer_as_in_cpython),
        TEST(dicts_answer_as_in_cpython),
        TEST(texts_answer_as_in_cpython),
        TEST(builtins_answer_as_in_cpython),
        TEST(numbers_answer_as_in_cpython),
        TEST(iterators_and_sets_answer_as_in_cpython),
        TEST(functions_answer_as_in_cpython),
        TEST(dates_answer_as_in_cpython),
    };
    return RUN_TESTS(tests);
}
