import type { Circus } from '@jest/types'
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment'
import { TestEnvironment } from 'jest-environment-node'
import { takeInventory } from '../../packages/testbed/src/leaks/inventory.ts'
import { describeLeaks, leaksSince } from '../../packages/testbed/src/leaks/leaks.ts'
import { timeFactor } from '../../packages/testbed/src/patience.ts'
import { giveTime } from './give-time.ts'
import { skipAll, unmetNeeds } from './skip-all.ts'
import { explainSuppressed } from './suppressed.ts'

// Jest and nx force colors on their workers; the programs that a test starts must print what they print for everybody.
delete process.env['FORCE_COLOR']

/**
 * Fails a test file that leaves something behind: descriptors, mapped maps, namespaces, pins, processes. Skips one whose
 * project needs what the machine does not have.
 */
export default class LeakCheckingEnvironment extends TestEnvironment {
  readonly #settleMs: number | undefined
  readonly #needs: readonly string[]
  #before = takeInventory()

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context)
    const { settleMs, needs } = config.projectConfig.testEnvironmentOptions
    this.#settleMs = typeof settleMs === 'number' ? settleMs : undefined
    this.#needs = Array.isArray(needs) ? (needs as string[]) : []
  }

  override async setup(): Promise<void> {
    await super.setup()
    this.#before = takeInventory()
  }

  async handleTestEvent(event: Circus.Event, state: Circus.State): Promise<void> {
    if (event.name === 'run_start') {
      giveTime(state.rootDescribeBlock, timeFactor)
      this.#skipUnmet(state)
    }
    if (event.name === 'test_fn_failure') event.error = explainSuppressed(event.error)
    // After the last `afterAll`; a hook of our own would come before the file's.
    if (event.name === 'run_finish') await this.#checkLeaks(state)
  }

  #skipUnmet(state: Circus.State): void {
    const unmet = unmetNeeds(this.#needs)
    if (unmet.length > 0) skipAll(state.rootDescribeBlock, unmet)
  }

  async #checkLeaks(state: Circus.State): Promise<void> {
    const leaks = await leaksSince(this.#before, this.#settleMs)
    const open = this.#openHandles().map((what) => ({ what }))
    if (leaks.length === 0 && open.length === 0) return
    const error = new Error(describeLeaks([...leaks, ...open]))
    // One frame, or Jest takes all lines but the first for frames.
    error.stack = `Error: ${error.message}\n    at leak check:0:0`
    state.unhandledErrors.push(error)
  }

  /** What the kernel bindings have open by their own account: names rather than numbers, and nothing is collected yet. */
  #openHandles(): string[] {
    const { skepOpenHandles } = this.global as { skepOpenHandles?: () => string[] }
    return skepOpenHandles?.() ?? []
  }
}
