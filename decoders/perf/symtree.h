/*
 * symtree.h: a red-black tree of rows that are known by number.
 *
 * Why a tree, where a sorted table would do?  Symbols overlap (a label within a function, `_init`
 * without a size over the whole PLT), and perf answers with the first symbol on its way down a
 * red-black tree that holds the address.  Only the same tree, built and cut in the same order, gives
 * the same answer.  Cormen, Leiserson, Rivest, Stein: Introduction to Algorithms, 3rd ed., 13.
 */
#ifndef TL_DECODERS_PERF_SYMTREE_H
#define TL_DECODERS_PERF_SYMTREE_H

#include <stdbool.h>
#include <stdint.h>

#define TL_SYMTREE_NONE UINT32_MAX

struct tl_symnode {
	uint32_t left, right, parent; /* row numbers, or NONE */
	bool red;
};

struct tl_symtree {
	struct tl_symnode *nodes; /* the caller's: one for each row */
	uint32_t root;            /* NONE: empty */
};

/* Hang row i below `parent` (NONE: it is the root), then balance. */
void tl_symtree_insert(struct tl_symtree *t, uint32_t i, uint32_t parent, bool left);
void tl_symtree_erase(struct tl_symtree *t, uint32_t i);

/* In order; NONE at the end. */
uint32_t tl_symtree_first(const struct tl_symtree *t);
uint32_t tl_symtree_next(const struct tl_symtree *t, uint32_t i);

#endif
