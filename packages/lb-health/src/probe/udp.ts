import { createSocket } from 'node:dgram'
import type { UdpCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { toBuffer } from './bytes.ts'
import { fail, pass, type Probe } from './probe.ts'
import { quote, troubled } from './words.ts'

/** Sends a datagram on a connected socket, so that an ICMP error comes back as one of the socket. */
export const udp: Probe<UdpCheck> = (spec, { address, port, source, sourcePort = 0 }, done) => {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  let open = true
  const close = (): void => {
    if (open) socket.close()
    open = false
  }
  const finish = (outcome: Outcome): void => {
    if (!open) return
    close()
    done(outcome)
  }
  const failed = (error: Error): void => finish(refused(error))
  socket.on('error', failed)
  socket.on('message', (message) => finish(judge(spec, message)))
  const go = (): void =>
    socket.connect(port, address, (error?: Error) => {
      if (error || !open) return error && failed(error)
      socket.send(toBuffer(spec.send), (problem) => problem && failed(problem))
    })
  if (source === undefined) go()
  else socket.bind({ address: source, port: sourcePort, exclusive: true }, go)
  return {
    cancel: close,
    expire: () => {
      close()
      return spec.reply === 'optional' ? pass('sent, and no ICMP error came back') : fail('time is up: no reply')
    },
  }
}

function judge({ expect }: UdpCheck, message: Buffer): Outcome {
  if (expect === undefined) return pass('replied')
  const wanted = toBuffer(expect)
  return message.includes(wanted)
    ? pass('replied as expected')
    : fail(`reply lacks ${quote(wanted)}: ${quote(message)}`)
}

function refused(error: NodeJS.ErrnoException): Outcome {
  return error.code === 'ECONNREFUSED' ? fail('port unreachable (ICMP)') : troubled(error)
}
