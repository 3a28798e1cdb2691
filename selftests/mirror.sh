#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A table of the internet's size, through the tool into the kernel in one batch,
# and the same in user space: every prefix and 10^6 random addresses a family
# must agree. ROUTES may name a file of real prefixes; else they are made.
# KONTEND_TABLE=N makes N, for a kernel that is slow, and asks for as many addresses.
here=$(dirname "$(realpath "$0")")
# Beside the tests in the build directory, or from the source tree.
tool=${KONTEND:-$here/../user/kontend}
[ -x "$tool" ] || tool=$here/../build/user/kontend
nr=0 failures=0

if [ ! -x "$tool" ]; then
	echo "1..0 # SKIP no tool: run make user, or set KONTEND"
	exit 4
fi
"$here/load-module" || case $? in
4) echo "1..0 # SKIP no module"; exit 4 ;;
*) echo "Bail out! the module cannot be inserted"; exit 1 ;;
esac
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# result NAME COMMAND...: one test, which passes if the command does.
result()
{
	local name=$1 ok=ok

	shift
	nr=$((nr + 1))
	"$@" >"$tmp/out" 2>&1 || { ok="not ok"; failures=$((failures + 1)); }
	sed 's/^/# /' "$tmp/out"
	echo "$ok $nr $name"
}

# verify WHAT...: the tool's own verdict, on the whole table.
verify() { "$tool" mirror --verify="${KONTEND_TABLE:-1000000}" "$@"; }

# The detector detects: a table that lacks one route and has another wrong must
# be told apart, and by just those two.
finds_two()
{
	local one other

	read -r _ one _ < <(sed -n 1000p "$tmp/table")
	read -r _ other _ < <(sed -n 2000p "$tmp/table")
	"$tool" route del "$one" && "$tool" route replace "$other" via 4000000000 || return
	! "$tool" mirror --from="$tmp/table" --verify=0 >"$tmp/verdict" || return
	cat "$tmp/verdict"
	grep -q "2 differences" "$tmp/verdict" &&
		grep -q "$one" "$tmp/verdict" && grep -q "$other" "$tmp/verdict"
}

round_trip()
{
	"$tool" route save "$tmp/saved" &&
		cmp <(grep -v '^#' "$tmp/saved") <(grep -v '^#' /dev/kontend)
}

if [ -n "${KONTEND_TABLE-}" ]; then
	"$tool" gen --seed=1 --v4=$((KONTEND_TABLE * 17 / 20)) --v6=$((KONTEND_TABLE * 3 / 20)) |
		grep -v '^#' >"$tmp/table"
elif [ -n "${ROUTES-}" ]; then
	zcat -f "$ROUTES" | tr -d '\r' |
		awk '{ print "add", $1, "via", 1 + NR * 7919 % 255 }' >"$tmp/table"
else
	"$tool" gen --seed=1 -o "$tmp/table.gz" && zcat "$tmp/table.gz" |
		grep -v '^#' >"$tmp/table"
fi
want=$(wc -l <"$tmp/table")

echo "TAP version 13"
echo "1..7"
result "a full table, in one batch" "$tool" route load "$tmp/table" --atomic --flush
result "it has $want routes" grep -q "^# routes $want " <(head -n 4 /dev/kontend)
result "the mirror of the kernel agrees" verify --from=/dev/kontend
result "the mirror of the file agrees" verify --from="$tmp/table" --flavor=qsbr
result "what is saved is what is read" round_trip
result "a mirror that differs is found out" finds_two
result "flush" "$tool" route flush
[ "$failures" = 0 ]
