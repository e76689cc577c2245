// What is wanted.
export { defaultSettings } from './model/defaults.ts'
export { type SettingName, specTerms, type Terms } from './model/terms.ts'
export { backendAddresses, declaredMoments, namesByFrontend, takesAnyPort, usesFamily } from './model/facts.ts'
export type { EngineModel } from './model/model.ts'
export type {
  Acceleration,
  Capacity,
  DsrSources,
  EngineSettings,
  Neighbors,
  PortRange,
  Snat,
} from './model/settings.ts'

// An instance, and rounds.
export { Engine, type EngineOptions, type Occasion } from './engine/engine.ts'
export { networkChanges } from './engine/network.ts'
export type { Round } from './engine/round.ts'
export { Scheduler } from './engine/scheduler.ts'
export { LbError, type LbErrorCode } from './error.ts'
export { requireSameNamespace } from './instance/namespace.ts'
export { ownInstance } from './instance/own.ts'
export { defaultInstance, type InstanceOptions, type InstancePaths, instancePaths } from './instance/paths.ts'
export { type Owner, readOwner, recordOwner } from './instance/process.ts'
export { uninstall } from './uninstall.ts'

// What is installed, and its upgrades.
export { fixedFindings, readInstalled, readProgram, restartFindings } from './datapath/installed.ts'
export { checkLayouts } from './datapath/layouts.ts'
export { loadDatapath, pinProgram } from './datapath/load.ts'
export { programPin } from './datapath/pin.ts'
export { hashKeyOf, mapSizes, programConfig, programMaps, pulseSeconds, sizingFor } from './datapath/settings.ts'
export { loadTc } from './datapath/tc.ts'
export { datapathTime } from './datapath/time.ts'
export { tunnelFamilies } from './datapath/tunnel.ts'
export { fillTables } from './upgrade/fill.ts'
export { tableNotes } from './upgrade/plan.ts'
export { goLive, stagedProgram, stageFolder } from './upgrade/stage.ts'
export { StagedTables } from './upgrade/tables.ts'
export { finishUpgrade } from './upgrade/upgrade.ts'

// Devices.
export { beginCapture } from './capture/under-way.ts'
export { BARE_NOTE, isBare, nativeNote } from './devices/above.ts'
export { attachedPins, lookAtAttached, openLive } from './devices/attached.ts'
export { DeviceChoice } from './devices/choice.ts'
export { detachLink } from './devices/detach.ts'
export { explainDevices } from './devices/explain.ts'
export { hasLiveLinks, pinnedLinks } from './devices/links.ts'
export { deviceOfPin, type LinkHook } from './devices/pins.ts'
export { type Device, type DeviceMode, modesFor, type XdpMode, xdpModesFor } from './devices/plan.ts'
export { readAbsent, readAttachments } from './devices/record.ts'
export { deviceWarnings, type Selected, selectDevices } from './devices/select.ts'
export { explainSender, type SenderExplanation } from './senders/explain.ts'
export { readFeatures } from './senders/senders.ts'
export { type Arrival, planLayers } from './layers/plan.ts'

// Ways to backends.
export { KnownCells } from './nexthop/known-cells.ts'
export { KnownRoutes } from './nexthop/known-routes.ts'
export { routeLookup } from './nexthop/lookup.ts'
export { backendNeeds } from './nexthop/needs.ts'
export { fileNotes } from './nexthop/notes.ts'
export { resolveBackends, type Route } from './nexthop/resolve.ts'
export { domainsNamed, domainsOf, type RouteDomain } from './nexthop/vrf.ts'

// Status, read from the kernel.
export {
  type ConnectionCounts,
  type Connections,
  type ConnectionState,
  connectionStates,
  readConnections,
} from './status/connections.ts'
export { type BackendConnections, connectionsByBackend } from './status/by-backend.ts'
export { readDevices } from './status/devices.ts'
export { readFragments } from './status/fragments.ts'
export { actualGauges, describeGauge, fragmentGauge, gauge, natGauges, rateGauge, readGauges } from './status/gauges.ts'
export { type NatMaps, NatTable } from './status/nat-table.ts'
export { readNextHops } from './status/next-hops.ts'
export { type OpenInstance, openInstance } from './status/open.ts'
export { readProgramStatus } from './status/program.ts'
export type { Tables } from './status/tables.ts'
export type { DeviceStatus, GaugeStatus, NextHopStatus, ProgramStatus, VerdictStatus } from './status/types.ts'
export { readVerdicts, total } from './status/verdicts.ts'

// The host.
export { bpffsState, ensureBpffs } from './host/bpffs.ts'
export { kernelNotes, type KernelStatus, kernelStatus } from './host/kernel.ts'
export { LockedError, lockFolder } from './instance/lock.ts'
export { removeIfEmpty } from './instance/remove-if-empty.ts'
export { writeFileAtomically } from './instance/write.ts'
export { keepSettings, plannedChanges, restoreSettings } from './sysctl/keep.ts'
export { currentNamespace, type Ledger } from './sysctl/ledger.ts'
export { formatKey, procSettings, type Settings } from './sysctl/proc.ts'
export { wantedSettings } from './sysctl/wanted.ts'

// What ends DSR, on hosts of backends.
export { type DecapSpec, dispatches, type Timeouts } from './decap/config.ts'
export { applyHookStep, detachHook, presentHooks } from './decap/hooks.ts'
export { type Direction, hookOfPin, hookPin } from './decap/pins.ts'
export { type Hook, type HookStep, leavingHook, planHooks, podHook, wantedHooks } from './decap/plan.ts'
export { addressOf, addressWords, prefixKey, readPrefix, withoutHostBits } from './decap/prefix.ts'
export { fixedSizes, loadPrograms } from './decap/program.ts'
export { ownAddresses, writeTables } from './decap/tables.ts'
export { attachTraffic } from './decap/traffic.ts'
