/*
 * regex.c: see regex.h.  There are up to three programs of one pattern: for bytes, for valid
 * UTF-8, and for text that is not quite UTF-8.  PCRE2 can take such text as it is, but its
 * JIT compiler is known to miss matches then (\W and the like, in versions up to 10.42): for the
 * rare lines that are not valid the interpreter has to do.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "search/regex.h"

#include "index/bytescan.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#define JIT_STACK_START (32 * 1024)
#define JIT_STACK_MAX   (1024 * 1024)
#define MAX_GROUPS      5
#define HEAP_LIMIT_KIB  (16 * 1024) /* where there is no JIT */

/*
 * Steps of backtracking that a match may take from one starting place; PCRE2 gives up the
 * whole line when it runs out, at some 5 ns a step: a millisecond for a short line and 25 ms
 * at the most, so that ^C works.
 */
#define STEPS_BASE 200000
#define STEPS_BYTE 64
#define STEPS_MAX  5000000

struct program {
	pcre2_code *code; /* NULL: there is none */
	bool jit, utf;
};

struct tl_regex {
	struct program bytes, utf, broken;
	bool bytewise;  /* use `bytes` always */
	bool multiline; /* may run over many lines */
	bool groups;    /* has parentheses that catch something */
};

struct tl_regex_scratch {
	pcre2_match_data *data;
	pcre2_match_data *groups; /* made when first needed */
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static bool compile(const char *pattern, size_t len, uint32_t options, struct program *out,
		    struct tl_err *err)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR words[256];
	PCRE2_SIZE offset;
	int error;

	if (!context)
		return tl_err_nomem(err);
	out->utf = options & PCRE2_UTF;
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	out->code = pcre2_compile((PCRE2_SPTR)pattern, len, options, &error, &offset, context);
	pcre2_compile_context_free(context);
	if (out->code)
		return true;
	if (pcre2_get_error_message(error, words, sizeof(words)) < 0)
		return tl_err_set(err, "bad pattern");
	return tl_err_set(err, "%s", (char *)words);
}

static uint32_t pcre2_options(unsigned flags)
{
	uint32_t options = 0;

	if (flags & TL_REGEX_ICASE)
		options |= PCRE2_CASELESS;
	if (flags & TL_REGEX_UTF)
		options |= PCRE2_UTF;
	if (flags & TL_REGEX_LITERAL)
		options |= PCRE2_LITERAL;
	return options;
}

bool tl_regex_check(const char *pattern, size_t len, unsigned flags, struct tl_err *err)
{
	struct program p = { NULL, false, false };
	bool ok = compile(pattern, len, pcre2_options(flags), &p, err);

	pcre2_code_free(p.code);
	return ok;
}

static void make_jit(struct program *p)
{
	/* Where memory may not be made executable the interpreter does the work. */
	if (p->code)
		p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
}

static bool catches(const struct program *p)
{
	uint32_t n = 0;

	return p->code && pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &n) == 0 && n > 0;
}

bool tl_regex_new(const char *pattern, size_t len, unsigned flags, const struct tl_required *req,
		  struct tl_regex **out, struct tl_err *err)
{
	struct tl_regex *re = calloc(1, sizeof(*re));
	uint32_t options = pcre2_options(flags);
	bool utf = flags & TL_REGEX_UTF;

	if (!re)
		return tl_err_nomem(err);
	/* The message is about the pattern as it was given. */
	if (!tl_regex_check(pattern, len, flags, err))
		goto fail;
	if (req && req->multiline) {
		pattern = (const char *)req->pattern.data;
		len = req->pattern.len;
		options |= PCRE2_MULTILINE;
		re->multiline = true;
	} else if (flags & TL_REGEX_LITERAL) {
		re->multiline = !memchr(pattern, '\n', len);
	}
	re->bytewise = !utf || (req && req->bytewise);
	if (!re->bytewise &&
	    (!compile(pattern, len, options, &re->utf, err) ||
	     !compile(pattern, len, options | PCRE2_MATCH_INVALID_UTF, &re->broken, err)))
		goto fail;
	options &= ~(uint32_t)PCRE2_UTF;
	if (re->bytewise) {
		if (!compile(pattern, len, options, &re->bytes, err))
			goto fail;
	} else if (req && req->ascii) {
		/* May fail, as \x{100} does: then there is only the other. */
		compile(pattern, len, options, &re->bytes, NULL);
	}
	re->groups = catches(&re->bytes) || catches(&re->utf);
	make_jit(&re->bytes);
	make_jit(&re->utf);
	*out = re;
	return true;
fail:
	tl_regex_free(re);
	return false;
}

