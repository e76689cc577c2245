import { connect, type Socket } from 'node:net'
import type { TcpCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { toBuffer } from './bytes.ts'
import { converse, type Talk } from './converse.ts'
import { fail, pass, type Probe, type Target } from './probe.ts'
import { quote } from './words.ts'

const LISTEN_BYTES = 65_536

/** Opens a connection; with `send` or `expect`, talks on it. */
export const tcp: Probe<TcpCheck> = (spec, target, done) => {
  const socket = dial(target)
  const reset = spec.reset ? socket : resettable(socket, target)
  return converse(
    { socket, ready: 'connect', awaited: 'no connection', opened: pass('connected'), reset },
    talkOf(spec),
    done,
  )
}

/** A connection whose port the next probe needs. */
export function resettable(socket: Socket, { sourcePort }: Target): Socket | undefined {
  return sourcePort === undefined ? undefined : socket
}

/** A TCP connection to the target, from its source. */
export function dial({ address, port, source, sourcePort }: Target): Socket {
  return connect({
    host: address,
    port,
    noDelay: true,
    ...(source === undefined ? {} : { localAddress: source }),
    ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
  })
}

function talkOf({ send, expect }: TcpCheck): Talk | undefined {
  if (send === undefined && expect === undefined) return undefined
  const greeting = send && toBuffer(send)
  return { greeting, ...(expect === undefined ? anyAnswer() : answerWith(toBuffer(expect))) }
}

function anyAnswer(): Talk {
  return {
    awaited: 'connected, but no answer',
    heard: () => pass('answered'),
    ended: () => fail('connection closed without an answer'),
  }
}

function answerWith(wanted: Buffer): Talk {
  let heard = Buffer.alloc(0)
  const wrong = (): Outcome => fail(`answer lacks ${quote(wanted)}: ${quote(heard)}`)
  return {
    awaited: `connected, but no answer with ${quote(wanted)}`,
    heard: (chunk) => {
      heard = Buffer.concat([heard, chunk])
      if (heard.includes(wanted)) return pass('answered as expected')
      return heard.length > LISTEN_BYTES ? wrong() : undefined
    },
    ended: wrong,
  }
}
