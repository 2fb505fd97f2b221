/*
 * test_dso.c: binaries are found where they should be, refused where they are others, and their
 * code and symbols are those of the file.  The binaries are this test and its C library; nm and
 * perf, where they are installed, say what is right.
 */
#include "decoders/perf/dso.h"
#include "decoders/perf/elffile.h"

#include "tests/trace/perfout.h"
#include "tests/unit/elfmake.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], self[PATH_MAX];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

/* A folder for each test, which is home and perf's cache too: nothing from outside is found. */
static int setup(void **state)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	strcpy(dir, "/tmp/tless-dso-XXXXXX");
	if (n < 0 || !mkdtemp(dir))
		return -1;
	self[n] = '\0';
	return setenv("HOME", dir, 1) || unsetenv("PERF_BUILDID_DIR");
}

static int teardown(void **state)
{
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
	static char path[4][PATH_MAX];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, PATH_MAX, "%s/%s", dir, name);
	return p;
}

/* Write a file and the folders above it. */
static void put(const char *path, const void *bytes, size_t n)
{
	char *copy = strdup(path);
	FILE *f;

	for (char *p = copy + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(copy, 0755);
	}
	free(copy);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static struct tl_dsos *open_all(const struct tl_perf *perf, const char *symfs)
{
	struct tl_err err = TL_ERR_INIT;
	struct tl_dsos *all = NULL;

	if (!tl_dsos_open(perf, symfs, &all, &err))
		fail_msg("%s", err.msg);
	return all;
}

/* Is this the code of a binary from an offset on, in whatever pieces? */
static void expect_code(struct tl_dso *d, uint64_t offset, const uint8_t *want, size_t n)
{
	while (n > 0) {
		const uint8_t *bytes;
		size_t len;

		if (!tl_dso_code(d, offset, &bytes, &len))
			fail_msg("no code at %#" PRIx64 ": %s", offset, tl_dso_why(d));
		assert_true(len > 0);
		if (len > n)
			len = n;
		assert_memory_equal(bytes, want, len);
		offset += len;
		want += len;
		n -= len;
	}
}

static void expect_no_code(struct tl_dso *d, uint64_t offset)
{
	const uint8_t *bytes;
	size_t len;

	assert_false(tl_dso_code(d, offset, &bytes, &len));
}

static void expect_why(struct tl_dso *d, const char *part)
{
	expect_no_code(d, 0);
	if (!strstr(tl_dso_why(d), part))
		fail_msg("'%s' is not in \"%s\"", part, tl_dso_why(d));
}

/* Where in which file is an address of this process? */
static uint64_t offset_of(const void *address, char *path, uint64_t *start)
{
	uintptr_t a = (uintptr_t)address;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 100];
	uint64_t offset = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to, at;
		int name = 0;

		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %n", &from, &to, &at, &name) == 3 &&
		    a >= from && a < to) {
			offset = a - from + at;
			snprintf(path, PATH_MAX, "%.*s", (int)strcspn(line + name, "\n"),
				 line + name);
			if (start)
				*start = from;
		}
	}
	fclose(f);
	return offset;
}

/* ---- names */

int test_dso_marker(int x);

__attribute__((noinline)) int test_dso_marker(int x)
{
	return x * 3 + 1;
}

static void test_self(void **state)
{
	struct tl_dsos *all = open_all(NULL, NULL);
	struct tl_dso *d = tl_dsos_get(all, self, NULL, 0, 1);
	char path[PATH_MAX];
	uint64_t offset = offset_of((void *)(uintptr_t)test_dso_marker, path, NULL), found;
	struct tl_symbol s;

	assert_string_equal(path, self);
	assert_string_equal(tl_dso_name(d), self);
	assert_true(tl_dso_symbol(d, offset, &s));
	assert_string_equal(s.name, "test_dso_marker");
	assert_int_equal(s.start, offset);
	assert_true(tl_dso_symbol(d, s.end - 1, &s));
	assert_string_equal(s.name, "test_dso_marker");
	assert_true(tl_dso_find(d, "test_dso_marker", &found));
	assert_int_equal(found, offset);
	assert_false(tl_dso_find(d, "test_dso_no_such_function", &found));
	expect_code(d, offset, (const uint8_t *)(uintptr_t)test_dso_marker,
		    (size_t)(s.end - s.start));
	assert_string_equal(tl_dso_why(d), "");
	tl_dsos_close(all);
	tl_dsos_close(NULL);
}

