/* view - django.views.View and the mixin that asks for a sign-in, as classes of a listing.
 *
 *     as_view() -> a function          called: cls(**initkwargs)   a new instance, every time
 *                                              .setup(request)     self.request, .args, .kwargs
 *                                              .dispatch(request)  get(), post(), ... or 405
 *
 * Mirrors django/views/generic/base.py (View) and django/contrib/auth/mixins.py (AccessMixin,
 * LoginRequiredMixin) of Django 3.2. Each instance is an OBJECT on the tape, each method a METHOD
 * span whose amount is the status of what it returned.
 *
 * Order of calls: views_new, script_new with views->modules, then script_set_host with
 * class_statement and class_super of class.h, and views->classes as the host. */
#ifndef ENGINE_VIEWS_VIEW_H
#define ENGINE_VIEWS_VIEW_H

#include "engine/http/message.h"
#include "engine/views/class.h"

enum { VIEWS_MODULES = 4 };

struct views {
    struct classes *classes;
    struct class *view, *access_mixin, *login_required;
    /* django.views, django.contrib.auth.mixins, django.http, daybook */
    const struct module *modules[VIEWS_MODULES];
};

/* NULL: fault. In the runtime's arena. */
struct views *views_new(struct runtime *);

/* What as_view() returns: a plain function that remembers its class. */
struct view_function {
    struct object base; /* type &view_function_type */
    struct class *class;
    struct dict *initkwargs;
};
extern const struct object_type view_function_type;

/* cls.as_view(**initkwargs). False: fault TypeError, with Django's texts. */
bool view_as_view(struct runtime *, struct class *, const struct arguments *,
                  struct value *function);

/* A request as a view of a listing sees it: method, path, user. A NULL user is AnonymousUser.
 * False: fault. */
bool request_object_new(struct runtime *, const char *method, const char *path, const char *user,
                        struct value *request);

/* What Django's handler makes of a view: calls it, and turns what it raises, or None, into a
 * response with a status; the exception goes on the tape. In a listing: answer(view, request).
 * False: a fault that no handler catches (no memory, stopped, not supported). */
bool view_answer(struct runtime *, struct value view, struct value request, struct value *response);

/* A response object of this status; body may be NULL. False: fault. */
bool response_object_new(struct runtime *, int status, const char *body, struct value *result);

/* The response behind a value; NULL when it is none. */
struct response *response_of(struct value);

/* django.http.HttpResponse, and answer(), as listings import them. */
extern const struct builtin_class http_response_class;
extern const struct function answer_function;

#endif
