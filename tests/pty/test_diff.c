/*
 * The pager against less(1): the same keys over the same files, screens compared after each.
 *
 * Scripted walks cover the commands; random walks (fixed seeds, DIFF_WALKS=N for more) cover
 * their combinations.  All walks are done and all differences printed before a test fails.
 * Keys that mean something else in less 590 are left out, each where it would stand, and listed
 * in docs/less-differences.md.
 */
#include "tests/pty/diff.h"

#include <stdlib.h>
#include <string.h>

static struct fixture f;
static int ndiffs;

static void check_less(void)
{
	if (!diff_less())
		skip();
}

/* ---- inputs */

static void make_long(FILE *to)
{
	for (int i = 1; i <= 120; i++) {
		fprintf(to, "%d:", i);
		for (int j = 0; j < i * 7 % 400; j++)
			fputc(j % 10 == 9 ? ' ' : 'a' + j % 26, to);
		fputc('\n', to);
		if (i == 60)
			for (int j = 0; j < 300; j++)
				fprintf(to, "word%d%s", j, j == 299 ? "\n" : " ");
	}
}

static void make_tabs(FILE *to)
{
	for (int i = 1; i <= 60; i++)
		fprintf(to, "%.*s\tb\t\tc%d\t%.*s\tend\n", i % 17, "aaaaaaaaaaaaaaaaa", i, i,
			"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd");
}

static void make_wide(FILE *to)
{
	for (int i = 1; i <= 60; i++) {
		fprintf(to, "%d%.*s", i, i % 5, "xxxxx");
		for (int j = 0; j < 10 + i; j++)
			fputs("\xe4\xb8\xad\xe6\x96\x87", to);
		fputs(" a\xcc\x81t\xc3\xa9 n\xcc\x83 eo\n", to);
	}
}

static void make_overstrike(FILE *to)
{
	for (int i = 1; i <= 60; i++)
		fprintf(to,
			"%d N\bNA\bAM\bME\bE  _\bf_\bi_\bl_\be o\bo\b+plain _\b_x\b_ "
			"h\bhe\bel\blp\bp +\bo\n",
			i);
}

static void make_sgr(FILE *to)
{
	for (int i = 1; i <= 60; i++)
		fprintf(to,
			"%d \033[1;31mred bold\033[0m plain \033[4munder\033[24m "
			"\033[38;5;%dmcolour\033[m \033[7mreverse\033[27m "
			"\033[32mgreen to the end of a line that is longer than the screen is "
			"wide, so it wraps\033[0m\n",
			i, i);
}

static void make_crlf(FILE *to)
{
	for (int i = 1; i <= 60; i++)
		fprintf(to, "line %d\r\n%s", i, i % 9 ? "" : "lone \r in the middle\r\n");
}

static void make_control(FILE *to)
{
	for (int i = 1; i <= 40; i++)
		fprintf(to,
			"%d \xc2\x85 \001\002 bell\007 esc\033x del\177 \xff\xfe \xc3( "
			"\xe2\x82\n",
			i);
}

static void make_blank(FILE *to)
{
	for (int i = 1; i <= 60; i++)
		fprintf(to, "line %d\n%.*s", i, i % 6, "\n\n\n\n\n\n");
}

static void make_code(FILE *to)
{
	for (int i = 1; i <= 20; i++)
		fprintf(to, "int f%d(int a)\n{\n\tif (a[%d]) {\n\t\treturn g(a, (%d));\n\t}\n}\n\n",
			i, i, i);
}

static void make_plain(FILE *to)
{
	for (int i = 1; i <= 300; i++)
		fprintf(to, "line %d of the plain file%s\n", i, i % 7 ? "" : ", a seventh Word");
}

static void make_short(FILE *to)
{
	fputs("one\ntwo\nthree\nfour\nfive\n", to);
}

static void make_nonl(FILE *to)
{
	fputs("one\ntwo\nno newline at the end", to);
}

static void make_empty(FILE *to)
{
}

static const struct {
	const char *name;
	void (*make)(FILE *to);
} inputs[] = {
	{ "plain", make_plain },
	{ "long", make_long },
	{ "tabs", make_tabs },
	{ "wide", make_wide },
	{ "overstrike", make_overstrike },
	{ "-f sgr", make_sgr },
	{ "crlf", make_crlf },
	{ "control", make_control },
	{ "blank", make_blank },
	{ "code", make_code },
	{ "short", make_short },
	{ "nonl", make_nonl },
	{ "empty", make_empty },
};

