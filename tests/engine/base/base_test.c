/* The base: account, arena, text builder, fault. */
#include "tests/support/testing.h"

#include "engine/base/arena.h"
#include "engine/base/fault.h"
#include "engine/base/text.h"

static void an_account_counts_what_is_held_and_the_most_ever(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 0);
    void *a = memory_take(&memory, 100), *b = memory_take(&memory, 50);
    memory_give(&memory, a, 100);
    assert_int_equal(memory_held(&memory), 50);
    assert_int_equal(memory_peak(&memory), 150);
    memory_give(&memory, b, 50);
    assert_int_equal(memory_held(&memory), 0);
}

static void an_account_refuses_what_passes_its_limit(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 100);
    void *a = memory_take(&memory, 100);
    assert_non_null(a);
    assert_null(memory_take(&memory, 1));
    assert_null(memory_resize(&memory, a, 100, 101));
    assert_int_equal(memory_held(&memory), 100);
    memory_give(&memory, a, 100);
    assert_null(memory_take(&memory, SIZE_MAX));
}

static void an_account_can_fail_on_purpose(void **state) {
    (void)state;
    struct memory memory;
    memory_init(&memory, 0);
    atomic_store(&memory.fail_after, 1);
    void *a = memory_take(&memory, 8);
    assert_non_null(a);
    assert_null(memory_take(&memory, 8));
    void *b = memory_take(&memory, 8);
    assert_non_null(b); /* only that one fails */
    memory_give(&memory, a, 8);
    memory_give(&memory, b, 8);
}

static void an_account_of_a_part_is_booked_on_the_whole_too(void **state) {
    (void)state;
    struct memory whole, part;
    memory_init(&whole, 100);
    memory_init_part(&part, &whole);
    void *a = memory_take(&whole, 60), *b = memory_take(&part, 30);
    assert_int_equal(memory_held(&part), 30);
    assert_int_equal(memory_held(&whole), 90);
    assert_null(memory_take(&part, 11));
    assert_int_equal(memory_held(&part), 30);
    memory_give(&part, b, 30);
    memory_give(&whole, a, 60);
    assert_int_equal(memory_held(&whole), 0);
    assert_int_equal(memory_peak(&part), 30);
}

static void an_account_remembers_that_it_refused(void **state) {
    (void)state;
    struct memory whole, part;
    memory_init(&whole, 100);
    memory_init_part(&part, &whole);
    assert_false(memory_was_refused(&part));
    assert_null(memory_take(&part, 101));
    assert_true(memory_was_refused(&part));
    assert_true(memory_was_refused(&whole));
}

static void an_arena_hands_out_zeroed_aligned_memory(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    for (size_t size = 1; size < 10000; size = size * 3 + 1) {
        unsigned char *block = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)block % 16, 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(block[i], 0);
        memset(block, 0xff, size);
    }
    arena_release(&arena);
}

static void an_arena_gives_everything_back_at_once(void **state) {
    (void)state;
    struct memory memory;
    struct arena arena;
    memory_init(&memory, 0);
    arena_init(&arena, &memory);
    for (int i = 0; i < 1000; i++) assert_non_null(arena_alloc(&arena, 777));
    assert_int_equal(memory_held(&memory), arena_held(&arena));
    assert_true(arena_held(&arena) >= 777000);
    arena_release(&arena);
    assert_int_equal(memory_held(&memory), 0);
}

static void an_arena_remembers_that_it_found_no_memory(void **state) {
    (void)state;
    struct memory memory;
    struct arena arena;
    memory_init(&memory, 10000);
    arena_init(&arena, &memory);
    assert_non_null(arena_alloc(&arena, 100));
    assert_false(arena.failed);
    assert_null(arena_alloc(&arena, 10000));
    assert_non_null(arena_alloc(&arena, 100));
    assert_true(arena.failed);
    arena_release(&arena);
    arena_init(&arena, NULL);
    assert_null(arena_array(&arena, SIZE_MAX / 2, 16));
    assert_true(arena.failed);
    arena_release(&arena);
}

static void a_rewound_arena_reuses_what_came_after_the_mark(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    char *kept = arena_string(&arena, "kept");
    struct arena_mark mark = arena_mark(&arena);
    void *first = arena_alloc(&arena, 64);
    for (int i = 0; i < 100; i++) arena_alloc(&arena, 1000);
    arena_rewind(&arena, mark);
    assert_ptr_equal(arena_alloc(&arena, 64), first);
    assert_string_equal(kept, "kept");
    arena_release(&arena);
}

