/* stage - see stage.h. */
#include "lessons/stage.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/orm/database.h"
#include "engine/script/script.h"

/* What one run may hold, its database in memory not counted. A run-away listing ends here. */
static const size_t memory_limit = (size_t)1 << 30;

/* ---- opening and closing ----------------------------------------------------------------- */

struct stage *stage_open(const struct lesson *lesson, const struct step *step) {
    assert(step->knob_count <= STAGE_KNOBS);
    struct stage *stage = memory_take(NULL, sizeof *stage); /* its own account is in it */
    if (!stage) return NULL;
    memset(stage, 0, sizeof *stage);
    memory_init(&stage->memory, memory_limit);
    arena_init(&stage->arena, &stage->memory);
    fault_init(&stage->fault, &stage->arena);
    atomic_init(&stage->cancelled, false);
    stage->lesson = lesson;
    stage->step = step;
    stage->seed = 1;
    stage->listing = step_listing(lesson, step);
    for (size_t i = 0; i < step->knob_count; i++) {
        stage->numbers[i] = step->knobs[i].usual;
        stage->words[i] = step->knobs[i].usual_text;
    }
    stage->tape = tape_new(&stage->memory, 0);
    if (!stage->tape) {
        stage_close(stage);
        return NULL;
    }
    head_init(&stage->head, stage->tape);
    stage->runtime = (struct runtime){
        .arena = &stage->arena,
        .memory = &stage->memory,
        .head = &stage->head,
        .fault = &stage->fault,
        .cancelled = &stage->cancelled,
    };
    return stage;
}

void stage_close(struct stage *stage) {
    if (!stage) return;
    tape_free(stage->tape);
    arena_release(&stage->arena);
    memory_give(NULL, stage, sizeof *stage);
}

/* ---- knobs ------------------------------------------------------------------------------- */

static size_t knob_index(const struct stage *stage, const char *name) {
    for (size_t i = 0; i < stage->step->knob_count; i++)
        if (strcmp(stage->step->knobs[i].name, name) == 0) return i;
    return SIZE_MAX;
}

/* Lists what a step has, for an error: "articles, round-trip". */
static void list_knobs(const struct step *step, char *why, size_t size, const char *knob) {
    int used = snprintf(why, size, "%s: no such knob; this step has ", knob);
    if (step->knob_count == 0) snprintf(why, size, "%s: this step has no knobs", knob);
    for (size_t i = 0; i < step->knob_count && used > 0 && (size_t)used < size; i++)
        used +=
            snprintf(why + used, size - (size_t)used, "%s%s", i ? ", " : "", step->knobs[i].name);
}

static bool set_number(struct stage *stage, size_t index, const char *text, char *why,
                       size_t size) {
    const struct knob *knob = &stage->step->knobs[index];
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end) {
        snprintf(why, size, "%s: '%s' is not a whole number", knob->name, text);
        return false;
    }
    if (errno == ERANGE || number < knob->min || number > knob->max) {
        snprintf(why, size, "%s: %s is outside %" PRId64 " to %" PRId64, knob->name, text,
                 knob->min, knob->max);
        return false;
    }
    stage->numbers[index] = number;
    return true;
}

static bool set_choice(struct stage *stage, size_t index, const char *text, char *why,
                       size_t size) {
    const struct knob *knob = &stage->step->knobs[index];
    for (size_t i = 0; i < knob->choice_count; i++) {
        if (strcmp(knob->choices[i], text) != 0) continue;
        stage->numbers[index] = (int64_t)i;
        return true;
    }
    int used = snprintf(why, size, "%s: '%s' is none of ", knob->name, text);
    for (size_t i = 0; i < knob->choice_count && used > 0 && (size_t)used < size; i++)
        used += snprintf(why + used, size - (size_t)used, "%s%s", i ? ", " : "", knob->choices[i]);
    return false;
}

static bool set_word(struct stage *stage, size_t index, const char *text, char *why, size_t size) {
    const struct knob *knob = &stage->step->knobs[index];
    if (strlen(text) > (size_t)knob->max) {
        snprintf(why, size, "%s: longer than %" PRId64 " bytes", knob->name, knob->max);
        return false;
    }
    const char *copy = arena_string(&stage->arena, text);
    if (!copy) {
        snprintf(why, size, "%s: out of memory", knob->name);
        return false;
    }
    stage->words[index] = copy;
    return true;
}

