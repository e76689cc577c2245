import { readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import type { Cluster, Material } from '../cluster/cluster.ts'
import { KubeError } from '../error.ts'

/** How long what was read from files is believed. Kubelets renew tokens long before they end. */
const FRESH_MS = 60_000

/** What connections are made with. */
export interface TlsMaterial {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** Who we are to the API server, read again from the files that say so. */
export class Credentials {
  readonly #cluster: Cluster
  readonly #clock: Clock
  #readAt = -Infinity
  #token: string | undefined
  #tls: TlsMaterial = { ca: undefined, cert: undefined, key: undefined }

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
  }

  get token(): string | undefined {
    this.#refresh()
    return this.#token
  }

  /** The same object as before, as long as nothing in it has changed. */
  get tls(): TlsMaterial {
    this.#refresh()
    return this.#tls
  }

  /** The API server did not know us: the files are read before the next request. */
  doubt(): void {
    this.#readAt = -Infinity
  }

  #refresh(): void {
    const now = this.#clock.elapsed()
    if (now - this.#readAt < FRESH_MS) return
    const { ca, token, certificate } = this.#cluster
    this.#token = read(token)?.trim()
    const tls = { ca: read(ca), cert: read(certificate?.cert), key: read(certificate?.key) }
    if (tls.ca !== this.#tls.ca || tls.cert !== this.#tls.cert || tls.key !== this.#tls.key) this.#tls = tls
    this.#readAt = now
  }
}

function read(material: Material | undefined): string | undefined {
  if (material === undefined) return undefined
  if ('data' in material) return material.data
  try {
    return readFileSync(material.file, 'utf8')
  } catch (cause) {
    throw new KubeError('CONFIGURATION', 'read credentials', (cause as Error).message, { cause })
  }
}
