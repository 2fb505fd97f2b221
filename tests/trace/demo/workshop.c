/*
 * workshop.c: the program of the bundled recording; see scripts/make-demo.
 *
 * A foreman thread hands orders to three workers: queens to be placed on a board, numbers to be
 * sorted, words to be counted.  One order is much more work than the others, and one worker
 * takes a nap: both are to be found in the trace.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKERS 3

enum trade { QUEENS, SORTING, COUNTING };

struct order {
	enum trade trade;
	unsigned size;
	unsigned long result;
	struct order *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct order *first, **last = &first;
static int closed;

/* ---- the work */

static int attacked(const int *rows, int column, int row)
{
	for (int c = 0; c < column; c++)
		if (rows[c] == row || abs(rows[c] - row) == column - c)
			return 1;
	return 0;
}

static unsigned long place_queens(int *rows, int column, int n)
{
	unsigned long found = 0;

	if (column == n)
		return 1;
	for (int row = 0; row < n; row++) {
		if (attacked(rows, column, row))
			continue;
		rows[column] = row;
		found += place_queens(rows, column + 1, n);
	}
	return found;
}

static int by_size(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static unsigned long sort_numbers(unsigned n)
{
	unsigned *v = malloc(n * sizeof(*v)), x = n;
	unsigned long middle;

	for (unsigned i = 0; i < n; i++)
		v[i] = x = x * 1103515245 + 12345;
	qsort(v, n, sizeof(*v), by_size);
	middle = v[n / 2];
	free(v);
	return middle;
}

static int is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static unsigned long count_words(unsigned n)
{
	static const char text[] = "the workshop is open and the foreman has an order for you ";
	unsigned long words = 0;

	for (unsigned i = 0; i < n; i++)
		for (const char *s = text; *s; s++)
			words += is_letter(s[0]) && !is_letter(s[1]);
	return words;
}

static void carry_out(struct order *o)
{
	int rows[16];

	switch (o->trade) {
	case QUEENS:
		o->result = place_queens(rows, 0, (int)o->size);
		break;
	case SORTING:
		o->result = sort_numbers(o->size);
		break;
	case COUNTING:
		o->result = count_words(o->size);
		break;
	}
}

/* ---- who does it */

static struct order *next_order(void)
{
	struct order *o;

	pthread_mutex_lock(&lock);
	while (!first && !closed)
		pthread_cond_wait(&changed, &lock);
	o = first;
	if (o && !(first = o->next))
		last = &first;
	pthread_mutex_unlock(&lock);
	return o;
}

static void take_a_nap(void)
{
	struct timespec nap = { 0, 2000000 };

	nanosleep(&nap, NULL);
}

static void *worker(void *name)
{
	struct order *o;
	unsigned done = 0;

	while ((o = next_order())) {
		carry_out(o);
		printf("%s: order of %u done, %lu\n", (char *)name, o->size, o->result);
		free(o);
		if (++done == 1 && !strcmp(name, "lazy"))
			take_a_nap();
	}
	return NULL;
}

static void hand_out(enum trade trade, unsigned size)
{
	struct order *o = calloc(1, sizeof(*o));

	o->trade = trade;
	o->size = size;
	pthread_mutex_lock(&lock);
	*last = o;
	last = &o->next;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

int main(void)
{
	static char *const names[WORKERS] = { "quick", "steady", "lazy" };
	pthread_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		pthread_create(&workers[i], NULL, worker, names[i]);
	for (unsigned i = 0; i < 12; i++)
		hand_out(i % 3, i % 3 == QUEENS ? 4 + i / 6 : 10 + i);
	hand_out(QUEENS, 8); /* the big one */
	pthread_mutex_lock(&lock);
	closed = 1;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	puts("the workshop is closed");
	return 0;
}
