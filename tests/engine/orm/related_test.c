/* related, prefetch, iterator - what leads from object to object, and how often it asks. */
#include "engine/orm/key_set.h"

#include "tests/support/orm.h"
#include "tests/support/testing.h"

static void a_foreign_key_is_loaded_once_an_object(void **state) {
    (void)state;
    expect_queries("a = Article.objects.get(pk=1)\na.author_id\na.author\na.author\na.author.pk\n"
                   "for x in Article.objects.order_by('pk'):\n    x.author.name\n",
                   "1 0 1 0 0 6");
}

static void select_related_brings_the_objects_along(void **state) {
    (void)state;
    expect_queries("for x in Article.objects.select_related('author__profile__company'):\n"
                   "    x.author.profile.company.name\n"
                   "for p in Profile.objects.select_related('author').filter(pk__lt=4):\n"
                   "    p.author.profile.bio\n",
                   "1 1");
}

static void the_way_back_of_a_one_to_one_may_be_missing(void **state) {
    (void)state;
    expect_queries("p = Profile.objects.get(pk=1)\np.author\np.author.profile\n", "1 1 0");
    expect_raised("Profile.objects.get(pk=4).author\n",
                  "RelatedObjectDoesNotExist: Profile has no author.");
    expect_raised("p = Profile.objects.select_related('author').get(pk=4)\np.author\n",
                  "RelatedObjectDoesNotExist: Profile has no author.");
}

static void managers_ask_each_time(void **state) {
    (void)state;
    expect_queries("a = Author.objects.get(pk=1)\nlist(a.article_set.all())\n"
                   "list(a.article_set.all())\na.article_set.count()\n"
                   "t = Tag.objects.get(pk=1)\nt.article_set.count()\n",
                   "1 1 1 1 1 1");
    expect_printed("print([x.pk for x in Author.objects.get(pk=1).article_set.order_by('-pk')])\n"
                   "print([t.name for t in Article.objects.get(pk=3).tags.order_by('pk')])\n"
                   "print(Article.objects.get(pk=1).tags.filter(name='orm').count())\n"
                   "print(Article.tags.through.objects.count())\n",
                   "[5, 2, 1]\n['sql', 'orm', 'lazy']\n1\n7\n");
}

static void objects_of_a_reverse_key_know_their_owner(void **state) {
    (void)state;
    expect_queries(
        "a = Author.objects.get(pk=1)\nfor x in a.article_set.all():\n    x.author.name\n", "1 1");
}

static void unsaved_objects_have_no_many(void **state) {
    (void)state;
    expect_queries("Author().article_set.count()\nlist(Author().article_set.all())\n", "0 0");
    expect_raised(
        "Article().tags\n",
        "ValueError: \"<Article: Article object (None)>\" needs to have a value for field "
        "\"id\" before this many-to-many relationship can be used.");
}

static void relations_are_assigned_by_object(void **state) {
    (void)state;
    expect_printed("a = Article.objects.get(pk=1)\na.author = Author.objects.get(pk=2)\n"
                   "print(a.author_id, a.author.name)\na.author_id = 3\nprint(a.author.name)\n",
                   "2 Bob\nEve\n");
    expect_raised("a = Article()\na.author = 1\n",
                  "ValueError: Cannot assign \"1\": \"Article.author\" must be a \"Author\" "
                  "instance.");
    expect_raised("a = Article.objects.get(pk=1)\na.tags = []\n",
                  "TypeError: Direct assignment to the forward side of a many-to-many set is "
                  "prohibited. Use tags.set() instead.");
}

static void a_prefetch_is_one_query_a_level(void **state) {
    (void)state;
    expect_queries("list(Article.objects.prefetch_related('tags'))\n"
                   "list(Article.objects.prefetch_related('author', 'tags'))\n"
                   "list(Article.objects.prefetch_related('author__profile__company'))\n"
                   "list(Author.objects.prefetch_related('article_set__tags'))\n"
                   "list(Article.objects.filter(pk=99).prefetch_related('tags'))\n"
                   "list(Article.objects.prefetch_related('tags').prefetch_related(None))\n",
                   "2 3 4 3 1 1");
}

/* hasattr() decides whether an object has its list already, and to ask is to load. */
static void a_to_attr_that_names_something_there_is_only_read(void **state) {
    (void)state;
    expect_queries(
        "few = Prefetch('tags', to_attr='author')\n"
        "list(Article.objects.filter(pk__lt=4).prefetch_related(few))\n"
        "list(Article.objects.select_related('author').filter(pk__lt=4).prefetch_related(few))\n"
        "late = Article.objects.defer('title').prefetch_related(Prefetch('tags', "
        "to_attr='title'))\n"
        "list(late.filter(pk__lt=3))\n"
        "list(Article.objects.prefetch_related(Prefetch('tags', to_attr='save')))\n",
        "0 4 1 0 3 1");
    expect_raised("list(Author.objects.prefetch_related(Prefetch('article_set', "
                  "to_attr='article_set')))\n",
                  "TypeError: Direct assignment to the reverse side of a related set is "
                  "prohibited. Use article_set.set() instead.");
}

