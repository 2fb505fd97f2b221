/*
 * sampleline.c: see sampleline.h.  Which fields there are is perf's matter: it takes them from
 * the first event of each kind (hardware and the like, software, tracepoint), and leaves out
 * those that this event did not record.
 * Layout of a sample: perf_event_open(2), PERF_RECORD_SAMPLE.  Format: perf-script(1).
 */
#include "decoders/perf/sampleline.h"

#include "base/bytes.h"
#include "decoders/foreign.h"

#include <inttypes.h>
#include <string.h>

/* sample_type and read_format, perf_event.h */
#define SAMPLE_IP         (1u << 0)
#define SAMPLE_TID        (1u << 1)
#define SAMPLE_TIME       (1u << 2)
#define SAMPLE_ADDR       (1u << 3)
#define SAMPLE_READ       (1u << 4)
#define SAMPLE_CALLCHAIN  (1u << 5)
#define SAMPLE_ID         (1u << 6)
#define SAMPLE_CPU        (1u << 7)
#define SAMPLE_PERIOD     (1u << 8)
#define SAMPLE_STREAM_ID  (1u << 9)
#define SAMPLE_IDENTIFIER (1u << 16)
#define READ_ENABLED      (1u << 0)
#define READ_RUNNING      (1u << 1)
#define READ_ID           (1u << 2)
#define READ_GROUP        (1u << 3)
#define READ_LOST         (1u << 4)

#define NAME_MAX_WIDTH 255 /* of an event, for all lines to be aligned to */

#define TYPE_SOFTWARE   1
#define TYPE_TRACEPOINT 2

/* Marks in a callchain: what follows is of this mode; all are above CONTEXT_MAX. */
#define CONTEXT_MAX    ((uint64_t)-4095)
#define CONTEXT_KERNEL ((uint64_t)-128)
#define CONTEXT_USER   ((uint64_t)-512)

/* As perf has it by default: PERF_MAX_STACK_DEPTH. */
#define CHAIN_MAX TL_SAMPLE_FRAMES

enum mode { MODE_OTHER, MODE_KERNEL, MODE_USER }; /* PERF_RECORD_MISC_CPUMODE_MASK */

struct parsed {
	uint64_t ip, period;
	const uint8_t *chain; /* nchain numbers of 8 bytes; NULL: none was recorded */
	uint64_t nchain;
};

/* A run of bytes that is eaten from the front. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static bool take64(struct bytes *b, uint64_t *v)
{
	if (b->left < 8)
		return false;
	*v = tl_get64(b->at);
	b->at += 8;
	b->left -= 8;
	return true;
}

static bool skip(struct bytes *b, uint64_t n)
{
	if (n > b->left)
		return false;
	b->at += n;
	b->left -= (size_t)n;
	return true;
}

static bool skip_read(struct bytes *b, uint64_t format)
{
	uint64_t each = 8 + (format & READ_ID ? 8 : 0) + (format & READ_LOST ? 8 : 0), n = 1;

	if (format & READ_GROUP && (!take64(b, &n) || n > b->left))
		return false;
	return skip(b,
		    (format & READ_ENABLED ? 8 : 0) + (format & READ_RUNNING ? 8 : 0) + n * each);
}

/* False: shorter than its event says. */
static bool parse(const struct tl_perf_attr *attr, const uint8_t *body, size_t len,
		  struct parsed *out)
{
	struct bytes b = { body, len };
	uint64_t type = attr->sample_type, v;

	*out = (struct parsed){ .period = attr->sample_period };
	if ((type & SAMPLE_IDENTIFIER && !take64(&b, &v)) ||
	    (type & SAMPLE_IP && !take64(&b, &out->ip)) || (type & SAMPLE_TID && !take64(&b, &v)) ||
	    (type & SAMPLE_TIME && !take64(&b, &v)) || (type & SAMPLE_ADDR && !take64(&b, &v)) ||
	    (type & SAMPLE_ID && !take64(&b, &v)) || (type & SAMPLE_STREAM_ID && !take64(&b, &v)) ||
	    (type & SAMPLE_CPU && !take64(&b, &v)) ||
	    (type & SAMPLE_PERIOD && !take64(&b, &out->period)) ||
	    (type & SAMPLE_READ && !skip_read(&b, attr->read_format)))
		return false;
	if (type & SAMPLE_CALLCHAIN) {
		if (!take64(&b, &out->nchain) || out->nchain > b.left / 8)
			return false;
		out->chain = b.at;
	}
	return true;
}