void tl_regex_free(struct tl_regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->bytes.code);
	pcre2_code_free(re->utf.code);
	pcre2_code_free(re->broken.code);
	free(re);
}

bool tl_regex_is_jit(const struct tl_regex *re)
{
	return (!re->bytes.code || re->bytes.jit) && (!re->utf.code || re->utf.jit);
}

bool tl_regex_is_multiline(const struct tl_regex *re)
{
	return re->multiline;
}

bool tl_regex_scratch_new(struct tl_regex_scratch **out, struct tl_err *err)
{
	struct tl_regex_scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return tl_err_nomem(err);
	s->data = pcre2_match_data_create(1, NULL);
	s->context = pcre2_match_context_create(NULL);
	s->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	if (!s->data || !s->context) {
		tl_regex_scratch_free(s);
		return tl_err_nomem(err);
	}
	if (s->stack)
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	pcre2_set_heap_limit(s->context, HEAP_LIMIT_KIB);
	*out = s;
	return true;
}

void tl_regex_scratch_free(struct tl_regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_data_free(s->groups);
	pcre2_match_context_free(s->context);
	pcre2_jit_stack_free(s->stack);
	free(s);
}

static const struct program *program_for(const struct tl_regex *re, struct tl_span text)
{
	unsigned has = 0;

	if (re->bytewise || !re->utf.code)
		return &re->bytes;
	if (!re->bytes.code)
		return &re->utf;
	tl_bytescan()->survey(text.data, text.len, &has);
	return has & TL_HAS_HIGH ? &re->utf : &re->bytes;
}

/* valid: the text is known to be valid UTF-8, if the program asks for that. */
static int run_on(const struct program *p, struct tl_regex_scratch *s, pcre2_match_data *data,
		  struct tl_span text, size_t from, uint32_t options, uint64_t steps, bool valid)
{
	PCRE2_SPTR subject = text.data ? text.data : (PCRE2_SPTR) "";

	pcre2_set_match_limit(s->context, steps < STEPS_MAX ? (uint32_t)steps : STEPS_MAX);
	/* The direct way to the JIT code does not look whether UTF-8 is valid. */
	if (p->jit && (!p->utf || valid))
		return pcre2_jit_match(p->code, subject, text.len, from, options, data, s->context);
	if (valid)
		options |= PCRE2_NO_UTF_CHECK;
	return pcre2_match(p->code, subject, text.len, from, options, data, s->context);
}

static int run(const struct program *p, struct tl_regex_scratch *s, pcre2_match_data *data,
	       struct tl_span text, size_t from, uint32_t options, uint64_t steps)
{
	return run_on(p, s, data, text, from, options, steps, false);
}

static bool is_bad_utf(int rc)
{
	return (rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21) ||
	       rc == PCRE2_ERROR_BADUTFOFFSET;
}

static enum tl_regex_answer answer(const struct tl_regex_scratch *s, int rc, size_t *start,
				   size_t *end)
{
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->data);

	if (rc == PCRE2_ERROR_NOMATCH)
		return TL_REGEX_NONE;
	if (rc < 0)
		return TL_REGEX_ERROR;
	/* \K in a lookahead can put the start behind the end. */
	*start = found[0] < found[1] ? found[0] : found[1];
	*end = found[1];
	return TL_REGEX_MATCH;
}

enum tl_regex_answer tl_regex_search_on(const struct tl_regex *re, struct tl_regex_scratch *s,
					struct tl_span text, size_t from, bool line_ends,
					struct tl_regex_known *known, size_t *start, size_t *end)
{
	uint32_t options = line_ends ? 0 : PCRE2_NOTEOL;
	uint64_t steps = STEPS_BASE + STEPS_BYTE * (uint64_t)text.len;
	const struct program *p = known->program;
	int rc = PCRE2_ERROR_BADUTFOFFSET;

