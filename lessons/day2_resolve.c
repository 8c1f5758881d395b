/* day2_resolve - a urlpatterns list, and one path through it.
 *
 * What was tried is read from the tape: the PATTERN events inside the last resolve() of the
 * listing, held against the list itself in its order. */
#include <string.h>

#include "engine/urls/index.h"
#include "lessons/day2.h"
#include "lessons/parts.h"

enum { ROWS_MOST = 200, CELLS = 4, CAPTURES_MOST = 16 };

/* What one captured argument was, in words. */
struct capture {
    const char *name, *shown, *type;
};

struct resolve_result {
    struct url_site site;
    const char *not_found; /* the text of a Resolver404; NULL when it was found */
    bool indexed;          /* the index could be asked too */
    bool index_agrees;
    size_t recorded, recorded_same;
    struct capture captures[CAPTURES_MOST];
    size_t capture_count;
};

/* ---- running ------------------------------------------------------------------------------ */

bool day2_run_listing(struct stage *stage, struct url_site *site) {
    urls_site_init(site);
    const struct module *modules[] = {urls_site_module(&stage->runtime, site),
                                      urls_blog_module(&stage->runtime)};
    if (!modules[0] || !modules[1]) return false;
    struct script *script = stage_script(stage, &stage->runtime, modules, 2);
    if (!script) return false;
    site->script = script;
    return script_run(&stage->runtime, script, stage->listing);
}

struct runtime day2_silent(struct stage *stage, struct head *silent) {
    struct runtime runtime = stage->runtime;
    head_init(silent, NULL);
    runtime.head = silent;
    return runtime;
}

const char *day2_show_kwargs(struct runtime *runtime, const struct route_match *match) {
    struct dict *dict = dict_new(runtime);
    for (size_t i = 0; dict && i < match->kwarg_count; i++)
        if (!dict_set(runtime, dict, value_text(match->kwargs[i].name), match->kwargs[i].value))
            return NULL;
    return dict ? object_repr(runtime, value_object(&dict->base)) : NULL;
}

/* The last resolve() of the listing; NULL when it made none. */
static const struct url_answer *last_resolve(const struct url_site *site) {
    for (size_t i = site->answer_count; i-- > 0;)
        if (site->answers[i].question == ASKED_RESOLVE) return &site->answers[i];
    return NULL;
}

static bool keep_captures(struct runtime *runtime, struct resolve_result *result,
                          const struct route_match *match) {
    for (size_t i = 0; i < match->kwarg_count && i < CAPTURES_MOST; i++) {
        const char *shown = object_repr(runtime, match->kwargs[i].value);
        if (!shown) return false;
        result->captures[result->capture_count++] =
            (struct capture){match->kwargs[i].name, shown, value_type_name(match->kwargs[i].value)};
    }
    return true;
}

/* Asks the radix index the same: another way to the same "first". */
static bool ask_index(struct runtime *runtime, struct resolve_result *result,
                      const struct url_answer *answer) {
    struct url_index *index = index_new(runtime, result->site.resolver);
    if (!index) {
        bool refused = fault_is(runtime->fault, "NotSupported");
        if (refused) fault_clear(runtime->fault);
        return refused;
    }
    struct route_match match;
    bool found;
    if (!index_resolve(runtime, index, answer->asked, strlen(answer->asked), &match, &found))
        return false;
    const struct route *walked = result->not_found ? NULL : answer->match.found;
    result->indexed = true;
    result->index_agrees = (found ? match.found : NULL) == walked;
    return true;
}

/* What Django 3.2 answered when it was asked these paths about the listing as it ships: view name
 * and kwargs; NULL is a 404. */
static const struct {
    const char *path, *answer;
} recorded[] = {
    {"/", "home {}"},
    {"/articles/new/", "new {}"},
    {"/articles/latest/", "by-title {'title': 'latest'}"},
    {"/articles/7/", "by-title {'title': '7'}"},
    {"/articles/a b/", NULL},
    {"/articles/7", NULL},
    {"/blog/", "blog:index {}"},
    {"/blog/2024/", "blog:year {'year': 2024}"},
    {"/blog/0007/", "blog:year {'year': 7}"},
    {"/blog/99999999999999999999/", "blog:year {'year': 99999999999999999999}"},
    {"/blog/2024/first-steps/", "blog:post {'year': 2024, 'title': 'first-steps'}"},
    {"/blog/first-steps/", NULL},
    {"/shop/", NULL},
    {"/shop/cart/", "cart {}"},
    {"/token/123e4567-e89b-12d3-a456-426614174000/",
     "token {'token': UUID('123e4567-e89b-12d3-a456-426614174000')}"},
    {"/token/123E4567-E89B-12D3-A456-426614174000/", NULL},
    {"/files/a/b.txt", "file {'file': 'a/b.txt'}"},
    {"/files/", NULL},
};

