/* literal.c: see literal.h.  The needle, the plain table and the choice of a table. */
#include "search/literal.h"

#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>

/*
 * From the printable bytes in an ftrace log, C headers, Python sources, package
 * documentation and system logs, in equal parts: 255 + 18 * log2(share / 0.12).
 */
static const uint8_t printable[95] = {
	255, 87,  163, 137, 86,  93,  114, 178, 173, 173, 160, 130, 188, 187, 207, 201, /* space */
	201, 203, 200, 191, 187, 182, 179, 172, 177, 172, 184, 141, 152, 182, 153, 97,  /* 0 */
	157, 164, 155, 172, 150, 178, 153, 152, 138, 177, 78,  133, 166, 149, 173, 159, /* @ */
	158, 82,  168, 178, 171, 151, 121, 123, 151, 121, 130, 160, 134, 160, 72,  218, /* P */
	108, 224, 190, 214, 210, 237, 199, 192, 198, 224, 133, 170, 210, 201, 221, 220, /* ` */
	207, 151, 225, 223, 228, 202, 177, 171, 176, 183, 133, 124, 119, 123, 97,       /* p */
};

unsigned tl_literal_rank(uint8_t byte)
{
	if (byte >= 0x20 && byte < 0x7f)
		return printable[byte - 0x20];
	if (byte == '\n')
		return 206;
	if (byte == '\t' || byte == '\r')
		return 170;
	/* UTF-8 text has few different lead bytes; NUL means binary data, full of them. */
	return byte >= 0x80 ? 110 : byte == 0 ? 90 : 40;
}

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static unsigned rank_at(const struct tl_needle *nd, size_t i)
{
	unsigned rank = tl_literal_rank(nd->bytes[i]);

	if (nd->fold[i]) {
		unsigned other = tl_literal_rank(nd->bytes[i] ^ 0x20);

		rank = (rank > other ? rank : other) + 6;
	}
	return rank;
}

/* Letters side by side go together (idle, handle: one `dl` in a line): two that are apart are a
 * better pair even if the second is twice as common. */
#define SIDE_BY_SIDE 18

static void choose_pair(struct tl_needle *nd)
{
	unsigned best = UINT32_MAX;

	nd->at[0] = 0;
	for (size_t i = 1; i < nd->len; i++)
		if (rank_at(nd, i) < rank_at(nd, nd->at[0]))
			nd->at[0] = i;
	nd->at[1] = nd->at[0];
	for (size_t i = 0; i < nd->len; i++) {
		bool beside = i + 1 == nd->at[0] || i == nd->at[0] + 1;
		unsigned rank = rank_at(nd, i) + (beside ? SIDE_BY_SIDE : 0);

		if (i != nd->at[0] && rank < best) {
			best = rank;
			nd->at[1] = i;
		}
	}
}

bool tl_needle_init(struct tl_needle *nd, const void *bytes, size_t len, bool icase)
{
	*nd = (struct tl_needle){ .len = len, .icase = icase };
	nd->bytes = malloc(len);
	nd->fold = calloc(len, 1);
	if (!nd->bytes || !nd->fold) {
		tl_needle_fini(nd);
		return false;
	}
	memcpy(nd->bytes, bytes, len);
	for (size_t i = 0; icase && i < len; i++) {
		if (is_letter(nd->bytes[i])) {
			nd->bytes[i] |= 0x20;
			nd->fold[i] = 0x20;
		}
	}
	choose_pair(nd);
	return true;
}

void tl_needle_fini(struct tl_needle *nd)
{
	free(nd->bytes);
	free(nd->fold);
	*nd = (struct tl_needle){ 0 };
}

/* ---- the plain table: memchr for the rarest byte, which the C library does with vectors */

static size_t first_folded(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	uint8_t rare = nd->bytes[nd->at[0]], fold = nd->fold[nd->at[0]];

	for (size_t i = 0; i + nd->len <= n; i++)
		if ((p[i + nd->at[0]] | fold) == rare && tl_needle_at(nd, p + i))
			return i;
	return TL_LITERAL_NONE;
}

static size_t plain_first(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	const uint8_t *at = p + nd->at[0];
	size_t left;

	if (n < nd->len)
		return TL_LITERAL_NONE;
	if (nd->fold[nd->at[0]])
		return first_folded(nd, p, n);
	left = n - nd->len + 1; /* places where the needle can begin */
	while (left > 0) {
		const uint8_t *hit = memchr(at, nd->bytes[nd->at[0]], left);

		if (!hit)
			break;
		if (tl_needle_at(nd, hit - nd->at[0]))
			return (size_t)(hit - p) - nd->at[0];
		left -= (size_t)(hit + 1 - at);
		at = hit + 1;
	}
	return TL_LITERAL_NONE;
}

static size_t last_folded(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	uint8_t rare = nd->bytes[nd->at[0]], fold = nd->fold[nd->at[0]];

	for (size_t i = n - nd->len + 1; i-- > 0;)
		if ((p[i + nd->at[0]] | fold) == rare && tl_needle_at(nd, p + i))
			return i;
	return TL_LITERAL_NONE;
}

static size_t plain_last(const struct tl_needle *nd, const uint8_t *p, size_t n)
{
	const uint8_t *at = p + nd->at[0];
	size_t left;

	if (n < nd->len)
		return TL_LITERAL_NONE;
	if (nd->fold[nd->at[0]])
		return last_folded(nd, p, n);
	left = n - nd->len + 1;
	while (left > 0) {
		const uint8_t *hit = memrchr(at, nd->bytes[nd->at[0]], left);

		if (!hit)
			break;
		if (tl_needle_at(nd, hit - nd->at[0]))
			return (size_t)(hit - at);
		left = (size_t)(hit - at);
	}
	return TL_LITERAL_NONE;
}

const struct tl_literal tl_literal_plain = {
	.name = "plain",
	.features = 0,
	.first = plain_first,
	.last = plain_last,
};

/* ---- the choice */

const struct tl_literal *const *tl_literal_all(void)
{
	static const struct tl_literal *const tables[] = {
#if defined(__x86_64__)
		&tl_literal_avx512,
		&tl_literal_avx2,
		&tl_literal_sse2,
#elif defined(__aarch64__)
		&tl_literal_neon,
#endif
		&tl_literal_plain,
		NULL,
	};
	const struct tl_literal *const *t = tables;

	/* Best first, and each level has what the ones below it need. */
	while ((*t)->features & ~tl_cpu_features())
		t++;
	return t;
}

const struct tl_literal *tl_literal(void)
{
	static _Atomic(const struct tl_literal *) chosen;
	const struct tl_literal *t = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (!t) { /* racing threads pick the same one */
		t = tl_literal_all()[0];
		atomic_store_explicit(&chosen, t, memory_order_relaxed);
	}
	return t;
}
