import {
  applyBgpConfig,
  type BgpConfig,
  type ConfigDiff,
  diffBgpConfig,
  type Labels,
  parseBgpConfig,
  loadBgpConfig,
  Speaker,
  type SpeakerEvent,
  peersOf,
} from '@skep/bgp'
import { UsageError } from './error.ts'

/** What `run` is told. */
export interface DaemonOptions {
  readonly file: string
  readonly nodeLabels: Labels
  /** Where the file says none, as MetalLB's does. */
  readonly routerId?: string | undefined
  /** We have restarted, and peers may have kept our routes. */
  readonly restarting: boolean
  readonly onEvent: (event: SpeakerEvent) => void
  /** The address of a peer was learnt. */
  readonly onMoved?: (() => void) | undefined
}

/** A speaker that does what a file says. */
export class Daemon implements Disposable {
  readonly speaker: Speaker
  readonly #options: DaemonOptions
  #config: BgpConfig

  constructor(options: DaemonOptions) {
    this.#options = options
    this.#config = loadBgpConfig(options.file)
    const { file, nodeLabels, restarting, onEvent, onMoved } = options
    const { asn, routerId } = this.#identity(this.#config)
    const { listen } = this.#config
    if (peersOf(this.#config, nodeLabels).length === 0)
      onEvent({ peer: '-', what: `${file}: no peer is for this node`, error: true })
    this.speaker = new Speaker({ asn, routerId, listen, nodeLabels, restarting, onEvent, onMoved })
  }

  /** Announces everything, then connects. Throws where it cannot listen. */
  start(): void {
    applyBgpConfig(this.speaker, this.#config, this.#options.nodeLabels)
    this.speaker.start()
    this.speaker.complete()
  }

  /** Reads the file again. Throws where it is wrong, and nothing has changed then. */
  reload(): void {
    const config = loadBgpConfig(this.#options.file)
    const [before, after] = [this.#identity(this.#config), this.#identity(config)]
    if (
      before.asn !== after.asn ||
      before.routerId !== after.routerId ||
      JSON.stringify(this.#config.listen) !== JSON.stringify(config.listen)
    )
      throw new UsageError(
        `${this.#options.file}: asn, routerId and listen are those that it was started with; start it again to change them`,
      )
    this.#config = config
    applyBgpConfig(this.speaker, config, this.#options.nodeLabels)
  }

  /** What would change, were this text in the file. Throws where it is wrong. */
  diff(file: string, text: string): ConfigDiff {
    return diffBgpConfig(this.#config, parseBgpConfig(file, text), this.#options.nodeLabels)
  }

  [Symbol.dispose](): void {
    this.speaker[Symbol.dispose]()
  }

  #identity({ asn, routerId, peers }: BgpConfig): { asn: number; routerId: string } {
    const ours = asn ?? peers[0]?.localAsn
    const id = this.#options.routerId ?? routerId ?? peers[0]?.routerId
    if (ours === undefined)
      throw new UsageError(`${this.#options.file}: has no peers, and so does not say which AS we are`)
    if (id === undefined)
      throw new UsageError(`${this.#options.file}: has no router id; give one with --router-id, like 10.0.0.1`)
    return { asn: ours, routerId: id }
  }
}
