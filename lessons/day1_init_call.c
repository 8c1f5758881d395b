/* day1_init_call - a MIDDLEWARE list: built once, called for every request.
 *
 * Two ways of counting that know nothing of each other: the tape counts INIT and LAYER events; the
 * client, asked for each answer, says which chain gave it and how many layers that has. */
#include "engine/middleware/names.h"
#include "engine/middleware/practice.h"
#include "lessons/day1.h"

enum { CHAINS_MOST = 64 };

/* What the client said, answer by answer. */
struct said {
    const struct chain *chains[CHAINS_MOST];
    size_t chain_count;
    uint64_t layers;  /* of all chains together */
    uint64_t passed;  /* layers that the answered requests had in front of them */
    uint64_t answers; /* requests that were answered */
    bool too_many;    /* chains */
};

static void note_answer(void *context, const struct project_answer *answer) {
    struct said *said = context;
    if (!answer->chain || !answer->response) return;
    said->answers++;
    said->passed += answer->chain->count;
    for (size_t i = 0; i < said->chain_count; i++)
        if (said->chains[i] == answer->chain) return;
    said->too_many = said->chain_count == CHAINS_MOST;
    if (said->too_many) return;
    said->chains[said->chain_count++] = answer->chain;
    said->layers += answer->chain->count;
}

bool init_call_run(struct stage *stage) {
    struct said *said = arena_alloc(&stage->arena, sizeof *said);
    struct project *project = said ? project_new(&stage->runtime, practice_urlconf) : NULL;
    if (!project) return fault_no_memory(&stage->fault);
    stage->result = said;
    project_tell(project, note_answer, said);
    size_t count;
    const struct module *const *modules = project_modules(project, &count);
    struct script *script = stage_script(stage, &stage->runtime, modules, count);
    if (!script) return false;
    project_attach(project, script);
    return script_run(&stage->runtime, script, stage->listing);
}

/* ---- claims ------------------------------------------------------------------------------- */

/* The claims speak of lists in which every layer stays in and passes the request on. */
static bool is_plain(struct stage *stage, struct verdict *verdict) {
    const struct said *said = stage->result;
    struct cut cut = cut_whole(stage->tape);
    uint64_t requests = tape_count(cut, TAPE_REQUEST, ANY_EVENT);
    bool dropped =
        tape_count(cut, TAPE_EXCEPTION, (struct tally_filter){-1, -1, "MiddlewareNotUsed"}) > 0;
    bool short_cut = tape_count(cut, TAPE_RESPONSE, ANY_EVENT) > 0;
    verdict->applies = requests > 0 && !dropped && !short_cut && !said->too_many;
    if (!verdict->applies) {
        verdict->holds = true;
        verdict_show(stage, verdict, "%s",
                     requests == 0 ? "no request was sent"
                     : dropped     ? "a layer was dropped: MiddlewareNotUsed"
                                   : "a layer answered by itself: day 4 is about that");
    }
    return verdict->applies;
}

void init_call_check_inits(struct stage *stage, struct verdict *verdict) {
    if (!is_plain(stage, verdict)) return;
    const struct said *said = stage->result;
    uint64_t inits = tape_count(cut_whole(stage->tape), TAPE_INIT, ANY_EVENT);
    verdict->holds = inits == said->layers;
    verdict_number(verdict, "inits", (double)inits);
    verdict_number(verdict, "layers", (double)said->layers);
    verdict_show(stage, verdict, "%llu inits, %llu layers", (unsigned long long)inits,
                 (unsigned long long)said->layers);
}

void init_call_check_calls(struct stage *stage, struct verdict *verdict) {
    if (!is_plain(stage, verdict)) return;
    const struct said *said = stage->result;
    uint64_t calls = tape_count(cut_whole(stage->tape), TAPE_LAYER, ANY_EVENT);
    verdict->holds = calls == said->passed;
    verdict_number(verdict, "calls", (double)calls);
    verdict_number(verdict, "layers", (double)said->layers);
    verdict_number(verdict, "requests", (double)said->answers);
    verdict_show(stage, verdict, "%llu calls, %llu layers, %llu requests",
                 (unsigned long long)calls, (unsigned long long)said->layers,
                 (unsigned long long)said->answers);
}

bool init_call_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = (double)tape_count(cut_whole(stage->tape), TAPE_INIT, ANY_EVENT);
    return true;
}

/* ---- figures ------------------------------------------------------------------------------ */

static const struct figure_column columns[] = {
    {"layer", ALIGN_LEFT}, {"__init__", ALIGN_RIGHT}, {"__call__", ALIGN_RIGHT}};

enum { ROWS_MOST = 32 };

/* One row a layer, in the order in which the factories ran: the innermost first. */
static bool draw_counters(struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "calls by layer, in order of init");
    if (!figure) return true;
    const char **cells = arena_array(figures->arena, 3 * ROWS_MOST, sizeof *cells);
    uint32_t seen[ROWS_MOST];
    size_t rows = 0;
    if (!cells) return false;
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && rows < ROWS_MOST; i++) {
        if (tape_events(cut.tape, i, &event, 1) == 0) break;
        bool known = event.kind != TAPE_INIT;
        for (size_t j = 0; j < rows && !known; j++) known = seen[j] == event.subject;
        if (known) continue;
        const char *name = tape_name(cut.tape, event.subject);
        struct tally_filter by_name = {-1, -1, name};
        const char **row = &cells[3 * rows];
        row[0] = arena_string(figures->arena, name);
        row[1] = arena_format(figures->arena, "%llu",
                              (unsigned long long)tape_count(cut, TAPE_INIT, by_name));
        row[2] = arena_format(figures->arena, "%llu",
                              (unsigned long long)tape_count(cut, TAPE_LAYER, by_name));
        if (!row[0] || !row[1] || !row[2]) return false;
        seen[rows++] = event.subject;
    }
    figure->table.columns = columns;
    figure->table.column_count = 3;
    figure->table.cells = cells;
    figure->table.row_count = rows;
    return true;
}

static bool draw_bars(struct cut cut, struct figures *figures) {
    struct figure *figure = figures_add(figures, FIGURE_BARS, "built once, called every time");
    if (!figure) return true;
    struct figure_bar *bars = arena_array(figures->arena, 3, sizeof *bars);
    if (!bars) return false;
    bars[0] = (struct figure_bar){.label = "requests",
                                  .value = (double)tape_count(cut, TAPE_REQUEST, ANY_EVENT)};
    bars[1] = (struct figure_bar){.label = "__init__",
                                  .value = (double)tape_count(cut, TAPE_INIT, ANY_EVENT)};
    bars[2] = (struct figure_bar){.label = "__call__",
                                  .value = (double)tape_count(cut, TAPE_LAYER, ANY_EVENT)};
    figure->bars.bars = bars;
    figure->bars.count = 3;
    figure->bars.unit = "calls";
    return true;
}

bool init_call_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_counters(cut, figures) &&
           draw_bars(cut, figures);
}
