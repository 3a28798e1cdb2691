// SPDX-License-Identifier: GPL-2.0
/*
 * Text and JSON from one description.  JSON is written as it comes, a record
 * at a time: json-c does the values, the brackets around them are ours.
 */
#include "out.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

void out_init(struct out *out, FILE *file)
{
	memset(out, 0, sizeof(*out));
	out->file = file;
}

static const struct out_field *find_field(const struct out_field *fields,
					  const char *name, size_t len)
{
	for (; fields->type != OUT_TYPE_END; fields++)
		if (strlen(fields->name) == len &&
		    !memcmp(fields->name, name, len))
			return fields;
	return NULL;
}

static void print_value(FILE *file, const struct out_field *field, int width)
{
	switch (field->type) {
	case OUT_TYPE_STR:
		fprintf(file, "%-*s", width, field->str ? field->str : "");
		break;
	case OUT_TYPE_U64:
		fprintf(file, "%*" PRIu64, width, field->u64);
		break;
	case OUT_TYPE_F64:
		if (isfinite(field->f64))
			fprintf(file, "%*.2f", width, field->f64);
		else
			fprintf(file, "%*s", width, "");
		break;
	case OUT_TYPE_BOOL:
		fprintf(file, "%-*s", width, field->u64 ? "yes" : "no");
		break;
	case OUT_TYPE_END:
		break;
	}
}

static void print_text(FILE *file, const char *text,
		       const struct out_field *fields)
{
	while (*text) {
		const struct out_field *field;
		const char *name = text + 1;
		size_t len = strcspn(name, ":}");

		field = *text == '{' ? find_field(fields, name, len) : NULL;
		if (!field) {
			putc(*text++, file);
			continue;
		}
		print_value(file, field,
			    name[len] == ':' ? atoi(name + len + 1) : 0);
		text = strchr(name, '}') + 1;
	}
	putc('\n', file);
}

static void print_json_value(FILE *file, struct json_object *value)
{
	fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      file);
	json_object_put(value);
}

/* Six digits are more than any measurement has. */
static struct json_object *new_double(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", value);
	return json_object_new_double_s(value, text);
}

/* How many bytes the character at @s has; 0: it is not UTF-8. */
static unsigned int utf8_len(const char *s)
{
	/* Longer forms of what needs fewer bytes are none. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = *s;
	unsigned int len, i;
	uint32_t c;

	if (lead < 0x80)
		return 1;
	len = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
	c = lead & 0x7f >> len;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

/* File names may be any bytes, JSON is UTF-8: U+FFFD for each byte that is not. */
static struct json_object *new_string(const char *s)
{
	static const char unknown[] = "\xef\xbf\xbd";
	struct json_object *value;
	char *text, *end;

	text = malloc((sizeof(unknown) - 1) * strlen(s) + 1);
	if (!text)
		return NULL;
	for (end = text; *s;) {
		unsigned int len = utf8_len(s);

		end = mempcpy(end, len ? s : unknown,
			      len ? len : sizeof(unknown) - 1);
		s += len ? len : 1;
	}
	*end = '\0';
	value = json_object_new_string(text);
	free(text);
	return value;
}

static void print_json_member(FILE *file, const struct out_field *field)
{
	print_json_value(file, json_object_new_string(field->name));
	putc(':', file);
	if (field->type == OUT_TYPE_STR && field->str)
		print_json_value(file, new_string(field->str));
	else if (field->type == OUT_TYPE_U64)
		print_json_value(file, json_object_new_uint64(field->u64));
	else if (field->type == OUT_TYPE_F64 && isfinite(field->f64))
		print_json_value(file, new_double(field->f64));
	else if (field->type == OUT_TYPE_BOOL)
		print_json_value(file, json_object_new_boolean(!!field->u64));
	else
		fputs("null", file);
}

static void next_member(struct out *out)
{
	if (out->has_members)
		fputs(",\n", out->file);
	out->has_members = true;
}

/* Be inside @list, or inside the object itself if it is NULL. */
static void enter_list(struct out *out, const char *list)
{
	if (!out->is_open)
		fputs("{\n", out->file);
	out->is_open = true;
	if (out->list == list ||
	    (out->list && list && !strcmp(out->list, list)))
		return;
	if (out->list) {
		fputs("\n]", out->file);
		out->has_members = true;
	}
	if (list) {
		next_member(out);
		fprintf(out->file, "\"%s\":[\n", list);
		out->has_members = false;
	}
	out->list = list;
}

static void print_json(struct out *out, const char *list,
		       const struct out_field *fields)
{
	bool is_first = true;

	enter_list(out, list);
	if (list) {
		next_member(out);
		putc('{', out->file);
	}
	for (; fields->type != OUT_TYPE_END; fields++, is_first = false) {
		if (!list)
			next_member(out);
		else if (!is_first)
			putc(',', out->file);
		print_json_member(out->file, fields);
	}
	if (list)
		putc('}', out->file);
}

void out_fields(struct out *out, const char *list, const char *text,
		const struct out_field *fields)
{
	if (out->json)
		print_json(out, list, fields);
	else if (text)
		print_text(out->file, text, fields);
}

void out_text(struct out *out, const char *text)
{
	if (!out->json)
		fprintf(out->file, "%s\n", text);
}

void out_empty_list(struct out *out, const char *list)
{
	if (out->json)
		enter_list(out, list);
}

int out_fail(struct out *out, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(out->error, sizeof(out->error), fmt, args);
	va_end(args);
	return err;
}

int out_usage(struct out *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(out->error, sizeof(out->error), fmt, args);
	va_end(args);
	out->is_usage = true;
	return -EINVAL;
}

int out_finish(struct out *out)
{
	if (out->json) {
		if (out->error[0])
			out_record(out, NULL, NULL, OUT_STR("error", out->error));
		enter_list(out, NULL);
		fputs("\n}\n", out->file);
	}
	if (fflush(out->file) || ferror(out->file))
		return errno ? -errno : -EIO;
	return 0;
}
