/* chain - the middleware: built once, called for every request.
 *
 *     MIDDLEWARE = [A, B, C]          a request passes the layers like this:
 *
 *         +- A ---------------------------------- boundary of A --+
 *         |  before        +- B ------------- boundary of B --+   |
 *         |    |           |  before   +- C -- boundary --+   |   |
 *      request |---------> |    |----> |  ...   handler   |   |   |
 *         |    |           |    |      |  resolve, view   |   |   |
 *     response <---------- |    <----- |  <---------------+   |   |
 *         |  after         |  after    +------------------+   |   |
 *         |                +----------------------------------+   |
 *         +-------------------------------------------------------+
 *
 * A boundary turns whatever was raised inside it into a response, so no layer ever sees an
 * exception come back from get_response(). The innermost boundary stands around the handler.
 *
 * Order of calls: a struct layer for each line of MIDDLEWARE; chain_build; then for each request
 * passage_begin, passage_advance until it no longer waits, passage_end - or chain_call, which does
 * the three and sleeps where a view waits. engine/middleware/passage.c is the way through,
 * boundary.c the exceptions, trace.h reads a passage back from the tape.
 *
 * Mirrors django.core.handlers.base.BaseHandler (load_middleware, get_response, _get_response),
 * django.core.handlers.exception and django.utils.deprecation.MiddlewareMixin. DEBUG is off. */
#ifndef ENGINE_MIDDLEWARE_CHAIN_H
#define ENGINE_MIDDLEWARE_CHAIN_H

#include "engine/http/message.h"
#include "engine/http/view.h"
#include "engine/object/object.h"

struct passage;
struct layer;

/* ---- a layer ---------------------------------------------------------------------------- */

/* How the layer is written. What differs: a mixin that answers early still runs its own `after`,
 * the others do not; a function has no hooks but before and after. */
enum layer_style {
    LAYER_FUNCTION, /* def factory(get_response): def middleware(request): ... */
    LAYER_CLASS,    /* class with __init__(get_response) and __call__(request) */
    LAYER_MIXIN     /* MiddlewareMixin with process_request and process_response */
};

/* What a hook says. */
enum hook_says {
    HOOK_GOES_ON, /* nothing to say: the request goes on inwards, the response outwards */
    HOOK_ANSWERS, /* *response is the answer; NULL is a None returned by mistake (only before,
                   * after and process_template_response can make that mistake) */
    HOOK_RAISES   /* passage->runtime.fault says what */
};

enum factory_says { FACTORY_MADE, FACTORY_NOT_USED, FACTORY_NONE, FACTORY_RAISES };

/* A hook is called with the passage, its layer, and the response as it is now: NULL on the way in,
 * the response from inside on the way out (or NULL, where a layer inside returned None). Who puts
 * another in its place closes the old one, or wraps it. */
typedef enum hook_says layer_hook(struct passage *passage, struct layer *layer,
                                  struct response **response);

struct layer_type {
    enum layer_style style;
    /* The factory: def factory(get_response), __init__. Runs once, when the chain is built.
     * NOT_USED is MiddlewareNotUsed. NULL: nothing to prepare. */
    enum factory_says (*init)(struct runtime *runtime, struct layer *layer);
    layer_hook *before; /* code before get_response(); of a mixin: process_request */
    layer_hook *after;  /* code after it; of a mixin: process_response */
    layer_hook *process_view;
    layer_hook *process_exception; /* the exception is passage->runtime.fault: leave it there, or
                                    * clear it and raise another */
    layer_hook *process_template_response; /* ANSWERS with NULL: "returned None" */
};

/* The hooks that Django names; their texts stand on the tape as "Layer.process_view". */
enum hook {
    HOOK_PROCESS_REQUEST,
    HOOK_PROCESS_RESPONSE,
    HOOK_PROCESS_VIEW,
    HOOK_PROCESS_EXCEPTION,
    HOOK_PROCESS_TEMPLATE_RESPONSE,
    HOOK_COUNT
};

/* "process_request", ... */
const char *hook_word(enum hook hook);

/* One line of MIDDLEWARE. The caller fills the first four; chain_build the rest. */
struct layer {
    const char *name; /* "ApiKeyMiddleware": what the tape calls it */
    const char *path; /* "blog.middleware.ApiKeyMiddleware": what settings and errors call it */
    const struct layer_type *type;
    void *state; /* the instance: one for all requests, and for all threads */

