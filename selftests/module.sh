#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading, again and again: with a full table, right after files
# were closed, after readers were killed, with reclaim still under way.  An open
# file holds the module.  And the kernel's log stays clean all the while.

here=$(dirname "$0")
rounds=${KONTEND_ROUNDS:-10}
nr_routes=5000
nr=0 failed=0 why=''

skip() { echo "1..0 # SKIP $*"; exit 4; }

result()
{
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr $2"
	else
		failed=1
		echo "not ok $nr $2"
		[ -z "$why" ] || echo "# $why"
	fi
	why=''
}

# Inserted anew, by name: load-module accepts one that is there already.
load()
{
	if ! insmod "$ko"; then
		why="round $1: insmod failed"
		return 1
	fi
	# The node is devtmpfs's work, in a thread of its own.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ ! -c /dev/kontend ] || return 0
		sleep 0.1
	done
	why="round $1: no /dev/kontend"
	return 1
}

unload()
{
	if ! rmmod kontend; then
		why="round $1: rmmod failed"
		return 1
	fi
	if [ -e /dev/kontend ] || [ -e /sys/module/kontend ]; then
		why="round $1: something of it stays"
		return 1
	fi
}

# All routes, with next hop $1; both families, so that all lists are in use.
routes()
{
	awk -v n=$nr_routes -v via="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			if (i % 2)
				printf "replace 10.%d.%d.0/24 via %d\n",
					i / 256, i % 256, via
			else
				printf "replace 2001:db8:%x::/48 via %d\n", i, via
	}'
}

# Readers that are killed let go of the file on their way out, and no sooner.
kill_readers()
{
	local pids=() i

	for i in 1 2 3; do
		while :; do cat /dev/kontend || exit; done >/dev/null 2>&1 &
		pids+=($!)
	done
	sleep 0.2
	kill -KILL "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	# Their last "cat" is nobody's child any more.
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(cat /sys/module/kontend/refcnt)" != 0 ] || return 0
		sleep 0.1
	done
}

# Writers at a time, and much to reclaim: no callback may outlive the text.
write_and_flush()
{
	local i

	for i in 1 2 3 4; do
		routes "$i" >/dev/kontend &
	done
	wait
	echo flush >/dev/kontend
}

# Between load and unload; leaves no file open.
use()
{
	case $1 in
	empty) ;;
	full) routes 1 >/dev/kontend ;;
	closed) routes 1 >/dev/kontend && cat /dev/kontend >/dev/null ;;
	killed) routes 1 >/dev/kontend && kill_readers ;;
	reclaim) write_and_flush ;;
	esac
}

# loop USE NAME
loop()
{
	local i ret=0

	for ((i = 1; i <= rounds && !ret; i++)); do
		load $i || ret=1
		[ $ret != 0 ] || use "$1" || { why="round $i: use"; ret=1; }
		[ ! -d /sys/module/kontend ] || unload $i || ret=1
	done
	result $ret "$2 x $rounds"
}

open_file_holds()
{
	local ret=0

	load 1 || return 1
	exec 3</dev/kontend
	rmmod kontend 2>/dev/null && { ret=1; why="unloaded under an open file"; }
	# Still all there.
	read -r -u 3 _ || { ret=1; why="the open file is dead"; }
	exec 3<&-
	unload 1 || ret=1
	return $ret
}

# Tables and a batch belong to files and to the module: both are gone with it.
nothing_is_left()
{
	local ret=0

	load 1 && use full && unload 1 && load 2 || return 1
	if grep -qv '^#' /dev/kontend; then
		why="routes of an earlier life"
		ret=1
	fi
	unload 2 || ret=1
	return $ret
}

log_is_clean()
{
	why=$(dmesg | sed -n "/$mark/,\$p" | grep -E \
		'BUG|WARNING|Oops|Call Trace|refcount_t|still has|Objects remaining' |
		head -n 1)
	[ -z "$why" ]
}

echo "TAP version 13"
[ "$(id -u)" = 0 ] || skip "root is needed to load modules"
ko=$("$here/load-module" -p) || skip "no kontend.ko for $(uname -r)"
was_loaded=
if [ -d /sys/module/kontend ]; then
	was_loaded=y
	rmmod kontend || skip "kontend is in use"
fi
mark="kontend module.sh $$"
echo "$mark" >/dev/kmsg

echo "1..8"
loop empty "an empty table"
loop full "a full table"
loop closed "files just closed"
loop killed "readers just killed"
loop reclaim "reclaim under way"
open_file_holds
result $? "an open file holds the module"
nothing_is_left
result $? "a new life begins empty"
log_is_clean
result $? "clean log"

[ -z "$was_loaded" ] || insmod "$ko"
exit $failed
