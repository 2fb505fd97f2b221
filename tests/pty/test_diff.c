/*
 * The pager against less(1): the same keys over the same files, screens compared after each.
 *
 * Scripted walks cover the commands; random walks (fixed seeds, DIFF_WALKS=N for more) cover
 * their combinations.  All walks are done and all differences printed before a test fails.
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
		fputs(" e\xcc\x81t\xc3\xa9 n\xcc\x83\n", to);
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
			"%d \001\002 bell\007 esc\033x del\177 \xff\xfe \xc3( \xe2\x82 "
			"\xc2\x85\n",
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

static void check_walks(void)
{
	if (ndiffs)
		fail_msg("%d walks differ", ndiffs);
}

#define MOVES                                                                                     \
	"j j k 5j 3k <Space> b d u f <Enter> e y ^N ^P ^E ^Y ^F ^B ^V <Esc>v 10z z w 4d d u G k " \
	"j g 20g 50% 33p <Down> <Up> <PageDown> <PageUp> <End> <Home> 3<Space> r R ^L J J K K "   \
	"<Esc><Space> g 2G G <Space> <Space> j g k b G J J K g"

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
	walk("short", MOVES);
	walk("nonl", MOVES);
	walk("empty", MOVES);
	walk("crlf", MOVES);
	walk("-f control", MOVES);
	walk("control", "y j G");
	walk("control", "n");
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
		"-u overstrike",
		"-U overstrike",
		"-U tabs",
		"-r short",
		"-R sgr",
		"-f sgr",
		"-c plain",
		"-C plain",
		"-e short",
		"-w plain",
		"-W plain",
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
		"-M wide",
		"-F plain",
		"--tilde short",
		"--line-numbers long",
	};

	check_less();
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		walk(args[i], "j <Space> d k b G k u g <Right> j <Left> 5g");
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
	walk("-S long", "<Right> <Right> j <Left> 10<Right> <Space> <Left> <Esc>) <Esc>( "
			"<Right> G g <Esc>} <Esc>{ 5<Left>");
	walk("-S wide", "<Right> 7<Right> <Right> j <Left> <Left> <Left>");
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
	walk("-S long", "/word250<Enter> n N");
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
	walk("plain", "&nowhere<Enter> j &<Enter>");
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

static void brackets(void **state)
{
	check_less();
	walk("code", "j { j } 3g { <Enter> G } g ( j ( 4g [ ] <Esc>^F{} 2j <Esc>^B{}");
	check_walks();
}

static void files(void **state)
{
	check_less();
	walk("plain short long", ":n j :n :n <Enter> :p :p :p <Enter> 3:n 2:x :x :f <Enter> = "
				 "<Enter> :n :d j :p");
	walk("plain short", "= :n = :e<Space>long<Enter> j :p :p");
	walk("plain short", "^X^Vlong<Enter> :e<Space>nofile<Enter> <Enter> j :n :p");
	walk("plain nofile short", ":n <Enter> :n :p");
	walk("-M plain short long", "j :n G :n :p <Space>");
	check_walks();
}

static void toggles(void **state)
{
	check_less();
	walk("long", "-N <Enter> j -N <Enter> -S <Enter> <Right> -S <Enter> _N <Enter> _i <Enter> "
		     "-M <Enter> j -m <Enter> j -+M <Enter> j");
	walk("tabs", "-x4<Enter> <Enter> j -x<Enter> <Enter> _x <Enter> j");
	walk("plain", "--line-numbers<Enter> <Enter> j --LINE-NUMBERS<Enter> <Enter> -j5<Enter> "
		      "<Enter> 50g __tabs<Enter> <Enter> --nosuch<Enter> <Enter>");
	walk("plain",
	     "-Psprompt%f<Enter> j -y3<Enter> <Enter> j <Space> -z5<Enter> <Enter> <Space>");
	walk("plain", "-Q <Enter> -^ <Enter> -$ <Enter> -!N <Enter> j");
	walk("overstrike", "-u <Enter> j -U <Enter> j -u <Enter>");
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
	walk("plain", "Z j :z j ^X j <Esc>z j");
	walk("plain", "1234567890j g 5<BS>7j 12<Esc><Esc> j 12^G j");
	walk("plain", "100P 1000P 0P P 99999P");
	walk("plain", ": j :<BS> j / <BS> j /ab<BS><BS><BS> j");
	walk("plain", "+5 j , j # j");
	check_walks();
}

/* ---- random walks */

static uint32_t rng;

static uint32_t below(uint32_t n) /* xorshift32 */
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng % n;
}

static const char *const random_keys[] = {
	"j",         "k",
	"j",         "k",
	"<Space>",   "b",
	"d",         "u",
	"f",         "y",
	"e",         "5j",
	"7k",        "2<Space>",
	"3b",        "4d",
	"G",         "g",
	"12g",       "50%",
	"97%",       "<Right>",
	"<Left>",    "9<Right>",
	"-S<Enter>", "-N<Enter>",
	"/e<Enter>", "n",
	"N",         "?o<Enter>",
	"ma",        "'a",
	"''",        "3n",
	"r",         "<Home>",
	"<End>",     "<PageDown>",
	"<PageUp>",  "J",
	"K",         "&e<Enter>",
	"&<Enter>",  "<Esc>u",
	"-i<Enter>", "/WORD<Enter>",
	"=",         "w",
	"-s<Enter>", "33g",
	"G",         "k",
	"-u<Enter>", "-M<Enter>",
	"z",         "1G",
};

static void random_walks(void **state)
{
	static const char *const args[] = {
		"plain",      "long",     "-S long",      "-N long",  "tabs",
		"wide",       "-S wide",  "overstrike",   "-R sgr",   "crlf",
		"-f control", "-s blank", "code",         "short",    "-M -N wide",
		"-j7 plain",  "-c long",  "-i -S -R sgr", "-x3 tabs", "-h2 -y4 plain",
	};
	const char *more = getenv("DIFF_WALKS");
	int walks = more ? atoi(more) : 20;

	check_less();
	for (int seed = 1; seed <= walks; seed++) {
		struct diff d;

		rng = (uint32_t)seed * 2654435761u;
		f.opts.rows = 5 + (int)below(30);
		f.opts.cols = 20 + (int)below(100);
		diff_open(&d, &f, args[below(sizeof(args) / sizeof(args[0]))]);
		d.colors = strstr(d.args, "-R") != NULL;
		for (int i = 0; i < 60; i++)
			if (!diff_keys(
				&d,
				random_keys[below(sizeof(random_keys) / sizeof(random_keys[0]))]))
				break;
		if (d.differs || d.prompt_differs)
			fprintf(stderr, "  (walk %d, %dx%d)\n", seed, f.opts.cols, f.opts.rows);
		ndiffs += d.differs || d.prompt_differs;
		diff_close(&d);
	}
	check_walks();
}

#define WALK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WALK(moves),   WALK(options),    WALK(starting_commands),
		WALK(shifts),  WALK(searches),   WALK(filters),
		WALK(marks),   WALK(brackets),   WALK(files),
		WALK(toggles), WALK(other_keys), WALK(random_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
