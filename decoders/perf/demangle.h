/* demangle.h: a linker's name as a person wrote it, in the form perf shows. */
#ifndef TL_DECODERS_PERF_DEMANGLE_H
#define TL_DECODERS_PERF_DEMANGLE_H

#include <stdbool.h>

/* Is it worth asking?  Any thread. */
bool tl_demangle_maybe(const char *name);

/*
 * C++ (Itanium ABI) and Rust without parameters, OCaml with dots.  Gives the name, to be freed;
 * NULL: none of these, the name is as it should be shown.  Any thread.
 */
char *tl_demangle(const char *name);

#endif
