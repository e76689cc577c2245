/** A byte order that a typedef's name declares; everything else is in the order of the object. */
export type ByteOrder = 'big' | 'little'

/** `linux/types.h` names of integers whose byte order is fixed. */
export const BYTE_ORDERS: ReadonlyMap<string, ByteOrder> = new Map([
  ['__be16', 'big'],
  ['__be32', 'big'],
  ['__be64', 'big'],
  ['__le16', 'little'],
  ['__le32', 'little'],
  ['__le64', 'little'],
])
