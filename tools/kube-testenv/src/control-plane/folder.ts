import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for a cluster's data. It has this process's number in its name, so that a later one can tell when it is left over. */
export function makeFolder(): string {
  sweep()
  return mkdtempSync(join(tmpdir(), `skep-kube-${process.pid}-`))
}

/** Deletes what processes left that were killed. Their daemons died with them. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^skep-kube-(\d+)-/.exec(name) ?? []
    if (pid === undefined || statSync(`/proc/${pid}`, { throwIfNoEntry: false })) continue
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
