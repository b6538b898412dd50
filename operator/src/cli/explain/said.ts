/** One line of an explanation. */
export interface Said {
  readonly text: string;
  /** That it is not as it should be. */
  readonly isBad: boolean;
}

export const say = (text: string): Said => ({ text, isBad: false });
export const warn = (text: string): Said => ({ text, isBad: true });
