/* test_jitdump.c: what a compiler's dump tells, also one that was cut off or is made up. */
#include "decoders/perf/jitdump.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "decoders/perf/jitlines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static struct tl_buf dump;

static void put32(uint32_t v)
{
	uint8_t b[4];

	tl_put32(b, v);
	assert_true(tl_buf_append(&dump, b, 4));
}

static void put64(uint64_t v)
{
	uint8_t b[8];

	tl_put64(b, v);
	assert_true(tl_buf_append(&dump, b, 8));
}

static void put_head(uint32_t magic, uint32_t version, uint32_t size, uint64_t flags)
{
	dump.len = 0;
	put32(magic);
	put32(version);
	put32(size);
	put32(62);
	put32(0);
	put32(4711);
	put64(1);
	put64(flags);
	while (dump.len < size && size < 1000)
		assert_true(tl_buf_putc(&dump, 0));
}

static void put_load(uint64_t time, uint64_t addr, uint64_t index, const char *name,
		     const char *code)
{
	put32(0);
	put32((uint32_t)(56 + strlen(name) + 1 + strlen(code)));
	put64(time);
	put32(4711);
	put32(4711);
	put64(addr);
	put64(addr);
	put64(strlen(code));
	put64(index);
	assert_true(tl_buf_append(&dump, name, strlen(name) + 1));
	assert_true(tl_buf_append(&dump, code, strlen(code)));
}

static void put_move(uint64_t time, uint64_t to, uint64_t index)
{
	put32(1);
	put32(64);
	put64(time);
	put32(4711);
	put32(4711);
	put64(to);
	put64(0);
	put64(to);
	put64(99); /* what was loaded counts */
	put64(index);
}

/* "TIME ADDRESS CODE NAME;" for each function with a time. */
static bool tell(void *arg, const struct tl_jit_code *c)
{
	struct tl_buf *out = arg;

	assert_true(c->size > 0 && c->at + c->size <= dump.len);
	assert_true(c->addr < UINT64_MAX);
	if (c->time == 0)
		return true;
	assert_true(tl_buf_printf(out, "%d %x ", (int)c->time, (unsigned)c->addr));
	assert_true(tl_buf_append(out, dump.data + c->at, c->size));
	assert_true(tl_buf_printf(out, " %.20s;", c->name));
	return out->len < 60;
}

static void expect(size_t size, const char *want)
{
	int fd = memfd_create("jit", MFD_CLOEXEC);
	struct tl_buf out = TL_BUF_INIT;
	struct tl_jitdump_head head;

	assert_true(fd >= 0 && write(fd, dump.data, size) == (ssize_t)size);
	if (!want) {
		assert_false(tl_jitdump_walk(fd, size, &head, tell, &out));
	} else {
		assert_true(tl_jitdump_walk(fd, size, &head, tell, &out));
		assert_int_equal(head.pid, 4711);
		assert_string_equal(tl_buf_str(&out), want);
	}
	tl_buf_fini(&out);
	close(fd);
}

static void test_names(void **state)
{
	assert_true(tl_jitdump_name("jit-1.dump"));
	assert_true(tl_jitdump_name("/root/.debug/jit/java-jit-20240101.XX/jit-4711.dump"));
	assert_false(tl_jitdump_name("/tmp/jit-.dump"));
	assert_false(tl_jitdump_name("/tmp/jit-12.dump.gz"));
	assert_false(tl_jitdump_name("/tmp/xjit-12.dump"));
	assert_false(tl_jitdump_name("/jit-12.dump/x"));
}

static void test_records(void **state)
{
	put_head(0x4a695444, 1, 48, 0);
	put_load(10, 0x1000, 7, "f", "FFF");
	put32(2); /* debug information */
	put32(16 + 8);
	put64(11);
	put64(0);
	put_load(12, 0x2000, 8, "", "G");
	put_move(13, 0x3000, 7);
	put_move(14, 0x4000, 9); /* of nothing */
	put_load(15, 0x5000, 7, "h", "H");
	put_move(16, 0x6000, 7);
	expect(dump.len, "10 1000 FFF f;12 2000 G ;13 3000 FFF ;15 5000 H h;16 6000 H ;");
	/* It is still being written. */
	for (size_t cut = 1; cut < 64; cut++)
		expect(dump.len - cut, "10 1000 FFF f;12 2000 G ;13 3000 FFF ;15 5000 H h;");
}

