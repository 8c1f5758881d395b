/* When memory runs out in the midst of a listing of querysets.
 *
 * Each listing is run again and again on a fresh blog, and in each run another allocation fails:
 * the first, the second, and so on until all have had their turn. */
#include "tests/support/testing.h"

#include "engine/base/text.h"
#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/running.h"

enum { ALLOCATIONS_MOST = 5000 }; /* a listing here takes far fewer */

static const struct blog_size size_small = {.companies = 2,
                                            .profiles = 5,
                                            .authors = 4,
                                            .tags = 4,
                                            .articles = 12,
                                            .events = 6,
                                            .tags_most = 3,
                                            .seed = 3};

static bool run_listing(struct runtime *runtime, const char *source) {
    const struct module *modules[] = {names_of_models(runtime, &blog, "blog.models"),
                                      names_of_django(runtime), &function_module};
    if (!modules[0] || !modules[1]) return false;
    struct script *script = script_new(runtime, modules, sizeof modules / sizeof *modules, true);
    return script && script_run(runtime, script, source);
}

/* What was printed since the tape was new, to be freed. */
static char *printed(const struct tape *tape) {
    char *lines = calloc(1, 1);
    size_t length = 0;
    assert_non_null(lines);
    for (size_t i = 0; i < tape_length(tape); i++) {
        struct tape_event event;
        assert_int_equal(tape_events(tape, i, &event, 1), 1);
        if (event.kind != TAPE_PRINT) continue;
        const char *line = tape_name(tape, event.subject);
        lines = realloc(lines, length + strlen(line) + 2);
        assert_non_null(lines);
        length += (size_t)sprintf(lines + length, "%s\n", line);
    }
    return lines;
}

/* The connection must serve the next run as if nothing had been. */
static void assert_still_serves(struct running *running) {
    struct arena arena;
    struct runtime again = running->runtime;
    arena_init(&arena, &running->memory);
    again.arena = &arena;
    fault_init(&running->fault, &arena);
    assert_true(run_listing(&again, "o = Article.objects.select_related('author').get(pk=1)\n"
                                    "print(o.title, o.author.name, o.tags.count())\n"));
    arena_release(&arena);
}

/* Runs source with the n-th allocation failing; n < 0: none. Returns what it printed when it came
 * to its end; NULL when it raised, which is MemoryError. *reached: the n-th was asked for. */
static char *run_failing(const char *source, long n, bool *reached) {
    struct running running;
    running_begin(&running, true);
    running.runtime.database = blog_open(&running.runtime, &size_small);
    assert_non_null(running.runtime.database);
    atomic_store(&running.memory.fail_after, n);
    bool fine = run_listing(&running.runtime, source);
    *reached = atomic_exchange(&running.memory.fail_after, -1) < 0;
    if (!fine && strcmp(running.fault.type ? running.fault.type : "", "MemoryError") != 0)
        fail_msg("allocation %ld: %s: %s", n, running.fault.type, running.fault.message);
    assert_int_equal(running.runtime.depth, 0);
    char *lines = fine ? printed(running.tape) : NULL;
    assert_still_serves(&running);
    database_close(running.runtime.database);
    running_end(&running);
    assert_int_equal(memory_held(&running.memory), 0);
    return lines;
}

/* A run may do without what it only wanted to remember; then its answer is the whole one. */
static void assert_survives(const char *source) {
    bool reached;
    char *whole = run_failing(source, -1, &reached);
    long failures = 0, n = 0;
    assert_non_null(whole);
    for (reached = true; reached && n < ALLOCATIONS_MOST; n++) {
        char *lines = run_failing(source, n, &reached);
        if (lines) assert_string_equal(lines, whole);
        failures += !lines;
        free(lines);
    }
    assert_false(reached);
    assert_true(failures > 0);
    free(whole);
}

static void a_filter_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives("qs = Article.objects.filter(Q(views__gt=5) | ~Q(tags__name='sql'))\n"
                    "qs = qs.exclude(author__profile__company__name='Acme').order_by('-pk')\n"
                    "print(len(qs), qs.count(), qs.exists(), [o.title for o in qs[:3]])\n");
}

static void grouping_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives("for name, n in Author.objects.annotate(n=Count('article'))"
                    ".filter(n__gt=0).values_list('name', 'n'):\n"
                    "    print(f'{name:>20} {n}')\n"
                    "print(Article.objects.aggregate(Sum('views'), top=Max('views')))\n");
}

static void following_relations_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives("for o in Article.objects.select_related('author__profile__company')"
                    ".prefetch_related('tags', Prefetch('author__article_set', "
                    "queryset=Article.objects.order_by('pk'), to_attr='all_of_them')):\n"
                    "    print(o.author.profile.company.name, [t.name for t in o.tags.all()])\n");
}

static void an_iterator_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives("total = 0\n"
                    "for o in Article.objects.only('views').iterator(chunk_size=2):\n"
                    "    total = total + o.views\n"
                    "print(total, sorted(Article.objects.in_bulk([1, 2, 3])))\n");
}

static void a_subquery_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives(
        "newest = Article.objects.filter(author=OuterRef('pk')).order_by('-views', 'pk')\n"
        "qs = Author.objects.annotate(top=Subquery(newest.values('title')[:1]), "
        "kind=Case(When(Exists(newest), then=Value('busy')), default=Value('idle')))\n"
        "print(list(qs.values_list('name', 'top', 'kind')), str(qs.query)[:10])\n"
        "print(Article.objects.values_list('pk').union(Tag.objects.values_list('pk')).count())\n");
}

static void writing_without_memory_raises_memory_error(void **state) {
    (void)state;
    assert_survives("tag = Tag.objects.create(name='new')\n"
                    "o = Article.objects.get(pk=1)\n"
                    "o.views = F('views') + 1\n"
                    "o.save()\n"
                    "Event.objects.filter(pk__gt=3).delete()\n"
                    "Tag.objects.bulk_create([Tag(name='a'), Tag(name='b')])\n"
                    "print(Tag.objects.count(), Article.objects.get(pk=1).views)\n"
                    "print(Article.objects.filter(published=True).update(views=0) > 0)\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_without_memory_raises_memory_error),
        cmocka_unit_test(grouping_without_memory_raises_memory_error),
        cmocka_unit_test(following_relations_without_memory_raises_memory_error),
        cmocka_unit_test(an_iterator_without_memory_raises_memory_error),
        cmocka_unit_test(a_subquery_without_memory_raises_memory_error),
        cmocka_unit_test(writing_without_memory_raises_memory_error),
    };
    return RUN_TESTS(tests);
}
