# tless: one Makefile, not recursive.  `make help` lists the targets.
#
# Variables: SAN=address,undefined or SAN=thread (a build of its own below build/),
# PREFIX, DESTDIR, CC, CFLAGS, DEBUG=1 (no optimisation).

VERSION := 0.1.0
PREFIX  ?= /usr/local
PKGS    := tinfo libpcre2-8 libzstd libxxhash liblzma zlib liblz4
# These have no .pc files.
LIBS    := -liberty -lbz2
# The program loads these two when it needs them (decoders/pt/libraries.h); makers of traces and their
# tests use more of them.
TRACELIBS := -lipt -lZydis
# Linked statically where the archives are installed: each library less to load makes
# every start shorter.  `make STATIC=` links them dynamically.
STATIC  ?= tinfo pcre2-8 zstd xxhash lzma z lz4 bz2
TESTPKGS := cmocka vterm libutf8proc

comma := ,
build := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))

CC      ?= gcc
OPT     := $(if $(DEBUG),-O0,-O2) -g
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	   -Wno-unused-parameter
CPPFLAGS += -D_GNU_SOURCE -I. -DTL_VERSION='"$(VERSION)"'
ALLCFLAGS = -std=c11 $(OPT) $(WARN) -pthread -fno-strict-aliasing $(SANFLAGS) \
	    $(shell pkg-config --cflags $(PKGS)) $(CFLAGS)
archive  = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
LDLIBS  := $(shell pkg-config --libs $(PKGS)) $(LIBS) -pthread
LDLIBS  := $(foreach lib,$(LDLIBS),$(or $(and $(filter $(lib:-l%=%),$(STATIC)),$(call \
	   archive,$(lib:-l%=%))),$(lib)))
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)

