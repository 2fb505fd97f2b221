/* wordlist.c: see wordlist.h. */
#include "pager/wordlist.h"

#include <stdio.h>
#include <string.h>

/* What one word stands for; 0: nothing, and that was told. */
static unsigned word_bits(const char *word, size_t len, const struct tl_word *names,
			  const char *what, tl_wordlist_warn *warn, void *arg)
{
	unsigned bits = 0, found = 0;
	char message[256];

	for (const struct tl_word *n = names; n->name; n++) {
		if (strncmp(n->name, word, len) != 0)
			continue;
		bits = n->bits;
		if (n->name[len] == '\0')
			return bits;
		found++;
	}
	if (found == 1)
		return bits;
	snprintf(message, sizeof(message), "%s: %s name \"%.*s\"", what,
		 found ? "ambiguous" : "invalid", len > 100 ? 100 : (int)len, word);
	warn(arg, message);
	return 0;
}

unsigned tl_wordlist_parse(const char *list, const struct tl_word *names, const char *what,
			   tl_wordlist_warn *warn, void *arg)
{
	unsigned bits = 0;

	while (*list) {
		size_t len;

		list += strspn(list, " ,");
		len = strcspn(list, " ,");
		if (len > 0)
			bits |= word_bits(list, len, names, what, warn, arg);
		list += len;
	}
	return bits;
}

void tl_wordlist_print(unsigned bits, const struct tl_word *names, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (const struct tl_word *n = names; n->name && used < size; n++) {
		if ((bits & n->bits) != n->bits)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? "," : "", n->name);
		bits &= ~n->bits;
	}
}
