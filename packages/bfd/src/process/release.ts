/** The version of this package. A running process of another version is replaced, without a session going down. */
export const release = '0.1.0'
