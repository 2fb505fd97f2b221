/*
 * test_ptout.c: what the packet writer of the tests writes, read by libipt: its packet decoder
 * for the bytes, its instruction flow decoder for what they mean.
 */
#include "base/buf.h"
#include "tests/trace/ptout.h"

#include <intel-pt.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- packets as text */

static void put_ip(struct tl_buf *out, const char *name, const struct pt_packet *p, uint64_t *last)
{
	static const int bytes[] = { 0, 2, 4, 6, 6, 0, 8 };
	uint64_t ip = p->payload.ip.ip;

	switch (p->payload.ip.ipc) {
	case pt_ipc_suppressed:
		tl_buf_printf(out, "%s ", name);
		return;
	case pt_ipc_update_16:
		ip |= *last & ~UINT64_C(0xffff);
		break;
	case pt_ipc_update_32:
		ip |= *last & ~UINT64_C(0xffffffff);
		break;
	case pt_ipc_update_48:
		ip |= *last & ~UINT64_C(0xffffffffffff);
		break;
	case pt_ipc_sext_48:
		ip = (uint64_t)((int64_t)(ip << 16) >> 16);
		break;
	case pt_ipc_full:
		break;
	}
	*last = ip;
	tl_buf_printf(out, "%s:%" PRIx64 "/%d ", name, ip, bytes[p->payload.ip.ipc]);
}

static void put_tnt(struct tl_buf *out, const struct pt_packet *p)
{
	tl_buf_puts(out, "tnt:");
	for (int i = p->payload.tnt.bit_size - 1; i >= 0; i--)
		tl_buf_putc(out, p->payload.tnt.payload >> i & 1 ? '!' : '.');
	tl_buf_putc(out, ' ');
}

struct fixture {
	struct ptout *p;
	uint64_t last_ip;
	struct tl_buf text;
};

/* The new bytes as words, with one blank behind each. */
static const char *packets(struct fixture *f)
{
	struct tl_buf *out = &f->text;
	struct ptout *p = f->p;
	struct tl_buf *bytes = ptout_bytes(p);
	struct pt_packet_decoder *dec;
	struct pt_packet pkt;
	struct pt_config conf;
	uint64_t last = f->last_ip;

	assert_false(ptout_failed(p));
	out->len = 0;
	pt_config_init(&conf);
	conf.begin = bytes->data;
	conf.end = bytes->data + bytes->len;
	dec = pt_pkt_alloc_decoder(&conf);
	assert_non_null(dec);
	assert_true(pt_pkt_sync_set(dec, 0) >= 0);
	while (pt_pkt_next(dec, &pkt, sizeof(pkt)) > 0) {
		switch (pkt.type) {
		case ppt_psb:
			tl_buf_puts(out, "psb ");
			last = 0;
			break;
		case ppt_psbend:
			tl_buf_puts(out, "psbend ");
			break;
		case ppt_pad:
			tl_buf_puts(out, "pad ");
			break;
		case ppt_ovf:
			tl_buf_puts(out, "ovf ");
			break;
		case ppt_tip:
			put_ip(out, "tip", &pkt, &last);
			break;
		case ppt_fup:
			put_ip(out, "fup", &pkt, &last);
			break;
		case ppt_tip_pge:
			put_ip(out, "pge", &pkt, &last);
			break;
		case ppt_tip_pgd:
			put_ip(out, "pgd", &pkt, &last);
			break;
		case ppt_tnt_8:
		case ppt_tnt_64:
			put_tnt(out, &pkt);
			break;
		case ppt_mode:
			tl_buf_puts(out, pkt.payload.mode.leaf == pt_mol_exec ? "exec " : "tsx ");
			break;
		case ppt_cbr:
			tl_buf_printf(out, "cbr:%u ", pkt.payload.cbr.ratio);
			break;
		case ppt_tsc:
			tl_buf_printf(out, "tsc:%" PRIu64 " ", pkt.payload.tsc.tsc);
			break;
		case ppt_tma:
			tl_buf_printf(out, "tma:%u+%u ", pkt.payload.tma.ctc, pkt.payload.tma.fc);
			break;
		case ppt_mtc:
			tl_buf_printf(out, "mtc:%u ", pkt.payload.mtc.ctc);
			break;
		case ppt_cyc:
			tl_buf_printf(out, "cyc:%" PRIu64 " ", pkt.payload.cyc.value);
			break;
		case ppt_ptw:
			tl_buf_printf(out, "ptw%d:%" PRIx64 "%s ", pt_ptw_size(pkt.payload.ptw.plc),
				      pkt.payload.ptw.payload, pkt.payload.ptw.ip ? "+ip" : "");
			break;
		default:
			fail_msg("packet of type %d", (int)pkt.type);
		}
	}
	pt_pkt_free_decoder(dec);
	bytes->len = 0;
	f->last_ip = last;
	return tl_buf_str(out);
}

