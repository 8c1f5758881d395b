/* names - middleware as a listing writes it: MIDDLEWARE = [...], Layer(...), Client(), get().
 *
 *     from django.test import Client
 *     MIDDLEWARE = [
 *         'django.middleware.security.SecurityMiddleware',
 *         'blog.middleware.ApiKeyMiddleware',
 *     ]
 *     client = Client()
 *     response = client.get('/ok/', HTTP_X_API_KEY='k3y')
 *     print(response.status_code)
 *
 * The first request of a client builds its chain from what MIDDLEWARE is then; as in Django, a
 * later change is not seen by it. get(path) is the shorter form: it starts anew whenever MIDDLEWARE
 * has changed. Each request is a REQUEST span on the tape.
 *
 * Order of calls: project_new, script_new with project_modules, project_attach, then the listing
 * runs.
 *
 * Mirrors django.test.client.Client and its ClientHandler. */
#ifndef ENGINE_MIDDLEWARE_NAMES_H
#define ENGINE_MIDDLEWARE_NAMES_H

#include "engine/middleware/chain.h"
#include "engine/object/object.h"
#include "engine/script/script.h"

struct project;

/* What a request through the project came to. Borrowed for the duration of the call. */
struct project_answer {
    const struct chain *chain;       /* NULL: it could not be built */
    const struct request *request;   /* NULL likewise */
    const struct response *response; /* NULL: raised; runtime->fault says what */
    size_t first_event;              /* on the tape, the building of the chain included */
};

/* A project whose URLs lead where urlconf says. Lives in runtime->arena; NULL: no memory. */
struct project *project_new(struct runtime *runtime, struct urlconf urlconf);

/* Where MIDDLEWARE is looked up. Until then it is the empty list, Django's default. */
void project_attach(struct project *project, const struct script *script);

/* Whom to tell of each answer; NULL for nobody. */
void project_tell(struct project *project,
                  void (*answered)(void *context, const struct project_answer *answer),
                  void *context);

/* Which lane of the tape a request is recorded on; NULL: the one its client runs on. */
void project_sort(struct project *project,
                  uint8_t (*lane)(void *context, const struct request *request), void *context);

/* What imports may name: django.test (Client) and daybook (Layer, get). */
const struct module *const *project_modules(const struct project *project, size_t *count);

/* Attaches the script, and gives it the names Layer and get without an import. */
bool project_define(struct project *project, struct script *script);

/* What get(path, HTTP_X_API_KEY=key) in the listing does; key may be NULL for none. For a host that
 * sends requests of its own. */
bool project_get(struct project *project, const char *path, const char *key);

/* The layers that MIDDLEWARE names now, in the runtime's arena. False: a fault, such as Django's
 * ImportError for a name that is not there. */
bool project_layers(struct project *project, struct layer **layers, size_t *count);

/* A response in a listing: status_code, reason_phrase, content, headers, response['Name']. */
struct response_object {
    struct object base;
    const struct response *response;
};
extern const struct object_type response_type;

#endif
