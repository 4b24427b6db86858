/** Why the gateway can't start, when the reason lies outside of it; `message` is written for a person. */
export class StartProblem extends Error {}
