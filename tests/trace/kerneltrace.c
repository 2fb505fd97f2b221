/* kerneltrace.c: see kerneltrace.h. */
#include "tests/trace/kerneltrace.h"

#include "base/bytes.h"
#include "tests/trace/code.h"
#include "tests/trace/perfout.h"
#include "tests/trace/ptout.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	PID = 500,
	SECTIONS = 16,
	STACK = 64,
	TIMER = 150,  /* instructions between two interrupts, about */
	APART = 8000, /* TSC ticks around a change of code, which stops all CPUs */
	KSYMBOL = 17, /* enum perf_event_type */
	TEXT_POKE = 20,
	MISC_KERNEL = 1,
	OUT_OF_LINE = 2, /* PERF_RECORD_KSYMBOL_TYPE_OOL */
	BPF = 1,
};

struct section {
	char name[16];
	uint64_t addr, len, offset;
	uint8_t *bytes; /* in the file's; pokes change them */
};

struct machine {
	const struct kerneltrace_config *cfg;
	uint64_t moved;
	struct tl_buf elf;
	struct section sections[SECTIONS];
	unsigned nsections;

	struct perfout *out;
	struct perfout_pt info;
	struct perfout_usual usual;
	struct ptout *pt;
	FILE *truth;

	uint64_t tsc, random, ninsns;
	uint64_t ip, user_ip, timer_ip; /* where sysret and iret lead; 0: not there */
	uint64_t stack[STACK];
	unsigned depth;
};

/* ---- the file */

static const Elf64_Ehdr *header(const struct machine *m)
{
	return (const Elf64_Ehdr *)m->elf.data;
}

static const Elf64_Shdr *shdr(const struct machine *m, unsigned i)
{
	return (const Elf64_Shdr *)(m->elf.data + header(m)->e_shoff) + i;
}

static bool read_file(struct machine *m, const char *path, struct tl_err *err)
{
	FILE *f = fopen(path, "re");
	size_t n = 1;

	if (!f)
		return tl_err_sys(err, "cannot open '%s'", path);
	while (n > 0 && tl_buf_reserve(&m->elf, 65536)) {
		n = fread(m->elf.data + m->elf.len, 1, 65536, f);
		m->elf.len += n;
	}
	fclose(f);
	return true;
}

/* Where the kernel was put; all of its code is relative. */
static uint64_t address(const struct machine *m, uint64_t linked)
{
	return linked >> 63 ? linked + m->moved : linked;
}

static void find_sections(struct machine *m)
{
	const char *names = (const char *)m->elf.data + shdr(m, header(m)->e_shstrndx)->sh_offset;

	for (unsigned i = 0; i < header(m)->e_shnum && m->nsections < SECTIONS; i++) {
		const Elf64_Shdr *s = shdr(m, i);
		struct section *to = &m->sections[m->nsections];

		if (!(s->sh_flags & SHF_EXECINSTR))
			continue;
		snprintf(to->name, sizeof(to->name), "%s", names + s->sh_name);
		to->addr = address(m, s->sh_addr);
		to->len = s->sh_size;
		to->offset = s->sh_offset;
		to->bytes = m->elf.data + s->sh_offset;
		m->nsections++;
	}
}

static const struct section *section(const struct machine *m, const char *name)
{
	for (unsigned i = 0; i < m->nsections; i++)
		if (strcmp(m->sections[i].name, name) == 0)
			return &m->sections[i];
	fprintf(stderr, "kerneltrace: no section %s\n", name);
	abort();
}

/* Call fn for each symbol that is code. */
static void each_symbol(const struct machine *m,
			void (*fn)(void *arg, const char *name, const Elf64_Sym *sym), void *arg)
{
	for (unsigned i = 0; i < header(m)->e_shnum; i++) {
		const Elf64_Shdr *s = shdr(m, i);
		const char *names;

		if (s->sh_type != SHT_SYMTAB)
			continue;
		names = (const char *)m->elf.data + shdr(m, s->sh_link)->sh_offset;
		for (uint64_t at = 0; at < s->sh_size; at += sizeof(Elf64_Sym)) {
			const Elf64_Sym *sym = (const Elf64_Sym *)(m->elf.data + s->sh_offset + at);

			if (sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE &&
			    shdr(m, sym->st_shndx)->sh_flags & SHF_EXECINSTR && sym->st_name)
				fn(arg, names + sym->st_name, sym);
		}
	}
}

