/*
 * ptout.c: see ptout.h.
 *
 * Packets are encoded into a window of fixed size, as libipt's encoder wants it, and moved from
 * there to the growing buffer.  What a decoder has to know from packets before (last IP, the
 * calls, the clock) is kept here in the way the decoder keeps it.
 */
#include "tests/trace/ptout.h"

#include <intel-pt.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOW = 1 << 16,
	ROOM = 512, /* no call writes more before it looks again */
	CALLS = 64, /* entries of the call stack, SDM "Indirect Transfer Compression for Returns" */
	DEFERRED = 8, /* TIPs that wait */
	MTC_GAP = 64, /* more MTCs than this at once: the clock slept, write a TSC */
};

struct ptout {
	struct ptout_config cfg;
	struct pt_encoder *enc;
	uint8_t *window;
	struct tl_buf out;
	uint64_t moved;   /* bytes that went from the window to `out`, ever */
	uint64_t last_at; /* where the last PSB began */
	bool failed, on, mode_told, lost, in_tx, iflag;

	uint64_t bits, last_ip;
	unsigned nbits, max_bits;
	uint64_t deferred[DEFERRED];
	unsigned ndeferred;

	uint64_t calls[CALLS];
	unsigned top, ncalls; /* the youngest is calls[top - 1], counted round */

	uint64_t tsc, cyc_tsc; /* now; up to where cycles were told */
	uint64_t mtc;          /* crystal ticks >> mtc_freq, as told last */
};

struct ptout *ptout_open(const struct ptout_config *config)
{
	struct ptout *p = calloc(1, sizeof(*p));
	struct pt_config conf;

	if (!p)
		return NULL;
	p->cfg = *config;
	if (!p->cfg.tsc_ctc_n || !p->cfg.tsc_ctc_d)
		p->cfg.tsc_ctc_n = 100, p->cfg.tsc_ctc_d = 1;
	if (!p->cfg.max_nonturbo)
		p->cfg.max_nonturbo = 25;
	if (!p->cfg.cbr)
		p->cfg.cbr = p->cfg.max_nonturbo;
	p->cfg.deferred_tips &= !p->cfg.retcomp;
	p->max_bits = p->cfg.long_tnt ? 47 : 6;
	p->window = malloc(WINDOW);
	if (!p->window)
		goto fail;
	pt_config_init(&conf);
	conf.begin = p->window;
	conf.end = p->window + WINDOW;
	p->enc = pt_alloc_encoder(&conf);
	if (!p->enc || pt_enc_sync_set(p->enc, 0) < 0)
		goto fail;
	return p;
fail:
	ptout_close(p);
	return NULL;
}

void ptout_close(struct ptout *p)
{
	if (!p)
		return;
	pt_free_encoder(p->enc);
	free(p->window);
	tl_buf_fini(&p->out);
	free(p);
}

bool ptout_failed(const struct ptout *p)
{
	return p->failed;
}

bool ptout_on(const struct ptout *p)
{
	return p->on;
}

static uint64_t in_window(const struct ptout *p)
{
	uint64_t at = 0;

	pt_enc_get_offset(p->enc, &at);
	return at;
}

uint64_t ptout_size(const struct ptout *p)
{
	return p->moved + in_window(p);
}

uint64_t ptout_last_psb(const struct ptout *p)
{
	return p->last_at;
}

static void empty_window(struct ptout *p)
{
	size_t n = in_window(p);

	if (!tl_buf_append(&p->out, p->window, n))
		p->failed = true;
	p->moved += n;
	pt_enc_sync_set(p->enc, 0);
}

struct tl_buf *ptout_bytes(struct ptout *p)
{
	empty_window(p);
	return &p->out;
}

static void put(struct ptout *p, const struct pt_packet *pkt)
{
	if (p->failed)
		return;
	if (pt_enc_next(p->enc, pkt) < 0)
		p->failed = true;
}

static void put_bytes(struct ptout *p, const uint8_t *bytes, size_t n)
{
	empty_window(p);
	if (!tl_buf_append(&p->out, bytes, n))
		p->failed = true;
	p->moved += n;
}

static void put_bare(struct ptout *p, enum pt_packet_type type)
{
	put(p, &(struct pt_packet){ .type = type });
}

