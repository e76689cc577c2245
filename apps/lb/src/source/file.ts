import { loadConfig, type MachineRule } from '../config/load.ts'
import type { Source } from './source.ts'

/** A configuration file that is read again on SIGHUP. `rules` are made anew for each reading: devices come and go. */
export function fileSource(file: string, rules: () => readonly MachineRule[]): Source {
  return {
    name: file,
    load: (accept) => loadConfig(file, { machine: rules(), accept }),
    watch: (onChange, signal) => {
      process.on('SIGHUP', onChange)
      signal.addEventListener('abort', () => process.off('SIGHUP', onChange), { once: true })
    },
  }
}
