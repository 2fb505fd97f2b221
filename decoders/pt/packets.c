/* packets.c: the bytes of a segment as a row of packets. */
#include "decoders/pt/packets.h"

#include <intel-pt.h>
#include <string.h>

void tl_pt_packets_init(struct tl_pt_packets *p, const uint8_t *bytes, size_t len)
{
	memset(p, 0, sizeof(*p));
	p->bytes = bytes;
	p->len = len;
}

void tl_pt_packets_fini(struct tl_pt_packets *p)
{
	pt_pkt_free_decoder(p->rare);
	p->rare = NULL;
}

static uint64_t little_endian(const uint8_t *b, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = n; i-- > 0;)
		v = v << 8 | b[i];
	return v;
}

/* "IP Compression": the payload replaces the low bytes of the last address. */
static bool read_ip(struct tl_pt_packets *p, unsigned type, struct tl_pt_packet *out)
{
	static const uint8_t sizes[8] = { 0, 2, 4, 6, 6, 0xff, 8, 0xff };
	unsigned compression = p->bytes[p->pos] >> 5, n = sizes[compression];
	uint64_t v;

	if (n == 0xff) {
		out->type = TL_PT_PKT_BAD;
		return true;
	}
	if (p->len - p->pos < 1 + n)
		return false;
	v = little_endian(p->bytes + p->pos + 1, n);
	switch (compression) {
	case 1:
		v |= p->last_ip & ~UINT64_C(0xffff);
		break;
	case 2:
		v |= p->last_ip & ~UINT64_C(0xffffffff);
		break;
	case 3:
		v = (uint64_t)((int64_t)(v << 16) >> 16);
		break;
	case 4:
		v |= p->last_ip & ~UINT64_C(0xffffffffffff);
		break;
	}
	out->type = (uint8_t)type;
	out->has_ip = n > 0;
	out->value = n > 0 ? v : 0;
	if (n > 0)
		p->last_ip = v;
	p->pos += 1 + n;
	return true;
}

/* 5 bits, then 7 bits a byte; the bit below says that more follow. */
static bool read_cyc(struct tl_pt_packets *p, struct tl_pt_packet *out)
{
	size_t i = p->pos;
	uint64_t v = p->bytes[i] >> 3;
	bool more = p->bytes[i] & 4;
	unsigned shift = 5;

	while (more) {
		if (++i >= p->len)
			return false;
		if (shift > 57) {
			out->type = TL_PT_PKT_BAD; /* so many cycles there never are */
			return true;
		}
		v |= (uint64_t)(p->bytes[i] >> 1) << shift;
		shift += 7;
		more = p->bytes[i] & 1;
	}
	out->type = TL_PT_PKT_CYC;
	out->value = v;
	p->pos = i + 1;
	return true;
}

/* What libipt 2.0 does not know: event tracing (CFE, EVD) and PEBS blocks (BBP, BIP, BEP). */
static size_t young_packet(struct tl_pt_packets *p, struct tl_pt_packet *out)
{
	const uint8_t *b = p->bytes + p->pos;
	size_t left = p->len - p->pos;

	out->type = TL_PT_PKT_OTHER;
	if (p->block && (b[0] & 7) == 4) /* BIP */
		return p->block;
	if (b[0] != 2 || left < 2)
		return 0;
	switch (b[1]) {
	case 0x13:
		if (left < 4)
			return 4;
		out->type = TL_PT_PKT_CFE;
		out->fup_follows = b[2] & 0x80;
		out->value = b[2] & 0x1f;
		out->extra = b[3];
		return 4;
	case 0x53:
		if (left < 11)
			return 11;
		out->type = TL_PT_PKT_EVD;
		out->extra = b[2] & 0x3f;
		out->value = little_endian(b + 3, 8);
		return 11;
	case 0x63: /* BBP */
		p->block = left > 2 && (b[2] & 0x80) ? 5 : 9;
		return 3;
	case 0x33: /* BEP */
	case 0xb3:
		out->fup_follows = b[1] == 0xb3;
		p->block = 0;
		return 2;
	}
	return 0;
}

static uint64_t exec_mode(const struct pt_packet_mode *mode)
{
	return mode->bits.exec.csl ? 64 : mode->bits.exec.csd ? 32 : 16;
}

/* `bytes` are the packet's. */
static void translate(const struct pt_packet *in, const uint8_t *bytes, struct tl_pt_packet *out)
{
	out->type = TL_PT_PKT_OTHER;
	switch (in->type) {
	case ppt_psb:
		out->type = TL_PT_PKT_PSB;
		break;
	case ppt_psbend:
		out->type = TL_PT_PKT_PSBEND;
		break;
	case ppt_tnt_64:
		out->type = TL_PT_PKT_TNT;
		out->nbits = in->payload.tnt.bit_size;
		out->value = out->nbits ? in->payload.tnt.payload << (64 - out->nbits) : 0;
		break;
	case ppt_mode:
		if (in->payload.mode.leaf == pt_mol_exec) {
			out->type = TL_PT_PKT_MODE_EXEC;
			out->value = exec_mode(&in->payload.mode);
			out->extra = bytes[1] >> 2 & 1; /* with event tracing; 0 without */
		} else if (in->payload.mode.leaf == pt_mol_tsx) {
			out->type = TL_PT_PKT_MODE_TSX;
			out->value = in->payload.mode.bits.tsx.intx | in->payload.mode.bits.tsx.abrt
									  << 1;
		}
		break;
	case ppt_cbr:
		out->type = TL_PT_PKT_CBR;
		out->value = in->payload.cbr.ratio;
		break;
	case ppt_tsc:
		out->type = TL_PT_PKT_TSC;
		out->value = in->payload.tsc.tsc;
		break;
	case ppt_tma:
		out->type = TL_PT_PKT_TMA;
		out->value = in->payload.tma.ctc;
		out->extra = in->payload.tma.fc;
		break;
	case ppt_ovf:
		out->type = TL_PT_PKT_OVF;
		break;
	case ppt_ptw:
		out->type = TL_PT_PKT_PTW;
		out->value = in->payload.ptw.payload;
		out->fup_follows = in->payload.ptw.ip;
		break;
	case ppt_pip:
		out->type = TL_PT_PKT_PIP;
		out->value = in->payload.pip.nr;
		break;
	case ppt_mwait:
		out->type = TL_PT_PKT_MWAIT;
		out->value = little_endian(bytes + 2, 8);
		break;
	case ppt_pwre:
		out->type = TL_PT_PKT_PWRE;
		out->value = little_endian(bytes + 2, 2);
		break;
	case ppt_pwrx:
		out->type = TL_PT_PKT_PWRX;
		out->value = little_endian(bytes + 2, 5);
		break;
	case ppt_exstop:
		out->type = TL_PT_PKT_EXSTOP;
		out->fup_follows = in->payload.exstop.ip;
		break;
	default: /* VMCS, MNT, TraceStop */
		break;
	}
}

