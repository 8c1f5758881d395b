/* day1_workers - the same load on sync workers and on an event loop, one after the other.
 *
 * The ceilings, with W workers, N clients, a wait w and CPU work c a request, in seconds:
 *
 *     sync      W / (w + c)
 *     async     the smaller of N / (w + c) and 1 / c
 *     blocked   1 / (w + c)
 *
 * No server gets above them. How near it comes is another question: every request also costs the
 * sockets and the HTTP, so a first short run without wait and work measures that, and what a run
 * should take is computed with it. */
#include <math.h>
#include <unistd.h>

#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "engine/server/server.h"
#include "lessons/day1.h"

/* What was measured, by lane; for the claims alone. The figures read the tape. */
struct measured {
    struct load_result load[WORKERS_LANES];
    struct usage server[WORKERS_LANES]; /* of all threads of the server */
    struct usage client[WORKERS_LANES];
    double overhead; /* seconds that a request costs by itself */
};

struct workers_plan workers_plan(const struct stage *stage) {
    return (struct workers_plan){
        .clients = (unsigned)stage_number(stage, "clients"),
        .workers = (unsigned)stage_number(stage, "workers"),
        .requests = (uint64_t)stage_number(stage, "requests"),
        .wait = (double)stage_number(stage, "wait") / 1e3,
        .cpu = (double)stage_number(stage, "cpu") / 1e3,
        .blocks = stage_number(stage, "block") == 1,
    };
}

/* Clients that have something to do: there may be fewer requests than clients. */
static double busy_clients(const struct workers_plan *plan) {
    return plan->requests < plan->clients ? (double)plan->requests : plan->clients;
}

double workers_ceiling(const struct workers_plan *plan, enum workers_lane lane) {
    double each = plan->wait + plan->cpu;
    if (each <= 0) return INFINITY;
    if (lane == WORKERS_SYNC) return fmin(plan->workers, busy_clients(plan)) / each;
    if (plan->blocks) return 1 / each;
    return fmin(busy_clients(plan) / each, plan->cpu > 0 ? 1 / plan->cpu : INFINITY);
}

/* ---- the run ------------------------------------------------------------------------------ */

/* One lane: start the server, load it, stop it. */
static bool run_lane(struct stage *stage, const struct application *application,
                     const struct server_options *options, struct load_options *load,
                     struct load_result *result, struct usage *client) {
    struct usage before = usage_now();
    struct server *server = server_start(options, &stage->fault);
    if (!server) return false;
    stage->head.lane = application->lane;
    head_enter(&stage->head, TAPE_RUN, options->kind == SERVER_SYNC ? "sync" : "async");
    load->port = server_port(server);
    bool done = load_run(&stage->runtime, load, result);
    head_leave(&stage->head, TAPE_RUN, options->kind == SERVER_SYNC ? "sync" : "async",
               (int64_t)result->answered);
    server_stop(server);
    *client = usage_between(before, usage_now());
    return done && stage_had_memory(stage);
}

static struct chain *make_chain(struct stage *stage, const struct work *work) {
    struct page *page = arena_alloc(&stage->arena, sizeof *page);
    struct pages *pages = arena_alloc(&stage->arena, sizeof *pages);
    if (!page || !pages) return NULL;
    *page = (struct page){"/articles/", view_working("articles", work)};
    *pages = (struct pages){page, 1};
    return chain_build(&stage->runtime, NULL, 0, pages_urlconf(pages));
}

/* What a request costs without wait and work, in seconds: off the tape, on the loop. */
static bool measure_overhead(struct stage *stage, struct application application,
                             struct load_options load, double *overhead) {
    static const struct work none = {0};
    struct server_options options = {.kind = SERVER_ASYNC, .application = &application};
    struct load_result *result = arena_alloc(&stage->arena, sizeof *result);
    struct head silent, head = stage->head;
    struct usage usage;
    head_init(&silent, NULL);
    application.tape = NULL;
    application.chain = result ? make_chain(stage, &none) : NULL;
    if (!application.chain) return fault_no_memory(&stage->fault);
    load.requests = 200;
    if (load.clients > 50) load.clients = 50;
    stage->head = silent;
    bool done = run_lane(stage, &application, &options, &load, result, &usage);
    stage->head = head;
    *overhead = (double)result->elapsed_ns / 1e9 / (double)load.requests;
    return done;
}

