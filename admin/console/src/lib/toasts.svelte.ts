// Short messages at the edge. An error stays until it is closed: who looks away must not miss it.

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'good' | 'bad';
  undo?: () => void;
}

const STAY_MS = 6000;
const TOASTS_MAX = 4;

let toasts = $state.raw<Toast[]>([]);
let next = 1;

// An open dialog makes all outside of it inert, toasts too. So each dialog has a place for them, and
// the one on top shows them.
let places = $state.raw<readonly symbol[]>([]);

/** Offers a place for toasts until the answer is called. */
export function offerPlace(place: symbol): () => void {
  places = [...places, place];
  return () => {
    places = places.filter((each) => each !== place);
  };
}

export const shown = {
  /** What is to be seen at a place. */
  at(place: symbol): readonly Toast[] {
    return places.at(-1) === place ? toasts : [];
  },
};

export function toast(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
  const id = next++;
  const entry: Toast = { id, text, tone: options.tone ?? 'plain' };
  if (options.undo) entry.undo = options.undo;
  toasts = [...toasts, entry].slice(-TOASTS_MAX);
  if (entry.tone !== 'bad') setTimeout(() => dismiss(id), options.undo ? STAY_MS * 2 : STAY_MS);
}

/** Somebody else may sit there now: what they tell, and could take back, is nobody else's business. */
export function clearToasts(): void {
  toasts = [];
}

export function dismiss(id: number): void {
  toasts = toasts.filter((each) => each.id !== id);
}
