/* timeprint.c: times as the text would write them; see timestamp.h. */
#include "index/calendar.h"
#include "index/timekinds.h"

#include <stdio.h>
#include <string.h>

/* How many digits behind the point say `ns`, and no fewer than the text has. */
static unsigned digits_for(unsigned digits, uint64_t ns)
{
	while (digits < 9 && ns % (digits == 0 ? TL_SECOND : digits == 3 ? 1000000 : 1000) != 0)
		digits += 3;
	return digits;
}

/* `.678901`, the `digits` first of nine, behind what is in `out`. */
static void add_fraction(char *out, uint64_t fraction, unsigned digits)
{
	size_t n = strlen(out);

	if (digits == 0)
		return;
	for (unsigned i = digits; i < 9; i++)
		fraction /= 10;
	snprintf(out + n, TL_TIMEFORM_PRINTED - n, ".%0*llu", (int)digits,
		 (unsigned long long)fraction);
}

/* A number of units, of which a second has 1, 10^3, 10^6 or 10^9. */
static void print_number(const struct tl_timeform *f, uint64_t ns, char *out)
{
	uint64_t unit = f->kind && f->kind->unit ? f->kind->unit : TL_SECOND;
	unsigned digits = digits_for(f->digits, ns), coarser = 0;

	for (uint64_t u = unit; u < TL_SECOND; u *= 10)
		coarser++;
	snprintf(out, TL_TIMEFORM_PRINTED, "%llu", (unsigned long long)(ns / unit));
	add_fraction(out, ns % unit * (TL_SECOND / unit), digits > coarser ? digits - coarser : 0);
}

const char *tl_stamp_unit(const struct tl_timeform *f)
{
	uint64_t unit = f->kind ? f->kind->unit : TL_SECOND;

	return unit == 1000 ? "us" : unit == 1000000 ? "ms" : "";
}

/* Other numbers than seconds since something say what they are; the unit is how one types them, too. */
static void add_unit(const struct tl_timeform *f, char *out)
{
	strcat(out, tl_stamp_unit(f));
}

static void print_date(const struct tl_timeform *f, uint64_t ns, char *out)
{
	struct tl_civil c;
	bool short_form;

	tl_civil_from_ns(ns, &c);
	short_form = f->kind && f->kind->style == TL_STYLE_YEARLESS;
	if (short_form) {
		struct tl_civil again = c;

		short_form = tl_stamp_yearless(f, &again) == ns;
	}
	if (short_form)
		snprintf(out, TL_TIMEFORM_PRINTED, "%s %u %02u:%02u:%02u",
			 tl_month_names[c.month - 1], c.day, c.hour, c.minute, c.second);
	else
		snprintf(out, TL_TIMEFORM_PRINTED, "%04u-%02u-%02u %02u:%02u:%02u", c.year, c.month,
			 c.day, c.hour, c.minute, c.second);
	add_fraction(out, ns % TL_SECOND, digits_for(f->digits, ns));
}

/* `11:39:33`, and behind the first midnight the days since then: `1d 00:00:02`. */
static void print_day(const struct tl_timeform *f, uint64_t ns, char *out)
{
	uint64_t s = ns / TL_SECOND;
	unsigned days = (unsigned)(s / 86400), rest = (unsigned)(s % 86400);
	int n = days > 0 ? snprintf(out, TL_TIMEFORM_PRINTED, "%ud ", days) : 0;

	snprintf(out + n, TL_TIMEFORM_PRINTED - (size_t)n, "%02u:%02u:%02u", rest / 3600,
		 rest / 60 % 60, rest % 60);
	add_fraction(out, ns % TL_SECOND, digits_for(f->digits, ns));
}

const char *tl_timeform_print(const struct tl_timeform *f, uint64_t ns,
			      char out[TL_TIMEFORM_PRINTED])
{
	switch (f->kind ? f->kind->style : TL_STYLE_NUMBER) {
	case TL_STYLE_NUMBER:
		print_number(f, ns, out);
		add_unit(f, out);
		break;
	case TL_STYLE_EPOCH:
		print_number(f, ns, out);
		break;
	case TL_STYLE_ISO:
	case TL_STYLE_YEARLESS:
		print_date(f, tl_zone_from_utc(ns, f->zone), out);
		break;
	case TL_STYLE_DAY:
		print_day(f, ns, out);
		break;
	}
	return out;
}
