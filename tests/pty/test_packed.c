/* Compressed files are shown as the text they hold. */
#include "tests/pty/fixture.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LINE  "line %06d\n"
#define WIDTH 12

static struct fixture f;

static uint32_t crc_of(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	while (n-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void put32(struct tl_buf *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		tl_buf_putc(b, (uint8_t)(v >> 8 * i));
}

/* A gzip member that holds the bytes as they are (RFC 1951, 3.2.4). */
static void pack(struct tl_buf *out, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	tl_buf_append(out, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	for (size_t at = 0, len; at < n || at == 0; at += len) {
		len = n - at < 65535 ? n - at : 65535;
		tl_buf_putc(out, at + len == n);
		put32(out, (uint32_t)len | ~(uint32_t)len << 16);
		tl_buf_append(out, p + at, len);
		if (len == 0)
			break;
	}
	put32(out, crc_of(bytes, n));
	put32(out, (uint32_t)n);
}

/* A compressed file of n lines, cut off before its last bytes. */
static void gzip_lines(const char *name, int n, size_t cut)
{
	struct tl_buf text = TL_BUF_INIT, file = TL_BUF_INIT;

	for (int i = 1; i <= n; i++)
		tl_buf_printf(&text, LINE, i);
	pack(&file, text.data, text.len);
	fixture_file(&f, name, (const char *)file.data, (long)(file.len - cut));
	tl_buf_fini(&text);
	tl_buf_fini(&file);
}

static int set_up(void **state)
{
	fixture_init(&f);
	gzip_lines("a.gz", 1000, 0);
	gzip_lines("cut.gz", 1000, 100);
	gzip_lines("short-cut.gz", 10, 20);
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

static void the_text_is_shown(void **state)
{
	struct term *t = fixture_open(&f, "-N", "a.gz", NULL);

	check_row(t, 0, "      1 line 000001");
	check_keys(t, "G");
	check_text(t, "   1000 line 001000");
	check_keys(t, "=");
	check_text(t, "a.gz lines 978-1000/1000 byte 12000/12000 (END)");
	check_keys(t, "<Enter>500g");
	check_row(t, 0, "    500 line 000500");
	check_keys(t, "/0007.5<Enter>");
	check_row(t, 0, "    705 line 000705");
	check_keys(t, "&77<Enter>");
	check_row(t, 0, "    770 line 000770");
}

static void the_bytes_decide_not_the_name(void **state)
{
	struct term *t;

	gzip_lines("without", 3, 0);
	fixture_file(&f, "plain.gz", "only a name\n", -1);
	t = fixture_open(&f, "without", "plain.gz", NULL);
	check_text(t, "line 000003");
	check_keys(t, ":n");
	check_text(t, "only a name");
}

static void members_are_one_text(void **state)
{
	struct tl_buf file = TL_BUF_INIT;
	struct term *t;

	pack(&file, "one\ntw", 6);
	pack(&file, "", 0);
	pack(&file, "o\nthree\n", 8);
	fixture_file(&f, "three.gz", (const char *)file.data, (long)file.len);
	tl_buf_fini(&file);
	t = fixture_open(&f, "three.gz", NULL);
	check_text(t, "one");
	check_text(t, "two");
	check_text(t, "three");
}

static void standard_input_can_be_a_compressed_file(void **state)
{
	struct term *t;

	f.opts.stdin_path = fixture_path(&f, "a.gz");
	t = fixture_open(&f, NULL);
	check_row(t, 0, "line 000001");
	check_keys(t, "G");
	check_text(t, "line 001000");
}

static bool saved_points(void)
{
	const char *dir = fixture_path(&f, "kept");
	bool found = false;
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d)))
		found |= strstr(e->d_name, ".tlp") != NULL;
	if (d)
		closedir(d);
	return found;
}

static void the_second_opening_knows_the_way(void **state)
{
	int n = (18 << 20) / WIDTH;
	struct term *t;

	gzip_lines("big.gz", n, 0);
	for (int i = 0; i < 2; i++) {
		t = fixture_open(&f, "-N", "--index-dir=kept", "big.gz", NULL);
		check_keys(t, "G");
		check_text(t, "1572864 line 1572864");
		check_keys(t, "1000000g");
		check_row(t, 0, "1000000 line 1000000");
		check_keys(t, "?line 000003<Enter>");
		check_row(t, 0, "      3 line 000003");
		term_keys(t, "q");
		check_exit(t, 0);
		check_that(t, saved_points());
	}
}

/* ---- damage */

static void a_file_that_is_cut_off_is_shown_so_far(void **state)
{
	struct term *t = fixture_page(&f, "cut.gz", NULL);

	check_text(t, "'cut.gz': cut off at byte 11923; what came before is shown");
	check_keys(t, "<Enter>");
	check_text(t, "line 000001");
	check_keys(t, "G");
	check_text(t, "(END)");
	check_text(t, "line 00099");
	check_keys(t, "g/0500<Enter>");
	check_row(t, 0, "line 000500");
}

static void so_it_is_where_the_text_fits_on_the_screen(void **state)
{
	struct term *t = fixture_page(&f, "-F", "short-cut.gz", NULL);

	check_text(t, "'short-cut.gz': cut off at byte 123; what came before is shown");
	term_keys(t, "<Enter>");
	check_exit(t, 0);
	check_text(t, "line 000009");
}

static void damage_far_behind_is_told_when_it_is_reached(void **state)
{
	struct term *t;

	gzip_lines("far.gz", 300000, 1000);
	t = fixture_page(&f, "far.gz", NULL);
	check_text(t, "'far.gz': cut off at byte 3599293; what came before is shown");
	check_row(t, 0, "line 000001");
	check_keys(t, "<Enter>G");
	check_text(t, "line 2999");
	check_no_text(t, "cut off");
}

/* ---- not as text */

static void a_program_that_is_asked_for_it_comes_first(void **state)
{
	struct term *t;

	fixture_setenv(&f, "LESSOPEN", "|echo instead of %s");
	t = fixture_open(&f, "a.gz", NULL);
	check_text(t, "instead of a.gz");
}

static void the_bytes_themselves_can_be_seen(void **state)
{
	struct term *t = fixture_page(&f, "--raw-file", "a.gz", NULL);

	check_text(t, "\"a.gz\" may be a binary file.  See it anyway?");
}

static void binary_files_are_asked_about(void **state)
{
	struct tl_buf file = TL_BUF_INIT;
	uint8_t bytes[1000];
	struct term *t;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 >> 1);
	pack(&file, bytes, sizeof(bytes));
	fixture_file(&f, "bin.gz", (const char *)file.data, (long)file.len);
	tl_buf_fini(&file);
	t = fixture_page(&f, "bin.gz", NULL);
	check_text(t, "\"bin.gz\" may be a binary file.  See it anyway?");
}

