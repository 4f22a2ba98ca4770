/** A file that was dropped or picked, with its path from there. */
export interface Found {
  path: string;
  file: File;
}

export const FILES_MAX = 100_000;
/** What was found, and what was not: nothing is left out without a word. */
export interface Dropped {
  files: Found[];
  /** The paths of what could not be read. */
  unread: string[];
  /** There was more than is taken at once. */
  isCut: boolean;
}

/** As Amazon's console calls an empty folder. */
const FOLDER_TYPE = 'application/x-directory';

/**
 * All files of what was dropped, through all folders. An empty folder is a file as well: an object of no
 * length under its name with a slash, as other consoles keep one. Folders with something in them need none.
 */
export async function filesOf(dropped: DataTransfer): Promise<Dropped> {
  // Entries must be taken before the first await; afterwards the list is empty.
  const roots = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (roots.length === 0) return { files: [...dropped.files].map((file) => ({ file, path: file.name })), unread: [], isCut: false };
  const files: Found[] = [];
  const unread: string[] = [];
  const waiting: Waiting[] = roots.map((entry) => ({ entry, path: entry.name }));
  // Not by taking the first off: of very many, that moves all the others each time.
  let at = 0;
  for (; at < waiting.length && files.length < FILES_MAX; at += 1) {
    const one = waiting[at]!;
    await look(one, files, waiting).catch(() => unread.push(one.path));
  }
  return { files, unread, isCut: at < waiting.length };
}

interface Waiting {
  entry: FileSystemEntry;
  path: string;
}

async function look({ entry, path }: Waiting, files: Found[], waiting: Waiting[]): Promise<void> {
  if (entry.isFile) {
    files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  if (children.length === 0) files.push({ path: `${path}/`, file: new File([], entry.name, { type: FOLDER_TYPE }) });
  for (const child of children) waiting.push({ entry: child, path: `${path}/${child.name}` });
}

const fileOf = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject));

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A browser hands over a hundred at a time, and nothing at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
