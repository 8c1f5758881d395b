/* `daybook try` when memory runs out: allocations fail here and there, alone or with all that
 * follow.
 *
 * Until something failed, each answer is what it is otherwise; what failed says MemoryError, or the
 * session ends with EXIT_SYSTEM. No answer is lost, and none is half. EVERY=1 has each allocation
 * of the listing fail in turn. */
#include "tests/support/testing.h"

#include "tests/support/scarce_memory.h"

#include "tests/support/json.h"
#include "tests/support/tried.h"

enum { EACH_UNTIL = 20, RUNS = 40 };

struct answers {
    char *text;
    int code;
};

static struct answers ask(const struct try_kind *kind, const char *source, bool json) {
    struct answers answers;
    answers.text = tried(kind, source, json, &answers.code);
    return answers;
}

/* How far two texts are alike, up to the beginning of a line. */
static const char *first_difference(const char *text, const char *whole) {
    size_t at = 0, line = 0;
    for (; text[at] && text[at] == whole[at]; at++)
        if (text[at] == '\n') line = at + 1;
    return text[at] == whole[at] ? NULL : text + line;
}

static void expect_objects(const char *lines) {
    struct arena arena;
    arena_init(&arena, NULL);
    assert_non_null(json_read_lines(&arena, lines));
    arena_release(&arena);
}

/* Where the first answer that is not the usual one begins, a MemoryError stands in its lines. */
static void expect_alike_or_told(const struct answers *found, const struct answers *whole,
                                 bool json, long after) {
    const char *other = first_difference(found->text, whole->text);
    if (json && *found->text) expect_objects(found->text);
    if (!other) {
        assert_int_equal(found->code, whole->code);
        return;
    }
    if (found->code == EXIT_SYSTEM) return;
    size_t length = json ? strcspn(other, "\n") : strlen(other);
    char *answer = strndup(other, length);
    assert_non_null(answer);
    if (found->code != EXIT_FALSE || !strstr(answer, "MemoryError"))
        fail_msg("%ld: %s\n--- for ---\n%.300s", after, answer,
                 whole->text + (other - found->text));
    free(answer);
}

/* What it takes to begin a session: a blog is made for that. */
static long allocations_of_opening(const struct try_kind *kind) {
    gate_set(-1, false);
    struct answers none = ask(kind, "", false);
    assert_string_equal(none.text, "");
    free(none.text);
    return gate.passed;
}

static void expect_survival(const struct try_kind *kind, const char *source, bool json) {
    long opening = allocations_of_opening(kind),
         first = opening > EACH_UNTIL ? opening - EACH_UNTIL : 0;
    gate_set(-1, false);
    struct answers whole = ask(kind, source, json);
    assert_int_equal(whole.code, EXIT_DONE);
    long all = gate.passed, skip = (all - opening) / RUNS + 1, other = 0;
    for (long after = first; after < all; after += getenv("EVERY") ? 1 : skip)
        for (int lasting = 0; lasting < 2; lasting++) {
            gate_set(after, lasting);
            struct answers found = ask(kind, source, json);
            gate_open();
            expect_alike_or_told(&found, &whole, json, after);
            other += strcmp(found.text, whole.text) != 0;
            free(found.text);
        }
    printf("%s: %ld allocations, %ld of them to begin; other answers %ld times\n", kind->name, all,
           opening, other);
    assert_true(other > EACH_UNTIL);
    free(whole.text);
}

static void expect_survival_of_both(const struct try_kind *kind, const char *source) {
    expect_survival(kind, source, true);
    expect_survival(kind, source, false);
}

static void querysets_without_memory_say_so(void **state) {
    (void)state;
    expect_survival_of_both(&try_orm, "page = Article.objects.select_related('author')[:3]\n"
                                      "page\n"
                                      "for article in page:\n"
                                      "    print(article.author.name, article.tags.count())\n"
                                      "Article.objects.filter(views__gt=5).count()\n");
}

static void classes_without_memory_say_so(void **state) {
    (void)state;
    expect_survival_of_both(&try_mro, "class A: pass\n"
                                      "class B(A): pass\n"
                                      "class C(A): pass\n"
                                      "class D(B, C): pass\n");
}

static void routes_without_memory_say_so(void **state) {
    (void)state;
    expect_survival_of_both(&try_urls, "urlpatterns = [path('blog/<int:year>/<slug:title>/', view, "
                                       "name='post'), path('', view, name='home')]\n"
                                       "resolve('/blog/2024/first-steps/')\n"
                                       "reverse('post', kwargs={'year': 2024, 'title': 'x'})\n");
}

static void layers_without_memory_say_so(void **state) {
    (void)state;
    expect_survival_of_both(&try_middleware, "MIDDLEWARE = ['blog.middleware.TimingMiddleware',\n"
                                             "              'blog.middleware.ApiKeyMiddleware']\n"
                                             "get('/ok/')\n"
                                             "get('/nope/')\n");
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(querysets_without_memory_say_so),
        cmocka_unit_test(classes_without_memory_say_so),
        cmocka_unit_test(routes_without_memory_say_so),
        cmocka_unit_test(layers_without_memory_say_so),
    };
    return RUN_TESTS(tests);
}
