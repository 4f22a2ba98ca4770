/** A question before something that cannot be taken back. */
export interface Question {
  title: string;
  text: string;
  action: string;
  /** What has to be typed before the answer can be yes. */
  typed?: string;
}

interface Asked extends Question {
  answer: (yes: boolean) => void;
}

let asked = $state.raw<Asked>();

export const question = {
  get now() {
    return asked;
  },
};

/** Nobody answers any more: what it was about has been left. */
export function withdraw(): void {
  asked?.answer(false);
}

export function confirm(what: Question): Promise<boolean> {
  withdraw();
  return new Promise((resolve) => {
    asked = {
      ...what,
      answer: (yes) => {
        asked = undefined;
        resolve(yes);
      },
    };
  });
}
