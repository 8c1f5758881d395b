/* What a host adds: types of its own, modules, classes, names. */
#include "tests/support/listing.h"
#include "tests/support/testing.h"

/* ---- a shop of articles, as the ORM would give them ---------------------------------------- */

struct author {
    struct object base;
    int64_t number;
};

static bool author_attribute(struct runtime *runtime, struct object *object, const char *name,
                             struct value *result, bool *found) {
    int64_t number = ((struct author *)object)->number;
    *found = strcmp(name, "name") == 0;
    if (*found)
        *result = value_text(arena_format(runtime->arena, "author %lld", (long long)number));
    return *found;
}

static const struct object_type author_type = {.name = "Author", .get_attribute = author_attribute};

struct article {
    struct object base;
    int64_t number;
    struct value title; /* set by a listing */
};

static bool article_attribute(struct runtime *runtime, struct object *object, const char *name,
                              struct value *result, bool *found) {
    struct article *article = (struct article *)object;
    *found = true;
    if (strcmp(name, "title") == 0 && article->title.kind != VALUE_NONE) {
        *result = article->title;
    } else if (strcmp(name, "title") == 0) {
        *result =
            value_text(arena_format(runtime->arena, "title %lld", (long long)article->number));
    } else if (strcmp(name, "author") == 0) {
        struct author *author = arena_alloc(runtime->arena, sizeof *author);
        *author = (struct author){{&author_type}, article->number % 2};
        head_point(runtime->head, TAPE_QUERY, "SELECT author", 1);
        *result = value_object(&author->base);
    } else {
        *found = false;
    }
    return *found;
}

static bool article_set(struct runtime *runtime, struct object *object, const char *name,
                        struct value value) {
    if (strcmp(name, "title") != 0)
        return fault_raise(runtime->fault, "AttributeError", "no '%s'", name);
    ((struct article *)object)->title = value;
    return true;
}

static const struct object_type article_type = {
    .name = "Article", .get_attribute = article_attribute, .set_attribute = article_set};

/* Articles without end, of which a slice is a list; iterating asks the database. */
struct shelf {
    struct object base;
};

static bool shelf_slice(struct runtime *runtime, struct object *object, const struct slice *slice,
                        struct value *result) {
    (void)object;
    struct list *list = list_new(runtime, &list_type, 0);
    for (int64_t i = 0; i < slice->stop.integer; i++) {
        struct article *article = arena_alloc(runtime->arena, sizeof *article);
        *article = (struct article){{&article_type}, i, value_none()};
        assert_true(list_append(runtime, list, value_object(&article->base)));
    }
    *result = value_object(&list->base);
    return true;
}

static bool shelf_iterate(struct runtime *runtime, struct object *object, struct value *iterator) {
    struct slice two = {value_none(), value_int(2), value_none()};
    struct value list;
    head_point(runtime->head, TAPE_QUERY, "SELECT articles", 2);
    return shelf_slice(runtime, object, &two, &list) && object_iterate(runtime, list, iterator);
}

static bool shelf_count(struct runtime *runtime, struct object *self,
                        const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"at_least"};
    (void)self;
    *result = value_int(0);
    return arguments_read(runtime, arguments, "count", names, 1, 0, result);
}

static const struct method shelf_methods[] = {{"count", shelf_count}, {NULL, NULL}};
static const struct object_type shelf_type = {
    .name = "Shelf", .methods = shelf_methods, .get_slice = shelf_slice, .iterate = shelf_iterate};

static struct shelf shelf = {{&shelf_type}};
static const struct module_name shop_names[] = {
    {"Article", {.kind = VALUE_OBJECT, .object = &shelf.base}}};
static const struct module shop = {"shop.models", shop_names, 1};
static const struct module *const modules[] = {&shop};

static const char *output(struct running *running, const char *source) {
    return listing_output(running, listing_script(running, modules, 1), source);
}

/* ---- objects ------------------------------------------------------------------------------- */

static void objects_are_sliced_looped_over_and_looked_into(void **state) {
    assert_string_equal(output(*state, "from shop.models import Article\n"
                                       "for a in Article[:2]:\n"
                                       "    print(a.title, a.author.name)\n"),
                        "title 0 author 0\ntitle 1 author 1\n");
}