static void test_registry(void **state)
{
	static const uint8_t id[] = { 1, 2, 3, 4 };
	struct tl_dsos *all = open_all(NULL, NULL);
	struct tl_dso *a = tl_dsos_get(all, "/bin/a", NULL, 0, 1);

	assert_ptr_equal(tl_dsos_get(all, "/bin/a", NULL, 0, 2), a);
	assert_ptr_not_equal(tl_dsos_get(all, "/bin/b", NULL, 0, 1), a);
	assert_ptr_not_equal(tl_dsos_get(all, "/bin/a", id, 4, 1), a);
	assert_ptr_equal(tl_dsos_get(all, "/bin/a", id, 4, 3),
			 tl_dsos_get(all, "/bin/a", id, 4, 1));
	assert_int_equal(tl_dso_number(a), 0);
	assert_int_equal(tl_dso_number(tl_dsos_get(all, "/bin/b", NULL, 0, 1)), 1);
	/* Memory is each process' own. */
	assert_ptr_not_equal(tl_dsos_get(all, "//anon", NULL, 0, 1),
			     tl_dsos_get(all, "//anon", NULL, 0, 2));
	tl_dsos_close(all);
}

static void test_names(void **state)
{
	static const struct {
		const char *path, *name;
		uint64_t pgoff; /* of a mapping at 0x7000 with a recorded pgoff of 0x3000 */
		int32_t pid;
	} kinds[] = {
		{ "/bin/a", "/bin/a", 0x3000, 42 },
		{ "relative.elf", "relative.elf", 0x3000, 42 },
		{ "//anon", "/tmp/perf-42.map", 0x7000, 42 },
		{ "/dev/zero (deleted)", "/tmp/perf-42.map", 0x7000, 42 },
		{ "[heap]", "/tmp/perf-42.map", 0x7000, 42 },
		{ "/memfd:jit (deleted)", "/memfd:jit (deleted)", 0x7000, 42 },
		{ "[vdso]", "[vdso]", 0, 42 },
		{ "[vsyscall]", "[vsyscall]", 0x7000, 42 },
		{ "[kernel.kallsyms]_text", "[kernel.kallsyms]", 0x7000, 42 },
		{ "[ext4]", "[ext4]", 0x7000, -1 },
		{ "/lib/modules/6.1/kernel/snd-hda.ko.xz", "[snd_hda]", 0x7000, 42 },
	};
	struct tl_dsos *all = open_all(NULL, NULL);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct tl_dso *d = tl_dsos_get(all, kinds[i].path, NULL, 0, kinds[i].pid);

		assert_string_equal(tl_dso_name(d), kinds[i].name);
		assert_int_equal(tl_dso_pgoff(d, 0x7000, 0x3000), kinds[i].pgoff);
	}
	expect_why(tl_dsos_get(all, "//anon", NULL, 0, 42), "'//anon' is memory without a file");
	tl_dsos_close(all);
}

/* ---- finding */

