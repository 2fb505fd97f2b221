/* Threads that run at the same time, wait for each other, and end. */
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned turn, sum;

__attribute__((noinline)) static unsigned busy(unsigned n)
{
	return n < 2 ? n : busy(n - 1) + busy(n - 2);
}

static void *worker(void *arg)
{
	unsigned me = (unsigned)(unsigned long)arg;
	char name[16];

	snprintf(name, sizeof(name), "worker%u", me);
	prctl(PR_SET_NAME, name);
	for (unsigned i = 0; i < 4; i++) {
		unsigned n = busy(8 + me % 2);

		pthread_mutex_lock(&lock);
		while (turn % 3 != me)
			pthread_cond_wait(&cond, &lock);
		turn++;
		sum += n;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&lock);
	}
	return 0;
}

int main(void)
{
	pthread_t t[3];

	for (unsigned long i = 0; i < 3; i++) {
		if (pthread_create(&t[i], 0, worker, (void *)i))
			return 1;
	}
	sum += busy(10);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(t[i], 0);
	return sum == 0;
}
