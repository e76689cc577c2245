import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { ownName } from '@skep/testbed'
import type { Balancer } from './balancer.ts'
import type { HammerInput } from './hammer.ts'
import type { Lab } from './lab.ts'

const module = new URL('hammer.ts', import.meta.url)

/**
 * One thread for each list of packets; the n-th packets of all run at the same time, in the lab if one is given, as if
 * they came in by its front device. Gives what became of them, list by list.
 */
export async function hammer(lb: Balancer, lists: readonly Uint8Array[][], net?: Lab): Promise<Uint8Array[][]> {
  const folder = mkdtempSync(`/sys/fs/bpf/${ownName('skep-contention')}-`)
  const program = join(folder, 'lb_xdp')
  lb.program.pin(program)
  const gate = new SharedArrayBuffer(4)
  const ingress = net ? { ingress: net.front } : {}
  const workers = lists.map((packets) => {
    const workerData: HammerInput = { program, packets, gate, threads: lists.length, ...ingress }
    const options: WorkerOptions = { workerData, execArgv: ['--conditions=@skep/source'] }
    return net ? net.ns.worker(module, options) : new Worker(module, options)
  })
  try {
    return await Promise.all(workers.map(resultsOf))
  } finally {
    lb.program.unpin()
    rmSync(folder, { recursive: true })
  }
}

async function resultsOf(worker: Worker): Promise<Uint8Array[]> {
  const [[results]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
  return results as Uint8Array[]
}
