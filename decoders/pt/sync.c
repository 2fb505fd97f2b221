/*
 * sync.c: see sync.h.  The scan for any CPU, the choice among all of them, and the PSB+.
 *
 * A PSB cannot be mistaken for other packets, but the bytes before one may happen to be
 * 02 82, the end of a packet's payload: of a run of more than eight 02 82 the last eight are the
 * PSB, as libipt has it, for no packet that can follow a PSB begins with 02 82.  Stated so that it
 * can be seen where a PSB begins, without going through the run: eight 02 82 that another
 * one does not follow.
 */
#include "decoders/pt/sync_impl.h"

#include "base/cpu.h"
#include "decoders/pt/slices.h"

#include <stdatomic.h>

/* ---- finding */

#define PLAIN_BLOCK 32

/* A PSB covers a whole one of such words of 8 bytes in any case.  Two constants for both
 * parities; on a host with the other byte order they change places. */
static inline bool plain_has(const uint8_t *p)
{
	bool found = false;

	for (size_t i = 0; i < PLAIN_BLOCK; i += 8) {
		uint64_t v = load64(p + i);

		found |= v == UINT64_C(0x8202820282028202) || v == UINT64_C(0x0282028202820282);
	}
	return found;
}

static size_t plain_find(const uint8_t *bytes, size_t len, size_t at)
{
	return find_by_blocks(plain_has, PLAIN_BLOCK, bytes, len, at);
}

const struct tl_pt_psbscan tl_pt_psbscan_plain = {
	.name = "plain",
	.features = 0,
	.find = plain_find,
};

/* Best first; those that can run are the end of this row. */
static const struct tl_pt_psbscan *const known[] = {
#if defined(__x86_64__)
	&tl_pt_psbscan_avx2,
	&tl_pt_psbscan_sse2,
#endif
	&tl_pt_psbscan_plain,
	NULL,
};

const struct tl_pt_psbscan *const *tl_pt_psbscan_all(void)
{
	const struct tl_pt_psbscan *const *s = known;

	while (((*s)->features & tl_cpu_features()) != (*s)->features)
		s++;
	return s;
}

size_t tl_pt_find_psb(const uint8_t *bytes, size_t len, size_t at)
{
	static _Atomic(const struct tl_pt_psbscan *) chosen;
	const struct tl_pt_psbscan *s = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (!s) { /* racing threads choose the same one */
		s = tl_pt_psbscan_all()[0];
		atomic_store_explicit(&chosen, s, memory_order_relaxed);
	}
	return s->find(bytes, len, at);
}

/* ---- the PSB+ */

/* Bytes of a FUP with these three bits of IPBytes; 0: reserved. */
static size_t fup_len(unsigned ipbytes)
{
	static const uint8_t len[8] = { 1, 3, 5, 7, 7, 0, 9, 0 };

	return len[ipbytes];
}

/* Bytes of a CYC; 0: cut off. */
static size_t cyc_len(const uint8_t *p, size_t len)
{
	size_t n = 1;
	bool more = p[0] & 0x04;

	while (more) {
		if (n >= len)
			return 0;
		more = p[n++] & 0x01;
	}
	return n;
}

/* Bytes of an extended packet (02 and a byte) that may be in a PSB+; 0: none. */
static size_t extended_len(uint8_t opcode)
{
	switch (opcode) {
	case 0x23: /* PSBEND */
		return 2;
	case 0x03: /* CBR */
		return 4;
	case 0x73: /* TMA */
	case 0xc8: /* VMCS */
		return 7;
	case 0x43: /* PIP */
		return 8;
	case 0xc3: /* MNT, the only one with this second byte */
		return 11;
	default:
		return 0;
	}
}

/* Bytes of the packet at p, if it may be in a PSB+ and is whole; 0: it may not or is not. */
static size_t packet_len(const uint8_t *p, size_t len)
{
	size_t n;

	if (p[0] == 0x00) /* PAD */
		n = 1;
	else if (p[0] == 0x02)
		n = len < 2 ? 0 : extended_len(p[1]);
	else if (p[0] == 0x19) /* TSC */
		n = 8;
	else if (p[0] == 0x99 || p[0] == 0x59) /* MODE, MTC */
		n = 2;
	else if ((p[0] & 0x1f) == 0x1d)
		n = fup_len(p[0] >> 5);
	else if ((p[0] & 0x03) == 0x03)
		n = cyc_len(p, len);
	else
		n = 0;
	return n <= len ? n : 0;
}

void tl_pt_psb_plus(const uint8_t *bytes, size_t len, struct tl_pt_psb_plus *out)
{
	size_t at = TL_PT_PSB_SIZE;

	*out = (struct tl_pt_psb_plus){ 0 };
	if (len > TL_PT_PSB_PLUS_MAX)
		len = TL_PT_PSB_PLUS_MAX;
	while (at < len) {
		const uint8_t *p = bytes + at;
		size_t n = packet_len(p, len - at);

		if (n == 0)
			break;
		at += n;
		if (p[0] == 0x19 && !out->has_tsc) {
			out->has_tsc = true;
			for (int i = 7; i > 0; i--)
				out->tsc = out->tsc << 8 | p[i];
		}
		if (p[0] == 0x02 && p[1] == 0x23)
			break;
	}
	out->len = at < len ? at : len;
}

bool tl_pt_is_preamble(const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t n = packet_len(bytes + at, len - at);

		if (n == 0 || (bytes[at] & 0x1f) == 0x1d) /* a FUP is about flow */
			return false;
		at += n;
	}
	return true;
}
