/*
 * test_leaps.c: jumps that leave functions: which ones, and what stays open then, in lines as in costs.
 */
#include "decoders/pt/callstack.h"
#include "decoders/pt/leaps.h"
#include "decoders/pt/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>
#include <stdlib.h>

/* Functions are of 0x100 bytes.  The first mapping is of one binary, the others of one each. */
enum {
	MAIN,
	OUTER,
	WORK,
	WORK_COLD,
	FAIL,
	LONGJMP,
	RESUME,
	OTHER_WORK,
	GOGO,
	OTHER,
	START,
	NFUNCTIONS
};

#define BASE   UINT64_C(0x400000)
#define KERNEL UINT64_C(0xffffffff80000000)

static const char *const names[NFUNCTIONS] = {
	"main",           "outer", "work",         "work.cold", "fail",   "__longjmp",
	"_Unwind_Resume", "work",  "runtime.gogo", "other",     "_start",
};

static struct tl_dso *const binary = (struct tl_dso *)&names;
static const struct tl_map user = { .start = BASE, .end = BASE + 0x10000, .dso = binary };
static const struct tl_map kernel = { .start = KERNEL, .end = KERNEL + 0x10000, .dso = binary };

const struct tl_map *tl_space_find(const struct tl_space *s, uint64_t ip)
{
	return ip - user.start < 0x10000 ? &user : ip - kernel.start < 0x10000 ? &kernel : NULL;
}

bool tl_dso_linked(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	uint64_t i = offset / 0x100;

	if (i >= NFUNCTIONS)
		return false;
	*out = (struct tl_symbol){ i * 0x100, i * 0x100 + 0x100, names[i] };
	return true;
}

bool tl_dso_symbol(struct tl_dso *d, uint64_t offset, struct tl_symbol *out)
{
	return tl_dso_linked(d, offset, out);
}

/* ---- of what is linked, but not asked */

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	return false;
}

bool tl_dso_source(struct tl_dso *d, uint64_t offset, tl_srcline_fn *fn, void *arg)
{
	return false;
}

const char *tl_dso_name(const struct tl_dso *d)
{
	return "";
}

const char *tl_dso_why(struct tl_dso *d)
{
	return "";
}

/* ---- which jumps leap */

static uint64_t in(unsigned function)
{
	return BASE + function * 0x100 + 0x40;
}

static void which_jumps_leap(void **state)
{
	const uint64_t nowhere = BASE + NFUNCTIONS * 0x100 + 0x10;

	assert_int_equal(tl_pt_leaps(NULL, in(FAIL), in(MAIN)), TL_PT_LEAPS);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), in(MAIN)), TL_PT_LEAPS_SURELY);
	assert_int_equal(tl_pt_leaps(NULL, in(RESUME), in(MAIN)), TL_PT_LEAPS_RESUMES);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), in(WORK_COLD)), TL_PT_LEAPS_SURELY);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), in(WORK_COLD)-0x40), TL_PT_LEAPS_SURELY);
	assert_int_equal(tl_pt_leaps(NULL, 1, in(MAIN)), TL_PT_LEAPS);
	assert_int_equal(tl_pt_leaps(NULL, nowhere, in(MAIN)), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), in(MAIN)-0x40), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), nowhere), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(LONGJMP), in(LONGJMP)), TL_PT_LEAPS_NOT);
}

/* Both functions of that name; and one whose part has another of its names. */
static void parts_of_functions_do_not(void **state)
{
	assert_int_equal(tl_pt_leaps(NULL, in(WORK), in(WORK_COLD)), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(OTHER_WORK), in(WORK_COLD)), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(WORK_COLD), in(OTHER_WORK)), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(OTHER), in(WORK_COLD)), TL_PT_LEAPS_NOT);
}

static void kernels_and_switches_of_stacks_do_not(void **state)
{
	assert_int_equal(tl_pt_leaps(NULL, KERNEL + 0x40, KERNEL + 0x940), TL_PT_LEAPS_NOT);
	assert_int_equal(tl_pt_leaps(NULL, in(GOGO), in(MAIN)), TL_PT_LEAPS_NOT);
}

/* ---- what is left */

static const struct tl_space space = { .id = 1 };
static const struct tl_context context = { .space = &space };

static void follow(struct tl_pt_thread *t, struct tl_pt_event ev, struct tl_pt_move *move)
{
	ev.ctx = &context;
	assert_true(tl_pt_thread_follow(t, &ev, 0, move));
}

static void call(struct tl_pt_thread *t, unsigned from, unsigned to)
{
	struct tl_pt_move move;

	follow(t,
	       (struct tl_pt_event){ .kind = TL_PT_EV_BRANCH,
				     .flags = TL_PT_BRANCH | TL_PT_CALL,
				     .from = in(from),
				     .to = in(to),
				     .length = 5 },
	       &move);
}

