/* day6 - what the steps of day 6 share with its table (day6_streaming.c). */
#ifndef LESSONS_DAY6_H
#define LESSONS_DAY6_H

#include "engine/middleware/chain.h"
#include "engine/server/fetch.h"
#include "engine/server/gateway.h"
#include "engine/server/server.h"
#include "lessons/stage.h"

/* day6_memory.c runs the exports and asks the claims, day6_memory_figures.c draws. */
bool memory_run(struct stage *stage);
bool memory_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool memory_live(const struct stage *stage, struct cut cut, struct figures *figures);
bool memory_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void memory_check_same(struct stage *stage, struct verdict *verdict);
void memory_check_flat(struct stage *stage, struct verdict *verdict);
void memory_check_grows(struct stage *stage, struct verdict *verdict);
void memory_check_first(struct stage *stage, struct verdict *verdict);

/* The lanes of `memory`. */
enum { MEMORY_STREAMED, MEMORY_BUFFERED, MEMORY_LANES };

/* day6_export.c: the rows that are exported. */

/* What one export holds and did. */
struct export {
    uint64_t rows;  /* to make */
    uint64_t batch; /* rows a chunk */
    uint64_t made;
    uint64_t pieces;            /* handed to the server */
    uint64_t made_before_first; /* rows made when the first of them was */
    struct memory *memory;      /* of the buffered export's bytes */
    char *bytes;                /* of the buffered export; freed by export_release */
    size_t length, room;
};

/* Views whose context is a struct export: one answers whole, one streams. */
struct view export_view(struct export *export, bool streams);
void export_release(struct export *export);

/* Writes row number `row` (from 1); room has EXPORT_ROW_MOST bytes. Returns its length. */
enum { EXPORT_ROW_MOST = 256 };
size_t export_row(char *room, uint64_t row);

/* A checksum of bytes that come in pieces of any size (FNV-1a over words of 8). */
struct checksum {
    uint64_t sum;
    uint64_t word; /* bytes of an incomplete word */
    unsigned have;
};
void checksum_init(struct checksum *checksum);
void checksum_add(struct checksum *checksum, const char *text, size_t length);
uint64_t checksum_value(const struct checksum *checksum);

/* day6_sampler.c: looks at the memory held while a lane runs, from a thread of its own. */
struct sampler;
struct sampler *sampler_start(struct stage *stage, uint8_t lane, const struct memory *memory);
void sampler_stop(struct sampler *sampler); /* NULL is ignored */

/* day6_transfer.c: rows that take their time, from a worker through a gateway to a client. */

enum { SLOW_ROWS_MOST = 100 };

/* Row k is due at due_ns[k], k from 1, counted from when the view was called: what the machine
 * loses on one row does not add up over the next. All rows are `size` bytes long. */
struct slow_rows {
    unsigned count;
    size_t size;
    uint64_t due_ns[SLOW_ROWS_MOST + 1];
    bool asks_not_to_buffer; /* X-Accel-Buffering: no */

    uint64_t start_ns; /* when the view was called */
    unsigned made;
    uint64_t late_ns; /* the most that a row came behind its time */
};

/* The three parties take up three lanes of the tape, in this order. On it: ROW "made" and ROW
 * "received" with the row's number, and what the server and the gateway record. */
enum { LANE_WORKER, LANE_GATEWAY, LANE_CLIENT, LANES_OF_A_TRANSFER };

struct transfer {
    /* asked for */
    uint8_t first_lane;
    struct slow_rows rows;
    struct server_options server;   /* kind, application and usage are set here */
    struct gateway_options gateway; /* backend, memory, tape, lane and usage are set here */
    uint64_t client_speed;          /* bytes a second; 0: as fast as it can */
    int client_buffer;              /* bytes its socket takes ahead; 0: what the system likes */

    /* measured */
    struct fetch_result fetch;
    uint64_t received; /* bytes of the body */
    bool wrong;        /* one of them was not the one that was sent */
    uint64_t lost_ns;  /* other programs kept the three from a core for so long */
};

/* Runs it. That the connection is cut is a result; false: fault. */
bool transfer_run(struct stage *stage, struct transfer *transfer);

/* day6_timeouts.c */
bool timeouts_run(struct stage *stage);
bool timeouts_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool timeouts_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void timeouts_check_worker(struct stage *stage, struct verdict *verdict);
void timeouts_check_gateway(struct stage *stage, struct verdict *verdict);
void timeouts_check_shorter(struct stage *stage, struct verdict *verdict);
void timeouts_check_prefix(struct stage *stage, struct verdict *verdict);

/* day6_buffering.c */
bool buffering_run(struct stage *stage);
bool buffering_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool buffering_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void buffering_check_at_once(struct stage *stage, struct verdict *verdict);
void buffering_check_held(struct stage *stage, struct verdict *verdict);
void buffering_check_freed(struct stage *stage, struct verdict *verdict);

#endif
