/*
 * libraries.c: see libraries.h.  Each function calls the library's own by way of a pointer; none is
 * called for every instruction of a trace.
 */
#include "decoders/pt/libraries.h"

#include <Zydis/Zydis.h>
#include <dlfcn.h>
#include <intel-pt.h>
#include <pthread.h>
#include <stdio.h>

static struct {
	void *zydis, *ipt; /* NULL: not there */
	char missing[256]; /* why */
} loaded;

static void *load(const char *name)
{
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);

	if (!library && !loaded.missing[0])
		snprintf(loaded.missing, sizeof(loaded.missing), "%s", dlerror());
	return library;
}

/* The versions are those of the headers, which the shared libraries' names carry. */
static void load_all(void)
{
	char name[64];

	snprintf(name, sizeof(name), "libZydis.so.%u.%u",
		 (unsigned)ZYDIS_VERSION_MAJOR(ZYDIS_VERSION),
		 (unsigned)ZYDIS_VERSION_MINOR(ZYDIS_VERSION));
	loaded.zydis = load(name);
	snprintf(name, sizeof(name), "libipt.so.%u", (unsigned)LIBIPT_VERSION_MAJOR);
	loaded.ipt = load(name);
}

static void once(void)
{
	static pthread_once_t control = PTHREAD_ONCE_INIT;

	pthread_once(&control, load_all);
}

bool tl_pt_libraries_load(struct tl_err *err)
{
	once();
	return (loaded.zydis && loaded.ipt) ||
	       tl_err_set(err, "Intel PT cannot be decoded: %s", loaded.missing);
}

/* A function of a library; racing threads find the same one.  NULL: not there. */
static void *look_up(_Atomic(void *) *known, void *const *library, const char *name)
{
	void *p = *known;

	if (!p) {
		once();
		*known = p = *library ? dlsym(*library, name) : NULL;
	}
	return p;
}

/* Call a function of `whose`, a member of loaded, or return with `failure`. */
#define CALL(whose, failure, function, ...)                                       \
	static _Atomic(void *) known;                                             \
	__typeof__(function) *theirs = look_up(&known, &loaded.whose, #function); \
                                                                                  \
	if (!theirs)                                                              \
		return failure;                                                   \
	return theirs(__VA_ARGS__)

/* ---- Zydis: the same signatures as in its headers */

ZyanStatus ZydisDecoderInit(ZydisDecoder *decoder, ZydisMachineMode mode, ZydisStackWidth width)
{
	CALL(zydis, ZYAN_STATUS_FAILED, ZydisDecoderInit, decoder, mode, width);
}

ZyanStatus ZydisDecoderDecodeInstruction(const ZydisDecoder *decoder, ZydisDecoderContext *context,
					 const void *bytes, ZyanUSize n,
					 ZydisDecodedInstruction *instruction)
{
	CALL(zydis, ZYAN_STATUS_FAILED, ZydisDecoderDecodeInstruction, decoder, context, bytes, n,
	     instruction);
}

ZyanStatus ZydisDecoderDecodeFull(const ZydisDecoder *decoder, const void *bytes, ZyanUSize n,
				  ZydisDecodedInstruction *instruction,
				  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT])
{
	CALL(zydis, ZYAN_STATUS_FAILED, ZydisDecoderDecodeFull, decoder, bytes, n, instruction,
	     operands);
}

ZyanStatus ZydisCalcAbsoluteAddress(const ZydisDecodedInstruction *instruction,
				    const ZydisDecodedOperand *operand, ZyanU64 address,
				    ZyanU64 *result)
{
	CALL(zydis, ZYAN_STATUS_FAILED, ZydisCalcAbsoluteAddress, instruction, operand, address,
	     result);
}

const char *ZydisMnemonicGetString(ZydisMnemonic mnemonic)
{
	CALL(zydis, NULL, ZydisMnemonicGetString, mnemonic);
}

const char *ZydisRegisterGetString(ZydisRegister reg)
{
	CALL(zydis, NULL, ZydisRegisterGetString, reg);
}

/* ---- libipt, likewise */

struct pt_packet_decoder *pt_pkt_alloc_decoder(const struct pt_config *config)
{
	CALL(ipt, NULL, pt_pkt_alloc_decoder, config);
}

void pt_pkt_free_decoder(struct pt_packet_decoder *decoder)
{
	CALL(ipt, , pt_pkt_free_decoder, decoder);
}

int pt_pkt_sync_set(struct pt_packet_decoder *decoder, uint64_t offset)
{
	CALL(ipt, -pte_internal, pt_pkt_sync_set, decoder, offset);
}

int pt_pkt_next(struct pt_packet_decoder *decoder, struct pt_packet *packet, size_t size)
{
	CALL(ipt, -pte_internal, pt_pkt_next, decoder, packet, size);
}

const char *pt_errstr(enum pt_error_code code)
{
	CALL(ipt, "error", pt_errstr, code);
}
