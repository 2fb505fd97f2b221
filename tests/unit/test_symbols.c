/*
 * test_symbols.c: what is in a symbol table, which name wins, how far it reaches; ELF files and
 * lists in text form that are made here, so that each rule is seen alone.
 */
#include "decoders/perf/demangle.h"
#include "decoders/perf/elffile.h"
#include "decoders/perf/kallsyms.h"
#include "decoders/perf/symbols.h"
#include "decoders/perf/symtree.h"

#include "tests/unit/elfmake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lzma.h>

/* ---- the tree */

#define NROWS 500

static unsigned check_balance(const struct tl_symtree *t, uint32_t i, uint32_t parent)
{
	const struct tl_symnode *n;
	unsigned left, right;

	if (i == TL_SYMTREE_NONE)
		return 1;
	n = &t->nodes[i];
	assert_int_equal(n->parent, parent);
	assert_false(n->red && (parent == TL_SYMTREE_NONE || t->nodes[parent].red));
	left = check_balance(t, n->left, i);
	right = check_balance(t, n->right, i);
	assert_int_equal(left, right);
	return left + !n->red;
}

static void test_tree(void **state)
{
	struct tl_symnode nodes[NROWS];
	struct tl_symtree t = { nodes, TL_SYMTREE_NONE };
	unsigned keys[NROWS], seed = 1, left = NROWS;
	bool gone[NROWS] = { false };

	for (uint32_t i = 0; i < NROWS; i++) {
		uint32_t at = t.root, parent = TL_SYMTREE_NONE;
		bool to_left = false;

		seed = seed * 1103515245 + 12345;
		keys[i] = i % 3 ? seed >> 16 & 0xff : i;
		while (at != TL_SYMTREE_NONE) {
			parent = at;
			to_left = keys[i] < keys[at];
			at = to_left ? nodes[at].left : nodes[at].right;
		}
		tl_symtree_insert(&t, i, parent, to_left);
		check_balance(&t, t.root, TL_SYMTREE_NONE);
	}
	while (left > 0) {
		unsigned n = 0, last = 0;
		uint32_t i;

		seed = seed * 1103515245 + 12345;
		i = (seed >> 8) % NROWS;
		if (gone[i])
			continue;
		tl_symtree_erase(&t, i);
		gone[i] = true;
		left--;
		check_balance(&t, t.root, TL_SYMTREE_NONE);
		for (i = tl_symtree_first(&t); i != TL_SYMTREE_NONE; i = tl_symtree_next(&t, i)) {
			assert_true(keys[i] >= last);
			assert_false(gone[i]);
			last = keys[i];
			n++;
		}
		assert_int_equal(n, left);
	}
}

/* ---- the table */

#define FUNC(start, size, bind, name)                    \
	{                                                \
		start, size, name, bind, STT_FUNC, false \
	}

static struct tl_symbols *make(const struct tl_symbol_row *rows, size_t n)
{
	struct tl_symbols *t = tl_symbols_new();

	assert_non_null(t);
	for (size_t i = 0; i < n; i++)
		assert_true(tl_symbols_add(t, &rows[i]));
	tl_symbols_settle(t, TL_SETTLE_ELF);
	assert_true(tl_symbols_finish(t));
	return t;
}

#define MAKE(rows) make(rows, sizeof(rows) / sizeof(*(rows)))

/* Is this the answer for an offset?  NULL: none. */
static void expect(struct tl_symbols *t, uint64_t offset, const char *name, uint64_t start)
{
	struct tl_symbol s;
	bool found = tl_symbols_find(t, offset, &s);

	if (!name) {
		if (found)
			fail_msg("%#llx is in '%s'", (unsigned long long)offset, s.name);
		return;
	}
	assert_true(found);
	assert_string_equal(s.name, name);
	assert_int_equal(s.start, start);
}

