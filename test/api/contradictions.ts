/** Contradictions: what is wrong, the reason, the spec, and the field that the message must name. */
export const contradictions: readonly (readonly [string, string, object, string])[] = [
  [
    'an unknown Broker',
    'BrokerNotFound',
    { bindings: [{ name: 'e', brokerName: 'other' }] },
    'spec.bindings[0].brokerName',
  ],
  [
    'a topic that is not granted',
    'TopicNotGranted',
    { bindings: [{ name: 'e', brokerName: 'main' }], publishes: [{ topic: 'secret.plans' }] },
    'spec.publishes[0].topic',
  ],
  ['an unknown LogSink', 'SinkNotFound', { logging: { sinkName: 'other' } }, 'spec.logging.sinkName'],
  ['an unknown workload', 'WorkloadNotFound', { workload: { name: 'other' } }, 'spec.workload'],
  ['an unknown container', 'ContainerNotFound', { workload: { containers: ['other'] } }, 'spec.workload.containers'],
  [
    'a port that the pod does not have',
    'PortNotInPod',
    { ports: [{ name: 'http', port: 9999 }] },
    'spec.ports[0].port',
  ],
  [
    'a Secret that is not there',
    'SecretNotFound',
    { bindings: [{ name: 'db', secretName: 'none' }] },
    'spec.bindings[0].secretName',
  ],
  [
    'an unknown Microservice',
    'MicroserviceNotFound',
    { bindings: [{ name: 'b', microservice: { name: 'none' } }] },
    'spec.bindings[0].microservice.name',
  ],
];
