/*
 * fuzz_tags.c: any bytes as a tags file, whose first word is the tag, and as the output of
 * `global -x`.  What is found names a file, and a line or a pattern.
 */
#include "pager/tags.h"

#include "tests/fuzz/fuzz.h"

static void check(struct tl_tags *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		const struct tl_tag *tag = &tags->tags[i];

		must(tag->file != NULL);
		must(!tag->pattern || tag->line == 0);
		must(tag->pattern || !tag->whole_line);
	}
	tl_tags_fini(tags);
	must(tags->n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_tags tags = { NULL, 0 };
	char *word = strndup((const char *)data, n);

	if (!word)
		return 0;
	word[strcspn(word, " \t\r\n")] = '\0';
	tl_tags_search(&tags, (struct tl_span){ data, n }, word);
	check(&tags);
	tl_tags_take_global(&tags, (struct tl_span){ data, n });
	check(&tags);
	free(word);
	return 0;
}
