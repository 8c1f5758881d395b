/* Fuzzes listings of querysets: a text as it is, or, after a first byte below a blank, bytes that
 * grow into one by the grammar of listing_grammar.h. It runs on a small blog, with little memory
 * and a deadline that counts steps, not time.
 *
 * With LISTING_SHOW in the environment, it prints the listing and what its statements raise.
 *
 * Nothing may crash, leak or hang; every fault has a type, a message and a place; and the ways to
 * ask a queryset how many rows it has must agree: see check_queryset. */
#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/orm/blueprint.h"
#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/orm/queryset.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/engine/orm/listing_grammar.h"

enum {
    MEMORY = 64 << 20,
    PATIENCE = 1000000, /* looks for a cancel, by the engine */
    SQL_PATIENCE = 60,  /* the same, by SQLite: each after STEPS of its machine */
    SQL_STEPS = 10000,
    LISTING_ROOM = 16384,
    USES_MOST = 500, /* of one connection, so that what it remembers stays small */
    ROWS_COMPARED = 200
};

static const struct blog_size size_small = {.companies = 3,
                                            .profiles = 8,
                                            .authors = 7,
                                            .tags = 6,
                                            .articles = 24,
                                            .events = 12,
                                            .tags_most = 3,
                                            .nullable = true,
                                            .seed = 4};

/* The connection is kept from input to input, for making it takes longer than most listings. It
 * is made anew after a listing that wrote. */
struct ground {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct tape *tape;
    int64_t changes; /* sqlite3_total_changes of a fresh one */
    int uses;
    int looks;             /* of SQLite's, left */
    atomic_bool cancelled; /* the deadline has come */
};

static struct ground ground;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(void *context) {
    struct ground *of = context;
    if (--of->looks > 0) return 0;
    atomic_store(&of->cancelled, true);
    return 1;
}

static void ground_close(void) {
    database_close(ground.runtime.database);
    tape_free(ground.tape);
    arena_release(&ground.arena);
    assert(memory_held(&ground.memory) == 0);
    ground.runtime.database = NULL;
}

static void ground_open(void) {
    memory_init(&ground.memory, 0);
    arena_init(&ground.arena, &ground.memory);
    fault_init(&ground.fault, &ground.arena);
    ground.tape = tape_new(NULL, 4096);
    head_init(&ground.head, NULL);
    ground.runtime = (struct runtime){.arena = &ground.arena,
                                      .memory = &ground.memory,
                                      .head = &ground.head,
                                      .fault = &ground.fault};
    ground.runtime.database = blog_open(&ground.runtime, &size_small);
    assert(ground.tape && ground.runtime.database);
    sqlite3 *handle = database_handle(ground.runtime.database);
    sqlite3_progress_handler(handle, SQL_STEPS, look, &ground);
    ground.changes = sqlite3_total_changes(handle);
    ground.uses = 0;
}

/* A connection with the blog as it was made. */
static void ground_prepare(void) {
    if (ground.runtime.database) {
        sqlite3 *handle = database_handle(ground.runtime.database);
        bool same =
            sqlite3_total_changes(handle) == ground.changes && sqlite3_get_autocommit(handle);
        if (same && ground.uses++ < USES_MOST) {
            tape_clear(ground.tape);
            return;
        }
        ground_close();
    } else {
        atexit(ground_close);
    }
    ground_open();
}

/* ---- one listing --------------------------------------------------------------------------- */

static uint32_t lines_of(const char *source) {
    uint32_t lines = 1;
    for (; *source; source++) lines += *source == '\n' || *source == '\r';
    return lines;
}

static void check_fault(const struct runtime *runtime, const char *source) {
    const struct fault *fault = runtime->fault;
    assert(fault->type && *fault->type && fault->message);
    assert(fault->line <= lines_of(source));
    assert((fault->line == 0) == (fault->column == 0));
    assert(fault->line > 0 || !*source || fault_is(fault, "MemoryError") ||
           fault_is(fault, "Cancelled"));
}

/* Out of memory or of time: nothing further can be said of the listing. */
static bool is_over(const struct runtime *runtime) {
    return fault_is(runtime->fault, "MemoryError") || fault_is(runtime->fault, "Cancelled");
}

static bool ask(struct runtime *runtime, struct value self, const char *method,
                struct value *result) {
    return object_call_method(runtime, self, method, &(struct arguments){0}, result);
}

static void say(const char *what, int64_t one, int64_t other) {
    fprintf(stderr, "%s: %lld and %lld\n", what, (long long)one, (long long)other);
}

/* The rows of a fresh copy; false: it raised, and the fault is forgotten unless all is over. */
static bool rows_of(struct runtime *runtime, struct value queryset, struct list **rows) {
    struct value copy;
    *rows = list_new(runtime, &list_type, 0);
    bool fine = *rows && ask(runtime, queryset, "all", &copy) && list_extend(runtime, *rows, copy);
    if (!fine && !is_over(runtime)) fault_clear(runtime->fault);
    return fine;
}

static void check_same_rows(struct runtime *runtime, const struct list *first,
                            const struct list *again) {
    if (first->count != again->count)
        say("two evaluations", (int64_t)first->count, (int64_t)again->count);
    assert(first->count == again->count);
    for (size_t i = 0; i < first->count && i < ROWS_COMPARED; i++) {
        bool equal = false;
        const char *one = object_repr(runtime, first->items[i]);
        const char *other = one ? object_repr(runtime, again->items[i]) : NULL;
        if (!other) return;
        equal = strcmp(one, other) == 0;
        if (!equal) fprintf(stderr, "row %zu: %s and %s\n", i, one, other);
        assert(equal);
    }
}

