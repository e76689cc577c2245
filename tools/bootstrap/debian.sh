#!/bin/sh
# Says which Debian or Ubuntu packages a target needs and which are missing, asks once, and installs only those.
# Usage: debian.sh TARGET.  YES=1 answers the question; without a terminal the answer is yes.
# SYSROOT is where files are looked for, in tests; else the machine itself.
set -eu
target=${1:-build}
sysroot=${SYSROOT:-}
declined=.cache/bootstrap/declined

# target pattern | packages | file that shows it is there | why
# Packages: what apt offers of these, from the left; a + joins those that go together; the word "none" goes without.
needs() {
	cat <<TABLE
*|gcc|/usr/bin/cc|compiles the native addons
*|make|/usr/bin/make|drives every build step
*|libc6-dev|/usr/include/stdio.h|C headers for the native addons
*|libbpf-dev|/usr/include/bpf/libbpf.h|loads BPF objects; headers for addon and datapath
*|linux-libc-dev|/usr/include/linux/bpf.h|the kernel's own headers
test soak|iproute2|/usr/sbin/ip /sbin/ip /usr/bin/ip|the tests' second reader of what netlink-ts does
test soak|procps|/usr/sbin/sysctl /sbin/sysctl|sysctl, a hand other than ours on kernel settings
test soak|netbase|/etc/protocols|names of protocols, for ip
test soak|util-linux|/usr/bin/setpriv|setpriv, to run without capabilities
test soak|curl|/usr/bin/curl|HTTP over the test networks, by a client that is not ours
test soak|ethtool|/usr/sbin/ethtool /sbin/ethtool|what a card does for a test's packets: segments, sums
test soak|tcpdump|/usr/bin/tcpdump /usr/sbin/tcpdump|packet capture, and the second reader of @skep/packet
test soak|bpftool linux-tools-common+linux-tools-$(uname -r) linux-tools-generic none|/usr/sbin/bpftool /usr/bin/bpftool /usr/lib/linux-tools/*/bpftool|the second reader of maps and links
test soak|keepalived none|/usr/sbin/keepalived /usr/bin/keepalived|the other router of a VRRP group
data-center test soak|frr none|/usr/lib/frr/bfdd|a router on the other side: BFD, BGP
data-center test soak contenders|bird2 none|/usr/sbin/bird /usr/bin/bird|another one
test soak contenders|gobgpd none|/usr/bin/gobgpd|a third one
test soak bench kube|nftables none|/usr/sbin/nft|kube-proxy's rules, beside ours
test soak bench kube|iptables none|/usr/sbin/iptables|the same, and a sidecar's redirects
test lint build|clang-14 none|/usr/bin/clang-14|compiles the datapath (the pinned compiler; without it the committed objects stay)
test lint build|llvm-14 none|/usr/bin/llvm-strip-14|strips the datapath's debug sections
lint test|clang-format-14 none|/usr/bin/clang-format-14|checks the format of the C files
test-kernels|qemu-system-x86 none|/usr/bin/qemu-system-x86_64|boots other kernels, for the tests
test-kernels|busybox-static none|/bin/busybox|the first programs that such a machine runs
test-kernels|kmod none|/sbin/depmod|what depends on what among their modules
test-kernels|xz-utils none|/usr/bin/xz|unpacks their modules
lint test|shellcheck|/usr/bin/shellcheck|checks the shell scripts
TABLE
}

# Ubuntu's /usr/sbin/bpftool is a script that looks for the running kernel's, so it has to answer.
present() {
	for file in $1; do
		case "$file" in
		*/bpftool) "$file" version >/dev/null 2>&1 && return 0 ;;
		*) [ -e "$file" ] && return 0 ;;
		esac
	done
	return 1
}

wanted() {
	[ "$1" = '*' ] && return 0
	case " $1 " in *" $target "*) return 0 ;; esac
	return 1
}

offered() {
	candidate=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p')
	[ -n "$candidate" ] && [ "$candidate" != '(none)' ]
}

# What to install of a row's packages. What must be there is named even if it is not offered: apt says why then.
choose() {
	for choice in $1; do
		[ "$choice" = none ] && return 0
		packages=$(printf '%s' "$choice" | tr + ' ')
		for package in $packages; do
			offered "$package" || continue 2
		done
		printf ' %s' "$packages"
		return 0
	done
	printf ' %s' "${1%% *}"
}

# Sets missing (a name for each row), lines (the same to read) and chosen (what apt is to install).
look() {
	missing='' lines='' chosen=''
	while IFS='|' read -r targets packages files why; do
		wanted "$targets" || continue
		present "$files" && continue
		missing="$missing ${packages%% *}"
		lines="$lines
  ${packages%% *} — $why"
		chosen="$chosen$(choose "$packages")"
	done <<EOT
$(needs | sed "s#\([| ]\)/#\1$sysroot/#g")
EOT
}

go_without() {
	printf 'skep: what needs these is skipped or fails with their name:%s (delete %s to be asked again)\n' "$missing" "$declined" >&2
	printf '%s' "$missing" >"$declined"
	exit 0
}

# Routers are for the tests alone: no service starts with its package (policy-rc.d(8)), unless the machine has a rule of its own.
start_nothing() {
	policy=$sysroot/usr/sbin/policy-rc.d
	if [ -e "$policy" ] || [ ! -w "${policy%/*}" ]; then return 0; fi
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

look
[ -n "$missing" ] || exit 0
[ -e "$declined" ] && [ "$(cat "$declined")" = "$missing" ] && exit 0

printf 'skep: these Debian packages are missing:%s\n' "$lines" >&2
if ! command -v apt-get >/dev/null; then
	printf 'skep: no apt-get here; install their equivalents, then run this again\n' >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	[ -n "$chosen" ] || go_without
	printf 'skep: run as root to install them, or: sudo apt-get install%s\n' "$chosen" >&2
	exit 1
fi
if [ -t 0 ] && [ "${YES:-}" != 1 ]; then
	printf 'skep: install them now with apt-get? [Y/n] ' >&2
	read -r answer
	case "$answer" in n* | N*) go_without ;; esac
fi
# Before this a new machine's apt offers nothing.
apt-get update -qq >&2
look
if [ -n "$chosen" ]; then
	printf 'skep: installing%s\n' "$chosen" >&2
	start_nothing
	# shellcheck disable=SC2086 # one word per package is meant
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $chosen >.cache/bootstrap/apt.log 2>&1 || {
		cat .cache/bootstrap/apt.log >&2
		exit 1
	}
	look
fi
[ -z "$missing" ] || go_without
