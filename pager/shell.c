/* shell.c: !, # and v: other programs, which have the terminal for themselves; see shell.h. */
#include "pager/shell.h"

#include "pager/commands.h"
#include "pager/env.h"
#include "pager/names.h"
#include "text/part.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool tl_shell_refused(struct tl_app *app, enum tl_feature feature)
{
	if (tl_secure_allows(feature))
		return false;
	tl_app_message(app, "Command not available");
	return true;
}

/* ---- running */

bool tl_shell_words(struct tl_buf *out, const char *command)
{
	const char *shell = tl_env("SHELL"), *option = tl_env("LESS_SHELL_COPTION");
	size_t len = out->len;

	if (!shell || !*shell || (option && !strcmp(option, "-")))
		return tl_buf_puts(out, *command ? command : "sh");
	if (!*command)
		return tl_buf_puts(out, shell);
	if (tl_buf_printf(out, "%s %s ", shell, option ? option : "-c") &&
	    tl_names_quote(out, command))
		return true;
	out->len = len; /* it cannot be quoted: sh itself has to do */
	return tl_buf_puts(out, command);
}

/* What the terminal sends to us and the command alike: the command is meant. */
static const struct {
	int sig;
	void (*meanwhile)(int sig);
} shared[] = { { SIGINT, SIG_IGN }, { SIGQUIT, SIG_IGN }, { SIGTSTP, SIG_DFL } };

#define NSHARED (sizeof(shared) / sizeof(shared[0]))

static void run_words(struct tl_app *app, const char *words,
		      void (*feed)(struct tl_app *app, int fd))
{
	struct sigaction saved[NSHARED];
	int ends[2] = { -1, -1 };
	pid_t pid;

	if (feed && pipe2(ends, O_CLOEXEC) != 0)
		return;
	for (size_t i = 0; i < NSHARED; i++) {
		struct sigaction sa = { .sa_handler = shared[i].meanwhile };

		sigaction(shared[i].sig, &sa, &saved[i]);
	}
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < NSHARED; i++)
			signal(shared[i].sig, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		if (feed || app->tty.fd >= 0)
			dup2(feed ? ends[0] : app->tty.fd, STDIN_FILENO);
		execl("/bin/sh", "sh", "-c", words, (char *)NULL);
		_exit(127); /* exit-ok: the child after a failed exec */
	}
	if (feed) {
		close(ends[0]);
		if (pid > 0)
			feed(app, ends[1]);
		close(ends[1]);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < NSHARED; i++)
		sigaction(shared[i].sig, &saved[i], NULL);
}

void tl_shell_run(struct tl_app *app, const char *command, void (*feed)(struct tl_app *app, int fd))
{
	struct tl_buf words = TL_BUF_INIT;

	tl_app_suspend(app);
	if (tl_shell_words(&words, command))
		run_words(app, tl_buf_str(&words), feed);
	tl_buf_fini(&words);
	tl_tty_raw(&app->tty);
}

void tl_shell_echo(struct tl_app *app, const char *command)
{
	struct tl_buf line = TL_BUF_INIT;

	tl_buf_putc(&line, '!');
	for (const char *p = command; *p; p++)
		tl_buf_putc(&line, (uint8_t)*p < 0x20 ? '?' : (uint8_t)*p);
	tl_buf_putc(&line, '\n');
	tl_screen_clear_prompt(app->screen);
	tl_screen_write(app->screen, (const char *)line.data, line.len);
	tl_screen_forget(app->screen);
	tl_buf_fini(&line);
}

void tl_shell_wait(struct tl_app *app)
{
	struct tl_key key = { 0 };

	while (!app->tty.eof && !tl_tty_next(&app->tty, &key)) {
		struct pollfd p = { app->tty.fd, POLLIN, 0 };

		if (poll(&p, 1, -1) < 0)
			return; /* ^C, or the terminal is going away: the main loop sees to it */
		tl_tty_read(&app->tty);
	}
	if (!app->tty.eof && key.code != '\r' && key.code != '\n' && key.code != ' ' &&
	    key.code != TL_KEY_END_COMMAND)
		tl_tty_unget(&app->tty, key);
}