static struct fixture begin(const struct ptout_config *config)
{
	struct fixture f = { .p = ptout_open(config) };

	assert_non_null(f.p);
	return f;
}

static void end(struct fixture *f)
{
	ptout_close(f->p);
	tl_buf_fini(&f->text);
}

#define check(f, want) assert_string_equal(packets(f), want)

static void begin_on(struct fixture *f, const struct ptout_config *config)
{
	*f = begin(config);
	ptout_enable(f->p, 0x401000);
	check(f, "psb cbr:25 psbend exec pge:401000/4 ");
}

/* ---- tests */

static void bits_are_collected(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	for (int i = 0; i < 8; i++)
		ptout_cond(f.p, i % 3 == 0);
	check(&f, "tnt:!..!.. ");
	ptout_indirect(f.p, 0x401234);
	check(&f, "tnt:!. tip:401234/2 ");
	ptout_flush(f.p);
	check(&f, "");
	end(&f);
}

static void long_tnt_holds_47_bits(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .long_tnt = true });
	for (int i = 0; i < 50; i++)
		ptout_cond(f.p, i % 2);
	check(&f, "tnt:.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!.!. ");
	ptout_flush(f.p);
	check(&f, "tnt:!.! ");
	end(&f);
}

static void addresses_take_as_few_bytes_as_they_need(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	ptout_indirect(f.p, 0x40ffff);
	ptout_indirect(f.p, 0x12340000);
	ptout_indirect(f.p, 0x7ffff7dd0000);
	ptout_indirect(f.p, 0x7ffff7dd0001);
	ptout_indirect(f.p, 0xffffffff81000000);
	ptout_indirect(f.p, 0x00ff800000000000);
	ptout_indirect(f.p, 0x00ff912345678000);
	ptout_disable(f.p, PTOUT_NOIP);
	ptout_enable(f.p, 0x00ff912345678001);
	check(&f, "tip:40ffff/2 tip:12340000/4 tip:7ffff7dd0000/6 tip:7ffff7dd0001/2 "
		  "tip:ffffffff81000000/6 tip:ff800000000000/8 tip:ff912345678000/6 pgd "
		  "pge:ff912345678001/2 ");
	end(&f);
}

static void returns_to_their_call_are_a_bit(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .retcomp = true });
	ptout_call_direct(f.p, 0x401005);
	ptout_call_indirect(f.p, 0x402000, 0x401107);
	ptout_ret(f.p, 0x401107);
	ptout_ret(f.p, 0x401005);
	ptout_ret(f.p, 0x401300);
	check(&f, "tip:402000/2 tnt:!! tip:401300/2 ");
	/* Not where it came from: the entry is used up all the same. */
	ptout_call_direct(f.p, 0x401005);
	ptout_call_direct(f.p, 0x401006);
	ptout_ret(f.p, 0x401007);
	ptout_ret(f.p, 0x401005);
	ptout_flush(f.p);
	check(&f, "tip:401007/2 tnt:! ");
	/* A PSB forgets the calls. */
	ptout_call_direct(f.p, 0x401005);
	ptout_psb(f.p, 0x401010);
	ptout_ret(f.p, 0x401005);
	check(&f, "psb cbr:25 tsx exec fup:401010/4 psbend tip:401005/2 ");
	end(&f);
}

