/* callreaders.c: see callreaders.h. */
#include "index/callreaders.h"

#include "index/callduration.h"
#include "index/digits.h"

#include <string.h>
#include <xxhash.h>

/* ---- words */

static void skip_blanks(struct tl_callrest *r)
{
	while (r->p < r->end && *r->p == ' ')
		r->p++;
}

static void trim(struct tl_callrest *r)
{
	while (r->end > r->p && (r->end[-1] == ' ' || r->end[-1] == '\r' || r->end[-1] == '\t'))
		r->end--;
}

static bool begins(const struct tl_callrest *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(r->end - r->p) >= n && memcmp(r->p, word, n) == 0;
}

static bool ends(const struct tl_callrest *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(r->end - r->p) >= n && memcmp(r->end - n, word, n) == 0;
}

static const uint8_t *find(struct tl_callrest r, const char *word)
{
	size_t n = strlen(word);

	return r.p < r.end ? memmem(r.p, (size_t)(r.end - r.p), word, n) : NULL;
}

static bool take_number(struct tl_callrest *r, uint64_t *out)
{
	const uint8_t *begin = r->p;

	for (*out = 0; r->p < r->end && tl_is_digit(*r->p) && r->p - begin < 12; r->p++)
		*out = *out * 10 + (uint64_t)(*r->p - '0');
	return r->p > begin;
}

/* The number that ends at `end`. */
static bool number_before(const uint8_t *begin, const uint8_t *end, uint64_t *out)
{
	struct tl_callrest r = { end, end };

	while (r.p > begin && tl_is_digit(r.p[-1]))
		r.p--;
	return take_number(&r, out) && r.p == end;
}

/* How deep a name is indented; r is at the name then. */
static int32_t take_indent(struct tl_callrest *r, unsigned blanks_a_level)
{
	const uint8_t *begin = r->p;

	skip_blanks(r);
	return (int32_t)((size_t)(r->p - begin) / blanks_a_level);
}

/* Likewise, two blanks a level; levels beyond the blanks as "{+3} ", as our own views have it.  No deeper than blanks
 * could tell. */
static int32_t take_levels(struct tl_callrest *r)
{
	int32_t depth = take_indent(r, 2);
	struct tl_callrest at = *r;
	uint64_t more;

	if (!begins(&at, "{+"))
		return depth;
	at.p += 2;
	if (!take_number(&at, &more) || !begins(&at, "} "))
		return depth;
	r->p = at.p + 2;
	return depth + (int32_t)(more < TL_CALLFORM_LINE ? more : TL_CALLFORM_LINE);
}

/* Without `+12` or `+0x1f` behind it. */
static void set_name(struct tl_callread *out, struct tl_callrest name)
{
	const uint8_t *plus;

	trim(&name);
	plus = name.p < name.end ? memrchr(name.p, '+', (size_t)(name.end - name.p)) : NULL;
	if (plus && plus > name.p && plus + 1 < name.end && tl_is_digit(plus[1]))
		name.end = plus;
	out->name = (struct tl_span){ name.p, (size_t)(name.end - name.p) };
	out->line.function = out->name.len ? XXH3_64bits(name.p, out->name.len) | 1 : 0;
}

static void set(struct tl_callread *out, enum tl_callkind kind, int32_t depth,
		struct tl_callrest name)
{
	out->line.kind = kind;
	out->line.depth = depth;
	set_name(out, name);
}

static void set_nameless(struct tl_callread *out, enum tl_callkind kind, int32_t depth)
{
	set(out, kind, depth, (struct tl_callrest){ NULL, NULL });
}

/* ---- who, where, when: "comm-17  [003] d..1 12.345678:", "comm  17 [003] 12.345678901:" */

/* Does a time like 12.345678 end at `end`, before a ':'?  Where it begins. */
static const uint8_t *time_before(const uint8_t *begin, const uint8_t *end)
{
	const uint8_t *p = end;
	unsigned points = 0;

	while (p > begin && (tl_is_digit(p[-1]) || (p[-1] == '.' && points++ == 0)))
		p--;
	return points == 1 && tl_is_digit(*p) && p < end && tl_is_digit(end[-1]) &&
		       (p == begin || p[-1] == ' ')
		   ? p
		   : NULL;
}

/* "[003]" ends at *end: its number, *end is its beginning. */
static bool take_cpu_before(const uint8_t *begin, const uint8_t **end, uint64_t *cpu)
{
	const uint8_t *p = *end;

	if (p - begin < 3 || p[-1] != ']' || !number_before(begin, p - 1, cpu))
		return false;
	p -= 2;
	while (p > begin && tl_is_digit(*p))
		p--;
	if (*p != '[')
		return false;
	*end = p;
	return true;
}