static void test_many(void **state)
{
	struct tl_buf name = TL_BUF_INIT;

	/* Longer than what is looked at at once, and more than the table begins with. */
	while (name.len < 5000)
		assert_true(tl_buf_putc(&name, 'n'));
	put_head(0x4a695444, 1, 40, 1);
	put_load(1, 0x1000, 1, tl_buf_str(&name), "CODE");
	for (unsigned i = 2; i < 2000; i++)
		put_load(0, i % 2 ? UINT64_MAX : 0x1000, i, "", "X");
	put_move(2, 0x2000, 1);
	expect(dump.len, "1 1000 CODE nnnnnnnnnnnnnnnnnnnn;2 2000 CODE ;");
	tl_buf_fini(&name);
}

/* Indexes that are made to meet in the table: what is too far away is not remembered. */
static void test_one_place(void **state)
{
	uint64_t inverse = 1;

	/* Each step doubles the bits that are right. */
	for (unsigned i = 0; i < 6; i++)
		inverse *= 2 - UINT64_C(0x9e3779b97f4a7c15) * inverse;
	put_head(0x4a695444, 1, 40, 1);
	for (uint64_t i = 0; i < 30000; i++)
		put_load(0, 0x1000, i * inverse, "", "X");
	put_move(1, 0x1000, 0);
	put_move(2, 0x2000, 29999 * inverse);
	put_load(3, 0x3000, 30000 * inverse, "f", "F");
	expect(dump.len, "1 1000 X ;3 3000 F f;");
}

static void test_nonsense(void **state)
{
	size_t at;

	put_head(0x4454694a, 1, 40, 0); /* of a machine of the other byte order */
	expect(dump.len, NULL);
	put_head(0x4a695444, 2, 40, 0);
	expect(dump.len, NULL);
	put_head(0x4a695444, 1, 39, 0);
	expect(dump.len, NULL);
	put_head(0x4a695444, 1, 40, 0);
	expect(39, NULL);
	expect(0, NULL);
	expect(40, "");
	put_head(0x4a695444, 1, 5000, 0); /* begins behind the end */
	expect(dump.len, "");
	/* Lengths that lie. */
	for (unsigned i = 0; i < 4; i++) {
		put_head(0x4a695444, 1, 40, 0);
		at = dump.len;
		put_load(1, 0x1000, 1, "f", "F");
		if (i < 2)
			tl_put32(dump.data + at + 4, i ? 15 : 0xffffffff);
		else
			tl_put64(dump.data + at + 40, i == 2 ? 0 : UINT64_MAX);
		put_load(2, 0x2000, 2, "g", "G");
		expect(dump.len, i < 2 ? "" : "2 2000 G g;");
	}
	/* A name without an end: the code is at the record's end. */
	put_head(0x4a695444, 1, 40, 0);
	put_load(1, 0x1000, 1, "name", "F");
	dump.data[40 + 56 + 4] = '!';
	expect(dump.len, "1 1000 F name!;");
}

/* ---- lines of the source */

/* A record of them, before the function's; the names follow one by one, then their end. */
static size_t begin_lines(uint64_t addr, uint64_t n)
{
	size_t at = dump.len;

	put32(2);
	put32(0);
	put64(1);
	put64(addr);
	put64(n);
	return at;
}

static void put_entry(uint64_t addr, uint32_t line, const char *name)
{
	put64(addr);
	put32(line);
	put32(0);
	assert_true(tl_buf_append(&dump, name, strlen(name) + 1));
}

static void end_lines(size_t at)
{
	tl_put32(dump.data + at + 4, (uint32_t)(dump.len - at));
}

static void tell_place(void *arg, const struct tl_srcline *place)
{
	assert_null(place->function);
	assert_true(tl_buf_printf(arg, "%.20s:%u ", place->path, place->line));
}

/* "FILE:LINE " for each byte of code, '-' where it is not known. */
static void expect_lines(const char *code, const char *want)
{
	int fd = memfd_create("jit", MFD_CLOEXEC);
	struct tl_buf out = TL_BUF_INIT;
	struct tl_jitlines *j;
	const uint8_t *at = memmem(dump.data, dump.len, code, strlen(code));

	assert_true(fd >= 0 && write(fd, dump.data, dump.len) == (ssize_t)dump.len);
	j = tl_jitlines_open(fd, dump.len);
	for (size_t i = 0; at && i < strlen(code); i++)
		if (!j || !tl_jitlines_find(j, (uint64_t)(at - dump.data) + i, tell_place, &out))
			assert_true(tl_buf_puts(&out, "- "));
	assert_string_equal(tl_buf_str(&out), want);
	tl_jitlines_close(j);
	tl_buf_fini(&out);
	close(fd);
}

