/*
 * test_timestamp.c: the times of texts are recognised and read to the nanosecond.
 *
 * The texts in tests/unit/stamps are what programs wrote (see make-stamps there).  What their times
 * are is worked out here a second time, by a regular expression and strptime().
 */
#include "index/timestamp.h"

#include "index/calendar.h"
#include "index/timekinds.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define STAMPS  "tests/unit/stamps/"
#define CHANGED ((time_t)1795392000) /* 2026-11-23 */

static uint64_t read_line(const struct tl_timeform *f, const char *line)
{
	uint64_t ns;

	return tl_timeform_read(f, (const uint8_t *)line, strlen(line), &ns) ? ns : TL_TIME_NONE;
}

static bool detect(const char *text, size_t len, struct tl_timeform *f)
{
	return tl_timeform_detect((struct tl_span){ (const uint8_t *)text, len }, CHANGED, f);
}

static char *read_all(FILE *in, size_t *len)
{
	char *text = malloc(65536);

	assert_non_null(in);
	assert_non_null(text);
	*len = fread(text, 1, 65535, in);
	text[*len] = '\0';
	return text;
}

/* The times of a text, by other means: groups of a regular expression are what strptime() reads (or
 * a number, without a format), the fraction, the zone. */
struct sample {
	const char *file, *name;
	enum tl_clock clock;
	const char *pattern, *format;
	uint64_t unit; /* of the number: 0 is a second */
	unsigned digits;
	bool deltas;
};

#define PID  "^(\\[pid +[0-9]+\\] |[0-9]+ +)? *"
#define ISO  "([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8})"
#define FRAC "[.,]([0-9]+)"
#define CALL "( \\(.*\\))? ([a-z_0-9]+\\(|\\+\\+\\+|---|<\\.\\.\\.)"