/* The text may be another one now, and its name is told again. */
static void look_again(struct tl_app *app)
{
	tl_app_resume(app);
	app->new_file = true;
	app->name_shown = false;
	if (!app->text.help)
		tl_app_refresh_text(app, true);
}

/* ---- ! and # */

static const char *previous_name(const struct tl_app *app)
{
	const struct tl_filelist *fl = &app->files;

	return fl->previous < fl->n ? fl->files[fl->previous]->name : NULL;
}

bool tl_shell_expand(struct tl_app *app, const char *text, struct tl_buf *out)
{
	const struct tl_file *f = tl_app_file(app);

	return tl_names_expand(out, text, f ? f->name : NULL, previous_name(app), app->opt.quotes);
}

static bool expand_as_prompt(struct tl_app *app, const char *text, struct tl_buf *out)
{
	bool pending;

	tl_prompt_format(text, tl_app_facts(app), out, &pending);
	return true;
}

void tl_shell_command_line(struct tl_app *app, const char *command, const char *done)
{
	if (*command == '-')
		command++; /* it is not told */
	else
		tl_shell_echo(app, command);
	tl_shell_run(app, command, NULL);
	if (done) {
		printf("%s  (press RETURN)", done);
		fflush(stdout);
		tl_shell_wait(app);
		printf("\n");
		fflush(stdout);
	}
	look_again(app);
}

static void shell_done(struct tl_app *app, const char *text,
		       bool (*expand)(struct tl_app *app, const char *text, struct tl_buf *out),
		       const char *done)
{
	struct tl_buf command = TL_BUF_INIT;

	if (*text == CTRL('P')) {
		done = NULL;
		text++;
	}
	if (strcmp(text, "!") != 0 && expand(app, text, &command)) {
		free(app->last_shell);
		app->last_shell = strdup(tl_buf_str(&command));
	}
	tl_buf_fini(&command);
	tl_shell_command_line(app, app->last_shell ? app->last_shell : "", done);
}

static void typed_plain(struct tl_app *app, const char *text)
{
	shell_done(app, text, tl_shell_expand, "!done");
}

static void typed_as_prompt(struct tl_app *app, const char *text)
{
	shell_done(app, text, expand_as_prompt, "#done");
}

/* ^P as the first character is kept: no notice at the end. */
bool tl_shell_first_key(struct tl_app *app, unsigned key)
{
	if (key == CTRL('P') && app->line.text.len == 0)
		app->line.literal = true;
	return false;
}

static void ask_command(struct tl_app *app, const char *prompt,
			void (*done)(struct tl_app *app, const char *text))
{
	if (tl_shell_refused(app, TL_SECURE_SHELL))
		return;
	tl_app_ask(app, prompt, &app->command_history, done);
	app->line_key = tl_shell_first_key;
	app->line.completer = &tl_complete_files;
}

void tl_shell_command(struct tl_app *app, const struct tl_number *n)
{
	ask_command(app, "!", typed_plain);
}

void tl_shell_prompt_command(struct tl_app *app, const struct tl_number *n)
{
	ask_command(app, "#", typed_as_prompt);
}

/* ---- v */

static void edit(struct tl_app *app)
{
	struct tl_buf command = TL_BUF_INIT;
	const char *proto = tl_env("LESSEDIT");

	/* Lines of a part are others in the file. */
	if (!proto)
		proto = tl_part_below(app->text.src) ? "%E %g" : "%E ?lm+%lm. %g";
	expand_as_prompt(app, proto, &command);
	tl_shell_command_line(app, tl_buf_str(&command), NULL);
	tl_buf_fini(&command);
}

void tl_shell_edit(struct tl_app *app, const struct tl_number *n)
{
	const struct tl_file *f = tl_app_file(app);

	if (tl_shell_refused(app, TL_SECURE_EDIT) || app->text.help)
		return;
	if (!f || !strcmp(f->name, "-")) {
		tl_app_message(app, "Cannot edit standard input");
		return;
	}
	if (tl_app_decoder(app, NULL)) {
		tl_app_message(app, "A recording cannot be edited (s saves its text)");
		return;
	}
	if (f->replaced.kind != TL_REPLACED_NOT && !app->opt.no_edit_warn) {
		tl_app_message(app, "WARNING: This file was viewed via LESSOPEN");
		app->after_message = edit;
		return;
	}
	edit(app);
}
