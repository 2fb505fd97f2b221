/*
 * kerneltrace.h: a recording of a machine whose kernel is traced too, as `perf record --kcore`
 * makes it: a folder with the trace and, if wanted, a copy of the kernel's code.
 *
 * The code is that of an ELF file (programs/kernel.S), the kernel, a module, a BPF program and a
 * program in sections of their own.  It is walked, not run: conditional jumps and indirect calls go
 * where a seed says, a timer interrupts anything, and at two moments the kernel changes its code.
 * The truth is written as recording.h describes it.
 */
#ifndef TESTS_TRACE_KERNELTRACE_H
#define TESTS_TRACE_KERNELTRACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct kerneltrace_config {
	const char *elf;    /* programs/kernel */
	const char *folder; /* to be made: data, and kcore_dir if kcore */
	const char *truth;
	uint64_t seed;
	unsigned ninsns;
	uint64_t moved; /* the kernel runs so far from where it was linked */
	bool kcore;
	bool bpf;   /* run the BPF program, too */
	bool pokes; /* change code, and tell so */
};

bool kerneltrace_make(const struct kerneltrace_config *config, struct tl_err *err);

/* Write the kernel's symbols as /proc/kallsyms would have them, the kernel
 * having been moved. */
bool kerneltrace_kallsyms(const char *elf, const char *path, uint64_t moved, struct tl_err *err);

#endif