static int set_up(void **state)
{
	fixture_init(&f);
	ndiffs = 0;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		FILE *to = fopen(fixture_path(&f, inputs[i].name), "w");

		inputs[i].make(to);
		fclose(to);
	}
	return 0;
}

static int tear_down(void **state)
{
	fixture_fini(&f);
	return 0;
}

/* ---- scripted walks: words are groups of keys, typed one after the other */

static void walk(const char *args, const char *keys)
{
	char copy[2048], *rest = copy, *group;
	struct diff d;

	snprintf(copy, sizeof(copy), "%s", keys);
	diff_open(&d, &f, args);
	d.colors = strstr(args, "-R") != NULL;
	while ((group = strsep(&rest, " ")))
		if (*group && !diff_keys(&d, group))
			break;
	ndiffs += d.differs || d.prompt_differs;
	diff_close(&d);
}

/* A walk on which less 590 goes otherwise. */
static void walk_new(const char *args, const char *keys)
{
	if (diff_less_is_new())
		walk(args, keys);
}

static void check_walks(void)
{
	if (ndiffs)
		fail_msg("%d walks differ", ndiffs);
}

#define MOVES_1                                                                                   \
	"j j k 5j 3k <Space> b d u f <Enter> e y ^N ^P ^E ^Y ^F ^B ^V <Esc>v 10z z w 4d d u G k " \
	"j g 20g "
#define MOVES_2                                                                                   \
	"<Down> <Up> <PageDown> <PageUp> <End> <Home> 3<Space> r R ^L J J K K <Esc><Space> g 2G " \
	"G <Space> <Space> j g k b G J J K g"
#define MOVES MOVES_1 "50% 33p " MOVES_2

static void moves(void **state)
{
	check_less();
	walk("plain", MOVES);
	walk("long", MOVES);
	walk("-S long", MOVES);
	walk("-N long", MOVES);
	walk("-M plain", MOVES);
	walk("-m long", MOVES);
	walk("tabs", MOVES);
	walk("wide", MOVES);
	walk("blank", MOVES);
	walk("-s blank", MOVES);
	walk_new("short", MOVES);
	walk_new("nonl", MOVES);
	walk("empty", MOVES_1 MOVES_2); /* without N% */
	walk("crlf", MOVES);
	walk("-f control", MOVES);
	walk("overstrike", MOVES);
	walk("-R sgr", MOVES);
	check_walks();
}

static void options(void **state)
{
	static const char *const args[] = {
		"-S long",
		"-x4 tabs",
		"-x3,9,20 tabs",
		"-N -S long",
		"-s blank",
		"-U overstrike",
		"-r short",
		"-R sgr",
		"-f sgr",
		"-c plain",
		"-C plain",
		"-e short",
		"-X plain",
		"-g plain",
		"-G plain",
		"-i plain",
		"-~ short",
		"-y5 plain",
		"-z10 plain",
		"-h3 plain",
		"-j5 plain",
		"-#10 -S long",
		"-J plain",
		"-Ps%f\\:%lt\\:%lb\\:%L plain",
		"-P?f%f:none. plain",
		"-F plain",
		"--tilde short",
		"--line-numbers long",
	};

	check_less();
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		walk(args[i], "j <Space> d k b G k u g <Right> j <Left> 5g");
	walk_new("-U tabs", "j <Space> d k b G k u g <Right> j <Left> 5g");
	walk_new("-M wide", "j <Space> d k b G k u g <Right> j <Left> 5g");
	walk("-u overstrike", "j <Space> d k b G k u g 5g"); /* without <Right> */
	check_walks();
}

static void starting_commands(void **state)
{
	static const char *const args[] = { "+20 plain",       "+G plain",   "+/seventh plain",
					    "-pseventh plain", "+50% plain", "+g plain",
					    "++5 plain short" };

	check_less();
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		walk(args[i], "j k :n j g");
	check_walks();
}