/* ---- while it is open */

static void another_file_under_the_same_name(void **state)
{
	struct term *t = fixture_open(&f, "a.gz", NULL);

	check_keys(t, "300g");
	gzip_lines("a.gz", 2000, 0);
	check_keys(t, "R");
	check_text(t, "a.gz was replaced while it was open");
	check_keys(t, "<Enter>");
	check_row(t, 0, "line 000300");
	check_keys(t, "G");
	check_text(t, "line 002000");
}

static void following_shows_the_end(void **state)
{
	struct term *t = fixture_open(&f, "a.gz", NULL);

	check_keys(t, "F");
	check_text(t, "line 001000");
	check_text(t, "Waiting for data");
	check_keys(t, "^C");
	check_no_text(t, "Waiting for data");
}

/* ---- no terminal */

static void capture(const char *name, const char *option, struct capture *out)
{
	const char *argv[] = { pager_path(), name, option, NULL };

	fixture_capture(&f, argv, NULL, out);
}

static void what_is_poured_out_is_the_text(void **state)
{
	struct capture c;

	capture("a.gz", NULL, &c);
	assert_int_equal(c.status, 0);
	assert_int_equal(c.out.len, 1000 * WIDTH);
	assert_memory_equal(c.out.data + 999 * WIDTH, "line 001000\n", WIDTH);
	capture_fini(&c);
	capture("a.gz", "--raw-file", &c);
	assert_memory_equal(c.out.data, "\x1f\x8b\x08", 3);
	capture_fini(&c);
}

static void the_text_can_be_saved(void **state)
{
	struct term *t = fixture_open(&f, "a.gz", NULL);
	struct capture c;

	check_keys(t, "ssaved<Enter>");
	check_text(t, "Saved to \"saved\"");
	capture("saved", NULL, &c);
	assert_int_equal(c.out.len, 1000 * WIDTH);
	capture_fini(&c);
}

static void damage_is_told_beside_what_is_poured_out(void **state)
{
	struct capture c;

	capture("cut.gz", NULL, &c);
	assert_int_equal(WEXITSTATUS(c.status), 1);
	assert_true(c.out.len > 900 * WIDTH);
	assert_string_equal(tl_buf_str(&c.err),
			    "'cut.gz': cut off at byte 11923; what came before is shown\n");
	capture_fini(&c);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_text_is_shown),
		TEST(the_bytes_decide_not_the_name),
		TEST(members_are_one_text),
		TEST(standard_input_can_be_a_compressed_file),
		TEST(the_second_opening_knows_the_way),
		TEST(a_file_that_is_cut_off_is_shown_so_far),
		TEST(so_it_is_where_the_text_fits_on_the_screen),
		TEST(damage_far_behind_is_told_when_it_is_reached),
		TEST(a_program_that_is_asked_for_it_comes_first),
		TEST(the_bytes_themselves_can_be_seen),
		TEST(binary_files_are_asked_about),
		TEST(another_file_under_the_same_name),
		TEST(following_shows_the_end),
		TEST(what_is_poured_out_is_the_text),
		TEST(the_text_can_be_saved),
		TEST(damage_is_told_beside_what_is_poured_out),
	};

	if (pager_is_less()) {
		printf("less does not look into them\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
