import { lacksOfKernel } from '@skep/datapath'

/** What this kernel lacks of what the programs ask for, and what is done in its place, a sentence each. */
export function kernelNotes(): string[] {
  return lacksOfKernel().map(
    ({ needs, since, instead }) => `this kernel has no ${needs}, which is in Linux ${since}; in its place: ${instead}`,
  )
}
