/* timekinds.c: the table of formats, see timekinds.h. */
#include "index/timekinds.h"

#include "index/calendar.h"

#define PLAIN(unit_)     .clock = TL_CLOCK_PLAIN, .style = TL_STYLE_NUMBER, .unit = (unit_)
#define DATES            .clock = TL_CLOCK_CALENDAR, .style = TL_STYLE_ISO
#define YEARLESS         .clock = TL_CLOCK_CALENDAR, .style = TL_STYLE_YEARLESS, .yearless = true
#define EPOCH(unit_)     .clock = TL_CLOCK_CALENDAR, .style = TL_STYLE_EPOCH, .unit = (unit_)
#define OF_DAY           .clock = TL_CLOCK_DAY, .style = TL_STYLE_DAY
#define READ(next_, at_) .next = tl_stamp_next_##next_, .at = tl_stamp_##at_

/* A line that has more keys for times tells of others than its own. */
#define KEYED(next_, at_) READ(next_, at_), .tries = 8

/* A trace's times are like nothing else; its lines may be few among those of call chains. */
#define MANY_OTHERS 8

#define LINES_OF_ENTRY 100

const struct tl_timekind tl_timekinds[] = {
	{ .name = "ftrace or perf", PLAIN(TL_SECOND), READ(point, trace), .others = MANY_OTHERS },
	{ .name = "ftrace latency", PLAIN(1000), READ(latency, latency) },
	{ .name = "function graph", PLAIN(TL_SECOND), READ(point, graph) },
	{ .name = "uftrace",
	  PLAIN(TL_SECOND),
	  READ(nowhere, elapsed),
	  .prepare = tl_stamp_prepare_elapsed },
	{ .name = "sptdecode",
	  PLAIN(1000),
	  READ(first_point, spt),
	  .goes_on = tl_stamp_goes_on_spt },
	{ .name = "perf trace", PLAIN(1000000), READ(lead_point, perf_trace) },
	{ .name = "strace -r",
	  PLAIN(TL_SECOND),
	  READ(lead_point, delta),
	  .deltas = true,
	  .goes_on = tl_stamp_is_frame },
	{ .name = "strace", OF_DAY, READ(lead, strace), .goes_on = tl_stamp_is_frame },
	{ .name = "dmesg",
	  PLAIN(TL_SECOND),
	  READ(bracket, bracket),
	  .goes_on = tl_stamp_is_indented },
	{ .name = "dmesg, deltas",
	  PLAIN(TL_SECOND),
	  READ(angle, angle),
	  .deltas = true,
	  .goes_on = tl_stamp_is_indented },
	{ .name = "dmesg -e", YEARLESS, READ(ctime, minute), .goes_on = tl_stamp_goes_on_minute },
	{ .name = "ctime", DATES, READ(ctime, ctime), .goes_on = tl_stamp_is_indented },
	{ .name = "web server", DATES, READ(clf, dmy) },
	{ .name = "syslog", YEARLESS, READ(syslog, syslog), .goes_on = tl_stamp_is_indented },
	{ .name = "glog", YEARLESS, READ(glog, glog), .goes_on = tl_stamp_is_indented },
	{ .name = "logcat", YEARLESS, READ(syslog, logcat), .goes_on = tl_stamp_is_indented },
	{ .name = "JSON, ISO 8601", DATES, KEYED(json, key_iso) },
	{ .name = "JSON, day, month, year", DATES, KEYED(json, key_dmy) },
	{ .name = "JSON, seconds", EPOCH(TL_SECOND), KEYED(json, key_epoch) },
	{ .name = "JSON, milliseconds", EPOCH(1000000), KEYED(json, key_epoch) },
	{ .name = "JSON, microseconds", EPOCH(1000), KEYED(json, key_epoch) },
	{ .name = "JSON, nanoseconds", EPOCH(1), KEYED(json, key_epoch) },
	{ .name = "ISO 8601", DATES, READ(iso, iso), .anywhere = true },
	{ .name = "day, month, year", DATES, READ(dmy, dmy), .anywhere = true },
	{ .name = "seconds since 1970", EPOCH(TL_SECOND), READ(epoch, epoch) },
	{ .name = "milliseconds since 1970", EPOCH(1000000), READ(epoch, epoch) },
	{ .name = "microseconds since 1970", EPOCH(1000), READ(epoch, epoch) },
	{ .name = "nanoseconds since 1970", EPOCH(1), READ(epoch, epoch) },
	{ .name = "month, day, year", DATES, READ(syslog, mdy) },
	{ .name = "yyyymmdd", DATES, READ(compact, compact) },
	{ .name = "yymmdd", DATES, READ(two_digits, two_digits), .others = MANY_OTHERS },
	{ .name = "dd.mm.yyyy", DATES, READ(dotted, dotted), .anywhere = true },
	{ .name = "mm/dd/yyyy", DATES, READ(slashed, month_first), .doubtful = true },
	{ .name = "dd/mm/yyyy", DATES, READ(slashed, day_first), .doubtful = true },
	{ .name = "time of day", OF_DAY, READ(day, day), .anywhere = true },
	{ .name = "garbage collector", PLAIN(TL_SECOND), READ(lead_point, gc) },
	{ .name = "seconds", PLAIN(TL_SECOND), READ(lead_seconds, seconds), .rising = true },
	{ .name = "key, ISO 8601", DATES, KEYED(key, key_iso) },
	{ .name = "key, seconds", EPOCH(TL_SECOND), KEYED(key, key_epoch) },
	{ .name = "key, milliseconds", EPOCH(1000000), KEYED(key, key_epoch) },
	{ .name = "key, microseconds", EPOCH(1000), KEYED(key, key_epoch) },
	{ .name = "key, nanoseconds", EPOCH(1), KEYED(key, key_epoch) },
	{ .name = "journal, exported",
	  EPOCH(1000),
	  READ(export, export),
	  .others = LINES_OF_ENTRY },
};

const size_t tl_ntimekinds = sizeof(tl_timekinds) / sizeof(*tl_timekinds);
