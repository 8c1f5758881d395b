/* execute - statements.
 *
 * Before a statement runs, its line becomes the head's line and a LINE event is recorded, so that
 * whatever the engine does next is counted there. A `for` does so again each time it asks its
 * iterator: the query behind `for article in articles` belongs to that line, not to the body's. */
#include <string.h>

#include "engine/script/evaluator.h"

/* A `while` that goes on longer than this is taken for a mistake. */
enum { MOST_TURNS = 10000000 };

static void reach(struct script *script, uint32_t line) {
    struct head *head = script->runtime->head;
    head->line = line;
    head_point(head, TAPE_LINE, "", 0);
}

/* ---- assignment --------------------------------------------------------------------------- */

static bool wrong_count(struct script *script, size_t wanted, size_t given, bool more) {
    struct fault *fault = script->runtime->fault;
    if (more)
        return fault_raise(fault, "ValueError", "too many values to unpack (expected %zu)", wanted);
    return fault_raise(fault, "ValueError", "not enough values to unpack (expected %zu, got %zu)",
                       wanted, given);
}

/* a, b = value: exactly as many values as targets. */
static bool unpack(struct script *script, const struct block *targets, struct value value) {
    struct runtime *runtime = script->runtime;
    if (object_is(value, &tuple_type) || object_is(value, &list_type)) {
        const struct list *list = (const struct list *)value.object;
        if (list->count != targets->count)
            return wrong_count(script, targets->count, list->count, list->count > targets->count);
        for (size_t i = 0; i < targets->count && i < list->count; i++)
            if (!assign(script, targets->items[i], list->items[i])) return false;
        return true;
    }
    bool iterable =
        value.kind == VALUE_TEXT ||
        (value.kind == VALUE_OBJECT && (value.object->type->iterate || value.object->type->next));
    if (!iterable)
        return fault_raise(runtime->fault, "TypeError", "cannot unpack non-iterable %s object",
                           value_type_name(value));
    struct value iterator, item;
    struct list *items = list_new(runtime, &tuple_type, targets->count + 1);
    bool done = false;
    if (!items || !object_iterate(runtime, value, &iterator)) return false;
    while (items->count <= targets->count) {
        if (!object_next(runtime, iterator, &item, &done)) return false;
        if (done) break;
        if (!list_append(runtime, items, item)) return false;
    }
    if (items->count != targets->count)
        return wrong_count(script, targets->count, items->count, !done);
    return unpack(script, targets, value_object(&items->base));
}

static bool assign_item(struct script *script, struct node *target, struct value value) {
    struct value self, index;
    return evaluate(script, target->subscript.value, &self) &&
           evaluate(script, target->subscript.index, &index) &&
           object_set_item(script->runtime, self, index, value);
}

bool assign(struct script *script, struct node *target, struct value value) {
    struct value self;
    bool fine;
    switch (target->kind) {
    case NODE_NAME: return name_store(script, target, value);
    case NODE_ATTRIBUTE:
        fine = evaluate(script, target->attribute.value, &self) &&
               object_set_attribute(script->runtime, self, target->attribute.name, value);
        break;
    case NODE_SUBSCRIPT: fine = assign_item(script, target, value); break;
    default: fine = unpack(script, &target->items, value); break;
    }
    if (!fine) fault_place(script->runtime->fault, target->line, target->column);
    return fine;
}

static bool execute_assign(struct script *script, struct node *node) {
    struct value value;
    if (!evaluate(script, node->assign.value, &value)) return false;
    for (size_t i = 0; i < node->assign.targets.count; i++)
        if (!assign(script, node->assign.targets.items[i], value)) return false;
    return true;
}

/* list += iterable changes the list in place; everything else is target = target op value. */
static bool combine(struct script *script, const struct node *node, struct value old,
                    struct value operand, struct value *value) {
    if (node->operation == OP_ADD && object_is(old, &list_type)) {
        *value = old;
        return list_extend(script->runtime, (struct list *)old.object, operand);
    }
    return object_binary(script->runtime, (enum operation)node->operation, old, operand, value);
}

/* The parts of the target are evaluated once, before the value. */
static bool execute_augment(struct script *script, struct node *node) {
    struct runtime *runtime = script->runtime;
    struct node *target = node->assign.targets.items[0];
    struct value self, index, old, operand, value;
    if (target->kind == NODE_NAME)
        return evaluate(script, target, &old) && evaluate(script, node->assign.value, &operand) &&
               combine(script, node, old, operand, &value) && name_store(script, target, value);
    if (target->kind == NODE_ATTRIBUTE) {
        const char *name = target->attribute.name;
        return evaluate(script, target->attribute.value, &self) &&
               object_get_attribute(runtime, self, name, &old) &&
               evaluate(script, node->assign.value, &operand) &&
               combine(script, node, old, operand, &value) &&
               object_set_attribute(runtime, self, name, value);
    }
    return evaluate(script, target->subscript.value, &self) &&
           evaluate(script, target->subscript.index, &index) &&
           object_get_item(runtime, self, index, &old) &&
           evaluate(script, node->assign.value, &operand) &&
           combine(script, node, old, operand, &value) &&
           object_set_item(runtime, self, index, value);
}

