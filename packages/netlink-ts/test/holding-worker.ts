import { parentPort } from 'node:worker_threads'
import { anonymousNamespace } from '../src/namespace/named.ts'
import { openNetlink } from '../src/netlink.ts'

/** Opens one of everything, and never closes it. */
const held = [openNetlink(), anonymousNamespace(), openNetlink().monitor(['link', 'neighbor'])] as const
const events = held[2][Symbol.asyncIterator]()
await events.next()
parentPort?.postMessage('holding')
await events.next()
