import { backend, type Family, vips } from '../../examples/demo/config.ts'

/** Where the backends' health is asked: apart from the service, so that a backend can be called ill and still answer. */
export const HEALTH_PORT = 8081
export const DNS_PORT = 53

/** How packets reach the backends: translated, or by their MAC address alone. */
export const modes = ['snat', 'dsr'] as const
export type Mode = (typeof modes)[number]

/** `web`, `echo` and, over UDP, `dns` on both families, checked, with the backends of these numbers. */
export function configText(numbers: readonly number[], mode: Mode): string {
  const web = { name: 'web', port: 80, backendPort: mode === 'dsr' ? 80 : 8080 }
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  mode: ${mode}
  dsr: { dispatch: l2 }
  services:
${service(web, numbers)}
${service({ name: 'echo', port: 7, backendPort: 7 }, numbers)}
${service({ name: 'dns', port: DNS_PORT, backendPort: DNS_PORT, protocol: 'UDP' }, numbers)}
`
}

interface Spec {
  readonly name: string
  readonly port: number
  readonly backendPort: number
  readonly protocol?: 'UDP'
}

function service({ name, port, backendPort, protocol }: Spec, numbers: readonly number[]): string {
  const kind = protocol ?? 'TCP'
  const frontends = Object.values(vips).map((address) => `{ address: "${address}", port: ${port}, protocol: ${kind} }`)
  const families = Object.keys(vips) as Family[]
  const backends = numbers.flatMap((number) =>
    families.map((family) => `        - { address: "${backend(number)[family]}", port: ${backendPort} }`),
  )
  return `    - name: ${name}
      frontends: [${frontends.join(', ')}]
      healthCheck:
        http: { path: /, port: ${HEALTH_PORT} }
        intervalSeconds: 1
        timeoutSeconds: 1
        rise: 1
        fall: 2
      backends:
${backends.join('\n')}`
}
