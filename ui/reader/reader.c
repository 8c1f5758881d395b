/* reader - the loop: what comes from the terminal, the worker and the system becomes actions; what
 * the state asks for in return is carried out.
 *
 *     poll (keys) --+
 *     signals ------+--> state_update --> effects --> dirty --> prepare: paint, at most once a turn
 *     wake (run) ---+                       |
 *     timer --------+                       +--> worker, suspend, ...; progress after the paint
 *
 * The timer runs only while a run or a replay does. With nothing to do the process sleeps in one
 * poll and is not woken. */
#include "ui/reader/reader.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "ui/reader/draw.h"
#include "ui/reader/keys.h"
#include "ui/reader/recall.h"
#include "ui/reader/terminal.h"
#include "ui/reader/worker.h"

enum { FRAME_MS = 33, LATER_MS = 10, EXIT_SYSTEM_REFUSED = 3, EXIT_SIGNAL = 128 };

struct reader;

/* What the loop listens for, and who answers. */
struct listened {
    int number;
    void (*heard)(struct reader *reader, int number);
};

static void heard_resize(struct reader *reader, int number);
static void heard_end(struct reader *reader, int number);
static void heard_stop(struct reader *reader, int number);
static void heard_continue(struct reader *reader, int number);

static const struct listened listened[] = {
    {SIGWINCH, heard_resize}, {SIGTERM, heard_end},  {SIGHUP, heard_end},
    {SIGINT, heard_end},      {SIGTSTP, heard_stop}, {SIGCONT, heard_continue},
};
enum { SIGNALS = sizeof listened / sizeof *listened };

struct reader {
    uv_loop_t loop;
    uv_poll_t input;
    uv_signal_t signals[SIGNALS];
    uv_prepare_t before_sleep;
    uv_timer_t timer, later; /* see keep_time, look_up */
    struct worker worker;
    struct terminal *terminal;
    const struct reader_options *options;
    bool knows_progress;       /* it was opened, or tried */
    struct progress *progress; /* NULL: none is kept, or not opened yet */
    struct state state;
    struct grid grid;
    bool dirty, all; /* something changed; nothing on the screen can be trusted */
    bool moved;      /* the place is to be saved */
    bool keeps;      /* something lies open in the file */
    uint64_t ticked; /* when time last passed, in ns */
    int exit_code;
};

/* ---- progress ------------------------------------------------------------------------------- */

static void save_place(struct reader *reader) {
    struct arena arena;
    size_t count;
    bool whole;
    if (!reader->progress) return;
    progress_visit(reader->progress, state_lesson(&reader->state)->slug,
                   state_step(&reader->state)->slug);
    arena_init(&arena, NULL);
    const struct progress_kept *kept = recall_collect(&reader->state, &arena, &count, &whole);
    if (whole && (count > 0 || reader->keeps)) progress_keep(reader->progress, kept, count);
    reader->keeps |= count > 0;
    arena_release(&arena);
}

static void save_prediction(struct reader *reader) {
    const struct state *state = &reader->state;
    struct arena arena;
    if (!state->measured.given || !state_said_of_this(state)) return;
    arena_init(&arena, NULL);
    progress_predict(reader->progress,
                     &(struct progress_prediction){
                         .lesson = state_lesson(state)->slug,
                         .step = state_step(state)->slug,
                         .question = state_question(state, &arena),
                         .answered = state_answer(state, &state_visit(state)->said, &arena),
                         .measured = state_answer(state, &state->measured, &arena),
                         .met = state_met(state),
                     });
    arena_release(&arena);
}

static void save_done(struct reader *reader) {
    if (!reader->progress) return;
    progress_mark_done(reader->progress, state_lesson(&reader->state)->slug,
                       state_step(&reader->state)->slug);
    save_prediction(reader);
}