	if (!p)
		known->program = p = program_for(re, text);
	if (p != &re->broken) {
		while (known->valid && from < text.len && (text.data[from] & 0xc0) == 0x80)
			from++; /* PCRE2 relies on it */
		rc = run_on(p, s, s->data, text, from, options, steps, known->valid);
		known->valid = p->utf && !is_bad_utf(rc);
	}
	if (is_bad_utf(rc)) { /* the interpreter's steps are slower */
		known->program = &re->broken;
		rc = run(&re->broken, s, s->data, text, from, options, steps / 8);
	}
	return answer(s, rc, start, end);
}

enum tl_regex_answer tl_regex_search(const struct tl_regex *re, struct tl_regex_scratch *s,
				     struct tl_span text, size_t from, bool line_ends,
				     size_t *start, size_t *end)
{
	struct tl_regex_known known = { NULL, false };

	return tl_regex_search_on(re, s, text, from, line_ends, &known, start, end);
}

/* Room for where parentheses match is made when it is first needed. */
static bool make_groups(struct tl_regex_scratch *s)
{
	if (!s->groups)
		s->groups = pcre2_match_data_create(1 + MAX_GROUPS, NULL);
	return s->groups != NULL;
}

static bool caught_all(const struct tl_regex_scratch *s, int rc, unsigned groups)
{
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->groups);
	int known = rc == 0 ? (int)pcre2_get_ovector_count(s->groups) : rc;

	for (int i = 1; groups >> (i - 1); i++) {
		if (!(groups >> (i - 1) & 1))
			continue;
		if (i >= known || found[2 * i] == PCRE2_UNSET || found[2 * i] >= found[2 * i + 1])
			return false;
	}
	return true;
}

enum tl_regex_answer tl_regex_search_groups(const struct tl_regex *re, struct tl_regex_scratch *s,
					    struct tl_span text, size_t from, bool line_ends,
					    unsigned groups, size_t *start, size_t *end)
{
	uint32_t options = line_ends ? 0 : PCRE2_NOTEOL;
	uint64_t steps = STEPS_BASE + STEPS_BYTE * (uint64_t)text.len;
	const PCRE2_SIZE *found;
	int rc;

	if (!make_groups(s))
		return TL_REGEX_ERROR;
	found = pcre2_get_ovector_pointer(s->groups);
	for (; from <= text.len; from = found[1] > from ? found[1] : from + 1) {
		rc = run(program_for(re, text), s, s->groups, text, from, options, steps);
		if (is_bad_utf(rc))
			rc = run(&re->broken, s, s->groups, text, from, options, steps / 8);
		if (rc < 0)
			return rc == PCRE2_ERROR_NOMATCH ? TL_REGEX_NONE : TL_REGEX_ERROR;
		if (caught_all(s, rc, groups)) {
			*start = found[0] < found[1] ? found[0] : found[1];
			*end = found[1];
			return TL_REGEX_MATCH;
		}
	}
	return TL_REGEX_NONE;
}

bool tl_regex_has_groups(const struct tl_regex *re)
{
	return re->groups;
}

size_t tl_regex_groups(const struct tl_regex *re, struct tl_regex_scratch *s, struct tl_span text,
		       size_t from, size_t *bounds, size_t max)
{
	uint64_t steps = STEPS_BASE + STEPS_BYTE * (uint64_t)text.len;
	const PCRE2_SIZE *found;
	size_t n = 0;
	int rc;

	if (max > MAX_GROUPS)
		max = MAX_GROUPS;
	if (!make_groups(s))
		return 0;
	rc = run(program_for(re, text), s, s->groups, text, from, 0, steps);
	if (is_bad_utf(rc))
		rc = run(&re->broken, s, s->groups, text, from, 0, steps / 8);
	if (rc == 0 || rc > 1 + (int)max) /* there are more than that */
		rc = 1 + (int)max;
	found = pcre2_get_ovector_pointer(s->groups) + 2;
	for (; rc > 0 && n + 1 < (size_t)rc; n++) {
		if (found[2 * n] == PCRE2_UNSET)
			break;
		bounds[2 * n] = found[2 * n];
		bounds[2 * n + 1] = found[2 * n + 1];
	}
	return n;
}

enum tl_regex_answer tl_regex_search_lines(const struct tl_regex *re, struct tl_regex_scratch *s,
					   struct tl_span lines, size_t *start, size_t *end)
{
	return answer(s, run(program_for(re, lines), s, s->data, lines, 0, 0, STEPS_BASE), start,
		      end);
}
