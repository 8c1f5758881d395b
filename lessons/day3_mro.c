/* day3_mro - class headers, and the merge that lines them up.
 *
 * The engine keeps, for each class, the lists that were merged and from which of them each turn
 * took its head. The claims follow that record by the words of the definition, list by list. */
#include <string.h>

#include "engine/base/text.h"
#include "engine/views/class.h"
#include "lessons/day3.h"

enum { CLASSES_MOST = 128 };

/* One class statement. */
struct statement {
    const char *name;
    const struct class *class; /* NULL: refused */
    struct mro mro;
    size_t event; /* its first one on the tape */
};

struct mro_result {
    struct stage *stage;
    struct statement list[CLASSES_MOST];
    size_t count;
    const char *refusal; /* Python's words for the class that was refused; NULL for none */
};

/* ---- running ------------------------------------------------------------------------------ */

/* Puts a class on the tape: a span, and in it a MARK for each turn of the merge: who was taken, and
 * from which list. */
static void record(void *context, const struct class_header *header, const struct class *class,
                   const struct mro *mro) {
    struct mro_result *result = context;
    struct head *head = &result->stage->head;
    if (result->count == CLASSES_MOST) return;
    result->list[result->count++] =
        (struct statement){header->name, class, *mro, tape_length(result->stage->tape)};
    struct class *const *line = mro->line.classes;
    head_enter(head, TAPE_MARK, header->name);
    for (size_t i = 0; i < mro->turn_count; i++)
        head_point(head, TAPE_MARK, line ? line[i + 1]->name : "turn", (int64_t)mro->turns[i]);
    head_leave(head, TAPE_MARK, header->name, class != NULL);
}

/* A class that Python refuses is an answer here, not a failure of the run. */
bool mro_run(struct stage *stage) {
    struct mro_result *result = arena_alloc(&stage->arena, sizeof *result);
    struct classes *classes = classes_new(&stage->runtime);
    if (!result || !classes) return fault_no_memory(&stage->fault);
    result->stage = stage;
    stage->result = result;
    classes->made = record;
    classes->context = result;
    struct script *script = stage_script(stage, &stage->runtime, NULL, 0);
    if (!script) return false;
    script_set_host(script, &(struct script_host){.host = classes,
                                                  .class_statement = class_statement,
                                                  .super_object = class_super});
    if (script_run(&stage->runtime, script, stage->listing)) return true;
    bool refused = result->count && !result->list[result->count - 1].class &&
                   fault_is(&stage->fault, "TypeError");
    if (!refused) return false;
    result->refusal = stage->fault.message;
    fault_clear(&stage->fault);
    return true;
}

/* ---- the merge, followed ------------------------------------------------------------------ */

/* The lists of one merge while its turns are followed. */
struct follower {
    const struct mro *mro;
    size_t heads[64];
};

static bool can_follow(const struct mro *mro) {
    return mro->list_count <= sizeof((struct follower *)0)->heads / sizeof(size_t);
}

static const struct class *head_of(const struct follower *follower, size_t list) {
    const struct line_up *line = &follower->mro->lists[list];
    return follower->heads[list] < line->count ? line->classes[follower->heads[list]] : NULL;
}

/* Does a class stand behind the head of any list? */
static bool is_in_a_tail(const struct follower *follower, const struct class *class) {
    for (size_t i = 0; i < follower->mro->list_count; i++) {
        const struct line_up *line = &follower->mro->lists[i];
        for (size_t j = follower->heads[i] + 1; j < line->count; j++)
            if (line->classes[j] == class) return true;
    }
    return false;
}

static void strike_out(struct follower *follower, const struct class *class) {
    for (size_t i = 0; i < follower->mro->list_count; i++)
        if (head_of(follower, i) == class) follower->heads[i]++;
}

/* The first head that is in no tail; list_count where there is none. */
static size_t next_list(const struct follower *follower) {
    size_t i = 0;
    for (; i < follower->mro->list_count; i++)
        if (head_of(follower, i) && !is_in_a_tail(follower, head_of(follower, i))) break;
    return i;
}

/* Every turn took what the definition takes, and the turns end where it ends. */
static bool is_by_definition(const struct statement *statement) {
    struct follower follower = {.mro = &statement->mro};
    for (size_t i = 0; i < statement->mro.turn_count; i++) {
        size_t list = next_list(&follower);
        if (list != statement->mro.turns[i]) return false;
        const struct class *taken = head_of(&follower, list);
        if (statement->class && mro_of(statement->class).classes[i + 1] != taken) return false;
        strike_out(&follower, taken);
    }
    if (next_list(&follower) != statement->mro.list_count) return false;
    bool empty = true;
    for (size_t i = 0; i < statement->mro.list_count; i++) empty &= !head_of(&follower, i);
    return empty == (statement->class != NULL);
}