/* The cycles since the last CYC, before a packet that carries an event. */
static void put_cyc(struct ptout *p)
{
	struct pt_packet pkt = { .type = ppt_cyc };
	uint64_t cycles;

	if (!p->cfg.cyc || p->tsc == p->cyc_tsc)
		return;
	cycles = (p->tsc - p->cyc_tsc) * p->cfg.cbr / p->cfg.max_nonturbo;
	if (cycles == 0)
		return;
	/* What was rounded off is told the next time. */
	p->cyc_tsc += cycles * p->cfg.max_nonturbo / p->cfg.cbr;
	pkt.payload.cyc.value = cycles;
	put(p, &pkt);
}

/* IP Compression: as few bytes as make the address from the last one, SDM table "IP
 * Packet Definition". */
static struct pt_packet_ip compressed(struct ptout *p, uint64_t ip)
{
	struct pt_packet_ip out = { pt_ipc_suppressed, 0 };
	uint64_t differs = ip ^ p->last_ip;
	uint64_t sign = ip >> 47;

	if (ip == PTOUT_NOIP)
		return out;
	out.ip = ip;
	if (!(differs >> 16)) {
		out.ipc = pt_ipc_update_16;
		out.ip = ip & 0xffff;
	} else if (!(differs >> 32)) {
		out.ipc = pt_ipc_update_32;
		out.ip = ip & 0xffffffff;
	} else if (sign == 0 || sign == 0x1ffff) {
		out.ipc = pt_ipc_sext_48;
		out.ip = ip & 0xffffffffffff;
	} else if (!(differs >> 48)) {
		out.ipc = pt_ipc_update_48;
		out.ip = ip & 0xffffffffffff;
	} else {
		out.ipc = pt_ipc_full;
	}
	p->last_ip = ip;
	return out;
}

static void put_ip(struct ptout *p, enum pt_packet_type type, uint64_t ip)
{
	struct pt_packet pkt = { .type = type };

	pkt.payload.ip = compressed(p, ip);
	put(p, &pkt);
}

/* The bits that wait, and the TIPs behind them. */
static void put_bits(struct ptout *p)
{
	struct pt_packet pkt = { .type = p->nbits > 6 ? ppt_tnt_64 : ppt_tnt_8 };

	if (p->nbits == 0)
		return;
	put_cyc(p);
	pkt.payload.tnt.bit_size = p->nbits;
	pkt.payload.tnt.payload = p->bits;
	put(p, &pkt);
	p->nbits = 0;
	p->bits = 0;
	for (unsigned i = 0; i < p->ndeferred; i++)
		put_ip(p, ppt_tip, p->deferred[i]);
	p->ndeferred = 0;
}

/* Before a packet that has to stand behind all bits: room for it, the bits, the cycles. */
static void before_packet(struct ptout *p)
{
	if (in_window(p) > WINDOW - ROOM)
		empty_window(p);
	put_bits(p);
	put_cyc(p);
}

static void add_bit(struct ptout *p, bool bit)
{
	p->bits = p->bits << 1 | bit;
	if (++p->nbits < p->max_bits)
		return;
	if (in_window(p) > WINDOW - ROOM)
		empty_window(p);
	put_bits(p);
}

void ptout_flush(struct ptout *p)
{
	if (!p->lost)
		before_packet(p);
}

static uint64_t crystal(const struct ptout *p)
{
	return (unsigned __int128)p->tsc * p->cfg.tsc_ctc_d / p->cfg.tsc_ctc_n;
}

static void put_tsc(struct ptout *p)
{
	struct pt_packet tsc = { .type = ppt_tsc }, tma = { .type = ppt_tma };
	uint64_t ctc = crystal(p), start;

	if (!p->cfg.tsc)
		return;
	tsc.payload.tsc.tsc = p->tsc & 0xffffffffffffff;
	put(p, &tsc);
	p->cyc_tsc = p->tsc;
	if (!p->cfg.mtc)
		return;
	/* The fast counter: TSC ticks since the crystal clock's last tick. */
	start =
	    ((unsigned __int128)ctc * p->cfg.tsc_ctc_n + p->cfg.tsc_ctc_d - 1) / p->cfg.tsc_ctc_d;
	tma.payload.tma.ctc = ctc & 0xffff;
	tma.payload.tma.fc = p->tsc > start ? (p->tsc - start) & 0x1ff : 0;
	put(p, &tma);
	p->mtc = ctc >> p->cfg.mtc_freq;
}

