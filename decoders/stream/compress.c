/*
 * compress.c: the .Z files of compress(1): LZW with codes of 9 to 16 bits.
 *
 * Codes come in groups of eight, as many bytes as a code has bits.  Where the width changes, or the
 * table is cleared, the rest of the group is not used.  There is no end but the file's, and no sum.
 */
#include "decoders/stream/format.h"

#include <stdlib.h>

#define CLEAR     256
#define FIRST     9 /* bits of a code at the beginning */
#define MOST      16
#define NCODES    (1 << MOST)
#define NO_CODE   UINT32_MAX
#define HEAD      3
#define WIDTH     0x1f /* in the third byte: bits of the widest codes */
#define MAY_CLEAR 0x80

struct lzw {
	unsigned head;      /* bytes of it were read */
	unsigned most;      /* bits of the widest codes */
	bool may_clear;     /* code 256 does it */
	unsigned bits;      /* of the codes now */
	uint32_t acc, nacc; /* bits that were read, and how many */
	unsigned group;     /* bytes read since codes are so wide */
	unsigned skip;      /* bytes of the group that are left */
	uint32_t next;      /* code to be given */
	uint32_t old;       /* the code before; NO_CODE: none */
	uint8_t first;      /* of the string it stood for */
	uint16_t prefix[NCODES];
	uint8_t suffix[NCODES];
	uint8_t stack[NCODES]; /* a string, its last byte first */
	unsigned nstack;
};

static void begin_table(struct lzw *z)
{
	z->bits = FIRST;
	z->next = CLEAR + z->may_clear;
	z->old = NO_CODE;
}

/* Codes are as wide from now on; what is left of the group is passed over. */
static void begin_group(struct lzw *z)
{
	unsigned over = z->group % z->bits;

	z->skip = over > 0 ? z->bits - over : 0;
	z->acc = z->nacc = z->group = 0;
}

static void *begin(void)
{
	return calloc(1, sizeof(struct lzw));
}

/* The next byte.  False: there is none. */
static bool take(struct tl_span *in, uint8_t *byte)
{
	if (in->len == 0)
		return false;
	*byte = *in->data++;
	in->len--;
	return true;
}

static bool read_head(struct lzw *z, struct tl_span *in)
{
	uint8_t byte;

	while (z->head < HEAD && take(in, &byte))
		if (++z->head == HEAD) {
			z->most = byte & WIDTH;
			if (z->most == FIRST) /* compress means 10 then */
				z->most++;
			z->may_clear = byte & MAY_CLEAR;
			begin_table(z);
		}
	return z->head == HEAD;
}

/* False: there is not so much input. */
static bool read_code(struct lzw *z, struct tl_span *in, uint32_t *code)
{
	uint8_t byte;

	if (z->next > (UINT32_C(1) << z->bits) - 1 && z->bits < z->most) {
		begin_group(z);
		z->bits++;
	}
	for (; z->skip > 0; z->skip--)
		if (!take(in, &byte))
			return false;
	while (z->nacc < z->bits) {
		if (!take(in, &byte))
			return false;
		z->acc |= (uint32_t)byte << z->nacc;
		z->nacc += 8;
		z->group++;
	}
	*code = z->acc & ((UINT32_C(1) << z->bits) - 1);
	z->acc >>= z->bits;
	z->nacc -= z->bits;
	return true;
}

/* Put the code's string on the stack.  False: there is no such code. */
static bool expand(struct lzw *z, uint32_t code)
{
	uint32_t at = code;

	if (code > z->next || (code == z->next && z->old == NO_CODE) ||
	    (code == CLEAR && z->may_clear))
		return false;
	if (code == z->next) { /* the string before, and its first byte again */
		z->stack[z->nstack++] = z->first;
		at = z->old;
	}
	for (; at >= CLEAR; at = z->prefix[at]) /* each prefix is smaller: at most NCODES steps */
		z->stack[z->nstack++] = z->suffix[at];
	z->first = (uint8_t)at;
	z->stack[z->nstack++] = z->first;
	if (z->old != NO_CODE && z->next < UINT32_C(1) << z->most) {
		z->prefix[z->next] = (uint16_t)z->old;
		z->suffix[z->next++] = z->first;
	}
	z->old = code;
	return true;
}

static enum tl_stream_step run(void *member, struct tl_span *in, bool last, uint8_t *out, size_t n,
			       size_t *got, struct tl_err *err)
{
	struct lzw *z = member;
	uint32_t code;

	*got = 0;
	if (!read_head(z, in))
		return TL_STREAM_GOES_ON;
	for (;;) {
		while (z->nstack > 0 && *got < n)
			out[(*got)++] = z->stack[--z->nstack];
		if (*got == n)
			return TL_STREAM_GOES_ON;
		if (!read_code(z, in, &code))
			return last ? TL_STREAM_ENDS : TL_STREAM_GOES_ON;
		if (code == CLEAR && z->may_clear) {
			begin_group(z);
			begin_table(z);
		} else if (!expand(z, code)) {
			tl_err_set(err, "a code that stands for nothing");
			return TL_STREAM_BREAKS;
		}
	}
}

static bool check(const uint8_t *head)
{
	unsigned most = head[2] & WIDTH;

	return most >= FIRST && most <= MOST && !(head[2] & 0x60);
}

const struct tl_stream_format tl_stream_compress = {
	.name = "compress",
	.magic = { 0x1f, 0x9d },
	.magic_len = 2,
	.check = check,
	.check_len = HEAD,
	.begin = begin,
	.run = run,
	.end = free,
};
