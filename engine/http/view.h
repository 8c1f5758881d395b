/* view - what a URL leads to: a callable that takes a request and gives a response.
 *
 * A view is called with a frame, and answers in one of three ways. A view that waits (for a
 * database, for another server) says how long and gives the thread back; its caller calls it again
 * when the time has come, and `resumed` tells the view where it was:
 *
 *     caller                      view
 *       call  resumed=0  -------->  starts, sets wait_ns
 *                        <--------  VIEW_WAITS
 *       (a sync worker sleeps; an async loop serves others meanwhile)
 *       call  resumed=1  -------->  goes on, sets response
 *                        <--------  VIEW_ANSWERS
 *
 * Mirrors a Django view function; VIEW_WAITS is what `await` is in an async one. */
#ifndef ENGINE_HTTP_VIEW_H
#define ENGINE_HTTP_VIEW_H

#include "engine/http/message.h"

enum view_says {
    VIEW_ANSWERS, /* frame->response is the answer; NULL stands for None */
    VIEW_WAITS,   /* call again after frame->wait_ns */
    VIEW_RAISES   /* frame->runtime->fault says what */
};

/* One call of a view, from its start to its answer. */
struct view_frame {
    struct runtime *runtime; /* arena: the request's */
    struct request *request;
    struct response *response; /* what VIEW_ANSWERS gives */
    uint64_t wait_ns;          /* what VIEW_WAITS asks for */
    unsigned resumed;          /* how often it was called again after a wait */
    void *locals;              /* the view's own, kept across waits; in the request's arena */
};

/* An object too, so that a listing can write it in a path(). */
struct view {
    struct object base; /* type &view_type */
    const char *name;   /* "article_list" */
    const char *module; /* "blog.views": error texts name both */
    enum view_says (*call)(const struct view *view, struct view_frame *frame);
    void *context; /* the view's own, shared by all requests */
};

extern const struct object_type view_type;

#endif
