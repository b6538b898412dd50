/** Something that the API server would refuse in an object. */
export interface SchemaProblem {
  /** Where it is, as the API server writes it: `spec.ports[0].port`. */
  readonly field: string;
  /** What is wrong and what to write instead. */
  readonly message: string;
}
