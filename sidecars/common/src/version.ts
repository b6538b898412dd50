/** The version of the sidecars; the same as the package's. A bundle has no package.json to read it from. */
export const version = '0.1.0';