static void shifts(void **state)
{
	check_less();
	walk_new("-S long", "<Right> <Right> j <Left> 10<Right> <Space> <Left> <Esc>) <Esc>( "
			    "<Right> G g <Esc>} <Esc>{ 5<Left>");
	walk_new("-S wide", "<Right> 7<Right> <Right> j <Left> <Left> <Left>");
	walk("-S tabs", "3<Right> <Right> <Right> j <Left>");
	walk("-S -R sgr", "10<Right> <Right> <Right> j <Left>");
	walk("-S -N long", "10<Right> <Right> <Right> j <Left>");
	walk("long", "<Right> <Right> <Left> <Left>");
	check_walks();
}

static void searches(void **state)
{
	check_less();
	walk("plain", "/line<Space>5 <Enter> n n N 3n ?seventh<Enter> n N /nowhere<Enter> "
		      "<Enter> j /<Enter> ?<Enter>");
	walk("plain", "/seventh<Enter> n <Esc>u n j <Esc>u G n ?line<Space>1<Enter> n");
	walk("plain", "/WORD<Enter> <Enter> -i<Enter> /WORD<Enter> /word<Enter> -I<Enter> "
		      "/WORD<Enter>");
	walk("plain", "2/seventh<Enter> 3?plain<Enter> /!plain<Enter> <Enter> /^R.<Enter> <Enter>");
	walk("plain", "/line<Space>[0-9]*7<Space><Enter> n n /^line<Enter> n /file$<Enter> n "
		      "/a|of<Enter> n /(<Enter> <Enter>");
	walk("plain", "/sev<BS>venx<BS><Left><Left><Right>z<Enter> <Enter> /abc^U <Enter>");
	walk("plain", "G ?line<Space>299<Enter> n n /file<Enter> n n");
	walk("-i plain", "/word<Enter> n N /Word<Enter> n");
	walk("-a plain", "/line<Enter> n n ?line<Enter> n n");
	walk("-g plain", "/line<Enter> n n");
	walk("-G plain", "/line<Enter> n n");
	walk("-J plain", "/seventh<Enter> n n");
	walk("-j5 plain", "/seventh<Enter> n n N G n");
	walk("long", "/word12<Enter> n n /word150<Enter> N ?word2<Enter>");
	walk("overstrike", "/NAME<Enter> n /file<Enter> n");
	walk("-R sgr", "/bold<Space>plain<Enter> n /green<Enter> n");
	walk("wide", "/\xe6\x96\x87\xe4\xb8\xad<Enter> n n");
	walk("crlf", "/line<Space>9$<Enter> /line<Space>9<Enter> n");
	walk("plain short", "/*three<Enter> n");
	check_walks();
}

static void filters(void **state)
{
	check_less();
	walk("plain", "&seventh<Enter> j <Space> G g b & <Enter> j");
	walk("plain", "&!seventh<Enter> <Space> G b &<Enter> g");
	walk("plain", "&nowhere<Enter> j"); /* without &<Enter> */
	walk("-N plain", "&seventh<Enter> j <Space> G g /17<Enter> 10g &<Enter>");
	walk("long", "&word<Enter> j k G &<Enter>");
	check_walks();
}

static void marks(void **state)
{
	check_less();
	walk("plain", "50g ma G 'a '' '' '^ '$ 100g mb 'a 'b ^X^Xa 'z <Enter> j");
	walk("-J plain", "50g ma j j mb k <Esc>ma g 'b 'a");
	walk("plain", "100g Ma j 'a MA g 'A");
	check_walks();
}

/* What tless has not got yet; a walk here begins to pass when it has. */
static void only_in_less(void **state)
{
	skip(); /* brackets, -w and -W */
	walk("code", "j { j } 3g { <Enter> G } g ( j ( 4g [ ] <Esc>^F{} 2j <Esc>^B{}");
	walk("-w plain", "j <Space> d k b G k u g");
	walk("-W plain", "j <Space> d k b G k u g");
	check_walks();
}

static void files(void **state)
{
	check_less();
	walk("plain short long", ":n j :n :n <Enter> :p :p :p <Enter> 3:n 2:x :x :f <Enter> = "
				 "<Enter> :n :d j :p");
	walk("plain short", "= :n = :e<Space>long<Enter> j :p :p");
	walk_new("plain short", "^X^Vlong<Enter> :e<Space>nofile<Enter> <Enter> j :n :p");
	walk("plain nofile short", ":n <Enter> :n :p");
	walk_new("-M plain short long", "j :n G :n :p <Space>");
	check_walks();
}

