/* blog_fixture - see blog_fixture.h.
 *
 * Order of calls: the tables, from the models' own descriptions; the rows, by one prepared INSERT a
 * table inside one transaction; then the indexes, which are quicker to build over all the rows. */
#include "lessons/blog_fixture.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "lessons/blog.h"

const struct blog_size blog_size_usual = {
    .companies = 5,
    .profiles = 42,
    .authors = 40,
    .tags = 60,
    .articles = 1000,
    .events = 832,
    .tags_most = 6,
    .seed = 1,
};

/* What the making has at hand. */
struct making {
    struct runtime *runtime;
    sqlite3 *handle;
    struct blog_size size;
    uint64_t lot;     /* state of the random numbers */
    const char *wide; /* size.width letters */
};

static bool refuse(struct making *making) {
    if (sqlite3_errcode(making->handle) == SQLITE_NOMEM)
        return fault_no_memory(making->runtime->fault);
    return fault_raise(making->runtime->fault, "OperationalError", "making the blog: %s",
                       sqlite3_errmsg(making->handle));
}

static bool execute(struct making *making, const char *sql) {
    return sqlite3_exec(making->handle, sql, NULL, NULL, NULL) == SQLITE_OK || refuse(making);
}

/* ---- chance: splitmix64 ------------------------------------------------------------------ */

static uint64_t draw(struct making *making) {
    uint64_t mixed = making->lot += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

/* 0 to below - 1. */
static int64_t draw_below(struct making *making, int64_t below) {
    return below > 0 ? (int64_t)(draw(making) % (uint64_t)below) : 0;
}

static const char *pick(struct making *making, const char *const *words, size_t count) {
    return words[draw_below(making, (int64_t)count)];
}
#define PICK(making, words) pick(making, words, sizeof words / sizeof *words)

/* ---- tables, as Django's schema editor writes them ------------------------------------------ */

/* column type [NOT NULL] [UNIQUE] [REFERENCES ...] */
static void write_column(struct text *sql, const struct field *field) {
    static const char *const types[FIELD_KIND_COUNT] = {
        [FIELD_AUTO] = "integer",      [FIELD_CHAR] = "varchar",
        [FIELD_EMAIL] = "varchar",     [FIELD_TEXT] = "text",
        [FIELD_INTEGER] = "integer",   [FIELD_FLOAT] = "real",
        [FIELD_BOOLEAN] = "bool",      [FIELD_DATE] = "date",
        [FIELD_DATETIME] = "datetime", [FIELD_FOREIGN_KEY] = "bigint",
        [FIELD_ONE_TO_ONE] = "bigint",
    };
    text_format(sql, "\"%s\" %s", field->column, types[field->kind]);
    if (field->max_length) text_format(sql, "(%d)", field->max_length);
    text_add(sql, field->null ? " NULL" : " NOT NULL");
    if (field->kind == FIELD_AUTO)
        text_add(sql, " PRIMARY KEY AUTOINCREMENT");
    else if (field->unique || field->kind == FIELD_ONE_TO_ONE)
        text_add(sql, " UNIQUE");
    if (field->target)
        text_format(sql, " REFERENCES \"%s\" (\"id\") DEFERRABLE INITIALLY DEFERRED",
                    field->target->table);
}

static bool create_table(struct making *making, const struct model *model) {
    struct text sql;
    text_init(&sql, making->runtime->arena);
    text_format(&sql, "CREATE TABLE \"%s\" (", model->table);
    for (size_t i = 0; i < model->column_count; i++) {
        if (i) text_add(&sql, ", ");
        write_column(&sql, &model->fields[i]);
    }
    text_add(&sql, ")");
    const char *statement = text_finish(&sql);
    return statement ? execute(making, statement) : fault_no_memory(making->runtime->fault);
}

/* An index for every foreign key; a pair of a many-to-many stands there once only. */
static bool create_indexes(struct making *making, const struct model *model) {
    for (size_t i = 0; i < model->column_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind != FIELD_FOREIGN_KEY) continue;
        const char *sql =
            arena_format(making->runtime->arena, "CREATE INDEX \"%s_%s\" ON \"%s\" (\"%s\")",
                         model->table, field->column, model->table, field->column);
        if (!sql) return fault_no_memory(making->runtime->fault);
        if (!execute(making, sql)) return false;
    }
    return true;
}

static bool each_model(struct making *making, bool (*make)(struct making *, const struct model *)) {
    const struct registry *registry = making->size.nullable ? &blog_nullable : &blog;
    for (size_t i = 0; i < registry->count; i++)
        if (!registry->models[i]->unmanaged && !make(making, registry->models[i])) return false;
    return true;
}

