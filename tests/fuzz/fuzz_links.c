/* fuzz_links.c: any line: its links lie within it, and are the same in both directions. */
#include "pager/links.h"

#include "tests/fuzz/fuzz.h"

static void check(const struct tl_link *l, size_t n)
{
	if (l->start >= l->text || l->text > l->end || l->end > n ||
	    l->params + l->params_len >= l->uri || l->uri + l->uri_len > l->text)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_span line = { data, n };
	struct tl_link l, back;
	size_t from = 0;

	while (tl_link_next(line, from, &l)) {
		check(&l, n);
		if (!tl_link_prev(line, l.end, &back) || back.start != l.start)
			abort();
		from = l.end;
	}
	if (n > 0 && tl_link_by_id(line, 0, (const char *)data, n < 3 ? n : 3, &l))
		check(&l, n);
	return 0;
}
