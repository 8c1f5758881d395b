/* Day 8, annotate - a column for one query only. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lessons/blog_stage.h"
#include "lessons/day8.h"
#include "lessons/parts.h"
#include "lessons/queries.h"

struct schemas {
    const char *before, *after; /* every CREATE statement */
};

static bool read_schema(struct stage *stage, const char **schema) {
    struct text text;
    text_init(&text, &stage->arena);
    if (!queries_beside(stage, REFERENCE_LANE, "SELECT name, sql FROM sqlite_master ORDER BY name",
                        NULL, 0, &text))
        return false;
    *schema = text_finish(&text);
    return *schema || fault_no_memory(&stage->fault);
}

static bool run_annotate(struct stage *stage) {
    struct schemas *schemas = arena_alloc(&stage->arena, sizeof *schemas);
    if (!schemas) return fault_no_memory(&stage->fault);
    stage->result = schemas;
    struct blog_size size = blog_stage_usual(stage);
    size.articles = stage_number(stage, "articles");
    size.authors = stage_number(stage, "authors");
    size.profiles = size.authors;
    bool done = blog_stage_open(stage, &size, 0) && read_schema(stage, &schemas->before) &&
                blog_stage_run_listing(stage) && read_schema(stage, &schemas->after);
    blog_stage_close(stage);
    return done;
}

static void check_group_by(struct stage *stage, struct verdict *verdict) {
    if (!listing_as_shipped(stage, verdict)) return;
    struct tape_event query;
    const char *sql = queries_at(stage, 0, &query) ? tape_name(stage->tape, query.subject) : "";
    bool group = strstr(sql, " GROUP BY ") != NULL, having = strstr(sql, " HAVING ") != NULL;
    verdict->holds = group && having;
    verdict_number(verdict, "group_by", group);
    verdict_number(verdict, "having", having);
    verdict_show(stage, verdict, "%s GROUP BY, %s HAVING", group ? "a" : "no", having ? "a" : "no");
}

static void check_schema(struct stage *stage, struct verdict *verdict) {
    const struct schemas *schemas = stage->result;
    verdict->holds = strcmp(schemas->before, schemas->after) == 0;
    verdict_number(verdict, "bytes", (double)strlen(schemas->after));
    verdict_show(stage, verdict, "%zu statements, %s", count_lines(schemas->after),
                 verdict->holds ? "none changed" : "changed");
}

static bool draw_annotate(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && queries_note(cut, figures) &&
           queries_draw_sql(stage, 0, figures);
}

static const struct knob annotate_knobs[] = {
    {.name = "articles",
     .title = "articles in the database",
     .min = 0,
     .max = 100000,
     .usual = 1000,
     .unit = "articles"},
    {.name = "authors",
     .title = "authors in the database",
     .min = 1,
     .max = 1000,
     .usual = 40,
     .unit = "authors"},
};

static const struct prediction annotate_prediction = {
    .question = "{authors} authors are counted. How many queries does the listing send?",
    .kind = PREDICT_NUMBER,
    .answer = queries_answer,
    .why = "One: the database joins, groups and counts in the same statement.",
};

static const struct claim annotate_claims[] = {
    {"one query", queries_check_one},
    {"it groups, and the filter on the aggregate is its HAVING", check_group_by},
    {"the schema is the same before and after", check_schema},
};

const struct step sql_annotate_step = {
    .slug = "annotate",
    .fidelity = FIDELITY_SAME,
    .fidelity_note = "",
    .listing_runs = true,
    KNOBS(annotate_knobs),
    .prediction = &annotate_prediction,
    CLAIMS(annotate_claims),
    .hints = {"Who counts the articles: Python or the database?",
              "The count is a column of the same SELECT, by GROUP BY.", "1 query."},
    .run = run_annotate,
    .draw = draw_annotate,
};
