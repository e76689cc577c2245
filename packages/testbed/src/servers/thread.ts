import { parentPort, workerData } from 'node:worker_threads'
import { serveCalls } from '../thread/rpc.ts'
import { listen } from './listen.ts'
import type { ServerSetup } from './options.ts'

const server = await listen(workerData as ServerSetup)
const verbs = { port: () => server.port, stats: () => server.stats() }
if (parentPort) serveCalls(parentPort, verbs, () => server.close())