struct wanted {
	const char *name;
	uint64_t at;
};

static void match(void *arg, const char *name, const Elf64_Sym *sym)
{
	struct wanted *w = arg;

	if (strcmp(name, w->name) == 0)
		w->at = sym->st_value;
}

static uint64_t symbol(const struct machine *m, const char *name)
{
	struct wanted w = { name, 0 };

	each_symbol(m, match, &w);
	if (!w.at) {
		fprintf(stderr, "kerneltrace: no symbol %s\n", name);
		abort();
	}
	return address(m, w.at);
}

static struct section *around(struct machine *m, uint64_t ip)
{
	for (unsigned i = 0; i < m->nsections; i++)
		if (ip - m->sections[i].addr < m->sections[i].len)
			return &m->sections[i];
	fprintf(stderr, "kerneltrace: no code at %#" PRIx64 "\n", ip);
	abort();
}

/* ---- the copy of the kernel */

static FILE *create(const char *folder, const char *name)
{
	char *path;
	FILE *f;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return NULL;
	f = fopen(path, "we");
	free(path);
	return f;
}

struct lines {
	const struct machine *m;
	FILE *f;
};

static void put_kallsym(void *arg, const char *name, const Elf64_Sym *sym)
{
	const struct lines *l = arg;
	uint64_t at = address(l->m, sym->st_value);
	const char *behind = "";

	if (at < section(l->m, ".text")->addr || at >= section(l->m, ".slot")->addr ||
	    ELF64_ST_TYPE(sym->st_info) != STT_FUNC)
		return;
	if (at >= section(l->m, ".bpf")->addr)
		behind = "\t[bpf]";
	else if (at >= section(l->m, ".module")->addr)
		behind = "\t[mod]";
	fprintf(l->f, "%016" PRIx64 " %c %s%s\n", at, *behind ? 't' : 'T', name, behind);
}

static bool put_kallsyms(const struct machine *m, FILE *f)
{
	struct lines l = { m, f };

	if (!f)
		return false;
	fprintf(f, "%016" PRIx64 " T _text\n", section(m, ".text")->addr);
	each_symbol(m, put_kallsym, &l);
	return fclose(f) == 0;
}

bool kerneltrace_kallsyms(const char *elf, const char *path, uint64_t moved, struct tl_err *err)
{
	struct machine m = { .moved = moved };
	bool ok = read_file(&m, elf, err);

	if (ok) {
		find_sections(&m);
		ok = put_kallsyms(&m, fopen(path, "we")) ||
		     tl_err_sys(err, "cannot write '%s'", path);
	}
	tl_buf_fini(&m.elf);
	return ok;
}

/* /proc/kcore: segments of memory, here those with code. */
static bool put_kcore(const struct machine *m, FILE *f)
{
	static const char *const names[] = { ".module", ".bpf", ".text" };
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};

	if (!f)
		return false;
	fwrite(&eh, 1, sizeof(eh), f);
	for (unsigned i = 0; i < 3; i++) {
		const struct section *s = section(m, names[i]);
		Elf64_Phdr ph = {
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = 4096 * (i + 1),
			.p_vaddr = s->addr,
			.p_filesz = (s->len + 4095) & ~UINT64_C(4095),
			.p_memsz = (s->len + 4095) & ~UINT64_C(4095),
			.p_align = 4096,
		};

		fwrite(&ph, 1, sizeof(ph), f);
	}
	for (unsigned i = 0; i < 3; i++) {
		const struct section *s = section(m, names[i]);

		fseek(f, 4096 * (long)(i + 1), SEEK_SET);
		fwrite(s->bytes, 1, s->len, f);
	}
	fseek(f, 4 * 4096 - 1, SEEK_SET);
	fputc(0, f);
	return fclose(f) == 0;
}

