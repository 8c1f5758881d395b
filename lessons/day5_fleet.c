/* day5_fleet - a fleet of processes that start, once with the warm-up in ready(), once after an
 * init job. A thread stands in for each process.
 *
 *     process     RUN    |---------------------|   then it serves
 *     warm-up     WAIT         |-----------|
 *
 * Each thread has a runtime and a registry of its own and goes through setup(); it writes on the
 * tape through its own head, on the lane of its fleet. Its phases are kept off the tape, where
 * they would hide what this step is about.
 *
 * All waits hang on one lock: a warm-up until its time is over, and, where what is asked answers
 * one by one, a process until it is its turn. A cancel wakes them all. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/base/platform.h"
#include "lessons/blog.h"
#include "lessons/day5.h"

static const uint64_t look_ns = 20000000; /* how often the run looks whether it is cancelled */

enum { STACK_BYTES = 512 * 1024 };

struct fleet {
    struct stage *stage;
    struct fleet_plan plan;
    enum fleet_lane lane;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a process has ended, or the run is cancelled */
    pthread_cond_t turn;    /* nobody is being answered */
    bool answering, cancelled;
    unsigned running; /* threads that have not ended */
};

struct process {
    struct fleet *fleet;
    pthread_t thread;
    bool started;
    bool is_job;
    char name[40]; /* "server 1, worker 1" */
    struct arena arena;
    struct fault fault;
    struct head head, silent;
    struct runtime runtime;
};

struct fleet_plan fleet_plan(const struct stage *stage) {
    return (struct fleet_plan){
        .servers = (unsigned)stage_number(stage, "servers"),
        .workers = (unsigned)stage_number(stage, "workers"),
        .warm_up_ns = (uint64_t)stage_number(stage, "warm-up") * 1000000,
        .in_turn = stage_number(stage, "answers") == 1,
    };
}

/* ---- waiting ------------------------------------------------------------------------------- */

/* Waits for `condition` until a moment of clock_ns. The lock is held. */
static void wait_until(struct fleet *fleet, pthread_cond_t *condition, uint64_t moment) {
    platform_condition_wait(condition, &fleet->lock, moment);
}

/* Really waits. Where answers come one by one, first for its turn. False: cancelled. */
static bool warm_up(struct process *process) {
    struct fleet *fleet = process->fleet;
    bool in_turn = fleet->plan.in_turn;
    pthread_mutex_lock(&fleet->lock);
    while (in_turn && fleet->answering && !fleet->cancelled)
        pthread_cond_wait(&fleet->turn, &fleet->lock);
    fleet->answering = true;
    uint64_t end = head_enter(&process->head, TAPE_WAIT, process->name) + fleet->plan.warm_up_ns;
    while (!fleet->cancelled && clock_ns() < end) wait_until(fleet, &fleet->changed, end);
    head_leave(&process->head, TAPE_WAIT, process->name, !fleet->cancelled);
    fleet->answering = false;
    pthread_cond_signal(&fleet->turn);
    bool cancelled = fleet->cancelled;
    pthread_mutex_unlock(&fleet->lock);
    return !cancelled || fault_cancelled(&process->fault);
}

/* ---- one process --------------------------------------------------------------------------- */

static bool ready(struct runtime *runtime, struct apps *apps, const struct app_config *config) {
    struct process *process = apps->context;
    (void)runtime, (void)config;
    return process->fleet->lane != FLEET_READY || warm_up(process);
}

static const struct config_class blog_config = {
    .class_name = "BlogConfig", .name = "blog", .ready = ready};

/* django.setup(), and, in the job, the command itself. */
static bool live(struct process *process) {
    static const char *const installed[] = {"blog"};
    const struct package package = {.name = "blog",
                                    .configs = &blog_config,
                                    .config_count = 1,
                                    .models = blog.models,
                                    .model_count = blog.count};
    struct apps apps;
    return apps_init(&process->runtime, &apps, &package, 1, process) &&
           apps_populate(&process->runtime, &apps, installed, 1) &&
           (!process->is_job || warm_up(process));
}

static void *run(void *argument) {
    struct process *process = argument;
    struct fleet *fleet = process->fleet;
    head_enter(&process->head, TAPE_RUN, process->name);
    bool done = live(process);
    head_leave(&process->head, TAPE_RUN, process->name, done);
    pthread_mutex_lock(&fleet->lock);
    fleet->running--;
    pthread_cond_broadcast(&fleet->changed);
    pthread_mutex_unlock(&fleet->lock);
    return NULL;
}

static void process_init(struct process *process, struct fleet *fleet) {
    struct stage *stage = fleet->stage;
    process->fleet = fleet;
    arena_init(&process->arena, &stage->memory);
    fault_init(&process->fault, &process->arena);
    head_init(&process->head, stage->tape);
    process->head.lane = (uint8_t)fleet->lane;
    head_init(&process->silent, NULL);
    process->runtime = (struct runtime){.arena = &process->arena,
                                        .memory = &stage->memory,
                                        .head = &process->silent,
                                        .fault = &process->fault,
                                        .cancelled = &stage->cancelled};
}

