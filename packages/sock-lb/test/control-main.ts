/** A control plane of its own process: opens the load balancer, makes it what it is told, says so, and stays. */
import type { SockFrontend } from '../src/desired.ts'
import { SocketLb, type SocketLbOptions } from '../src/sock-lb.ts'
import { desired } from './lab.ts'

interface Told {
  readonly options: Omit<SocketLbOptions, 'hostNetns'> & { readonly hostNetns: string }
  readonly frontends: readonly SockFrontend[]
}

const { options, frontends } = JSON.parse(process.argv[2]!) as Told
console.log('opens')
using lb = SocketLb.open({ ...options, hostNetns: BigInt(options.hostNetns) })
const { problems } = lb.reconcile(desired(frontends))
console.log(`reconciled ${JSON.stringify(problems)}`)
await new Promise(() => setInterval(() => undefined, 60_000))
