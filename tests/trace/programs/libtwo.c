/* The second of the two libraries of dl.c: at the addresses of the first is other code. */
int entry(int n);

__attribute__((noinline)) static int times(int a, int b)
{
	int s = 0;

	while (b-- > 0)
		s += a;
	return s;
}

int entry(int n)
{
	int p = 1;

	for (int i = 1; i <= n; i++)
		p = times(p, i);
	return p;
}
