import { checked } from './errors.ts'
import { addon } from './sys/addon.ts'

/**
 * Returns when every BPF program that was running has finished: what was taken out of a map before may be reused now.
 * Takes some milliseconds.
 *
 * Errors: REFUSED (EINVAL) with the kernel parameter `nohz_full`. Minimum kernel 4.3 (without CONFIG_PREEMPT_RT:
 * every flavour). No equivalent in `bpftool`.
 */
export function rcuGracePeriod(): void {
  checked(addon().membarrier(), 'rcuGracePeriod', 'membarrier(2)')
}
