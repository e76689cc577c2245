import { z } from 'zod'
import { operators, type Selector } from '../rib/selector.ts'
import { field, text, wrong } from './fields.ts'

const operator = field((value) => {
  const found = operators.find((one) => one === value)
  if (found !== undefined) return found
  throw wrong(value, 'an operator', operators.join(', '))
})

const label = text('a label', 'kubernetes.io/hostname')
const labels = z.record(z.string(), text('a value', '"rack-7"'))
const values = z.array(text('a value', '"rack-7"'))

/** As Kubernetes has it. */
export const selector: z.ZodType<Selector> = z.strictObject({
  matchLabels: labels.optional(),
  matchExpressions: z.array(z.strictObject({ key: label, operator, values: values.optional() })).optional(),
})

/** As MetalLB's ConfigMap has it. */
export const metallbSelector: z.ZodType<Selector> = z
  .strictObject({
    'match-labels': labels.optional(),
    'match-expressions': z.array(z.strictObject({ key: label, operator, values: values.optional() })).optional(),
  })
  .transform((one) => ({ matchLabels: one['match-labels'], matchExpressions: one['match-expressions'] }))
