import { expect } from '@jest/globals'
import type { Client } from './client.ts'

const families = ['10.96.0.1', 'fd00:96::1', '::ffff:10.96.0.1'] as const

interface Open {
  readonly asked: string
  readonly kind: 'tcp' | 'connected' | 'datagrams'
  readonly by: string | undefined
  readonly socket: number
}

/** Sockets of each kind and family that have a backend, opened at different times. */
export class OpenSockets {
  readonly #client: Client
  readonly #open: Open[] = []

  constructor(client: Client) {
    this.#client = client
  }

  get size(): number {
    return this.#open.length
  }

  async add(): Promise<void> {
    for (const asked of families) {
      const tcp = await this.#client.tcp(asked, 80)
      const connected = await this.#client.udp(asked, 80, { connected: true })
      const datagrams = await this.#client.udp(asked, 80)
      for (const [kind, answer] of Object.entries({ tcp, connected, datagrams })) {
        expect(answer).toMatchObject({ by: expect.stringMatching(/^(one|two)$/), peer: `${asked} 80` })
        this.#open.push({ asked, kind: kind as Open['kind'], by: answer.by, socket: answer.socket! })
      }
    }
  }

  /** Each has its backend, and calls it by the service's address. */
  async check(): Promise<void> {
    for (const { asked, kind, by, socket } of this.#open) {
      if (kind === 'tcp')
        expect(await this.#client.asksAgain(socket)).toMatchObject({ by: 'again', peer: `${asked} 80` })
      else
        expect(await this.#client.udp(asked, 80, { socket, connected: kind === 'connected' })).toMatchObject({
          by,
          peer: `${asked} 80`,
        })
    }
  }
}
