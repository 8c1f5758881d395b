/* day6_buffering - rows made, rows received, and a gateway in between that may hold them.
 *
 * The same stream is sent twice: through the gateway as the knobs say, and through one with
 * buffering the other way round, so that the two can be compared. Sockets are given small buffers:
 * what the kernel stores by itself would hide what the gateway does. */
#include <math.h>
#include <string.h>

#include "lessons/day6.h"

enum { SOCKET_BUFFER = 4096 };

/* What sockets and readers on the way can store by themselves, in bytes: four small socket buffers,
 * a piece of the stream, and loopback's large segments. Measured, and rounded up. */
static const double stored_on_the_way = 256 * 1024;

enum buffering { BUFFERING_OFF, BUFFERING_ON, BUFFERING_ACCEL };
enum way { AS_SET, OTHER_WAY, WAYS };

struct plan {
    enum buffering buffering;
    size_t buffer, size;
    unsigned rows;
    int minor;
    double gap;     /* ms */
    uint64_t speed; /* of the client, bytes a second; 0: as fast as it can */
};

static struct plan make_plan(const struct stage *stage) {
    return (struct plan){
        .buffering = (enum buffering)stage_number(stage, "buffering"),
        .buffer = (size_t)stage_number(stage, "buffer") * 1024,
        .size = (size_t)stage_number(stage, "row") * 1024,
        .rows = (unsigned)stage_number(stage, "rows"),
        .minor = (int)stage_number(stage, "backend"),
        .gap = (double)stage_number(stage, "gap"),
        .speed = (uint64_t)stage_number(stage, "client") * 1024,
    };
}

/* The second transfer has it the other way round. */
static struct plan plan_of(const struct stage *stage, enum way way) {
    struct plan plan = make_plan(stage);
    if (way == OTHER_WAY)
        plan.buffering = plan.buffering == BUFFERING_ON ? BUFFERING_OFF : BUFFERING_ON;
    return plan;
}

static bool holds_back(const struct plan *plan) {
    return plan->buffering == BUFFERING_ON && plan->minor == 0;
}

/* ---- the run ------------------------------------------------------------------------------------
 */

static void prepare(struct transfer *transfer, const struct plan *plan, enum way way) {
    *transfer = (struct transfer){
        .first_lane = (uint8_t)(way * LANES_OF_A_TRANSFER),
        .rows = {.count = plan->rows,
                 .size = plan->size,
                 .asks_not_to_buffer = plan->buffering == BUFFERING_ACCEL},
        .server = {.socket_buffer = SOCKET_BUFFER},
        .gateway = {.minor = plan->minor,
                    .buffering = plan->buffering != BUFFERING_OFF,
                    .buffer = plan->buffer,
                    .socket_buffer = SOCKET_BUFFER},
        .client_speed = plan->speed,
        .client_buffer = plan->speed ? SOCKET_BUFFER : 0,
    };
    for (unsigned row = 1; row <= plan->rows; row++)
        transfer->rows.due_ns[row] = (uint64_t)((row - 1) * plan->gap * 1e6);
}

bool buffering_run(struct stage *stage) {
    struct transfer *transfers = arena_array(&stage->arena, WAYS, sizeof *transfers);
    if (!transfers) return fault_no_memory(&stage->fault);
    stage->result = transfers;
    for (int way = 0; way < WAYS; way++) {
        struct transfer *transfer = &transfers[way];
        struct plan plan = plan_of(stage, (enum way)way);
        prepare(transfer, &plan, (enum way)way);
        if (!transfer_run(stage, transfer)) return false;
        if (!transfer->fetch.complete && !runtime_cancelled(&stage->runtime))
            return fault_raise(&stage->fault, "OSError", "the stream was cut after %llu bytes",
                               (unsigned long long)transfer->received);
        if (fault_raised(&stage->fault)) return false;
    }
    return true;
}

/* ---- the rows, read from the tape ---------------------------------------------------------------
 */

/* When each row was made and received, in ms from the client's start; negative: not yet. */
struct times {
    double made[SLOW_ROWS_MOST + 2], received[SLOW_ROWS_MOST + 2];
    double worker_ms; /* how long the worker was busy; negative: not yet done */
};

