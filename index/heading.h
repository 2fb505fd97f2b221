/*
 * heading.h: lines that programs write before what they tell, which say nothing of its form; there
 * are many of them on machines of many CPUs.
 */
#ifndef TL_INDEX_HEADING_H
#define TL_INDEX_HEADING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A comment, or `CPU 17 is empty` of trace-cmd report.  Any thread. */
static inline bool tl_is_heading(const uint8_t *line, size_t len)
{
	static const char cpu[] = "CPU ", empty[] = " is empty";
	const size_t ncpu = sizeof(cpu) - 1, nempty = sizeof(empty) - 1;

	if (len > 0 && *line == '#')
		return true;
	return len > ncpu + nempty && memcmp(line, cpu, ncpu) == 0 &&
	       memcmp(line + len - nempty, empty, nempty) == 0;
}

#endif
