import { parentPort, workerData } from 'node:worker_threads'
import { serveCalls } from '../thread/rpc.ts'
import { ConnectionHolder } from './holder.ts'
import type { HoldOptions } from './options.ts'

const holder = new ConnectionHolder(workerData as HoldOptions)
const verbs = { open: () => holder.open(), check: () => holder.check() }
if (parentPort) serveCalls(parentPort, verbs, () => holder.close())
