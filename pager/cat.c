/* cat.c: standard output is not a terminal: copy the texts there, byte for byte. */
#include "pager/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (256u << 10)

static bool write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(STDOUT_FILENO, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

/* False: standard output takes no more. */
static bool copy(const char *name, int fd, char *block, int *status)
{
	for (;;) {
		ssize_t n = read(fd, block, BLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fprintf(stderr, "%s: %s\n", name, strerror(errno));
			*status = TL_EXIT_ERROR;
			return true;
		}
		if (n == 0)
			return true;
		if (!write_all(block, (size_t)n))
			return false;
	}
}

int tl_cat(char **names, size_t n)
{
	char *block = malloc(BLOCK);
	int status = TL_EXIT_OK;
	size_t opened = 0;

	if (!block)
		return TL_EXIT_ERROR;
	for (size_t i = 0; i < n; i++) {
		bool in = strcmp(names[i], "-") == 0;
		int fd = in ? STDIN_FILENO : open(names[i], O_RDONLY | O_CLOEXEC);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) != 0) {
			fprintf(stderr, "%s: %s\n", names[i], strerror(errno));
			continue;
		}
		if (S_ISDIR(st.st_mode)) {
			fprintf(stderr, "%s is a directory\n", names[i]);
			close(fd);
			continue;
		}
		opened++;
		if (!copy(names[i], fd, block, &status)) {
			if (errno != EPIPE) { /* a reader that has enough is fine */
				fprintf(stderr, "cannot write standard output: %s\n",
					strerror(errno));
				status = TL_EXIT_ERROR;
			}
			n = 0;
		}
		if (!in)
			close(fd);
	}
	free(block);
	return opened == 0 ? TL_EXIT_ERROR : status;
}
