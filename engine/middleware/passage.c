/* passage - the way of one request through a chain. See chain.h.
 *
 *     STATION_IN      enter_layer (once for each, outermost first), then enter_handler
 *     STATION_VIEW    run_view, as often as the view waits, then close_handler
 *     STATION_OUT     leave_layer (innermost first), then finish
 *
 * What Python keeps on its call stack - which get_response() is under way - is `index` here. */
#include <assert.h>

#include "engine/middleware/chain.h"

static int status_of(const struct response *response) {
    return response ? response->status : 0;
}

bool passage_begin(struct passage *passage, const struct chain *chain, struct runtime *runtime,
                   struct request *request) {
    *passage = (struct passage){
        .chain = chain, .caller = runtime, .runtime = *runtime, .request = request};
    passage->runtime.arena = request->arena;
    passage->runtime.fault = &passage->fault;
    fault_init(&passage->fault, request->arena);
    passage->locals = arena_array(request->arena, chain->count + 1, sizeof *passage->locals);
    return passage->locals || fault_no_memory(runtime->fault);
}

/* ---- the ways to end ---------------------------------------------------------------------- */

/* Closes the spans of the `open` outermost layers. */
static void close_layers(struct passage *passage, size_t open) {
    while (open-- > 0)
        head_leave(passage->runtime.head, TAPE_LAYER, passage->chain->layers[open]->name, 0);
}

/* What no boundary turns into a page leaves the handler raw. `open` layers are still entered. */
static void give_up(struct passage *passage, size_t open) {
    close_layers(passage, open);
    passage->station = STATION_RAISED;
    passage->response = NULL;
    struct fault *fault = passage->caller->fault;
    fault_raise(fault, passage->fault.type, "%s", passage->fault.message);
    fault_place(fault, passage->fault.line, passage->fault.column);
}

void passage_abandon(struct passage *passage) {
    struct head *head = passage->runtime.head;
    if (passage->station == STATION_VIEW) {
        head_leave(head, TAPE_VIEW, passage->request->view->name, 0);
        head_leave(head, TAPE_HOOK, "get_response", 0);
    }
    if (passage->station < STATION_ANSWERED) close_layers(passage, passage->index);
    if (passage->response) response_close(passage->response);
    passage->response = NULL;
    passage->station = STATION_RAISED;
}

/* A boundary: what was raised inside it becomes the response. One that was made already is gone;
 * Python would collect it, and with it the generator it streams from. */
static bool convert(struct passage *passage) {
    if (passage->response) response_close(passage->response);
    passage->response = exception_response(&passage->runtime, passage->request);
    return passage->response != NULL;
}

/* ---- layers ------------------------------------------------------------------------------- */

/* Calls before or after, and records what it did. A mixin's stand on the tape by their names; what
 * a function or a class does around get_response() is part of the layer's own span. */
static enum hook_says call_hook(struct passage *passage, struct layer *layer, enum hook hook,
                                layer_hook *call, struct response **response) {
    if (!call) return HOOK_GOES_ON;
    bool is_named = layer->type->style == LAYER_MIXIN || hook > HOOK_PROCESS_RESPONSE;
    struct head *head = passage->runtime.head;
    if (is_named) head_enter(head, TAPE_HOOK, layer->hook_names[hook]);
    enum hook_says says = call(passage, layer, response);
    if (says == HOOK_ANSWERS) head_point(head, TAPE_RESPONSE, layer->name, status_of(*response));
    if (says == HOOK_RAISES) exception_record(&passage->runtime);
    if (is_named) head_leave(head, TAPE_HOOK, layer->hook_names[hook], status_of(*response));
    return says;
}

/* The layer is done: its boundary, then its span. The response goes on to the layer above. */
static void close_layer(struct passage *passage, struct layer *layer, enum hook_says says) {
    if (says == HOOK_RAISES && !convert(passage)) {
        give_up(passage, layer->index + 1);
        return;
    }
    head_leave(passage->runtime.head, TAPE_LAYER, layer->name, status_of(passage->response));
    passage->station = STATION_OUT;
    passage->index = layer->index;
}

/* The way in. MiddlewareMixin.__call__ runs process_response also on what its own process_request
 * answered; a function or class that returns early has simply returned. */
static void enter_layer(struct passage *passage) {
    struct layer *layer = passage->chain->layers[passage->index];
    head_enter(passage->runtime.head, TAPE_LAYER, layer->name);
    enum hook_says says =
        call_hook(passage, layer, HOOK_PROCESS_REQUEST, layer->type->before, &passage->response);
    if (says == HOOK_GOES_ON) {
        passage->index++;
    } else if (says == HOOK_ANSWERS && layer->type->style == LAYER_MIXIN) {
        passage->station = STATION_OUT;
        passage->index++;
    } else {
        close_layer(passage, layer, says);
    }
}

static void leave_layer(struct passage *passage) {
    struct layer *layer = passage->chain->layers[passage->index - 1];
    enum hook_says says =
        call_hook(passage, layer, HOOK_PROCESS_RESPONSE, layer->type->after, &passage->response);
    close_layer(passage, layer, says);
}

/* ---- the handler: resolve, process_view, the view, templates ------------------------------ */

/* The innermost boundary. Mirrors convert_exception_to_response(self._get_response). */
static void close_handler(struct passage *passage, bool raised) {
    bool is_answer = !raised || convert(passage);
    head_leave(passage->runtime.head, TAPE_HOOK, "get_response", status_of(passage->response));
    passage->station = STATION_OUT;
    passage->index = passage->chain->count;
    if (!is_answer) give_up(passage, passage->chain->count);
}

