/* writes - save(), delete(), get_or_create() and the managers' add(), remove(), set(), clear().
 * Counts, texts and results are those that a real Django gave for the same listings and rows. */
#include "tests/support/orm.h"
#include "tests/support/testing.h"

/* ---- delete() ------------------------------------------------------------------------------- */

static void a_delete_takes_along_what_points_to_it(void **state) {
    (void)state;
    expect_printed("print(Company.objects.get(pk=1).delete())\n"
                   "print(Author.objects.count(), Article.tags.through.objects.count())\n",
                   "(17, {'blog.Article_tags': 7, 'blog.Article': 5, 'blog.Author': 2, "
                   "'blog.Profile': 2, 'blog.Company': 1})\n1 0\n");
    expect_printed("print(Tag.objects.filter(pk__lt=3).delete())\n",
                   "(7, {'blog.Article_tags': 5, 'blog.Tag': 2})\n");
}

static void dependents_are_read_by_their_keys_level_by_level(void **state) {
    (void)state;
    expect_queries("c = Company.objects.get(pk=1)\nc.delete()\n", "1 9");
    expect_sql("Author.objects.get(pk=2).delete()\n",
               "DELETE FROM \"blog_author\" WHERE \"blog_author\".\"id\" IN (%s) | 2");
}

static void what_nothing_points_to_is_deleted_unread(void **state) {
    (void)state;
    expect_queries("e = Event.objects.create(happened_at='2024-01-01', kind='a', amount=1)\n"
                   "e.delete()\nEvent.objects.all().delete()\nTag.objects.filter(pk=99).delete()\n",
                   "1 1 2 2");
    expect_printed("print(Event.objects.all().delete())\nprint(Event(pk=7).delete())\n",
                   "(0, {})\n(0, {'blog.Event': 0})\n");
}

static void rows_go_the_last_first_and_keep_no_key(void **state) {
    (void)state;
    expect_sql("Tag.objects.order_by('name').delete()\n",
               "DELETE FROM \"blog_tag\" WHERE \"blog_tag\".\"id\" IN (%s, %s, %s) | 3, 2, 1");
    expect_printed("a = Article.objects.get(pk=1)\na.delete()\nprint(a.pk)\n", "None\n");
    expect_raised("a = Article.objects.get(pk=1)\na.delete()\na.delete()\n",
                  "AssertionError: Article object can't be deleted because its id attribute is set "
                  "to None.");
}

static void an_object_without_a_key_has_nothing_to_fetch(void **state) {
    (void)state;
    expect_raised("a = Article.objects.only('title').get(pk=1)\na.delete()\na.body\n",
                  "DoesNotExist: Article matching query does not exist.");
    expect_sql(
        "a = Article.objects.only('title').get(pk=1)\nb = Article.objects.only('title').get(pk=2)\n"
        "a.delete()\nhasattr(a, 'nope')\nb.body\n",
        "SELECT \"blog_article\".\"id\", \"blog_article\".\"body\" FROM \"blog_article\" WHERE "
        "\"blog_article\".\"id\" = %s LIMIT 21 | 2");
}

/* ---- save() --------------------------------------------------------------------------------- */

static void a_save_writes_the_fields_it_is_told(void **state) {
    (void)state;
    expect_sql("a = Article.objects.get(pk=1)\na.title = 'x'\na.views = 7\n"
               "a.save(update_fields=['views'])\n",
               "UPDATE \"blog_article\" SET \"views\" = %s WHERE \"blog_article\".\"id\" = %s | 7, "
               "1");
    expect_queries(
        "t = Tag.objects.get(pk=1)\nt.save(update_fields=[])\nt.save(force_update=True)\n"
        "Tag(pk=9, name='x').save()\nTag(pk=9, name='y').save(force_update=True)\n",
        "1 0 1 2 1");
    expect_raised("Tag.objects.get(pk=1).save(update_fields=['nope'])\n",
                  "ValueError: The following fields do not exist in this model, are m2m fields, or "
                  "are non-concrete fields: nope");
}

static void a_save_that_is_forced_finds_its_row_or_none(void **state) {
    (void)state;
    expect_raised("Tag(pk=9, name='x').save(force_update=True)\n",
                  "DatabaseError: Forced update did not affect any rows.");
    expect_raised("Tag(pk=9, name='x').save(update_fields=['name'])\n",
                  "DatabaseError: Save with update_fields did not affect any rows.");
    expect_raised("Tag(name='x').save(force_update=True)\n",
                  "ValueError: Cannot force an update in save() with no primary key.");
    expect_raised("Tag.objects.get(pk=1).save(force_insert=True)\n",
                  "IntegrityError: UNIQUE constraint failed: blog_tag.id");
    expect_raised("Tag.objects.get(pk=1).save(True, True)\n",
                  "ValueError: Cannot force both insert and updating in model saving.");
}