static struct tl_pt_move leap(struct tl_pt_thread *t, unsigned to, enum tl_pt_leaping how)
{
	struct tl_pt_move move;

	follow(t, (struct tl_pt_event){ .kind = TL_PT_EV_LEAP, .to = in(to), .code = (uint8_t)how },
	       &move);
	return move;
}

/* Calls as of functions[0] calling functions[1] ..., then a leap; how many are open then. */
static unsigned left(const unsigned *functions, unsigned n, unsigned to, enum tl_pt_leaping how,
		     int *depth)
{
	struct tl_pt_thread t = { .since = TL_PT_NOTIME };
	unsigned open;

	for (unsigned i = 0; i + 1 < n; i++)
		call(&t, functions[i], functions[i + 1]);
	*depth = leap(&t, to, how).depth;
	open = t.nframes;
	free(t.frames);
	return open;
}

static unsigned costs_left(const unsigned *functions, unsigned n, unsigned to,
			   enum tl_pt_leaping how, enum tl_pt_stacked *stacked)
{
	struct tl_callnames *table = tl_callnames_new();
	struct tl_pt_callstack s = { 0 };
	struct tl_calltree t = { 0 };
	uint32_t node;

	assert_non_null(table);
	node = tl_calltree_root(&t, TL_CALL_NONAME);
	for (unsigned i = 0; i < n; i++) {
		node = tl_calltree_child(&t, node, tl_callnames_add(table, names[functions[i]]));
		assert_true(tl_pt_callstack_push(&s, &(struct tl_pt_stackframe){ .node = node }));
	}
	*stacked = tl_pt_callstack_leap(&s, &t, table, tl_callnames_add(table, names[to]), how);
	node = s.n;
	tl_pt_callstack_fini(&s);
	tl_calltree_fini(&t);
	tl_callnames_free(table);
	return node - 1;
}

#define LEFT(functions, to, how, open, deep)                                                   \
	do {                                                                                   \
		unsigned n_ = sizeof(functions) / sizeof(*(functions));                        \
		enum tl_pt_stacked stacked_;                                                   \
		int depth_;                                                                    \
		assert_int_equal(left(functions, n_, to, how, &depth_), open);                 \
		assert_int_equal(depth_, deep);                                                \
		assert_int_equal(costs_left(functions, n_, to, how, &stacked_),                \
				 (deep) < 0 ? (int)n_ - 1 : (open));                           \
		assert_int_equal(stacked_, (deep) < 0 ? TL_PT_STACK_EMPTY : TL_PT_STACK_DONE); \
	} while (0)

static void parts_are_one_function(void **state)
{
	static const unsigned cold[] = { START, MAIN, WORK_COLD, FAIL, LONGJMP };
	static const unsigned hot[] = { START, MAIN, WORK, FAIL, LONGJMP };

	LEFT(cold, WORK, TL_PT_LEAPS_SURELY, 2, 2);
	LEFT(hot, WORK_COLD, TL_PT_LEAPS_SURELY, 2, 2);
	assert_true(tl_pt_same_name("f(int) [clone .cold]", "f(int)"));
	assert_true(tl_pt_same_name("f", "f.cold.3"));
	assert_false(tl_pt_same_name("f(int) [clone .cold]", "f(long)"));
}

static void all_known_calls_stay_where_none_is_found(void **state)
{
	static const unsigned whole[] = { START, MAIN, OUTER, FAIL, LONGJMP };
	static const unsigned part[] = { MAIN, OUTER, FAIL, LONGJMP };

	LEFT(whole, OTHER, TL_PT_LEAPS_SURELY, 4, 4);
	LEFT(part, OTHER, TL_PT_LEAPS_SURELY, 0, -1);
	LEFT(part, OTHER, TL_PT_LEAPS, 3, 3);
}

/* A longjmp that calls nothing goes to who called it; an exception that goes on does not. */
static void who_called_it_counts_unless_it_resumes(void **state)
{
	static const unsigned own[] = { START, MAIN, WORK, MAIN, LONGJMP };

	LEFT(own, MAIN, TL_PT_LEAPS_SURELY, 3, 3);
	LEFT(own, MAIN, TL_PT_LEAPS, 3, 3);
	LEFT(own, MAIN, TL_PT_LEAPS_RESUMES, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_jumps_leap),
		cmocka_unit_test(parts_of_functions_do_not),
		cmocka_unit_test(kernels_and_switches_of_stacks_do_not),
		cmocka_unit_test(parts_are_one_function),
		cmocka_unit_test(all_known_calls_stay_where_none_is_found),
		cmocka_unit_test(who_called_it_counts_unless_it_resumes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
