/* signal - see signal.h. In order: receivers, keys, connecting, sending. */
#include "engine/apps/signal.h"

#include <string.h>

void signal_init(struct signal *signal, const char *name) {
    *signal = (struct signal){.name = name};
}

void model_signals_init(struct model_signals *signals) {
    signal_init(&signals->pre_save, "pre_save");
    signal_init(&signals->post_save, "post_save");
}

/* ---- receivers ----------------------------------------------------------------------------- */

void receiver_init(struct receiver *receiver, const char *name,
                   bool (*call)(struct runtime *, struct receiver *, const struct signal_event *,
                                struct value *),
                   void *context) {
    *receiver = (struct receiver){
        .name = name, .call = call, .accepts_kwargs = true, .context = context, .holders = 1};
}

void receiver_hold(struct receiver *receiver) {
    receiver->holders++;
}

void receiver_drop(struct receiver *receiver) {
    if (receiver->holders) receiver->holders--;
}

static bool is_alive(const struct connection *connection) {
    return connection->receiver->holders > 0;
}

/* Signal._clear_dead_receivers */
static void clear_dead(struct signal *signal) {
    size_t kept = 0;
    for (size_t i = 0; i < signal->count; i++)
        if (is_alive(&signal->connections[i])) signal->connections[kept++] = signal->connections[i];
    signal->count = kept;
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* lookup_key = (dispatch_uid or id(receiver), id(sender)); an empty uid counts as none. */
static struct connection make_key(const struct receiver *receiver, const void *sender,
                                  const char *uid) {
    bool named = uid && *uid;
    return (struct connection){
        .uid = named ? uid : NULL, .identity = named ? NULL : receiver, .sender = sender};
}

static bool same_key(const struct connection *a, const struct connection *b) {
    if (a->sender != b->sender || a->identity != b->identity) return false;
    return a->uid == b->uid || (a->uid && b->uid && strcmp(a->uid, b->uid) == 0);
}

static size_t find(const struct signal *signal, const struct connection *key) {
    size_t i = 0;
    while (i < signal->count && !same_key(&signal->connections[i], key)) i++;
    return i;
}

/* ---- connecting ---------------------------------------------------------------------------- */

static bool record_connect(struct runtime *runtime, const struct signal *signal,
                           const struct receiver *receiver, bool registered) {
    if (!runtime->head->tape) return true;
    const char *subject =
        arena_format(runtime->arena, "%s.connect(%s)", signal->name, receiver->name);
    if (!subject) return fault_no_memory(runtime->fault);
    head_point(runtime->head, TAPE_SIGNAL, subject, registered);
    return true;
}

static bool append(struct runtime *runtime, struct signal *signal, const struct connection *made) {
    if (signal->count == signal->capacity) {
        size_t room = signal->capacity ? 2 * signal->capacity : 4;
        void *grown = arena_grow(runtime->arena, signal->connections, signal->capacity, room,
                                 sizeof *signal->connections);
        if (!grown) return fault_no_memory(runtime->fault);
        signal->connections = grown;
        signal->capacity = room;
    }
    signal->connections[signal->count++] = *made;
    return true;
}

bool signal_connect(struct runtime *runtime, struct signal *signal, struct receiver *receiver,
                    const struct connect_options *options) {
    if (options->debug && !receiver->accepts_kwargs)
        return fault_raise(runtime->fault, "ValueError",
                           "Signal receivers must accept keyword arguments (**kwargs).");
    struct connection made = make_key(receiver, options->sender, options->dispatch_uid);
    made.receiver = receiver;
    made.weak = !options->strong;
    clear_dead(signal);
    bool fresh = find(signal, &made) == signal->count;
    if (!record_connect(runtime, signal, receiver, fresh)) return false;
    if (!fresh) return true;
    if (!made.weak) receiver_hold(receiver);
    return append(runtime, signal, &made);
}

bool signal_disconnect(struct signal *signal, const struct receiver *receiver, const void *sender,
                       const char *dispatch_uid) {
    struct connection key = make_key(receiver, sender, dispatch_uid);
    clear_dead(signal);
    size_t i = find(signal, &key);
    if (i == signal->count) return false;
    if (!signal->connections[i].weak) receiver_drop(signal->connections[i].receiver);
    signal->count--;
    memmove(&signal->connections[i], &signal->connections[i + 1],
            (signal->count - i) * sizeof *signal->connections);
    return true;
}

/* ---- sending ------------------------------------------------------------------------------- */

static bool listens(const struct connection *connection, const void *sender) {
    return is_alive(connection) && (!connection->sender || connection->sender == sender);
}

bool signal_has_listeners(const struct signal *signal, const void *sender) {
    for (size_t i = 0; i < signal->count; i++)
        if (listens(&signal->connections[i], sender)) return true;
    return false;
}

/* An exception of a receiver becomes its response; what stops a run is no exception. */
static bool take_exception(struct runtime *runtime, struct signal_response *response) {
    if (fault_is(runtime->fault, "Cancelled") || fault_is(runtime->fault, "MemoryError"))
        return false;
    response->raised = true;
    response->type = runtime->fault->type;
    response->message = runtime->fault->message;
    fault_clear(runtime->fault);
    return true;
}

static bool call_one(struct runtime *runtime, struct receiver *receiver,
                     const struct signal_event *event, bool robust,
                     struct signal_response *response) {
    *response = (struct signal_response){.receiver = receiver, .response = value_none()};
    head_enter(runtime->head, TAPE_SIGNAL, receiver->name);
    bool done = receiver->call(runtime, receiver, event, &response->response);
    if (!done && robust) done = take_exception(runtime, response);
    head_leave(runtime->head, TAPE_SIGNAL, receiver->name, done && !response->raised);
    return done;
}

/* The receivers are listed before the first is called, as Signal._live_receivers does: one that
 * connects or disconnects others changes the next send, not this one. */
static bool list_live(struct runtime *runtime, const struct signal *signal, const void *sender,
                      struct receiver ***live, size_t *count) {
    *count = 0;
    *live = arena_array(runtime->arena, signal->count + 1, sizeof **live);
    if (!*live) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < signal->count; i++)
        if (listens(&signal->connections[i], sender))
            (*live)[(*count)++] = signal->connections[i].receiver;
    return true;
}

