/* err.h: one error type, with a message for a person, handed upwards. */
#ifndef TL_BASE_ERR_H
#define TL_BASE_ERR_H

#include <stdbool.h>

/* Plain data, owned by whoever declares it.  An empty message means no error. */
struct tl_err {
	int sys; /* errno where a system call failed, else 0 */
	char msg[508];
};

#define TL_ERR_INIT   \
	{             \
		0, "" \
	}

/*
 * Write the message; each returns false, so that a failing function can say
 * `return tl_err_set(err, ...)`.  `err` may be NULL.  Any thread, each its own err.
 * The message is one line without a full stop, names the file, and never holds
 * control characters: they are shown as `?`.
 */
bool tl_err_set(struct tl_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with ": " and strerror(errno) behind it; keeps errno in err->sys. */
bool tl_err_sys(struct tl_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool tl_err_nomem(struct tl_err *err);

/* Put words before a message that came from below. */
bool tl_err_prefix(struct tl_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
