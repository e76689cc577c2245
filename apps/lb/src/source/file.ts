import type { Config } from '../config/config.ts'
import { loadConfig, type MachineRule } from '../config/load.ts'
import type { Source } from './source.ts'

/** A configuration file that is read again on SIGHUP. `rules` are made anew for each reading: devices come and go. */
export function fileSource(file: string, rules: () => readonly MachineRule[]): Source {
  return {
    name: file,
    load: (): Config => loadConfig(file, rules()),
    watch: (onChange, signal) => {
      process.on('SIGHUP', onChange)
      signal.addEventListener('abort', () => process.off('SIGHUP', onChange), { once: true })
    },
  }
}