static void a_query_counts_on_the_line_that_asked(void **state) {
    struct running *running = *state;
    assert_string_equal(output(running, "from shop.models import Article\n"
                                        "for a in Article:\n"
                                        "    print(a.title,\n"
                                        "          a.author.name)\n"),
                        "title 0 author 0\ntitle 1 author 1\n");
    struct tally_filter filter = ANY_EVENT;
    filter.line = 2;
    assert_int_equal(tape_count(cut_whole(running->tape), TAPE_QUERY, filter), 1);
    filter.line = 3;
    assert_int_equal(tape_count(cut_whole(running->tape), TAPE_QUERY, filter), 2);
}

static void attributes_may_be_set(void **state) {
    assert_string_equal(output(*state, "from shop.models import Article\n"
                                       "a = Article[:1][0]\na.title = 'x'\na.title += f'{1}'\n"
                                       "print(a.title)\na.nope = 1\n"),
                        "x1\nAttributeError: no 'nope' @6:3\n");
}

static void methods_are_called_with_names(void **state) {
    assert_string_equal(
        output(*state, "from shop.models import Article as A\ncount = A.count\n"
                       "print(A.count(), A.count(at_least=3), count(4), count.__name__)\n"
                       "A.count(nope=1)\n"),
        "0 3 4 count\nTypeError: count() got an unexpected keyword argument 'nope' @4:3\n");
}

static void missing_slots_are_type_errors(void **state) {
    assert_string_equal(output(*state, "from shop.models import Article\nlen(Article)\n"),
                        "TypeError: object of type 'Shelf' has no len() @2:1\n");
    assert_string_equal(output(*state, "from shop.models import Article\nArticle()\n"),
                        "TypeError: 'Shelf' object is not callable @2:1\n");
    assert_string_equal(output(*state, "from shop.models import Article\nArticle + 1\n"),
                        "TypeError: unsupported operand type(s) for +: 'Shelf' and 'int' @2:9\n");
}

/* ---- imports ------------------------------------------------------------------------------- */

static void modules_are_found_by_their_paths(void **state) {
    assert_string_equal(output(*state, "import shop.models\nfrom shop import models as m\n"
                                       "print(shop.models.Article is m.Article)\n"),
                        "True\n");
}

static void unknown_modules_and_names_raise(void **state) {
    assert_string_equal(output(*state, "import nope\n"),
                        "ModuleNotFoundError: No module named 'nope' @1:8\n");
    assert_string_equal(output(*state, "import shop.nope\n"),
                        "ModuleNotFoundError: No module named 'shop.nope' @1:8\n");
    assert_string_equal(output(*state, "from shop.models import Article, Nope\n"),
                        "ImportError: cannot import name 'Nope' from 'shop.models' @1:34\n");
    assert_string_equal(output(*state, "import shop.models\nshop.nope\n"),
                        "AttributeError: module 'shop' has no attribute 'nope' @2:6\n");
}

static void ambient_names_need_no_import(void **state) {
    struct running *running = *state;
    struct script *script = script_new(&running->runtime, modules, 1, true);
    assert_string_equal(listing_output(running, script,
                                       "print(Article.count(1), datetime.date(2024, 1, 1))\n"
                                       "print(UUID('12345678-1234-5678-1234-567812345678'))\n"),
                        "1 2024-01-01\n12345678-1234-5678-1234-567812345678\n");
}

static void the_host_defines_and_looks_up_names(void **state) {
    struct running *running = *state;
    struct script *script = listing_script(running, NULL, 0);
    struct value value;
    assert_true(script_define(&running->runtime, script, "rows", value_int(20)));
    assert_string_equal(listing_output(running, script, "double = rows * 2\n"), "");
    assert_true(script_lookup(script, "double", &value));
    assert_int_equal(value.integer, 40);
    assert_false(script_lookup(script, "nope", &value));
}

/* ---- names only the host knows ------------------------------------------------------------- */

static bool view_name(struct runtime *runtime, void *host, const char *name, struct value *result,
                      bool *found) {
    (void)runtime;
    (void)host;
    *found = strncmp(name, "view_", 5) == 0;
    if (*found) *result = value_text(name);
    return *found;
}

static void a_host_may_know_unbound_names(void **state) {
    struct running *running = *state;
    struct script *script = listing_script(running, NULL, 0);
    script_set_host(script, &(struct script_host){.unknown_name = view_name});
    assert_string_equal(listing_output(running, script, "print(view_home)\nnope\n"),
                        "view_home\nNameError: name 'nope' is not defined @2:1\n");
}