bool stage_set(struct stage *stage, const char *name, const char *text, char *why, size_t size) {
    size_t index = knob_index(stage, name);
    if (index == SIZE_MAX) {
        list_knobs(stage->step, why, size, name);
        return false;
    }
    switch (stage->step->knobs[index].kind) {
    case KNOB_NUMBER: return set_number(stage, index, text, why, size);
    case KNOB_CHOICE: return set_choice(stage, index, text, why, size);
    case KNOB_TEXT: return set_word(stage, index, text, why, size);
    }
    return false;
}

bool stage_set_listing(struct stage *stage, const char *listing) {
    const char *copy = arena_string(&stage->arena, listing);
    if (copy) stage->listing = copy;
    return copy != NULL;
}

int64_t stage_number(const struct stage *stage, const char *knob) {
    size_t index = knob_index(stage, knob);
    assert(index != SIZE_MAX && "a lesson asks only for knobs it has");
    return stage->numbers[index];
}

const char *stage_word(const struct stage *stage, const char *knob) {
    size_t index = knob_index(stage, knob);
    assert(index != SIZE_MAX && "a lesson asks only for knobs it has");
    return stage->words[index];
}

const char *stage_knob_text(const struct stage *stage, size_t index, char *buffer, size_t size) {
    const struct knob *knob = &stage->step->knobs[index];
    switch (knob->kind) {
    case KNOB_NUMBER: snprintf(buffer, size, "%" PRId64, stage->numbers[index]); break;
    case KNOB_CHOICE: snprintf(buffer, size, "%s", knob->choices[stage->numbers[index]]); break;
    case KNOB_TEXT: snprintf(buffer, size, "%s", stage->words[index]); break;
    }
    return buffer;
}

/* A comma before every third digit from the right. */
static void add_grouped(struct text *text, int64_t number) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, number);
    for (int i = 0; i < length; i++) {
        if (i > (number < 0) && (length - i) % 3 == 0) text_add_char(text, ',');
        text_add_char(text, digits[i]);
    }
}

static void add_knob(struct text *text, const struct stage *stage, size_t index) {
    char value[256];
    if (stage->step->knobs[index].kind == KNOB_NUMBER)
        add_grouped(text, stage->numbers[index]);
    else
        text_add(text, stage_knob_text(stage, index, value, sizeof value));
}

/* "{?knob}" opens a passage and "{?}" ends it. */
static bool leaves_out(const struct stage *stage, const char *knob) {
    size_t index = knob_index(stage, knob);
    return index != SIZE_MAX && stage->numbers[index] == 0;
}

const char *stage_fill(const struct stage *stage, const char *text, struct arena *arena) {
    struct text filled;
    bool left_out = false;
    text_init(&filled, arena);
    while (*text) {
        const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) break;
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
        size_t index = knob_index(stage, name);
        if (!left_out) text_add_bytes(&filled, text, (size_t)(open - text));
        if (*name == '?')
            left_out = leaves_out(stage, name + 1);
        else if (index != SIZE_MAX && !left_out)
            add_knob(&filled, stage, index);
        else if (!left_out)
            text_add_bytes(&filled, open, (size_t)(close - open + 1));
        text = close + 1;
    }
    text_add(&filled, text);
    return text_finish(&filled);
}

/* ---- running ----------------------------------------------------------------------------- */

bool stage_run(struct stage *stage) {
    assert(!stage->ran && stage->step->run);
    uint64_t start = clock_ns();
    bool done = stage->step->run(stage);
    if (tape_is_torn(stage->tape)) { /* less was recorded than happened: nothing can rest on it */
        fault_clear(&stage->fault);
        done = fault_no_memory(&stage->fault);
    }
    stage->elapsed_ns = clock_ns() - start;
    stage->ran = true;
    assert(done != fault_raised(&stage->fault));
    return done;
}

void stage_cancel(struct stage *stage) {
    atomic_store_explicit(&stage->cancelled, true, memory_order_relaxed);
}

