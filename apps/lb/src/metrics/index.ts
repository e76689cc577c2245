export { DEFAULT_SERIES_BUDGET, Metrics } from './metrics.ts'
export { CONTENT_TYPE } from './render.ts'
export { MetricsServer } from './serve.ts'
export { metricsSchema, type MetricsSettings } from './settings.ts'