static void test_find(void **state)
{
	static const struct tl_symbol_row rows[] = {
		FUNC(0x200, 0x10, STB_GLOBAL, "b"),
		FUNC(0x100, 0x10, STB_LOCAL, "a"),
		FUNC(0x210, 0, STB_GLOBAL, "c"), /* up to d */
		FUNC(0x230, 0x20, STB_GLOBAL, "d"),
		FUNC(0x3010, 0, STB_GLOBAL, "last"), /* to the end of the page, and one more */
	};
	struct tl_symbols *t = MAKE(rows);

	expect(t, 0xff, NULL, 0);
	expect(t, 0x100, "a", 0x100);
	expect(t, 0x10f, "a", 0x100);
	expect(t, 0x110, NULL, 0);
	expect(t, 0x200, "b", 0x200);
	expect(t, 0x20f, "b", 0x200);
	expect(t, 0x22f, "c", 0x210);
	expect(t, 0x24f, "d", 0x230);
	expect(t, 0x250, NULL, 0);
	expect(t, 0x4fff, "last", 0x3010);
	expect(t, 0x5000, NULL, 0);
	expect(t, UINT64_MAX, NULL, 0);
	tl_symbols_free(t);

	t = make(NULL, 0);
	expect(t, 0, NULL, 0);
	tl_symbols_free(t);
}

static void test_aliases(void **state)
{
	static const struct tl_symbol_row rows[] = {
		FUNC(0x100, 0x10, STB_WEAK, "weak_but_long"),
		FUNC(0x100, 0x10, STB_LOCAL, "not_weak"),
		FUNC(0x200, 0x10, STB_LOCAL, "local_but_long"),
		FUNC(0x200, 0x10, STB_GLOBAL, "__global"),
		FUNC(0x300, 0x10, STB_GLOBAL, "__underscores_twice"),
		FUNC(0x300, 0x10, STB_GLOBAL, "_once"),
		FUNC(0x400, 0x10, STB_GLOBAL, "short"),
		FUNC(0x400, 0x10, STB_GLOBAL, "a_longer_one"),
		FUNC(0x500, 0x10, STB_GLOBAL, "first"),
		FUNC(0x500, 0x10, STB_GLOBAL, "other"),
		FUNC(0x600, 0, STB_GLOBAL, "without_a_size"),
		FUNC(0x600, 0x10, STB_WEAK, "sized"),
		/* The shown names are compared: f::g::h beats a_name. */
		FUNC(0x700, 0x10, STB_GLOBAL, "_ZN1f1g1hEv"),
		FUNC(0x700, 0x10, STB_GLOBAL, "a_name"),
	};
	struct tl_symbols *t = MAKE(rows);
	uint64_t start;

	expect(t, 0x100, "not_weak", 0x100);
	expect(t, 0x200, "__global", 0x200);
	expect(t, 0x300, "_once", 0x300);
	expect(t, 0x400, "a_longer_one", 0x400);
	expect(t, 0x500, "first", 0x500);
	expect(t, 0x60f, "sized", 0x600);
	expect(t, 0x700, "f::g::h", 0x700);
	/* Those that lost are still found by name. */
	assert_true(tl_symbols_named(t, "weak_but_long", &start));
	assert_int_equal(start, 0x100);
	assert_true(tl_symbols_named(t, "f::g::h", &start));
	assert_int_equal(start, 0x700);
	assert_false(tl_symbols_named(t, "nobody", &start));
	tl_symbols_free(t);
}

/* Parts of functions are told apart by it. */
static void test_linked_name(void **state)
{
	static const struct tl_symbol_row rows[] = {
		FUNC(0x100, 0x10, STB_LOCAL, "_Z1fi.cold"),
		FUNC(0x200, 0x80, STB_GLOBAL, "_Z1fi"),
	};
	struct tl_symbols *t = MAKE(rows);
	struct tl_symbol s;

	assert_true(tl_symbols_linked(t, 0x10f, &s));
	assert_string_equal(s.name, "_Z1fi.cold");
	assert_int_equal(s.start, 0x100);
	assert_int_equal(s.end, 0x110);
	assert_true(tl_symbols_find(t, 0x27f, &s));
	assert_string_equal(s.name, "f");
	assert_true(tl_symbols_linked(t, 0x27f, &s));
	assert_string_equal(s.name, "_Z1fi");
	assert_false(tl_symbols_linked(t, 0x280, &s));
	tl_symbols_free(t);
}

/* Of symbols that overlap, the one nearest to the root of perf's tree answers: here the second
 * of three that were added in order, then a label in it. */
