/* Signals: keys, order, weak receivers, and what a save of the ORM sends. */
#include "engine/apps/signal.h"

#include "engine/orm/names.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/listing.h"
#include "tests/support/testing.h"

static bool count_call(struct runtime *runtime, struct receiver *self,
                       const struct signal_event *event, struct value *response) {
    (void)runtime, (void)event;
    int *calls = self->context;
    *response = value_int(++*calls);
    return true;
}

static bool fail_call(struct runtime *runtime, struct receiver *self,
                      const struct signal_event *event, struct value *response) {
    (void)self, (void)event, (void)response;
    return fault_raise(runtime->fault, "ValueError", "index is down");
}

/* Two functions and a signal. */
struct hall {
    struct signal signal;
    struct receiver first, second;
    int calls[2];
};

static struct hall *hall(struct running *run) {
    struct hall *made = arena_alloc(&run->arena, sizeof *made);
    assert_non_null(made);
    signal_init(&made->signal, "post_save");
    receiver_init(&made->first, "first", count_call, &made->calls[0]);
    receiver_init(&made->second, "second", count_call, &made->calls[1]);
    return made;
}

static void connect(struct running *run, struct hall *hall, struct receiver *receiver,
                    const char *uid) {
    assert_true(signal_connect(&run->runtime, &hall->signal, receiver,
                               &(struct connect_options){.dispatch_uid = uid}));
}

static size_t send(struct running *run, struct hall *hall, const void *sender) {
    struct signal_responses responses;
    assert_true(signal_send(&run->runtime, &hall->signal, &(struct signal_event){.sender = sender},
                            &responses));
    return responses.count;
}

static void the_same_function_twice_is_kept_once(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->first, NULL);
    assert_int_equal(send(run, h, NULL), 1);
    assert_int_equal(h->calls[0], 1);
}

static void two_functions_are_called_in_order_of_connecting(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->second, NULL);
    connect(run, h, &h->first, NULL);
    struct signal_responses responses;
    assert_true(
        signal_send(&run->runtime, &h->signal, &(struct signal_event){.sender = h}, &responses));
    assert_int_equal(responses.count, 2);
    assert_ptr_equal(responses.items[0].receiver, &h->second);
    assert_ptr_equal(responses.items[1].receiver, &h->first);
    assert_int_equal(responses.items[1].response.integer, 1);
}

static void of_two_functions_under_one_uid_the_first_stays(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, "blog.reindex");
    connect(run, h, &h->second, "blog.reindex");
    assert_int_equal(send(run, h, NULL), 1);
    assert_int_equal(h->calls[0], 1);
    assert_int_equal(h->calls[1], 0);
}

static void with_a_uid_and_without_are_two_keys(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, "blog.reindex");
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->first, ""); /* an empty uid is none */
    assert_int_equal(send(run, h, NULL), 2);
}

static void a_sender_is_part_of_the_key_and_is_listened_to_alone(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    int article, author;
    struct connect_options of_article = {.sender = &article}, of_author = {.sender = &author};
    assert_true(signal_connect(&run->runtime, &h->signal, &h->first, &of_article));
    assert_true(signal_connect(&run->runtime, &h->signal, &h->first, &of_author));
    assert_true(signal_connect(&run->runtime, &h->signal, &h->first, &of_author));
    assert_int_equal(send(run, h, &article), 1);
    assert_int_equal(send(run, h, &author), 1);
    assert_int_equal(send(run, h, NULL), 0);
    assert_true(signal_has_listeners(&h->signal, &article));
    assert_false(signal_has_listeners(&h->signal, h));
}

static void a_receiver_that_nobody_holds_never_runs(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->second, NULL);
    receiver_drop(&h->first);
    assert_int_equal(send(run, h, NULL), 1);
    assert_int_equal(h->calls[0], 0);
    connect(run, h, &h->second, "uid"); /* connecting sweeps the dead out */
    assert_int_equal(h->signal.count, 2);
}

static void a_strong_connection_holds_its_receiver(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    assert_true(signal_connect(&run->runtime, &h->signal, &h->first,
                               &(struct connect_options){.strong = true}));
    receiver_drop(&h->first);
    assert_int_equal(send(run, h, NULL), 1);
    assert_true(signal_disconnect(&h->signal, &h->first, NULL, NULL));
    assert_int_equal(h->first.holders, 0);
}

static void disconnect_takes_out_one_key_and_says_whether_it_was_there(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->second, "uid");
    assert_false(signal_disconnect(&h->signal, &h->second, NULL, NULL));
    assert_true(signal_disconnect(&h->signal, NULL, NULL, "uid"));
    assert_false(signal_disconnect(&h->signal, NULL, NULL, "uid"));
    assert_int_equal(send(run, h, NULL), 1);
    assert_true(signal_disconnect(&h->signal, &h->first, NULL, NULL));
    assert_int_equal(send(run, h, NULL), 0);
}

static void with_debug_a_receiver_must_accept_kwargs(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    h->first.accepts_kwargs = false;
    assert_false(signal_connect(&run->runtime, &h->signal, &h->first,
                                &(struct connect_options){.debug = true}));
    running_raised(run, "ValueError", "Signal receivers must accept keyword arguments (**kwargs).");
    connect(run, h, &h->first, NULL); /* without DEBUG nobody looks */
}

