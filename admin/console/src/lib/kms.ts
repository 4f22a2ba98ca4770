const BY_ITSELF = ['cairn/s3', 'aws/s3'] as const;

/** A key that the server makes when it first needs it. */
export function byItself(id: string): (typeof BY_ITSELF)[number] | undefined {
  return BY_ITSELF.find((each) => each === id);
}