struct tally stage_tally(struct cut cut, enum tape_kind kind, int64_t line) {
    struct tally sum = {0};
    for (int lane = 0; lane < LANE_BESIDE; lane++) {
        struct tally tally = tape_tally(cut, kind, (struct tally_filter){lane, line, NULL});
        sum.count += tally.count;
        sum.finished += tally.finished;
        sum.elapsed_ns += tally.elapsed_ns;
        sum.amount += tally.amount;
    }
    return sum;
}

struct tally stage_queries(struct cut cut) {
    return stage_tally(cut, TAPE_QUERY, -1);
}

/* A figure that had to leave something out for want of memory is none. */
bool stage_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    bool drawn = !stage->step->draw || stage->step->draw(stage, cut, figures);
    return drawn && !figures->arena->failed;
}

/* The cut is made here, so that a figure read event by event ends although the tape goes on. */
bool stage_draw_live(const struct stage *stage, struct figures *figures) {
    struct cut now = {stage->tape, tape_length(stage->tape)};
    bool drawn = !stage->step->live || stage->step->live(stage, now, figures);
    return drawn && !figures->arena->failed;
}

/* Asks, and says nothing where there was no memory to look. */
static void ask(struct stage *stage, const struct claim *claim, struct verdict *verdict) {
    bool before = stage->arena.failed; /* while it ran: that is the run's affair */
    stage->arena.failed = false;
    claim->check(stage, verdict);
    if (stage->arena.failed) *verdict = (struct verdict){.applies = true};
    stage->arena.failed |= before;
}

void stage_check(struct stage *stage, const struct claim *claim, struct verdict *verdict) {
    *verdict = (struct verdict){.applies = true, .shown = ""};
    if (stage->ran && !fault_raised(&stage->fault))
        ask(stage, claim, verdict);
    else
        verdict_show(stage, verdict, "%s",
                     stage->ran ? "the run ended with an error" : "nothing was run");
}

/* ---- for the lessons' own files ---------------------------------------------------------- */

void verdict_number(struct verdict *verdict, const char *name, double value) {
    assert(verdict->number_count < VERDICT_NUMBERS);
    verdict->numbers[verdict->number_count++] = (struct number){name, value};
}

void verdict_show(struct stage *stage, struct verdict *verdict, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *shown = arena_vformat(&stage->arena, format, arguments);
    va_end(arguments);
    verdict->shown = shown;
}

/* A knob's name in a listing: "round-trip" is round_trip there. */
static const char *name_in_listing(struct arena *arena, const struct knob *knob) {
    char *name = arena_string(arena, knob->name);
    for (char *c = name; c && *c; c++)
        if (*c == '-') *c = '_';
    return name;
}

static struct value value_in_listing(const struct stage *stage, size_t index) {
    const struct knob *knob = &stage->step->knobs[index];
    switch (knob->kind) {
    case KNOB_NUMBER: return value_int(stage->numbers[index]);
    case KNOB_CHOICE: return value_text(knob->choices[stage->numbers[index]]);
    case KNOB_TEXT: return value_text(stage->words[index]);
    }
    return value_none();
}

struct script *stage_script(struct stage *stage, struct runtime *runtime,
                            const struct module *const *modules, size_t count) {
    struct script *script = script_new(runtime, modules, count, false);
    for (size_t i = 0; script && i < stage->step->knob_count; i++) {
        const char *name = name_in_listing(runtime->arena, &stage->step->knobs[i]);
        if (!name) fault_no_memory(runtime->fault);
        if (!name || !script_define(runtime, script, name, value_in_listing(stage, i))) return NULL;
    }
    return script;
}

bool stage_run_listing(struct stage *stage, const struct module *const *modules, size_t count) {
    struct script *script = stage_script(stage, &stage->runtime, modules, count);
    return script && script_run(&stage->runtime, script, stage->listing);
}

bool stage_had_memory(struct stage *stage) {
    return !memory_was_refused(&stage->memory) || fault_no_memory(&stage->fault);
}

/* ---- plans ------------------------------------------------------------------------------- */

struct kept_plan {
    uint32_t sql; /* subject on the tape */
    const char *plan;
};

enum { PLANS_MOST = 64 };

