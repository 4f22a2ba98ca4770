// Keys that wrap the keys of encrypted objects.

/** A key that wraps the keys of encrypted objects; nothing of the key itself. */
export interface KmsKey {
  id: string;
  arn: string;
  state: 'enabled' | 'disabled';
  versions: number;
  created: string;
}