static void test_pieces(void **state)
{
	enum { SIZE = 200000 };
	uint8_t *bytes = malloc(SIZE);
	const uint8_t *first, *again;
	struct tl_dsos *all;
	struct tl_dso *d;
	size_t len;

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	put(in_dir("code"), bytes, SIZE);
	all = open_all(NULL, NULL);
	d = tl_dsos_get(all, in_dir("code"), NULL, 0, 1);
	expect_code(d, 0, bytes, SIZE);
	expect_code(d, 65535, bytes + 65535, 2);
	expect_code(d, SIZE - 1, bytes + SIZE - 1, 1);
	assert_true(tl_dso_code(d, SIZE - 1, &first, &len));
	assert_int_equal(len, 1);
	assert_true(tl_dso_code(d, SIZE - 1, &again, &len));
	assert_ptr_equal(first, again);
	expect_no_code(d, SIZE);
	expect_no_code(d, UINT64_MAX);
	expect_no_code(d, UINT64_C(1) << 40);
	tl_dsos_close(all);
	free(bytes);
}

/* The file gets shorter after it was opened: what was not read yet is gone, and that is all. */
static void test_cut(void **state)
{
	uint8_t *bytes = calloc(1, 200000);
	struct tl_dsos *all;
	struct tl_dso *d;

	put(in_dir("code"), bytes, 200000);
	all = open_all(NULL, NULL);
	d = tl_dsos_get(all, in_dir("code"), NULL, 0, 1);
	expect_code(d, 0, bytes, 100);
	assert_int_equal(truncate(in_dir("code"), 70000), 0);
	expect_code(d, 0, bytes, 70000);
	expect_no_code(d, 70000);
	expect_no_code(d, 140000);
	tl_dsos_close(all);
	free(bytes);
}

static void test_not_found(void **state)
{
	struct tl_dsos *all = open_all(NULL, NULL);
	struct tl_symbol s;

	expect_why(tl_dsos_get(all, in_dir("none"), NULL, 0, 1),
		   "not found; copy it below a folder and give --symfs");
	assert_false(tl_dso_symbol(tl_dsos_get(all, in_dir("none"), NULL, 0, 1), 0, &s));
	expect_why(tl_dsos_get(all, dir, NULL, 0, 1), "cannot open");
	/* Opening a pipe would wait for a writer for ever. */
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	expect_why(tl_dsos_get(all, in_dir("fifo"), NULL, 0, 1), "is not a file");
	expect_why(tl_dsos_get(all, "/dev/null", NULL, 0, 1), "'/dev/null' is not a file");
	expect_why(tl_dsos_get(all, "a\033[2Jb", NULL, 0, 1), "'a?[2Jb' not found");
	tl_dsos_close(all);
}

/* A number tells whether other files would be found now. */
static uint64_t state_now(void)
{
	struct tl_dsos *all = open_all(NULL, in_dir("root"));
	uint64_t state;

	tl_dsos_get(all, "/bin/a", NULL, 0, 1);
	tl_dsos_get(all, "/tmp/jit-1.dump", NULL, 0, 1);
	tl_dsos_get(all, "//anon", NULL, 0, 1);
	state = tl_dsos_state(all);
	tl_dsos_close(all);
	return state;
}

static void test_state(void **state)
{
	uint64_t none = state_now(), one, two;

	assert_int_equal(state_now(), none);
	put(in_dir("root/tmp/jit-1.dump"), "JIT", 3);
	one = state_now();
	assert_int_not_equal(one, none);
	put(in_dir("root/bin/a"), "a", 1);
	two = state_now();
	assert_int_not_equal(two, one);
	assert_int_equal(state_now(), two);
	put(in_dir("root/bin/a"), "another", 7);
	one = state_now();
	assert_int_not_equal(one, two);
	/* What has symbols only: jumps that leave functions are told by them. */
	put(in_dir("root/usr/lib/debug/bin/a.debug"), "d", 1);
	two = state_now();
	assert_int_not_equal(two, one);
	put(in_dir("root/tmp/perf-1.map"), "1000 10 f\n", 10);
	assert_int_not_equal(state_now(), two);
}

