/*
 * env.h: the variables that less's callers and users set.  One may be set in the environment and in
 * lesskey files; a user's file wins over the environment, which wins over the system's file.
 * LESSNOCONFIG hides the environment.  Ask here, not getenv(), for every variable that less has.
 */
#ifndef TL_PAGER_ENV_H
#define TL_PAGER_ENV_H

#include <stdbool.h>

/* Where a variable was set. */
enum tl_env_rank { TL_ENV_USER, TL_ENV_SYSTEM };

/*
 * The value of a variable; NULL: not set.  One that is empty in the environment counts as not
 * set, as for less; a lesskey file can make it empty, "".  Lives until the variables are set
 * again.  Main thread.
 */
const char *tl_env(const char *name);

/* Is it set, and not empty? */
bool tl_env_is_set(const char *name);

/* Set it as a lesskey file does; what was set with this rank before is replaced.  False: no memory. */
bool tl_env_set(enum tl_env_rank rank, const char *name, const char *value);

/* Is LESSNOCONFIG set, so that there are no lesskey files? */
bool tl_env_no_config(void);

/* Forget what tl_env_set() has set. */
void tl_env_fini(void);

#endif
