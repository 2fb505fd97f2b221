/* Two libraries, one after the other at the same address. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int use(const char *dir, const char *name)
{
	char path[4096];
	void *lib;
	int (*fn)(int);
	int r;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	lib = dlopen(path, RTLD_NOW);
	if (!lib)
		return 0;
	fn = (int (*)(int))dlsym(lib, "entry");
	r = fn ? fn(5) : 0;
	dlclose(lib);
	return r;
}

int main(int argc, char **argv)
{
	char *slash = strrchr(argv[0], '/');
	int a, b, c;

	if (!slash)
		return 1;
	*slash = '\0';
	a = use(argv[0], "libone.so");
	b = use(argv[0], "libtwo.so");
	c = use(argv[0], "libone.so");
	return !(a == 15 && b == 120 && c == a);
}
