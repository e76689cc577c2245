import { absolutePath, listenAddress } from '../checks.ts'
import { flag, integer, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

export interface GeneralSettings {
  'agent-health-port': number
  debug: boolean
  'enable-ipv4': boolean
  'enable-ipv6': boolean
  'prometheus-serve-addr': string
  'state-dir': string
}

export const general: Catalogue<GeneralSettings> = {
  'agent-health-port': integer(9879, 'a port', 1, 65_535, { about: 'TCP port of /healthz, on loopback' }),
  debug: flag(false, { about: 'log more' }),
  'enable-ipv4': flag(true, { about: 'serve IPv4' }),
  'enable-ipv6': flag(true, { about: 'serve IPv6' }),
  'prometheus-serve-addr': text('', 'address', { about: 'where /metrics is served; nowhere if empty' }, listenAddress),
  'state-dir': text('/run/skep', 'path', { about: 'where the socket of the commands is' }, absolutePath),
}