enum { RECORDED = sizeof recorded / sizeof *recorded };

static bool ask_recorded(struct runtime *runtime, struct resolve_result *result) {
    for (size_t i = 0; i < RECORDED; i++) {
        struct route_match match;
        bool found;
        const char *path = recorded[i].path, *answer = NULL;
        if (!resolver_resolve(runtime, result->site.resolver, path, strlen(path), &match, &found))
            return false;
        const char *kwargs = found ? day2_show_kwargs(runtime, &match) : "";
        if (kwargs && found)
            answer = arena_format(runtime->arena, "%s %s", match.view_name, kwargs);
        if (found && !answer) return fault_no_memory(runtime->fault);
        bool same = found == (recorded[i].answer != NULL) &&
                    (!found || strcmp(answer, recorded[i].answer) == 0);
        result->recorded++;
        result->recorded_same += same;
    }
    return true;
}

static bool is_as_shipped(const struct stage *stage) {
    return strcmp(stage->listing, step_listing(stage->lesson, stage->step)) == 0;
}

/* A path that nothing matches is an answer here, not a failure of the run. */
bool resolve_run(struct stage *stage) {
    struct resolve_result *result = arena_alloc(&stage->arena, sizeof *result);
    if (!result) return fault_no_memory(&stage->fault);
    stage->result = result;
    if (!day2_run_listing(stage, &result->site)) {
        if (!fault_is(&stage->fault, "Resolver404")) return false;
        result->not_found = stage->fault.message;
        fault_clear(&stage->fault);
    }
    const struct url_answer *answer = last_resolve(&result->site);
    if (!answer) return true;
    struct head silent;
    struct runtime runtime = day2_silent(stage, &silent);
    if (!result->not_found && !keep_captures(&runtime, result, &answer->match)) return false;
    if (!ask_index(&runtime, result, answer)) return false;
    return !is_as_shipped(stage) || ask_recorded(&runtime, result);
}

bool resolve_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct resolve_result *result = stage->result;
    const struct url_answer *answer = result ? last_resolve(&result->site) : NULL;
    if (answer) *number = (double)answer->match.tried;
    return answer != NULL;
}

/* ---- claims ------------------------------------------------------------------------------- */

/* In every resolve(), the one pattern that matched to the end is the last that was tried. */
void resolve_check_first(struct stage *stage, struct verdict *verdict) {
    const struct resolve_result *result = stage->result;
    size_t tried = 0, matched = 0, behind = 0, calls = 0;
    bool over = false;
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind == TAPE_MARK && event.shape == TAPE_ENTER) over = false, calls++;
        if (event.kind != TAPE_PATTERN || event.shape != TAPE_POINT) continue;
        tried++;
        matched += event.amount == 1;
        behind += over;
        over |= event.amount == 1;
    }
    bool agrees = !result->indexed || result->index_agrees;
    verdict->applies = calls > 0 && tape_coarseness(stage->tape) == 1;
    verdict->holds = !verdict->applies || (behind == 0 && agrees);
    verdict_number(verdict, "tried", (double)tried);
    verdict_number(verdict, "matched", (double)matched);
    verdict_number(verdict, "tried_behind_a_match", (double)behind);
    verdict_show(stage, verdict, "%zu tried, %zu matched, %zu tried behind a match%s", tried,
                 matched, behind,
                 !result->indexed ? ""
                 : agrees         ? "; the radix index finds the same"
                                  : "; the radix index finds another");
}

void resolve_check_django(struct stage *stage, struct verdict *verdict) {
    const struct resolve_result *result = stage->result;
    if (!listing_as_shipped(stage, verdict)) return;
    verdict->applies = result->recorded > 0;
    verdict->holds = result->recorded_same == result->recorded;
    verdict_number(verdict, "paths", (double)result->recorded);
    verdict_number(verdict, "as_django", (double)result->recorded_same);
    verdict_show(stage, verdict, "%zu of %zu recorded paths give Django's answer",
                 result->recorded_same, result->recorded);
}

/* ---- figures ------------------------------------------------------------------------------ */

/* Writes the list into a table while reading the events of one walk over it. */
struct rows {
    struct arena *arena;
    struct cut cut;
    size_t next;  /* event */
    bool running; /* the walk has not ended before the cut */
    bool whole;   /* the cut is behind everything */
    const char **cells;
    size_t count;
    bool failed;
};