static const uint8_t *back_over_blanks(const uint8_t *begin, const uint8_t *end)
{
	while (end > begin && end[-1] == ' ')
		end--;
	return end;
}

/* "17", "a-17", "17/17" */
static bool is_tid_before(const uint8_t *begin, const uint8_t *end)
{
	const uint8_t *p = end;

	while (p > begin && tl_is_digit(p[-1]))
		p--;
	return p < end && p > begin && (p[-1] == ' ' || p[-1] == '-' || p[-1] == '/');
}

/* The name before a number: "comm-17", "comm  17", "comm  17/17". */
static struct tl_span name_before(const uint8_t *begin, const uint8_t *end)
{
	while (end > begin && tl_is_digit(end[-1]))
		end--;
	if (end > begin && end[-1] == '/') {
		end--;
		while (end > begin && tl_is_digit(end[-1]))
			end--;
	} else if (end > begin && end[-1] == '-') {
		end--;
	}
	end = back_over_blanks(begin, end);
	while (begin < end && *begin == ' ')
		begin++;
	return (struct tl_span){ begin, (size_t)(end - begin) };
}

/* The task that is told before `end`.  False: there is none. */
static bool task_before(const uint8_t *begin, const uint8_t *time, struct tl_callread *out)
{
	uint64_t *thread = &out->line.thread;
	const uint8_t *end = time;
	uint64_t cpu = 0;

	for (int words = 0; words < 3; words++) { /* d..1 and the like are between */
		end = back_over_blanks(begin, end);
		if (take_cpu_before(begin, &end, &cpu)) {
			end = back_over_blanks(begin, end);
			break;
		}
		if (is_tid_before(begin, end))
			break;
		while (end > begin && end[-1] != ' ')
			end--;
		take_number(&(struct tl_callrest){ end, time }, &cpu); /* of "1d..1." */
	}
	if (!number_before(begin, end, thread))
		return false;
	out->task = name_before(begin, end);
	if (*thread == 0)
		*thread = TL_CALL_IS_IDLE | cpu;
	return true;
}

/* The task at the beginning of a line, up to its time and colon; *r is behind that. */
static bool take_task(struct tl_callrest *r, struct tl_callread *out)
{
	for (const uint8_t *p = r->p; (p = memchr(p, ':', (size_t)(r->end - p))); p++) {
		const uint8_t *time = time_before(r->p, p);

		if (!time)
			continue;
		if (!task_before(r->p, time, out))
			return false;
		r->p = p + 1;
		return true;
	}
	return false;
}

/* ---- names in braces: function_graph, uftrace, the view `graph` */

static struct tl_callrest without_module(struct tl_callrest name)
{
	const uint8_t *p;

	trim(&name);
	if (ends(&name, "]") && (p = find(name, " [")))
		name.end = p;
	return name;
}

static bool is_word(uint8_t c)
{
	return tl_is_digit(c) || (uint8_t)((c | 0x20) - 'a') < 26 || c == '_';
}

/* Behind "operator" and what it is that it does, as in "operator<<", "operator()"; NULL: it is none. */
static const uint8_t *behind_operator(const uint8_t *begin, struct tl_callrest r)
{
	if ((r.p > begin && is_word(r.p[-1])) || !begins(&r, "operator"))
		return NULL;
	r.p += strlen("operator");
	if (begins(&r, "()"))
		return r.p + 2;
	while (r.p < r.end && strchr("<>=-+*/%^&|!~,[]", *r.p))
		r.p++;
	return r.p;
}

/* "name(1, 2) = 3", "name [module]()", "a<int (int)>::b(int) const": up to the parentheses that are no
 * part of the name. */
static struct tl_callrest name_called(struct tl_callrest r)
{
	const uint8_t *begin = r.p, *behind;
	size_t nested = 0;

	for (struct tl_callrest at = r; at.p < at.end; at.p++) {
		if (*at.p == 'o' && (behind = behind_operator(begin, at))) {
			at.p = behind - 1;
		} else if (*at.p == '(' && begins(&at, "(anonymous namespace)")) {
			at.p += strlen("(anonymous namespace)") - 1;
		} else if (*at.p == '(' && nested == 0) {
			r.end = at.p;
			break;
		} else if (*at.p == '<' || *at.p == '{') {
			nested++;
		} else if ((*at.p == '>' || *at.p == '}') && nested > 0) {
			nested--;
		}
	}
	return without_module(r);
}

