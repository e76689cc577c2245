import { mkdirSync } from 'node:fs'
import { findCgroupRoot } from '@skep/cgroup'
import { mountBpffs } from 'libbpf-ts'
import type { Logger } from '@skep/daemon'
import type { Settings } from '../options/catalogue/index.ts'
import { Sockets } from './sockets.ts'
import { selectsAny, subjectsIn } from './subjects.ts'

export interface OpenOptions {
  readonly settings: Settings
  /** The cookie of the host's network namespace. */
  readonly hostNetns: bigint
  readonly log: Logger
}

/** Services at the socket, where they are asked for; `undefined`: they are not. */
export function openSockets({ settings, hostNetns, log }: OpenOptions): Sockets | undefined {
  const isOff = settings['kube-proxy-replacement'] === 'disabled' || settings['kube-proxy-replacement'] === 'false'
  if (isOff || !settings['enable-host-reachable-services']) return undefined
  mkdirSync(settings['bpf-root'], { recursive: true, mode: 0o700 })
  mountBpffs(settings['bpf-root'])
  const cgroup = rootOf(settings, log)
  const chosen = subjectsIn(cgroup, hostNetns, settings).length
  if (selectsAny(settings)) log.info({ chosen }, 'containers that are chosen are treated as the host')
  log.info({ cgroup }, `services are balanced at the sockets of ${cgroup}`)
  const sockets = new Sockets({ settings, cgroup, hostNetns })
  for (const line of sockets.madeAnew) log.info(`a table was made anew, with what was in it: ${line}`)
  return sockets
}

/** Says whether a socket meets the programs. One that does not is no reason to stop: what is attached serves others. */
export async function testSockets(sockets: Sockets, log: Logger): Promise<void> {
  const { hit, reason } = await sockets.selfTest()
  if (hit) log.info(`self-test: ${reason}`)
  else log.error(`self-test: ${reason}`)
}

function rootOf(settings: Settings, log: Logger): string {
  const [path, isChecked] = [settings['cgroup-root'], settings['cgroup-host-check']]
  if (path !== '' && !isChecked) return path
  const { path: found, lines } = findCgroupRoot(path === '' ? { nested: !isChecked } : { path })
  log.info({ looked: lines }, `cgroups: ${lines.at(-1)}`)
  return found
}