static void a_save_wants_the_objects_it_points_to_saved(void **state) {
    (void)state;
    expect_raised(
        "a = Article.objects.get(pk=1)\na.author = Author(name='New')\na.save()\n",
        "ValueError: save() prohibited to prevent data loss due to unsaved related object "
        "'author'.");
    expect_printed("p = Profile(bio='new', company_id=1)\na = Author(name='New', profile=p)\n"
                   "p.save()\nprint(a.profile_id)\na.save()\nprint(a.profile_id, a.pk)\n",
                   "None\n5 4\n");
}

static void a_deferred_column_is_saved_only_where_all_are(void **state) {
    (void)state;
    expect_queries("t = Tag.objects.only('name').get(pk=1)\nt.save()\n"
                   "e = Article.objects.only('pk').get(pk=1)\ne.save()\n",
                   "1 1 1 7");
}

/* ---- get_or_create(), update_or_create() ---------------------------------------------------- */

static void defaults_are_for_the_new_object(void **state) {
    (void)state;
    expect_printed(
        "print(Tag.objects.get_or_create(name='sql', defaults={'name': 'other'}))\n"
        "print(Tag.objects.get_or_create(name__iexact='New', defaults={'name': 'new'}))\n"
        "print(Tag.objects.get(pk=4).name)\n",
        "(<Tag: Tag object (1)>, False)\n(<Tag: Tag object (4)>, True)\nnew\n");
    expect_raised("Tag.objects.get_or_create(name='x', defaults={'b': 1, 'a': 2})\n",
                  "FieldError: Invalid field name(s) for model Tag: 'a', 'b'.");
}

static void a_creation_that_fails_is_looked_for_once_more(void **state) {
    (void)state;
    expect_raised("Tag.objects.get_or_create(name='x', defaults={'pk': 1})\n",
                  "IntegrityError: UNIQUE constraint failed: blog_tag.id");
    expect_queries("hasattr(Tag.objects, 'create')\n"
                   "x = [Tag.objects.get_or_create(name='new') for i in range(2)]\n",
                   "0 4");
}

static void update_or_create_is_one_transaction(void **state) {
    (void)state;
    expect_queries("Tag.objects.update_or_create(name='sql', defaults={'name': 'SQL'})\n"
                   "Tag.objects.update_or_create(name='new', defaults={'name': 'newer'})\n",
                   "3 5");
    expect_printed(
        "print(Tag.objects.update_or_create(name='sql', defaults={'name': 'SQL'}))\n"
        "print(Tag.objects.get(pk=1).name)\n"
        "print(Tag.objects.update_or_create(name='new', defaults={'name': 'newer'})[1])\n"
        "print([tag.name for tag in Tag.objects.order_by('pk')])\n",
        "(<Tag: Tag object (1)>, False)\nSQL\nTrue\n['SQL', 'orm', 'lazy', 'newer']\n");
}

/* ---- many at once --------------------------------------------------------------------------- */

static void bulk_update_is_a_case_for_each_field(void **state) {
    (void)state;
    expect_sql(
        "a = list(Tag.objects.order_by('pk')[:2])\na[0].name = 'x'\na[1].name = Upper('name')\n"
        "Tag.objects.bulk_update(a, ['name'])\n",
        "UPDATE \"blog_tag\" SET \"name\" = CASE WHEN (\"blog_tag\".\"id\" = %s) THEN %s WHEN "
        "(\"blog_tag\".\"id\" = %s) THEN UPPER(\"blog_tag\".\"name\") ELSE NULL END WHERE "
        "\"blog_tag\".\"id\" IN (%s, %s) | 1, x, 2, 1, 2");
    expect_queries(
        "a = list(Tag.objects.all())\nTag.objects.bulk_update(a, ['name'], batch_size=2)\n"
        "Tag.objects.bulk_update([], ['name'])\n",
        "1 3 0");
    expect_raised("Tag.objects.bulk_update([Tag()], ['name'])\n",
                  "ValueError: All bulk_update() objects must have a primary key set.");
    expect_raised("Article.objects.bulk_update([], ['tags'])\n",
                  "ValueError: bulk_update() can only be used with concrete fields.");
}

static void a_condition_in_an_update_has_braces(void **state) {
    (void)state;
    expect_sql(
        "Tag.objects.update(name=Case(When(pk=1, then=Value('a')), default=Value('b')))\n",
        "UPDATE \"blog_tag\" SET \"name\" = CASE WHEN (\"blog_tag\".\"id\" = %s) THEN %s ELSE %s "
        "END | 1, a, b");
}

