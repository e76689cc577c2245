import { existsSync } from 'node:fs'
import type { Host } from '@skep/testbed'
import type { Absent, Contender } from './contender.ts'
import { HAPROXY, HaproxyProcess } from './haproxy-process.ts'
import { backendAddress, backendNumbers, ECHO_PORT, vipOf, WEB_PORT } from './network.ts'

const services = { web: WEB_PORT, echo: ECHO_PORT } as const

/** HAProxy in TCP mode, its backends set over its runtime interface. */
export async function haproxy(host: Host): Promise<Contender | Absent> {
  if (!existsSync(HAPROXY)) return { name: 'haproxy', reason: 'it is missing. Debian/Ubuntu: apt-get install haproxy' }
  const address = vipOf('haproxy')
  const process = await HaproxyProcess.start(host, configText(address))
  const states = new Map<number, string>(backendNumbers().map((number) => [number, 'ready']))
  const apply = async (): Promise<void> => {
    for (const [number, state] of states)
      for (const name of Object.keys(services)) await process.command(`set server ${name}/${number} state ${state}`)
  }
  return {
    name: 'haproxy',
    address,
    control: {
      use: async (active, drained) => {
        for (const number of backendNumbers())
          states.set(number, active.includes(number) ? 'ready' : drained.includes(number) ? 'drain' : 'maint')
        await apply()
      },
      restart: async () => {
        await process.kill()
        await process.start()
        await apply()
      },
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}

function configText(address: string): string {
  const servers = (port: number): string =>
    backendNumbers()
      .map((number) => `  server ${number} ${backendAddress(number)}:${port}`)
      .join('\n')
  const listeners = Object.entries(services).map(
    ([name, port]) => `listen ${name}\n  bind ${address}:${port}\n${servers(port)}`,
  )
  return `defaults
  mode tcp
  balance random
  timeout client 60s
  timeout server 60s
  timeout connect 5s
${listeners.join('\n')}
`
}
