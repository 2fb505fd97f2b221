/* listing.c: see listing.h. */
#include "tests/trace/listing.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void listing_fini(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].where), free(l->v[i].leapt);
	free(l->v);
	free(l->unread);
	memset(l, 0, sizeof(*l));
}

static struct listed *add(struct listing *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->v = realloc(l->v, l->cap * sizeof(*l->v));
		if (!l->v)
			abort();
	}
	memset(&l->v[l->n], 0, sizeof(l->v[0]));
	l->v[l->n].cpu = -1;
	return &l->v[l->n++];
}

static void not_read(struct listing *l, const char *line)
{
	if (l->nunread++ == 0)
		l->unread = strdup(line);
}

/* Words with one blank between. */
static void copy_words(char *out, size_t room, const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < room; i++) {
		if (s[i] != ' ')
			out[n++] = s[i];
		else if (n > 0 && i + 1 < len && s[i + 1] != ' ')
			out[n++] = ' ';
	}
	out[n] = '\0';
}

static bool each_line(const char *path, struct listing *l,
		      void (*fn)(struct listing *l, const char *line))
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (!f)
		return false;
	while (getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		fn(l, line);
	}
	free(line);
	fclose(f);
	return true;
}

/* ---- the truth */

static void truth_line(struct listing *l, const char *line)
{
	int tid, cpu, at = 0;
	uint64_t ns, from, to;
	struct listed *e;

	if (sscanf(line, "overflow %d %d %" SCNu64, &tid, &cpu, &ns) == 3 ||
	    sscanf(line, "lost %d %d %" SCNu64, &tid, &cpu, &ns) == 3) {
		e = add(l);
		strcpy(e->flags, *line == 'o' ? "error 7" : "error 8");
		e->tid = tid;
		e->cpu = cpu;
		e->ns = ns;
		return;
	}
	if (sscanf(line, "%d %d %" SCNu64 " %" SCNx64 " %" SCNx64 " %n", &tid, &cpu, &ns, &from,
		   &to, &at) < 5 ||
	    !at) {
		if (strncmp(line, "insns ", 6) && strncmp(line, "ptwrite ", 8))
			not_read(l, line);
		return;
	}
	e = add(l);
	*e = (struct listed){ .tid = tid, .cpu = cpu, .ns = ns, .from = from, .to = to };
	copy_words(e->flags, sizeof(e->flags), line + at, strlen(line + at));
}

bool listing_truth(const char *path, struct listing *l)
{
	return each_line(path, l, truth_line);
}

/* ---- perf script */

/* "401234 main+0x1f" -> "main+31"; unknown: "401234". */
static size_t put_name(char *out, const char *s, size_t len)
{
	const char *sym = memchr(s, ' ', len), *plus = NULL;
	size_t n;

	if (!sym || !strncmp(sym + 1, "[unknown]", 9))
		return (size_t)sprintf(out, "%.*s", (int)(sym ? sym - s : (long)len), s);
	sym++;
	n = len - (size_t)(sym - s);
	for (size_t i = 0; i + 2 < n; i++) {
		if (!strncmp(sym + i, "+0x", 3))
			plus = sym + i;
	}
	if (!plus)
		return (size_t)sprintf(out, "%.*s", (int)n, sym);
	if (!strtoull(plus + 1, NULL, 16))
		return (size_t)sprintf(out, "%.*s", (int)(plus - sym), sym);
	return (size_t)sprintf(out, "%.*s+%llu", (int)(plus - sym), sym,
			       strtoull(plus + 1, NULL, 16));
}

static void put_where(struct listed *e, const char *from, size_t nfrom, const char *to, size_t nto)
{
	size_t n = 0;

	e->where = malloc(nfrom + nto + 64);
	if (!e->where)
		abort();
	if (e->from) {
		n = put_name(e->where, from, nfrom);
		e->where[n++] = ' ';
	}
	n += (size_t)sprintf(e->where + n, "->");
	if (e->to) {
		e->where[n++] = ' ';
		n += put_name(e->where + n, to, nto);
	}
	e->where[n] = '\0';
}