static void a_new_row_has_no_columns_to_refer_to(void **state) {
    (void)state;
    expect_raised(
        "Tag.objects.create(name=Concat('name', Value('x')))\n",
        "ValueError: Failed to insert expression \"Concat(ConcatPair(Col(blog_tag, "
        "blog.Tag.name), Value(x)))\" on blog.Tag.name. F() expressions can only be used to "
        "update, not to insert.");
    expect_raised("Article.objects.update(views=Count('views'))\n",
                  "FieldError: Aggregate functions are not allowed in this query "
                  "(views=Count(Col(blog_article, blog.Article.views))).");
    expect_raised("Article.objects.annotate(n=F('author__name')).update(title=F('n'))\n",
                  "FieldError: Joined field references are not permitted in this query");
}

/* ---- many to many --------------------------------------------------------------------------- */

static void tags_are_added_removed_set_and_cleared(void **state) {
    (void)state;
    expect_printed("a = Article.objects.get(pk=4)\n"
                   "def tell():\n    print([tag.pk for tag in a.tags.order_by('pk')])\n"
                   "a.tags.add(1, Tag.objects.get(pk=3))\ntell()\na.tags.remove(1, 2)\ntell()\n"
                   "a.tags.set([1, 2])\ntell()\na.tags.create(name='new')\ntell()\n"
                   "a.tags.clear()\ntell()\nprint(Tag.objects.count())\n",
                   "[1, 3]\n[3]\n[1, 2]\n[1, 2, 4]\n[]\n4\n");
    expect_queries("a = Article.objects.get(pk=3)\na.tags.add(1)\na.tags.add()\na.tags.remove(1)\n"
                   "a.tags.remove()\na.tags.set([2, 3])\na.tags.set([1])\na.tags.clear()\n"
                   "a.tags.create(name='new')\n",
                   "1 2 1 2 0 2 4 2 3");
}

static void pairs_that_are_there_are_passed_over(void **state) {
    (void)state;
    expect_sql(
        "Article.objects.get(pk=1).tags.add(3, 1)\n",
        "INSERT OR IGNORE INTO \"blog_article_tags\" (\"article_id\", \"tag_id\") SELECT %s, "
        "%s UNION ALL SELECT %s, %s | 1, 1, 1, 3");
    expect_printed("t = Tag.objects.get(pk=3)\nt.article_set.add(1, 3)\n"
                   "print(sorted(article.pk for article in t.article_set.all()))\n",
                   "[1, 3, 5]\n");
}

static void what_is_no_saved_tag_is_not_added(void **state) {
    (void)state;
    expect_raised("Article.objects.get(pk=1).tags.add(Author.objects.get(pk=1))\n",
                  "TypeError: 'Tag' instance expected, got <Author: Author object (1)>");
    expect_raised("Article.objects.get(pk=1).tags.add(Tag(name='x'))\n",
                  "ValueError: Cannot add \"<Tag: Tag object (None)>\": instance is on database "
                  "\"default\", value is on database \"None\"");
    expect_raised(
        "Article(pk=1).tags.add(Tag.objects.get(pk=1))\n",
        "ValueError: Cannot add \"<Tag: Tag object (1)>\": instance is on database \"None\", "
        "value is on database \"default\"");
    expect_queries("a = Article(pk=4, author=Author.objects.get(pk=1))\n"
                   "a.tags.add(Tag.objects.get(pk=1))\n",
                   "1 3");
    expect_raised("Article.objects.get(pk=1).tags.add(99)\n",
                  "IntegrityError: FOREIGN KEY constraint failed");
    expect_printed("a = Article.objects.get(pk=1)\nprint(hasattr(a.tags, 'remove'))\n", "True\n");
}

static void what_was_prefetched_is_forgotten(void **state) {
    (void)state;
    expect_queries("a = Article.objects.prefetch_related('tags').get(pk=1)\nlen(a.tags.all())\n"
                   "a.tags.add(3)\nlen(a.tags.all())\n",
                   "2 0 2 1");
}

/* ---- the other side of a foreign key -------------------------------------------------------- */

