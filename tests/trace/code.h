/* code.h: what an instruction is to the tracer: whether and how it changes the flow. */
#ifndef TESTS_TRACE_CODE_H
#define TESTS_TRACE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum code_kind {
	CODE_BAD, /* not an instruction */
	CODE_OTHER,
	CODE_JCC, /* with LOOP and JRCXZ */
	CODE_JMP,
	CODE_JMP_INDIRECT,
	CODE_CALL,
	CODE_CALL_INDIRECT,
	CODE_RET,
	CODE_SYSCALL, /* SYSCALL, SYSENTER, INT 0x80 */
	CODE_INT,     /* INT3, INT n, INTO */
	CODE_FAR,     /* far calls, jumps, returns, IRET, SYSRET */
	CODE_PTWRITE,
	CODE_RDTSC,
};

enum { CODE_MAX = 15 }; /* bytes of the longest instruction */

struct code {
	enum code_kind kind;
	uint8_t len;
	bool rep;        /* REP string instruction: a step is one round of it */
	uint64_t target; /* of direct branches */
	uint8_t bytes[CODE_MAX];
};

/* What the bytes at address ip are (64-bit mode).  False: too few bytes or no instruction;
 * kind is CODE_BAD then. */
bool code_decode(const uint8_t *bytes, size_t n, uint64_t ip, struct code *out);

/* The operand of a PTWRITE: register number (0 rax, 1 rcx, .. 15 r15) and size 4 or 8.
 * False: it is not a register. */
bool code_ptwrite(const struct code *c, unsigned *reg, unsigned *size);

#endif
