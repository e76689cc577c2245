import { type Address, type Cidr, cidrContains, parseAddress, parseCidr } from '@skep/packet'
import { LbError } from '@skep/lb-engine'

/** Addresses, and perhaps a port, as somebody names them on the command line. */
export interface EndpointPattern {
  readonly network: Cidr
  readonly port: number | undefined
}

const forms = '10.0.0.1, 10.0.0.0/24, 10.0.0.1:80, 2001:db8::1, [2001:db8::1]:80'

/** Reads an address, a network, or an address with a port. Throws `INVALID_OPTION`, naming the option. */
export function parseEndpointPattern(option: string, text: string): EndpointPattern {
  try {
    const [, host = text, port] = /^\[(.*)\]:(\d+)$/.exec(text) ?? /^([^:]*):(\d+)$/.exec(text) ?? []
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) throw new Error(`${port} is no port`)
    return { network: networkOf(host), port: port === undefined ? undefined : Number(port) }
  } catch (error) {
    const message = `${option} ${JSON.stringify(text)}: ${(error as Error).message}; write one of ${forms}`
    throw new LbError('INVALID_OPTION', message, { cause: error })
  }
}

/** Whether an address and port are what was named. */
export function matchesEndpoint({ network, port }: EndpointPattern, address: Address, itsPort: number): boolean {
  return (port === undefined || port === itsPort) && cidrContains(network, address)
}

function networkOf(text: string): Cidr {
  if (text.includes('/')) return parseCidr(text)
  const address = parseAddress(text)
  return { address, prefix: 8 * address.bytes.length }
}
