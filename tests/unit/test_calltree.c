/* test_calltree.c: names and trees of calls, and how they are shown as folded stacks. */
#include "decoders/callrows.h"
#include "pager/toptable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t number(struct tl_callnames *names, const char *name)
{
	uint32_t n = tl_callnames_add(names, name);

	assert_int_not_equal(n, TL_CALL_NONAME);
	return n;
}

static bool keep(void *arg, struct tl_span lines)
{
	return tl_buf_append(arg, lines.data, lines.len);
}

static void folds_to(const struct tl_calltree *t, struct tl_callnames *names,
		     enum tl_cost_unit unit, const char *want)
{
	struct tl_buf out = TL_BUF_INIT;
	bool nomem;

	assert_true(tl_calltree_fold(t, 0, names, unit, keep, &out, &nomem));
	assert_true(tl_buf_putc(&out, '\0'));
	assert_string_equal((char *)out.data, want);
	tl_buf_fini(&out);
}

static void names_have_numbers(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	uint32_t main = number(names, "main"), again;
	char text[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "f%d", i);
		number(names, text);
	}
	again = number(names, "main");
	assert_int_equal(main, again);
	assert_string_equal(tl_callnames_get(names, main), "main");
	assert_string_equal(tl_callnames_get(names, number(names, "f4321")), "f4321");
	assert_string_equal(tl_callnames_get(names, TL_CALL_NONAME), "[unknown]");
	assert_string_equal(tl_callnames_get(names, 1u << 30), "[unknown]");
	/* What would end a line, or a name in it. */
	assert_string_equal(tl_callnames_get(names, number(names, "a;b\nc\033d")), "a:b?c?d");
	assert_string_equal(tl_callnames_get(names, number(names, "")), "?");
	tl_callnames_free(names);
}

static void stacks_are_sorted(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 };
	uint32_t root = tl_calltree_root(&t, TL_CALL_NONAME), comm, a, b;

	folds_to(&t, names, TL_COST_NS, "");
	comm = tl_calltree_child(&t, root, number(names, "cat"));
	b = tl_calltree_child(&t, comm, number(names, "b"));
	a = tl_calltree_child(&t, comm, number(names, "a"));
	t.v[b].ns = 7;
	t.v[b].insns = 8;
	t.v[a].ns = 0;
	t.v[a].insns = 1;
	t.v[tl_calltree_child(&t, a, number(names, "z"))].ns = 3;
	t.v[tl_calltree_child(&t, b, number(names, "a"))].ns = 5;
	assert_int_equal(tl_calltree_child(&t, comm, number(names, "b")), b);
	assert_int_equal(t.v[b].level, 2);
	folds_to(&t, names, TL_COST_NS, "cat;a;z 3\ncat;b 7\ncat;b;a 5\n");
	folds_to(&t, names, TL_COST_INSNS, "cat;a 1\ncat;b 8\n");
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

static void a_caller_is_found_late(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 }, sum = { 0 };
	uint32_t root = tl_calltree_root(&t, TL_CALL_NONAME), f, above, main;

	f = tl_calltree_child(&t, root, number(names, "f"));
	t.v[f].ns = 4;
	main = number(names, "main");
	above = tl_calltree_lift(&t, root, main);
	assert_int_equal(t.v[above].level, -1);
	assert_int_equal(tl_calltree_child(&t, above, main), root);
	assert_int_equal(tl_calltree_key(t.v[above].key, main), t.v[root].key);
	assert_int_equal(tl_calltree_find(&t, above, main), root);
	t.v[root].ns = 2;
	t.v[tl_calltree_child(&t, root, number(names, "g"))].ns = 1;
	tl_calltree_child(&t, root, number(names, "costs nothing"));
	/* Paths come together, and nothing is counted twice. */
	tl_calltree_root(&sum, TL_CALL_NONAME);
	assert_true(tl_calltree_move(&t, &sum, 0));
	assert_true(tl_calltree_move(&t, &sum, 0));
	t.v[f].ns = 6;
	assert_true(tl_calltree_move(&t, &sum, 0));
	assert_int_equal(sum.n, 4);
	folds_to(&sum, names, TL_COST_NS, "main 2\nmain;f 10\nmain;g 1\n");
	tl_calltree_fini(&t);
	tl_calltree_fini(&sum);
	tl_callnames_free(names);
}

