import { readFileSync } from 'node:fs'
import { nameOf, parseConfig, readConfigText, type MachineRule } from '../config/load.ts'
import { replaceFile } from './replace.ts'
import type { Source } from './source.ts'
import { FileWatch } from './watch.ts'

/**
 * A configuration file that is read again on SIGHUP and when it changes. `rules` are made anew for each reading: devices
 * come and go.
 */
export function fileSource(file: string, rules: () => readonly MachineRule[]): Source {
  return {
    name: file,
    read: () => readConfigText(file),
    parse: (text, accept, name = nameOf(file)) => ({
      text,
      config: parseConfig(name, text, { machine: rules(), accept }),
    }),
    store: (text) => {
      const before = readFileSync(file, 'utf8')
      replaceFile(file, text)
      return () => replaceFile(file, before)
    },
    watch: ({ onChange, onError }, signal) => {
      const onHangUp = () => onChange('asked')
      process.on('SIGHUP', onHangUp)
      const watch = new FileWatch(file, { onChange: () => onChange('changed'), onError })
      const end = () => {
        process.off('SIGHUP', onHangUp)
        watch[Symbol.dispose]()
      }
      signal.addEventListener('abort', end, { once: true })
    },
  }
}