/* The rare ones.  False: cut off. */
static bool read_rare(struct tl_pt_packets *p, struct tl_pt_packet *out)
{
	struct pt_packet packet;
	size_t n = young_packet(p, out);
	int status;

	if (n > 0) {
		if (p->len - p->pos < n)
			return false;
		p->pos += n;
		return true;
	}
	if (!p->rare) {
		struct pt_config config;

		memset(&config, 0, sizeof(config));
		config.size = sizeof(config);
		/* libipt only reads, but its interface says otherwise. */
		config.begin = (uint8_t *)(uintptr_t)p->bytes;
		config.end = config.begin + p->len;
		p->rare = pt_pkt_alloc_decoder(&config);
	}
	status = p->rare ? pt_pkt_sync_set(p->rare, p->pos) : -pte_nomem;
	if (status >= 0)
		status = pt_pkt_next(p->rare, &packet, sizeof(packet));
	if (status == -pte_eos)
		return false;
	if (status < 0 || packet.size == 0 || packet.size > p->len - p->pos) {
		out->type = TL_PT_PKT_BAD;
		return true;
	}
	translate(&packet, p->bytes + p->pos, out);
	if (out->type == TL_PT_PKT_PSB)
		p->last_ip = 0;
	p->pos += packet.size;
	return true;
}

/*
 * A PEBS block ends without BEP where the trace has lost it, and with what never is in one; perf's
 * rule, intel_pt_upd_pkt_ctx() in intel-pt-pkt-decoder.c.
 */
static bool ends_block(const struct tl_pt_packets *p, const struct tl_pt_packet *packet)
{
	const uint8_t *b = p->bytes + packet->at;

	switch (packet->type) {
	case TL_PT_PKT_TNT:
	case TL_PT_PKT_TIP:
	case TL_PT_PKT_PGE:
	case TL_PT_PKT_PGD:
	case TL_PT_PKT_MODE_EXEC:
	case TL_PT_PKT_MODE_TSX:
	case TL_PT_PKT_PIP:
	case TL_PT_PKT_OVF:
	case TL_PT_PKT_PSB:
	case TL_PT_PKT_PSBEND:
	case TL_PT_PKT_PTW:
	case TL_PT_PKT_MWAIT:
		return true;
	case TL_PT_PKT_OTHER: /* VMCS, TraceStop */
		return b[0] == 0x02 && (b[1] == 0xc8 || b[1] == 0x83);
	default:
		return false;
	}
}

/* One that is not PAD and not short TNT.  False: cut off. */
static bool read_packet(struct tl_pt_packets *p, struct tl_pt_packet *out)
{
	uint8_t b = p->bytes[p->pos];

	if ((b & 3) == 3)
		return read_cyc(p, out);
	switch (b & 0x1f) {
	case 0x0d:
		return read_ip(p, TL_PT_PKT_TIP, out);
	case 0x11:
		return read_ip(p, TL_PT_PKT_PGE, out);
	case 0x01:
		return read_ip(p, TL_PT_PKT_PGD, out);
	case 0x1d:
		return read_ip(p, TL_PT_PKT_FUP, out);
	}
	if (b == 0x59) {
		if (p->len - p->pos < 2)
			return false;
		out->type = TL_PT_PKT_MTC;
		out->value = p->bytes[p->pos + 1];
		p->pos += 2;
		return true;
	}
	return read_rare(p, out);
}

void tl_pt_packets_next(struct tl_pt_packets *p, struct tl_pt_packet *out)
{
	uint8_t b;

	while (p->pos < p->len && p->bytes[p->pos] == 0)
		p->pos++;
	out->at = p->pos;
	out->has_ip = out->fup_follows = false;
	if (p->pos >= p->len) {
		out->type = TL_PT_PKT_END;
		return;
	}
	b = p->bytes[p->pos];
	if ((b & 1) == 0 && b != 2 && !(p->block && (b & 7) == 4)) {
		/* Up to six bits below a stop bit, above the zero that says TNT. */
		unsigned stop = 31 - (unsigned)__builtin_clz(b);

		out->type = TL_PT_PKT_TNT;
		out->nbits = (uint8_t)(stop - 1);
		out->value = (uint64_t)b << (64 - stop);
		p->pos++;
		return;
	}
	if (!read_packet(p, out))
		out->type = TL_PT_PKT_END;
	else if (p->block && ends_block(p, out))
		p->block = 0;
}
