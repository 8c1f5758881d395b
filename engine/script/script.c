/* script - see script.h: a namespace, the modules it may import, and the way through a listing. */
#include "engine/script/script.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/object/date.h"
#include "engine/script/evaluator.h"

/* ---- roots -------------------------------------------------------------------------------- */

/* What the module holds between two turns of a loop: its names and the iterators of its loops. */
static void visit_roots(struct roots *roots, void (*each)(void *, struct value), void *context) {
    struct script *script =
        (struct script *)(void *)((char *)roots - offsetof(struct script, roots));
    for (size_t i = 0; i < script->bucket_count; i++)
        for (const struct binding *binding = script->buckets[i]; binding; binding = binding->next)
            if (binding->bound) each(context, binding->value);
    for (const struct loop *loop = script->loops; loop; loop = loop->around)
        each(context, loop->iterator);
}

/* ---- making ------------------------------------------------------------------------------- */

/* The given modules, and those every listing may import. */
static bool gather_modules(struct script *script, const struct module *const *modules,
                           size_t count) {
    static const struct module *const always[] = {&datetime_module, &uuid_module};
    size_t more = sizeof always / sizeof *always;
    const struct module **all = arena_array(script->runtime->arena, count + more, sizeof *all);
    if (!all) return fault_no_memory(script->runtime->fault);
    for (size_t i = 0; i < count; i++) all[i] = modules[i];
    for (size_t i = 0; i < more; i++) all[count + i] = always[i];
    script->modules = all;
    script->module_count = count + more;
    return true;
}

/* Python's own modules are known as modules: copy.copy, not copy. */
static bool is_known_by_path(const struct module *module) {
    static const char *const paths[] = {"datetime", "uuid", "copy", "pickle"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(module->path, paths[i]) == 0) return true;
    return false;
}

/* Names that are there without an import: datetime and its like as modules, UUID, and whatever the
 * other modules hold. */
static bool define_ambient(struct script *script) {
    for (size_t i = 0; i < script->module_count; i++) {
        const struct module *module = script->modules[i];
        struct value value;
        if (is_known_by_path(module)) {
            if (!module_object(script, module->path, &value) ||
                !name_fall_back(script, module->path, value))
                return false;
            continue;
        }
        for (size_t j = 0; j < module->count; j++)
            if (!name_fall_back(script, module->names[j].name, module->names[j].value))
                return false;
    }
    return name_fall_back(script, uuid_module.names[0].name, uuid_module.names[0].value);
}

struct script *script_new(struct runtime *runtime, const struct module *const *modules,
                          size_t count, bool ambient) {
    struct script *script = arena_alloc(runtime->arena, sizeof *script);
    if (!script) return fault_no_memory(runtime->fault), NULL;
    script->runtime = runtime;
    script->roots.visit = visit_roots;
    arena_init(&script->stack, runtime->memory);
    arena_init(&script->scratch, runtime->memory);
    arena_init(&script->output, runtime->memory);
    text_init(&script->line, &script->output);
    if (!gather_modules(script, modules, count)) return NULL;
    if (!define_builtins(script) || !define_classes(script)) return NULL;
    return !ambient || define_ambient(script) ? script : NULL;
}

void script_set_host(struct script *script, const struct script_host *host) {
    script->host = *host;
}

/* ---- running ------------------------------------------------------------------------------ */

static bool step(struct script *script, struct node *node, struct value *value) {
    struct runtime *runtime = script->runtime;
    if (node->kind != NODE_EXPRESSION) {
        struct value unused;
        return execute(script, node, &unused) != FLOW_FAULT;
    }
    runtime->head->line = node->line;
    head_point(runtime->head, TAPE_LINE, "", 0);
    return evaluate(script, node->value, value);
}

bool script_step(struct runtime *runtime, struct script *script, const struct program *program,
                 size_t statement, struct value *value, bool *is_expression) {
    struct node *node = program->statements[statement].node;
    assert(runtime == script->runtime);
    (void)runtime;
    *value = value_none();
    *is_expression = node->kind == NODE_EXPRESSION;
    bool fine = step(script, node, value);
    return print_flush(script, false) && fine;
}

/* Python compiles a module before it runs it: a syntax error anywhere comes before everything. */
static bool raise_syntax_error(struct runtime *runtime, const struct program *program) {
    for (size_t i = 0; i < program->count; i++) {
        const struct node *node = program->statements[i].node;
        if (node->kind != NODE_FAULT) continue;
        fault_raise(runtime->fault, node->fault.type, "%s", node->fault.message);
        fault_place(runtime->fault, node->line, node->column);
        return false;
    }
    return true;
}

bool script_run(struct runtime *runtime, struct script *script, const char *source) {
    struct program *program = script_parse(runtime, source);
    if (!program) return false;
    if (program->faulty) return raise_syntax_error(runtime, program);
    struct value value;
    bool fine = true;
    for (size_t i = 0; fine && i < program->count; i++)
        fine = step(script, program->statements[i].node, &value);
    return print_flush(script, false) && fine;
}
