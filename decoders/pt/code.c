/* code.c: the flow of the code that was traced, remembered block by block. */
#include "decoders/pt/code.h"

#include <Zydis/Zydis.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKET_BITS 17

/* A longer run is cut: a worker never disassembles more than this at once. */
#define MAX_INSNS 256

struct tl_pt_table {
	size_t users;         /* guarded by the code's lock */
	_Atomic size_t bytes; /* of all blocks */
	_Atomic(struct tl_pt_block *) buckets[1 << BUCKET_BITS];
};

struct tl_pt_code {
	pthread_mutex_t lock;
	struct tl_pt_table *current; /* counts as a user itself */
	size_t budget;
};

/* ---- generations */

static void drop(struct tl_pt_table *t)
{
	if (!t || --t->users > 0)
		return;
	for (size_t i = 0; i < sizeof(t->buckets) / sizeof(t->buckets[0]); i++) {
		struct tl_pt_block *b = atomic_load(&t->buckets[i]);

		while (b) {
			struct tl_pt_block *next = b->same_bucket;

			free(b);
			b = next;
		}
	}
	free(t);
}

static struct tl_pt_table *new_table(void)
{
	struct tl_pt_table *t = calloc(1, sizeof(*t));

	if (t)
		t->users = 1;
	return t;
}

struct tl_pt_code *tl_pt_code_open(size_t budget)
{
	struct tl_pt_code *code = calloc(1, sizeof(*code));

	if (!code)
		return NULL;
	code->budget = budget;
	code->current = new_table();
	if (!code->current) {
		free(code);
		return NULL;
	}
	pthread_mutex_init(&code->lock, NULL);
	return code;
}

void tl_pt_code_close(struct tl_pt_code *code)
{
	if (!code)
		return;
	drop(code->current);
	pthread_mutex_destroy(&code->lock);
	free(code);
}

struct tl_pt_table *tl_pt_code_acquire(struct tl_pt_code *code)
{
	struct tl_pt_table *t;

	pthread_mutex_lock(&code->lock);
	if (atomic_load(&code->current->bytes) > code->budget) {
		struct tl_pt_table *fresh = new_table();

		if (fresh) {
			drop(code->current);
			code->current = fresh;
		}
	}
	t = code->current;
	t->users++;
	pthread_mutex_unlock(&code->lock);
	return t;
}

void tl_pt_code_release(struct tl_pt_code *code, struct tl_pt_table *table)
{
	pthread_mutex_lock(&code->lock);
	drop(table);
	pthread_mutex_unlock(&code->lock);
}

/* ---- blocks */

/*
 * What an instruction does to the flow.  Far and near branches that need a TIP packet, as in
 * Intel SDM vol. 3, "Intel Processor Trace", "Change of Flow Instruction (COFI) Tracing".
 */
static enum tl_pt_end ending(const ZydisDecodedInstruction *in)
{
	bool direct = in->raw.imm[0].is_relative; /* an address in memory may be, too */

	switch (in->mnemonic) {
	case ZYDIS_MNEMONIC_CALL:
		return direct ? TL_PT_END_CALL : TL_PT_END_INDCALL;
	case ZYDIS_MNEMONIC_JMP:
		return direct ? TL_PT_END_JMP : TL_PT_END_INDIRECT;
	case ZYDIS_MNEMONIC_RET:
		return in->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR ? TL_PT_END_FARRET
								     : TL_PT_END_RET;
	case ZYDIS_MNEMONIC_IRET:
	case ZYDIS_MNEMONIC_IRETD:
	case ZYDIS_MNEMONIC_IRETQ:
	case ZYDIS_MNEMONIC_UIRET:
		return TL_PT_END_IRET;
	case ZYDIS_MNEMONIC_INT:
	case ZYDIS_MNEMONIC_INT1:
	case ZYDIS_MNEMONIC_INT3:
	case ZYDIS_MNEMONIC_INTO:
		return TL_PT_END_INT;
	case ZYDIS_MNEMONIC_SYSCALL:
	case ZYDIS_MNEMONIC_SYSENTER:
		return TL_PT_END_SYSCALL;
	case ZYDIS_MNEMONIC_SYSRET:
	case ZYDIS_MNEMONIC_SYSEXIT:
		return TL_PT_END_SYSRET;
	case ZYDIS_MNEMONIC_VMLAUNCH:
	case ZYDIS_MNEMONIC_VMRESUME:
		return TL_PT_END_VMENTRY;
	case ZYDIS_MNEMONIC_XBEGIN: /* where an abort would go to */
		return TL_PT_END_FALL;
	default:
		return in->meta.category == ZYDIS_CATEGORY_COND_BR ? TL_PT_END_COND
								   : TL_PT_END_FALL;
	}
}