/* ---- loops -------------------------------------------------------------------------------- */

/* Asks the iterator. At the module's own level no value is under way, and whoever frees early may
 * look at the roots. */
static bool advance(struct script *script, struct node *node, struct loop *loop, struct value *item,
                    bool *done) {
    struct runtime *runtime = script->runtime;
    reach(script, node->line);
    if (script->nested == 0) runtime->roots = &script->roots;
    bool fine = object_next(runtime, loop->iterator, item, done);
    runtime->roots = NULL;
    if (!fine) fault_place(runtime->fault, node->loop.iterable->line, node->loop.iterable->column);
    return fine;
}

static enum flow run_loop(struct script *script, struct node *node, struct loop *loop,
                          struct value *returned) {
    struct value item;
    bool done;
    for (;;) {
        if (runtime_cancelled(script->runtime)) return FLOW_FAULT;
        if (!advance(script, node, loop, &item, &done)) return FLOW_FAULT;
        if (done) return FLOW_NEXT;
        if (!assign(script, node->loop.target, item)) return FLOW_FAULT;
        enum flow flow = execute_block(script, &node->loop.body, returned);
        if (flow == FLOW_BREAK) return FLOW_NEXT;
        if (flow == FLOW_RETURN || flow == FLOW_FAULT) return flow;
    }
}

static enum flow execute_for(struct script *script, struct node *node, struct value *returned) {
    struct loop loop = {.around = script->loops};
    struct value iterable;
    if (!evaluate(script, node->loop.iterable, &iterable)) return FLOW_FAULT;
    if (!object_iterate(script->runtime, iterable, &loop.iterator)) {
        fault_place(script->runtime->fault, node->loop.iterable->line, node->loop.iterable->column);
        return FLOW_FAULT;
    }
    /* for i, x in enumerate(...): nobody sees the tuple itself */
    if (node->loop.target->kind == NODE_TUPLE && node->loop.iterable->kind == NODE_CALL)
        iterator_recycle(loop.iterator);
    script->loops = &loop;
    enum flow flow = run_loop(script, node, &loop, returned);
    script->loops = loop.around;
    return flow;
}

static enum flow execute_while(struct script *script, struct node *node, struct value *returned) {
    bool truth;
    for (uint32_t turn = 0;; turn++) {
        if (runtime_cancelled(script->runtime)) return FLOW_FAULT;
        if (turn) reach(script, node->line);
        if (!evaluate_truth(script, node->repeat.test, &truth)) return FLOW_FAULT;
        if (!truth) return FLOW_NEXT;
        if (turn == MOST_TURNS) {
            fault_raise(script->runtime->fault, "NotSupported",
                        "a 'while' of more than 10,000,000 turns is not supported here");
            return FLOW_FAULT;
        }
        enum flow flow = execute_block(script, &node->repeat.body, returned);
        if (flow == FLOW_BREAK) return FLOW_NEXT;
        if (flow == FLOW_RETURN || flow == FLOW_FAULT) return flow;
    }
}

/* ---- if ----------------------------------------------------------------------------------- */

static enum flow execute_if(struct script *script, struct node *node, struct value *returned) {
    for (size_t i = 0; i < node->choice.count; i++) {
        struct arm *arm = &node->choice.arms[i];
        bool truth;
        if (i) reach(script, arm->line);
        if (!evaluate_truth(script, arm->test, &truth)) return FLOW_FAULT;
        if (truth) return execute_block(script, &arm->body, returned);
    }
    return execute_block(script, &node->choice.otherwise, returned);
}

/* ---- class -------------------------------------------------------------------------------- */

/* A base that is only a name may be known to the host alone. */
static bool evaluate_base(struct script *script, struct node *node, struct class_base *base) {
    base->line = node->line;
    base->column = node->column;
    base->resolved = evaluate(script, node, &base->value);
    if (base->resolved) return true;
    struct fault *fault = script->runtime->fault;
    if (node->kind != NODE_NAME || !fault_is(fault, "NameError")) return false;
    fault_clear(fault);
    return true;
}