static void test_symfs(void **state)
{
	struct tl_dsos *all;
	struct tl_dso *d;

	put(in_dir("root/usr/bin/prog"), "prog", 4);
	put(in_dir("root/prog.elf"), "relative", 8);
	all = open_all(NULL, in_dir("root"));
	expect_code(tl_dsos_get(all, "/usr/bin/prog", NULL, 0, 1), 0, (const uint8_t *)"prog", 4);
	expect_code(tl_dsos_get(all, "prog.elf", NULL, 0, 1), 0, (const uint8_t *)"relative", 8);
	/* This machine's files are others than those below symfs. */
	d = tl_dsos_get(all, self, NULL, 0, 1);
	expect_why(d, "not found below");
	expect_why(d, in_dir("root"));
	tl_dsos_close(all);
}

static void test_build_ids(void **state)
{
	static const uint8_t other[20] = { 0xab, 0xcd, 0xef };
	char cached[PATH_MAX], id[41];
	struct tl_dsos *all;
	struct elfmake m;
	struct tl_dso *d;
	uint64_t offset;

	elfmake_usual(&m);
	elfmake_finish(&m);
	put(in_dir("root/bin/prog"), m.file.data, m.file.len);
	put(in_dir("prog"), m.file.data, m.file.len);
	put(in_dir("root/bin/none"), "no ELF", 6);
	all = open_all(NULL, in_dir("root"));
	d = tl_dsos_get(all, "/bin/prog", elfmake_build_id, 20, 1);
	expect_code(d, 0, m.file.data, m.file.len);
	assert_true(tl_dso_find(d, "main", &offset));
	assert_int_equal(offset, 0x1000);
	d = tl_dsos_get(all, "/bin/prog", other, 20, 1);
	expect_why(d, "/bin/prog' is not the binary that was recorded (build-id 123456789abcdef0, "
		      "recorded abcdef0000000000); give the right one below --symfs");
	assert_false(tl_dso_find(d, "main", &offset));
	expect_why(tl_dsos_get(all, "/bin/none", other, 20, 1), "(build-id none, recorded");
	/* Not below symfs, but the right one for sure. */
	d = tl_dsos_get(all, in_dir("prog"), elfmake_build_id, 20, 1);
	expect_code(d, 0, m.file.data, m.file.len);
	tl_dsos_close(all);

	/* The path has another one now; perf has kept the one that was recorded. */
	for (size_t i = 0; i < 20; i++)
		sprintf(id + 2 * i, "%02x", elfmake_build_id[i]);
	snprintf(cached, sizeof(cached), "%s/.debug/.build-id/%.2s/%s/elf", dir, id, id + 2);
	put(cached, m.file.data, m.file.len);
	put(in_dir("prog"), "another", 7);
	all = open_all(NULL, NULL);
	d = tl_dsos_get(all, in_dir("prog"), elfmake_build_id, 20, 1);
	expect_code(d, 0, m.file.data, m.file.len);
	assert_true(tl_dso_find(d, "main", &offset));
	tl_dsos_close(all);
	elfmake_fini(&m);
}

/* Symbols in a file of their own, named by the binary's build-id below symfs. */
static void test_debug_file(void **state)
{
	struct elfmake m, debug;
	struct tl_dsos *all;
	struct tl_symbol s;
	struct tl_dso *d;

	elfmake_usual(&m);
	m.strip = true;
	elfmake_finish(&m);
	elfmake_usual(&debug);
	debug.only_debug = true;
	elfmake_finish(&debug);
	put(in_dir("root/bin/prog"), m.file.data, m.file.len);
	put(in_dir("root/usr/lib/debug/.build-id/12/3456789abcdef00102030405060708090a0b0c.debug"),
	    debug.file.data, debug.file.len);
	all = open_all(NULL, in_dir("root"));
	d = tl_dsos_get(all, "/bin/prog", NULL, 0, 1);
	expect_code(d, 0, m.file.data, m.file.len);
	assert_true(tl_dso_symbol(d, 0x1005, &s));
	assert_string_equal(s.name, "main");
	assert_true(tl_dso_symbol(d, 0x2015, &s));
	assert_string_equal(s.name, "puts@plt");
	tl_dsos_close(all);
	elfmake_fini(&m);
	elfmake_fini(&debug);
}