static const struct sample samples[] = {
	{ "ftrace", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^(.*-.*\\]).* ([0-9]+)[.]([0-9]{6}): ", .digits = 6 },
	{ "trace-cmd", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*(\\]) ([0-9]+)[.]([0-9]+): ", .digits = 6 },
	{ "trace-cmd-t", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*(\\]) ([0-9]+)[.]([0-9]+): ", .digits = 9 },
	{ "trace-cmd-l", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*-.*([.0-9]) ([0-9]+)[.]([0-9]+): ", .digits = 6 },
	{ "perf", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*(\\]) +([0-9]+)[.]([0-9]+): ", .digits = 6 },
	{ "perf-g", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^[^\t].*(\\]) +([0-9]+)[.]([0-9]+): ", .digits = 6 },
	{ "perf-ns", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*(\\]) +([0-9]+)[.]([0-9]+): ", .digits = 9 },
	{ "perf-tid", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^( *[0-9/]+) +([0-9]+)[.]([0-9]+): ", .digits = 9 },
	{ "perf-time", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^( *)([0-9]+)[.]([0-9]+): ", .digits = 6 },
	{ "perf-call-trace", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^.*(\\]) +([0-9]+)[.]([0-9]+): ", .digits = 9 },
	{ "perf-trace", "perf trace", TL_CLOCK_PLAIN, "^( *)([0-9]+)[.]([0-9]+) \\(",
	  .unit = 1000000, .digits = 6 },
	{ "function-graph", "function graph", TL_CLOCK_PLAIN, "^( *)([0-9]+)[.]([0-9]+) \\|",
	  .digits = 6 },
	{ "uftrace-time", "function graph", TL_CLOCK_PLAIN, "^( *)([0-9]+)[.]([0-9]+) \\|",
	  .digits = 9 },
	{ "uftrace-all", "function graph", TL_CLOCK_PLAIN, "^(.*) ([0-9]+)[.]([0-9]{9}) ",
	  .digits = 9 },
	{ "uftrace-dump", "function graph", TL_CLOCK_PLAIN, "^()([0-9]+)[.]([0-9]{9}) ",
	  .digits = 9 },
	{ "uftrace-elapsed", "uftrace", TL_CLOCK_PLAIN, "^( *)([0-9]+)[.]([0-9]+) us \\|",
	  .unit = 1000, .digits = 6 },
	{ "uftrace-tid-elapsed", "uftrace", TL_CLOCK_PLAIN, "^(.*\\]) *([0-9]+)[.]([0-9]+) us \\|",
	  .unit = 1000, .digits = 6 },
	{ "uftrace", "none", .pattern = "^()()never" },
	{ "sptdecode", "sptdecode", TL_CLOCK_PLAIN, "^()([0-9]+)[.]([0-9]+) ", .unit = 1000,
	  .digits = 9 },
	{ "strace-r", "strace -r", TL_CLOCK_PLAIN, PID "([0-9]+)[.]([0-9]+)" CALL, .digits = 6,
	  .deltas = true },
	{ "strace-r-o", "strace -r", TL_CLOCK_PLAIN, PID "([0-9]+)[.]([0-9]+)" CALL, .digits = 6,
	  .deltas = true },
	{ "ltrace-r", "strace -r", TL_CLOCK_PLAIN, PID "([0-9]+)[.]([0-9]+)" CALL, .digits = 6,
	  .deltas = true },
	{ "strace-tt", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" FRAC CALL, "%H:%M:%S",
	  .digits = 6 },
	{ "strace-tt-o", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" FRAC CALL, "%H:%M:%S",
	  .digits = 6 },
	{ "strace-k", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" FRAC CALL, "%H:%M:%S",
	  .digits = 6 },
	{ "strace-r-tt", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" FRAC CALL, "%H:%M:%S",
	  .digits = 6 },
	{ "ltrace-tt", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" FRAC CALL, "%H:%M:%S",
	  .digits = 6 },
	{ "strace-t", "strace", TL_CLOCK_DAY, PID "([0-9:]{8})" CALL, "%H:%M:%S", .digits = 0 },
	{ "strace-ttt", "seconds since 1970", TL_CLOCK_CALENDAR, PID "([0-9]{10})" FRAC, "%s",
	  .digits = 6 },
	{ "strace-ns", "seconds since 1970", TL_CLOCK_CALENDAR, PID "([0-9]{10})" FRAC, "%s",
	  .digits = 9 },
	{ "dmesg", "dmesg", TL_CLOCK_PLAIN, "^(\\[ *)([0-9]+)[.]([0-9]+)\\]", .digits = 6 },
	{ "dmesg-r", "dmesg", TL_CLOCK_PLAIN, "^(<.>\\[ *)([0-9]+)[.]([0-9]+)\\]", .digits = 6 },
	{ "dmesg-x", "dmesg", TL_CLOCK_PLAIN, "^([^[]*\\[ *)([0-9]+)[.]([0-9]+)\\]", .digits = 6 },
	{ "dmesg-d", "dmesg", TL_CLOCK_PLAIN, "^(\\[ *)([0-9]+)[.]([0-9]+) <", .digits = 6 },
	{ "dmesg-T", "ctime", TL_CLOCK_CALENDAR, "^(\\[)(.{24})\\]", "%a %b %d %H:%M:%S %Y",
	  .digits = 0 },
	{ "dmesg-e", "dmesg -e", TL_CLOCK_CALENDAR, "^(\\[)([A-Z].*[0-9])\\]", "%b%d %H:%M",
	  .digits = 0 },
	{ "dmesg-iso", "ISO 8601", TL_CLOCK_CALENDAR, "^()" ISO FRAC, "%FT%T", .digits = 6 },
	{ "journalctl-short", "syslog", TL_CLOCK_CALENDAR, "^()(.{15}) box", "%b %d %T",
	  .digits = 0 },
	{ "journalctl-short-precise", "syslog", TL_CLOCK_CALENDAR, "^()(.{15})[.]([0-9]+) box",
	  "%b %d %T", .digits = 6 },
	{ "journalctl-short-full", "ISO 8601", TL_CLOCK_CALENDAR, "^(...) " ISO " UTC box", "%F %T",
	  .digits = 0 },
	{ "journalctl-short-iso", "ISO 8601", TL_CLOCK_CALENDAR, "^()" ISO, "%FT%T", .digits = 0 },
	{ "journalctl-short-iso-precise", "ISO 8601", TL_CLOCK_CALENDAR, "^()" ISO FRAC, "%FT%T",
	  .digits = 6 },
	{ "journalctl-kolkata", "ISO 8601", TL_CLOCK_CALENDAR, "^()" ISO FRAC "(\\+[0-9:]+)",
	  "%FT%T", .digits = 6 },
	{ "journalctl-short-monotonic", "dmesg", TL_CLOCK_PLAIN, "^(\\[ *)([0-9]+)[.]([0-9]+)\\]",
	  .digits = 6 },
	{ "journalctl-short-unix", "seconds since 1970", TL_CLOCK_CALENDAR, "^()([0-9]{10})" FRAC,
	  "%s", .digits = 6 },
	{ "journalctl-short-delta", "dmesg", TL_CLOCK_PLAIN, "^(\\[ *)([0-9]+)[.]([0-9]+)[] <]",
	  .digits = 6 },
	{ "journalctl-verbose", "ISO 8601", TL_CLOCK_CALENDAR, "^(... )" ISO FRAC " UTC", "%F %T",
	  .digits = 6 },
	{ "journalctl-json", "JSON, microseconds", TL_CLOCK_CALENDAR,
	  "^(.*\"__REALTIME_TIMESTAMP\":\")([0-9]+)", .unit = 1000, .digits = 6 },
	{ "journalctl-export", "journal, exported", TL_CLOCK_CALENDAR,
	  "^(__REALTIME_TIMESTAMP=)([0-9]+)", .unit = 1000, .digits = 6 },
	{ "dmesg-delta", "dmesg, deltas", TL_CLOCK_PLAIN, "^(\\[< *)([0-9]+)[.]([0-9]+)>",
	  .digits = 6, .deltas = true },
	{ "dmesg-Tx", "ctime", TL_CLOCK_CALENDAR, "^(kern[^[]*\\[)(.{24})\\]",
	  "%a %b %d %H:%M:%S %Y", .digits = 0 },
	{ "tcpdump", "time of day", TL_CLOCK_DAY, "^()([0-9:]{8})" FRAC, "%H:%M:%S", .digits = 6 },
	{ "tcpdump-tt-nano", "seconds since 1970", TL_CLOCK_CALENDAR, "^()([0-9]{10})" FRAC, "%s",
	  .digits = 9 },
	{ "tcpdump-ttt", "time of day", TL_CLOCK_DAY, "^( )([0-9:]{8})" FRAC, "%H:%M:%S",
	  .digits = 6, .deltas = true },
	{ "tcpdump-ttttt", "time of day", TL_CLOCK_DAY, "^( )([0-9:]{8})" FRAC, "%H:%M:%S",
	  .digits = 6 },
	{ "ts-i", "time of day", TL_CLOCK_DAY, "^()([0-9:]{8})" FRAC, "%H:%M:%S", .digits = 6,
	  .deltas = true },
	{ "ts-s", "seconds", TL_CLOCK_PLAIN, "^()([0-9]+)" FRAC, .digits = 6 },
	{ "perf-deltatime", "ftrace or perf", TL_CLOCK_PLAIN,
	  "^[^\t].*( )([0-9]+)[.]([0-9]+): ", .digits = 6, .deltas = true },
	{ "rsyslog", "syslog", TL_CLOCK_CALENDAR, "^()(.{15}) ", "%b %d %T", .digits = 0 },
	{ "rsyslog-iso", "ISO 8601", TL_CLOCK_CALENDAR, "^()" ISO FRAC, "%FT%T", .digits = 6 },
	{ "rsyslog-5424", "ISO 8601", TL_CLOCK_CALENDAR, "^(<13>1) " ISO FRAC, "%FT%T",
	  .digits = 6 },
	{ "nginx-access", "web server", TL_CLOCK_CALENDAR, "^([^[]*)\\[(.{20}) ", "%d/%b/%Y:%T",
	  .digits = 0 },
	{ "apache-access", "web server", TL_CLOCK_CALENDAR, "^([^[]*)\\[(.{20}) ", "%d/%b/%Y:%T",
	  .digits = 0 },
	{ "nginx-error", "ISO 8601", TL_CLOCK_CALENDAR, "^()(.{19}) ", "%Y/%m/%d %T", .digits = 0 },
	{ "apache-error", "ctime", TL_CLOCK_CALENDAR, "^(\\[)(.{19})[.]([0-9]+) 2026\\]",
	  "%a %b %d %T", .digits = 6 },
};

static uint64_t fraction(const char *digits, size_t n)
{
	char nine[10] = "000000000";

	memcpy(nine, digits, n);
	return strtoull(nine, NULL, 10);
}

/* Group 2 of the match as nanoseconds. */
static uint64_t whole(const struct sample *s, const char *text)
{
	struct tm tm = { .tm_year = s->clock == TL_CLOCK_DAY ? 70 : 126, .tm_mday = 1 };
	uint64_t unit = s->unit ? s->unit : TL_SECOND;

	if (!s->format)
		return strtoull(text, NULL, 10) * unit;
	if (strcmp(s->format, "%s") == 0)
		return strtoull(text, NULL, 10) * TL_SECOND;
	assert_non_null(strptime(text, s->format, &tm));
	return (uint64_t)timegm(&tm) * TL_SECOND;
}

/* TL_TIME_NONE: no match. */
static uint64_t naive(const struct sample *s, const regex_t *re, const char *line)
{
	uint64_t unit = s->unit ? s->unit : TL_SECOND, ns;
	regmatch_t m[5];

	if (regexec(re, line, 5, m, 0) != 0)
		return TL_TIME_NONE;
	ns = whole(s, line + m[2].rm_so);
	if (m[3].rm_so >= 0 && memchr("0123456789", line[m[3].rm_so], 10))
		ns += fraction(line + m[3].rm_so, (size_t)(m[3].rm_eo - m[3].rm_so)) /
		      (TL_SECOND / unit);
	if (strstr(line, "+0530"))
		ns -= (5 * 3600 + 1800) * TL_SECOND;
	return ns;
}

static void check_lines(const struct sample *s, const struct tl_timeform *f, char *text)
{
	unsigned times = 0;
	regex_t re;

	assert_int_equal(regcomp(&re, s->pattern, REG_EXTENDED), 0);
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		uint64_t want = naive(s, &re, line), got = read_line(f, line);

		if (got != want)
			fail_msg("%s: %s: %llu, not %llu", s->file, line, (unsigned long long)got,
				 (unsigned long long)want);
		times += got != TL_TIME_NONE;
	}
	regfree(&re);
	if (times < (f->kind ? 2 : 0))
		fail_msg("%s has %u times", s->file, times);
}

static void test_samples(void **state)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const struct sample *s = &samples[i];
		char path[128], *text;
		struct tl_timeform f;
		size_t len;
		FILE *in;

		snprintf(path, sizeof(path), STAMPS "%s", s->file);
		in = fopen(path, "r");
		text = read_all(in, &len);
		fclose(in);
		detect(text, len, &f);
		if (strcmp(tl_timeform_name(&f), s->name) != 0)
			fail_msg("%s is %s", s->file, tl_timeform_name(&f));
		assert_int_equal(f.clock, s->clock);
		assert_int_equal(f.digits, s->digits);
		if (f.deltas != s->deltas)
			fail_msg("%s: deltas are not told", s->file);
		assert_int_equal(f.period, s->clock == TL_CLOCK_DAY && !s->deltas ? TL_DAY : 0);
		check_lines(s, &f, text);
		free(text);
	}
}