/* Steps of another daybook, which this one does not have, are passed over. */
static void mark_done(void *context, const char *lesson, const char *step) {
    struct reader *reader = context;
    struct state *state = &reader->state;
    reader->dirty = true;
    for (size_t i = 0; i < state->course.count; i++) {
        const struct lesson *known = state->course.lessons[i];
        if (strcmp(known->slug, lesson) != 0) continue;
        for (size_t j = 0; j < known->step_count; j++)
            if (strcmp(known->steps[j]->slug, step) == 0) state_visit_of(state, i, j)->done = true;
    }
}

static void put_back(void *context, const struct progress_kept *kept) {
    struct reader *reader = context;
    reader->keeps = true;
    reader->dirty |= recall_put_back(&reader->state, kept, !reader->options->lesson);
}

/* What lies open: needs to know the place. */
static void recall(struct reader *reader) {
    if (!reader->progress) return;
    progress_each_kept(reader->progress, put_back, reader);
    if (reader->dirty) state_update(&reader->state, &(struct action){.kind = ACTION_NONE});
}

/* What is done, and why it cannot be known. */
static void open_progress(struct reader *reader) {
    const struct reader_options *options = reader->options;
    reader->knows_progress = true;
    if (options->open_progress) reader->progress = options->open_progress(options->context);
    if (!reader->progress) return;
    progress_each_done(reader->progress, mark_done, reader);
    const char *warning = progress_warning(reader->progress);
    if (!warning) return;
    snprintf(reader->state.message, sizeof reader->state.message, "%s", warning);
    reader->dirty = true;
}

/* The first frame of a step that is named does not wait for the file, and what brings it to the
 * screen gets the processor before the file does: looked up later, or when a key comes first. */
static void look_up(struct reader *reader) {
    if (reader->knows_progress) return;
    open_progress(reader);
    recall(reader);
}

static void on_later(uv_timer_t *timer) {
    look_up(timer->data);
}

/* ---- effects -------------------------------------------------------------------------------- */

static void update(struct reader *reader, const struct action *action);

static void start_run(struct reader *reader) {
    struct stage *stage = state_open_stage(&reader->state);
    if (stage && !worker_start(&reader->worker, stage)) {
        stage_close(stage);
        stage = NULL;
    }
    update(reader, &(struct action){.kind = ACTION_STARTED, .stage = stage});
}

static void suspend(struct reader *reader) {
    terminal_suspend(reader->terminal);
    for (int i = 0; i < SIGNALS; i++)
        if (listened[i].number == SIGTSTP) uv_signal_stop(&reader->signals[i]);
    raise(SIGTSTP); /* here the process stands still until fg */
    heard_continue(reader, SIGCONT);
}

static void forget_progress(struct reader *reader) {
    if (reader->progress) progress_forget(reader->progress);
}

static void on_tick(uv_timer_t *timer) {
    struct reader *reader = timer->data;
    uint64_t now = uv_hrtime();
    struct action tick = {.kind = ACTION_TICK, .elapsed_ns = now - reader->ticked};
    reader->ticked = now;
    update(reader, &tick);
}

/* The timer runs while something moves by itself, and not otherwise. */
static void keep_time(struct reader *reader) {
    bool moving = state_is_moving(&reader->state);
    bool ticking = uv_is_active((uv_handle_t *)&reader->timer);
    if (moving == ticking) return;
    if (!moving) {
        uv_timer_stop(&reader->timer);
        return;
    }
    uv_update_time(&reader->loop);
    reader->ticked = uv_hrtime();
    uv_timer_start(&reader->timer, on_tick, FRAME_MS, FRAME_MS);
}

static void update(struct reader *reader, const struct action *action) {
    unsigned effects = state_update(&reader->state, action);
    if (effects & (EFFECT_DRAW | EFFECT_REPAINT)) reader->dirty = true;
    if (effects & EFFECT_REPAINT) reader->all = true;
    if (effects & EFFECT_CANCEL) worker_cancel(&reader->worker);
    if (effects & EFFECT_RUN) start_run(reader);
    if (effects & EFFECT_PLACE) reader->moved = true;
    if (effects & EFFECT_DONE) save_done(reader);
    if (effects & EFFECT_FORGET) forget_progress(reader);
    if (effects & EFFECT_MOUSE) terminal_set_mouse(reader->terminal, reader->state.mouse);
    keep_time(reader);
    if (effects & EFFECT_QUIT) uv_stop(&reader->loop);
    if (effects & EFFECT_SUSPEND) suspend(reader);
}