static void test_lines(void **state)
{
	size_t at;

	put_head(0x4a695444, 1, 40, 0);
	put_load(1, 0x900, 1, "early", "EEE");
	at = begin_lines(0x1000, 4);
	put_entry(0x1001, 5, "a.c");
	put_entry(0x1004, 9, "b.c"); /* not in order: */
	put_entry(0x1003, 6, "\xff");
	put_entry(0x1003, 7, "a.c"); /* the last of an address counts */
	end_lines(at);
	put32(4); /* unwinding information */
	put32(20);
	put64(1);
	put32(0);
	put_load(1, 0x1000, 2, "f", "FFFFFF");
	put_load(1, 0x1000, 3, "g", "GG"); /* it is the next one's only */
	put_move(1, 0x3000, 2);
	expect_lines("EEE", "- - - ");
	expect_lines("FFFFFF", "- a.c:5 a.c:5 a.c:7 b.c:9 b.c:9 ");
	expect_lines("GG", "- - ");
}

/* All addresses are too high by what an ELF file's header has; but not in what is no V8's. */
static void test_lines_of_v8(void **state)
{
	for (unsigned i = 0; i < 3; i++) {
		size_t at;

		put_head(0x4a695444, 1, 40, 0);
		if (i < 2)
			tl_put32(dump.data + 16, 0xdeadbeef);
		at = begin_lines(0x1000, 2);
		put_entry(0x1000 + (i == 1 ? 1 : 0x40), 5, "a.js");
		put_entry(0x1000 + 0x42, 6, "a.js");
		end_lines(at);
		put_load(1, 0x1000, 2, "f", "FFF");
		expect_lines("FFF", i == 0   ? "a.js:5 a.js:5 a.js:6 "
				    : i == 1 ? "- a.js:5 a.js:5 "
					     : "- - - ");
	}
}

static void test_lines_of_nonsense(void **state)
{
	size_t at;

	/* Cut off anywhere: those that are whole count. */
	for (size_t cut = 0; cut <= 56; cut++) {
		put_head(0x4a695444, 1, 40, 0);
		at = begin_lines(0x1000, UINT64_MAX);
		put_entry(0x1000, 5, "abc");
		put_entry(0x1001, 6, "def");
		dump.len -= cut < 56 ? cut : 55;
		end_lines(at);
		put_load(1, 0x1000, 2, "f", "FF");
		expect_lines("FF", cut == 0 ? "abc:5 def:6 " : cut <= 20 ? "abc:5 abc:5 " : "- - ");
	}
	/* The first name is that of none before; addresses before the function; no end of a name. */
	put_head(0x4a695444, 1, 40, 0);
	at = begin_lines(0x1000, 3);
	put_entry(0x1000, 5, "\xff");
	put_entry(0x0fff, 6, "a");
	put_entry(UINT64_MAX, 7, "a");
	end_lines(at);
	put_load(1, 0x1000, 2, "f", "FF");
	expect_lines("FF", "- - ");
	/* There are fewer than it says, and none at all. */
	for (unsigned n = 0; n < 2; n++) {
		put_head(0x4a695444, 1, 40, 0);
		at = begin_lines(0x1000, n);
		put_entry(0x1000, 5, "a");
		put_entry(0x1001, 6, "a");
		end_lines(at);
		put_load(1, 0x1000, 2, "f", "FF");
		expect_lines("FF", n ? "a:5 a:5 " : "- - ");
	}
	/* Longer than is believed: the begin of it. */
	put_head(0x4a695444, 1, 40, 0);
	at = begin_lines(0x1000, 300000);
	for (unsigned i = 0; i < 300000; i++)
		put_entry(0x1000 + i / 150000, i, "a");
	end_lines(at);
	put_load(1, 0x1000, 2, "f", "XYZ");
	expect_lines("XYZ", "a:149999 a:233015 a:233015 ");
}

static int release(void **state)
{
	tl_buf_fini(&dump);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),       cmocka_unit_test(test_records),
		cmocka_unit_test(test_many),        cmocka_unit_test(test_one_place),
		cmocka_unit_test(test_nonsense),    cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_of_v8), cmocka_unit_test(test_lines_of_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
