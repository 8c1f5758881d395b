/* When memory runs out in the midst of a listing of querysets.
 *
 * Each listing is run again and again on a fresh blog, and in each run memory ends elsewhere:
 *
 *     - one allocation of the system fails: the first, the second, until all have had their turn;
 *     - the arena has so many bytes left and no more, some more each time, until it is enough. */
#include "tests/support/testing.h"

#include "tests/support/blog_listing.h"

enum {
    ALLOCATIONS_MOST = 5000, /* a listing here takes far fewer */
    BLOCK = 1 << 20,         /* the largest step in which an arena grows */
    STRIDE = 16 * 37         /* bytes; not every place, so that the test is quick */
};

/* Memory ends here. */
struct shortage {
    long after;     /* allocations; negative: never */
    ptrdiff_t left; /* bytes of the arena; negative: no end */
    bool met;       /* it came to that */
};

/* Leaves the arena this many bytes of a block, and no way to another block. */
static void leave(struct arena *arena, size_t left) {
    assert_non_null(arena_alloc(arena, BLOCK));
    assert_non_null(arena_alloc(arena, 16));
    assert_non_null(arena_alloc(arena, BLOCK - 16 - left));
    arena->memory->limit = memory_held(arena->memory);
}

/* Runs source under a shortage; true when it came to its end. */
static bool run_short(struct running *running, const char *source, struct shortage *shortage) {
    if (shortage->left >= 0) leave(&running->arena, (size_t)shortage->left);
    atomic_store(&running->memory.fail_after, shortage->after);
    bool fine = blog_listing_run(&running->runtime, source);
    long after = atomic_exchange(&running->memory.fail_after, -1);
    shortage->met = shortage->after >= 0 ? after < 0 : shortage->left >= 0 && !fine;
    running->arena.memory->limit = 0;
    return fine;
}

/* The same from a fresh blog on. Returns what it printed when it came to its end, to be freed;
 * NULL when it raised, which is MemoryError. */
static char *answer_short(const char *source, struct shortage *shortage) {
    struct running running;
    struct memory of_arena;
    running_begin(&running, true);
    memory_init(&of_arena, 0);
    if (shortage->left >= 0) running.arena.memory = &of_arena;
    blog_listing_open(&running);
    bool fine = run_short(&running, source, shortage);
    if (!fine && strcmp(running.fault.type ? running.fault.type : "", "MemoryError") != 0)
        fail_msg("%ld, %td: %s: %s", shortage->after, shortage->left, running.fault.type,
                 running.fault.message);
    assert_int_equal(running.runtime.depth, 0);
    char *lines = fine ? blog_listing_printed(running.tape) : NULL;
    blog_listing_still_serves(&running);
    blog_listing_close(&running);
    running_end(&running);
    assert_int_equal(memory_held(&running.memory) + memory_held(&of_arena), 0);
    return lines;
}

/* One run of many. A run may do without what it only wanted to remember; then its answer is the
 * whole one. Returns 1 when it raised. */
static long assert_whole_or_raised(const char *source, const char *whole,
                                   struct shortage *shortage) {
    char *lines = answer_short(source, shortage);
    if (lines) assert_string_equal(lines, whole);
    free(lines);
    return !lines;
}

static void assert_survives(const char *source) {
    struct shortage shortage = {-1, -1, false};
    char *whole = answer_short(source, &shortage);
    long failures = 0;
    assert_non_null(whole);
    do {
        shortage.after++;
        failures += assert_whole_or_raised(source, whole, &shortage);
    } while (shortage.met && shortage.after < ALLOCATIONS_MOST);
    assert_false(shortage.met);
    assert_true(failures > 0);
    for (shortage = (struct shortage){-1, 0, true}; shortage.met; shortage.left += STRIDE) {
        assert_true(shortage.left < BLOCK - 64);
        assert_whole_or_raised(source, whole, &shortage);
    }
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
