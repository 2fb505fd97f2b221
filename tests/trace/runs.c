/* runs.c: see runs.h. */
#include "tests/trace/runs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

char here[PATH_MAX], tless[PATH_MAX + 16], folder[PATH_MAX];

bool runs_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	snprintf(here, sizeof(here), "%s", dirname(self));
	snprintf(tless, sizeof(tless), "%s/../../tless", here);
	snprintf(folder, sizeof(folder), "%s/tless-recorded-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder);
}

void runs_end(void)
{
	if (!getenv("KEEP"))
		RUN("/dev/null", "rm", "-rf", folder);
	else
		print_message("files: %s\n", folder);
}

const char *in_folder(const char *name)
{
	static char paths[4][PATH_MAX + 64];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(paths[n], sizeof(paths[n]), "%s/%s", folder, name);
	return paths[n];
}

int run(char *const argv[], const char *out, bool both)
{
	static char *env[] = { "PATH=/usr/bin:/bin:/usr/sbin", "LC_ALL=C", NULL, NULL };
	static char home[PATH_MAX + 8];
	int status, fd;
	pid_t pid;

	/* Nothing of the user's: perf's settings, build-id cache, saved indexes. */
	snprintf(home, sizeof(home), "HOME=%s", folder);
	env[2] = home;
	pid = fork();
	if (pid == 0) {
		fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		dup2(fd, STDOUT_FILENO);
		if (both) {
			dup2(fd, STDERR_FILENO);
		} else {
			fd = open("/dev/null", O_WRONLY);
			dup2(fd, STDERR_FILENO);
		}
		fd = open("/dev/null", O_RDONLY);
		dup2(fd, STDIN_FILENO);
		alarm(60);
		execvpe(argv[0], argv, env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void view_of(const char *recording, const char *name, const char *out)
{
	char option[64];
	int rc;

	snprintf(option, sizeof(option), "--trace-view=%s", name);
	rc = RUN(in_folder(out), tless, option, (char *)in_folder(recording));
	if (rc != 0)
		fail_msg("tless %s: exit status %d", option, rc);
}

/* ---- comparing */

void all_read(const struct listing *l, const char *what)
{
	if (l->nunread)
		fail_msg("%s: %zu lines not understood, as '%s'", what, l->nunread, l->unread);
	if (l->n == 0)
		fail_msg("%s: no events", what);
}

static const struct listed *next_of(const struct listing *l, int tid, size_t *i)
{
	while (*i < l->n && l->v[*i].tid != tid)
		++*i;
	return *i < l->n ? &l->v[(*i)++] : NULL;
}

static const char *shown(const struct listed *e, char *text, size_t room)
{
	if (!e)
		return "nothing";
	snprintf(text, room, "%d [%d] %" PRIu64 " %s %" PRIx64 " %" PRIx64 " %s", e->tid, e->cpu,
		 e->ns, e->flags, e->from, e->to, e->where ? e->where : "");
	return text;
}

static bool same(const struct listed *a, const struct listed *b, unsigned how, uint64_t slack)
{
	bool error = !strncmp(a->flags, "error", 5);
	uint64_t apart = a->ns > b->ns ? a->ns - b->ns : b->ns - a->ns;

	if ((how & FLAGS || error) && strcmp(a->flags, b->flags))
		return false;
	if (error)
		return true;
	if (a->cpu >= 0 && b->cpu >= 0 && a->cpu != b->cpu)
		return false;
	if (how & ADDRESSES && (a->from != b->from || a->to != b->to))
		return false;
	if (how & NAMES && strcmp(a->where, b->where))
		return false;
	return !(how & TIMES) || !a->ns || !b->ns || apart <= slack;
}

void compare(const struct listing *a, const char *aname, const struct listing *b, const char *bname,
	     unsigned how, uint64_t slack)
{
	char one[600], other[600];

	for (size_t first = 0; first < a->n; first++) {
		int tid = a->v[first].tid;
		size_t i = 0, j = 0, n = 0;
		const struct listed *x, *y;

		if (next_of(a, tid, &i) != &a->v[first])
			continue; /* a thread that was compared */
		i = 0;
		do {
			x = next_of(a, tid, &i);
			y = next_of(b, tid, &j);
			if ((x || y) && (!x || !y || !same(x, y, how, slack)))
				fail_msg("event %zu of thread %d:\n  %s: %s\n  %s: %s", n, tid,
					 aname, shown(x, one, sizeof(one)), bname,
					 shown(y, other, sizeof(other)));
			n++;
		} while (x);
	}
	if (a->n != b->n)
		fail_msg("%s has %zu events, %s %zu", aname, a->n, bname, b->n);
}

/* The file's lines, the digits of times replaced, as text; sorted by thread if asked. */
struct line {
	int tid;
	size_t at; /* keeps the order */
	char *text;
};

static int by_thread(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->tid != y->tid ? (x->tid > y->tid) - (x->tid < y->tid)
				: (x->at > y->at) - (x->at < y->at);
}

/* The time is the first word of digits, a point and nine digits. */
static void blot_time(char *line)
{
	for (char *s = strchr(line, '.'); s; s = strchr(s + 1, '.')) {
		if (strspn(s + 1, "0123456789") != 9)
			continue;
		memset(s + 1, '#', 9);
		while (s > line && s[-1] >= '0' && s[-1] <= '9')
			*--s = '#';
		return;
	}
}

static struct line *read_lines(const char *path, bool names, size_t *n)
{
	FILE *f = fopen(path, "r");
	struct line *v = NULL;
	char *text = NULL, *s;
	size_t cap = 0, room = 0;

	*n = 0;
	assert_non_null(f);
	while (getline(&text, &room, f) > 0) {
		if (*n == cap) {
			cap = 2 * cap + 256;
			v = realloc(v, cap * sizeof(*v));
			assert_non_null(v);
		}
		blot_time(text);
		/* Behind the 16 columns of the name; or in the words of an error. */
		s = strstr(text, "instruction trace error") ? strstr(text, " tid ") + 5
		    : strlen(text) > 16                     ? text + 16
							    : text;
		v[*n] = (struct line){
			.tid = atoi(s),
			.at = *n,
			.text = strdup(names || strlen(text) < 16 ? text : text + 16),
		};
		++*n;
	}
	free(text);
	fclose(f);
	return v;
}

void same_lines(const char *a, const char *b, bool threads, bool names)
{
	size_t na, nb;
	struct line *x = read_lines(a, names, &na), *y = read_lines(b, names, &nb);

	if (threads) {
		qsort(x, na, sizeof(*x), by_thread);
		qsort(y, nb, sizeof(*y), by_thread);
	}
	for (size_t i = 0; i < na && i < nb; i++) {
		if (strcmp(x[i].text, y[i].text))
			fail_msg("line %zu:\n  %s  %s", i + 1, x[i].text, y[i].text);
	}
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++)
		free(x[i].text);
	for (size_t i = 0; i < nb; i++)
		free(y[i].text);
	free(x);
	free(y);
}
