/* unsupported - what Django's objects have and these have not.
 *
 * An attribute of these lists earns NotSupported; one that Django does not have either is an
 * AttributeError. Without the lists the two would look alike. */
#ifndef ENGINE_ORM_UNSUPPORTED_H
#define ENGINE_ORM_UNSUPPORTED_H

#include "engine/object/object.h"

enum unsupported_owner {
    UNSUPPORTED_MODEL, /* an object, or its class */
    UNSUPPORTED_QUERYSET,
    UNSUPPORTED_MANAGER,
    UNSUPPORTED_RELATED_MANAGER
};

/* Raises where Django has it; `shown` is the type's name. True when it did. */
bool unsupported_attribute(struct runtime *, enum unsupported_owner, const char *shown,
                           const char *name);

#endif
