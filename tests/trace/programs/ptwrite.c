/* PTWRITE, of both sizes. */
static volatile unsigned long sink;

__attribute__((noinline)) static void mark(unsigned long value)
{
	__asm__ volatile("ptwriteq %0" : : "r"(value));
}

__attribute__((noinline)) static void mark32(unsigned value)
{
	__asm__ volatile("ptwritel %0" : : "r"(value));
}

int main(void)
{
	for (unsigned long i = 0; i < 20; i++) {
		mark(0x123456789abcdef0 + i);
		if (i & 1)
			mark32((unsigned)i);
		sink += i;
	}
	return 0;
}
