/* kallsyms.h: symbols that are kept as text: the kernel's, and those of JIT compilers. */
#ifndef TL_DECODERS_PERF_KALLSYMS_H
#define TL_DECODERS_PERF_KALLSYMS_H

#include "decoders/perf/symbols.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Add what a kallsyms file holds ("ADDRESS TYPE NAME[\t[MODULE]]" lines), settled.  Takes the
 * text.  `reference` is a symbol whose address was recorded as `at` (0: it was not): where the kernel
 * has been moved since, the others move along, and modules, which move on their own, are left out.
 * False: out of memory; a text without addresses adds nothing.
 */
bool tl_kallsyms_add(struct tl_symbols *t, struct tl_buf *text, const char *reference, uint64_t at);

/* Likewise for /tmp/perf-PID.map: "START SIZE NAME" lines in hex, tools/perf/Documentation/
 * jit-interface.txt. */
bool tl_perfmap_add(struct tl_symbols *t, struct tl_buf *text);

#endif
