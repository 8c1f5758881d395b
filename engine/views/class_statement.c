/* class_statement - what happens when a listing says `class C(A, B): ...`. See class.h. */
#include <string.h>

#include "engine/views/class.h"

/* The class that a base stands for. The builtin `object` is the root of this run's classes. */
static struct class *read_base(struct runtime *runtime, const struct classes *classes,
                               const struct class_base *base) {
    if (base->resolved && object_is(base->value, &user_class_type))
        return (struct class *)base->value.object;
    if (base->resolved && object_is(base->value, &class_type) &&
        strcmp(((const struct builtin_class *)base->value.object)->name, "object") == 0)
        return classes->object;
    if (!base->resolved)
        fault_raise(runtime->fault, "NameError", "name '%s' is not defined", base->source);
    else
        fault_raise(runtime->fault, "NotSupported", "%s as a base: only classes of the listing",
                    *base->source ? base->source : value_type_name(base->value));
    fault_place(runtime->fault, base->line, base->column);
    return NULL;
}

static bool read_bases(struct runtime *runtime, const struct classes *classes,
                       const struct class_header *header, struct line_up *bases) {
    struct class **read = arena_array(runtime->arena, header->base_count, sizeof(struct class *));
    if (header->base_count && !read) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < header->base_count; i++)
        if (!(read[i] = read_base(runtime, classes, &header->bases[i]))) return false;
    *bases = (struct line_up){read, header->base_count};
    return true;
}

/* Names like __len__ would have to change what len() does; these do not. */
static bool is_known_special(const char *name) {
    static const char *const known[] = {"__init__", "__str__", "__repr__", "__doc__", "__module__"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0) return true;
    return false;
}

static bool is_special(const char *name) {
    size_t length = strlen(name);
    return length > 4 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 2, "__") == 0;
}

static bool add_members(struct runtime *runtime, struct class *class,
                        const struct class_header *header) {
    for (size_t i = 0; i < header->member_count; i++) {
        const struct keyword *member = &header->members[i];
        if (is_special(member->name) && !is_known_special(member->name))
            return fault_raise(runtime->fault, "NotSupported", "%s in a class", member->name);
        if (!class_add(runtime, class, member->name, member->value)) return false;
    }
    return true;
}

static bool check_keywords(struct runtime *runtime, const struct class_header *header) {
    if (header->keyword_count == 0) return true;
    if (strcmp(header->keywords[0].name, "metaclass") == 0)
        return fault_raise(runtime->fault, "NotSupported", "a metaclass");
    return fault_raise(runtime->fault, "TypeError",
                       "%s.__init_subclass__() takes no keyword arguments", header->name);
}

bool class_statement(struct runtime *runtime, void *host, const struct class_header *header,
                     struct value *result) {
    struct classes *classes = host;
    struct line_up bases;
    if (!read_bases(runtime, classes, header, &bases)) return false;
    struct mro mro = {0};
    struct class *class = class_new(runtime, classes, header->name, classes->module, bases, &mro);
    if (classes->made) classes->made(classes->context, header, class, &mro);
    if (!class || !check_keywords(runtime, header) || !add_members(runtime, class, header))
        return false;
    *result = value_object(&class->base);
    return true;
}