const char *stage_plan(const struct stage *stage, uint32_t sql) {
    for (size_t i = 0; i < stage->plan_count; i++)
        if (stage->plans[i].sql == sql) return stage->plans[i].plan;
    return NULL;
}

/* Asks for one plan; what cannot be explained has none, and that is no fault of the run. */
static void keep_plan(struct stage *stage, uint32_t sql) {
    struct fault ignored;
    struct runtime runtime = stage->runtime;
    fault_init(&ignored, &stage->arena);
    runtime.fault = &ignored;
    const char *plan = database_plan(&runtime, tape_name(stage->tape, sql));
    if (plan) stage->plans[stage->plan_count++] = (struct kept_plan){sql, plan};
}

static void keep_plans(struct stage *stage) {
    stage->plans = arena_array(&stage->arena, PLANS_MOST, sizeof *stage->plans);
    struct tape_event event;
    uint32_t last = 0;
    for (size_t i = 0; stage->plans && stage->plan_count < PLANS_MOST; i++) {
        if (tape_events(stage->tape, i, &event, 1) == 0) break;
        if (event.kind != TAPE_QUERY || event.subject == last) continue;
        last = event.subject;
        if (!stage_plan(stage, last)) keep_plan(stage, last);
    }
}

void stage_close_database(struct stage *stage) {
    if (stage->runtime.database && !fault_is(&stage->fault, "MemoryError")) keep_plans(stage);
    database_close(stage->runtime.database);
    stage->runtime.database = NULL;
}

/* ---- the listing figure ------------------------------------------------------------------ */

static size_t count_lines(const char *source) {
    size_t lines = 0;
    for (const char *c = source; *c; c++)
        if (*c == '\n' || c[1] == '\0') lines++;
    return lines;
}

static bool split_lines(struct arena *arena, const char *source, struct figure_line *lines) {
    for (size_t i = 0; *source; i++) {
        size_t length = strcspn(source, "\n");
        lines[i].source = arena_copy(arena, source, length);
        if (!lines[i].source) return false;
        source += length + (source[length] == '\n');
    }
    return true;
}

static void add_event(struct figure_line *line, const struct tape_event *event) {
    if (event->kind == TAPE_LINE) line->runs += event->weight;
    if (event->kind != TAPE_QUERY) return;
    line->queries += event->weight;
    line->rows += (uint64_t)event->amount * event->weight;
    line->elapsed_ns += event->elapsed_ns * event->weight;
}

/* One pass over the events before the cut; returns the line of the last of them. */
static size_t count_events(struct cut cut, struct figure_line *lines, size_t count) {
    struct tape_event events[128];
    size_t current = 0, done = 0;
    while (done < cut.upto) {
        size_t want = cut.upto - done < 128 ? cut.upto - done : 128;
        size_t got = tape_events(cut.tape, done, events, want);
        if (got == 0) break;
        for (size_t i = 0; i < got; i++) {
            if (events[i].line == 0 || events[i].line > count) continue;
            if (events[i].lane >= LANE_BESIDE) continue; /* a line of something else */
            current = events[i].line;
            add_event(&lines[current - 1], &events[i]);
        }
        done += got;
    }
    return current;
}

/* The running totals: exact, also where the tape has coarsened. */
static void count_totals(struct cut cut, struct figure_line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int64_t line = (int64_t)i + 1;
        struct tally queries = stage_tally(cut, TAPE_QUERY, line);
        lines[i].runs = stage_tally(cut, TAPE_LINE, line).count;
        lines[i].queries = queries.count;
        lines[i].rows = (uint64_t)queries.amount;
        lines[i].elapsed_ns = queries.elapsed_ns;
    }
}

bool stage_draw_listing(const struct stage *stage, struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_LISTING, stage->step->slug);
    if (!figure) return true;
    size_t count = count_lines(stage->listing);
    struct figure_line *lines = arena_array(figures->arena, count + 1, sizeof *lines);
    if (!lines || !split_lines(figures->arena, stage->listing, lines)) return false;
    bool whole = cut.upto >= tape_length(cut.tape);
    if (whole)
        count_totals(cut, lines, count);
    else
        figure->listing.current = count_events(cut, lines, count);
    figure->listing.lines = lines;
    figure->listing.count = count;
    return true;
}