bool workers_run(struct stage *stage) {
    struct workers_plan plan = workers_plan(stage);
    struct measured *measured = arena_alloc(&stage->arena, sizeof *measured);
    struct work *work = arena_alloc(&stage->arena, sizeof *work);
    if (!measured || !work) return fault_no_memory(&stage->fault);
    *work = (struct work){(uint64_t)(plan.wait * 1e9), (uint64_t)(plan.cpu * 1e9)};
    stage->result = measured;
    struct chain *chain = make_chain(stage, work);
    if (!chain) return fault_no_memory(&stage->fault);
    struct application application = {.chain = chain,
                                      .tape = stage->tape,
                                      .memory = &stage->memory,
                                      .cancelled = &stage->cancelled,
                                      .limits = wire_limits_usual};
    struct load_options load = {
        .path = "/articles/", .clients = plan.clients, .requests = plan.requests};
    struct server_options kinds[WORKERS_LANES] = {{.kind = SERVER_SYNC, .workers = plan.workers},
                                                  {.kind = SERVER_ASYNC, .blocks = plan.blocks}};
    size_t descriptors = server_descriptors(&kinds[WORKERS_SYNC], plan.clients) + plan.clients;
    if (!descriptors_reserve(&stage->fault, descriptors + 8)) return false;
    if (!measure_overhead(stage, application, load, &measured->overhead)) return false;
    for (int lane = 0; lane < WORKERS_LANES; lane++) {
        application.lane = (uint8_t)lane;
        kinds[lane].application = &application;
        kinds[lane].usage = &measured->server[lane];
        if (!run_lane(stage, &application, &kinds[lane], &load, &measured->load[lane],
                      &measured->client[lane]))
            return false;
    }
    stage->head.lane = 0;
    return true;
}

/* ---- claims ------------------------------------------------------------------------------- */

static double seconds(uint64_t ns) {
    return (double)ns / 1e9;
}

static double rate(const struct measured *measured, enum workers_lane lane) {
    const struct load_result *load = &measured->load[lane];
    return load->elapsed_ns ? (double)load->answered / seconds(load->elapsed_ns) : 0;
}

/* How long other programs kept this lane from a core: the server's threads side by side, and the
 * client that feeds them. */
static double kept_waiting(const struct measured *measured, const struct workers_plan *plan,
                           enum workers_lane lane) {
    double threads = lane == WORKERS_SYNC ? plan->workers : 1;
    return seconds(measured->server[lane].delayed_ns) / threads +
           seconds(measured->client[lane].delayed_ns);
}

static void say_nothing(struct stage *stage, struct verdict *verdict, const char *why) {
    verdict->applies = false;
    verdict->holds = true;
    verdict_show(stage, verdict, "%s", why);
}

void workers_check_ceilings(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    struct workers_plan plan = workers_plan(stage);
    double sync = rate(measured, WORKERS_SYNC), async = rate(measured, WORKERS_ASYNC);
    double sync_most = workers_ceiling(&plan, WORKERS_SYNC);
    double async_most = workers_ceiling(&plan, WORKERS_ASYNC);
    if (isinf(sync_most)) {
        say_nothing(stage, verdict, "without wait and work there is no ceiling to speak of");
        return;
    }
    verdict->holds = sync <= sync_most && async <= async_most;
    verdict_number(verdict, "sync", sync);
    verdict_number(verdict, "sync_ceiling", sync_most);
    verdict_number(verdict, "async", async);
    verdict_number(verdict, "async_ceiling", async_most);
    verdict_show(stage, verdict, "sync %.1f of at most %.1f, async %.1f of at most %.1f requests/s",
                 sync, sync_most, async, async_most);
}

/* What a lane should take: rounds of waiting, one after another, and the computing, which at most
 * `cores` threads do at a time. */
static double expected(const struct workers_plan *plan, enum workers_lane lane, double overhead) {
    double requests = (double)plan->requests;
    bool sync = lane == WORKERS_SYNC;
    double at_once = sync ? fmin(plan->workers, busy_clients(plan)) : busy_clients(plan);
    double cores = sync ? fmin(plan->workers, (double)sysconf(_SC_NPROCESSORS_ONLN)) : 1;
    double rounds = ceil(requests / at_once) * (plan->wait + plan->cpu + overhead);
    double computing = requests * (plan->cpu / cores + overhead) + plan->wait;
    return fmax(rounds, computing);
}

/* Seconds: in a shorter run one turn of the scheduler's is a tenth of it, or more. */
#define SHORTEST 0.03

/* Async against sync, as the two expectations say: a lead where one is due, a lag where the loop
 * computes alone what several workers share. Three quarters of it must show, after what other
 * programs took is taken out. */
void workers_check_lead(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    struct workers_plan plan = workers_plan(stage);
    double due = expected(&plan, WORKERS_SYNC, measured->overhead) /
                 expected(&plan, WORKERS_ASYNC, measured->overhead);
    if (plan.wait <= 0 || plan.clients <= plan.workers || plan.requests <= plan.workers ||
        plan.blocks) {
        say_nothing(stage, verdict,
                    "speaks of a wait that is awaited, with more clients than workers");
        return;
    }
    double elapsed = seconds(measured->load[WORKERS_ASYNC].elapsed_ns);
    double lost = kept_waiting(measured, &plan, WORKERS_ASYNC);
    double sync = seconds(measured->load[WORKERS_SYNC].elapsed_ns);
    if (fmin(sync, elapsed) < SHORTEST) {
        say_nothing(stage, verdict, "a run of so few milliseconds does not tell");
        return;
    }
    if (lost > elapsed / 2) {
        say_nothing(stage, verdict, "other programs held the processor for half of the async run");
        return;
    }
    double lead = sync / (elapsed - lost);
    verdict->holds = lead >= 0.75 * due;
    verdict_number(verdict, "lead", sync / elapsed);
    verdict_number(verdict, "due", due);
    verdict_number(verdict, "lost_ms", lost * 1e3);
    verdict_number(verdict, "overhead_us", measured->overhead * 1e6);
    verdict_show(stage, verdict, "async at %.2f times sync, %.2f is due, %.0f ms lost to others",
                 sync / elapsed, due, lost * 1e3);
}

