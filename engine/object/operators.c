/* operators - == < + - & and their kin, for every kind of value.
 *
 * A binary operator is offered to the left operand, then, reflected, to the right one, as Python
 * offers __add__ and __radd__; who does not handle it leaves it to the next, and at the end stands
 * Python's TypeError with the names of both types. */
#include <string.h>

#include "engine/object/object.h"
#include "engine/object/plain.h"

static const char *const signs[OPERATION_COUNT] = {"+", "-",           "*", "/", "//",
                                                   "%", "** or pow()", "&", "|", "^"};
static const char *const comparison_signs[] = {"==", "!=", "<", "<=", ">", ">="};

/* ---- identity ---------------------------------------------------------------------------- */

/* type(x) makes a new stand-in each time; all that have one name are the same class. */
static bool same_class(struct value left, struct value right) {
    return object_is(left, &class_type) && object_is(right, &class_type) &&
           strcmp(((const struct builtin_class *)left.object)->name,
                  ((const struct builtin_class *)right.object)->name) == 0;
}

/* Small values have no identity of their own here: equal texts and numbers of one kind count as
 * the same, which is what a listing that compares with `is` hopes for. */
bool object_is_same(struct value left, struct value right) {
    if (left.kind != right.kind) return false;
    switch ((enum value_kind)left.kind) {
    case VALUE_NONE: return true;
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT: return left.integer == right.integer; /* a float's bits: a nan is itself */
    case VALUE_OBJECT: return left.object == right.object || same_class(left, right);
    default: return left.length == right.length && memcmp(left.text, right.text, left.length) == 0;
    }
}

/* ---- comparison -------------------------------------------------------------------------- */

static bool order_answers(enum comparison comparison, int order) {
    switch (comparison) {
    case CMP_EQUAL: return order == 0;
    case CMP_NOT_EQUAL: return order != 0;
    case CMP_LESS: return order == -1;
    case CMP_LESS_EQUAL: return order == -1 || order == 0;
    case CMP_GREATER: return order == 1;
    default: return order == 1 || order == 0;
    }
}

/* UTF-8 keeps the order of code points, and date texts of one kind keep the order of dates. */
static int text_order(struct value left, struct value right) {
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = memcmp(left.text, right.text, shorter);
    if (order == 0) order = (left.length > right.length) - (left.length < right.length);
    return (order > 0) - (order < 0);
}

static bool plain_equal(struct value left, struct value right) {
    if (value_is_number(left) && value_is_number(right)) return number_compare(left, right) == 0;
    if (left.kind != right.kind) return false;
    return left.kind == VALUE_NONE || text_order(left, right) == 0;
}

bool object_equal(struct runtime *runtime, struct value left, struct value right, bool *equal) {
    if (left.kind != VALUE_OBJECT && right.kind != VALUE_OBJECT) {
        *equal = plain_equal(left, right);
        return true;
    }
    *equal = object_is_same(left, right);
    if (*equal) return true;
    bool reflected = left.kind != VALUE_OBJECT || !left.object->type->equal;
    struct value self = reflected ? right : left, other = reflected ? left : right;
    if (self.kind != VALUE_OBJECT || !self.object->type->equal) return true;
    if (!runtime_enter(runtime)) return false;
    bool done = self.object->type->equal(runtime, self.object, other, equal);
    runtime_leave(runtime);
    return done;
}

static bool not_comparable(struct runtime *runtime, enum comparison comparison, struct value left,
                           struct value right) {
    bool dates = (left.kind == VALUE_DATE && right.kind == VALUE_DATETIME) ||
                 (left.kind == VALUE_DATETIME && right.kind == VALUE_DATE);
    if (dates)
        return fault_raise(runtime->fault, "TypeError",
                           "can't compare datetime.datetime to datetime.date");
    return fault_raise(runtime->fault, "TypeError",
                       "'%s' not supported between instances of '%s' and '%s'",
                       comparison_signs[comparison], value_type_name(left), value_type_name(right));
}