/* What the recording itself tells: its folder, and the table of build-ids. */
static void test_recording(void **state)
{
	static const uint8_t other[20] = { 9 };
	struct perfout_usual store;
	struct perfout_options options = { .mode = PERFOUT_FILE };
	struct tl_err err = TL_ERR_INIT;
	struct perfout_id id = { .pid = 1, .tid = 1, .time = 1 };
	struct perfout *out = NULL;
	struct tl_perf *perf = NULL;
	struct tl_dsos *all;
	struct elfmake m;

	elfmake_usual(&m);
	elfmake_finish(&m);
	put(in_dir("prog.elf"), m.file.data, m.file.len);
	put(in_dir("other.elf"), m.file.data, m.file.len);
	perfout_usual(&store, PERFOUT_PT_PT, 1, &options);
	assert_true(perfout_open(in_dir("perf.data"), &options, &out, &err));
	perfout_comm(out, 1, 1, "prog", true, &id);
	perfout_build_id(out, "prog.elf", -1, false, elfmake_build_id, 20);
	perfout_build_id(out, "other.elf", -1, false, other, 20);
	assert_true(perfout_close(out, &err));
	assert_true(tl_perf_open(in_dir("perf.data"), &perf, &err));
	all = open_all(perf, NULL);
	expect_code(tl_dsos_get(all, "prog.elf", NULL, 0, 1), 0, m.file.data, m.file.len);
	assert_ptr_equal(tl_dsos_get(all, "prog.elf", NULL, 0, 1),
			 tl_dsos_get(all, "prog.elf", elfmake_build_id, 20, 1));
	expect_why(tl_dsos_get(all, "other.elf", NULL, 0, 1), "recorded 0900000000000000");
	tl_dsos_close(all);
	tl_perf_close(perf);
	elfmake_fini(&m);
}

static void test_jit(void **state)
{
	static const char text[] = "7000 10 compiled\n";
	struct tl_dsos *all;
	struct tl_symbol s;

	put(in_dir("root/tmp/perf-42.map"), text, strlen(text));
	all = open_all(NULL, in_dir("root"));
	assert_true(tl_dso_symbol(tl_dsos_get(all, "//anon", NULL, 0, 42), 0x700f, &s));
	assert_string_equal(s.name, "compiled");
	assert_false(tl_dso_symbol(tl_dsos_get(all, "//anon", NULL, 0, 43), 0x700f, &s));
	tl_dsos_close(all);

	/* Links may be another's, to a file of ours. */
	assert_int_equal(symlink("perf-42.map", in_dir("root/tmp/perf-43.map")), 0);
	assert_int_equal(symlink("perf-42.map", in_dir("root/tmp/jit-43.dump")), 0);
	assert_int_equal(mkdir(in_dir("root/tmp/jit-44.dump"), 0700), 0);
	all = open_all(NULL, in_dir("root"));
	assert_false(tl_dso_symbol(tl_dsos_get(all, "//anon", NULL, 0, 43), 0x700f, &s));
	expect_why(tl_dsos_get(all, "/tmp/jit-43.dump", NULL, 0, 43), "is a link and not followed");
	expect_why(tl_dsos_get(all, "/tmp/jit-44.dump", NULL, 0, 44), "is not a file");
	expect_why(tl_dsos_get(all, "/tmp/jit-45.dump", NULL, 0, 45), "not found; copy it");
	tl_dsos_close(all);

	/* Whoever may write to /tmp may not tell us what the code of others is. */
	if (geteuid() == 0) {
		assert_int_equal(chown(in_dir("root/tmp/perf-42.map"), 12345, 12345), 0);
		all = open_all(NULL, in_dir("root"));
		assert_false(tl_dso_symbol(tl_dsos_get(all, "//anon", NULL, 0, 42), 0x700f, &s));
		tl_dsos_close(all);
	}
}