/* ---- classes ------------------------------------------------------------------------------- */

/* The smallest class there can be: members, and one base. Calling one makes an instance. */
struct test_class {
    struct object base;
    struct class_header header;
};

struct test_instance {
    struct object base;
    struct value class_object, above; /* above: where super() looks */
};

static bool class_member(struct value class_object, const char *name, struct value *result) {
    const struct class_header *header = &((struct test_class *)class_object.object)->header;
    for (size_t i = 0; i < header->member_count; i++) {
        if (strcmp(header->members[i].name, name) != 0) continue;
        *result = header->members[i].value;
        return true;
    }
    return header->base_count && header->bases[0].resolved &&
           class_member(header->bases[0].value, name, result);
}

struct test_method {
    struct object base;
    struct value function, self;
};

static bool test_method_call(struct runtime *runtime, struct object *object,
                             const struct arguments *arguments, struct value *result) {
    struct test_method *method = (struct test_method *)object;
    return script_call_method(runtime, method->function, method->self, arguments, result);
}

static const struct object_type test_method_type = {.name = "method", .call = test_method_call};

static bool bind(struct runtime *runtime, struct value function, struct value self,
                 struct value *result) {
    struct test_method *method = arena_alloc(runtime->arena, sizeof *method);
    *method = (struct test_method){{&test_method_type}, function, self};
    *result = value_object(&method->base);
    return true;
}

static bool instance_attribute(struct runtime *runtime, struct object *object, const char *name,
                               struct value *result, bool *found) {
    struct test_instance *instance = (struct test_instance *)object;
    struct value self = instance->above.kind ? instance->above : value_object(object);
    *found = class_member(instance->class_object, name, result);
    if (*found && object_is(*result, &closure_type)) return bind(runtime, *result, self, result);
    return *found;
}

static const struct object_type test_instance_type = {.name = "instance",
                                                      .get_attribute = instance_attribute};

static bool test_class_call(struct runtime *runtime, struct object *object,
                            const struct arguments *arguments, struct value *result) {
    (void)arguments;
    struct test_instance *instance = arena_alloc(runtime->arena, sizeof *instance);
    *instance = (struct test_instance){{&test_instance_type}, value_object(object), value_none()};
    *result = value_object(&instance->base);
    return true;
}

static const struct object_type test_class_type = {.name = "type", .call = test_class_call};

static bool make_class(struct runtime *runtime, void *host, const struct class_header *header,
                       struct value *result) {
    struct test_class *class = arena_alloc(runtime->arena, sizeof *class);
    *(const struct class_header **)host = header;
    class->base.type = &test_class_type;
    class->header = *header;
    *result = value_object(&class->base);
    return true;
}

/* super(): the members of the one base, with the same self. */
static bool super_of(struct runtime *runtime, void *host, struct value class_object,
                     struct value self, struct value *result) {
    (void)host;
    struct test_instance *proxy = arena_alloc(runtime->arena, sizeof *proxy);
    struct value base = ((struct test_class *)class_object.object)->header.bases[0].value;
    *proxy = (struct test_instance){{&test_instance_type}, base, self};
    *result = value_object(&proxy->base);
    return true;
}

static struct script *class_script(struct running *running, const struct class_header **seen) {
    struct script *script = listing_script(running, NULL, 0);
    script_set_host(script, &(struct script_host){.host = (void *)seen,
                                                  .class_statement = make_class,
                                                  .super_object = super_of});
    return script;
}

static void methods_run_with_self_and_super(void **state) {
    struct running *running = *state;
    const struct class_header *seen;
    assert_string_equal(listing_output(running, class_script(running, &seen),
                                       "class View:\n"
                                       "    name = 'view'\n"
                                       "    def dispatch(self, request):\n"
                                       "        return [self.name, request]\n"
                                       "class Logged(View):\n"
                                       "    name = 'logged'\n"
                                       "    def dispatch(self, request):\n"
                                       "        print('in')\n"
                                       "        if request:\n"
                                       "            answer = super().dispatch(request)\n"
                                       "        else:\n"
                                       "            answer = None\n"
                                       "        print('out')\n"
                                       "        return answer\n"
                                       "print(Logged().dispatch('get'), Logged().dispatch(''))\n"),
                        "in\nout\nin\nout\n['logged', 'get'] None\n");
}

