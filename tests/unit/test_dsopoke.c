/*
 * test_dsopoke.c: code that was changed while it was recorded: each of the binaries that a change
 * makes has the bytes of its time, whatever is asked first.
 */
#include "decoders/perf/dso.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KERNEL UINT64_C(0xffffffff81000000)

static struct tl_dsos *open_all(void)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_dsos *all = NULL;

	if (!tl_dsos_open(NULL, NULL, &all, &err))
		fail_msg("%s", err.msg);
	return all;
}

static struct tl_dso *poke(struct tl_dso *d, uint64_t addr, const char *bytes)
{
	d = tl_dso_poked(d, addr, (const uint8_t *)bytes, strlen(bytes));
	assert_non_null(d);
	return d;
}

/* '.' is a byte that is not known. */
static void expect(struct tl_dso *d, uint64_t addr, const char *want)
{
	for (size_t i = 0; want[i]; i++) {
		uint8_t byte = '.';

		tl_dso_copy_code(d, addr + i, &byte, 1);
		if (byte != (uint8_t)want[i])
			fail_msg("'%c' at %zu of \"%s\"", byte, i, want);
	}
}

static void test_order(void **state)
{
	struct tl_dsos *all = open_all();
	struct tl_dso *d[5] = { tl_dsos_get(all, "[kernel.kallsyms]_text", NULL, 0, -1) };

	d[1] = poke(d[0], KERNEL + 10, "abcdef");
	d[2] = poke(d[1], KERNEL + 12, "XY");
	d[3] = poke(d[2], KERNEL + 0x5000, "far");
	d[4] = poke(d[3], KERNEL + 9, "12");
	expect(d[4], KERNEL + 8, ".12bXYef.");
	expect(d[2], KERNEL + 8, "..abXYef.");
	expect(d[1], KERNEL + 8, "..abcdef.");
	expect(d[3], KERNEL + 8, "..abXYef.");
	expect(d[0], KERNEL + 8, ".........");
	expect(d[2], KERNEL + 0x5000, "...");
	expect(d[4], KERNEL + 0x5000, "far");
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(tl_dso_name(d[i]), "[kernel.kallsyms]");
		assert_int_equal(tl_dso_number(d[i]), i);
	}
	tl_dsos_close(all);
}

/* Across pages, and one that is all of several. */
static void test_pages(void **state)
{
	struct tl_dsos *all = open_all();
	struct tl_dso *d = tl_dsos_get(all, "[mod]", NULL, 0, -1);
	uint8_t *many = malloc(10000), *got = malloc(10000);

	for (size_t i = 0; i < 10000; i++)
		many[i] = (uint8_t)(i * 7 + i / 256);
	d = poke(d, KERNEL + 4094, "abcd");
	expect(d, KERNEL + 4093, ".abcd.");
	d = tl_dso_poked(d, KERNEL + 3000, many, 10000);
	assert_int_equal(tl_dso_copy_code(d, KERNEL + 3000, got, 10000), 10000);
	assert_memory_equal(got, many, 10000);
	expect(d, KERNEL + 2999, ".");
	assert_int_equal(tl_dso_copy_code(d, KERNEL + 13000, got, 1), 0);
	free(many);
	free(got);
	tl_dsos_close(all);
}

static void test_ksymbol(void **state)
{
	struct tl_dsos *all = open_all();
	struct tl_dso *d = tl_dsos_ksymbol(all, "bpf_prog_1", KERNEL, 0x20), *p;
	struct tl_symbol s;

	assert_string_equal(tl_dso_name(d), "bpf_prog_1");
	assert_true(tl_dso_symbol(d, KERNEL + 0x1f, &s));
	assert_string_equal(s.name, "bpf_prog_1");
	assert_int_equal(s.start, KERNEL);
	assert_false(tl_dso_symbol(d, KERNEL + 0x20, &s));
	assert_non_null(strstr(tl_dso_why(d), "'bpf_prog_1' was made by the kernel"));
	assert_non_null(strstr(tl_dso_why(d), "--kcore"));
	/* A trampoline: its bytes come with it. */
	p = poke(d, KERNEL, "code");
	expect(p, KERNEL, "code.");
	assert_true(tl_dso_symbol(p, KERNEL + 1, &s));
	assert_string_equal(s.name, "bpf_prog_1");
	assert_ptr_not_equal(tl_dsos_ksymbol(all, "bpf_prog_1", KERNEL, 0x20), d);
	tl_dsos_close(all);
}

/* A recording can claim any number of changes. */
static void test_too_many(void **state)
{
	struct tl_dsos *all = open_all();
	struct tl_dso *d = tl_dsos_kernel(all), *last = NULL;
	uint8_t *many = calloc(1, 65535);

	for (unsigned i = 0; i < 2000 && d != last; i++) {
		last = d;
		d = tl_dso_poked(d, KERNEL, many, 65535);
		assert_non_null(d);
	}
	assert_ptr_equal(d, last);
	assert_ptr_equal(tl_dso_poked(d, UINT64_MAX - 2, many, 10), d);
	last = NULL;
	for (unsigned i = 0; i < 200000 && last != tl_dsos_kernel(all); i++)
		last = tl_dsos_ksymbol(all, "bpf", KERNEL + i, 1);
	assert_ptr_equal(last, tl_dsos_kernel(all));
	free(many);
	tl_dsos_close(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_ksymbol),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
