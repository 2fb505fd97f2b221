/*
 * demangle.c: see demangle.h.  C++ and Rust are libiberty's, as they are in perf; without
 * parameters, since a line of a trace is short.
 */
#include "decoders/perf/demangle.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

/* Names can grow by much when they are written out; none of a real program is as long as this. */
#define MAX_MANGLED 32768

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* ocamlopt: "caml", the module, "__", the function. */
static bool is_ocaml(const char *name)
{
	return begins(name, "caml") && name[4] >= 'A' && name[4] <= 'Z';
}

bool tl_demangle_maybe(const char *name)
{
	if (name[0] == '_')
		return name[1] == 'Z' || name[1] == 'R' || begins(name, "_GLOBAL_");
	return is_ocaml(name);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "__" is a dot, "$2b" the character of that number. */
static char *demangle_ocaml(const char *name)
{
	char *out = malloc(strlen(name) + 1), *p = out;

	if (!out)
		return NULL;
	for (name += 4; *name;) {
		if (name[0] == '_' && name[1] == '_') {
			*p++ = '.';
			name += 2;
		} else if (name[0] == '$' && hex(name[1]) >= 0 && hex(name[2]) >= 0) {
			*p++ = (char)(hex(name[1]) << 4 | hex(name[2]));
			name += 3;
		} else {
			*p++ = *name++;
		}
	}
	*p = '\0';
	return out;
}

char *tl_demangle(const char *name)
{
	if (is_ocaml(name))
		return demangle_ocaml(name);
	if (!tl_demangle_maybe(name) || strlen(name) > MAX_MANGLED)
		return NULL;
	return cplus_demangle(name, DMGL_NO_OPTS);
}
