/* day6_memory - the same export twice: streamed, then buffered.
 *
 * Each lane has a server of its own, whose memory is on an account of its own. To know what grows
 * with the rows, each lane is run for a tenth of them first, off the tape. The client sums up what
 * it received; nothing of it is kept. */
#include <math.h>

#include "engine/server/load.h"
#include "engine/server/pages.h"
#include "lessons/day6.h"

/* One export, as measured. */
struct download {
    uint64_t rows, bytes, checksum;
    size_t peak; /* most bytes held on the engine's allocator */
    uint64_t pieces, made_before_first;
    double first_ms, total_ms; /* until the client had the first byte, the last one */
    double lost_ms;            /* kept from a core by other programs: server and client */
};

struct measured {
    struct download whole[MEMORY_LANES], tenth[MEMORY_LANES];
};

/* ---- one export ---------------------------------------------------------------------------------
 */

static void sum_up(void *context, struct wire_piece piece) {
    checksum_add(context, piece.bytes, piece.length);
}

static bool refuse(struct stage *stage, const struct fetch_result *result) {
    if (fault_raised(&stage->fault) || runtime_cancelled(&stage->runtime)) return false;
    if (memory_was_refused(&stage->memory))
        return fault_raise(&stage->fault, "MemoryError",
                           "there is no memory for the whole export; stream it, or turn the rows "
                           "down");
    return fault_raise(&stage->fault, "OSError", "the export was cut after %llu bytes",
                       (unsigned long long)result->bytes);
}

static bool fetch_export(struct stage *stage, const struct server *server, struct download *got) {
    struct checksum checksum;
    checksum_init(&checksum);
    struct fetch_options options = {.port = server_port(server),
                                    .path = "/export/",
                                    .minor = 1,
                                    .piece = sum_up,
                                    .context = &checksum};
    struct fetch_result result;
    bool fetched = fetch_run(&stage->runtime, &options, &result);
    if (!fetched || !result.complete || result.status != 200) return refuse(stage, &result);
    got->bytes = result.bytes;
    got->checksum = checksum_value(&checksum);
    got->first_ms = (double)(result.first_ns - result.connected_ns) / 1e6;
    got->total_ms = (double)(result.last_ns - result.connected_ns) / 1e6;
    return true;
}

/* The server of a lane, its memory on the account of its own. */
static struct server *start_server(struct stage *stage, const struct application *application,
                                   struct usage *usage) {
    struct server_options options = {
        .kind = SERVER_SYNC, .workers = 1, .application = application, .usage = usage};
    return server_start(&options, &stage->fault);
}

/* Runs one lane for `rows` rows; on the tape only when it is asked to. */
static bool run_export(struct stage *stage, int lane, uint64_t rows, bool recorded,
                       struct download *got) {
    struct memory account;
    memory_init_part(&account, &stage->memory);
    struct export export = {
        .rows = rows, .batch = (uint64_t)stage_number(stage, "batch"), .memory = &account};
    struct page page = {"/export/", export_view(&export, lane == MEMORY_STREAMED)};
    struct pages pages = {&page, 1};
    struct chain *chain = chain_build(&stage->runtime, NULL, 0, pages_urlconf(&pages));
    if (!chain) return false;
    struct application application = {.chain = chain,
                                      .tape = recorded ? stage->tape : NULL,
                                      .lane = (uint8_t)lane,
                                      .memory = &account,
                                      .cancelled = &stage->cancelled,
                                      .limits = wire_limits_usual};
    struct usage used = {0}, before = usage_now();
    struct server *server = start_server(stage, &application, &used);
    struct sampler *sampler =
        server && recorded ? sampler_start(stage, (uint8_t)lane, &account) : NULL;
    bool done = server && (sampler || !recorded) && fetch_export(stage, server, got);
    sampler_stop(sampler);
    server_stop(server);
    got->rows = rows;
    got->peak = memory_peak(&account);
    got->pieces = export.pieces;
    got->made_before_first = export.made_before_first;
    got->lost_ms = (double)(used.delayed_ns + usage_between(before, usage_now()).delayed_ns) / 1e6;
    export_release(&export);
    return done && stage_had_memory(stage);
}

/* ---- the run ------------------------------------------------------------------------------------
 */

static const char *const lane_names[MEMORY_LANES] = {"streamed", "buffered"};

bool memory_run(struct stage *stage) {
    struct measured *measured = arena_alloc(&stage->arena, sizeof *measured);
    if (!measured) return fault_no_memory(&stage->fault);
    stage->result = measured;
    uint64_t rows = (uint64_t)stage_number(stage, "rows");
    if (!descriptors_reserve(&stage->fault, 16)) return false;
    for (int lane = 0; lane < MEMORY_LANES; lane++) {
        if (!run_export(stage, lane, rows / 10, false, &measured->tenth[lane])) return false;
        struct head *head = &stage->head;
        head->lane = (uint8_t)lane;
        head_enter(head, TAPE_RUN, lane_names[lane]);
        bool done = run_export(stage, lane, rows, true, &measured->whole[lane]);
        const struct download *got = &measured->whole[lane];
        head_timed(head, TAPE_MARK, "first byte", 0, (uint64_t)(got->first_ms * 1e6));
        head_point(head, TAPE_MARK, "pieces", (int64_t)got->pieces);
        head_point(head, TAPE_MEMORY, "peak", (int64_t)got->peak);
        head_leave(head, TAPE_RUN, lane_names[lane], (int64_t)got->bytes);
        if (!done) return false;
    }
    return true;
}

