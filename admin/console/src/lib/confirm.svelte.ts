/** A question before something that cannot be taken back. */
export interface Question {
  title: string;
  text: string;
  action: string;
  /** What has to be typed before the answer can be yes. */
  typed?: string;
}

/** A question with something that may go with the yes, which has to be typed for too. */
export interface Choice extends Question {
  choice: { label: string; text: string; typed: string };
}

export type Decision = 'no' | 'yes' | 'chosen';

interface Asked extends Question {
  choice?: Choice['choice'];
  answer: (decision: Decision) => void;
}

let asked = $state.raw<Asked>();

export const question = {
  get now() {
    return asked;
  },
};

/** Nobody answers any more: what it was about has been left. */
export function withdraw(): void {
  asked?.answer('no');
}

export async function confirm(what: Question): Promise<boolean> {
  return (await decide(what)) !== 'no';
}

export function decide(what: Question | Choice): Promise<Decision> {
  withdraw();
  return new Promise((resolve) => {
    asked = {
      ...what,
      answer: (decision) => {
        asked = undefined;
        resolve(decision);
      },
    };
  });
}
