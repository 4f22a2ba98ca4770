// Buckets, what they hold, and what they may hold.

export interface Quota {
  bytes: number | null;
  objects: number | null;
}

export interface Usage {
  objects: number;
  versions: number;
  bytes: number;
  uploads: number;
  upload_bytes: number;
}

export interface Bucket {
  /** Only its name is known: one may not look at it, but at what is in it. */
  unknown?: true;
  name: string;
  created: string;
  owner: string;
  versioning: 'off' | 'enabled' | 'suspended';
  object_lock: boolean;
  /** Strangers get in, by its policy or its list. */
  is_public: boolean;
  quota: Quota;
  usage: Usage;
  /** The user towards whose limits it counts. */
  counts_for: string | null;
}

/** In a list: of a bucket that one may not look at nothing is told but its name. */
export type BucketListed = Pick<Bucket, 'name' | 'created'> & { [K in Exclude<keyof Bucket, 'name' | 'created'>]: Bucket[K] | null };

export interface NewBucket {
  name: string;
  versioning: boolean;
  object_lock: boolean;
  quota?: Quota;
}

export interface Unfinished {
  key: string;
  upload_id: string;
  started: string;
  bytes: number;
}
