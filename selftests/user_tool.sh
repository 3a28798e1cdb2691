#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tool on files, without a kernel module: what the loader takes and refuses,
# the generator, exit codes, --help and --json.  KONTEND names the tool.

here=$(dirname "$(readlink -f "$0")")
: "${KONTEND:=$here/../build/user/kontend}"

# Under kselftest its helpers are one directory up; else these few do.
if [ -r "$here/../kselftest/ktap_helpers.sh" ]; then
	# shellcheck source=/dev/null
	. "$here/../kselftest/ktap_helpers.sh"
	# Theirs has no room for a reason.
	ktap_test_skip() {
		__ktap_test ok "$1" "SKIP $2"
		KTAP_CNT_SKIP=$((KTAP_CNT_SKIP + 1))
	}
else
	KSFT_PASS=0 KSFT_FAIL=1 KSFT_SKIP=4
	ktap_nr=0 ktap_failed=0
	ktap_print_header() { echo "TAP version 13"; }
	ktap_print_msg() { echo "#" "$@"; }
	ktap_set_plan() { ktap_plan=$1; echo "1..$1"; }
	ktap_skip_all() { echo "1..0 # SKIP $*"; }
	ktap_test_pass() { ktap_nr=$((ktap_nr + 1)); echo "ok $ktap_nr $*"; }
	ktap_test_skip() { ktap_nr=$((ktap_nr + 1)); echo "ok $ktap_nr $1 # SKIP $2"; }
	ktap_test_fail() {
		ktap_nr=$((ktap_nr + 1)) ktap_failed=$((ktap_failed + 1))
		echo "not ok $ktap_nr $*"
	}
	ktap_finished() {
		[ "$ktap_failed" = 0 ] && [ "$ktap_nr" = "$ktap_plan" ] &&
			exit "$KSFT_PASS"
		exit "$KSFT_FAIL"
	}
fi

# skip REASON...: the test that returns now cannot run here.
skip() { skipped=$*; }

# run CODE ARGUMENTS...: the tool exits with CODE; $out and $err are its output.
run() {
	local want=$1 got

	shift
	"$KONTEND" "$@" > "$tmp/out" 2> "$tmp/err" < "${stdin:-/dev/null}"
	got=$?
	out=$(tr -d '\0' < "$tmp/out") err=$(tr -d '\0' < "$tmp/err")
	[ "$got" = "$want" ] && return
	ktap_print_msg "exit $got, not $want: kontend $*"
	ktap_print_msg "$(head -c 500 "$tmp/err")"
	return 1
}

# says TEXT PATTERN: a line of TEXT matches the pattern.
says() {
	grep -qE -- "$2" <<< "$1" && return
	ktap_print_msg "expected: $2"
	ktap_print_msg "got: $(head -c 500 <<< "$1" | tr '\n' '|')"
	return 1
}

# mirror N4 N6 FILE [OPTION...]: a mirror of FILE has N4 + N6 routes.
mirror() {
	local n4=$1 n6=$2 file=$3

	shift 3
	run 0 mirror --from="$file" "$@" && says "$out" ": $n4 \+ $n6 routes,"
}

# refused REASON LINE: a file of a good line and LINE is refused at line 2.
refused() {
	printf '10.0.0.0/8 via 1\n%b\n' "$2" > "$tmp/bad"
	run 1 mirror --from="$tmp/bad" &&
		says "$err" "^kontend: $tmp/bad:2: .*$1" &&
		says "$err" "nothing was done" && [ -z "$out" ]
}

# json FILTER: the output is one JSON value, for which FILTER holds.
json() {
	python3 -c '
import json, sys
v = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$tmp/out" "$1" 2> "$tmp/json" && return
	ktap_print_msg "JSON: $1: $(tail -n 1 "$tmp/json")"
	return 1
}

test_text_syntax() {
	cat > "$tmp/f" <<- EOF
		# a comment

		add 10.0.0.0/8 via 1
		replace 10.0.0.0/8 via 2
		192.0.2.0/24
		  198.51.100.1   via  4294967295
		default via 7
		2001:db8::/32 via 9
		::/0 via 3
		add 203.0.113.0/24 via 5
		del 203.0.113.0/24
	EOF
	mirror 4 2 "$tmp/f"
}

test_flush_in_file() {
	printf 'add 10.0.0.0/8 via 1\nflush\n192.0.2.0/24\n' > "$tmp/f"
	mirror 1 0 "$tmp/f"
}

test_no_last_newline() {
	printf '10.0.0.0/8\n192.0.2.0/24 via 2' > "$tmp/f" &&
		mirror 2 0 "$tmp/f"
}

