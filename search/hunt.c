/* hunt.c: see hunt.h. */
#include "search/hunt.h"

#include "search/filter.h"

#include <string.h>

/* Lines are hits as a whole with INVERT; then those up to a piece's size are held. */
static struct tl_longlines long_lines(const struct tl_scan_request *req)
{
	struct tl_longlines how = { .longest = tl_matcher_piece_max(req->m) };
	struct tl_matcher *const *more = NULL;
	size_t n = 0;

	if (!(tl_matcher_flags(req->m) & TL_MATCH_INVERT))
		return tl_longlines_in_parts(req->m,
					     req->long_line ? req->long_line : TL_LONG_LINE);
	if (req->filter)
		more = tl_filter_matchers(req->filter, &n);
	for (size_t i = 0; i < n; i++)
		if (tl_matcher_piece_max(more[i]) > how.longest)
			how.longest = tl_matcher_piece_max(more[i]);
	return how;
}

void tl_hunt_init(struct tl_hunt *h, const struct tl_scan_request *req, const atomic_bool *stop)
{
	*h = (struct tl_hunt){ .req = req, .stop = stop, .how = long_lines(req) };
	pthread_mutex_init(&h->judged.lock, NULL);
}

void tl_hunt_fini(struct tl_hunt *h)
{
	pthread_mutex_destroy(&h->judged.lock);
}

static bool passes(const struct tl_chunklook *c, struct tl_span line)
{
	if (!c->hunt->req->filter)
		return true;
	if (line.len > 0 && line.data[line.len - 1] == '\n')
		line.len--;
	return tl_filter_passes(c->hunt->req->filter, c->s, line);
}

/* The next hit in lines; *at is where to go on from, *pos and *len are the line's, without its newline. */
static bool next_hit(const struct tl_chunklook *c, struct tl_span lines, uint64_t base, size_t *at,
		     uint64_t *pos, size_t *len)
{
	bool backward = c->hunt->req->backward;
	size_t start, end;

	while (backward ? tl_matcher_prev_line(c->hunt->req->m, c->s, lines, *at, &start, &end)
			: tl_matcher_next_line(c->hunt->req->m, c->s, lines, *at, &start, &end)) {
		*at = backward ? start : end;
		if (!passes(c, (struct tl_span){ lines.data + start, end - start }))
			continue;
		*pos = base + start;
		*len = end - start - (lines.data[end - 1] == '\n');
		return true;
	}
	return false;
}

/* True: it is the one that is asked for. */
static bool add_hit(struct tl_hitcount *n, uint64_t pos)
{
	if (++n->hits == 1)
		n->first = pos;
	n->pos = pos;
	return n->hits == n->nth;
}

/*
 * Go through the matches in a part of a long line, in the order of the text, up to the `most`th that
 * counts (0: all).  Returns how many; *last is the last one.
 */
static uint64_t matches_in_part(const struct tl_chunklook *c, const struct tl_linepart *part,
				uint64_t most, uint64_t *last)
{
	const struct tl_matcher *m = c->hunt->req->m;
	size_t at = part->from, start, end;
	uint64_t n = 0, pos;

	if (part->open && !tl_matcher_is_literal(m))
		return 0; /* what is still to come may make a match longer */
	if (!tl_matcher_open_piece(m, c->s, part->text, part->begins, part->ends))
		return 0;
	while (at < part->to && tl_matcher_in_piece(m, c->s, at, true, &start, &end)) {
		if (start >= part->to)
			break;
		at = end > start ? end : start + c->hunt->how.longest;
		pos = part->pos + (start - part->from);
		if (start < part->from || pos < c->low)
			continue;
		if (pos >= c->high)
			break;
		*last = pos;
		if (++n == most)
			break;
	}
	return n;
}

/* The nth hit among the matches in a part. */
static bool hits_in_part(const struct tl_chunklook *c, const struct tl_linepart *part,
			 struct tl_hitcount *n)
{
	uint64_t want = n->nth > n->hits ? n->nth - n->hits : 0, found, last = 0, first = 0;

	if (!c->hunt->req->backward) {
		if (n->hits == 0 && want != 1 && matches_in_part(c, part, 1, &first) == 0)
			return false;
		found = matches_in_part(c, part, want, &last);
		n->resume = found > 0 ? last + 1 : n->resume;
	} else {
		found = matches_in_part(c, part, 0, &first);
		last = first;
		if (want > 0 && found >= want) {
			matches_in_part(c, part, found - want + 1, &last);
			found = want;
		}
	}
	if (found == 0)
		return false;
	if (n->hits == 0)
		n->first = want == 1 ? last : first;
	n->hits += found;
	n->pos = last;
	return found == want;
}

