/* optionvalues.c: see optionvalues.h. */
#include "pager/optionvalues.h"

#include "base/timespec.h"
#include "pager/keyfiles.h"
#include "pager/prompt.h"
#include "pager/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- -j: a row from the top, a negative one from the bottom, .N a fraction of the screen */

/* Six digits count; what stands behind them is ignored, as less does. */
static bool parse_fraction(const char *digits, const char *what, double *fraction,
			   struct tl_err *err)
{
	double unit = 0.1;

	if (*digits < '0' || *digits > '9')
		return tl_err_set(err, "Invalid fraction in %s", what);
	*fraction = 0;
	for (int i = 0; i < 6 && *digits >= '0' && *digits <= '9'; i++, unit /= 10)
		*fraction += (*digits++ - '0') * unit;
	return true;
}

static const char *print_fraction(double fraction, char *out, size_t size)
{
	int n = snprintf(out, size, ".%06d", (int)(fraction * 1e6 + 0.5));

	while (n > 2 && out[n - 1] == '0')
		out[--n] = '\0';
	return out;
}

bool tl_option_parse_jump(struct tl_options *o, const char *text, struct tl_err *err)
{
	struct tl_where w = { false, 0, 0 };

	if (*text == '.') {
		w.is_fraction = true;
		if (!parse_fraction(text + 1, "-j", &w.fraction, err))
			return false;
	} else if (err && !tl_option_parse_number(&text, "-j", true, &w.row, err)) {
		return false;
	}
	o->jump = w;
	return true;
}

void tl_option_print_jump(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->jump.is_fraction)
		snprintf(out, size, "Position target at screen position %s",
			 print_fraction(o->jump.fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Position target at screen line %d", o->jump.row);
}

/* ---- -x: one tab width, or a list of stops, the last two of which give the rest */

#define MAX_STOPS (sizeof(((struct tl_options *)0)->tabs) / sizeof(unsigned) - 1)

/* A stop that is not behind the one before it is left out, and so is what follows a letter. */
bool tl_option_parse_tabs(struct tl_options *o, const char *text, struct tl_err *err)
{
	unsigned stops[MAX_STOPS], n = 0, last = 0;

	for (const char *p = text; n < MAX_STOPS; p++) {
		unsigned long stop;

		p += strspn(p, " ");
		stop = *p >= '0' && *p <= '9' ? strtoul(p, (char **)&p, 10) : 0;
		if (stop > last && stop < 100000)
			stops[n++] = last = (unsigned)stop;
		p += strspn(p, " ");
		if (*p != ',')
			break;
	}
	if (n > 1) { /* a list counts from column 0 */
		o->ntabs = n + 1;
		o->tabs[0] = 0;
		memcpy(o->tabs + 1, stops, n * sizeof(stops[0]));
	} else if (n == 1 || !err) { /* a list without any changes nothing */
		o->ntabs = 1;
		o->tabs[0] = n == 1 ? stops[0] : 8;
	}
	return true;
}

void tl_option_print_tabs(const struct tl_options *o, char *out, size_t size)
{
	size_t used;

	if (o->ntabs == 1) {
		snprintf(out, size, "Tab stops every %u spaces", o->tabs[0]);
		return;
	}
	used = (size_t)snprintf(out, size, "Tab stops %u", o->tabs[1]);
	for (unsigned i = 2; i < o->ntabs && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, ",%u", o->tabs[i]);
	if (used < size)
		snprintf(out + used, size - used, " and then every %u spaces",
			 o->tabs[o->ntabs - 1] - o->tabs[o->ntabs - 2]);
}

/* ---- -#: columns, or .N: a fraction of the width */

bool tl_option_parse_shift(struct tl_options *o, const char *text, struct tl_err *err)
{
	double fraction = 0;
	int n = 0;

	if (*text == '.') {
		if (!parse_fraction(text + 1, "-#", &fraction, err))
			return false;
	} else if (err && !tl_option_parse_number(&text, "-#", false, &n, err)) {
		return false;
	}
	o->shift = n;
	o->shift_fraction = fraction;
	return true;
}

void tl_option_print_shift(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->shift_fraction > 0)
		snprintf(out, size, "Horizontal shift %s of screen width",
			 print_fraction(o->shift_fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Horizontal shift %d columns", o->shift);
}

/* ---- --match-shift: likewise */

bool tl_option_parse_match_shift(struct tl_options *o, const char *text, struct tl_err *err)
{
	double fraction = -1;
	int n = 0;

	if (!err) { /* half of the screen */
		fraction = 0.5;
	} else if (*text == '.') {
		if (!parse_fraction(text + 1, "--match-shift", &fraction, err))
			return false;
	} else if (!tl_option_parse_number(&text, "--match-shift", false, &n, err)) {
		return false;
	}
	o->match_shift = n;
	o->match_shift_fraction = fraction;
	return true;
}

void tl_option_print_match_shift(const struct tl_options *o, char *out, size_t size)
{
	char fraction[16];

	if (o->match_shift_fraction >= 0)
		snprintf(out, size, "Search match shift is %s of screen width",
			 print_fraction(o->match_shift_fraction, fraction, sizeof(fraction)));
	else
		snprintf(out, size, "Search match shift is %d", o->match_shift);
}

/* ---- -P: a letter says which prompt, none means the short one */

bool tl_option_parse_prompt(struct tl_options *o, const char *text, struct tl_err *err)
{
	static const char letters[TL_NPROMPTS + 1] = "smM=hw";
	const char *which = *text ? strchr(letters, *text) : NULL;
	char **at = &o->prompt[which ? which - letters : TL_PROMPT_SHORT];
	char *copy;

	if (!err) {
		for (int i = 0; i < TL_NPROMPTS; i++) {
			free(o->prompt[i]);
			o->prompt[i] = NULL;
		}
		return true;
	}
	copy = strdup(which ? text + 1 : text);
	if (!copy)
		return tl_err_nomem(err);
	free(*at);
	*at = copy;
	return true;
}

static const char *prompt_name(const struct tl_options *o)
{
	static const char *const names[] = { "short", "medium", "long" };

	return names[o->prompt_kind];
}

void tl_option_print_prompt(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Prompt (%s): %s", prompt_name(o),
		 tl_prompt_proto(o, o->prompt_kind, TL_PROMPT_OF_TEXT));
}

/* ---- --end-prompt: as -P, for the same three prompts; "-" for none */

bool tl_option_parse_end_prompt(struct tl_options *o, const char *text, struct tl_err *err)
{
	static const char letters[] = "smM";
	const char *which = *text ? strchr(letters, *text) : NULL;
	char **at = &o->end_prompt[which ? which - letters : TL_PROMPT_SHORT];
	char *copy = NULL;

	if (!err)
		return true;
	text += which != NULL;
	if (*text && strcmp(text, "-") != 0) {
		copy = strdup(text);
		if (!copy)
			return tl_err_nomem(err);
	}
	free(*at);
	*at = copy;
	return true;
}

void tl_option_print_end_prompt(const struct tl_options *o, char *out, size_t size)
{
	const char *text = o->end_prompt[o->prompt_kind];

	snprintf(out, size, "Print after %s prompt: %s", prompt_name(o), text ? text : "(nothing)");
}

/* ---- -p: a search to begin with */

bool tl_option_parse_pattern(struct tl_options *o, const char *text, struct tl_err *err)
{
	if (err && o->more) /* more's is a command, for every file */
		tl_options_every_command(o, text);
	else if (err && !tl_options_first_search(o, text))
		return tl_err_nomem(err);
	return true;
}

/* ---- -": one or two quotes */

bool tl_option_parse_quotes(struct tl_options *o, const char *text, struct tl_err *err)
{
	if (strlen(text) > 2)
		return tl_err_set(err, "-\" must be followed by 1 or 2 chars");
	o->quotes[0] = err ? text[0] : '"';
	o->quotes[1] = err && text[0] && text[1] ? text[1] : o->quotes[0];
	o->quotes[2] = '\0';
	return true;
}

void tl_option_print_quotes(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "quotes %s", o->quotes);
}

