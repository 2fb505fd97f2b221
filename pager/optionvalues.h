/*
 * optionvalues.h: options that read and tell their values in a way of their own; for the option table.
 * What they mean is told in struct tl_option (option.h).  Main thread.
 */
#ifndef TL_PAGER_OPTIONVALUES_H
#define TL_PAGER_OPTIONVALUES_H

#include "pager/option.h"

bool tl_option_parse_jump(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_tabs(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_shift(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_match_shift(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_prompt(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_end_prompt(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_pattern(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_quotes(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_color(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_rscroll(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_folded(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_slice(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_spool_size(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_lesskey_file(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_lesskey_src(struct tl_options *o, const char *text, struct tl_err *err);
bool tl_option_parse_lesskey_content(struct tl_options *o, const char *text, struct tl_err *err);

void tl_option_print_jump(const struct tl_options *o, char *out, size_t size);
void tl_option_print_tabs(const struct tl_options *o, char *out, size_t size);
void tl_option_print_shift(const struct tl_options *o, char *out, size_t size);
void tl_option_print_match_shift(const struct tl_options *o, char *out, size_t size);
void tl_option_print_prompt(const struct tl_options *o, char *out, size_t size);
void tl_option_print_end_prompt(const struct tl_options *o, char *out, size_t size);
void tl_option_print_quotes(const struct tl_options *o, char *out, size_t size);
void tl_option_print_color(const struct tl_options *o, char *out, size_t size);
void tl_option_print_rscroll(const struct tl_options *o, char *out, size_t size);
void tl_option_print_intr(const struct tl_options *o, char *out, size_t size);
void tl_option_print_slice(const struct tl_options *o, char *out, size_t size);
void tl_option_print_spool_size(const struct tl_options *o, char *out, size_t size);
void tl_option_print_unsearched(const struct tl_options *o, char *out, size_t size);
void tl_option_print_tag_file(const struct tl_options *o, char *out, size_t size);
void tl_option_print_autosave(const struct tl_options *o, char *out, size_t size);

#endif