static void test_overlap(void **state)
{
	static const struct tl_symbol_row rows[] = {
		FUNC(0x100, 0x1000, STB_GLOBAL, "wide"),
		FUNC(0x200, 0x100, STB_GLOBAL, "middle"),
		FUNC(0x280, 0x10, STB_GLOBAL, "inner"),
	};
	struct tl_symbols *t = MAKE(rows);

	expect(t, 0x100, "wide", 0x100);
	expect(t, 0x285, "middle", 0x200);
	expect(t, 0x300, NULL, 0); /* the walk goes to the right of middle, away from wide */
	tl_symbols_free(t);
}

static void test_demangle(void **state)
{
	static const char *const names[][2] = {
		{ "_ZN3foo3BarIiE2goEiPKc", "foo::Bar<int>::go" },
		{ "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE",
		  "core::fmt::Write::write_fmt" },
		{ "_RNvC6_123foo3bar", "123foo::bar" },
		{ "camlFoo__bar_12", "Foo.bar_12" },
		{ "camlX$2bY__z", "X+Y.z" },
	};
	static const char *const plain[] = { "main", "_Z", "_start", "camel", "", "_Zzz", "_R" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *s = tl_demangle(names[i][0]);

		assert_true(tl_demangle_maybe(names[i][0]));
		assert_non_null(s);
		assert_string_equal(s, names[i][1]);
		free(s);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_null(tl_demangle(plain[i]));
}

/* A name of 700 bytes that stands for as many as there are on a disk. */
static void test_demangle_bomb(void **state)
{
	struct tl_buf name = TL_BUF_INIT;

	assert_true(tl_buf_puts(&name, "_Z1fI1AI1B1BE"));
	for (unsigned i = 0; i < 60; i++) {
		char last = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(i + 2) % 36];
		const char *high = i + 2 < 36 ? "" : "1";

		assert_true(tl_buf_printf(&name, "S0_IS%s%c_S%s%c_E", high, last, high, last));
	}
	assert_true(tl_buf_puts(&name, "Evv"));
	assert_null(tl_demangle(tl_buf_str(&name)));
	tl_buf_fini(&name);
}

/* ---- text */

static void give(struct tl_buf *buf, const char *text)
{
	*buf = (struct tl_buf)TL_BUF_INIT;
	assert_true(tl_buf_puts(buf, text));
}

static struct tl_symbols *from_kallsyms(const char *text, const char *reference, uint64_t at)
{
	struct tl_symbols *t = tl_symbols_new();
	struct tl_buf buf;

	give(&buf, text);
	assert_true(tl_kallsyms_add(t, &buf, reference, at));
	assert_true(tl_symbols_finish(t));
	return t;
}

static const char kallsyms[] = "ffffffff81000000 T _text\n"
			       "ffffffff81000000 T _stext\n"
			       "ffffffff81000100 t helper\n"
			       "ffffffff81000200 A absolute\n"
			       "ffffffff81000300 W weak\n"
			       "ffffffff81000300 T strong\n"
			       "nonsense\n"
			       "ffffffff8100\n"
			       "ffffffffc0000000 t mod_a\t[mod]\n"
			       "ffffffffc0002010 t mod_b\t[mod]\n"
			       "ffffffffc0009000 t other\t[other]";

static void test_kallsyms(void **state)
{
	struct tl_symbols *t = from_kallsyms(kallsyms, "_text", UINT64_C(0xffffffff81000000));

	expect(t, 0xffffffff81000050, "_stext", 0xffffffff81000000);
	expect(t, 0xffffffff81000250, "helper", 0xffffffff81000100);
	/* The last one before a module ends with its page and another, the module's likewise. */
	expect(t, 0xffffffff81001fff, "strong", 0xffffffff81000300);
	expect(t, 0xffffffff81002000, NULL, 0);
	expect(t, 0xffffffffc0001000, "mod_a", 0xffffffffc0000000);
	expect(t, 0xffffffffc0003fff, "mod_b", 0xffffffffc0002010);
	expect(t, 0xffffffffc0004000, NULL, 0);
	expect(t, 0xffffffffc0009000, "other", 0xffffffffc0009000);
	tl_symbols_free(t);

	/* Another boot: the kernel is elsewhere, and modules are who knows where. */
	t = from_kallsyms(kallsyms, "_text", UINT64_C(0xffffffff91000000));
	expect(t, 0xffffffff91000250, "helper", 0xffffffff91000100);
	expect(t, 0xffffffff81000250, NULL, 0);
	expect(t, 0xffffffffc0001000, NULL, 0);
	tl_symbols_free(t);

	/* Hidden from this user; without the reference; nothing at all. */
	t = from_kallsyms("0000000000000000 T _text\n0000000000000000 T x\n", "_text", 0x1000);
	expect(t, 0x1000, NULL, 0);
	tl_symbols_free(t);
	t = from_kallsyms("ffffffff81000000 T x\n", "_text", 0x1000);
	expect(t, 0xffffffff81000000, NULL, 0);
	tl_symbols_free(t);
	t = from_kallsyms("", "_text", 0);
	expect(t, 0, NULL, 0);
	tl_symbols_free(t);
}

