/* The ORM beside raw SQLite: reading objects, compiling, the N+1 query in memory and on a file. */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/bench/bench.h"

enum { ROWS = 100000, LOOKUPS = 2000 };

/* One database, with what is asked of it on either side. */
struct orm {
    struct arena arena; /* of the database and the modules: lives throughout */
    struct fault fault;
    struct head silent, recording;
    struct tape *tape;
    struct runtime runtime;
    const struct module *modules[3];
    sqlite3_stmt *all, *some, *one;
};

/* ---- ours, through the evaluator ------------------------------------------------------------ */

/* Runs a listing in an arena of its own; true when it did not raise. */
static bool run(struct orm *orm, struct head *head, const char *source) {
    struct arena scratch;
    arena_init(&scratch, NULL);
    struct runtime runtime = orm->runtime;
    runtime.arena = &scratch;
    runtime.head = head;
    struct script *script = script_new(&runtime, orm->modules, 3, true);
    bool done = script && script_run(&runtime, script, source);
    arena_release(&scratch);
    return done;
}

static uint64_t read_objects(void *context) {
    struct orm *orm = context;
    tape_clear(orm->tape);
    return run(orm, &orm->recording, "len(Article.objects.all())\n") ? ROWS : 0;
}

static uint64_t one_plus_n(void *context) {
    struct orm *orm = context;
    tape_clear(orm->tape);
    return run(orm, &orm->recording,
               "for article in Article.objects.all()[:2000]:\n    article.author\n")
               ? LOOKUPS
               : 0;
}

static uint64_t one_plus_n_untaped(void *context) {
    struct orm *orm = context;
    return run(orm, &orm->silent,
               "for article in Article.objects.all()[:2000]:\n    article.author\n")
               ? LOOKUPS
               : 0;
}

enum { COMPILES = 500 };

/* Builds and compiles a query over two joins, with so many conditions on the far table. */
static bool compile(const struct orm *orm, size_t conditions) {
    struct arena scratch;
    arena_init(&scratch, NULL);
    struct runtime runtime = orm->runtime;
    runtime.arena = &scratch;
    struct query *query = query_new(&runtime, registry_model(&blog, "Article"));
    struct keyword lookup = {"author__profile__bio", value_text("x")};
    struct arguments arguments = {.keywords = &lookup, .keyword_count = 1};
    struct compiled compiled;
    bool done = query != NULL;
    for (size_t i = 0; i < conditions && done; i++)
        done = query_filter(&runtime, query, &arguments, false);
    done = done && query_compile(&runtime, query, &compiled);
    arena_release(&scratch);
    return done;
}

static uint64_t compile_two_joins(void *context) {
    for (int i = 0; i < COMPILES; i++)
        if (!compile(context, 1)) return 0;
    return COMPILES;
}

/* ---- growth -------------------------------------------------------------------------------- */

/* The processor time of a listing that goes over so many rows, the emptying of the tape apart. */
static bool run_sized(struct orm *orm, const char *form, size_t size, double *ns) {
    char source[160];
    snprintf(source, sizeof source, form, size);
    tape_clear(orm->tape);
    uint64_t start = bench_thread_ns();
    bool done = run(orm, &orm->recording, source);
    *ns = (double)(bench_thread_ns() - start);
    return done;
}

static bool grow_read(void *orm, size_t rows, double *ns) {
    return run_sized(orm, "len(Article.objects.all()[:%zu])\n", rows, ns);
}

static bool grow_n_plus_one(void *orm, size_t rows, double *ns) {
    return run_sized(orm, "for article in Article.objects.all()[:%zu]:\n    article.author\n", rows,
                     ns);
}

static bool grow_prefetch(void *orm, size_t rows, double *ns) {
    return run_sized(orm, "len(Article.objects.prefetch_related('author')[:%zu])\n", rows, ns);
}

/* A query of so many conditions, written over and over until the clock can tell. */
static bool grow_compile(void *context, size_t conditions, double *amount) {
    enum { TIMES = 20 };
    bool done = true;
    (void)amount;
    for (int i = 0; i < TIMES && done; i++) done = compile(context, conditions);
    return done;
}

