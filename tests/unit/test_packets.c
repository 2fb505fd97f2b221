/*
 * test_packets.c: the packet reader against libipt's packet decoder, on bytes of all kinds, and
 * the packets that libipt does not know by hand.
 */
#include "decoders/pt/packets.h"

#include <intel-pt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t seed;

static uint8_t random_byte(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

static enum tl_pt_packet_type type_of(const struct pt_packet *p)
{
	switch (p->type) {
	case ppt_psb:
		return TL_PT_PKT_PSB;
	case ppt_psbend:
		return TL_PT_PKT_PSBEND;
	case ppt_fup:
		return TL_PT_PKT_FUP;
	case ppt_tip:
		return TL_PT_PKT_TIP;
	case ppt_tip_pge:
		return TL_PT_PKT_PGE;
	case ppt_tip_pgd:
		return TL_PT_PKT_PGD;
	case ppt_tnt_8:
	case ppt_tnt_64:
		return TL_PT_PKT_TNT;
	case ppt_mode:
		return p->payload.mode.leaf == pt_mol_exec ? TL_PT_PKT_MODE_EXEC
							   : TL_PT_PKT_MODE_TSX;
	case ppt_cbr:
		return TL_PT_PKT_CBR;
	case ppt_tsc:
		return TL_PT_PKT_TSC;
	case ppt_tma:
		return TL_PT_PKT_TMA;
	case ppt_mtc:
		return TL_PT_PKT_MTC;
	case ppt_cyc:
		return TL_PT_PKT_CYC;
	case ppt_ovf:
		return TL_PT_PKT_OVF;
	case ppt_ptw:
		return TL_PT_PKT_PTW;
	case ppt_pip:
		return TL_PT_PKT_PIP;
	case ppt_mwait:
		return TL_PT_PKT_MWAIT;
	case ppt_pwre:
		return TL_PT_PKT_PWRE;
	case ppt_pwrx:
		return TL_PT_PKT_PWRX;
	case ppt_exstop:
		return TL_PT_PKT_EXSTOP;
	default:
		return TL_PT_PKT_OTHER;
	}
}

/* libipt gives the payload as it stands there: the address is made here, bit by bit. */
static uint64_t address(const struct pt_packet_ip *ip, uint64_t *last)
{
	static const unsigned bits[] = { 0, 16, 32, 48, 48, 0, 64 };
	unsigned n = bits[ip->ipc];
	uint64_t v = *last;

	for (unsigned i = 0; i < n; i++) {
		v &= ~(UINT64_C(1) << i);
		v |= ip->ip & (UINT64_C(1) << i);
	}
	if (ip->ipc == pt_ipc_sext_48)
		for (unsigned i = 48; i < 64; i++) {
			v &= ~(UINT64_C(1) << i);
			v |= (v >> 47 & 1) << i;
		}
	*last = v;
	return v;
}

static void check_payload(const struct tl_pt_packet *got, const struct pt_packet *want,
			  uint64_t *last)
{
	switch (want->type) {
	case ppt_psb:
		*last = 0;
		break;
	case ppt_fup:
	case ppt_tip:
	case ppt_tip_pge:
	case ppt_tip_pgd:
		assert_int_equal(got->has_ip, want->payload.ip.ipc != pt_ipc_suppressed);
		if (got->has_ip)
			assert_int_equal(got->value, address(&want->payload.ip, last));
		break;
	case ppt_tnt_8:
	case ppt_tnt_64:
		assert_int_equal(got->nbits, want->payload.tnt.bit_size);
		for (unsigned i = 0; i < got->nbits; i++)
			assert_int_equal(got->value >> (63 - i) & 1,
					 want->payload.tnt.payload >> (got->nbits - 1 - i) & 1);
		break;
	case ppt_tsc:
		assert_int_equal(got->value, want->payload.tsc.tsc);
		break;
	case ppt_tma:
		assert_int_equal(got->value, want->payload.tma.ctc);
		assert_int_equal(got->extra, want->payload.tma.fc);
		break;
	case ppt_mtc:
		assert_int_equal(got->value, want->payload.mtc.ctc);
		break;
	case ppt_cyc:
		assert_int_equal(got->value, want->payload.cyc.value);
		break;
	case ppt_cbr:
		assert_int_equal(got->value, want->payload.cbr.ratio);
		break;
	case ppt_ptw:
		assert_int_equal(got->value, want->payload.ptw.payload);
		assert_int_equal(got->fup_follows, want->payload.ptw.ip);
		break;
	case ppt_pip:
		assert_int_equal(got->value, want->payload.pip.nr);
		break;
	case ppt_mwait:
		assert_int_equal(got->value & 0xffffffff, want->payload.mwait.hints);
		assert_int_equal(got->value >> 32 & 0xffffffff, want->payload.mwait.ext);
		break;
	case ppt_pwre:
		assert_int_equal(got->value >> 12 & 15, want->payload.pwre.state);
		assert_int_equal(got->value >> 8 & 15, want->payload.pwre.sub_state);
		break;
	case ppt_pwrx:
		assert_int_equal(got->value & 15, want->payload.pwrx.deepest);
		assert_int_equal(got->value >> 4 & 15, want->payload.pwrx.last);
		assert_int_equal(got->value >> 8 & 1, want->payload.pwrx.interrupt);
		break;
	case ppt_exstop:
		assert_int_equal(got->fup_follows, want->payload.exstop.ip);
		break;
	default:
		break;
	}
}

/* Read all packets of both; returns how many there were before the end or a bad one. */
static unsigned compare(uint8_t *bytes, size_t len)
{
	struct pt_config config;
	struct pt_packet_decoder *decoder;
	struct tl_pt_packets ours;
	uint64_t last = 0;
	unsigned n = 0;

	memset(&config, 0, sizeof(config));
	config.size = sizeof(config);
	config.begin = bytes;
	config.end = bytes + len;
	decoder = pt_pkt_alloc_decoder(&config);
	assert_non_null(decoder);
	assert_true(pt_pkt_sync_set(decoder, 0) >= 0);
	tl_pt_packets_init(&ours, bytes, len);
	for (;;) {
		struct tl_pt_packet got;
		struct pt_packet want;
		uint64_t at;
		int status;

		tl_pt_packets_next(&ours, &got);
		do {
			assert_true(pt_pkt_get_offset(decoder, &at) >= 0);
			status = pt_pkt_next(decoder, &want, sizeof(want));
		} while (status >= 0 && want.type == ppt_pad);
		assert_int_equal(got.at, at);
		if (status == -pte_eos) {
			assert_int_equal(got.type, TL_PT_PKT_END);
			break;
		}
		if (status < 0) { /* what libipt does not know may be one of the young ones */
			assert_true(got.type == TL_PT_PKT_BAD || got.type == TL_PT_PKT_END ||
				    got.type == TL_PT_PKT_OTHER || got.type == TL_PT_PKT_CFE ||
				    got.type == TL_PT_PKT_EVD);
			break;
		}
		assert_int_equal(got.type, type_of(&want));
		check_payload(&got, &want, &last);
		n++;
	}
	tl_pt_packets_fini(&ours);
	pt_pkt_free_decoder(decoder);
	return n;
}

static void random_bytes_as_libipt(void **state)
{
	static const uint8_t starts[] = { 0x0d, 0x11, 0x01, 0x1d, 0x2d, 0x4d, 0x6d, 0x8d,
					  0xcd, 0x19, 0x59, 0x99, 0x02, 0x03, 0x07, 0xff };
	static const uint8_t second[] = { 0xa3, 0x43, 0x03, 0x73, 0x82, 0x23, 0xf3, 0xc8, 0x12,
					  0x32, 0x92, 0xb2, 0x62, 0xe2, 0x22, 0xa2, 0xc2 };
	unsigned total = 0;

	for (seed = 1; seed < 3000; seed++) {
		uint32_t keep = seed;
		uint8_t bytes[96];
		size_t len = sizeof(bytes) - seed % 16;

		for (size_t i = 0; i < len; i++) {
			uint8_t b = random_byte();

			bytes[i] = b;
			if (b < 100)
				bytes[i] = starts[random_byte() % sizeof(starts)];
			if (i > 0 && bytes[i - 1] == 2)
				bytes[i] = second[random_byte() % sizeof(second)];
		}
		total += compare(bytes, len);
		seed = keep;
	}
	assert_true(total > 5000); /* else hardly anything was compared */
}

static void a_psb_clears_the_last_address(void **state)
{
	uint8_t bytes[7 + 16 + 3] = { 0x6d, 1, 2, 3, 4, 5, 6 };

	for (unsigned i = 0; i < 16; i += 2) {
		bytes[7 + i] = 0x02;
		bytes[8 + i] = 0x82;
	}
	memcpy(bytes + 23, (uint8_t[]){ 0x2d, 0x34, 0x12 }, 3);
	assert_int_equal(compare(bytes, sizeof(bytes)), 3);
}

static void young_packets_are_read_here(void **state)
{
	static const struct {
		const char *name;
		uint8_t bytes[16];
		size_t len;
		enum tl_pt_packet_type type;
		bool fup;
		unsigned extra;
		uint64_t value;
	} cases[] = {
		{ "CFE", { 0x02, 0x13, 0x01, 0x20 }, 4, TL_PT_PKT_CFE, false, 0x20, 1 },
		{ "CFE with FUP", { 0x02, 0x13, 0x8d, 0xff }, 4, TL_PT_PKT_CFE, true, 0xff, 13 },
		{ "EVD",
		  { 0x02, 0x53, 0x02, 1, 2, 3, 4, 5, 6, 7, 8 },
		  11,
		  TL_PT_PKT_EVD,
		  false,
		  2,
		  0x0807060504030201 },
		{ "BEP", { 0x02, 0x33 }, 2, TL_PT_PKT_OTHER, false, 0, 0 },
		{ "BEP with FUP", { 0x02, 0xb3 }, 2, TL_PT_PKT_OTHER, true, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tl_pt_packets p;
		struct tl_pt_packet got;
		uint8_t bytes[18];

		memcpy(bytes, cases[i].bytes, cases[i].len);
		memcpy(bytes + cases[i].len, (uint8_t[]){ 0x59, 7 }, 2);
		tl_pt_packets_init(&p, bytes, cases[i].len + 2);
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, cases[i].type);
		assert_int_equal(got.fup_follows, cases[i].fup);
		if (cases[i].type != TL_PT_PKT_OTHER) {
			assert_int_equal(got.extra, cases[i].extra);
			assert_int_equal(got.value, cases[i].value);
		}
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, TL_PT_PKT_MTC);
		assert_int_equal(got.value, 7);
		tl_pt_packets_fini(&p);

		tl_pt_packets_init(&p, bytes, cases[i].len - 1);
		tl_pt_packets_next(&p, &got);
		assert_int_not_equal(got.type, cases[i].type);
		tl_pt_packets_fini(&p);
	}
}