static bool perf_error(struct listing *l, const char *line)
{
	const char *tid = strstr(line, " tid "), *code = strstr(line, " code ");
	struct listed *e;

	if (!strstr(line, "instruction trace error type 1") || !tid || !code)
		return false;
	e = add(l);
	e->tid = atoi(tid + 5);
	snprintf(e->flags, sizeof(e->flags), "error %d", atoi(code + 6));
	return true;
}

/* [COMM] TID [CPU] S.NS: FLAGS IP [NAME] => ADDR [NAME] */
static void perf_line(struct listing *l, const char *line)
{
	const char *s = line, *arrow = strstr(line, " => "), *flags, *ip;
	struct listed e = { .cpu = -1 };
	unsigned long long sec, ns;
	int at = 0;
	char *end;

	if (perf_error(l, line))
		return;
	if (strlen(s) > 16 && !isdigit((unsigned char)s[strspn(s, " ")]))
		line = s = line + 16; /* the name has so many columns */
	e.tid = (int)strtol(s, &end, 10);
	s = end + strspn(end, " ");
	if (!arrow || end == line) {
		not_read(l, line);
		return;
	}
	if (*s == '[') {
		e.cpu = atoi(s + 1);
		s = strchr(s, ']');
		s = s ? s + 1 + strspn(s + 1, " ") : arrow;
	}
	if (sscanf(s, "%llu.%llu:%n", &sec, &ns, &at) == 2 && at) {
		e.ns = sec * 1000000000 + ns;
		s += at;
	}
	s += strspn(s, " ");
	/* The address is the first word behind the flags' cell that can be nothing else: their
	 * words are followed by two blanks, or are all of the cell. */
	flags = s;
	for (ip = s; ip < arrow; ip += strcspn(ip, " "), ip += strspn(ip, " ")) {
		if (ip > flags && isxdigit((unsigned char)*ip) &&
		    strspn(ip, "0123456789abcdef") == strcspn(ip, " ") && ip[-1] == ' ' &&
		    ip[-2] == ' ' && (strspn(ip, "0123456789abcdef") > 3 || *ip == '0'))
			break;
	}
	if (ip >= arrow) {
		not_read(l, line);
		return;
	}
	copy_words(e.flags, sizeof(e.flags), flags, (size_t)(ip - flags));
	e.from = strtoull(ip, NULL, 16);
	s = arrow + 4;
	s += strspn(s, " ");
	e.to = strtoull(s, NULL, 16);
	put_where(&e, ip, (size_t)(arrow - ip), s, strlen(s));
	*add(l) = e;
}

bool listing_perf(const char *path, struct listing *l)
{
	return each_line(path, l, perf_line);
}

/* ---- tless */

/* Behind the blanks, and "{+12} " where the calls are too deep for them. */
static const char *behind_indent(const char *s)
{
	s += strspn(s, " ");
	if (!strncmp(s, "{+", 2) && strchr(s, '}'))
		s = strchr(s, '}') + 1;
	return s + strspn(s, " ");
}

/* The number that ends before `s`, but for blanks. */
static int tid_before(const char *line, const char *s)
{
	while (s > line && s[-1] == ' ')
		s--;
	while (s > line && isdigit((unsigned char)s[-1]))
		s--;
	return atoi(s);
}

/* TASK-TID [CPU] S.NS: DELTA [INSNS] REST.  False: another kind of line. */
static bool columns(const char *line, struct listed *e, const char **rest)
{
	const char *s = strstr(line, "  ["), *insns;
	unsigned long long sec, ns;

	*e = (struct listed){ .cpu = -1 };
	if (*line == '#' || !s || strstr(line, " [ptwrite: 0x"))
		return false;
	insns = strstr(s, "[+");
	if (!insns)
		insns = strstr(s, "[~");
	if (!insns || !strchr(insns, ']'))
		return false;
	*rest = strchr(insns, ']') + 1;
	*rest = behind_indent(*rest);
	if (s[3] != '-')
		e->cpu = atoi(s + 3);
	e->tid = tid_before(line, s);
	s = strchr(s, ']') + 1;
	if (sscanf(s, " %llu.%llu:", &sec, &ns) == 2)
		e->ns = sec * 1000000000 + ns;
	return true;
}

