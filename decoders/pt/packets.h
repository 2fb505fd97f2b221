/*
 * packets.h: the bytes of a segment as a row of packets.
 *
 * The few kinds that make up nearly all bytes of a trace (PAD, short TNT, the TIP family, MTC,
 * CYC) are read here, inline; all others by libipt's packet decoder, but those younger than it
 * (event tracing, PEBS blocks), which are read here too.  Packet formats: Intel SDM vol. 3, "Intel Processor Trace", "Packet
 * Definitions".
 */
#ifndef TL_DECODERS_PT_PACKETS_H
#define TL_DECODERS_PT_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tl_pt_packet_type {
	TL_PT_PKT_END, /* no whole packet is left */
	TL_PT_PKT_BAD, /* no packet begins like this */
	TL_PT_PKT_TNT,
	TL_PT_PKT_TIP,
	TL_PT_PKT_PGE, /* TIP.PGE: tracing begins */
	TL_PT_PKT_PGD, /* TIP.PGD: tracing ends */
	TL_PT_PKT_FUP,
	TL_PT_PKT_PSB,
	TL_PT_PKT_PSBEND,
	TL_PT_PKT_TSC,
	TL_PT_PKT_TMA,
	TL_PT_PKT_MTC,
	TL_PT_PKT_CYC,
	TL_PT_PKT_CBR,
	TL_PT_PKT_MODE_EXEC,
	TL_PT_PKT_MODE_TSX,
	TL_PT_PKT_OVF,
	TL_PT_PKT_PTW,
	TL_PT_PKT_PIP, /* what runs has another page table */
	TL_PT_PKT_MWAIT,
	TL_PT_PKT_PWRE, /* a deeper C-state is entered */
	TL_PT_PKT_PWRX, /* and left */
	TL_PT_PKT_EXSTOP,
	TL_PT_PKT_CFE,   /* event tracing: an interrupt, a VM exit, ... */
	TL_PT_PKT_EVD,   /* data of the CFE that follows */
	TL_PT_PKT_OTHER, /* nothing to do with flow or time */
};

struct tl_pt_packet {
	uint8_t type;
	uint8_t nbits;    /* TNT: how many; the oldest is the topmost bit of value */
	bool has_ip;      /* the TIP family: an address came along, in value */
	bool fup_follows; /* PTW, EXSTOP, CFE, OTHER: the next FUP belongs to it */
	uint16_t extra;   /* TMA: the fast counter; MODE_EXEC: the interrupt flag; CFE: its vector;
			   * EVD: its type */
	uint64_t value;   /* address, TSC, cycles, MTC's or TMA's counter, CBR's ratio, mode bits
			   * (EXEC: 64, 32, 16; TSX: 1 in a transaction, 2 aborted); PIP: 1 in a
			   * guest; CFE: its type; PTW, EVD, MWAIT, PWRE, PWRX: the payload */
	size_t at;        /* where it begins */
};

struct pt_packet_decoder;

/* Plain data; init() and fini() go together. */
struct tl_pt_packets {
	const uint8_t *bytes;
	size_t len, pos;
	uint64_t last_ip; /* what compressed addresses are told against */
	uint8_t block;    /* in a PEBS block: bytes of a BIP packet, which is allowed there only */
	struct pt_packet_decoder *rare; /* libipt's; made when first needed */
};

/* Borrows the bytes until fini(). */
void tl_pt_packets_init(struct tl_pt_packets *p, const uint8_t *bytes, size_t len);
void tl_pt_packets_fini(struct tl_pt_packets *p);

/* The next packet but PAD.  END and BAD repeat.  One thread. */
void tl_pt_packets_next(struct tl_pt_packets *p, struct tl_pt_packet *out);

#endif
