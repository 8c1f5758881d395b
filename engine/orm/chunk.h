/* chunk - may this arena of rows be freed? Only when nothing that is still held leads into it. */
#ifndef ENGINE_ORM_CHUNK_H
#define ENGINE_ORM_CHUNK_H

#include "engine/object/object.h"

/* Frees a chunk of the runtime's database unless runtime->roots, or what `iterator` will still
 * hand out, leads into it; without roots it is kept. Returns whether it was freed. */
bool chunk_retire(struct runtime *, struct arena *chunk, struct object *iterator);

#endif
