import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { listenTcp, type TcpListener } from 'sockets-ts'
import type { RelayData } from './relay.ts'

const { namespaceFd, addresses, port } = workerData as RelayData

for (const address of addresses) void relay(listenTcp({ namespace: { fd: namespaceFd }, address, port, backlog: 128 }))
parentPort?.postMessage('listening')

async function relay(listener: TcpListener): Promise<void> {
  for await (const accepted of listener) {
    const [inside, outside] = [accepted.stream(), connect({ host: '127.0.0.1', port })]
    inside.on('error', () => outside.destroy()).once('close', () => outside.destroy())
    // The API server is down: who asked sees the connection reset.
    outside.on('error', () => inside.resetAndDestroy()).once('close', () => inside.destroy())
    inside.pipe(outside).pipe(inside)
  }
}
