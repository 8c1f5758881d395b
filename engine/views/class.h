/* class - a Python class of a listing, its instances, and super().
 *
 *     class Page(LoggingMixin, View):        class      name "Page", bases, mro, members
 *         template = "page.html"             members    template, get
 *         def get(self, request): ...
 *     page = Page()                          instance   class, attributes
 *     page.get                               bound method: the first in the mro, and its self
 *
 * Attributes are looked up in the instance, then along the mro of its class; what is found there
 * and can be called with a self becomes a bound method. super() goes on with the same mro, behind
 * the class that asks. There are no metaclasses, descriptors or slots.
 *
 * Order of calls: classes_new once a run; then class_new for each class, by class_statement (for
 * the evaluator) or from C. */
#ifndef ENGINE_VIEWS_CLASS_H
#define ENGINE_VIEWS_CLASS_H

#include "engine/script/script.h"
#include "engine/views/mro.h"

struct class {
    struct object base; /* type &user_class_type */
    const char *name;
    const char *module;   /* "__main__" for those of a listing */
    struct line_up bases; /* (object,) where none was written */
    struct mro mro;
    struct dict *members;
};

/* What an instance of a class in a listing is. Making one is an OBJECT on the tape. A call of a
 * method is a METHOD span: "Class.method", where Class is the one that defines it; its amount is
 * the status of the response it returned, if it returned one. */
struct class_instance {
    struct object base; /* type &class_instance_type */
    struct class *class;
    struct dict *attributes;
};

extern const struct object_type user_class_type, class_instance_type;

/* A method written in C. */
struct native_method {
    struct object base; /* type &native_method_type */
    const char *name;
    struct class *class; /* where it is defined: its super() goes on behind this one */
    bool of_class;       /* a classmethod: self is the class */
    bool (*call)(struct runtime *, const struct native_method *, struct value self,
                 const struct arguments *, struct value *result);
};
extern const struct object_type native_method_type;

/* The classes of a run. */
struct classes {
    struct class *object; /* the root of all */
    const char *module;   /* of the classes of the listing: "__main__" unless set */
    /* Told of every class statement of a listing whose bases are classes. The class is NULL where
     * they have no order; mro then says how far the merge went. May be NULL. */
    void (*made)(void *context, const struct class_header *, const struct class *,
                 const struct mro *mro);
    void *context;
};

/* NULL: fault. In the runtime's arena, like all that follows. */
struct classes *classes_new(struct runtime *);

/* Makes a class; no bases stand for (object,). NULL: fault; *mro (unless NULL) says how the merge
 * went in either case. */
struct class *class_new(struct runtime *, struct classes *, const char *name, const char *module,
                        struct line_up bases, struct mro *mro);

/* Adds a member, or a method written in C. False: fault. */
bool class_add(struct runtime *, struct class *, const char *name, struct value);
bool class_add_method(struct runtime *, struct class *, const char *name,
                      bool (*call)(struct runtime *, const struct native_method *,
                                   struct value self, const struct arguments *, struct value *));

/* For script_host: the class statement of a listing, and super() without arguments. `host` is
 * struct classes. */
bool class_statement(struct runtime *, void *host, const struct class_header *,
                     struct value *result);
bool class_super(struct runtime *, void *host, struct value class_object, struct value self,
                 struct value *result);

/* cls(*args, **kwargs). False: fault. */
bool class_instantiate(struct runtime *, struct class *, const struct arguments *,
                       struct value *instance);

/* Finds a name along a line from its `from`th class on, and says whose it is. *owner is NULL when
 * none has it. False: fault. */
bool class_find(struct runtime *, struct line_up line, size_t from, const char *name,
                struct value *member, struct class **owner);

/* What a member found in `owner` gives when it is reached through self: a function becomes a bound
 * method, anything else is itself. False: fault. */
bool class_bind(struct runtime *, struct class *owner, const char *name, struct value member,
                struct value self, struct value *result);

/* super().name(arguments) from a method that is defined in `class`. False: fault. */
bool class_call_super(struct runtime *, struct class *, struct value self, const char *name,
                      const struct arguments *, struct value *result);

/* The class that a value is an instance of, or NULL: for values of this file's types only. */
struct class *class_of_instance(struct value);

#endif
