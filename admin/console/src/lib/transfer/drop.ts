/** A file that was dropped or picked, with its path from there. */
export interface Found {
  path: string;
  file: File;
}

const FILES_MAX = 100_000;
/** As Amazon's console calls an empty folder. */
const FOLDER_TYPE = 'application/x-directory';

/**
 * All files of what was dropped, through all folders. An empty folder is a file as well: an object of no
 * length under its name with a slash, as other consoles keep one. Folders with something in them need none.
 */
export async function filesOf(dropped: DataTransfer): Promise<Found[]> {
  // Entries must be taken before the first await; afterwards the list is empty.
  const roots = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (roots.length === 0) return [...dropped.files].map((file) => ({ file, path: file.name }));
  const found: Found[] = [];
  const waiting: { entry: FileSystemEntry; path: string }[] = roots.map((entry) => ({ entry, path: entry.name }));
  for (let next = waiting.shift(); next && found.length < FILES_MAX; next = waiting.shift()) {
    const { entry, path } = next;
    if (entry.isFile) found.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    else {
      const children = await childrenOf(entry as FileSystemDirectoryEntry);
      if (children.length === 0) found.push({ path: `${path}/`, file: new File([], entry.name, { type: FOLDER_TYPE }) });
      for (const child of children) waiting.push({ entry: child, path: `${path}/${child.name}` });
    }
  }
  return found;
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
