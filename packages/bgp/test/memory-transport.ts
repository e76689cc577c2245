import { type Duplex, duplexPair } from 'node:stream'
import { decodeMessage, type Message } from '../src/wire/decode.ts'
import { Framer } from '../src/wire/framer.ts'
import type { Incoming, Link, Transport } from '../src/speaker/transport.ts'

/** A network without a network: who listens on an address can be connected to. */
export class MemoryNetwork {
  readonly #listening = new Map<string, (incoming: Incoming) => void>()
  readonly #streams: Duplex[] = []
  /** What was sent, by anybody, in the order of sending. */
  readonly sent: Message[] = []

  /** How a speaker at this address sees it. */
  at(own: string): Transport {
    return {
      connect: async ({ address, source = own }) => {
        const accept = this.#listening.get(address)
        if (accept === undefined) throw new Error(`${address}: ECONNREFUSED`)
        const [here, there] = duplexPair()
        this.#streams.push(here, there)
        for (const stream of [here, there]) this.#record(stream)
        accept(incoming(there, address, source))
        return { stream: here, local: source, remote: address }
      },
      listen: (address, _port, accept) => {
        this.#listening.set(address, accept)
        return { setPassword: () => undefined, [Symbol.dispose]: () => void this.#listening.delete(address) }
      },
    }
  }

  #record(stream: Duplex): void {
    const framer = new Framer()
    const write = stream.write.bind(stream)
    const recording = (chunk: Uint8Array): boolean => {
      for (const raw of framer.push(chunk)) this.sent.push(decodeMessage(raw, { as4: true, external: true }))
      return write(chunk)
    }
    Object.assign(stream, { write: recording })
  }

  /** Cuts all connections without a word. */
  cut(): void {
    for (const stream of this.#streams.splice(0)) stream.destroy()
  }
}

function incoming(stream: Duplex, local: string, remote: string): Incoming {
  return { remote, take: (): Link => ({ stream, local, remote }), [Symbol.dispose]: () => void stream.destroy() }
}
