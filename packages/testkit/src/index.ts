export * from './events.ts'
export * from './fixtures.ts'
export * from './splits.ts'
export * from './golden.ts'