/* Other ways to write a time, each as three lines of a log; %c is replaced by 1, 2, 3. */
static const struct {
	const char *line, *name;
	uint64_t first;
} written[] = {
	{ "2026-11-22T11:39:3%cZ up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c,123 INFO [main] a.b.C - up", "ISO 8601",
	  UINT64_C(1795347571123000000) },
	{ "INFO  2026-11-22 11:39:3%c.5 up", "ISO 8601", UINT64_C(1795347571500000000) },
	{ "[INFO] [2026-11-22 11:39:3%c] up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 12:39:3%c.000000001+01:00 up", "ISO 8601", UINT64_C(1795347571000000001) },
	{ "2026-11-22 12:39:3%c.123+01 up", "ISO 8601", UINT64_C(1795347571123000000) },
	{ "2026-11-22 08:09:3%c -0330 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c -5 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c -1234 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c -12000 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c +01:20 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c -1500 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c-100 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 17:24:3%c+0545 up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 17:24:3%c +05:45: up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 03:39:3%c-08: up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c.123 UTC [4711] LOG:  up", "ISO 8601",
	  UINT64_C(1795347571123000000) },
	{ "2026-11-22T11:39:3%c.123456Z 0 [Note] [MY-010051] up", "ISO 8601",
	  UINT64_C(1795347571123456000) },
	{ "{\"time\":\"2026-11-22T11:39:3%c.5Z\",\"msg\":\"up\"}", "JSON, ISO 8601",
	  UINT64_C(1795347571500000000) },
	{ "time=\"2026-11-22T11:39:3%cZ\" level=info", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026/11/22 11:39:3%c.123456 main.go:12: up", "ISO 8601", UINT64_C(1795347571123456000) },
	{ "<34>1 2026-11-22T11:39:3%c.003Z box su - ID47 - up", "ISO 8601",
	  UINT64_C(1795347571003000000) },
	{ "2024-02-29 00:00:0%c up", "ISO 8601", 1709164801 * TL_SECOND },
	{ "<34>Nov 22 11:39:3%c box su: up", "syslog", 1795347571 * TL_SECOND },
	{ "Nov  2 11:39:3%c box su: up", "syslog", 1793619571 * TL_SECOND },
	{ "I1122 11:39:3%c.123456   17 main.cc:12] up", "glog", UINT64_C(1795347571123456000) },
	{ "W20261122 11:39:3%c.123456   17 main.cc:12] up", "glog", UINT64_C(1795347571123456000) },
	{ "11-22 11:39:3%c.123  1234  1240 I tag: up", "logcat", UINT64_C(1795347571123000000) },
	{ "22-Nov-2026 11:39:3%c.123 INFO [main] up", "day, month, year",
	  UINT64_C(1795347571123000000) },
	{ "17:M 22 Nov 2026 11:39:3%c.123 * Ready", "day, month, year",
	  UINT64_C(1795347571123000000) },
	{ "[22-Nov-2026 11:39:3%c UTC] PHP Warning:  up", "day, month, year",
	  1795347571 * TL_SECOND },
	{ "10.0.0.1:4711 [22/Nov/2026:11:39:3%c.123] web app/1 0/0/1", "web server",
	  UINT64_C(1795347571123000000) },
	{ "::1 - - [22/Nov/2026:12:39:3%c +0100] \"GET /\" 200", "web server",
	  1795347571 * TL_SECOND },
	{ "2026-11-22\t11:39:3%c\tFRA2\t2390", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22_11:39:3%c.123 up", "ISO 8601", UINT64_C(1795347571123000000) },
	{ "Nov 22, 2026 11:39:3%c AM a.b.C main", "month, day, year", 1795347571 * TL_SECOND },
	{ "Nov 2, 2026, 1:39:3%c PM a.b.C main", "month, day, year", 1793626771 * TL_SECOND },
	{ "Nov  2 2026 11:39:3%c.5: %%ASA-6-302013: up", "month, day, year",
	  UINT64_C(1793619571500000000) },
	{ "2026-11-22 11:39:3%c,97.0", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c,977.25,up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c,5,up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c,1234567890", "ISO 8601", 1795347571 * TL_SECOND },
	{ "2026-11-22 11:39:3%c,123456 up", "ISO 8601", UINT64_C(1795347571123456000) },
	{ "20261122 11:39:3%c.5 up", "yyyymmdd", UINT64_C(1795347571500000000) },
	{ "20261122T11393%c.123Z up", "yyyymmdd", UINT64_C(1795347571123000000) },
	{ "8=FIX.4.2|9=178|35=8|52=20261122-11:39:3%c.123|11=ATOM|", "yyyymmdd",
	  UINT64_C(1795347571123000000) },
	{ "26/11/22 11:39:3%c INFO executor.Executor: up", "yymmdd", 1795347571 * TL_SECOND },
	{ "261122 11:39:3%c [Note] up", "yymmdd", 1795347571 * TL_SECOND },
	{ "261122 11393%c 148 INFO dfs.DataNode: up", "yymmdd", 1795347571 * TL_SECOND },
	{ "[I 261122 11:39:3%c web:12] up", "yymmdd", 1795347571 * TL_SECOND },
	{ "22.11.2026 11:39:3%c.5 up", "dd.mm.yyyy", UINT64_C(1795347571500000000) },
	{ "=INFO REPORT==== 22-Nov-2026::11:39:3%c ===", "day, month, year",
	  1795347571 * TL_SECOND },
	{ "Sun Nov 22 01:39:3%c PM UTC 2026 up", "ctime", 1795354771 * TL_SECOND },
	{ "22/11/2026, 1:39:3%c pm up", "dd/mm/yyyy", 1795354771 * TL_SECOND },
	{ "2026-11-22 01:39:3%c.5 PM up", "ISO 8601", UINT64_C(1795354771500000000) },
	{ "2026-11-22 02:39:3%c PM +0100 up", "ISO 8601", 1795354771 * TL_SECOND },
	{ "20261122 01:39:3%c PM up", "yyyymmdd", 1795354771 * TL_SECOND },
	{ "20261122T01393%cPM up", "yyyymmdd", 1795354771 * TL_SECOND },
	{ "22.11.2026 01:39:3%c PM up", "dd.mm.yyyy", 1795354771 * TL_SECOND },
	{ "26/11/22 01:39:3%c PM INFO executor.Executor: up", "yymmdd", 1795354771 * TL_SECOND },
	{ "Nov 22 01:39:3%c PM box su: up", "syslog", 1795354771 * TL_SECOND },
	{ "[  12%c.345s][info][gc] GC(1) Pause", "dmesg", 121345 * UINT64_C(1000000) },
	{ "12%c.345: [GC (Allocation Failure) 512K", "garbage collector",
	  121345 * UINT64_C(1000000) },
	{ "4711@17953475%c1.123456:virtio_queue_notify vdev", "seconds since 1970",
	  UINT64_C(1795347511123456000) },
	{ "APPREAD 17953475%c1 2026.11.22 R02 RAS", "seconds since 1970", 1795347511 * TL_SECOND },
	{ "{\"log\":\"something that is long enough to hide what is of "
	  "use\\n\",\"stream\":\"stdout\","
	  "\"time\":\"2026-11-22T11:39:3%c.123456789Z\"}",
	  "JSON, ISO 8601", UINT64_C(1795347571123456789) },
	{ "level=info caller=compact.go:123 msg=\"something that is long enough, too\" "
	  "ts=2026-11-22T11:39:3%c.5Z",
	  "key, ISO 8601", UINT64_C(1795347571500000000) },
	{ "{\"short_message\":\"2020-01-01 00:00:00 is no time of this\",\"level\":1,"
	  "\"timestamp\":17953475%c1.123}",
	  "JSON, seconds", UINT64_C(1795347511123000000) },
	{ "{\"addr\":\"10.0.0.1\",\"request\":\"GET / "
	  "HTTP/1.1\",\"status\":\"200\",\"bytes\":\"1\","
	  "\"time_local\":\"22/Nov/2026:12:39:3%c +0100\"}",
	  "JSON, day, month, year", 1795347571 * TL_SECOND },
	{ "  8,0    3        1     0.00000%c000   697  G   W 223490 + 8 [kjournald]",
	  "function graph", 1000 },
	{ "[Sun Nov 22 11:39:3%c 2026] [error] up", "ctime", 1795347571 * TL_SECOND },
	{ "Sun Nov  1 11:39:3%c UTC 2026", "ctime", 1793533171 * TL_SECOND },
	{ "17953475%c1 up", "seconds since 1970", 1795347511 * TL_SECOND },
	{ "17953475%c1.123    17 10.0.0.1 TCP_MISS/200", "seconds since 1970",
	  UINT64_C(1795347511123000000) },
	{ "(17953475%c1.123456) can0 123#00", "seconds since 1970", UINT64_C(1795347511123456000) },
	{ "type=SYSCALL msg=audit(17953475%c1.123:456): arch=c000003e", "seconds since 1970",
	  UINT64_C(1795347511123000000) },
	{ "{\"level\":\"info\",\"ts\":17953475%c1.123456789}", "JSON, seconds",
	  UINT64_C(1795347511123456789) },
	{ "{\"time\":17953475%c1123,\"msg\":\"up\"}", "JSON, milliseconds",
	  UINT64_C(1795347511123000000) },
	{ "{\"__REALTIME_TIMESTAMP\":\"17953475%c1123456\",\"X\":1}", "JSON, microseconds",
	  UINT64_C(1795347511123456000) },
	{ "  <idle>-0       3dNh3    %c23us+: try_to_wake_up <-wake_up", "ftrace latency", 123000 },
	{ "    bash-4242    0d..2 1234%cus : preempt_off", "ftrace latency", 12341000 },
	{ "17953475%c1123.25 up", "milliseconds since 1970", UINT64_C(1795347511123250000) },
	{ "17953475%c1123456 up", "microseconds since 1970", UINT64_C(1795347511123456000) },
	{ "17953475%c1123456789 up", "nanoseconds since 1970", UINT64_C(1795347511123456789) },
	{ "11:39:3%c.123456 IP 10.0.0.1.22 > 10.0.0.2.51234: Flags [P.]", "time of day",
	  UINT64_C(41971123456000) },
	{ "[11:39:3%c] up", "time of day", UINT64_C(41971000000000) },
	{ "DEBUG 11:39:3%c,500 up", "time of day", UINT64_C(41971500000000) },
	{ "\033[32m[   12.34567%c] \033[0m\033[33mup", "dmesg", UINT64_C(12345671000) },
	{ "\033[1;31m\033[7m2026-11-22T11:39:3%cZ\033[m up", "ISO 8601", 1795347571 * TL_SECOND },
	{ "[   12.34567%c] up", "dmesg", UINT64_C(12345671000) },
	{ "[    12.34%c] (II) up", "dmesg", UINT64_C(12341000000) },
	{ " instruction trace error type 1 time 4525.74412398%c cpu 0 pid 21595 tid 21595 ip 0 "
	  "code 8: Lost",
	  "ftrace or perf", UINT64_C(4525744123981) },
};

static void test_written(void **state)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		char text[512], line[160];
		struct tl_timeform f;
		int n = 0;

		for (char c = '1'; c <= '3'; c++) {
			n += snprintf(text + n, sizeof(text) - (size_t)n, written[i].line, c);
			n += snprintf(text + n, sizeof(text) - (size_t)n, "\n");
		}
		detect(text, (size_t)n, &f);
		if (strcmp(tl_timeform_name(&f), written[i].name) != 0)
			fail_msg("%s is %s", written[i].line, tl_timeform_name(&f));
		snprintf(line, sizeof(line), written[i].line, '1');
		if (read_line(&f, line) != written[i].first)
			fail_msg("%s: %llu", line, (unsigned long long)read_line(&f, line));
		/* Elsewhere in the line it is found, too. */
		f.fixed = false;
		f.col += 7;
		if (read_line(&f, line) != written[i].first)
			fail_msg("%s: not found", line);
	}
}

/* What a text is that has no times, or none that are its lines'. */
static void check_none(const char *what, const char *text, size_t len)
{
	struct tl_timeform f;

	if (detect(text, len, &f))
		fail_msg("%s is %s", what, tl_timeform_name(&f));
	assert_int_equal(read_line(&f, "2026-11-22 11:39:33"), TL_TIME_NONE);
}

static void check_none_file(FILE *in, const char *name)
{
	size_t len;
	char *text = read_all(in, &len);

	check_none(name, text, len);
	free(text);
}

static void test_prose_and_source(void **state)
{
	static const char *const files[] = { "README.md",
					     "Makefile",
					     "LICENSE",
					     "man/tless.1",
					     "docs/architecture.md",
					     "index/FORMAT.md",
					     "index/datestamps.c",
					     "tests/unit/test_timestamp.c",
					     STAMPS "make-stamps",
					     STAMPS "tracedat.py",
					     "/etc/passwd",
					     "/etc/services" };
	static const char *const commands[] = {
		"ls -l /usr/bin",
		"ls -l --time-style=long-iso /usr/bin",
		"ps -ef",
		"ps -eo pid,time,args",
		"git log -n 200",
		"git log -n 200 --date=iso",
		"git log -n 200 --date=unix --stat",
		"git log -n 200 --format=fuller",
		"df",
		"env",
		"seq 400",
		"seq 1500000000 7919 1504000000",
		"cal 2026 || true",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		FILE *in = fopen(files[i], "r");

		if (!in && files[i][0] == '/')
			continue;
		check_none_file(in, files[i]);
		fclose(in);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		char command[256];
		FILE *in;

		snprintf(command, sizeof(command), "(%s) 2>/dev/null", commands[i]);
		in = popen(command, "r");
		check_none_file(in, commands[i]);
		pclose(in);
	}
}

static void test_numbers(void **state)
{
	static const char *const rows[] = {
		"%1$lu,%2$lu,%3$lu",     "%1$lu.%2$06lu,%3$lu",         "%4$u %1$lu.%2$09lu %3$lu",
		"%1$9lu %2$9lu %3$9lu",  "%1$lu.%2$06lu %3$lu.%2$06lu", "foo_%4$u(%1$lu.%2$lu);",
		"%4$u:%1$lu:%2$lu",      "%1$lx:%2$lx %3$lx",           "v%4$u.%4$u.%4$u: fixed",
		"Track %4$u  00:%5$02u", "2026-11-%5$02u something"
	};
	char text[20000];

	srandom(1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n = 0;

		for (unsigned line = 0; line < 200; line++) {
			unsigned long a = (unsigned long)random() * 7,
				      b = (unsigned long)random() % 1000000,
				      c = (unsigned long)random() % 10000;

			/* All of them in every row, so that each may use those it likes. */
			n += (size_t)snprintf(text + n, sizeof(text) - n, rows[i], a, b, c, line,
					      line % 28 + 1);
			text[n++] = '\n';
		}
		check_none(rows[i], text, n);
	}
}

/* A date without a year has the one that puts it within a year of the first line. */
static void test_years(void **state)
{
	const char *text =
	    "Dec 30 23:59:58 box a: b\nDec 31 23:59:59 box a: b\nJan  1 00:00:00 box a: b\n";
	struct tl_timeform f;

	/* Written on 2027-01-02. */
	assert_true(tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) },
				       1798848000, &f));
	assert_int_equal(read_line(&f, "Dec 30 23:59:58 box"), 1798675198 * TL_SECOND);
	assert_int_equal(read_line(&f, "Jan  1 00:00:00 box"), 1798761600 * TL_SECOND);
	assert_int_equal(read_line(&f, "Nov 30 00:00:00 box"), 1827532800 * TL_SECOND);
	assert_int_equal(read_line(&f, "Dec  1 00:00:00 box"), 1796083200 * TL_SECOND);
	/* When it was written is not known. */
	assert_true(
	    tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, -1, &f));
	assert_true(read_line(&f, "Jan  1 00:00:00 box") > read_line(&f, "Dec 31 23:59:59 box"));
}

