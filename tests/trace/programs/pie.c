/* A program of the usual kind: position independent, with libraries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
	const char *words[] = { "trace", "packet", "branch", "call", "return", "jump", "slice" };

	qsort(words, 7, sizeof(*words), compare);
	return words[0][0] != 'b';
}