/* What follows "}": the name in a comment, perhaps with " ret=0x0" or " = 0x0" behind it. */
static struct tl_callrest name_in_comment(struct tl_callrest r)
{
	const uint8_t *open = find(r, "/*"), *close, *ret;

	if (!open)
		return (struct tl_callrest){ NULL, NULL };
	r.p = open + 2;
	close = find(r, "*/");
	if (close)
		r.end = close;
	ret = find(r, " ret=");
	if (!ret)
		ret = find(r, " = ");
	if (ret)
		r.end = ret;
	skip_blanks(&r);
	return name_called(r);
}

/* "[hw int] name() {": the words before a name, in the view `graph`. */
static void skip_words(struct tl_callrest *r)
{
	const uint8_t *p;

	if (begins(r, "[") && !begins(r, "[tr ") && (p = find(*r, "] ")))
		r->p = p + 2;
}

/* What stands in the column of functions; false: nothing that belongs there. */
static bool read_braces(struct tl_callrest r, struct tl_callread *out)
{
	int32_t depth = take_levels(&r);
	const uint8_t *comment;

	trim(&r);
	set_nameless(out, TL_CALL_OTHER, depth);
	if (r.p == r.end)
		return false;
	if (begins(&r, "[gap: ") || begins(&r, "/* LOST ")) {
		out->line.kind = TL_CALL_GAP;
		return true;
	}
	if (begins(&r, "}")) {
		set(out, TL_CALL_EXIT, depth, name_in_comment(r));
		return true;
	}
	out->off = begins(&r, "[tr end");
	if (begins(&r, "/*") || begins(&r, "[tr ") || begins(&r, "[ptwrite"))
		return true;
	skip_words(&r);
	if (ends(&r, "*/") && (comment = find(r, " /*"))) {
		r.end = comment;
		trim(&r);
	}
	if (!ends(&r, "{") && !ends(&r, ";"))
		return false;
	out->line.kind = *--r.end == '{' ? TL_CALL_ENTRY : TL_CALL_LEAF;
	set(out, out->line.kind, depth, name_called(r));
	return true;
}

/* ---- ftrace */

/* "0.541 us", "+ 12.345 us", "! 123.4 us"; or blanks */
static bool take_duration(struct tl_callrest r, struct tl_callread *out)
{
	skip_blanks(&r);
	if (r.p == r.end)
		return true;
	return out->has_duration = tl_callduration_read(r.p, r.end, &out->duration_ns);
}

/* "d..1", "....", "dNh2." */
static bool is_irq_flags(struct tl_callrest r)
{
	skip_blanks(&r);
	trim(&r);
	if (r.end - r.p < 3 || r.end - r.p > 8)
		return false;
	for (; r.p < r.end; r.p++)
		if (!strchr("dDXNnpPBbHhsS.0123456789abcdef", *r.p))
			return false;
	return true;
}

/* The cell up to the next '|', behind which r is then. */
static bool take_cell(struct tl_callrest *r, struct tl_callrest *cell)
{
	const uint8_t *bar = memchr(r->p, '|', (size_t)(r->end - r->p));

	if (!bar)
		return false;
	*cell = (struct tl_callrest){ r->p, bar };
	r->p = bar + 1;
	return true;
}

/* " 0)", and behind it "  bash-1234" where that is told. */
static bool take_cpu(struct tl_callrest *cell, uint64_t *cpu)
{
	struct tl_callrest r = *cell;

	skip_blanks(&r);
	if (!take_number(&r, cpu) || !begins(&r, ")"))
		return false;
	cell->p = r.p + 1;
	return true;
}

static bool task_in(struct tl_callrest cell, uint64_t cpu, struct tl_callread *out)
{
	struct tl_span name;
	uint64_t tid;

	skip_blanks(&cell);
	trim(&cell);
	if (!number_before(cell.p, cell.end, &tid))
		return false;
	name = name_before(cell.p, cell.end);
	while (cell.end > cell.p && tl_is_digit(cell.end[-1]))
		cell.end--;
	if (!ends(&cell, "-"))
		return false;
	out->task = name;
	out->line.thread = tid > 0 ? tid : TL_CALL_IS_IDLE | cpu;
	return true;
}

