/* main.c: the command line and the environment; the only place that exits. */
#include "pager/app.h"

#include "pager/env.h"
#include "pager/folded.h"
#include "pager/keyfiles.h"
#include "pager/secure.h"
#include "pager/tagkeys.h"

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
	tl_app_message(arg, "%s", message);
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
static int print_version(const struct tl_app *app)
{
	printf("%s (PCRE2 regular expressions)\n", tl_app_version(app));
	if (app->called_less)
		printf("This is tless " TL_VERSION ", which behaves like it.\n");
	printf("A pager with the keys of less for huge text and trace files.\n");
	return fflush(stdout) == 0 ? TL_EXIT_OK : TL_EXIT_ERROR;
}

/*
 * The text of a piece of a recording can take megabytes, and so does what it takes to go on in the middle
 * of a zstd file: 2 MiB a time.  glibc would keep what was freed of it, beside the screen for
 * hours; as mappings of their own such buffers go back to the system.
 * Writing the text out, which needs one buffer after the other, would be slower with it.
 */
static void set_up_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 2 << 20);
#endif
}

/* Called more, or told to be: unless told not to be. */
static bool is_more(const struct tl_app *app)
{
	const char *env = tl_env("LESS_IS_MORE");

	return env && *env ? strcmp(env, "0") != 0 : !strcmp(app->progname, "more");
}

/* The options of the variables and of argv.  Returns as tl_options_from_args() does. */
static int read_options(struct tl_app *app, int argc, char **argv)
{
	const char *const variables[] = { app->opt.more ? "MORE" : "LESS", "TLESS" };
	const char *env = tl_env("LESS_UNSUPPORT");
	size_t n = app->opt.more ? 1 : 2;

	if (env)
		tl_options_unsupport(&app->opt, env, warn, app);
	for (size_t i = 0; i < n; i++) {
		env = tl_env(variables[i]);
		if (env && app->opt.quit_now != 'V')
			tl_options_from_env(&app->opt, env, warn, app);
	}
	return tl_options_from_args(&app->opt, argc, argv, getenv("POSIXLY_CORRECT"), warn, app);
}

/* What was said before there was a screen. */
static void print_messages(struct tl_app *app)
{
	for (size_t i = 0; i < app->nmessages; i++)
		fprintf(stderr, "%s\n", app->messages[i]);
}

/* -t names the file; NULL: it cannot, and a message was written. */
static char *file_of_tag(struct tl_app *app, int nfiles)
{
	struct tl_err err = TL_ERR_INIT;
	const char *name = NULL;

	if (nfiles > 0)
		tl_err_set(&err, "No filenames allowed with -t option");
	else
		name = tl_tag_first(app, app->opt.tag, &err);
	if (!name)
		fprintf(stderr, "%s\n", err.msg);
	return (char *)name;
}

static int run(struct tl_app *app, int argc, char **argv)
{
	static char *standard_input[] = { (char *)"-", NULL }, *tag_file[2];
	const char *wrong;
	char **names = argv + 1;
	int n;

	tl_secure_init(say, app);
	tl_keyfiles_read(say, app);
	app->opt.more = is_more(app);
	n = read_options(app, argc, argv);
	if (app->opt.quit_now == 'V' || n < 0 || !isatty(STDOUT_FILENO))
		print_messages(app);
	if (app->opt.quit_now == '?' && !isatty(STDOUT_FILENO))
		return print_help();
	if (app->opt.quit_now == 'V')
		return print_version(app);
	wrong = tl_charset_from_env(&app->charset);
	if (wrong)
		fprintf(stderr, "%s\n", wrong);
	if (wrong || n < 0)
		return TL_EXIT_ERROR;
	if (app->opt.quit_now == '?')
		return tl_app_run(app, names, (size_t)n);
	if (app->opt.tag) {
		tag_file[0] = file_of_tag(app, n);
		if (!tag_file[0])
			return TL_EXIT_ERROR;
		names = tag_file;
		n = 1;
	}
	if (n == 0 && isatty(STDIN_FILENO)) {
		if (isatty(STDOUT_FILENO))
			print_messages(app);
		fprintf(stderr, "Missing filename (\"%s --help\" for help)\n", app->progname);
		return TL_EXIT_ERROR;
	}
	if (n == 0) {
		names = standard_input;
		n = 1;
	}
	if (app->opt.folded) {
		if (isatty(STDOUT_FILENO))
			print_messages(app);
		return tl_folded(&app->opt, names, (size_t)n);
	}
	if (!isatty(STDOUT_FILENO))
		return tl_cat(&app->opt, names, (size_t)n);
	set_up_memory();
	return tl_app_run(app, names, (size_t)n);
}

int main(int argc, char **argv)
{
	static struct tl_app app;
	int status;

	signal(SIGXFSZ, SIG_IGN); /* a full spool is an error like any other */
	app.progname = name_of(argv[0]);
	tl_options_init(&app.opt);
	/* less --help is what less names there, also where it is called more. */
	app.opt.progname = strcmp(app.progname, "more") != 0 ? app.progname : "less";
	app.called_less = !strcmp(app.progname, "less");
	status = run(&app, argc, argv);
	tl_options_fini(&app.opt);
	tl_keyfiles_fini();
	return status;
}
