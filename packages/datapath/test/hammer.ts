import { parentPort, workerData } from 'node:worker_threads'
import { Program } from 'libbpf-ts'

/** Runs packets one by one, each at the same moment as the other threads that were given the same gate. */
export interface HammerInput {
  readonly program: string
  readonly packets: readonly Uint8Array[]
  readonly gate: SharedArrayBuffer
  readonly threads: number
}

const { program: path, packets, gate, threads } = workerData as HammerInput
const arrived = new Int32Array(gate)
using program = Program.open(path)
packets.forEach((data, round) => {
  Atomics.add(arrived, 0, 1)
  while (Atomics.load(arrived, 0) < (round + 1) * threads);
  program.testRun({ data })
})
parentPort?.postMessage('done')
