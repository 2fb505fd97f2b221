/* fuzz_modelines.c: any bytes as a line that may say how far apart tab stops are. */
#include "pager/modelines.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char value[16] = "";

	if (tl_modeline_tabs((struct tl_span){ data, n }, value, sizeof(value)) &&
	    (value[0] < '0' || value[0] > '9' || strlen(value) >= sizeof(value)))
		abort();
	return 0;
}
