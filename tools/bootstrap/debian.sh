#!/bin/sh
# Says which Debian packages a target needs and which are missing, asks once, and installs only those.
# Usage: debian.sh TARGET.  YES=1 answers the question; without a terminal the answer is yes.
set -eu
target=${1:-build}
declined=.cache/bootstrap/declined

# target pattern | package | file that shows it is there | why
needs() {
	cat <<'TABLE'
*|gcc|/usr/bin/cc|compiles the two native addons
*|make|/usr/bin/make|drives every build step
*|libc6-dev|/usr/include/stdio.h|C headers for the native addons
*|libbpf-dev|/usr/include/bpf/libbpf.h|loads BPF objects; headers for addon and datapath
*|linux-libc-dev|/usr/include/linux/bpf.h|the kernel's own headers
test soak|iproute2|/usr/sbin/ip /sbin/ip /usr/bin/ip|the tests' second reader of what netlink-ts does
test soak|procps|/usr/sbin/sysctl /sbin/sysctl|sysctl, a hand other than ours on kernel settings
test soak|netbase|/etc/protocols|names of protocols, for ip
test soak|util-linux|/usr/bin/setpriv|setpriv, to run without capabilities
test soak|curl|/usr/bin/curl|HTTP over the test networks, by a client that is not ours
test soak|tcpdump|/usr/bin/tcpdump /usr/sbin/tcpdump|packet capture, and the second reader of @skep/packet
test soak|bpftool|/usr/sbin/bpftool /usr/bin/bpftool|the second reader of maps and links
test lint build|clang-14|/usr/bin/clang-14|compiles the datapath (the pinned compiler)
test lint build|llvm-14|/usr/bin/llvm-strip-14|strips the datapath's debug sections
lint test|clang-format-14|/usr/bin/clang-format-14|checks the format of the C files
lint test|shellcheck|/usr/bin/shellcheck|checks the shell scripts
TABLE
}

present() {
	for file in $1; do
		[ -e "$file" ] && return 0
	done
	return 1
}

wanted() {
	[ "$1" = '*' ] && return 0
	case " $1 " in *" $target "*) return 0 ;; esac
	return 1
}

missing=''
lines=''
while IFS='|' read -r targets package files why; do
	wanted "$targets" || continue
	present "$files" && continue
	missing="$missing $package"
	lines="$lines
  $package — $why"
done <<EOT
$(needs)
EOT
[ -n "$missing" ] || exit 0
[ -e "$declined" ] && [ "$(cat "$declined")" = "$missing" ] && exit 0

printf 'skep: these Debian packages are missing:%s\n' "$lines" >&2
if ! command -v apt-get >/dev/null; then
	printf 'skep: no apt-get here; install their equivalents, then run this again\n' >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	printf 'skep: run as root to install them, or: sudo apt-get install%s\n' "$missing" >&2
	exit 1
fi
if [ -t 0 ] && [ "${YES:-}" != 1 ]; then
	printf 'skep: install them now with apt-get? [Y/n] ' >&2
	read -r answer
	case "$answer" in
	n* | N*)
		printf '%s' "$missing" >"$declined"
		printf 'skep: not installed; what needs them is skipped or fails with their name (delete %s to be asked again)\n' "$declined" >&2
		exit 0
		;;
	esac
fi
printf 'skep: installing%s\n' "$missing" >&2
apt-get update -qq >&2
# shellcheck disable=SC2086 # one word per package is meant
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >.cache/bootstrap/apt.log 2>&1 || {
	cat .cache/bootstrap/apt.log >&2
	exit 1
}
