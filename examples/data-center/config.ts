import { addressOf, type BalancerName, backends, families, type Kind, PORT, router, vips } from './addresses.ts'

/** What differs from one configuration to another. */
export interface Wanted {
  /** Left out of the file, the load balancer leaves: routers turn away first. */
  readonly announced: boolean
  readonly intervalMs: number
}

export const DRAIN_SECONDS = 2
/** Its fourth backend came a while ago: the slots that it took over are still moving. */
const addedAt = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`

/** A load balancer's configuration. The same services everywhere; with the same times of coming, so that all agree. */
export function configText(name: BalancerName, { announced, intervalMs }: Wanted): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  mode: dsr
  dsr: { dispatch: l2 }
  capacity: { services: 16, backends: 64, connections: 65536, records: 65536 }
${announced ? bgpText(name, intervalMs) : ''}
  services:
${serviceText('stable', 'mode: dsr')}
${serviceText('moving', 'mode: dsr', `, addedAt: "${addedAt}"`)}
${serviceText('snat', 'mode: snat')}
`
}

function bgpText(name: BalancerName, intervalMs: number): string {
  const own = addressOf(name)
  return `  bgp:
    asn: 65001
    routerId: ${own.ipv4}
    drainSeconds: ${DRAIN_SECONDS}
    peers:
      - name: router
        address: ${router.ipv4}
        asn: 65000
        holdTime: 9
        connectRetry: 1
        nextHops: { ipv6: "${own.ipv6}" }
        bfd: { intervalMs: ${intervalMs}, multiplier: 3 }`
}

function serviceText(kind: Kind, mode: string, ofTheLast = ''): string {
  const frontends = families.map((family) => `{ address: "${vips[kind][family]}", port: ${PORT} }`)
  const members = backends.flatMap((name, i) =>
    families.map(
      (family) =>
        `        - { address: "${addressOf(name)[family]}", port: ${PORT}${i === backends.length - 1 ? ofTheLast : ''} }`,
    ),
  )
  return `    - name: ${kind}
      ${mode}
      frontends: [${frontends.join(', ')}]
      healthCheck: { tcp: {}, intervalSeconds: 1, rise: 1 }
      backends:
${members.join('\n')}`
}