    const char *hook_names[HOOK_COUNT]; /* "ApiKeyMiddleware.process_view" */
    size_t index;                       /* place among the layers in use, 0 is outermost */
};

/* ---- the chain -------------------------------------------------------------------------- */

/* Where URLs lead: sets request->view and request->resolver_match, or raises "Resolver404" (or
 * whatever a faulty list of routes raises). Must not wait. */
struct urlconf {
    bool (*resolve)(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request);
    const void *context;
};

struct chain {
    struct layer **layers; /* in use, outermost first */
    size_t count;
    struct urlconf urlconf;

    /* The layers that have the hook, in the order in which Django asks them. */
    struct layer **view_layers;      /* outermost first */
    struct layer **exception_layers; /* innermost first */
    struct layer **template_layers;  /* innermost first */
    size_t view_count, exception_count, template_count;
};

/* Starts up: calls the factories, the last layer's first, and records an INIT for each. The layers
 * are copied; names and states are borrowed. Everything lives in runtime->arena. NULL when a
 * factory raised: that stops the server, there is no request to answer yet. */
struct chain *chain_build(struct runtime *runtime, const struct layer *layers, size_t count,
                          struct urlconf urlconf);

/* Answers one request and sleeps through the view's waits. NULL when the handler itself raised (a
 * layer returned None, the run was cancelled): runtime->fault says what. Otherwise a response is
 * always there. It lives in request->arena. */
struct response *chain_call(const struct chain *chain, struct runtime *runtime,
                            struct request *request);

/* ---- a passage -------------------------------------------------------------------------- */

enum passage_says {
    PASSAGE_WAITS,   /* advance again after frame.wait_ns */
    PASSAGE_ANSWERS, /* passage->response */
    PASSAGE_RAISES   /* passage->runtime.fault: it left the outermost layer, no page was made */
};

/* Where the request stands. */
enum station {
    STATION_IN,   /* about to enter layer `index`; index == count: the handler inside them all */
    STATION_VIEW, /* the view runs, or waits */
    STATION_OUT,  /* a response is about to leave layer `index - 1`; index == 0: it is out */
    STATION_ANSWERED,
    STATION_RAISED
};

/* One request on its way through a chain. Nothing of it stands on the C stack between two calls
 * of passage_advance, so a server can keep thousands of them waiting. A passage that may wait while
 * others run needs a head (struct head) of its own, since its spans stay open. */
struct passage {
    const struct chain *chain;
    struct runtime *caller; /* gets the fault when the passage raises */
    struct runtime runtime; /* the caller's, with the request's arena and the fault below */
    struct fault fault;     /* the exception on its way to the next boundary */
    struct request *request;
    struct response *response;
    enum station station;
    size_t index;
    struct view_frame frame;
    uint64_t *locals; /* one for each layer: what its __call__ keeps between before and after */
};

/* Puts a request at the door. False when there is no memory (caller's fault raised). */
bool passage_begin(struct passage *passage, const struct chain *chain, struct runtime *runtime,
                   struct request *request);

/* Goes on until the view waits or all is done. */
enum passage_says passage_advance(struct passage *passage);

/* Gives up a passage that has not come to its end (the client left, the server stops): closes the
 * spans it has open on the tape, so that its head can be used again. */
void passage_abandon(struct passage *passage);

/* ---- exceptions ------------------------------------------------------------------------- */

/* Records that runtime->fault was raised: an EXCEPTION event "ValueError: text", its amount the
 * status it would become. */
void exception_record(struct runtime *runtime);

/* The status that an exception becomes at a boundary: 404, 403, 400 or 500; 0 for what is no
 * Exception (SystemExit; the engine's own Cancelled, NotSupported, MemoryError) and passes all. */
int exception_status(const char *type);

/* Turns runtime->fault into the response that Django makes of it, records signal, log line and
 * RESPONSE, and clears the fault. NULL: what was raised passes all boundaries, and stays raised.
 * Mirrors django.core.handlers.exception.response_for_exception. */
struct response *exception_response(struct runtime *runtime, struct request *request);

/* Logs a response of 400 or more once, as the handler does at the very end.
 * Mirrors django.utils.log.log_response. */
void response_log(struct runtime *runtime, const struct request *request,
                  struct response *response);

#endif
