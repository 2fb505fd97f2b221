/* room.h: tables that grow. */
#ifndef TL_BASE_ROOM_H
#define TL_BASE_ROOM_H

#include <stdint.h>
#include <stdlib.h>

/*
 * Room for n rows of `each` bytes, n > 0, where there is room for *room of them: gives the table, which may have moved.
 * NULL: out of memory, and nothing has changed.
 */
static inline void *tl_make_room(void *rows, size_t *room, uint64_t n, size_t each)
{
	size_t more = *room > 0 ? *room : 16;
	void *moved;

	if (n <= *room)
		return rows;
	while (more < n && more <= SIZE_MAX / 4 / each)
		more *= 2;
	moved = more < n ? NULL : realloc(rows, more * each);
	if (moved)
		*room = more;
	return moved;
}

#endif
