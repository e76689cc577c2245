import type { BgpReport } from '../../src/bgp/report.ts'
import type { SkepLb } from '../skep-lb.ts'

/** GRACEFUL_SHUTDOWN, as BIRD prints it. */
export const shutdown = '(65535,0)'

/** What somebody says, once it says so. */
export async function says(ask: () => Promise<string>, wanted: (text: string) => boolean): Promise<string> {
  for (;;) {
    const text = await ask()
    if (wanted(text)) return text
  }
}

/** What `skep-lb get bgp` prints. */
export async function report(lb: SkepLb): Promise<BgpReport> {
  const { stdout, stderr } = await lb.words('get', 'bgp', '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as BgpReport
}

export interface Told {
  /** Of `spec.bgp`, beside its numbers. */
  readonly bgp?: string
  /** Of the peer; it is a router on 10.0.0.2. */
  readonly peer?: string
  /** Of the service. */
  readonly service?: string
  /** Left out: one of each family, which answer. */
  readonly backends?: readonly string[]
  /** Without it, nothing is announced. */
  readonly announced?: boolean
}

/** A configuration for the network of `network.ts`, whose client is the router. */
export function toldConfig(vips: readonly string[], told: Told = {}): string {
  const { bgp = 'drainSeconds: 0', peer = 'address: 10.0.0.2, asn: 65000, nextHops: { ipv6: "2001:db8::1" }' } = told
  const { backends = backendsFor(vips), service = '', announced = true } = told
  const section = `  bgp:
    asn: 65001
    routerId: 10.0.0.1
    ${bgp}
    peers: [{ name: router, connectRetry: 1, ${peer} }]`
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
${announced ? section : ''}
  services:
    - name: web
      frontends: [${vips.map((address) => `{ address: "${address}", port: 80 }`).join(', ')}]
      ${service}
      backends: [${backends.map((address) => `{ address: "${address}", port: 8080 }`).join(', ')}]
`
}

function backendsFor(vips: readonly string[]): string[] {
  return ['10.1.0.11', '2001:db8:1::11'].filter((one) => vips.some((vip) => vip.includes(':') === one.includes(':')))
}