/* Asks a list of layers until one has something to say. */
static enum hook_says ask_layers(struct passage *passage, struct layer **layers, size_t count,
                                 enum hook hook, struct response **response) {
    for (size_t i = 0; i < count; i++) {
        const struct layer_type *type = layers[i]->type;
        layer_hook *call = hook == HOOK_PROCESS_VIEW ? type->process_view : type->process_exception;
        enum hook_says says = call_hook(passage, layers[i], hook, call, response);
        if (says == HOOK_RAISES || *response) return says;
    }
    return HOOK_GOES_ON;
}

/* Mirrors BaseHandler.check_response: a view that forgot its return statement. */
static bool check_response(struct passage *passage, const char *where, const char *who) {
    if (passage->response) return true;
    fault_raise(&passage->fault, "ValueError",
                "%s%s didn't return an HttpResponse object. It returned None instead.", where, who);
    return false;
}

static bool check_view_response(struct passage *passage) {
    if (passage->response) return true;
    const struct view *view = passage->request->view;
    const char *who = arena_format(passage->runtime.arena, "%s.%s", view->module, view->name);
    return check_response(passage, "The view ", who ? who : view->name);
}

/* process_exception, last layer first, for what the view or its template raised. True when one of
 * them answered; the exception is then over. Mirrors process_exception_by_middleware. */
static bool process_exception(struct passage *passage) {
    if (exception_status(passage->fault.type) == 0) return false;
    const struct chain *chain = passage->chain;
    struct response *answer = NULL;
    enum hook_says says = ask_layers(passage, chain->exception_layers, chain->exception_count,
                                     HOOK_PROCESS_EXCEPTION, &answer);
    if (says != HOOK_ANSWERS) return false;
    if (passage->response) response_close(passage->response); /* its render() raised */
    passage->response = answer;
    fault_clear(&passage->fault);
    return true;
}

/* process_template_response, last layer first; then the response renders itself. */
static bool render(struct passage *passage) {
    const struct chain *chain = passage->chain;
    if (!passage->response->render) return true;
    for (size_t i = 0; i < chain->template_count; i++) {
        struct layer *layer = chain->template_layers[i];
        enum hook_says says = call_hook(passage, layer, HOOK_PROCESS_TEMPLATE_RESPONSE,
                                        layer->type->process_template_response, &passage->response);
        if (says == HOOK_RAISES) return false;
        if (!check_response(passage, "", layer->hook_names[HOOK_PROCESS_TEMPLATE_RESPONSE]))
            return false;
    }
    struct response *response = passage->response;
    if (!response->render || response->is_rendered) return true;
    head_enter(passage->runtime.head, TAPE_HOOK, "render");
    response->is_rendered = response->render(&passage->runtime, response);
    if (!response->is_rendered) exception_record(&passage->runtime);
    head_leave(passage->runtime.head, TAPE_HOOK, "render", response->status);
    return response->is_rendered || process_exception(passage);
}

static void enter_handler(struct passage *passage) {
    const struct chain *chain = passage->chain;
    head_enter(passage->runtime.head, TAPE_HOOK, "get_response");
    if (!chain->urlconf.resolve(&chain->urlconf, &passage->runtime, passage->request)) {
        exception_record(&passage->runtime);
        close_handler(passage, true);
        return;
    }
    enum hook_says says = ask_layers(passage, chain->view_layers, chain->view_count,
                                     HOOK_PROCESS_VIEW, &passage->response);
    if (says == HOOK_RAISES) {
        close_handler(passage, true);
    } else if (says == HOOK_ANSWERS) {
        close_handler(passage, !render(passage));
    } else {
        passage->frame =
            (struct view_frame){.runtime = &passage->runtime, .request = passage->request};
        head_enter(passage->runtime.head, TAPE_VIEW, passage->request->view->name);
        passage->station = STATION_VIEW;
    }
}

/* False while the view waits. */
static bool run_view(struct passage *passage) {
    struct head *head = passage->runtime.head;
    const struct view *view = passage->request->view;
    enum view_says says = view->call(view, &passage->frame);
    if (says == VIEW_WAITS) {
        passage->frame.resumed++;
        return false;
    }
    bool raised = says == VIEW_RAISES;
    passage->response = raised ? NULL : passage->frame.response;
    if (raised) exception_record(&passage->runtime);
    head_leave(head, TAPE_VIEW, view->name, status_of(passage->response));
    if (raised) raised = !process_exception(passage);
    close_handler(passage, raised || !check_view_response(passage) || !render(passage));
    return true;
}

/* ---- outside all layers ------------------------------------------------------------------- */

/* Nothing checks what a layer returned until here, where Django touches the response for the first
 * time; no boundary is left to make a page of what that raises. */
static void finish(struct passage *passage) {
    if (!passage->response) {
        fault_raise(&passage->fault, "AttributeError",
                    "'NoneType' object has no attribute '_resource_closers'");
        head_point(passage->runtime.head, TAPE_EXCEPTION, "AttributeError: None has left the chain",
                   0);
        give_up(passage, 0);
        return;
    }
    response_log(&passage->runtime, passage->request, passage->response);
    passage->station = STATION_ANSWERED;
}

enum passage_says passage_advance(struct passage *passage) {
    for (;;) {
        switch (passage->station) {
        case STATION_IN:
            if (passage->index < passage->chain->count)
                enter_layer(passage);
            else
                enter_handler(passage);
            break;
        case STATION_VIEW:
            if (!run_view(passage)) return PASSAGE_WAITS;
            break;
        case STATION_OUT:
            if (passage->index > 0)
                leave_layer(passage);
            else
                finish(passage);
            break;
        case STATION_ANSWERED: return PASSAGE_ANSWERS;
        case STATION_RAISED: return PASSAGE_RAISES;
        }
    }
}
