import { parentPort, workerData } from 'node:worker_threads'
import { Program, xdpContext } from 'libbpf-ts'

/** Runs packets one by one, each at the same moment as the other threads that were given the same gate. */
export interface HammerInput {
  readonly program: string
  readonly packets: readonly Uint8Array[]
  readonly gate: SharedArrayBuffer
  readonly threads: number
  /** The device that they come in by; left out, the loopback device. */
  readonly ingress?: number
}

const { program: path, packets, gate, threads, ingress } = workerData as HammerInput
const arrived = new Int32Array(gate)
using program = Program.open(path)
const results = packets.map((data, round) => {
  const context = ingress === undefined ? {} : { context: xdpContext(data.length, { ingressIfindex: ingress }) }
  Atomics.add(arrived, 0, 1)
  while (Atomics.load(arrived, 0) < (round + 1) * threads);
  return program.testRun({ data, ...context }).data
})
parentPort?.postMessage(results)
