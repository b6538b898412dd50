/** Ports of the app behind the sidecar, by the name of the tap that stands in front of each. */
export const appPorts = ['http', 'wild', 'http2', 'tls', 'echo', 'greets', 'dead'] as const;
export type AppPort = (typeof appPorts)[number];

/** Where something listens on loopback, by port. */
export type Places = Readonly<Record<AppPort, number>>;

/** Where the app says that its ports are, the one of its page of metrics among them. */
export interface AppPlaces {
  readonly ports: Places;
  readonly page: number;
}