static void bench_orm_growth(struct bench *bench, struct orm *orm) {
    const struct growth growths[] = {
        {"read objects, growth with rows",
         "a row is an object",
         1,
         {1000, 10000, 100000},
         grow_read,
         orm,
         AMOUNT_NS,
         0},
        {"an N+1 loop, growth with N",
         "an object is a query",
         1,
         {200, 2000, 20000},
         grow_n_plus_one,
         orm,
         AMOUNT_NS,
         0},
        {"prefetch_related, growth with rows",
         "one query more, whatever the rows",
         1,
         {200, 2000, 20000},
         grow_prefetch,
         orm,
         AMOUNT_NS,
         0},
        {"compile a query, growth with conditions",
         "a condition is written once",
         1,
         {4, 32, 256},
         grow_compile,
         orm,
         AMOUNT_NS,
         0},
    };
    for (size_t i = 0; i < sizeof growths / sizeof *growths; i++) bench_growth(bench, &growths[i]);
}

/* ---- theirs: sqlite3_step and structs in an arena ------------------------------------------- */

struct article {
    int64_t id, published, views, author_id;
    const char *title, *body, *published_at;
};

static const char *copy_column(struct arena *arena, sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? arena_copy(arena, text, (size_t)sqlite3_column_bytes(row, column)) : NULL;
}

static struct article *copy_article(struct arena *arena, sqlite3_stmt *row) {
    struct article *article = arena_alloc(arena, sizeof *article);
    if (!article) return NULL;
    article->id = sqlite3_column_int64(row, 0);
    article->title = copy_column(arena, row, 1);
    article->body = copy_column(arena, row, 2);
    article->published = sqlite3_column_int64(row, 3);
    article->views = sqlite3_column_int64(row, 4);
    article->published_at = copy_column(arena, row, 5);
    article->author_id = sqlite3_column_int64(row, 6);
    return article;
}

static uint64_t read_structs(void *context) {
    struct orm *orm = context;
    struct arena scratch;
    arena_init(&scratch, NULL);
    uint64_t rows = 0;
    for (; sqlite3_step(orm->all) == SQLITE_ROW; rows++)
        if (!copy_article(&scratch, orm->all)) break;
    sqlite3_reset(orm->all);
    arena_release(&scratch);
    return rows;
}

/* An author by key, copied: the statement is run to its end, as ours is. */
static uint64_t copy_author(struct arena *arena, sqlite3_stmt *one, int64_t key) {
    uint64_t found = 0;
    sqlite3_bind_int64(one, 1, key);
    while (sqlite3_step(one) == SQLITE_ROW)
        found += sqlite3_column_int64(one, 0) && copy_column(arena, one, 1) &&
                 copy_column(arena, one, 2) && sqlite3_column_int64(one, 3);
    sqlite3_reset(one);
    return found;
}

/* The same 1 + N: the list is read to its end, then the author of each is asked for. */
static uint64_t look_up_raw(void *context) {
    struct orm *orm = context;
    struct arena scratch;
    arena_init(&scratch, NULL);
    const struct article **articles = arena_array(&scratch, LOOKUPS, sizeof *articles);
    uint64_t count = 0, found = 0;
    while (articles && count < LOOKUPS && sqlite3_step(orm->some) == SQLITE_ROW)
        if ((articles[count] = copy_article(&scratch, orm->some))) count++;
    sqlite3_reset(orm->some);
    for (uint64_t i = 0; i < count; i++)
        found += copy_author(&scratch, orm->one, articles[i]->author_id);
    arena_release(&scratch);
    return found;
}

/* ---- the section -------------------------------------------------------------------------- */

#define ARTICLE                                                                                    \
    "SELECT id, title, body, published, views, published_at, author_id FROM blog_article"
#define AUTHOR "SELECT id, name, email, profile_id FROM blog_author WHERE id = ? LIMIT 21"