test_carriage_returns() {
	printf '10.0.0.0/8\r\n2001:db8::/32 via 2\r\ndefault via 192.0.2.1 dev eth0\r\n' > "$tmp/f" &&
		mirror 2 1 "$tmp/f"
}

test_empty_file() {
	: > "$tmp/f" && mirror 0 0 "$tmp/f"
}

test_duplicate_is_no_error() {
	printf 'add 10.0.0.0/8 via 1\nadd 10.0.0.0/8 via 2\n' > "$tmp/f" &&
		mirror 1 0 "$tmp/f"
}

test_stdin() {
	printf '10.0.0.0/8\n' > "$tmp/f" &&
		stdin=$tmp/f mirror 1 0 - &&
		printf 'x\n' > "$tmp/f" && stdin=$tmp/f run 1 mirror --from=- &&
		says "$err" "^kontend: standard input:1: "
}

test_gzip() {
	printf '10.0.0.0/8\n192.0.2.0/24\n' | gzip > "$tmp/f.gz" &&
		mirror 2 0 "$tmp/f.gz" &&
		stdin=$tmp/f.gz mirror 2 0 -
}

test_gzip_truncated() {
	"$KONTEND" gen --v4=20000 --v6=0 -o "$tmp/f.gz" > "$tmp/out" &&
		head -c 60000 "$tmp/f.gz" > "$tmp/cut.gz" &&
		run 1 mirror --from="$tmp/cut.gz" --skip-bad &&
		says "$err" "cut.gz: behind line [1-9].*too early"
}

test_gzip_corrupt() {
	"$KONTEND" gen --v4=2000 --v6=0 -o "$tmp/f.gz" > "$tmp/out" &&
		printf '\377\377\377\377' | dd of="$tmp/f.gz" bs=1 \
			seek=$(($(stat -c %s "$tmp/f.gz") - 8)) conv=notrunc 2> /dev/null &&
		run 1 mirror --from="$tmp/f.gz" && says "$err" "f.gz: behind line"
}

# One behind the other, cut where nothing tells yet what it is.
test_gzip_in_pieces() {
	printf '10.0.0.0/8\n' | gzip > "$tmp/f.gz" &&
		printf '192.0.2.0/24\n' | gzip >> "$tmp/f.gz" &&
		mirror 2 0 "$tmp/f.gz" &&
		stdin=<(head -c 1 "$tmp/f.gz"; sleep 0.1; tail -c +2 "$tmp/f.gz") \
			mirror 2 0 -
}

test_gzip_followed() {
	local rest

	for rest in x '10.0.0.0/8\n' '\037' '\0' '\037\213rest'; do
		printf '10.0.0.0/8\n' | gzip > "$tmp/f.gz"
		# shellcheck disable=SC2059
		printf "$rest" >> "$tmp/f.gz"
		run 1 mirror --from="$tmp/f.gz" --skip-bad &&
			says "$err" "^kontend: $tmp/f.gz: behind line 1: " || return
		[ "$rest" = '\037\213rest' ] || says "$err" "something else" || return
	done
}

test_file_errors() {
	run 1 mirror --from="$tmp/none" && says "$err" "none: No such file" &&
		run 1 mirror --from="$tmp" && says "$err" "Is a directory"
}

test_bad_lines() {
	refused "" 'add 10.0.0.0/8 via 0' &&
		refused "" 'add 10.0.0.1/8 via 1' &&
		refused "" '10.0.0.0/33' &&
		refused "" '2001:db8::/129 via 1' &&
		refused "" '10.0.0.0/8 via 4294967296' &&
		refused "" '10.0.0.0/8 via' &&
		refused "" 'nonsense' &&
		refused "" '10.0.0.0/8\\0 via 1' &&
		refused "" 'add 256.0.0.0/8 via 1' &&
		refused "too long" "$(printf '1%.0s' {1..5000})" &&
		refused "too long" "$(printf '1%.0s' {1..200000})"
}

test_missing_delete() {
	printf '10.0.0.0/8\n\ndel 192.0.2.0/24\n' > "$tmp/f" &&
		run 1 mirror --from="$tmp/f" &&
		says "$err" "^kontend: $tmp/f:3: no such route"
}

test_skip_bad() {
	local i

	echo 10.0.0.0/8 > "$tmp/f"
	for ((i = 0; i < 30; i++)); do echo "bad $i"; done >> "$tmp/f"
	echo 192.0.2.0/24 >> "$tmp/f"
	mirror 2 0 "$tmp/f" --skip-bad && says "$out" "^$tmp/f:2: " &&
		says "$out" "^$tmp/f:21: " && ! grep -q "f:22: " "$tmp/out" &&
		says "$out" "^30 bad lines" &&
		run 0 mirror --from="$tmp/f" --skip-bad --json &&
		json 'len(v["bad"]) == 20 and v["nr_bad"] == 30 and
		      v["bad"][0]["line"] == 2 and v["bad"][0]["reason"] != ""'
}

