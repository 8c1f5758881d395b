/* Day 8, translate - expression, query tree, SQL with its parameters apart, plan. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/orm/query.h"
#include "lessons/blog_stage.h"
#include "lessons/day8.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

/* What the listing printed, a line a print, from line `from` up to before line `until`. */
static const char *printed(struct stage *stage, uint32_t from, uint32_t until) {
    struct text text;
    text_init(&text, &stage->arena);
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_PRINT || event.line < from || event.line >= until) continue;
        text_add(&text, tape_name(stage->tape, event.subject));
        text_add_char(&text, '\n');
    }
    return text_finish(&text);
}

/* "a|b" becomes "a b", as print() puts values beside each other. */
static const char *as_printed(struct stage *stage, struct text *rows) {
    char *text = text_finish(rows);
    for (char *c = text; c && *c; c++)
        if (*c == '|') *c = ' ';
    return text ? text : arena_string(&stage->arena, "");
}

struct translation {
    const char *tree;      /* of the last QuerySet the listing named, or NULL */
    const char *plan;      /* behind the listing's first query, or NULL */
    const char *reference; /* the rows that SQL written by hand gives */
};

/* The query tree of the QuerySet under one of the listing's names. */
static const char *describe(struct stage *stage, struct script *script) {
    static const char *const names[] = {"page", "popular"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct value value;
        struct query *query =
            script_lookup(script, names[i], &value) ? queryset_query_of(value) : NULL;
        if (query) return query_describe(&stage->runtime, query);
    }
    return NULL;
}

static bool explain(struct stage *stage, struct translation *translation) {
    static const char by_hand[] =
        "SELECT a.views, a.title FROM blog_article a, blog_author w WHERE w.id = a.author_id "
        "AND a.views > 1000 AND substr(w.name, 1, 1) IN ('A', 'a') "
        "ORDER BY a.views DESC, a.id LIMIT 10";
    struct text rows;
    text_init(&rows, &stage->arena);
    if (!queries_beside(stage, REFERENCE_LANE, by_hand, NULL, 0, &rows)) return false;
    translation->reference = as_printed(stage, &rows);
    if (!translation->reference) return fault_no_memory(&stage->fault);
    struct tape_event query;
    if (!queries_at(stage, 0, &query)) return true;
    translation->plan = database_plan(&stage->runtime, tape_name(stage->tape, query.subject));
    return translation->plan != NULL;
}

static bool run_translate(struct stage *stage) {
    struct translation *translation = arena_alloc(&stage->arena, sizeof *translation);
    if (!translation) return fault_no_memory(&stage->fault);
    stage->result = translation;
    struct blog_size size = blog_stage_usual(stage);
    size.articles = stage_number(stage, "articles");
    bool done = blog_stage_open(stage, &size, 0);
    struct script *script = done ? blog_stage_script(stage, &stage->runtime) : NULL;
    done = script && script_run(&stage->runtime, script, stage->listing);
    if (done) {
        translation->tree = describe(stage, script);
        done = !fault_raised(&stage->fault) && explain(stage, translation);
    }
    blog_stage_close(stage);
    return done;
}

static void check_same_answer(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    const struct translation *translation = stage->result;
    const char *rows = printed(stage, 1, UINT32_MAX);
    verdict->holds = rows && strcmp(rows, translation->reference) == 0;
    verdict_number(verdict, "rows", rows ? (double)count_lines(rows) : 0);
    verdict_show(stage, verdict, "%zu rows, %s", rows ? count_lines(rows) : 0,
                 verdict->holds ? "equal" : "not equal");
}

static void check_parameters_apart(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct tape_event query = {0};
    bool any = queries_at(stage, 0, &query);
    const char *sql = any ? tape_name(stage->tape, query.subject) : "";
    size_t places = count_words(sql, "%s");
    verdict->holds = places == 2 && query.parameter_count == places && !strstr(sql, "1000");
    verdict_number(verdict, "placeholders", (double)places);
    verdict_number(verdict, "parameters", query.parameter_count);
    verdict_show(stage, verdict, "%zu placeholders, %" PRIu32 " parameters", places,
                 query.parameter_count);
}

static bool draw_translate(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct translation none = {0}; /* of a run that ended before it */
    const struct translation *translation = stage->result ? stage->result : &none;
    return stage_draw_listing(stage, cut, figures) && queries_note(cut, figures) &&
           queries_draw_text(translation->tree, "the query tree", figures) &&
           queries_draw_sql(stage, 0, figures) &&
           queries_draw_text(translation->plan, "the plan of the database", figures);
}

static const struct knob translate_knobs[] = {
    {.name = "articles",
     .title = "articles in the database",
     .min = 10,
     .max = 100000,
     .usual = 1000,
     .unit = "articles"},
};

static bool answer_parameters(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    struct tape_event query;
    if (!queries_at(stage, 0, &query)) return false;
    *number = query.parameter_count;
    return true;
}

static const struct prediction translate_prediction = {
    .question = "How many parameters will travel beside the SQL?",
    .kind = PREDICT_NUMBER,
    .answer = answer_parameters,
    .why = "Each value of the filter is one. The slice's numbers are written into LIMIT.",
};

static const struct claim translate_claims[] = {
    {"one query", queries_check_one},
    {"the SQL gives the rows that SQL written by hand gives", check_same_answer},
    {"the filter's values travel apart from the text", check_parameters_apart},
};

const struct step sql_translate_step = {
    .slug = "translate",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(translate_knobs),
    .prediction = &translate_prediction,
    CLAIMS(translate_claims),
    .hints = {"Which of the values could a stranger have typed?",
              "1000 and 'A' travel apart; 10 came from a slice.", "2 parameters."},
    .run = run_translate,
    .draw = draw_translate,
};
