/* fuzz_histfile.c: any bytes as a history file; what is taken must be the same once written. */
#include "pager/histfile.h"

#include "tests/fuzz/fuzz.h"

struct taken {
	struct tl_history search, shell;
	struct tl_marks marks;
};

static void take(void *arg, enum tl_hist_section section, const char *text)
{
	struct taken *t = arg;

	if (section == TL_HIST_SEARCH)
		tl_history_add_old(&t->search, text);
	else if (section == TL_HIST_SHELL)
		tl_history_add_old(&t->shell, text);
	else if (section == TL_HIST_MARK)
		tl_marks_read(&t->marks, text);
	else
		abort();
}

static void write_lines(const char *header, const struct tl_history *h, struct tl_buf *out)
{
	tl_buf_puts(out, header);
	for (size_t i = 0; i < h->n; i++)
		tl_buf_printf(out, "\"%s\n", h->lines[i].text);
}

static void write_all(const struct taken *t, struct tl_buf *out)
{
	tl_buf_puts(out, ".less-history-file:\n");
	write_lines(".search\n", &t->search, out);
	write_lines(".shell\n", &t->shell, out);
	tl_buf_puts(out, ".mark\n");
	tl_marks_write(&t->marks, out);
}

static void fini(struct taken *t)
{
	tl_history_fini(&t->search);
	tl_history_fini(&t->shell);
	tl_marks_fini(&t->marks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct taken once = { 0 }, twice = { 0 };
	struct tl_buf a = TL_BUF_INIT, b = TL_BUF_INIT;

	if (tl_histfile_parse((const char *)data, n, take, &once)) {
		write_all(&once, &a);
		if (!tl_histfile_parse((const char *)a.data, a.len, take, &twice))
			abort();
		write_all(&twice, &b);
		if (strcmp(tl_buf_str(&a), tl_buf_str(&b)) != 0)
			abort();
	}
	fini(&once);
	fini(&twice);
	tl_buf_fini(&a);
	tl_buf_fini(&b);
	return 0;
}