test_bad_lines_are_counted() {
	printf 'x\n10.0.0.0/8\ny\nz\n' > "$tmp/f" &&
		run 1 mirror --from="$tmp/f" && says "$err" "f:1: .*bad lines: 3"
}

# What iproute2 prints, host, router and container lines.
test_ip_route() {
	cat > "$tmp/f" <<- EOF
		default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.7 metric 100 
		10.0.0.0/8 via 192.0.2.1 dev eth0 proto bird onlink 
		10.9.0.0/16 via inet6 fe80::1 dev eth1 
		172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown 
		192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.7 
		198.51.100.9 dev eth0 scope link mtu lock 1400 
		blackhole 203.0.113.0/24 
		unreachable 203.0.113.0/25 metric 5 
	EOF
	mirror 8 0 "$tmp/f" &&
		says "$out" "^# nexthop 1 via 192.0.2.1 dev eth0$" &&
		says "$out" "^# nexthop 2 via fe80::1 dev eth1$" &&
		says "$out" "^# nexthop 3 dev docker0$" &&
		says "$out" "^# nexthop 4 dev eth0$" &&
		says "$out" "^# nexthop 5 blackhole$" &&
		says "$out" "^# nexthop 6 unreachable$" &&
		! grep -q "nexthop 7" "$tmp/out"
}

# A default route is of its gateway's family, unless that is named.
test_ip_route_default() {
	echo "default via fe80::1 dev a" > "$tmp/f" && mirror 0 1 "$tmp/f" &&
		echo "default via inet6 fe80::1 dev a" > "$tmp/f" && mirror 1 0 "$tmp/f" &&
		echo "default via inet 192.0.2.1 dev a" > "$tmp/f" && mirror 1 0 "$tmp/f"
}

test_ip_6_route() {
	cat > "$tmp/f" <<- EOF
		2001:db8::/64 dev eth0 proto ra metric 100 expires 86386sec pref medium
		fe80::/64 dev eth0 proto kernel metric 256 pref medium
		unreachable 2001:db8:dead::/48 dev lo metric 1024 error -113 pref medium
		default via fe80::1 dev eth0 proto ra metric 100 expires 1786sec hoplimit 64 pref medium
		default dev tun0 metric 2048 pref medium
	EOF
	run 0 mirror --from="$tmp/f" --json &&
		json 'v["nr_routes4"] == 0 and v["nr_routes6"] == 4 and
		      v["nr_shadowed"] == 1 and
		      [n["nexthop"] for n in v["nexthops"]] ==
		      ["dev eth0", "unreachable dev lo", "via fe80::1 dev eth0",
		       "dev tun0"]'
}

test_ip_route_lowest_metric() {
	cat > "$tmp/f" <<- EOF
		10.0.0.0/8 via 192.0.2.1 dev eth0 metric 200
		10.0.0.0/8 via 192.0.2.2 dev eth0 metric 100
		10.0.0.0/8 via 192.0.2.3 dev eth0 metric 300
	EOF
	mirror 1 0 "$tmp/f" && says "$out" "^2 routes are left out"
}

test_ip_route_refused() {
	refused "multipath" '10.0.0.0/9 proto bird metric 32 \n\tnexthop via 192.0.2.1 dev a weight 1 \n\tnexthop via 192.0.2.2 dev b weight 1 ' &&
		says "$err" "bad lines: 1;" &&
		refused "multipath" '10.0.0.0/9 \n\tnexthop via 192.0.2.1 dev a weight 1 ' &&
		says "$err" "bad lines: 1;" &&
		refused "multipath" '10.0.0.0/9 via 1\n\tnexthop via 192.0.2.1 dev a weight 1' &&
		refused "group" '10.0.0.0/9 nhid 10 proto static' &&
		refused "source" '2001:db8::/48 from 2001:db8:1::/48 via fe80::1 dev a' &&
		refused "service" '10.0.0.0/9 tos 0x10 via 192.0.2.1 dev a' &&
		refused "encapsulation" '10.0.0.0/9 encap mpls 100 via 192.0.2.1 dev a' &&
		refused "another table" 'local 127.0.0.1 dev lo table local' &&
		refused "dead" '10.0.0.0/9 via 192.0.2.1 dev a dead linkdown' &&
		refused "not known" '10.0.0.0/9 via 192.0.2.1 dev a wonder 1' &&
		refused "gateway" '10.0.0.0/9 via 192.0.2 dev a' &&
		refused "wrong family" '10.0.0.0/9 via fe80::1 dev a' &&
		refused "wrong family" '2001:db8::/32 via 192.0.2.1 dev a' &&
		refused "wrong family" '2001:db8::/32 via inet 192.0.2.1 dev a' &&
		refused "wrong family" '10.0.0.0/9 via inet6 192.0.2.1 dev a' &&
		refused "wrong family" 'default via inet fe80::1 dev a' &&
		refused "value" '10.0.0.0/9 via 192.0.2.1 dev' &&
		refused "metric" '10.0.0.0/9 via 192.0.2.1 dev a metric x' &&
		printf '\tnexthop via 192.0.2.1 dev a weight 1\n' > "$tmp/f" &&
		run 1 mirror --from="$tmp/f" && says "$err" "without a route"
}

