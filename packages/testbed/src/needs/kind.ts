import { spawnSync } from 'node:child_process'
import { anonymousNamespace } from 'netlink-ts'

/** What the name of a need for devices of a kind begins with. */
export const KIND = 'kind-'

/** Tries: makes a device of the kind, or has the kernel say that the kind is known and more is needed to make one. */
export function whyNoKind(kind: string): string | undefined {
  using ns = anonymousNamespace()
  const { status, stderr } = ns.run(() => spawnSync('ip', ['link', 'add', 'kind0', 'type', kind], { encoding: 'utf8' }))
  if (status === 0 || !/unknown device type|not supported/i.test(stderr)) return undefined
  return `the kernel has no devices of kind ${kind}: ${stderr.trim()}`
}
