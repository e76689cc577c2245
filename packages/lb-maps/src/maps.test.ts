import { describe } from '@jest/globals'
import { mapsContract } from '../test/contract.ts'
import { sizes, testKey } from '../test/maps.ts'
import { memoryMaps } from './maps.ts'

describe('maps in plain memory', () => mapsContract(() => memoryMaps(sizes, testKey)))
