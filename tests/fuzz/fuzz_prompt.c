/*
 * fuzz_prompt.c: any bytes as the contents of LESS, as the words of a command line (a line
 * each), and as a prompt.  Whatever they are, the options hold values that the pager can use.
 */
#include "pager/prompt.h"

#include "tests/fuzz/fuzz.h"

#define MAX_WORDS 64

static void warn(void *arg, const char *message)
{
	must(message[0] != '\0');
	++*(size_t *)arg;
}

/* Which facts are known depends on the letter only. */
static bool number(void *arg, char what, enum tl_prompt_line line, uint64_t *n, bool *pending)
{
	must(what != '\0' && line <= TL_LINE_TARGET);
	*n = UINT64_MAX;
	*pending = what == 'L';
	return what != 'L' && what != 's';
}

static const char *text(void *arg, char what)
{
	return what == 'x' ? NULL : "name ";
}

static bool state(void *arg, char what)
{
	return what & 1;
}

static void check_prompt(const char *proto)
{
	const struct tl_prompt_facts facts = { NULL, number, text, state };
	struct tl_buf out = TL_BUF_INIT;
	bool pending = true;

	tl_buf_puts(&out, "before ");
	tl_prompt_format(proto, &facts, &out, &pending);
	must(out.len >= 7 && memcmp(out.data, "before ", 7) == 0);
	must(!pending || memchr(out.data, '?', out.len));
	tl_buf_fini(&out);
}

static void check_options(struct tl_options *o)
{
	for (const struct tl_option *opt = tl_option_table(); opt->name; opt++) {
		int value = *(int *)((char *)o + opt->at), max = opt->kind == TL_OPT_TRIPLE ? 2 : 1;
		struct tl_err err = TL_ERR_INIT;
		char say[64];

		must((opt->kind != TL_OPT_BOOL && opt->kind != TL_OPT_TRIPLE) ||
		     (opt->flags & TL_OPT_IGNORED) || (value >= 0 && value <= max));
		must(tl_option_change(o, opt, false, TL_OPT_ASK, NULL, say, sizeof(say), &err) ||
		     (opt->flags & TL_OPT_NO_QUERY));
	}
	must(o->ntabs >= 1 && o->ntabs <= sizeof(o->tabs) / sizeof(o->tabs[0]));
	must(o->ntabs > 1 || o->tabs[0] > 0);
	for (unsigned i = 1; i < o->ntabs; i++)
		must(o->tabs[i] > o->tabs[i - 1]);
	must(!o->jump.is_fraction || (o->jump.fraction >= 0 && o->jump.fraction < 1));
	must(o->shift >= 0 && o->shift_fraction >= 0 && o->shift_fraction <= 1);
	must(o->quit_now == 0 || o->quit_now == '?' || o->quit_now == 'V');
	for (int kind = 0; kind < TL_NPROMPTS; kind++)
		check_prompt(tl_prompt_proto(o, kind, TL_PROMPT_OF_TEXT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *value = strndup((const char *)data, n), *words[MAX_WORDS + 2] = { "tless" };
	struct tl_options o;
	size_t warnings = 0;
	int argc = 1, names;

	if (!value)
		return 0;
	check_prompt(value);
	tl_options_init(&o);
	tl_options_from_env(&o, value, warn, &warnings);
	check_options(&o);
	must(warnings <= n);
	tl_options_unsupport(&o, value, warn, &warnings);
	for (char *p = strtok(value, "\n"); p && argc <= MAX_WORDS; p = strtok(NULL, "\n"))
		words[argc++] = p;
	names = tl_options_from_args(&o, argc, words, n % 2, warn, &warnings);
	must(names >= -1 && names < argc);
	check_options(&o);
	tl_options_fini(&o);
	free(value);
	return 0;
}
