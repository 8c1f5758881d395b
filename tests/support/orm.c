/* orm - see orm.h. */
#include "tests/support/orm.h"

#include <sqlite3.h>

#include "engine/base/text.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/testing.h"

struct session {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct text counts;
};

static const char rows[] =
    "DELETE FROM blog_article_tags; DELETE FROM blog_article; DELETE FROM blog_author;"
    "DELETE FROM blog_profile; DELETE FROM blog_company; DELETE FROM blog_tag;"
    "INSERT INTO blog_company (id, name) VALUES (1, 'Acme'), (2, 'Globex');"
    "INSERT INTO blog_profile (id, bio, company_id) VALUES (1, 'first', 1), (2, '', 1),"
    " (3, 'third', 2), (4, 'alone', 2);"
    "INSERT INTO blog_author (id, name, email, profile_id) VALUES (1, 'Ada', 'ada@example.com', 1),"
    " (2, 'Bob', 'bob@example.com', 2), (3, 'Eve', 'eve@example.com', 3);"
    "INSERT INTO blog_tag (id, name) VALUES (1, 'sql'), (2, 'orm'), (3, 'lazy');"
    "INSERT INTO blog_article (id, title, body, published, views, published_at, author_id) VALUES"
    " (1, 'One', 'a', 1, 10, '2024-01-01 00:00:00', 1),"
    " (2, 'Two', 'b', 1, 20, '2024-02-01 00:00:00', 1),"
    " (3, 'Three', 'c', 1, 30, '2024-03-01 00:00:00', 2),"
    " (4, 'Four', 'd', 1, 40, '2024-04-01 00:00:00', 2), (5, 'Five', 'e', 0, 50, NULL, 1);"
    "INSERT INTO blog_article_tags (id, article_id, tag_id) VALUES (1, 1, 1), (2, 1, 2), (3, 2, 2),"
    " (4, 3, 1), (5, 3, 2), (6, 3, 3), (7, 5, 3);";

static void session_open(struct session *session) {
    *session = (struct session){0};
    memory_init(&session->memory, 0);
    arena_init(&session->arena, &session->memory);
    fault_init(&session->fault, &session->arena);
    head_init(&session->head, tape_new(&session->memory, 0));
    session->runtime = (struct runtime){.arena = &session->arena,
                                        .memory = &session->memory,
                                        .head = &session->head,
                                        .fault = &session->fault};
    struct blog_size nothing = {.seed = 1};
    session->runtime.database = blog_open(&session->runtime, &nothing);
    assert_non_null(session->runtime.database);
    sqlite3 *handle = database_handle(session->runtime.database);
    assert_int_equal(sqlite3_exec(handle, rows, NULL, NULL, NULL), SQLITE_OK);
    text_init(&session->counts, &session->arena);
}

static void session_close(struct session *session) {
    database_close(session->runtime.database);
    tape_free(session->head.tape);
    arena_release(&session->arena);
    assert_int_equal(memory_held(&session->memory), 0);
}

/* Runs all statements; a queryset that stands alone is evaluated. Stops at the first fault. */
static void session_run(struct session *session, const char *listing) {
    struct runtime *runtime = &session->runtime;
    const struct module *modules[] = {names_of_models(runtime, &blog, "blog.models"),
                                      names_of_django(runtime), &function_module, &copy_module,
                                      &pickle_module};
    bool named = modules[0] && modules[1];
    struct script *script = named ? script_new(runtime, modules, 5, true) : NULL;
    struct program *program = script ? script_parse(runtime, listing) : NULL;
    if (!program) assert_true(fault_raised(&session->fault));
    if (!program) return;
    for (size_t i = 0; i < program_count(program) && !fault_raised(&session->fault); i++) {
        struct cut whole = cut_whole(session->head.tape);
        uint64_t before = tape_count(whole, TAPE_QUERY, ANY_EVENT);
        struct value value, shown;
        bool expression = false;
        bool fine = script_step(runtime, script, program, i, &value, &expression);
        if (fine && expression && value.kind == VALUE_OBJECT && value.object->type->show)
            value.object->type->show(runtime, value.object, &shown);
        database_record_open(runtime);
        uint64_t sent = tape_count(cut_whole(session->head.tape), TAPE_QUERY, ANY_EVENT) - before;
        text_format(&session->counts, "%s%u", i ? " " : "", (unsigned)sent);
    }
}

static void expect_no_fault(const struct session *session) {
    if (fault_raised(&session->fault))
        fail_msg("raised %s: %s", session->fault.type, session->fault.message);
}

void expect_queries(const char *listing, const char *counts) {
    struct session session;
    session_open(&session);
    session_run(&session, listing);
    expect_no_fault(&session);
    assert_string_equal(text_finish(&session.counts), counts);
    session_close(&session);
}

/* Events of one kind, in order; *last is the last of them. */
static size_t collect(const struct session *session, enum tape_kind kind, struct text *text,
                      struct tape_event *last) {
    struct tape_event event;
    size_t count = 0;
    for (size_t i = 0; tape_events(session->head.tape, i, &event, 1); i++) {
        if (event.kind != kind) continue;
        if (text) text_format(text, "%s\n", tape_name(session->head.tape, event.subject));
        *last = event;
        count++;
    }
    return count;
}

void expect_printed(const char *listing, const char *output) {
    struct session session;
    struct tape_event last;
    struct text printed;
    session_open(&session);
    session_run(&session, listing);
    expect_no_fault(&session);
    text_init(&printed, &session.arena);
    collect(&session, TAPE_PRINT, &printed, &last);
    assert_string_equal(text_finish(&printed), output);
    session_close(&session);
}

void expect_raised(const char *listing, const char *error) {
    struct session session;
    session_open(&session);
    session_run(&session, listing);
    assert_true(fault_raised(&session.fault));
    assert_string_equal(
        arena_format(&session.arena, "%s: %s", session.fault.type, session.fault.message), error);
    session_close(&session);
}

void expect_sql(const char *listing, const char *sql) {
    struct session session;
    struct tape_event last;
    struct text text;
    session_open(&session);
    session_run(&session, listing);
    expect_no_fault(&session);
    assert_true(collect(&session, TAPE_QUERY, NULL, &last) > 0);
    text_init(&text, &session.arena);
    text_add(&text, tape_name(session.head.tape, last.subject));
    for (uint32_t i = 0; i < last.parameter_count; i++)
        text_format(&text, "%s%s", i ? ", " : " | ",
                    object_str(&session.runtime, last.parameters[i]));
    assert_string_equal(text_finish(&text), sql);
    session_close(&session);
}

void expect_survival(const char *listing) {
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        struct session session;
        session_open(&session);
        session.memory.fail_after = allowed;
        session_run(&session, listing);
        session.memory.fail_after = -1;
        failed = fault_raised(&session.fault);
        if (failed && !fault_is(&session.fault, "MemoryError"))
            fail_msg("raised %s: %s", session.fault.type, session.fault.message);
        session_close(&session);
    }
}
