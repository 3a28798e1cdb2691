/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command has to say, as text or as one JSON object, from a single
 * description: records of named fields, and a line of text that quotes them.
 * Nothing is kept back, so that a table of any size passes through.
 */
#ifndef _USER_OUT_H
#define _USER_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OUT_ERROR_MAX	1024

enum out_type {
	OUT_TYPE_END,
	OUT_TYPE_STR,		/* NULL: null in JSON, nothing in text */
	OUT_TYPE_U64,
	OUT_TYPE_F64,		/* two decimals in text; not a number: as NULL */
	OUT_TYPE_BOOL,
};

/* struct out_field - a named value; made by OUT_STR(), OUT_U64() and so on */
struct out_field {
	const char	*name;
	enum out_type	type;
	union {
		const char	*str;
		uint64_t	u64;
		double		f64;
	};
};

#define OUT_STR(n, v)	{ .name = (n), .type = OUT_TYPE_STR, .str = (v) }
#define OUT_U64(n, v)	{ .name = (n), .type = OUT_TYPE_U64, .u64 = (v) }
#define OUT_F64(n, v)	{ .name = (n), .type = OUT_TYPE_F64, .f64 = (v) }
#define OUT_BOOL(n, v)	{ .name = (n), .type = OUT_TYPE_BOOL, .u64 = (v) }

/**
 * struct out - where the output of a command goes
 * @file: stream
 * @json: JSON instead of text
 * @is_open: the JSON object was begun
 * @has_members: it has members, or the open list has
 * @list: name of the list that is open, NULL for none
 * @is_usage: the error is one of usage
 * @error: what went wrong, for main to print; empty if nothing did
 */
struct out {
	FILE		*file;
	bool		json;
	bool		is_open;
	bool		has_members;
	const char	*list;
	bool		is_usage;
	char		error[OUT_ERROR_MAX];
};

void out_init(struct out *out, FILE *file);

/**
 * out_fields() - say one thing; see out_record()
 * @out: output
 * @list: JSON: the list that the record joins, a string that stays; records of
 *	one list stand together.  NULL: the fields are members of the object.
 * @text: text: a line in which "{name}" stands for the field of that name,
 *	"{name:12}" for the field padded to 12 columns; NULL: JSON only
 * @fields: fields, ended by one of OUT_TYPE_END
 */
void out_fields(struct out *out, const char *list, const char *text,
		const struct out_field *fields);

#define out_record(out, list, text, ...) \
	out_fields(out, list, text, \
		   (const struct out_field[]){ __VA_ARGS__, { .name = NULL } })

/* out_text - a line of text, nothing in JSON. */
void out_text(struct out *out, const char *text);

/* out_empty_list - a list that stands in the JSON even without a record. */
void out_empty_list(struct out *out, const char *list);

/* out_fail - note what went wrong.  Return: @err, for the caller to pass on. */
__attribute__((format(printf, 3, 4)))
int out_fail(struct out *out, int err, const char *fmt, ...);

/* out_usage - note what is wrong with the arguments.  Return: -EINVAL. */
__attribute__((format(printf, 2, 3)))
int out_usage(struct out *out, const char *fmt, ...);

/**
 * out_finish() - the end of a command's output
 * @out: output
 * Return: 0, or -errno if some of it could not be written.
 */
int out_finish(struct out *out);

#endif /* _USER_OUT_H */
