/*
 * tags.h: where a tag is: a file, and a line or what the line begins with.  The lines come from a
 * tags file of ctags(1), or from a program like global(1).
 */
#ifndef TL_PAGER_TAGS_H
#define TL_PAGER_TAGS_H

#include "base/err.h"
#include "text/source.h"

struct tl_tag {
	char *file;
	uint64_t line;   /* from 1; 0: the pattern says it */
	char *pattern;   /* what the line begins with; NULL: the line's number is known */
	bool whole_line; /* and there is nothing behind it in the line */
};

struct tl_tags {
	struct tl_tag *tags;
	size_t n;
};

enum tl_tags_found { TL_TAGS_FOUND, TL_TAGS_NO_FILE, TL_TAGS_NO_TAG };

/*
 * Look a tag up: in the tags file at `path` or, if there is none, with LESSGLOBALTAGS.  FOUND: at
 * least one was appended to out.  A sorted file is bisected.  Main thread.
 */
enum tl_tags_found tl_tags_find(const char *path, const char *tag, struct tl_tags *out);
void tl_tags_fini(struct tl_tags *tags);

/* Append the tag that a line of a tags file tells of (without its newline), if it is this one.  False:
 * it is not, or the line is broken, or out of memory. */
bool tl_tags_take_line(struct tl_tags *tags, struct tl_span line, const char *tag);

/* The same for a line of `global -x`: tag, line number, file, text; of any tag. */
bool tl_tags_take_global(struct tl_tags *tags, struct tl_span line);

/* All tags of that name in the bytes of a tags file. */
void tl_tags_search(struct tl_tags *tags, struct tl_span file, const char *tag);

#endif