/* The 29th of February is one of a leap year, also in a text that was written anew in another one. */
static void test_leap_days(void **state)
{
	const char *text = "Feb 28 23:59:59 box a: b\nFeb 29 12:00:00 box a: b\n"
			   "Mar  1 00:00:00 box a: b\n";
	struct tl_timeform f;

	assert_true(detect(text, strlen(text), &f)); /* in 2026 */
	assert_int_equal(read_line(&f, "Feb 28 23:59:59 box"), 1709164799 * TL_SECOND);
	assert_int_equal(read_line(&f, "Feb 29 12:00:00 box"), 1709208000 * TL_SECOND);
	assert_int_equal(read_line(&f, "Mar  1 00:00:00 box"), 1709251200 * TL_SECOND);
	/* In a leap year, but before its leap day: on 2024-01-31. */
	assert_true(tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) },
				       1706659200, &f));
	assert_int_equal(read_line(&f, "Feb 29 12:00:00 box"), 1582977600 * TL_SECOND);
	assert_true(
	    tl_timeform_detect((struct tl_span){ (const uint8_t *)text, strlen(text) }, -1, &f));
	assert_int_equal(read_line(&f, "Feb 29 12:00:00 box"), 68212800 * TL_SECOND);
	/* It began the year before. */
	text = "Dec 28 23:59:59 box a: b\nFeb 29 12:00:00 box a: b\nMar  1 00:00:00 box a: b\n";
	assert_true(detect(text, strlen(text), &f));
	assert_int_equal(read_line(&f, "Dec 28 23:59:59 box"), 1703807999 * TL_SECOND);
	assert_int_equal(read_line(&f, "Feb 29 12:00:00 box"), 1709208000 * TL_SECOND);
	/* Where it comes too late to tell the year it is no time rather than one of March. */
	text = "Jan 28 23:59:59 box a: b\nJan 29 12:00:00 box a: b\nJan 30 00:00:00 box a: b\n";
	assert_true(detect(text, strlen(text), &f));
	assert_int_equal(read_line(&f, "Feb 29 12:00:00 box"), TL_TIME_NONE);
	assert_int_equal(read_line(&f, "Jan 28 23:59:59 box"), 1769644799 * TL_SECOND);
}

