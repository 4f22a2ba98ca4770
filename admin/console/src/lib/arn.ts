/** Of an ARN what tells people apart: `user/alice`. */
export function shortArn(arn: string): string {
  return arn.split(':').slice(5).join(':') || arn;
}
