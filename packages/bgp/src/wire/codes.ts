/** NOTIFICATION codes (RFC 4271, section 4.5; RFC 7313). */
export const ErrorKind = {
  header: 1,
  open: 2,
  update: 3,
  holdTimer: 4,
  stateMachine: 5,
  cease: 6,
  routeRefresh: 7,
} as const

export const HeaderError = { notSynchronized: 1, badLength: 2, badType: 3 } as const

export const OpenError = {
  unsupportedVersion: 1,
  badPeerAs: 2,
  badIdentifier: 3,
  unsupportedParameter: 4,
  unacceptableHoldTime: 6,
  unsupportedCapability: 7,
} as const

export const UpdateError = {
  malformedAttributeList: 1,
  unrecognizedWellKnown: 2,
  missingWellKnown: 3,
  attributeFlags: 4,
  attributeLength: 5,
  invalidOrigin: 6,
  invalidNextHop: 8,
  optionalAttribute: 9,
  invalidNetwork: 10,
  malformedAsPath: 11,
} as const

/** Why a session ends without an error (RFC 4486, RFC 8538, RFC 9384). */
export const Cease = {
  maxPrefixes: 1,
  administrativeShutdown: 2,
  peerDeconfigured: 3,
  administrativeReset: 4,
  connectionRejected: 5,
  otherConfigurationChange: 6,
  collisionResolution: 7,
  outOfResources: 8,
  hardReset: 9,
  bfdDown: 10,
} as const

interface Kind {
  readonly name: string
  readonly subcodes: Readonly<Record<number, string>>
}

const kinds: Readonly<Record<number, Kind>> = {
  1: {
    name: 'message header error',
    subcodes: { 1: 'connection not synchronized', 2: 'bad message length', 3: 'bad message type' },
  },
  2: {
    name: 'OPEN message error',
    subcodes: {
      1: 'unsupported version number',
      2: 'bad peer AS',
      3: 'bad BGP identifier',
      4: 'unsupported optional parameter',
      6: 'unacceptable hold time',
      7: 'unsupported capability',
    },
  },
  3: {
    name: 'UPDATE message error',
    subcodes: {
      1: 'malformed attribute list',
      2: 'unrecognized well-known attribute',
      3: 'missing well-known attribute',
      4: 'attribute flags error',
      5: 'attribute length error',
      6: 'invalid ORIGIN attribute',
      8: 'invalid NEXT_HOP attribute',
      9: 'optional attribute error',
      10: 'invalid network field',
      11: 'malformed AS_PATH',
    },
  },
  4: { name: 'hold timer expired', subcodes: {} },
  5: {
    name: 'finite state machine error',
    subcodes: {
      1: 'unexpected message in OpenSent',
      2: 'unexpected message in OpenConfirm',
      3: 'unexpected message in Established',
    },
  },
  6: {
    name: 'cease',
    subcodes: {
      1: 'maximum number of prefixes reached',
      2: 'administrative shutdown',
      3: 'peer de-configured',
      4: 'administrative reset',
      5: 'connection rejected',
      6: 'other configuration change',
      7: 'connection collision resolution',
      8: 'out of resources',
      9: 'hard reset',
      10: 'BFD down',
    },
  },
  7: { name: 'ROUTE-REFRESH message error', subcodes: { 1: 'invalid message length' } },
}

/** `cease: administrative shutdown`; numbers where RFCs have no name. */
export function nameError(code: number, subcode: number): string {
  const kind = kinds[code]
  if (kind === undefined) return `error ${code}/${subcode}`
  const sub = kind.subcodes[subcode] ?? (subcode === 0 ? undefined : `subcode ${subcode}`)
  return sub === undefined ? kind.name : `${kind.name}: ${sub}`
}