/* ---- -D: a letter and a colour */

bool tl_option_parse_color(struct tl_options *o, const char *text, struct tl_err *err)
{
	int on = o->colors.on;

	if (err)
		return tl_colors_set(&o->colors, text, err);
	tl_colors_init(&o->colors);
	o->colors.on = on;
	return true;
}

/* It is shown, and not told. */
void tl_option_print_color(const struct tl_options *o, char *out, size_t size)
{
	*out = '\0';
}

/* ---- --rscroll */

/* A character, behind *d, *k, *s or *u where it is bold, blinks, stands out or is underlined. */
bool tl_option_parse_rscroll(struct tl_options *o, const char *text, struct tl_err *err)
{
	uint32_t flags = TL_OWN_STANDOUT;
	struct tl_char c;
	char mark[5] = ">";

	if (text[0] == '*' && text[1]) {
		flags = text[1] == 'd'   ? TL_OWN_BOLD
			: text[1] == 'k' ? TL_OWN_BLINK
			: text[1] == 's' ? TL_OWN_STANDOUT
			: text[1] == 'u' ? TL_OWN_UNDERLINE
					 : 0;
		text += 2;
	}
	if (!strcmp(text, "-")) {
		o->rscroll.text[0] = '\0';
		return true;
	}
	if (*text) {
		c = tl_char_at((const uint8_t *)text, strlen(text), TL_CHARSET_UTF8);
		if (c.width > 1)
			return tl_err_set(err, "cannot set rscroll to a wide character");
		if (c.kind != TL_CHAR_PRINT)
			return tl_err_set(err, "cannot set rscroll to a control character");
		mark[tl_char_encode(c.code, mark)] = '\0';
	}
	memcpy(o->rscroll.text, mark, sizeof(mark));
	o->rscroll.flags = flags;
	return true;
}