/* ---- what the loop hears -------------------------------------------------------------------- */

static void leave(struct reader *reader, int code) {
    reader->exit_code = code;
    uv_stop(&reader->loop);
}

static void heard_resize(struct reader *reader, int number) {
    struct action action = {.kind = ACTION_RESIZE};
    (void)number;
    terminal_size(reader->terminal, &action.height, &action.width);
    update(reader, &action);
}

static void heard_end(struct reader *reader, int number) {
    leave(reader, EXIT_SIGNAL + number);
}

static void heard_stop(struct reader *reader, int number) {
    (void)number;
    suspend(reader);
}

static void on_signal(uv_signal_t *signal, int number) {
    struct reader *reader = signal->data;
    for (int i = 0; i < SIGNALS; i++)
        if (listened[i].number == number) listened[i].heard(reader, number);
}

/* After a stop, whoever stopped the process: the shell has had the screen. */
static void heard_continue(struct reader *reader, int number) {
    (void)number;
    for (int i = 0; i < SIGNALS; i++)
        if (!uv_is_active((uv_handle_t *)&reader->signals[i]))
            uv_signal_start(&reader->signals[i], on_signal, listened[i].number);
    uv_update_time(&reader->loop);
    terminal_resume(reader->terminal);
    heard_resize(reader, SIGWINCH);
}

static struct action action_of(struct reader *reader, const struct event *event) {
    static const enum action_kind kinds[] = {[EVENT_PASTE] = ACTION_PASTE,
                                             [EVENT_CLICK] = ACTION_CLICK,
                                             [EVENT_WHEEL_UP] = ACTION_WHEEL_UP,
                                             [EVENT_WHEEL_DOWN] = ACTION_WHEEL_DOWN};
    if (event->kind == EVENT_KEY) return keys_find(&reader->state, event->key);
    return (struct action){.kind = kinds[event->kind],
                           .y = event->y,
                           .x = event->x,
                           .text = event->text,
                           .length = event->length};
}

static void on_input(uv_poll_t *input, int status, int events) {
    struct reader *reader = input->data;
    struct event event;
    bool any = false;
    (void)events;
    look_up(reader);
    while (status == 0 && terminal_read(reader->terminal, &event)) {
        struct action action = action_of(reader, &event);
        action.more = terminal_has_more(reader->terminal);
        any = true;
        update(reader, &action);
    }
    /* a hang-up is told once, or as input of nothing for ever: both mean that nobody is there */
    if (status < 0 || (!any && terminal_is_gone(reader->terminal)))
        leave(reader, EXIT_SIGNAL + SIGHUP);
}

static void on_done(void *context, struct stage *stage) {
    update(context, &(struct action){.kind = ACTION_FINISHED, .stage = stage});
}

static void paint(struct reader *reader) {
    if (!reader->dirty) return;
    draw(&reader->state, &reader->grid);
    terminal_show(reader->terminal, &reader->grid, reader->all);
    reader->dirty = reader->all = false;
}

/* First the frame, then the file: a disk may take as long to write as a hundred frames. */
static void before_sleep(uv_prepare_t *prepare) {
    struct reader *reader = prepare->data;
    paint(reader);
    if (reader->moved) save_place(reader);
    reader->moved = false;
}

/* ---- opening and closing -------------------------------------------------------------------- */

