/** The version of this package. A running process of another version is replaced, and hands over what it knows. */
export const release = '0.1.0'
