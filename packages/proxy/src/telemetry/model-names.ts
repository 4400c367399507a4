/** The label of models that are not named one by one. */
export const otherModel = 'other'
/** So many names that no setting mentions become labels: a server serves a few models, a client can ask for any number. */
const mostLearnt = 20

/** Keeps the values of the label for models few, whatever clients write. */
export interface ModelNames {
  /** @param isServed - whether the upstream took the name; only such names are learnt */
  toLabel(model: string | undefined, isServed: boolean): string
}

/** The name in the settings that stands for every model that is not listed. */
const everyModel = '*'

/**
 * Names of models for metrics: those of the settings. Where the settings let every model through, also the first ones that the upstream
 * answers for; all others are `other`.
 */
export function createModelNames(configured: readonly string[]): ModelNames {
  const names = new Set(configured)
  const isLearning = names.size === 0 || names.delete(everyModel)
  const most = names.size + mostLearnt
  return {
    toLabel(model, isServed) {
      if (model === undefined) return otherModel
      if (names.has(model)) return model
      if (!isLearning || !isServed || names.size >= most || model.length > 128) return otherModel
      names.add(model)
      return model
    },
  }
}