static bool decoder_for(unsigned mode, ZydisDecoder *decoder)
{
	ZydisMachineMode machine = mode == 64   ? ZYDIS_MACHINE_MODE_LONG_64
				   : mode == 32 ? ZYDIS_MACHINE_MODE_LONG_COMPAT_32
						: ZYDIS_MACHINE_MODE_LONG_COMPAT_16;
	ZydisStackWidth width = mode == 64   ? ZYDIS_STACK_WIDTH_64
				: mode == 32 ? ZYDIS_STACK_WIDTH_32
					     : ZYDIS_STACK_WIDTH_16;

	return ZYAN_SUCCESS(ZydisDecoderInit(decoder, machine, width));
}

/* Where the bytes of a binary come from, piece by piece. */
struct reader {
	struct tl_dso *dso;
	uint64_t offset;      /* of bytes[0] */
	const uint8_t *bytes; /* of one piece */
	size_t len;
	uint8_t seam[ZYDIS_MAX_INSTRUCTION_LENGTH];
};

/* The bytes at an offset, enough for an instruction if there are so many; false: none. */
static bool look(struct reader *r, uint64_t offset, const uint8_t **bytes, size_t *len)
{
	if (offset - r->offset >= r->len) {
		r->offset = offset;
		if (!tl_dso_code(r->dso, offset, &r->bytes, &r->len)) {
			r->len = 0;
			return false;
		}
	}
	*bytes = r->bytes + (offset - r->offset);
	*len = r->len - (size_t)(offset - r->offset);
	if (*len < sizeof(r->seam)) { /* it may reach into the next piece */
		*len = tl_dso_copy_code(r->dso, offset, r->seam, sizeof(r->seam));
		*bytes = r->seam;
	}
	return true;
}

/* Disassemble a run into *b, and the lengths of its instructions. */
static void scan(struct tl_dso *dso, uint64_t offset, unsigned mode, struct tl_pt_block *b,
		 uint8_t lengths[MAX_INSNS])
{
	struct reader reader = { .dso = dso };
	ZydisDecoder decoder;

	b->end = TL_PT_END_NOCODE;
	if (!decoder_for(mode, &decoder))
		return;
	while (b->ninsns < MAX_INSNS) {
		ZydisDecodedInstruction in;
		const uint8_t *bytes;
		size_t len;

		if (!look(&reader, offset + b->nbytes, &bytes, &len) ||
		    !ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, bytes, len, &in))) {
			/* What is before it can be walked. */
			if (b->nbytes > 0)
				b->end = TL_PT_END_FALL;
			return;
		}
		lengths[b->ninsns++] = in.length;
		b->nbytes += in.length;
		b->last_len = in.length;
		b->end = (uint8_t)ending(&in);
		if (b->end == TL_PT_END_FALL)
			continue;
		if (b->end == TL_PT_END_JMP || b->end == TL_PT_END_CALL || b->end == TL_PT_END_COND)
			b->target = (int64_t)b->nbytes + in.raw.imm[0].value.s;
		return;
	}
}

static struct tl_pt_block *find(struct tl_pt_block *b, uint64_t offset, uint32_t owner)
{
	while (b && (b->offset != offset || b->owner != owner))
		b = b->same_bucket;
	return b;
}

struct tl_pt_block *tl_pt_code_block(struct tl_pt_table *table, struct tl_dso *dso, uint64_t offset,
				     unsigned mode)
{
	uint32_t owner = tl_pt_code_owner(dso, mode);
	uint64_t hash = (offset << 20 ^ owner) * UINT64_C(0x9e3779b97f4a7c15);
	_Atomic(struct tl_pt_block *) *bucket = &table->buckets[hash >> (64 - BUCKET_BITS)];
	struct tl_pt_block *head = atomic_load_explicit(bucket, memory_order_acquire);
	struct tl_pt_block *b = find(head, offset, owner), probe;
	uint8_t lengths[MAX_INSNS];

	if (b)
		return b;
	memset(&probe, 0, sizeof(probe));
	probe.offset = offset;
	probe.owner = owner;
	scan(dso, offset, mode, &probe, lengths);
	b = malloc(sizeof(*b) + probe.ninsns);
	if (!b)
		return NULL;
	memcpy(b, &probe, sizeof(*b));
	memcpy(b->lengths, lengths, probe.ninsns);
	do {
		/* Another worker may have added it meanwhile. */
		struct tl_pt_block *other = find(head, offset, owner);

		if (other) {
			free(b);
			return other;
		}
		b->same_bucket = head;
	} while (!atomic_compare_exchange_weak_explicit(bucket, &head, b, memory_order_acq_rel,
							memory_order_acquire));
	atomic_fetch_add_explicit(&table->bytes, sizeof(*b) + b->ninsns + 16, memory_order_relaxed);
	return b;
}
