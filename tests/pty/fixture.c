/* fixture.c: see fixture.h. */
#include "tests/pty/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 512

/* So that a picture of the screen is printed below the name of its test. */
__attribute__((constructor)) static void print_in_order(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

const char *pager_path(void)
{
	static char path[4096];
	const char *given = getenv("TLESS");

	if (!path[0] && !realpath(given && *given ? given : "build/tless", path))
		snprintf(path, sizeof(path), "%s", given ? given : "build/tless");
	return path;
}

bool pager_is_less(void)
{
	const char *name = strrchr(pager_path(), '/');

	return strcmp(name ? name + 1 : pager_path(), "less") == 0;
}

void only_tless(void)
{
	if (pager_is_less())
		skip();
}

/* ---- the folder and the environment */

void fixture_init(struct fixture *f)
{
	char tmpdir[256];

	memset(f, 0, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "%s/tless-test-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	snprintf(tmpdir, sizeof(tmpdir), "%s", fixture_path(f, ".tmp"));
	assert_int_equal(mkdir(tmpdir, 0700), 0);
	fixture_setenv(f, "PATH", getenv("PATH"));
	fixture_setenv(f, "HOME", f->dir);
	fixture_setenv(f, "TMPDIR", tmpdir);
	fixture_setenv(f, "TERM", "xterm-256color");
	fixture_setenv(f, "LANG", "C.UTF-8");
	fixture_setenv(f, "LESSHISTFILE", "-");
	/* Sanitizer settings are for the program under test too. */
	fixture_setenv(f, "ASAN_OPTIONS", getenv("ASAN_OPTIONS"));
	fixture_setenv(f, "TSAN_OPTIONS", getenv("TSAN_OPTIONS"));
	fixture_setenv(f, "UBSAN_OPTIONS", getenv("UBSAN_OPTIONS"));
	f->opts.cwd = f->dir;
}

void fixture_fini(struct fixture *f)
{
	const char *rm[] = { "/bin/rm", "-rf", f->dir, NULL };
	struct capture c;

	for (int i = 0; i < f->nterms; i++)
		term_close(f->terms[i]);
	fixture_capture(f, rm, NULL, &c);
	capture_fini(&c);
	for (int i = 0; i < f->nenv; i++)
		free(f->env[i]);
}

void fixture_setenv(struct fixture *f, const char *name, const char *value)
{
	size_t n = strlen(name);
	char *entry = NULL;
	int i;

	for (i = 0; i < f->nenv; i++)
		if (strncmp(f->env[i], name, n) == 0 && f->env[i][n] == '=')
			break;
	if (value) {
		entry = malloc(n + strlen(value) + 2);
		assert_non_null(entry);
		sprintf(entry, "%s=%s", name, value);
	} else if (i == f->nenv) {
		return;
	}
	if (i == f->nenv)
		assert_true(f->nenv++ < MAX_ENV);
	free(f->env[i]);
	f->env[i] = entry ? entry : f->env[--f->nenv];
	f->env[f->nenv] = NULL;
}

int short_row(struct term *t, int n, int y)
{
	return pager_is_less() ? y : term_rows(t) - 1 - n + y;
}

void fixture_end(struct fixture *f)
{
	term_close(f->terms[--f->nterms]);
}

const char *fixture_path(const struct fixture *f, const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *path = paths[next++ % 8];

	if (name[0] == '/')
		return name;
	snprintf(path, sizeof(paths[0]), "%s/%s", f->dir, name);
	return path;
}

const char *fixture_contents(const struct fixture *f, const char *name)
{
	static char bytes[4096];
	int fd = open(fixture_path(f, name), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return "(no such file)";
	bytes[n > 0 && bytes[n - 1] == '\n' ? n - 1 : n] = '\0';
	return bytes;
}

const char *fixture_file(struct fixture *f, const char *name, const char *bytes, long n)
{
	const char *path = fixture_path(f, name);
	size_t len = n < 0 ? strlen(bytes) : (size_t)n;
	FILE *to = fopen(path, "w");

	assert_non_null(to);
	assert_int_equal(fwrite(bytes, 1, len, to), len);
	assert_int_equal(fclose(to), 0);
	return path;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void fixture_lines(struct fixture *f, const char *name, const char *fmt, int n)
{
	FILE *to = fopen(fixture_path(f, name), "w");

	assert_non_null(to);
	for (int i = 1; i <= n; i++)
		fprintf(to, fmt, i);
	assert_int_equal(fclose(to), 0);
}
#pragma GCC diagnostic pop

/* ---- programs on a terminal */

struct term *fixture_run(struct fixture *f, const char *program, const char *const *args)
{
	const char *argv[MAX_ARGS + 2] = { program };
	struct term *t;

	for (int i = 0; args[i]; i++) {
		assert_true(i < MAX_ARGS);
		argv[i + 1] = args[i];
	}
	f->opts.argv = argv;
	f->opts.env = (const char *const *)f->env;
	t = term_open(&f->opts);
	if (!t)
		fail_msg("cannot start %s: %s", program, strerror(errno));
	assert_true(f->nterms < MAX_TERMS);
	f->terms[f->nterms++] = t;
	return t;
}

static struct term *run_va(struct fixture *f, va_list ap)
{
	const char *args[MAX_ARGS + 1];
	int n = 0;

	while ((args[n] = va_arg(ap, const char *)))
		assert_true(++n < MAX_ARGS);
	return fixture_run(f, pager_path(), args);
}

struct term *fixture_page(struct fixture *f, ...)
{
	struct term *t;
	va_list ap;

	va_start(ap, f);
	t = run_va(f, ap);
	va_end(ap);
	return t;
}

struct term *fixture_open(struct fixture *f, ...)
{
	struct term *t;
	va_list ap;

	va_start(ap, f);
	t = run_va(f, ap);
	va_end(ap);
	check_idle(t);
	return t;
}

/* ---- checks */

void check_(struct term *t, bool ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	term_poll(t);
	fprintf(stderr, "%s:%d: expected: %s\n", file, line, what);
	term_print(t, stderr);
	_fail(file, line);
}

struct want {
	int y;
	const char *row;
};

static bool row_is(struct term *t, void *arg)
{
	const struct want *want = arg;

	return strcmp(term_row(t, want->y), want->row) == 0;
}

/* Waits, since a screen may be completed after the program has begun to take keys. */
void check_row_(struct term *t, int y, const char *want, const char *file, int line)
{
	struct want w = { y, want };
	char what[600];

	snprintf(what, sizeof(what), "row %d is \"%s\"", y, want);
	check_(t, term_wait(t, row_is, &w, TIMEOUT_MS), what, file, line);
}

void check_exit_(struct term *t, int code, const char *file, int line)
{
	char what[64];
	int status;

	snprintf(what, sizeof(what), "exit status %d", code);
	check_(t, term_wait_exit(t, TIMEOUT_MS), what, file, line);
	status = term_exit_status(t);
	check_(t, WIFEXITED(status) && WEXITSTATUS(status) == code, what, file, line);
}

void check_keys_(struct term *t, const char *keys, const char *file, int line)
{
	check_(t, term_keys(t, keys) && term_wait_idle(t, TIMEOUT_MS), keys, file, line);
}

void check_quit_(struct term *t, const char *file, int line)
{
	check_(t, term_keys(t, "q"), "q", file, line);
	check_exit_(t, 0, file, line);
}

/* ---- programs without a terminal */

static void start_captured(struct fixture *f, const char *const *argv, const char *stdin_path,
			   const int *out, const int *err)
{
	int in = open(stdin_path ? stdin_path : "/dev/null", O_RDONLY);

	setsid(); /* no terminal to ask */
	signal(SIGPIPE, SIG_DFL);
	if (in < 0 || chdir(f->dir) < 0)
		_exit(125);
	dup2(in, 0);
	dup2(out[1], 1);
	dup2(err[1], 2);
	execve(argv[0], (char *const *)argv, f->env);
	_exit(127);
}

static bool take(int fd, struct tl_buf *to)
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		tl_buf_append(to, buf, (size_t)n);
	return n > 0;
}

void fixture_capture(struct fixture *f, const char *const *argv, const char *stdin_path,
		     struct capture *c)
{
	uint64_t deadline = term_now_ns() + TIMEOUT_MS * 1000000ull;
	struct pollfd p[2];
	int out[2], err[2];
	bool open[2] = { true, true };
	pid_t pid;

	memset(c, 0, sizeof(*c));
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		start_captured(f, argv, stdin_path, out, err);
	close(out[1]);
	close(err[1]);
	while ((open[0] || open[1]) && term_now_ns() < deadline) {
		p[0] = (struct pollfd){ .fd = open[0] ? out[0] : -1, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = open[1] ? err[0] : -1, .events = POLLIN };
		(void)poll(p, 2, 100);
		if (p[0].revents)
			open[0] = take(out[0], &c->out);
		if (p[1].revents)
			open[1] = take(err[0], &c->err);
	}
	close(out[0]);
	close(err[0]);
	if (open[0] || open[1])
		kill(pid, SIGKILL);
	waitpid(pid, &c->status, 0);
	if (open[0] || open[1])
		c->status = -1;
	tl_buf_str(&c->out);
	tl_buf_str(&c->err);
}

void capture_fini(struct capture *c)
{
	tl_buf_fini(&c->out);
	tl_buf_fini(&c->err);
}
