/* day5_fleet_claims - what the tape tells of the two fleets, and what must hold for it. */
#include <stdlib.h>
#include <string.h>

#include "lessons/day5.h"

/* ---- the story ----------------------------------------------------------------------------- */

bool fleet_server(const char *subject, unsigned *server) {
    static const char serving[] = "server ";
    bool serves = strncmp(subject, serving, sizeof serving - 1) == 0;
    *server = serves ? (unsigned)strtoul(subject + sizeof serving - 1, NULL, 10) : 0;
    return serves || strcmp(subject, "manage.py warmup") == 0;
}

static void take_process(struct fleet_story *story, const struct tape_event *event,
                         unsigned server) {
    uint64_t since = event->at_ns - story->began_ns;
    if (event->shape == TAPE_ENTER && server) {
        if (story->processes++ == 0) story->first_began_ns = since;
        return;
    }
    if (event->shape == TAPE_ENTER || !event->amount) return;
    if (server == 0) {
        story->job_ended_ns = since;
        return;
    }
    if (story->serving++ == 0) {
        story->first_ns = since;
        story->quickest_ns = event->elapsed_ns;
    }
    story->all_ns = since;
    if (event->elapsed_ns < story->quickest_ns) story->quickest_ns = event->elapsed_ns;
}

static void take_warm_up(struct fleet_story *story, const struct tape_event *event) {
    if (event->shape == TAPE_ENTER) {
        story->at_once++;
        if (story->at_once > story->most_at_once) story->most_at_once = story->at_once;
        return;
    }
    story->at_once--;
    story->warm_ups += event->amount != 0;
    story->warmed_ns += event->elapsed_ns;
}

struct fleet_story fleet_story(struct cut cut, enum fleet_lane lane) {
    struct fleet_story story = {.began = false};
    struct tape_event event;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++) {
        unsigned server;
        if (event.lane != lane) continue;
        bool is_process = fleet_server(tape_name(cut.tape, event.subject), &server);
        if (!story.began) story.began_ns = event.at_ns;
        story.began = true;
        story.now_ns = event.at_ns - story.began_ns;
        if (event.kind == TAPE_RUN && is_process) take_process(&story, &event, server);
        if (event.kind == TAPE_WAIT) take_warm_up(&story, &event);
    }
    return story;
}

/* ---- claims -------------------------------------------------------------------------------- */

static unsigned planned(const struct stage *stage) {
    struct fleet_plan plan = fleet_plan(stage);
    return plan.servers * plan.workers;
}

static double ms(uint64_t ns) {
    return (double)ns / 1e6;
}

static void say_nothing(struct stage *stage, struct verdict *verdict, const char *why) {
    verdict->applies = false;
    verdict->holds = true;
    verdict_show(stage, verdict, "%s", why);
}

void fleet_check_count(struct stage *stage, struct verdict *verdict) {
    struct fleet_story ready = fleet_story(cut_whole(stage->tape), FLEET_READY);
    struct fleet_story job = fleet_story(cut_whole(stage->tape), FLEET_JOB);
    unsigned processes = planned(stage);
    verdict->holds = ready.processes == processes && job.processes == processes &&
                     ready.warm_ups == processes && job.warm_ups == 1;
    verdict_number(verdict, "processes", processes);
    verdict_number(verdict, "warm_ups_ready", ready.warm_ups);
    verdict_number(verdict, "warm_ups_job", job.warm_ups);
    verdict_show(stage, verdict, "%u processes: %u warm-ups in ready(), %u with the job", processes,
                 ready.warm_ups, job.warm_ups);
}

/* In ready() every process takes at least the warm-up to come up; with the job none begins before
 * the job is done, which took as long. */
void fleet_check_serving(struct stage *stage, struct verdict *verdict) {
    struct fleet_story ready = fleet_story(cut_whole(stage->tape), FLEET_READY);
    struct fleet_story job = fleet_story(cut_whole(stage->tape), FLEET_JOB);
    unsigned processes = planned(stage);
    uint64_t warm_up = fleet_plan(stage).warm_up_ns;
    verdict->holds = ready.serving == processes && job.serving == processes &&
                     ready.quickest_ns >= warm_up && job.job_ended_ns >= warm_up &&
                     job.first_began_ns >= job.job_ended_ns;
    verdict_number(verdict, "serving_ready", ready.serving);
    verdict_number(verdict, "serving_job", job.serving);
    verdict_number(verdict, "all_serve_ready_ms", ms(ready.all_ns));
    verdict_number(verdict, "all_serve_job_ms", ms(job.all_ns));
    verdict_show(stage, verdict, "all %u serve after %.0f ms; with the job, after %.0f ms",
                 processes, ms(ready.all_ns), ms(job.all_ns));
}

/* Waits that overlap add up to more than the time that passes, however slow the machine is. */
void fleet_check_overlap(struct stage *stage, struct verdict *verdict) {
    struct fleet_plan plan = fleet_plan(stage);
    struct fleet_story ready = fleet_story(cut_whole(stage->tape), FLEET_READY);
    if (plan.in_turn || planned(stage) < 8 || plan.warm_up_ns < 100000000) {
        say_nothing(stage, verdict,
                    "speaks of 8 processes and 100 ms or more, answered all at once");
        return;
    }
    verdict->holds = 2 * ready.all_ns < ready.warmed_ns;
    verdict_number(verdict, "all_serve_ms", ms(ready.all_ns));
    verdict_number(verdict, "warmed_ms", ms(ready.warmed_ns));
    verdict_number(verdict, "most_at_once", ready.most_at_once);
    verdict_show(stage, verdict, "%.0f ms passed, %.0f ms of waiting, up to %u at once",
                 ms(ready.all_ns), ms(ready.warmed_ns), ready.most_at_once);
}

void fleet_check_in_turn(struct stage *stage, struct verdict *verdict) {
    struct fleet_plan plan = fleet_plan(stage);
    struct fleet_story ready = fleet_story(cut_whole(stage->tape), FLEET_READY);
    if (!plan.in_turn) {
        say_nothing(stage, verdict, "speaks of answers that come one by one");
        return;
    }
    uint64_t least = planned(stage) * plan.warm_up_ns;
    verdict->holds = ready.most_at_once == 1 && ready.all_ns >= least;
    verdict_number(verdict, "all_serve_ms", ms(ready.all_ns));
    verdict_number(verdict, "least_ms", ms(least));
    verdict_number(verdict, "most_at_once", ready.most_at_once);
    verdict_show(stage, verdict, "%.0f ms until all serve, at least %.0f = %u x %.0f ms",
                 ms(ready.all_ns), ms(least), planned(stage), ms(plan.warm_up_ns));
}

bool fleet_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = fleet_story(cut_whole(stage->tape), FLEET_READY).warm_ups;
    return true;
}
