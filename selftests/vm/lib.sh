# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# used where it is sourced
#
# Sourced by the scripts beside it that have dear things made: where those are
# kept, how they are seen whole or not at all, and Debian's archive.

me=${0##*/}
cache=${KONTEND_CACHE:-$HOME/.cache/kontend}
tmp=

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# alone DIR NAME: one maker at a time, in DIR/.NAME.tmp.XXXXXX, which is $tmp and
# goes away with us. What a killed run left goes first: we hold the lock.
alone()
{
	exec 9>"$1/.$2.lock"
	flock 9
	rm -rf "$1/.$2".tmp.*
	tmp=$(mktemp -d "$1/.$2.tmp.XXXXXX")
	trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT
	trap 'say "failed at line $LINENO"' ERR
	trap 'exit 130' INT TERM HUP
}

# publish MADE PLACE: what was there goes away afterwards.
publish()
{
	[ ! -e "$2" ] || mv -T "$2" "$tmp/old"
	mv -T "$1" "$2"
	rm -rf "$tmp/old"
}

# The sandbox user _apt cannot write to a private directory; root need not be it.
apt()
{
	local opt=()

	[ "$(id -u)" != 0 ] || opt=(-o APT::Sandbox::User=root)
	apt-get "${opt[@]}" -q "$@" >&2
}

# foreign ARCH: from here on apt is of that architecture, knows ours too, and has nothing
# installed. Its state is in $tmp: the first look-up fails. Sources, keys, proxies are the host's.
foreign()
{
	mkdir -p "$tmp"/apt/{lists,archives}/partial
	: >"$tmp/apt/status"
	{
		apt-config dump | grep '^Acquire::http' || true
		cat <<-END
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::State "$tmp/apt";
			Dir::State::status "$tmp/apt/status";
			Dir::Cache "$tmp/apt";
			APT::Architecture "$1";
			APT::Architectures { "$1"; "$(dpkg --print-architecture)"; };
		END
	} >"$tmp/apt/conf"
	export APT_CONFIG=$tmp/apt/conf
}

refresh()
{
	[ -n "${APT_CONFIG-}" ] || [ "$(id -u)" = 0 ] ||
		die "the package lists are stale; run: sudo apt-get update"
	say "refreshing the package lists"
	apt update
}

# download PACKAGE...: into $tmp.
download() { (cd "$tmp" && apt download "$@"); }