/* ---- rows -------------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(struct making *making, const char *sql) {
    sqlite3_stmt *insert = NULL;
    if (sqlite3_prepare_v2(making->handle, sql, -1, &insert, NULL) != SQLITE_OK) refuse(making);
    return insert;
}

static bool put_text(sqlite3_stmt *insert, int at, const char *text) {
    return sqlite3_bind_text(insert, at, text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

static bool put_int(sqlite3_stmt *insert, int at, int64_t number) {
    return sqlite3_bind_int64(insert, at, number) == SQLITE_OK;
}

static bool put_key(sqlite3_stmt *insert, int at, int64_t key) {
    return (key ? sqlite3_bind_int64(insert, at, key) : sqlite3_bind_null(insert, at)) == SQLITE_OK;
}

static bool store(sqlite3_stmt *insert) {
    bool done = sqlite3_step(insert) == SQLITE_DONE;
    return sqlite3_reset(insert) == SQLITE_OK && done;
}

/* Makes rows 1 to count by `make`, which binds one row (and may store more than one). */
static bool fill(struct making *making, const char *sql, int64_t count,
                 bool (*make)(struct making *, sqlite3_stmt *, int64_t id)) {
    sqlite3_stmt *insert = prepare(making, sql);
    bool good = insert != NULL;
    for (int64_t id = 1; good && id <= count; id++) {
        if (id % 1024 == 0 && runtime_cancelled(making->runtime))
            good = false;
        else if (!make(making, insert, id))
            good = refuse(making);
    }
    sqlite3_finalize(insert);
    return good;
}

/* A text with the blog's width behind it. NULL: fault. */
static const char *widen(struct making *making, const char *text) {
    const char *wide = arena_format(making->runtime->arena, "%s%s", text, making->wide);
    if (!wide) fault_no_memory(making->runtime->fault);
    return wide;
}

static bool make_company(struct making *making, sqlite3_stmt *insert, int64_t id) {
    static const char *const names[] = {"Acme", "Globex", "Initech", "Umbrella", "Hooli"};
    char name[64];
    int64_t of = (int64_t)(sizeof names / sizeof *names);
    snprintf(name, sizeof name, id <= of ? "%s" : "%s %" PRId64, names[(id - 1) % of], id);
    const char *wide = widen(making, name);
    return wide && put_text(insert, 1, wide) && store(insert);
}

static bool make_profile(struct making *making, sqlite3_stmt *insert, int64_t id) {
    char text[40];
    snprintf(text, sizeof text, "Bio number %" PRId64 ".", id);
    const char *bio = widen(making, text);
    int64_t company = 1 + (making->size.even ? (id - 1) % making->size.companies
                                             : draw_below(making, making->size.companies));
    if (making->size.nullable && id % 5 == 0) company = 0;
    return bio && put_text(insert, 1, bio) && put_key(insert, 2, company) && store(insert);
}

static bool make_author(struct making *making, sqlite3_stmt *insert, int64_t id) {
    static const char *const first[] = {"Ada",    "Grace", "Frances", "Barbara", "Edsger",
                                        "Donald", "Radia", "Ken",     "Karen",   "Tony"};
    static const char *const last[] = {"Lovelace", "Hopper",  "Allen",    "Liskov", "Dijkstra",
                                       "Knuth",    "Perlman", "Thompson", "Jones",  "Hoare"};
    const char *given = first[(id - 1) % 10], *family = last[(id - 1 + (id - 1) / 10) % 10];
    char whole[40], email[128];
    snprintf(whole, sizeof whole, "%s %s", given, family);
    const char *name = widen(making, whole);
    snprintf(email, sizeof email, "%c%s.%" PRId64 "@example.com", given[0] + 32, family + 1, id);
    int64_t profile = making->size.nullable && id % 7 == 0 ? 0 : id;
    return name && put_text(insert, 1, name) && put_text(insert, 2, email) &&
           put_key(insert, 3, profile) && store(insert);
}

static bool make_tag(struct making *making, sqlite3_stmt *insert, int64_t id) {
    static const char *const names[] = {"sql",    "orm",     "http",  "json",    "views",
                                        "cache",  "async",   "tests", "urls",    "forms",
                                        "models", "signals", "admin", "queries", "deploy"};
    (void)making;
    char name[50];
    int64_t of = (int64_t)(sizeof names / sizeof *names);
    snprintf(name, sizeof name, id <= of ? "%s" : "%s-%" PRId64, names[(id - 1) % of],
             (id - 1) / of + 1);
    return put_text(insert, 1, name) && store(insert);
}

static void write_date(char *buffer, size_t size, int64_t day) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year = 2023 + day / 365, rest = day % 365;
    int month = 0;
    while (rest >= lengths[month]) rest -= lengths[month++];
    snprintf(buffer, size, "%04d-%02d-%02d", (int)(year % 10000), (month + 1) % 100,
             (int)(rest + 1) % 100);
}

enum { DAYS = 730 };

