/** How many connections the rows about known ones have: one in the registers, few in the caches, many in memory. */
export const flowCounts = { '1': 1, '1K': 1 << 10, '4K': 1 << 12, '64K': 1 << 16, '1M': 1 << 20 } as const