/* Which of two numbers is the month is told by one that is none. */
static void test_slashes(void **state)
{
	const char *t = "11/22/2026 11:39:31 a\n11/22/2026 11:39:32 b\n11/22/2026 11:39:33 c\n";
	struct tl_timeform f;

	assert_true(detect(t, strlen(t), &f));
	assert_int_equal(read_line(&f, "11/22/2026 11:39:31 a"), 1795347571 * TL_SECOND);
	assert_int_equal(read_line(&f, "1/2/2026, 1:39:31 PM a"), 1767361171 * TL_SECOND);
	assert_int_equal(read_line(&f, "22/11/2026 11:39:31 a"), TL_TIME_NONE);
	t = "12/11/2026-23:59:59.5 a\n13/11/2026-00:00:01.5 b\n13/11/2026-00:00:02.5 c\n";
	assert_true(detect(t, strlen(t), &f));
	assert_string_equal(tl_timeform_name(&f), "dd/mm/yyyy");
	assert_int_equal(read_line(&f, "22/11/2026-11:39:31 a"), 1795347571 * TL_SECOND);
	t = "10/11/2026 11:39:31 a\n11/11/2026 11:39:32 b\n12/11/2026 11:39:33 c\n";
	assert_false(detect(t, strlen(t), &f));
}