void tl_option_print_rscroll(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "rscroll character is %s", o->rscroll.text[0] ? o->rscroll.text : "-");
}

/* ---- --intr: a character, or ^ and one */

unsigned tl_options_intr_key(const struct tl_options *o)
{
	const char *s = o->intr && *o->intr ? o->intr : "^X";

	return s[0] == '^' && s[1] ? (unsigned char)s[1] & 0x1f : (unsigned char)s[0];
}

void tl_options_print_intr(const struct tl_options *o, char *out, size_t size)
{
	unsigned key = tl_options_intr_key(o);

	if (key == 0x1b)
		snprintf(out, size, "ESC");
	else if (key < ' ' || key == 0x7f)
		snprintf(out, size, "^%c", (int)(key ^ 0x40));
	else
		snprintf(out, size, "%c", (int)key);
}

void tl_option_print_intr(const struct tl_options *o, char *out, size_t size)
{
	char key[8];

	tl_options_print_intr(o, key, sizeof(key));
	snprintf(out, size, "interrupt character is %s", key);
}

/* ---- --slice: 1ms, 20us, 0.5s; without a unit: seconds */

bool tl_option_parse_folded(struct tl_options *o, const char *text, struct tl_err *err)
{
	o->folded = !*text                     ? TL_FOLDED_NOT
		    : !strcmp(text, "ns")      ? TL_FOLDED_NS
		    : !strcmp(text, "insns")   ? TL_FOLDED_INSNS
		    : !strcmp(text, "samples") ? TL_FOLDED_SAMPLES
		    : !strcmp(text, "periods") ? TL_FOLDED_PERIODS
					       : TL_FOLDED_WRONG;
	return o->folded != TL_FOLDED_WRONG ||
	       tl_err_set(err, "--folded counts ns, insns, samples or periods, not '%s'", text);
}

bool tl_option_parse_slice(struct tl_options *o, const char *text, struct tl_err *err)
{
	uint64_t ns = 0;

	if (*text && !tl_time_parse_width(text, &ns, err))
		return tl_err_prefix(err, "--slice: ");
	o->slice_ns = ns;
	return true;
}

void tl_option_print_slice(const struct tl_options *o, char *out, size_t size)
{
	char width[32];

	if (o->slice_ns == 0)
		snprintf(out, size, "Time slices are a hundredth of the text's duration");
	else
		snprintf(out, size, "Time slices are %s",
			 tl_time_print_span((int64_t)o->slice_ns, true, width) + 1);
}

/* ---- --spool-size: 500M, 1.5G; without a unit: bytes */

bool tl_option_parse_spool_size(struct tl_options *o, const char *text, struct tl_err *err)
{
	static const char units[] = "KMGT";
	const char *unit;
	double size = 0;
	char *end = NULL;

	if (*text) {
		size = strtod(text, &end);
		unit = *end ? strchr(units, *end & ~0x20) : NULL;
		for (const char *u = units; unit && u <= unit; u++)
			size *= 1024;
		end += unit != NULL;
		if (*text < '0' || *text > '9' || *end || !(size <= 1e18))
			return tl_err_set(err, "--spool-size: \"%s\" is no size (500M, 1.5G)",
					  text);
	}
	o->spool_size = (uint64_t)size;
	return true;
}

void tl_option_print_spool_size(const struct tl_options *o, char *out, size_t size)
{
	if (o->spool_size == 0)
		snprintf(out, size, "The spool may grow until the disk is nearly full");
	else
		snprintf(out, size, "The spool may grow to %.6g MiB",
			 (double)o->spool_size / (1 << 20));
}

/* ---- -k, --lesskey-src, --lesskey-content: read at once */

bool tl_option_parse_lesskey_file(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_compiled(text, err);
}

bool tl_option_parse_lesskey_src(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_source(text, err);
}

bool tl_option_parse_lesskey_content(struct tl_options *o, const char *text, struct tl_err *err)
{
	return !err || tl_keyfiles_add_content(text, err);
}

/* ---- -T */

void tl_option_print_tag_file(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Tags file \"%s\"", o->tag_file ? o->tag_file : "tags");
}

/* ---- --autosave */

void tl_option_print_autosave(const struct tl_options *o, char *out, size_t size)
{
	snprintf(out, size, "Autosave actions: %s", o->autosave ? o->autosave : "-");
}

void tl_option_print_unsearched(const struct tl_options *o, char *out, size_t size)
{
	static const char *const says[] = {
		[0] = "Search includes header lines and columns",
		[TL_UNSEARCHED_LINES] = "Search includes header columns but not header lines",
		[TL_UNSEARCHED_COLS] = "Search includes header lines but not header columns",
		[TL_UNSEARCHED_LINES | TL_UNSEARCHED_COLS] =
		    "Search does not include header lines or columns",
	};

	snprintf(out, size, "%s", says[o->no_search_headers]);
}
