/*
 * test_extras.c: what is in a trace beside the flow of control, as tless has it, against perf.
 *
 * A recording with a packet of each kind now and then is made by `generate`; what perf script makes
 * of them with --itrace=pwxI is brought into the words of tless, and compared line by line, with the
 * names of the functions they are in.  What is left out: where perf begins with what it did not know
 * before, and the numbers of a PWRE without MWAIT, where it prints those of the one before.  Where
 * tracing begins at a sync point, tless does not know what the interrupt flag was before.
 */
#include "tests/trace/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char of_perf[] =
    "perf script -i $FOLDER/data --itrace=pwxI -F event,flags,ip,sym,synth 2>$FOLDER/err |"
    "sed -E -e '/^ *psb:/d' -e '0,/^ *cbr:/{//d}' -e '0,/^ *iflag:/{//d}' -e 's/ +$//'"
    " -e 's/^ *transactions:   x.* ([^ ]+)$/\\1 [tx: begin]/;t'"
    " -e 's/^ *transactions:.* ([^ ]+)$/\\1 [tx: commit]/;t'"
    " -e 's/^ *ptwrite:.*payload: (0x[0-9a-f]+) .* ([^ ]+)$/\\2 [ptwrite: \\1]/;t'"
    " -e 's/^ *cbr:.*cbr: +([0-9]+ freq:) +([0-9]+ MHz \\() *([0-9]+%\\)).*/[cbr: \\1 \\2\\3]/;t'"
    " -e 's/^ *iflag:.*IFLAG: (.->. via branch).*/[iflag: \\1]/;t'"
    " -e 's/^ *iflag:.*IFLAG: (.->. non branch).* ([^ ]+)$/\\2 [iflag: \\1]/;t'"
    " -e 's/^ *exstop:.*IP: (.).* ([^ ]+)$/\\2 [exstop: ip: \\1]/;t'"
    " -e 's/^ *evt:.*(cfe: .*[^ ])   +[0-9a-f]+ ([^ ]+)$/\\2 [\\1]/;s/  +/ /g'"
    " -e 's/^ *(mwait|pwre|pwrx):.* (hints|hw|deepest)(.*[^ ]) [0-9a-f]+ ([^ ]+)$/"
    "\\4 [\\1: \\2\\3]/' |"
    "awk '/\\[pwre/ && before !~ /mwait/ { sub(/\\[pwre.*/, \"[pwre]\") } { before = $0; print }'";

static const char of_tless[] =
    "$BIN --no-index --trace-view=$VIEW --trace-columns=function $FOLDER/data |"
    "sed -nE -e '/\\[gap/p' -e '/\\[[a-z]+: /!d' -e 's/^ +//' -e 's/\\+[0-9]+ \\[/ [/'"
    " -e 's/^.*(\\[cbr|\\[iflag.*via)/\\1/' -e 's/\\[pwre: hw: 1.*/[pwre]/' -e p";

/* The lines that begin with one of these. */
static void drop(struct tl_buf *text, const char *a, const char *b)
{
	char *from = (char *)tl_buf_str(text), *to = from;

	while (*from) {
		size_t n = strcspn(from, "\n") + 1;

		if (strncmp(from, a, strlen(a)) != 0 && strncmp(from, b, strlen(b)) != 0) {
			memmove(to, from, n);
			to += n;
		}
		from += n;
	}
	text->len = (size_t)(to - (char *)text->data);
}

static void make(const char *options)
{
	struct tl_buf out = TL_BUF_INIT;
	char command[200];

	snprintf(command, sizeof(command),
		 "$HERE/generate --size 40K --extras 50 %s -o $FOLDER/data", options);
	commands_run(command, &out);
	tl_buf_fini(&out);
}

static void as_perf_has_them(void **state)
{
	const char *const options = *state;
	bool synced = !strstr(options, "--psb 0");
	static const char *const views[] = { "calls", "branches" };

	if (!commands_can("perf version >/dev/null 2>&1"))
		skip();
	make(options);
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		struct tl_buf want = TL_BUF_INIT, got = TL_BUF_INIT;

		setenv("VIEW", views[i], 1);
		commands_run(of_perf, &want);
		commands_run(of_tless, &got);
		if (synced) {
			drop(&want, "[iflag: 0->1 via", "[iflag: 1->0 via");
			drop(&got, "[iflag: 0->1 via", "[iflag: 1->0 via");
		}
		assert_true(want.len > 10000); /* else hardly anything was compared */
		commands_same(&want, &got, views[i]);
		tl_buf_fini(&want);
		tl_buf_fini(&got);
	}
}

/* Each view has its own place for them, but the same ones. */
static void the_same_in_all_views(void **state)
{
	static const char *const views[] = { "returns", "graph", "insns", "spt" };
	static const char only[] =
	    "$BIN --no-index --trace-view=$VIEW --trace-columns=function $FOLDER/data |"
	    "grep -oE '\\[(cfe|exstop|iflag|mwait|ptwrite|pwre|pwrx|tx): [^]]*\\]'";
	struct tl_buf want = TL_BUF_INIT;

	make("");
	setenv("VIEW", "calls", 1);
	commands_run(only, &want);
	assert_true(want.len > 10000);
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		struct tl_buf got = TL_BUF_INIT;

		setenv("VIEW", views[i], 1);
		commands_run(only, &got);
		commands_same(&want, &got, views[i]);
		tl_buf_fini(&got);
	}
	tl_buf_fini(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "one_segment", as_perf_has_them, NULL, NULL, "--psb 0" },
		{ "many_segments", as_perf_has_them, NULL, NULL, "--psb 2000 --no-retcomp --cyc" },
		cmocka_unit_test(the_same_in_all_views),
	};
	int rc;

	if (!commands_begin())
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return commands_end() ? rc : 1;
}
