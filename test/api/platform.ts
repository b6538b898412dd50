/** What a platform team declares: a Broker with its user, and the default LogSink. */
export const platform = `
apiVersion: standpipe.dev/v1alpha1
kind: Broker
metadata: {name: main}
spec:
  kafka: {bootstrap: ["kafka.example:9092"], security: sasl_plaintext}
  principals: {mode: shared, shared: {secretName: main-user}}
  access:
    - {namespaces: {matchLabels: {team: shop}}, topics: ["orders.*"], allow: [publish, subscribe]}
---
apiVersion: v1
kind: Secret
metadata: {name: main-user, namespace: standpipe-system}
stringData: {username: shop, password: 'p"w\\d'}
---
apiVersion: standpipe.dev/v1alpha1
kind: LogSink
metadata: {name: central}
spec: {default: true, type: http, http: {host: sink.example, port: 8080}, tls: {enabled: false}}
`;
