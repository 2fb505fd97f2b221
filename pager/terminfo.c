/* terminfo.c: see terminfo.h. */
#include "pager/terminfo.h"

#include "pager/env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h> /* defines macros with everyday names: only here */

static const struct {
	const char *termcap, *terminfo;
} names[TL_NCAPS] = {
	[TL_CAP_CLEAR] = { "cl", "clear" },        [TL_CAP_CLEAR_EOL] = { "ce", "el" },
	[TL_CAP_CLEAR_EOS] = { "cd", "ed" },       [TL_CAP_MOVE] = { "cm", "cup" },
	[TL_CAP_HOME] = { "ho", "home" },          [TL_CAP_SCROLL_DOWN] = { "sr", "ri" },
	[TL_CAP_INSERT_LINE] = { "al", "il1" },    [TL_CAP_ENTER_SCREEN] = { "ti", "smcup" },
	[TL_CAP_EXIT_SCREEN] = { "te", "rmcup" },  [TL_CAP_ENTER_KEYPAD] = { "ks", "smkx" },
	[TL_CAP_EXIT_KEYPAD] = { "ke", "rmkx" },   [TL_CAP_STANDOUT] = { "so", "smso" },
	[TL_CAP_END_STANDOUT] = { "se", "rmso" },  [TL_CAP_UNDERLINE] = { "us", "smul" },
	[TL_CAP_END_UNDERLINE] = { "ue", "rmul" }, [TL_CAP_BOLD] = { "md", "bold" },
	[TL_CAP_BLINK] = { "mb", "blink" },        [TL_CAP_END_ALL] = { "me", "sgr0" },
	[TL_CAP_FLASH] = { "vb", "flash" },
};

static const struct {
	const char *termcap, *terminfo;
} keys[] = {
	{ "ku", "kcuu1" }, { "kd", "kcud1" }, { "kl", "kcub1" }, { "kr", "kcuf1" },
	{ "kh", "khome" }, { "@7", "kend" },  { "kP", "kpp" },   { "kN", "knp" },
	{ "kD", "kdch1" }, { "kI", "kich1" }, { "kB", "kcbt" },  { "k1", "kf1" },
};

/* LESS_TERMCAP_xx, or LESS_TERMINFO_xxxx. */
static const char *from_env(const char *termcap, const char *terminfo)
{
	const char *value = NULL;
	char var[64];

	if (termcap) {
		snprintf(var, sizeof(var), "LESS_TERMCAP_%s", termcap);
		value = tl_env(var);
	}
	if (!value && terminfo) {
		snprintf(var, sizeof(var), "LESS_TERMINFO_%s", terminfo);
		value = tl_env(var);
	}
	return value;
}

static const char *lookup(const char *termcap, const char *terminfo, bool described)
{
	const char *s = from_env(termcap, terminfo);

	if (s)
		return *s ? s : NULL;
	if (!described)
		return NULL;
	s = tigetstr(terminfo);
	return s && s != (char *)-1 && *s ? s : NULL;
}

static bool flag(const char *termcap, const char *terminfo, bool described)
{
	const char *s = from_env(termcap, terminfo);

	if (s)
		return *s != '\0' && *s != '0';
	return described && tigetflag(terminfo) > 0;
}

void tl_terminfo_read(struct tl_terminfo *ti)
{
	int status = 0;
	bool described;

	memset(ti, 0, sizeof(*ti));
	if (cur_term)
		del_curterm(cur_term);
	described = setupterm(NULL, 1, &status) == 0;
	ti->known = described;
	for (int i = 0; i < TL_NCAPS; i++)
		ti->cap[i] = lookup(names[i].termcap, names[i].terminfo, described);
	ti->auto_margin = flag("am", "am", described);
	ti->delayed_margin = flag("xn", "xenl", described);
	if (described) {
		ti->generic = tigetflag("gn") > 0;
		ti->nrows = tigetnum("lines");
		ti->ncols = tigetnum("cols");
	}
}

static struct tl_buf *sink; /* tputs() passes nothing to its callback */

static int put_byte(int c)
{
	tl_buf_putc(sink, (uint8_t)c);
	return c;
}

void tl_terminfo_emit(const struct tl_terminfo *ti, enum tl_cap cap, struct tl_buf *out)
{
	sink = out;
	if (ti->cap[cap])
		tputs(ti->cap[cap], 1, put_byte);
}

void tl_terminfo_move(const struct tl_terminfo *ti, unsigned y, unsigned x, struct tl_buf *out)
{
	sink = out;
	/* Parameters of cup are row and column (terminfo(5)). */
	if (ti->cap[TL_CAP_MOVE])
		tputs(tparm((char *)ti->cap[TL_CAP_MOVE], (long)y, (long)x, 0L, 0L, 0L, 0L, 0L, 0L,
			    0L),
		      1, put_byte);
}

const char *tl_terminfo_key(const char *name)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].termcap, name) || !strcmp(keys[i].terminfo, name))
			return lookup(keys[i].termcap, keys[i].terminfo, cur_term != NULL);
	if (strlen(name) < 3) /* a termcap name */
		return from_env(name, NULL);
	return lookup(NULL, name, cur_term != NULL);
}