/* Signals first: a change of size between here and the first frame must not be lost. */
static int open_handles(struct reader *reader) {
    int error = uv_loop_init(&reader->loop);
    if (error) return error;
    for (int i = 0; i < SIGNALS && !error; i++) {
        error = uv_signal_init(&reader->loop, &reader->signals[i]);
        reader->signals[i].data = reader;
        if (!error) error = uv_signal_start(&reader->signals[i], on_signal, listened[i].number);
    }
    if (!error) error = uv_prepare_init(&reader->loop, &reader->before_sleep);
    if (!error) error = uv_timer_init(&reader->loop, &reader->timer);
    if (!error) error = uv_timer_init(&reader->loop, &reader->later);
    if (!error) error = worker_init(&reader->worker, &reader->loop, on_done, reader);
    if (error) return error;
    reader->before_sleep.data = reader->timer.data = reader->later.data = reader;
    reader->input.data = reader;
    return uv_prepare_start(&reader->before_sleep, before_sleep);
}

static int open_input(struct reader *reader) {
    int error = uv_poll_init(&reader->loop, &reader->input, terminal_input(reader->terminal));
    reader->input.data = reader;
    return error ? error : uv_poll_start(&reader->input, UV_READABLE | UV_DISCONNECT, on_input);
}

static void close_handle(uv_handle_t *handle, void *context) {
    (void)context;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void close_handles(struct reader *reader) {
    worker_close(&reader->worker);
    uv_walk(&reader->loop, close_handle, NULL);
    uv_run(&reader->loop, UV_RUN_DEFAULT);
    uv_loop_close(&reader->loop);
}

/* Where the command line says, or where the learner left off, or at the beginning. */
static void open_place(struct reader *reader, const struct reader_options *options) {
    const struct course *course = &reader->state.course;
    struct progress_place place = {"", ""};
    bool left_off =
        !options->lesson && reader->progress && progress_place(reader->progress, &place);
    size_t at = 0, step_at = 0;
    for (size_t i = 0; i < course->count; i++) {
        const struct lesson *lesson = course->lessons[i];
        assert(lesson);
        bool here = left_off ? strcmp(lesson->slug, place.lesson) == 0 : lesson == options->lesson;
        for (size_t j = 0; here && j < lesson->step_count; j++) {
            const struct step *step = lesson->steps[j];
            if (left_off ? strcmp(step->slug, place.step) == 0 : step == options->step) step_at = j;
        }
        if (here) at = i;
    }
    state_open(&reader->state, at, step_at);
}

static bool open_state(struct reader *reader, const struct reader_options *options) {
    struct state_options wanted = {
        .course = options->course.count ? options->course : (struct course){lessons, LESSON_COUNT},
        .graph = options->ascii ? GRAPH_ASCII : options->graph,
        .ascii = options->ascii,
        .mouse = options->mouse,
        .seed = uv_hrtime(),
    };
    terminal_size(reader->terminal, &wanted.height, &wanted.width);
    if (!state_init(&reader->state, &wanted)) return false;
    grid_init(&reader->grid, options->ascii);
    if (!options->lesson) open_progress(reader);
    open_place(reader, options);
    if (!options->lesson) recall(reader);
    reader->dirty = true;
    return true;
}

int reader_run(const struct reader_options *options) {
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader) return EXIT_SYSTEM_REFUSED;
    reader->options = options;
    int error = open_handles(reader);
    if (!error) reader->terminal = terminal_open(options->mouse);
    if (!error && !reader->terminal) reader->exit_code = READER_NO_TERMINAL;
    if (reader->terminal) {
        error = open_state(reader, options) ? open_input(reader) : UV_ENOMEM;
        if (!error) error = uv_timer_start(&reader->later, on_later, LATER_MS, 0);
        if (!error) uv_run(&reader->loop, UV_RUN_DEFAULT);
        look_up(reader);
        if (reader->state.mode == MODE_EDIT) /* by a signal: what was written is kept */
            state_update(&reader->state, &(struct action){.kind = ACTION_BACK});
        save_place(reader);
        terminal_close(reader->terminal);
    }
    close_handles(reader);
    state_release(&reader->state);
    grid_release(&reader->grid);
    if (error) {
        fprintf(stderr, "daybook: terminal: %s\n", uv_strerror(error));
        reader->exit_code = EXIT_SYSTEM_REFUSED;
    }
    int code = reader->exit_code;
    free(reader);
    return code;
}