/* Only objects of one type have an order. */
static bool compare_objects(struct runtime *runtime, enum comparison comparison, struct value left,
                            struct value right, bool *answer) {
    bool ordered = left.kind == VALUE_OBJECT && left.object->type->compare &&
                   object_is(right, left.object->type);
    if (!ordered) return not_comparable(runtime, comparison, left, right);
    if (!runtime_enter(runtime)) return false;
    bool done = left.object->type->compare(runtime, left.object, comparison, right, answer);
    runtime_leave(runtime);
    return done;
}

bool object_compare(struct runtime *runtime, enum comparison comparison, struct value left,
                    struct value right, bool *answer) {
    if (comparison == CMP_EQUAL || comparison == CMP_NOT_EQUAL) {
        if (!object_equal(runtime, left, right, answer)) return false;
        if (comparison == CMP_NOT_EQUAL) *answer = !*answer;
        return true;
    }
    if (value_is_number(left) && value_is_number(right)) {
        *answer = order_answers(comparison, number_compare(left, right));
        return true;
    }
    if (left.kind == right.kind && left.kind >= VALUE_TEXT && left.kind <= VALUE_UUID) {
        *answer = order_answers(comparison, text_order(left, right));
        return true;
    }
    return compare_objects(runtime, comparison, left, right, answer);
}

/* ---- hash -------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) hash = (hash ^ byte[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_word(uint64_t word) {
    word = (word ^ (word >> 32)) * 0x9e3779b97f4a7c15u;
    return word ^ (word >> 29);
}

bool object_hash(struct runtime *runtime, struct value value, uint64_t *hash) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: *hash = 0x6e6f6e65; return true;
    case VALUE_BOOL:
    case VALUE_INT: *hash = hash_word((uint64_t)value.integer); return true;
    case VALUE_FLOAT: /* 1.0 and 1 are one key */
        if (value.real >= -9223372036854775808.0 && value.real < 9223372036854775808.0 &&
            (double)(int64_t)value.real == value.real)
            *hash = hash_word((uint64_t)(int64_t)value.real);
        else
            *hash = hash_bytes(0xcbf29ce484222325u, &value.real, sizeof value.real);
        return true;
    case VALUE_BIGINT: { /* 2.0**70 and 2**70 are one key */
        double real = number_real(value);
        *hash = hash_bytes(0xcbf29ce484222325u, &real, sizeof real);
        return true;
    }
    case VALUE_OBJECT: break;
    default:
        *hash = hash_bytes(0xcbf29ce484222325u + value.kind, value.text, value.length);
        return true;
    }
    const struct object_type *type = value.object->type;
    if (!type->hash && type->equal)
        return fault_raise(runtime->fault, "TypeError", "unhashable type: '%s'",
                           value_type_name(value));
    *hash = hash_word((uint64_t)(uintptr_t)value.object);
    if (!type->hash) return true;
    if (!runtime_enter(runtime)) return false;
    bool done = type->hash(runtime, value.object, hash);
    runtime_leave(runtime);
    return done;
}

/* ---- binary operators -------------------------------------------------------------------- */

static bool is_sequence(struct value value) {
    return value.kind == VALUE_TEXT || object_is(value, &list_type) ||
           object_is(value, &tuple_type);
}

static bool no_operator(struct runtime *runtime, enum operation operation, struct value left,
                        struct value right) {
    if (operation == OP_ADD && is_sequence(left))
        return fault_raise(runtime->fault, "TypeError",
                           "can only concatenate %s (not \"%s\") to %s", value_type_name(left),
                           value_type_name(right), value_type_name(left));
    if (operation == OP_MULTIPLY && (is_sequence(left) || is_sequence(right)))
        return fault_raise(runtime->fault, "TypeError",
                           "can't multiply sequence by non-int of type '%s'",
                           value_type_name(is_sequence(left) ? right : left));
    return fault_raise(runtime->fault, "TypeError",
                       "unsupported operand type(s) for %s: '%s' and '%s'", signs[operation],
                       value_type_name(left), value_type_name(right));
}

