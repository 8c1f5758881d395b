/* Listings when SQLite's own allocator refuses: each of its allocations in turn, alone or with all
 * that follow.
 *
 * What is raised is a MemoryError; what is printed is the whole answer; and the connection serves
 * the next listing. EVERY=1 has each fail, where otherwise later ones are skipped. */
#include "tests/support/testing.h"

#include <limits.h>

#include "tests/support/blog_listing.h"
#include "tests/support/failing_sqlite.h"

enum { EACH_UNTIL = 60, SKIPPED = 13 };

/* What it printed when it came to its end, to be freed; NULL when it raised. */
static char *answer(const char *source, long after, bool lasting) {
    struct running running;
    running_begin(&running, true);
    blog_listing_open(&running);
    failing_sqlite_arm(after, lasting);
    bool fine = blog_listing_run(&running.runtime, source);
    failing_sqlite_disarm();
    if (!fine && !fault_is(&running.fault, "MemoryError"))
        fail_msg("%ld: %s: %s", after, running.fault.type, running.fault.message);
    char *lines = fine ? blog_listing_printed(running.tape) : NULL;
    blog_listing_still_serves(&running);
    blog_listing_close(&running);
    running_end(&running);
    assert_int_equal(memory_held(&running.memory), 0);
    return lines;
}

static void assert_survives(const char *source) {
    char *whole = answer(source, LONG_MAX, false);
    assert_non_null(whole);
    long all = failing_sqlite_asked(), raised = 0;
    for (long after = 0; after < all; after += after < EACH_UNTIL || getenv("EVERY") ? 1 : SKIPPED)
        for (int lasting = 0; lasting < 2; lasting++) {
            char *lines = answer(source, after, lasting);
            if (lines) assert_string_equal(lines, whole);
            raised += !lines;
            free(lines);
        }
    printf("%ld allocations, raised %ld times\n", all, raised);
    assert_true(raised > EACH_UNTIL);
    free(whole);
}

static void a_filter_raises_memory_error(void **state) {
    (void)state;
    assert_survives("qs = Article.objects.filter(Q(title__iregex='e.p') | ~Q(tags__name='sql'))\n"
                    "print(len(qs), qs.count(), qs.exists(), [o.title for o in qs[:3]])\n");
}

/* Functions of the ORM's own run inside of SQLite. */
static void functions_raise_memory_error(void **state) {
    (void)state;
    assert_survives(
        "from django.db.models.functions import TruncMonth, Concat, Upper, ExtractYear\n"
        "qs = Article.objects.annotate(a=TruncMonth('published_at'), b=Upper('title'),"
        " c=Concat('title', Value('!')), d=ExtractYear('published_at'))\n"
        "print(list(qs.values_list('a', 'b', 'c', 'd')))\n"
        "print(Article.objects.filter(published_at__year=2023, title__iregex='e.*d').aggregate("
        "Avg('views'), Max('title')))\n");
}

static void following_relations_raises_memory_error(void **state) {
    (void)state;
    assert_survives("for o in Article.objects.select_related('author__profile')"
                    ".prefetch_related('tags'):\n"
                    "    print(o.author.profile.bio, [t.name for t in o.tags.all()])\n"
                    "print([o.title for o in Article.objects.iterator(chunk_size=2)])\n");
}

static void writing_raises_memory_error(void **state) {
    (void)state;
    assert_survives("tag = Tag.objects.create(name='new')\n"
                    "Article.objects.filter(pk=1).update(views=F('views') + 1)\n"
                    "Event.objects.filter(pk__gt=3).delete()\n"
                    "Tag.objects.bulk_create([Tag(name='a'), Tag(name='b')])\n"
                    "print(Tag.objects.count(), Event.objects.count(), tag.pk)\n");
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_raises_memory_error),
        cmocka_unit_test(functions_raise_memory_error),
        cmocka_unit_test(following_relations_raises_memory_error),
        cmocka_unit_test(writing_raises_memory_error),
    };
    failing_sqlite_install();
    return RUN_TESTS(tests);
}