# ---- sources: everything in the rooms; what a file name ends in says which -m flags it needs
ROOMS   := base text index search decoders pager
SRC     := $(sort $(wildcard $(addsuffix /*.c,$(ROOMS)) decoders/*/*.c))
ARCH    := $(shell $(CC) -dumpmachine | cut -d- -f1)
ifneq ($(ARCH),x86_64)
SRC     := $(filter-out %_sse2.c %_avx2.c %_avx512.c,$(SRC))
endif
ifneq ($(ARCH),aarch64)
SRC     := $(filter-out %_neon.c,$(SRC))
endif
MAIN    := pager/main.c
LIBOBJ  := $(patsubst %.c,$(build)/%.o,$(filter-out $(MAIN),$(SRC)))
HEADERS := $(sort $(wildcard $(addsuffix /*.h,$(ROOMS)) decoders/*/*.h tests/*/*.h))
ALLC    := $(SRC) $(sort $(wildcard tests/*/*.c))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help test unit threads trace pty bench fuzz lint check-layers check-format format install install-less uninstall clean

all: $(build)/tless

help:
	@echo 'all (build/tless)  test [SAN=...]  bench  fuzz  lint  format  install  install-less  uninstall  clean'

$(build)/tless: $(build)/pager/main.o $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(build)/libtless.a: $(LIBOBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(build)/%_avx2.o: ISA := -mavx2 -mbmi -mbmi2 -mpopcnt -mlzcnt
$(build)/%_avx512.o: ISA := -mavx512f -mavx512bw -mavx512vl -mavx2 -mbmi -mbmi2 -mpopcnt -mlzcnt

$(build)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALLCFLAGS) $(ISA) -MMD -MP -c -o $@ $<

-include $(patsubst %.c,$(build)/%.d,$(ALLC))

# ---- tests
UNIT    := $(patsubst tests/unit/%.c,$(build)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
PTY     := $(patsubst tests/pty/%.c,$(build)/tests/pty/%,$(sort $(wildcard tests/pty/test_*.c)))
FUZZ    := $(patsubst tests/fuzz/%.c,$(build)/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# What runs the pager on a terminal; it knows nothing of the pager's insides.
HARNESS := $(patsubst %.c,$(build)/%.o,$(filter-out tests/pty/test_%,$(wildcard tests/pty/*.c)) base/buf.c)
TESTLIBS = $(shell pkg-config --libs $(TESTPKGS)) -lutil

# What makes traces: programs of their own, and an archive for the unit tests.
TRACEMAIN := record generate spoil
TRACEBIN := $(addprefix $(build)/tests/trace/,$(TRACEMAIN))
TRACEOBJ := $(patsubst %.c,$(build)/%.o,$(filter-out $(TRACEMAIN:%=tests/trace/%.c) \
	    tests/trace/test_%,$(wildcard tests/trace/*.c)))
TRACETEST := $(patsubst tests/trace/%.c,$(build)/tests/trace/%,$(wildcard tests/trace/test_*.c))
# What is recorded.  Static programs are small inside of a debugger's loop: no loader runs.
PROGDIR := $(build)/tests/trace/programs
PROGSTATIC := loops calls signals threads forkexec jit jitdump ptwrite times
PROGRAMS := $(addprefix $(PROGDIR)/,$(PROGSTATIC) pie dl exceptions inlines inlines4 libone.so libtwo.so kernel modes insns.o)
PROGFLAGS := -O1 -g -Wall

$(build)/tests/trace/libtrace.a: $(TRACEOBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(TRACEBIN): %: %.o $(build)/tests/trace/libtrace.a $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TRACELIBS)

# The program whose code `generate` walks.  It is not run, and looks the same in every build.
SCALE   := $(build)/tests/trace/programs/scale
$(SCALE).c: tests/trace/programs/scale.awk
	@mkdir -p $(@D)
	awk -f $< >$@

$(SCALE): $(SCALE).c
	$(CC) -O2 -static -nostdlib -fno-inline -fno-ipa-cp -fno-stack-protector -fcf-protection=none \
	  -fno-asynchronous-unwind-tables -Wl,--build-id=sha1 -o $@ $<

$(build)/tests/trace/generate: | $(SCALE)
$(build)/tests/unit/test_generate: | $(build)/tests/trace/generate

$(PROGSTATIC:%=$(PROGDIR)/%): $(PROGDIR)/%: tests/trace/programs/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(PROGFLAGS) -static -pthread -o $@ $<

# Not run but walked: code at the addresses of a kernel and what belongs to it.
$(PROGDIR)/kernel: tests/trace/programs/kernel.S Makefile
	@mkdir -p $(@D)
	$(CC) -g -static -no-pie -nostdlib -Wl,--build-id=none,-e,program \
	  -Wl,--section-start=.user=0x401000,--section-start=.text=0xffffffff81000000 \
	  -Wl,--section-start=.module=0xffffffffc0200000,--section-start=.bpf=0xffffffffc0400000 \
	  -Wl,--section-start=.slot=0xffffffffc0600000 -o $@ $<

# The same of code in all widths.
$(PROGDIR)/modes: tests/trace/programs/modes.S Makefile
	@mkdir -p $(@D)
	$(CC) -static -no-pie -nostdlib -Wl,--build-id=none,-e,in64 \
	  -Wl,--section-start=.text=0x401000 -o $@ $<

# Neither run nor walked: instructions of every class.
$(PROGDIR)/insns.o: tests/trace/programs/insns.S Makefile
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

$(PROGDIR)/%.so: tests/trace/programs/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(PROGFLAGS) -shared -fPIC -o $@ $<

$(PROGDIR)/%: tests/trace/programs/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(PROGFLAGS) -Wl,-z,now -o $@ $<

# Both versions of debug information that compilers write.
$(PROGDIR)/inlines $(PROGDIR)/inlines4: tests/trace/programs/inlines.cc tests/trace/programs/inlines.h Makefile
	@mkdir -p $(@D)
	$(CXX) -O2 -g -gdwarf-$(or $(patsubst inlines%,%,$(@F)),5) -Wall -static -Wl,--build-id=sha1 -o $@ $<

$(PROGDIR)/%: tests/trace/programs/%.cc Makefile
	@mkdir -p $(@D)
	$(CXX) $(PROGFLAGS) -static-libstdc++ -static-libgcc -Wl,-z,now -o $@ $<

$(TRACETEST): %: %.o $(build)/tests/trace/libtrace.a $(build)/libtless.a | $(TRACEBIN) $(PROGRAMS)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TRACELIBS) $(TESTLIBS)

$(build)/tests/unit/test_%: $(build)/tests/unit/test_%.o $(build)/tests/trace/libtrace.a $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TRACELIBS) $(TESTLIBS)

$(build)/tests/unit/test_stream: $(build)/tests/unit/packers.o

$(build)/tests/pty/test_%: $(build)/tests/pty/test_%.o $(HARNESS)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(TESTLIBS) -pthread

# The pager with a decoder for made-up recordings, so that what it does with decoded texts is
# tested on a text that is known.
FAKE    := $(build)/tests/unit/faketless
$(FAKE): $(build)/pager/main.o $(build)/tests/unit/fake_registry.o $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

trace: $(build)/tless $(TRACETEST)
	@scripts/run-tests $(TRACETEST)

unit: $(UNIT)
	@scripts/run-tests $(UNIT)

# Those that can start a thread: what the others do, the thread sanitizer has nothing to say about.
# These could, being linked with the cache, and do not.
THREADLESS := %/test_layoutways
threads: $(UNIT)
	@scripts/run-tests $$(for t in $(filter-out $(THREADLESS),$(UNIT)); do ! nm -u $$t | grep -qw pthread_create || echo $$t; done)

pty: $(build)/tless $(FAKE) $(PTY)
	@TLESS=$(abspath $(build)/tless) scripts/run-tests $(PTY)

# Without clang's fuzzer the targets are linked with a main() that replays the corpus.
FUZZMAIN := $(build)/tests/fuzz/replay.o
$(build)/tests/fuzz/fuzz_%: $(build)/tests/fuzz/fuzz_%.o $(FUZZMAIN) $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lutf8proc

test: $(build)/tless $(FAKE) $(UNIT) $(TRACETEST) $(PTY) $(FUZZ)
	@TLESS=$(abspath $(build)/tless) scripts/run-tests $(UNIT) $(TRACETEST) $(FUZZ) $(PTY)

# libFuzzer: `make fuzz` builds the targets with clang and runs each for FUZZTIME seconds.
FUZZTIME ?= 60
fuzz:
	@scripts/fuzz $(FUZZTIME)

# ---- measurements
BENCHBIN := $(addprefix $(build)/tests/bench/,bench firstscreen floor linebench mktrace ptbench timebench)
$(build)/tests/bench/bench: $(build)/tests/bench/scenario.o $(build)/tests/bench/inputs.o
$(build)/tests/bench/timebench: $(build)/tests/bench/timebench.o $(build)/tests/bench/timescreen.o $(HARNESS) $(build)/libtless.a
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TESTLIBS)

$(build)/tests/bench/%: $(build)/tests/bench/%.o $(HARNESS)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(TESTLIBS) -pthread

bench: $(build)/tless $(BENCHBIN)
	@scripts/bench $(BENCHARGS)

# ---- tidiness
lint: check-layers check-format
	cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
	  --suppress=missingIncludeSystem -D_GNU_SOURCE -D__x86_64__ -I. $(ROOMS)

check-layers:
	@scripts/check-layers

check-format:
	@clang-format --dry-run --Werror $(ALLC) $(HEADERS)

format:
	clang-format -i $(ALLC) $(HEADERS)

# ---- installation
BINDIR  := $(DESTDIR)$(PREFIX)/bin
MANDIR  := $(DESTDIR)$(PREFIX)/share/man/man1
BASHDIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSHDIR  := $(DESTDIR)$(PREFIX)/share/zsh/site-functions

install: $(build)/tless
	install -D -m 755 $(build)/tless $(BINDIR)/tless
	install -D -m 644 man/tless.1 $(MANDIR)/tless.1
	install -D -m 644 scripts/completions/tless.bash $(BASHDIR)/tless
	install -D -m 644 scripts/completions/_tless $(ZSHDIR)/_tless

# What is called less or more is taken for it by its callers, and behaves so.  Files that are
# there already are not touched.
install-less: install
	@for name in less more; do for link in $(BINDIR)/$$name $(MANDIR)/$$name.1; do \
	  case $$(readlink $$link) in tless | tless.1) ;; *) [ ! -e $$link ] && [ ! -L $$link ] || \
	    { echo "$$link is there already" >&2; exit 1; } ;; esac; done; done
	for name in less more; do \
	  ln -sf tless $(BINDIR)/$$name && ln -sf tless.1 $(MANDIR)/$$name.1 || exit 1; done

uninstall:
	for name in less more; do for link in $(BINDIR)/$$name $(MANDIR)/$$name.1; do \
	  case $$(readlink $$link) in tless | tless.1) rm -f $$link ;; esac; done; done
	rm -f $(BINDIR)/tless $(MANDIR)/tless.1 $(BASHDIR)/tless $(ZSHDIR)/_tless

clean:
	rm -rf build
