import { statSync } from 'node:fs'
import { deleteNamespace, listNamespaces, NetlinkError } from 'netlink-ts'
import { ownName } from '../own-name.ts'
import { killProcessesIn } from '../process/tenants.ts'

/** How a topology's namespaces are called: by the process that they belong to, so that a later one can tell. */
export function namespacePrefix(tag: string): string {
  return `${ownName('skep')}-${tag}`
}

/** Deletes what topologies of processes left behind that were killed: their namespaces and what runs in them. */
export function sweepStaleNamespaces(): void {
  for (const name of listNamespaces()) {
    const [, pid] = /^skep-(\d+)-[a-z0-9]+-/.exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) sweep(name)
  }
}

function sweep(name: string): void {
  const file = statSync(`/run/netns/${name}`, { throwIfNoEntry: false })
  if (file) killProcessesIn(file.ino)
  try {
    deleteNamespace(name)
  } catch (error) {
    // Another process sweeps too.
    if (!(error instanceof NetlinkError && error.code === 'NOT_FOUND')) throw error
  }
}

function isAlive(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false }) !== undefined
}
