/* signal - something happened, and whoever connected is told.
 *
 *     post_save.receivers     (key, receiver), (key, receiver), ...   in order of connecting
 *     key                     (dispatch_uid or receiver, sender)
 *
 * A key is kept once: connecting the same function twice, or two functions under one dispatch_uid,
 * leaves the first. Receivers are held by weak reference: a signal keeps nobody alive. Python
 * counts references; here a receiver counts its holders, and is gone with the last of them.
 *
 * Order of calls: signal_init, receiver_init, signal_connect, signal_send. A signal and its
 * receivers belong to one thread, as they belong to one process in Django.
 *
 * On the tape: a SIGNAL point for each connect ("post_save.connect(reindex)", amount 1 where it
 * was registered, 0 where its key was there already), a SIGNAL span for each send and, inside it,
 * for each call of a receiver. A signal that nobody listens to leaves no trace.
 *
 * Mirrors django.dispatch.dispatcher.Signal and django.db.models.signals. */
#ifndef ENGINE_APPS_SIGNAL_H
#define ENGINE_APPS_SIGNAL_H

#include "engine/object/object.h"

struct signal;

/* What a receiver is told. Borrowed for the call. */
struct signal_event {
    const struct signal *signal;
    const void *sender;      /* whose identity counts: the model; NULL for None */
    const char *sender_name; /* "Article"; for the tape */
    struct value instance;   /* of the model signals */
    bool created;            /* of post_save */
};

/* A function that can be connected. Where it lives is its identity. */
struct receiver {
    const char *name; /* "reindex" */
    /* False: it raised. *response is what it returned. */
    bool (*call)(struct runtime *, struct receiver *, const struct signal_event *,
                 struct value *response);
    bool accepts_kwargs; /* def reindex(sender, **kwargs) */
    void *context;
    unsigned holders; /* strong references: a module's, a local name's, a signal's (weak=False) */
};

/* One registered receiver. */
struct connection {
    const char *uid;                 /* dispatch_uid; NULL: the receiver is the key */
    const struct receiver *identity; /* id(receiver); NULL where there is a uid */
    const void *sender;              /* NULL: any sender */
    struct receiver *receiver;
    bool weak;
};

struct signal {
    const char *name; /* "post_save" */
    struct connection *connections;
    size_t count, capacity;
};

/* The signals that the ORM sends; one of them a process. */
struct model_signals {
    struct signal pre_save, post_save;
};

/* The answer of one receiver. */
struct signal_response {
    const struct receiver *receiver;
    struct value response;
    bool raised; /* send_robust: it raised this */
    const char *type, *message;
};

struct signal_responses {
    struct signal_response *items; /* in the arena */
    size_t count;
};

/* How to connect; all zero for connect(receiver). */
struct connect_options {
    const void *sender; /* NULL: any */
    const char *dispatch_uid;
    bool strong; /* weak=False */
    bool debug;  /* settings.DEBUG: receivers are looked at */
};

void signal_init(struct signal *, const char *name);
void model_signals_init(struct model_signals *);

/* A function with one holder: whoever defines it. */
void receiver_init(struct receiver *, const char *name,
                   bool (*call)(struct runtime *, struct receiver *, const struct signal_event *,
                                struct value *),
                   void *context);
void receiver_hold(struct receiver *);
void receiver_drop(struct receiver *);

/* Signal.connect(). False: fault. */
bool signal_connect(struct runtime *, struct signal *, struct receiver *,
                    const struct connect_options *);

/* Signal.disconnect(): by uid where there is one, else by receiver. True: something was. */
bool signal_disconnect(struct signal *, const struct receiver *, const void *sender,
                       const char *dispatch_uid);

/* Signal.send(): calls those that are alive and listen to this sender, in order. False: one of
 * them raised, and the rest was not called. responses may be NULL. */
bool signal_send(struct runtime *, struct signal *, const struct signal_event *,
                 struct signal_responses *responses);

/* Signal.send_robust(): an exception is that receiver's response, and the rest is called. Faults
 * that are no exceptions (no memory, cancelled) still end it. */
bool signal_send_robust(struct runtime *, struct signal *, const struct signal_event *,
                        struct signal_responses *responses);

/* Signal.has_listeners(). */
bool signal_has_listeners(const struct signal *, const void *sender);

#endif