static void test_perfmap(void **state)
{
	struct tl_symbols *t = tl_symbols_new();
	struct tl_buf buf;

	give(&buf, "7f0000001000 20 a name with spaces\n7F0000002000 0x10 no\n\n"
		   "7f0000003000 10\n7f0000004000 8 _ZN1f1gEv");
	assert_true(tl_perfmap_add(t, &buf));
	assert_true(tl_symbols_finish(t));
	expect(t, 0x7f000000101f, "a name with spaces", 0x7f0000001000);
	expect(t, 0x7f0000001020, NULL, 0);
	expect(t, 0x7f0000002000, NULL, 0);
	expect(t, 0x7f0000003000, NULL, 0);
	expect(t, 0x7f0000004007, "_ZN1f1gEv", 0x7f0000004000); /* the compiler's own words */
	tl_symbols_free(t);
}

/* ---- ELF */

static struct tl_symbols *from_elf(const struct elfmake *syms, const struct elfmake *runtime)
{
	struct tl_symbols *t = tl_symbols_new();
	struct tl_elf e, r;

	assert_true(tl_elf_init_memory(&e, (struct tl_span){ syms->file.data, syms->file.len }));
	assert_true(
	    tl_elf_init_memory(&r, (struct tl_span){ runtime->file.data, runtime->file.len }));
	assert_true(tl_symbols_add_elf(t, &e, &r));
	assert_true(tl_symbols_finish(t));
	tl_elf_fini(&e);
	tl_elf_fini(&r);
	return t;
}

static void test_elf(void **state)
{
	struct elfmake m;
	struct tl_symbols *t;

	elfmake_usual(&m);
	elfmake_finish(&m);
	t = from_elf(&m, &m);
	/* Addresses are 0x400000 and the offset; .text begins at 0x1000. */
	expect(t, 0x1000, "main", 0x1000);
	expect(t, 0x101f, "main", 0x1000);
	expect(t, 0x1020, "ns::f", 0x1020);
	expect(t, 0x1030, "label", 0x1030);
	expect(t, 0x1040, NULL, 0); /* a hidden label */
	expect(t, 0x1050, "resolver", 0x1050);
	expect(t, 0x1060, "only_dynamic", 0x1060);
	expect(t, 0x1070, NULL, 0); /* absolute */
	expect(t, 0x2000, NULL, 0); /* how to look one up */
	expect(t, 0x2010, "puts@plt", 0x2010);
	expect(t, 0x202f, "ns::g@plt", 0x2020);
	expect(t, 0x2030, NULL, 0);
	tl_symbols_free(t);
	elfmake_fini(&m);
}

/* Symbols in a file of their own: its sections have no bytes, their places are the binary's. */
static void test_debug_file(void **state)
{
	struct elfmake m, debug;
	struct tl_symbols *t;

	elfmake_usual(&m);
	m.strip = true;
	elfmake_finish(&m);
	t = from_elf(&m, &m);
	expect(t, 0x1000, NULL, 0);
	expect(t, 0x1060, "only_dynamic", 0x1060);
	expect(t, 0x2010, "puts@plt", 0x2010);
	tl_symbols_free(t);

	elfmake_usual(&debug);
	debug.only_debug = true;
	elfmake_finish(&debug);
	t = from_elf(&debug, &m);
	expect(t, 0x1000, "main", 0x1000);
	expect(t, 0x1020, "ns::f", 0x1020);
	expect(t, 0x2010, "puts@plt", 0x2010);
	tl_symbols_free(t);
	elfmake_fini(&m);
	elfmake_fini(&debug);
}