static void read_times(struct cut cut, enum way way, struct times *times) {
    uint8_t first = (uint8_t)(way * LANES_OF_A_TRANSFER);
    uint64_t start = 0;
    struct tape_event event;
    for (size_t i = 0; i < SLOW_ROWS_MOST + 2; i++) times->made[i] = times->received[i] = -1;
    times->worker_ms = -1;
    for (size_t i = 0; i < cut.upto && tape_events(cut.tape, i, &event, 1) == 1; i++) {
        if (event.lane < first || event.lane >= first + LANES_OF_A_TRANSFER) continue;
        if (event.kind == TAPE_RUN && event.shape == TAPE_ENTER) start = event.at_ns;
        if (event.kind == TAPE_REQUEST && event.shape == TAPE_LEAVE &&
            event.lane == first + LANE_WORKER)
            times->worker_ms = (double)event.elapsed_ns / 1e6;
        if (event.kind != TAPE_ROW || event.amount < 1 || event.amount > SLOW_ROWS_MOST) continue;
        bool made = event.lane == first + LANE_WORKER;
        double *row = made ? times->made : times->received;
        row[event.amount] = (double)(event.at_ns - start) / 1e6;
    }
}

/* Rows that came to the client only after the next one was made, with `patience` ms on top. */
static unsigned count_late(const struct times *times, unsigned rows, double patience) {
    unsigned late = 0;
    for (unsigned row = 1; row < rows; row++)
        late += times->received[row] > times->made[row + 1] + patience;
    return late;
}

/* ---- claims -------------------------------------------------------------------------------------
 */

static void say_nothing(struct stage *stage, struct verdict *verdict, const char *why) {
    verdict->applies = false;
    verdict->holds = true;
    verdict_show(stage, verdict, "%s", why);
}

/* A fast client, and rows far enough apart that the order can be seen. What other programs took of
 * the time is allowed for. */
void buffering_check_at_once(struct stage *stage, struct verdict *verdict) {
    const struct transfer *transfer = stage->result;
    struct plan plan = make_plan(stage);
    struct times times;
    if (holds_back(&plan) || plan.speed || plan.gap < 2) {
        say_nothing(stage, verdict, "speaks of a fast client, and of nothing that holds back");
        return;
    }
    read_times(cut_whole(stage->tape), AS_SET, &times);
    double lost = (double)transfer->lost_ns / 1e6;
    unsigned late = count_late(&times, plan.rows, 0);
    unsigned later = count_late(&times, plan.rows, lost + (double)transfer->rows.late_ns / 1e6);
    verdict->holds = later == 0 && !transfer->wrong;
    verdict_number(verdict, "rows", plan.rows);
    verdict_number(verdict, "late", late);
    verdict_number(verdict, "lost_ms", lost);
    verdict_show(stage, verdict, "%u of %u rows came before the next was made%s", plan.rows - late,
                 plan.rows, late ? "; the others were delayed by the machine" : "");
}

/* Rows that fit the buffer twice wait for others. Nothing here depends on the clock: the gateway
 * does not let them go before. */
void buffering_check_held(struct stage *stage, struct verdict *verdict) {
    struct plan plan = make_plan(stage);
    struct times times;
    unsigned together = (unsigned)((plan.buffer + plan.size - 1) / plan.size);
    if (!holds_back(&plan) || together < 2) {
        say_nothing(stage, verdict, "speaks of HTTP/1.0 with buffering, and rows that fit twice");
        return;
    }
    read_times(cut_whole(stage->tape), AS_SET, &times);
    unsigned late = count_late(&times, plan.rows, 0), due = 0;
    for (unsigned row = 1; row < plan.rows; row++) due += row % together != 0;
    verdict->holds = late >= due;
    verdict_number(verdict, "rows", plan.rows);
    verdict_number(verdict, "held", late);
    verdict_number(verdict, "due", due);
    verdict_show(stage, verdict, "%u of %u rows came after the next was made; %u must", late,
                 plan.rows, due);
}

/* What the worker would be held by the client alone, beyond what is stored on the way, against what
 * making the rows takes. */
void buffering_check_freed(struct stage *stage, struct verdict *verdict) {
    const struct transfer *transfers = stage->result;
    struct plan plan = make_plan(stage);
    double bytes = (double)plan.rows * (double)plan.size;
    double made = (plan.rows - 1) * plan.gap;
    double held = plan.speed ? (bytes - stored_on_the_way) / (double)plan.speed * 1e3 : 0;
    double lost = (double)(transfers[AS_SET].lost_ns + transfers[OTHER_WAY].lost_ns) / 1e6;
    if (held < 1.5 * made + 50 + lost) {
        say_nothing(stage, verdict, "speaks of a client much slower than the rows");
        return;
    }
    struct times as_set, other;
    read_times(cut_whole(stage->tape), AS_SET, &as_set);
    read_times(cut_whole(stage->tape), OTHER_WAY, &other);
    bool on = plan.buffering == BUFFERING_ON;
    double with = on ? as_set.worker_ms : other.worker_ms;
    double without = on ? other.worker_ms : as_set.worker_ms;
    verdict->holds = with > 0 && with < without;
    verdict_number(verdict, "with_ms", with);
    verdict_number(verdict, "without_ms", without);
    verdict_number(verdict, "factor", with > 0 ? without / with : 0);
    verdict_show(stage, verdict,
                 "the worker is free after %.0f ms with buffering, %.0f ms without: %.1f times "
                 "earlier",
                 with, without, with > 0 ? without / with : 0);
}

