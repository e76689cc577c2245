#!/bin/sh
# Says what this machine lacks for packets to go through the kernel, and what still works.
# Usage: machine.sh demo|data-center|test|bench.  Exit 1 when the target cannot run at all.
set -eu
target=${1:-test}
lacks=''

[ "$(uname -s)" = Linux ] || lacks="$lacks
  Linux (this is $(uname -s))"
[ "$(id -u)" -eq 0 ] || lacks="$lacks
  root (uid is $(id -u)): BPF, XDP and network namespaces need it. Try: sudo make $target"

oldest=5.10
if [ "$target" != test ] && [ "$(printf '%s\n' "$oldest" "$(uname -r)" | sort -V | head -n 1)" != "$oldest" ]; then
	lacks="$lacks
  Linux $oldest or newer (this is $(uname -r)): the verifier of older ones refuses the load balancer's program"
fi

if [ "$(id -u)" -eq 0 ]; then
	for capability in 12:CAP_NET_ADMIN 21:CAP_SYS_ADMIN; do
		bit=${capability%%:*}
		effective=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
		[ $((0x$effective >> bit & 1)) -eq 1 ] || lacks="$lacks
  ${capability#*:}: this root is confined (a container?); run it with that capability"
	done
	if ! mountpoint -q /sys/fs/bpf && ! mount -t bpf bpf /sys/fs/bpf 2>/dev/null; then
		lacks="$lacks
  a BPF file system at /sys/fs/bpf, and it cannot be mounted: this kernel has no BPF, or mounting is forbidden"
	fi
	if ! unshare -n true 2>/dev/null; then
		lacks="$lacks
  network namespaces (unshare -n is refused)"
	fi
fi
[ -n "$lacks" ] || exit 0

printf 'skep: this machine lacks:%s\n' "$lacks" >&2
printf 'skep: what still works: make lint, make build, and in make test all pure tests (packet, codecs, Maglev, plans, configuration)\n' >&2
[ "$target" = test ]