static bool next_pattern(struct rows *rows, struct tape_event *event) {
    while (rows->running && rows->next < rows->cut.upto &&
           tape_events(rows->cut.tape, rows->next, event, 1) == 1) {
        rows->next++;
        if (event->kind == TAPE_PATTERN) return true;
        if (event->kind == TAPE_MARK && event->shape == TAPE_LEAVE) break;
    }
    rows->running = false;
    return false;
}

/* `outer` are the patterns of the includes around: a row shows its chain, as Django does. */
static const char **add_row(struct rows *rows, const struct route *route, const char *outer) {
    if (rows->count == ROWS_MOST) return NULL;
    const char **cells = rows->cells + CELLS * rows->count++;
    cells[0] = arena_format(rows->arena, "%zu", rows->count);
    cells[1] =
        arena_format(rows->arena, "%s%s'%s'", outer, *outer ? " " : "", route->pattern.route);
    cells[2] = route->name.kind == VALUE_TEXT ? route->name.text : "";
    if (route->instance) cells[2] = arena_format(rows->arena, "%s:", route->instance);
    cells[3] = "";
    rows->failed |= !cells[0] || !cells[1] || !cells[2];
    return cells;
}

static void add_rows(struct rows *rows, struct value value, const char *outer, const char *fate) {
    if (!object_is(value, &list_type) && !object_is(value, &tuple_type)) return;
    const struct list *list = (const struct list *)value.object;
    const char *unreached = rows->whole ? "never reached" : "";
    for (size_t i = 0; i < list->count && !rows->failed; i++) {
        struct value item = list->items[i];
        if (!object_is(item, &url_pattern_type) && !object_is(item, &url_resolver_type)) continue;
        const struct route *route = (const struct route *)item.object;
        const char **cells = add_row(rows, route, outer);
        if (!cells || rows->failed) return;
        struct tape_event event;
        bool tried = !fate && next_pattern(rows, &event);
        bool entered = tried && event.shape == TAPE_ENTER;
        cells[3] = fate           ? fate
                   : !tried       ? unreached
                   : entered      ? "prefix matched"
                   : event.amount ? "matched"
                                  : "tried";
        if (tried && !entered && event.amount) rows->running = false;
        if (route->inner.kind == VALUE_NONE) continue;
        const char *inner_fate = entered ? NULL : tried ? "not looked at" : fate;
        add_rows(rows, route->inner, cells[1], inner_fate);
        if (entered) next_pattern(rows, &event); /* its LEAVE */
    }
}

/* The event behind the opening of the last resolve() before the cut; SIZE_MAX for none. */
static size_t find_walk(struct cut cut) {
    struct tape_event event;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++)
        if (event.kind == TAPE_MARK && event.shape == TAPE_ENTER &&
            strncmp(tape_name(cut.tape, event.subject), "resolve", 7) == 0)
            found = i + 1;
    return found;
}

static bool draw_patterns(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[CELLS] = {
        {"", ALIGN_RIGHT}, {"pattern", ALIGN_LEFT}, {"name", ALIGN_LEFT}, {"", ALIGN_LEFT}};
    const struct resolve_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "the patterns, in their order");
    if (!figure || !result) return true;
    size_t walk = find_walk(cut);
    bool whole = cut.upto >= tape_length(cut.tape);
    struct rows rows = {.arena = figures->arena,
                        .cut = cut,
                        .next = walk,
                        .running = walk != SIZE_MAX,
                        .whole = whole && walk != SIZE_MAX};
    rows.cells = arena_array(figures->arena, (size_t)CELLS * ROWS_MOST, sizeof *rows.cells);
    if (!rows.cells) return false;
    add_rows(&rows, result->site.urlpatterns, "", NULL);
    figure->table.columns = columns;
    figure->table.column_count = CELLS;
    figure->table.cells = rows.cells;
    figure->table.row_count = rows.count;
    if (result->not_found && whole) figure->note = "Resolver404: nothing in the list fits";
    return !rows.failed;
}

static bool draw_captures(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[3] = {
        {"argument", ALIGN_LEFT}, {"value", ALIGN_LEFT}, {"type", ALIGN_LEFT}};
    const struct resolve_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "what the view receives");
    if (!figure || !result) return true;
    size_t count = cut.upto >= tape_length(cut.tape) ? result->capture_count : 0;
    const char **cells = arena_array(figures->arena, 3 * count + 1, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < count; i++) {
        cells[3 * i] = result->captures[i].name;
        cells[3 * i + 1] = result->captures[i].shown;
        cells[3 * i + 2] = result->captures[i].type;
    }
    figure->table.columns = columns;
    figure->table.column_count = 3;
    figure->table.cells = cells;
    figure->table.row_count = count;
    return true;
}

bool resolve_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_patterns(stage, cut, figures) &&
           draw_captures(stage, cut, figures);
}
