/* timetyped.c: times as they are printed and typed; see timestamp.h. */
#include "index/calendar.h"
#include "index/digits.h"
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

/* `.678901` behind what is in `out`. */
static void add_fraction(char *out, size_t size, uint64_t ns, unsigned digits)
{
	size_t n = strlen(out);
	uint64_t fraction = ns % TL_SECOND;

	digits = digits_for(digits, ns);
	if (digits == 0)
		return;
	for (unsigned i = digits; i < 9; i++)
		fraction /= 10;
	snprintf(out + n, size - n, ".%0*llu", (int)digits, (unsigned long long)fraction);
}

const char *tl_timeform_print(const struct tl_timeform *f, uint64_t ns,
			      char out[TL_TIMEFORM_PRINTED])
{
	struct tl_civil c;

	if (f->clock != TL_CLOCK_CALENDAR) {
		snprintf(out, TL_TIMEFORM_PRINTED, "%llu", (unsigned long long)(ns / TL_SECOND));
	} else {
		ns = tl_zone_from_utc(ns, f->zone);
		tl_civil_from_ns(ns, &c);
		snprintf(out, TL_TIMEFORM_PRINTED, "%04u-%02u-%02u %02u:%02u:%02u", c.year, c.month,
			 c.day, c.hour, c.minute, c.second);
	}
	add_fraction(out, TL_TIMEFORM_PRINTED, ns, f->digits);
	return out;
}

bool tl_timeform_parse(const struct tl_timeform *f, const char *s, const struct tl_time_ref *ref,
		       uint64_t *ns, struct tl_err *err)
{
	struct tl_stampline l = { (const uint8_t *)s, strlen(s) };
	struct tl_timeform any = { 0 };
	struct tl_stamp stamp;

	if (f->clock == TL_CLOCK_CALENDAR && tl_stamp_iso(&any, &l, 0, &stamp)) {
		*ns = stamp.ns;
		return true;
	}
	return tl_time_parse(s, ref, ns, err);
}
