/* recall - see recall.h. */
#include "ui/reader/recall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/reader/modes.h"

static const char knob_[] = "knob ";
enum { KNOB_ = sizeof knob_ - 1, OF_THE_STEP = 4 /* listing, top, pane, chosen */ };

/* ---- collecting ------------------------------------------------------------------------------ */

struct collected {
    const struct state *state;
    struct arena *arena;
    const struct lesson *lesson;
    const struct step *step;
    struct progress_kept *kept;
    size_t count;
    bool whole;
};

/* Both texts NULL where the arena had no room. */
static void add(struct collected *all, const char *name, const char *value) {
    all->whole &= name && value;
    if (!name || !value) return;
    all->kept[all->count++] =
        (struct progress_kept){all->lesson->slug, all->step->slug, name, value};
}

static void add_knobs(struct collected *all, const struct visit *visit) {
    for (size_t i = 0; i < all->step->knob_count; i++) {
        const struct knob *knob = &all->step->knobs[i];
        const char *usual = knob->usual_text ? knob->usual_text : "";
        char value[STATE_WORD];
        bool turned = knob->kind == KNOB_TEXT ? strcmp(visit->settings[i].word, usual) != 0
                                              : visit->settings[i].number != knob->usual;
        if (!turned) continue;
        state_setting_text(knob, &visit->settings[i], value, sizeof value);
        add(all, arena_format(all->arena, "%s%s", knob_, knob->name),
            arena_string(all->arena, value));
    }
}

static void add_place(struct collected *all) {
    const struct state *state = all->state;
    if (state->note_top > 0)
        add(all, "top", arena_format(all->arena, "%d/%d", state->note_top, state->note.height));
    if (state->pane == PANE_LIVE) add(all, "pane", "live");
    if (state->knob > 0) add(all, "chosen", all->step->knobs[state->knob].name);
}

static size_t most_of(const struct state *state) {
    size_t most = 0;
    for (size_t i = 0; i < state->course.count; i++)
        for (size_t j = 0; j < state->course.lessons[i]->step_count; j++)
            most += state->course.lessons[i]->steps[j]->knob_count + OF_THE_STEP;
    return most;
}

/* What a review asks about lies there as it was before. */
static const struct visit *visit_of(const struct state *state, size_t lesson, size_t step) {
    const struct question *asked = &state->review.questions[state->review.at];
    bool put_aside = state->review.on && asked->lesson == lesson && asked->step == step;
    return put_aside ? &state->review.before : state_visit_of(state, lesson, step);
}

const struct progress_kept *recall_collect(const struct state *state, struct arena *arena,
                                           size_t *count, bool *whole) {
    struct collected all = {.state = state, .arena = arena, .whole = true};
    all.kept = arena_array(arena, most_of(state), sizeof *all.kept);
    *count = 0;
    *whole = all.kept != NULL;
    for (size_t i = 0; all.kept && i < state->course.count; i++) {
        all.lesson = state->course.lessons[i];
        for (size_t j = 0; j < all.lesson->step_count; j++) {
            const struct visit *visit = visit_of(state, i, j);
            all.step = all.lesson->steps[j];
            add_knobs(&all, visit);
            if (visit->listing) add(&all, "listing", visit->listing);
            if (i == state->lesson && j == state->step) add_place(&all);
        }
    }
    if (all.kept) *whole = all.whole, *count = all.count;
    return all.kept;
}

/* ---- putting back ---------------------------------------------------------------------------- */

static bool find(const struct state *state, const struct progress_kept *kept, size_t *lesson,
                 size_t *step) {
    for (size_t i = 0; i < state->course.count; i++) {
        const struct lesson *known = state->course.lessons[i];
        if (strcmp(known->slug, kept->lesson) != 0) continue;
        for (size_t j = 0; j < known->step_count; j++) {
            if (strcmp(known->steps[j]->slug, kept->step) != 0) continue;
            *lesson = i;
            *step = j;
            return true;
        }
    }
    return false;
}

static bool put_knob(struct visit *visit, const struct lesson *lesson, const struct step *step,
                     const char *name, const char *value) {
    char why[STATE_MESSAGE];
    struct stage *stage = stage_open(lesson, step);
    bool set = stage && stage_set(stage, name, value, why, sizeof why);
    for (size_t i = 0; set && i < step->knob_count; i++) {
        if (strcmp(step->knobs[i].name, name) != 0) continue;
        visit->settings[i].number = stage->numbers[i];
        if (step->knobs[i].kind == KNOB_TEXT)
            snprintf(visit->settings[i].word, STATE_WORD, "%s", stage->words[i]);
    }
    stage_close(stage);
    return set;
}

static bool put_listing(struct visit *visit, const struct step *step, const char *text) {
    size_t size = strlen(text) + 1;
    if (!step->listing_runs || size > EDITOR_BYTES_MOST) return false;
    char *copy = malloc(size);
    if (!copy) return false;
    memcpy(copy, text, size);
    free(visit->listing);
    visit->listing = copy;
    return true;
}

static bool put_top(struct state *state, const char *value) {
    char *end;
    long top = strtol(value, &end, 10), height = *end == '/' ? strtol(end + 1, NULL, 10) : 0;
    if (top < 0 || height > GRID_ROWS_MOST || top > height || height == 0) return false;
    state->note_top = (int)(top * state->note.height / height);
    return true;
}

static bool put_chosen(struct state *state, const char *name) {
    const struct step *step = state_step(state);
    for (size_t i = 0; i < step->knob_count; i++)
        if (strcmp(step->knobs[i].name, name) == 0) return state->knob = i, true;
    return false;
}

static bool put_place(struct state *state, const struct progress_kept *kept) {
    if (strcmp(kept->name, "top") == 0) return put_top(state, kept->value);
    if (strcmp(kept->name, "chosen") == 0) return put_chosen(state, kept->value);
    if (strcmp(kept->name, "pane") != 0 || strcmp(kept->value, "live") != 0) return false;
    state->pane = PANE_LIVE;
    return true;
}

bool recall_put_back(struct state *state, const struct progress_kept *kept, bool here) {
    size_t lesson, step;
    bool changed = false;
    if (!find(state, kept, &lesson, &step)) return false;
    struct visit *visit = state_visit_of(state, lesson, step);
    const struct lesson *day = state->course.lessons[lesson];
    bool open = lesson == state->lesson && step == state->step;
    if (strncmp(kept->name, knob_, KNOB_) == 0)
        changed = put_knob(visit, day, day->steps[step], kept->name + KNOB_, kept->value);
    else if (strcmp(kept->name, "listing") == 0)
        changed = put_listing(visit, day->steps[step], kept->value);
    else if (open && here)
        changed = put_place(state, kept);
    if (changed && open) state->stale |= STALE_LIVE | STALE_STRIP;
    return changed && open;
}
