/* mro - the method resolution order of a class: C3.
 *
 *     MRO(C) = C + merge(MRO(B1), ..., MRO(Bn), [B1, ..., Bn])
 *
 * merge takes the first head that stands in no tail, strikes it out everywhere, and begins again:
 *
 *     class Z(X, Y) with X(A, B) and Y(B)
 *
 *     list 0   X A B object     A B object     B object     B object     object
 *     list 1   Y B object       Y B object     Y B object   B object     object
 *     list 2   X Y              Y              Y
 *     takes    X (from 0)       A (from 0)     Y (from 1)   B (from 0)   object (from 0)
 *
 * Mirrors type.mro() and pmerge() in CPython's Objects/typeobject.c, errors included. */
#ifndef ENGINE_VIEWS_MRO_H
#define ENGINE_VIEWS_MRO_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/fault.h"

struct class;

/* Classes in a row, in an arena. */
struct line_up {
    struct class *const *classes;
    size_t count;
};

/* How a line came about, or where it got stuck. The tails are as they were at the beginning; the
 * turns say what happened to them. */
struct mro {
    struct line_up line;   /* the class itself first, object last; empty when it got stuck */
    struct line_up *lists; /* what was merged */
    size_t list_count;
    size_t *turns; /* turns[i]: the list whose head became the (i + 1)th of the line */
    size_t turn_count;
};

/* Linearizes a class with the given bases, whose own lines stand. False: fault TypeError, with
 * Python's text (and then mro holds the turns up to there), or no memory. */
bool mro_linearize(struct arena *, struct fault *, struct class *self, struct line_up bases,
                   struct mro *mro);

/* The line of a class that has been linearized. */
struct line_up mro_of(const struct class *);

/* Where a class stands in a line; count where it does not. */
size_t line_up_find(struct line_up line, const struct class *);

#endif
