import { openNetlink } from 'netlink-ts'
import type { Finding } from '../config/problem.ts'
import { devicesExist } from '../devices/select.ts'

/** The rule that only this machine can answer: the devices are there. */
export function devicesOfMachine(document: unknown): readonly Finding[] {
  using netlink = openNetlink()
  return devicesExist([...netlink.link.list()].map(({ name }) => name))(document)
}
