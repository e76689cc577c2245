import { loadOptions } from '../options/load.ts'
import { uninstallOutside } from '../outside/uninstall.ts'

/** `skep-agent uninstall` */
export function uninstall(args: readonly string[]): void {
  const done = uninstallOutside(loadOptions(args, process.env).settings)
  console.log(done.join('\n') || 'nothing to take off')
}
