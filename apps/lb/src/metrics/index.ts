export { FollowedMetrics } from './follow.ts'
export { DEFAULT_SERIES_BUDGET, Metrics } from './metrics.ts'
export { MetricsServer } from './serve.ts'
export { metricsSchema, type MetricsSettings } from './settings.ts'
