/* test_seek.c: places in time, compared with what a look at all lines says. */
#include "tests/unit/fake_decoder.h"

#include "pager/linetimes.h"
#include "pager/seek.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

const struct tl_decoder_ops *const tl_decoders[] = { &fake_decoder, NULL };

/* The clock of this program: who looks at it next in this thread waits a while first for news in a mailbox. */
static struct tl_mailbox *clock_waits;
static bool clock_saw_news;

int clock_gettime(clockid_t id, struct timespec *t)
{
	if (id == CLOCK_MONOTONIC && syscall(SYS_gettid) == getpid() && clock_waits) {
		struct tl_mailbox *mailbox = clock_waits;
		struct tl_msg news;

		clock_waits = NULL;
		for (int i = 0; i < 50 && !clock_saw_news; i++) {
			clock_saw_news = tl_mailbox_take(mailbox, &news);
			usleep(1000);
		}
		if (clock_saw_news)
			tl_mailbox_post(mailbox, &news);
	}
	return (int)syscall(SYS_clock_gettime, id, t);
}

/* A line of the text. */
struct line {
	uint64_t pos, time;
};

struct fixture {
	char path[64];
	struct tl_jobs *pool;
	struct tl_mailbox *mailbox;
	struct tl_source *src;
	struct tl_texttimes *times;
	struct fake_decoder *fake;
	struct line *lines;
	size_t n;
	uint64_t first, last;
};

static void list_lines(struct fixture *fx)
{
	struct tl_buf text = TL_BUF_INIT;

	for (uint64_t k = 0; k < fx->fake->nchunks; k++) {
		text.len = 0;
		for (unsigned i = 0; i < fake_nlines(fx->fake, k); i++) {
			fx->lines = realloc(fx->lines, (fx->n + 1) * sizeof(*fx->lines));
			fx->lines[fx->n].pos = (k << TL_DECODER_SHIFT) + text.len;
			fx->lines[fx->n++].time = fake_time(fx->fake, k, i);
			fake_line(fx->fake, k, i, &text);
		}
	}
	tl_buf_fini(&text);
}

static int open_recording(void **state, const char *facts)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	const struct tl_decoder_options options = { .view = NULL };
	const struct tl_decoder_ops *ops;
	FILE *f;
	void *self;
	int fd;

	strcpy(fx->path, "/tmp/tless-seek-XXXXXX");
	fd = mkstemp(fx->path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	fprintf(f, "FAKETRACE\n%s", facts);
	fclose(f);
	assert_true(tl_jobs_open(2, &fx->pool, NULL));
	assert_true(tl_mailbox_open(&fx->mailbox, NULL));
	assert_true(tl_decoder_open(&fake_decoder, fx->path, &options, NULL, &fx->src, NULL));
	assert_true(tl_texttimes_open(fx->src, NULL, fx->pool, fx->mailbox, &fx->times, NULL));
	assert_true(tl_decoder_of(fx->src, &ops, &self));
	fx->fake = self;
	fake_range(self, &fx->first, &fx->last);
	list_lines(fx);
	*state = fx;
	return 0;
}

static int setup(void **state)
{
	return open_recording(state, "chunks 60\nlines 30\nhollow 20 35\n");
}

static int setup_timeless(void **state)
{
	return open_recording(state, "chunks 10\ntimes 0\n");
}

static int setup_hollow(void **state)
{
	return open_recording(state, "chunks 50\nhollow 0 50\n");
}

/* A trace as text, some lines of which have the same time; between others there is a pause. */
static int setup_text(void **state)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	struct tl_buf text = TL_BUF_INIT;
	uint64_t t = FAKE_FIRST_NS;

	fx->n = 900;
	fx->lines = calloc(fx->n, sizeof(*fx->lines));
	for (size_t i = 0; i < fx->n; i++) {
		uint64_t r = fake_random(i);

		t += r % 5 == 0 ? 0 : r % 97 == 1 ? r % 9000000 : r % 100000;
		fx->lines[i] = (struct line){ text.len, t };
		tl_buf_printf(&text, "task-%d [000] %5" PRIu64 ".%09" PRIu64 ": event %zu\n",
			      (int)(r % 9), t / 1000000000, t % 1000000000, i);
	}
	fx->first = fx->lines[0].time;
	fx->last = t;
	assert_true(tl_jobs_open(2, &fx->pool, NULL));
	assert_true(tl_mailbox_open(&fx->mailbox, NULL));
	assert_true(tl_source_open_memory(&text, &fx->src, NULL));
	assert_true(tl_texttimes_open(fx->src, NULL, fx->pool, fx->mailbox, &fx->times, NULL));
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	tl_texttimes_close(fx->times);
	tl_source_close(fx->src);
	tl_jobs_close(fx->pool);
	tl_mailbox_close(fx->mailbox);
	if (fx->path[0])
		unlink(fx->path);
	free(fx->lines);
	free(fx);
	return 0;
}

