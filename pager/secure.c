/* secure.c: see secure.h. */
#include "pager/secure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned forbidden; /* a bit for each feature */

static const char *const names[TL_NFEATURES] = {
	[TL_SECURE_EDIT] = "edit",       [TL_SECURE_EXAMINE] = "examine",
	[TL_SECURE_GLOB] = "glob",       [TL_SECURE_HISTORY] = "history",
	[TL_SECURE_LESSKEY] = "lesskey", [TL_SECURE_LESSOPEN] = "lessopen",
	[TL_SECURE_LOGFILE] = "logfile", [TL_SECURE_OSC8] = "osc8",
	[TL_SECURE_PIPE] = "pipe",       [TL_SECURE_SHELL] = "shell",
	[TL_SECURE_STOP] = "stop",       [TL_SECURE_TAGS] = "tags",
};

/* The feature that this is the beginning of the name of, as a bit; 0: none, or several. */
static unsigned feature_bit(const char *var, const char *name, size_t len, tl_secure_warn *warn,
			    void *arg)
{
	unsigned found = 0;
	char message[256];

	for (int i = 0; i < TL_NFEATURES; i++) {
		if (strncmp(names[i], name, len) != 0)
			continue;
		if (names[i][len] == '\0')
			return 1u << i;
		found |= 1u << i;
	}
	if (found && (found & (found - 1)) == 0)
		return found;
	snprintf(message, sizeof(message), "%s: %s name \"%.*s\"", var,
		 found ? "ambiguous" : "invalid", len > 100 ? 100 : (int)len, name);
	warn(arg, message);
	return 0;
}

/* The features named in the variable, as bits. */
static unsigned listed(const char *var, tl_secure_warn *warn, void *arg)
{
	const char *s = getenv(var);
	unsigned bits = 0;

	while (s && *s) {
		size_t len;

		s += strspn(s, " ,");
		len = strcspn(s, " ,");
		if (len > 0)
			bits |= feature_bit(var, s, len, warn, arg);
		s += len;
	}
	return bits;
}

void tl_secure_init(tl_secure_warn *warn, void *arg)
{
	const char *secure = getenv("LESSSECURE");

	if (secure && *secure)
		forbidden = ((1u << TL_NFEATURES) - 1) & ~listed("LESSSECURE_ALLOW", warn, arg);
	else
		forbidden = listed("LESSSECURE_DISALLOW", warn, arg);
}

bool tl_secure_allows(enum tl_feature feature)
{
	return !(forbidden >> feature & 1);
}