static bool make_article(struct making *making, sqlite3_stmt *insert, int64_t id) {
    static const char *const kinds[] = {"Lazy", "Modern", "Quick",  "Simple", "Hidden",
                                        "Deep", "Tiny",   "Honest", "Broken", "Careful"};
    static const char *const things[] = {"Router", "Join",   "Mixin", "Signal", "Cache",
                                         "Query",  "Cursor", "View",  "Form",   "Index"};
    static const char *const ends[] = {"explained", "revisited", "at scale", "in practice",
                                       "100% tested"};
    static const char *const bodies[] = {
        "One query is better than a thousand.", "Measure first, then change one thing.",
        "A recipe is not a meal.", "The order of the list is the order of the walk.",
        "What is not asked for does not run."};
    char title[200], date[16], moment[40];
    snprintf(title, sizeof title, "%s %s %s #%" PRId64, PICK(making, kinds), PICK(making, things),
             PICK(making, ends), id);
    bool published = draw_below(making, 10) < 7;
    int64_t views = draw_below(making, 100) * draw_below(making, 101);
    write_date(date, sizeof date, draw_below(making, DAYS));
    snprintf(moment, sizeof moment, "%s %02d:%02d:00", date, (int)draw_below(making, 24),
             (int)draw_below(making, 60));
    int64_t author = 1 + (making->size.even ? (id - 1) % making->size.authors
                                            : draw_below(making, making->size.authors));
    return put_text(insert, 1, title) && put_text(insert, 2, PICK(making, bodies)) &&
           put_int(insert, 3, published) && put_int(insert, 4, views) &&
           (published ? put_text(insert, 5, moment) : sqlite3_bind_null(insert, 5) == SQLITE_OK) &&
           put_int(insert, 6, author) && store(insert);
}

/* The pairs of one article: 0 to tags_most different tags, a step of its own apart. */
static bool make_pairs(struct making *making, sqlite3_stmt *insert, int64_t article) {
    int64_t tags = making->size.tags, most = making->size.tags_most;
    if (most > tags) most = tags;
    int64_t count = draw_below(making, most + 1), tag = draw_below(making, tags);
    for (int64_t i = 0; i < count; i++) {
        if (!put_int(insert, 1, article) || !put_int(insert, 2, 1 + (tag + i) % tags) ||
            !store(insert))
            return false;
    }
    return true;
}

static bool make_event(struct making *making, sqlite3_stmt *insert, int64_t id) {
    static const char *const kinds[] = {"view", "view", "view", "purchase", "purchase", "refund"};
    (void)id;
    const char *kind = PICK(making, kinds);
    int64_t amount = strcmp(kind, "view") == 0 ? 0 : 1 + draw_below(making, 500);
    char date[16];
    write_date(date, sizeof date, draw_below(making, DAYS));
    return put_text(insert, 1, date) && put_text(insert, 2, kind) &&
           put_int(insert, 3, strcmp(kind, "refund") == 0 ? -amount : amount) && store(insert);
}

static int64_t at_least(int64_t number, int64_t least) {
    return number < least ? least : number;
}

/* Every row has what it refers to. */
static void complete(struct blog_size *size) {
    size->authors = at_least(size->authors, size->articles > 0);
    size->profiles = at_least(size->profiles, size->authors);
    size->companies = at_least(size->companies, size->profiles > 0);
    if (size->tags <= 0) size->tags_most = 0;
}

static bool fill_all(struct making *making) {
    const struct blog_size *size = &making->size;
    return fill(making, "INSERT INTO blog_company (name) VALUES (?)", size->companies,
                make_company) &&
           fill(making, "INSERT INTO blog_profile (bio, company_id) VALUES (?, ?)", size->profiles,
                make_profile) &&
           fill(making, "INSERT INTO blog_author (name, email, profile_id) VALUES (?, ?, ?)",
                size->authors, make_author) &&
           fill(making, "INSERT INTO blog_tag (name) VALUES (?)", size->tags, make_tag) &&
           fill(making,
                "INSERT INTO blog_article (title, body, published, views, published_at, author_id) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                size->articles, make_article) &&
           (size->tags_most <= 0 ||
            fill(making, "INSERT INTO blog_article_tags (article_id, tag_id) VALUES (?, ?)",
                 size->articles, make_pairs)) &&
           fill(making, "INSERT INTO blog_event (happened_at, kind, amount) VALUES (?, ?, ?)",
                size->events, make_event);
}

static bool make_all(struct making *making) {
    static const char once[] = "CREATE UNIQUE INDEX \"blog_article_tags_pair\" ON "
                               "\"blog_article_tags\" (\"article_id\", \"tag_id\")";
    return execute(making, "BEGIN") && each_model(making, create_table) && fill_all(making) &&
           each_model(making, create_indexes) && execute(making, once) &&
           execute(making, "COMMIT") && execute(making, "ANALYZE");
}

struct database *blog_open(struct runtime *runtime, const struct blog_size *size) {
    struct database *database =
        database_open(":memory:", DATABASE_WRITE, runtime->memory, runtime->fault);
    if (!database) return NULL;
    struct making making = {
        .runtime = runtime, .handle = database_handle(database), .size = *size, .lot = size->seed};
    complete(&making.size);
    struct arena_mark mark = arena_mark(runtime->arena);
    size_t width = size->width > 0 ? (size_t)size->width : 0;
    char *wide = arena_alloc(runtime->arena, width + 1);
    if (wide) memset(wide, 'w', width);
    making.wide = wide;
    bool made = wide ? make_all(&making) : fault_no_memory(runtime->fault);
    if (made) arena_rewind(runtime->arena, mark); /* a fault's text must stay */
    if (made) return database;
    database_close(database);
    return NULL;
}
