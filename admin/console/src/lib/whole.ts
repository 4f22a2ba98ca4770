/** Names up to this length stand on one line: they are read and compared at a glance. */
const WHOLE_MAX = 30;

/** How a name is broken over lines: not at all, or, if it is a long one, where there is need. */
export const whole = (name: string) => (name.length <= WHOLE_MAX ? 'nowrap' : 'long');
