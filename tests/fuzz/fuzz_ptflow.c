/*
 * fuzz_ptflow.c: any packets over any code.  The first two bytes say how long the code is, the
 * next ones how it was recorded; then the code, then the packets of one segment, of which the
 * last may be those of the next sync point.  The binary and who runs it are made up (fake_code.h).
 */
#include "tests/unit/fake_code.h"

#include "tests/fuzz/fuzz.h"

/* What is promised of any segment. */
static void check(const struct tl_pt_segment *seg, const struct tl_pt_events *events)
{
	uint64_t before = seg->time;

	for (size_t i = 0; i < events->n; i++) {
		const struct tl_pt_event *e = &events->v[i];

		must(e->ctx == &fake_context);
		if (seg->time == TL_PT_NOTIME) {
			must(e->time == TL_PT_NOTIME);
			continue;
		}
		must(e->time >= before);
		must(seg->next_time == TL_PT_NOTIME || e->time < seg->next_time ||
		     e->time == seg->time);
		before = e->time;
	}
}

static void decode(struct tl_pt_program *prog, const struct tl_pt_segment *seg, unsigned want,
		   struct tl_pt_events *events)
{
	uint64_t tail;

	must(tl_pt_flow_decode(prog, seg, want, events, &tail, NULL));
	check(seg, events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tl_perf_queue queue = { .cpu = -1, .tid = 1 };
	struct tl_pt_events first = { NULL, 0, 0 }, second = { NULL, 0, 0 };
	struct tl_pt_segment seg = { .queue = &queue };
	struct tl_pt_program *prog;
	uint8_t *code, *packets;
	unsigned setup;
	size_t ncode;

	if (n < 4)
		return 0;
	ncode = data[0] | (size_t)data[1] << 8;
	setup = data[2];
	data += 4;
	n -= 4;
	if (ncode > n)
		ncode = n;
	code = malloc(ncode + 1);
	packets = malloc(n - ncode + 1);
	must(code && packets);
	memcpy(code, data, ncode);
	memcpy(packets, data + ncode, n - ncode);
	fake_dso.code = code;
	fake_dso.len = ncode;
	fake_map.start = FAKE_START;
	fake_map.end = FAKE_START + ncode + 16;
	fake_info = (struct tl_perf_pt_info){
		.noretcomp = setup & 1,
		.have_tsc = setup & 2,
		.mtc_freq = 3,
		.tsc_ctc_n = 100,
		.tsc_ctc_d = 1,
		.max_nonturbo_ratio = 20,
	};
	seg.bytes = packets;
	seg.len = n - ncode;
	seg.next = setup & 4 ? seg.len / 2 : seg.len;
	seg.time = setup & 2 ? 1000 : TL_PT_NOTIME;
	seg.next_time = setup & 8 && setup & 2 ? 1000 + setup : TL_PT_NOTIME;
	must(tl_pt_program_open(NULL, NULL, &prog, NULL));
	decode(prog, &seg, TL_PT_WANT_BRANCHES | TL_PT_WANT_EXTRAS, &first);
	/* Again, over code that is known by now. */
	decode(prog, &seg, TL_PT_WANT_BRANCHES | TL_PT_WANT_EXTRAS, &second);
	must(first.n == second.n);
	for (size_t i = 0; i < first.n; i++)
		must(first.v[i].from == second.v[i].from && first.v[i].to == second.v[i].to &&
		     first.v[i].flags == second.v[i].flags && first.v[i].time == second.v[i].time);
	second.n = 0;
	decode(prog, &seg, TL_PT_WANT_INSNS, &second);
	tl_pt_events_fini(&first);
	tl_pt_events_fini(&second);
	tl_pt_program_close(prog);
	free(packets);
	free(code);
	return 0;
}
