declare module 'virtual:catalog' {
  export const formatIds: string[]
  export const examples: import('./case/example.ts').Example[]
}