/* " 0)   bash-1234    =>   sleep-99": from here on the CPU runs another task. */
static bool read_switch(const struct tl_callform *f, struct tl_callrest r, uint64_t cpu,
			struct tl_callread *out)
{
	if (!find(r, "=>"))
		return false;
	set_nameless(out, TL_CALL_GAP, TL_CALL_NODEPTH);
	out->line.thread = TL_CALL_BY_CPU | cpu;
	return !f->by_task;
}

/* "CPU:3 [LOST 120 EVENTS]", "CPU:3 [EVENTS DROPPED]" */
static bool read_lost(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	uint64_t cpu;

	if (!begins(&r, "CPU:") || !find(r, "EVENTS"))
		return false;
	r.p += 4;
	set_nameless(out, TL_CALL_GAP, TL_CALL_NODEPTH);
	out->line.thread =
	    take_number(&r, &cpu) && !f->by_task ? TL_CALL_BY_CPU | cpu : TL_CALL_NOTHREAD;
	return true;
}

/* Names that are not indented have two blanks before them. */
static struct tl_callrest behind_blanks(struct tl_callrest r)
{
	if (begins(&r, "  "))
		r.p += 2;
	return r;
}

/* A line that tells no duration: behind " 0)", or a task and its bar, there is a blank. */
static bool read_function(struct tl_callrest r, struct tl_callread *out)
{
	if (!begins(&r, " "))
		return false;
	r.p++;
	return read_braces(r, out);
}

/* The cells of a line that has a CPU or a task, up to the one with the functions. */
static bool read_cells(struct tl_callrest r, uint64_t cpu, struct tl_callread *out)
{
	struct tl_callrest cell;

	out->line.thread = TL_CALL_BY_CPU | cpu;
	for (bool first = true; take_cell(&r, &cell); first = false) {
		if (first && task_in(cell, cpu, out))
			continue;
		if (find(cell, "=====")) { /* an interrupt begins or ends */
			set_nameless(out, TL_CALL_OTHER, TL_CALL_NODEPTH);
			return true;
		}
		if (is_irq_flags(cell))
			continue;
		return take_duration(cell, out) && read_braces(behind_blanks(r), out);
	}
	return read_function(r, out);
}

/* " 12345.678901 " */
static bool is_time(struct tl_callrest cell)
{
	trim(&cell);
	return time_before(cell.p, cell.end) != NULL;
}

/* The file `trace`: " 0)   0.541 us    |  func();"; each of its columns can be left out. */
static bool read_ftrace(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	struct tl_callrest cell, line = r;
	uint64_t cpu = 0;

	if (take_cpu(&r, &cpu))
		return read_cells(r, cpu, out) || read_switch(f, r, cpu, out);
	if (!take_cell(&r, &cell))
		return read_lost(f, line, out);
	if (take_cpu(&r, &cpu)) /* a time is before it */
		return read_cells(r, cpu, out);
	if (task_in(cell, 0, out))
		return read_cells(line, 0, out);
	return is_time(cell) && memchr(r.p, '|', (size_t)(r.end - r.p)) && read_cells(r, 0, out);
}

/* `trace-cmd report`: "bash-1234  [000]  12.345678: funcgraph_entry:   0.541 us   |  func();" */
static bool read_tracecmd(const struct tl_callform *f, struct tl_callrest r,
			  struct tl_callread *out)
{
	struct tl_callrest cell;

	if (!take_task(&r, out))
		return read_lost(f, r, out);
	skip_blanks(&r);
	set_nameless(out, TL_CALL_OTHER, TL_CALL_NODEPTH);
	if (begins(&r, "funcgraph_") && take_cell(&r, &cell)) {
		const uint8_t *colon = memchr(cell.p, ':', (size_t)(cell.end - cell.p));

		cell.p = colon ? colon + 1 : cell.end;
		take_duration(cell, out);
		read_braces(behind_blanks(r), out);
	}
	return true;
}

/* ---- uftrace, and the view `graph` */

/* "[ 12904]" */
static bool take_tid(struct tl_callrest r, uint64_t *thread)
{
	const uint8_t *p = memchr(r.p, '[', (size_t)(r.end - r.p));

	if (!p)
		return false;
	r.p = p + 1;
	skip_blanks(&r);
	return take_number(&r, thread) && begins(&r, "]");
}

/* "comm-17  [000] 12.345678901: [gap: lost data]" of the view `graph`, which fills no columns. */
static bool read_gap(struct tl_callrest r, struct tl_callread *out)
{
	if (!take_task(&r, out) || !begins(&r, " [gap: "))
		return false;
	set_nameless(out, TL_CALL_GAP, TL_CALL_NODEPTH);
	return true;
}

