import type { Host } from '@skep/testbed'
import { LoadBalancer } from '../../../examples/demo/load-balancer.ts'
import type { Contender } from './contender.ts'
import { backendAddress, backendNumbers, ECHO_PORT, vipOf, WEB_PORT } from './network.ts'

/** `skep-lb run`, from the sources. */
export async function skepSnat(host: Host): Promise<Contender> {
  const address = vipOf('skep')
  await using stack = new AsyncDisposableStack()
  const lb = stack.use(new LoadBalancer(host))
  lb.write(configText(address, backendNumbers(), []))
  await lb.start()
  const owned = stack.move()
  return {
    name: 'skep-snat',
    address,
    control: {
      use: async (active, drained) => {
        lb.write(configText(address, active, drained))
        await lb.apply()
      },
      restart: async () => {
        await lb.kill()
        await lb.start()
      },
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function configText(address: string, active: readonly number[], drained: readonly number[]): string {
  const service = (name: string, port: number): string => {
    const line = (number: number, weight: number): string =>
      `        - { address: ${backendAddress(number)}, port: ${port}, weight: ${weight} }`
    return `    - name: ${name}
      frontends: [{ address: ${address}, port: ${port} }]
      backends:
${[...active.map((number) => line(number, 1)), ...drained.map((number) => line(number, 0))].join('\n')}`
  }
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
${service('web', WEB_PORT)}
${service('echo', ECHO_PORT)}
`
}