/* The same symbols packed into the stripped binary. */
static void test_debugdata(void **state)
{
	struct elfmake m, debug;
	struct tl_symbols *t;
	struct tl_elf e;
	size_t len = 0;
	uint8_t xz[4096];

	elfmake_usual(&debug);
	debug.only_debug = true;
	elfmake_finish(&debug);
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, debug.file.data,
						 debug.file.len, xz, &len, sizeof(xz)),
			 LZMA_OK);
	elfmake_usual(&m);
	m.strip = true;
	m.debugdata = xz;
	for (m.debugdata_len = 0;;
	     m.debugdata_len = m.debugdata_len + 50 < len ? m.debugdata_len + 50 : len) {
		elfmake_finish(&m);
		assert_true(tl_elf_init_memory(&e, (struct tl_span){ m.file.data, m.file.len }));
		t = tl_symbols_new();
		assert_true(tl_symbols_add_debugdata(t, &e));
		/* Nothing of one that is cut short. */
		assert_true(m.debugdata_len == len || tl_symbols_count(t) == 0);
		assert_true(tl_symbols_add_elf(t, &e, &e));
		assert_true(tl_symbols_finish(t));
		tl_elf_fini(&e);
		tl_buf_fini(&m.file);
		if (m.debugdata_len == len)
			break;
		tl_symbols_free(t);
	}
	expect(t, 0x1005, "main", 0x1000);
	expect(t, 0x1060, "only_dynamic", 0x1060);
	expect(t, 0x2010, "puts@plt", 0x2010);
	tl_symbols_free(t);
	elfmake_fini(&debug);
}

static void test_build_id(void **state)
{
	uint8_t id[TL_ELF_BUILD_ID];
	struct elfmake m;
	struct tl_elf e;

	elfmake_usual(&m);
	elfmake_finish(&m);
	assert_true(tl_elf_init_memory(&e, (struct tl_span){ m.file.data, m.file.len }));
	assert_int_equal(tl_elf_build_id(&e, id), 20);
	assert_memory_equal(id, elfmake_build_id, 20);
	tl_elf_fini(&e);
	elfmake_fini(&m);
	assert_int_equal(tl_elf_note_build_id((const uint8_t *)"\4\0\0", 3, id), 0);
}

/* Every byte of the headers broken once, every length once: no answer has to be right, but there
 * has to be one. */
static void test_damage(void **state)
{
	struct elfmake m;

	elfmake_usual(&m);
	elfmake_finish(&m);
	for (size_t i = 0; i < m.file.len; i++) {
		static const uint8_t with[] = { 0x00, 0xff, 0x80 };
		uint8_t old = m.file.data[i];

		for (size_t k = 0; k < sizeof(with); k++) {
			struct tl_symbols *t;
			struct tl_elf e;

			if (i >= 0x100 && i < m.tables) /* nothing but code */
				continue;
			m.file.data[i] = with[k];
			if (!tl_elf_init_memory(&e, (struct tl_span){ m.file.data, m.file.len }))
				continue;
			t = tl_symbols_new();
			assert_true(tl_symbols_add_elf(t, &e, &e));
			assert_true(tl_symbols_finish(t));
			tl_symbols_free(t);
			tl_elf_fini(&e);
		}
		m.file.data[i] = old;
	}
	for (size_t n = 0; n < m.file.len; n += n < 0x100 || n >= m.tables ? 1 : 64) {
		uint8_t *copy = malloc(n ? n : 1);
		struct tl_symbols *t;
		struct tl_elf e;

		memcpy(copy, m.file.data, n);
		if (tl_elf_init_memory(&e, (struct tl_span){ copy, n })) {
			t = tl_symbols_new();
			assert_true(tl_symbols_add_elf(t, &e, &e));
			tl_symbols_free(t);
			tl_elf_fini(&e);
		}
		free(copy);
	}
	elfmake_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),          cmocka_unit_test(test_find),
		cmocka_unit_test(test_aliases),       cmocka_unit_test(test_linked_name),
		cmocka_unit_test(test_overlap),       cmocka_unit_test(test_demangle),
		cmocka_unit_test(test_demangle_bomb), cmocka_unit_test(test_kallsyms),
		cmocka_unit_test(test_perfmap),       cmocka_unit_test(test_elf),
		cmocka_unit_test(test_debug_file),    cmocka_unit_test(test_build_id),
		cmocka_unit_test(test_debugdata),     cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