static void prefetched_sets_are_used_and_refined_ones_asked(void **state) {
    (void)state;
    expect_queries("qs = Article.objects.prefetch_related('tags').order_by('pk')\n"
                   "for a in qs:\n    len(a.tags.all())\n"
                   "for a in qs:\n    a.tags.count()\n"
                   "for a in qs:\n    a.tags.first()\n"
                   "for a in qs:\n    list(a.tags.filter(name='sql'))\n"
                   "for a in Author.objects.prefetch_related('article_set'):\n"
                   "    for x in a.article_set.all():\n        x.author.name\n",
                   "0 2 0 5 5 2");
}

static void prefetched_sets_are_the_right_ones(void **state) {
    (void)state;
    expect_printed("for a in Article.objects.prefetch_related('tags').order_by('pk'):\n"
                   "    print(a.pk, [t.name for t in a.tags.all()])\n"
                   "for t in Tag.objects.prefetch_related('article_set').order_by('pk'):\n"
                   "    print(t.pk, [a.pk for a in t.article_set.all()])\n"
                   "for p in Profile.objects.prefetch_related('author').filter(pk__lt=4):\n"
                   "    print(p.author.name)\n",
                   "1 ['sql', 'orm']\n2 ['orm']\n3 ['sql', 'orm', 'lazy']\n4 []\n5 ['lazy']\n"
                   "1 [1, 3]\n2 [1, 2, 3]\n3 [3, 5]\nAda\nBob\nEve\n");
}

static void a_prefetch_may_have_its_own_queryset_and_place(void **state) {
    (void)state;
    expect_printed(
        "ordered = Prefetch('tags', queryset=Tag.objects.order_by('-name'))\n"
        "print([t.name for t in Article.objects.prefetch_related(ordered).get(pk=3).tags.all()])\n"
        "some = Prefetch('tags', queryset=Tag.objects.filter(name='orm'), to_attr='some')\n"
        "a = Article.objects.prefetch_related(some).get(pk=3)\n"
        "print(a.some, type(a.some).__name__)\n"
        "print([t.name for t in a.tags.order_by('pk')])\n",
        "['sql', 'orm', 'lazy']\n[<Tag: Tag object (2)>] list\n['sql', 'orm', 'lazy']\n");
    expect_queries(
        "inner = Prefetch('article_set', queryset=Article.objects.prefetch_related('tags'))\n"
        "list(Author.objects.prefetch_related(inner))\n",
        "0 3");
}

static void lookups_that_lead_nowhere_are_errors(void **state) {
    (void)state;
    expect_raised("list(Article.objects.prefetch_related('nope'))\n",
                  "AttributeError: Cannot find 'nope' on Article object, 'nope' is an invalid "
                  "parameter to prefetch_related()");
    expect_raised(
        "list(Article.objects.prefetch_related('title'))\n",
        "ValueError: 'title' does not resolve to an item that supports prefetching - this "
        "is an invalid parameter to prefetch_related().");
    expect_raised("list(Article.objects.prefetch_related('tags', Prefetch('tags', "
                  "queryset=Tag.objects.all())))\n",
                  "ValueError: 'tags' lookup was already seen with a different queryset. You may "
                  "need to adjust the ordering of your lookups.");
    expect_raised("Prefetch('tags', queryset=Tag.objects.values())\n",
                  "ValueError: Prefetch querysets cannot use raw(), values(), and values_list().");
    expect_raised("list(Article.objects.prefetch_related(Prefetch('tags', "
                  "queryset=Tag.objects.all()[:1])))\n",
                  "AssertionError: Cannot filter a query once a slice has been taken.");
}

static void an_iterator_keeps_no_cache(void **state) {
    (void)state;
    expect_queries("qs = Article.objects.order_by('pk')\nlist(qs.iterator())\nlist(qs.iterator())\n"
                   "list(qs.prefetch_related('tags').iterator())\nit = qs.iterator()\n",
                   "0 1 1 1 0");
    expect_raised("Article.objects.iterator(chunk_size=0)\n",
                  "ValueError: Chunk size must be strictly positive.");
}

/* Chunks of one row: whatever is still referred to must outlive the turn. */
static void an_iterator_that_is_left_open_has_asked(void **state) {
    (void)state;
    expect_queries(
        "it = Article.objects.order_by('pk').iterator(chunk_size=2)\nnext(it)\nnext(it)\n"
        "len(list(it))\n",
        "0 1 0 0");
    expect_queries("for one in Article.objects.iterator(chunk_size=2):\n    break\n", "1");
}

