/*
 * A compiler at run time that tells what it made: jit-PID.dump in the folder given, as tools/perf/
 * Documentation/jitdump-specification.txt has it; with "map", names only, in perf-PID.map there.
 * A function takes the place of another, one calls another, one is moved.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int fn(int);

static int dump = -1, map = -1;
static unsigned char *page;

/* The recorder has a clock of its own, which this instruction reads. */
static uint64_t now(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static void put(const void *bytes, size_t n)
{
	if (write(dump, bytes, n) != (ssize_t)n)
		_exit(2);
}

static void begin(const char *folder)
{
	struct {
		uint32_t magic, version, size, machine, pad, pid;
		uint64_t time, flags;
	} head = { 0x4a695444, 1, sizeof(head), 62, 0, (uint32_t)getpid(), now(), 1 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/jit-%d.dump", folder, (int)getpid());
	dump = open(path, O_CREAT | O_TRUNC | O_RDWR, 0666);
	if (dump < 0)
		_exit(2);
	put(&head, sizeof(head));
	/* So that a recording has the file's name. */
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, dump, 0) == MAP_FAILED)
		_exit(2);
}

static void begin_map(const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/perf-%d.map", folder, (int)getpid());
	map = open(path, O_CREAT | O_TRUNC | O_RDWR, 0666);
}

/* What the code that is loaded next was compiled from. */
static void tell_lines(unsigned at, unsigned n, const unsigned in[], const unsigned lines[],
		       const char *const names[])
{
	struct {
		uint32_t id, size;
		uint64_t time, addr, n;
	} r = { 2, sizeof(r), now(), (uintptr_t)page + at, n };

	if (dump < 0)
		return;
	for (unsigned i = 0; i < n; i++)
		r.size += 16 + (uint32_t)strlen(names[i]) + 1;
	put(&r, sizeof(r));
	for (unsigned i = 0; i < n; i++) {
		struct {
			uint64_t addr;
			uint32_t line, column;
		} entry = { (uintptr_t)page + at + in[i], lines[i], 1 };

		put(&entry, sizeof(entry));
		put(names[i], strlen(names[i]) + 1);
	}
}

/* How to find callers from there; here, nothing of use. */
static void tell_unwinding(void)
{
	struct {
		uint32_t id, size;
		uint64_t time, unwinding, header, mapped;
		unsigned char bytes[24];
	} r = { 4, sizeof(r), now(), 24, 24, 0, { 2, 0 } };

	if (dump >= 0)
		put(&r, sizeof(r));
}

static fn *load(unsigned at, const char *name, uint64_t index, const unsigned char *code, size_t n)
{
	struct {
		uint32_t id, size;
		uint64_t time;
		uint32_t pid, tid;
		uint64_t vma, addr, code_size, index;
	} r = { 0,
		(uint32_t)(sizeof(r) + strlen(name) + 1 + n),
		now(),
		(uint32_t)getpid(),
		(uint32_t)getpid(),
		(uintptr_t)page + at,
		(uintptr_t)page + at,
		n,
		index };
	char line[100];

	memcpy(page + at, code, n);
	if (dump >= 0) {
		put(&r, sizeof(r));
		put(name, strlen(name) + 1);
		put(code, n);
	} else {
		int len = snprintf(line, sizeof(line), "%lx %zx %s\n", (long)r.addr, n, name);

		if (write(map, line, (size_t)len) != len)
			_exit(2);
	}
	return (fn *)(page + at);
}

static fn *move(unsigned from, unsigned to, uint64_t index, size_t n)
{
	struct {
		uint32_t id, size;
		uint64_t time;
		uint32_t pid, tid;
		uint64_t vma, from, to, code_size, index;
	} r = { 1,
		sizeof(r),
		now(),
		(uint32_t)getpid(),
		(uint32_t)getpid(),
		(uintptr_t)page + to,
		(uintptr_t)page + from,
		(uintptr_t)page + to,
		n,
		index };

	memcpy(page + to, page + from, n);
	memset(page + from, 0xcc, n);
	put(&r, sizeof(r));
	return (fn *)(page + to);
}

int main(int argc, char **argv)
{
	/* mov eax, edi; add eax, 1; ret */
	static const unsigned char one[] = { 0x89, 0xf8, 0x83, 0xc0, 0x01, 0xc3 };
	/* mov eax, edi; test eax, eax; je +3; sub eax, 2; ret */
	static const unsigned char two[] = { 0x89, 0xf8, 0x85, 0xc0, 0x74,
					     0x03, 0x83, 0xe8, 0x02, 0xc3 };
	/* At 0x100: call 0; call 0; ret */
	static const unsigned char both[] = { 0xe8, 0xfb, 0xfe, 0xff, 0xff, 0xe8,
					      0xf6, 0xfe, 0xff, 0xff, 0xc3 };
	fn *f;
	int sum = 0;

	page = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (argc < 2 || page == MAP_FAILED)
		return 1;
	if (argc > 2 && strcmp(argv[2], "map") == 0)
		begin_map(argv[1]);
	else
		begin(argv[1]);
	tell_lines(0, 3, (unsigned[]){ 0, 2, 5 }, (unsigned[]){ 10, 11, 12 },
		   (const char *[]){ "lib/one.lang", "lib/one.lang", "lib/one.lang" });
	f = load(0, "one", 1, one, sizeof(one));
	for (int i = 0; i < 3; i++)
		sum += f(i);
	/* A list of names has no times: nothing takes the place of another there. */
	f = load(map < 0 ? 0 : 0x40, "two", 2, two, sizeof(two));
	for (int i = 0; i < 3; i++)
		sum += f(i);
	if (map >= 0)
		return 0;
	tell_lines(0x100, 2, (unsigned[]){ 0, 5 }, (unsigned[]){ 7, 90 },
		   (const char *[]){ "both.lang", "made.lang" });
	tell_unwinding();
	f = load(0x100, "both", 3, both, sizeof(both));
	for (int i = 0; i < 3; i++)
		sum += f(i);
	f = move(0, 0x400, 2, sizeof(two));
	for (int i = 0; i < 3; i++)
		sum += f(i);
	return sum == 0;
}