static void a_class_header_says_what_was_written(void **state) {
    struct running *running = *state;
    const struct class_header *seen = NULL;
    assert_string_equal(listing_output(running, class_script(running, &seen),
                                       "x = 2\nclass A: pass\n"
                                       "class B(A, Unknown, flag=x):\n"
                                       "    'docs'\n    y = x * 3\n    z = [y + x for i in [1]]\n"),
                        "NameError: name 'y' is not defined @6:10\n");
    assert_string_equal(listing_output(running, class_script(running, &seen),
                                       "x = 2\nclass A: pass\n"
                                       "class B(A, Unknown, flag=x):\n"
                                       "    y = x * 3\n    def f(self): pass\n"),
                        "");
    assert_string_equal(seen->name, "B");
    assert_int_equal(seen->line, 3);
    assert_int_equal(seen->base_count, 2);
    assert_string_equal(seen->bases[0].source, "A");
    assert_true(seen->bases[0].resolved);
    assert_string_equal(seen->bases[1].source, "Unknown");
    assert_false(seen->bases[1].resolved);
    assert_string_equal(seen->keywords[0].name, "flag");
    assert_int_equal(seen->member_count, 2);
    assert_string_equal(seen->members[0].name, "y");
    assert_int_equal(seen->members[0].value.integer, 6);
    assert_true(object_is(seen->members[1].value, &closure_type));
}

static void super_needs_a_class(void **state) {
    assert_listing(*state, "super()\n", "RuntimeError: super(): no arguments @1:1\n");
    assert_listing(*state, "class A: pass\n", "NotSupported: 'class' is not supported here @1:1\n");
}

/* ---- roots --------------------------------------------------------------------------------- */

/* An iterator that asks, at every turn, whether the text it gave out last is still held. */
struct asker {
    struct object base;
    int64_t turn;
    struct value last;
    char answers[8]; /* 'h'eld, 'f'ree, '?' unknown */
};

static void look_for(void *context, struct value value) {
    struct asker *asker = context;
    if (value.kind == VALUE_TEXT && value.text == asker->last.text)
        asker->answers[asker->turn] = 'h';
    if (object_is(value, &list_type)) value.object->type->visit(value.object, look_for, context);
}

static bool asker_next(struct runtime *runtime, struct object *object, struct value *result,
                       bool *done) {
    struct asker *asker = (struct asker *)object;
    asker->answers[asker->turn] = runtime->roots ? 'f' : '?';
    if (runtime->roots && asker->turn) runtime->roots->visit(runtime->roots, look_for, asker);
    *done = ++asker->turn == 4;
    *result = asker->last = value_text(arena_string(runtime->arena, "row"));
    return true;
}

static const struct object_type asker_type = {.name = "asker", .next = asker_next};

static void iterators_learn_what_is_held(void **state) {
    struct running *running = *state;
    struct asker asker = {.base = {&asker_type}};
    struct script *script = listing_script(running, NULL, 0);
    script_define(&running->runtime, script, "asker", value_object(&asker.base));
    assert_string_equal(listing_output(running, script,
                                       "kept = []\nfor row in asker:\n"
                                       "    if len(kept) == 0:\n        kept.append(row)\n"
                                       "    row = None\n"),
                        "");
    assert_string_equal(asker.answers, "fhff");
    asker = (struct asker){.base = {&asker_type}};
    assert_string_equal(listing_output(running, script, "x = [row for row in asker]\n"), "");
    assert_string_equal(asker.answers, "????");
}
/* Every test gets a run of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(objects_are_sliced_looped_over_and_looked_into),
        TEST(a_query_counts_on_the_line_that_asked),
        TEST(attributes_may_be_set),
        TEST(methods_are_called_with_names),
        TEST(missing_slots_are_type_errors),
        TEST(modules_are_found_by_their_paths),
        TEST(unknown_modules_and_names_raise),
        TEST(ambient_names_need_no_import),
        TEST(the_host_defines_and_looks_up_names),
        TEST(a_host_may_know_unbound_names),
        TEST(methods_run_with_self_and_super),
        TEST(a_class_header_says_what_was_written),
        TEST(super_needs_a_class),
        TEST(iterators_learn_what_is_held),
    };
    return RUN_TESTS(tests);
}
