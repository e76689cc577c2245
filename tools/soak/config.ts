import { backend, type Family, vips } from '../../examples/demo/config.ts'

/** Where the backends' health is asked: apart from the service, so that a backend can be called ill and still answer. */
export const HEALTH_PORT = 8081

/** `web` and `echo` on both families, checked, with the backends of these numbers. */
export function configText(numbers: readonly number[]): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
${service('web', 80, 8080, numbers)}
${service('echo', 7, 7, numbers)}
`
}

function service(name: string, port: number, backendPort: number, numbers: readonly number[]): string {
  const frontends = Object.values(vips).map((address) => `{ address: "${address}", port: ${port} }`)
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
