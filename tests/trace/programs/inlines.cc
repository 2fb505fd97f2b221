/* Functions within functions, for the lines and names that debug information has for them. */
#include "inlines.h"

static volatile long sink;

static inline long clamp(long v, long most)
{
	return v > most ? most : v;
}

static inline long step(long i)
{
	shapes::point<long> a = { i, 3 }, b = { 2, i };
	long n = clamp(shapes::longer(a, b), 500);

	sink = n;
	return n;
}

struct counter {
	long n;

	__attribute__((noinline)) void add(long i)
	{
		if (i % 3 == 0)
			n += step(i);
		else
			n += clamp(i, 7);
	}
};

__attribute__((noinline)) static long run(long times)
{
	counter c = { 0 };

	for (long i = 0; i < times; i++)
		c.add(i);
	return step(c.n);
}

int main()
{
	return run(40) == 12345;
}
