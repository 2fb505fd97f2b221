/*
 * test_code.c: the table of blocks, over a binary whose bytes come in pieces of a few bytes, as
 * they come in pieces of some KiB in dso.h.
 */
#include "decoders/pt/code.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct tl_dso {
	const uint8_t *code;
	size_t len, piece;
	unsigned number;
};

unsigned tl_dso_number(const struct tl_dso *d)
{
	return d->number;
}

bool tl_dso_code(struct tl_dso *d, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	size_t end;

	if (offset >= d->len)
		return false;
	end = ((size_t)offset / d->piece + 1) * d->piece;
	*bytes = d->code + offset;
	*len = (end < d->len ? end : d->len) - (size_t)offset;
	return true;
}

static const uint8_t program[] = {
	0x90,                                        /* 0 nop */
	0x48, 0xb8, 1,    2,    3,    4, 5, 6, 7, 8, /* 1 mov $..., %rax: ten bytes */
	0x75, 0xf3,                                  /* 11 jne 0 */
	0xe8, 0x02, 0x00, 0x00, 0x00,                /* 13 call 20 */
	0xeb, 0xec,                                  /* 18 jmp 0 */
	0xff, 0xd0,                                  /* 20 call *rax */
	0xff, 0x25, 0,    0,    0,    0,             /* 22 jmp *[rip] */
	0xc2, 0x08, 0x00,                            /* 28 ret 8 */
	0xcb,                                        /* 31 lret */
	0xcd, 0x80,                                  /* 32 int 0x80 */
	0x48, 0xcf,                                  /* 34 iretq */
	0x0f, 0x05,                                  /* 36 syscall */
	0x48, 0x0f, 0x07,                            /* 38 sysretq */
	0xe2, 0xfe,                                  /* 41 loop 41 */
	0x67, 0xe3, 0x00,                            /* 43 jecxz 46 */
	0x0f, 0x01, 0xc2,                            /* 46 vmlaunch */
	0x90,                                        /* 49 nop */
	0x06, /* 50 no instruction in 64 bits, `push %es` in 32 */
	0xc3, /* 51 ret */
	0x48, /* 52 cut off */
};

struct expected {
	uint64_t offset;
	enum tl_pt_end end;
	uint32_t nbytes;
	unsigned ninsns;
	int64_t target;
};

static const struct expected expected[] = {
	{ 0, TL_PT_END_COND, 13, 3, 0 },     { 13, TL_PT_END_CALL, 5, 1, 7 },
	{ 18, TL_PT_END_JMP, 2, 1, -18 },    { 20, TL_PT_END_INDCALL, 2, 1, 0 },
	{ 22, TL_PT_END_INDIRECT, 6, 1, 0 }, { 28, TL_PT_END_RET, 3, 1, 0 },
	{ 31, TL_PT_END_FARRET, 1, 1, 0 },   { 32, TL_PT_END_INT, 2, 1, 0 },
	{ 34, TL_PT_END_IRET, 2, 1, 0 },     { 36, TL_PT_END_SYSCALL, 2, 1, 0 },
	{ 38, TL_PT_END_SYSRET, 3, 1, 0 },   { 41, TL_PT_END_COND, 2, 1, 0 },
	{ 43, TL_PT_END_COND, 3, 1, 3 },     { 46, TL_PT_END_VMENTRY, 3, 1, 0 },
	{ 49, TL_PT_END_FALL, 1, 1, 0 },     { 50, TL_PT_END_NOCODE, 0, 0, 0 },
	{ 51, TL_PT_END_RET, 1, 1, 0 },      { 52, TL_PT_END_NOCODE, 0, 0, 0 },
	{ 99, TL_PT_END_NOCODE, 0, 0, 0 },
};

static void what_ends_a_block(void **state)
{
	/* Pieces are longer than any instruction. */
	for (size_t piece = 16; piece <= sizeof(program); piece++) {
		struct tl_dso dso = { program, sizeof(program), piece, 3 };
		struct tl_pt_code *code = tl_pt_code_open(1 << 20);
		struct tl_pt_table *table = tl_pt_code_acquire(code);

		for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
			const struct expected *e = &expected[i];
			struct tl_pt_block *b = tl_pt_code_block(table, &dso, e->offset, 64);
			unsigned sum = 0;

			assert_non_null(b);
			assert_int_equal(b->end, e->end);
			assert_int_equal(b->nbytes, e->nbytes);
			assert_int_equal(b->ninsns, e->ninsns);
			assert_int_equal(b->target, e->target);
			for (unsigned n = 0; n < b->ninsns; n++)
				sum += b->lengths[n];
			assert_int_equal(sum, b->nbytes);
			assert_ptr_equal(b, tl_pt_code_block(table, &dso, e->offset, 64));
		}
		tl_pt_code_release(code, table);
		tl_pt_code_close(code);
	}
}

