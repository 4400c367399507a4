/** What the import has to say to the person who reads the written file. */
export interface Note {
  kind: 'guessed' | 'secret' | 'left out'
  /** What it is about, in the LiteLLM file. */
  about: string
  text: string
}

/** Collects notes; each is said once. */
export class Notes {
  readonly all: Note[] = []

  guessed(about: string, text: string): void {
    this.#add({ kind: 'guessed', about, text })
  }

  secret(about: string, text: string): void {
    this.#add({ kind: 'secret', about, text })
  }

  leftOut(about: string, text: string): void {
    this.#add({ kind: 'left out', about, text })
  }

  #add(note: Note): void {
    const isKnown = this.all.some(({ about, text }) => about === note.about && text === note.text)
    if (!isKnown) this.all.push(note)
  }
}
