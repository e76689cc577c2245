import { checked } from './errors.ts'
import { Handle } from './handle.ts'
import { addon } from './sys/addon.ts'
import { Attr } from './sys/attr.ts'
import { Command } from './sys/commands.ts'

/**
 * Counts run time and runs of all programs of the machine until disposed of (`Program.info()`). Costs each run some
 * 20 ns. Switches nothing off that somebody else has switched on.
 *
 * Errors: NOT_PERMITTED. Minimum kernel 5.8. Equivalent to: `sysctl kernel.bpf_stats_enabled=1`, for a while.
 */
export function enableStats(): Disposable {
  const fd = addon().bpf(Command.enableStats, new Attr(4).bytes)
  return new Handle('statistics', checked(fd, 'enableStats', 'BPF_ENABLE_STATS'), 'run time')
}
