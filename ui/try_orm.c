/* try_orm - `daybook try orm`: runs a listing against the blog, statement by statement.
 *
 *     listing -> program -> each statement: step, show -> answer -> a line of JSON, or text
 *
 * Names live on from statement to statement; an error ends its own statement alone. A queryset or
 * iterator that stands alone is evaluated whole, as at a prompt. With --database the file is
 * opened for reading, and with --write too for writing; without, the blog is made in memory and may
 * be written to. */
#include <sqlite3.h>
#include <string.h>

#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "ui/orm_json.h"
#include "ui/orm_table.h"
#include "ui/try_session.h"
#include "ui/units.h"

enum { EVENTS_MOST = 1 << 20 }; /* of the tape: beyond that it coarsens */

/* What one statement came to. */
struct answer {
    uint32_t line;
    const char *source;
    uint64_t queries, elapsed_ns;
    size_t first_event, event_count; /* on the tape */
    struct value rows, value;        /* None where there are none */
    bool has_rows, has_value;
};

/* ---- the database -------------------------------------------------------------------------- */

/* Which of the two blogs a file holds: in one of them a profile may have no company. */
static const struct registry *registry_of(struct database *database) {
    static const char sql[] =
        "SELECT 1 FROM pragma_table_info('blog_profile') WHERE name = 'company_id' AND NOT "
        "\"notnull\"";
    sqlite3_stmt *statement = NULL;
    bool nullable =
        sqlite3_prepare_v2(database_handle(database), sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return nullable ? &blog_nullable : &blog;
}

static bool open_database(struct try_session *session) {
    const char *path = session->listing->database;
    enum database_mode mode = session->listing->write ? DATABASE_WRITE : DATABASE_READ;
    session->runtime.database = path ? database_open(path, mode, &session->memory, &session->fault)
                                     : blog_open(&session->runtime, &blog_size_usual);
    return session->runtime.database != NULL;
}

/* ---- one statement ------------------------------------------------------------------------- */

static uint64_t queries_so_far(const struct try_session *session) {
    return tape_count(cut_whole(session->tape), TAPE_QUERY, ANY_EVENT);
}

static uint64_t time_so_far(const struct try_session *session) {
    return tape_tally(cut_whole(session->tape), TAPE_QUERY, ANY_EVENT).elapsed_ns;
}

/* What an object shows of itself: the rows of a queryset, all that an iterator still gives. */
static bool show_object(struct runtime *runtime, struct object *object, struct value *rows) {
    if (object->type->show) return object->type->show(runtime, object, rows);
    if (!object->type->next) return true;
    struct list *list = list_new(runtime, &list_type, 0);
    if (!list || !list_extend(runtime, list, value_object(object))) return false;
    *rows = value_object(&list->base);
    return true;
}

/* Runs the statement; what stands alone is evaluated. */
static bool run_statement(struct try_session *session, const struct program *program, size_t index,
                          struct answer *answer) {
    bool expression = false;
    if (!try_session_step(session, program, index, &answer->value, &expression)) return false;
    answer->has_value = expression;
    if (!expression || answer->value.kind != VALUE_OBJECT) return true;
    if (!show_object(&session->runtime, answer->value.object, &answer->rows)) {
        answer->has_value = false; /* an error is all that comes of it */
        return false;
    }
    answer->has_rows = answer->rows.kind != VALUE_NONE;
    return true;
}

static void take_statement(struct try_session *session, const struct program *program, size_t index,
                           struct answer *answer) {
    uint64_t queries = queries_so_far(session), elapsed = time_so_far(session);
    *answer = (struct answer){.line = program_line(program, index),
                              .source = program_source(program, index),
                              .first_event = tape_length(session->tape)};
    if (!run_statement(session, program, index, answer)) session->raised = true;
    database_record_open(&session->runtime);
    if (!try_session_keeps_up(session)) session->raised = true;
    fault_place(&session->fault, answer->line, 1);
    answer->event_count = tape_length(session->tape) - answer->first_event;
    answer->queries = queries_so_far(session) - queries;
    answer->elapsed_ns = time_so_far(session) - elapsed;
}

/* Calls each for every event of a kind that the statement left on the tape. */
static void each_event(const struct try_session *session, const struct answer *answer,
                       enum tape_kind kind,
                       void (*each)(void *, const struct tape_event *, const char *subject),
                       void *context) {
    struct tape_event events[64];
    const struct tape *tape = session->tape;
    size_t end = answer->first_event + answer->event_count;
    for (size_t at = answer->first_event; at < end;) {
        size_t want = end - at < 64 ? end - at : 64, got = tape_events(tape, at, events, want);
        if (got == 0) return;
        for (size_t i = 0; i < got; i++)
            if (events[i].kind == kind)
                each(context, &events[i], tape_name(tape, events[i].subject));
        at += got;
    }
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void json_query(void *context, const struct tape_event *event, const char *sql) {
    struct json *json = context;
    json_object(json);
    json_member_text(json, "sql", sql);
    json_key(json, "params");
    json_array(json);
    for (uint32_t i = 0; event->parameters && i < event->parameter_count; i++)
        json_value(json, event->parameters[i]);
    json_close(json);
    json_close(json);
}

static void json_printed(void *context, const struct tape_event *event, const char *text) {
    (void)event;
    json_text(context, text);
}

/* "rows" or "value": built in a text of its own, since a repr() may fail half way. */
static const char *json_of(struct try_session *session, struct value value) {
    struct text text;
    struct json json;
    text_init(&text, &session->scratch);
    json_to_text(&json, &text);
    if (!orm_json_value(&session->runtime, &json, value)) return NULL;
    const char *whole = text_finish(&text);
    if (!whole) fault_no_memory(&session->fault);
    return whole;
}

static void json_part(struct json *json, const char *name, const char *part) {
    json_key(json, name);
    if (part)
        json_raw(json, part);
    else
        json_null(json);
}

static void write_json(struct try_session *session, const struct answer *answer) {
    struct json *json = &session->json;
    const char *rows = answer->has_rows ? json_of(session, answer->rows) : NULL;
    bool valued = answer->has_value && !answer->has_rows;
    const char *value = valued ? json_of(session, answer->value) : NULL;
    if (fault_raised(&session->fault)) session->raised = true;
    json_object(json);
    json_member_integer(json, "line", answer->line);
    json_member_text(json, "source", answer->source);
    json_member_integer(json, "queries", (int64_t)answer->queries);
    json_key(json, "sql");
    json_array(json);
    each_event(session, answer, TAPE_QUERY, json_query, json);
    json_close(json);
    json_part(json, "rows", rows);
    json_part(json, "value", value);
    json_key(json, "output");
    json_array(json);
    each_event(session, answer, TAPE_PRINT, json_printed, json);
    json_close(json);
    json_key(json, "error");
    json_fault(json, &session->fault);
    json_close(json);
    json_end_line(json);
}

/* ---- text for people ----------------------------------------------------------------------- */

enum { QUERIES_SHOWN = 8, INDENT = 4 };

struct page {
    struct text text;
    struct paper paper;
    uint64_t queries; /* shown so far */
};

static void add_line(struct page *page, const char *line) {
    paper_add(&page->text, &page->paper, line);
    text_add_char(&page->text, '\n');
}

static void add_source(struct page *page, const char *source) {
    const char *prompt = ">>> ";
    for (const char *end; *source; source = *end ? end + 1 : end, prompt = "... ") {
        end = source + strcspn(source, "\n");
        text_add(&page->text, prompt);
        paper_add_bytes(&page->text, &page->paper, source, (size_t)(end - source));
        text_add_char(&page->text, '\n');
    }
}

static void text_query(void *context, const struct tape_event *event, const char *sql) {
    struct page *page = context;
    char took[UNITS_SIZE], rows[UNITS_SIZE];
    if (page->queries++ >= QUERIES_SHOWN) return;
    paper_add_wrapped(&page->text, &page->paper, sql, INDENT);
    text_format(&page->text, "%*s%s %s, %s\n", INDENT, "",
                units_count((uint64_t)event->amount, rows, sizeof rows),
                event->amount == 1 ? "row" : "rows",
                units_duration(event->elapsed_ns, took, sizeof took));
}

static void text_printed(void *context, const struct tape_event *event, const char *text) {
    (void)event;
    add_line(context, text);
}

/* Rows and objects as a table, anything else as its repr(); nothing for None, as at a prompt. */
static void add_answer(struct try_session *session, struct page *page,
                       const struct answer *answer) {
    struct value value = answer->has_rows ? answer->rows : answer->value;
    if (value.kind == VALUE_NONE || !(answer->has_rows || answer->has_value)) return;
    if (answer->has_rows || orm_table_fits(value)) {
        orm_table_add(&session->runtime, &page->text, &page->paper, value);
        return;
    }
    const char *repr = object_repr(&session->runtime, value);
    if (repr) add_line(page, repr);
}

static void add_queries(struct try_session *session, struct page *page,
                        const struct answer *answer) {
    char took[UNITS_SIZE], count[UNITS_SIZE];
    if (!answer->queries) return;
    each_event(session, answer, TAPE_QUERY, text_query, page);
    text_format(&page->text, "%*s%s %s, %s\n", INDENT, "",
                units_count(answer->queries, count, sizeof count),
                answer->queries == 1 ? "query" : "queries",
                units_duration(answer->elapsed_ns, took, sizeof took));
}

static void write_text(struct try_session *session, const struct answer *answer) {
    struct page page = {.paper = session->paper};
    text_init(&page.text, &session->scratch);
    if (!session->block) add_source(&page, answer->source);
    each_event(session, answer, TAPE_PRINT, text_printed, &page);
    if (!fault_raised(&session->fault)) add_answer(session, &page, answer);
    if (fault_raised(&session->fault)) {
        session->raised = true;
        try_add_fault(session, &page.text, &session->fault);
        text_add_char(&page.text, '\n');
    }
    add_queries(session, &page, answer);
    const char *text = text_finish(&page.text);
    if (!text) session->raised = true;
    fputs(text ? text : "MemoryError: no memory for the answer\n", session->listing->out);
}

/* ---- the session --------------------------------------------------------------------------- */

static bool make_script(struct try_session *session) {
    const struct module *modules[] = {
        names_of_models(&session->runtime, registry_of(session->runtime.database), "blog.models"),
        names_of_django(&session->runtime),
        &function_module,
        &copy_module,
        &pickle_module,
    };
    if (!modules[0] || !modules[1]) return false;
    session->script =
        script_new(&session->runtime, modules, sizeof modules / sizeof modules[0], true);
    return session->script != NULL;
}

static bool open_session(struct try_session *session) {
    return open_database(session) && make_script(session);
}

static void step(struct try_session *session, const struct program *program, size_t statement) {
    struct answer answer;
    take_statement(session, program, statement, &answer);
    if (session->listing->json)
        write_json(session, &answer);
    else
        write_text(session, &answer);
    try_forget_events(session);
}

static void close_session(struct try_session *session) {
    database_close(session->runtime.database);
}

static int run(const struct try_listing *listing) {
    static const struct try_calls calls = {
        .events_most = EVENTS_MOST, .open = open_session, .step = step, .close = close_session};
    struct try_session session = {.raised = false};
    return try_session_run(&session, listing, &calls);
}

const struct try_kind try_orm = {
    .name = "orm",
    .summary = "querysets against the blog",
    .takes_database = true,
    .run = run,
};