static bool text_binary(struct runtime *runtime, enum operation operation, struct value left,
                        struct value right, struct value *result, bool *handled) {
    int64_t times;
    *handled = true;
    if (operation == OP_ADD && left.kind == VALUE_TEXT && right.kind == VALUE_TEXT)
        return string_concatenate(runtime, left, right, result);
    if (operation == OP_MULTIPLY && left.kind == VALUE_TEXT && index_read(right, &times))
        return string_repeat(runtime, left, times, result);
    if (operation == OP_MULTIPLY && right.kind == VALUE_TEXT && index_read(left, &times))
        return string_repeat(runtime, right, times, result);
    if (operation == OP_MODULO && left.kind == VALUE_TEXT)
        return string_percent(runtime, left, right, result);
    return !(*handled = false);
}

/* The operators of values that are no objects, for whichever files know them. */
static bool plain_binary(struct runtime *runtime, enum operation operation, struct value left,
                         struct value right, struct value *result, bool *handled) {
    if (value_is_number(left) && value_is_number(right))
        return number_binary(runtime, operation, left, right, result, handled);
    if (left.kind == VALUE_TEXT || right.kind == VALUE_TEXT)
        return text_binary(runtime, operation, left, right, result, handled);
    return date_binary(runtime, operation, left, right, result, handled);
}

static bool offer(struct runtime *runtime, enum operation operation, struct value self,
                  struct value other, bool reflected, struct value *result, bool *handled) {
    *handled = false;
    if (self.kind != VALUE_OBJECT || !self.object->type->binary) return true;
    *handled = true;
    if (!runtime_enter(runtime)) return false;
    bool done = self.object->type->binary(runtime, self.object, operation, other, reflected, result,
                                          handled);
    runtime_leave(runtime);
    /* false without a fault is how NotImplemented may also be said */
    return done || !fault_raised(runtime->fault);
}

bool object_binary(struct runtime *runtime, enum operation operation, struct value left,
                   struct value right, struct value *result) {
    bool handled = false;
    if (left.kind == VALUE_TEXT || (left.kind != VALUE_OBJECT && right.kind != VALUE_OBJECT)) {
        if (!plain_binary(runtime, operation, left, right, result, &handled)) return false;
        if (handled) return true;
    }
    if (!offer(runtime, operation, left, right, false, result, &handled)) return false;
    if (handled) return true;
    if (!offer(runtime, operation, right, left, true, result, &handled)) return false;
    return handled || no_operator(runtime, operation, left, right);
}

/* ---- unary operators --------------------------------------------------------------------- */

static bool no_unary(struct runtime *runtime, const char *sign, struct value self) {
    return fault_raise(runtime->fault, "TypeError", "bad operand type for unary %s: '%s'", sign,
                       value_type_name(self));
}

bool object_negative(struct runtime *runtime, struct value self, struct value *result) {
    if (value_is_number(self)) return number_negative(runtime, self, result);
    if (self.kind == VALUE_OBJECT && self.object->type->negative)
        return self.object->type->negative(runtime, self.object, result);
    return no_unary(runtime, "-", self);
}

bool object_positive(struct runtime *runtime, struct value self, struct value *result) {
    if (!value_is_number(self)) return no_unary(runtime, "+", self);
    *result = self.kind == VALUE_BOOL ? value_int(self.integer) : self;
    return true;
}

bool object_invert(struct runtime *runtime, struct value self, struct value *result) {
    if (self.kind == VALUE_INT || self.kind == VALUE_BOOL) {
        *result = value_int(~self.integer);
        return true;
    }
    if (self.kind == VALUE_BIGINT)
        return fault_raise(runtime->fault, "NotSupported", "~ of an integer beyond 64 bits");
    if (self.kind == VALUE_OBJECT && self.object->type->invert)
        return self.object->type->invert(runtime, self.object, result);
    return no_unary(runtime, "~", self);
}
