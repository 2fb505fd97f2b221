/*
 * test_literal.c: every table this CPU can run against a naive loop: all lengths and
 * alignments, up against unmapped pages on both sides, both directions, both cases.
 */
#include "search/literal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static bool naive_at(const uint8_t *p, const char *needle, size_t len, bool icase)
{
	for (size_t i = 0; i < len; i++) {
		int a = p[i], b = (uint8_t)needle[i];

		if (icase && a < 128 && b < 128) {
			a = tolower(a);
			b = tolower(b);
		}
		if (a != b)
			return false;
	}
	return true;
}

static size_t naive(const uint8_t *p, size_t n, const char *needle, size_t len, bool icase,
		    bool backward)
{
	size_t found = TL_LITERAL_NONE;

	for (size_t i = 0; i + len <= n; i++) {
		if (!naive_at(p + i, needle, len, icase))
			continue;
		found = i;
		if (!backward)
			break;
	}
	return found;
}

static void check(const uint8_t *p, size_t n, const char *needle, size_t len)
{
	for (int icase = 0; icase < 2; icase++) {
		size_t first = naive(p, n, needle, len, icase, false);
		size_t last = naive(p, n, needle, len, icase, true);
		struct tl_needle nd;

		assert_true(tl_needle_init(&nd, needle, len, icase));
		for (const struct tl_literal *const *t = tl_literal_all(); *t; t++) {
			assert_int_equal((*t)->first(&nd, p, n), first);
			assert_int_equal((*t)->last(&nd, p, n), last);
		}
		tl_needle_fini(&nd);
	}
}

/* Three pages, the outer ones unmapped; gives the middle one. */
static uint8_t *fenced_page(size_t *size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *p = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(mprotect(p + page, page, PROT_READ | PROT_WRITE), 0);
	*size = page;
	return p + page;
}

static void test_lengths_and_page_borders(void **state)
{
	size_t size;
	uint8_t *page = fenced_page(&size);

	for (size_t i = 0; i < size; i++)
		page[i] = "aAbB_\n"[rand() % 6];
	for (size_t n = 0; n <= 420; n++) {
		check(page, n, "ab_", 3);
		check(page + size - n, n, "aB_b", 4);
		check(page + size - n, n, "aaBBaabb_", 9);
	}
	munmap(page - size, 3 * size);
}

static void test_every_place(void **state)
{
	uint8_t text[700];

	for (size_t at = 0; at + 7 <= sizeof(text); at++) {
		memset(text, '.', sizeof(text));
		memcpy(text + at, "nEedle7", 7);
		check(text + at % 64, sizeof(text) - at % 64, "needle7", 7);
		check(text, sizeof(text), "nEedle7", 7);
	}
}

static void test_random(void **state)
{
	uint8_t text[2000];

	for (int round = 0; round < 3000; round++) {
		unsigned letters = 1 + (unsigned)rand() % 12;
		size_t n = (size_t)rand() % sizeof(text), at = (size_t)rand() % 64;
		char needle[40];
		size_t len = 1 + (size_t)rand() % (sizeof(needle) - 1);

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = "abABkK@`[{\xc3\xa9"[(unsigned)rand() % letters];
		for (size_t i = 0; i < len; i++)
			needle[i] = "abABkK@`[{\xc3\xa9"[(unsigned)rand() % letters];
		if (n > 64 + len && rand() % 2) /* one that is there */
			memcpy(needle, text + at + (size_t)rand() % (n - 64 - len), len);
		if (n < at)
			n = at;
		check(text + at, n - at, needle, len);
	}
}

static void test_letters_only_fold(void **state)
{
	/* '@' and '`', '[' and '{' differ by the case bit and are no letters. */
	uint8_t text[256];

	for (unsigned i = 0; i < 256; i++)
		text[i] = (uint8_t)i;
	for (unsigned i = 0; i < 256; i++) {
		char c = (char)i;

		check(text, sizeof(text), &c, 1);
	}
}

static void test_rare_pair(void **state)
{
	struct tl_needle nd;

	assert_true(tl_needle_init(&nd, "the_quick~", 10, false));
	assert_int_equal(nd.at[0], 9); /* ~ */
	assert_int_equal(nd.at[1], 4); /* q */
	tl_needle_fini(&nd);
	assert_true(tl_needle_init(&nd, "e", 1, true));
	assert_int_equal(nd.at[0], 0);
	assert_int_equal(nd.at[1], 0);
	tl_needle_fini(&nd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths_and_page_borders),
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_letters_only_fold),
		cmocka_unit_test(test_rare_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