static bool read_uftrace(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	struct tl_callrest cell, line;

	if (begins(&r, "#"))
		return false;
	if (!take_cell(&r, &cell))
		return read_gap(r, out);
	if (!begins(&r, " ") || memchr(cell.p, ')', (size_t)(cell.end - cell.p)))
		return false;
	r.p++;
	line = cell;
	if (take_task(&cell, out)) { /* the view `graph` */
		take_duration(cell, out);
		if (!read_braces(r, out))
			return false;
		/* In it is also the time when the thread was not traced, which lines tell. */
		out->has_duration &= out->line.kind == TL_CALL_LEAF;
		return true;
	}
	if (!f->no_durations)
		take_duration(cell, out);
	if (!take_tid(line, &out->line.thread))
		out->line.thread = TL_CALL_ALL;
	return read_braces(r, out);
}

/* `uftrace dump`: "49088.715007188   4123: [entry] main(56073d224244) depth: 0" */
static bool read_dump(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	const uint8_t *what = find(r, ": ["), *depth = find(r, " depth: ");
	struct tl_callrest number = { depth ? depth + 8 : r.end, r.end };
	uint64_t n;

	if (!what || !depth || depth < what + 10 || !number_before(r.p, what, &out->line.thread) ||
	    !take_number(&number, &n) || n >= INT32_MAX) /* what it calls is one deeper */
		return false;
	r = (struct tl_callrest){ what + 2, depth };
	if (begins(&r, "[entry] "))
		set(out, TL_CALL_ENTRY, (int32_t)n,
		    name_called((struct tl_callrest){ r.p + 8, r.end }));
	else if (begins(&r, "[exit ] "))
		set(out, TL_CALL_EXIT, (int32_t)n,
		    name_called((struct tl_callrest){ r.p + 8, r.end }));
	else
		set_nameless(out, TL_CALL_OTHER, (int32_t)n);
	return true;
}

/* ---- the views `calls`, `returns`, `branches` */

/* "     +170ns ", "         ~ ", then "[+   11] ", "[~    0] " */
static void skip_counts(struct tl_callrest *r)
{
	struct tl_callrest s = *r;
	const uint8_t *close;

	skip_blanks(&s);
	if (s.p < s.end && (*s.p == '+' || *s.p == '~') && !begins(&s, "[")) {
		while (s.p < s.end && *s.p != ' ')
			s.p++;
		if (s.p < s.end)
			s.p++;
		*r = s;
	}
	if ((begins(r, "[+") || begins(r, "[~")) && (close = find(*r, "] ")))
		r->p = close + 2;
}

/* What is to the right of an arrow; r is its beginning. */
static void read_arrow(struct tl_callrest r, const char *words, int32_t depth,
		       struct tl_callread *out)
{
	const uint8_t *to = find(r, "-> "), *from = find(r, "<- ");
	struct tl_callrest name = { to ? to + 3 : from ? from + 3 : r.end, r.end };
	bool calls = strchr(words, 'c') != NULL, returns = strchr(words, 'r') != NULL;

	set_nameless(out, TL_CALL_OTHER, depth);
	out->off |= begins(&name, "[tr end");
	if (begins(&r, "[tr ") || begins(&name, "[tr "))
		return;
	skip_words(&name);
	if (from && !to)
		set(out, TL_CALL_EXIT, depth, name);
	else if (to && returns)
		set(out, TL_CALL_EXIT, depth, (struct tl_callrest){ r.p, to });
	else if (to && calls)
		set(out, TL_CALL_ENTRY, depth, name);
}

/* The column of `branches` that says what they are: 'c' for a call, 'r' a return, "" for others. */
static const char *take_kind(struct tl_callrest *r)
{
	static const struct {
		const char *word, *kind;
	} words[] = {
		{ "call ", "c" },   { "syscall ", "c" }, { "int ", "c" },    { "hw int ", "c" },
		{ "return ", "r" }, { "iret ", "r" },    { "sysret ", "r" }, { "jmp ", "" },
		{ "jcc ", "" },     { "tr strt ", "" },  { "tr end ", "" },  { "async ", "" },
		{ "tx abrt ", "" }, { "vmentry ", "" },  { "vmexit ", "" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!begins(r, words[i].word) || r->end - r->p < 22 || r->p[21] != ' ')
			continue;
		r->p += 22;
		return words[i].kind;
	}
	return "c";
}

