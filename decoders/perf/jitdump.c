/* jitdump.c: see jitdump.h. */
#include "decoders/perf/jitdump.h"

#include "base/bytes.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC    0x4a695444u /* "JiTD", in the byte order of the machine that wrote it */
#define VERSION  1
#define HEAD     40          /* bytes: of the file's, */
#define RECORD   16          /* each record's, */
#define LOAD     40          /* what a LOAD has before its name, */
#define MOVE     48          /* and all of a MOVE */
#define ARCH_TSC 1           /* flags */
#define V8_PAD   0xdeadbeefu /* what V8 has where others have 0 */

#define WINDOW    ((size_t)64 << 10)
#define MAX_NAME  4096u
#define MAX_CODES (1u << 20)  /* functions; a large program in Java has some 50000 */
#define MAX_OTHER (16u << 20) /* records of other kinds */
#define MAX_STEPS 256         /* in the hash table; what is farther away is not remembered */

enum { CODE_LOAD, CODE_MOVE, CODE_DEBUG_INFO };

/* Where the bytes of a function are, for when it moves. */
struct known {
	uint64_t index, at, size;
};

struct walk {
	int fd;
	uint64_t size;
	uint8_t *bytes; /* of the file, from `begin` on */
	uint64_t begin;
	size_t len;
	struct known *known; /* a hash table by index; size 0: free */
	size_t nknown, nslots;
	uint64_t lines; /* of the next LOAD */
	uint32_t nlines;
};

bool tl_jitdump_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *s = slash ? slash + 1 : path;

	if (strncmp(s, "jit-", 4) != 0 || !isdigit((unsigned char)s[4]))
		return false;
	s += 4 + strspn(s + 4, "0123456789");
	return strcmp(s, ".dump") == 0;
}

