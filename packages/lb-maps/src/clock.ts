/** A moment. Times in the maps are short: they wrap, and only differences count. */
export interface Now {
  /** Since boot, so that what stands in the maps means the same to the next process. */
  readonly seconds: number
  /** Since 1970, for times that a configuration declares. */
  readonly epochSeconds: number
  /**
   * The time that the datapath writes into records now. Left out, a record counts as live for as long as it stands, so
   * that no slot ever comes to rest that has one.
   */
  readonly recordTime?: number
}

export type Clock = () => Now

/** The machine's clock without the datapath's: enough where no service is DSR or has affinity. */
export const systemClock: Clock = () => ({
  seconds: Number(process.hrtime.bigint() / 1_000_000_000n),
  epochSeconds: Math.floor(Date.now() / 1000),
})

/** What ties the machine's clock to the datapath's: `readClock()` and `jiffiesPerSecond()` of `@skep/datapath`. */
export interface ClockReading {
  readonly jiffies: bigint
  /** CLOCK_MONOTONIC, at the same moment. */
  readonly nanoseconds: bigint
  readonly jiffiesPerSecond: number
  /** `recordShift` of the program's configuration. */
  readonly recordShift: number
}

/** A clock that knows the datapath's, from one reading: both count the same nanoseconds. */
export function datapathClock({ jiffies, nanoseconds, jiffiesPerSecond, recordShift }: ClockReading): Clock {
  return () => {
    const later = ((process.hrtime.bigint() - nanoseconds) * BigInt(jiffiesPerSecond)) / 1_000_000_000n
    return { ...systemClock(), recordTime: Number(BigInt.asUintN(16, (jiffies + later) >> BigInt(recordShift))) }
  }
}

/** Seconds that a unit of the records' time lasts. */
export function recordUnitSeconds({
  jiffiesPerSecond,
  recordShift,
}: Omit<ClockReading, 'jiffies' | 'nanoseconds'>): number {
  return 2 ** recordShift / jiffiesPerSecond
}