/* ---- claims ------------------------------------------------------------------------------- */

void mro_check_definition(struct stage *stage, struct verdict *verdict) {
    const struct mro_result *result = stage->result;
    size_t merged = 0, right = 0, turns = 0;
    for (size_t i = 0; i < result->count; i++) {
        if (!can_follow(&result->list[i].mro) || !result->list[i].mro.list_count) continue;
        merged++;
        turns += result->list[i].mro.turn_count;
        right += is_by_definition(&result->list[i]);
    }
    verdict->applies = merged > 0;
    verdict->holds = right == merged;
    verdict_number(verdict, "classes", (double)merged);
    verdict_number(verdict, "turns", (double)turns);
    verdict_number(verdict, "by_definition", (double)right);
    verdict_show(stage, verdict, "%zu classes, %zu turns: %zu by the definition", merged, turns,
                 right);
}

/* Every class of `part` stands in `line`, in the same order. */
static bool survives(struct line_up part, struct line_up line) {
    size_t at = 0;
    for (size_t i = 0; i < part.count; i++) {
        while (at < line.count && line.classes[at] != part.classes[i]) at++;
        if (at++ >= line.count) return false;
    }
    return true;
}

static bool keeps_promises(const struct class *class) {
    struct line_up line = mro_of(class);
    bool kept = line.classes[0] == class && survives(class->bases, line);
    for (size_t i = 0; i < class->bases.count; i++)
        kept &= survives(mro_of(class->bases.classes[i]), line);
    return kept && strcmp(line.classes[line.count - 1]->name, "object") == 0;
}

void mro_check_promises(struct stage *stage, struct verdict *verdict) {
    const struct mro_result *result = stage->result;
    size_t lined_up = 0, kept = 0;
    for (size_t i = 0; i < result->count; i++) {
        if (!result->list[i].class) continue;
        lined_up++;
        kept += keeps_promises(result->list[i].class);
    }
    verdict->applies = lined_up > 0;
    verdict->holds = kept == lined_up;
    verdict_number(verdict, "lines", (double)lined_up);
    verdict_number(verdict, "kept", (double)kept);
    verdict_show(stage, verdict, "%zu of %zu lines keep the bases' order and every parent's line",
                 kept, lined_up);
}

/* Python's text, written from where the merge got stuck. */
static const char *expected_text(struct stage *stage, const struct statement *statement) {
    struct follower follower = {.mro = &statement->mro};
    const struct mro *mro = &statement->mro;
    for (size_t i = 0; i < mro->turn_count; i++)
        strike_out(&follower, head_of(&follower, mro->turns[i]));
    struct text text;
    text_init(&text, &stage->arena);
    text_add(&text, "Cannot create a consistent method resolution\norder (MRO) for bases");
    const char *comma = "";
    for (size_t i = 0; i < mro->list_count; i++) {
        const struct class *head = head_of(&follower, i);
        bool named = !head;
        for (size_t j = 0; j < i && !named; j++) named = head_of(&follower, j) == head;
        if (named) continue;
        text_format(&text, "%s %s", comma, head->name);
        comma = ",";
    }
    return text_finish(&text);
}

void mro_check_refusal(struct stage *stage, struct verdict *verdict) {
    const struct mro_result *result = stage->result;
    verdict->applies = result->refusal != NULL;
    verdict->holds = true;
    if (!result->refusal) {
        verdict_show(stage, verdict, "every class has an order");
        return;
    }
    const struct statement *last = &result->list[result->count - 1];
    bool twice = strncmp(result->refusal, "duplicate base class ", 21) == 0;
    const char *expected = last->mro.list_count && can_follow(&last->mro)
                               ? expected_text(stage, last)
                               : result->refusal;
    verdict->holds = twice || (expected && strncmp(result->refusal, expected, 999) == 0);
    verdict_number(verdict, "turns_before", (double)last->mro.turn_count);
    verdict_show(stage, verdict, "class %s: TypeError: %s", last->name, result->refusal);
}

/* The place of View in the line of ArticleList, or of whatever class has the longest line. */
bool mro_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct mro_result *result = stage->result;
    for (size_t i = 0; result && i < result->count; i++) {
        const struct class *class = result->list[i].class;
        if (!class || strcmp(class->name, "ArticleList") != 0) continue;
        struct line_up line = mro_of(class);
        for (size_t j = 0; j < line.count; j++)
            if (strcmp(line.classes[j]->name, "View") == 0) return *number = (double)j + 1, true;
    }
    return false;
}

/* ---- figures ------------------------------------------------------------------------------ */