static void put_cbr(struct ptout *p)
{
	struct pt_packet pkt = { .type = ppt_cbr };

	pkt.payload.cbr.ratio = p->cfg.cbr;
	put(p, &pkt);
}

void ptout_time(struct ptout *p, uint64_t tsc)
{
	uint64_t mtc;

	if (tsc <= p->tsc)
		return;
	if (!p->cfg.mtc || ptout_size(p) == 0 || p->lost) {
		p->tsc = tsc;
		if (ptout_size(p) == 0)
			p->cyc_tsc = tsc;
		return;
	}
	mtc = (unsigned __int128)tsc * p->cfg.tsc_ctc_d / p->cfg.tsc_ctc_n >> p->cfg.mtc_freq;
	if (mtc == p->mtc) {
		p->tsc = tsc;
		return;
	}
	if (mtc - p->mtc > MTC_GAP) {
		before_packet(p);
		p->tsc = tsc;
		put_tsc(p);
		put_cbr(p);
		return;
	}
	if (in_window(p) > WINDOW - ROOM)
		empty_window(p);
	while (p->mtc < mtc) {
		struct pt_packet pkt = { .type = ppt_mtc };
		uint64_t at;

		p->mtc++;
		/* The first TSC at which the counter stands there. */
		at = (((unsigned __int128)p->mtc << p->cfg.mtc_freq) * p->cfg.tsc_ctc_n +
		      p->cfg.tsc_ctc_d - 1) /
		     p->cfg.tsc_ctc_d;
		if (at > p->tsc)
			p->tsc = at;
		put_cyc(p);
		pkt.payload.mtc.ctc = p->mtc & 0xff;
		put(p, &pkt);
	}
	if (tsc > p->tsc)
		p->tsc = tsc;
}

void ptout_cbr(struct ptout *p, uint8_t ratio)
{
	if (!p->lost)
		before_packet(p);
	p->cfg.cbr = ratio ? ratio : p->cfg.max_nonturbo;
	if (!p->lost)
		put_cbr(p);
}

static void put_mode(struct ptout *p)
{
	struct pt_packet pkt = { .type = ppt_mode };

	p->mode_told = true;
	if (p->iflag) { /* libipt does not know it */
		put_bytes(p, (const uint8_t[]){ 0x99, 0x05 }, 2);
		return;
	}
	pkt.payload.mode.leaf = pt_mol_exec;
	pkt.payload.mode.bits.exec = pt_set_exec_mode(ptem_64bit);
	put(p, &pkt);
}

void ptout_psb(struct ptout *p, uint64_t next)
{
	struct pt_packet tsx = { .type = ppt_mode };

	if (p->lost)
		return;
	before_packet(p);
	p->last_at = ptout_size(p);
	put_bare(p, ppt_psb);
	p->last_ip = 0;
	p->ncalls = 0;
	p->mode_told = false;
	put_tsc(p);
	put_cbr(p);
	if (p->on) {
		tsx.payload.mode.leaf = pt_mol_tsx;
		tsx.payload.mode.bits.tsx.intx = p->in_tx;
		put(p, &tsx);
		put_mode(p);
		put_ip(p, ppt_fup, next);
	}
	put_bare(p, ppt_psbend);
}

static bool psb_due(const struct ptout *p)
{
	return p->cfg.psb_bytes && ptout_size(p) - p->last_at >= p->cfg.psb_bytes;
}

void ptout_at(struct ptout *p, uint64_t next)
{
	if (psb_due(p))
		ptout_psb(p, next);
}

void ptout_enable(struct ptout *p, uint64_t ip)
{
	if (!p->lost) {
		if (psb_due(p) || ptout_size(p) == 0)
			ptout_psb(p, PTOUT_NOIP);
		before_packet(p);
		if (!p->mode_told)
			put_mode(p);
		put_ip(p, ppt_tip_pge, ip);
	}
	p->on = true;
}

void ptout_disable(struct ptout *p, uint64_t ip)
{
	if (!p->lost) {
		before_packet(p);
		put_ip(p, ppt_tip_pgd, ip);
	}
	p->on = false;
}

void ptout_async(struct ptout *p, uint64_t from, uint64_t to)
{
	if (!p->lost) {
		before_packet(p);
		put_ip(p, ppt_fup, from);
		put_ip(p, to == PTOUT_NOIP ? ppt_tip_pgd : ppt_tip, to);
	}
	p->on = to != PTOUT_NOIP;
	if (p->on)
		ptout_at(p, to);
}