static struct tl_seek_result ask(struct fixture *fx, struct tl_seek_request req)
{
	struct tl_seek_result r;
	struct tl_seek *seek;
	struct tl_msg msg;

	req.times = fx->times;
	req.mailbox = fx->mailbox;
	assert_true(tl_seek_start(&req, fx->pool, &seek, NULL));
	do {
		usleep(100);
		tl_seek_result(seek, &r);
	} while (r.state == TL_SEEK_RUNNING);
	do {
		while (!tl_mailbox_take(fx->mailbox, &msg))
			usleep(100);
		assert_int_equal(msg.kind, TL_MSG_TIME);
	} while (msg.from != seek); /* a time index tells of itself, too */
	tl_seek_close(seek);
	return r;
}

static struct tl_seek_result ask_written(struct fixture *fx, uint64_t base, const char *text)
{
	struct tl_seek_request req = { .kind = TL_SEEK_WRITTEN, .base = base };

	snprintf(req.text, sizeof(req.text), "%s", text);
	return ask(fx, req);
}

static struct tl_seek_result ask_slices(struct fixture *fx, uint64_t base, int64_t n,
					uint64_t width)
{
	return ask(fx, (struct tl_seek_request){
			   .kind = TL_SEEK_SLICES, .base = base, .nslices = n, .slice_ns = width });
}

/* When a look-up is done before the background is told to be quiet for it, that lasts on behind it. */
static void is_quiet_before_it_begins(void **state)
{
	struct fixture *fx = *state;

	ask_written(fx, 0, "50%");
	clock_waits = fx->mailbox;
	clock_saw_news = false;
	ask_written(fx, 0, "50%");
	assert_null(clock_waits);
	assert_false(clock_saw_news);
}

/* The first line at or after a time, or the last one. */
static size_t line_at(const struct fixture *fx, uint64_t time)
{
	size_t i = 0;

	while (i + 1 < fx->n && fx->lines[i].time < time)
		i++;
	return i;
}

static void finds_a_time(void **state)
{
	struct fixture *fx = *state;
	char text[64];

	for (uint64_t t = fx->first; t <= fx->last; t += 333333) {
		struct tl_seek_result r;

		snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64, t / 1000000000,
			 t % 1000000000);
		r = ask_written(fx, 0, text);
		assert_int_equal(r.state, TL_SEEK_FOUND);
		assert_int_equal(r.spot.pos, fx->lines[line_at(fx, t)].pos);
	}
	assert_int_equal(ask_written(fx, 0, "1").state, TL_SEEK_EDGE);
	assert_int_equal(ask_written(fx, 0, "99999").state, TL_SEEK_EDGE);
	assert_int_equal(ask_written(fx, 0, "99x").state, TL_SEEK_FAILED);
}

static void counts_from_a_line(void **state)
{
	struct fixture *fx = *state;
	size_t i = fx->n / 2;
	uint64_t base = fx->lines[i].pos + 3, t = fx->lines[i].time;

	assert_int_equal(ask_written(fx, base, "+1.5ms").spot.pos,
			 fx->lines[line_at(fx, t + 1500000)].pos);
	assert_int_equal(ask_written(fx, base, "-20us").spot.pos,
			 fx->lines[line_at(fx, t - 20000)].pos);
	assert_int_equal(ask_written(fx, base, "+0").spot.pos, fx->lines[line_at(fx, t)].pos);
	assert_int_equal(ask_written(fx, base, " -1y").state, TL_SEEK_FAILED);
	assert_int_equal(ask_written(fx, base, "-10s").spot.pos, fx->lines[0].pos);
	assert_int_equal(ask_written(fx, base, "+10s").spot.pos, fx->lines[fx->n - 1].pos);
	assert_int_equal(ask_written(fx, base, "0%").spot.pos, fx->lines[0].pos);
	assert_int_equal(ask_written(fx, base, "25%").spot.pos,
			 fx->lines[line_at(fx, fx->first + (fx->last - fx->first) / 4)].pos);
}

/* From every line, forward and back, as a look at all lines says. */
static void steps_over_slices(void **state)
{
	static const uint64_t widths[] = { 100000, 1000000, 7300000, 1000000000 };
	struct fixture *fx = *state;

	for (size_t w = 0; w < 4; w++)
		for (size_t i = 0; i < fx->n; i += 7) {
			uint64_t width = widths[w], base = fx->lines[i].pos;
			uint64_t now = tl_seek_slice(fx->first, fx->lines[i].time, width);
			uint64_t end = tl_seek_slice(fx->first, fx->last, width);
			struct tl_seek_result r = ask_slices(fx, base, 1, width);
			size_t want;

			if (now == end) {
				assert_int_equal(r.state, TL_SEEK_EDGE);
			} else {
				want = line_at(fx, fx->first + (now + 1) * width);
				assert_int_equal(r.state, want > i ? TL_SEEK_FOUND : TL_SEEK_EDGE);
				if (want > i)
					assert_int_equal(r.spot.pos, fx->lines[want].pos);
			}
			r = ask_slices(fx, base, -1, width);
			want = line_at(fx, fx->first + now * width);
			if (want > 0) /* the slice of the line before this slice */
				want = line_at(
				    fx, fx->first + tl_seek_slice(fx->first,
								  fx->lines[want - 1].time, width) *
							width);
			assert_int_equal(r.state, i == 0 ? TL_SEEK_EDGE : TL_SEEK_FOUND);
			if (i > 0)
				assert_int_equal(r.spot.pos, fx->lines[want].pos);
		}
}