/* The sync workers' computing, shared out over the cores they can have, is what they would take if
 * nobody else ran; so it is theirs to beat, or what they really took. */
void workers_check_cpu(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    struct workers_plan plan = workers_plan(stage);
    if (plan.wait > 0 || plan.cpu <= 0) {
        say_nothing(stage, verdict, "speaks of CPU work alone, without a wait");
        return;
    }
    double sync = seconds(measured->load[WORKERS_SYNC].elapsed_ns);
    double async = seconds(measured->load[WORKERS_ASYNC].elapsed_ns);
    double cores = fmin(plan.workers, (double)sysconf(_SC_NPROCESSORS_ONLN));
    double free = seconds(measured->server[WORKERS_SYNC].cpu_ns) / cores;
    verdict->holds = fmin(sync, free) <= 1.15 * async;
    verdict_number(verdict, "sync", rate(measured, WORKERS_SYNC));
    verdict_number(verdict, "async", rate(measured, WORKERS_ASYNC));
    verdict_number(verdict, "async_ms", async * 1e3);
    verdict_number(verdict, "sync_free_ms", free * 1e3);
    verdict_show(
        stage, verdict,
        "async %.1f requests/s in %.0f ms, sync %.1f, which on cores of its own takes %.0f ms",
        rate(measured, WORKERS_ASYNC), async * 1e3, rate(measured, WORKERS_SYNC), free * 1e3);
}

/* Views that run at the same time on a lane, at most. */
static unsigned most_at_once(const struct stage *stage, uint8_t lane) {
    unsigned now = 0, most = 0;
    struct tape_event event;
    for (size_t i = 0; tape_events(stage->tape, i, &event, 1) == 1; i++) {
        if (event.kind != TAPE_VIEW || event.lane != lane) continue;
        if (event.shape == TAPE_ENTER) now++;
        if (event.shape == TAPE_LEAVE) now--;
        if (now > most) most = now;
    }
    return most;
}

void workers_check_blocked(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    struct workers_plan plan = workers_plan(stage);
    unsigned at_once = most_at_once(stage, WORKERS_ASYNC);
    if (!plan.blocks) {
        say_nothing(stage, verdict, "the loop is not blocked");
        return;
    }
    double elapsed = seconds(measured->load[WORKERS_ASYNC].elapsed_ns);
    double least = (double)plan.requests * (plan.wait + plan.cpu);
    verdict->holds = at_once == 1 && elapsed >= least;
    verdict_number(verdict, "at_once", at_once);
    verdict_number(verdict, "elapsed_ms", elapsed * 1e3);
    verdict_number(verdict, "least_ms", least * 1e3);
    verdict_show(stage, verdict, "%u at a time, %.0f ms for %.0f ms of waits and work", at_once,
                 elapsed * 1e3, least * 1e3);
}

/* Counted twice: by the client, number by number, and by the server on the tape. */
void workers_check_answers(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    uint64_t requests = workers_plan(stage).requests, answered = 0, odd = 0, served = 0;
    verdict->holds = true;
    for (int lane = 0; lane < WORKERS_LANES; lane++) {
        const struct load_result *load = &measured->load[lane];
        struct tally_filter filter = {lane, -1, NULL};
        uint64_t views = tape_tally(cut_whole(stage->tape), TAPE_VIEW, filter).finished;
        uint64_t strange = load->lost + load->wrong + load->repeated;
        verdict->holds &= load->sent == requests && load->answered == requests && strange == 0 &&
                          views == requests;
        answered += load->answered;
        odd += strange;
        served += views;
    }
    verdict_number(verdict, "sent", (double)(2 * requests));
    verdict_number(verdict, "answered", (double)answered);
    verdict_number(verdict, "served", (double)served);
    verdict_number(verdict, "lost_wrong_repeated", (double)odd);
    verdict_show(stage, verdict, "%llu sent, %llu served, %llu answered, %llu lost or wrong",
                 (unsigned long long)(2 * requests), (unsigned long long)served,
                 (unsigned long long)answered, (unsigned long long)odd);
}

bool workers_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    *number = rate(stage->result, WORKERS_SYNC);
    return true;
}