test_saved_nexthops() {
	cat > "$tmp/f" <<- EOF
		# nexthop 30 via 192.0.2.1 dev eth0
		add 10.0.0.0/8 via 30
		10.1.0.0/16 via 192.0.2.1 dev eth0
		10.2.0.0/16 via 192.0.2.2 dev eth0
	EOF
	mirror 3 0 "$tmp/f" && says "$out" "^# nexthop 31 via 192.0.2.2 dev eth0$" &&
		[ "$(grep -c "^# nexthop" "$tmp/out")" = 2 ] || return
	printf '# nexthop 3 dev a\n# nexthop 3 dev a\n# nexthop 3 dev b\n' > "$tmp/f" &&
		run 1 mirror --from="$tmp/f" &&
		says "$err" "f:3: .*another next hop" &&
		printf '# nexthop 3 dev a\n# nexthop 4 dev a\n' > "$tmp/f" &&
		run 1 mirror --from="$tmp/f" &&
		says "$err" "f:2: .*another id" &&
		refused "no valid id" '# nexthop 0 dev a' &&
		refused "no valid id" '# nexthop 5  '
}

# Which metric wins is a matter of the lines since the last change that is no
# route of ip route; and its next hops take no id that a route names.
test_ip_route_mixed() {
	cat > "$tmp/f" <<- EOF
		10.0.0.0/8 via 192.0.2.1 dev eth0
		flush
		10.0.0.0/8 via 192.0.2.1 dev eth0 metric 9
		10.1.0.0/16 via 7
	EOF
	mirror 2 0 "$tmp/f" && says "$out" "^# nexthop 8 via 192.0.2.1 dev eth0$"
}

test_flavors() {
	local flavor

	"$KONTEND" gen --v4=5000 --v6=5000 -o "$tmp/f" > "$tmp/out" || return
	for flavor in memb mb qsbr bp; do
		mirror 5000 5000 "$tmp/f" --flavor=$flavor &&
			says "$out" "over $flavor:" || return
	done
	run 2 mirror --from="$tmp/f" --flavor=none
}

test_gen_same_seed() {
	run 0 gen --v4=9000 --v6=9000 --seed=5 && cp "$tmp/out" "$tmp/a" &&
		run 0 gen --v4=9000 --v6=9000 --seed=5 &&
		cmp -s "$tmp/out" "$tmp/a" &&
		run 0 gen --v4=9000 --v6=9000 --seed=6 &&
		! cmp -s "$tmp/out" "$tmp/a" &&
		run 0 gen --v4=9000 --v6=9000 --seed=5 -o "$tmp/b.gz" &&
		gzip -dc "$tmp/b.gz" | cmp -s - "$tmp/a"
}

# The files of a run must not change between versions without anyone noticing.
test_gen_known_table() {
	local sum

	run 0 gen --v4=1000 --v6=1000 --seed=1 || return
	sum=$(sha256sum < "$tmp/out")
	[ "${sum%% *}" = "$GEN_SHA256" ] && return
	ktap_print_msg "another table than before: ${sum%% *}"
	return 1
}

test_gen_counts() {
	run 0 gen --v4=50000 --v6=20000 --nexthops=3 -o "$tmp/g" || return
	[ "$(grep -c '^add [0-9.]*/' "$tmp/g")" = 50000 ] &&
		[ "$(grep -c '^add [0-9a-f:]*:' "$tmp/g")" = 20000 ] &&
		[ "$(awk '/^add/ { print $2 }' "$tmp/g" | sort -u | wc -l)" = 70000 ] &&
		[ "$(awk '/^add/ { print $4 }' "$tmp/g" | sort -u | tr '\n' ' ')" = "1 2 3 " ] &&
		mirror 50000 20000 "$tmp/g"
}

# Of IPv4 59.6 % are /24 and 12.0 % /22; of IPv6 47.1 % /48 and 14.1 % /32.
test_gen_histogram() {
	run 0 gen --v4=100000 --v6=100000 || return
	awk -F '[ /]' '
	/^add/ { n[($2 ~ /:/) " " $3]++ }
	function far(key, want) { return n[key] < want - 2 || n[key] > want + 2 }
	END { exit far("0 24", 59618) || far("0 22", 12044) || far("0 8", 2) ||
		   far("1 48", 47137) || far("1 32", 14080) }' "$tmp/out"
}

test_gen_sizes() {
	run 0 gen --v4=0 --v6=0 && ! grep -q '^add' "$tmp/out" &&
		run 0 gen --v4=1 --v6=1 && [ "$(grep -c '^add' "$tmp/out")" = 2 ] &&
		run 1 gen --v4=100000000 --v6=0 -o "$tmp/none" &&
		says "$err" "--v4=100000000: " && [ ! -e "$tmp/none" ]
}

test_output_is_whole() {
	echo old > "$tmp/o" && chmod 640 "$tmp/o" && ln -s o "$tmp/link" &&
		run 0 gen --v4=10 --v6=0 -o "$tmp/link" &&
		[ -L "$tmp/link" ] && [ "$(stat -c %a "$tmp/o")" = 640 ] &&
		[ "$(grep -c '^add' "$tmp/o")" = 10 ] &&
		! compgen -G "$tmp/*.tmp" > /dev/null &&
		run 1 gen -o "$tmp/none/o" && says "$err" "none/o: No such file" &&
		run 0 gen --v4=10 --v6=0 -o /dev/null && [ -c /dev/null ] &&
		run 1 gen -o /dev/full && says "$err" "No space left" &&
		! "$KONTEND" gen > /dev/full 2> "$tmp/err"
}

test_output_link_to_nowhere() {
	ln -s gone "$tmp/dangling" && ln -s loop "$tmp/loop" &&
		run 1 gen --v4=10 --v6=0 -o "$tmp/dangling" &&
		says "$err" "dangling: No such file" &&
		run 1 gen --v4=10 --v6=0 -o "$tmp/loop" &&
		says "$err" "loop: Too many levels" &&
		[ -L "$tmp/dangling" ] && [ -L "$tmp/loop" ] && [ ! -e "$tmp/gone" ]
}

# It ends in the middle: the old file stays, and nothing is left beside it.
test_output_interrupted() {
	local signal pid tries

	for signal in TERM HUP; do
		echo old > "$tmp/o.gz"
		"$KONTEND" gen -o "$tmp/o.gz" > "$tmp/out" 2> "$tmp/err" &
		pid=$!
		for ((tries = 0; tries < 500; tries++)); do
			compgen -G "$tmp/o.gz.*.tmp" > /dev/null && break
			sleep 0.02
		done
		kill -$signal $pid
		wait $pid
		[ $? = 1 ] && says "$(cat "$tmp/err")" "o.gz: Interrupted" &&
			[ "$(cat "$tmp/o.gz")" = old ] &&
			! compgen -G "$tmp/*.tmp" > /dev/null || return
	done
}

# Under nohup it goes on.
test_output_signal_ignored() {
	(trap '' HUP TERM; exec "$KONTEND" gen -o "$tmp/o") > "$tmp/out" &
	while ! compgen -G "$tmp/o.*.tmp" > /dev/null; do
		kill -0 $! 2> /dev/null || break
		sleep 0.02
	done
	kill -HUP $! 2> /dev/null
	wait $! && [ "$(grep -c '^add' "$tmp/o")" = 1060000 ]
}

test_descriptors_used_up() {
	(ulimit -n 4 && "$KONTEND" gen --v4=1 --v6=0 -o "$tmp/o") > "$tmp/out" 2> "$tmp/err"
	[ $? = 1 ] && says "$(cat "$tmp/err")" "/o: Too many open files" &&
		! compgen -G "$tmp/*.tmp" > /dev/null
}

test_help() {
	local cmd

	run 0 --help && says "$out" "^  mirror " &&
		run 0 --json --help && ! says "$out" "^[{}]" > /dev/null || return
	for cmd in route mirror gen doctor bench; do
		run 0 $cmd --help && says "$out" "^Usage: kontend $cmd" &&
			run 0 $cmd --json --help && ! says "$out" "^[{}]" > /dev/null || return
	done
	run 0 bench route --help && says "$out" "^Usage: kontend bench route" &&
		run 0 bench update --help &&
		says "$out" "^Usage: kontend bench update" &&
		run 0 bench --json --help && says "$out" "^Usage: kontend bench"
}

test_usage() {
	local args

	while read -r args; do
		# shellcheck disable=SC2086
		run 2 $args && [ -n "$err" ] || return
		[ -z "$out" ] && continue
		ktap_print_msg "output: kontend $args"
		return 1
	done <<- EOF

		nonsense
		--nonsense
		route
		route nonsense
		route add
		route add 10.0.0.0/8
		route add 10.0.0.1/8 via 1
		route add 10.0.0.0/8 via 0
		route add 10.0.0.0/8 via 1 more
		route del 10.0.0.1/8
		route get 10.0.0.1/8
		route lookup
		route lookup 10.0.0.0/8
		route show more
		route load
		route save a b
		route --table
		mirror more
		mirror --verify=x
		mirror --verify=-1
		mirror --seed=18446744073709551616
		gen --v4=x
		gen --v4=4294967296
		gen --nexthops=0
		gen more
		doctor more
		doctor --nonsense
		bench
		bench nonsense
		bench route more
		bench route --family=5
		bench route --routes=gen:0
		bench route --routes=gen:x
		bench route --nexthops=0
		bench route --mode=none
		bench route --flavor=none
		bench route --lookups=0
		bench route --readers=0
		bench route --readers=65
		bench route --writes=100
		bench route --writes=x/s
		bench route --writes=0/s
		bench route --writes=100%
		bench route --writes=5%%
		bench route --repeats=0
		bench route --for=0
		bench route --case=load
		bench update more
		bench update --case=none
		bench update --updates=0
		bench update --stream=a
	EOF
}

test_json() {
	printf '10.0.0.0/8\nblackhole 192.0.2.0/24\n' > "$tmp/f\"q" &&
		run 0 --json mirror --from="$tmp/f\"q" &&
		json 'v["nr_routes4"] == 2 and v["from"].endswith("f\"q") and
		      len(v["lookups"]) == 2' &&
		run 0 gen --v4=10 --v6=10 -o "$tmp/g" --json &&
		json 'v["nr_routes4"] == 10 and v["seed"] == 1' &&
		run 1 mirror --json --from="$tmp/none" &&
		json '"No such file" in v["error"]' &&
		run 2 mirror --json nonsense && json '"nonsense" in v["error"]' &&
		run 2 gen --json && json '"--output" in v["error"]' &&
		run 2 gen --v4=x --json && json '"--v4" in v["error"]' &&
		run 2 route nonsense --json && json '"nonsense" in v["error"]' &&
		run 2 --json nonsense && json '"nonsense" in v["error"]' &&
		run 2 --json && json 'v["error"]' && says "$err" "^Usage: " &&
		{ run 0 doctor --json 2> /dev/null > /dev/null || run 1 doctor --json; } &&
		json 'len(v["checks"]) > 10 and
		      all(c["state"] in ("OK", "--", "??") for c in v["checks"]) and
		      all(c["why"] for c in v["checks"] if c["state"] != "OK")'
}

# Names of files are bytes; what is no UTF-8 (cut off, too long a form, half of a
# pair, beyond the last character) is replaced, and the rest is kept.
test_json_utf8() {
	local name good='\303\251\342\202\254\360\237\230\200'

	name=$(printf '%b-\377-\303-\300\257-\355\240\200-\364\220\200\200-\342\202' "$good")
	run 1 mirror --json --from="$tmp/$name" &&
		json '"/\u00e9\u20ac\U0001f600" + "".join(
			"-" + n * "\ufffd" for n in (1, 1, 2, 3, 4, 2)) + ": " in v["error"]'
}