static void roots_come_together(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 }, sum = { 0 };

	for (int i = 0; i < 2; i++) {
		uint32_t root = tl_calltree_root(&t, TL_CALL_NONAME);

		t.v[tl_calltree_child(&t, root, number(names, "f"))].ns = 1;
	}
	tl_calltree_root(&sum, TL_CALL_NONAME);
	assert_true(tl_calltree_move(&t, &sum, 0));
	folds_to(&sum, names, TL_COST_NS, "f 2\n");
	assert_int_equal(tl_calltree_child(&sum, 0, number(names, "f")), 1);
	tl_calltree_fini(&t);
	tl_calltree_fini(&sum);
	tl_callnames_free(names);
}

static void a_tree_can_be_full(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { .most = 2 };
	uint32_t root = tl_calltree_root(&t, TL_CALL_NONAME);
	uint32_t f = tl_calltree_child(&t, root, number(names, "f"));

	assert_int_equal(tl_calltree_child(&t, f, number(names, "g")), f);
	assert_int_equal(tl_calltree_child(&t, root, number(names, "f")), f);
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

/* Against a walk from each node up to the root. */
static void large_trees_are_right(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 };
	struct tl_buf out = TL_BUF_INIT;
	char text[32], *line, *save = NULL;
	uint64_t sum = 0;
	unsigned seed = 7;
	bool nomem;
	size_t n = 0;

	tl_calltree_root(&t, TL_CALL_NONAME);
	for (int i = 0; i < 20000; i++) {
		uint32_t parent = (uint32_t)rand_r(&seed) % t.n, child;

		snprintf(text, sizeof(text), "f%d", rand_r(&seed) % 50);
		child = tl_calltree_child(&t, parent, number(names, text));
		assert_int_equal(t.v[child].parent, parent);
		assert_string_equal(tl_callnames_get(names, t.v[child].name), text);
		assert_int_equal(t.v[child].level, t.v[parent].level + 1);
		t.v[child].ns++;
	}
	assert_true(tl_calltree_fold(&t, 0, names, TL_COST_NS, keep, &out, &nomem));
	assert_true(tl_buf_putc(&out, '\0'));
	for (line = strtok_r((char *)out.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save), n++)
		sum += strtoull(strrchr(line, ' '), NULL, 10);
	assert_int_equal(sum, 20000);
	assert_int_equal(n, t.n - 1);
	tl_buf_fini(&out);
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

static void make_rows(const struct tl_calltree *t, struct tl_callnames *names, enum tl_cost_unit by,
		      struct tl_callrow **rows, size_t *n)
{
	assert_int_equal(tl_callrows_make(t, names, by, NULL, rows, n), TL_CALLROWS_MADE);
}

static void functions_are_summed_up(void **state)
{
	static const char *const paths[][4] = {
		{ "t", "main" },   { "t", "main", "f" }, { "t", "main", "f", "f" },
		{ "t", "g", "f" }, { "u", "g" },
	};
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 };
	struct tl_callrow *rows;
	size_t n;

	tl_calltree_root(&t, TL_CALL_NONAME);
	for (size_t i = 0; i < 5; i++) {
		uint32_t node = 0;

		for (size_t k = 0; k < 4 && paths[i][k]; k++)
			node = tl_calltree_child(&t, node, number(names, paths[i][k]));
		t.v[node].calls++;
		t.v[node].ns += 10;
		t.v[node].insns += 1u << i;
	}
	make_rows(&t, names, TL_COST_NS, &rows, &n);
	assert_int_equal(n, 3);
	assert_string_equal(tl_callnames_get(names, rows[0].name), "f");
	assert_int_equal(rows[0].calls, 3);
	assert_int_equal(rows[0].ns, 30);
	assert_int_equal(rows[0].total_ns, 30); /* not twice for f in f */
	assert_int_equal(rows[0].total_insns, 2 + 4 + 8);
	/* What costs the same goes by name: g, main. */
	assert_string_equal(tl_callnames_get(names, rows[2].name), "main");
	assert_int_equal(rows[1].ns, 10);
	assert_int_equal(rows[1].total_ns, 20);
	assert_int_equal(rows[2].total_ns, 30);
	assert_int_equal(rows[2].insns, 1);
	free(rows);
	make_rows(&t, names, TL_COST_INSNS, &rows, &n);
	assert_string_equal(tl_callnames_get(names, rows[0].name), "g");
	free(rows);
	tl_calltree_fini(&t);
	tl_calltree_root(&t, TL_CALL_NONAME);
	make_rows(&t, names, TL_COST_NS, &rows, &n);
	assert_int_equal(n, 0);
	free(rows);
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

static bool give_up(void *arg, double done)
{
	++*(int *)arg;
	return done < 0.5;
}

/* A function that calls itself a thousand times, each time something else too: 40000 nodes. */
static void deep_recursion_is_summed_up(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 };
	struct tl_callrow *rows;
	int asked = 0;
	struct tl_progress progress = { give_up, &asked };
	uint32_t node, inner, f = number(names, "f"), g = number(names, "g");
	size_t n;

	tl_calltree_root(&t, TL_CALL_NONAME);
	for (int k = 0; k < 20; k++) {
		char thread[16];

		snprintf(thread, sizeof(thread), "t%d", k);
		node = tl_calltree_child(&t, 0, number(names, thread));
		for (int i = 0; i < 1000; i++) {
			node = tl_calltree_child(&t, node, f);
			t.v[node].ns = 2;
			t.v[node].calls = 1;
			inner = tl_calltree_child(&t, node, g);
			t.v[inner].ns = 1;
		}
	}
	make_rows(&t, names, TL_COST_NS, &rows, &n);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].calls, 20000);
	assert_int_equal(rows[0].ns, 40000);
	assert_int_equal(rows[0].total_ns, 60000);
	assert_int_equal(rows[1].total_ns, 20000);
	free(rows);
	assert_int_equal(tl_callrows_make(&t, names, TL_COST_NS, &progress, &rows, &n),
			 TL_CALLROWS_GIVEN_UP);
	assert_int_equal(asked, 2);
	assert_null(rows);
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

