import type { Host } from '@skep/testbed'
import { LoadBalancer } from '../../../examples/demo/load-balancer.ts'
import type { Absent, Contender } from './contender.ts'
import { backendAddress, backendNumbers, ECHO_PORT, type Middle, vipOf, WEB_PORT } from './network.ts'

const modes = {
  'skep-snat': { middle: 'skep', spec: 'mode: snat' },
  'skep-dsr': { middle: 'skep-dsr', spec: 'mode: dsr\n  dsr: { dispatch: l2 }' },
} as const

/** `skep-lb run`, from the sources. Absent where it refuses the mode. */
export async function skep(name: keyof typeof modes, host: (name: Middle) => Host): Promise<Contender | Absent> {
  const { middle, spec } = modes[name]
  const address = vipOf(middle)
  const text = (active: readonly number[], drained: readonly number[]): string =>
    configText(spec, address, active, drained)
  await using stack = new AsyncDisposableStack()
  const lb = stack.use(new LoadBalancer(host(middle)))
  lb.write(text(backendNumbers(), []))
  const reason = await lb.refusal()
  if (reason !== undefined) return { name, reason: firstProblem(reason) }
  await lb.start()
  const owned = stack.move()
  return {
    name,
    address,
    control: {
      use: async (active, drained) => {
        lb.write(text(active, drained))
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

/** Without the file's place. */
function firstProblem(refusal: string): string {
  return refusal.split('\n', 1)[0]!.replace(/^\S*\.yaml:\d+:\d+: /, '')
}

function configText(spec: string, address: string, active: readonly number[], drained: readonly number[]): string {
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
  ${spec}
  services:
${service('web', WEB_PORT)}
${service('echo', ECHO_PORT)}
`
}
