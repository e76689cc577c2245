import { answered, topology, traffic, udpEcho, type Host } from '@skep/testbed'

/** Two hosts on one veth pair, both free of programs; `near` answers UDP. */
export interface Pair extends AsyncDisposable {
  readonly near: Host
  readonly far: Host
  /** Sends datagrams from `far` to `near`, and gives how many were answered. */
  answers(count?: number): Promise<number>
}

const NEAR = '10.9.0.1'

export async function pair(): Promise<Pair> {
  await using stack = new AsyncDisposableStack()
  const end = (address: string): object => ({ addresses: [`${address}/24`], passXdp: false })
  const net = stack.use(
    await topology({ hosts: { near: {}, far: {} }, links: [{ ends: { near: end(NEAR), far: end('10.9.0.2') } }] }),
  )
  const { port } = stack.use(await udpEcho(net.near))
  const answers = async (requests = 3): Promise<number> => {
    const options = { protocol: 'udp', address: NEAR, port, requests, timeoutMs: answered(200) } as const
    return (await traffic(net.far, options)).succeeded
  }
  if ((await answers(1)) !== 1) throw new Error('near does not answer') // and now each knows the other's MAC
  const owned = stack.move()
  return { near: net.near, far: net.far, answers, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