/* Bytes of the file, at most WINDOW; NULL: there are not so many. */
static const uint8_t *look(struct walk *w, uint64_t at, size_t n)
{
	if (at > w->size || n > w->size - at)
		return NULL;
	if (at >= w->begin && at - w->begin <= w->len && n <= w->len - (at - w->begin))
		return w->bytes + (at - w->begin);
	w->begin = at;
	w->len = 0;
	while (w->len < n) {
		ssize_t got =
		    pread(w->fd, w->bytes + w->len, WINDOW - w->len, (off_t)(at + w->len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		w->len += (size_t)got;
	}
	return w->bytes;
}

/* ---- functions by their index */

/* Its place, or a free one; NULL: too many others are around. */
static struct known *slot(const struct walk *w, uint64_t index)
{
	size_t at = (size_t)(index * UINT64_C(0x9e3779b97f4a7c15) >> 32);

	for (unsigned i = 0; i < MAX_STEPS; i++, at++) {
		struct known *k = &w->known[at & (w->nslots - 1)];

		if (!k->size || k->index == index)
			return k;
	}
	return NULL;
}

static bool more_slots(struct walk *w)
{
	struct walk bigger = { .nslots = w->nslots ? w->nslots * 2 : 256 };

	bigger.known = calloc(bigger.nslots, sizeof(*bigger.known));
	if (!bigger.known)
		return false;
	for (size_t i = 0; i < w->nslots; i++) {
		struct known *k = w->known[i].size ? slot(&bigger, w->known[i].index) : NULL;

		if (k)
			*k = w->known[i];
	}
	free(w->known);
	w->known = bigger.known;
	w->nslots = bigger.nslots;
	return true;
}

static bool remember(struct walk *w, uint64_t index, const struct tl_jit_code *c)
{
	struct known *k;

	if (w->nknown * 2 >= w->nslots && !more_slots(w))
		return false;
	k = slot(w, index);
	if (!k)
		return true;
	w->nknown += k->size == 0;
	*k = (struct known){ index, c->at, c->size };
	return true;
}

/* ---- records */

/* u32 pid, tid; u64 vma, code_addr, code_size, code_index; the name, the code. */
static bool read_load(struct walk *w, uint64_t at, uint64_t len, struct tl_jit_code *c,
		      char name[MAX_NAME], uint64_t *index)
{
	const uint8_t *p = look(w, at, LOAD);
	size_t room;

	if (!p || len < LOAD)
		return false;
	c->addr = tl_get64(p + 16);
	c->size = tl_get64(p + 24);
	*index = tl_get64(p + 32);
	if (c->size == 0 || c->size > len - LOAD || c->addr > UINT64_MAX - c->size)
		return false;
	room = len - LOAD - c->size < MAX_NAME ? (size_t)(len - LOAD - c->size) : MAX_NAME;
	p = look(w, at + LOAD, room);
	if (!p)
		return false;
	room = strnlen((const char *)p, room);
	memcpy(name, p, room < MAX_NAME ? room : MAX_NAME - 1);
	name[room < MAX_NAME ? room : MAX_NAME - 1] = '\0';
	c->name = name;
	/* Right behind the name; where that has no end it is what is left. */
	c->at = at + LOAD + room + 1;
	if (room == MAX_NAME || c->at > at + len - c->size)
		c->at = at + len - c->size;
	return true;
}

/* u32 pid, tid; u64 vma, old_code_addr, new_code_addr, code_size, code_index. */
static bool read_move(struct walk *w, uint64_t at, uint64_t len, struct tl_jit_code *c)
{
	const uint8_t *p = look(w, at, MOVE);
	const struct known *k;

	if (!p || len < MOVE || w->nslots == 0)
		return false;
	k = slot(w, tl_get64(p + 40));
	if (!k)
		return false;
	c->addr = tl_get64(p + 24);
	c->size = k->size;
	c->at = k->at;
	c->name = "";
	return k->size > 0 && c->addr <= UINT64_MAX - c->size;
}

/* False: no memory, or fn has enough. */
static bool read_record(struct walk *w, uint32_t id, uint64_t at, uint64_t len, uint64_t time,
			bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg,
			bool *memory)
{
	struct tl_jit_code c = { .time = time };
	char name[MAX_NAME];
	uint64_t index;

	if (id == CODE_DEBUG_INFO) {
		w->lines = at;
		w->nlines = (uint32_t)len;
	}
	if (id == CODE_LOAD) {
		c.lines = w->lines;
		c.nlines = w->nlines;
		w->nlines = 0;
		if (!read_load(w, at, len, &c, name, &index))
			return true;
		*memory = remember(w, index, &c);
		return *memory && fn(arg, &c);
	}
	if (id == CODE_MOVE && read_move(w, at, len, &c))
		return fn(arg, &c);
	return true;
}

static bool read_head(struct walk *w, struct tl_jitdump_head *head, uint64_t *len)
{
	const uint8_t *p = look(w, 0, HEAD);

	if (!p || tl_get32(p) != MAGIC || tl_get32(p + 4) != VERSION || tl_get32(p + 8) < HEAD)
		return false;
	*len = tl_get32(p + 8);
	head->pid = (int32_t)tl_get32(p + 20);
	head->tsc = tl_get64(p + 32) & ARCH_TSC;
	head->is_v8 = tl_get32(p + 16) == V8_PAD;
	return true;
}

bool tl_jitdump_walk(int fd, uint64_t size, struct tl_jitdump_head *head,
		     bool (*fn)(void *arg, const struct tl_jit_code *code), void *arg)
{
	struct walk w = { .fd = fd, .size = size, .bytes = malloc(WINDOW) };
	bool ok = w.bytes != NULL, memory = true;
	unsigned ncodes = 0, nother = 0;
	const uint8_t *p;
	uint64_t at = 0;

	ok = ok && read_head(&w, head, &at);
	while (ok && ncodes < MAX_CODES && nother < MAX_OTHER && (p = look(&w, at, RECORD))) {
		uint32_t id = tl_get32(p), len = tl_get32(p + 4);
		bool is_code = id == CODE_LOAD || id == CODE_MOVE;

		if (len < RECORD || len > size - at ||
		    !read_record(&w, id, at + RECORD, len - RECORD, tl_get64(p + 8), fn, arg,
				 &memory))
			break;
		ncodes += is_code;
		nother += !is_code;
		at += len;
	}
	free(w.bytes);
	free(w.known);
	return ok && memory;
}