/* How many rows were held back. */
bool buffering_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]) {
    (void)order;
    struct plan plan = make_plan(stage);
    struct times times;
    read_times(cut_whole(stage->tape), AS_SET, &times);
    *number = count_late(&times, plan.rows, 0);
    return true;
}

/* ---- figures ------------------------------------------------------------------------------------
 */

static const char *name_of(const struct plan *plan) {
    static const char *const names[] = {"buffering off", "buffering on", "X-Accel-Buffering: no"};
    return names[plan->buffering];
}

static bool draw_timeline(struct plan plan, struct cut cut, enum way way, struct figures *figures) {
    static const char *const lanes[] = {"made", "received"};
    struct figure *figure =
        figures_add(figures, FIGURE_TIMELINE,
                    arena_format(figures->arena, "rows made and received, %s", name_of(&plan)));
    if (!figure) return true;
    struct figure_span *spans = arena_array(figures->arena, 2 * plan.rows, sizeof *spans);
    struct times times;
    if (!spans || !figure->title) return false;
    read_times(cut, way, &times);
    double width = fmax(plan.gap / 8, 0.1);
    size_t count = 0;
    for (unsigned row = 1; row <= plan.rows; row++)
        for (unsigned lane = 0; lane < 2; lane++) {
            double at = lane ? times.received[row] : times.made[row];
            if (at < 0) continue;
            spans[count++] = (struct figure_span){
                lane, at, at + width, lane ? "row received" : "row made", lane ? 'o' : '|'};
        }
    figure->note =
        plan.minor ? "HTTP/1.1 to the backend: chunks" : "HTTP/1.0 to the backend: no frames";
    figure->timeline.lanes = lanes;
    figure->timeline.lane_count = 2;
    figure->timeline.spans = spans;
    figure->timeline.count = count;
    figure->timeline.unit = "ms";
    return true;
}

static const char *ms_text(struct arena *arena, double ms) {
    return ms < 0 ? "" : arena_format(arena, "%.1f ms", ms);
}

static bool draw_table(const struct stage *stage, struct cut cut, struct figures *figures) {
    static const struct figure_column columns[] = {{"", ALIGN_LEFT},
                                                   {"first row", ALIGN_RIGHT},
                                                   {"last row", ALIGN_RIGHT},
                                                   {"worker free", ALIGN_RIGHT},
                                                   {"held back", ALIGN_RIGHT}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct arena *arena = figures->arena;
    struct figure *figure = figures_add(figures, FIGURE_TABLE, "both ways");
    if (!figure) return true;
    const char **cells = arena_array(arena, WAYS * COLUMNS, sizeof *cells);
    if (!cells) return false;
    for (int i = 0; i < WAYS; i++) {
        struct plan plan = plan_of(stage, (enum way)i);
        struct times times;
        const char **row = &cells[i * COLUMNS];
        read_times(cut, (enum way)i, &times);
        row[0] = name_of(&plan);
        row[1] = ms_text(arena, times.received[1]);
        row[2] = ms_text(arena, times.received[plan.rows]);
        row[3] = ms_text(arena, times.worker_ms);
        row[4] = times.received[plan.rows] < 0
                     ? ""
                     : arena_format(arena, "%u of %u", count_late(&times, plan.rows, 0), plan.rows);
        for (int j = 0; j < COLUMNS; j++)
            if (!row[j]) return false;
    }
    figure->note = "held back: came to the client after the next row was made";
    figure->table.columns = columns;
    figure->table.column_count = COLUMNS;
    figure->table.cells = cells;
    figure->table.row_count = WAYS;
    return true;
}

bool buffering_draw(const struct stage *stage, struct cut cut, struct figures *figures) {
    return draw_timeline(plan_of(stage, AS_SET), cut, AS_SET, figures) &&
           draw_timeline(plan_of(stage, OTHER_WAY), cut, OTHER_WAY, figures) &&
           draw_table(stage, cut, figures);
}