/* ---- claims -------------------------------------------------------------------------------------
 */

void memory_check_same(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    const struct download *streamed = &measured->whole[MEMORY_STREAMED];
    const struct download *buffered = &measured->whole[MEMORY_BUFFERED];
    verdict->holds = streamed->bytes == buffered->bytes &&
                     streamed->checksum == buffered->checksum && streamed->bytes > 0;
    verdict_number(verdict, "streamed_bytes", (double)streamed->bytes);
    verdict_number(verdict, "buffered_bytes", (double)buffered->bytes);
    verdict_show(stage, verdict, "%llu and %llu bytes, checksums %016llx and %016llx",
                 (unsigned long long)streamed->bytes, (unsigned long long)buffered->bytes,
                 (unsigned long long)streamed->checksum, (unsigned long long)buffered->checksum);
}

static double kib(uint64_t bytes) {
    return (double)bytes / 1024;
}

/* Ten times the rows, and not a page more. */
void memory_check_flat(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    size_t tenth = measured->tenth[MEMORY_STREAMED].peak;
    size_t whole = measured->whole[MEMORY_STREAMED].peak;
    verdict->holds = whole <= tenth + 4096 && whole < 256 * 1024;
    verdict_number(verdict, "peak_kib", kib(whole));
    verdict_number(verdict, "peak_of_a_tenth_kib", kib(tenth));
    verdict_show(stage, verdict, "%.0f KiB for %llu rows, %.0f KiB for %llu", kib(whole),
                 (unsigned long long)measured->whole[MEMORY_STREAMED].rows, kib(tenth),
                 (unsigned long long)measured->tenth[MEMORY_STREAMED].rows);
}

/* The buffer grows by halves, so it may be half empty: between one and one and a half times the
 * bytes, and the connection's own on top. */
void memory_check_grows(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    const struct download *tenth = &measured->tenth[MEMORY_BUFFERED];
    const struct download *whole = &measured->whole[MEMORY_BUFFERED];
    const size_t own = 64 * 1024;
    verdict->holds = true;
    for (int i = 0; i < 2; i++) {
        const struct download *got = i ? whole : tenth;
        uint64_t most = got->bytes + got->bytes / 2 + own;
        verdict->holds &= got->peak >= got->bytes && got->peak <= most;
    }
    verdict_number(verdict, "peak_kib", kib(whole->peak));
    verdict_number(verdict, "bytes_kib", kib(whole->bytes));
    verdict_number(verdict, "peak_of_a_tenth_kib", kib(tenth->peak));
    verdict_number(verdict, "bytes_of_a_tenth_kib", kib(tenth->bytes));
    verdict_show(stage, verdict, "%.0f KiB for %.0f KiB of rows, %.0f KiB for %.0f KiB",
                 kib(whole->peak), kib(whole->bytes), kib(tenth->peak), kib(tenth->bytes));
}

/* Counted in rows the answer is exact; the clock is asked only where the difference is larger than
 * what the machine may disturb. */
void memory_check_first(struct stage *stage, struct verdict *verdict) {
    const struct measured *measured = stage->result;
    const struct download *streamed = &measured->whole[MEMORY_STREAMED];
    const struct download *buffered = &measured->whole[MEMORY_BUFFERED];
    bool many = streamed->made_before_first * 10 <= buffered->rows && buffered->rows >= 100000;
    bool sooner = streamed->first_ms - streamed->lost_ms < buffered->first_ms;
    verdict->applies = (uint64_t)stage_number(stage, "batch") < buffered->rows;
    verdict->holds =
        !verdict->applies || (streamed->made_before_first < buffered->made_before_first &&
                              buffered->made_before_first == buffered->rows && (sooner || !many));
    verdict_number(verdict, "streamed_ms", streamed->first_ms);
    verdict_number(verdict, "buffered_ms", buffered->first_ms);
    verdict_number(verdict, "streamed_rows", (double)streamed->made_before_first);
    verdict_number(verdict, "buffered_rows", (double)buffered->made_before_first);
    verdict_show(stage, verdict, "after %.2f ms and %llu rows, against %.2f ms and %llu rows",
                 streamed->first_ms, (unsigned long long)streamed->made_before_first,
                 buffered->first_ms, (unsigned long long)buffered->made_before_first);
}

bool memory_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    const struct measured *measured = stage->result;
    *number = ceil((double)measured->whole[MEMORY_STREAMED].peak / 1024);
    return true;
}
