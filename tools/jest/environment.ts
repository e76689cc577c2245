import type { Circus } from '@jest/types'
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment'
import { TestEnvironment } from 'jest-environment-node'
import type { Inventory } from '../../packages/testbed/src/leaks/inventory.ts'
import { takeInventory } from '../../packages/testbed/src/leaks/inventory.ts'
import { describeLeaks, leaksSince } from '../../packages/testbed/src/leaks/leaks.ts'

/** Fails a test file that leaves something behind: descriptors, mapped maps, namespaces, pins, processes. */
export default class LeakCheckingEnvironment extends TestEnvironment {
  readonly #settleMs: number | undefined
  #before: Inventory | undefined

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context)
    const { settleMs } = config.projectConfig.testEnvironmentOptions
    this.#settleMs = typeof settleMs === 'number' ? settleMs : undefined
  }

  override async setup(): Promise<void> {
    await super.setup()
    this.#before = takeInventory()
  }

  /** `run_finish` comes after the last `afterAll`, which a hook of our own would not. */
  async handleTestEvent(event: Circus.Event, state: Circus.State): Promise<void> {
    if (event.name !== 'run_finish' || this.#before === undefined) return
    const leaks = await leaksSince(this.#before, this.#settleMs)
    if (leaks.length === 0) return
    const error = new Error([describeLeaks(leaks), ...(await this.#openHandles())].join('\n  '))
    error.stack = error.message
    state.unhandledErrors.push(error)
  }

  /** What the kernel bindings know of their own handles: names rather than numbers. */
  async #openHandles(): Promise<string[]> {
    const { skepOpenHandles } = this.global as { skepOpenHandles?: () => Promise<string[]> }
    return (await skepOpenHandles?.()) ?? []
  }
}
