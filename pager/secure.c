/* secure.c: see secure.h. */
#include "pager/secure.h"

#include "pager/wordlist.h"

#include <stdlib.h>

static unsigned forbidden; /* a bit for each feature */

static const struct tl_word names[] = {
	{ "edit", 1u << TL_SECURE_EDIT },
	{ "examine", 1u << TL_SECURE_EXAMINE },
	{ "glob", 1u << TL_SECURE_GLOB },
	{ "history", 1u << TL_SECURE_HISTORY },
	{ "lesskey", 1u << TL_SECURE_LESSKEY },
	{ "lessopen", 1u << TL_SECURE_LESSOPEN },
	{ "logfile", 1u << TL_SECURE_LOGFILE },
	{ "osc8", 1u << TL_SECURE_OSC8 },
	{ "pipe", 1u << TL_SECURE_PIPE },
	{ "shell", 1u << TL_SECURE_SHELL },
	{ "stop", 1u << TL_SECURE_STOP },
	{ "tags", 1u << TL_SECURE_TAGS },
	{ NULL, 0 },
};

static unsigned listed(const char *var, tl_secure_warn *warn, void *arg)
{
	const char *list = getenv(var);

	return list ? tl_wordlist_parse(list, names, var, warn, arg) : 0;
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
