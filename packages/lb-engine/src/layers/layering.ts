import type { MonitorEvent } from 'netlink-ts'
import type { Chosen } from '../devices/choice.ts'
import { type Layers, type LinkFacts, planLayers } from './plan.ts'

/** What the tables and the switch of the datapath are written by. */
export interface LayerWriter {
  readonly write: (layers: Layers) => void
  /** Has the datapath look for devices above others, or spares it that. */
  readonly turn: (on: boolean) => void
}

/** Keeps the datapath told of the devices that are above others. */
export class Layering {
  readonly #links: () => readonly LinkFacts[]
  readonly #writer: LayerWriter
  #chosen: Pick<Chosen, 'devices' | 'explanations'> = { devices: [], explanations: [] }
  #told: Layers = { arrivals: [], departures: [], carried: [] }
  #seesTags = false

  /** `links`: the host's devices as they are now. */
  constructor(links: () => readonly LinkFacts[], writer: LayerWriter) {
    this.#links = links
    this.#writer = writer
  }

  /**
   * Tells of the chosen devices. Without `seesTags` none is above another: generic XDP meets frames on the device above,
   * with the tag out of sight, and what it redirects goes by way of that device.
   */
  tell(chosen: Pick<Chosen, 'devices' | 'explanations'>, seesTags: boolean): Layers {
    this.#chosen = chosen
    this.#seesTags = seesTags
    return this.#write()
  }

  /** The program turned out to be generic on one of them. */
  withhold(): void {
    this.#seesTags = false
    this.#writer.turn(false)
  }

  /**
   * Takes note of an event. A port that joins a bond has the bond's program from then on, and packets with it: who sends
   * them should not wait for the next round.
   */
  note(event?: MonitorEvent): void {
    if (event?.type !== 'link' || event.action === 'remove') return
    const { index, master } = event.value
    const isOfChosen = this.#chosen.devices.some((device) => device.index === master)
    if (isOfChosen && !this.#told.arrivals.some(({ port }) => port === index)) this.#write()
  }

  #write(): Layers {
    const indexes = this.#chosen.devices.map(({ index }) => index)
    const layers = planLayers(this.#links(), indexes, this.#chosen.explanations)
    const isOn = this.#seesTags && layers.arrivals.length + layers.departures.length > 0
    if (!isOn) this.#writer.turn(false)
    this.#writer.write(layers)
    if (isOn) this.#writer.turn(true)
    return (this.#told = layers)
  }
}
