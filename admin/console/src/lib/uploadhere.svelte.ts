// Where files can be chosen for right now, for who asks for it from elsewhere on the page.
let choose = $state.raw<() => void>();

export const uploadHere = {
  get choose() {
    return choose;
  },
};

/** Offers the choice of files until the answer is called. */
export function offerUpload(what: () => void): () => void {
  choose = what;
  return () => {
    if (choose === what) choose = undefined;
  };
}