static bool put_modules(const struct machine *m, FILE *f)
{
	if (!f)
		return false;
	fprintf(f, "mod 4096 0 - Live 0x%016" PRIx64 "\n", section(m, ".module")->addr);
	return fclose(f) == 0;
}

static bool put_kcore_dir(const struct machine *m, struct tl_err *err)
{
	char dir[4000];

	snprintf(dir, sizeof(dir), "%s/kcore_dir", m->cfg->folder);
	if (mkdir(dir, 0777) == 0 && put_kcore(m, create(dir, "kcore")) &&
	    put_kallsyms(m, create(dir, "kallsyms")) && put_modules(m, create(dir, "modules")))
		return true;
	return tl_err_sys(err, "cannot write below '%s'", dir);
}

/* ---- records */

static struct perfout_id id_now(const struct machine *m, unsigned attr)
{
	return (struct perfout_id){
		.pid = PID, .tid = PID, .time = perfout_tsc_to_ns(&m->info, m->tsc), .attr = attr
	};
}

static void put_maps(struct machine *m)
{
	const struct section *user = section(m, ".user"), *text = section(m, ".text"),
			     *mod = section(m, ".module");
	struct perfout_id id = { .pid = -1, .attr = 1 };
	struct perfout_mmap2 map = { .pid = PID,
				     .tid = PID,
				     .addr = user->addr,
				     .len = 4096,
				     .pgoff = user->offset,
				     .inode = 7,
				     .path = m->cfg->elf };

	perfout_mmap(m->out, -1, 0, text->addr, 0x200000, text->addr, "[kernel.kallsyms]_text",
		     &id);
	perfout_mmap(m->out, -1, 0, mod->addr, 4096, 0, "[mod]", &id);
	perfout_comm(m->out, PID, PID, "program", false, &id);
	perfout_mmap2(m->out, &map, &id);
}

static void put_ksymbol(struct machine *m, const char *section_name, unsigned type,
			const char *name)
{
	const struct section *s = section(m, section_name);
	struct perfout_id id = id_now(m, 1);
	uint8_t body[128] = { 0 };

	tl_put64(body, s->addr);
	tl_put32(body + 8, (uint32_t)s->len);
	body[12] = (uint8_t)type;
	memcpy(body + 16, name, strlen(name) + 1);
	perfout_record(m->out, KSYMBOL, 0, body, 16 + strlen(name) + 1, &id);
}

static void put_poke(struct machine *m, uint64_t addr, const uint8_t *old, size_t old_len,
		     const uint8_t *bytes, size_t len)
{
	struct perfout_id id = id_now(m, 1);
	uint8_t body[256] = { 0 };

	tl_put64(body, addr);
	body[8] = (uint8_t)old_len;
	body[10] = (uint8_t)len;
	memcpy(body + 12, old, old_len);
	memcpy(body + 12 + old_len, bytes, len);
	perfout_record(m->out, TEXT_POKE, MISC_KERNEL, body, 12 + old_len + len, &id);
}

/* ---- walking */

static unsigned rnd(struct machine *m, unsigned n) /* xorshift64* */
{
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return (unsigned)((m->random * UINT64_C(2685821657736338717)) >> 33) % n;
}

static void tell(struct machine *m, uint64_t from, uint64_t to, const char *flags)
{
	fprintf(m->truth, "%d 0 %" PRIu64 " %" PRIx64 " %" PRIx64 " %s\n", PID,
		perfout_tsc_to_ns(&m->info, m->tsc), from, to, flags);
}

static void pass(struct machine *m, unsigned ticks)
{
	m->tsc += ticks;
	ptout_time(m->pt, m->tsc);
}

static uint64_t some_function(struct machine *m)
{
	static const char *const names[] = { "ksys_none", "ksys_read", "mod_ioctl", "ksys_read",
					     "bpf_prog_0123456789abcdef_filter" };

	return symbol(m, names[rnd(m, m->cfg->bpf ? 5 : 4)]);
}