/* Signals are the main thread's. */
static bool process_start(struct process *process, const pthread_attr_t *attributes) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&process->thread, attributes, run, process);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    process->started = error == 0;
    return process->started || fault_raise(&process->fleet->stage->fault, "OSError",
                                           "could not start the thread that stands in for %s: %s",
                                           process->name, strerror(error));
}

/* ---- some processes together --------------------------------------------------------------- */

static void cancel_all(struct fleet *fleet) {
    fleet->cancelled = true;
    pthread_cond_broadcast(&fleet->changed);
    pthread_cond_broadcast(&fleet->turn);
}

/* Until all have ended; passes a cancel on to them. */
static void wait_for_all(struct fleet *fleet) {
    struct stage *stage = fleet->stage;
    pthread_mutex_lock(&fleet->lock);
    while (fleet->running) {
        bool stop = fault_raised(&stage->fault) || runtime_cancelled(&stage->runtime);
        if (stop && !fleet->cancelled) cancel_all(fleet);
        wait_until(fleet, &fleet->changed, clock_ns() + look_ns);
    }
    pthread_mutex_unlock(&fleet->lock);
}

/* The first fault becomes the stage's. */
static void process_release(struct process *process) {
    struct fault *fault = &process->fleet->stage->fault;
    if (process->started) pthread_join(process->thread, NULL);
    if (fault_is(&process->fault, "Cancelled"))
        fault_cancelled(fault);
    else if (fault_raised(&process->fault))
        fault_raise(fault, process->fault.type, "%s", process->fault.message);
    arena_release(&process->arena);
}

static bool run_all(struct fleet *fleet, struct process *processes, size_t count) {
    struct stage *stage = fleet->stage;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes)) return fault_no_memory(&stage->fault);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (size_t i = 0; i < count; i++) process_init(&processes[i], fleet);
    for (size_t i = 0; i < count && !runtime_cancelled(&stage->runtime); i++) {
        pthread_mutex_lock(&fleet->lock);
        fleet->running++;
        pthread_mutex_unlock(&fleet->lock);
        if (process_start(&processes[i], &attributes)) continue;
        pthread_mutex_lock(&fleet->lock);
        fleet->running--;
        pthread_mutex_unlock(&fleet->lock);
        break;
    }
    pthread_attr_destroy(&attributes);
    wait_for_all(fleet);
    for (size_t i = 0; i < count; i++) process_release(&processes[i]);
    return !fault_raised(&stage->fault);
}

static bool run_job(struct fleet *fleet) {
    struct process *job = arena_alloc(&fleet->stage->arena, sizeof *job);
    if (!job) return fault_no_memory(&fleet->stage->fault);
    job->is_job = true;
    snprintf(job->name, sizeof job->name, "manage.py warmup");
    return run_all(fleet, job, 1);
}

static bool run_workers(struct fleet *fleet) {
    size_t count = (size_t)fleet->plan.servers * fleet->plan.workers;
    struct process *workers = arena_array(&fleet->stage->arena, count, sizeof *workers);
    if (!workers) return fault_no_memory(&fleet->stage->fault);
    for (unsigned i = 0; i < count; i++)
        snprintf(workers[i].name, sizeof workers[i].name, "server %u, worker %u",
                 i / fleet->plan.workers + 1, i % fleet->plan.workers + 1);
    return run_all(fleet, workers, count);
}

/* ---- the run ------------------------------------------------------------------------------- */

static bool fleet_init(struct fleet *fleet, struct stage *stage, enum fleet_lane lane) {
    *fleet = (struct fleet){.stage = stage, .plan = fleet_plan(stage), .lane = lane};
    if (pthread_mutex_init(&fleet->lock, NULL)) return fault_no_memory(&stage->fault);
    if (platform_condition_init(&fleet->changed)) {
        pthread_mutex_destroy(&fleet->lock);
        return fault_no_memory(&stage->fault);
    }
    if (platform_condition_init(&fleet->turn)) {
        pthread_cond_destroy(&fleet->changed);
        pthread_mutex_destroy(&fleet->lock);
        return fault_no_memory(&stage->fault);
    }
    return true;
}

static void fleet_release(struct fleet *fleet) {
    pthread_cond_destroy(&fleet->turn);
    pthread_cond_destroy(&fleet->changed);
    pthread_mutex_destroy(&fleet->lock);
}

static bool run_lane(struct stage *stage, enum fleet_lane lane) {
    static const char *const names[FLEET_LANES] = {"warm-up in ready()", "warm-up in an init job"};
    struct fleet fleet;
    if (!fleet_init(&fleet, stage, lane)) return false;
    stage->head.lane = (uint8_t)lane;
    head_enter(&stage->head, TAPE_RUN, names[lane]);
    bool done = (lane != FLEET_JOB || run_job(&fleet)) && run_workers(&fleet);
    head_leave(&stage->head, TAPE_RUN, names[lane], done);
    stage->head.lane = 0;
    fleet_release(&fleet);
    return done;
}

bool fleet_run(struct stage *stage) {
    return run_lane(stage, FLEET_READY) && run_lane(stage, FLEET_JOB);
}