/* Hours of half a day. */
static void test_halves(void **state)
{
	static const struct {
		const char *time;
		unsigned hour;
	} halves[] = {
		{ "12:39:31 AM", 0 },       { "01:39:31 AM", 1 },
		{ "12:39:31 PM", 12 },      { "11:39:31 PM", 23 },
		{ "11:39:31 PMs", 11 },     { "13:39:31 PM", 13 },
		{ "11:39:31", 11 },         { "01:39:31 pm", 13 },
		{ "01:39:31 p.m.", 13 },    { "01:39:31PM", 13 },
		{ "01:39:31 PM: x", 13 },   { "01:39:31 PM|x", 13 },
		{ "01:39:31 PM-x", 13 },    { "01:39:31\u202fPM; x", 13 },
		{ "01:39:31\u00a0PM", 13 }, { "01:39:31 pm.c: x", 1 },
		{ "01:39:31 pm_x", 1 },     { "01:39:31 p", 1 },
	};
	const char *text = "11:39:31 AM all\n11:39:32 AM all\n11:39:33 AM all\n";
	struct tl_timeform f;

	assert_true(detect(text, strlen(text), &f));
	for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++)
		assert_int_equal(read_line(&f, halves[i].time),
				 (halves[i].hour * 3600 + 39 * 60 + 31) * TL_SECOND);
}

