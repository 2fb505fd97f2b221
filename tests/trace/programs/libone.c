/* The first of the two libraries of dl.c. */
int entry(int n);

__attribute__((noinline)) static int sum(int n)
{
	return n ? n + sum(n - 1) : 0;
}

int entry(int n)
{
	int s = sum(n);

	__asm__ volatile("" : "+r"(s));
	return s;
}
