import { expect } from '@jest/globals'
import { type Machine, services } from '@skep/kube-testenv'
import type { Site } from './site.ts'

/** A machine outside of the cluster, which reaches services by way of the first node. */
export class OutsideClient {
  readonly machine: Machine
  readonly #site: Site

  static async of(site: Site): Promise<OutsideClient> {
    const client = new OutsideClient(site, await site.cluster.machine('client'))
    client.routeTo('192.0.2.0/24')
    client.routeTo('2001:db8::/64')
    return client
  }

  private constructor(site: Site, machine: Machine) {
    this.#site = site
    this.machine = machine
  }

  /** What it sends there goes to the first node. */
  routeTo(destination: string): void {
    const [v4, v6] = this.#site.here.addresses
    this.machine.netlink.route.add({ destination, via: destination.includes(':') ? v6! : v4! })
  }

  get(address: string, port = 80): Promise<string> {
    return this.machine.exec('curl', '-sSm2', urlOf(address, port))
  }

  /** Resolves when these have answered, each at least once; nobody else may. */
  async untilAll(wanted: readonly string[], address: string, port = 80): Promise<void> {
    const seen = new Set<string>()
    let trouble: unknown
    for (let tries = 0; tries < 60 && seen.size < wanted.length; tries++)
      await this.get(address, port).then(
        (name) => seen.add(name),
        (error: unknown) => (trouble = error),
      )
    if (seen.size < wanted.length)
      throw new Error(`only ${[...seen].join(', ') || 'nobody'} answered`, { cause: trouble })
    expect([...seen].toSorted()).toEqual(wanted)
  }

  /** The backend sees its address. */
  async expectSeen(address: string, port = 80): Promise<void> {
    const said = await this.machine.exec('curl', '-sSm5', '-w', ' %{local_ip}', urlOf(address, port, 'peer'))
    const [peer, , own] = said.split(' ')
    expect(peer!.replace('::ffff:', '')).toBe(own)
  }

  /** For how many of so many ports of its own the same backend answers at both addresses. */
  async agreeing(ports: number, addresses: readonly [string, string]): Promise<number> {
    return Number(await this.machine.exec(process.execPath, '-e', BY_PORT, String(ports), ...addresses))
  }

  /** Of a service's first port, or of the one that is called so. */
  async nodePortOf(name: string, portName?: string): Promise<number> {
    const { spec } = await this.#site.cluster.api.get(services, { name })
    const port = spec!.ports!.find(({ name: own }) => portName === undefined || own === portName)
    return Number(port!['nodePort'])
  }
}

function urlOf(address: string, port: number, path = ''): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}/${path}`
}

const BY_PORT = `
const [ports, ...addresses] = process.argv.slice(1)
const ask = (host, localPort) => new Promise((resolve, reject) => {
  const socket = require('node:net').connect({ host, port: 80, localPort })
  socket.on('error', reject)
  socket.on('connect', () => socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'))
  socket.once('data', (text) => {
    resolve(String(text).trim().split('\\n').at(-1))
    socket.resetAndDestroy()
  })
})
async function run() {
  let same = 0
  for (let port = 47100; port < 47100 + Number(ports); port++) {
    const [one, other] = [await ask(addresses[0], port), await ask(addresses[1], port)]
    if (one === other) same++
  }
  console.log(same)
}
run()
`