static void an_exception_ends_a_send(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    h->first.call = fail_call;
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->second, NULL);
    assert_false(signal_send(&run->runtime, &h->signal, &(struct signal_event){0}, NULL));
    running_raised(run, "ValueError", "index is down");
    assert_int_equal(h->calls[1], 0);
}

static void a_robust_send_makes_it_a_response(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    struct signal_responses responses;
    h->first.call = fail_call;
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->second, NULL);
    assert_true(
        signal_send_robust(&run->runtime, &h->signal, &(struct signal_event){0}, &responses));
    assert_int_equal(responses.count, 2);
    assert_true(responses.items[0].raised);
    assert_string_equal(responses.items[0].message, "index is down");
    assert_int_equal(h->calls[1], 1);
}

/* A receiver that connects another changes the next send, not this one. */
static bool connect_another(struct runtime *runtime, struct receiver *self,
                            const struct signal_event *event, struct value *response) {
    (void)event;
    struct hall *h = self->context;
    *response = value_none();
    return signal_connect(runtime, &h->signal, &h->second, &(struct connect_options){0});
}

static void a_receiver_may_connect_another(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    receiver_init(&h->first, "first", connect_another, h);
    connect(run, h, &h->first, NULL);
    assert_int_equal(send(run, h, NULL), 1);
    assert_int_equal(send(run, h, NULL), 2);
}

static void connects_sends_and_calls_are_on_the_tape(void **state) {
    struct running *run = *state;
    struct hall *h = hall(run);
    connect(run, h, &h->first, NULL);
    connect(run, h, &h->first, NULL);
    send(run, h, NULL);
    struct cut cut = cut_whole(run->tape);
    struct tally connects =
        tape_tally(cut, TAPE_SIGNAL, (struct tally_filter){-1, -1, "post_save.connect(first)"});
    assert_int_equal(connects.count, 2);
    assert_int_equal(connects.amount, 1); /* registered once */
    assert_int_equal(
        tape_count(cut, TAPE_SIGNAL, (struct tally_filter){-1, -1, "post_save.send(None)"}), 1);
    assert_int_equal(tape_count(cut, TAPE_SIGNAL, (struct tally_filter){-1, -1, "first"}), 1);
}

/* ---- the ORM's own -------------------------------------------------------------------------- */

struct saves {
    int before, created, updated;
};

static bool note_before(struct runtime *runtime, struct receiver *self,
                        const struct signal_event *event, struct value *response) {
    (void)runtime, (void)event, (void)response;
    ((struct saves *)self->context)->before++;
    return true;
}

static bool note_after(struct runtime *runtime, struct receiver *self,
                       const struct signal_event *event, struct value *response) {
    (void)runtime, (void)response;
    struct saves *saves = self->context;
    if (event->created) saves->created++;
    if (!event->created) saves->updated++;
    return true;
}

static void a_save_sends_pre_save_and_post_save_with_created(void **state) {
    struct running *run = *state;
    static const struct blog_size size = {.articles = 3};
    struct saves saves = {0};
    struct model_signals signals;
    struct receiver before, after;
    struct connect_options of_tag = {.sender = registry_model(&blog, "Tag")};
    model_signals_init(&signals);
    receiver_init(&before, "before", note_before, &saves);
    receiver_init(&after, "after", note_after, &saves);
    assert_true(signal_connect(&run->runtime, &signals.pre_save, &before, &of_tag));
    assert_true(signal_connect(&run->runtime, &signals.post_save, &after, &of_tag));
    run->runtime.signals = &signals;
    run->runtime.database = blog_open(&run->runtime, &size);
    assert_non_null(run->runtime.database);
    const struct module *module = names_of_models(&run->runtime, &blog, "blog.models");
    assert_string_equal(
        listing_output(run, listing_script(run, &module, 1),
                       "from blog.models import Article, Tag\n"
                       "tag = Tag.objects.create(name='new')\n"
                       "tag.name = 'newer'\n"
                       "tag.save()\n"
                       "Article.objects.first().save()\n"                   /* another sender */
                       "Tag.objects.filter(pk=tag.pk).update(name='x')\n"), /* sends nothing */
        "");
    assert_int_equal(saves.before, 2);
    assert_int_equal(saves.created, 1);
    assert_int_equal(saves.updated, 1);
    database_close(run->runtime.database);
}

#define T(test) cmocka_unit_test_setup_teardown(test, running_setup, running_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(the_same_function_twice_is_kept_once),
        T(two_functions_are_called_in_order_of_connecting),
        T(of_two_functions_under_one_uid_the_first_stays),
        T(with_a_uid_and_without_are_two_keys),
        T(a_sender_is_part_of_the_key_and_is_listened_to_alone),
        T(a_receiver_that_nobody_holds_never_runs),
        T(a_strong_connection_holds_its_receiver),
        T(disconnect_takes_out_one_key_and_says_whether_it_was_there),
        T(with_debug_a_receiver_must_accept_kwargs),
        T(an_exception_ends_a_send),
        T(a_robust_send_makes_it_a_response),
        T(a_receiver_may_connect_another),
        T(connects_sends_and_calls_are_on_the_tape),
        T(a_save_sends_pre_save_and_post_save_with_created),
    };
    return RUN_TESTS(tests);
}