/* Numbers of seconds go on and have words behind them; those that go up and down are something else. */
static void test_seconds(void **state)
{
	const char *t = "   12.345678 [0003]  sshd[1]\n   12.345679 [0001]  cat[2]\n"
			"   12.345680 [0001]  cat[2]\n   12.345681 [0003]  sshd[1]\n"
			"   12.345690 [0001]  cat[2]\n   12.345691 [0003]  sshd[1]\n";
	struct tl_timeform f;

	assert_true(detect(t, strlen(t), &f));
	assert_string_equal(tl_timeform_name(&f), "seconds");
	assert_int_equal(read_line(&f, "12345.000001 [0003]  sshd"), UINT64_C(12345000001000));
	t = "12.345678 ab c\n12.345679 ab c\n12.345678 ab c\n12.345680 ab c\n12.345681 ab c\n"
	    "12.345682 ab c\n12.345683 ab c\n";
	assert_false(detect(t, strlen(t), &f));
	t = "12.345678 1 2\n12.345679 2 2\n12.345680 3 2\n12.345681 4 2\n12.345682 5 2\n"
	    "12.345683 6 2\n12.345684 7 2\n";
	assert_false(detect(t, strlen(t), &f));
	/* Sorted tables: names, digits as needed, too few lines. */
	t = "0.013000 a.txt\n0.026000 b.txt\n0.039000 c.txt\n0.040000 d.txt\n0.050000 e.txt\n"
	    "0.060000 f.txt\n0.070000 g.txt\n0.080000 h.txt\n";
	assert_false(detect(t, strlen(t), &f));
	t = "0.013001 ab cd\n0.026002 ab cd\n0.039003 ab cd\n0.040004001 ab cd\n"
	    "0.050005 ab cd\n0.060006 ab cd\n0.070007 ab cd\n0.080008 ab cd\n";
	assert_false(detect(t, strlen(t), &f));
	t = "0.013001 ab cd\n0.026002 ab cd\n0.039003 ab cd\n0.040004 ab cd\n0.050005 ab cd\n";
	assert_false(detect(t, strlen(t), &f));
	t = " (000.000001)  can0  123   [2]  11 22\n (000.000002)  can0  123   [2]  11 22\n"
	    " (000.000003)  can0  123   [2]  11 22\n (000.000004)  can0  123   [2]  11 22\n"
	    " (000.000005)  can0  123   [2]  11 22\n (000.000006)  can0  123   [2]  11 22\n";
	assert_true(detect(t, strlen(t), &f));
	/* A counter of ftrace is no time. */
	t = "  bash-1  [001] d..2.  123456: sys_read\n  bash-1  [001] d..2.  123457: sys_read\n"
	    "  bash-1  [001] d..2.  123458: sys_read\n";
	assert_false(detect(t, strlen(t), &f));
}

/* A line that is nothing but a time is the head of many. */
static void test_heads(void **state)
{
	const char *t =
	    "11:39:31\n@[bash]: 12\n@[ls]: 1\n@[cat]: 1\n@[x]: 2\n11:39:32\n@[bash]: 12\n"
	    "@[ls]: 1\n@[cat]: 1\n@[x]: 1\n11:39:33\n@[bash]: 12\n";
	struct tl_timeform f;

	assert_true(detect(t, strlen(t), &f));
	t = "11:39:31 a\n@[bash]: 12\n@[ls]: 1\n@[cat]: 1\n@[x]: 2\n11:39:32 a\n@[bash]: 12\n"
	    "@[ls]: 1\n@[cat]: 1\n@[x]: 1\n11:39:33 a\n@[bash]: 12\n";
	assert_false(detect(t, strlen(t), &f));
}

/* How many lines a text must have with times, and may have without. */
static void test_shares(void **state)
{
	struct tl_timeform f;
	const char *t;

	t = "2026-11-22 11:39:33 one line";
	assert_true(detect(t, strlen(t), &f));
	t = "2026-11-22 11:39:33 two\nand another\n";
	assert_false(detect(t, strlen(t), &f));
	t = "2026-11-22 11:39:33 a\njava.lang.Error: x\n\tat a.b.C(D.java:1)\n\tat "
	    "a.b.D(D.java:1)\n\n"
	    "2026-11-22 11:39:34 a\n2026-11-22 11:39:34 b\n";
	assert_true(detect(t, strlen(t), &f));
	assert_true(f.sparse);
	/* What is indented below a line that begins with its time, but not among lines that say one. */
	t = "2026-11-22 11:39:33 a\n  b=c\n  b=d\n  b=e\n  b=e\n2026-11-22 11:39:34 a\n  b=c\n  "
	    "b=d\n  b=e\n"
	    "2026-11-22 11:39:34 a\n";
	assert_true(detect(t, strlen(t), &f));
	t = "On 2026-11-22 11:39:33 a\n  b=c\n  b=d\n  b=e\n  b=e\nOn 2026-11-22 11:39:34 a\n  "
	    "b=c\n  b=d\n  b=e\n"
	    "On 2026-11-22 11:39:34 a\n";
	assert_false(detect(t, strlen(t), &f));
	t = "Nov 22 11:39:33 box a: b\n   c\n   d\n  e\nNov 22 11:39:33 box a: b\n   c\n   d\n  e\n"
	    "Nov 22 11:39:33 box a: b\n";
	assert_true(detect(t, strlen(t), &f));
	/* Times in comments and in source are none of the text's. */
	t = "# 2026-11-22 11:39:33 a\n# 2026-11-22 11:39:33 a\n# 2026-11-22 11:39:33 a\n";
	assert_false(detect(t, strlen(t), &f));
	assert_false(detect("", 0, &f));
	assert_string_equal(tl_timeform_name(&f), "none");
}

/* Where lines begin with a time, one further behind is something that they say. */
static void test_said(void **state)
{
	const char *t = "2026-11-22 11:39:33 a\nat 2026-11-22 11:39:34 b\n"
			"at 2026-11-22 11:39:34 c\n";
	struct tl_timeform f;

	assert_true(detect(t, strlen(t), &f));
	assert_false(f.fixed);
	t = "2026-11-22 11:39:33 a\n2026-11-22 11:39:34 b\n";
	assert_true(detect(t, strlen(t), &f));
	assert_true(f.fixed);
	assert_int_equal(read_line(&f, "2026-11-22 11:39:33 a"), 1795347573 * TL_SECOND);
	assert_int_equal(read_line(&f, "expires 2030-01-01 00:00:00"), TL_TIME_NONE);
	/* One of eight may be such a line. */
	t = "2026-11-22 11:39:33 a\n2026-11-22 11:39:34 b\n2026-11-22 11:39:34 c\n"
	    "expires 2030-01-01 00:00:00\n2026-11-22 11:39:33 a\n2026-11-22 11:39:34 b\n"
	    "2026-11-22 11:39:34 c\n2026-11-22 11:39:34 c\n";
	assert_true(detect(t, strlen(t), &f));
	assert_int_equal(read_line(&f, "expires 2030-01-01 00:00:00"), TL_TIME_NONE);
	t = "INFO 2026-11-22 11:39:33 a\nERROR 2026-11-22 11:39:34 b\n";
	assert_true(detect(t, strlen(t), &f));
	assert_int_equal(read_line(&f, "WARN  2026-11-22 11:39:33 a"), 1795347573 * TL_SECOND);
}

