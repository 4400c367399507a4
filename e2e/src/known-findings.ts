import type { ScenarioId } from './types.ts'

/** Faults of clients, with their causes, by client and row. */
export const knownFindings: Record<string, Partial<Record<ScenarioId, string>>> = {}
