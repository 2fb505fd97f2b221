/* timekinds.c: the table of formats, see timekinds.h. */
#include "index/timekinds.h"

#include "index/calendar.h"

const struct tl_timekind tl_timekinds[] = {
	{ .name = "ftrace",
	  .clock = TL_CLOCK_PLAIN,
	  .unit = TL_SECOND,
	  .next = tl_stamp_next_point,
	  .at = tl_stamp_trace },
	{ .name = "ISO 8601",
	  .clock = TL_CLOCK_CALENDAR,
	  .style = TL_STYLE_ISO,
	  .next = tl_stamp_next_iso,
	  .at = tl_stamp_iso },
};

const size_t tl_ntimekinds = sizeof(tl_timekinds) / sizeof(*tl_timekinds);
