/* site - django.urls as a module that listings import from: path, include, resolve, reverse.
 *
 *     from django.urls import include, path, resolve, reverse
 *     urlpatterns = [path("articles/<int:pk>/", article, name="article")]
 *     resolve("/articles/7/").kwargs
 *
 * resolve() and reverse() ask the list that the listing calls `urlpatterns` at that moment. Every
 * call of theirs is a MARK span on the tape, "resolve('/articles/7/')", and is remembered with its
 * answer, so that whoever ran the listing can tell.
 *
 * Order of calls: urls_site_init, urls_site_module, then script_new with that module, and
 * site->script set to what it gave; after each statement, the answers. */
#ifndef ENGINE_URLS_SITE_H
#define ENGINE_URLS_SITE_H

#include "engine/script/script.h"
#include "engine/urls/resolver.h"

enum url_question { ASKED_RESOLVE, ASKED_REVERSE };

/* One call of resolve() or reverse(), in the order they ended. */
struct url_answer {
    enum url_question question;
    uint32_t line;            /* of the listing */
    const char *asked;        /* the path, or the name; in the arena */
    struct route_match match; /* of a resolve() without fault */
    const char *path;         /* of a reverse() without fault */
    struct fault fault;       /* what it raised, if anything */
};

struct url_site {
    const struct script *script; /* where `urlpatterns` is looked up */
    struct resolver *resolver;   /* of the list as it last was; NULL before the first call */
    struct value urlpatterns;    /* that list */
    struct url_answer *answers;
    size_t answer_count, answer_room;
};

void urls_site_init(struct url_site *);

/* django.urls, bound to this site, in the runtime's arena. NULL: fault. */
const struct module *urls_site_module(struct runtime *, struct url_site *);

/* A view that only has a name: what an unknown name in a urlconf stands for. In the arena; false:
 * fault. */
bool urls_named_view(struct runtime *, const char *name, struct value *view);

/* `from blog import views`: whatever is asked of views is a view of that name, and the same one
 * each time. In the arena; NULL: fault. */
const struct module *urls_blog_module(struct runtime *);

/* What resolve() returns (django.urls.ResolverMatch). */
struct match_object {
    struct object base;
    struct route_match match;
};
extern const struct object_type resolver_match_type;

#endif