static void sixty_four_calls_are_remembered(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .retcomp = true, .long_tnt = true });
	for (unsigned i = 0; i < 66; i++)
		ptout_call_direct(f.p, 0x401000 + i);
	for (unsigned i = 66; i-- > 0;)
		ptout_ret(f.p, 0x401000 + i);
	check(&f, "tnt:!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!! tnt:!!!!!!!!!!!!!!!!! "
		  "tip:401001/2 tip:401000/2 ");
	end(&f);
}

static void without_compression_returns_have_their_address(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	ptout_call_direct(f.p, 0x401005);
	ptout_ret(f.p, 0x401005);
	check(&f, "tip:401005/2 ");
	end(&f);
}

static void tips_may_wait_for_the_bits(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .deferred_tips = true });
	ptout_indirect(f.p, 0x401001);
	check(&f, "tip:401001/2 ");
	ptout_cond(f.p, true);
	ptout_indirect(f.p, 0x401002);
	ptout_cond(f.p, false);
	ptout_call_indirect(f.p, 0x401003, 0x401222);
	check(&f, "");
	for (int i = 0; i < 4; i++)
		ptout_cond(f.p, true);
	check(&f, "tnt:!.!!!! tip:401002/2 tip:401003/2 ");
	ptout_cond(f.p, true);
	ptout_indirect(f.p, 0x401004);
	ptout_async(f.p, 0x401004, PTOUT_NOIP);
	check(&f, "tnt:! tip:401004/2 fup:401004/2 pgd ");
	end(&f);
}

static void into_the_kernel_and_back(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	assert_true(ptout_on(f.p));
	ptout_cond(f.p, true);
	ptout_disable(f.p, PTOUT_NOIP);
	assert_false(ptout_on(f.p));
	ptout_enable(f.p, 0x401002);
	ptout_async(f.p, 0x401009, PTOUT_NOIP);
	assert_false(ptout_on(f.p));
	/* The mode is told again after a PSB. */
	ptout_psb(f.p, PTOUT_NOIP);
	ptout_enable(f.p, 0x401009);
	ptout_async(f.p, 0x401010, 0x402000);
	assert_true(ptout_on(f.p));
	ptout_disable(f.p, 0x403000);
	check(&f, "tnt:! pgd pge:401002/2 fup:401009/2 pgd psb cbr:25 psbend exec pge:401009/4 "
		  "fup:401010/2 tip:402000/2 pgd:403000/2 ");
	end(&f);
}

static void payloads_are_written(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	ptout_cond(f.p, true);
	ptout_ptwrite(f.p, 0x123456789abcdef0, 8, 0x401002);
	ptout_ptwrite(f.p, 0x123456789abcdef0, 4, PTOUT_NOIP);
	ptout_pad(f.p, 2);
	check(&f, "tnt:! ptw8:123456789abcdef0+ip fup:401002/2 ptw4:9abcdef0 pad pad ");
	end(&f);
}

static void overflows_lose_what_happens(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .retcomp = true });
	ptout_call_direct(f.p, 0x401005);
	ptout_cond(f.p, true);
	ptout_overflow(f.p);
	ptout_indirect(f.p, 0x7fff00000000);
	ptout_resolve(f.p, 0x401100);
	ptout_ret(f.p, 0x401005);
	check(&f, "ovf fup:401100/8 tip:401005/2 ");
	ptout_overflow(f.p);
	ptout_disable(f.p, PTOUT_NOIP);
	ptout_resolve(f.p, PTOUT_NOIP);
	ptout_enable(f.p, 0x401006);
	check(&f, "ovf exec pge:401006/4 ");
	end(&f);
}