static void toggles(void **state)
{
	check_less();
	walk_new("long",
		 "-N <Enter> j -N <Enter> -S <Enter> <Right> -S <Enter> _N <Enter> _i <Enter> "
		 "-M <Enter> j -m <Enter> j -+M <Enter> j");
	walk_new("tabs", "-x4<Enter> <Enter> j -x<Enter> <Enter> _x <Enter> j");
	walk_new("plain",
		 "--line-numbers<Enter> <Enter> j --LINE-NUMBERS<Enter> <Enter> -j5<Enter> "
		 "<Enter> 50g __tabs<Enter> <Enter> --nosuch<Enter> <Enter>");
	walk_new("plain",
		 "-Psprompt%f<Enter> j -y3<Enter> <Enter> j <Space> -z5<Enter> <Enter> <Space>");
	walk("plain", "-Q <Enter> -^ <Enter> -$ <Enter> -!N <Enter> j");
	walk_new("overstrike", "-u <Enter> j -U <Enter> j -u <Enter>");
	walk("-f sgr", "-R <Enter> j -r <Enter> j");
	walk("blank", "-s <Enter> j -s <Enter>");
	walk("short", "-~ <Enter> j -~ <Enter>");
	check_walks();
}

static void other_keys(void **state)
{
	check_less();
	walk("plain", "= <Enter> j = j :f j 12= <Enter>");
	walk("plain", "V <Enter> j");
	walk_new("plain", "Z j :z j ^X j <Esc>z j");
	walk("plain", "1234567890j g 5<BS>7j");
	walk("plain", "100P 1000P 0P P 99999P");
	walk_new("plain", ": j :<BS> j / <BS> j /ab<BS><BS><BS> j");
	walk("plain", "+5 j , j # j");
	check_walks();
}

/* ---- random walks */

#define NOT_FOUND_COLS 50 /* "Pattern not found: WORD  (press RETURN)" fits */

static uint32_t rng;

static uint32_t below(uint32_t n) /* xorshift32 */
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng % n;
}

/* Kinds of keys that cannot all meet in one walk, because of a listed difference. */
enum {
	JUMP = 1 << 0,     /* or to force empty rows */
	SIDEWAYS = 1 << 1, /* shifts, and lines that are chopped */
	SEARCH = 1 << 2,
	MISS = 1 << 3, /* a pattern that is found in few places */
	FILTER = 1 << 5,
	SQUEEZE = 1 << 6,
	NUMBERS = 1 << 7,
	STRIKE = 1 << 8, /* -u */
	/* The screen may begin within a line. */
	WRAPPED = SIDEWAYS | SEARCH | NUMBERS,
};

static const struct {
	const char *keys;
	unsigned kind;
} random_keys[] = {
	{ "j", 0 },
	{ "j", 0 },
	{ "j", 0 },
	{ "k", 0 },
	{ "k", 0 },
	{ "k", 0 },
	{ "<Space>", 0 },
	{ "b", 0 },
	{ "d", 0 },
	{ "u", 0 },
	{ "f", 0 },
	{ "y", 0 },
	{ "e", 0 },
	{ "5j", 0 },
	{ "7k", 0 },
	{ "2<Space>", 0 },
	{ "3b", 0 },
	{ "4d", 0 },
	{ "r", 0 },
	{ "z", 0 },
	{ "w", 0 },
	{ "J", JUMP },
	{ "K", JUMP },
	{ "<PageDown>", 0 },
	{ "<PageUp>", 0 },
	{ "-M<Enter>", NUMBERS },
	{ "G", 0 },
	{ "G", 0 },
	{ "g", 0 },
	{ "1G", JUMP },
	{ "12g", JUMP },
	{ "33g", JUMP },
	{ "50%", JUMP },
	{ "97%", JUMP },
	{ "<Right>", SIDEWAYS },
	{ "9<Right>", SIDEWAYS },
	{ "<Left>", SIDEWAYS },
	{ "<Home>", SIDEWAYS },
	{ "<End>", SIDEWAYS },
	{ "/e<Enter>", SEARCH },
	{ "?o<Enter>", SEARCH },
	{ "n", SEARCH },
	{ "3n", SEARCH },
	{ "N", SEARCH },
	{ "-i<Enter>", SEARCH },
	{ "/WORD<Enter>", MISS },
	{ "&e<Enter>", FILTER },
	{ "&<Enter>", FILTER },
	{ "-s<Enter>", SQUEEZE },
	{ "-N<Enter>", NUMBERS },
	{ "-u<Enter>", STRIKE },
};