static bool prepare(struct orm *orm, const char *sql, sqlite3_stmt **statement) {
    sqlite3 *handle = database_handle(orm->runtime.database);
    return sqlite3_prepare_v2(handle, sql, -1, statement, NULL) == SQLITE_OK;
}

static bool open_runtime(struct orm *orm) {
    arena_init(&orm->arena, NULL);
    fault_init(&orm->fault, &orm->arena);
    orm->tape = tape_new(NULL, 0);
    head_init(&orm->silent, NULL);
    head_init(&orm->recording, orm->tape);
    orm->runtime =
        (struct runtime){.arena = &orm->arena, .head = &orm->silent, .fault = &orm->fault};
    orm->modules[0] = names_of_models(&orm->runtime, &blog, "blog.models");
    orm->modules[1] = names_of_django(&orm->runtime);
    orm->modules[2] = &function_module;
    return orm->tape && orm->modules[0] && orm->modules[1];
}

static bool open_in_memory(struct orm *orm) {
    struct blog_size size = blog_size_usual;
    size.articles = ROWS;
    size.tags_most = 0;
    if (!open_runtime(orm)) return false;
    orm->runtime.database = blog_open(&orm->runtime, &size);
    return orm->runtime.database && prepare(orm, ARTICLE, &orm->all) &&
           prepare(orm, ARTICLE " LIMIT 2000", &orm->some) && prepare(orm, AUTHOR, &orm->one);
}

/* The same rows on a file, where each statement takes and gives back a lock. */
static bool open_on_file(struct orm *orm, const struct orm *memory, const char *folder) {
    char path[128], sql[160];
    snprintf(path, sizeof path, "%s/blog.db", folder);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
    if (!open_runtime(orm) ||
        sqlite3_exec(database_handle(memory->runtime.database), sql, NULL, NULL, NULL) != SQLITE_OK)
        return false;
    orm->runtime.database = database_open(path, DATABASE_READ, NULL, &orm->fault);
    return orm->runtime.database && prepare(orm, ARTICLE " LIMIT 2000", &orm->some) &&
           prepare(orm, AUTHOR, &orm->one);
}

static void close_all(struct orm *orm) {
    sqlite3_finalize(orm->all);
    sqlite3_finalize(orm->some);
    sqlite3_finalize(orm->one);
    database_close(orm->runtime.database);
    tape_free(orm->tape);
    arena_release(&orm->arena);
}

void bench_orm(struct bench *bench) {
    struct orm memory = {0}, file = {0};
    const struct pair pairs[] = {
        {.figure = "read 100,000 objects, a row",
         .reference = "sqlite3_step into structs in an arena",
         .target = {RATIO_AT_MOST, 1.5},
         .ours = read_objects,
         .theirs = read_structs,
         .context = &memory},
        {.figure = "compile a query over two joins",
         .reference = "Django 3.2, measured once: 114 us",
         .target = {OURS_AT_MOST, 5000},
         .ours = compile_two_joins,
         .context = &memory},
        {.figure = "an N+1 query on a file, tape on",
         .reference = "the same list and raw cached statements",
         .target = {RATIO_AT_MOST, 1.3},
         .ours = one_plus_n,
         .theirs = look_up_raw,
         .context = &file,
         .rounds = 31},
        {.figure = "an N+1 query in memory, tape on",
         .reference = "the same list and raw cached statements",
         .target = {RATIO_AT_MOST, 2},
         .ours = one_plus_n,
         .theirs = look_up_raw,
         .context = &memory,
         .rounds = 31},
        {.figure = "an N+1 query in memory, tape on against off",
         .reference = "the same, tape off",
         .ours = one_plus_n,
         .theirs = one_plus_n_untaped,
         .context = &memory,
         .rounds = 31},
    };
    if (open_in_memory(&memory) && open_on_file(&file, &memory, bench->scratch))
        bench_pairs(bench, pairs, sizeof pairs / sizeof *pairs);
    else
        bench_row(bench, &(struct row){.figure = "a database", .ours = NAN, .theirs = NAN});
    if (memory.one && file.one) bench_orm_growth(bench, &memory);
    close_all(&file);
    close_all(&memory);
}
