/*
 * demangle.c: see demangle.h.  C++ and Rust are libiberty's, as they are in perf; without
 * parameters, since a line of a trace is short.
 *
 * A name can refer back to parts of itself, so that a hundred bytes stand for gigabytes.
 * libiberty hands out the text bit by bit and cannot be told to stop, hence the long jump out of
 * it when the text is longer than any name may be.  It holds no memory at that time, but for a
 * few bytes of a Rust name in Punycode.
 */
#include "decoders/perf/demangle.h"

#include "base/buf.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* The longest names, of C++ templates, have some ten thousand bytes. */
#define MAX_MANGLED 65536
#define MAX_SHOWN   (256u << 10)

struct text {
	struct tl_buf buf;
	jmp_buf too_long;
};

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

/* libiberty has more to say. */
static void take(const char *bytes, size_t n, void *arg)
{
	struct text *t = arg;

	if (n > MAX_SHOWN - t->buf.len || !tl_buf_append(&t->buf, bytes, n))
		longjmp(t->too_long, 1);
}

/* Old Rust names are valid C++ names too, and look better as Rust.  False: neither. */
static bool demangle_iberty(const char *name, struct text *t)
{
	if (setjmp(t->too_long))
		return false;
	if (rust_demangle_callback(name, DMGL_NO_OPTS, take, t))
		return true;
	t->buf.len = 0;
	return cplus_demangle_v3_callback(name, DMGL_NO_OPTS, take, t);
}

char *tl_demangle(const char *name)
{
	struct text t = { .buf = TL_BUF_INIT };

	if (is_ocaml(name))
		return demangle_ocaml(name);
	if (!tl_demangle_maybe(name) || strlen(name) > MAX_MANGLED)
		return NULL;
	if (!demangle_iberty(name, &t) || !tl_buf_append(&t.buf, "", 1)) {
		tl_buf_fini(&t.buf);
		return NULL;
	}
	return (char *)t.buf.data;
}