static bool send(struct runtime *runtime, struct signal *signal, const struct signal_event *event,
                 bool robust, struct signal_responses *responses) {
    struct receiver **live;
    size_t count;
    if (responses) *responses = (struct signal_responses){NULL, 0};
    if (!signal_has_listeners(signal, event->sender)) return true;
    if (!list_live(runtime, signal, event->sender, &live, &count)) return false;
    struct signal_response *items = arena_array(runtime->arena, count, sizeof *items);
    const char *subject = arena_format(runtime->arena, "%s.send(%s)", signal->name,
                                       event->sender_name ? event->sender_name : "None");
    if (!items || !subject) return fault_no_memory(runtime->fault);
    struct signal_event told = *event;
    told.signal = signal;
    bool done = true;
    size_t called = 0;
    head_enter(runtime->head, TAPE_SIGNAL, subject);
    while (done && called < count) {
        done = call_one(runtime, live[called], &told, robust, &items[called]);
        called++;
    }
    head_leave(runtime->head, TAPE_SIGNAL, subject, (int64_t)called);
    if (responses) *responses = (struct signal_responses){items, called};
    return done;
}

bool signal_send(struct runtime *runtime, struct signal *signal, const struct signal_event *event,
                 struct signal_responses *responses) {
    return send(runtime, signal, event, false, responses);
}

bool signal_send_robust(struct runtime *runtime, struct signal *signal,
                        const struct signal_event *event, struct signal_responses *responses) {
    return send(runtime, signal, event, true, responses);
}