/* The nth hit of the lines held. */
static bool hits_in_run(const struct tl_chunklook *c, struct tl_hitcount *n)
{
	size_t longest = c->hunt->how.parts ? c->hunt->how.longest : SIZE_MAX;
	uint64_t base, pos;
	struct tl_span lines = tl_chunkrun_part(&c->run, c->low, c->high, longest, &base);
	size_t at = c->hunt->req->backward ? lines.len : 0, len;

	while (next_hit(c, lines, base, &at, &pos, &len)) {
		struct tl_linepart part = {
			.text = { lines.data + (pos - base), len },
			.to = len + 1,
			.pos = pos,
			.begins = true,
			.ends = true,
		};

		if (len <= longest && c->hunt->req->each)
			c->hunt->req->each(c->hunt->req->arg, pos, part.text);
		if (len > longest ? hits_in_part(c, &part, n) : add_hit(n, pos))
			return true;
	}
	return false;
}

static enum tl_lookup long_line_is_hit(const struct tl_chunklook *c, uint64_t pos)
{
	return tl_longline_matches(c->hunt->req->src, pos, c->hunt->how.longest, c->hunt->req->m,
				   c->s, c->hunt->stop, &c->w->buf, c->err);
}

static enum tl_lookup read_run(struct tl_chunklook *c)
{
	return tl_chunkrun_read(c->hunt->req->src, c->k, &c->hunt->how, &c->w->buf, &c->run,
				c->err);
}

/* Does the line that begins at pos pass the filter? */
static enum tl_lookup long_line_passes(const struct tl_chunklook *c, uint64_t pos)
{
	struct tl_matcher *const *more = NULL;
	enum tl_lookup found = TL_FOUND;
	struct tl_buf buf = TL_BUF_INIT;
	size_t n = 0;

	if (c->hunt->req->filter)
		more = tl_filter_matchers(c->hunt->req->filter, &n);
	for (size_t i = 0; i < n && found == TL_FOUND; i++)
		found = tl_longline_matches(c->hunt->req->src, pos, c->hunt->how.longest, more[i],
					    c->s, c->hunt->stop, &buf, c->err);
	tl_buf_fini(&buf);
	return found;
}

/* Is it known, without reading it, that there is no newline in chunk k? */
static bool has_no_newline(const struct tl_chunklook *c, uint64_t k)
{
	struct tl_lineindex *lines = c->hunt->req->lines;
	uint32_t newlines;
	unsigned has;

	return lines && tl_lineindex_chunk(lines, k, &newlines, &has) == TL_FOUND && newlines == 0;
}

static enum tl_lookup read_chunk(const struct tl_chunklook *c, uint64_t k, struct tl_buf *buf)
{
	buf->len = 0;
	return tl_source_read(c->hunt->req->src, k, buf, c->err);
}

/*
 * Where the line that chunk k is in the middle of begins.  NONE: where the line does that was judged
 * before.  PENDING: nobody wants to know any more.
 */
static enum tl_lookup head_start(const struct tl_chunklook *c, const struct tl_judged *j,
				 uint64_t *pos)
{
	struct tl_buf buf = TL_BUF_INIT;
	enum tl_lookup found = TL_FOUND;
	uint64_t from = 0;
	size_t at = 0;

	for (uint64_t k = c->k; k-- > 0;) {
		const uint8_t *nl = NULL;

		if (atomic_load_explicit(c->hunt->stop, memory_order_relaxed)) {
			found = TL_PENDING;
			break;
		}
		if (!has_no_newline(c, k)) {
			found = read_chunk(c, k, &buf);
			if (found != TL_FOUND)
				break;
			nl = buf.len > 0 ? memrchr(buf.data, '\n', buf.len) : NULL;
		}
		if (nl) {
			at = (size_t)(nl - buf.data) + 1;
			from = at < buf.len ? k : k + 1;
			at %= buf.len;
			break;
		}
		if (j->any && k > j->from && k <= j->to) {
			found = TL_NONE;
			break;
		}
	}
	/* Chunks without bytes may come before it. */
	while (found == TL_FOUND && at == 0 && from < c->k) {
		found = read_chunk(c, from, &buf);
		if (found != TL_FOUND || buf.len > 0)
			break;
		from++;
	}
	*pos = tl_pos_make(c->hunt->req->src, from, at);
	tl_buf_fini(&buf);
	return found;
}

/* Does the line pass the filter whose part heads the chunk? */
static enum tl_lookup head_passes(const struct tl_chunklook *c)
{
	struct tl_judged *j = &c->hunt->judged;
	enum tl_lookup found;
	uint64_t pos;

