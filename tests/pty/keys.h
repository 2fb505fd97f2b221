/* keys.h: readable names of keys, turned into what a terminal sends for them. */
#ifndef TESTS_PTY_KEYS_H
#define TESTS_PTY_KEYS_H

#include <vterm.h>

/* Give the emulator the next key of `keys`; its output callback gets the bytes. */
const char *keys_press(VTerm *vt, const char *keys);

#endif
