/* blog_stage - see blog_stage.h. */
#include "lessons/blog_stage.h"

#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "lessons/blog.h"

struct blog_size blog_stage_usual(const struct stage *stage) {
    struct blog_size size = blog_size_usual;
    size.seed = stage->seed;
    return size;
}

bool blog_stage_open(struct stage *stage, const struct blog_size *size, int64_t round_trip_ms) {
    struct database *database = blog_open(&stage->runtime, size);
    if (!database) return false;
    database_set_round_trip(database, (uint64_t)round_trip_ms * 1000000);
    stage->runtime.database = database;
    return true;
}

void blog_stage_close(struct stage *stage) {
    stage_close_database(stage);
}

struct script *blog_stage_script(struct stage *stage, struct runtime *runtime) {
    const struct module *modules[] = {
        names_of_models(runtime, &blog, "blog.models"),
        names_of_django(runtime),
        &function_module,
        &copy_module,
        &pickle_module,
    };
    if (!modules[0] || !modules[1]) return NULL;
    return stage_script(stage, runtime, modules, sizeof modules / sizeof *modules);
}

bool blog_stage_run_listing(struct stage *stage) {
    struct script *script = blog_stage_script(stage, &stage->runtime);
    return script && script_run(&stage->runtime, script, stage->listing);
}

bool blog_stage_run_source(struct stage *stage, struct arena *arena, struct head *head,
                           const char *source) {
    struct runtime runtime = stage->runtime;
    runtime.arena = arena;
    runtime.head = head;
    struct script *script = blog_stage_script(stage, &runtime);
    return script && script_run(&runtime, script, source);
}