/* "... [gap: overflow at cpu 0 ...]" */
static bool view_other(struct listing *l, const char *line)
{
	const char *gap = strstr(line, "[gap: ");

	if (!gap)
		return *line == '#' || strstr(line, "[cbr: ") || strstr(line, "[ptwrite: ");
	if (!strncmp(gap, "[gap: overflow at ", 18) ||
	    !strncmp(gap, "[gap: lost trace data ", 22)) {
		struct listed *e = add(l);
		const char *s = strstr(line, "  [");

		strcpy(e->flags, gap[6] == 'o' ? "error 7" : "error 8");
		e->tid = s ? tid_before(line, s) : -1;
		return true;
	}
	return false;
}

static void branches_line(struct listing *l, const char *line)
{
	struct listed e;
	const char *rest, *end;

	if (!columns(line, &e, &rest)) {
		if (!view_other(l, line))
			not_read(l, line);
		return;
	}
	end = strstr(rest, "  ");
	if (!end) {
		not_read(l, line);
		return;
	}
	copy_words(e.flags, sizeof(e.flags), rest, (size_t)(end - rest));
	/* "tr end  syscall" has two blanks itself. */
	if (!strcmp(e.flags, "tr end") && strncmp(behind_indent(end), "->", 2) &&
	    end + 2 - rest < 21 && isalpha((unsigned char)end[2])) {
		rest = end + 2;
		end = strchr(rest, ' ');
		strcat(e.flags, " ");
		strncat(e.flags, rest, (size_t)(end - rest));
	}
	e.where = strdup(behind_indent(end));
	*add(l) = e;
}

bool listing_branches(const char *path, struct listing *l)
{
	return each_line(path, l, branches_line);
}

static void returns_line(struct listing *l, const char *line)
{
	struct listed e;
	const char *rest;

	if (!columns(line, &e, &rest)) {
		if (!view_other(l, line))
			not_read(l, line);
		return;
	}
	e.where = strdup(rest);
	*add(l) = e;
}

bool listing_returns(const char *path, struct listing *l)
{
	return each_line(path, l, returns_line);
}

/* ---- changes */

static bool is_call(const char *flags)
{
	return !strncmp(flags, "call", 4) || !strncmp(flags, "return", 6) ||
	       !strncmp(flags, "tr ", 3) || !strncmp(flags, "error", 5) ||
	       !strcmp(flags, "hw int") || !strcmp(flags, "syscall");
}

void listing_keep_calls(struct listing *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (is_call(l->v[i].flags))
			l->v[n++] = l->v[i];
		else
			free(l->v[i].where);
	}
	l->n = n;
}

void listing_without_code(struct listing *l, uint64_t start, uint64_t end)
{
	struct listing out = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		struct listed *e = &l->v[i];
		struct listed *copy;

		if (e->from >= start && e->from < end) {
			if (strcmp(e->flags, "return"))
				continue;
			copy = add(&out);
			copy->tid = e->tid;
			strcpy(copy->flags, "error 5");
			strcpy(e->flags, "tr strt");
			e->from = 0;
		}
		copy = add(&out);
		*copy = *e;
		e->where = NULL;
	}
	listing_fini(l);
	*l = out;
}

void listing_as_returns(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct listed *e = &l->v[i];
		char *arrow = e->where ? strstr(e->where, "->") : NULL, *text;
		size_t room;

		if (!arrow)
			continue;
		room = strlen(e->where) + sizeof(e->flags) + 8;
		text = malloc(room);
		if (!text)
			abort();
		if (!strcmp(e->flags, "return"))
			snprintf(text, room, "%s <- %.*s", arrow + 3, (int)(arrow - 1 - e->where),
				 e->where);
		else if (!strcmp(e->flags, "tr strt"))
			snprintf(text, room, "[tr strt] %s", arrow);
		else if (!strncmp(e->flags, "tr end", 6))
			snprintf(text, room, "%s [%s]", e->where, e->flags);
		else
			snprintf(text, room, "%s", e->where);
		free(e->where);
		e->where = text;
	}
}