void ptout_cond(struct ptout *p, bool taken)
{
	if (!p->lost)
		add_bit(p, taken);
}

static void put_tip(struct ptout *p, uint64_t to)
{
	before_packet(p);
	put_ip(p, ppt_tip, to);
	ptout_at(p, to);
}

void ptout_indirect(struct ptout *p, uint64_t to)
{
	if (p->lost)
		return;
	if (p->cfg.deferred_tips && p->nbits > 0 && p->ndeferred < DEFERRED)
		p->deferred[p->ndeferred++] = to;
	else
		put_tip(p, to);
}

void ptout_call_direct(struct ptout *p, uint64_t back)
{
	if (p->lost || !p->cfg.retcomp)
		return;
	p->calls[p->top] = back;
	p->top = (p->top + 1) % CALLS;
	if (p->ncalls < CALLS)
		p->ncalls++;
}

void ptout_call_indirect(struct ptout *p, uint64_t to, uint64_t back)
{
	/* Pushed first: a PSB+ behind the TIP forgets the call. */
	ptout_call_direct(p, back);
	ptout_indirect(p, to);
}

void ptout_ret(struct ptout *p, uint64_t to)
{
	if (p->lost)
		return;
	if (p->ncalls > 0) {
		p->ncalls--;
		p->top = (p->top + CALLS - 1) % CALLS;
		if (p->calls[p->top] == to) {
			add_bit(p, true);
			return;
		}
	}
	/* Never deferred: perf takes a RET before the end of a TNT for a compressed one. */
	put_tip(p, to);
}

void ptout_ptwrite(struct ptout *p, uint64_t payload, unsigned size, uint64_t ip)
{
	struct pt_packet pkt = { .type = ppt_ptw };

	if (p->lost)
		return;
	before_packet(p);
	pkt.payload.ptw.payload = size == 4 ? payload & 0xffffffff : payload;
	pkt.payload.ptw.plc = size == 4 ? 0 : 1;
	pkt.payload.ptw.ip = ip != PTOUT_NOIP;
	put(p, &pkt);
	if (ip != PTOUT_NOIP)
		put_ip(p, ppt_fup, ip);
}

void ptout_raw(struct ptout *p, const uint8_t *bytes, size_t n, uint64_t ip)
{
	if (p->lost)
		return;
	before_packet(p);
	put_bytes(p, bytes, n);
	if (ip != PTOUT_NOIP)
		put_ip(p, ppt_fup, ip);
}

void ptout_tx(struct ptout *p, bool in_tx, uint64_t ip)
{
	p->in_tx = in_tx;
	ptout_raw(p, (const uint8_t[]){ 0x99, in_tx ? 0x21 : 0x20 }, 2, ip);
}

void ptout_iflag(struct ptout *p, bool iflag, uint64_t ip)
{
	p->iflag = iflag;
	if (p->lost)
		return;
	before_packet(p);
	put_mode(p);
	if (ip != PTOUT_NOIP)
		put_ip(p, ppt_fup, ip);
}

void ptout_overflow(struct ptout *p)
{
	p->lost = true;
	p->nbits = 0;
	p->bits = 0;
	p->ndeferred = 0;
	p->ncalls = 0;
}

void ptout_resolve(struct ptout *p, uint64_t next)
{
	struct pt_packet fup = { .type = ppt_fup };

	if (!p->lost)
		return;
	p->lost = false;
	if (in_window(p) > WINDOW - ROOM)
		empty_window(p);
	put_bare(p, ppt_ovf);
	p->mode_told = false;
	/* Cycles were lost: the time anew; SDM "Internal Buffer Overflow". */
	put_tsc(p);
	if (p->on) {
		fup.payload.ip.ipc = pt_ipc_full;
		fup.payload.ip.ip = next;
		p->last_ip = next;
		put(p, &fup);
	} else {
		p->last_ip = 0;
	}
}

void ptout_restart(struct ptout *p)
{
	p->lost = false;
	p->on = false;
	p->cyc_tsc = p->tsc;
	ptout_psb(p, PTOUT_NOIP);
}

void ptout_pad(struct ptout *p, unsigned n)
{
	if (p->lost)
		return;
	while (n-- > 0) {
		if (in_window(p) > WINDOW - ROOM)
			empty_window(p);
		put_bare(p, ppt_pad);
	}
}