static void test_vdso(void **state)
{
	static const uint8_t other[20] = { 9 };
	uint8_t id[TL_ELF_BUILD_ID];
	char path[PATH_MAX] = "";
	struct tl_dsos *all;
	struct tl_symbol s;
	struct tl_dso *d;
	struct tl_elf elf;
	uint64_t start = 0, offset;
	size_t len;
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long from = 0, to = 0;

	assert_non_null(f);
	while (fgets(path, sizeof(path), f) && !strstr(path, "[vdso]"))
		;
	fclose(f);
	if (sscanf(path, "%lx-%lx", &from, &to) != 2 || !strstr(path, "[vdso]"))
		skip();
	start = from;
	assert_true(tl_elf_init_memory(
	    &elf, (struct tl_span){ (const uint8_t *)(uintptr_t)start, to - from }));
	len = tl_elf_build_id(&elf, id);
	tl_elf_fini(&elf);
	if (len == 0)
		skip();
	all = open_all(NULL, NULL);
	d = tl_dsos_get(all, "[vdso]", id, len, 1);
	expect_code(d, 0, (const uint8_t *)(uintptr_t)start, to - from);
	expect_no_code(d, to - from);
	if (tl_dso_find(d, "__vdso_clock_gettime", &offset)) {
		assert_true(tl_dso_symbol(d, offset + 1, &s));
		assert_int_equal(s.start, offset);
	}
	expect_why(tl_dsos_get(all, "[vdso]", other, 20, 1), "'[vdso]' of the recorded kernel");
	tl_dsos_close(all);
}

/* The kernel of a recording made with --kcore: a folder with its memory and its symbols. */
static void test_kcore(void **state)
{
	static const char kallsyms[] = "ffffffff81000010 T kernel_function\n"
				       "ffffffffc0000000 t module_function\t[mod]\n";
	struct perfout_usual store;
	struct perfout_options options = { .mode = PERFOUT_FILE };
	struct tl_err err = TL_ERR_INIT;
	struct perfout *out = NULL;
	struct tl_perf *perf = NULL;
	struct tl_buf core = TL_BUF_INIT;
	struct tl_dsos *all;
	struct tl_symbol s;
	struct tl_dso *d;
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_phoff = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr ph[2] = {
		{ .p_type = PT_LOAD,
		  .p_vaddr = 0xffffffff81000000,
		  .p_offset = 300,
		  .p_filesz = 100 },
		{ .p_type = PT_LOAD,
		  .p_vaddr = 0xffffffffc0000000,
		  .p_offset = 200,
		  .p_filesz = 100 },
	};

	assert_true(tl_buf_append(&core, &eh, sizeof(eh)) && tl_buf_append(&core, ph, sizeof(ph)));
	while (core.len < 400)
		assert_true(tl_buf_putc(&core, (uint8_t)core.len));
	put(in_dir("rec/kcore_dir/kcore"), core.data, core.len);
	put(in_dir("rec/kcore_dir/kallsyms"), kallsyms, strlen(kallsyms));
	perfout_usual(&store, PERFOUT_PT_PT, 1, &options);
	assert_true(perfout_open(in_dir("rec/data"), &options, &out, &err));
	assert_true(perfout_close(out, &err));
	for (unsigned i = 0; i < 2; i++) {
		assert_true(tl_perf_open(in_dir(i ? "rec" : "rec/data"), &perf, &err));
		all = open_all(perf, NULL);
		d = tl_dsos_get(all, "[kernel.kallsyms]_text", NULL, 0, -1);
		expect_code(d, 0xffffffff81000000, core.data + 300, 100);
		expect_no_code(d, 0xffffffff81000064);
		expect_no_code(d, 0x1000);
		assert_true(tl_dso_symbol(d, 0xffffffff81000020, &s));
		assert_string_equal(s.name, "kernel_function");
		d = tl_dsos_get(all, "[mod]", NULL, 0, -1);
		expect_code(d, 0xffffffffc0000000, core.data + 200, 100);
		assert_true(tl_dso_symbol(d, 0xffffffffc0000020, &s));
		assert_string_equal(s.name, "module_function");
		assert_string_equal(tl_dso_name(d), "[mod]");
		tl_dsos_close(all);
		tl_perf_close(perf);
	}
	all = open_all(NULL, NULL);
	expect_why(tl_dsos_get(all, "[kernel.kallsyms]", NULL, 0, -1), "perf record --kcore");
	tl_dsos_close(all);
	tl_buf_fini(&core);
}

