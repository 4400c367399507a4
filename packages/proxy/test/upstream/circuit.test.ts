import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createCircuit } from '../../src/upstream/circuit.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const settings = { failures: 3, pause: 10_000 }

it('goes out after so many failures in a row', () => {
  const circuit = createCircuit(settings)
  circuit.fail()
  circuit.fail()
  circuit.succeed()
  circuit.fail()
  circuit.fail()
  expect(circuit.isOut).toBe(false)
  expect(circuit.pauseLeft).toBe(0)
  circuit.fail()
  expect(circuit.isOut).toBe(true)
  expect(circuit.pauseLeft).toBe(10_000)
})

it('lets one trial through after the pause, and the next after another one', () => {
  const circuit = createCircuit(settings)
  circuit.open()
  vi.advanceTimersByTime(9999)
  expect(circuit.pauseLeft).toBe(1)
  vi.advanceTimersByTime(1)
  expect(circuit.pauseLeft).toBe(0)
  circuit.begin()
  expect(circuit.pauseLeft).toBe(10_000)
  expect(circuit.isOut).toBe(true)
  // The trial has been given up, or takes long: that does not keep the replica out for ever.
  vi.advanceTimersByTime(10_000)
  expect(circuit.pauseLeft).toBe(0)
})

it('one failed trial is enough for another pause, one success ends it', () => {
  const circuit = createCircuit(settings)
  circuit.open()
  vi.advanceTimersByTime(10_000)
  circuit.begin()
  vi.advanceTimersByTime(3000)
  circuit.fail()
  expect(circuit.pauseLeft).toBe(10_000)
  vi.advanceTimersByTime(10_000)
  circuit.begin()
  circuit.succeed()
  expect(circuit.isOut).toBe(false)
  circuit.fail()
  expect(circuit.isOut).toBe(false)
})