static bool evaluate_bases(struct script *script, const struct class_node *class,
                           struct class_header *header) {
    struct arena *arena = script->runtime->arena;
    struct class_base *bases = arena_array(arena, class->base_count, sizeof *bases);
    struct keyword *keywords = arena_array(arena, class->keyword_count, sizeof *keywords);
    if (!bases || !keywords) return fault_no_memory(script->runtime->fault);
    for (size_t i = 0; i < class->base_count; i++) {
        bases[i].source = class->sources[i];
        if (!evaluate_base(script, class->bases[i], &bases[i])) return false;
    }
    for (size_t i = 0; i < class->keyword_count; i++) {
        keywords[i].name = class->keywords[i].name;
        if (!evaluate(script, class->keywords[i].value, &keywords[i].value)) return false;
    }
    header->bases = bases;
    header->base_count = class->base_count;
    header->keywords = keywords;
    header->keyword_count = class->keyword_count;
    return true;
}

/* Runs the body in a namespace of its own; what it bound become the members. */
static bool run_class_body(struct script *script, const struct class_node *class,
                           struct class_header *header) {
    struct scope *scope = class->scope;
    struct frame *around = script->frame, *frame = frame_new(script, scope, around);
    struct keyword *members = arena_array(script->runtime->arena, scope->count, sizeof *members);
    struct value unused;
    if (!frame || !members) return fault_no_memory(script->runtime->fault);
    script->frame = frame;
    script->nested++;
    bool fine = execute_block(script, &class->body, &unused) != FLOW_FAULT;
    script->nested--;
    script->frame = around;
    for (size_t i = 0; i < scope->count; i++)
        if (frame->slots[i].kind != SLOT_EMPTY)
            members[header->member_count++] = (struct keyword){scope->names[i], frame->slots[i]};
    header->members = members;
    return fine;
}

/* The functions of the body learn which class they belong to: super() asks. */
static void own_members(const struct class_header *header, struct value class_object) {
    for (size_t i = 0; i < header->member_count; i++) {
        struct value member = header->members[i].value;
        if (object_is(member, &closure_type))
            ((struct closure *)member.object)->class_object = class_object;
    }
}

static bool execute_class(struct script *script, struct node *node) {
    const struct class_node *class = node->class_node;
    struct class_header header = {.name = class->name, .line = node->line, .column = node->column};
    struct value made;
    if (!script->host.class_statement)
        return fault_raise(script->runtime->fault, "NotSupported", "'class' is not supported here");
    if (!evaluate_bases(script, class, &header) || !run_class_body(script, class, &header))
        return false;
    script->runtime->head->line = node->line;
    if (!script->host.class_statement(script->runtime, script->host.host, &header, &made))
        return false;
    own_members(&header, made);
    return name_store(script, class->target, made);
}

/* ---- all of them -------------------------------------------------------------------------- */

static bool execute_def(struct script *script, struct node *node) {
    struct value function;
    return closure_new(script, node->function, &function) &&
           name_store(script, node->function->target, function);
}

static bool execute_return(struct script *script, struct node *node, struct value *returned) {
    *returned = value_none();
    return !node->value || evaluate(script, node->value, returned);
}

static enum flow next_if(bool fine) {
    return fine ? FLOW_NEXT : FLOW_FAULT;
}

static enum flow execute_kind(struct script *script, struct node *node, struct value *returned) {
    struct value dropped;
    switch ((enum node_kind)node->kind) {
    case NODE_EXPRESSION: return next_if(evaluate(script, node->value, &dropped));
    case NODE_ASSIGN: return next_if(execute_assign(script, node));
    case NODE_AUGMENT: return next_if(execute_augment(script, node));
    case NODE_FOR: return execute_for(script, node, returned);
    case NODE_WHILE: return execute_while(script, node, returned);
    case NODE_IF: return execute_if(script, node, returned);
    case NODE_BREAK: return FLOW_BREAK;
    case NODE_CONTINUE: return FLOW_CONTINUE;
    case NODE_RETURN: return execute_return(script, node, returned) ? FLOW_RETURN : FLOW_FAULT;
    case NODE_DEF: return next_if(execute_def(script, node));
    case NODE_CLASS: return next_if(execute_class(script, node));
    case NODE_IMPORT: return next_if(execute_import(script, node));
    case NODE_FROM: return next_if(execute_from(script, node));
    case NODE_FAULT:
        fault_raise(script->runtime->fault, node->fault.type, "%s", node->fault.message);
        return FLOW_FAULT;
    default: return FLOW_NEXT; /* pass */
    }
}

enum flow execute(struct script *script, struct node *node, struct value *returned) {
    struct runtime *runtime = script->runtime;
    reach(script, node->line);
    enum flow flow = FLOW_FAULT;
    if (runtime_enter(runtime)) {
        flow = execute_kind(script, node, returned);
        runtime_leave(runtime);
    }
    if (flow == FLOW_FAULT) fault_place(runtime->fault, node->line, node->column);
    return flow;
}

enum flow execute_block(struct script *script, const struct block *block, struct value *returned) {
    for (size_t i = 0; i < block->count; i++) {
        enum flow flow = execute(script, block->items[i], returned);
        if (flow != FLOW_NEXT) return flow;
    }
    return FLOW_NEXT;
}
