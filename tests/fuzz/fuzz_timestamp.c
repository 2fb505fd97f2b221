/*
 * fuzz_timestamp.c: any bytes as a text with times, and as a time that is typed.  Whatever is read
 * from a line in bounds of its own comes back from its printed form.
 *
 * The input: a byte that says which format, 255: it is to be recognised, 254: likewise, of a text that repeats
 * this one up to the 64 KiB that are looked at; a byte for the column; the text, of which the first line is also typed.
 */
#include "index/calendar.h"
#include "index/timekinds.h"

#include "tests/fuzz/fuzz.h"

#define HEAD   2
#define DETECT 255
#define REPEAT 254
#define LONG   65536

#define CHANGED ((time_t)1795392000)

/* Zones and years at either end of what 64 bits say are cut off there. */
#define LEAST TL_DAY
#define MOST  (UINT64_MAX - 365 * TL_DAY)

static const struct tl_time_ref nowhere = { TL_TIME_NONE, TL_TIME_NONE, TL_TIME_NONE };

static void check_printed(const struct tl_timeform *f, uint64_t ns)
{
	char out[TL_TIMEFORM_PRINTED];
	struct tl_err err = TL_ERR_INIT;
	uint64_t again;

	must(tl_timeform_print(f, ns, out) == out && strlen(out) < sizeof(out));
	if (f->clock == TL_CLOCK_CALENDAR && (ns < LEAST || ns > MOST))
		return;
	must(tl_timeform_parse(f, out, &nowhere, &again, &err) && again == ns);
}

static void check_line(const struct tl_timeform *f, const uint8_t *line, size_t len)
{
	uint8_t *copy = fuzz_copy(line, len);
	struct tl_timeform moved = *f;
	uint64_t ns;

	if (tl_timeform_read(f, copy, len, &ns))
		check_printed(f, ns);
	/* Where nobody expects it. */
	moved.col = UINT32_MAX;
	if (tl_timeform_read(&moved, copy, len, &ns))
		check_printed(&moved, ns);
	free(copy);
}

static void check_typed(const struct tl_timeform *f, const uint8_t *line, size_t len)
{
	char *typed = strndup((const char *)line, len);
	struct tl_time_ref ref = { 1795347573 * TL_SECOND, 1795340000 * TL_SECOND,
				   1795999999 * TL_SECOND };
	struct tl_err err = TL_ERR_INIT;
	uint64_t ns;

	must(typed != NULL);
	for (int known = 0; known < 2; known++) {
		if (tl_timeform_parse(f, typed, known ? &ref : &nowhere, &ns, &err)) {
			/* Numbers of seconds since 1970 have to look like them to be read back. */
			must(ns != TL_TIME_NONE);
			if (f->kind && f->kind->style != TL_STYLE_EPOCH)
				check_printed(f, ns);
		} else {
			must(err.msg[0] != '\0');
		}
	}
	free(typed);
}

static void check_form(const struct tl_timeform *f, const uint8_t *data, size_t n)
{
	const uint8_t *end = data + n;

	for (const uint8_t *p = data, *nl; p < end; p = nl ? nl + 1 : end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		check_line(f, p, (size_t)((nl ? nl : end) - p));
		if (p == data && n < LONG) /* nobody types so much */
			check_typed(f, p, (size_t)((nl ? nl : end) - p));
	}
}

/* The text, or many times the same; free() it. */
static uint8_t *copy_text(const uint8_t *data, size_t *n, bool repeated)
{
	uint8_t *text;

	if (!repeated || *n == 0)
		return fuzz_copy(data, *n);
	text = malloc(LONG);
	must(text != NULL);
	for (size_t i = 0; i < LONG; i++)
		text[i] = data[i % *n];
	*n = LONG;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_timeform f = { .kind = NULL };
	uint8_t *text;
	size_t which, len = n - HEAD;

	if (n < HEAD)
		return 0;
	text = copy_text(data + HEAD, &len, data[0] == REPEAT);
	which = data[0] % tl_ntimekinds;
	if (data[0] == DETECT || data[0] == REPEAT) {
		if (!tl_timeform_detect((struct tl_span){ text, len }, CHANGED, &f))
			must(f.kind == NULL);
	} else {
		f.kind = &tl_timekinds[which];
		f.clock = f.kind->clock;
		f.year = 2026;
		f.earliest = 1790000000 * TL_SECOND;
		f.col = data[1];
		f.zone = f.clock == TL_CLOCK_CALENDAR ? 900 * (int8_t)data[1] % 43200 : 0;
	}
	check_form(&f, text, len);
	free(text);
	return 0;
}