static void step(struct machine *m)
{
	struct section *s = around(m, m->ip);
	uint64_t from = m->ip, next;
	struct code c;

	if (!code_decode(s->bytes + (from - s->addr), s->len - (from - s->addr), from, &c)) {
		fprintf(stderr, "kerneltrace: no instruction at %#" PRIx64 "\n", from);
		abort();
	}
	next = from + c.len;
	pass(m, 1 + rnd(m, 6));
	m->ninsns++;
	m->ip = next;
	switch (c.kind) {
	case CODE_JCC:
		if (rnd(m, 2)) {
			m->ip = c.target;
			tell(m, from, m->ip, "jcc");
		}
		ptout_cond(m->pt, m->ip == c.target);
		break;
	case CODE_JMP:
		m->ip = c.target;
		tell(m, from, m->ip, "jmp");
		break;
	case CODE_CALL:
	case CODE_CALL_INDIRECT:
		m->ip = c.kind == CODE_CALL ? c.target : some_function(m);
		tell(m, from, m->ip, "call");
		m->stack[m->depth++] = next;
		if (c.kind == CODE_CALL)
			ptout_call_direct(m->pt, next);
		else
			ptout_call_indirect(m->pt, m->ip, next);
		break;
	case CODE_RET:
		m->ip = m->stack[--m->depth];
		tell(m, from, m->ip, "return");
		ptout_ret(m->pt, m->ip);
		break;
	case CODE_SYSCALL:
		m->user_ip = next;
		m->ip = symbol(m, "entry_SYSCALL_64");
		tell(m, from, m->ip, "syscall");
		ptout_indirect(m->pt, m->ip);
		break;
	case CODE_FAR: /* SYSRET or IRET */
		m->ip = m->timer_ip ? m->timer_ip : m->user_ip;
		tell(m, from, m->ip, m->timer_ip ? "iret" : "sysret");
		m->timer_ip = 0;
		ptout_indirect(m->pt, m->ip);
		break;
	default:
		break;
	}
	ptout_at(m->pt, m->ip);
}

static void interrupt(struct machine *m)
{
	m->timer_ip = m->ip;
	pass(m, 10);
	m->ip = symbol(m, "asm_sysvec_timer");
	tell(m, m->timer_ip, m->ip, "hw int");
	ptout_async(m->pt, m->timer_ip, m->ip);
}

/* All CPUs stand while the kernel changes its code; this one is in the program. */
static void poke(struct machine *m, uint64_t at, const uint8_t *bytes, size_t len, bool fresh)
{
	struct section *s = around(m, at);
	uint8_t *code = s->bytes + (at - s->addr);

	ptout_flush(m->pt);
	pass(m, APART);
	put_poke(m, at, code, fresh ? 0 : len, bytes, len);
	memmove(code, bytes, len);
	pass(m, APART);
}

/* "jmp" (0xe9) or "call" (0xe8) in the place of the jump label. */
static void poke_label(struct machine *m, uint8_t opcode, uint64_t to)
{
	uint64_t at = symbol(m, "jump_label");
	uint8_t insn[5] = { opcode };

	tl_put32(insn + 1, (uint32_t)(to - at - 5));
	poke(m, at, insn, sizeof(insn), false);
}

static void change_code(struct machine *m, unsigned which)
{
	const struct section *slot = section(m, ".slot");
	uint64_t label = symbol(m, "jump_label");
	static const uint8_t nop[5] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };

	switch (which) {
	case 0:
		poke_label(m, 0xe9, label + 5 + 5 + 1); /* behind the return */
		break;
	case 1:
		put_ksymbol(m, ".slot", OUT_OF_LINE, "optinsn_slot");
		poke(m, slot->addr, slot->bytes, slot->len, true);
		poke_label(m, 0xe8, slot->addr);
		break;
	case 2:
		poke(m, label, nop, sizeof(nop), false);
		break;
	}
}