static void binaries_and_modes_are_kept_apart(void **state)
{
	struct tl_dso one = { program, sizeof(program), 64, 1 }, two = one;
	struct tl_pt_code *code = tl_pt_code_open(1 << 20);
	struct tl_pt_table *table = tl_pt_code_acquire(code);
	struct tl_pt_block *b;

	two.number = 2;
	b = tl_pt_code_block(table, &one, 50, 64);
	assert_ptr_not_equal(b, tl_pt_code_block(table, &two, 50, 64));
	assert_int_equal(tl_pt_code_block(table, &one, 50, 32)->end, TL_PT_END_RET);
	assert_int_equal(tl_pt_code_block(table, &one, 50, 64)->end, TL_PT_END_NOCODE);
	tl_pt_code_release(code, table);
	tl_pt_code_close(code);
}

static void a_long_run_is_cut(void **state)
{
	static uint8_t nops[1000];
	struct tl_dso dso = { nops, sizeof(nops), 64, 1 };
	struct tl_pt_code *code = tl_pt_code_open(1 << 20);
	struct tl_pt_table *table = tl_pt_code_acquire(code);
	uint64_t at = 0;

	memset(nops, 0x90, sizeof(nops));
	nops[999] = 0xc3;
	for (;;) {
		struct tl_pt_block *b = tl_pt_code_block(table, &dso, at, 64);

		at += b->nbytes;
		if (b->end != TL_PT_END_FALL) {
			assert_int_equal(b->end, TL_PT_END_RET);
			break;
		}
	}
	assert_int_equal(at, 1000);
	tl_pt_code_release(code, table);
	tl_pt_code_close(code);
}

/* Over its budget a table is left to those who use it, and goes with the last of them. */
static void a_full_table_is_replaced(void **state)
{
	static uint8_t rets[4096];
	struct tl_dso dso = { rets, sizeof(rets), 4096, 1 };
	struct tl_pt_code *code = tl_pt_code_open(1000);
	struct tl_pt_table *first = tl_pt_code_acquire(code), *second, *third;
	struct tl_pt_block *b;

	memset(rets, 0xc3, sizeof(rets));
	b = tl_pt_code_block(first, &dso, 0, 64);
	second = tl_pt_code_acquire(code);
	assert_ptr_equal(second, first);
	for (unsigned i = 0; i < 100; i++)
		assert_non_null(tl_pt_code_block(first, &dso, i, 64));
	third = tl_pt_code_acquire(code);
	assert_ptr_not_equal(third, first);
	assert_ptr_equal(tl_pt_code_block(first, &dso, 0, 64), b);
	assert_int_equal(tl_pt_code_block(third, &dso, 0, 64)->end, TL_PT_END_RET);
	tl_pt_code_release(code, first);
	assert_int_equal(tl_pt_code_block(second, &dso, 0, 64)->end, TL_PT_END_RET);
	tl_pt_code_release(code, second);
	tl_pt_code_release(code, third);
	tl_pt_code_close(code);
}

static uint8_t shared[4096];
static struct tl_dso shared_dso = { shared, sizeof(shared), 4096, 1 };
static struct tl_pt_block *seen[2][sizeof(shared)];

static void *look_all_up(void *arg)
{
	struct tl_pt_code *code = arg;
	struct tl_pt_table *table = tl_pt_code_acquire(code);
	static _Atomic unsigned next;
	unsigned me = next++ % 2;

	for (size_t i = 0; i < sizeof(shared); i++)
		seen[me][i] = tl_pt_code_block(table, &shared_dso, i, 64);
	tl_pt_code_release(code, table);
	return NULL;
}

static void two_threads_get_the_same_blocks(void **state)
{
	struct tl_pt_code *code = tl_pt_code_open(64 << 20);
	pthread_t threads[2];

	memset(shared, 0xc3, sizeof(shared));
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_all_up, code), 0);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < sizeof(shared); i++) {
		assert_non_null(seen[0][i]);
		assert_ptr_equal(seen[0][i], seen[1][i]);
	}
	tl_pt_code_close(code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_a_block),
		cmocka_unit_test(binaries_and_modes_are_kept_apart),
		cmocka_unit_test(a_long_run_is_cut),
		cmocka_unit_test(a_full_table_is_replaced),
		cmocka_unit_test(two_threads_get_the_same_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