static void an_array_grows_in_place_or_by_copying(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    int *numbers = arena_array(&arena, 4, sizeof *numbers);
    for (int i = 0; i < 4; i++) numbers[i] = i;
    int *same = arena_grow(&arena, numbers, 4, 8, sizeof *numbers);
    assert_ptr_equal(same, numbers);
    assert_non_null(arena_alloc(&arena, 16));
    int *moved = arena_grow(&arena, same, 8, 5000, sizeof *numbers);
    for (int i = 0; i < 5000; i++) assert_int_equal(moved[i], i < 4 ? i : 0);
    arena_release(&arena);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, NULL);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    assert_null(arena_grow(&arena, NULL, 0, SIZE_MAX / 2, 4));
    arena_release(&arena);
}

static void a_text_grows_and_can_be_cut(void **state) {
    (void)state;
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    for (int i = 0; i < 200; i++) text_format(&text, "%d, ", i);
    text_cut(&text, text.length - 2);
    char *whole = text_finish(&text);
    assert_memory_equal(whole, "0, 1, 2, ", 9);
    assert_string_equal(whole + strlen(whole) - 8, "198, 199");
    arena_release(&arena);
}

static void an_empty_text_is_an_empty_string(void **state) {
    (void)state;
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    assert_string_equal(text_finish(&text), "");
    arena_release(&arena);
}

static void a_text_that_found_no_room_finishes_as_nothing(void **state) {
    (void)state;
    struct memory memory;
    struct arena arena;
    struct text text;
    memory_init(&memory, 8192);
    arena_init(&arena, &memory);
    text_init(&text, &arena);
    for (int i = 0; i < 10000; i++) text_add(&text, "more and ");
    assert_null(text_finish(&text));
    arena_release(&arena);
    assert_int_equal(memory_held(&memory), 0);
}

static void the_first_fault_wins_and_the_innermost_place(void **state) {
    (void)state;
    struct arena arena;
    struct fault fault;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    assert_false(fault_raised(&fault));
    assert_false(fault_raise(&fault, "FieldError", "no field %s", "nope"));
    fault_place(&fault, 3, 7);
    fault_raise(&fault, "TypeError", "later");
    fault_place(&fault, 1, 1);
    assert_true(fault_is(&fault, "FieldError"));
    assert_string_equal(fault.message, "no field nope");
    assert_int_equal(fault.line, 3);
    assert_int_equal(fault.column, 7);
    fault_clear(&fault);
    assert_false(fault_raised(&fault));
    arena_release(&arena);
}

static void a_fault_without_memory_for_its_text_is_a_memory_error(void **state) {
    (void)state;
    struct memory memory;
    struct arena arena;
    struct fault fault;
    memory_init(&memory, 1);
    arena_init(&arena, &memory);
    fault_init(&fault, &arena);
    fault_raise(&fault, "FieldError", "text");
    assert_true(fault_is(&fault, "MemoryError"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_counts_what_is_held_and_the_most_ever),
        cmocka_unit_test(an_account_refuses_what_passes_its_limit),
        cmocka_unit_test(an_account_can_fail_on_purpose),
        cmocka_unit_test(an_account_of_a_part_is_booked_on_the_whole_too),
        cmocka_unit_test(an_account_remembers_that_it_refused),
        cmocka_unit_test(an_arena_hands_out_zeroed_aligned_memory),
        cmocka_unit_test(an_arena_gives_everything_back_at_once),
        cmocka_unit_test(an_arena_remembers_that_it_found_no_memory),
        cmocka_unit_test(a_rewound_arena_reuses_what_came_after_the_mark),
        cmocka_unit_test(an_array_grows_in_place_or_by_copying),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_text_grows_and_can_be_cut),
        cmocka_unit_test(an_empty_text_is_an_empty_string),
        cmocka_unit_test(a_text_that_found_no_room_finishes_as_nothing),
        cmocka_unit_test(the_first_fault_wins_and_the_innermost_place),
        cmocka_unit_test(a_fault_without_memory_for_its_text_is_a_memory_error),
    };
    return RUN_TESTS(tests);
}