/* Command lines, and what cannot be typed to them. */
static const struct {
	const char *args;
	unsigned avoid;
} random_args[] = {
	{ "plain", 0 },
	{ "long", WRAPPED },
	{ "-S long", SEARCH },
	{ "-N long", WRAPPED },
	{ "tabs", WRAPPED },
	{ "-S wide", SEARCH },
	{ "-S -N long", SEARCH },
	{ "-S tabs", SEARCH },
	{ "-S overstrike", SEARCH | STRIKE },
	{ "overstrike", SIDEWAYS | STRIKE },
	{ "-R sgr", WRAPPED },
	{ "crlf", STRIKE },
	{ "-f control", WRAPPED },
	{ "blank", SQUEEZE },
	{ "code", SQUEEZE },
	{ "short", 0 },
	{ "-j7 plain", FILTER },
	{ "-i -S -R sgr", SEARCH },
	{ "-x3 tabs", WRAPPED },
	{ "-h2 -y4 plain", 0 },
};

/* The kinds of keys left out of a walk: of two that cannot meet, one. */
static unsigned choose_kinds(unsigned avoid)
{
	avoid |= avoid & (SEARCH | SIDEWAYS) ? 0 : below(2) ? SEARCH : SIDEWAYS;
	avoid |= below(2) ? JUMP | NUMBERS : FILTER;
	if (avoid & SEARCH)
		avoid |= MISS;
	else
		avoid |= STRIKE | FILTER;
	return avoid;
}

static const char *random_key(unsigned avoid)
{
	for (;;) {
		size_t i = below(sizeof(random_keys) / sizeof(random_keys[0]));

		if (!(random_keys[i].kind & avoid))
			return random_keys[i].keys;
	}
}

static void random_walk(int seed)
{
	struct diff d;
	unsigned avoid;
	size_t args;

	rng = (uint32_t)seed * 2654435761u;
	args = below(sizeof(random_args) / sizeof(random_args[0]));
	avoid = choose_kinds(random_args[args].avoid);
	if (!diff_less_is_new()) /* -M tells the column only in newer ones */
		avoid |= avoid & SIDEWAYS ? 0 : NUMBERS;
	f.opts.rows = 8 + (int)below(27); /* -j7 fits */
	f.opts.cols = 40 + (int)below(80);
	if (!(avoid & SEARCH) && f.opts.cols < NOT_FOUND_COLS)
		f.opts.cols = NOT_FOUND_COLS; /* as long a message in both */
	diff_open(&d, &f, random_args[args].args);
	d.colors = strstr(d.args, "-R") != NULL;
	/* From then on n has a pattern that is not one of & */
	for (int i = avoid & SEARCH || !diff_keys(&d, "/e<Enter>") ? 1 : 0; i < 60; i++) {
		if (!diff_keys(&d, random_key(avoid)))
			break;
		if (diff_wide_message(&d))
			diff_keys(&d, "<Enter>");
	}
	if (d.differs || d.prompt_differs)
		fprintf(stderr, "  (walk %d, %dx%d)\n", seed, f.opts.cols, f.opts.rows);
	ndiffs += d.differs || d.prompt_differs;
	diff_close(&d);
}

static void random_walks(void **state)
{
	const char *more = getenv("DIFF_WALKS");
	int walks = more ? atoi(more) : 20;

	check_less();
	for (int seed = 1; seed <= walks; seed++)
		random_walk(seed);
	check_walks();
}

#define WALK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WALK(moves),   WALK(options),      WALK(starting_commands),
		WALK(shifts),  WALK(searches),     WALK(filters),
		WALK(marks),   WALK(only_in_less), WALK(files),
		WALK(toggles), WALK(other_keys),   WALK(random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