static void a_trace_begins_anew(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ .retcomp = true });
	ptout_call_direct(f.p, 0x401005);
	ptout_disable(f.p, PTOUT_NOIP);
	ptout_overflow(f.p);
	ptout_enable(f.p, 0x401007);
	ptout_indirect(f.p, 0x7fff00000000);
	ptout_restart(f.p);
	assert_false(ptout_on(f.p));
	ptout_enable(f.p, 0x401008);
	ptout_ret(f.p, 0x401005);
	check(&f, "pgd psb cbr:25 psbend exec pge:401008/4 tip:401005/2 ");
	end(&f);
}

static void psbs_come_by_themselves(void **state)
{
	struct fixture f;
	unsigned n = 0;

	begin_on(&f, &(struct ptout_config){ .psb_bytes = 64 });
	for (unsigned i = 0; i < 1000; i++) {
		ptout_cond(f.p, true);
		ptout_at(f.p, 0x401000 + i);
	}
	packets(&f);
	for (const char *s = tl_buf_str(&f.text); (s = strstr(s, "psb ")); s++)
		n++;
	/* 167 bytes of TNT in pieces of 64 less the 31 of a PSB+ */
	assert_int_equal(n, 4);
	assert_int_equal(ptout_last_psb(f.p) % 64, 0);
	end(&f);
}

static void time_goes_on(void **state)
{
	struct fixture f = begin(&(struct ptout_config){
	    .tsc = true,
	    .mtc = true,
	    .cyc = true,
	    .mtc_freq = 3,
	    .tsc_ctc_n = 168,
	    .tsc_ctc_d = 2,
	    .max_nonturbo = 20,
	    .cbr = 10,
	});

	ptout_time(f.p, 84 * 1000 + 5);
	ptout_enable(f.p, 0x401000);
	ptout_time(f.p, 84 * 1000 + 15);
	ptout_indirect(f.p, 0x401001);
	ptout_indirect(f.p, 0x401002);
	ptout_time(f.p, 84 * 1017);
	ptout_cbr(f.p, 20);
	ptout_time(f.p, 84 * 1017 + 30);
	ptout_indirect(f.p, 0x401003);
	/* 1000 crystal ticks are 125 MTCs: MTC 125 and 1000/8 agree. */
	check(&f, "psb tsc:84005 tma:1000+5 cbr:10 psbend exec pge:401000/4 "
		  "cyc:5 tip:401001/2 tip:401002/2 cyc:328 mtc:126 cyc:336 mtc:127 cyc:42 cbr:20 "
		  "cyc:31 tip:401003/2 ");
	/* Over a long sleep the counter wraps. */
	ptout_time(f.p, 84 * 5000);
	check(&f, "tsc:420000 tma:5000+0 cbr:20 ");
	end(&f);
}

static void packets_survive_a_full_window(void **state)
{
	struct fixture f;

	begin_on(&f, &(struct ptout_config){ 0 });
	for (unsigned i = 0; i < 100000; i++)
		ptout_indirect(f.p, 0x401000 + (i & 1));
	assert_int_equal(ptout_bytes(f.p)->len, 300000);
	packets(&f);
	assert_int_equal(f.text.len, 100000 * strlen("tip:401000/2 "));
	end(&f);
}

/* ---- what it means, to libipt */

static const uint8_t code[] = {
	/* 1000 */ 0xe8,
	0x0b,
	0x00,
	0x00,
	0x00, /* call 1010 */
	/* 1005 */ 0x75,
	0xf9, /* jne 1000 */
	/* 1007 */ 0xff,
	0xd0, /* call *rax */
	/* 1009 */ 0x0f,
	0x05, /* syscall */
	/* 100b */ 0xeb,
	0xfe, /* jmp 100b */
	0x90,
	0x90,
	0x90,
	/* 1010 */ 0x74,
	0x01, /* je 1013 */
	/* 1012 */ 0x90,
	/* 1013 */ 0xc3, /* ret */
};

static int read_code(uint8_t *buffer, size_t size, const struct pt_asid *asid, uint64_t ip,
		     void *context)
{
	size_t n;

	if (ip < 0x1000 || ip >= 0x1000 + sizeof(code))
		return -pte_nomap;
	n = 0x1000 + sizeof(code) - ip;
	if (n > size)
		n = size;
	memcpy(buffer, code + (ip - 0x1000), n);
	return (int)n;
}

