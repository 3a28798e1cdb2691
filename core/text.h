/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text of addresses, prefixes and route lines, one syntax for the device,
 * the tool and the files (both directions).  Pure functions over a given
 * buffer: no memory of their own, no locale, no NUL needed at the end.
 *
 * Lines:
 *	add PREFIX via N
 *	replace PREFIX via N
 *	del PREFIX
 *	flush
 *	PREFIX [via N]		as "add"; without via the next hop is 1
 *	# comment		and blank lines: nothing
 * Blanks, tabs and carriage returns separate words.
 *
 * Addresses: IPv4 as four decimal numbers without leading zeros; IPv6 as in
 * RFC 4291 section 2.2, printed as in RFC 5952.  A prefix without "/" is a host
 * route; "default" is 0.0.0.0/0.  Host bits behind the length are an error.
 */
#ifndef _CORE_TEXT_H
#define _CORE_TEXT_H

#include "prefix.h"
#include "route.h"

#define ROUTE_TEXT_ADDR_MAX	40	/* longest address and a NUL */
#define ROUTE_TEXT_PREFIX_MAX	44	/* longest prefix and a NUL */
#define ROUTE_TEXT_LINE_MAX	72	/* "add ", prefix, " via ", id, "\n", NUL */
#define ROUTE_TEXT_NEXTHOP	1	/* of a line without via */

/**
 * route_text_parse_addr() - parse an address, all of [@s, @s + @len)
 * @s: text
 * @len: its bytes
 * @family: out: ROUTE_INET4 or ROUTE_INET6
 * @addr: out
 * Context: any.
 * Return: 0 or -EINVAL, in which case nothing was written.
 */
int route_text_parse_addr(const char *s, size_t len, unsigned int *family,
			  struct route_addr *addr);

/**
 * route_text_parse_prefix() - parse a prefix, all of [@s, @s + @len)
 * @s: text
 * @len: its bytes
 * @prefix: out
 * @reason: out, on error: what is wrong, a constant string without a newline
 * Context: any.
 * Return: 0 or -EINVAL, in which case @prefix was not written.
 */
int route_text_parse_prefix(const char *s, size_t len,
			    struct route_prefix *prefix, const char **reason);

/**
 * route_text_parse_line() - parse one line
 * @s: text, without the newline
 * @len: its bytes
 * @change: out: what to do
 * @reason: out, on error: what is wrong, a constant string without a newline
 * Context: any.
 * Return: 1 if @change was set, 0 for a blank line or a comment, -EINVAL.
 */
int route_text_parse_line(const char *s, size_t len,
			  struct route_change *change, const char **reason);

/**
 * route_text_format_addr() - print an address, NUL-terminated
 * @buf: ROUTE_TEXT_ADDR_MAX bytes
 * @family: ROUTE_INET4 or ROUTE_INET6
 * @addr: address
 * Return: bytes written, the NUL not counted.
 */
unsigned int route_text_format_addr(char *buf, unsigned int family,
				    const struct route_addr *addr);

/**
 * route_text_format_prefix() - print a prefix, NUL-terminated
 * @buf: ROUTE_TEXT_PREFIX_MAX bytes
 * @prefix: prefix
 * Return: bytes written, the NUL not counted.
 */
unsigned int route_text_format_prefix(char *buf,
				      const struct route_prefix *prefix);

/**
 * route_text_format_line() - print "add PREFIX via N\n", NUL-terminated
 * @buf: ROUTE_TEXT_LINE_MAX bytes
 * @route: route
 * Return: bytes written, the NUL not counted.
 */
unsigned int route_text_format_line(char *buf, const struct route *route);

#endif /* _CORE_TEXT_H */
