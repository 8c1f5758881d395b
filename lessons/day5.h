/* day5 - what the steps of day 5 share with its table (day5_ready.c). */
#ifndef LESSONS_DAY5_H
#define LESSONS_DAY5_H

#include "engine/apps/registry.h"
#include "lessons/stage.h"

/* day5_phases.c runs setup() and asks the claims, day5_phases_figures.c draws. */
enum phases_place { PLACE_APPS_PY, PLACE_MODELS_PY, PLACE_URLS_PY, PLACE_READY };
enum phases_asks { ASKS_GET_MODELS, ASKS_COUNT, ASKS_FILTER };

/* What came of the code. */
struct phases_outcome {
    bool reached;                   /* it ran at all */
    bool apps_ready, models_ready;  /* the registry's flags at that moment */
    bool ready;                     /* and the last of them */
    const char *type, *message;     /* what the first setup() raised; NULL: nothing */
    const char *again_type, *again; /* what the last of several setups raised */
    size_t models;                  /* that BlogConfig.ready() could see; 0: it did not run */
    bool ready_in_ready;            /* apps.ready at that moment */
    int64_t answer;                 /* of the code: models, or articles */
    unsigned ready_calls;           /* of BlogConfig.ready(), as it counts them itself */
};

/* The demo's INSTALLED_APPS. */
extern const char *const phases_installed[];
enum { PHASES_APPS = 3 };

bool phases_run(struct stage *stage);
bool phases_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool phases_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void phases_check_early(struct stage *stage, struct verdict *verdict);
void phases_check_count(struct stage *stage, struct verdict *verdict);
void phases_check_models(struct stage *stage, struct verdict *verdict);
void phases_check_order(struct stage *stage, struct verdict *verdict);
void phases_check_once(struct stage *stage, struct verdict *verdict);
void phases_check_again(struct stage *stage, struct verdict *verdict);

/* day5_fleet.c starts the fleets, day5_fleet_claims.c reads the tape and asks the claims,
 * day5_fleet_figures.c draws. */
enum fleet_lane { FLEET_READY, FLEET_JOB, FLEET_LANES };

/* What the knobs say. */
struct fleet_plan {
    unsigned servers, workers; /* workers a server */
    uint64_t warm_up_ns;
    bool in_turn; /* what is warmed up answers one process at a time */
};
struct fleet_plan fleet_plan(const struct stage *stage);

/* The process that a span on the tape belongs to, by its subject: "server 2, worker 5" gives
 * server 2. The job is server 0. False: no process. */
bool fleet_server(const char *subject, unsigned *server);

/* What the tape tells of a lane, up to a cut. Times in ns since the lane began. */
struct fleet_story {
    bool began;
    uint64_t began_ns;                     /* on the tape's clock */
    uint64_t now_ns;                       /* the last event */
    unsigned processes, serving;           /* workers that have begun, and those that serve */
    unsigned warm_ups;                     /* that have ended, the job's included */
    unsigned at_once, most_at_once;        /* warm-ups under way */
    uint64_t warmed_ns;                    /* the warm-ups' times together */
    uint64_t first_ns, all_ns;             /* when the first worker served, and the last so far */
    uint64_t quickest_ns;                  /* the shortest time a worker took to come up */
    uint64_t job_ended_ns, first_began_ns; /* when the job was done, when a worker first began */
};
struct fleet_story fleet_story(struct cut cut, enum fleet_lane lane);

bool fleet_run(struct stage *stage);
bool fleet_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool fleet_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void fleet_check_count(struct stage *stage, struct verdict *verdict);
void fleet_check_serving(struct stage *stage, struct verdict *verdict);
void fleet_check_overlap(struct stage *stage, struct verdict *verdict);
void fleet_check_in_turn(struct stage *stage, struct verdict *verdict);

/* day5_signals.c: the ways of connecting, each tried in a process of its own. */
enum signals_way {
    WAY_ONCE,      /* one function, connected once */
    WAY_TWICE,     /* the same function, connected twice */
    WAY_TWO,       /* two functions: one module imported under two names */
    WAY_UID,       /* two functions under one dispatch_uid */
    WAY_UID_PLAIN, /* the same function, with a uid and without */
    WAY_NESTED,    /* a function made inside ready() */
    WAYS
};

bool signals_run(struct stage *stage);
bool signals_draw(const struct stage *stage, struct cut cut, struct figures *figures);
bool signals_answer(struct stage *stage, double *number, size_t order[ORDER_MOST]);
void signals_check_once(struct stage *stage, struct verdict *verdict);
void signals_check_twice(struct stage *stage, struct verdict *verdict);
void signals_check_two(struct stage *stage, struct verdict *verdict);
void signals_check_uid(struct stage *stage, struct verdict *verdict);
void signals_check_uid_plain(struct stage *stage, struct verdict *verdict);
void signals_check_nested(struct stage *stage, struct verdict *verdict);
void signals_check_saves(struct stage *stage, struct verdict *verdict);

#endif
