/* blog_models - see blog.h: the same tables twice, once with every key NOT NULL. */
#include "lessons/blog.h"

#define NAMED(name) strict_##name
#define REGISTRY blog
#define NULLABLE false
#include "lessons/blog_tables.h"
#undef NAMED
#undef REGISTRY
#undef NULLABLE

#define NAMED(name) nullable_##name
#define REGISTRY blog_nullable
#define NULLABLE true
#include "lessons/blog_tables.h"
#undef NAMED
#undef REGISTRY
#undef NULLABLE