/* A BIP packet looks like a short TNT, but between BBP and BEP there are none. */
static void a_block_holds_its_items(void **state)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		uint8_t bytes[32] = { 0x02, 0x63, wide ? 0x00 : 0x80 };
		size_t item = wide ? 9 : 5, n = 3;
		struct tl_pt_packets p;
		struct tl_pt_packet got;

		for (unsigned i = 0; i < 2; i++, n += item)
			bytes[n] = 0x0c;
		memcpy(bytes + n, (uint8_t[]){ 0x02, 0x33, 0x0c }, 3);
		tl_pt_packets_init(&p, bytes, n + 3);
		for (unsigned i = 0; i < 4; i++) {
			tl_pt_packets_next(&p, &got);
			assert_int_equal(got.type, TL_PT_PKT_OTHER);
		}
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, TL_PT_PKT_TNT);
		assert_int_equal(got.nbits, 2);
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, TL_PT_PKT_END);
		tl_pt_packets_fini(&p);
	}
}

/* One that has lost its end is over with what is never in a block; what may be leaves it open. */
static void a_block_without_an_end(void **state)
{
	static const struct {
		const char *name;
		uint8_t bytes[16];
		size_t len;
		bool ends;
	} cases[] = {
		{ "OVF", { 0x02, 0xf3 }, 2, true },
		{ "long TNT", { 0x02, 0xa3, 0x05 }, 8, true },
		{ "TIP", { 0x2d, 0x10, 0x10 }, 3, true },
		{ "PGE", { 0x31, 0x10, 0x10 }, 3, true },
		{ "PGD", { 0x01 }, 1, true },
		{ "MODE.Exec", { 0x99, 0x01 }, 2, true },
		{ "MODE.TSX", { 0x99, 0x20 }, 2, true },
		{ "PIP", { 0x02, 0x43 }, 8, true },
		{ "VMCS", { 0x02, 0xc8 }, 7, true },
		{ "TraceStop", { 0x02, 0x83 }, 2, true },
		{ "PSBEND", { 0x02, 0x23 }, 2, true },
		{ "PTW", { 0x02, 0x12 }, 6, true },
		{ "MWAIT", { 0x02, 0xc2 }, 10, true },
		{ "FUP", { 0x3d, 0x10, 0x10 }, 3, false },
		{ "MTC", { 0x59, 0x10 }, 2, false },
		{ "TSC", { 0x19 }, 8, false },
		{ "CBR", { 0x02, 0x03 }, 4, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[32] = { 0x02, 0x63, 0x80, 0x0c };
		struct tl_pt_packets p;
		struct tl_pt_packet got;

		memcpy(bytes + 8, cases[i].bytes, cases[i].len);
		bytes[8 + cases[i].len] = 0x0c;
		tl_pt_packets_init(&p, bytes, 8 + cases[i].len + 5);
		for (unsigned n = 0; n < 4; n++)
			tl_pt_packets_next(&p, &got);
		if (got.type != (cases[i].ends ? TL_PT_PKT_TNT : TL_PT_PKT_OTHER))
			fail_msg("%s: %u", cases[i].name, got.type);
		tl_pt_packets_fini(&p);
	}
}

static void the_end_and_a_bad_packet_repeat(void **state)
{
	uint8_t bytes[] = { 0x00, 0x0d, 0x02, 0xff };
	struct tl_pt_packets p;
	struct tl_pt_packet got;

	tl_pt_packets_init(&p, bytes, sizeof(bytes));
	tl_pt_packets_next(&p, &got);
	assert_int_equal(got.type, TL_PT_PKT_TIP);
	for (int i = 0; i < 3; i++) {
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, TL_PT_PKT_BAD);
		assert_int_equal(got.at, 2);
	}
	tl_pt_packets_fini(&p);
	tl_pt_packets_init(&p, bytes, 1);
	for (int i = 0; i < 3; i++) {
		tl_pt_packets_next(&p, &got);
		assert_int_equal(got.type, TL_PT_PKT_END);
	}
	tl_pt_packets_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bytes_as_libipt),
		cmocka_unit_test(a_psb_clears_the_last_address),
		cmocka_unit_test(young_packets_are_read_here),
		cmocka_unit_test(a_block_holds_its_items),
		cmocka_unit_test(a_block_without_an_end),
		cmocka_unit_test(the_end_and_a_bad_packet_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