static void walk(struct machine *m)
{
	unsigned changes = 0;

	m->ip = symbol(m, "program");
	tell(m, 0, m->ip, "tr strt");
	ptout_enable(m->pt, m->ip);
	/* In the program, so that nothing else is amid what changes. */
	while (m->ninsns < m->cfg->ninsns) {
		step(m);
		if (!m->timer_ip && rnd(m, TIMER) == 0)
			interrupt(m);
		if (m->cfg->pokes && changes < 3 && m->ip == symbol(m, "work") &&
		    m->ninsns > (changes + 1) * m->cfg->ninsns / 4)
			change_code(m, changes++);
	}
	ptout_flush(m->pt);
}

static void put_trace(struct machine *m)
{
	struct tl_buf *bytes = ptout_bytes(m->pt);
	struct perfout_id id = id_now(m, 0);

	perfout_aux(m->out, 0, bytes->len, 0, &id);
	perfout_auxtrace(m->out, bytes->data, bytes->len, 0, 1, 0, PID, 0);
}

static void put_beginning(struct machine *m)
{
	struct perfout_id_entry ids[] = { { .id = 100, .tid = -1 }, { .id = 200, .tid = -1 } };
	struct perfout_id id;

	perfout_auxtrace_info(m->out, &m->info);
	perfout_time_conv(m->out, &m->info);
	perfout_id_index(m->out, ids, 2);
	put_maps(m);
	if (m->cfg->bpf)
		put_ksymbol(m, ".bpf", BPF, "bpf_prog_0123456789abcdef_filter");
	m->tsc += 1000;
	id = id_now(m, 0);
	perfout_itrace_start(m->out, PID, PID, &id);
	id = id_now(m, 1);
	perfout_switch(m->out, false, false, &id);
	pass(m, 1000);
}

static bool record(struct machine *m, struct tl_err *err)
{
	struct ptout_config pc = { .tsc = true,
				   .mtc = true,
				   .cyc = true,
				   .mtc_freq = 3,
				   .retcomp = true,
				   .psb_bytes = 1000 };
	struct perfout_options options;
	bool ok;

	perfout_pt_usual(&m->info, true);
	pc.tsc_ctc_n = m->info.tsc_ctc_n;
	pc.tsc_ctc_d = m->info.tsc_ctc_d;
	pc.max_nonturbo = (uint8_t)m->info.max_nonturbo_ratio;
	perfout_usual(&m->usual,
		      PERFOUT_PT_PT | PERFOUT_PT_BRANCH | PERFOUT_PT_TSC | PERFOUT_PT_CYC |
			  PERFOUT_PT_MTC | UINT64_C(3) << PERFOUT_PT_MTC_PERIOD,
		      1, &options);
	options.mode = PERFOUT_DIR;
	for (unsigned i = 0; i < 2; i++)
		m->usual.attrs[i].flags &= ~(uint64_t)PERFOUT_EXCLUDE_KERNEL;
	if (!perfout_open(m->cfg->folder, &options, &m->out, err))
		return false;
	m->pt = ptout_open(&pc);
	if (!m->pt)
		return tl_err_nomem(err);
	put_beginning(m);
	walk(m);
	put_trace(m);
	perfout_finished_round(m->out);
	ok = !ptout_failed(m->pt) && perfout_close(m->out, err);
	m->out = NULL;
	return ok;
}

bool kerneltrace_make(const struct kerneltrace_config *config, struct tl_err *err)
{
	struct machine m = { .cfg = config, .moved = config->moved, .tsc = 5000000000 };
	bool ok;

	m.random = config->seed * 0x9e3779b97f4a7c15 + 0x1234567;
	m.truth = fopen(config->truth, "we");
	if (!m.truth)
		return tl_err_sys(err, "cannot write '%s'", config->truth);
	ok = read_file(&m, config->elf, err);
	if (ok) {
		find_sections(&m);
		/* perf copies the code before it begins to record. */
		ok = mkdir(config->folder, 0777) == 0 ||
		     tl_err_sys(err, "cannot make '%s'", config->folder);
		ok = ok && (!config->kcore || put_kcore_dir(&m, err)) && record(&m, err);
	}
	perfout_close(m.out, NULL);
	ptout_close(m.pt);
	fclose(m.truth);
	tl_buf_fini(&m.elf);
	return ok;
}
