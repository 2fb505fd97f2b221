/* Flow inside of functions: loops, a jump table, string instructions, LOOP and JRCXZ. */
#include <stdio.h>
#include <string.h>

static volatile unsigned sink;

__attribute__((noinline)) static unsigned tight(unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++) {
		sum += i;
		__asm__ volatile("" : "+r"(sum));
	}
	return sum;
}

__attribute__((noinline)) static unsigned table(unsigned n)
{
	switch (n % 8) {
	case 0:
		return sink + 3;
	case 1:
		return tight(2);
	case 2:
		return sink * 7;
	case 3:
		return sink ^ n;
	case 4:
		return n - 1;
	case 5:
		return tight(n);
	case 6:
		return sink << 1;
	default:
		return 17;
	}
}

__attribute__((noinline)) static void strings(void)
{
	static char from[100], to[100];
	void *d = to, *s = from;
	unsigned long n = sizeof(to), loops = 5, zero = 0;

	memset(from, 'x', sizeof(from));
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	n = 0;
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(0) : "memory");
	__asm__ volatile("1: loop 1b" : "+c"(loops));
	__asm__ volatile("jrcxz 1f; nop; 1: nop" : "+c"(zero));
	/* A call of the next instruction, as code without a program counter has it. */
	__asm__ volatile("call 1f; 1: pop %0" : "=r"(zero));
	sink += (unsigned)(unsigned char)to[50];
}

int main(void)
{
	for (unsigned i = 0; i < 40; i++)
		sink += table(i);
	sink += tight(300);
	strings();
	return sink == 0;
}