static void steps_over_many_slices(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(ask_slices(fx, 0, 10, 1000000).spot.pos,
			 fx->lines[line_at(fx, fx->first + 10000000)].pos);
	assert_int_equal(ask_slices(fx, fx->lines[fx->n - 1].pos, -50, 1000000).spot.pos,
			 fx->lines[line_at(fx, fx->first + 9000000)].pos);
	assert_int_equal(ask_slices(fx, fx->lines[40].pos, -INT64_MAX, 1000000).spot.pos,
			 fx->lines[0].pos);
	assert_int_equal(ask_slices(fx, 0, INT64_MAX, 1000000).spot.pos,
			 fx->lines[line_at(fx, fx->first + 59000000)].pos);
}

/* What is asked for, more than is kept, comes in time; of the newest all. */
static void tells_of_lines(void **state)
{
	struct fixture *fx = *state;
	struct tl_linetimes *lt;
	struct tl_place place;
	enum tl_lookup found;
	size_t from = fx->n > 200 ? fx->n - 200 : 0;

	assert_true(tl_linetimes_open(fx->times, fx->pool, fx->mailbox, &lt, NULL));
	for (size_t round = 0; round < 5; round++)
		for (size_t i = 0; i < fx->n; i++)
			for (uint64_t byte = 0; byte < 4; byte++)
				tl_linetimes_get(lt, fx->lines[i].pos + byte, &place);
	for (size_t i = from; i < fx->n; i++) {
		while ((found = tl_linetimes_get(lt, fx->lines[i].pos + 5, &place)) == TL_PENDING)
			usleep(100);
		assert_int_equal(found, TL_FOUND);
		assert_int_equal(place.time_ns, fx->lines[i].time);
	}
	assert_int_equal(tl_linetimes_get(lt, TL_NOPOS, &place), TL_NONE);
	tl_linetimes_close(lt);
}

static void tells_when_there_is_nothing_to_tell(void **state)
{
	struct fixture *fx = *state;
	struct tl_linetimes *lt;
	struct tl_place place;
	enum tl_lookup found;

	assert_true(tl_linetimes_open(fx->times, fx->pool, fx->mailbox, &lt, NULL));
	while ((found = tl_linetimes_get(lt, 0, &place)) == TL_PENDING)
		usleep(100);
	assert_int_equal(found, TL_NONE);
	tl_linetimes_close(lt);
}

static void says_that_there_are_no_times(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(ask_written(fx, 0, "12").state, TL_SEEK_NOTIME);
	assert_int_equal(ask_slices(fx, 0, 1, 1).state, TL_SEEK_NOTIME);
	assert_false(tl_texttimes_any(fx->times));
}

static void ends_in_a_text_without_lines(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(ask_written(fx, 0, "50%").state, TL_SEEK_EDGE);
	assert_int_equal(ask_slices(fx, 0, 1, 1000000).state, TL_SEEK_EDGE);
}

/* Given up in the middle: close() waits for a chunk or so, not for all of them. */
static void gives_up_at_once(void **state)
{
	struct fixture *fx = *state;
	struct tl_seek_request req = { .times = fx->times, .kind = TL_SEEK_WRITTEN, .text = "0%" };
	struct tl_seek *seek;

	fx->fake->delay_us = 20000;
	assert_true(tl_seek_start(&req, fx->pool, &seek, NULL));
	usleep(50000);
	tl_seek_close(seek);
	assert_true(atomic_load(&fx->fake->ndecoded) < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_quiet_before_it_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_from_a_line, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_a_time, setup_text, teardown),
		cmocka_unit_test_setup_teardown(counts_from_a_line, setup_text, teardown),
		cmocka_unit_test_setup_teardown(steps_over_slices, setup_text, teardown),
		cmocka_unit_test_setup_teardown(tells_of_lines, setup_text, teardown),
		cmocka_unit_test_setup_teardown(steps_over_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_over_many_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_of_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_when_there_is_nothing_to_tell, setup_timeless,
						teardown),
		cmocka_unit_test_setup_teardown(says_that_there_are_no_times, setup_timeless,
						teardown),
		cmocka_unit_test_setup_teardown(ends_in_a_text_without_lines, setup_hollow,
						teardown),
		cmocka_unit_test_setup_teardown(gives_up_at_once, setup_hollow, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