static bool read_views(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	struct tl_callrest counts;
	const char *kind;
	int32_t depth;

	if (!take_task(&r, out) || !begins(&r, " "))
		return false;
	r.p++;
	set_nameless(out, TL_CALL_OTHER, TL_CALL_NODEPTH);
	if (find(r, "[gap: ")) {
		out->line.kind = TL_CALL_GAP;
		return true;
	}
	if (!find(r, "-> ") && !find(r, "<- ") && !find(r, " ->") && !find(r, "[ptwrite"))
		return false;
	counts = r;
	skip_counts(&r);
	/* A thread's first line in a piece of text that was made by itself. */
	out->anew = memchr(counts.p, '~', (size_t)(r.p - counts.p)) != NULL;
	out->off = begins(&r, "tr end ");
	kind = take_kind(&r);
	depth = take_levels(&r);
	trim(&r);
	read_arrow(r, kind, depth, out);
	return true;
}

/* ---- perf script --call-trace, --call-ret-trace */

/* "  call                  (/usr/bin/a)": what it is; ENTRY where that is not told. */
static enum tl_callkind flags_kind(struct tl_callrest r)
{
	skip_blanks(&r);
	if (begins(&r, "(") || begins(&r, "call ") || begins(&r, "syscall ") ||
	    begins(&r, "int ") || begins(&r, "hw int "))
		return TL_CALL_ENTRY;
	if (begins(&r, "return ") || begins(&r, "iret ") || begins(&r, "sysret "))
		return TL_CALL_EXIT;
	return TL_CALL_OTHER;
}

/* " instruction trace error type 1 time 12.3 cpu 0 pid 17 tid 17 ip 0 code 8: Lost trace data" */
static bool read_error(struct tl_callrest r, struct tl_callread *out)
{
	const uint8_t *tid;

	skip_blanks(&r);
	if (!begins(&r, "instruction trace error"))
		return false;
	set_nameless(out, TL_CALL_GAP, TL_CALL_NODEPTH);
	tid = find(r, " tid ");
	if (tid)
		r.p = tid + 5;
	if (!tid || !take_number(&r, &out->line.thread) || out->line.thread == 0)
		out->line.thread = TL_CALL_NOTHREAD;
	return true;
}

static bool read_perf(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	enum tl_callkind kind;
	const uint8_t *tab;
	int32_t depth;

	if (!take_task(&r, out))
		return read_error(r, out);
	set_nameless(out, TL_CALL_OTHER, TL_CALL_NODEPTH);
	tab = memchr(r.p, '\t', (size_t)(r.end - r.p));
	if (!tab || !find((struct tl_callrest){ r.p, tab }, "("))
		return true;
	kind = flags_kind(r);
	r.p = tab + 1;
	depth = take_indent(&r, 4);
	trim(&r);
	out->off = r.p == r.end; /* it goes where nothing is known of */
	if (!out->off)           /* blanks alone tell no depth */
		set(out, kind, depth, r);
	return true;
}

/* ---- sptdecode, and the view `spt` */

static bool skip_spt_time(struct tl_callrest *r)
{
	const uint8_t *close;

	if (r->p < r->end && tl_is_digit(*r->p)) {
		while (r->p < r->end && *r->p != ' ')
			r->p++;
		skip_blanks(r);
		if (!begins(r, "[+") || !(close = find(*r, "]")))
			return false;
		r->p = close + 1;
	}
	skip_blanks(r);
	return true;
}

static bool read_spt(const struct tl_callform *f, struct tl_callrest r, struct tl_callread *out)
{
	const uint8_t *close;
	int32_t depth;

	set_nameless(out, TL_CALL_OTHER, TL_CALL_NODEPTH);
	out->line.thread = TL_CALL_ALL;
	if (find(r, ": error ")) {
		out->line.kind = TL_CALL_GAP;
		return true;
	}
	if (!skip_spt_time(&r) || !begins(&r, "[+") || !(close = find(r, "] ")))
		return false;
	r.p = close + 2;
	depth = take_indent(&r, 4);
	trim(&r);
	read_arrow(r, "c", depth, out);
	return true;
}

/* ---- the table */

const struct tl_callreader tl_callreaders[] = {
	{ "trace-cmd", read_tracecmd }, { "ftrace", read_ftrace },
	{ "uftrace", read_uftrace },    { "uftrace dump", read_dump },
	{ "tless", read_views },        { "perf script", read_perf },
	{ "sptdecode", read_spt },      { NULL, NULL },
};