# bench FILTER ARGUMENTS...: a tiny run, of whose JSON FILTER holds.  What is fast
# is no test's business.
bench() {
	local filter=$1 subject=$2

	shift 2
	run 0 bench "$subject" --json --seed=3 --repeats=2 "$@" && json "$filter"
}

test_bench_route() {
	bench 'v["family"] == 4 and v["nr_routes"] == 1000 and v["seed"] == 3 and
	       v["stream"] == "a" and v["mode"] == "bulk" and v["readers"] == 1 and
	       v["bytes"] > v["bytes_live"] > 0 and v["lookups"] == 2 * 10000 and
	       v["checksum"] > 0 and not v["interrupted"] and v["kernel"] and
	       v["cpu"] and v["cpus"] > 0 and v["clock"] and v["preemption"] and
	       v["virtualisation"] and "-O2" in v["core_cflags"] and
	       type(v["noisy"]) == bool and v["noisy"] == bool(v["noisy_because"]) and
	       v["involuntary"] >= 0 and v["steal_percent"] >= 0 and
	       [r["what"] for r in v["results"]] == ["empty loop", "lookup"] and
	       all(r["repeats"] == 2 and 0 < r["min"] <= r["q1"] <= r["median"] <=
		   r["q3"] <= r["max"] and r["per_second"] > 0
		   for r in v["results"])' \
		route --routes=gen:1000 --lookups=10000 &&
		run 0 bench route --routes=gen:1000 --lookups=10000 &&
		says "$out" "^lookup  " && says "$out" "^empty loop  " &&
		says "$out" "^(NOISY|quiet): "
}

