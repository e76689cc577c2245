import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { keepSettings, type Settings as KernelSettings } from '@skep/lb-engine'
import type { Settings } from '../options/catalogue/index.ts'
import type { PortRange } from '../options/catalogue/outside.ts'

type Change = ReturnType<typeof keepSettings>[number]
type Wanted = Parameters<typeof keepSettings>[1]

type Told = Pick<Settings, 'enable-auto-protect-node-port-range' | 'enable-node-port' | 'node-port-range' | 'state-dir'>

/**
 * Keeps NodePorts from local sockets, where the kernel would give them some (connect(2) asks no hook): answers to such a socket
 * would be taken for requests to the service. What is not wanted any more is given back. Says what has changed.
 */
export function protectNodePorts(told: Told, kernel: KernelSettings): Change[] {
  const range = told['node-port-range']
  const isAsked = told['enable-node-port'] && told['enable-auto-protect-node-port-range']
  const why = 'local sockets must not take NodePorts'
  const wanted = isAsked && overlap(range, localPorts(kernel)) ? [{ key: RESERVED, want: range, why }] : []
  return keep(told, wanted, kernel)
}

/** Gives them back. */
export function releaseNodePorts(told: Pick<Settings, 'state-dir'>, kernel: KernelSettings): Change[] {
  if (!existsSync(folderOf(told))) return []
  const released = keep(told, [], kernel)
  rmSync(folderOf(told), { recursive: true })
  return released
}

const RESERVED = 'net/ipv4/ip_local_reserved_ports'

/** Beside those of the load balancer's own instances, which look for each other's there. */
function folderOf({ 'state-dir': folder }: Pick<Settings, 'state-dir'>): string {
  return join(folder, 'agent-node-ports')
}

function keep(told: Pick<Settings, 'state-dir'>, wanted: Wanted, kernel: KernelSettings): Change[] {
  mkdirSync(folderOf(told), { recursive: true, mode: 0o700 })
  return keepSettings(join(folderOf(told), 'settings.json'), wanted, kernel)
}

/** Those that the kernel gives to sockets which name none; `undefined` where that cannot be read. */
function localPorts(kernel: KernelSettings): PortRange | undefined {
  const [from, to] = (kernel.read('net/ipv4/ip_local_port_range') ?? '').split(/\s+/).map(Number)
  return from && to ? { from, to } : undefined
}

function overlap(one: PortRange, other: PortRange | undefined): boolean {
  return other !== undefined && one.from <= other.to && other.from <= one.to
}