/* ---- numbers and words: lines are made by the million, and printf would be most of the cost */

#define NUMBER 24 /* bytes a padded number can have, the ones below */

/* At p, where there is room for NUMBER bytes, right-aligned to a width; the byte behind. */
static uint8_t *put_decimal(uint8_t *p, uint64_t v, int width, uint8_t pad)
{
	uint8_t digits[NUMBER];
	int n = 0;

	do {
		digits[n++] = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v);
	for (; width > n; width--)
		*p++ = pad;
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

static uint8_t *put_hex(uint8_t *p, uint64_t v, int width)
{
	int n = v ? (67 - __builtin_clzll(v)) / 4 : 1;

	for (; width > n; width--)
		*p++ = ' ';
	while (n > 0)
		*p++ = (uint8_t) "0123456789abcdef"[v >> (4 * --n) & 15];
	return p;
}

#define put_literal(p, s) ((uint8_t *)memcpy((p), (s), sizeof(s) - 1) + sizeof(s) - 1)

/* A word, right-aligned to a width. */
static uint8_t *put_word(uint8_t *p, const char *s, size_t n, int width)
{
	for (; width > (int)n; width--)
		*p++ = ' ';
	return tl_foreign_put(p, s, n);
}

/* A thread or CPU; below 0 is not known. */
static uint8_t *put_id(uint8_t *p, int32_t v, int width, uint8_t pad)
{
	return v < 0 ? put_word(p, "-1", 2, width) : put_decimal(p, (uint64_t)v, width, pad);
}

/* ---- what the recording has */

static unsigned kind_of(const struct tl_perf_attr *attr)
{
	return attr->type == TYPE_SOFTWARE ? 1 : attr->type == TYPE_TRACEPOINT ? 2 : 0;
}

void tl_sampleline_init(struct tl_sampleline *l, const struct tl_perf *perf,
			struct tl_timeline *timeline, const struct tl_select *select)
{
	bool seen[3] = { false };

	*l = (struct tl_sampleline){ .perf = perf, .timeline = timeline, .select = select };
	for (size_t i = 0; i < tl_perf_nattrs(perf); i++) {
		const struct tl_perf_attr *attr = tl_perf_attr(perf, i);
		size_t len = attr->name ? strlen(attr->name) : 0;
		unsigned kind = kind_of(attr);

		if (len > NAME_MAX_WIDTH)
			len = NAME_MAX_WIDTH;
		if (l->name_width < (int)len)
			l->name_width = (int)len;
		l->has_chains = l->has_chains || attr->sample_type & SAMPLE_CALLCHAIN;
		if (!seen[kind])
			l->missing[kind] = (unsigned)~attr->sample_type;
		seen[kind] = true;
	}
}

/* ---- who and where */

static const struct tl_context *context_of(const struct tl_sampleline *l, const struct tl_sample *s,
					   struct tl_sampleline_who *who)
{
	struct tl_perf_queue thread = { .cpu = -1, .tid = s->id.tid };
	size_t slot = (uint32_t)s->id.tid % (sizeof(who->slots) / sizeof(*who->slots));

	if (who->slots[slot].context && who->slots[slot].tid == s->id.tid &&
	    s->time < who->slots[slot].until)
		return who->slots[slot].context;
	who->slots[slot].tid = s->id.tid;
	who->slots[slot].context =
	    tl_timeline_context(l->timeline, &thread, s->time, &who->slots[slot].until);
	return who->slots[slot].context;
}

static bool selected(const struct tl_sampleline *l, const struct tl_sample *s,
		     const struct tl_context *c)
{
	struct tl_context of = *c;

	of.tid = s->id.tid;
	of.cpu = s->id.cpu;
	return tl_select_time(l->select, s->id.time) && tl_select_context(l->select, &of);
}

/* The mapping of an address, of the user's or the kernel's. */
static const struct tl_map *find_map(const struct tl_context *c, enum mode mode, uint64_t ip)
{
	struct tl_space space = *c->space;

	if (mode == MODE_OTHER)
		return NULL;
	if (mode == MODE_KERNEL)
		space.nmaps = 0;
	else
		space.nkernel = 0;
	return tl_space_find(&space, ip);
}

/*
 * The kernel's own mapping, for an address that is in none: perf lets it reach as far as the
 * kernel has symbols, which is beyond what was recorded (code that ran at boot only).
 */
static const struct tl_map *kernel_beyond(const struct tl_context *c, uint64_t ip,
					  struct tl_symbol *symbol)
{
	for (size_t i = 0; i < c->space->nkernel; i++) {
		const struct tl_map *map = &c->space->kernel[i];

		if (strcmp(tl_dso_name(map->dso), "[kernel.kallsyms]") == 0)
			return tl_dso_symbol(map->dso, ip - map->start + map->pgoff, symbol) ? map
											     : NULL;
	}
	return NULL;
}

/* The mapping of an address, and its symbol if that is known; NULL: none. */
static const struct tl_map *look_up(const struct tl_context *c, enum mode mode, uint64_t ip,
				    struct tl_symbol *symbol, bool *known)
{
	const struct tl_map *map = find_map(c, mode, ip);

	*known = map && tl_dso_symbol(map->dso, ip - map->start + map->pgoff, symbol);
	if (!map && mode == MODE_KERNEL)
		*known = (map = kernel_beyond(c, ip, symbol)) != NULL;
	return map;
}

/* "ip symbol+0xoff (binary)"; in_file: user addresses as they are in the binary. */
static bool put_address(const struct tl_context *c, enum mode mode, uint64_t ip, bool in_file,
			struct tl_buf *out)
{
	struct tl_symbol symbol;
	const char *name, *word;
	size_t nname, nword;
	bool known;
	const struct tl_map *map = look_up(c, mode, ip, &symbol, &known);
	uint64_t offset;
	uint8_t *p;

	offset = map ? ip - map->start + map->pgoff : 0;
	name = map ? tl_dso_name(map->dso) : "[unknown]";
	word = known ? symbol.name : "[unknown]";
	nname = strlen(name);
	nword = strlen(word);
	if (!tl_buf_reserve(out, nname + nword + 2 * NUMBER + 8))
		return false;
	p = out->data + out->len;
	p = put_hex(p, in_file && map && mode == MODE_USER ? offset : ip, 16);
	*p++ = ' ';
	p = tl_foreign_put(p, word, nword);
	if (known)
		p = put_hex(put_literal(p, "+0x"), offset - symbol.start, 1);
	p = put_literal(p, " (");
	p = tl_foreign_put(p, name, nname);
	*p++ = ')';
	out->len = (size_t)(p - out->data);
	return true;
}

static enum mode mode_of(uint16_t misc)
{
	return (misc & 7) == 1 ? MODE_KERNEL : (misc & 7) == 2 ? MODE_USER : MODE_OTHER;
}

/* The next address of a chain, from entry *i on; false: no more. */
static bool next_in_chain(const struct parsed *sample, uint64_t *i, enum mode *mode, uint64_t *ip)
{
	while (*i < sample->nchain) {
		*ip = tl_get64(sample->chain + 8 * (*i)++);
		if (*ip < CONTEXT_MAX)
			return true;
		*mode = *ip == CONTEXT_KERNEL ? MODE_KERNEL
			: *ip == CONTEXT_USER ? MODE_USER
					      : MODE_OTHER;
	}
	return false;
}

static bool put_chain(const struct tl_context *c, enum mode mode, const struct parsed *sample,
		      struct tl_buf *out)
{
	unsigned shown = 0;
	uint64_t i = 0, ip;

	while (shown < CHAIN_MAX && next_in_chain(sample, &i, &mode, &ip)) {
		if (!tl_buf_putc(out, '\t') || !put_address(c, mode, ip, true, out) ||
		    !tl_buf_putc(out, '\n'))
			return false;
		shown++;
	}
	return true;
}

/* ---- lines */

/* Up to the event's name and ": ". */
static bool put_head(const struct tl_sampleline *l, const struct tl_sample *s, const char *comm,
		     const struct parsed *sample, bool chain, struct tl_buf *out)
{
	const struct tl_perf_attr *attr = s->id.attr;
	unsigned missing = l->missing[kind_of(attr)];
	const char *name = attr->name ? attr->name : "[unknown]";
	size_t ncomm = strlen(comm), nname = strlen(name);
	uint8_t *p;

	if (!tl_buf_reserve(out, ncomm + 16 + nname + NAME_MAX_WIDTH + 6 * NUMBER))
		return false;
	p = out->data + out->len;
	if (!(missing & SAMPLE_TID)) {
		p = put_word(p, comm, ncomm, chain ? 0 : 16);
		*p++ = ' ';
		p = put_id(p, s->id.tid, 5, ' ');
		*p++ = ' ';
	}
	if (!(missing & SAMPLE_CPU)) {
		*p++ = '[';
		p = put_id(p, s->id.cpu, 3, '0');
		p = put_literal(p, "] ");
	}
	if (!(missing & SAMPLE_TIME)) {
		p = put_decimal(p, s->time / 1000000000, 5, ' ');
		*p++ = '.';
		p = put_decimal(p, s->time / 1000 % 1000000, 6, '0');
		p = put_literal(p, ": ");
	}
	if (kind_of(attr) != 2) {
		p = put_decimal(p, sample->period, 10, ' ');
		*p++ = ' ';
	}
	p = put_word(p, name, nname, l->name_width);
	p = put_literal(p, ": ");
	out->len = (size_t)(p - out->data);
	return true;
}

bool tl_sampleline_put(const struct tl_sampleline *l, const struct tl_sample *s,
		       const uint8_t *body, struct tl_sampleline_who *who, struct tl_buf *out)
{
	const struct tl_perf_attr *attr = s->id.attr;
	const struct tl_context *c = context_of(l, s, who);
	struct parsed sample;
	bool chain;

	if (!c)
		return false;
	if (!selected(l, s, c))
		return true;
	if (!attr || !parse(attr, body, s->len, &sample))
		return tl_buf_printf(out, "[gap: a sample that %s]\n",
				     attr ? "is shorter than its event says"
					  : "no event of the recording has made");
	chain = sample.chain && l->has_chains;
	if (!put_head(l, s, c->comm, &sample, chain, out))
		return false;
	if (kind_of(attr) == 2 || l->missing[kind_of(attr)] & SAMPLE_IP)
		return tl_buf_putc(out, '\n');
	if (chain)
		return tl_buf_putc(out, '\n') && put_chain(c, mode_of(s->misc), &sample, out) &&
		       tl_buf_putc(out, '\n');
	return tl_buf_putc(out, ' ') && put_address(c, mode_of(s->misc), sample.ip, false, out) &&
	       tl_buf_putc(out, '\n');
}

/* ---- stacks */

static void add_frame(const struct tl_context *c, enum mode mode, uint64_t ip,
		      struct tl_samplestack *out)
{
	struct tl_symbol symbol;
	bool known;
	const struct tl_map *map = look_up(c, mode, ip, &symbol, &known);

	out->frames[out->nframes++] = (struct tl_sampleframe){
		.symbol = known ? symbol.name : NULL,
		.binary = map ? tl_dso_name(map->dso) : NULL,
	};
}

enum tl_samplestack_is tl_sampleline_stack(const struct tl_sampleline *l, const struct tl_sample *s,
					   const uint8_t *body, struct tl_sampleline_who *who,
					   struct tl_samplestack *out)
{
	const struct tl_perf_attr *attr = s->id.attr;
	const struct tl_context *c = context_of(l, s, who);
	enum mode mode = mode_of(s->misc);
	struct parsed sample;
	uint64_t i = 0, ip;

	if (!c)
		return TL_SAMPLESTACK_NOMEM;
	if (!selected(l, s, c))
		return TL_SAMPLESTACK_NOT_SELECTED;
	if (!attr || !parse(attr, body, s->len, &sample))
		return TL_SAMPLESTACK_BROKEN;
	out->comm = c->comm;
	out->period = sample.period;
	out->nframes = 0;
	if (sample.chain)
		while (out->nframes < CHAIN_MAX && next_in_chain(&sample, &i, &mode, &ip))
			add_frame(c, mode, ip, out);
	else if (attr->sample_type & SAMPLE_IP)
		add_frame(c, mode, sample.ip, out);
	return TL_SAMPLESTACK_READ;
}