# The same keys have the same answers, whoever asks and however.
test_bench_route_answers() {
	local family stream mode flavor sum

	for family in 4 6; do
		for stream in a b c; do
			sum=
			for mode in one bulk dependent; do
				run 0 bench route --routes=gen:2000 --lookups=5000 \
					--family=$family --stream=$stream --json \
					--repeats=1 --mode=$mode || return
				: "${sum:=$(grep '^"checksum"' <<< "$out")}"
				[ "$sum" = "$(grep '^"checksum"' <<< "$out")" ] ||
					return
			done
		done
	done
	sum=
	for flavor in memb mb qsbr bp; do
		run 0 bench route --routes=gen:2000 --lookups=5000 --json \
			--repeats=1 --flavor=$flavor || return
		: "${sum:=$(grep '^"checksum"' <<< "$out")}"
		[ "$sum" = "$(grep '^"checksum"' <<< "$out")" ] || return
	done
}

test_bench_route_files() {
	printf '10.0.0.0/8 via 5\n2001:db8::/32 via 9\n' > "$tmp/f" &&
		printf '# addresses\n10.1.1.1\n11.0.0.1\n2001:db8::1\n\n' > "$tmp/keys" &&
		bench 'v["nr_routes"] == 1 and v["checksum"] == 5 * 5' \
			route --routes="$tmp/f" --nexthops=keep \
			--stream="$tmp/keys" --lookups=10 &&
		bench 'v["nr_routes"] == 1 and v["checksum"] == 9 * 10' \
			route --routes="$tmp/f" --nexthops=keep \
			--stream="$tmp/keys" --lookups=10 --family=6 &&
		bench '0 < v["checksum"] <= 2 * 5' \
			route --routes="$tmp/f" --nexthops=2 \
			--stream="$tmp/keys" --lookups=10 &&
		echo 10.0.0.0/8 > "$tmp/keys" &&
		run 1 bench route --routes="$tmp/f" --stream="$tmp/keys" &&
		says "$err" "keys:1: not an address" &&
		: > "$tmp/keys" &&
		run 1 bench route --routes="$tmp/f" --stream="$tmp/keys" &&
		says "$err" "no IPv4 addresses" &&
		echo 10.0.0.0/8 > "$tmp/f" &&
		run 1 bench route --routes="$tmp/f" --family=6 &&
		says "$err" "no IPv6 routes" &&
		run 1 bench route --routes="$tmp/none" &&
		says "$err" "none: No such file"
}