static void what_is_kept_of_an_iterator_stays(void **state) {
    (void)state;
    expect_printed("kept = []\ntitles = {}\nfirst = None\n"
                   "for a in Article.objects.order_by('pk').iterator(chunk_size=1):\n"
                   "    if a.pk == 2:\n        kept.append(a)\n        title = a.title\n"
                   "    titles[a.title] = a.pk\n"
                   "print(kept[0].title, title, titles, a.title)\n"
                   "for row in Tag.objects.order_by('pk').values('name').iterator(chunk_size=1):\n"
                   "    last = row\nprint(last)\n"
                   "print([a.title for a in [x for x in Article.objects.order_by('pk')"
                   ".iterator(chunk_size=1)]])\n",
                   "Two Two {'One': 1, 'Two': 2, 'Three': 3, 'Four': 4, 'Five': 5} Five\n"
                   "{'name': 'lazy'}\n['One', 'Two', 'Three', 'Four', 'Five']\n");
}

static void a_chunk_in_the_middle_of_an_expression_stays(void **state) {
    (void)state;
    expect_printed("it = Article.objects.order_by('pk').iterator(chunk_size=1)\n"
                   "for a, b, c in zip(it, it, it):\n    print(a.title, b.title, c.title)\n"
                   "it = Article.objects.order_by('pk').iterator(chunk_size=1)\n"
                   "for row in ([a, next(it), next(it)] for a in it):\n"
                   "    print([x.title for x in row])\n    break\n"
                   "for i, a in enumerate(Article.objects.order_by('pk').iterator(chunk_size=1)):\n"
                   "    last = (i, a.title)\nprint(last)\n",
                   "One Two Three\n['One', 'Two', 'Three']\n(4, 'Five')\n");
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    expect_survival("for a in Article.objects.prefetch_related('tags').order_by('pk'):\n"
                    "    print(a.author.name, len(a.tags.all()))\n"
                    "print(Article.objects.select_related('author').values('pk', 'title')[:2])\n"
                    "for a in Article.objects.order_by('pk').iterator(chunk_size=2):\n"
                    "    x = a.title\nArticle.objects.in_bulk([1, 2])\n"
                    "Author.objects.annotate(n=Count('article')).filter(n__gt=1).count()\n");
}

static void keys_of_foreign_keys_are_asked_for_in_a_sets_order(void **state) {
    (void)state;
    struct arena arena;
    struct fault fault;
    struct key_set keys;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    struct runtime runtime = {.arena = &arena, .fault = &fault};
    /* list({36, 32, 34, 15, 21}) in CPython 3.11 */
    static const int64_t added[] = {36, 32, 34, 15, 21, 36}, listed[] = {32, 34, 36, 15, 21};
    assert_true(key_set_init(&runtime, &keys, 6));
    for (size_t i = 0; i < 6; i++) assert_true(key_set_add(&runtime, &keys, value_int(added[i])));
    assert_true(key_set_arrange(&runtime, &keys));
    assert_int_equal(keys.count, 5);
    for (size_t i = 0; i < 5; i++) assert_int_equal(keys.keys[i].integer, listed[i]);
    arena_release(&arena);
}

static void none_takes_room_among_the_keys(void **state) {
    (void)state;
    static const int64_t added[] = {1, 2, 3, 40}, in_eight[] = {40, 1, 2, 3};
    for (int none = 0; none < 2; none++) {
        struct arena arena;
        struct fault fault;
        struct key_set keys;
        arena_init(&arena, NULL);
        fault_init(&fault, &arena);
        struct runtime runtime = {.arena = &arena, .fault = &fault};
        assert_true(key_set_init(&runtime, &keys, 4));
        if (none) key_set_add_none(&keys);
        for (size_t i = 0; i < 4; i++)
            assert_true(key_set_add(&runtime, &keys, value_int(added[i])));
        assert_true(key_set_arrange(&runtime, &keys));
        assert_int_equal(keys.count, 4);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(keys.keys[i].integer, none ? added[i] : in_eight[i]);
        arena_release(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_key_is_loaded_once_an_object),
        cmocka_unit_test(select_related_brings_the_objects_along),
        cmocka_unit_test(the_way_back_of_a_one_to_one_may_be_missing),
        cmocka_unit_test(managers_ask_each_time),
        cmocka_unit_test(objects_of_a_reverse_key_know_their_owner),
        cmocka_unit_test(unsaved_objects_have_no_many),
        cmocka_unit_test(relations_are_assigned_by_object),
        cmocka_unit_test(a_prefetch_is_one_query_a_level),
        cmocka_unit_test(a_to_attr_that_names_something_there_is_only_read),
        cmocka_unit_test(prefetched_sets_are_used_and_refined_ones_asked),
        cmocka_unit_test(prefetched_sets_are_the_right_ones),
        cmocka_unit_test(a_prefetch_may_have_its_own_queryset_and_place),
        cmocka_unit_test(lookups_that_lead_nowhere_are_errors),
        cmocka_unit_test(an_iterator_keeps_no_cache),
        cmocka_unit_test(an_iterator_that_is_left_open_has_asked),
        cmocka_unit_test(what_is_kept_of_an_iterator_stays),
        cmocka_unit_test(a_chunk_in_the_middle_of_an_expression_stays),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(keys_of_foreign_keys_are_asked_for_in_a_sets_order),
        cmocka_unit_test(none_takes_room_among_the_keys),
    };
    return RUN_TESTS(tests);
}
