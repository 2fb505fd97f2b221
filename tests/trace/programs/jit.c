/* Code that is in no file: written to a page (at 0x10000000), run, written anew and run again. */
#include <string.h>
#include <sys/mman.h>

typedef int fn(int);

int main(void)
{
	/* mov eax, edi; add eax, 1; ret */
	static const unsigned char one[] = { 0x89, 0xf8, 0x83, 0xc0, 0x01, 0xc3 };
	/* mov eax, edi; test eax, eax; je +3; sub eax, 2; ret */
	static const unsigned char two[] = { 0x89, 0xf8, 0x85, 0xc0, 0x74,
					     0x03, 0x83, 0xe8, 0x02, 0xc3 };
	unsigned char *page = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int sum = 0;

	if (page == MAP_FAILED)
		return 1;
	memcpy(page, one, sizeof(one));
	for (int i = 0; i < 5; i++)
		sum += ((fn *)page)(i);
	memcpy(page, two, sizeof(two));
	for (int i = 0; i < 5; i++)
		sum += ((fn *)page)(i);
	return sum == 0;
}