test_bench_writes() {
	local flavor

	for flavor in memb qsbr; do
		bench '[r["what"] for r in v["results"]] ==
		       ["empty loop", "lookup", "beside writes"] and
		       v["updates"] > 0 and v["readers"] == 2 and
		       "loss_percent" in v' \
			route --routes=gen:1000 --lookups=10000000 --readers=2 \
			--writes=10% --flavor=$flavor &&
			bench '"updates_per_second" in v' \
				route --routes=gen:1000 --lookups=50000 \
				--writes=1000/s --flavor=$flavor --family=6 ||
			return
	done
}

test_bench_for() {
	bench 'all(r["repeats"] >= 3 for r in v["results"])' \
		route --routes=gen:1000 --lookups=1000 --for=1
}

test_bench_interrupt() {
	local pid rc subject

	for subject in "route --lookups=1000 --for=100" \
		"update --updates=4000000000 --case=memory"; do
		# shellcheck disable=SC2086
		env --default-signal=INT "$KONTEND" bench $subject --json \
			--routes=gen:1000 > "$tmp/out" 2> "$tmp/err" &
		pid=$!
		sleep 2
		kill -INT $pid
		wait $pid
		rc=$?
		[ $rc = 0 ] && json 'v["interrupted"] and (len(v["memory"]) == 1
			if "memory" in v else v["lookups"] > 0)' && continue
		ktap_print_msg "exit $rc: bench $subject: $(head -c 300 "$tmp/err")"
		return 1
	done
}

test_bench_update() {
	local family

	for family in 4 6; do
		bench 'len(v["loads"]) == 2 and len(v["batches"]) == 4 and
		       len(v["frees"]) == 2 and v["memory"][0]["updates"] == 5000 and
		       v["memory"][0]["ratio"] > 0 and
		       [u["what"] for u in v["updates"] if u["set"] == "all"] ==
		       ["delete", "add", "change", "mixed"] and
		       len(set(u["set"] for u in v["updates"])) == 6 and
		       all(u["median"] > 0 for u in v["updates"]) and
		       not v["interrupted"] and type(v["noisy"]) == bool' \
			update --routes=gen:1000 --updates=5000 \
			--family=$family || return
	done
	bench '"loads" in v and "updates" not in v' \
		update --routes=gen:1 --updates=100 --case=load &&
		bench 'all(b["min"] >= 0 and b["max"] < 1e9 for b in v["batches"])' \
			update --routes=gen:100 --nexthops=1 --case=batch &&
		bench 'len(v["updates"]) == 7' \
			update --routes=gen:1 --updates=100 --case=worst --flavor=qsbr
}

