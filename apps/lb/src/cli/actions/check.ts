import { count } from '@skep/config-file'
import { check } from '../../check/check.ts'
import { instancePaths } from '../../instance/paths.ts'
import { type CheckFlags, WARNED } from '../check.ts'

/** `skep-lb check` */
export function showCheck(flags: CheckFlags): void {
  const { lines, warnings } = check(instancePaths(flags), flags.config)
  for (const line of [...lines, ...warnings.map((text) => `warning: ${text}`)]) console.log(line)
  if (warnings.length === 0) return
  console.log(count(warnings.length, 'warning'))
  if (flags.strict === true) process.exitCode = WARNED
}