/* perf script --header and trace-cmd report, of machines of many CPUs */
static void test_long_headings(void **state)
{
	char text[40000];
	size_t n = 0;
	struct tl_timeform f;

	for (unsigned cpu = 0; cpu < 600; cpu++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "# CPU %u cache: 1024K\n", cpu);
	for (unsigned cpu = 0; cpu < 600; cpu++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "CPU %u is empty\n", cpu);
	for (unsigned i = 0; i < 3; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "sh  8194 [%03u] 58749.97283%u: cpu-clock:\n", i, i);
	assert_true(detect(text, n, &f));
	assert_string_equal(tl_timeform_name(&f), "ftrace or perf");
}

/* perf script --show-mmap-events, of a recording of the whole system: more of them than lines are looked at */
static void test_before_the_recording(void **state)
{
	static const char mmap[] =
	    "swapper     0     0.000000: PERF_RECORD_MMAP -1/0: x [kernel]\n";
	char text[sizeof(mmap) * 300] = "";
	struct tl_timeform f;

	for (size_t n = 0; n < 300; n++)
		memcpy(text + n * (sizeof(mmap) - 1), mmap, sizeof(mmap));
	assert_true(detect(text, strlen(text), &f));
	assert_true(read_line(&f, mmap) == TL_TIME_NONE);
	assert_true(read_line(&f, "sh     8194     0.000000: 125000 cpu-clock:") == 0);
	assert_true(read_line(&f, "sh  8194 58749.972839: PERF_RECORD_MMAP2 8194/8194: x") ==
		    UINT64_C(58749972839000));
}

/* No format needs more bytes than a line has, wherever other lines have their time. */
static void test_short_lines(void **state)
{
	static const char *const lines[] = {
		"I1122 11:39:33.123456 x",    "[ 12.345678] x",  "Nov 22 11:39:33 x",
		"    a-1 [000] 12.345678: x", "=1795347571.5 x", "{\"t\":1795347571.5}"
	};

	for (size_t i = 0; i < tl_ntimekinds; i++)
		for (uint32_t col = 0; col < 24; col++) {
			struct tl_timeform f = { .kind = &tl_timekinds[i], .col = col };
			uint64_t ns;

			assert_false(tl_timeform_read(&f, NULL, 0, &ns));
			assert_false(tl_timeform_read(&f, (const uint8_t *)"", 0, &ns));
			for (size_t n = 0; n < sizeof(lines) / sizeof(*lines) * 24; n++) {
				size_t len = strnlen(lines[n / 24], n % 24);
				uint8_t *line = malloc(len + 1);

				assert_non_null(line);
				memcpy(line, lines[n / 24], len);
				line = realloc(line, len ? len : 1);
				assert_non_null(line);
				tl_timeform_read(&f, line, len, &ns);
				free(line);
			}
		}
}

/* What a command writes; NULL: it cannot run here. */
static char *output_of(const char *command, size_t *len)
{
	FILE *in = popen(command, "r");
	char *text = read_all(in, len);

	if (pclose(in) == 0 && *len > 0)
		return text;
	free(text);
	return NULL;
}

/* What strace says now is read as now. */
static void test_strace_live(void **state)
{
	uint64_t before = (uint64_t)time(NULL) * TL_SECOND, ns, times = 0;
	struct tl_timeform f;
	size_t len;
	char *text =
	    output_of("strace -f -ttt -o /dev/stdout sh -c 'exit 0; exit 1' 2>/dev/null", &len);

	if (!text) {
		print_message("strace cannot run here\n");
		skip();
	}
	assert_true(detect(text, len, &f));
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!tl_timeform_read(&f, (const uint8_t *)line, strlen(line), &ns))
			continue;
		assert_true(ns >= before && ns < before + 600 * TL_SECOND);
		times++;
	}
	assert_true(times > 3);
	free(text);
}

/* The orders that perf script has its columns in, of a recording made now. */
static void test_perf_live(void **state)
{
	/* Without names of functions, which take seconds to read. */
	static const char *const options[] = { "-G -F comm,tid,time,event", "-F comm,tid,time,ip",
					       "-G --ns -F pid,tid,time,period",
					       "-G --reltime -F time,event" };
	char dir[] = "/tmp/tless-stamps-XXXXXX", command[256];
	struct sample s = { "perf script", "ftrace or perf", TL_CLOCK_PLAIN,
			    "^( *|[^\t].* )([0-9]+)[.]([0-9]+): ", .digits = 0 };
	size_t len, ran = 0;

	if (!mkdtemp(dir))
		skip();
	snprintf(command, sizeof(command),
		 "perf record -q -B -N -e cpu-clock -c 50000 -g -o %s/data ls / >/dev/null 2>&1 && "
		 "echo done",
		 dir);
	free(output_of(command, &len));
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		struct tl_timeform f;
		char *text;

		snprintf(command, sizeof(command), "perf script -i %s/data %s 2>/dev/null", dir,
			 options[i]);
		text = output_of(command, &len);
		if (!text)
			continue;
		if (!detect(text, len, &f))
			fail_msg("%s has no times", options[i]);
		assert_int_equal(f.digits, strstr(options[i], "--ns") ? 9 : 6);
		check_lines(&s, &f, text);
		free(text);
		ran++;
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	if (ran == 0) {
		print_message("perf cannot record here\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_prose_and_source),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_years),
		cmocka_unit_test(test_leap_days),
		cmocka_unit_test(test_slashes),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_long_headings),
		cmocka_unit_test(test_before_the_recording),
		cmocka_unit_test(test_short_lines),
		cmocka_unit_test(test_strace_live),
		cmocka_unit_test(test_perf_live),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