# fake NAME SUM: a contestant that answers SUM whatever it is asked.
fake() {
	cat > "$tmp/fake/user/bench-peers/$1" <<- EOF
		#!/bin/sh
		echo "ready 0 1000 4294967295 fake $1"
		while read -r what _; do
			case \$what in
			run) echo "ok 2.0 $2" ;;
			check) echo "sum $2" ;;
			esac
		done
	EOF
	chmod +x "$tmp/fake/user/bench-peers/$1"
}

# What runs "make bench" sees a peer that answers otherwise, names those that are
# missing, and says why one gives up.
test_bench_conductor() {
	local conduct=$here/../user/bench-peers/conduct rc

	[ -x "$conduct" ] || { skip "no user/bench-peers/conduct here"; return; }
	mkdir -p "$tmp/fake/user/bench-peers" || return
	fake streams 0 && printf '#!/bin/sh\necho 10\n' > "$tmp/fake/user/bench-peers/streams"
	fake ours 7
	fake dpdk_fib 7
	fake bpf_fib 7
	sed -i 's/check) .*/check) exit 3 ;;/' "$tmp/fake/user/bench-peers/bpf_fib"
	printf '#!/bin/sh\necho "unable it is Monday"\n' > "$tmp/fake/user/bench-peers/bpf_lpm"
	chmod +x "$tmp/fake/user/bench-peers/bpf_lpm"
	set -- -o "$tmp/fake" --quick --no-scaling --families=4 --routes=gen:10
	"$conduct" "$@" > "$tmp/out" 2> "$tmp/err"
	rc=$?
	out=$(< "$tmp/out")
	[ $rc = 0 ] && says "$out" "rte_fib +2\.00 .* 1\.00 \(1\.00 to 1\.00\)" &&
		says "$out" "rte_lpm +left out: not built: needs libdpdk-dev" &&
		says "$out" "LPM_TRIE +left out: it is Monday" &&
		says "$out" "kernel FIB +left out: it ended, exit status 3" &&
		! grep -q OTHERWISE "$tmp/out" &&
		python3 -m json.tool "$tmp/fake/bench/result.json" > /dev/null || return
	fake dpdk_fib 8
	# It cannot be asked any more.
	fake dpdk_lpm 7 && sed -i '1a exec <&-' "$tmp/fake/user/bench-peers/dpdk_lpm"
	"$conduct" "$@" > "$tmp/out" 2> "$tmp/err"
	rc=$?
	out=$(< "$tmp/out")
	[ $rc = 1 ] && says "$out" "rte_fib ANSWERS OTHERWISE" &&
		says "$out" "rte_lpm +left out: it ended" || return
	rm "$tmp/fake/user/bench-peers/ours"
	"$conduct" "$@" > "$tmp/out" 2> "$tmp/err"
	rc=$?
	[ $rc = 1 ] && says "$(< "$tmp/err")" "ours does not run: not built"
}

test_no_device() {
	[ ! -e /dev/kontend ] || { skip "there is a /dev/kontend"; return; }
	run 1 route show && says "$err" "insmod kontend.ko" &&
		run 1 route load "$tmp/none" && says "$err" "insmod kontend.ko" &&
		run 1 mirror && run 1 doctor && says "$out" "^-- device .*not loaded"
}

# What "kontend gen --v4=1000 --v6=1000 --seed=1" prints.
GEN_SHA256=7e9d453d93a81d131177b767c6c74735616ee9b43e647289edd41f37a18802c0

ktap_print_header
if [ ! -x "$KONTEND" ]; then
	ktap_skip_all "no $KONTEND: make user"
	exit "$KSFT_SKIP"
fi
if ! command -v python3 > /dev/null; then
	ktap_skip_all "no python3, which reads the JSON"
	exit "$KSFT_SKIP"
fi
tmp=$(mktemp -d) || exit "$KSFT_FAIL"
trap 'rm -rf "$tmp"' EXIT

tests=$(declare -F | awk '$3 ~ /^test_/ { print $3 }')
ktap_set_plan "$(wc -l <<< "$tests")"
for t in $tests; do
	skipped=
	if ! $t; then
		ktap_test_fail "${t#test_}"
	elif [ -n "$skipped" ]; then
		ktap_test_skip "${t#test_}" "$skipped"
	else
		ktap_test_pass "${t#test_}"
	fi
done
ktap_finished