static bool give_up_at(void *arg, double done)
{
	int *left = arg;

	return --*left > 0;
}

/* Of a small tree there is nothing to tell while it is walked through; here its many functions are sorted. */
static void sorting_and_printing_are_given_up(void **state)
{
	struct tl_callnames *names = tl_callnames_new();
	struct tl_calltree t = { 0 };
	struct tl_cost_result result = { .tree = &t, .names = names, .has_time = true };
	struct tl_buf out = TL_BUF_INIT;
	struct tl_err err = TL_ERR_INIT;
	struct tl_callrow *rows;
	int left = 1;
	struct tl_progress progress = { give_up_at, &left };
	uint32_t thread, node;
	size_t n;

	tl_calltree_root(&t, TL_CALL_NONAME);
	thread = tl_calltree_child(&t, 0, number(names, "t"));
	for (int i = 0; i < 12000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%d", i);
		node = tl_calltree_child(&t, thread, number(names, name));
		t.v[node].ns = 1;
	}
	assert_int_equal(tl_callrows_make(&t, names, TL_COST_NS, &progress, &rows, &n),
			 TL_CALLROWS_GIVEN_UP);
	assert_int_equal(left, 0); /* asked once */
	assert_null(rows);
	left = 1000; /* no such number of times */
	assert_true(tl_toptable_put(&out, &result, &progress, &err));
	left = 1000 - left; /* the last time it is printed already */
	out.len = 0;
	assert_false(tl_toptable_put(&out, &result, &progress, &err));
	assert_string_equal(err.msg, "interrupted");
	assert_int_equal(left, 0);
	assert_true(out.len > 0);
	tl_buf_fini(&out);
	tl_calltree_fini(&t);
	tl_callnames_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_numbers),
		cmocka_unit_test(stacks_are_sorted),
		cmocka_unit_test(a_caller_is_found_late),
		cmocka_unit_test(roots_come_together),
		cmocka_unit_test(a_tree_can_be_full),
		cmocka_unit_test(large_trees_are_right),
		cmocka_unit_test(functions_are_summed_up),
		cmocka_unit_test(deep_recursion_is_summed_up),
		cmocka_unit_test(sorting_and_printing_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