/* What Django says as well: count() and exists() agree with the rows. An order may multiply rows
 * and is left out of count(), so it goes first, unless a slice needs it. A grouped query is left
 * alone: Django itself counts other groups than it fetches once an annotation that grouped was
 * replaced, and an aggregate over nothing is a row that its exists() does not see. */
static void check_numbers(struct runtime *runtime, struct value queryset,
                          const struct queryset *of) {
    struct value bare = queryset, count, exists;
    struct list *rows;
    if (of->query->group_by != GROUP_NONE) return;
    if (!query_is_sliced(of->query) && !ask(runtime, queryset, "order_by", &bare)) return;
    if (!rows_of(runtime, bare, &rows)) return;
    if (ask(runtime, bare, "all", &bare) && ask(runtime, bare, "count", &count)) {
        if (count.integer != (int64_t)rows->count)
            say("count() and rows", count.integer, (int64_t)rows->count);
        assert(count.integer == (int64_t)rows->count);
    }
    if (is_over(runtime)) return;
    fault_clear(runtime->fault);
    if (ask(runtime, bare, "exists", &exists)) {
        if (exists.integer != (rows->count > 0))
            say("exists() and rows", exists.integer, (int64_t)rows->count);
        assert(exists.integer == (rows->count > 0));
    }
}

static bool is_random(struct runtime *runtime, struct value queryset) {
    struct query *query = queryset_query_of(queryset);
    const char *sql = query ? query_str(runtime, query) : NULL;
    bool random =
        !sql || strstr(sql, "RAND()") || strstr(sql, "RANDOM") || strstr(sql, "CURRENT_TIMESTAMP");
    if (!is_over(runtime)) fault_clear(runtime->fault);
    return random;
}

/* Two copies of a queryset give the same rows, or both raise; its numbers agree with them. */
static void check_queryset(struct runtime *runtime, struct value queryset) {
    struct list *first, *again;
    struct queryset *of = (struct queryset *)queryset.object;
    if (is_random(runtime, queryset)) return;
    bool fine = rows_of(runtime, queryset, &first);
    if (is_over(runtime)) return;
    bool fine_again = rows_of(runtime, queryset, &again);
    if (is_over(runtime)) return;
    assert(fine == fine_again);
    if (!fine) return;
    check_same_rows(runtime, first, again);
    if (!is_over(runtime)) check_numbers(runtime, queryset, of);
}

static void show(struct runtime *runtime, struct value value) {
    struct value rows = value_none();
    if (value.kind == VALUE_OBJECT && value.object->type->show)
        (void)(value.object->type->show(runtime, value.object, &rows) &&
               object_repr(runtime, rows));
    else
        object_repr(runtime, value);
    if (fault_raised(runtime->fault)) assert(runtime->fault->type && runtime->fault->message);
}

static void step(struct runtime *runtime, struct script *script, const struct program *program,
                 size_t index, const char *source) {
    struct value value, qs;
    bool is_expression;
    if (!script_step(runtime, script, program, index, &value, &is_expression)) {
        check_fault(runtime, source);
        if (getenv("LISTING_SHOW"))
            fprintf(stderr, "# %u: %s: %s\n", runtime->fault->line, runtime->fault->type,
                    runtime->fault->message);
        return;
    }
    if (is_expression) show(runtime, value);
    if (is_over(runtime)) return;
    fault_clear(runtime->fault);
    if (is_expression && object_is(value, &queryset_type))
        check_queryset(runtime, value);
    else if (script_lookup(script, "qs", &qs) && object_is(qs, &queryset_type))
        check_queryset(runtime, qs);
}

static struct script *make_script(struct runtime *runtime) {
    const struct module *modules[] = {names_of_models(runtime, &blog_nullable, "blog.models"),
                                      names_of_django(runtime), &function_module};
    if (!modules[0] || !modules[1]) return NULL;
    return script_new(runtime, modules, sizeof modules / sizeof *modules, true);
}

static void run(struct runtime *runtime, const char *source) {
    struct script *script = make_script(runtime);
    struct program *program = script ? script_parse(runtime, source) : NULL;
    for (size_t i = 0; program && i < program_count(program); i++) {
        step(runtime, script, program, i, source);
        assert(runtime->depth == 0);
        if (is_over(runtime)) return;
        fault_clear(runtime->fault);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char source[LISTING_ROOM] = "";
    if (size && *data < ' ' && *data != '\n')
        grammar_write(data + 1, size - 1, source, sizeof source);
    else if (size && size < sizeof source)
        memcpy(source, data, size);
    if (getenv("LISTING_SHOW")) fprintf(stderr, "%s", source);
    ground_prepare();
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    memory_init(&memory, MEMORY);
    arena_init(&arena, &memory);
    fault_init(&fault, &arena);
    head_init(&head, ground.tape);
    ground.looks = SQL_PATIENCE;
    atomic_store(&ground.cancelled, false);
    struct runtime runtime = {.arena = &arena,
                              .memory = &memory,
                              .head = &head,
                              .fault = &fault,
                              .cancelled = &ground.cancelled,
                              .database = ground.runtime.database,
                              .patience = PATIENCE};
    run(&runtime, source);
    arena_release(&arena);
    assert(memory_held(&memory) == 0);
    return 0;
}
