/*
 * spoil: make a broken file from a good perf.data.
 *
 *	spoil KIND SEED IN OUT
 *
 * KIND is a name of damage.c's; a word alone lists them.  What was done is printed.
 */
#include "tests/trace/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_file(const char *path, struct tl_buf *b)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	do {
		if (!tl_buf_reserve(b, 65536))
			break;
		n = fread(b->data + b->len, 1, 65536, f);
		b->len += n;
	} while (n);
	return !fclose(f);
}

static bool write_file(const char *path, const struct tl_buf *b)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return false;
	fwrite(b->data, 1, b->len, f);
	return !fclose(f);
}

int main(int argc, char **argv)
{
	struct tl_buf file = TL_BUF_INIT;
	char what[128];
	int kind;

	if (argc != 5) {
		for (kind = 0; kind < DAMAGE_KINDS; kind++)
			puts(damage_name((enum damage_kind)kind));
		return argc != 2;
	}
	for (kind = 0; kind < DAMAGE_KINDS; kind++)
		if (!strcmp(argv[1], damage_name((enum damage_kind)kind)))
			break;
	if (!read_file(argv[3], &file)) {
		fprintf(stderr, "spoil: cannot read '%s'\n", argv[3]);
		return 1;
	}
	if (!damage(&file, (enum damage_kind)kind, strtoull(argv[2], NULL, 10), what,
		    sizeof(what))) {
		fprintf(stderr, "spoil: nothing to damage that way\n");
		return 1;
	}
	if (!write_file(argv[4], &file)) {
		fprintf(stderr, "spoil: cannot write '%s'\n", argv[4]);
		return 1;
	}
	puts(what);
	tl_buf_fini(&file);
	return 0;
}
