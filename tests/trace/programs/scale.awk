# scale.awk: writes the C of a program for tests/trace/generate to walk: some hundred functions
# with loops, branches, switches, direct and indirect calls, recursion and system calls.  The
# same text each time.  It is never run: the walk decides where branches go.
#
#	awk -f scale.awk > scale.c

function rnd(n) { # a linear congruence that fits a double exactly
	seed = (seed * 16807) % 2147483647
	return int(seed / 2147483647 * n)
}

function work(indent,    k) {
	k = rnd(8)
	if (k < 2)
		print indent "x += y;"
	else if (k < 4)
		print indent "y ^= x >> " (1 + rnd(7)) ";"
	else if (k < 5)
		print indent "x = x * " (2 * rnd(500) + 3) ";"
	else if (k < 6)
		print indent "data[" rnd(256) "] = x;"
	else
		print indent "y += data[" rnd(256) "];"
}

function works(indent, n) {
	while (n-- > 0)
		work(indent)
}

# Functions call those further down, mostly near ones; the last ones call none.
function call(indent, me,    to, k) {
	k = rnd(20)
	to = me + 1 + rnd(60)
	if (k < 5)
		print indent "enter_kernel(x);"
	else if (to >= count)
		works(indent, 2)
	else if (k < 15)
		print indent "x += " name[to] "(x, y);"
	else if (k < 18)
		print indent "x ^= handlers[x & 63](x, y);"
	else
		print indent "if (x > y + " (1 + rnd(50)) ")\n" indent "\ty += " name[me] "(x - 1, y);"
}

function statement(me,    k, i) {
	k = rnd(10)
	if (k < 3) {
		print "\tif ((x & " (1 + rnd(31)) ") < y) {"
		work("\t\t")
		if (rnd(3))
			call("\t\t", me)
		print "\t} else {"
		work("\t\t")
		if (!rnd(3))
			call("\t\t", me)
		print "\t}"
	} else if (k < 5) {
		print "\tfor (unsigned long i = 0; i < (x & " (3 + rnd(40)) "); i++) {"
		work("\t\t")
		if (!rnd(3))
			call("\t\t", me)
		if (!rnd(2))
			print "\t\tif (y & " (1 + rnd(7)) ")\n\t\t\tx += i;"
		print "\t}"
	} else if (k < 6) {
		print "\tswitch (x & 7) {"
		for (i = 0; i < 8; i++) {
			print "\tcase " i ":"
			work("\t\t")
			if (!rnd(3))
				call("\t\t", me)
			print "\t\tbreak;"
		}
		print "\t}"
	} else if (k < 7) {
		print "\tif (x == " rnd(5000) ")\n\t\treturn y;"
	} else {
		call("\t", me)
		works("\t", rnd(2))
	}
}

BEGIN {
	seed = 20
	nv = split("parse read write find insert remove update flush open close lock unlock " \
		   "hash sort merge split encode decode check count", verb, " ")
	nn = split("header node page block inode entry table queue buffer token string index " \
		   "record packet route timer cache field", noun, " ")
	for (j = 1; j <= nn; j++)
		for (i = 1; i <= nv; i++)
			name[count++] = verb[(i * 7 + j) % nv + 1] "_" noun[j]
	print "/* written by scale.awk */"
	print "typedef unsigned long handler(unsigned long x, unsigned long y);"
	print "unsigned long data[256];"
	print "extern handler *const handlers[64];"
	print "static inline void enter_kernel(unsigned long n)\n{"
	print "\t__asm__ volatile(\"syscall\" : \"+a\"(n) : : \"rcx\", \"r11\", \"memory\");\n}"
	for (i = 0; i < count; i++)
		print "handler " name[i] ";"
	for (i = 0; i < count; i++) {
		print "\nunsigned long " name[i] "(unsigned long x, unsigned long y)\n{"
		works("\t", 1 + rnd(2))
		for (k = 2 + rnd(4); k > 0; k--)
			statement(i)
		print "\treturn x + y;\n}"
	}
	print "\nhandler *const handlers[64] = {"
	for (i = 0; i < 64; i++)
		print "\t" name[i < 16 ? i * 4 : 100 + i * 4] ","
	print "};\n\nvoid _start(void)\n{"
	print "\tfor (unsigned long i = 0;; i++)\n\t\tdata[i & 255] += handlers[i & 63](i, data[1]);\n}"
}
