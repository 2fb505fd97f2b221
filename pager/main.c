/* main.c: the command line and the environment; the only place that exits. */
#include "pager/app.h"

#include "pager/env.h"
#include "pager/secure.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A bad option stops nothing: a caller may know options that this version does not. */
static void warn(void *arg, const char *message)
{
	struct tl_app *app = arg;

	if (isatty(STDOUT_FILENO))
		tl_app_message(app, "%s (\"%s --help\" for help)", message, app->progname);
	else
		fprintf(stderr, "%s (\"%s --help\" for help)\n", message, app->progname);
}

static void say(void *arg, const char *message)
{
	struct tl_app *app = arg;

	if (isatty(STDOUT_FILENO))
		tl_app_message(app, "%s", message);
	else
		fprintf(stderr, "%s\n", message);
}

static const char *name_of(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	return slash ? slash + 1 : argv0 ? argv0 : "tless";
}

static int print_help(void)
{
	struct tl_buf text = TL_BUF_INIT, plain = TL_BUF_INIT;
	bool ok = tl_help_text(&text);

	/* Overstrike is for the screen. */
	for (size_t i = 0; ok && i < text.len; i++)
		if (i + 1 < text.len && text.data[i + 1] == '\b')
			i++;
		else
			ok = tl_buf_putc(&plain, text.data[i]);
	printf("Usage: tless [OPTION]... [FILE]...\n%s", tl_buf_str(&plain));
	tl_buf_fini(&text);
	tl_buf_fini(&plain);
	return ok && fflush(stdout) == 0 ? TL_EXIT_OK : TL_EXIT_ERROR;
}

/* Callers of less look for its name and the number of the version that it behaves like. */
static int print_version(const char *progname)
{
	if (!strcmp(progname, "less"))
		printf("less 590 (this is tless)\n");
	printf("tless %s (PCRE2 regular expressions)\n"
	       "A pager with the keys of less for huge text and trace files.\n",
	       TL_VERSION);
	return fflush(stdout) == 0 ? TL_EXIT_OK : TL_EXIT_ERROR;
}

/*
 * The text of a piece of a recording can take megabytes.  glibc would keep what was freed of it,
 * beside the screen for hours; as mappings of their own such buffers go back to the system.
 * Writing the text out, which needs one buffer after the other, would be slower with it.
 */
static void set_up_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

static int run(struct tl_app *app, int argc, char **argv)
{
	static char *standard_input[] = { (char *)"-", NULL };
	const char *env, *wrong;
	char **names;
	size_t n;
	int first;

	tl_secure_init(say, app);
	env = tl_env("LESS");
	if (env)
		tl_options_from_env(&app->opt, env, warn, app);
	env = tl_env("TLESS");
	if (env)
		tl_options_from_env(&app->opt, env, warn, app);
	first = tl_options_from_args(&app->opt, argc, argv, warn, app);
	if (app->opt.quit_now == '?')
		return print_help();
	if (app->opt.quit_now == 'V')
		return print_version(app->progname);
	wrong = tl_charset_from_env(&app->charset);
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		return TL_EXIT_ERROR;
	}
	names = argv + first;
	n = (size_t)(argc - first);
	if (n == 0 && isatty(STDIN_FILENO)) {
		for (size_t i = 0; i < app->nmessages; i++)
			fprintf(stderr, "%s\n", app->messages[i]);
		fprintf(stderr, "Missing filename (\"%s --help\" for help)\n", app->progname);
		return TL_EXIT_ERROR;
	}
	if (n == 0) {
		names = standard_input;
		n = 1;
	}
	if (!isatty(STDOUT_FILENO))
		return tl_cat(&app->opt, names, n);
	set_up_memory();
	return tl_app_run(app, names, n);
}

int main(int argc, char **argv)
{
	static struct tl_app app;
	int status;

	signal(SIGXFSZ, SIG_IGN); /* a full spool is an error like any other */
	app.progname = name_of(argv[0]);
	tl_options_init(&app.opt);
	status = run(&app, argc, argv);
	tl_options_fini(&app.opt);
	return status;
}
