import type { Command } from 'commander'
import { addCommand, type InstanceFlags } from './options.ts'

export function addUninstall(root: Command): void {
  addCommand(
    root,
    'uninstall',
    'take the program off the devices, remove its tables, and restore kernel settings',
  ).action(async (flags: InstanceFlags) => (await import('./actions/uninstall.ts')).uninstall(flags))
}