static void articles_are_moved_to_an_author(void **state) {
    (void)state;
    expect_sql("Author.objects.get(pk=3).article_set.add(*Article.objects.filter(pk__lt=3))\n",
               "UPDATE \"blog_article\" SET \"author_id\" = %s WHERE \"blog_article\".\"id\" IN "
               "(%s, %s) | 3, 1, 2");
    expect_queries(
        "a = Author.objects.get(pk=3)\nx = Article.objects.get(pk=1)\n"
        "a.article_set.add(x)\na.article_set.add(x, bulk=False)\na.article_set.set([x])\n"
        "x.author\na.article_set.add()\n",
        "1 1 1 2 1 0 0");
    expect_raised(
        "Author.objects.get(pk=1).article_set.add(Article(title='x'))\n",
        "ValueError: <Article: Article object (None)> instance isn't saved. Use bulk=False "
        "or save the object first.");
}

static void a_key_that_may_not_be_null_lets_nothing_go(void **state) {
    (void)state;
    expect_printed("a = Author.objects.get(pk=1)\n"
                   "print(hasattr(a.article_set, 'add'), hasattr(a.article_set, 'remove'))\n",
                   "True False\n");
    expect_raised("Author.objects.get(pk=1).article_set.clear()\n",
                  "AttributeError: 'RelatedManager' object has no attribute 'clear'");
}

static void creating_through_a_manager_names_its_owner(void **state) {
    (void)state;
    expect_printed("a = Author.objects.get(pk=3)\n"
                   "x, made = a.article_set.get_or_create(title='Six', defaults={'views': 1,"
                   " 'published': True})\nprint(x.author_id, made)\n"
                   "print(a.article_set.update_or_create(title='Six', defaults={'views': 2})[1])\n"
                   "print(a.article_set.get().views)\n",
                   "3 True\nFalse\n2\n");
    expect_raised("Author.objects.get(pk=1).article_set.create('Six')\n",
                  "TypeError: create_reverse_many_to_one_manager.<locals>.RelatedManager.create() "
                  "takes 1 positional argument but 2 were given");
}

/* ---- the constructor ------------------------------------------------------------------------ */

static void an_object_takes_its_columns_in_their_order(void **state) {
    (void)state;
    expect_printed("a = Article(1, 'One', 'text', True, 3, None, 2)\nprint(a.author_id)\n"
                   "b = Article(author_id=3, author=Author.objects.get(pk=1))\nprint(b.author_id)\n"
                   "print(Tag(article=5).article)\n",
                   "2\n3\n5\n");
    expect_raised("Article(tags=[])\n",
                  "TypeError: Direct assignment to the forward side of a many-to-many set is "
                  "prohibited. Use tags.set() instead.");
}

static void nothing_is_lost_where_memory_ends(void **state) {
    (void)state;
    expect_survival("a = Article.objects.get(pk=3)\na.tags.set([1, 3])\na.tags.clear()\n"
                    "Author.objects.get(pk=2).article_set.add(a)\n"
                    "Tag.objects.update_or_create(name='new', defaults={'name': 'newer'})\n"
                    "Tag.objects.bulk_update(Tag.objects.all(), ['name'])\n"
                    "Author.objects.get(pk=1).delete()\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delete_takes_along_what_points_to_it),
        cmocka_unit_test(dependents_are_read_by_their_keys_level_by_level),
        cmocka_unit_test(what_nothing_points_to_is_deleted_unread),
        cmocka_unit_test(rows_go_the_last_first_and_keep_no_key),
        cmocka_unit_test(an_object_without_a_key_has_nothing_to_fetch),
        cmocka_unit_test(a_save_writes_the_fields_it_is_told),
        cmocka_unit_test(a_save_that_is_forced_finds_its_row_or_none),
        cmocka_unit_test(a_save_wants_the_objects_it_points_to_saved),
        cmocka_unit_test(a_deferred_column_is_saved_only_where_all_are),
        cmocka_unit_test(defaults_are_for_the_new_object),
        cmocka_unit_test(a_creation_that_fails_is_looked_for_once_more),
        cmocka_unit_test(update_or_create_is_one_transaction),
        cmocka_unit_test(bulk_update_is_a_case_for_each_field),
        cmocka_unit_test(a_condition_in_an_update_has_braces),
        cmocka_unit_test(a_new_row_has_no_columns_to_refer_to),
        cmocka_unit_test(tags_are_added_removed_set_and_cleared),
        cmocka_unit_test(pairs_that_are_there_are_passed_over),
        cmocka_unit_test(what_is_no_saved_tag_is_not_added),
        cmocka_unit_test(what_was_prefetched_is_forgotten),
        cmocka_unit_test(articles_are_moved_to_an_author),
        cmocka_unit_test(a_key_that_may_not_be_null_lets_nothing_go),
        cmocka_unit_test(creating_through_a_manager_names_its_owner),
        cmocka_unit_test(an_object_takes_its_columns_in_their_order),
        cmocka_unit_test(nothing_is_lost_where_memory_ends),
    };
    return RUN_TESTS(tests);
}
