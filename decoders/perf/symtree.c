/* symtree.c: see symtree.h. */
#include "decoders/perf/symtree.h"

#define NONE TL_SYMTREE_NONE

static bool is_red(const struct tl_symtree *t, uint32_t i)
{
	return i != NONE && t->nodes[i].red;
}

static uint32_t child(const struct tl_symtree *t, uint32_t i, bool right)
{
	return right ? t->nodes[i].right : t->nodes[i].left;
}

static void set_child(struct tl_symtree *t, uint32_t i, bool right, uint32_t c)
{
	if (right)
		t->nodes[i].right = c;
	else
		t->nodes[i].left = c;
	if (c != NONE)
		t->nodes[c].parent = i;
}

/* Put subtree `by` where i hangs. */
static void replace(struct tl_symtree *t, uint32_t i, uint32_t by)
{
	uint32_t parent = t->nodes[i].parent;

	if (parent == NONE) {
		t->root = by;
		if (by != NONE)
			t->nodes[by].parent = NONE;
	} else {
		set_child(t, parent, t->nodes[parent].right == i, by);
	}
}

/* i goes down to the right (or left), its child of the other side comes up. */
static void rotate(struct tl_symtree *t, uint32_t i, bool right)
{
	uint32_t up = child(t, i, !right);

	replace(t, i, up);
	set_child(t, i, !right, child(t, up, right));
	set_child(t, up, right, i);
}

void tl_symtree_insert(struct tl_symtree *t, uint32_t i, uint32_t parent, bool left)
{
	t->nodes[i] = (struct tl_symnode){ NONE, NONE, NONE, true };
	if (parent == NONE)
		t->root = i;
	else
		set_child(t, parent, !left, i);

	while (is_red(t, t->nodes[i].parent)) {
		uint32_t grand, uncle;
		bool right;

		parent = t->nodes[i].parent;
		grand = t->nodes[parent].parent; /* a red parent is not the root */
		right = t->nodes[grand].right == parent;
		uncle = child(t, grand, !right);
		if (is_red(t, uncle)) {
			t->nodes[parent].red = t->nodes[uncle].red = false;
			t->nodes[grand].red = true;
			i = grand;
			continue;
		}
		if (child(t, parent, !right) == i) { /* an inner grandchild: make it an outer one */
			rotate(t, parent, right);
			parent = i;
		}
		t->nodes[parent].red = false;
		t->nodes[grand].red = true;
		rotate(t, grand, !right);
		break;
	}
	t->nodes[t->root].red = false;
}

/* One black node is missing on the ways through i (may be NONE) below `parent`. */
static void fix_erased(struct tl_symtree *t, uint32_t i, uint32_t parent)
{
	while (parent != NONE && !is_red(t, i)) {
		bool right = t->nodes[parent].right == i; /* the sibling's side is the other */
		uint32_t sibling = child(t, parent, !right);

		if (is_red(t, sibling)) {
			t->nodes[sibling].red = false;
			t->nodes[parent].red = true;
			rotate(t, parent, right);
			sibling = child(t, parent, !right);
		}
		if (!is_red(t, t->nodes[sibling].left) && !is_red(t, t->nodes[sibling].right)) {
			t->nodes[sibling].red = true;
			i = parent;
			parent = t->nodes[i].parent;
			continue;
		}
		if (!is_red(t, child(t, sibling, !right))) {
			t->nodes[child(t, sibling, right)].red = false;
			t->nodes[sibling].red = true;
			rotate(t, sibling, !right);
			sibling = child(t, parent, !right);
		}
		t->nodes[sibling].red = t->nodes[parent].red;
		t->nodes[parent].red = false;
		t->nodes[child(t, sibling, !right)].red = false;
		rotate(t, parent, right);
		return;
	}
	if (i != NONE)
		t->nodes[i].red = false;
}

static uint32_t leftmost(const struct tl_symtree *t, uint32_t i)
{
	while (t->nodes[i].left != NONE)
		i = t->nodes[i].left;
	return i;
}

void tl_symtree_erase(struct tl_symtree *t, uint32_t i)
{
	struct tl_symnode old = t->nodes[i];
	uint32_t next, moved, below;
	bool was_red;

	if (old.left == NONE || old.right == NONE) {
		moved = old.left == NONE ? old.right : old.left;
		replace(t, i, moved);
		if (!old.red)
			fix_erased(t, moved, old.parent);
		return;
	}
	next = leftmost(t, old.right); /* takes the place of i */
	was_red = t->nodes[next].red;
	moved = t->nodes[next].right;
	below = t->nodes[next].parent;
	if (below == i) {
		below = next;
	} else {
		replace(t, next, moved);
		set_child(t, next, true, old.right);
	}
	replace(t, i, next);
	set_child(t, next, false, old.left);
	t->nodes[next].red = old.red;
	if (!was_red)
		fix_erased(t, moved, below);
}

uint32_t tl_symtree_first(const struct tl_symtree *t)
{
	return t->root == NONE ? NONE : leftmost(t, t->root);
}

uint32_t tl_symtree_next(const struct tl_symtree *t, uint32_t i)
{
	uint32_t parent;

	if (t->nodes[i].right != NONE)
		return leftmost(t, t->nodes[i].right);
	while ((parent = t->nodes[i].parent) != NONE && t->nodes[parent].right == i)
		i = parent;
	return parent;
}
