/*
 * commands.h: what the rows of the command table call.  Each takes the number typed before the
 * command; what a command does says its row in command.c.  Main thread.
 */
#ifndef TL_PAGER_COMMANDS_H
#define TL_PAGER_COMMANDS_H

#include "pager/app.h"

/* moving.c */
void tl_move_forward_line(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_line(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_line_force(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_line_force(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_window(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_window(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_window_force(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_window_force(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_window_set(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_window_set(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_half(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_half(struct tl_app *app, const struct tl_number *n);
void tl_move_forward_file_line(struct tl_app *app, const struct tl_number *n);
void tl_move_backward_file_line(struct tl_app *app, const struct tl_number *n);
void tl_move_goto_line(struct tl_app *app, const struct tl_number *n);
void tl_move_goto_end(struct tl_app *app, const struct tl_number *n);
void tl_move_goto_end_buffered(struct tl_app *app, const struct tl_number *n);
void tl_move_goto_percent(struct tl_app *app, const struct tl_number *n);
void tl_move_goto_offset(struct tl_app *app, const struct tl_number *n);
void tl_move_shift_right(struct tl_app *app, const struct tl_number *n);
void tl_move_shift_right_limited(struct tl_app *app, const struct tl_number *n);
void tl_move_shift_left(struct tl_app *app, const struct tl_number *n);
void tl_move_shift_home(struct tl_app *app, const struct tl_number *n);
void tl_move_shift_end(struct tl_app *app, const struct tl_number *n);

/* unread.c */
void tl_unread_forget(struct tl_app *app);
/* The line that holds pos was jumped to. */
void tl_unread_line(struct tl_app *app, uint64_t pos);
/* Call before a move forward: what is below the screen now is unread.  -w counts only moves by a
 * whole screen. */
void tl_unread_below(struct tl_app *app, bool whole_screen);
/* Before a move backward: the line above the screen. */
void tl_unread_above(struct tl_app *app, bool whole_screen);

/* timekeys.c */
void tl_time_goto(struct tl_app *app, const struct tl_number *n);
void tl_time_next_slice(struct tl_app *app, const struct tl_number *n);
void tl_time_previous_slice(struct tl_app *app, const struct tl_number *n);
void tl_time_set_slice(struct tl_app *app, const struct tl_number *n);

/* timecolumn.c: to the next kind of it. */
void tl_timecolumn_switch(struct tl_app *app, const struct tl_number *n);

/* follow.c */
void tl_follow_on(struct tl_app *app, const struct tl_number *n);
void tl_follow_to_match(struct tl_app *app, const struct tl_number *n);
void tl_follow_with_bell(struct tl_app *app, const struct tl_number *n);

/* marking.c */
void tl_mark_set_top(struct tl_app *app, const struct tl_number *n);
void tl_mark_set_bottom(struct tl_app *app, const struct tl_number *n);
void tl_mark_clear(struct tl_app *app, const struct tl_number *n);
void tl_mark_go_to(struct tl_app *app, const struct tl_number *n);
/* Mark what is in this row of the screen; go to a mark.  # is the one the mouse sets. */
void tl_mark_set_at(struct tl_app *app, char letter, unsigned row);
void tl_mark_go(struct tl_app *app, char letter);

/* brackets.c */
void tl_bracket_curly_forward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_curly_backward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_round_forward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_round_backward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_square_forward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_square_backward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_any_forward(struct tl_app *app, const struct tl_number *n);
void tl_bracket_any_backward(struct tl_app *app, const struct tl_number *n);

/* gapkeys.c */
void tl_gap_next(struct tl_app *app, const struct tl_number *n);
void tl_gap_previous(struct tl_app *app, const struct tl_number *n);
void tl_gap_list(struct tl_app *app, const struct tl_number *n);

/* callkeys.c */
void tl_call_caller(struct tl_app *app, const struct tl_number *n);
void tl_call_return(struct tl_app *app, const struct tl_number *n);
void tl_call_step_over(struct tl_app *app, const struct tl_number *n);
void tl_call_step_back(struct tl_app *app, const struct tl_number *n);
void tl_call_next_entry(struct tl_app *app, const struct tl_number *n);
void tl_call_previous_entry(struct tl_app *app, const struct tl_number *n);

/* The line that moves by calls begin at; false: there is none, or nobody knows the calls. */
bool tl_call_begin(struct tl_app *app, uint64_t *pos);
/* Find where the call of that line ends; tl_fold_found() gets it. */
struct tl_callnav_result;
void tl_call_find_end(struct tl_app *app);
void tl_fold_found(struct tl_app *app, const struct tl_callnav_result *r);
/* Find the n-th caller of the line at pos; tl_fold_levels_found() gets it, and the levels. */
void tl_call_find_outer(struct tl_app *app, uint64_t pos, uint64_t n, uint64_t levels);
void tl_fold_levels_found(struct tl_app *app, const struct tl_callnav_result *r, uint64_t levels);

/* foldkeys.c */
void tl_fold_call(struct tl_app *app, const struct tl_number *n);
void tl_fold_none(struct tl_app *app, const struct tl_number *n);

/* tagkeys.c */
void tl_tag_next(struct tl_app *app, const struct tl_number *n);
void tl_tag_previous(struct tl_app *app, const struct tl_number *n);
void tl_tag_ask(struct tl_app *app, const struct tl_number *n);

/* filekeys.c */
/* Examine a file by its name; a new one comes behind the current file.  False: a message says why
 * not. */
bool tl_files_open_name(struct tl_app *app, const char *name);
void tl_files_next(struct tl_app *app, const struct tl_number *n);
void tl_files_previous(struct tl_app *app, const struct tl_number *n);
void tl_files_nth(struct tl_app *app, const struct tl_number *n);
void tl_files_remove(struct tl_app *app, const struct tl_number *n);
void tl_files_examine(struct tl_app *app, const struct tl_number *n);
void tl_files_info(struct tl_app *app, const struct tl_number *n);

/* optionkeys.c */
void tl_optionkey_toggle(struct tl_app *app, const struct tl_number *n);
void tl_optionkey_show(struct tl_app *app, const struct tl_number *n);

/* Shift the text by so many columns, to the left if negative. */
void tl_move_shift_by(struct tl_app *app, int64_t cols);
/* Jump to pos, to be shown at `row`: its line, or with `exact` the row that holds it. */
void tl_move_jump(struct tl_app *app, uint64_t pos, unsigned row, bool exact);

#endif