/* ---- several threads at once */

#define NTHREADS 4

struct asker {
	struct tl_dsos *all;
	const char *path;
	uint64_t size, sum;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	struct tl_dso *d = tl_dsos_get(a->all, a->path, NULL, 0, 1);

	for (uint64_t at = 0; at < a->size; at += 97) {
		const uint8_t *bytes;
		struct tl_symbol s;
		size_t len;

		if (tl_dso_symbol(d, at, &s))
			a->sum += s.start * 31 + (uintptr_t)s.name;
		if (tl_dso_code(d, at, &bytes, &len))
			a->sum += (uintptr_t)bytes + len + bytes[0];
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct asker askers[NTHREADS];
	pthread_t threads[NTHREADS];
	char path[PATH_MAX];
	struct stat st;

	offset_of((void *)(uintptr_t)fopen, path, NULL);
	assert_int_equal(stat(path, &st), 0);
	for (unsigned i = 0; i < NTHREADS; i++)
		askers[i].all = i ? askers[0].all : open_all(NULL, NULL);
	for (unsigned i = 0; i < NTHREADS; i++) {
		askers[i].path = path;
		askers[i].size = (uint64_t)st.st_size;
		askers[i].sum = 0;
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	}
	for (unsigned i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 1; i < NTHREADS; i++)
		assert_int_equal(askers[i].sum, askers[0].sum);
	tl_dsos_close(askers[0].all);
}

/* ---- oracles */

/* nm says where each function of this program is. */
static void test_nm(void **state)
{
	struct tl_dsos *all = open_all(NULL, NULL);
	struct tl_dso *d = tl_dsos_get(all, self, NULL, 0, 1);
	char command[PATH_MAX + 64], line[1024];
	char path[PATH_MAX];
	uint64_t marker = offset_of((void *)(uintptr_t)test_dso_marker, path, NULL), shift = 0;
	unsigned n = 0;
	FILE *f;

	if (system("nm --version >/dev/null 2>&1") != 0)
		skip();
	snprintf(command, sizeof(command), "nm -S --defined-only '%s'", self);
	/* Twice: first for the difference between addresses and offsets in the file. */
	for (unsigned round = 0; round < 2; round++) {
		f = popen(command, "re");
		assert_non_null(f);
		while (fgets(line, sizeof(line), f)) {
			uint64_t addr, size;
			char type, name[512];
			struct tl_symbol s;

			if (sscanf(line, "%" SCNx64 " %" SCNx64 " %c %511s", &addr, &size, &type,
				   name) != 4 ||
			    (type != 'T' && type != 't') || size == 0)
				continue;
			if (strcmp(name, "test_dso_marker") == 0)
				shift = addr - marker;
			if (round == 0)
				continue;
			if (!tl_dso_symbol(d, addr - shift + size / 2, &s))
				fail_msg("%s has no symbol", name);
			assert_int_equal(s.start, addr - shift);
			n++;
		}
		pclose(f);
	}
	assert_true(n > 100);
	tl_dsos_close(all);
}

/* Samples at many places of a binary, as perf would have recorded them. */
static void write_samples(const char *to, const char *binary, uint64_t size, uint64_t step)
{
	uint64_t ids[] = { 7 };
	struct perfout_attr attr = {
		.name = "cpu-clock",
		.type = 1,
		.sample_period = 1,
		.sample_type = PERFOUT_IP | PERFOUT_TID | PERFOUT_TIME | PERFOUT_CPU |
			       PERFOUT_PERIOD | PERFOUT_IDENTIFIER,
		.flags = PERFOUT_SAMPLE_ID_ALL | PERFOUT_MMAP | PERFOUT_MMAP2 | PERFOUT_COMM,
		.ids = ids,
		.nids = 1,
	};
	struct perfout_options options = {
		.attrs = &attr,
		.nattrs = 1,
		.hostname = "host",
		.osrelease = "6.1",
		.version = "6.1",
		.arch = "x86_64",
		.nrcpus = 1,
		.no_aux_index = true,
	};
	struct perfout_mmap2 map = {
		.pid = 100, .tid = 100, .addr = 0x10000000, .len = size, .inode = 5, .path = binary
	};
	struct perfout_id id = { .pid = 100, .tid = 100, .time = 1000 };
	struct tl_err err = TL_ERR_INIT;
	struct perfout *p;

	if (!perfout_open(to, &options, &p, &err))
		fail_msg("%s", err.msg);
	perfout_comm(p, 100, 100, "x", true, &id);
	perfout_mmap2(p, &map, &id);
	for (uint64_t at = 0; at < size; at += step) {
		struct perfout_sample s = { .ip = 0x10000000 + at, .period = 1 };

		id.time++;
		perfout_sample(p, &s, &id);
	}
	if (!perfout_close(p, &err))
		fail_msg("%s", err.msg);
}

/* Returns how many of the places have a name. */
static unsigned compare_with_perf(const char *binary, uint64_t step)
{
	struct tl_dsos *all = open_all(NULL, NULL);
	struct tl_dso *d = tl_dsos_get(all, binary, NULL, 0, 100);
	char command[PATH_MAX], theirs[4096], ours[4096];
	unsigned named = 0;
	uint64_t at = 0;
	struct stat st;
	FILE *f;

	assert_int_equal(stat(binary, &st), 0);
	write_samples(in_dir("samples"), binary, (uint64_t)st.st_size, step);
	snprintf(command, sizeof(command),
		 "perf script -f -i '%s' -F ip,sym,symoff,dso 2>'%s' </dev/null", in_dir("samples"),
		 in_dir("errors"));
	f = popen(command, "re");
	assert_non_null(f);
	while (fgets(theirs, sizeof(theirs), f)) {
		const char *line = theirs + strspn(theirs, " ");
		struct tl_symbol s;

		if (*line == '\n')
			continue;
		if (tl_dso_symbol(d, at, &s)) {
			snprintf(ours, sizeof(ours), "%" PRIx64 " %s+0x%" PRIx64 " (%s)\n",
				 0x10000000 + at, s.name, at - s.start, binary);
			named++;
		} else {
			snprintf(ours, sizeof(ours), "%" PRIx64 " [unknown] (%s)\n",
				 0x10000000 + at, binary);
		}
		assert_string_equal(ours, line);
		at += step;
	}
	pclose(f);
	assert_true(at >= (uint64_t)st.st_size); /* perf has shown all of them */
	tl_dsos_close(all);
	return named;
}

static void test_perf(void **state)
{
	char libc[PATH_MAX];

	if (system("perf --version >/dev/null 2>&1") != 0)
		skip();
	offset_of((void *)(uintptr_t)fopen, libc, NULL);
	assert_true(compare_with_perf(self, 61) > 100);
	assert_true(compare_with_perf(libc, 97) > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_self, setup, teardown),
		cmocka_unit_test_setup_teardown(test_registry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_symfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_build_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(test_debug_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vdso, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kcore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_perf, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