	if (!c->hunt->req->filter)
		return TL_FOUND;
	pthread_mutex_lock(&j->lock);
	found = head_start(c, j, &pos);
	if (found == TL_NONE) {
		j->to = c->k > j->to ? c->k : j->to;
		found = j->passes ? TL_FOUND : TL_NONE;
	} else if (found == TL_FOUND) {
		found = long_line_passes(c, pos);
		if (found == TL_FOUND || found == TL_NONE) {
			j->any = true;
			j->passes = found == TL_FOUND;
			j->from = tl_pos_chunk(c->hunt->req->src, pos);
			j->to = c->k;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

/* Hits in the part of a long line that heads the chunk, or that ends it; answers as tl_hunt_look(). */
static enum tl_lookup look_at_head(struct tl_chunklook *c, struct tl_hitcount *n)
{
	enum tl_lookup found;

	if (!c->run.head.text.data || (c->run.head.pos >= c->high))
		return TL_NONE;
	found = head_passes(c);
	if (found != TL_FOUND)
		return found;
	tl_scratch_set_clean(c->s, false);
	return hits_in_part(c, &c->run.head, n) ? TL_FOUND : TL_NONE;
}

static enum tl_lookup look_at_tail(struct tl_chunklook *c, struct tl_hitcount *n)
{
	enum tl_lookup found;

	if (c->run.long_pos >= c->high || (!c->hunt->how.parts && c->run.long_pos < c->low))
		return TL_NONE;
	found = long_line_passes(c, c->run.long_pos);
	if (found != TL_FOUND)
		return found;
	tl_scratch_set_clean(c->s, false);
	if (c->hunt->how.parts)
		return hits_in_part(c, &c->run.tail, n) ? TL_FOUND : TL_NONE;
	found = long_line_is_hit(c, c->run.long_pos);
	if (found == TL_FOUND)
		found = add_hit(n, c->run.long_pos) ? TL_FOUND : TL_NONE;
	return found;
}

static enum tl_lookup look_at_run(struct tl_chunklook *c, struct tl_hitcount *n)
{
	return hits_in_run(c, n) ? TL_FOUND : TL_NONE;
}

/*
 * tl_hunt_look() in what was read, or mapped.
 */
static enum tl_lookup look_at_all(struct tl_chunklook *c, struct tl_hitcount *n, bool in_place)
{
	typedef enum tl_lookup look_fn(struct tl_chunklook *, struct tl_hitcount *);
	static look_fn *const order[2][3] = { { look_at_head, look_at_run, look_at_tail },
					      { look_at_tail, look_at_run, look_at_head } };
	bool by_line = !c->hunt->how.parts && c->run.long_pos != TL_NOPOS;
	enum tl_lookup found = TL_NONE;

	for (int i = 0; i < 3 && found == TL_NONE; i++) {
		look_fn *look = order[c->hunt->req->backward][i];

		/* To look at a long line by itself needs the buffer. */
		if (!in_place && by_line && look == look_at_run && c->hunt->req->backward &&
		    (found = read_run(c)) != TL_FOUND)
			return found;
		if (look == look_at_run)
			tl_chunkrun_offer(&c->run, c->k, c->hunt->req->lines, c->s);
		found = look(c, n);
	}
	return found;
}

/* tl_hunt_look() in place; false: that is not possible, and nothing has changed. */
static bool look_in_place(struct tl_chunklook *c, struct tl_hitcount *n, enum tl_lookup *found)
{
	struct tl_hitcount before = *n;

	if (!tl_chunkrun_map(c->hunt->req->src, c->k, &c->hunt->how, &c->run))
		return false;
	*found = look_at_all(c, n, true);
	if (tl_source_unmap(c->hunt->req->src, &c->run.mapped))
		return true;
	*n = before;
	return false;
}

enum tl_lookup tl_hunt_look(struct tl_chunklook *c, struct tl_hitcount *n)
{
	enum tl_lookup found;
	bool open;

	if (c->hunt->req->barren && c->hunt->req->barren(c->hunt->req->arg, c->k))
		return TL_NONE;
	if (look_in_place(c, n, &found))
		return found;
	found = read_run(c);
	if (found != TL_FOUND)
		return found;
	open = c->run.pending && (c->high > c->run.pos + c->run.run.len ||
				  (c->run.head.open && c->high > c->run.head.pos));
	if (open && c->hunt->req->backward)
		return TL_PENDING; /* the hit may be in what is still to come */
	found = look_at_all(c, n, false);
	return found == TL_NONE && open ? TL_PENDING : found;
}