static void add_names(struct text *text, struct line_up line, size_t from, const char *between) {
    for (size_t i = from; i < line.count; i++)
        text_format(text, "%s%s", i > from ? between : "", line.classes[i]->name);
}

/* How many statements had happened by the cut. */
static size_t statements_before(const struct mro_result *result, struct cut cut) {
    size_t count = 0;
    while (result && count < result->count && result->list[count].event < cut.upto) count++;
    return count;
}

static bool draw_lines(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {
        {"class", ALIGN_LEFT}, {"bases", ALIGN_LEFT}, {"behind it, in order", ALIGN_LEFT}};
    const struct mro_result *result = stage->result;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "the classes and their lines");
    if (!figure) return true;
    size_t count = statements_before(result, cut);
    const char **cells = arena_array(figures->arena, 3 * count + 1, sizeof *cells);
    if (!cells) return false;
    for (size_t i = 0; i < count; i++) {
        const struct statement *statement = &result->list[i];
        struct text bases, line;
        text_init(&bases, figures->arena);
        text_init(&line, figures->arena);
        if (statement->class) {
            add_names(&bases, statement->class->bases, 0, ", ");
            add_names(&line, mro_of(statement->class), 1, ", ");
        } else {
            text_add(&line, "no order: TypeError");
            if (statement->mro.list_count)
                add_names(&bases, statement->mro.lists[statement->mro.list_count - 1], 0, ", ");
        }
        cells[3 * i] = statement->name;
        cells[3 * i + 1] = text_finish(&bases);
        cells[3 * i + 2] = text_finish(&line);
        if (!cells[3 * i + 1] || !cells[3 * i + 2]) return false;
    }
    figure->table.columns = columns;
    figure->table.column_count = 3;
    figure->table.cells = cells;
    figure->table.row_count = count;
    figure->note = result ? result->refusal : NULL;
    return true;
}

/* "X A B object | Y B object | X Y": what is left of the lists. */
static const char *show_lists(const struct follower *follower, struct arena *arena) {
    struct text text;
    text_init(&text, arena);
    for (size_t i = 0; i < follower->mro->list_count; i++) {
        if (!head_of(follower, i)) continue;
        if (text.length) text_add(&text, " | ");
        add_names(&text, follower->mro->lists[i], follower->heads[i], " ");
    }
    return text_finish(&text);
}

/* The last class before the cut that has something to merge: two bases or more. */
static const struct statement *choose_merge(const struct mro_result *result, size_t count) {
    const struct statement *chosen = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct mro *mro = &result->list[i].mro;
        if (can_follow(mro) && (mro->list_count > 2 || (!chosen && mro->list_count)))
            chosen = &result->list[i];
    }
    return chosen;
}

static bool draw_merge(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"", ALIGN_RIGHT},
                                                   {"takes", ALIGN_LEFT},
                                                   {"from", ALIGN_RIGHT},
                                                   {"the lists before", ALIGN_LEFT}};
    const struct mro_result *result = stage->result;
    const struct statement *one = choose_merge(result, statements_before(result, cut));
    const char *title =
        one ? arena_format(figures->arena, "the merge for %s", one->name) : "no merge yet";
    struct figure *figure = title ? figures_add(figures, FIGURE_TABLE, title) : NULL;
    if (!figure) return title != NULL;
    size_t turns = one ? one->mro.turn_count : 0, rows = one ? turns + !one->class : 0;
    const char **cells = arena_array(figures->arena, 4 * rows + 1, sizeof *cells);
    if (!cells) return false;
    struct follower follower = {.mro = one ? &one->mro : NULL};
    for (size_t i = 0; i < rows; i++) {
        bool stuck = i == turns;
        const struct class *taken = stuck ? NULL : head_of(&follower, one->mro.turns[i]);
        cells[4 * i] = arena_format(figures->arena, "%zu", i + 1);
        cells[4 * i + 1] = stuck ? "nothing: every head is in a tail" : taken->name;
        cells[4 * i + 2] =
            stuck ? "" : arena_format(figures->arena, "list %zu", one->mro.turns[i] + 1);
        cells[4 * i + 3] = show_lists(&follower, figures->arena);
        if (!cells[4 * i] || !cells[4 * i + 2] || !cells[4 * i + 3]) return false;
        if (!stuck) strike_out(&follower, taken);
    }
    figure->table.columns = columns;
    figure->table.column_count = 4;
    figure->table.cells = cells;
    figure->table.row_count = rows;
    figure->note = "each turn takes the first head that stands in no tail";
    return true;
}

bool mro_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return stage_draw_listing(stage, cut, figures) && draw_lines(stage, cut, figures) &&
           draw_merge(stage, cut, figures);
}
