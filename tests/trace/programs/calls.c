/* Calls: deep recursion (more than the 64 that RET compression remembers), mutual recursion
 * through pointers, returns to where no call came from, longjmp. */
#include <setjmp.h>

static volatile unsigned sink;
static jmp_buf env;

__attribute__((noinline)) static unsigned deep(unsigned n)
{
	unsigned below = n ? deep(n - 1) : 0;

	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

typedef unsigned step(unsigned n);
static unsigned odd(unsigned n);
static unsigned even(unsigned n);
static step *volatile steps[2] = { even, odd };

__attribute__((noinline)) static unsigned even(unsigned n)
{
	unsigned r = n ? steps[1](n - 1) : 1;

	__asm__ volatile("" : "+r"(r));
	return r;
}

__attribute__((noinline)) static unsigned odd(unsigned n)
{
	unsigned r = n ? steps[0](n - 1) : 0;

	__asm__ volatile("" : "+r"(r));
	return r;
}

__attribute__((noinline)) static unsigned fib(unsigned n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/* As a retpoline: the call's return address is replaced, and RET jumps. */
__attribute__((noinline)) static unsigned thunk(void)
{
	unsigned r;

	__asm__ volatile("	lea 2f(%%rip), %%rdx\n"
			 "	call 1f\n"
			 "	ud2\n"
			 "1:	mov %%rdx, (%%rsp)\n"
			 "	ret\n"
			 "2:	mov $5, %0\n"
			 : "=r"(r)
			 :
			 : "rdx", "memory");
	return r;
}

__attribute__((noinline)) static void thrower(unsigned n)
{
	if (n == 0)
		longjmp(env, 1);
	if (sink == ~0u)
		return;
	thrower(n - 1);
	sink++;
}

__attribute__((noinline)) static unsigned tail(unsigned n)
{
	return fib(n);
}

int main(void)
{
	sink += deep(200);
	sink += deep(3);
	sink += steps[0](21);
	sink += fib(9);
	for (unsigned i = 0; i < 4; i++)
		sink += thunk() + fib(3);
	for (unsigned i = 0; i < 3; i++) {
		if (setjmp(env) == 0)
			thrower(6 + i);
		else
			sink += tail(4);
	}
	return sink == 0;
}
