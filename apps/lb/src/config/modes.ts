import { formatEndpoint, formatFrontend } from '@skep/lb-maps'
import { tryParseCidr } from '@skep/packet'
import type { Config, Dispatch, Service } from './config.ts'
import { show, type Finding, type Path } from '@skep/config-file'

/** How a service's packets reach its backends, its own word first. */
export function wayOf({ mode, dsr }: Pick<Config, 'mode' | 'dsr'>, service: Pick<Service, 'mode' | 'dsr'>): Way {
  const own = service.mode ?? (service.dsr ? 'dsr' : mode)
  return own === 'snat' ? 'snat' : (service.dsr?.dispatch ?? dsr.dispatch)
}

export type Way = 'snat' | Dispatch

/** What each way cannot do, and why. */
const keepsPort: Readonly<Record<Way, string | undefined>> = {
  snat: undefined,
  opt: undefined,
  ipip: 'ipip carries the packet as the client sent it',
  l2: 'l2 changes nothing but MAC addresses',
}

/** What no field can say alone about ports, and about how packets are forwarded. Needs a document that is otherwise valid. */
export function checkModes(config: Config): Finding[] {
  return [...checkTunnelSources(config), ...config.services.flatMap((service, i) => checkService(config, service, i))]
}

function checkService(config: Config, service: Service, index: number): Finding[] {
  const path: Path = ['spec', 'services', index]
  const way = wayOf(config, service)
  return [
    ...checkPorts(service, way, path),
    ...checkAnyPort(service, path),
    ...checkChoice(service, path),
    ...checkUnusedDsr(service, path),
  ]
}

/** With `ipip` and `l2` the backend sees the packet as the client sent it. */
function checkPorts({ frontends, backends }: Service, way: Way, path: Path): Finding[] {
  const reason = keepsPort[way]
  if (reason === undefined) return []
  const found: Finding[] = []
  backends.forEach((backend, i) => {
    const frontend = frontends.find(({ port }) => port !== backend.port)
    if (frontend === undefined) return
    const message = `${backend.port} is not the port of the frontend ${formatFrontend(frontend)}, and ${reason}; write ${frontend.port}, or use snat or opt`
    found.push({ path: [...path, 'backends', i, 'port'], message })
  })
  return found
}

/** Port 0, on both sides or on none. */
function checkAnyPort({ frontends, backends }: Service, path: Path): Finding[] {
  const any = frontends.some(({ port }) => port === 0)
  if (any && frontends.some(({ port }) => port !== 0)) {
    const at = frontends.findIndex(({ port }) => port !== 0)
    const message = `${frontends[at]!.port} stands beside a frontend with port 0, which is any port; give them services of their own`
    return [{ path: [...path, 'frontends', at, 'port'], message }]
  }
  const found: Finding[] = []
  backends.forEach((backend, i) => {
    if ((backend.port === 0) === any) return
    const message = any
      ? `${formatEndpoint(backend.address, backend.port)} has a port, but the frontend takes any and the backend gets the one that was asked for; write 0`
      : '0 is any port, which no frontend of this service is; write a port from 1 to 65535'
    found.push({ path: [...path, 'backends', i, 'port'], message })
  })
  return found
}

function checkChoice({ algorithm, sessionAffinity, quic, frontends, ringSize }: Service, path: Path): Finding[] {
  const found: Finding[] = []
  const say = (key: string, message: string): void => void found.push({ path: [...path, key], message })
  if (algorithm === 'random' && sessionAffinity)
    say('algorithm', '"random" cannot keep a client at one backend; write maglev, or take sessionAffinity out')
  if (quic && !frontends.some(({ protocol }) => protocol === 'UDP'))
    say('quic', 'true is about UDP, and no frontend of this service is UDP; add one, or take it out')
  if (ringSize !== undefined && (ringSize & (ringSize - 1)) !== 0)
    say('ringSize', `${ringSize} is not a power of two; write ${2 ** Math.ceil(Math.log2(ringSize))}`)
  return found
}

function checkUnusedDsr({ mode, dsr }: Service, path: Path): Finding[] {
  if (mode !== 'snat' || dsr === undefined) return []
  return [
    {
      path: [...path, 'dsr'],
      message: `${show(dsr)} is for mode dsr, and the service says snat; take one of them out`,
    },
  ]
}

function checkTunnelSources({ dsr: { tunnelSources } }: Config): Finding[] {
  const families = tunnelSources.map((text) => tryParseCidr(text)!.address.family)
  return tunnelSources.flatMap((text, i): Finding[] => {
    const family = families[i]!
    if (families.indexOf(family) === i) return []
    const message = `${show(text)} is a second prefix for IPv${family}; one a family is enough: take one out`
    return [{ path: ['spec', 'dsr', 'tunnelSources', i], message }]
  })
}