static void flow(struct ptout *p, struct tl_buf *out)
{
	struct tl_buf *bytes = ptout_bytes(p);
	struct pt_insn_decoder *dec;
	struct pt_insn insn;
	struct pt_config conf;
	int status;

	out->len = 0;
	pt_config_init(&conf);
	conf.begin = bytes->data;
	conf.end = bytes->data + bytes->len;
	dec = pt_insn_alloc_decoder(&conf);
	assert_non_null(dec);
	pt_image_set_callback(pt_insn_get_image(dec), read_code, NULL);
	status = pt_insn_sync_forward(dec);
	while (status >= 0) {
		while (status & pts_event_pending) {
			struct pt_event ev;

			status = pt_insn_event(dec, &ev, sizeof(ev));
			assert_true(status >= 0);
			if (ev.type == ptev_disabled || ev.type == ptev_async_disabled)
				tl_buf_puts(out, "off ");
			if (ev.type == ptev_overflow)
				tl_buf_puts(out, "lost ");
		}
		status = pt_insn_next(dec, &insn, sizeof(insn));
		if (status >= 0)
			tl_buf_printf(out, "%" PRIx64 " ", insn.ip);
	}
	assert_int_equal(status, -pte_eos);
	pt_insn_free_decoder(dec);
}

static void run_code(bool retcomp, bool deferred)
{
	struct fixture f = begin(&(struct ptout_config){
	    .retcomp = retcomp, .deferred_tips = deferred, .psb_bytes = 0 });

	ptout_enable(f.p, 0x1000);
	ptout_call_direct(f.p, 0x1005);
	ptout_cond(f.p, true);
	ptout_ret(f.p, 0x1005);
	ptout_cond(f.p, true);
	ptout_call_direct(f.p, 0x1005);
	ptout_psb(f.p, 0x1010);
	ptout_cond(f.p, false);
	ptout_ret(f.p, 0x1005);
	ptout_cond(f.p, false);
	ptout_call_indirect(f.p, 0x1010, 0x1009);
	ptout_cond(f.p, true);
	ptout_async(f.p, 0x1013, PTOUT_NOIP);
	ptout_enable(f.p, 0x1013);
	ptout_ret(f.p, 0x1009);
	ptout_disable(f.p, PTOUT_NOIP);
	ptout_enable(f.p, 0x1000);
	ptout_call_direct(f.p, 0x1005);
	ptout_cond(f.p, true);
	ptout_flush(f.p);
	ptout_overflow(f.p);
	ptout_resolve(f.p, 0x1009);
	ptout_disable(f.p, PTOUT_NOIP);
	flow(f.p, &f.text);
	assert_string_equal(tl_buf_str(&f.text),
			    "1000 1010 1013 1005 1000 1010 1012 1013 1005 1007 1010 off 1013 1009 "
			    "off 1000 1010 lost 1009 off ");
	end(&f);
}

static void libipt_walks_the_same_way(void **state)
{
	run_code(true, false);
	run_code(false, false);
	run_code(false, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_collected),
		cmocka_unit_test(long_tnt_holds_47_bits),
		cmocka_unit_test(addresses_take_as_few_bytes_as_they_need),
		cmocka_unit_test(returns_to_their_call_are_a_bit),
		cmocka_unit_test(sixty_four_calls_are_remembered),
		cmocka_unit_test(without_compression_returns_have_their_address),
		cmocka_unit_test(tips_may_wait_for_the_bits),
		cmocka_unit_test(into_the_kernel_and_back),
		cmocka_unit_test(payloads_are_written),
		cmocka_unit_test(overflows_lose_what_happens),
		cmocka_unit_test(a_trace_begins_anew),
		cmocka_unit_test(psbs_come_by_themselves),
		cmocka_unit_test(time_goes_on),
		cmocka_unit_test(packets_survive_a_full_window),
		cmocka_unit_test(libipt_walks_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
